"""What people were told, so that one cause is not told again at once, nor by two processes.

A post remembers by itself that people were told of it (`note`, `at`): a hold runs from then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.store._connect import once
from bot.store._schema import notices, posts


class Notices:
    """The notices, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def claim(self, causes: Mapping[str, str], now: datetime, every: timedelta) -> tuple[str, ...]:
        """Give those causes that are to be told now, to one process only.

        Each counts as told from now on, and is given again after `every`.
        """
        query = select(notices.c.cause).where(notices.c.cause.in_(causes))
        known = set(self._db.execute(query).scalars())
        # In one order for every process, so that none waits for another that waits for it.
        mine = {
            cause
            for cause in sorted(causes)
            if (self._again(cause, now, every) if cause in known else self._first(cause, now))
        }
        return tuple(cause for cause in causes if cause in mine)

    def failed(self, causes: Collection[str]) -> None:
        """Say that these could not be told: they are given again."""
        self._db.execute(update(notices).where(notices.c.cause.in_(causes)).values(sent_at=None))

    def forget(self, all_but: Collection[str]) -> None:
        """Forget the causes that are over; where one comes back, it is new."""
        self._db.execute(delete(notices).where(notices.c.cause.not_in(all_but)))

    def note(self, post_ids: Collection[int], now: datetime) -> None:
        """Write down that a notice of these posts was delivered; they change in nothing else."""
        query = update(posts).where(posts.c.id.in_(post_ids), posts.c.notified_at.is_(None))
        self._db.execute(query.values(notified_at=now))

    def at(self, post_ids: Collection[int]) -> dict[int, datetime]:
        """Tell when people were told of each; a post that nobody was told of is left out."""
        query = select(posts.c.id, posts.c.notified_at).where(
            posts.c.id.in_(post_ids), posts.c.notified_at.is_not(None)
        )
        return {row.id: row.notified_at for row in self._db.execute(query)}

    def _first(self, cause: str, now: datetime) -> bool:
        row = insert(notices).values(cause=cause, first_at=now, sent_at=now)
        return once(self._db, lambda: self._db.execute(row))

    def _again(self, cause: str, now: datetime, every: timedelta) -> bool:
        sent_at = notices.c.sent_at
        # What was told later than that was told before the clock was set back.
        to_tell = or_(sent_at.is_(None), sent_at <= now - every, sent_at > now + every)
        told = update(notices).where(notices.c.cause == cause, to_tell).values(sent_at=now)
        return self._db.execute(told).rowcount == 1
