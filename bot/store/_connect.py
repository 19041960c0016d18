"""Everything that knows which database it talks to: connections and their errors.

SQLite is opened to lose nothing on a power cut, and every transaction that writes
takes its lock at once: a read that turned into a write could be refused half-way.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from bot.errors import StoreError, UsageError
from bot.store._schema import to_json

#: Before this, write-ahead logging could corrupt a database that several processes
#: use at once. https://www.sqlite.org/wal.html#walresetbug (read 2026-11-22)
WAL_SINCE = (3, 51, 3)

#: So many may use a store at once; more would wait for a connection, and fail in the end.
THREADS = 64

#: What the primary result codes of SQLite mean to a person.
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "another process holds the database {where}: wait or stop it, try again.",
    sqlite3.SQLITE_LOCKED: "another task holds the database {where}: wait, then try again.",
    sqlite3.SQLITE_FULL: "there is no room for the database {where}: make room, then try again;"
    " nothing was left half-written.",
    sqlite3.SQLITE_READONLY: "the database {where} cannot be written: give this user the right"
    " to write the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "the database {where} cannot be opened: check its folder and the"
    " right to use it.",
    sqlite3.SQLITE_PERM: "the database {where} cannot be opened: check the right to use it.",
    sqlite3.SQLITE_NOTADB: "the file {where} is no database: name another file, or put a backup"
    " in its place.",
    sqlite3.SQLITE_CORRUPT: "the database {where} is damaged: stop the bot and put a backup in"
    " its place.",
    sqlite3.SQLITE_IOERR: "the disk fails under the database {where}: check the disk, then try"
    " again.",
}


def connect(url: str, busy_timeout: timedelta, *, create: bool) -> Engine:
    """Make the engine for a database address, and the folder that a file needs.

    Raises UsageError for an address that is none, StoreError where there is no
    database and none may be made.
    """
    try:
        address = make_url(url)
    except ArgumentError:  # it is not shown: what cannot be read may hold a password
        raise UsageError("the database address cannot be read: use sqlite:///var/bot.db.") from None
    kind = address.get_backend_name()
    if kind != "sqlite":
        raise UsageError(
            f"“{kind}” databases are not supported by this version: use sqlite:///var/bot.db."
        )
    pool: dict[str, int] = {}
    if address.database and not address.database.startswith("file:"):
        _prepare(Path(address.database), create=create)
        pool = {"max_overflow": THREADS}
    engine = create_engine(
        address,
        connect_args={"timeout": busy_timeout.total_seconds()},
        json_serializer=to_json,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: Any) -> None:
        try:
            _configure(connection, busy_timeout)
        except sqlite3.Error:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # Past SQLAlchemy, which would take longer over these two than over many a query.
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _prepare(file: Path, *, create: bool) -> None:
    if not create:
        if not file.exists():
            raise StoreError(f"there is no database {file} yet: poll the sites first.")
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder of the database {file} cannot be made ({error.strerror}): make it, or"
            " name another one."
        ) from error


def _configure(connection: sqlite3.Connection, busy_timeout: timedelta) -> None:
    connection.isolation_level = None  # transactions begin where we say, not the driver
    mode = journal_mode(sqlite3.sqlite_version_info)
    give_up = time.monotonic() + busy_timeout.total_seconds()
    # SQLite does not always wait for others here, whatever the busy timeout.
    while connection.execute("PRAGMA journal_mode").fetchone()[0].upper() != mode:
        try:
            connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
            break
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def journal_mode(version: tuple[int, ...]) -> str:
    """Choose the journal: write-ahead only where the library is sound with it."""
    return "WAL" if version >= WAL_SINCE else "TRUNCATE"


@contextmanager
def plain_errors(where: str) -> Iterator[None]:
    """Turn what the driver raises into a StoreError of one sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise StoreError(_sentence(error, where)) from error


def _sentence(error: BaseException, where: str) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    sentence = None if code is None else _SENTENCES.get(code & 0xFF)
    if sentence is None:
        what = str(cause).partition("\n")[0]
        return f"the database {where} refuses ({what}): see `bot doctor`."
    return sentence.format(where=where)


def forbid_changes(connection: Connection, table: str) -> None:
    """Let the database itself refuse to change or delete rows of `table`."""
    for verb in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def facts(connection: Connection) -> dict[str, str]:
    """Say which database this is and how it is kept."""
    synchronous: int = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    return {
        "SQLite": sqlite3.sqlite_version,
        "journal": str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()),
        "synchronous": ("off", "normal", "full", "extra")[synchronous],
    }


def faults(connection: Connection) -> tuple[str, ...]:
    """Let the database look itself over; what it says is wrong, or nothing."""
    found = tuple(connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars())
    if found != ("ok",):
        return found
    return tuple(
        f"a row of {row[0]} points to a missing row of {row[2]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    )


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
