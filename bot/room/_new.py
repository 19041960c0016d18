"""An article by hand: its teasers looked at, chosen and reworded, then queued or sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from bot import oneoff, queue
from bot.desk import Desk, Outlet
from bot.drawn import Drawn
from bot.errors import BotError, UsageError
from bot.model import Article, Channel, Post
from bot.oneoff import Wish
from bot.room import _door, _post
from bot.room._unread import Trouble, why
from bot.room.base import Answer, Ask, Away, Page, Sheet

#: A time that passed while the page was open still means “now”.
PAST: Final = timedelta(minutes=5)

#: What may become of the chosen teasers: they wait, take the next free slots, go now, go at a time.
WAYS: Final = ("queue", "slots", "now", "at")


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel's teaser of an article, nothing of it stored yet."""

    channel: Channel
    drawn: Drawn
    text: str
    title: str
    titled: bool  # the platform has titles
    meant: bool  # the channel is for this article
    chosen: bool
    film: bool  # a video is made when it is queued
    reworded: bool  # a person typed these words
    earlier: tuple[Post, ...]  # the article's posts here so far


# ------------------------------------------------------------------------ looking


def ask_for(ask: Ask) -> Answer:
    """Ask for an address; one that a bookmark brought stands there already."""
    return _sheet(ask, _address(ask.query), ask.query.get("site", ""))


def look(ask: Ask, trouble: Trouble | None = None) -> Answer:
    """Read an article and show its teasers, in the words that were typed so far."""
    wish = _wish(ask)
    try:
        with ask.room.alone:
            desk, article, made = _read(ask, wish)
            with ask.room.store.read() as tx:
                earlier = oneoff.existing(tx, desk, article)
    except BotError as error:
        return _sheet(ask, wish.url, wish.site or "", trouble=why(ask.words, error))
    typed = ask.form.getlist("channel") if wish.texts else None
    facts = {
        "article": article,
        "zone": desk.zone,
        "offers": [_offer(ask, article, each, piece, earlier, typed) for each, piece in made],
        "chosen_site": desk.site,
        "at": ask.text("at") or "",
    }
    return _sheet(ask, wish.url, wish.site or "", trouble=trouble, **facts)


def count(ask: Ask) -> Answer:
    """Count a text as its platform does."""
    site, name = ask.given["site"], ask.given["channel"]
    channel = ask.app.config.site(site).channels.get(name)
    if channel is None:
        raise UsageError(ask.words.t("There is no such site or channel here."))
    platform = ask.app.platform(channel.platform)
    used = platform.measure(ask.text(f"text-{name}") or "")
    return Sheet("_new_count.html", {"count": used, "limits": platform.limits})


# ------------------------------------------------------------------------- making


def make(ask: Ask) -> Answer:
    """Make the chosen posts, once however often it is asked; then send or queue them."""
    way = ask.text("when") or "queue"
    names = [each for each in ask.form.getlist("channel") if isinstance(each, str)]
    wish = replace(_wish(ask), channels=tuple(names))
    try:
        if not names:
            raise UsageError(ask.words.t("Choose at least one channel."))
        at = _at(ask, _desk(ask, wish).site) if way in ("now", "at") else None
    except UsageError as error:
        return look(ask, why(ask.words, error))
    try:
        with ask.room.alone:
            desk, article, made = _read(ask, wish)
            result = _hold(ask, desk, article, made, at)
    except BotError as error:
        return _sheet(ask, wish.url, wish.site or "", trouble=why(ask.words, error))
    if way == "slots":
        for post in result.made:
            _approve(ask, post)
    told = {
        "posts": ",".join(str(post.id) for post in result.made),
        "there": ",".join(str(post.id) for post in result.existing),
        "when": way if way in WAYS else "queue",
    }
    return Away(f"/new/made?{urlencode(told)}")


def show(ask: Ask) -> Answer:
    """Show what became of the posts that were just made."""
    made, there = (_named(ask, field) for field in ("posts", "there"))
    facts = {
        "made": [_post.shown(ask, post) for post in made],
        "there": [_post.shown(ask, post) for post in there],
        "way": ask.query.get("when", "queue"),
        "second_look": ask.app.config.bot.review.second_look,
    }
    return Sheet("new_made.html", facts)


def _read(ask: Ask, wish: Wish) -> tuple[Desk, Article, list[tuple[Outlet, queue.Made]]]:
    """Read the article and make its teasers with their pictures; videos come later."""
    desk, app = _desk(ask, wish), ask.app
    return desk, *oneoff.make(desk, app.web, wish, app.studio, ask.now, films=False)


def _desk(ask: Ask, wish: Wish) -> Desk:
    """Find the site of an article; UsageError in the words of the page where it is not clear."""
    if not wish.url.startswith(("http://", "https://")):
        raise UsageError(ask.words.t("Paste the whole address of an article, with https://."))
    try:
        return ask.app.desk_of(wish.url, wish.site)
    except UsageError:
        words = ask.words.t("It is not clear which site this article belongs to: choose the site.")
        raise UsageError(words) from None


def _hold(
    ask: Ask,
    desk: Desk,
    article: Article,
    made: Iterable[tuple[Outlet, queue.Made]],
    at: datetime | None,
) -> oneoff.Result:
    """Hold what was not there when the page was made: a second click makes nothing more."""
    with ask.room.store.read() as tx:
        there = oneoff.existing(tx, desk, article)
    many = Counter(post.channel for post in there)
    fresh = [
        (outlet, piece)
        for outlet, piece in made
        if many[outlet.channel.name] == (ask.number(f"seen-{outlet.channel.name}") or 0)
    ]
    asked = {outlet.channel.name for outlet, _ in made}
    left = asked - {outlet.channel.name for outlet, _ in fresh}
    result = oneoff.hold(
        ask.room.store,
        desk,
        article,
        fresh,
        again=True,
        at=at,
        who=ask.editor.who,
        now=ask.now,
        second_look=ask.app.config.bot.review.second_look,
    )
    return replace(result, existing=tuple(post for post in there if post.channel in left))


def _approve(ask: Ask, post: Post) -> None:
    """Approve a post for its next slot; where it cannot be, it waits, and the page says why."""
    try:
        ask.editor.approve(post.id, version=post.version)
    except UsageError:
        return


# -------------------------------------------------------------------------- parts


def _offer(
    ask: Ask,
    article: Article,
    outlet: Outlet,
    made: queue.Made,
    posts: Iterable[Post],
    typed: list[Any] | None,
) -> Offer:
    channel, film = outlet.channel, any(each.kind == "video" for each in made.teaser.media)
    kept = tuple(each for each in made.problems if each.code not in queue.TO_BE_MADE)
    post = oneoff.imagined(article, outlet, replace(made, problems=kept), ask.now)
    earlier = tuple(each for each in posts if each.channel == channel.name)
    meant = outlet.wants(article)
    return Offer(
        channel,
        _post.shown(ask, post).drawn,
        made.teaser.text,
        made.teaser.title,
        titled=bool(ask.app.platform(channel.platform).limits.title),
        meant=meant,
        chosen=meant and not earlier if typed is None else channel.name in typed,
        film=film,
        reworded=typed is not None and (ask.text(f"text-{channel.name}") or "") != "",
        earlier=earlier,
    )


def _wish(ask: Ask) -> Wish:
    """Read what a person asks for out of the form."""
    names = {name.partition("-")[2] for name in ask.form if name.startswith(("text-", "title-"))}
    texts = {name: ask.text(f"text-{name}") for name in names}
    titles = {name: ask.text(f"title-{name}") for name in names}
    return Wish(
        _address(ask.form),
        ask.text("site") or None,
        texts={name: text for name, text in texts.items() if text is not None},
        titles={name: title for name, title in titles.items() if title is not None},
    )


def _typed(ask: Ask) -> list[tuple[str, str]]:
    """Give what was typed and chosen, so that a page that fails loses nothing of it."""
    fields = ("channel", "text-", "title-", "seen-")
    given = ask.form.multi_items()
    return [
        (name, each) for name, each in given if name.startswith(fields) and isinstance(each, str)
    ]


def _address(given: Any) -> str:
    """Find the address in what was pasted or shared: applications send it amid words."""
    words = f"{given.get('url') or ''} {given.get('text') or ''}".split()
    return next(
        (each for each in words if each.startswith(("http://", "https://"))), " ".join(words)
    )


def _at(ask: Ask, site: str) -> datetime:
    """Read the wanted time by the site's clock."""
    if ask.text("when") == "now":
        return ask.now
    wanted = ask.text("at") or ""
    if not wanted:
        raise UsageError(ask.words.t("Give the day and time at which it should go out."))
    at = ask.app.local_time(wanted, site).at
    if at < ask.now - PAST:
        raise UsageError(ask.words.t("That time has passed: give one to come."))
    return at


def _named(ask: Ask, field: str) -> list[Post]:
    numbers = [each for each in ask.query.get(field, "").split(",") if each.isdecimal()][:50]
    return [ask.app.post(int(each)) for each in numbers]


def _sheet(ask: Ask, url: str, site: str, *, trouble: Trouble | None = None, **facts: Any) -> Sheet:
    scheme = "https" if _door.is_secure(ask.request) else "http"
    page = f"{scheme}://{ask.request.headers.get('host', '')}/new"
    told = {
        "url": url,
        "site": site,
        "sites": list(ask.app.config.sites.values()),
        "trouble": trouble,
        "kept": _typed(ask) if trouble else [],
        "bookmark": f"javascript:location.href='{page}?url='+encodeURIComponent(location.href)",
        "article": None,
    }
    return Sheet("new.html", told | facts, 422 if trouble else 200)


PAGES: Final = (
    Page("/new", ask_for),
    Page("/new", look, "POST", slow=True),
    Page("/new/count/{site}/{channel}", count, "POST"),
    Page("/new/make", make, "POST", slow=True),
    Page("/new/made", show),
)
