"""What must be left alone for a while: a channel that a platform, a quota or a budget holds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from bot.store._keep import keep
from bot.store._schema import rests

# Built once: every step of every post asks it.
_ACTIVE = select(rests).where(rests.c.until > bindparam("now")).order_by(rests.c.scope)


@dataclass(frozen=True, slots=True)
class Rest:
    """A channel that nothing is sent to before `until`, and why."""

    scope: str  # site/channel
    until: datetime
    reason: str


class Rests:
    """The rests, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def rest(self, scope: str, until: datetime, reason: str) -> None:
        """Leave a channel (“site/channel”) alone until then; one that ends later stays."""
        query = select(rests.c.until).where(rests.c.scope == scope)
        held = self._db.execute(query).scalar()
        if held is None or held < until:
            keep(self._db, rests, {"scope": scope}, {"until": until, "reason": reason})

    def lift(self, scope: str) -> None:
        """Let a channel go on at once; whatever held it up will say so again."""
        self._db.execute(delete(rests).where(rests.c.scope == scope))

    def active(self, now: datetime) -> dict[str, Rest]:
        """Give the rests that hold now, by their scope."""
        rows = self._db.execute(_ACTIVE, {"now": now}).mappings()
        return {row["scope"]: Rest(**row) for row in rows}
