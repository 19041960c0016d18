"""One article by hand: the same posts as a poll makes, entering at the same place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot import identity, queue
from bot.desk import Desk, Outlet, Studio, illustrate, reword, typed
from bot.errors import UsageError
from bot.http import Session
from bot.media import picture
from bot.model import Article, Post, State, Teaser
from bot.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    url: str
    site: str | None = None
    channels: tuple[str, ...] = ()  # empty: all of the site
    text: str | None = None  # for every channel; the link is added where it has none
    texts: Mapping[str, str] = field(default_factory=dict)  # by channel, to be sent as they are
    titles: Mapping[str, str] = field(default_factory=dict)  # by channel
    image: Path | None = None
    alt: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The posts made, those that were there already, and what could not be approved."""

    made: tuple[Post, ...] = ()
    existing: tuple[Post, ...] = ()
    refused: tuple[str, ...] = ()


def make(
    desk: Desk,
    session: Session,
    wish: Wish,
    studio: Studio,
    now: datetime,
    at: datetime | None = None,
    *,
    films: bool = True,
) -> tuple[Article, list[tuple[Outlet, queue.Made]]]:
    """Read the article and make its teasers, with the person's own words or picture.

    Pictures are made by `studio`, and with `films` videos, which take long. Raises
    UsageError where a channel is unknown.
    """
    outlets = desk.among(wish.channels)
    article = desk.read(session, wish.url)
    own = picture.read(wish.image, studio.folder) if wish.image else None
    made = []
    for outlet in outlets:
        piece = outlet.make(article, now)
        teaser = _worded(piece.teaser, wish, outlet, article.url)
        art = piece.art
        if own is not None:
            art = (outlet.own(Path(own.path), typed(wish.alt)),)
            teaser = replace(teaser, media=(art[0].stand_in,))
        if teaser != piece.teaser:
            piece = replace(outlet.judge(article, teaser, now, at), art=art)
        made.append((outlet, piece))
    return article, illustrate(made, session, studio, article, now, films=films)


def _worded(teaser: Teaser, wish: Wish, outlet: Outlet, url: str) -> Teaser:
    """Put the person's own words for a channel into its teaser."""
    name = outlet.channel.name
    if name in wish.texts:
        teaser = reword(teaser, wish.texts[name], url, add_link=False)
    elif wish.text is not None:
        teaser = reword(teaser, wish.text, url, add_link=outlet.link_in_text)
    return replace(teaser, title=typed(wish.titles[name])) if name in wish.titles else teaser


def existing(tx: Tx, desk: Desk, article: Article) -> tuple[Post, ...]:
    """List the posts that an article has, on all channels."""
    several = sorted(
        set(tx.articles.owners(desk.site, identity.keys_of(article, desk.aliases)).values())
    )
    return tuple(post for each in several for post in tx.posts.list(article_id=each))


def hold(
    store: Store,
    desk: Desk,
    article: Article,
    made: Iterable[tuple[Outlet, queue.Made]],
    *,
    again: bool,
    at: datetime | None,
    who: str,
    now: datetime,
    second_look: bool = False,
) -> Result:
    """Hold the posts of an article, and approve them for `at` where it is given.

    An existing post is returned, not repeated; with `again` one more is made beside
    it. All is one commit. A post that a problem blocks stays held.
    """
    posts: list[Post] = []
    existing: list[Post] = []
    refused: list[str] = []
    with store.write() as tx:
        article_id, there = _kept(tx, desk, article, now)
        for outlet, piece in made:
            earlier = [post for post in there if post.channel == outlet.channel.name]
            if earlier and not again:
                existing += earlier
                continue
            post = queue.hold(
                tx,
                article_id=article_id,
                channel=outlet.channel,
                made=piece,
                rules=replace(outlet.rules, review="required"),  # a hand asks for a look
                published_at=now,  # what a person asks for is not too old
                now=now,
                who=who,
                occasion=f"again-{len(earlier) + 1}" if earlier else "first",
            )
            assert post is not None
            if at is not None:
                try:
                    if second_look:
                        queue.refuse_own(tx, post, who)
                    post = queue.approve(
                        tx,
                        post,
                        outlet.rules,
                        who=who,
                        now=now,
                        at=at,
                        judge=outlet.judging(article, now),
                    )
                except UsageError as error:
                    refused.append(str(error))
            posts.append(post)
    return Result(tuple(posts), tuple(existing), tuple(refused))


def _kept(tx: Tx, desk: Desk, article: Article, now: datetime) -> tuple[int, tuple[Post, ...]]:
    """Keep the article, or find it; give its number and the posts that it has.

    The store may hold it as several, which only this page shows to be one: that with
    posts stands for all, and those that wait for their pages wait no more.
    """
    keys = identity.keys_of(article, desk.aliases)
    several = sorted(set(tx.articles.owners(desk.site, keys).values()))
    posts = {each: tx.posts.list(article_id=each) for each in several}
    waiting = {each for each in several if tx.waiting.get(each) is not None}
    several.sort(key=lambda each: (not posts[each], each in waiting))
    for each in waiting.difference(several[:1]):
        tx.waiting.merge(each, several[0], f"the same article as {article.url}")
    if several:
        tx.articles.add_keys(several[0], keys)
    else:
        several = [tx.articles.add(desk.site, article, keys, now=now, source="by hand").id]
    tx.articles.update(several[0], article)  # a baseline knows an article by its keys only
    return several[0], tuple(post for each in posts.values() for post in each)


def imagined(article: Article, outlet: Outlet, made: queue.Made, now: datetime) -> Post:
    """Make the post that a rehearsal walks, which no database has."""
    channel = outlet.channel
    return Post(
        id=0,
        article_id=0,
        site=channel.site,
        channel=channel.name,
        platform=channel.platform,
        account=channel.account,
        occasion="first",
        state=State.APPROVED,
        teaser=made.teaser,
        problems=(*made.problems, *made.reasons),
        key="0" * 16,
        article_url=article.url,
        article_title=article.headline,
        created_at=now,
        due_at=now,
    )
