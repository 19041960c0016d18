"""Approved posts that wait for their time: claimed, tried, settled.

A lease and its attempt are committed before the first byte is sent; the answer is
written under the lease's token. A crash between the two leaves a post in
`sending`, whose attempt has no end: never one that is simply sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, or_, select

from bot.model import (
    Absent,
    Attempt,
    Blocked,
    Outcome,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Unknown,
    Verb,
    Waiting,
)
from bot.store import _life
from bot.store._schema import attempts, pauses, posts

#: A blocked channel is asked again after this; it must not be asked without end.
BLOCKED_REST = timedelta(minutes=5)


class Outbox:
    """The outbox, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def due(self, now: datetime, limit: int | None = None) -> tuple[Post, ...]:
        """List what could be leased now, earliest first; paused channels' posts as well."""
        query = _life.query().where(_due(now)).order_by(posts.c.due_at, posts.c.id)
        return _life.read(self._db, query.limit(limit))

    def lease(self, now: datetime, lease_for: timedelta) -> Post | None:
        """Claim the earliest due post and open its attempt, or return None.

        Nothing of a paused channel is claimed. Commit before anything is sent: a
        crash then leaves a post to reconcile, never one to send again.
        """
        earliest = (
            select(posts.c.id)
            .where(_due(now), ~_paused(now))
            .order_by(posts.c.due_at, posts.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        post_id = self._db.execute(earliest).scalar()
        if post_id is None:
            return None
        post = _life.get(self._db, post_id)
        leased = _life.change(
            self._db,
            post,
            Verb.LEASE,
            State.SENDING,
            who="outbox",
            now=now,
            token=post.token + 1,
            lease_until=now + lease_for,
            not_before=None,
            check_at=None,
        )
        self._attempt(leased, "start", now)
        return leased

    def settle(self, post: Post, outcome: Outcome, now: datetime, *, who: str = "outbox") -> Post:
        """Write what became of a leased post, and end its attempt.

        Raises TransitionError, and writes nothing, where the lease is no longer
        held: someone else leased or settled the post since.
        """
        verb, to, reason, columns = _settlement(outcome, now)
        settled = _life.change(
            self._db, post, verb, to, who=who, reason=reason, now=now, lease_until=None, **columns
        )
        self._attempt(post, "end", now, type(outcome).__name__.lower(), reason)
        return settled

    def attempts(self, post_id: int) -> tuple[Attempt, ...]:
        """List the tries to publish a post; one without an end was cut short."""
        start, end = attempts.alias(), attempts.alias()
        query = (
            select(
                start.c.post_id,
                start.c.token,
                start.c.at.label("started_at"),
                end.c.at.label("ended_at"),
                end.c.outcome,
                end.c.detail,
            )
            .outerjoin_from(
                start,
                end,
                and_(
                    end.c.post_id == start.c.post_id,
                    end.c.token == start.c.token,
                    end.c.step == "end",
                ),
            )
            .where(start.c.post_id == post_id, start.c.step == "start")
            .order_by(start.c.token)
        )
        return tuple(
            Attempt(
                row.post_id,
                row.token,
                row.started_at,
                row.ended_at,
                row.outcome or "",
                row.detail or "",
            )
            for row in self._db.execute(query)
        )

    def _attempt(
        self, post: Post, step: str, now: datetime, outcome: str = "", detail: str = ""
    ) -> None:
        row = {"post_id": post.id, "token": post.token, "step": step, "at": now}
        self._db.execute(insert(attempts).values(**row, outcome=outcome, detail=detail))


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(
            posts.c.state == State.APPROVED,
            posts.c.due_at <= now,
            or_(posts.c.not_before.is_(None), posts.c.not_before <= now),
        ),
        and_(posts.c.state == State.WAITING, posts.c.check_at <= now),
    )


def _paused(now: datetime) -> ColumnElement[bool]:
    scopes = ("*", posts.c.site, posts.c.site + "/" + posts.c.channel)
    return exists().where(
        pauses.c.scope.in_(scopes), or_(pauses.c.until.is_(None), pauses.c.until > now)
    )


def _settlement(outcome: Outcome, now: datetime) -> tuple[Verb, State, str, dict[str, Any]]:
    match outcome:
        case Published(remote_id, url):
            live = {"remote_id": remote_id, "remote_url": url, "resume": None}
            return Verb.SETTLE, State.PUBLISHED, "", live
        case Waiting(resume, check_at):
            made = {"resume": dict(resume), "check_at": check_at or now}
            return Verb.SETTLE, State.WAITING, "the platform is still working", made
        case Retry(reason, at):
            return Verb.SETTLE, State.APPROVED, reason, {"not_before": at}
        case Refused(reason):
            return Verb.SETTLE, State.REFUSED, reason, {"resume": None}
        case Blocked(reason):
            return Verb.BLOCK, State.APPROVED, reason, {"not_before": now + BLOCKED_REST}
        case Unknown(reason):
            return Verb.SETTLE, State.UNKNOWN, reason, {}
        case Absent():
            raise ValueError("absence is found by looking, not by sending")
