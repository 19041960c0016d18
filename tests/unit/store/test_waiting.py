from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bot.model import Article, Entry
from bot.store import Store, open_store

ONE = Entry("https://harbour.example/one", guid="1", title="Dockers strike")
TWO = Entry("https://harbour.example/two", guid="2", title="Dockers strike")
MINUTE = timedelta(minutes=1)


def wait(store: Store, now: datetime, *entries: Entry, flood: int = 0) -> tuple[int, ...]:
    keyed = [(entry, [("guid", entry.guid)]) for entry in entries]
    with store.write() as tx:
        return tx.articles.wait("harbour", keyed, now=now, source="feed", flood=flood)


def test_a_waiting_article_comes_back_as_it_was_told_of(store: Store, now: datetime) -> None:
    (number,) = wait(store, now, ONE, flood=9)
    assert wait(store, now, ONE) == (), "it is known"
    with store.read() as tx:
        (found,) = tx.waiting.all("harbour")
        assert tx.waiting.all("quay") == ()
        assert tx.articles.known("harbour", [("guid", "1")]) == number
        assert tx.articles.get(number).state == "waiting"
    assert (found.id, found.entry, found.flood, found.tries) == (number, ONE, 9, 0)
    assert (found.source_url, found.first_seen_at, found.next_try_at) == ("feed", now, now)


def test_those_never_tried_come_first(store: Store, now: datetime) -> None:
    one, two = wait(store, now, ONE, TWO)
    with store.write() as tx:
        tx.waiting.put_off(one, "It answered 503.", now + MINUTE)
    with store.read() as tx:
        assert [each.id for each in tx.waiting.all()] == [two, one]
        found = tx.waiting.get(one)
    assert found is not None
    assert (found.tries, found.note, found.next_try_at) == (1, "It answered 503.", now + MINUTE)


def test_one_that_is_left_alone_was_not_tried(store: Store, now: datetime) -> None:
    one, two = wait(store, now, ONE, TWO)
    with store.write() as tx:
        tx.waiting.put_off(two, "", now + 9 * MINUTE)
        tx.waiting.leave([one, two], now + 5 * MINUTE)
    with store.read() as tx:
        found = {each.id: (each.tries, each.next_try_at) for each in tx.waiting.all()}
    assert found == {one: (0, now + 5 * MINUTE), two: (1, now + 9 * MINUTE)}


def test_one_that_waits_no_more_is_not_touched(store: Store, now: datetime) -> None:
    (one,) = wait(store, now, ONE)
    with store.write() as tx:
        tx.articles.update(one, Article(ONE.url, "Dockers strike"))
        tx.waiting.put_off(one, "late", now)
        tx.waiting.give_up(one, "late")
        tx.waiting.refresh(one, TWO, now)
        tx.waiting.merge(one, one, "late")
        kept = tx.articles.get(one)
        assert tx.waiting.get(one) is None
    assert (kept.state, kept.note, kept.url) == ("tracked", "", ONE.url)


def test_one_given_up_is_known_forever(store: Store, now: datetime) -> None:
    (one,) = wait(store, now, ONE)
    with store.write() as tx:
        tx.waiting.give_up(one, "It is no article.")
        kept = tx.articles.get(one)
        assert tx.waiting.all() == ()
    assert (kept.state, kept.note) == ("remembered", "It is no article.")
    assert wait(store, now, ONE) == ()


def test_the_keys_of_one_that_is_another_lead_there(store: Store, now: datetime) -> None:
    one, two = wait(store, now, ONE, TWO)
    with store.write() as tx:
        tx.waiting.merge(two, one, f"the same as {ONE.url}")
        assert tx.articles.known("harbour", [("guid", "2")]) == one
        assert tx.articles.get(two).state == "remembered"


def test_a_title_of_one_that_waits_is_nobodys_yet(store: Store, now: datetime) -> None:
    (one,) = wait(store, now, ONE)
    with store.write() as tx:
        assert tx.articles.by_title("harbour", "dockers strike", now) is None
        tx.waiting.give_up(one, "")
        assert tx.articles.by_title("harbour", "dockers strike", now) == one


def test_arrivals_are_counted_by_the_source_that_was_first(store: Store, now: datetime) -> None:
    wait(store, now, ONE)
    wait(store, now + MINUTE, TWO)
    with store.read() as tx:
        assert tx.articles.arrivals("harbour", "feed", now) == (1, now + MINUTE)
        assert tx.articles.arrivals("harbour", "feed", now - MINUTE) == (2, now + MINUTE)
        assert tx.articles.arrivals("harbour", "other", now - MINUTE) == (0, None)


def test_a_database_of_the_version_before_keeps_what_it_holds(
    tmp_path: Path, now: datetime
) -> None:
    """The first revision is built alone, filled, and brought up to date."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from bot.store import _migrate

    file = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(_migrate.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(file)) as old:
        at = "2026-11-01 00:00:00.000000"
        old.execute(
            "INSERT INTO sources (site, url, kind, etag, last_modified, failures, error,"
            " baseline_at) VALUES ('harbour', 'feed', 'feed', 'v', '', 0, '', ?)",
            [at],
        )
        old.execute(
            "INSERT INTO articles (site, url, title, title_key, state, note, first_seen_at,"
            " source_url) VALUES ('harbour', 'u', 't', 't', 'remembered', 'n', ?, 'f')",
            [at],
        )
        old.commit()
    with open_store(f"sqlite:///{file}") as store, store.read() as tx:
        (source,) = tx.sources.all()
        assert (source.wait, source.moved_to, source.moved_polls) == (timedelta(0), "", 0)
        assert tx.articles.get(1).state == "remembered"
