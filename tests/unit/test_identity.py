from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.identity import (
    cms_id,
    cms_key,
    keys_of,
    normal_title,
    same_site,
    trusted,
    untracked,
    url_key,
)
from bot.model import Article, Entry

BASE = "https://harbour.example/news/strike"
SLUG = "https://harbour.example/news/dockers-end-strike"

SAME = [
    (BASE, "https://m.harbour.example/news/strike"),
    (BASE, "https://mobile.harbour.example/news/strike"),
    (BASE, "https://mobil.harbour.example/news/strike"),
    (BASE, "https://www.m.harbour.example/news/strike"),
    (BASE, "https://harbour.example//news//strike"),
    (BASE, "https://harbour.example/index.php/news/strike"),
    (BASE, "https://harbour.example/news/strike;jsessionid=A1B2.live3"),
    (BASE, BASE + "?PHPSESSID=0a1b"),
    (BASE, BASE + "?rss"),
    (BASE, BASE + "?rssfeed=true&ref=rss"),
    (BASE, BASE + "?source=rss&origin=rss&ch=rss_city"),
    (BASE, BASE + "?replytocom=12#respond"),
    (BASE, BASE + "?ns_mchannel=rss&ns_campaign=1490&wt_zmc=a.b&itm_source=nav&intcmp=x"),
    (BASE, "https://harbour-example.cdn.ampproject.org/c/s/harbour.example/news/strike"),
    (BASE, "https://harbour-example.cdn.ampproject.org/v/s/amp.harbour.example/news/strike/amp/"),
    (BASE, "https://www.google.com/amp/s/www.harbour.example/news/strike"),
    (BASE, "http://www.google.com/amp/harbour.example/news/strike"),
    (SLUG, "https://harbour.example/amp/news/dockers-end-strike"),
    (SLUG, "https://harbour.example/news/amp/dockers-end-strike"),
    (SLUG, "https://harbour.example/platform/amp/news/dockers-end-strike/"),
    ("https://harbour.example/14030671/", "https://harbour.example/amp/14030671"),
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
    (BASE, "https://s.harbour.example/news/strike"),
    (BASE, BASE + "?ref=rssaga"),
    (BASE, BASE + "?feed=rss2"),
    (BASE, BASE + "?from=2"),
    ("https://harbour.example/strike", "https://harbour.example/amp/strike"),
    ("https://harbour.example/gear/12", "https://harbour.example/gear/amp/12"),
    ("https://m.example/x", "https://example/x"),
    ("https://tam.harbour.example/x", "https://taharbour.example/x"),
    (
        BASE + "?u=https://x.cdn.ampproject.org/c/s/a.example/1",
        BASE + "?u=https://a.example/1",
    ),
    ("https://harbour.example/news,12.html", "https://harbour.example/sport,12.html"),
    ("https://www.google.com/amp", "https://www.google.com/"),
    ("https://h.example/index.php", "https://h.example/index.php/index"),
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


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://harbour.example/2026/11/strike", "https://harbour.example/2026/"),
        ("https://harbour.example/news.php?id=4", "https://harbour.example/news.php"),
        ("https://harbour.example/news?newsID=c3aa546f", "https://harbour.example/news"),
        ("https://harbour.example/es/huelga", "https://harbour.example/es/"),
        ("https://harbour.example/press/#!/news/strike", "https://harbour.example/press/"),
        ("https://harbour.example/the-long-strike/#!/2", "https://harbour.example/the-long-strike"),
    ],
)
def test_a_canonical_that_could_stand_on_every_page_is_no_key(url: str, canonical: str) -> None:
    article = Article(url=url, headline="X", canonical=canonical)
    assert keys_of(article) == {("url", url_key(url))}


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (SLUG + "?channel=105100", SLUG),
        (SLUG + "/slide/1", SLUG),
        ("https://harbour.example/3-11523428?x=y", "https://harbour.example/3-11523428"),
        (SLUG, "https://harbour.example/news.php?id=4"),
        (SLUG, "https://harbour.example/strike"),
        (SLUG + "-again", SLUG),
    ],
)
def test_a_canonical_that_names_an_article_is_believed(url: str, canonical: str) -> None:
    keys = keys_of(Article(url=url, headline="X", canonical=canonical))
    assert keys == {(kind, url_key(canonical)) for kind in ("url", "canonical")} | {
        ("url", url_key(url))
    }


def test_the_hosts_of_a_site_are_one_by_its_aliases() -> None:
    aliases = {"old.example": "harbour.example", "bücher.example": "harbour.example"}
    new = keys_of(Entry(url=SLUG, cms_id="spip:717@harbour.example/es"), aliases)
    old = keys_of(
        Entry(
            url="http://www.old.example/news/dockers-end-strike/", cms_id="spip:717@old.example/es"
        ),
        aliases,
    )
    assert new == old
    page = Article(
        url=SLUG + "?x=1",
        headline="X",
        canonical="https://xn--bcher-kva.example/news/dockers-end-strike",
    )
    assert ("canonical", url_key(SLUG)) in keys_of(page, aliases)
    assert keys_of(Entry(url=SLUG, guid="old.example/1"), aliases) == keys_of(
        Entry(url=SLUG, guid="old.example/1")
    ), "a guid is nobody's address"
    stranger = keys_of(Entry(url="https://veryold.example/news/dockers-end-strike"), aliases)
    assert not stranger & new


def test_an_alias_keeps_the_port_and_takes_either_spelling() -> None:
    aliases = {"www.Old.example": "www.harbour.example"}
    assert keys_of(Entry(url="http://old.example:8000/a"), aliases) == {
        ("url", "harbour.example:8000/a")
    }


@pytest.mark.parametrize("guid", ["0", "-1", "None", " null ", "https://harbour.example/"])
def test_what_stands_for_no_guid_is_none(guid: str) -> None:
    assert keys_of(Entry(url=BASE, guid=guid)) == {("url", url_key(BASE))}


def test_a_guid_is_read_alike_from_feed_and_api() -> None:
    assert keys_of(Entry(url=BASE, guid="https://h.example/?a=b&#038;p=7")) == keys_of(
        Entry(url=BASE, guid="https://h.example/?a=b&p=7")
    )


def test_a_guid_that_stands_for_several_articles_is_taken_away() -> None:
    one, two = Entry(url=BASE, guid="g", title="Strike"), Entry(url=SLUG, guid="g", title="Port")
    moved = Entry(url=SLUG + "?x=1", guid="h", title="Port")
    retitled = Entry(url=SLUG + "?x=1", guid="h", title="The port!")
    assert [entry.guid for entry in trusted([one, two])] == ["", ""]
    assert trusted([one, Entry(url=BASE, guid="g", title="Port")])[0] == one, "one address"
    assert trusted([Entry(url=SLUG, guid="h", title="PORT"), moved])[1] == moved, "one headline"
    assert trusted([moved, retitled]) == (moved, retitled)


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
        ("https://old.example/?post_type=news&amp;p=123", "wp:123@old.example"),
        ("/?p=123", "wp:123@h.example"),
        ("spip.php?article717", "spip:717@h.example/some-story"),
        ("https://h.example/spip.php?page=gacetilla-articulo&id_article=717", "spip:717@h.example"),
        ("https://h.example/Strike-ends,717", ""),
        ("//[::1", ""),
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
    sister, ours = cms_id("https://sister.example/?p=7", BASE), cms_id("/?p=7", BASE)
    assert sister != ours, "a sister's article in our feed keeps its number and its guid"
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


@pytest.mark.parametrize(
    ("address", "home", "same"),
    [
        ("https://www.harbour.example/a", "https://harbour.example/", True),
        ("https://news.harbour.example/a", "https://harbour.example/", True),
        ("https://harbour.example/a", "https://es.harbour.example/", True),
        ("https://harbour.wordpress.com/a", "https://www.harbour.wordpress.com/", True),
        ("https://harbour.co.uk/a", "https://news.harbour.co.uk/", True),
        ("https://notharbour.example/a", "https://harbour.example/", False),
        ("https://news.harbour.example/a", "https://es.harbour.example/", False),
        ("https://example/a", "https://harbour.example/", False),
        ("mailto:a@b.example", "https://harbour.example/", False),
    ],
)
def test_a_site_is_its_host_and_what_is_above_and_below(
    address: str, home: str, same: bool
) -> None:
    assert same_site(address, home) is same
    assert same_site(address, home, ["es.harbour.example"]) is same


@pytest.mark.parametrize(
    "shared",
    [
        "wordpress.com", "blogspot.com", "blogspot.de", "blogspot.com.ar", "substack.com",
        "github.io", "tumblr.com", "free.fr", "co.uk", "com.ar", "org.br", "go.jp", "gob.mx",
    ],
)  # fmt: skip
def test_what_strangers_share_is_nobodys_site(shared: str) -> None:
    site = f"https://harbour.{shared}/"
    for address in (f"https://{shared}/", f"https://www.{shared}/a", f"https://pier.{shared}/"):
        assert not same_site(address, site)
        assert not same_site(site, address)
    assert same_site(f"https://es.harbour.{shared}/a", site)
