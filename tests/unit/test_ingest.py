"""One poll of a site: what is new becomes posts once, and what fails is not lost."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from stills import Stills
from world import Site, wait_until

from bot import _net, ingest, queue
from bot.desk import Desk, Outlet
from bot.http import Session
from bot.ingest import Lanes, Poll, Polled, Which, _pages, poll_all
from bot.ingest._lanes import lanes
from bot.ingest._pages import TRIES_AT_LEAST
from bot.model import Article, Post, SourceKind, State, Teaser
from bot.robots import Robots
from bot.store import Store
from bot.store.sources import Source
from bot.store.waiting import Waiting

MINUTE = timedelta(minutes=1)
Polling = Callable[..., Polled]


@pytest.fixture
def build(
    store: Store, web: Session, site: Site, desk: Callable[..., Desk], tmp_path: Path, now: datetime
) -> Callable[..., Poll]:
    """A poll of one feed of the running site, under any name of its host, but for …"""

    def of(path: str, name: str = "harbour", *, host: str = "127.0.0.1", **how: Any) -> Poll:
        url = site.url.replace("127.0.0.1", host)
        plain = Poll(
            store=store,
            session=web,
            robots=Robots(web),
            desk=replace(desk(), site=name, home=f"{url}/"),
            sources=[(SourceKind.FEED, f"{url}{path}")],
            studio=Stills(tmp_path / "media"),
            now=now,
        )
        return replace(plain, **how)

    return of


@pytest.fixture
def poll(build: Callable[..., Poll], desk: Callable[..., Desk], now: datetime) -> Polling:
    """Poll the site's feed once, a minute after the time before."""
    calls = 0

    def once(**changes: Any) -> Any:
        nonlocal calls
        calls += 1
        how = {name: changes.pop(name) for name in ("which", "every") if name in changes}
        at = changes.pop("at", now + calls * MINUTE)
        (result,) = build("/feed/", now=at, desk=desk(**changes), **how).run() or (None,)
        return result

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


def waiting(store: Store) -> tuple[Waiting, ...]:
    with store.read() as tx:
        return tx.waiting.all()


def states(store: Store) -> list[State]:
    with store.read() as tx:
        return [post.state for post in tx.posts.list()]


def posts(store: Store) -> tuple[Post, ...]:
    with store.read() as tx:
        return tuple(tx.posts.list())


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


def test_a_page_that_fails_waits_and_the_source_need_not_send_it_again(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "well", "ill", ETag='"v2"')
    site.put("/ill", "later", status=503)
    assert "/ill" in known().error
    assert (len(states(store)), source(store).etag) == (1, '"v2"')
    site.article("ill", at=now)
    result = known()
    assert (result.error, result.unchanged) == ("", True)
    assert len(states(store)) == 2


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


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.PAGE, SourceKind.SITEMAP])
def test_only_a_feed_may_tell_late_of_what_was_there_before(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime, kind: SourceKind
) -> None:
    lists = {
        SourceKind.FEED: lambda *slugs: site.feed(*map(site.item, slugs), path="/list"),
        SourceKind.PAGE: lambda *slugs: site.put("/list", listing(site, *slugs)),
        SourceKind.SITEMAP: lambda *slugs: site.put("/list", sitemap(site, *slugs), "text/xml"),
    }
    poll = build("/list", sources=[(kind, f"{site.url}/list")])
    lists[kind]("the-first-of-all-articles-here")
    poll.run()
    site.article("an-old-piece-linked-again", at=now - timedelta(days=40))
    site.article("a-new-piece-of-today", at=now)
    lists[kind]("an-old-piece-linked-again", "a-new-piece-of-today")
    (result,) = replace(poll, now=now + MINUTE).run()
    assert len(result.articles) == (2 if kind is SourceKind.FEED else 1)
    assert any("before its source was first polled" in note for note in result.notes) == (
        kind is not SourceKind.FEED
    )


def listing(site: Site, *slugs: str) -> str:
    links = "".join(f"<h2><a href='/{slug}'>{slug.replace('-', ' ')}</a></h2>" for slug in slugs)
    return f"<!doctype html><html><body><main>{links}</main></body></html>"


def sitemap(site: Site, *slugs: str) -> str:
    urls = "".join(f"<url><loc>{site.url}/{slug}</loc></url>" for slug in slugs)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


def test_a_channel_with_a_fault_does_not_keep_the_others(
    store: Store, known: Polling, site: Site, outlet: Callable[..., Outlet], now: datetime
) -> None:
    def blocked(article: Article, now: datetime, confirmed: bool) -> queue.Made:
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
    store: Store, build: Callable[..., Poll], site: Site
) -> None:
    own = Session(deadline=timedelta(seconds=5), allow_private=True)  # as in another process
    one, quicker = build("/feed/"), build("/other/", session=own, robots=Robots(own))

    def offered_elsewhere(request: BaseHTTPRequestHandler) -> None:
        del site.acts["/one"]
        quicker.run()  # while the first poll reads the page
        request.do_GET()  # type: ignore[attr-defined]

    for path in ("/feed/", "/other/"):
        site.feed(path=path)
    assert (one.run()[0].remembered, quicker.run()[0].remembered) == (0, 0)
    site.article("one")
    for path in ("/feed/", "/other/"):
        site.feed(site.item("one", guid=path), path=path)
    site.acts["/one"] = offered_elsewhere
    (result,) = one.run()
    assert (result.articles, result.posts) == ((), ())
    with store.read() as tx:
        assert len(tx.posts.list()) == 1


# ---------------------------------------------------------------- waiting for a page


def test_what_was_told_of_is_kept_before_any_page_is_read(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(site.item("one", at=now), ETag='"v2"')

    def looks(request: BaseHTTPRequestHandler) -> None:
        assert (source(store).etag, [each.tries for each in waiting(store)]) == ('"v2"', [0])
        del site.acts["/one"]
        site.article("one", at=now)
        request.do_GET()  # type: ignore[attr-defined]

    site.acts["/one"] = looks
    assert len(known().posts) == 1
    assert waiting(store) == ()


def test_a_page_that_fails_is_tried_again_ever_less_often(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "ill")
    site.put("/ill", "later", status=500)
    tried = []
    for minute in (2, 3, 4, 7, 8, 17, 18, 37, 38):
        if known(at=now + minute * MINUTE).error:
            tried.append(minute)
    assert tried == [2, 3, 8, 18, 38]
    site.feed()  # it has left the feed meanwhile
    site.article("ill", at=now)
    assert known(at=now + 40 * MINUTE).posts == ()
    assert len(known(at=now + 40 * MINUTE, which=Which.NOW).posts) == 1


def test_a_page_is_given_up_after_a_week_and_a_person_told_once(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "ill")
    site.put("/ill", "later", status=404)
    for days in range(TRIES_AT_LEAST):
        assert known(at=now + timedelta(days=days, minutes=1)).alarms == ()
    (alarm,) = known(at=now + timedelta(days=8)).alarms
    assert "given up" in alarm
    assert "bot post" in alarm
    result = known(at=now + timedelta(days=9))
    assert (result.alarms, result.notes) == ((), ())
    assert site.seen.count(("GET", "/ill")) == TRIES_AT_LEAST + 1


def test_a_host_that_asks_for_rest_gets_it_for_all_its_pages(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "a", "b")
    site.put("/a", "busy", status=429)
    site.put("/b", "busy", status=429, Retry_After="1200")
    known(at=now + MINUTE)
    assert [each.next_try_at for each in waiting(store)] == [now + 21 * MINUTE] * 2
    assert [each.tries for each in waiting(store)] == [0, 1]
    site.seen.clear()
    known(at=now + 20 * MINUTE)
    assert site.seen == [("GET", "/feed/")]


@pytest.mark.parametrize("where", ["canonical", "redirect"])
def test_a_page_that_turns_out_to_be_a_known_article_gets_no_second_post(
    store: Store, known: Polling, site: Site, now: datetime, where: str
) -> None:
    publish(site, now, "one")
    known()
    site.article("two", at=now)
    if where == "canonical":
        body = site.pages["/two"][2].replace(
            b"<head>", f"<head><link rel='canonical' href='{site.url}/one'>".encode()
        )
        site.put("/two", body)
    else:
        site.put("/two", "", status=302, Location="/one")
    site.feed(site.item("two", guid="new", at=now))
    result = known()
    assert (result.posts, len(states(store))) == ((), 1)
    assert "same article" in result.notes[0]
    with store.read() as tx:
        assert tx.articles.known("harbour", [("guid", "new")]) == tx.posts.list()[0].article_id
    known()
    assert site.seen.count(("GET", "/two")) == 1


def test_two_waiting_addresses_of_one_article_make_one_set_of_posts(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.article("b", at=now)
    canonical = f"<head><link rel='canonical' href='{site.url}/b'>".encode()
    site.put("/a", site.pages["/b"][2].replace(b"<head>", canonical))
    title = site.item("b", guid="2", at=now).replace(">b<", ">Council votes on plan b<")
    site.feed(site.item("a", guid="1", at=now - MINUTE), title)
    assert len(known().posts) == 1
    assert len(states(store)) == 1
    assert waiting(store) == ()
    assert ("GET", "/b") not in site.seen[: site.seen.index(("GET", "/a"))]
    assert codes(store) == [set()], "it is no twin of itself"


def test_a_date_that_is_put_right_moves_the_article(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.article("early", at=now)
    site.feed(site.item("early", at=now + timedelta(days=3)))
    known()
    assert [each.next_try_at for each in waiting(store)] == [now + timedelta(days=3)]
    assert known(which=Which.NOW).posts == (), "an embargo holds, whoever asks"
    site.feed(site.item("early", at=now))
    assert len(known().posts) == 1


def test_a_page_that_dates_itself_in_the_future_waits_where_the_feed_gave_no_date(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    at = now + timedelta(days=1)
    site.article("early", at=at)
    site.feed(site.item("early"))
    assert "future" in known().notes[0]
    assert known().posts == ()
    assert len(known(at=at + MINUTE).posts) == 1


def test_a_new_address_of_a_waiting_article_is_tried_at_once(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(site.item("typo", guid="g", at=now))
    known()
    known()
    assert waiting(store)[0].next_try_at > now + 5 * MINUTE
    site.article("right", at=now)
    site.feed(site.item("right", guid="g", at=now))
    assert len(known().posts) == 1


def test_a_page_that_robots_may_not_read_waits_and_says_what_to_do(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "one")
    site.put("/robots.txt", "User-agent: *\nDisallow: /one\n", "text/plain")
    result = known()
    assert result.error == ""
    assert "robots.txt" in result.notes[0]
    assert "bot post" in result.notes[0]
    assert ("GET", "/one") not in site.seen
    site.put("/robots.txt", "", "text/plain")
    assert len(known().posts) == 1


def test_an_unchanged_source_costs_four_statements(
    store: Store, known: Polling, site: Site
) -> None:
    site.feed(ETag='"v2"')
    known()
    said: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    assert known().unchanged
    assert len(said) <= 4, "its site's sources, its habit, its row, what waits"


def test_an_unchanged_source_asks_for_no_robots(known: Polling, site: Site) -> None:
    site.feed(ETag='"v2"')
    known()
    site.seen.clear()
    assert known().unchanged
    assert site.seen == [("GET", "/feed/")]


def test_a_page_that_hits_a_fault_of_ours_keeps_no_other_back(
    store: Store, known: Polling, site: Site, outlet: Callable[..., Outlet], now: datetime
) -> None:
    def faulty(article: Article, at: datetime, confirmed: bool) -> queue.Made:
        if article.url.endswith("bad"):
            raise ZeroDivisionError
        return queue.Made(Teaser("well"), (), ())

    site.article("bad", at=now)
    site.article("good", at=now)
    site.feed(site.item("bad", at=now - MINUTE), site.item("good", at=now))
    with pytest.raises(ZeroDivisionError):
        known(outlets=(outlet(write=faulty),))
    assert len(states(store)) == 1
    assert [each.tries for each in waiting(store)] == [1]


def test_what_takes_too_long_is_left_for_the_next_poll(
    store: Store, known: Polling, site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, now, "a", "b")
    monkeypatch.setattr(_pages, "BUDGET", timedelta(0))
    assert known().posts == ()
    assert len(waiting(store)) == 2
    monkeypatch.undo()
    assert len(known().posts) == 2


def test_what_was_not_asked_for_want_of_time_is_asked_first_at_the_next_poll(
    build: Callable[..., Poll], site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one that hangs hides those behind it from every “bot poll”."""

    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)

    site.acts["/slow/"] = slow
    site.feed()
    monkeypatch.setattr(ingest, "BUDGET", timedelta(seconds=0.2))
    sources = [(SourceKind.FEED, f"{site.url}{path}") for path in ("/slow/", "/feed/")]
    for minutes in range(2):
        build("", sources=sources, now=now + minutes * MINUTE).run()
    assert [path for _, path in site.seen[:2]] == ["/slow/", "/feed/"]


def test_a_source_that_hits_a_fault_of_ours_rests_and_shows_it(
    store: Store, known: Polling, site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.ingest._ask.sources.ask", faulty)
    with pytest.raises(ZeroDivisionError):
        known(at=now + MINUTE)
    seen = source(store)
    assert (seen.failures, seen.next_at) == (1, now + 11 * MINUTE)
    assert "unforeseen fault (ZeroDivisionError)" in seen.error


def test_half_a_letter_in_one_entry_costs_no_other(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    def tell(*slugs: str) -> None:
        items = [{"id": slug, "url": f"{site.url}/{slug}", "title": slug} for slug in slugs]
        body = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items}
        site.put("/feed.json", json.dumps(body), "application/feed+json")

    tell("old\ud800")
    build("/feed.json").run()
    site.article("one", at=now)
    tell("old\ud800", "new\udfff", "one")
    (told,) = build("/feed.json", now=now + MINUTE).run()
    assert told.articles == (f"{site.url}/one",)


def test_what_the_first_poll_of_another_source_remembers_is_not_lost(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    """A sitemap that is read for the first time may be quicker than the feed, and cannot know."""
    old, new = "the-port-stays-open", "the-bridge-is-to-be-closed"
    feed = (SourceKind.FEED, f"{site.url}/feed/")
    both = [feed, (SourceKind.SITEMAP, f"{site.url}/news.xml")]
    site.feed()
    build("", sources=[feed], now=now).run()
    publish_everywhere(site, now + 2 * MINUTE, old, new)
    site.feed()
    results = build("", sources=both, now=now + 3 * MINUTE).run()
    assert [each.remembered for each in results] == [2, None]
    dates = {old: now - timedelta(hours=1), new: now + 2 * MINUTE}
    site.feed(*(site.item(slug, at=at) for slug, at in dates.items()))
    for minutes in (4, 5):
        build("", sources=both, now=now + minutes * MINUTE).run()
    assert [post.article_url for post in posts(store)] == [f"{site.url}/{new}"]


def test_what_both_first_polls_remember_stays_so(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    slug, at = "the-bridge-is-to-be-closed", now + timedelta(days=1)
    publish_everywhere(site, at, slug)
    both = [(SourceKind.SITEMAP, f"{site.url}/news.xml"), (SourceKind.FEED, f"{site.url}/feed/")]
    for minutes in (0, 1, 2 * 24 * 60):
        build("", sources=both, now=now + minutes * MINUTE).run()
    assert states(store) == []
    assert waiting(store) == ()


def test_another_source_stands_in_for_one_that_was_taken_out(
    store: Store, known: Polling, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    site.feed(site.item("typo", guid="g", at=now))
    known()
    site.article("right", at=now)
    site.feed(site.item("right", guid="g", at=now), path="/rss/")
    build("/rss/", now=now + 2 * MINUTE).run()
    assert [post.article_url for post in posts(store)] == [f"{site.url}/right"]
    assert waiting(store) == ()


# ------------------------------------------------------------------- a clock that was wrong


@pytest.mark.parametrize("which", [Which.DUE, Which.ALL])
def test_a_clock_that_was_years_ahead_silences_nothing(
    store: Store, known: Polling, site: Site, now: datetime, which: Which
) -> None:
    wrong = now + timedelta(days=2000)
    publish(site, now, "ill", ETag='"v2"')
    site.put("/ill", "", status=500)
    for minutes in range(2):
        known(at=wrong + minutes * MINUTE)
    site.put("/feed/", "", status=503, Retry_After="60")
    known(at=wrong + 2 * MINUTE)
    publish(site, now, "ill", "well", ETag='"v3"')
    assert len(known(at=now, which=which).posts) == 2
    assert source(store).next_at == now + 10 * MINUTE
    assert source(store).full_at == now


def test_a_clock_that_was_years_ahead_makes_nothing_old(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    sources = [(SourceKind.SITEMAP, f"{site.url}/news.xml")]
    publish_everywhere(site, now, "the-port-stays-open")
    build("", sources=sources, now=now + timedelta(days=2000)).run()
    publish_everywhere(site, now, "the-port-stays-open", "the-bridge-is-to-be-closed")
    (told,) = build("", sources=sources, now=now + MINUTE).run()
    assert told.articles == (f"{site.url}/the-bridge-is-to-be-closed",)


def test_a_clock_that_leaps_a_week_gives_nothing_up(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    publish(site, now, "ill")
    site.put("/ill", "", status=503)
    known()
    assert known(at=now + timedelta(days=30)).alarms == ()
    site.article("ill", at=now)
    assert len(known(at=now + timedelta(days=30, hours=1)).posts) == 1


# ------------------------------------------------------------------- how often to ask


def test_the_daemon_asks_only_what_is_due_and_a_restart_changes_nothing(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    known(at=now)
    asked = []
    for minute in (1, 9, 10, 11, 19, 20):
        site.seen.clear()
        known(at=now + minute * MINUTE, which=Which.DUE)
        asked += [minute] if site.seen else []
    assert asked == [10, 20]


def test_the_operators_word_for_how_often_goes_before_the_sources(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(Cache_Control="max-age=7200")
    known(at=now)
    assert source(store).next_at == now + timedelta(hours=2)
    known(at=now, every=2 * MINUTE)
    assert source(store).next_at == now + 2 * MINUTE
    site.put("/feed/", "", status=503, Retry_After="900")
    known(at=now, every=2 * MINUTE)
    assert source(store).next_at == now + 15 * MINUTE


def test_retry_after_holds_for_a_person_too_until_he_insists(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.put("/feed/", "", status=503, Retry_After="3600")
    known(at=now)
    site.feed()
    site.seen.clear()
    result = known(at=now + 59 * MINUTE)
    assert site.seen == []
    assert "503" in result.error
    assert "left alone until" in result.error
    assert not result.asked
    assert known(at=now + 59 * MINUTE, which=Which.NOW).error == ""
    assert known(at=now + 59 * MINUTE).asked, "what is well again is asked again"


def test_a_source_is_asked_whole_once_a_day(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(ETag='"v2"')
    assert not known(at=now).unchanged
    assert known(at=now + timedelta(hours=23)).unchanged
    assert not known(at=now + timedelta(hours=25)).unchanged
    assert known(at=now + timedelta(hours=26)).unchanged


def test_what_a_source_asked_for_holds_while_it_does_not_change(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(ETag='"v2"', Cache_Control="max-age=3600")
    known(at=now)
    site.pages["/feed/"][1].pop("Cache-Control")
    assert known(at=now + MINUTE).unchanged
    assert source(store).next_at == now + 61 * MINUTE


def publish_everywhere(site: Site, now: datetime, *slugs: str) -> None:
    """Tell of articles in a feed, a news sitemap, the WordPress API and a page of links."""
    publish(site, now, *slugs)
    news = "".join(
        f"<url><loc>{site.url}/{slug}</loc><n:news><n:publication_date>{now.isoformat()}"
        f"</n:publication_date><n:title>{slug}</n:title></n:news></url>"
        for slug in slugs
    )
    site.put(
        "/news.xml",
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{news}</urlset>",
        "text/xml",
    )
    rows = [
        {
            "id": number + 1,
            "status": "publish",
            "type": "post",
            "link": f"{site.url}/{slug}",
            "guid": {"rendered": f"{site.url}/?p={number + 1}"},
            "title": {"rendered": slug},
            "date_gmt": f"{now:%Y-%m-%dT%H:%M:%S}",
        }
        for number, slug in enumerate(slugs)
    ]
    site.put("/wp-json/wp/v2/posts", json.dumps(rows), "application/json")
    links = "".join(
        f"<li><h3><a href='/{slug}'>Council votes on plan {slug} at last</a></h3>" for slug in slugs
    )
    site.put(
        "/all", f"<!doctype html><html lang='en'><body><main><ul>{links}</ul></main></body></html>"
    )


def test_an_article_that_every_kind_of_source_tells_of_gets_its_posts_once(
    store: Store, build: Callable[..., Poll], site: Site, now: datetime
) -> None:
    kinds = {
        SourceKind.PAGE: "/all",
        SourceKind.SITEMAP: "/news.xml",
        SourceKind.WORDPRESS: "/wp-json/",
        SourceKind.FEED: "/feed/",
    }
    sources = [(kind, f"{site.url}{path}") for kind, path in kinds.items()]
    old, new = "the-port-stays-open", "the-bridge-is-to-be-closed"
    publish_everywhere(site, now, old)
    first = build("", sources=sources).run()
    assert [(each.error, each.remembered) for each in first] == [("", 1)] * 4
    publish_everywhere(site, now, old, new)
    results = build("", sources=sources, now=now + MINUTE).run()
    assert [each.error for each in results] == [""] * 4
    assert sum((each.articles for each in results), ()) == (f"{site.url}/{new}",)
    assert len(states(store)) == 1
    assert site.seen.count(("GET", f"/{new}")) == 1


# ------------------------------------------------------------------------ moving house


def test_a_source_that_moved_for_good_is_asked_there_after_three_polls(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.feed(path="/new/")
    site.put("/feed/", "", status=301, Location="/new/")
    for polls in (1, 2, 3):
        known()
        assert (source(store).moved_to, source(store).moved_polls) == (f"{site.url}/new/", polls)
    site.seen.clear()
    assert known().error == ""
    assert site.seen == [("GET", "/new/")]
    site.put("/new/", "", status=404)
    site.feed()
    assert "404" in known().error
    assert known().error == "", "its old address is right again"
    assert source(store).moved_to == ""


def test_a_detour_is_no_move(store: Store, known: Polling, site: Site) -> None:
    site.feed(path="/new/")
    for status in (301, 302, 301, 301):
        site.put("/feed/", "", status=status, Location="/new/")
        known()
    assert source(store).moved_polls == 2


def test_nothing_is_read_where_a_source_leads_to_another_site_for_good(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    other = site.url.replace("127.0.0.1", "localhost")
    publish(site, now, "one")
    site.pages["/new/"] = site.pages["/feed/"]
    site.put("/feed/", "", status=301, Location=f"{other}/new/")
    result = known()
    assert result.error == ""
    assert f"{other}/new/" in result.alarms[0]
    assert (waiting(store), states(store)) == ((), [])
    site.put("/feed/", "", status=302, Location=f"{other}/new/")
    assert len(known().posts) == 1, "a detour for now is the site's own affair"


def test_what_is_gone_is_asked_no_more(
    store: Store, known: Polling, site: Site, now: datetime
) -> None:
    site.put("/feed/", "", status=410)
    (first,) = known().alarms
    site.seen.clear()
    (again,) = known().alarms
    assert first == again
    assert "take it out" in again
    assert known(which=Which.DUE) is None
    assert site.seen == []
    site.feed()
    assert known(which=Which.NOW).alarms == ()
    assert source(store).gone_at is None


# ------------------------------------------------------------------------ side by side


def test_polls_that_share_a_host_share_a_lane(build: Callable[..., Poll]) -> None:
    def polling(home: str, *urls: str) -> Poll:
        plain = build("/feed/")
        sources = [(SourceKind.FEED, url) for url in urls]
        return replace(plain, desk=replace(plain.desk, home=home), sources=sources)

    a = polling("https://a.example/", "https://a.example/feed")
    b = polling("https://b.example/", "https://feeds.example/b")
    c = polling("https://www.c.example/", "https://feeds.example/c")
    d = polling("https://d.example/", "https://c.example/d")
    found = {frozenset(poll.desk.home for poll in lane) for lane in lanes([a, b, c, d])}
    assert found == {
        frozenset({"https://a.example/"}),
        frozenset(each.desk.home for each in (b, c, d)),
    }


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to the running site."""

    def here(host: str, port: int, seconds: float) -> list[tuple[int, Any]]:
        return [(socket.AF_INET, ("127.0.0.1", port))]

    monkeypatch.setattr(_net, "resolve", here)


@pytest.mark.usefixtures("names")
def test_a_host_that_hangs_holds_up_no_other_and_a_fault_comes_last(
    build: Callable[..., Poll], site: Site
) -> None:
    answered = threading.Event()

    def waits(request: BaseHTTPRequestHandler) -> None:
        assert answered.wait(10)
        request.close_connection = True

    site.acts["/slow/"] = waits
    site.feed()
    slow = build("/slow/", "slow", host="slow.example")
    fast = build("/feed/", "fast", host="fast.example")
    broken = build("/feed/", "broken", host="broken.example")
    broken = replace(broken, sources=[("no kind", broken.sources[0][1])])  # type: ignore[list-item]
    told = []

    def listen() -> None:
        for result in Lanes().run([slow, broken, fast]):
            told.append(result.site)
            answered.set()

    with pytest.raises(KeyError, match="no kind"):
        listen()
    assert told == ["fast", "slow"]


@pytest.mark.usefixtures("names")
def test_a_host_that_hangs_is_left_to_a_later_round_and_not_asked_twice(
    store: Store, build: Callable[..., Poll], site: Site
) -> None:
    answer = threading.Event()

    def hangs(request: BaseHTTPRequestHandler) -> None:
        assert answer.wait(10)
        request.close_connection = True

    site.acts["/slow/"] = hangs
    site.feed()
    slow = build("/slow/", "slow", host="slow.example")
    fast = build("/feed/", "fast", host="fast.example")
    rounds = Lanes(patience=timedelta(seconds=0.3))
    for _ in range(2):
        assert [each.site for each in poll_all(store, [slow, fast], rounds)] == ["fast"]
    assert site.seen.count(("GET", "/slow/")) == 1
    answer.set()
    wait_until(lambda: any(each.site == "slow" for each in poll_all(store, [], rounds)))
    site.acts.clear()
    assert {each.site for each in poll_all(store, [slow, fast], rounds)} == {"slow", "fast"}


def test_whoever_stops_listening_stops_the_polls(
    store: Store, build: Callable[..., Poll], site: Site
) -> None:
    stopped = threading.Event()

    def waits(request: BaseHTTPRequestHandler) -> None:
        assert stopped.wait(10)
        request.close_connection = True

    site.acts["/slow/"] = waits
    site.feed()
    polls = [build("/feed/", "a"), *(build("/slow/", name) for name in ("b", "c", "d"))]
    others = set(threading.enumerate())
    listening = poll_all(store, polls)
    next(listening)
    listening.close()
    stopped.set()
    for thread in set(threading.enumerate()) - others:
        if "process_request" not in thread.name:  # the server's own
            thread.join(10)
    with store.read() as tx:
        seen = {source.site for source in tx.sources.all()}
    assert seen <= {"a", "b"}


@pytest.mark.usefixtures("names")
def test_threads_share_the_store(store: Store, build: Callable[..., Poll], site: Site) -> None:
    slugs = [f"n{number}" for number in range(5)]
    for slug in slugs:
        site.article(slug)
    site.feed()
    polls = [build("/feed/", f"s{n}", host=f"s{n}.example") for n in range(8)]
    assert len(list(poll_all(store, polls))) == 8
    site.feed(*(site.item(slug) for slug in slugs))
    results = list(poll_all(store, polls))
    assert [len(result.posts) for result in results] == [5] * 8
