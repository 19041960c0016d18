"""One poll of one source: what is new becomes posts once, and what fails is not lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from world import Site

from bot import queue
from bot.desk import Desk, Outlet
from bot.http import Session
from bot.ingest import Poll, Polled
from bot.model import Article, State, Teaser
from bot.store import Store
from bot.store.sources import Source

MINUTE = timedelta(minutes=1)
Polling = Callable[..., Polled]


@pytest.fixture
def poll(
    store: Store,
    web: Session,
    site: Site,
    desk: Callable[..., Desk],
    tmp_path: Path,
    now: datetime,
) -> Polling:
    """Poll the site's feed once, a minute after the time before."""
    calls = 0

    def once(**changes: Any) -> Polled:
        nonlocal calls
        calls += 1
        at = changes.pop("at", now + calls * MINUTE)
        media = tmp_path / "media"
        return Poll(store, web, desk(**changes), f"{site.url}/feed/", media, at).run()

    return once


@pytest.fixture
def known(poll: Polling, site: Site) -> Polling:
    """The same, with the first poll behind it."""
    site.feed()
    poll()
    site.seen.clear()
    return poll


def publish(site: Site, now: datetime, *slugs: str, **headers: str) -> None:
    for slug in slugs:
        site.article(slug, at=now)
    site.feed(*(site.item(slug, at=now) for slug in slugs), **headers)


def source(store: Store) -> Source:
    with store.read() as tx:
        (only,) = tx.sources.all()
    return only


def states(store: Store) -> list[State]:
    with store.read() as tx:
        return [post.state for post in tx.posts.list()]


def codes(store: Store) -> list[set[str]]:
    with store.read() as tx:
        return [{problem.code for problem in post.problems} for post in tx.posts.list()]


def test_the_first_poll_only_remembers(
    store: Store, poll: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "one", "two", ETag='"v1"')
    assert poll().remembered == 2
    assert site.seen == [("GET", "/feed/")]
    assert poll().unchanged
    assert states(store) == []
    assert (source(store).etag, source(store).failures) == ('"v1"', 0)


@pytest.mark.parametrize("status", [503, 304])  # nobody asked whether it had changed
def test_a_first_poll_that_fails_remembers_at_the_next(
    store: Store, poll: Polling, site: Site, now: datetime, status: int
) -> None:
    site.put("/feed/", b"", status=status)
    assert str(status) in poll().error
    publish(site, now, "one")
    assert poll().remembered == 1
    assert states(store) == []


def test_a_new_article_becomes_posts_once(
    store: Store,
    known: Polling,
    site: Site,
    outlet: Callable[..., Outlet],
    now: datetime,
) -> None:
    publish(site, now, "one")
    two = (outlet(), outlet("facebook"))
    first = known(outlets=two)
    assert (first.articles, len(first.posts)) == ((f"{site.url}/one",), 2)
    again = known(outlets=two)
    assert (again.articles, again.posts) == ((), ())
    assert states(store) == [State.HELD] * 2
    assert site.seen.count(("GET", "/one")) == 1
    assert site.seen.count(("GET", "/picture.jpg")) == 1


def test_a_changed_address_or_guid_is_the_same_article(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "one")
    known()
    site.feed(site.item("one?utm_source=feed", guid="other", at=now))
    known()
    site.article("moved")
    site.feed(site.item("moved", guid="other", at=now))
    assert known().articles == (), "its new guid is known by now"
    assert len(states(store)) == 1


def test_a_page_that_fails_waits_and_the_source_is_asked_whole_again(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "well", "ill", ETag='"v2"')
    site.put("/ill", "later", status=503)
    assert "/ill" in known().error
    assert (len(states(store)), source(store).etag) == (1, "")
    site.article("ill", at=now)
    assert known().error == ""
    assert (len(states(store)), source(store).etag) == (2, '"v2"')
    assert known().unchanged


def test_pages_that_fail_for_good_hide_no_article_behind_them(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    dead = [f"dead{number}" for number in range(5)]
    publish(site, now, *dead, "well")
    for slug in dead:
        site.put(f"/{slug}", "never", status=500)
    for _ in range(2):
        assert "5 new articles wait" in known().error
    with store.read() as tx:
        assert [post.article_url for post in tx.posts.list()] == [f"{site.url}/well"]


def test_what_is_gone_for_good_is_asked_for_once(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.put("/gone", "", status=410)
    site.put("/list", "<!doctype html><title>All</title><ul><li><a href='/a'>a</a></ul>")
    site.feed(site.item("gone", at=now), site.item("list", at=now))
    result = known()
    assert (result.error, len(result.notes)) == ("", 2)
    known()
    assert site.seen.count(("GET", "/gone")) == 1
    assert site.seen.count(("GET", "/list")) == 1
    assert states(store) == []


def test_an_article_of_tomorrow_waits_for_its_time(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    at = now + timedelta(days=1)
    site.article("early", at=at)
    site.feed(site.item("early", at=at), ETag='"v3"')
    assert "future" in known().notes[0]
    assert ("GET", "/early") not in site.seen
    assert len(known(at=at).posts) == 1


def test_a_flood_waits_for_a_person(
    store: Store,
    known: Polling,
    site: Site,
    outlet: Callable[..., Outlet],
    rules: Callable[..., queue.Rules],
    now: datetime,
) -> None:
    free = (outlet(rules=rules(review="none")),)
    publish(site, now, "a", "b", "c")
    known(outlets=free, flood_limit=2)
    assert states(store) == [State.HELD] * 3
    assert all("flood" in each for each in codes(store))
    publish(site, now, "d", "e")
    known(outlets=free, flood_limit=2)
    assert states(store)[3:] == [State.APPROVED] * 2


def test_old_articles_and_twins_wait_for_a_person(
    store: Store,
    known: Polling,
    site: Site,
    outlet: Callable[..., Outlet],
    rules: Callable[..., queue.Rules],
    now: datetime,
) -> None:
    free = (outlet(rules=rules(review="none", max_age=timedelta(days=9))),)
    site.article("old", at=now - timedelta(days=3))
    site.article("twin", "One headline", at=now)
    site.article("brother", "One headline!", at=now)
    site.feed(site.item("old"), site.item("twin"), site.item("brother"))
    known(outlets=free)
    assert sorted(states(store)) == [State.APPROVED, State.HELD, State.HELD]
    assert sorted(map(sorted, codes(store))) == [[], ["old"], ["same-title"]]


def test_a_channel_with_a_fault_does_not_keep_the_others(
    store: Store, known: Polling, site: Site, outlet: Callable[..., Outlet], now: datetime
) -> None:
    def blocked(article: Article, now: datetime) -> queue.Made:
        from bot.errors import TemplateError

        raise TemplateError("x.j2", 1, "it loops.")

    publish(site, now, "one")
    known(outlets=(outlet(write=blocked), outlet("facebook")))
    with store.read() as tx:
        bad, good = tx.posts.list()
    assert (bad.teaser, good.problems) == (Teaser("", link=f"{site.url}/one"), ())


@pytest.mark.parametrize(
    ("body", "kind", "status", "word"),
    [
        ("later", "text/plain", 503, "503"),
        ("<!doctype html><html><title>Back soon</title>", "text/html", 200, "web page"),
        ("", "application/rss+xml", 200, ""),
    ],
)
def test_a_source_that_fails_is_noted_in_a_sentence(
    store: Store, known: Polling, site: Site, body: str, kind: str, status: int, word: str
) -> None:
    before = source(store).baseline_at
    site.put("/feed/", body, kind, status)
    for times in (1, 2):
        result = known()
        assert word in result.error
        assert result.error.endswith(".")
        assert "\n" not in result.error
        assert (source(store).failures, source(store).error) == (times, result.error)
    assert source(store).baseline_at == before
    site.feed()
    known()
    assert (source(store).failures, source(store).error) == (0, "")


def test_another_poll_that_was_quicker_leaves_nothing_to_make(
    store: Store,
    web: Session,
    site: Site,
    desk: Callable[..., Desk],
    tmp_path: Path,
    now: datetime,
) -> None:
    one = Poll(store, web, desk(), f"{site.url}/feed/", tmp_path, now)
    site.article("one")
    quicker = Poll(store, web, desk(), f"{site.url}/other/", tmp_path, now)

    def offered_elsewhere(request: BaseHTTPRequestHandler) -> None:
        del site.acts["/one"]
        quicker.run()  # while the first poll reads the page
        request.do_GET()  # type: ignore[attr-defined]

    for path in ("/feed/", "/other/"):
        site.feed(path=path)
    assert (one.run().remembered, quicker.run().remembered) == (0, 0)
    for path in ("/feed/", "/other/"):
        site.feed(site.item("one", guid=path), path=path)
    site.acts["/one"] = offered_elsewhere
    result = one.run()
    assert (result.articles, result.posts) == ((), ())
    with store.read() as tx:
        assert len(tx.posts.list()) == 1
