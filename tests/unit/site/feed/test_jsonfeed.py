from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotASource
from bot.model import Entry, Listing
from bot.site import feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def read(value: Any, content_type: str = "application/feed+json") -> Listing:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return feed.read(body, URL, content_type, now=NOW)


def test_an_item_is_read_whole() -> None:
    found = read(
        {
            "version": VERSION,
            "title": "Harbour &amp; Post",
            "language": "en-GB",
            "items": [
                {
                    "id": "https://harbour.example/?p=12",
                    "url": "/a/?x=1&y=2",
                    "external_url": "https://elsewhere.example/",
                    "title": "Dockers’ stop",
                    "content_html": "<p>No crane moves.</p>",
                    "authors": [{"name": "Eva Paz"}, {"name": "Ana Lee"}],
                    "tags": ["Labour", "Ports"],
                    "date_published": "2026-11-20T09:30:00-05:00",
                    "date_modified": "2026-11-21T00:00:00Z",
                }
            ],
        }
    )
    assert (found.title, found.language, found.wait) == ("Harbour & Post", "en", None)
    assert found.entries == (
        Entry(
            url="https://harbour.example/a/?x=1&y=2",
            guid="https://harbour.example/?p=12",
            cms_id="wp:12@harbour.example",
            title="Dockers’ stop",
            summary="No crane moves.",
            authors=("Eva Paz", "Ana Lee"),
            tags=("Labour", "Ports"),
            language="en",
            published_at=datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
            modified_at=datetime(2026, 11, 21, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": 7, "url": "https://h.example/7"}, ("https://h.example/7", "7", "", ())),
        ({"id": "https://h.example/8"}, ("https://h.example/8", "https://h.example/8", "", ())),
        ({"external_url": "https://h.example/9"}, ("https://h.example/9", "", "", ())),
        (
            {"url": "https://h.example/1", "author": {"name": "Eva"}, "summary": "S"},
            ("https://h.example/1", "", "S", ("Eva",)),
        ),
        (
            {"url": "https://h.example/1", "author": "Eva Paz", "tags": "x", "title": ["t"]},
            ("https://h.example/1", "", "", ("Eva Paz",)),
        ),
    ],
)
def test_old_and_odd_items_are_read_too(item: dict[str, Any], expected: tuple[Any, ...]) -> None:
    (entry,) = read({"version": VERSION, "items": [item]}).entries
    assert (entry.url, entry.guid, entry.summary, entry.authors) == expected


def test_items_without_link_are_named_and_what_is_no_item_loses_none() -> None:
    found = read({"version": VERSION, "items": [1, None, [], {"title": "Nowhere"}, {"id": "x"}]})
    assert found.entries == ()
    assert len(found.skipped) == 5
    assert any("“Nowhere”" in sentence for sentence in found.skipped)


def test_what_breaks_off_is_read_so_far() -> None:
    items = [{"id": n, "url": f"https://h.example/{n}", "title": f"T{n}"} for n in range(4)]
    whole = json.dumps({"version": VERSION, "title": "P", "items": items})
    found = read(whole[: whole.index("T3")].encode())
    assert [entry.title for entry in found.entries] == ["T0", "T1", "T2"]
    assert "breaks off" in found.skipped[0]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n \t"])
def test_the_body_tells_that_it_is_json_whatever_the_server_says(mark: bytes) -> None:
    body = mark + b'{"version": "https://jsonfeed.org/version/1", "items": []}'
    assert read(body, "text/html").entries == ()


def test_control_characters_in_strings_are_no_fault() -> None:
    body = b'{"items": [{"id": "1", "url": "https://h.example/1", "title": "a\tb\nc"}]}'
    found = read(body)
    assert (found.entries[0].title, found.skipped) == ("a b c", ())


def test_rss_in_json_is_read_too() -> None:
    item = {
        "title": "One",
        "link": "https://h.example/1",
        "guid": {"#value": "g1", "isPermaLink": "false"},
        "pubDate": "Fri, 20 Nov 2026 09:30:00 GMT",
        "description": "<p>Text</p>",
    }
    found = read({"rss": {"version": "2.0", "channel": {"title": "P", "item": [item]}}})
    (entry,) = found.entries
    assert (found.title, entry.title, entry.guid, entry.summary) == ("P", "One", "g1", "Text")
    assert entry.published_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert found.wait in (None, timedelta())


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"items": []}',
        b'{"items": {"id": 1}}',
        b'{"data": [{"id": 1, "url": "https://h.example/1"}]}',
        b'{"items": [',
        b"{" * 200_000,
        b"[" * 200_000,
        b'{"items": [' + b'{"a":' * 100_000,
        b'{"items": [{"id": ' + b"9" * 100_000 + b"}]}",
    ],
)
def test_other_json_is_one_plain_sentence(body: bytes) -> None:
    with pytest.raises(NotASource, match="JSON that is no JSON Feed") as caught:
        read(body)
    assert URL in str(caught.value)


def test_more_objects_than_any_feed_has_are_refused() -> None:
    with pytest.raises(NotASource, match="300,000 objects"):
        read(b'{"items": [' + b"{}," * 300_001)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "url", "title", "author", "authors", "name", "tags", "guid"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_whatever_stands_in_an_item_nothing_crashes(item: Any) -> None:
    good = {"id": "x", "url": "https://h.example/good"}
    found = read({"version": VERSION, "title": item, "language": item, "items": [item, good]})
    assert found.entries[-1].url == "https://h.example/good"
    for outer in (item, {"rss": item}, {"rss": {"channel": item}}, {"rss": {"channel": good}}):
        try:
            read(outer if isinstance(outer, dict) else {"version": VERSION, "items": outer})
        except NotASource:
            continue
