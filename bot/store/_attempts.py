"""The tries to publish a post: two rows each, its start and its end, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select

from bot.model import Attempt, Outcome, Post, State, Verb
from bot.store import _life
from bot.store._schema import attempts

_START, _END = attempts.alias("started"), attempts.alias("ended")
_ALL = (
    select(
        _START.c.post_id,
        _START.c.token,
        _START.c.at.label("started_at"),
        _END.c.at.label("ended_at"),
        func.coalesce(_END.c.outcome, "").label("outcome"),
        func.coalesce(_END.c.detail, "").label("detail"),
    )
    .outerjoin_from(
        _START,
        _END,
        and_(
            _END.c.post_id == _START.c.post_id,
            _END.c.token == _START.c.token,
            _END.c.step == "end",
        ),
    )
    .where(_START.c.post_id == bindparam("post_id"), _START.c.step == "start")
    .order_by(_START.c.token)
)
_ADD = insert(attempts)


def start(
    db: Connection, post: Post, now: datetime, who: str, began_at: datetime, **columns: Any
) -> Post:
    """Lease a post under a new token and open its attempt."""
    fresh: dict[str, Any] = {
        "token": post.token + 1,
        "not_before": None,
        "check_at": None,
        "looks": 0,
    }
    leased = _life.change(db, post, Verb.LEASE, State.SENDING, who=who, now=now, **fresh, **columns)
    _add(db, leased, "start", began_at)
    return leased


def end(
    db: Connection,
    post: Post,
    verb: Verb,
    to: State,
    outcome: Outcome,
    *,
    who: str,
    reason: str,
    now: datetime,
    **columns: Any,
) -> Post:
    """Move a leased post on and end its attempt; TransitionError where the lease is lost."""
    settled = _life.change(
        db, post, verb, to, who=who, reason=reason, now=now, by_token=True, **columns
    )
    _add(db, post, "end", now, type(outcome).__name__.lower(), reason)
    return settled


def of(db: Connection, post_id: int) -> tuple[Attempt, ...]:
    """List the tries to publish a post, in order."""
    rows = db.execute(_ALL, {"post_id": post_id}).mappings()
    return tuple(Attempt(**row) for row in rows)


def _add(
    db: Connection, post: Post, step: str, at: datetime, outcome: str = "", detail: str = ""
) -> None:
    row = {"post_id": post.id, "token": post.token, "step": step, "at": at}
    db.execute(_ADD, {**row, "outcome": outcome, "detail": detail})
