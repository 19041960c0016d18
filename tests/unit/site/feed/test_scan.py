from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site import feed
from bot.site.feed._scan import Scan

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/feed/"


def item(number: int, more: str = "") -> str:
    return (
        f"<item><title>T{number}</title>{more}<link>https://h.example/{number}</link>"
        f"<description>&lt;p&gt;D{number}&lt;/p&gt;</description></item>"
    )


def channel(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>P</title>{"".join(items)}</channel></rss>'


def titles(text: str) -> list[str]:
    return [entry.title for entry in feed.read(text.encode(), URL, now=NOW).entries]


JUNK = st.lists(
    st.sampled_from(
        [
            *"<>\"'/=& \n\0", "é", "a", "<b>", "</b>", "</p>", "<p class='x", '<a b="', "<br>",
            "<title>", "</title>", "<description>", "</description>", "<source>", "</guid>",
            "<!--", "-->", "<![CDATA[", "]]>", "<!", "<?", "&x;", "&#0;", "&#xD800;", "&#9999999;",
            "<x:y xmlns:x='u'>", "<x/>", "<image><title>L</title>", "<feed>", "<channel>",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JUNK)
def test_damage_to_one_entry_reaches_no_other(junk: str) -> None:
    found = titles(channel(item(0), item(1, junk), item(2), item(3)))
    assert found[0] == "T0"
    assert found[-2:] == ["T2", "T3"]


@settings(max_examples=60, deadline=None)
@given(JUNK)
def test_damage_before_the_entries_hides_none(junk: str) -> None:
    assert titles(channel(junk, item(0), item(1)))[-2:] == ["T0", "T1"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_feed_that_breaks_off_gives_its_whole_entries(data: st.DataObject) -> None:
    text = channel(*(item(n) for n in range(4)))
    at = data.draw(st.integers(text.index("<item>"), len(text)))
    whole = text.count("</item>", 0, at)
    found = feed.read(text[:at].encode(), URL, now=NOW)
    assert [entry.title for entry in found.entries] == [f"T{n}" for n in range(whole)]
    broken = text.count("<item>", 0, at) > whole
    assert any("breaks off" in sentence for sentence in found.skipped) is broken


@pytest.mark.parametrize(
    "inside",
    [
        "<title>T<link>https://h.example/1</link><guid>g</guid>",
        "<title>T</title><description><p>a<br>b<link>https://h.example/1</link><guid>g</guid>",
        "<title>T</title><odd><link>https://h.example/1</link><guid>g</guid>",
        "<title>T</b></title></x><link>https://h.example/1</link><guid>g</guid></y>",
        "<TITLE>T</TITLE><Link>https://h.example/1</lInK><GUID>g</GUID>",
        "<title\n>T</title\n><link>https://h.example/1</link ><guid a=b c>g</guid>",
        "<title>T</title><link>https://h.example/1<guid>g",
    ],
)
def test_what_is_left_open_swallows_nothing(inside: str) -> None:
    (entry,) = feed.read(channel(f"<item>{inside}</item>").encode(), URL, now=NOW).entries
    assert (entry.title, entry.url, entry.guid) == ("T", "https://h.example/1", "g")


def test_entries_that_are_never_closed_end_where_the_next_begins() -> None:
    text = channel(*(item(n).replace("</item>", "") for n in range(3)))
    assert titles(text) == ["T0", "T1", "T2"]


def test_names_of_feeds_inside_an_entry_are_no_new_feed() -> None:
    inner = "<content type='xhtml'><div><channel><feed/></channel><rss>x</rss></div></content>"
    assert titles(channel(item(0, inner), item(1))) == ["T0", "T1"]


def test_nothing_is_read_of_what_is_no_feed() -> None:
    scan = Scan("<html><item><title>T</title></item></html>")
    assert (scan.found, scan.entries) == (False, [])


@pytest.mark.parametrize(("begin", "end"), [("<![CDATA[", "]]>"), ("<!--", "-->")])
def test_what_ends_only_in_another_entry_hides_nothing_between(begin: str, end: str) -> None:
    text = channel(item(0), item(1, f"<author>{begin}E"), item(2), item(3, f"{begin}a{end}"))
    assert titles(text) == ["T0", "T1", "T2", "T3"]


def test_entries_that_are_commented_out_stay_so() -> None:
    text = channel(item(0), f"<!-- {item(1)} {item(2)} -->", item(3))
    assert titles(text) == ["T0", "T3"]
    assert titles(channel(f"<![CDATA[{item(1)}]]>", item(3))) == ["T3"]
