"""Pages made to crash or to delay: each ends soon, as an article or as none."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotAnArticle
from bot.model import Article
from bot.site import MAX_BYTES, page
from bot.site.page import _body

URL = "https://harbour.example/dock-workers-stop/"
MANY = 50_000
LD = "<script type='application/ld+json'>"

IN_BODY = {
    "deep": "<div>" * MANY,
    "deep inline": "<p>" + "<span class=a>" * MANY + "text " * 100,
    "links": "<a href='/x?id_article=1'>l</a>" * 2 * MANY,
    "links in one paragraph": "<p>" + "<a href='/x'>l</a>" * 2 * MANY,
    "paragraphs": "".join(f"<p>word {i} word word word word word word word" for i in range(MANY)),
    "pictures": "<figure><img src=x.jpg><figcaption>c</figcaption></figure>" * (MANY // 2),
    "headlines": "<h1>Dock Workers</h1>" * MANY,
    "dates": "<span class=date>13 juin 2019</span>" * MANY,
    "one class": f"<p class='{'-section-' * 3 * MANY}'>x</p>",
    "microdata": "<i itemprop='datePublished author image articleBody'>x</i>" * MANY,
    "containers": "<div class='entry-content'>" * 200 + "<p>word word word word word" * MANY,
    "quotations": "<p>" + "“" * 4 * MANY,
    "first published": "<p>First published in Spanish on July 26 in " * 20 * 100,
    "bylines": "<div class=byline>Ann Lee 3 and</div>" * MANY,
    "nested bylines": "<div class=byline>By " * MANY,
    "nobodies": "<a rel=author href='/author/x'>admin</a>" * MANY,
    "kickers": "<h1>Dock Workers Stop" + "<i class=kicker>x</i>" * MANY + "</h1>",
    "subheads": "<h2>Dock Workers Stop the Harbour</h2>" * MANY,
    "trails": "<ol class=breadcrumb><a href='/x'>" * MANY,
    "bare lines": "<div>a line that is long enough to be taken for a line of text" * MANY,
    "bad base": "<base href='http://[::1'>",
}
IN_HEAD = {
    "metas": "<meta property='og:image' content='/logo.png'>" * MANY,
    "quotes": LD + '{"' + '\\"' * 4 * MANY + "</script>",
    "nested lists": LD + "[" * 4 * MANY + "</script>",
    "nested graphs": LD + '{"@graph":' * MANY + "</script>",
    "comments": LD + "/*" * 4 * MANY + "</script>",
    "odd types": LD
    + '{"@type":["Article",5,{}],"headline":{},"author":[[1],{"name":[2,"Eva Paz"]}],'
    '"image":[[],{"url":[{}]},7],"datePublished":5,"keywords":{"a":1},"publisher":"x"}</script>',
    "long title": "<title>" + " - a | b" * 4 * MANY + "</title>",
}


def read_or_refuse(body: bytes) -> Article | None:
    try:
        return page.read(body[:MAX_BYTES], URL, fallback=False)
    except NotAnArticle:
        return None


@pytest.mark.parametrize("name", [*IN_BODY, *IN_HEAD])
def test_a_hostile_page_ends_soon(wordpress: Callable[..., bytes], name: str) -> None:
    body = wordpress(after=IN_BODY.get(name, ""), head=IN_HEAD.get(name, ""))
    begun = process_time()
    article = read_or_refuse(body)
    assert process_time() - begun < 3
    assert article is None or article.headline.startswith("Dock Workers Stop")


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 10**6,
        b"&" * 10**6,
        b"\0" * 10**6,
        bytes(range(256)) * 4000,
        b"<a " + b"a=b " * 10**6,
        b"<!--" * 10**5,
        b"\xff\xfe<\0h\0",
    ],
)
def test_what_is_hardly_a_page_is_refused_soon(body: bytes) -> None:
    begun = process_time()
    assert read_or_refuse(body) is None
    assert process_time() - begun < 2


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_or_refused_but_never_crashes(
    wordpress: Callable[..., bytes], data: st.DataObject
) -> None:
    body = bytearray(wordpress())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body)))
        cut = data.draw(st.sampled_from([0, 1, 5, 80]))
        body[at : at + cut] = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b"<", b'"', b"</div>", b"{", b"\\u", b"&#x;", b"<p>"])
        )
    article = read_or_refuse(bytes(body))
    assert article is None or article.headline


def test_boxes_inside_of_boxes_measure_each_paragraph_once(
    wordpress: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []
    monkeypatch.setattr(_body, "_length", lambda element: measured.append(element) or 50)
    read_or_refuse(wordpress(after="<div class='entry-content'>" * 50 + "<p>word" * 400))
    assert len(measured) < 600
