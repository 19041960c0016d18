"""Logins that wait for the platform to send a person back with its answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, update

from bot.store._schema import logins
from bot.store.vault import Vault

#: Nobody takes longer over it; what is older is not waited for any more.
PATIENCE = timedelta(hours=1)


class Logins:
    """The logins under way, in one transaction."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        self._db, self._vault = db, vault

    def put(self, state: str, now: datetime) -> None:
        """Wait for the answer to `state`, a mark that nobody can guess."""
        self._db.execute(delete(logins).where(logins.c.at < now - PATIENCE))
        self._db.execute(insert(logins).values(state=state, at=now))

    def answer(self, state: str, text: str) -> bool:
        """Take in an answer, sealed; False where none is waited for, or one is there already."""
        waits = update(logins).where(logins.c.state == state, logins.c.answer == "")
        return self._db.execute(waits.values(answer=self._vault.seal(text))).rowcount == 1

    def take_answer(self, state: str) -> str | None:
        """Give the answer, once; None while there is none."""
        there = delete(logins).where(logins.c.state == state, logins.c.answer != "")
        sealed = self._db.execute(there.returning(logins.c.answer)).scalar()
        return None if sealed is None else self._vault.open(sealed)
