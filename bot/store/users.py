"""Who may sign in to the pages, and who tried in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import UsageError
from bot.store._schema import tries, users


@dataclass(frozen=True, slots=True)
class User:
    """A person of the newsroom."""

    name: str
    role: str  # "editor" | "admin"
    password: str  # its hash; "" where only a proxy signs them in
    language: str  # of the pages; "": the browser's
    created_at: datetime


# Built once: every request asks one of them.
_ANY = select(users.c.name).limit(1)
_NAMED = select(users).where(users.c.name == bindparam("named"))


class Users:
    """The people, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self) -> tuple[User, ...]:
        """List everybody by name."""
        rows = self._db.execute(select(users).order_by(users.c.name)).mappings()
        return tuple(User(**row) for row in rows)

    def any(self) -> bool:
        """Tell whether there is anybody."""
        return self._db.execute(_ANY).first() is not None

    def find(self, name: str) -> User | None:
        """Find a person; None where nobody is called so."""
        row = self._db.execute(_NAMED, {"named": name}).mappings().first()
        return None if row is None else User(**row)

    def add(self, name: str, role: str, password: str, now: datetime) -> None:
        """Add a person; UsageError where the name is taken."""
        if self.find(name):
            raise UsageError(f"there is a user “{name}” already.")
        row = {"name": name, "role": role, "password": password, "language": ""}
        self._db.execute(insert(users).values(**row, created_at=now))

    def change(self, name: str, **columns: str) -> None:
        """Set role, password or language of a person."""
        self._db.execute(update(users).where(users.c.name == name).values(**columns))

    def remove(self, name: str) -> bool:
        """Remove a person; False where nobody is called so. What they did stays in the log."""
        return self._db.execute(delete(users).where(users.c.name == name)).rowcount > 0

    # ------------------------------------------------------------------- in vain

    def tried(self, name: str, peer: str, now: datetime, before: datetime) -> None:
        """Note that somebody at `peer` tried in vain; what was `before` then is forgotten."""
        self._db.execute(delete(tries).where(tries.c.at < before))
        self._db.execute(insert(tries).values(name=name, peer=peer, at=now))

    def tries(
        self, since: datetime, most: int, *, name: str | None = None, peer: str | None = None
    ) -> list[datetime]:
        """List when somebody tried in vain since then, latest first, `most` of them."""
        query = select(tries.c.at).where(tries.c.at > since)
        for column, value in ((tries.c.name, name), (tries.c.peer, peer)):
            if value is not None:
                query = query.where(column == value)
        return list(self._db.execute(query.order_by(tries.c.at.desc()).limit(most)).scalars())

    def forgive(self, name: str, peer: str) -> None:
        """Forget the tries of who got in."""
        self._db.execute(delete(tries).where((tries.c.name == name) & (tries.c.peer == peer)))
