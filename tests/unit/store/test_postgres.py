"""What only a server can do: refuse, go away, come back, keep several at work."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from postgres import Postgres
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.store import Store, _postgres, open_store

SHORT = timedelta(seconds=0.1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = "https://harbour.example/feed/"


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, busy_timeout=SHORT) as store:
        yield store


@pytest.fixture(scope="module")
def own_server(postgres: Postgres) -> Iterator[Postgres]:
    """A server to be restarted, which would disturb others in the one that all share."""
    folder = Path(tempfile.mkdtemp(prefix="bot-own-"))
    server = Postgres(folder)
    yield server
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


def add_source(store: Store, url: str = FEED) -> None:
    with store.write() as tx:
        tx.sources.get_or_add("harbour", url, "feed")


def fail_source(store: Store) -> None:
    with store.write() as tx:
        tx.sources.note_failure(1, "x", NOW)


def count_sources(store: Store) -> int:
    with store.read() as tx:
        return len(tx.sources.all())


# ------------------------------------------------------------------ refusals


def test_a_server_that_is_not_there_is_one_sentence_without_the_password() -> None:
    address = "postgresql://bot:hunter2@127.0.0.1:1/bot?password=hunter3"
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/bot cannot be reached") as caught:
        open_store(address)
    assert "Connection refused" in str(caught.value)
    assert "hunter" not in str(caught.value) + str(caught.value.__cause__)


def test_a_wrong_password_is_told_without_it(postgres: Postgres) -> None:
    [(file,)] = postgres.execute("SHOW hba_file")
    rules = Path(file).read_text()
    Path(file).write_text(f"local all guarded scram-sha-256\n{rules}")
    postgres.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()")
    try:
        address = postgres.url(user="guarded:hunter2")
        with pytest.raises(StoreError, match="refuses this user or password") as caught:
            open_store(address)
        assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)
    finally:
        Path(file).write_text(rules)
        postgres.execute("SELECT pg_reload_conf()", "DROP ROLE guarded")


@pytest.mark.parametrize(
    ("database", "user", "said"),
    [("nowhere", "postgres", "there is no database"), ("postgres", "nobody", "refuses this user")],
)
def test_what_the_server_does_not_know(
    postgres: Postgres, database: str, user: str, said: str
) -> None:
    with pytest.raises(StoreError, match=said):
        open_store(postgres.url(database, user))


def test_a_database_of_another_program_is_refused(postgres: Postgres) -> None:
    with postgres.database(template="template0") as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE invoices (id int)")
        with pytest.raises(StoreError, match=r"another program \(it holds “invoices”\)"):
            open_store(url)


def test_a_role_without_rights_is_told(postgres: Postgres, url: str) -> None:
    postgres.execute("CREATE ROLE reader LOGIN")
    name = url.partition("/t")[2].partition("?")[0]
    try:
        with pytest.raises(StoreError, match="does not give this user the right"):
            open_store(postgres.url(f"t{name}", "reader"))
    finally:
        postgres.execute("DROP ROLE reader")


def test_a_server_that_only_reads_is_told(store: Store) -> None:
    with store.write():
        pass  # it is watched over from now on
    with store.write() as tx:
        tx.sources._db.exec_driver_sql("SET TRANSACTION READ ONLY")
        with pytest.raises(DBAPIError) as caught:
            tx.sources.get_or_add("harbour", FEED, "feed")
    sentence = _postgres.sentence(caught.value.orig, "d", None)
    assert sentence.startswith("the database d cannot be written: it is read-only")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("53100", "there is no room for the database d: make room"),
        ("57P01", "is being stopped or restarted"),
        ("40P01", "another process was quicker"),
        ("XX001", "is damaged"),
        ("22P02", "refuses"),
    ],
)
def test_what_the_codes_mean(state: str, said: str) -> None:
    error = psycopg.errors.lookup(state)("it holds hunter2\nDETAIL: more")
    sentence = _postgres.sentence(error, "d", "hunter2")
    assert said in sentence
    assert "hunter2" not in sentence
    assert "\n" not in sentence


# --------------------------------------------------------------- interruptions


def test_a_row_held_by_another_is_waited_for_and_then_told(store: Store, url: str) -> None:
    add_source(store)
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM sources FOR UPDATE")
        with pytest.raises(StoreError, match="another process holds the database"):
            fail_source(store)
    fail_source(store)


def test_a_connection_lost_in_a_transaction_leaves_nothing_of_it(
    store: Store, postgres: Postgres
) -> None:
    def add_and_be_cut_off() -> None:
        with store.write() as tx:
            tx.sources.get_or_add("harbour", FEED, "feed")
            pid = tx.sources._db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            postgres.execute(f"SELECT pg_terminate_backend({pid}, 5000)")

    with pytest.raises(StoreError, match=r"stopped or restarted|cannot be reached"):
        add_and_be_cut_off()
    assert count_sources(store) == 0


def test_what_died_with_the_server_does_not_fail_the_next_transaction(
    own_server: Postgres,
) -> None:
    with own_server.database() as url, open_store(url) as store:
        add_source(store)
        with store.read(), store.read():
            pass  # so that several connections die
        own_server.restart("immediate")
        assert count_sources(store) == 1
        add_source(store, f"{FEED}2")
        own_server.stop()
        try:
            with pytest.raises(StoreError, match="cannot be reached"):
                count_sources(store)
        finally:
            own_server.start()
        assert count_sources(store) == 2
        assert store.integrity() == ()


def test_a_process_that_is_frozen_in_a_transaction_lets_go(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_postgres, "FROZEN", timedelta(seconds=0.05))
    with open_store(url) as frozen, open_store(url) as other:

        def add_and_freeze() -> None:
            with frozen.write() as tx:
                tx.sources.get_or_add("harbour", FEED, "feed")
                add_source(other)

        with pytest.raises(StoreError, match=r"rested for too long|cannot be reached"):
            add_and_freeze()
        assert count_sources(frozen) == 1


def test_two_transactions_of_one_process_write_at_once(store: Store) -> None:
    with store.write():
        pass  # it is watched over from now on
    meet = threading.Barrier(2, timeout=5)

    def write(site: str) -> None:
        with store.write() as tx:
            tx.sources.get_or_add(site, FEED, "feed")
            meet.wait()

    other = threading.Thread(target=write, args=("quay",))
    other.start()
    write("harbour")
    other.join()
    assert count_sources(store) == 2


def test_nothing_is_left_with_a_connection_that_a_pooler_gives_to_another(store: Store) -> None:
    for number in range(12):  # psycopg prepares what it has sent five times
        add_source(store, f"{FEED}{number}")
    with store.read() as tx:
        db = tx.sources._db
        assert db.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar() == 0
        assert db.exec_driver_sql("SHOW lock_timeout").scalar() == "100ms"
        raw = db.connection.dbapi_connection
        assert isinstance(raw, psycopg.Connection)
    assert raw.execute("SHOW lock_timeout").fetchone() == ("0",)


# ----------------------------------------------------------------- what it is


def test_the_facts_tell_what_a_power_cut_would_cost(store: Store) -> None:
    about = store.describe()
    assert about.facts["PostgreSQL"].split(".")[0].isdigit()
    assert about.facts["fsync"].startswith("off (a power cut may take back")
    assert about.facts["synchronous_commit"] == "on"
    assert about.facts["key"].startswith("none: set BOT_SECRET_KEY")
    assert "?" not in about.url
    assert about.url.startswith("postgresql://postgres@")


def test_integrity_finds_what_should_not_be(store: Store, url: str) -> None:
    assert store.integrity() == ()
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE attempts DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'ix_posts_state_due_at'::regclass"
        )
    assert store.integrity() == (
        "the index ix_posts_state_due_at is not valid (REINDEX mends it)",
        "rows of attempts could be changed: its trigger is gone",
    )


def test_times_come_back_as_utc_wherever_the_server_stands(postgres: Postgres, url: str) -> None:
    name = url.partition("://")[2].partition("/")[2].partition("?")[0]
    postgres.execute(
        f"ALTER DATABASE {name} SET timezone = 'Asia/Kathmandu'",
        f"ALTER DATABASE {name} SET datestyle = 'SQL, DMY'",
    )
    with open_store(url) as store:
        with store.write() as tx:
            source = tx.sources.get_or_add("harbour", FEED, "feed")
            tx.sources.set_baseline(source.id, NOW)
        with store.read() as tx:
            assert tx.sources.all()[0].baseline_at == NOW
