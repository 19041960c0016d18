from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, delete, insert, select, update
from sqlalchemy.exc import StatementError

from bot.errors import StoreError
from bot.model import State
from bot.store import Store, _migrate
from bot.store._schema import APPEND_ONLY, metadata, posts, sources


def statements(db: Connection) -> dict[str, list[str]]:
    """Every table and index as SQL, with the parts of a table in a steady order.

    A column that was added later stands behind the constraints, which changes nothing.
    """
    rows = db.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
        " AND sql IS NOT NULL AND name != 'alembic_version'"
    )
    return {name: sorted(parts(sql)) for name, sql in rows}


def parts(sql: str) -> list[str]:
    head, _, body = " ".join(sql.split()).partition("(")
    return [head.strip(), *(part.strip() for part in re.split(r",(?![^(]*\))", body[:-1]))]


def test_migrations_give_the_schema(store: Store) -> None:
    fresh = create_engine("sqlite://")
    with store._engine.begin() as migrated, fresh.begin() as described:
        metadata.create_all(described)
        assert compare_metadata(MigrationContext.configure(migrated), metadata) == []
        assert statements(migrated) == statements(described)
    fresh.dispose()


def test_the_program_knows_its_own_revisions() -> None:
    scripts = ScriptDirectory(str(_migrate.FOLDER))
    revisions = tuple(script.revision for script in reversed(list(scripts.walk_revisions())))
    assert revisions == _migrate.REVISIONS


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
@pytest.mark.parametrize("statement", [update, delete])
def test_history_cannot_be_rewritten(
    store: Store,
    now: datetime,
    make_post: Callable[..., Any],
    table: Any,
    statement: Any,
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        tx.outbox.lease(now, timedelta(minutes=2))
    change = statement(table) if statement is delete else update(table).values(at=now)
    with pytest.raises(StoreError, match=f"{table.name} is append-only"), store.write() as tx:
        tx.posts._db.execute(change)
    with store.read() as tx:
        assert tx.posts._db.execute(select(table)).all()


def test_a_time_comes_back_as_utc_and_a_naive_one_is_refused(store: Store, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=9)))
    row: dict[str, Any] = {"site": "s", "url": "u", "kind": "feed"}
    with store.write() as tx:
        db = tx.sources._db
        db.execute(insert(sources).values(**row, next_at=elsewhere))
        found = db.execute(select(sources.c.next_at)).scalar_one()
        assert (found, found.utcoffset()) == (now, timedelta(0))
        with pytest.raises(StatementError, match="no time zone"):
            db.execute(update(sources).values(next_at=now.replace(tzinfo=None)))


def test_every_state_fits_its_column() -> None:
    assert max(len(state) for state in State) <= posts.c.state.type.length
