"""Deliberate breakages of what keeps a post from going out twice, or not at all.

Each is applied inside a process, to show that the suite would notice it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, update

from bot import http, reconciler
from bot.model import Absent, Post, Retry, State, Unknown
from bot.store import _attempts, _clock, _life
from bot.store._schema import posts
from bot.store.outbox import Outbox


def no_token() -> None:
    """Settle whatever is being sent, whoever sends it.

    The end of an attempt is written once for each token, which would be a second guard.
    """
    bare = update(posts).where(
        posts.c.id == bindparam("post_id"), posts.c.state == bindparam("was")
    )
    _life._CHANGE_HELD = bare.values(_life._NEXT)
    true = _attempts._add

    def add(db: Connection, post: Post, step: str, *how: Any) -> None:
        ended = [each.token for each in _attempts.of(db, post.id) if each.ended_at]
        if step == "start" or post.token not in ended:
            true(db, post, step, *how)

    _attempts._add = add


def lapse_to_approved() -> None:
    """Send again what was being sent when its lease ran out."""

    def lapse(self: Outbox, now: Any, *, quarantine: Any) -> tuple[Post, ...]:
        boot, seconds = _clock.now(self._db)
        over = posts.c.state == State.SENDING, _clock.free(posts, boot, seconds)
        self._db.execute(update(posts).where(*over).values(state=State.APPROVED, **_clock.FREED))
        return ()

    Outbox.lapse = lapse


def no_deadline() -> None:
    """Send even after the lease is over."""
    http.Session._in_time = lambda self: None


def unknown_is_retry() -> None:
    """Take a lost answer for a failure."""
    true = Outbox.settle

    def settle(self: Outbox, post: Post, outcome: Any, now: Any, **how: Any) -> Post:
        if isinstance(outcome, Unknown):
            outcome = Retry(outcome.reason, now)
        return true(self, post, outcome, now, **how)

    Outbox.settle = settle


def one_look() -> None:
    """Believe the first look that finds nothing."""
    true = reconciler._judge

    def judge(doubt: Any, outcome: Any, *more: Any) -> Any:
        proven = Absent(True, outcome.reason) if isinstance(outcome, Absent) else outcome
        return true(doubt, proven, *more)

    reconciler._judge = judge


def no_lease() -> None:
    """Send without having written down that it is being sent."""

    def lease(self: Outbox, post: Post, *how: Any, **more: Any) -> Post | None:
        return replace(post, state=State.SENDING, token=post.token + 1)

    Outbox.lease = lease


KINDS: Final[Mapping[str, Callable[[], None]]] = {
    "no token": no_token,
    "lapse to approved": lapse_to_approved,
    "no deadline": no_deadline,
    "unknown is retry": unknown_is_retry,
    "one look": one_look,
    "no lease": no_lease,
}
