"""How much of a platform's quotas each credential has used."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.store._keep import keep
from bot.store._schema import meters


class Meters:
    """The meters, in one transaction. A day is the quota's own: “2026-11-22” in its zone."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, credential: str, quota: str, day: str, n: int) -> None:
        """Count `n` more; nothing that others count meanwhile is lost."""
        key = {"credential": credential, "quota": quota, "day": day}
        keep(self._db, meters, key, {"used": meters.c.used + n}, new={"used": n})

    def used(self, credential: str, quota: str, day: str) -> int:
        """Tell how much is used on that day."""
        query = select(meters.c.used).where(
            meters.c.credential == credential, meters.c.quota == quota, meters.c.day == day
        )
        return self._db.execute(query).scalar() or 0
