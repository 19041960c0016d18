"""A restored or copied database is noticed; what is neither is left in peace."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import Postgres
from sqlalchemy import select, update

from bot.model import Article, Channel, Post, State, Teaser
from bot.store import Store, _sqlite, _witness, open_store
from bot.store._schema import followups, instance, posts
from bot.store.instance import SILENCE, Doubt

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHANNEL = Channel(site="harbour", name="twitter", platform="twitter", account="harbour_post")


class Clock:
    """A machine clock whose machine a test starts anew."""

    def __init__(self) -> None:
        self.boot = "first"

    def __call__(self) -> tuple[str, float]:
        return self.boot, 100.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    """A folder with a database that works: it has leased once, and was checked twice."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(migrated, folder / "bot.db")
    with opened(folder) as store:
        assert check(store) is None
        beat(store)
        assert check(store) is None
    return folder


@contextmanager
def opened(folder: Path, clock: Clock | None = None) -> Iterator[Store]:
    with open_store(f"sqlite:///{folder}/bot.db", machine_clock=clock or Clock()) as store:
        yield store


def check(store: Store, now: datetime = NOW) -> Doubt | None:
    with store.write("check") as tx:
        return tx.instance.check(now)


def beat(store: Store, now: datetime = NOW) -> None:
    with store.write("lease") as tx:
        tx.instance.beat(now)


def reason(store: Store, now: datetime = NOW) -> str:
    doubt = check(store, now)
    assert doubt is not None
    assert check(store, now) == doubt, "it is noticed once, and stands"
    return doubt.reason


def backup(folder: Path, to: Path) -> Path:
    """Copy the database alone, as SQLite itself would."""
    to.mkdir(exist_ok=True)
    source, target = sqlite3.connect(folder / "bot.db"), sqlite3.connect(to / "bot.db")
    source.backup(target)
    source.close()
    target.close()
    return to


def age(file: Path, span: timedelta) -> None:
    """Make a witness say that it was written that much earlier: time passes for a test."""
    uuid, count, written, _ = file.read_text().split()
    said = f"{uuid} {count} {float(written) - span.total_seconds():.3f}"
    file.write_text(f"{said} {_witness.crc32(said.encode()):010d}\n")


def add_post(store: Store, published_at: datetime | None, seen_at: datetime = NOW) -> Post:
    with store.write() as tx:
        url = f"https://harbour.example/{os.urandom(4).hex()}/"
        article = Article(url=url, headline="Dockers strike", published_at=published_at)
        article_id, _ = tx.articles.add("harbour", article, [("url", url)], now=seen_at)
        post = tx.posts.hold(article_id, CHANNEL, Teaser("Dockers strike"), who="poll", now=seen_at)
        assert post is not None
        approved = update(posts).where(posts.c.id == post.id)
        tx.posts._db.execute(approved.values(state=State.APPROVED, due_at=NOW))
        return tx.posts.get(post.id)


def doubtful(store: Store, post: Post) -> bool:
    with store.read() as tx:
        return tx.instance.doubtful(post)


# ---------------------------------------------------------------- no false alarm


def test_a_new_database_is_no_doubt_and_gets_a_witness(sqlite_url: str, tmp_path: Path) -> None:
    with open_store(sqlite_url) as store:
        assert not (tmp_path / "bot.db.witness").exists()
        post = add_post(store, NOW)
        assert (tmp_path / "bot.db.witness").exists()
        assert check(store) is None
        assert not doubtful(store, post)


def test_a_database_that_is_begun_anew_is_no_doubt(folder: Path) -> None:
    (folder / "bot.db").unlink()
    with opened(folder) as store:
        assert check(store) is None


@pytest.mark.parametrize("times", [1, 3])
def test_work_goes_on_through_many_starts(folder: Path, times: int) -> None:
    for _ in range(times):
        with opened(folder) as store:
            beat(store)
            assert check(store, NOW + HOUR) is None


def test_vacuum_is_no_doubt(folder: Path) -> None:
    sqlite3.connect(folder / "bot.db", isolation_level=None).execute("VACUUM").close()
    with opened(folder) as store:
        assert check(store) is None


def test_a_folder_that_moves_is_no_doubt(folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "elsewhere")
    with opened(tmp_path / "elsewhere") as store:
        assert check(store) is None


def test_a_link_leads_to_the_same_witness(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "bot.db").symlink_to(folder / "bot.db")
    with opened(tmp_path / "link") as store:
        beat(store)
    assert os.listdir(tmp_path / "link") == ["bot.db"]
    with opened(folder) as store:
        assert check(store) is None


@pytest.mark.parametrize("what", ["kill before the witness", "power cut", "torn", "unreadable"])
def test_a_crash_is_no_doubt(folder: Path, what: str) -> None:
    witness = folder / "bot.db.witness"
    before = witness.read_bytes()
    with opened(folder) as store:
        beat(store)
    if what == "kill before the witness":
        witness.write_bytes(before)
    elif what == "power cut":
        witness.write_bytes(b"")
    elif what == "torn":
        witness.write_bytes(before[:40] + b"9" * 10 + before[50:])
    else:
        witness.unlink()
        witness.mkdir()
    with opened(folder) as store:
        assert check(store) is None
        beat(store)
        assert check(store) is None
    if what != "unreadable":
        assert _witness.read(witness).count == 3  # type: ignore[union-attr]


def test_a_folder_that_takes_no_witness_is_no_doubt(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "bot.db")
    (tmp_path / "bot.db.witness").symlink_to(tmp_path / "nowhere" / "witness")
    with opened(tmp_path) as store:
        for _ in range(3):
            beat(store)
            assert check(store) is None


def test_a_restart_of_the_machine_is_no_doubt(folder: Path, clock: Clock) -> None:
    clock.boot = "second"
    with opened(folder, clock) as store:
        assert check(store, NOW + SILENCE) is None
        assert check(store, NOW + 9 * HOUR) is None, "the bot was off, the machine was not"


def test_a_clock_that_jumps_is_no_doubt(folder: Path, clock: Clock) -> None:
    with opened(folder, clock) as store:
        for now in (NOW + 9 * HOUR, NOW - 9 * HOUR, NOW):
            assert check(store, now) is None
        assert check(store, NOW + HOUR) is None
        clock.boot = "second"
        assert check(store, NOW - HOUR) is None


def test_a_container_without_a_mark_of_its_own_is_no_doubt(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite, "_machine", lambda: "")
    with opened(folder) as store:
        assert check(store) is None


def test_a_rest_in_memory_needs_no_witness() -> None:
    with open_store("sqlite://") as store:
        beat(store)
        assert check(store) is None


# -------------------------------------------------------------------- noticed


def test_a_backup_put_in_its_place_is_noticed(folder: Path, tmp_path: Path) -> None:
    old = backup(folder, tmp_path / "backup")
    with opened(folder) as store:
        beat(store)
    shutil.copy(old / "bot.db", folder / "bot.db")
    with opened(folder) as store:
        assert "it is older than what was last seen here" in reason(store)
        beat(store)
        assert check(store, NOW + HOUR) == check(store)


def test_a_backup_from_before_the_witness_is_noticed(tmp_path: Path, migrated: Path) -> None:
    old, folder = tmp_path / "old", tmp_path / "var"
    for each in (old, folder):
        each.mkdir()
        shutil.copy(migrated, each / "bot.db")
    with opened(old) as store:
        post = add_post(store, NOW)
        with store.write() as tx:
            tx.posts._db.execute(instance.delete())
    with opened(folder) as store:
        beat(store)
    shutil.copy(old / "bot.db", folder / "bot.db")
    with opened(folder) as store:
        assert "another database stood in its place" in reason(store)
        assert doubtful(store, post)


def test_a_copy_of_the_file_alone_is_noticed(folder: Path, tmp_path: Path) -> None:
    other = backup(folder, tmp_path / "other")
    with opened(other) as store:
        assert "without bot.db.witness" in reason(store)
    with opened(folder) as store:
        assert check(store) is None, "the first one knows of nothing"


@pytest.mark.parametrize("how", [shutil.copy, shutil.copy2])
def test_a_copy_of_the_folder_is_noticed(folder: Path, tmp_path: Path, how: Any) -> None:
    age(folder / "bot.db.witness", HOUR)
    shutil.copytree(folder, tmp_path / "other", copy_function=how)
    with opened(tmp_path / "other") as store:
        assert "its folder was copied or restored" in reason(store)
        beat(store)
        assert check(store) == check(store, NOW + HOUR)


def test_a_folder_restored_in_place_is_noticed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "backup")
    with opened(folder) as store:
        beat(store)
    for file in ("bot.db", "bot.db.witness"):
        shutil.copy2(tmp_path / "backup" / file, folder / file)
    age(folder / "bot.db.witness", HOUR)
    with opened(folder) as store:
        assert "its folder was copied or restored" in reason(store)


def test_a_copy_where_no_witness_can_be_is_noticed_once(folder: Path, tmp_path: Path) -> None:
    other = backup(folder, tmp_path / "other")
    (other / "bot.db.witness").symlink_to(tmp_path / "nowhere" / "witness")
    with opened(other) as store:
        doubt = check(store)
        assert doubt is not None
        assert check(store, NOW + HOUR) == doubt


def test_another_machine_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite, "_machine", lambda: "another")
    with opened(folder) as store:
        assert "copied from elsewhere (another machine)" in reason(store)


def test_a_machine_taken_back_to_a_snapshot_is_noticed(folder: Path, clock: Clock) -> None:
    clock.boot = "second"
    with opened(folder, clock) as store:
        doubt = check(store, NOW + 9 * HOUR)
        assert doubt is not None
        assert "9 h 0 min without the bot" in doubt.reason
        assert check(store, NOW + 10 * HOUR) == doubt
        clock.boot = "third"
        assert check(store, NOW + 10 * HOUR + MINUTE) == doubt


def test_a_restored_database_is_noticed_by_one_process_of_several(
    folder: Path, tmp_path: Path
) -> None:
    other = backup(folder, tmp_path / "other")
    with opened(other) as first, opened(other) as second:
        doubt = check(first)
        assert doubt is not None
        assert check(second, NOW + HOUR) == doubt


@pytest.mark.parametrize("point", ["before commit check", "after commit check"])
def test_a_kill_while_it_is_noticed_does_not_lose_the_doubt(
    folder: Path, tmp_path: Path, start: Callable[..., subprocess.Popen[str]], point: str
) -> None:
    old = backup(folder, tmp_path / "backup")
    with opened(folder) as store:
        beat(store)
    shutil.copy(old / "bot.db", folder / "bot.db")
    source = """if True:
        import os, signal, sys
        from datetime import datetime, UTC
        from bot import _crash
        from bot.store import open_store
        def die(name):
            if name == sys.argv[2]:
                os.kill(os.getpid(), signal.SIGKILL)
        _crash.hook = die
        with open_store(sys.argv[1]) as store, store.write("check") as tx:
            tx.instance.check(datetime(2026, 11, 22, 12, tzinfo=UTC))
    """
    process = start(source, f"sqlite:///{folder}/bot.db", point)
    assert process.wait(timeout=30) == -9
    with opened(folder) as store:
        doubt = check(store)
        assert doubt is not None
        assert doubt.since <= NOW <= doubt.until
        assert check(store, NOW + HOUR) == doubt


# ---------------------------------------------------------------- what follows


@pytest.fixture
def restored(store: Store) -> Store:
    """A store, on either kind of database, that another one was made of since."""
    assert check(store, NOW - HOUR) is None
    with store.write() as tx:
        tx.posts._db.execute(update(instance).values(place="machine:x system:x"))
    return store


def test_a_post_is_looked_for_once_where_its_article_was_there_before(restored: Store) -> None:
    old = add_post(restored, NOW - HOUR)
    undated = add_post(restored, None)
    assert not doubtful(restored, old), "nothing was noticed yet"
    doubt = check(restored)
    assert doubt is not None
    assert (doubt.since, doubt.until) == (NOW, NOW), "from the last thing that the log tells of"
    late = add_post(restored, NOW - MINUTE, seen_at=NOW + HOUR)
    new = add_post(restored, NOW + MINUTE, seen_at=NOW + HOUR)
    assert [doubtful(restored, each) for each in (old, undated, late, new)] == [
        True,
        True,
        True,
        False,
    ]
    with restored.write() as tx:
        post = tx.outbox.lease(old, NOW, timedelta(0))
    assert post is not None
    assert not doubtful(restored, post)
    assert not doubtful(restored, replace(old, state=State.UNKNOWN))


def test_a_post_that_was_tried_before_is_in_doubt_as_well(restored: Store) -> None:
    post = add_post(restored, NOW - HOUR)
    with restored.write() as tx:
        leased = tx.outbox.lease(post, NOW, MINUTE)
    assert leased is not None
    check(restored)
    assert doubtful(restored, leased), "what was refused then may have been sent since"


def test_the_first_doubt_widens_a_second_one_that_follows_soon(restored: Store) -> None:
    first = check(restored)
    assert first is not None
    add_post(restored, NOW, seen_at=NOW + HOUR)
    for later, since in ((timedelta(days=2), first.since), (timedelta(days=50), NOW + HOUR)):
        with restored.write() as tx:
            tx.posts._db.execute(update(instance).values(place="machine:y system:y"))
        doubt = check(restored, NOW + later)
        assert doubt is not None
        assert (doubt.since, doubt.until) == (since, NOW + later)


def test_what_should_follow_a_post_is_not_done_twice(restored: Store) -> None:
    post = add_post(restored, NOW - HOUR)
    with restored.write() as tx:
        tx.followups.add(post.id, "comment", who="outbox", now=NOW)
    check(restored)
    with restored.read() as tx:
        states = tx.posts._db.execute(select(followups.c.state)).scalars().all()
    assert states == ["unknown"]


def test_a_rehearsal_or_a_reader_asks_without_writing(store: Store) -> None:
    with store.read() as tx:
        assert tx.instance.doubt() is None


# ------------------------------------------------------------------ PostgreSQL


@pytest.fixture
def server(postgres: Postgres) -> Iterator[tuple[Postgres, str]]:
    with postgres.database() as url:
        with open_store(url) as store:
            add_post(store, NOW)
            assert check(store) is None
        yield postgres, url.partition("://")[2].partition("/")[2].partition("?")[0]


def test_a_copied_database_of_a_server_is_noticed(server: tuple[Postgres, str]) -> None:
    postgres, name = server
    with postgres.database(template=name) as copy, open_store(copy) as store:
        assert "(another database)" in reason(store)
    with open_store(postgres.url(name)) as store:
        assert check(store) is None


def test_a_dump_restored_over_a_database_is_noticed(server: tuple[Postgres, str]) -> None:
    postgres, name = server
    postgres.execute(
        "ALTER TABLE instance RENAME TO old",
        "CREATE TABLE instance (LIKE old)",
        "INSERT INTO instance SELECT * FROM old",
        "DROP TABLE old",
        database=name,
    )
    with open_store(postgres.url(name)) as store:
        assert "(another table)" in reason(store)


def test_a_server_that_took_over_or_went_back_is_noticed(server: tuple[Postgres, str]) -> None:
    postgres, name = server
    with open_store(postgres.url(name)) as store:
        with store.write() as tx:
            row = tx.posts._db.execute(select(instance.c.place)).scalar_one()
            place = row.replace("timeline:00000001", "timeline:00000000")
            tx.posts._db.execute(update(instance).values(place=place))
        assert "(another timeline)" in reason(store)


def test_a_role_that_may_not_read_the_cluster_is_no_doubt(server: tuple[Postgres, str]) -> None:
    postgres, name = server
    postgres.execute(
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
        "CREATE ROLE plain LOGIN",
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO plain",
        database=name,
    )
    try:
        for user in ("plain", "postgres", "plain"):
            with open_store(postgres.url(name, user)) as store:
                assert check(store) is None
                with store.read() as tx:
                    place = tx.posts._db.execute(select(instance.c.place)).scalar_one()
                assert "system:" in place, "what others could read is kept"
    finally:
        postgres.execute("DROP OWNED BY plain", "DROP ROLE plain", database=name)


def test_machines_on_one_queue_trust_one_another(server: tuple[Postgres, str]) -> None:
    postgres, name = server
    with open_store(postgres.url(name)) as one, open_store(postgres.url(name)) as other:
        for later in range(3):
            assert check(one, NOW + later * HOUR) is None
            assert check(other, NOW + later * HOUR) is None


# ------------------------------------------------------------------ any history


steps = st.lists(
    st.sampled_from(["lease", "kill", "cut", "start", "backup", "restore", "check"]), max_size=12
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_a_doubt_is_noticed_where_a_lease_was_lost_and_only_there(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    witness = folder / "bot.db.witness"
    shutil.copy(migrated, folder / "bot.db")
    leases = kept = 0
    saved, lost = False, False
    with opened(folder) as store:
        check(store)
    for step in steps:
        before = witness.read_bytes()
        if step in ("lease", "kill", "cut"):
            with opened(folder) as store:
                beat(store)
            leases += 1
        if step == "kill":
            witness.write_bytes(before)
        elif step == "cut":
            witness.write_bytes(b"")
        if step in ("kill", "cut", "start", "check"):  # who was killed is started again
            with opened(folder) as store:
                assert (check(store) is not None) == lost
        if step == "backup":
            backup(folder, folder / "backup")
            saved, kept = True, leases
        elif step == "restore" and saved:
            shutil.copy(folder / "backup" / "bot.db", folder / "bot.db")
            lost, leases = lost or leases > kept, kept
            with opened(folder) as store:
                lost = (check(store) is not None) or lost
                assert (check(store) is not None) == lost
                backup(folder, folder / "backup")
