"""SQLite: one file, one writer at a time, nothing lost on a power cut.

Every transaction that writes takes its lock at once: a read that turned into a write
could be refused half-way.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.errors import StoreError
from bot.store import _clock
from bot.store._schema import to_json

#: Before this, write-ahead logging could corrupt a database that several processes
#: use at once. https://www.sqlite.org/wal.html#walresetbug (read 2026-11-22)
WAL_SINCE = (3, 51, 3)

MACHINE_ID = Path("/etc/machine-id")

#: So many may use a store at once; more would wait for a connection, and fail in the end.
THREADS = 64

#: What the primary result codes mean to a person.
SENTENCES = {
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


def engine(address: URL, busy_timeout: timedelta, *, create: bool) -> Engine:
    """Make the engine, and the folder that the file needs.

    Raises StoreError where there is no database and none may be made.
    """
    pool: dict[str, int] = {}
    if address.database and not address.database.startswith("file:"):
        _prepare(Path(address.database), create=create)
        pool = {"max_overflow": THREADS}
    made = create_engine(
        address,
        connect_args={"timeout": busy_timeout.total_seconds()},
        json_serializer=to_json,
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(made, "connect")
    def configure(connection: sqlite3.Connection, _: Any) -> None:
        try:
            _configure(connection, busy_timeout)
        except sqlite3.Error:
            connection.close()
            raise

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # Past SQLAlchemy, which would take longer over these two than over many a query.
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def file_of(address: URL) -> Path | None:
    """Name the file of a database, links followed; None for one in memory or by URI."""
    name = address.database
    return None if not name or name.startswith((":", "file:")) else Path(name).resolve()


def journal_mode(version: tuple[int, ...]) -> str:
    """Choose the journal: write-ahead only where the library is sound with it."""
    return "WAL" if version >= WAL_SINCE else "TRUNCATE"


@cache
def _machine() -> str:
    """Give a mark of this machine; "" where it has none, as in many a container."""
    try:
        # It is not to be told to others as it is, says machine-id(5).
        return hashlib.sha256(MACHINE_ID.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def place(_: Connection) -> dict[str, str]:
    """Name the machine. Path and inode are not asked: a moved folder is no other database."""
    return {"machine": _machine()} if _machine() else {}


def started(connection: Connection) -> str:
    """Give the mark of the machine's start."""
    return _clock.now(connection)[0]


def forbid_changes(connection: Connection, table: str) -> None:
    """Let the database itself refuse to change or delete rows of `table`."""
    for verb in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def facts(connection: Connection) -> dict[str, str]:
    """Say which library this is and how the file is kept."""
    synchronous: int = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    journal = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    if sqlite3.sqlite_version_info < WAL_SINCE:
        since = ".".join(map(str, WAL_SINCE))
        journal += f" (with this SQLite a write-ahead log could damage it; {since} is sound)"
    return {
        "SQLite": sqlite3.sqlite_version,
        "journal": journal,
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
