"""Which post is next, and making it one process's own for a while.

A claim is no transition. The version of what is due stays as it is, so that an editor
who is quicker than the lease simply wins; that of a doubt grows, so that one who took
too long over his look is told. On a database with many writers each passes over the
rows that another is just claiming.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, or_, select, update

from bot.model import Post, State
from bot.store import _clock, _life, _stops
from bot.store._schema import UtcTime, posts

_NOW: Any = bindparam("now", type_=UtcTime())
_BOOT: Any = bindparam("boot")
_SECONDS: Any = bindparam("seconds")
_THEM = posts.alias("them")  # the rows looked at, beside the one that is claimed
_NOT_SKIPPED = _stops.place(_THEM).not_in(bindparam("skip", expanding=True))


def due(now: Any, table: Any = posts) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say in SQL what could be leased: what waits for its platform, what for its time."""
    return (
        and_(table.c.state == State.WAITING, table.c.check_at <= now),
        and_(
            table.c.state == State.APPROVED,
            table.c.due_at <= now,
            or_(table.c.not_before.is_(None), table.c.not_before <= now),
        ),
    )


def _claim(order: ColumnElement[Any], *which: ColumnElement[bool]) -> Update:
    """Claim the first of these rows; built once, as the statements of `sources` are."""
    first = (
        select(_THEM.c.id)
        .where(*which, _clock.free(_THEM, _BOOT, _SECONDS))
        .order_by(order)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return update(posts).where(posts.c.id == first.scalar_subquery()).returning(posts.c.id)


# One statement for each state: the index by state and time then gives the first row at
# once, however many wait. A step that was begun goes before one that was not.
_TAKE = tuple(
    _claim(_THEM.c.due_at, state, *_stops.go(_THEM), _NOT_SKIPPED) for state in due(_NOW, _THEM)
)
# Whoever claimed an unknown post under another start of the machine is dead; its rest
# begins anew (`outbox.lapse`), for what it was worth cannot be told.
_DOUBTFUL = _claim(
    _THEM.c.clock_until,
    _THEM.c.state == State.UNKNOWN,
    _THEM.c.clock_boot == _BOOT,
    _THEM.c.clock_until.is_not(None),
).values(version=posts.c.version + 1)


def take(db: Connection, now: datetime, hold_for: timedelta, skip: Collection[str]) -> Post | None:
    """Claim the next post that is due, passing over what is paused, rests, or is in `skip`."""
    for statement in _TAKE:
        post = _run(db, statement, hold_for, now=now, skip=list(skip))
        if post is not None:
            return post
    return None


def doubtful(db: Connection, hold_for: timedelta) -> Post | None:
    """Claim the unknown post whose rest has been over for longest."""
    return _run(db, _DOUBTFUL, hold_for)


def free(db: Connection, post: Post) -> None:
    """Give a claim back; where the post went on meanwhile, nothing changes."""
    db.execute(_life.HELD, {**_life.held(post), **_clock.FREED})


def put_off(
    db: Connection, post: Post, until: datetime, reason: str, *, slot: bool = False
) -> None:
    """Give a claim back and let the post wait; TransitionError where somebody changed it."""
    when = "check_at" if post.state is State.WAITING else "due_at" if slot else "not_before"
    asked = {**_life.unchanged(post), **_clock.FREED, when: until, "reason": reason}
    if db.execute(_life.UNCHANGED, asked).rowcount != 1:
        raise _life.too_late(db, post)


def _run(db: Connection, statement: Update, hold_for: timedelta, **asked: Any) -> Post | None:
    boot, seconds = _clock.now(db)
    claim = _clock.until(boot, seconds, hold_for)
    post_id = db.execute(statement, {"boot": boot, "seconds": seconds, **claim, **asked}).scalar()
    return None if post_id is None else _life.get(db, post_id)
