from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.identity import cms_id, cms_key, keys_of, normal_title, untracked, url_key
from bot.model import Article, Entry

BASE = "https://harbour.example/news/strike"

SAME = [
    (BASE, "http://harbour.example/news/strike"),
    (BASE, "https://www.harbour.example/news/strike/"),
    (BASE, "HTTPS://Harbour.Example:443/news/strike#comments"),
    (BASE, "http://harbour.example:80/news/strike"),
    (BASE, "https://harbour.example./news/strike"),
    (BASE, "https://reader:secret@harbour.example/news/strike"),
    (BASE, BASE + "/amp"),
    (BASE, BASE + "/amp/"),
    (BASE, BASE + "?amp=1"),
    (BASE, BASE + "?amp"),
    (BASE, "https://amp.harbour.example/news/strike"),
    (BASE, BASE + "?utm_source=x&UTM_Medium=social&fbclid=a&gclid=b&mc_cid=c&xtor=RSS-1"),
    (BASE, BASE + "?&"),
    (BASE, "https://harbour.example/news/./old/../strike"),
    (BASE, BASE + "/index.html"),
    (BASE, BASE + "/index.php"),
    (BASE + "?id=1&id=2", BASE + "?utm_source=x&id=1&id=2"),
    (BASE + "?a=1&b=2", BASE + "?a=1&amp;b=2"),
    ("https://harbour.example/?p=12", "https://harbour.example/index.php?p=12"),
    ("https://h.example/%C3%A9t%c3%a9", "https://h.example/été"),
    ("https://h.example/%7Eann", "https://h.example/~ann"),
    ("https://h.example/a.html", "https://h.example/a.amp.html"),
    ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
]

DIFFERENT = [
    (BASE, BASE + "-2"),
    (BASE, "https://harbour.example/News/Strike"),
    (BASE, "https://blog.harbour.example/news/strike"),
    (BASE, "https://harbour.example:8080/news/strike"),
    (BASE + "?id=1", BASE + "?id=2"),
    (BASE + "?id=1&id=2", BASE + "?id=2&id=1"),
    (BASE + "?id=1&id=2", BASE + "?id=1"),
    (BASE + "?page=2", BASE),
    (BASE + "?ref=home", BASE),
    (BASE + "?amp=volt", BASE),
    ("https://h.example/spip.php?article717", "https://h.example/spip.php?article718"),
    ("https://h.example/spip.php?article717", "https://h.example/spip.php"),
    ("https://video.example/watch?v=abC", "https://video.example/watch?v=abc"),
    ("https://h.example/amp", "https://h.example/"),
    ("https://h.example/clamp", "https://h.example/cl"),
    ("https://h.example/a%2Fb", "https://h.example/a/b"),
    ("https://h.example/#!/one", "https://h.example/#!/two"),
    ("https://h.example/index.php/one", "https://h.example/index.php/two"),
    ("https://www.example/x", "https://example/x"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variants_of_an_address_share_their_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_addresses_keep_their_own_key(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_every_unknown_parameter_and_the_spip_article_stay_in_the_key() -> None:
    assert url_key("https://h.example/x/?utm_source=x&id=1&id=2") == "h.example/x?id=1&id=2"
    assert url_key("https://h.example/spip.php?article717") == "h.example/spip.php?article717"


@pytest.mark.parametrize(
    "odd", ["", "mailto:a@b.example", "http://[::1/", "http://h.example:99999/"]
)
def test_what_is_no_web_address_is_its_own_key(odd: str) -> None:
    assert url_key(odd) == odd


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_a_key_is_stable_whatever_the_address(path: str, query: str) -> None:
    key = url_key(f"https://h.example/{path}?{query}")
    assert url_key(key if urlsplit(key).scheme else f"http://{key}") in (key, key.rstrip("/"))


def test_keys_of_an_entry_and_its_article_meet() -> None:
    entry = Entry(url=BASE + "?utm_source=feed", guid="https://harbour.example/?p=12")
    article = Article(url="https://m.harbour.example/x", headline="X", canonical=BASE + "/")
    assert ("guid", "https://harbour.example/?p=12") in keys_of(entry)
    assert ("canonical", url_key(BASE)) in keys_of(article)
    assert keys_of(entry) & keys_of(article) == {("url", url_key(BASE))}


def test_a_canonical_that_is_the_front_page_makes_no_two_articles_one() -> None:
    one = Article(url=BASE, headline="X", canonical="https://harbour.example/")
    other = Article(url=BASE + "-2", headline="Y", canonical="https://harbour.example")
    assert not keys_of(one) & keys_of(other)


def test_entries_that_all_link_to_the_front_page_are_told_apart_by_guid() -> None:
    front = "https://harbour.example/"
    assert not keys_of(Entry(url=front, guid="1")) & keys_of(Entry(url=front, guid="2"))
    assert keys_of(Entry(url=front)) == {("url", "harbour.example")}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://h.example/?p=123", "wp:123@h.example"),
        ("https://www.h.example/index.php?p=0123", "wp:123@h.example"),
        ("https://old.example/?post_type=news&#038;p=123", ""),
        ("https://old.example/?post_type=news&amp;p=123", "wp:123@h.example"),
        ("https://h.example/es/?p=123", "wp:123@h.example/es"),
        ("https://h.example/story?p=2", ""),
        ("https://h.example/spip.php?article717", "spip:717@h.example"),
        ("https://h.example/spip.php?article717&lang=fr", "spip:717@h.example"),
        ("https://h.example/spip.php?page=article&id_article=717", "spip:717@h.example"),
        ("https://h.example/?article717", "spip:717@h.example"),
        ("https://h.example/article717.html", "spip:717@h.example"),
        ("https://h.example/spip.php?rubrique717", ""),
        ("tag:h.example,2026:717", ""),
        ("", ""),
    ],
)
def test_the_number_of_the_cms_is_read_off_its_addresses(address: str, expected: str) -> None:
    assert cms_id(address, "https://www.h.example/some-story/") == expected


def test_numbers_of_two_installations_never_meet() -> None:
    assert cms_key("wp", "7", "https://a.example/x") != cms_key("wp", "7", "https://b.example/x")
    assert cms_id("https://a.example/en/?p=7", "https://a.example/") != cms_id(
        "https://a.example/es/?p=7", "https://a.example/"
    )


def test_a_headline_is_known_again_in_other_typography() -> None:
    assert normal_title("“Open the Borders” — New  Caravan") == normal_title(
        '"Open the borders" - new caravan'
    )
    assert normal_title("Strike ends") != normal_title("Strike spreads")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (BASE, BASE),
        (BASE + "?utm_source=rss", BASE),
        (
            BASE + "?utm_source=rss&id=1&&id=2&fbclid=z#part?utm_x=1",
            BASE + "?id=1&&id=2#part?utm_x=1",
        ),
        (
            "https://h.example/spip.php?article717&xtor=RSS-1",
            "https://h.example/spip.php?article717",
        ),
        (BASE + "?", BASE + "?"),
    ],
)
def test_trackers_leave_a_link_and_nothing_else_does(url: str, clean: str) -> None:
    assert untracked(url) == clean
    assert url_key(clean) == url_key(url)
