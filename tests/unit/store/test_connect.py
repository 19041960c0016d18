"""What holds of every database, whichever of the two kinds it is."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from bot import _crash
from bot.errors import StoreError, UsageError
from bot.model import Entry
from bot.store import Store, _migrate, open_store
from bot.store._schema import article_keys

Start = Callable[..., subprocess.Popen[str]]
FEED = "https://harbour.example/feed/"


def add_source(store: Store, url: str = FEED) -> None:
    with store.write() as tx:
        tx.sources.get_or_add("harbour", url, "feed")


def count_sources(store: Store) -> int:
    with store.read() as tx:
        return len(tx.sources.all())


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()


def killed_when_ready(process: subprocess.Popen[str]) -> None:
    ready(process)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)


# ------------------------------------------------------------------- opening


def test_what_was_written_is_there_after_opening_again(empty_url: str) -> None:
    with open_store(empty_url) as store:
        add_source(store)
    with open_store(empty_url, create=False) as store:
        assert count_sources(store) == 1
        assert store.describe().revision == _migrate.REVISIONS[-1]
        assert store.integrity() == ()


def test_a_database_that_is_up_to_date_loads_no_alembic(url: str, start: Start) -> None:
    source = """if True:
        import sys
        from bot.store import open_store
        open_store(sys.argv[1]).close()
        print("alembic" in sys.modules)
    """
    assert finished(start(source, url)) == "False\n"


def test_two_processes_open_a_new_database_at_once(empty_url: str, start: Start) -> None:
    source = """if True:
        import sys
        import alembic.command, psycopg  # before all begin together
        from bot.store import open_store
        print("ready", flush=True)
        sys.stdin.readline()
        with open_store(sys.argv[1]) as store, store.write() as tx:
            tx.sources.get_or_add("harbour", "https://harbour.example/feed/", "feed")
    """
    processes = [start(source, empty_url) for _ in range(3)]
    for process in processes:
        ready(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        finished(process)
    with open_store(empty_url) as store:
        assert count_sources(store) == 1


@pytest.mark.parametrize("reached", ["CREATE TABLE posts", "CREATE TABLE followups"])
def test_a_migration_killed_half_way_leaves_the_old_and_is_completed_by_the_next_start(
    empty_url: str, start: Start, reached: str
) -> None:
    source = """if True:
        import sys, time
        from sqlalchemy import Engine, event
        from bot.store import open_store
        @event.listens_for(Engine, "before_cursor_execute")
        def stop(connection, cursor, statement, *rest):
            if sys.argv[2] in statement:
                print("ready", flush=True)
                time.sleep(60)
        open_store(sys.argv[1])
    """
    killed_when_ready(start(source, empty_url, reached))
    with pytest.raises(StoreError, match="is empty"):
        open_store(empty_url, create=False)
    with open_store(empty_url) as store:
        add_source(store)
        assert store.integrity() == ()
        assert store.describe().revision == _migrate.REVISIONS[-1]


# ------------------------------------------------------------------ refusals


def test_a_database_made_by_a_newer_version_is_refused(url: str) -> None:
    with open_store(url) as store, store.write() as tx:
        tx.sources._db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="made by a newer version of the bot: upgrade this"):
        open_store(url)


@pytest.mark.parametrize(
    "address", ["var/bot.db", "", "nosuch://x/y", "postgresql://bot:secret@127.0.0.1:x/bot"]
)
def test_what_is_no_address_is_a_fault_of_use(address: str) -> None:
    with pytest.raises(UsageError, match=r"use sqlite:///var/bot\.db, or postgresql://") as caught:
        open_store(address)
    assert "secret" not in str(caught.value)


def test_another_kind_of_database_is_named() -> None:
    with pytest.raises(UsageError, match="“mysql” databases are not supported") as caught:
        open_store("mysql://bot:secret@127.0.0.1/bot")
    assert "secret" not in str(caught.value)


# -------------------------------------------------------------- transactions


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be written"), store.read() as tx:
        tx.sources.get_or_add("harbour", FEED, "feed")
    assert count_sources(store) == 0


def test_reading_sees_one_state_of_everything(store: Store, url: str) -> None:
    def count(db: Connection) -> int:
        return int(db.exec_driver_sql("SELECT count(*) FROM pauses").scalar_one())

    with store.read() as tx:
        assert count(tx.pauses._db) == 0
        with open_store(url, busy_timeout=timedelta(seconds=0.1)) as other:
            try:
                with other.write() as of_other:
                    of_other.pauses.pause("*", who="ana", now=datetime.fromisoformat("2026Z"))
            except (StoreError, ValueError):
                pass  # a reader keeps writers out, where there is no write-ahead log
        assert count(tx.pauses._db) == 0


def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    def add_and_fail() -> None:
        with store.write() as tx:
            tx.sources.get_or_add("harbour", FEED, "feed")
            tx.posts.get(1)

    with pytest.raises(UsageError, match="no post 1"):
        add_and_fail()
    assert count_sources(store) == 0


def test_a_row_that_points_nowhere_is_refused(store: Store) -> None:
    row = {"site": "harbour", "value": "a", "kind": "guid", "article_id": 9}
    with pytest.raises(StoreError, match="refuses"), store.write() as tx:
        tx.articles._db.execute(insert(article_keys), row)


def test_what_a_database_refuses_does_not_tell_what_it_was_given(store: Store) -> None:
    row = {"site": "harbour", "value": "hunter2", "kind": "guid", "article_id": 9}
    with pytest.raises(StoreError) as caught, store.write() as tx:
        tx.articles._db.execute(insert(article_keys), row)
    assert "hunter2" not in f"{caught.value}" + f"{caught.value.__cause__}".partition("DETAIL")[0]


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    url: str, start: Start, now: datetime
) -> None:
    source = """if True:
        import sys, time
        from datetime import datetime, UTC
        from bot.model import Entry
        from bot.store import open_store
        with open_store(sys.argv[1]) as store, store.write() as tx:
            many = [(Entry(url=f"u{n}"), [("url", f"u{n}")]) for n in range(500)]
            tx.articles.remember("harbour", many, now=datetime(2026, 11, 22, tzinfo=UTC))
            print("ready", flush=True)
            time.sleep(60)
    """
    with open_store(url) as store:
        add_source(store)
    killed_when_ready(start(source, url))
    with open_store(url) as store:
        assert store.integrity() == ()
        assert count_sources(store) == 1
        with store.write() as tx:
            assert tx.articles.remember("harbour", [(Entry("u0"), [("url", "u0")])], now=now)


def test_a_writer_waits_for_another_one_with_the_same_row(url: str, start: Start) -> None:
    source = """if True:
        import sys, time
        from bot.store import open_store
        with open_store(sys.argv[1]) as store, store.write() as tx:
            tx.sources.get_or_add("harbour", "https://harbour.example/feed/", "feed")
            print("ready", flush=True)
            time.sleep(0.2)
    """
    with open_store(url) as store:
        process = start(source, url)
        ready(process)
        add_source(store)
        finished(process)
        assert count_sources(store) == 1


def test_both_of_two_who_add_the_same_article_at_once_know_it(url: str, start: Start) -> None:
    source = """if True:
        import sys
        from datetime import datetime, UTC
        from bot.model import Entry
        from bot.store import open_store
        now = datetime(2026, 11, 22, tzinfo=UTC)
        with open_store(sys.argv[1]) as store:
            print("ready", flush=True)
            sys.stdin.readline()
            new = 0
            for lot in range(3):
                numbers = range(lot * 300, lot * 300 + 300)
                if sys.argv[2] == "down":
                    numbers = reversed(numbers)
                entries = [(Entry(url=f"u{n}"), [("url", f"u{n}"), ("guid", f"g{n}")])
                           for n in numbers]
                with store.write() as tx:
                    new += tx.articles.remember("harbour", entries, now=now)
            print(new)
    """
    processes = [start(source, url, way) for way in ("up", "down", "up")]
    for process in processes:
        ready(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(finished(process)) for process in processes) == 900


def test_every_commit_passes_two_points(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    monkeypatch.setattr(_crash, "hook", passed.append)
    with store.write("lease"):
        pass
    assert passed == ["before commit lease", "after commit lease"]
