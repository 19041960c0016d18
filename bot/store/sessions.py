"""Browsers that are signed in, and one-time links that wait to be used."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.store._schema import UtcTime, sessions


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one person; `kind` is "password", or "local" where a link let it in."""

    id: int
    kind: str
    name: str
    at: datetime
    seen_at: datetime
    ends_at: datetime
    browser: str
    peer: str  # the address that it began from


#: The kinds that are browsers; any other waits to be used.
_BROWSERS = ("password", "local")

#: So many of a kind one person has at once; where one more begins, the longest unseen ends.
MOST = 100

_COLUMNS = tuple(sessions.c[name] for name in Session.__dataclass_fields__)

# Built once: every request asks it, also those that every open page makes to hear what is new.
_OF_BROWSER = select(*_COLUMNS).where(
    sessions.c.mark == bindparam("mark"),
    sessions.c.kind.in_(_BROWSERS),
    sessions.c.ends_at > bindparam("now", type_=UtcTime),
)


class Sessions:
    """The sessions, in one transaction. Of a secret only its hash is kept."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def begin(
        self,
        kind: str,
        name: str,
        *,
        now: datetime,
        lasts: timedelta,
        browser: str = "",
        peer: str = "",
    ) -> str:
        """Begin a session, or lay out a "link" or "probe"; give the secret by which it is found."""
        secret = secrets.token_urlsafe(32)
        row = {"kind": kind, "name": name, "at": now, "seen_at": now, "ends_at": now + lasts}
        row |= {"browser": browser[:200], "peer": peer}
        theirs = select(sessions.c.id).where(sessions.c.kind == kind, sessions.c.name == name)
        beyond = theirs.order_by(sessions.c.seen_at.desc(), sessions.c.id.desc()).offset(MOST - 1)
        over = (sessions.c.ends_at <= now) | sessions.c.id.in_(beyond)
        self._db.execute(delete(sessions).where(over))
        self._db.execute(insert(sessions).values(**row, mark=_mark(secret)))
        return secret

    def get(self, secret: str, now: datetime) -> Session | None:
        """Find the session of a browser; None where it ended, or was ended."""
        row = self._db.execute(_OF_BROWSER, {"mark": _mark(secret), "now": now}).one_or_none()
        return None if row is None else Session(*row)

    def is_laid(self, secret: str, now: datetime) -> bool:
        """Tell whether a link (or probe) of this secret waits to be used."""
        query = select(sessions.c.id).where(
            sessions.c.mark == _mark(secret), sessions.c.kind.not_in(_BROWSERS)
        )
        return self._db.execute(query.where(sessions.c.ends_at > now)).first() is not None

    def use_link(self, secret: str, now: datetime) -> str | None:
        """Use a one-time link up; give whose it is, or None where it is not one any more."""
        gone = delete(sessions).where(
            sessions.c.mark == _mark(secret), sessions.c.kind == "link", sessions.c.ends_at > now
        )
        return self._db.execute(gone.returning(sessions.c.name)).scalar()

    def seen(self, session_id: int, now: datetime, ends_at: datetime) -> None:
        """Note that a session is in use, and until when it lasts then."""
        row = update(sessions).where(sessions.c.id == session_id)
        self._db.execute(row.values(seen_at=now, ends_at=ends_at))

    def all(self, now: datetime, name: str | None = None) -> tuple[Session, ...]:
        """List who is signed in, latest first."""
        query = select(*_COLUMNS).where(sessions.c.kind.in_(_BROWSERS), sessions.c.ends_at > now)
        if name is not None:
            query = query.where(sessions.c.name == name)
        rows = self._db.execute(query.order_by(sessions.c.seen_at.desc())).mappings()
        return tuple(Session(**row) for row in rows)

    def is_signed_in(self, name: str, peer: str, now: datetime) -> bool:
        """Tell whether a person has a session that began from this address."""
        mine = (sessions.c.name == name) & (sessions.c.peer == peer)
        query = select(sessions.c.id).where(mine, sessions.c.kind == "password")
        return self._db.execute(query.where(sessions.c.ends_at > now)).first() is not None

    def end(self, name: str, session_id: int | None = None) -> int:
        """End one session of a person, or all; give how many."""
        gone = delete(sessions).where(sessions.c.name == name)
        if session_id is not None:
            gone = gone.where(sessions.c.id == session_id)
        return self._db.execute(gone).rowcount

    def end_secret(self, secret: str) -> None:
        """End the session, link or probe of this secret, if there is one."""
        self._db.execute(delete(sessions).where(sessions.c.mark == _mark(secret)))

    def end_local(self) -> None:
        """End what links opened, and the links: from now on people sign in."""
        self._db.execute(delete(sessions).where(sessions.c.kind.in_(("link", "local"))))


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
