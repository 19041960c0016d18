from __future__ import annotations

import json

import pytest

from bot.model import Article
from bot.site import page

URL = "https://harbour.example/2026/11/dock-workers-stop/"
TEXT = "".join(
    f"<p>The dock workers of harbour {n} stopped work on Monday, and no crane has moved.</p>"
    for n in range(1, 6)
)


def read(
    byline: str = "", *, under: str = "", head: str = "", lang: str = "en", text: str = TEXT
) -> Article:
    body = f"""<html lang="{lang}"><head><title>Dock workers stop | Harbour Post</title>
    <meta property="og:type" content="article"><meta property="og:site_name" content="Harbour Post">
    {head}</head><body><header><nav><a href="/author/nav">Nav Menu</a></nav></header>
    <main><article><h1>Dock workers stop</h1>{byline}<div class="entry-content">{text}</div>{under}
    </article></main><aside class="sidebar"><a rel="author" href="/author/x">Side Bar</a></aside>
    </body></html>"""
    return page.read(body.encode(), URL, fallback=False)


def jsonld(author: object, *more: object, publisher: object = None) -> str:
    node = {"@type": "NewsArticle", "headline": "Dock workers stop", "author": author}
    graph = [node | ({"publisher": publisher} if publisher else {}), *more]
    return f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'


ANN = {"@type": "Person", "@id": "#ann", "name": "Ann Lee"}


@pytest.mark.parametrize(
    "author",
    [
        "Ann Lee",
        ANN,
        {"@id": "#ann"},
        [{"@id": "#ann"}],
        [ANN, {"@type": "Organization", "name": "Harbour Post"}],
        {"@type": "Person", "name": ["Ann Lee"]},
        {"@type": "Person", "name": "By Ann Lee, Politics Editor"},
    ],
)
def test_jsonld_names_its_author_in_many_ways(author: object) -> None:
    assert read(head=jsonld(author, ANN)).authors == ("Ann Lee",)


@pytest.mark.parametrize("name", ["Harbour Post", "admin", "Redaktion", "desk@harbour.example"])
def test_where_jsonld_names_nobody_the_visible_byline_is_read(name: str) -> None:
    byline = '<p class="byline">By Ann Lee</p>'
    assert read(byline, head=jsonld({"@type": "Person", "name": name})).authors == ("Ann Lee",)


def test_a_site_of_ones_own_bears_its_authors_name() -> None:
    owner = {"@type": ["Person", "Organization"], "@id": "#ann", "name": "Ann Lee"}
    head = '<meta property="og:site_name" content="Ann Lee">' + jsonld(
        {"@id": "#ann"}, owner, publisher={"@id": "#ann"}
    )
    assert read(head=head).authors == ("Ann Lee",)


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">By <a rel="author">Ann Lee</a> and <a rel="author">Bo Day</a></p>',
        '<p>By <a href="/author/ann/">Ann Lee</a>, <a href="/author/bo">Bo Day</a></p>',
        '<div class="entry-meta"><span class="author vcard"><a class="url fn n">Ann Lee</a></span>'
        '<span class="author vcard"><a class="url fn n">Bo Day</a></span></div>',
        '<p itemprop="author"><span itemprop="name">Ann Lee</span></p>'
        '<p itemprop="author"><span itemprop="name">Bo Day</span></p>',
        '<div class="byline"><span>By</span><span>Ann Lee</span><span>Bo Day</span></div>',
        '<div class="article__byline">By Ann Lee and Bo Day<br>Politics editors</div>',
        '<div class="documentAuthor">Von Ann Lee und Bo Day</div>',
        "<p>By Ann Lee and Bo Day | 20 November 2026</p>",
        '<p class="auteurs">Par <span class="vcard author"><a class="fn spip_in">Ann Lee</a></span>'
        ', <span class="vcard author"><a class="url fn spip_in">Bo Day</a></span></p>',
        '<p>Par <a href="spip.php?auteur12">Ann Lee</a> et <a href="?auteur7">Bo Day</a></p>',
    ],
)
def test_a_visible_byline_is_read_however_it_is_marked(byline: str) -> None:
    assert read(byline, lang="de").authors == ("Ann Lee", "Bo Day")
    assert read(under=byline, lang="de").authors == ("Ann Lee", "Bo Day")


@pytest.mark.parametrize(
    "other",
    [
        '<div class="related"><a rel="author" href="/author/bo">Bo Day</a></div>',
        '<article><p class="byline">By Bo Day</p></article>',
        '<div class="comments"><cite class="fn author">Bo Day</cite></div>',
        '<figure><figcaption class="author">Bo Day</figcaption></figure>',
        '<blockquote class="author">Bo Day</blockquote>',
        '<p><a rel="author" href="/author/ann">View all posts by Bo Day</a></p>',
    ],
)
def test_who_wrote_something_else_is_no_author(other: str) -> None:
    assert read(under=other).authors == ()
    assert read('<p class="byline">Ann Lee</p>', under=other).authors == ("Ann Lee",)


def test_a_box_about_the_author_counts_where_no_byline_does() -> None:
    box = '<div class="author-box"><h4 class="author-name">Bo Day</h4><p>Bo Day is old.</p></div>'
    assert read(under=box).authors == ("Bo Day",)
    assert read('<p class="byline">Ann Lee</p>', under=box).authors == ("Ann Lee",)


def test_a_byline_may_stand_outside_of_what_holds_the_text() -> None:
    body = f"""<html><head><title>Dock workers stop</title></head><body><main>
    <section><div><h1>Dock workers stop</h1>{TEXT}</div></section>
    <div class="below"><p class="byline">By Ann Lee</p></div></main></body></html>"""
    assert page.read(body.encode(), URL, fallback=False).authors == ("Ann Lee",)


def test_prose_that_opens_like_a_byline_is_none() -> None:
    opening = "<p>By midnight the strike was over</p><p>By Monday Ann Lee had left.</p>"
    assert read(opening).authors == ()


@pytest.mark.parametrize(
    ("label", "shown", "expected"),
    [
        ("Written by", True, ("Ann Lee",)),
        ("Verfasst von", True, ("Ann Lee",)),
        ("Escrito por", True, ("Ann Lee",)),
        ("كتب بواسطة", True, ("Ann Lee",)),
        ("Written by", False, ()),
        ("Est. reading time", True, ()),
        ("Geschätzte Lesezeit", True, ()),
    ],
)
def test_a_card_that_tells_who_wrote_is_believed_where_the_page_shows_it(
    label: str, shown: bool, expected: tuple[str, ...]
) -> None:
    head = (
        f'<meta name="twitter:label1" content="{label}">'
        '<meta name="twitter:data1" content="Ann Lee">'
    )
    assert read("<div><b>Ann Lee</b> reports</div>" if shown else "", head=head).authors == expected


def test_what_a_newsroom_writes_for_its_own_tools_needs_not_be_shown() -> None:
    assert read(head='<meta name="parsely-author" content="Ann Lee">').authors == ("Ann Lee",)
    assert read(head='<meta name="author" content="Ann Lee">').authors == ()


def test_a_translator_in_the_byline_is_a_translator() -> None:
    article = read('<p class="byline">By Ann Lee, translated by Cy Roe</p>')
    assert (article.authors, article.translators) == (("Ann Lee",), ("Cy Roe",))


ACCOUNT = jsonld({"@type": "Person", "name": "Bo Day"})


@pytest.mark.parametrize("line", ["<p>By Ann Lee</p>", "<p><em>Article by Ann Lee</em></p>"])
def test_who_signs_the_text_wrote_it_whoever_s_account_posted_it(line: str) -> None:
    assert read(head=ACCOUNT, text=line + TEXT).authors == ("Ann Lee",)
    assert read(head=ACCOUNT, text=TEXT + line).authors == ("Ann Lee",)


@pytest.mark.parametrize("line", ["<p>By Monday</p>", "<p>By Ann</p>", "<h2>By Ann Lee</h2>"])
def test_what_only_opens_like_a_signature_leaves_the_account(line: str) -> None:
    assert read(head=ACCOUNT, text=line + TEXT).authors == ("Bo Day",)


def test_a_signature_in_the_middle_of_a_text_is_part_of_it() -> None:
    assert read(head=ACCOUNT, text=f"{TEXT}<p>By Ann Lee</p>{TEXT}").authors == ("Bo Day",)


def test_who_is_marked_as_translator_is_no_author() -> None:
    article = read(
        '<div class="author contributor"><span>Written by</span><a class="name">Ann Lee</a></div>'
        '<div class="translator contributor"><span>Put into English by</span>'
        '<a class="name">Cy Roe</a></div>'
    )
    assert (article.authors, article.translators) == (("Ann Lee",), ("Cy Roe",))


def test_a_headline_is_no_byline() -> None:
    body = f"""<html lang="de"><title>Von Lima, Quito und ganz Bolivien</title><body><main>
    <h1>Von Lima, Quito und Bolivien</h1><div class="entry-content">{TEXT}</div></main></body>"""
    assert page.read(body.encode(), URL, fallback=False).authors == ()


def test_a_byline_may_begin_with_a_bar() -> None:
    assert read("<div><i>| By </i><b>Ann Lee</b> | <time>13 May</time></div>").authors == (
        "Ann Lee",
    )


@pytest.mark.parametrize(
    "line",
    ["Von Ann Lee, 22. November 2026", "Ann Lee", "Sonntag, 22. November 2026, 14:30 Uhr"],
)
def test_a_line_that_tells_only_who_and_when_is_no_text(line: str) -> None:
    first = f"<p>{line}</p>"
    article = read(head=jsonld(ANN), text=first + TEXT, lang="de")
    assert article.body[0].startswith("The dock workers of harbour 1")


@pytest.mark.parametrize("line", ["Ann Lee weint", "November 2026", "Von Lima nach Quito"])
def test_a_line_that_tells_more_than_who_and_when_is_text(line: str) -> None:
    assert read(head=jsonld(ANN), text=f"<p>{line}</p>{TEXT}", lang="de").body[0] == line
