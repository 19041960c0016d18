"""What posts said before somebody changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.model import Teaser
from bot.store._schema import drafts


@dataclass(frozen=True, slots=True)
class Draft:
    """A teaser as it stood until somebody put another in its place."""

    post_id: int
    version: int  # of the post that carried it
    teaser: Teaser
    who: str  # replaced it
    at: datetime


class Drafts:
    """The earlier words of posts, in one transaction. Who changes a post keeps them (`_life`)."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def of(self, post_id: int, latest: int | None = None) -> tuple[Draft, ...]:
        """List the earlier teasers of a post, oldest first; with `latest` only so many of them."""
        query = select(drafts).where(drafts.c.post_id == post_id).limit(latest)
        rows = self._db.execute(query.order_by(drafts.c.version.desc())).mappings().all()
        return tuple(Draft(**row) for row in reversed(rows))

    def at(self, post_id: int, version: int) -> Draft | None:
        """Give the teaser that a post had at a version; None where it has that one still."""
        query = select(drafts).where(drafts.c.post_id == post_id, drafts.c.version >= version)
        row = self._db.execute(query.order_by(drafts.c.version).limit(1)).mappings().first()
        return None if row is None else Draft(**row)
