from __future__ import annotations

import pytest

from bot.model import Article, Kind
from bot.site import page
from bot.site.page._headline import without_site

URL = "https://harbour.example/2026/11/dock-workers-stop/"
TEXT = "".join(
    f"<p>The dock workers of harbour {n} stopped work on Monday, and no crane has moved.</p>"
    for n in range(1, 6)
)


def read(main: str, title: str = "Dock workers stop | Harbour Post", head: str = "") -> Article:
    body = f"""<html lang="en"><head><title>{title}</title>{head}</head>
    <body><main>{main}<div class="entry-content">{TEXT}</div></main></body></html>"""
    return page.read(body.encode(), URL, fallback=False)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Dock workers stop - Harbour Post", "Dock workers stop"),
        ("Dock workers stop | HarbourPost", "Dock workers stop"),
        ("Dock workers stop | Labour | Harbour Post", "Dock workers stop | Labour"),
        ("Dock workers stop | Harbour Post | News from the sea", "Dock workers stop"),
        ("Harbour Post » Dock workers stop", "Dock workers stop"),
        ("Dock workers stop – and start", "Dock workers stop – and start"),
        ("Harbour Post", "Harbour Post"),
        ("Dock workers: Harbour Post is closed", "Dock workers: Harbour Post is closed"),
    ],
)
def test_the_name_of_the_site_leaves_either_end_of_a_title(title: str, expected: str) -> None:
    assert without_site(title, ["Harbour Post", "harbour.example"]) == expected


@pytest.mark.parametrize(
    "main",
    [
        '<h1><a href="/">The Harbour Blog</a></h1><h2>Dock workers stop</h2>',
        '<h1>The Harbour Blog</h1><h2 class="entry-title"><a href="/x/">Dock workers stop</a></h2>',
        '<h1>The Harbour Blog</h1><div class="post-title">Dock workers stop</div>',
        "<h1>Dock workers stop</h1><h2>Dock workers of all lands</h2>",
    ],
)
def test_the_headline_may_stand_under_the_name_of_the_site(main: str) -> None:
    title = "Dock workers stop « The Harbour Blog « Blog Archive"
    assert read(main, title).headline == "Dock workers stop"


def test_a_link_to_another_article_is_no_headline() -> None:
    main = "<h1>Crews leave the quay</h1><h3>Dock workers stop for a second day</h3>"
    assert read(main, "Crews leave the quay").headline == "Crews leave the quay"


@pytest.mark.parametrize(
    "inside",
    [
        '<span class="kicker">Opinion</span> Dock workers stop',
        '<span class="dachzeile">Opinion</span><span class="headline">Dock workers stop</span>',
        '<div class="topic-label">Opinion</div>Dock workers stop<small>2 May 2026</small>',
        '<time>2 May 2026</time> <span class="roofline">Opinion</span>Dock workers stop',
        '<span class="fake-h5">Opinion</span><span class="invisible">: </span>Dock workers stop',
    ],
)
def test_what_is_set_beside_the_headline_in_its_heading_is_none_of_it(inside: str) -> None:
    article = read(f"<h1>{inside}</h1>", "Opinion: Dock workers stop")
    assert (article.headline, article.kind) == ("Dock workers stop", Kind.OPINION)


def test_emphasis_in_a_headline_stays() -> None:
    inside = 'Dock <em>workers</em> stop <span class="nowrap">at noon</span>'
    assert read(f"<h1>{inside}</h1>", "Dock workers stop").headline == "Dock workers stop at noon"


@pytest.mark.parametrize(
    "under",
    [
        "<p>Harbour Post | 04.05.2026 at 13:36</p>",
        "<p>Published 21 November 2026 · Labour</p>",
        "<p>Read it</p>",
    ],
)
def test_a_line_that_tells_who_and_when_is_no_dek(under: str) -> None:
    assert read(f"<h1>Dock workers stop</h1>{under}").dek == ""


def test_the_dek_stands_above_the_text() -> None:
    dek = '<p class="standfirst">No crane has moved since Monday morning.</p>'
    assert (
        read(f"<h1>Dock workers stop</h1>{dek}").dek == "No crane has moved since Monday morning."
    )


@pytest.mark.parametrize(
    "trail",
    [
        '<nav class="breadcrumb"><a href="/">Home</a> › <a href="/opinion/">Opinion</a></nav>',
        '<p class="fil-ariane"><a href="/">Accueil</a> &gt; <a href="/o">Opinion</a>'
        f' &gt; <a href="{URL}">Dock workers stop</a></p>',
    ],
)
def test_a_visible_trail_tells_the_section_and_with_it_the_kind(trail: str) -> None:
    article = read(f"{trail}<h1>Dock workers stop</h1>")
    assert (article.section, article.kind) == ("Opinion", Kind.OPINION)


def test_text_without_paragraphs_beside_small_ones_is_found() -> None:
    lines = TEXT.replace("<p>", "").replace("</p>", "<br>")
    body = f"""<html><head><title>Dock workers stop</title></head><body><div><h1>Dock workers
    stop</h1><div>{lines}</div><p>Links</p></div></body></html>"""
    article = page.read(body.encode(), URL, fallback=False)
    assert article.body[0].startswith("The dock workers of harbour 1")
    assert "Links" not in article.body
