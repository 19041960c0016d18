"""What follows a published post: an extra, such as a first comment, or its deletion.

A step that was cut short is not simply taken again: unless whoever takes the next one
says that it may be repeated, it is `unknown` and stays in sight.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from bot.errors import TransitionError
from bot.store import _clock, _stops
from bot.store._schema import followups, posts

#: A person took a post down: no pause and no rest of its channel keeps that back.
DELETE: Final = "delete"

#: A step that only a person gets on.
STUCK: Final = frozenset({"failed", "unknown"})

_OPEN = ("due", "doing", "failed", "unknown")
_CUT_SHORT = "it was cut short: look whether it was done"


@dataclass(frozen=True, slots=True)
class Followup:
    """One step behind a published post."""

    id: int
    post_id: int
    name: str  # "comment" | "thumbnail" | … | "delete"
    state: str  # "due" | "doing" | "done" | "failed" | "unknown"
    tries: int
    not_before: datetime | None
    reason: str
    who: str
    at: datetime  # since when it stands so


_ALL = select(*(followups.c[name] for name in Followup.__dataclass_fields__))
_FIRST_DUE = (
    select(followups.c.id)
    .join(posts)
    .where(
        followups.c.state == "due",
        or_(followups.c.not_before.is_(None), followups.c.not_before <= bindparam("now")),
        or_(followups.c.name == DELETE, and_(*_stops.go(posts))),
    )
    .order_by(followups.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=followups)
)


class Followups:
    """The steps behind published posts, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(
        self,
        post_id: int,
        name: str,
        *,
        who: str,
        now: datetime,
        hold_for: timedelta | None = None,
    ) -> Followup:
        """Note a step that is to be taken; with `hold_for` the caller takes it at once."""
        row = {"post_id": post_id, "name": name, "state": "due", "tries": 0, "who": who, "at": now}
        if hold_for is not None:
            claim = _clock.until(*_clock.now(self._db), hold_for)
            row |= {"state": "doing", "tries": 1, **claim}
        added = self._db.execute(insert(followups).values(**row)).inserted_primary_key
        assert added is not None
        return self._get(added[0])

    def follow(self, post_id: int, extras: Iterable[str], now: datetime) -> None:
        """Note the steps that a platform named for a post it has just published."""
        for name in dict.fromkeys(extras):
            self.add(post_id, name, who="outbox", now=now)

    def take(
        self, now: datetime, hold_for: timedelta, *, repeatable: Collection[str] = ()
    ) -> Followup | None:
        """Claim the first step that is due, of a channel that neither pauses nor rests."""
        boot, seconds = _clock.now(self._db)
        self._let_go(repeatable, boot, seconds)
        found = self._db.execute(_FIRST_DUE, {"now": now}).scalar()
        if found is None:
            return None
        claimed = (
            update(followups)
            .where(followups.c.id == found)
            .values(
                state="doing",
                tries=followups.c.tries + 1,
                **_clock.until(boot, seconds, hold_for),
            )
        )
        self._db.execute(claimed)
        return self._get(found)

    def settle(
        self,
        followup: Followup,
        state: str,
        reason: str,
        now: datetime,
        not_before: datetime | None = None,
    ) -> Followup:
        """Write what became of a claimed step; `due` with a time takes it again then.

        Raises TransitionError, and writes nothing, where somebody else took it since.
        """
        columns = {"state": state, "reason": reason, "not_before": not_before, "at": now}
        mine = update(followups).where(
            followups.c.id == followup.id,
            followups.c.tries == followup.tries,
            followups.c.state.in_(("doing", "unknown")),  # a late answer is an answer
        )
        if self._db.execute(mine.values(**columns, **_clock.FREED)).rowcount != 1:
            raise TransitionError(
                f"the {followup.name} of post {followup.post_id} was taken up by somebody else"
                " meanwhile: look at it again."
            )
        return self._get(followup.id)

    def decide(self, followup_id: int, state: str, *, who: str, reason: str, now: datetime) -> int:
        """Write what a person says of a step that failed or is in doubt; give its post's number.

        `due` takes it from the beginning. What stands so of the same step of the post is
        decided with it. Raises TransitionError where it does not stand so any more.
        """
        found = [each for each in self.open() if each.id == followup_id and each.state in STUCK]
        if not found:
            raise TransitionError("that was settled meanwhile: look at the page again.")
        (one,) = found
        alike = (followups.c.post_id == one.post_id, followups.c.name == one.name)
        columns = {"state": state, "who": who, "reason": reason, "at": now, "not_before": None}
        more = update(followups).where(*alike, followups.c.state.in_(STUCK))
        done = more.where(followups.c.id != one.id).values(columns | {"state": "done"})
        self._db.execute(done)
        mine = more.where(followups.c.id == one.id).values(columns | {"tries": 0})
        self._db.execute(mine)
        return one.post_id

    def of(self, post_id: int) -> tuple[Followup, ...]:
        """List the steps behind a post, in order."""
        return self._read(_ALL.where(followups.c.post_id == post_id))

    def open(self) -> tuple[Followup, ...]:
        """List what is not done, in order: to come, under way, failed, or in doubt."""
        return self._read(_ALL.where(followups.c.state.in_(_OPEN)))

    def _let_go(self, repeatable: Collection[str], boot: str, seconds: float) -> None:
        """Take the claims of the dead away."""
        over = update(followups).where(
            followups.c.state == "doing", _clock.free(followups, boot, seconds)
        )
        again = over.where(followups.c.name.in_(repeatable)).values(state="due", **_clock.FREED)
        self._db.execute(again)
        self._db.execute(over.values(state="unknown", reason=_CUT_SHORT, **_clock.FREED))

    def _get(self, followup_id: int) -> Followup:
        (found,) = self._read(_ALL.where(followups.c.id == followup_id))
        return found

    def _read(self, query: Any) -> tuple[Followup, ...]:
        rows = self._db.execute(query.order_by(followups.c.id)).mappings()
        return tuple(Followup(**row) for row in rows)
