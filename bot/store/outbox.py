"""Approved posts that wait for their time: claimed, tried, settled, and looked for.

A lease and its attempt are committed before the first byte is sent; the answer is
written under the lease's token. A crash between the two leaves a post in `sending`,
which lapses into `unknown`: never one that is simply sent again.

Until when a row is one process's own is told by the machine clock (`_clock`); `now`
decides only what people would read from their own: when a post is due.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

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
from bot.store import _attempts, _claims, _clock, _connect, _life, _stops
from bot.store._doubts import Doubts
from bot.store._schema import attempts, posts, to_json
from bot.store.accounts import FIRST_REST, Accounts
from bot.store.followups import Followups
from bot.store.instance import Instance
from bot.store.rests import Rests
from bot.store.vault import Vault

#: Nothing goes out so long after its slot: how far back money is looked for.
LONGEST_DELAY = timedelta(days=62)

_MAY_BE_LIVE = (State.SENDING, State.WAITING, State.UNKNOWN, State.NEEDS_PERSON)


class Outbox(Doubts):
    """The outbox, in one transaction."""

    def __init__(self, db: Connection, vault: Vault, instance: Instance) -> None:
        super().__init__(db)
        self._vault, self._instance = vault, instance

    def due(self, now: datetime, limit: int | None = None) -> tuple[Post, ...]:
        """List what could be leased now, earliest first; paused channels' posts as well."""
        query = _life.query().where(or_(*_claims.due(now))).order_by(posts.c.due_at, posts.c.id)
        return _life.read(self._db, query.limit(limit))

    def take(
        self, now: datetime, hold_for: timedelta, *, skip: Collection[str] = ()
    ) -> Post | None:
        """Claim the next due post, so that no other process looks at it for `hold_for`.

        What its platform works on goes before what is not begun, then the earliest. Passes
        over what is paused or rests, and over the channels (“site/channel”) in `skip`.
        """
        return _claims.take(self._db, now, hold_for, skip)

    def free(self, post: Post) -> None:
        """Give a claim back; where the post went on meanwhile, nothing changes."""
        _claims.free(self._db, post)

    def put_off(
        self, post: Post, until: datetime, reason: str, now: datetime, *, slot: bool = False
    ) -> Post:
        """Give a claim back and let the post wait until then, for a reason that it shows.

        `slot`: that is its slot from now on, which no other post gets. It is no transition.
        Raises TransitionError where somebody changed it meanwhile.
        """
        _claims.put_off(self._db, post, until, reason, slot=slot)
        return _life.get(self._db, post.id)

    def lease(
        self, post: Post, now: datetime, lease_for: timedelta, *, cost: int = 0
    ) -> Post | None:
        """Open an attempt for a claimed post; where it is paused, give it back: None.

        Commit before anything is sent: a crash then leaves a post to look for, never one
        to send again. `cost` counts as spent until it is settled that nothing was sent.
        Raises TransitionError where somebody changed the post since it was taken.
        """
        if _stops.paused(self._db, post, now):
            self.free(post)
            return None
        self._instance.beat(now)
        claim = _clock.until(*_clock.now(self._db), lease_for)
        spent = {"cost": cost} if cost else {}  # a later step keeps what the first one cost
        return _attempts.start(self._db, post, now, "outbox", now, **claim, **spent)

    def doubt(
        self,
        post: Post,
        reason: str,
        now: datetime,
        *,
        quarantine: timedelta,
        since: datetime | None = None,
    ) -> Post:
        """Put a post among the unknown ones that nobody is sending: it is looked for.

        `since` is when an attempt that this database forgot may have begun; what the steps
        known to it have made is forgotten too, for it was not all. Raises TransitionError
        where somebody changed the post since it was read.
        """
        self._instance.beat(now)
        made = {} if since is None else {"resume": None}
        post = _attempts.start(self._db, post, now, "outbox", since or now, **made)
        return self.settle(post, Unknown(reason), now, quarantine=quarantine)

    def resume(self, post: Post) -> Mapping[str, Any] | None:
        """Give what the steps so far have made; StoreError where the key does not fit."""
        query = select(posts.c.resume).where(posts.c.id == post.id)
        sealed = self._db.execute(query).scalar()
        return None if sealed is None else json.loads(self._vault.open(sealed))

    def settle(
        self,
        post: Post,
        outcome: Outcome,
        now: datetime,
        *,
        quarantine: timedelta,
        who: str = "outbox",
    ) -> Post:
        """Write what became of a leased post, end its attempt, and all that follows from it.

        A published one gets its extras as steps of their own; a channel that must be left
        alone rests; an unknown one is not looked for before `quarantine` is over. Raises
        TransitionError, and writes nothing, where the lease is no longer held.
        """
        verb, to, reason, columns = self._settlement(outcome, now, quarantine)
        how: dict[str, Any] = {"who": who, "reason": reason, "now": now, **columns}
        settled = _attempts.end(self._db, post, verb, to, outcome, **how)
        match outcome:
            case Published(extras=extras):
                Followups(self._db).follow(post.id, extras, now)
            case Retry(_, at, rests) if rests != "post":
                until = at or now + FIRST_REST
                Rests(self._db).rest(f"{post.site}/{post.channel}", until, reason)
            case Blocked():
                Accounts(self._db).block(post.site, post.channel, reason, now)
        return settled

    def tried(self, before: datetime) -> dict[int, datetime]:
        """Tell which approved posts were tried first before then, in vain, and when."""
        first = func.min(attempts.c.at).label("first_at")
        query = (
            select(posts.c.id, first)
            .join(attempts, attempts.c.post_id == posts.c.id)
            .where(posts.c.state == State.APPROVED)
            .group_by(posts.c.id)
        )
        return {row.id: row.first_at for row in self._db.execute(query) if row.first_at <= before}

    def attempts(self, post_id: int) -> tuple[Attempt, ...]:
        """List the tries to publish a post; one without an end is under way."""
        return _attempts.of(self._db, post_id)

    def spent(self, site: str, channel: str, since: datetime, *, alone: bool = False) -> int:
        """Sum what went out since then, or may have, in thousandths of a dollar.

        `alone`: whoever asks so of the same channel waits until this transaction ends.
        """
        if alone:
            _connect.in_turn(self._db, f"spent {site}/{channel}")
        query = select(func.coalesce(func.sum(posts.c.cost), 0)).where(
            posts.c.site == site,
            posts.c.channel == channel,
            posts.c.due_at >= since - LONGEST_DELAY,
            or_(posts.c.published_at >= since, posts.c.state.in_(_MAY_BE_LIVE)),
        )
        return int(self._db.execute(query).scalar_one())

    def _settlement(
        self, outcome: Outcome, now: datetime, quarantine: timedelta
    ) -> tuple[Verb, State, str, dict[str, Any]]:
        unsent = {"cost": 0}
        match outcome:
            case Published(remote_id, url):
                live = {"remote_id": remote_id, "remote_url": url, "resume": None}
                return Verb.SETTLE, State.PUBLISHED, "", live
            case Waiting(resume, check_at):
                made = self._vault.seal(to_json(dict(resume))) if resume else None
                waits = {"resume": made, "check_at": check_at or now}
                words = "one step is done" if check_at is None else "the platform is still working"
                return Verb.SETTLE, State.WAITING, words, waits
            case Retry(reason, at):
                return Verb.SETTLE, State.APPROVED, reason, {"not_before": at, **unsent}
            case Refused(reason):
                return Verb.SETTLE, State.REFUSED, reason, {"resume": None, **unsent}
            case Blocked(reason):
                return Verb.BLOCK, State.APPROVED, reason, unsent
            case Unknown(reason):
                rest = _clock.until(*_clock.now(self._db), quarantine)
                return Verb.SETTLE, State.UNKNOWN, reason, rest
            case Absent():
                raise ValueError("absence is found by looking, not by sending")
