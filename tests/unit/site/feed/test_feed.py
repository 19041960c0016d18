from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.model import Listing
from bot.site import feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/feed/"


def rss(*items: str, channel: str = "", prolog: str = '<?xml version="1.0"?>') -> bytes:
    return (
        f'{prolog}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"><channel>'
        f"<title>Harbour Post</title><link>https://harbour.example/</link>{channel}"
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    ).encode()


def one(item: str, **more: str) -> feed.Entry:
    (entry,) = read(rss(item, **more)).entries
    return entry


def read(body: bytes, content_type: str = "") -> Listing:
    return feed.read(body, URL, content_type, now=NOW)


LINK = "<link>https://harbour.example/a</link>"


def test_an_item_of_wordpress_is_read_whole() -> None:
    entry = one(
        "<title>Dockers &amp;#8217;stop&amp;#8217; &lt;em&gt;the&lt;/em&gt; harbour</title>"
        "<link>https://harbour.example/a/?x=1&amp;y=2</link>"
        '<guid isPermaLink="false">https://harbour.example/?p=12</guid>'
        "<pubDate>Fri, 20 Nov 2026 09:30:00 +0000</pubDate>"
        "<dc:creator>Eva Paz</dc:creator><category>Labour</category><category>Ports</category>"
        "<description>&lt;p&gt;No crane moves.&lt;/p&gt;&lt;p&gt;The post &lt;a&gt;Dockers ’stop’"
        " the harbour&lt;/a&gt; appeared first on Harbour Post.&lt;/p&gt;</description>",
        channel="<language>en-GB</language>",
    )
    assert entry == feed.Entry(
        url="https://harbour.example/a/?x=1&y=2",
        guid="https://harbour.example/?p=12",
        cms_id="wp:12@harbour.example",
        title="Dockers ’stop’ the harbour",
        summary="No crane moves.",
        authors=("Eva Paz",),
        tags=("Labour", "Ports"),
        language="en",
        published_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"
 xml:base="https://port.example/fr/"><title>Le Port</title>
<entry xml:base="grève/"><title>Un</title>
<link rel="enclosure" href="son.mp3"/><link rel="alternate" href="docks?a=1"/><id>tag:port,1</id>
<author><name>Ana Lee</name></author><published>2026-11-20T23:30:00-05:00</published>
<updated>2026-11-22T08:00:00+09:00</updated><summary type="html">&lt;b&gt;Deux&lt;/b&gt;</summary>
</entry><entry><title>Vieux</title><link href="vieux"/><id>tag:port,2</id>
<updated>2019-01-01T00:00:00Z</updated></entry></feed>"""


def test_atom_is_read_with_links_resolved_against_xml_base() -> None:
    found = read(ATOM.encode())
    new, old = found.entries
    assert (found.title, found.language) == ("Le Port", "fr")
    assert new.url == "https://port.example/fr/grève/docks?a=1"
    assert (new.guid, new.summary, new.authors) == ("tag:port,1", "Deux", ("Ana Lee",))
    assert new.published_at == datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    assert new.modified_at == datetime(2026, 11, 21, 23, tzinfo=UTC)
    # Only `updated`: it was published then at the latest, and so it is old.
    assert old.published_at == datetime(2019, 1, 1, tzinfo=UTC)


def test_rdf_is_read_too() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel><title>P</title></channel><item rdf:about="https://p.example/1"><title>One</title>
    <link>https://p.example/1</link><dc:date>2026-11-20T10:00:00+01:00</dc:date></item></rdf:RDF>"""
    (entry,) = read(body).entries
    assert entry.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_dates_are_judged_by_instant() -> None:
    west = one(LINK + "<pubDate>Sat, 21 Nov 2026 20:00:00 -0500</pubDate>")
    east = one(LINK + "<pubDate>Sun, 22 Nov 2026 10:00:00 +0900</pubDate>")
    assert west.published_at == east.published_at == datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    [
        "30 Nov -0001 00:00:00 +0000",
        "0000-00-00",
        "Mon, 1 Jan 1990 00:00:00 GMT",
        "Sun, 22 Nov 2099 10:00:00 GMT",
        "soon",
        "",
    ],
)
def test_impossible_dates_are_no_dates(date: str) -> None:
    assert one(f"{LINK}<pubDate>{date}</pubDate>").published_at is None


def test_items_without_a_web_link_are_skipped_and_named() -> None:
    found = read(
        rss(
            "<title>Nowhere</title>",
            "<title>Mail</title><link>mailto:a@b.example</link>",
            LINK,
            "<title>Odd</title><link>http://[::1/</link>",
        )
    )
    assert [entry.url for entry in found.entries] == ["https://harbour.example/a"]
    assert [("Nowhere" in s, "Mail" in s, "Odd" in s) for s in found.skipped] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_permalink_guid_serves_as_link_and_feedburner_is_seen_through() -> None:
    assert one("<guid>https://harbour.example/g</guid>").url == "https://harbour.example/g"
    seen = one(LINK + "<fb:origLink>https://harbour.example/real</fb:origLink>")
    assert seen.url == "https://harbour.example/real"
    for wrong in ("12345", "/real", "not an address"):
        seen = one(f"{LINK}<fb:origLink>{wrong}</fb:origLink>")
        assert seen.url in LINK, wrong


def test_tags_may_stand_in_a_list_of_their_own() -> None:
    tags = "<category>Ports</category>"
    lists = "<categories><category>Labour</category><category>Courts</category></categories>"
    assert one(LINK + tags + lists).tags == ("Ports", "Labour", "Courts")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>https://h.example/spip.php?article717</link>", "spip:717@h.example"),
        (
            LINK + '<post-id xmlns="com-wordpress:feed-additions:1">88</post-id>',
            "wp:88@harbour.example",
        ),
        # Someone else's post in our feed has a number of its own.
        (
            "<link>https://other.example/b</link><guid>https://other.example/?p=12</guid>",
            "wp:12@other.example",
        ),
        (LINK, ""),
    ],
)
def test_the_number_of_the_cms_is_found(item: str, expected: str) -> None:
    assert one(item).cms_id == expected


def test_mail_addresses_are_nobody_and_names_in_brackets_somebody() -> None:
    assert one(LINK + "<author>desk@h.example (Eva Paz)</author>").authors == ("Eva Paz",)
    assert one(LINK + "<author>desk@h.example</author>").authors == ()
    assert one(LINK + "<author>Eva Paz &lt;desk@h.example&gt;</author>").authors == ("Eva Paz",)
    assert one(LINK + "<author><email>a</email><uri>b</uri></author>").authors == ()
    assert one(LINK + "<author>https://h.example/eva</author>").authors == ()


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        ("<ttl>99999999999</ttl>", timedelta(days=1)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(days=1),
        ),
        ("<ttl>soon</ttl>", None),
    ],
)
def test_a_feed_may_ask_to_be_left_alone(channel: str, expected: timedelta | None) -> None:
    assert read(rss(LINK, channel=channel)).wait == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "nothing"),
        (b" \n", "nothing"),
        (b"<!DOCTYPE html><html><body><p>We are moving</p></body></html>", "web page, not a feed"),
        (b"\xef\xbb\xbf<!-- x --><HTML><head>", "web page, not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "JSON that is no JSON Feed"),
        (b"[1, 2]", "JSON that is no JSON Feed"),
        (b"Service unavailable", "no RSS or Atom"),
        (b"<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", "no RSS or Atom"),
        (b"\x00\x01\x02\xff" * 50, "no RSS or Atom"),
    ],
)
def test_what_is_no_feed_is_one_plain_sentence(body: bytes, words: str) -> None:
    with pytest.raises(FetchError) as caught:
        read(body)
    message = str(caught.value)
    assert words in message
    assert URL in message
    assert "\n" not in message


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()


def test_a_truncated_feed_is_read_as_far_as_it_goes() -> None:
    whole = rss(*(f"<title>T{i}</title><link>https://h.example/{i}</link>" for i in range(5)))
    found = read(whole[: whole.index(b"<title>T3") + 4])
    assert [entry.title for entry in found.entries] == ["T0", "T1", "T2"]


def test_unescaped_ampersands_lose_no_parameter() -> None:
    assert one("<link>https://h.example/?a=1&b=2</link>").url == "https://h.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("prolog", "encoding", "content_type"),
    [
        ('<?xml version="1.0" encoding="iso-8859-1"?>', "iso-8859-1", "text/xml; charset=utf-8"),
        ("", "windows-1252", "application/rss+xml; charset=windows-1252"),
        ("", "utf-8", "text/xml; charset=iso-8859-1"),
        ("", "utf-8-sig", "text/xml"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16", ""),
    ],
)
def test_the_character_set_is_right(prolog: str, encoding: str, content_type: str) -> None:
    body = rss(LINK + "<title>Grève à Évry</title>", prolog=prolog).decode().encode(encoding)
    (entry,) = read(body, content_type).entries
    assert entry.title == "Grève à Évry"


def test_a_body_is_never_opened_as_a_path() -> None:
    with pytest.raises(FetchError):
        read(__file__.encode())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_feed_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    body = bytearray(
        ATOM.encode() if data.draw(st.booleans()) else rss(LINK, LINK + "<title>T</title>")
    )
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    try:
        found = read(bytes(body))
    except FetchError:
        return
    assert all(entry.url.startswith("http") for entry in found.entries)


def test_what_is_no_article_is_skipped_and_named() -> None:
    links = (
        "https://harbour.example/?p=12&amp;preview=true",
        "https://harbour.example/spip.php?article7&amp;var_mode=preview",
        "https://harbour.example/a/#comment-3",
        "https://harbour.example/",
        "https://www.harbour.example/index.php?utm_source=rss",
    )
    found = read(rss(*(f"<title>T{n}</title><link>{link}</link>" for n, link in enumerate(links))))
    assert found.entries == ()
    words = ("preview of a draft", "preview of a draft", "leads to a comment", "front", "front")
    for number, (sentence, word) in enumerate(zip(found.skipped, words, strict=True)):
        assert f"“T{number}”" in sentence
        assert word in sentence


def test_a_guid_does_not_make_a_draft_public_but_helps_where_the_link_is_the_front_page() -> None:
    guid = "<guid>https://harbour.example/?p=12</guid>"
    draft = "<link>https://harbour.example/a/?preview_id=12</link>"
    assert read(rss(draft + guid)).entries == ()
    assert one("<link>https://harbour.example/</link>" + guid).url.endswith("/?p=12")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ('<guid isPermaLink="false">https://h.example/g</guid>', None),
        ('<guid isPermaLink="true">/2026/g</guid>', "https://harbour.example/2026/g"),
        ("<guid>12345</guid>", None),
        ("<id>https://h.example/i</id>", "https://h.example/i"),
        ("<link/><guid>https://h.example/g</guid>", "https://h.example/g"),
        ("<link>/a?x=1&amp;amp;y=2</link>", "https://harbour.example/a?x=1&y=2"),
        ("<link> \n https://h.example/a\n</link>", "https://h.example/a"),
        ("<link><![CDATA[https://h.example/a?b=1&c=2]]></link>", "https://h.example/a?b=1&c=2"),
        ("<link>www.h.example/a</link>", "https://www.h.example/a"),
        ("<link>//h.example/a</link>", "https://h.example/a"),
        ("<link>https://h.example/?a=1&copy=2&reg;=3</link>", "https://h.example/?a=1&copy=2®=3"),
        ("<source url='https://x.example/f'><link>https://x.example/</link></source>", None),
        ("<enclosure url='https://h.example/a.mp3'/>", None),
        ("<comments>https://h.example/a#respond</comments>", None),
    ],
)
def test_the_link_is_found_wherever_it_stands(item: str, expected: str | None) -> None:
    assert [entry.url for entry in read(rss(item)).entries] == ([expected] if expected else [])


def test_of_several_links_the_page_in_the_language_of_the_entry_is_taken() -> None:
    links = (
        '<link rel="self" href="/self"/><link rel="replies" href="/replies"/>',
        '<link type="application/json" href="/json"/>',
        '<link hreflang="es" href="/es"/><link rel="alternate" hreflang="fr-FR" href="/fr"/>',
        '<link rel="enclosure" href="/son.mp3"/>',
    )
    feed = f'<feed xml:lang="fr" xmlns="http://www.w3.org/2005/Atom"><entry>{"".join(links)}'
    (entry,) = read(f"{feed}</entry></feed>".encode()).entries
    assert (entry.url, entry.language) == ("https://harbour.example/fr", "fr")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("Tom & Jerry", "Tom & Jerry"),
        ("<![CDATA[Tom & <em>Jerry</em>]]>", "Tom & Jerry"),
        ("caf&eacute;&nbsp;noir &#8211; d&#146;or", "café noir – d’or"),
        ("1 < 2", "1 < 2"),
        ("<![CDATA[Un]]> &amp; <!-- no --><![CDATA[deux]]>", "Un & deux"),
        ("&unknown; stays", "&unknown; stays"),
        ("con\x01trol\x00", "control"),
        ("<b>bold</b> and <br> plain", "bold and plain"),
    ],
)
def test_a_title_is_plain_text(title: str, expected: str) -> None:
    assert one(LINK + f"<title>{title}</title>").title == expected


def test_prefixes_mean_what_they_are_declared_to_mean_and_need_not_be_declared() -> None:
    body = b"""<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d =
     "http://purl.org/dc/elements/1.1/"><s:channel xmlns:s="http://purl.org/rss/1.0/"/>
     <s:item r:about="https://p.example/1"><s:title>One</s:title><d:creator>Eva Paz</d:creator>
     </s:item></r:RDF>"""
    (entry,) = read(body).entries
    assert (entry.url, entry.guid) == ("https://p.example/1", "https://p.example/1")
    assert (entry.title, entry.authors) == ("One", ("Eva Paz",))
    bare = "<rss><channel><item>" + LINK + "<dc:creator>Ana Lee</dc:creator></item></channel></rss>"
    assert read(bare.encode()).entries[0].authors == ("Ana Lee",)


def test_what_other_elements_hold_is_not_taken_for_the_entry_s_own() -> None:
    entry = one(
        "<source><title>Wire</title><link>https://w.example/</link></source>"
        "<media:group><title>Clip</title><link>https://m.example/c</link></media:group>"
        f"<image><title>Logo</title></image>{LINK}<title>Ours</title>"
    )
    assert (entry.title, entry.url) == ("Ours", "https://harbour.example/a")


def test_one_guid_on_several_articles_is_no_guid_and_is_named() -> None:
    items = [
        f"<title>T{n}</title><link>https://h.example/{n}</link>"
        "<guid isPermaLink='false'>https://h.example/?p=1</guid>"
        for n in range(3)
    ]
    found = read(rss(*items, "<link>https://h.example/x</link><guid>tag:x</guid>"))
    assert [(entry.guid, entry.cms_id) for entry in found.entries[:3]] == [("", "")] * 3
    assert found.entries[3].guid == "tag:x"
    assert found.skipped == (
        f"3 entries of {URL} have one guid, “https://h.example/?p=1”: it was left aside,"
        " and they are known by their addresses.",
    )


def test_notes_about_a_feed_stay_few() -> None:
    found = read(rss(*["<title>No link</title>"] * 100))
    assert len(found.skipped) == 20
    assert found.skipped[-1].startswith("81 more things")


def test_a_feed_without_end_is_read_so_far_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_ENTRIES", 3)
    found = read(rss(*(f"<link>https://h.example/{n}</link>" for n in range(5))))
    assert len(found.entries) == 3
    assert "more than 3 entries" in found.skipped[0]


@pytest.mark.parametrize(
    "noise",
    [
        b"\n\n  ",
        b"<br />\n<b>Warning</b>: include(): failed in <b>/srv/a.php</b> on line <b>3</b><br />\n",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"<!-- cached by x at 12:00 -->\n<?xml-stylesheet href='a.xsl'?>",
        b"<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://my.netscape.com/x.dtd'>",
        b'<!DOCTYPE rss [<!ENTITY % l PUBLIC "-//W3C//ENTITIES Latin 1" "http://w.example/"> %l;]>',
    ],
)
def test_what_stands_before_a_feed_does_not_hide_it(noise: bytes) -> None:
    assert len(read(noise + rss(LINK)).entries) == 1


def test_entities_of_a_feed_s_own_are_resolved_where_they_are_plain() -> None:
    prolog = "<!DOCTYPE rss [<!ENTITY paper \"Harbour Post\"> <!ENTITY dash '&#8211;'>]>"
    assert one(f"{LINK}<title>&paper; &dash; &amp;</title>", prolog=prolog).title == (
        "Harbour Post – &"
    )


def test_inline_markup_of_atom_is_text_of_its_own() -> None:
    title = '<title type="xhtml"><div>The &lt;blink&gt; <b>tag</b> &amp; more</div></title>'
    assert one(LINK + title).title == "The <blink> tag & more"


def test_only_the_sentence_that_signs_an_excerpt_is_dropped() -> None:
    text = "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Strike goes on in the port.&lt;/p&gt;"
    entry = one(f"<title>Strike goes on</title>{LINK}<description>{text}</description>")
    assert entry.summary == "One.\n\nStrike goes on in the port."
