from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotASource
from bot.model import Listing
from bot.site import _permalink, links

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/"
HEADLINE = "Dock workers stop the northern harbour"


def read(*body: str, url: str = URL, head: str = "<title>Harbour Post</title>") -> Listing:
    page = f'<!doctype html><html lang="pt-BR"><head>{head}</head><body>{"".join(body)}</body>'
    return links.read(page.encode(), url, "text/html; charset=utf-8", now=NOW)


def found(*body: str, url: str = URL) -> list[tuple[str, str]]:
    entries = read(*body, url=url).entries
    return [(entry.url.removeprefix("https://harbour.example"), entry.title) for entry in entries]


def a(href: str, words: str = HEADLINE) -> str:
    return f'<a href="{href}">{words}</a>'


HOME = f"""
<header class="site-header"><a href="/">Harbour Post</a>
  <nav><a href="/about-our-small-newspaper/">About our small newspaper</a></nav></header>
<ul class="main-menu"><li><a href="/tag/the-whole-harbour/">Everything on the harbour</a></li></ul>
<main>
  <article><a href="/2026/11/22/dockers-stop/"><img src="/a.jpg" alt=""></a>
    <header class="entry-header">
    <h2><a href="/2026/11/22/dockers-stop/">{HEADLINE}</a></h2></header>
    <p>By <a href="/author/eva-paz/">Eva Paz, our reporter</a> in
    <a href="/category/work-and-life/">Work and life in the city</a></p>
    <a href="/2026/11/22/dockers-stop/#respond">14 readers have written a comment</a>
    <a href="https://social.example/share?u=x">Share this with all your friends</a></article>
  <article><a href="eleven-ships-wait-outside.html#more">
    <h3>Eleven ships wait</h3><p>Two of them carry grain, says the port authority.</p></a></article>
  <article><h3><a href="spip.php?article717">Que lutam os estivadores</a></h3></article>
</main>
<aside class="widget">
  <a href="/2019/old-but-popular-story/">An old but popular story of ours</a></aside>
<div class="nav-links"><a href="/page/2/">Older stories of the harbour</a></div>
<footer><a href="/politica-de-privacidade/">A nossa política de privacidade</a></footer>
"""


def test_of_a_home_page_the_articles_are_read_in_their_order() -> None:
    assert found(HOME) == [
        ("/2026/11/22/dockers-stop/", HEADLINE),
        ("/eleven-ships-wait-outside.html", "Eleven ships wait"),
        ("/spip.php?article717", "Que lutam os estivadores"),
    ]


def test_the_page_tells_title_and_language_and_spip_its_number() -> None:
    listing = read(HOME)
    assert (listing.title, listing.language) == ("Harbour Post", "pt")
    assert [entry.cms_id for entry in listing.entries][-1] == "spip:717@harbour.example"
    assert all(entry.published_at is None for entry in listing.entries)


@pytest.mark.parametrize(
    "href",
    [
        "/2026/11/22/a-story-of-ships/",
        "/politics/eleven-ships-wait-outside",
        "/eleven_ships_wait.html",
        "/news/ships-48213",
        "/48213-ships.html",
        "/a/4821377",
        "/spip.php?article717",
        "/article717.html",
        "/spip.php?page=article&id_article=717",
        "/Os-estivadores-param-o-porto",
        "/?p=123",
        "/news.php?id=4711",
        "/noticias/eleven-ships-wait/I7QCHL6HAZCBBIROIOUNHFGB5I/",
        "/noticias/eleven-ships-wait/index.html",
        "/themen/arbeit/elf-schiffe-warten-draussen",
        "/archive/2026/11/eleven-ships-wait/",
        "/%D8%B9%D9%85%D8%A7%D9%84-%D8%A7%D9%84%D9%85%D9%8A%D9%86%D8%A7%D8%A1-%D9%8A%D8%B6%D8%B1",
        "http://www.harbour.example/eleven-ships-wait",
        "/eleven-ships-wait?utm_source=home",
        "/new-privacy-law-stops-the-harbour-police-today",
    ],
)
def test_what_looks_like_an_article_is_taken(href: str) -> None:
    assert len(found(a(href))) == 1


@pytest.mark.parametrize(
    "href",
    [
        "/",
        "#top",
        "/news/",
        "/2026/11/",
        "/tag/eleven-ships-wait-outside/",
        "/category/work-and-life-here/",
        "/author/eva-maria-paz/",
        "/autores/eva-maria-paz-12345/",
        "/page/12345/",
        "/search/the-whole-harbour",
        "/?s=ships",
        "/?cat=1234",
        "/wp-login.php?redirect_to=eleven-ships-wait",
        "/eleven-ships-wait/feed/",
        "/eleven-ships-wait/comment-page-2/",
        "/eleven-ships-wait/?replytocom=77",
        "/eleven-ships-wait/?share=twitter",
        "/?p=123&preview=true",
        "/uploads/2026/11/eleven-ships-wait.jpg",
        "/files/eleven-ships-wait.pdf",
        "/spip.php?page=recherche&id_article=717",
        "/spip.php?rubrique12",
        "/index.php?option=com_content&view=category&id=1505",
        "/-Politica-e-trabalho-",
        "/_Eva-Maria-Paz_",
        "/+-palavra-chave-longa-+",
        "/politica-de-privacidad",
        "/mentions-legales-du-site",
        "/video/",
        "mailto:eleven-ships-wait@harbour.example",
        "javascript:void(0)",
        "tel:+1234567890",
        "https://other.example/eleven-ships-wait-outside",
        "https://es.harbour.example/eleven-ships-wait-outside",
        "http://[::1/eleven-ships-wait",
        "",
    ],
)
def test_what_looks_like_something_else_is_not(href: str) -> None:
    assert found(a(href)) == []


def test_the_words_of_a_link_must_make_up_for_a_short_slug() -> None:
    assert found(a("/gaza", "Gaza")) == []
    assert found(a("/gaza", HEADLINE)) == []
    assert found(f"<h2>{a('/gaza')}</h2>") == [("/gaza", HEADLINE)]
    assert found(a("/eleven-ships-wait", "Read on")) == []
    assert found(a("/eleven-ships-wait-4711", "Read on")) == [
        ("/eleven-ships-wait-4711", "Read on")
    ]


def test_the_headline_stands_before_teaser_and_read_on() -> None:
    address = "/2026/11/22/dockers-stop/"
    teaser = a(address, "No crane has moved since Monday, and eleven ships wait outside " * 6)
    assert found(a(address, "Read on"), f"<h3>{a(address)}</h3>", teaser) == [(address, HEADLINE)]
    assert found(a(address, "Read on"), a(address), teaser) == [(address, HEADLINE)]
    short = a(address, "No crane has moved since Monday, says the authority of the port")
    assert found(f"<h3>{a(address)}</h3>", short) == [(address, HEADLINE)]


def test_an_address_is_told_once_however_it_is_spelt() -> None:
    body = (
        a("/eleven-ships-wait/#a") + a("/eleven-ships-wait?utm_source=x") + a("/eleven-ships-wait")
    )
    assert found(body) == [("/eleven-ships-wait/", HEADLINE)]


def test_the_page_does_not_list_itself() -> None:
    url = "https://harbour.example/2026/11/eleven-ships-wait/"
    assert found(a(url), a("?utm_source=x"), a("#comments"), url=url) == []


@pytest.mark.parametrize(
    "around",
    [
        "<nav>{}</nav>",
        "<footer>{}</footer>",
        "<aside>{}</aside>",
        '<div role="navigation">{}</div>',
        '<div class="widget_sidebar sidebar">{}</div>',
        '<section id="most-popular">{}</section>',
        '<div class="cookie-notice"><p>{}</p></div>',
        '<ul class="breadcrumbs"><li>{}</li></ul>',
    ],
)
def test_what_stands_beside_the_articles_is_left_out(around: str) -> None:
    others = "".join(a(f"/story-number-{n}-of-ships") for n in "abcd")
    body = others + around.format(a("/beside-the-main-news", "Something beside the news"))
    assert len(found(body)) == 4


def test_a_frame_of_the_whole_page_is_no_sidebar_whatever_it_is_called() -> None:
    body = "".join(a(f"/story-number-{n}-of-ships") for n in "abcd")
    assert len(found(f'<div class="content-sidebar-wrap">{body}</div>')) == 4


def test_a_base_is_followed_and_a_page_has_an_end() -> None:
    many = "".join(a(f"story-of-ships-{n}") for n in range(1000, 1400))
    listing = read(many, head='<base href="https://harbour.example/news/">')
    assert len(listing.entries) == links.MAX_ENTRIES
    assert listing.entries[0].url == "https://harbour.example/news/story-of-ships-1000"


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b" "])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(NotASource):
        links.read(body, URL, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        '<div class="sidebar">' * 3000 + a("/eleven-ships-wait") * 3000,
        a("/eleven-ships-wait" + "/" * 50_000) * 50,
        a("/eleven-ships-wait", "<b>" * 1000 + "x" * 100_000) * 20,
        a("/" + "-" * 200_000 + "x"),
        a("/?" + "a&" * 100_000) * 5,
    ],
)
def test_hostile_pages_cost_little(body: str) -> None:
    began = process_time()
    read(body)
    assert process_time() - began < 8


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_no_address_raises(href: str, words: str) -> None:
    page = f'<html><body><h2><a href="{href}">{words}</a></h2><a href="/{href}">{words}</a></body>'
    links.read(page.encode("utf-8", "replace"), URL, now=NOW)
    for url in (f"https://h.example/{href}", f"https://h.example/?{href}"):
        _permalink.words(url), _permalink.is_marked(url), _permalink.could_be_article(url)
