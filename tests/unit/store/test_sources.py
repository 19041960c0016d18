from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Store

FEED = "https://harbour.example/feed/"


def test_a_source_is_added_once_for_each_site(store: Store) -> None:
    with store.write() as tx:
        first = tx.sources.get_or_add("harbour", FEED, "feed")
        assert (first.baseline_at, first.etag, first.failures) == (None, "", 0)
        assert tx.sources.get_or_add("harbour", FEED, "feed") == first
        assert tx.sources.get_or_add("quay", FEED, "feed").id != first.id
        assert [source.site for source in tx.sources.all()] == ["harbour", "quay"]
        assert tx.sources.all("harbour") == (first,)


def test_failures_count_and_a_success_ends_them(store: Store, now: datetime) -> None:
    later = now + timedelta(minutes=10)
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed")
        other = tx.sources.get_or_add("harbour", FEED + "es/", "feed")
        tx.sources.note_success(source.id, '"a"', "Sun", now, later)
        tx.sources.note_failure(source.id, "answers 503", later)
        tx.sources.note_failure(source.id, "answers 503", later, later + timedelta(hours=1))

        failed = tx.sources.get_or_add("harbour", FEED, "feed")
        assert (failed.failures, failed.error) == (2, "answers 503")
        assert (failed.checked_at, failed.ok_at) == (later, now)
        assert (failed.etag, failed.last_modified) == ('"a"', "Sun")
        assert failed.next_at == later + timedelta(hours=1)

        tx.sources.note_success(source.id, "", "", later)
        well = tx.sources.get_or_add("harbour", FEED, "feed")
        assert (well.failures, well.error, well.ok_at, well.next_at) == (0, "", later, None)
        assert tx.sources.get_or_add("harbour", FEED + "es/", "feed") == other


def test_the_baseline_is_kept(store: Store, now: datetime) -> None:
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed")
        tx.sources.set_baseline(source.id, now)
        tx.sources.note_failure(source.id, "answers 503", now)
        assert tx.sources.get_or_add("harbour", FEED, "feed").baseline_at == now
