"""Bring a database to the newest revision, or refuse one that is newer still.

A database that is up to date is told by one plain read; Alembic, half a second
of imports, is loaded only where something must be built.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from bot.errors import StoreError
from bot.store import _postgres
from bot.store._connect import is_sqlite, name_of

FOLDER = Path(__file__).parent / "migrations"

#: Every revision that this program knows, oldest first.
REVISIONS = ("0001", "0002", "0003", "0004")


def revision(connection: Connection) -> str | None:
    """Read how far a database is built; None where it is empty."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise StoreError(
                f"the database {name_of(connection.engine.url)} belongs to another program"
                f" (it holds “{tables[0]}”): name another one."
            )
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"the database {name_of(connection.engine.url)} was made by a newer version of the"
            " bot: upgrade this program, or use a backup from before."
        )
    return found


def upgrade(engine: Engine, *, create: bool = True) -> None:
    """Build what is missing, all of it or nothing: one transaction holds every step.

    Two processes that start together both succeed: the second finds it done.
    """
    with engine.connect() as connection, connection.begin():
        found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is None and not create:
        raise StoreError(f"the database {name_of(engine.url)} is empty: poll the sites first.")
    build(engine, "head")


def build(engine: Engine, to: str) -> None:
    """Take the steps up to a revision that are not taken yet, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.execution_options(writes=True).begin() as connection:
        if not is_sqlite(connection):  # there, whoever writes is alone already
            _postgres.lock_for_migration(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, to)  # looks again, now that it holds the lock
