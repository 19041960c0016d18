"""One post as every page of the room shows it, and what is answered after something was done.

`_post.html` has the card: `{% from "_post.html" import card with context %}`, `card(shown)`.
What depends on the post alone (its drawing, its buttons) is kept: a page of two hundred
posts draws only those that are new. Times are told anew each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot import drawn, queue
from bot.drawn import Drawn
from bot.errors import BotError, TransitionError, UsageError
from bot.model import LogRow, Media, Post, Problem, State, Teaser
from bot.platforms import base as platforms
from bot.room import _frame, _said, _sheets, _slots
from bot.room._views import tabs
from bot.room.base import Answer, Ask, Away, Sheet
from bot.store.history import MACHINES
from bot.store.posts import Writer

#: So many of the last steps are told to whoever came too late.
LAST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """What was not done to a post, why, and how it can be asked for again."""

    words: str
    log: tuple[LogRow, ...] = ()  # what others did meanwhile
    path: str = ""  # of the step that was refused; "" where asking again is in vain
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class May:
    """What decides which buttons stand under a post; many posts have the same."""

    state: State
    blocked: bool
    by_hand: bool
    pick: bool
    live: str  # where it can be seen
    hindered: bool  # its channel cannot post just now
    here: str  # the page to come back to


@dataclass(frozen=True, slots=True)
class Shown:
    """A post, how its platform shows it, and what may be done with it now."""

    post: Post
    drawn: Drawn
    picture: Markup  # the drawing, under the problems, over what lies behind its fold
    measure: Markup  # how long it is, and what posting it costs
    badge: Markup
    actions: Markup
    zone: ZoneInfo
    due: str  # its slot in words; "" for none
    free: datetime | None  # the slot that it would get now
    writer: Writer | None  # who put other words into it
    by_hand: bool
    pick: bool
    making: bool  # its video is still being made
    notice: Notice | None = None

    @property
    def blocked(self) -> bool:
        """Tell whether something has to be mended before it can be approved."""
        return is_blocked(self.post)

    @property
    def clean(self) -> bool:
        """Tell whether nothing at all speaks against it; that it is there to be picked does not."""
        return not any(problem.code != "pick" for problem in self.post.problems)


def is_blocked(post: Post) -> bool:
    """Tell whether something has to be mended before a post can be approved."""
    return any(problem.blocking for problem in post.problems)


def shown(ask: Ask, post: Post) -> Shown:
    """Draw a post for the page."""
    return shown_all(ask, [post])[0]


def shown_all(ask: Ask, posts: Sequence[Post]) -> list[Shown]:
    """Draw posts for the page."""
    here = _frame.here(ask)
    with ask.room.store.read() as tx:
        writers = tx.posts.writers([post.id for post in posts])
        ill = {f"{each.site}/{each.channel}" for each in tx.accounts.all() if each.blocked}
        pictured = tx.posts.pictured([post.id for post in posts if not post.teaser.media])
        slots = _slots.Free(ask, tx)
        free = {post.id: slots.of(post) for post in posts if post.state is State.HELD}
    # Drawing takes far longer than reading, and on SQLite whoever reads keeps others from writing.
    return [
        _shown(ask, post, free.get(post.id), writers.get(post.id), here, post.id in pictured, ill)
        for post in posts
    ]


def _shown(
    ask: Ask,
    post: Post,
    free: datetime | None,
    writer: Writer | None,
    here: str,
    pictured: bool,
    ill: Collection[str],
) -> Shown:
    language, zone = ask.words.language, ask.app.zone(post.site)
    site = ask.app.config.sites.get(post.site)
    channel = site.channels.get(post.channel) if site else None
    key = f"{post.site}/{post.channel}"
    by_hand = key in ask.app.hands()
    pick = channel is not None and channel.use == "pick"
    drawing, picture, measure = _picture(
        language,
        post.platform,
        post.teaser,
        post.account,
        site.name if site else post.site,
        post.article_url,
        post.article_title,
        f"/articles/{post.article_id}/pictures/0" if pictured else "",
        tuple(sorted(post.problems, key=lambda each: not each.blocking)),
    )
    blocked, live = is_blocked(post), post.remote_url
    may = May(post.state, blocked, by_hand, pick, live, key in ill, here)
    return Shown(
        post,
        drawing,
        picture,
        measure,
        badge=_badge(language, post.state),
        actions=_numbered(_actions(language, may), post),
        zone=zone,
        due=ask.words.when(post.due_at, zone, ask.now) if post.due_at else "",
        free=free,
        writer=writer if writer and writer.who not in MACHINES else None,
        by_hand=by_hand,
        pick=pick,
        making=queue.in_the_making(post),
    )


@lru_cache(512)
def _picture(
    language: str,
    platform: str,
    teaser: Teaser,
    account: str,
    site: str,
    url: str,
    title: str,
    image: str,
    problems: tuple[Problem, ...],
) -> tuple[Drawn, Markup, Markup]:
    """Draw a teaser, as often as it changes."""
    card = drawn.LinkCard(drawn.domain(url), title, source=image)
    if platform in platforms.names():
        draw = partial(drawn.draw, platforms.load(platform), card=card)
    else:  # an old post, of a platform that this version has no more
        draw = partial(drawn.plain, platform)
    drawing = draw(teaser, account=account, site=site, source=source, problems=problems)
    picture = _piece("_picture.html", language, drawn=drawing)
    return drawing, picture, _piece("_measure.html", language, drawn=drawing)


@lru_cache(256)
def _actions(language: str, may: May) -> str:
    return str(_piece("_actions.html", language, may=may))


def _numbered(piece: str, post: Post) -> Markup:
    """Put a post's number and version into what many posts share; both are numbers, so safe."""
    return Markup(piece.replace("§id§", str(post.id)).replace("§version§", str(post.version)))


@lru_cache(64)
def _badge(language: str, state: State) -> Markup:
    return _piece("_badge.html", language, state=state)


def _piece(name: str, language: str, **facts: object) -> Markup:
    """Make a piece that depends on nothing but these facts, and so can be kept."""
    return Markup(_sheets.render(name, language, **facts))


def label(platform: str, channel: str = "") -> str:
    """Name a platform as people do; a channel with a name of its own keeps that beside it."""
    told = platforms.load(platform).label if platform in platforms.names() else platform
    return told if channel in ("", platform) else f"{told} ({channel})"


def source(media: Media) -> str:
    """Give the address of a picture or video on the page; "" where it is still to be made."""
    return f"/media/{Path(media.path).name}" if media.path and not media.placeholder else ""


def changed(
    ask: Ask,
    said: str,
    ids: Sequence[int],
    otherwise: str = "/queue",
    *,
    before: str = "",
    failed: Mapping[int, BotError] | None = None,
) -> Answer:
    """Answer after something was done to posts: they as they are now, and a word with “undo”.

    `said` is the name of what was done (`_said.NAMES`): "approved", "rejected", …; `before`
    is what undoing needs to know; `failed` are those to which it could not be done.
    """
    lost = failed or {}
    if not ask.swaps:
        path, _, _ = ask.back(otherwise).partition("#")
        query = urlencode({"said": _said.address(said, ids, tuple(lost), before)})
        mark = f"#post-{ids[0]}" if ids else ""
        return Away(f"{path}{'&' if '?' in path else '?'}{query}{mark}")
    with ask.room.store.read() as tx:
        done, left = tx.posts.some(ids), tx.posts.some(lost)
    counts = tabs(ask, _frame.here(ask))
    word = _said.say(ask, said, done, before=before, failed=len(left))
    cards = shown_all(ask, done)
    for each in shown_all(ask, left):
        cards.append(replace(each, notice=_notice(ask, each.post, lost[each.post.id])))
    return Sheet("changed.html", {"told": word, "posts": cards, "tabs": counts})


def refused(ask: Ask, post_id: int, error: BotError) -> Answer:
    """Answer that something was not done: the post as it is now, who changed it, and a way on."""
    post = ask.app.post(post_id)
    card = replace(shown(ask, post), notice=_notice(ask, post, error))
    name = "changed.html" if ask.swaps else "conflict.html"
    status = 409 if isinstance(error, TransitionError) else 422
    return Sheet(name, {"told": None, "posts": [card], "tabs": {}}, status)


def _notice(ask: Ask, post: Post, error: BotError) -> Notice:
    """Say why nothing was done; where somebody was quicker, who, and offer to do it still."""
    try:
        seen = ask.number("version")
    except UsageError:
        seen = None
    if seen is None or seen == post.version:
        return Notice(str(error))
    with ask.room.store.read() as tx:
        log = tx.posts.log(post.id, limit=min(LAST_STEPS, max(1, post.version - seen)))
    fields = {
        name: value
        for name, value in ask.form.items()
        if isinstance(value, str) and name not in ("version", "back")
    }
    words = ask.words.t("This post is not as you saw it any more, so nothing was done.")
    return Notice(words, log, ask.request.url.path, fields)
