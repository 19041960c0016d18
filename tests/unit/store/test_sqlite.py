from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest

from bot.errors import StoreError
from bot.model import Entry
from bot.store import Store, _sqlite, open_store

SHORT = timedelta(seconds=0.1)
Start = Callable[..., subprocess.Popen[str]]


def add_source(store: Store, url: str = "https://harbour.example/feed/") -> None:
    with store.write() as tx:
        tx.sources.get_or_add("harbour", url, "feed")


def count_sources(store: Store) -> int:
    with store.read() as tx:
        return len(tx.sources.all())


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out


def killed_when_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)


# ------------------------------------------------------------------- opening


def test_a_new_database_gets_its_folder_and_is_kept_safe(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/var/deep/bot.db") as store:
        facts = store.describe().facts
        journal, _, why = facts["journal"].partition(" ")
        assert bool(why) == (sqlite3.sqlite_version_info < _sqlite.WAL_SINCE)
        assert journal.upper() == _sqlite.journal_mode(sqlite3.sqlite_version_info)
        assert (facts["SQLite"], facts["synchronous"]) == (sqlite3.sqlite_version, "full")
        assert store.integrity() == ()
    assert (tmp_path / "var" / "deep" / "bot.db").is_file()


@pytest.mark.parametrize(
    ("version", "mode"),
    [((3, 40, 1), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((4, 0, 0), "WAL")],
)
def test_write_ahead_logging_only_where_it_is_sound(version: tuple[int, ...], mode: str) -> None:
    assert _sqlite.journal_mode(version) == mode


@pytest.mark.parametrize(("before", "after"), [("DELETE", "WAL"), ("WAL", "TRUNCATE")])
def test_a_change_of_journal_waits_for_another_process(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    open_store(sqlite_url).close()
    other = sqlite3.connect(
        sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    other.execute(f"PRAGMA journal_mode = {before}")
    other.execute("BEGIN IMMEDIATE")
    other.execute("SELECT * FROM posts").fetchall()
    release = Timer(0.3, other.close)
    release.start()
    monkeypatch.setattr(_sqlite, "journal_mode", lambda version: after)
    with open_store(sqlite_url) as store:
        assert store.describe().facts["journal"].partition(" ")[0].upper() == after
    release.join()


OPEN_TOGETHER = """if True:
    import sys
    from bot.store import _sqlite, open_store
    mode = sys.argv[2]
    _sqlite.journal_mode = lambda version: mode
    print("ready", flush=True)
    sys.stdin.readline()
    with open_store(sys.argv[1]) as store, store.write() as tx:
        tx.sources.get_or_add("harbour", "https://harbour.example/feed/", "feed")
"""


@pytest.mark.parametrize("mode", ["TRUNCATE", "WAL"])
def test_two_processes_open_a_new_database_at_once(
    sqlite_url: str, start: Start, mode: str
) -> None:
    processes = [start(OPEN_TOGETHER, sqlite_url, mode) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        finished(process)
    with open_store(sqlite_url) as store:
        assert count_sources(store) == 1


# ------------------------------------------------------------------ refusals


def test_a_database_made_by_a_newer_version_is_refused_and_left_alone(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        add_source(store)
        with store.write() as tx:
            tx.sources._db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    with pytest.raises(StoreError, match="made by a newer version of the bot: upgrade this"):
        open_store(sqlite_url)
    assert Path(sqlite_url.removeprefix("sqlite:///")).read_bytes() == before


def test_a_database_of_another_program_is_refused(sqlite_url: str) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    other.execute("CREATE TABLE invoices (id)")
    other.close()
    with pytest.raises(StoreError, match=r"another program \(it holds “invoices”\)"):
        open_store(sqlite_url)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.write_text("these are the minutes of the meeting\n" * 100)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"the file .* is no database"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_damage_is_one_sentence(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        add_source(store)
        with store.read() as tx:
            query = "SELECT rootpage - 1 FROM sqlite_master WHERE name = 'sources'"
            page = tx.sources._db.exec_driver_sql(query).scalar_one()
            size = tx.sources._db.exec_driver_sql("PRAGMA page_size").scalar_one()
    with open(sqlite_url.removeprefix("sqlite:///"), "r+b") as file:
        file.seek(page * size)
        file.write(b"\xff" * size)
    with open_store(sqlite_url) as store:
        for touch in (store.integrity, lambda: add_source(store)):
            with pytest.raises(StoreError, match=r"the database .* is damaged: stop the bot"):
                touch()


def test_rows_that_point_nowhere_are_found(sqlite_url: str, sqlite_store: Store) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("INSERT INTO article_keys VALUES ('harbour', 'a', 'guid', 9)")
    other.close()
    assert sqlite_store.integrity() == (
        "a row of article_keys points to a missing row of articles",
    )


def test_a_missing_database_is_not_made_where_none_is_wanted(
    sqlite_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"there is no database .* yet"):
        open_store(sqlite_url, create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(StoreError, match=r"the folder of the database .* cannot be made"):
        open_store(f"sqlite:///{tmp_path}/var/bot.db")


def test_a_folder_in_place_of_the_database_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_database_locked_by_another_process_is_one_sentence(sqlite_url: str) -> None:
    with open_store(sqlite_url, busy_timeout=SHORT) as store:
        add_source(store)
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another process holds the database"):
            add_source(store, "https://harbour.example/other/")
        with pytest.raises(StoreError, match="another process holds the database"):
            count_sources(store)
        with pytest.raises(StoreError, match="another process holds the database"):
            open_store(sqlite_url, busy_timeout=SHORT)
        other.execute("ROLLBACK")
        other.close()
        assert count_sources(store) == 1


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    sqlite_store: Store, now: datetime
) -> None:
    store = sqlite_store
    add_source(store)
    many = [
        (Entry(url=f"https://harbour.example/{n}/", title="x" * 500), [("url", str(n))])
        for n in range(2000)
    ]
    with store.write() as tx:  # the limit stays with the connection, and the pool gives it again
        pages = tx.sources._db.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.sources._db.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreError, match="there is no room for the database"), store.write() as tx:
        tx.articles.remember("harbour", many, now=now)
    with store.read() as tx:
        assert tx.articles.known("harbour", [("url", "0")]) is None
        assert len(tx.sources.all()) == 1
    add_source(store, "https://harbour.example/small/")
    assert store.integrity() == ()


def test_a_database_that_cannot_be_written_can_still_be_read(
    sqlite_url: str, tmp_path: Path
) -> None:
    with open_store(sqlite_url) as store:
        add_source(store)
    with open_store(f"sqlite:///file:{tmp_path}/bot.db?mode=ro&uri=true") as store:
        with pytest.raises(StoreError, match="cannot be written: give this user the right"):
            add_source(store, "https://harbour.example/other/")
        assert count_sources(store) == 1


# -------------------------------------------------------------- transactions


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    sqlite_url: str, start: Start, now: datetime, tmp_path: Path
) -> None:
    source = """if True:
        import sys, time
        from datetime import datetime, UTC
        from bot.model import Entry
        from bot.store import open_store
        with open_store(sys.argv[1]) as store, store.write() as tx:
            tx.sources._db.exec_driver_sql("PRAGMA cache_size = 5")  # so that pages reach the file
            many = [(Entry(url=f"u{n}"), [("url", f"u{n}")]) for n in range(2000)]
            tx.articles.remember("harbour", many, now=datetime(2026, 11, 22, tzinfo=UTC))
            print("ready", flush=True)
            time.sleep(60)
    """
    with open_store(sqlite_url) as store:
        add_source(store)
    killed_when_ready(start(source, sqlite_url))
    left_open = [*tmp_path.glob("bot.db-journal"), *tmp_path.glob("bot.db-wal")]
    assert any(file.stat().st_size for file in left_open), (
        "the kill came before anything was written"
    )
    with open_store(sqlite_url) as store:
        assert store.integrity() == ()
        assert count_sources(store) == 1
        with store.write() as tx:
            assert tx.articles.remember("harbour", [(Entry("u0"), [("url", "u0")])], now=now)
