"""PostgreSQL: several machines on one queue.

It works behind a pooler that gives a connection to another client after every
transaction: nothing is prepared, and every transaction says itself what it needs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from bot.store._schema import APPEND_ONLY, metadata, to_json

#: Connections of one process, at most; a server gives a hundred to all by default.
THREADS = 20

#: No statement of ours takes longer; a transaction whose process is frozen lets go after.
STATEMENT = timedelta(seconds=30)
FROZEN = timedelta(seconds=60)

#: Of one connection. A server that is gone without a word is noticed in about a minute.
_CONNECT: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "application_name": "bot",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

#: What a copy of a database has not in common with it.
_OIDS: Final = (
    "(SELECT oid FROM pg_database WHERE datname = current_database()) AS database,"
    " 'instance'::regclass::oid AS \"table\""
)
_CLUSTER: Final = (
    "(SELECT system_identifier FROM pg_control_system()) AS system,"
    " left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline"
)

_GONE = "the database {where} is being stopped or restarted: wait until it is back, try again."
_LOGIN = "the database {where} refuses this user or password: correct them in its address."
_HELD = "another process holds the database {where}: wait or stop it, try again."

#: What its codes mean to a person; one of two letters stands for its whole class.
#: https://www.postgresql.org/docs/18/errcodes-appendix.html (read 2026-11-22)
SENTENCES: Final = {
    "28": _LOGIN,
    "3D": "there is no database {where}: make it (createdb), or correct its address.",
    "25006": "the database {where} cannot be written: it is read-only, a standby perhaps; name the"
    " one that is written.",
    "25P03": "a transaction with the database {where} rested for too long and was ended; nothing"
    " of it remains.",
    "40": "another process was quicker with the database {where}: try again.",
    "42501": "the database {where} does not give this user the right: make it the owner of the"
    " tables.",
    "53100": "there is no room for the database {where}: make room, then try again; nothing was"
    " left half-written.",
    "53300": "the database {where} has no connection left: stop others that use it, or raise its"
    " max_connections.",
    "55P03": _HELD,
    "57014": _HELD,
    "57P": _GONE,
    "58030": "the disk fails under the database {where}: check the disk, then try again.",
    "XX001": "the database {where} is damaged: stop the bot and put a backup in its place.",
    "XX002": "the database {where} is damaged: stop the bot and put a backup in its place.",
}

#: What a server says where no connection came about: then there is no code.
REFUSALS: Final = {
    "password authentication failed": _LOGIN,
    "no password supplied": _LOGIN,
    "no pg_hba.conf entry": _LOGIN,
    'role "': _LOGIN,
    'database "': SENTENCES["3D"],
    "starting up": _GONE,
    "shutting down": _GONE,
    "too many clients": SENTENCES["53300"],
    "too many connections": SENTENCES["53300"],
    "remaining connection slots": SENTENCES["53300"],
}

_UNREACHED = (
    "the database {where} cannot be reached ({what}): see that it runs and that its address is"
    " right."
)


def engine(address: URL, busy_timeout: timedelta) -> Engine:
    """Make the engine; nothing is asked of the server yet."""
    made = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={
            **{name: value for name, value in _CONNECT.items() if name not in address.query},
            "prepare_threshold": None,
            "autocommit": True,  # `begin` begins
        },
        json_serializer=to_json,
        hide_parameters=True,
        use_native_hstore=False,
        pool_pre_ping=True,  # what died with the server does not fail the next transaction
        max_overflow=THREADS - 5,
    )
    limits = {
        "lock_timeout": busy_timeout,
        "statement_timeout": STATEMENT,
        "idle_in_transaction_session_timeout": FROZEN,
    }
    needs = [f"{name} = {span // timedelta(milliseconds=1)}" for name, span in limits.items()]
    needs += ["timezone = 'UTC'", "datestyle = 'ISO'"]
    settings = "".join(f"; SET LOCAL {need}" for need in needs)

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        how = "READ COMMITTED, READ WRITE" if writes else "REPEATABLE READ, READ ONLY"
        connection.exec_driver_sql(f"BEGIN ISOLATION LEVEL {how}{settings}")

    return made


def sentence(error: BaseException, where: str, password: str | None) -> str:
    """Say in one sentence what a server, or the way to it, has against us."""
    from psycopg import OperationalError

    state: str | None = getattr(error, "sqlstate", None)
    said = str(error).strip()
    what = said.partition("\n")[0].removeprefix("connection failed: ")
    if password:
        what = what.replace(password, "***")
    found = "the database {where} refuses ({what}): see `bot doctor`."
    if state is not None:
        codes = (state, state[:3], state[:2])
        found = next((SENTENCES[code] for code in codes if code in SENTENCES), found)
    elif isinstance(error, OperationalError):
        found = next((it for words, it in REFUSALS.items() if words in said), _UNREACHED)
    return found.format(where=where, what=what)


def lock_for_migration(connection: Connection) -> None:
    """Let one process at a time build, however long it takes; the commit lets the next one in."""
    for need in ("lock_timeout = 0", "statement_timeout = 0"):
        connection.exec_driver_sql(f"SET LOCAL {need}")
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('bot.store.migrations'))"))


def in_turn(connection: Connection, what: str) -> None:
    """Wait for the end of every other transaction that asked for the same."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def place(connection: Connection) -> dict[str, str]:
    """Name the cluster, its timeline, the database and a table of ours in it.

    A restored dump has other numbers; a server that went back in time, or another one
    that took over, has another timeline. What a role may not read is left out.
    """
    known = dict(connection.exec_driver_sql(f"SELECT {_OIDS}").mappings().one())
    try:
        with connection.begin_nested():
            known |= connection.exec_driver_sql(f"SELECT {_CLUSTER}").mappings().one()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
    return {name: str(value) for name, value in known.items()}


def started(connection: Connection) -> str:
    """Give the mark of the server's start."""
    return str(connection.exec_driver_sql("SELECT pg_postmaster_start_time()").scalar_one())


def forbid_changes(connection: Connection, table: str) -> None:
    """Let the database itself refuse to change or delete rows of `table`."""
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def facts(connection: Connection) -> dict[str, str]:
    """Say which server this is and whether it keeps what it has said yes to."""
    names = ("server_version", "fsync", "synchronous_commit")
    found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names}
    facts = {"PostgreSQL": found["server_version"].partition(" ")[0]}
    for name in names[1:]:
        unsafe = " (a power cut may take back what was sent: set it to on)"
        facts[name] = found[name] + (unsafe if found[name] == "off" else "")
    return facts


def faults(connection: Connection) -> tuple[str, ...]:
    """Read every row whole, and ask the server what it holds to be wrong."""
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f'SELECT count(it::text) FROM "{table.name}" AS it')
    checksums: int | None = connection.exec_driver_sql(
        "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
    ).scalar()
    broken = connection.exec_driver_sql(
        "SELECT indexrelid::regclass::text FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indrelid"
        " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
    ).scalars()
    guarded = connection.exec_driver_sql(
        "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE tgname = relname || '_no_change' AND tgenabled <> 'D'"
    ).scalars()
    bare = {table.name for table in APPEND_ONLY} - set(guarded)
    return (
        *([f"{checksums} pages had a wrong checksum"] if checksums else []),
        *(f"the index {name} is not valid (REINDEX mends it)" for name in broken),
        *(f"rows of {name} could be changed: its trigger is gone" for name in sorted(bare)),
    )
