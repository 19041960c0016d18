"""What a person has stopped: everything, a site, or one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from bot.store._schema import pauses


@dataclass(frozen=True, slots=True)
class Pause:
    """A stop, and who asked for it."""

    scope: str  # "*" | site | site/channel
    until: datetime | None  # None: until somebody resumes
    who: str
    at: datetime


class Pauses:
    """The pauses, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def pause(self, scope: str, *, until: datetime | None = None, who: str, now: datetime) -> None:
        """Stop a scope (“*”, “site”, “site/channel”); an earlier pause of it is replaced."""
        self.resume(scope)
        self._db.execute(insert(pauses).values(scope=scope, until=until, who=who, at=now))

    def resume(self, scope: str) -> bool:
        """Let a scope go on; False where it was not paused. Wider and narrower pauses stay."""
        return self._db.execute(delete(pauses).where(pauses.c.scope == scope)).rowcount > 0

    def over(self, now: datetime) -> tuple[Pause, ...]:
        """List those that ended by themselves, and that nobody has replaced since."""
        query = select(pauses).where(pauses.c.until <= now).order_by(pauses.c.scope)
        return tuple(Pause(**row) for row in self._db.execute(query).mappings())

    def active(self, now: datetime) -> dict[str, Pause]:
        """Give the pauses that hold now, by their scope."""
        query = (
            select(pauses)
            .where(or_(pauses.c.until.is_(None), pauses.c.until > now))
            .order_by(pauses.c.scope)
        )
        return {row["scope"]: Pause(**row) for row in self._db.execute(query).mappings()}
