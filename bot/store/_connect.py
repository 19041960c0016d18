"""The two kinds of databases under one roof: how to connect, and what their errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StoreError, UsageError
from bot.store import _postgres, _sqlite

_TRY = "use sqlite:///var/bot.db, or postgresql://user:password@host/name."


def connect(url: str, busy_timeout: timedelta, *, create: bool) -> Engine:
    """Make the engine for a database address.

    Raises UsageError for an address that is none, StoreError where there is no
    database and none may be made.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # it is not shown: it may hold a password
        raise UsageError(
            f"the database address cannot be read: {_TRY} Write @, : and / in a password as"
            " %40, %3A and %2F."
        ) from None
    kind = address.get_backend_name()
    if kind == "sqlite":
        return _sqlite.engine(address, busy_timeout, create=create)
    if kind in ("postgresql", "postgres"):
        return _postgres.engine(address, busy_timeout)
    raise UsageError(f"“{kind}” databases are not supported: {_TRY}")


def file_of(address: URL) -> Path | None:
    """Name the file of a database, links followed; None where it has none of its own."""
    return _sqlite.file_of(address) if address.get_backend_name() == "sqlite" else None


def name_of(address: URL) -> str:
    """Name a database to a person: its file, or its address without any secret."""
    if address.get_backend_name() == "sqlite":
        return address.database or address.render_as_string()
    # What follows a question mark can hold a password too.
    return URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database
    ).render_as_string()


@contextmanager
def plain_errors(address: URL) -> Iterator[None]:
    """Turn what the driver raises into a StoreError of one sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, PoolTimeout) as error:
        # What the driver says beside it can hold the address.
        raise StoreError(_sentence(error, address)) from error


def _sentence(error: BaseException, address: URL) -> str:
    where = name_of(address)
    if isinstance(error, PoolTimeout):
        return f"too much is asked of the database {where} at once: wait, then try again."
    cause = error.orig if isinstance(error, DBAPIError) else error
    if address.get_backend_name() != "sqlite":
        assert cause is not None
        return _postgres.sentence(cause, where, address.password)
    code = getattr(cause, "sqlite_errorcode", None)
    sentence = None if code is None else _sqlite.SENTENCES.get(code & 0xFF)
    if sentence is None:
        what = str(cause).partition("\n")[0]
        return f"the database {where} refuses ({what}): see `bot doctor`."
    return sentence.format(where=where)


def is_sqlite(connection: Connection) -> bool:
    """Tell the kind: here there is one writer at a time, and no other machine."""
    return connection.dialect.name == "sqlite"


def place(connection: Connection) -> dict[str, str]:
    """Say where a database lives, as far as that can be told: a copy lives elsewhere."""
    return _sqlite.place(connection) if is_sqlite(connection) else _postgres.place(connection)


def started(connection: Connection) -> str:
    """Give the mark of the last start of what the database runs on."""
    return _sqlite.started(connection) if is_sqlite(connection) else _postgres.started(connection)


def in_turn(connection: Connection, what: str) -> None:
    """Let one transaction at a time go on that asks for the same; SQLite writes but one anyway."""
    if not is_sqlite(connection):
        _postgres.in_turn(connection, what)


def forbid_changes(connection: Connection, table: str) -> None:
    """Let the database itself refuse to change or delete rows of `table`."""
    kind = _sqlite if is_sqlite(connection) else _postgres
    kind.forbid_changes(connection, table)


def facts(connection: Connection) -> dict[str, str]:
    """Say which database this is and how it is kept."""
    return _sqlite.facts(connection) if is_sqlite(connection) else _postgres.facts(connection)


def faults(connection: Connection) -> tuple[str, ...]:
    """Let the database look itself over; what it says is wrong, or nothing."""
    return _sqlite.faults(connection) if is_sqlite(connection) else _postgres.faults(connection)


def once(connection: Connection, insertion: Callable[[], object]) -> bool:
    """Insert what a unique constraint guards; False where another was quicker.

    The transaction goes on either way. SQLite lets only one write at a time and
    never comes to this; a database with many writers does.
    """
    try:
        with connection.begin_nested():
            insertion()
    except IntegrityError:
        return False
    return True
