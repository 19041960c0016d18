from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotASource
from bot.model import Entry, Listing
from bot.site import sitemap

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/sitemap.xml"
PLAIN = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def urlset(*items: str, names: str = f'xmlns="{PLAIN}" xmlns:news="{NEWS}"') -> bytes:
    inside = "".join(f"<url>{item}</url>\n" for item in items)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {names}>{inside}</urlset>'.encode()


def index(*items: tuple[str, str]) -> bytes:
    inside = "".join(
        f"<sitemap><loc>https://harbour.example/{name}</loc>"
        f"{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for name, changed in items
    )
    return f'<sitemapindex xmlns="{PLAIN}">{inside}</sitemapindex>'.encode()


def read(body: bytes, content_type: str = "") -> Listing:
    return sitemap.read(body, URL, content_type, now=NOW)


def more(*items: tuple[str, str]) -> list[str]:
    return [url.removeprefix("https://harbour.example/") for url in read(index(*items)).more]


NEWS_ITEM = """<loc>https://harbour.example/2026/11/dockers?a=1&amp;b=2</loc>
<lastmod>2026-11-22T10:00:00+01:00</lastmod>
<image:image xmlns:image="i"><image:loc>https://harbour.example/a.jpg</image:loc>
<image:title>A crane</image:title></image:image>
<news:news><news:publication><news:name>Harbour Post</news:name>
<news:language>pt-BR</news:language></news:publication>
<news:publication_date>2026-11-22T08:30:00+01:00</news:publication_date>
<news:title><![CDATA[Dockers & cranes]]> &#8211; day &amp;quot;two&amp;quot;</news:title>
<news:keywords>Ports, Labour , Ports,</news:keywords></news:news>"""


def test_a_news_sitemap_is_read_whole() -> None:
    found = read(urlset(NEWS_ITEM))
    assert found == Listing(
        (
            Entry(
                url="https://harbour.example/2026/11/dockers?a=1&b=2",
                title='Dockers & cranes – day "two"',
                tags=("Ports", "Labour"),
                language="pt",
                published_at=datetime(2026, 11, 22, 7, 30, tzinfo=UTC),
                modified_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
            ),
        ),
        title="Harbour Post",
        language="pt",
    )


@pytest.mark.parametrize(
    "names",
    [
        "",  # prefixes that nothing declares
        f'xmlns="{PLAIN}"',
        'xmlns="https://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://wrong.example/"',
    ],
)
def test_names_are_read_whatever_their_namespace_is(names: str) -> None:
    (entry,) = read(urlset(NEWS_ITEM, names=names)).entries
    assert (entry.title[:7], entry.language) == ("Dockers", "pt")


def test_a_last_change_is_no_publication() -> None:
    (entry,) = read(
        urlset("<loc>https://harbour.example/a</loc><lastmod>2026-11-22</lastmod>")
    ).entries
    assert (entry.published_at, entry.title) == (None, "")
    assert entry.modified_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_of_a_plain_sitemap_only_what_changed_lately_or_says_nothing_is_of_interest() -> None:
    week = (NOW - timedelta(days=6)).isoformat()
    old = (NOW - timedelta(days=8)).isoformat()
    found = read(
        urlset(
            f"<loc>/recent</loc><lastmod>{week}</lastmod>",
            f"<loc>/old</loc><lastmod>{old}</lastmod>",
            "<loc>/undated</loc>",
            "<loc>/lying</loc><lastmod>0000-00-00</lastmod>",
        )
    )
    paths = [entry.url.removeprefix("https://harbour.example") for entry in found.entries]
    assert paths == ["/recent", "/undated", "/lying"]
    assert found.skipped == ()


def test_news_are_told_however_old_they_are() -> None:
    old = NEWS_ITEM.replace("2026-11-22", "2026-09-22")
    assert len(read(urlset(old)).entries) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T08:30Z", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ("2026-11-22T08:30:15.123+05:30", datetime(2026, 11, 22, 3, 0, 15, tzinfo=UTC)),
        ("2026-11-22 08:30:00", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:00:00 +0200", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("2026", None),
        ("2026-13-45", None),
        ("0000-00-00T00:00:00+00:00", None),
        ("1970-01-01", None),
        ("2099-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_of_the_w3c_and_others(written: str, expected: datetime | None) -> None:
    item = (
        "<loc>/a</loc><news:news><news:title>T</news:title>"
        f"<news:publication_date> {written} </news:publication_date></news:news>"
    )
    (entry,) = read(urlset(item)).entries
    assert entry.published_at == expected


def test_translations_are_no_entries_of_their_own() -> None:
    item = (
        '<loc>https://harbour.example/en</loc><xhtml:link xmlns:xhtml="x" rel="alternate"'
        ' hreflang="de" href="https://harbour.example/de"/>'
    )
    assert [e.url for e in read(urlset(item)).entries] == ["https://harbour.example/en"]


def test_bare_ampersands_and_unknown_entities_are_kept() -> None:
    item = (
        "<loc>https://harbour.example/?a=1&b=2&copy=3</loc>"
        "<news:news><news:title>Q&A &nbsp;&#39;now&#39;</news:title></news:news>"
    )
    (entry,) = read(urlset(item)).entries
    assert entry.url == "https://harbour.example/?a=1&b=2&copy=3"
    assert entry.title == "Q&A 'now'"


def test_an_ampersand_in_cdata_is_not_escaped_twice() -> None:
    (entry,) = read(urlset("<loc><![CDATA[https://harbour.example/?a=1&amp=2&b]]></loc>")).entries
    assert entry.url == "https://harbour.example/?a=1&amp=2&b"


@pytest.mark.parametrize("cut", range(20, 700, 37))
def test_of_a_sitemap_that_breaks_off_the_whole_items_stay_and_it_is_said(cut: int) -> None:
    body = urlset(*(f"<loc>https://harbour.example/{n}/a-story</loc>" for n in range(20)))
    found = read(body[: cut + 130])
    whole = body[: cut + 130].count(b"</url>")
    # A cut address is never given: it may be another article's.
    urls = [f"https://harbour.example/{n}/a-story" for n in range(whole)]
    assert [entry.url for entry in found.entries] == urls
    assert found.skipped == (f"{URL} breaks off before its end: what came before was read.",)


def test_a_broken_item_does_not_take_the_others_with_it() -> None:
    body = urlset("<loc>/a</loc>").replace(
        b"</urlset>", b"<url><loc>/b</url><url><<>\x00<loc>/c</loc></url><url><loc>/d</loc></url>"
    )
    found = read(body + b"</urlset>").entries
    assert [entry.url.rpartition("/")[2] for entry in found] == ["a", "b", "c", "d"]


def test_items_without_a_web_address_are_skipped_and_named() -> None:
    found = read(
        urlset(
            "<lastmod>2026-11-22</lastmod>",
            "<loc>mailto:a@b.example</loc>",
            "<loc>http://[::1/</loc><news:news><news:title>Odd</news:title></news:news>",
            "<loc>/a</loc>",
        )
    )
    assert [entry.url for entry in found.entries] == ["https://harbour.example/a"]
    assert [("no address" in s, "mailto" in s, "Odd" in s) for s in found.skipped] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_faults_are_told_up_to_a_number() -> None:
    assert len(read(urlset(*["<loc>mailto:a@b.example</loc>"] * 500)).skipped) == 20


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_are_found_out(codec: str) -> None:
    name = codec.removesuffix("-sig")
    source = urlset("<loc>/a</loc><news:news><news:title>Grève à Málaga</news:title></news:news>")
    body = source.decode().replace("UTF-8", name).encode(codec)
    assert read(body).entries[0].title == "Grève à Málaga"


def test_an_encoding_may_stand_in_the_header_or_be_a_lie() -> None:
    source = urlset("<loc>/a</loc><news:news><news:title>Grève</news:title></news:news>").decode()
    bare = source.replace(' encoding="UTF-8"', "")
    told = read(bare.encode("latin-1"), "application/xml; charset=ISO-8859-1").entries[0].title
    lied = read(source.replace("UTF-8", "ISO-8859-1").encode()).entries[0].title
    assert (told, lied) == ("Grève", "Grève")


def test_what_stands_before_the_sitemap_is_passed_over() -> None:
    notice = b"\n\n<br />\n<b>Notice</b>: Undefined index in plugin.php\n"
    assert len(read(notice + urlset("<loc>/a</loc>")).entries) == 1


def test_a_packed_sitemap_is_unpacked() -> None:
    body = urlset(*(f"<loc>/{n}</loc>" for n in range(3)))
    assert len(read(gzip.compress(body)).entries) == 3
    many = gzip.compress(urlset(*(f"<loc>/{n * 7919}</loc>" for n in range(900))))
    found = read(many[: len(many) // 2])
    assert 100 < len(found.entries) < 900
    assert found.skipped


# -------------------------------------------------------------------- an index


def test_of_the_sitemaps_of_yoast_those_of_posts_are_read_newest_first() -> None:
    assert more(
        ("post-sitemap.xml", "2024-05-01T10:00:00+00:00"),
        ("post-sitemap2.xml", "2026-03-01T10:00:00+00:00"),
        ("post-sitemap3.xml", "2026-11-22T10:00:00+00:00"),
        ("page-sitemap.xml", "2026-11-22T11:00:00+00:00"),
        ("category-sitemap.xml", "2026-11-22T11:00:00+00:00"),
        ("post_tag-sitemap.xml", "2026-11-22T11:00:00+00:00"),
        ("author-sitemap.xml", "2026-11-22T11:00:00+00:00"),
    ) == ["post-sitemap3.xml", "post-sitemap2.xml"]


def test_a_series_may_count_from_the_newest() -> None:
    assert more(
        ("post-sitemap1.xml", "2026-11-22"),
        ("post-sitemap2.xml", "2026-10-01"),
        ("post-sitemap3.xml", "2024-05-01"),
    ) == ["post-sitemap1.xml", "post-sitemap2.xml"]


def test_without_dates_the_last_two_of_a_series_are_read_and_the_first() -> None:
    children = [(f"wp-sitemap-posts-post-{n}.xml", "") for n in range(1, 13)]
    others = [
        ("wp-sitemap-posts-page-1.xml", ""),
        ("wp-sitemap-taxonomies-post_tag-1.xml", ""),
        ("wp-sitemap-taxonomies-category-1.xml", ""),
        ("wp-sitemap-users-1.xml", ""),
    ]
    assert more(*children, *others) == [
        "wp-sitemap-posts-post-12.xml",
        "wp-sitemap-posts-post-11.xml",
        "wp-sitemap-posts-post-1.xml",
    ]


def test_months_are_a_series_too() -> None:
    months = [(f"sitemap-pt-post-{y}-{m:02}.xml", "") for y in (2025, 2026) for m in range(1, 12)]
    assert more(*months)[:2] == ["sitemap-pt-post-2026-11.xml", "sitemap-pt-post-2026-10.xml"]


def test_news_come_first() -> None:
    assert more(
        ("sitemap-posts.xml", "2026-11-22"), ("sitemap-news.xml", ""), ("sitemap-tags.xml", "")
    ) == ["sitemap-news.xml", "sitemap-posts.xml"]


def test_sections_beside_one_called_news_are_read_too() -> None:
    found = more(("sitemap/news.xml", ""), ("sitemap/sport.xml", ""), ("sitemap/culture.xml", ""))
    assert set(found) == {"sitemap/news.xml", "sitemap/sport.xml", "sitemap/culture.xml"}


def test_where_every_name_speaks_against_it_they_are_read_all_the_same() -> None:
    assert more(("pages.xml", ""), ("videos.xml", "")) == ["pages.xml", "videos.xml"]


def test_a_page_number_is_no_page() -> None:
    assert more(("sitemap.xml?page=1", ""), ("sitemap.xml?page=2", ""), ("tags.xml", "")) == [
        "sitemap.xml?page=2",
        "sitemap.xml?page=1",
    ]


def test_no_more_than_five_are_read_and_the_others_are_named() -> None:
    codes = ["en", "es", "fr", "de", "it", "pt", "ca"]
    found = read(index(*((f"sitemap-{code}.xml", "") for code in codes)))
    assert len(found.more) == 5
    (said,) = found.skipped
    assert "sitemap-pt.xml, https://harbour.example/sitemap-ca.xml." in said


def test_every_series_is_begun_before_one_is_gone_on_with() -> None:
    found = more(*((f"{code}/posts-{n}.xml", "") for code in ("en", "es", "fr") for n in (1, 2, 3)))
    assert found[:3] == ["en/posts-3.xml", "es/posts-3.xml", "fr/posts-3.xml"]
    assert len(found) == 5


# --------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "nothing"),
        (b" \n ", "nothing"),
        (b"<!doctype html><html><body>404</body></html>", "a web page"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "name it under feeds"),
        (b'{"a": 1}', "no sitemap"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (b"\x89PNG\r\n", "no sitemap"),
        (b"<urlset>" + b" " * 5_000_000, "5 MB"),
        (gzip.compress(b"<urlset>" + b" " * 30_000_000), "5 MB"),
    ],
)
def test_other_things_are_refused_in_one_sentence(body: bytes, said: str) -> None:
    with pytest.raises(NotASource, match=said) as caught:
        read(body)
    assert str(caught.value).startswith(URL)


M = 4_900_000
HOSTILE = {
    "cdata": b"<urlset>" + b"<![CDATA[" * (M // 9),
    "deep": b"<urlset>" + b"<url>" * 400_000,
    "attributes": b"<urlset><url " + b" ".join(b"a%d=''" % n for n in range(300_000)) + b"/>",
    "ampersands": b"<urlset>" + b"&" * M,
    "entities": b'<!DOCTYPE x [<!ENTITY a "'
    + b"b" * 9999
    + b'"><!ENTITY b "'
    + b"&a;" * 9999
    + b'">]><urlset><url><loc>https://h.example/&b;</loc></url></urlset>',
    "long": b"<urlset><url><loc>https://h.example/" + b"h" * (M - 99) + b"</loc></url></urlset>",
    "colons": b"<urlset>" + b"<" + b"a:" * (M // 2),
    "roots": b"<urlset " * (M // 8),
    "bomb": gzip.compress(b"<urlset>" + b" " * 50_000_000),
    "numbers": index(*((f"{'9' * 4000}{n}.xml", "") for n in range(1000))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sitemaps_cost_little(name: str) -> None:
    began = process_time()
    try:
        found = read(HOSTILE[name])
    except NotASource:
        pass
    else:
        assert all(len(entry.url) <= 4_100 for entry in found.entries)
    assert process_time() - began < 8  # a tenth of it on a quiet machine


def test_no_tree_is_built() -> None:
    body = b"<urlset>" + b"<a/>" * 450_000 + b"</urlset>"
    tracemalloc.start()
    read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(body)


def test_a_packed_sitemap_is_not_unpacked_beyond_the_cap() -> None:
    body = gzip.compress(b"<urlset>" + b" " * 60_000_000)
    tracemalloc.start()
    with pytest.raises(NotASource):
        read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_an_external_entity_is_not_fetched() -> None:
    body = (
        b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>https://h.example/&x;</loc></url></urlset>"
    )
    (entry,) = read(body).entries
    assert entry.url == "https://h.example/&x;"


PIECES = [
    b"<urlset>",
    b"</urlset>",
    b"<sitemapindex>",
    b"<url>",
    b"</url>",
    b"<sitemap>",
    b"</sitemap>",
    b"<loc>",
    b"</loc>",
    b"https://h.example/a",
    b"http://[",
    b"<lastmod>",
    b"</lastmod>",
    b"2026-11-22",
    b"<news:news>",
    b"<news:title>",
    b"</news:title>",
    b"<![CDATA[",
    b"]]>",
    b"&",
    b"&#0;",
    b"&#xffffff;",
    b"<!--",
    b"<?",
    b"\x00",
    b"\xff\xfe",
    b"<",
    b'"',
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join) | st.binary(max_size=300))
def test_nothing_but_the_named_error_comes_out(body: bytes) -> None:
    for each in (body, b"<urlset>" + body):
        try:
            found = read(each)
        except NotASource:
            continue
        else:
            assert all(e.url.startswith(("http://", "https://")) for e in found.entries)
