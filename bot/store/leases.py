"""Work that one process at a time may do, on whichever machine."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, or_, update

from bot.store import _clock
from bot.store._connect import once
from bot.store._schema import leases


class Leases:
    """The leases of work, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def take(self, name: str, holder: str, for_: timedelta) -> bool:
        """Take the work for a while, or go on with what one has; False while another has it.

        It counts once it is committed. When the time is over, or the machine was
        started anew, anyone may take it: what is done under it must end before.
        """
        boot, seconds = _clock.now(self._db)
        mine = {"holder": holder, **_clock.until(boot, seconds, for_)}
        ended = or_(leases.c.holder == holder, _clock.free(leases, boot, seconds))
        change = update(leases).where(leases.c.name == name, ended).values(**mine)
        if self._db.execute(change).rowcount:
            return True
        row = insert(leases).values(name=name, **mine)
        return once(self._db, lambda: self._db.execute(row))

    def release(self, name: str, holder: str) -> None:
        """Give the work back; where another has taken it since, that one keeps it."""
        self._db.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
