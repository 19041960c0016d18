"""What is done to a post on the agenda: given another time, swapped, sent, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from bot import agenda
from bot.agenda import Day, Slots
from bot.errors import BotError, TransitionError, UsageError
from bot.model import Post, State
from bot.room import _agenda, _post
from bot.room._agenda import Done
from bot.room.base import Answer, Ask, Away, Page

_CLOCK: Final = re.compile(r"\d{1,2}:\d\d")


def step(ask: Ask) -> Answer:
    """Take one of STEPS with a post, and show the agenda as it is then."""
    post_id, name = int(ask.given["post_id"]), str(ask.given["step"])
    if name not in STEPS:
        raise UsageError(ask.words.t("There is no such step."))
    query = _agenda.query_of(ask.back("/agenda"))
    post = ask.app.post(post_id)
    try:
        done = STEPS[name](ask, post)
    except BotError as error:
        if not ask.swaps:
            raise
        return _agenda.sheet(ask, query, failed=str(error))
    if ask.swaps:
        return _agenda.sheet(ask, query, done=done)
    if name not in SAID:  # the agenda itself shows it; nothing else could undo it
        return Away(f"{ask.back('/agenda').partition('#')[0]}#post-{post_id}")
    before = "~".join(at.isoformat() if at else "" for at in (post.due_at, post.expires_at))
    return _post.changed(ask, SAID[name], [post_id], otherwise="/agenda", before=before)


# ------------------------------------------------------------------------------ the steps


def _move(ask: Ask, post: Post) -> Done:
    """Move to a free slot that was chosen, or to a time as people write it."""
    typed, slot = (ask.text("at") or "").strip(), _slot(ask)
    note = ""
    if typed:
        day = _agenda.query_of(ask.back("/agenda")).get("day", "")
        if day and _CLOCK.fullmatch(typed):
            typed = f"{day} {typed}"  # the hour is meant on the day that is looked at
        at, note = ask.app.local_time(typed, post.site)
    elif slot:
        at = slot
    else:
        raise UsageError(ask.words.t("Choose a free slot, or write a time."))
    return _moved(ask, post, at, note)


def _later(ask: Ask, post: Post) -> Done:
    at = _slots(ask, post).after(_time_of(ask, post))
    if at is None:
        raise UsageError(ask.words.t("No later slot is free in the next weeks."))
    return _moved(ask, post, at)


def _earlier(ask: Ask, post: Post) -> Done:
    at = _slots(ask, post).before(_time_of(ask, post))
    if at is None:
        raise UsageError(ask.words.t("No earlier slot is free."))
    return _moved(ask, post, at)


def _swap(ask: Ask, post: Post) -> Done:
    """Give two posts of a channel each other's time, in one commit."""
    mine = _time_of(ask, post)
    day = Day.of(mine.astimezone(ask.app.zone(post.site)).date(), ask.app.zone(post.site))
    with ask.room.store.write() as tx:
        placed = tx.timetable.between(post.site, [post.channel], day.start, day.end)
        lane = agenda.lane(day, ask.app.rules(post), placed, ask.now, most=0)
        other = lane.next_movable(post.id)
        if other is None:
            raise UsageError(
                ask.words.t("Nothing follows on this day that it could be swapped with.")
            )
        if ask.number("version") not in (None, post.version):
            raise TransitionError(
                f"post {post.id} was changed by somebody else meanwhile: look at it again."
            )
        who, now = ask.visitor.name, ask.now
        tx.posts.set_due(post, other.at, who=who, now=now, reason=f"swapped with {other.id}")
        tx.posts.set_due(
            tx.posts.get(other.id), mine, who=who, now=now, reason=f"swapped with {post.id}"
        )
    words = ask.words.t(
        "Swapped: “%(one)s” goes out at %(at)s, and “%(other)s” before it.",
        one=post.article_title,
        other=other.title,
        at=_agenda.clock(other.at, day),
    )
    return Done(words, "swap", other.id)


def _back(ask: Ask, post: Post) -> Done:
    """Give a post the time back that it had, or none, and its age."""
    due_at, expires_at = _slot(ask), _slot(ask, "expires")
    if due_at is None and post.state is State.APPROVED:
        raise UsageError(ask.words.t("An approved post needs a time: hold it back instead."))
    ask.editor.move_back(post.id, due_at, expires_at, version=ask.number("version"))
    return Done(ask.words.t("“%(title)s” has its time again.", title=post.article_title))


def _now(ask: Ask, post: Post) -> Done:
    ask.editor.send_now(post.id, version=ask.number("version"))
    words = ask.words.t("“%(title)s” goes out now.", title=post.article_title)
    undo = "back" if post.state is State.APPROVED else "hold"
    return Done(words, undo, post.id, post.due_at, post.expires_at)


def _hold(ask: Ask, post: Post) -> Done:
    ask.editor.unapprove(post.id, version=ask.number("version"))
    words = ask.words.t(
        "“%(title)s” waits in the queue again; its slot is free.", title=post.article_title
    )
    return Done(words, "approve", post.id, post.due_at)


def _approve(ask: Ask, post: Post) -> Done:
    """Approve a post for the time it has, or the one that was chosen."""
    approved = ask.editor.approve(post.id, at=_slot(ask), version=ask.number("version"))
    words = ask.words.t(
        "“%(title)s” is approved, and goes out: %(when)s.",
        title=post.article_title,
        when=ask.words.when(approved.due_at or ask.now, ask.app.zone(post.site), ask.now),
    )
    return Done(words, "hold", post.id)


STEPS: Final[Mapping[str, Callable[[Ask, Post], Done]]] = MappingProxyType(
    {
        "move": _move,
        "later": _later,
        "earlier": _earlier,
        "back": _back,
        "swap": _swap,
        "now": _now,
        "hold": _hold,
        "approve": _approve,
    }
)
#: How the pages call what was done.
SAID: Final = MappingProxyType(
    {
        "move": "moved",
        "later": "moved",
        "earlier": "moved",
        "now": "sent",
        "hold": "unapproved",
        "approve": "approved",
    }
)


# ----------------------------------------------------------------------------------- parts


def _moved(ask: Ask, post: Post, at: datetime, note: str = "") -> Done:
    """Give a post its time, and say so."""
    ask.editor.move(post.id, at, version=ask.number("version"))
    when = ask.words.when(at, ask.app.zone(post.site), ask.now)
    held = ask.words.t("“%(title)s” is meant for %(when)s; it goes out once somebody approves it.")
    due = ask.words.t("“%(title)s” goes out: %(when)s.")
    words = (held if post.state is State.HELD else due) % {
        "title": post.article_title,
        "when": when,
    }
    return Done(f"{words} {note}".strip(), "back", post.id, post.due_at, post.expires_at)


def _slot(ask: Ask, name: str = "slot") -> datetime | None:
    """Read the slot that was chosen."""
    try:
        return datetime.fromisoformat(ask.text(name) or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _time_of(ask: Ask, post: Post) -> datetime:
    if post.due_at is None or post.state not in (State.HELD, State.APPROVED):
        raise UsageError(ask.words.t("This post has no time that could be changed."))
    return max(post.due_at, ask.now)


def _slots(ask: Ask, post: Post) -> Slots:
    """Give the slots of a post's channel, its own among the free ones."""
    at = _time_of(ask, post)
    since, until = min(at, ask.now) - agenda.SIGHT, max(at, ask.now) + agenda.LATER
    with ask.room.store.read() as tx:
        placed = tx.timetable.between(post.site, [post.channel], since, until)
    taken = tuple(each.at for each in placed if each.counts and each.id != post.id)
    return Slots(ask.app.rules(post), taken, ask.now)


PAGES: Final = (Page("/agenda/{post_id:int}/{step}", step, "POST"),)
