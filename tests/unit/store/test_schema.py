from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import StatementError

from bot.errors import StoreError
from bot.model import State
from bot.store import Store, _connect, _migrate, open_store
from bot.store._schema import APPEND_ONLY, metadata, posts, sources

#: Everything that makes a schema, in a steady order. A column that was added later stands
#: behind the others, which changes nothing.
SHAPE = {
    "sqlite": [
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
        " AND sql IS NOT NULL AND name != 'alembic_version'"
    ],
    "postgresql": [
        "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
    ],
}


def shape(db: Connection) -> list[list[str]]:
    rows = (row for query in SHAPE[db.dialect.name] for row in db.exec_driver_sql(query))
    return sorted(parts(row) for row in rows if row[0] != "alembic_version")


def parts(row: Sequence[Any]) -> list[str]:
    head, _, body = " ".join(str(row[-1]).split()).partition("(")
    first = [str(each) for each in row[:-1]]
    return first + sorted([head.strip(), *map(str.strip, re.split(r",(?![^(]*\))", body[:-1]))])


def test_migrations_give_the_schema(store: Store, fresh_url: str) -> None:
    fresh = _connect.connect(fresh_url, timedelta(seconds=5), create=True)
    writer = fresh.execution_options(writes=True)
    with store._engine.begin() as migrated, writer.begin() as described:
        metadata.create_all(described)
        assert compare_metadata(MigrationContext.configure(migrated), metadata) == []
        assert shape(migrated) == shape(described)
    fresh.dispose()


@pytest.fixture
def fresh_url(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a second database, empty, of the same kind as that of the store."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path}/fresh.db"
        return
    with request.getfixturevalue("postgres").database(template="template0") as fresh:
        yield fresh


# ------------------------------------------------------------------ from 0002


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database as the version before left it, with a row in every table."""
    engine = _connect.connect(empty_url, timedelta(seconds=5), create=True)
    _migrate.build(engine, "0002")
    with engine.execution_options(writes=True).begin() as db:
        tables = MetaData()
        tables.reflect(db)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = {c.name: sample(c) for c in table.columns if c.name not in ("id", "before")}
                db.execute(insert(table).values(**row))
    engine.dispose()
    return empty_url


def sample(column: Column[Any]) -> Any:
    if column.foreign_keys:
        return 1
    if isinstance(column.type, DateTime):
        aware = column.type.timezone
        return datetime(2026, 11, 22, 9, 30, tzinfo=UTC if aware else None)
    if isinstance(column.type, Integer):
        return 7
    if isinstance(column.type, JSON):
        return {"teaser": {"text": "ä"}, "problems": []}.get(column.name, {"url": "u"})
    words = {"state": "approved", "verb": "hold", "after": "held", "step": "start"}
    return words.get(column.name, f"some {column.name}")


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    engine = _connect.connect(url, timedelta(seconds=5), create=False)
    with engine.begin() as db:
        tables = MetaData()
        tables.reflect(db)
        found = {
            name: [dict(row) for row in db.execute(select(table)).mappings()]
            for name, table in tables.tables.items()
        }
    engine.dispose()
    return found


def test_what_an_older_version_kept_is_all_there(old_url: str) -> None:
    before = rows(old_url)
    assert before.pop("alembic_version") == [{"version_num": "0002"}]
    assert all(before.values()), "a table without a row would show nothing"
    with open_store(old_url) as store:
        assert store.integrity() == ()
        with store.read() as tx:
            assert tx.posts.list({State.APPROVED})[0].teaser.text == "ä"
            assert tx.outbox.resume(tx.posts.get(1)) is None
        with store.write() as tx:
            assert tx.instance.check(datetime(2026, 11, 22, tzinfo=UTC)) is None
    after = rows(old_url)
    for table, kept in before.items():
        for old, new in zip(kept, after[table], strict=True):
            gone = old.keys() - new.keys()
            assert gone == ({"lease_until"} if table == "posts" else set())
            for name in old.keys() - gone - {"resume"}:
                assert (table, name, new[name]) == (table, name, old[name])


@pytest.mark.parametrize("reached", ["DROP COLUMN resume", "CREATE TABLE logins"])
def test_a_kill_on_the_way_from_an_older_version_leaves_it_whole(
    old_url: str, start: Callable[..., Any], reached: str
) -> None:
    before = rows(old_url)
    source = """if True:
        import os, signal, sys
        from sqlalchemy import Engine, event
        from bot.store import open_store
        @event.listens_for(Engine, "after_cursor_execute")
        def stop(connection, cursor, statement, *rest):
            if sys.argv[2] in statement:
                os.kill(os.getpid(), signal.SIGKILL)
        open_store(sys.argv[1])
    """
    assert start(source, old_url, reached).wait(timeout=30) == -signal.SIGKILL
    assert rows(old_url) == before
    with open_store(old_url) as store:
        assert store.describe().revision == _migrate.REVISIONS[-1]


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
        post = make_post(tx, State.APPROVED, due_at=now)
        tx.outbox.lease(post, now, timedelta(minutes=2))
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
