"""Feeds that are made to hang, to fill the memory, or to make their reader fetch."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from time import process_time

import pytest
from pytest_httpserver import HTTPServer

from bot.errors import NotASource
from bot.model import Listing
from bot.site import feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/feed/"
HEAD = b"<rss><channel><item><link>https://h.example/a</link><title>T</title></item>"
ITEM = b"<item><link>https://h.example/b</link>"

# Each a piece that is repeated up to a megabyte, behind a whole entry.
PIECES = {
    "open elements": b"<a>",
    "elements with a base": b'<a xml:base="b/">',
    "open attributes": b'<a b="',
    "open quotes": b'<a "',
    "signs": b"<",
    "ampersands": b"&a",
    "names": b"a.",
    "white space": b" ",
    "nothing": b"\0",
    "open comments": b"<!--",
    "open declarations": b"<!DOCTYPE ",
    "open instructions": b"<?x ",
    "open sections": b"<![CDATA[",
    "stray ends": b"</b>",
    "open titles": ITEM + b"<title>",
    "categories": b"<category>c</category>",
    "empty items": b"<item/>",
    "items": ITEM + b"</item>",
    "prefixes": b'<a xmlns:a="http://purl.org/dc/terms/">',
    "roots": b"<rss a='b'>",
    "attributes": b'a="x" ',
    "authors": ITEM + b"<author>" + b"a" * 1900 + b"</author></item>",
    "dates": ITEM + b"<pubDate>" + b"20 " * 30 + b"2020</pubDate></item>",
    "markup": ITEM + b"<title>" + b"&lt;b&gt;" * 200 + b"</title></item>",
}


def read(body: bytes) -> Listing | str:
    try:
        return feed.read(body, URL, now=NOW)
    except NotASource as refusal:
        return str(refusal)


@pytest.mark.parametrize("inside", [b"", b"<item ", b"<item><description>"])
@pytest.mark.parametrize("name", PIECES)
def test_half_a_megabyte_of_anything_is_read_or_refused_at_once(name: str, inside: bytes) -> None:
    body = HEAD + inside + PIECES[name] * (500_000 // len(PIECES[name]))
    begun = process_time()
    found = read(body)
    assert process_time() - begun < 2
    if isinstance(found, str):
        assert "300,000 elements" in found
    else:
        assert found.entries[0].title == "T"


@pytest.mark.parametrize("name", ["open elements", "elements with a base", "items"])
def test_what_is_read_fills_no_memory(name: str) -> None:
    body = HEAD + PIECES[name] * (500_000 // len(PIECES[name]))
    tracemalloc.start()
    try:
        read(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "entities",
    [
        "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10)),
        f'<!ENTITY e9 "{"a" * 100_000}">',
        "<!ENTITY e9 SYSTEM 'file:///etc/hostname'>",
        '<!ENTITY e9 PUBLIC "x" "https://evil.example/">',
        "<!ENTITY e9 '%lists;'>",
        "<!entity\te9\tsystem\t'x'>",
    ],
)
def test_entities_that_grow_or_fetch_are_refused(entities: str) -> None:
    body = f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>".encode()
    body += HEAD.replace(b">T<", b">" + b"&e9;" * 50_000 + b"<")
    begun = process_time()
    with pytest.raises(NotASource, match="entities that stand for others, or for files"):
        feed.read(body, URL, now=NOW)
    assert process_time() - begun < 1


def test_reading_a_feed_fetches_nothing(httpserver: HTTPServer) -> None:
    place = httpserver.url_for("/x")
    body = f"""<?xml version="1.0"?><?xml-stylesheet href="{place}"?>
    <!DOCTYPE rss SYSTEM "{place}" [<!ENTITY % l SYSTEM "{place}"> %l; <!ENTITY e "e">]>
    <rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:s="{place}"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{place} {place}">
    <channel><xi:include href="{place}"/><item><title>&e;&l;</title><link>{place}</link>
    <description>&lt;img src="{place}"&gt;<xi:include href="{place}"/></description>
    <enclosure url="{place}"/></item></channel></rss>"""
    (entry,) = feed.read(body.encode(), place, now=NOW).entries
    assert (entry.title, entry.url) == ("e&l;", place)
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HEAD + b" " * 5_000_000, "more than 5 MB"),
        (HEAD + b"<a>" * 300_001, "more than 300,000 elements"),
        (b"\0" * 1_000_000, "nothing"),
        (b"\n" * 1_000_000 + HEAD[:3], "nothing"),
    ],
)
def test_what_is_too_large_or_empty_is_one_sentence(body: bytes, words: str) -> None:
    with pytest.raises(NotASource, match=words) as caught:
        feed.read(body, URL, now=NOW)
    assert "\n" not in str(caught.value)
