"""What is said after something was done, and how it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bot.errors import UsageError
from bot.model import Post, State
from bot.room._words import Words
from bot.room.base import Ask

#: What was done, and in which state of the post it can still be undone.
UNDONE_IN: Final = MappingProxyType(
    {
        "approved": (State.APPROVED,),
        "sent": (State.APPROVED,),
        "unapproved": (State.HELD,),
        "rejected": (State.REJECTED,),
        "reopened": (State.HELD,),
        "moved": (State.HELD, State.APPROVED),
        "edited": (State.HELD,),
        "rewritten": (State.HELD,),
        "restored": (State.HELD,),
    }
)

#: So many posts are spoken of at once.
MOST: Final = 500

LOST: Final = "The time before is not known any more: move the post instead."


@dataclass(frozen=True, slots=True)
class Said:
    """A word on what was done; with `undo`, the posts of which it can be taken back."""

    words: str
    what: str = ""
    undo: tuple[str, ...] = ()  # "12:4": a post, and the version that is undone
    before: str = ""  # what undoing needs to know


def say(
    ask: Ask, what: str, posts: Sequence[Post], *, before: str = "", failed: int = 0
) -> Said | None:
    """Say what was done to posts, and to how many it could not be; None where that has no name."""
    words = _words(ask.words, what, len(posts))
    if what == "went-on" and not posts:
        return Said(ask.words.t("Everything goes on. Nothing fell due meanwhile."))
    if words is None or not (posts or failed):
        return None
    parts = [words] if posts else []
    if len(posts) == 1:
        parts.append(_when(ask, posts[0]))
    if failed:
        left = ask.words.n(
            "%(num)s post was left as it is, and says why.",
            "%(num)s posts were left as they are, and say why.",
            failed,
        )
        parts.append(left)
    undone = (each for each in posts if each.state in UNDONE_IN.get(what, ()))
    undo = tuple(f"{each.id}:{each.version}" for each in undone)
    return Said(" ".join(filter(None, parts)), what, undo, before)


def address(what: str, done: Sequence[int], failed: Sequence[int], before: str) -> str:
    """Write for the address of the next page what `of_query` reads there."""
    return ":".join((what, ".".join(map(str, done)), str(len(failed) or ""), before))


def of_query(ask: Ask) -> Said | None:
    """Say what was done on the page before this one: its “said” stands in the address."""
    what, _, rest = ask.query.get("said", "").partition(":")
    done, _, rest = rest.partition(":")
    failed, _, before = rest.partition(":")
    if what not in NAMES:
        return None
    wanted = [int(each) for each in done.split(".")[:MOST] if _is_number(each)]
    with ask.room.store.read() as tx:
        posts = tx.posts.some(wanted)
    number = int(failed) if _is_number(failed) else 0
    return say(ask, what, posts, before=before[:80], failed=number)


def times(post: Post) -> str:
    """Write the time and the age of a post, for whoever undoes its move."""
    return "~".join(each.isoformat() if each else "" for each in (post.due_at, post.expires_at))


def read_times(before: str) -> tuple[datetime | None, datetime | None]:
    """Read what `times` wrote; without an age there was none."""
    due, _, expires = before.partition("~")
    try:
        due_at, expires_at = (
            datetime.fromisoformat(each) if each else None for each in (due, expires)
        )
    except ValueError:
        raise UsageError(LOST) from None
    if any(each is not None and each.tzinfo is None for each in (due_at, expires_at)):
        raise UsageError(LOST)
    return due_at, expires_at


def mark(ask: Ask) -> str:
    """Give the mark of all that a page shows, after which it asks what is new (`_live`)."""
    with ask.room.store.read() as tx:
        return tx.news.mark(ask.now)


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 16


def _when(ask: Ask, post: Post) -> str:
    """Say when a post goes out, where somebody has just decided that it does."""
    if post.due_at is None or post.state not in (State.APPROVED, State.HELD):
        return ""
    if post.state is State.HELD:
        own = ask.words.t("Once it is approved, it goes out: %(when)s (%(zone)s).")
    elif f"{post.site}/{post.channel}" in ask.app.hands():
        return ask.words.t("This channel is not connected: post it by hand.")
    elif post.due_at <= ask.now:
        return ask.words.t("It goes out now.")
    else:
        own = ask.words.t("It goes out: %(when)s (%(zone)s).")
    zone = ask.app.zone(post.site)
    return own % {"when": ask.words.when(post.due_at, zone, ask.now), "zone": zone.key}


def _words(words: Words, what: str, number: int) -> str | None:
    name = NAMES.get(what)
    return None if name is None else words.n(*name, number)


def n(one: str, many: str) -> tuple[str, str]:
    """Mark words for the catalogue."""
    return one, many


#: What is said of one post, and of many.
NAMES: Final = MappingProxyType(
    {
        "approved": n("Approved.", "%(num)s posts approved."),
        "sent": n("Approved, ahead of its time.", "%(num)s posts approved, ahead of their time."),
        "unapproved": n(
            "Held back: it waits in the queue again.",
            "%(num)s posts held back: they wait in the queue again.",
        ),
        "rejected": n("Rejected: it will not go out.", "%(num)s posts rejected."),
        "reopened": n("It is back in the queue.", "%(num)s posts are back in the queue."),
        "moved": n("Moved.", "%(num)s posts moved."),
        "edited": n("Saved.", "%(num)s posts saved."),
        "rewritten": n("Written anew from the template.", "%(num)s posts written anew."),
        "restored": n("The earlier words are back.", "%(num)s posts have their earlier words."),
        "settled": n("Noted.", "%(num)s posts noted."),
        "deleted": n("Taken down.", "%(num)s posts taken down."),
        "went-on": n(
            "Everything goes on. A post fell due meanwhile; it waits in the queue.",
            "Everything goes on. %(num)s posts fell due meanwhile; they wait in the queue.",
        ),
        "undone": n("Undone.", "Undone, for %(num)s posts."),
    }
)
