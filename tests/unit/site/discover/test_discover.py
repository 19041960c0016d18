"""What a page tells of its site, and which accounts are its channels."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotAnArticle
from bot.site.discover import Candidate, Seen, channels, look

HOME = "https://harbour.example/"
ARTICLE = "https://harbour.example/dock-workers-stop-the-harbour/"
UC = "UCwLLr_Fo9dpdJ9UHq4A7PjA"


def page(body: str = "", head: str = "", url: str = HOME) -> Seen:
    html = f"<!DOCTYPE html><html lang=en><head><title>t</title>{head}</head><body>{body}</body>"
    return look(html.encode(), url)


def link(address: str, text: str = "") -> str:
    return f'<a href="https://{address}">{text}</a>'


def data(*nodes: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@graph": nodes})}</script>'


def ranked(*pages: Seen, name: str = "Harbour Post") -> dict[str, tuple[Candidate, ...]]:
    return channels(pages, home=HOME, name=name)


def sure(*pages: Seen, name: str = "Harbour Post") -> dict[str, str]:
    return {p: c[0].profile.account for p, c in ranked(*pages, name=name).items() if c[0].sure}


# ------------------------------------------------------------------ the sister site


def test_the_sister_site_lists_exactly_three_channels(shared_dir: Path) -> None:
    body = (shared_dir / "realinput" / "sister-site-article.html").read_bytes()
    seen = look(body, "http://127.0.0.1:8000/Antonin-Bernanos-en-prison")
    found = channels([seen], home="http://127.0.0.1:8000/", name=seen.name)
    assert {p: [c.profile.account for c in cs] for p, cs in found.items()} == {
        "facebook": ["RevolutionPermanente.fr"],
        "twitter": ["RevPermanente"],
        "youtube": [UC],
    }
    assert all(cs[0].sure for cs in found.values())
    assert found["youtube"][0].profile.id == UC
    assert "linked in the header of the page" in found["twitter"][0].evidence
    assert (seen.name, seen.language) == ("Révolution Permanente", "fr-FR")
    assert [(f.url, f.guess) for f in seen.feeds] == [
        ("http://127.0.0.1:8000/spip.php?page=backend", True)
    ]
    assert len(seen.articles) > 5


# ------------------------------------------------------------------------- channels


@pytest.mark.parametrize("place", ["header", "nav", "footer", 'div class="site-footer"'])
def test_a_follow_link_in_a_fixed_place_is_the_sites(place: str) -> None:
    body = f"<{place}>{link('x.com/harbour_post')}</{place.split()[0]}>"
    assert sure(page(body)) == {"twitter": "harbour_post"}


def test_an_author_is_never_the_site() -> None:
    for body in (
        f"<div class=byline>{link('x.com/anapaz')}</div>",
        f"<div class=author-box><ul class=social>{link('x.com/anapaz')}</ul></div>",
        f"<footer><div class='post-author vcard'>{link('x.com/anapaz')}</div></footer>",
        '<a rel="author" href="https://twitter.com/anapaz">Ana Paz</a>',
        f"<article><p>{link('x.com/anapaz')}</article>",
        f"<blockquote class=twitter-tweet>{link('x.com/anapaz')}</blockquote>",
        f"<ol class=comment-list><li>{link('x.com/anapaz')}</ol>",
    ):
        found = ranked(page(body))["twitter"]
        assert [c.sure for c in found] == [False], body
        assert found[0].score < 0
        beside = page(body + f"<footer>{link('x.com/harbour_post')}</footer>")
        assert sure(beside) == {"twitter": "harbour_post"}


def test_an_author_is_known_by_name_wherever_the_link_stands() -> None:
    body = f"<header>{link('x.com/ana_harbour')}</header>"
    assert sure(page(body)) == {"twitter": "ana_harbour"}
    assert sure(page(body, '<meta name="author" content="Ana Harbour">')) == {}
    person = data({"@type": "Person", "name": "Q", "sameAs": "https://x.com/someone"})
    assert ranked(page(head=person))["twitter"][0].evidence == (
        "linked beside an author, or named like one",
    )


def test_an_authors_account_in_the_card_is_the_authors() -> None:
    head = '<meta name="twitter:creator" content="@anapaz">'
    assert sure(page(head=head)) == {}
    head += '<meta name="twitter:site" content="@harbour_post">'
    assert sure(page(head=head)) == {"twitter": "harbour_post"}
    head += '<meta name="twitter:creator" content="@harbour_post">'  # unsigned pieces
    assert not any("creator" in line for line in ranked(page(head=head))["twitter"][0].evidence)


def test_the_foot_of_an_entry_is_not_that_of_the_page() -> None:
    for part in ("entry-footer", "post-header", "widget_header"):
        assert sure(page(f"<div class={part}>{link('x.com/harbour_post')}</div>")) == {}, part


def test_what_the_organisation_says_of_itself_is_believed_where_it_is_itself() -> None:
    organisation = {
        "@type": "NewsMediaOrganization",
        "name": "Harbour Post",
        "sameAs": ["https://www.facebook.com/harbourpost", f"https://youtube.com/channel/{UC}"],
    }
    article = {"@type": "NewsArticle", "publisher": organisation}
    for node in (organisation, article):
        found = ranked(page(head=data(node)))
        assert found["facebook"][0].sure
        # A number says nothing of whose it is: a second sign is needed.
        assert not found["youtube"][0].sure
    listed = page(f"<footer>{link(f'youtube.com/channel/{UC}')}</footer>", data(organisation))
    assert sure(listed) == {"facebook": "harbourpost", "youtube": UC}


def test_two_that_may_as_well_be_meant_are_a_question() -> None:
    two = link("x.com/harbour_post") + link("x.com/harbourpost_en")
    assert sure(page(f"<header>{two}</header>")) == {}
    # Its own data names another: whatever its name, somebody must choose.
    declared = data({"@type": "Organization", "name": "H", "sameAs": "https://x.com/hp_daily"})
    assert sure(page(f"<header>{link('x.com/harbour_post')}</header>", declared)) == {}


def test_a_sections_account_is_not_the_sites() -> None:
    body = f"<header>{link('x.com/harbourlabour')}</header>"
    section = page(body, url="https://harbour.example/labour/dock-workers-stop/")
    assert sure(section) == {}
    assert "named like a section of the site" in ranked(section)["twitter"][0].evidence
    assert sure(section, page(body)) == {"twitter": "harbourlabour"}  # the front page shows it too


def test_a_foreign_name_needs_more_than_one_page() -> None:
    body = f"<footer>{link('x.com/harbour_post')}{link('instagram.com/the.postal')}</footer>"
    first, second = page(body), page(body, url=ARTICLE)
    assert sure(first) == {"twitter": "harbour_post"}
    assert sure(first, second) == {"twitter": "harbour_post"}
    body = body.replace("the.postal", "harborpost")  # something of the name, at least
    first, second = page(body), page(body, url=ARTICLE)
    assert sure(first) == {"twitter": "harbour_post"}
    assert sure(first, second) == {"twitter": "harbour_post", "instagram": "harborpost"}
    alone = f"<footer>{link('x.com/crane_themes')}</footer>"
    assert sure(page(alone), page(alone, url=ARTICLE)) == {}


def test_a_number_in_the_list_of_channels_is_one_of_them() -> None:
    body = f"<header>{link('x.com/harbour_post')}{link(f'youtube.com/channel/{UC}')}</header>"
    assert sure(page(body)) == {"twitter": "harbour_post", "youtube": UC}
    alone = f"<header>{link(f'youtube.com/channel/{UC}')}</header>"
    assert sure(page(alone)) == {}


def test_a_number_and_a_name_may_be_one_account() -> None:
    body = f"<footer>{link('youtube.com/@harbourpost')}{link(f'youtube.com/channel/{UC}')}</footer>"
    first, second = ranked(page(body))["youtube"]
    assert (first.profile.account, first.sure) == ("@harbourpost", True)
    assert f"may be the same account as {UC}" in first.evidence
    assert (second.profile.account, second.sure) == (UC, False)
    declared = {"@type": "Organization", "name": "H", "sameAs": f"https://youtube.com/channel/{UC}"}
    body = f"<footer>{link('youtube.com/@harbourpost')}</footer>"
    assert sure(page(body, data(declared))) == {"youtube": "@harbourpost"}


@pytest.mark.parametrize("account", ["WordPressDotCom", "jetpack", "yoast", "facebook", "tagDiv"])
def test_the_makers_of_the_theme_are_nobody(account: str) -> None:
    body = f"<footer>{link(f'facebook.com/{account}')}{link(f'x.com/{account}')}</footer>"
    head = f'<meta name="twitter:site" content="@{account}">'
    assert ranked(page(body, head), page(body, head, ARTICLE)) == {}


def test_a_share_link_alone_is_a_hint_and_no_more() -> None:
    share = link("twitter.com/intent/tweet?url=x&amp;via=harbour_post")
    found = ranked(page(share))["twitter"][0]
    assert (found.sure, found.evidence[0]) == (False, "share links of the page name it (via)")
    # The card's account and that of the share links are one setting of the theme.
    card = '<meta name="twitter:site" content="@crane_themes">'
    assert sure(page(share.replace("harbour_post", "crane_themes"), card)) == {}


def test_a_hand_made_page_without_classes_lists_its_channels_side_by_side() -> None:
    body = f"<p>{link('facebook.com/harbourpost')} {link('instagram.com/harbour.post')}</p>"
    assert sure(page(body)) == {"facebook": "harbourpost", "instagram": "harbour.post"}


def test_names_may_be_shortened() -> None:
    body = f"<footer>{link('x.com/RevPermanente')}</footer>"
    assert sure(page(body), name="Révolution Permanente") == {"twitter": "RevPermanente"}
    assert sure(page(body), name="Harbour Post") == {}


@pytest.mark.parametrize(
    "box",
    [
        '<iframe src="https://www.facebook.com/plugins/page.php?href=https://fb.com/harbourpost">',
        '<div class="fb-page" data-href="https://www.facebook.com/harbourpost/">',
    ],
)
def test_a_box_of_the_network_shows_the_account(box: str) -> None:
    assert sure(page(box)) == {"facebook": "harbourpost"}


# -------------------------------------------------------------------------- sources


def feed(href: str, title: str = "", kind: str = "rss+xml", more: str = "") -> str:
    return f'<link rel="alternate" type="application/{kind}" title="{title}" href="{href}"{more}>'


def test_feeds_never_hold_comments_and_the_main_one_is_first() -> None:
    head = (
        feed("/comments/feed/", "Harbour Post » Comments Feed")
        + feed("/dock-workers-stop-the-harbour/feed/", "Harbour Post » Dock Workers Feed")
        + feed("/?feed=comments-rss2")
        + feed("/a/feed/", "Kommentar-Feed")
        + feed("/category/labour/feed/", "Labour")
        + feed("/feed/", "Harbour Post » Feed")
        + feed("/feed/atom/", "Atom", "atom+xml")
        + feed("/feed.json", "JSON", "feed+json")
        + feed("/es/feed/", "Español", more=' hreflang="es"')
        + feed("/wp-json/oembed/1.0/embed", "oEmbed", "json+oembed")
        + '<meta property="og:type" content="article">'
    )
    seen = page(head=head, url=ARTICLE)
    assert [f.url.removeprefix(HOME) for f in seen.feeds] == [
        "feed/", "feed/atom/", "feed.json", "es/feed/", "category/labour/feed/",
    ]  # fmt: skip
    assert seen.feeds[0].title == "Harbour Post » Feed"
    assert seen.feeds[3].hreflang == "es"


def test_a_feed_that_only_a_link_names_is_found() -> None:
    seen = page('<footer><a href="/rss.xml">RSS</a><a href="/feedback">Write</a></footer>')
    assert [f.url for f in seen.feeds] == [HOME + "rss.xml"]


def test_the_head_of_a_wordpress_site(wordpress: Callable[..., bytes]) -> None:
    head = (
        '<link rel="https://api.w.org/" href="https://harbour.example/wp-json/">'
        '<link rel="alternate" hreflang="es-mx" href="/es/"><link rel="sitemap" href="/s.xml">'
        '<link rel="alternate" hreflang="x-default" href="/">'
        '<meta property="fb:pages" content="72000">'
        '<meta name="generator" content="WordPress 6.8">'
    )
    seen = look(wordpress(head=head, published="2026-11-20T09:30:00-03:00"), ARTICLE)
    assert (seen.name, seen.language) == ("Harbour Post", "en-US")
    assert seen.wordpress == "https://harbour.example/wp-json/"
    assert seen.languages == (("es-MX", HOME + "es/"),)
    assert seen.sitemaps == (HOME + "s.xml",)
    assert seen.page_id == "72000"
    assert timedelta(hours=-3) in {at.utcoffset() for at in seen.offsets}
    assert seen.clues == ()


def test_the_api_may_stand_in_the_header_alone() -> None:
    header = '<https://harbour.example/es/wp-json/>; rel="https://api.w.org/", </x>; rel=preload'
    seen = look(b"<html><body><p>x</p></body></html>", HOME, link_header=header)
    assert seen.wordpress == "https://harbour.example/es/wp-json/"


def test_several_pages_of_facebook_are_no_ones_number() -> None:
    assert page(head='<meta property="fb:pages" content="72000,73000">').page_id == ""


@pytest.mark.parametrize(
    ("head", "url", "name"),
    [
        ("<title>Dock Workers Stop | Harbour Post</title>", ARTICLE, "Harbour Post"),
        ("<title>Harbour Post - News of the sea</title>", HOME, "Harbour Post"),
        (data({"@type": "WebSite", "name": "The Post"}), ARTICLE, "The Post"),
        ("<title>Dock Workers Stop</title>", ARTICLE, ""),
    ],
)
def test_the_name_of_the_site(head: str, url: str, name: str) -> None:
    assert look(f"<html><head>{head}</head><body><p>x".encode(), url).name == name


def test_links_to_articles() -> None:
    words = "Dock workers stop the whole harbour"
    kept = [
        "/dock-workers-stop-the-harbour/",
        "/news/2026/11/20/12345.html",
        "/spip.php?article717",
    ]
    left = [
        "/tag/dock-workers-stop-it/", "/about", "https://other.example/dock-workers-stop-it",
        "/img/dock-workers-stop-it.jpg", "#dock-workers-stop-it",
    ]  # fmt: skip
    body = "".join(f'<a href="{href}">{words}</a>' for href in [*left, *kept, *kept])
    body += '<a href="/a-slug-of-many-words">short</a>'
    seen = page(body)
    assert list(seen.articles) == [HOME.rstrip("/") + href for href in kept]


# --------------------------------------------------------------------------- hostile

MANY = 40_000
X = "<a href='https://x.com/harbour_post'>"


@pytest.mark.parametrize(
    "body",
    [
        X * MANY,
        f"<div class='author'>{X}</a></div>" * MANY,
        "<div class='social header'>" * MANY + X,
        "<a rel=author>" * MANY,
        "<a href='/a-b-c-d-e-f' hreflang=en>" * MANY,
        "<i itemscope itemprop='sameAs' href='https://x.com/harbour_post'>" * MANY,
        "<iframe src='https://x.com/h'></iframe>" * MANY,
        f"<p class='{'-author-social-' * MANY}'>{X}",
        "".join(f"<a href='https://x.com/h{i}'>" for i in range(MANY)),
        "<link rel='alternate me sitemap' type='application/rss+xml' hreflang=en href='/f'>" * MANY,
        "<meta name='twitter:site' content='@h'><meta name=author content='A B'>" * MANY,
        data(*({"@type": "Person", "name": "A B", "sameAs": ["https://x.com/h"] * 50},) * 2000),
        data({"@type": "Organization", "publisher": [{"@id": "#o"}] * 5000, "sameAs": {"a": [1]}}),
        "<title>" + " - a | b" * MANY + "</title>",
    ],
    ids=range(14),
)
def test_a_hostile_page_ends_soon(body: str) -> None:
    begun = process_time()
    seen = page(body)
    ranked(seen, seen)
    assert process_time() - begun < 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_or_refused(
    wordpress: Callable[..., bytes], data: st.DataObject
) -> None:
    after = f"<footer>{link('x.com/h')}{link('facebook.com/h')}</footer>"
    body = bytearray(wordpress(after=after))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body)))
        junk = st.binary(max_size=8) | st.sampled_from([b"<", b'"', b"</div>", b"{", b"&#x;"])
        body[at : at + data.draw(st.sampled_from([0, 1, 5, 80]))] = data.draw(junk)
    try:
        seen = look(bytes(body), ARTICLE)
    except NotAnArticle:
        return
    for best, *rest in ranked(seen).values():
        assert not any(other.sure for other in rest)
        assert best.evidence
