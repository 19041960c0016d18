"""Short words for what tests do with an outbox, and a machine's clock that they turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.model import Outcome, Post
from bot.store import Store, Tx
from bot.store._schema import posts

Make = Callable[..., Post]
MINUTE = timedelta(minutes=1)
LEASE = 2 * MINUTE
REST = 3 * MINUTE
X = "harbour/twitter"


class Clock:
    """A machine's clock: it goes only when it is told to."""

    def __init__(self) -> None:
        self.boot, self.seconds = "first", 1000.0

    def __call__(self) -> tuple[str, float]:
        return self.boot, self.seconds

    def go(self, span: timedelta) -> None:
        self.seconds += span.total_seconds()

    def restart(self) -> None:
        """Start the machine anew."""
        self.boot, self.seconds = f"after {self.boot}", 3.0


def turned(store: Store) -> Clock:
    """Put a clock of ours in the place of the machine's, whichever the database is."""
    clock = Clock()
    for engine in (store._engine, store._writer):
        engine.update_execution_options(machine_clock=clock)
    return clock


def taken(tx: Tx, now: datetime, **how: Any) -> int | None:
    """Take what is next; give its number."""
    post = tx.outbox.take(now, MINUTE, **how)
    return None if post is None else post.id


def leased(tx: Tx, post: Post, now: datetime, **how: Any) -> Post:
    """Lease a post that nothing holds up."""
    found = tx.outbox.lease(post, now, LEASE, **how)
    assert found is not None
    return found


def settled(tx: Tx, post: Post, outcome: Outcome, now: datetime) -> Post:
    """Settle a leased post."""
    return tx.outbox.settle(post, outcome, now, quarantine=REST)


def row(tx: Tx, post: Post, *names: str) -> tuple[Any, ...]:
    """Read what a Post does not carry."""
    query = select(*(posts.c[name] for name in names)).where(posts.c.id == post.id)
    return tuple(tx.posts._db.execute(query).one())
