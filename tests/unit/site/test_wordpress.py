from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotASource
from bot.model import Entry, Listing
from bot.site import wordpress

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = "https://harbour.example/wp-json/"
URL = wordpress.asks(ROOT)

ROW: dict[str, Any] = {
    "id": 12,
    "date_gmt": "2026-11-20T09:30:00",
    "modified_gmt": "2026-11-21T10:00:00",
    "guid": {"rendered": "https://old.example/?post_type=post&#038;p=7"},
    "link": "https://harbour.example/2026/11/dockers-stop/",
    "status": "publish",
    "type": "post",
    "title": {"rendered": "Dockers &#8216;stop&#8217; the <em>harbour</em>"},
    "excerpt": {"rendered": "<p>No crane moves. [&hellip;]</p>\n", "protected": False},
}


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


def read(answer: object, url: str = URL) -> Listing:
    return wordpress.read(json.dumps(answer).encode(), url, "application/json", now=NOW)


def one(**changes: Any) -> Entry:
    (entry,) = read([row(**changes)]).entries
    return entry


# ------------------------------------------------------------------------ asks


@pytest.mark.parametrize(
    ("root", "path", "route"),
    [
        ("https://h.example/wp-json/", "/wp-json/wp/v2/posts", None),
        ("https://h.example/wp-json", "/wp-json/wp/v2/posts", None),
        ("https://h.example/es/wp-json/", "/es/wp-json/wp/v2/posts", None),
        ("https://h.example/wp-json/wp/v2/posts", "/wp-json/wp/v2/posts", None),
        ("https://h.example/wp-json/wp/v2/", "/wp-json/wp/v2/posts", None),
        ("https://h.example/?rest_route=/", "/", "/wp/v2/posts"),
        ("https://h.example/blog/index.php?rest_route=/", "/blog/index.php", "/wp/v2/posts"),
        ("https://h.example/?rest_route=%2Fwp%2Fv2%2Fposts", "/", "/wp/v2/posts"),
    ],
)
def test_the_posts_are_asked_for_below_any_root(root: str, path: str, route: str | None) -> None:
    parts = urlsplit(wordpress.asks(root))
    asked = parse_qs(parts.query)
    assert (parts.path, asked.get("rest_route")) == (path, [route] if route else None)
    assert (asked["per_page"], asked["orderby"]) == (["20"], ["date"])
    assert "content" not in asked["_fields"][0]


def test_what_the_root_asks_for_besides_is_kept() -> None:
    asked = parse_qs(urlsplit(wordpress.asks(f"{ROOT}?lang=es&categories=3")).query)
    assert (asked["lang"], asked["categories"]) == (["es"], ["3"])


def test_posts_are_asked_for_by_date_and_then_by_change() -> None:
    (other,) = read([ROW]).more
    asked = parse_qs(urlsplit(other).query)
    assert asked["orderby"] == ["modified"]
    assert asked["_fields"] == parse_qs(urlsplit(URL).query)["_fields"]
    assert read([ROW], other).more == ()


# ------------------------------------------------------------------------ read


def test_a_post_is_read_whole() -> None:
    assert one() == Entry(
        url="https://harbour.example/2026/11/dockers-stop/",
        guid="https://old.example/?post_type=post&p=7",
        # Not 7: that was its number in the site it was imported from.
        cms_id="wp:12@harbour.example",
        title="Dockers ‘stop’ the harbour",
        summary="No crane moves.…",
        published_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        modified_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
    )


def test_a_post_is_known_again_in_the_feed_of_its_folder() -> None:
    url = wordpress.asks("https://harbour.example/es/wp-json/")
    (entry,) = read([row(link="https://harbour.example/es/a/")], url).entries
    assert entry.cms_id == "wp:12@harbour.example/es"
    plain = wordpress.asks("https://harbour.example/es/index.php?rest_route=/")
    assert read([ROW], plain).entries[0].cms_id == "wp:12@harbour.example/es"


def test_the_language_that_a_plugin_names_is_told() -> None:
    assert one(lang="pt_BR").language == "pt"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "draft"}, "not published (draft)"),
        ({"status": "private"}, "not published (private)"),
        ({"status": "future"}, "not published (future)"),
        ({"excerpt": {"rendered": "", "protected": True}}, "behind a password"),
        ({"content": {"rendered": "", "protected": True}}, "behind a password"),
        ({"password": "x"}, "behind a password"),
        ({"type": "page"}, "no post (page)"),
        ({"link": "https://harbour.example/?p=12&preview=true"}, "a preview"),
        ({"link": "https://harbour.example/?p=12&preview_id=12"}, "a preview"),
        ({"link": "javascript:alert(1)"}, "no link"),
        ({"link": None}, "no link"),
    ],
)
def test_what_is_not_for_everybody_is_skipped_and_named(changes: dict[str, Any], said: str) -> None:
    found = read([row(**changes), row(link="https://harbour.example/b/", id=13)])
    assert [entry.url for entry in found.entries] == ["https://harbour.example/b/"]
    (sentence,) = found.skipped
    assert "Dockers ‘stop’ the harbour" in sentence
    assert said in sentence


def test_plain_permalinks_are_links() -> None:
    assert one(link="https://harbour.example/?p=12").url == "https://harbour.example/?p=12"


def test_a_date_in_the_future_is_left_for_selection() -> None:
    assert one(date_gmt="2026-11-25T08:00:00").published_at == datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", [None, "", "0000-00-00T00:00:00", "soon", 7, "2099-01-01T00:00:00"]
)
def test_impossible_dates_are_no_dates(date: object) -> None:
    assert one(date_gmt=date).published_at is None


@pytest.mark.parametrize("number", [None, "12", -1, 0, True, 1.5, 10**30])
def test_an_impossible_number_is_no_key(number: object) -> None:
    assert one(id=number).cms_id == ""


def test_a_byte_order_mark_does_no_harm() -> None:
    body = b"\xef\xbb\xbf" + json.dumps([ROW]).encode()
    assert len(wordpress.read(body, URL, now=NOW).entries) == 1


def test_no_posts_yet_is_no_fault() -> None:
    assert read([]).entries == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "nothing"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "perhaps a login"),
        (b"<br /><b>Fatal error</b>", "no JSON"),
        (b'{"code": "rest_disabled", "message": "The API is off.", "data": null}', "API is off"),
        (b'{"code": "rest_no_route"}', "rest_no_route"),
        (b'{"namespaces": ["wp/v2"], "name": "Harbour"}', "name it under wordpress"),
        (b'"posts"', "holds no posts"),
        (b"null", "holds no posts"),
        (b"[" * 100_000, "no JSON"),
        (b"[" + b" " * 5_000_000 + b"]", "5 MB"),
    ],
)
def test_other_things_are_refused_with_what_to_do(body: bytes, said: str) -> None:
    with pytest.raises(NotASource, match=said) as caught:
        wordpress.read(body, URL, now=NOW)
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*ROW, "rendered", "protected", "lang"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from([*ROW, "lang", "content"]), JSON), max_size=3) | JSON
)
def test_any_json_is_read_or_refused(answer: object) -> None:
    try:
        found = read(answer)
    except NotASource:
        assert not isinstance(answer, list)
    else:
        assert isinstance(answer, list)
        assert len(found.entries) + len(found.skipped) == len(answer)


# ----------------------------------------------------------------------- about


def about(**told: object) -> wordpress.About:
    return wordpress.about(json.dumps({"namespaces": ["wp/v2"], **told}).encode(), ROOT)


def test_the_root_tells_of_its_site() -> None:
    found = about(
        name="Harbour &amp; Post",
        description="News",
        home="https://harbour.example",
        url="https://harbour.example/wp",
        timezone_string="Europe/Lisbon",
        gmt_offset=1,
    )
    assert found == wordpress.About(
        "Harbour & Post", "News", "Europe/Lisbon", timedelta(hours=1), "https://harbour.example"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (-3, timedelta(hours=-3)),
        ("5.5", timedelta(hours=5, minutes=30)),
        (0, timedelta(0)),
        ("", None),
        (None, None),
        (99, None),
        ("nan", None),
        ("inf", None),
        ([], None),
    ],
)
def test_an_offset_is_read_however_it_is_written(written: object, expected: object) -> None:
    found = about(timezone_string="", gmt_offset=written)
    assert (found.timezone, found.offset) == ("", expected)


@pytest.mark.parametrize("zone", ["../../etc/passwd", "UTC\n", 7, "Europe/"])
def test_a_hostile_zone_is_none(zone: object) -> None:
    assert about(timezone_string=zone).timezone == ""


@pytest.mark.parametrize("answer", [b"[]", b'{"code": "rest_forbidden"}', b"<html>"])
def test_what_is_no_root_is_refused(answer: bytes) -> None:
    with pytest.raises(NotASource):
        wordpress.about(answer, ROOT)


def test_what_php_says_before_its_answer_does_no_harm() -> None:
    notice = b"<br />\n<b>Notice</b>:  Undefined index: [x] in /p.php on line <b>3</b><br />\n"
    body = notice + json.dumps([row()]).encode()
    assert wordpress.read(body, URL, now=NOW).entries == read([row()]).entries
