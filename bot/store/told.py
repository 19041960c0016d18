"""Of which posts people were told, and what could not be told to anybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.store._schema import notices, posts

if TYPE_CHECKING:
    from bot.store import Tx


class Told:
    """What was told, in one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._db = tx.posts._db

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

    def undelivered(self) -> dict[str, datetime]:
        """List the causes whose notice was not delivered, with when each began."""
        query = select(notices.c.cause, notices.c.first_at).where(notices.c.sent_at.is_(None))
        return {row.cause: row.first_at for row in self._db.execute(query)}
