"""One source asked: conditions, parts of an index, and what it asks of us."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace
from typing import Any

import pytest
from world import Site

from bot import source
from bot.errors import FetchError, NotASource
from bot.http import Session
from bot.model import Entry, Listing, SourceKind
from bot.source import Answer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ask(web: Session, site: Site, now: datetime) -> Any:
    def asked(kind: SourceKind = SourceKind.FEED, path: str = "/feed/", **how: Any) -> Answer:
        return source.ask(web, kind, f"{site.url}{path}", **({"now": now} | how))

    return asked


def test_validators_are_sent_back_as_they_came(site: Site, ask: Any) -> None:
    site.feed(site.item("one"), ETag='W/"a, b"', Last_Modified="any day")
    first = ask()
    assert (first.etag, first.last_modified) == ('W/"a, b"', "any day")
    assert [entry.url for entry in first.listing.entries] == [f"{site.url}/one"]
    headers: dict[str, str | None] = {}

    def look(request: BaseHTTPRequestHandler) -> None:
        headers.update(
            {name: request.headers.get(name) for name in ("If-None-Match", "If-Modified-Since")}
        )
        request.send_response(304)
        request.end_headers()

    site.acts["/feed/"] = look
    again = ask(etag=first.etag, last_modified=first.last_modified)
    assert headers == {"If-None-Match": 'W/"a, b"', "If-Modified-Since": "any day"}
    assert again == Answer(None, first.etag, first.last_modified)


def test_not_changed_is_no_answer_where_nobody_asked(site: Site, ask: Any) -> None:
    site.put("/feed/", "", status=304)
    with pytest.raises(FetchError, match="304"):
        ask()


@pytest.mark.parametrize(
    ("header", "age", "minutes"),
    [
        ("max-age=600", "", 10),
        ("public, MAX-AGE = 600", "60", 9),
        ('max-age="600"', "", 10),
        ("max-age=60", "600", 0),
        ("no-cache, max-age=600", "", 0),
        ("no-store", "", 0),
        ("s-maxage=600", "", 0),
        ("max-age=-5, max-age", "x", 0),
        ("max-age=99999999999999999999", "", 999_999_999 / 60),
    ],
)
def test_how_long_an_answer_keeps(header: str, age: str, minutes: float) -> None:
    assert source.max_age({"Cache-Control": header, "Age": age}) == minutes * MINUTE


def test_the_longer_wish_counts(site: Site, ask: Any) -> None:
    site.feed("<ttl>60</ttl>", Cache_Control="max-age=600")
    assert ask().wait == 60 * MINUTE
    site.feed(Cache_Control="max-age=600", ETag='"v"')
    assert ask().wait == 10 * MINUTE
    assert ask(etag='"v"').wait == 10 * MINUTE


def test_where_it_moved_is_told_and_a_moved_source_is_asked_there(site: Site, ask: Any) -> None:
    site.feed(path="/new/")
    site.put("/feed/", "", status=308, Location="/new/")
    assert ask().moved_to == f"{site.url}/new/"
    site.seen.clear()
    assert ask(address=f"{site.url}/new/").moved_to == ""
    assert site.seen == [("GET", "/new/")]


def test_a_web_page_is_no_feed(site: Site, ask: Any) -> None:
    site.put("/feed/", "<!doctype html><title>Back soon</title>")
    with pytest.raises(NotASource, match="web page"):
        ask()


def test_an_unchanged_source_loads_no_reader(site: Site) -> None:
    site.feed(ETag='"v"')
    code = f"""if True:
        import sys
        from datetime import datetime, timedelta, UTC
        from bot import source
        from bot.http import Session
        from bot.model import SourceKind
        web = Session(deadline=timedelta(seconds=5), allow_private=True)
        now = datetime(2026, 11, 22, tzinfo=UTC)
        url = "{site.url}/feed/"
        assert source.ask(web, SourceKind.FEED, url, etag='"v"', now=now).listing is None
        print(*{{"feedparser", "lxml", "trafilatura"}} & set(sys.modules))
    """
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() in ("", "lxml")


# ------------------------------------------------------------------- parts of an index


@pytest.fixture
def index(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read every address as an index of the parts that its body names, or as one entry."""

    def read(body: bytes, url: str, content_type: str, *, now: datetime) -> Listing:
        names = body.decode().split()
        if not names:
            return Listing((Entry(url),), skipped=(f"something in {url}",))
        return Listing((), more=tuple(names))

    monkeypatch.setattr(source, "reader", lambda kind: SimpleNamespace(read=read))

    def of(*parts: str, **headers: str) -> None:
        site.put("/map.xml", " ".join(parts), "text/xml", **headers)

    return of


def test_an_index_is_read_with_its_parts_and_is_asked_whole_each_time(
    site: Site, ask: Any, index: Any
) -> None:
    index(*(f"{site.url}/{number}" for number in range(7)), ETag='"v"')
    for number in range(7):
        site.put(f"/{number}", f"{site.url}/deeper" if number == 1 else "")
    answer = ask(SourceKind.SITEMAP, "/map.xml")
    assert [entry.url for entry in answer.listing.entries] == [
        f"{site.url}/{number}" for number in (0, 2, 3, 4)
    ]
    assert len(answer.listing.skipped) == 4
    assert (answer.etag, answer.listing.more) == ("", ())
    assert ("GET", "/deeper") not in site.seen


def test_a_part_that_is_not_there_is_named_and_one_that_fails_fails_the_whole(
    site: Site, ask: Any, index: Any
) -> None:
    index(f"{site.url}/gone", f"{site.url}/here", "https://elsewhere.example/map")
    site.put("/here", "")
    answer = ask(SourceKind.SITEMAP, "/map.xml")
    assert len(answer.listing.entries) == 1
    assert "404" in answer.listing.skipped[0]
    assert "other sites" in answer.listing.skipped[-1]
    site.put("/gone", "", status=503)
    with pytest.raises(FetchError, match="503"):
        ask(SourceKind.SITEMAP, "/map.xml")


def test_the_parts_of_a_part_are_read(site: Site, ask: Any, index: Any) -> None:
    index(f"{site.url}/inner")
    site.put("/inner", f"{site.url}/map.xml {site.url}/inner {site.url}/news")
    site.put("/news", "")
    answer = ask(SourceKind.SITEMAP, "/map.xml")
    assert [entry.url for entry in answer.listing.entries] == [f"{site.url}/news"]
    assert [path for _, path in site.seen] == ["/map.xml", "/inner", "/news"]


def test_with_partly_a_part_that_fails_keeps_none_of_the_others_back(
    site: Site, ask: Any, index: Any
) -> None:
    index(f"{site.url}/down", f"{site.url}/here")
    site.put("/down", "", status=500)
    site.put("/here", "")
    answer = ask(SourceKind.SITEMAP, "/map.xml", partly=True)
    assert [entry.url for entry in answer.listing.entries] == [f"{site.url}/here"]
    assert "500" in answer.listing.skipped[0]
    site.put("/down", "", status=429)
    with pytest.raises(FetchError, match="429"):
        ask(SourceKind.SITEMAP, "/map.xml", partly=True)
    site.put("/down", "", status=500)
    site.put("/here", "", status=502)
    with pytest.raises(FetchError, match="500"):
        ask(SourceKind.SITEMAP, "/map.xml", partly=True)


def test_a_part_that_is_forbidden_or_no_sitemap_keeps_none_of_the_others_back(
    site: Site, ask: Any
) -> None:
    site.put(
        "/map.xml",
        f"<sitemapindex><sitemap><loc>{site.url}/a.xml</loc></sitemap>"
        f"<sitemap><loc>{site.url}/b.xml</loc></sitemap>"
        f"<sitemap><loc>{site.url}/c.xml</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    site.put("/a.xml", "<html>Down for maintenance</html>")
    site.put("/b.xml", "", status=403)
    site.put("/c.xml", f"<urlset><url><loc>{site.url}/one</loc></url></urlset>", "text/xml")
    listing = ask(SourceKind.SITEMAP, "/map.xml").listing
    assert [entry.url for entry in listing.entries] == [f"{site.url}/one"]
    assert len(listing.skipped) == 2


def test_what_two_parts_say_alike_is_said_once(site: Site, ask: Any) -> None:
    row = '{"id": %d, "link": "%s/%d", "title": "One", "status": "%s"}'
    posts = [row % (1, site.url, 1, "publish"), row % (2, site.url, 2, "draft")]
    site.put("/wp-json/wp/v2/posts", f"[{','.join(posts)}]", "application/json")
    listing = ask(SourceKind.WORDPRESS, "/wp-json/").listing
    assert len(listing.skipped) == 1
