"""Sitemaps and listing pages: what reading one costs, against a bare parse of the same bytes."""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from lxml import etree

from bot.site import links, sitemap

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://harbour.example/sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset'
    ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)
NEWS = (
    "<url><loc>https://harbour.example/2026/11/{0}/dock-workers-stop/?a=1&amp;b=2</loc><news:news>"
    "<news:publication><news:name>Harbour Post</news:name><news:language>en</news:language>"
    "</news:publication><news:publication_date>2026-11-22T08:30:00+01:00</news:publication_date>"
    "<news:title>Dock workers stop the harbour &amp; eleven ships wait {0}</news:title>"
    "<news:keywords>Labour, Ports</news:keywords></news:news></url>"
)
PLAIN = (
    "<url><loc>https://harbour.example/20{1}/11/{0}/dock-workers-stop/</loc>"
    "<lastmod>20{1}-11-22T10:00:00+00:00</lastmod></url>"
)
STORY = (
    '<article class="teaser"><a href="/2026/11/{0}/dock-workers-stop/"><img src="/{0}.jpg" alt="">'
    '</a><h2><a href="/2026/11/{0}/dock-workers-stop/">Dock workers stop the harbour {0}</a></h2>'
    '<p>No crane has moved since Monday, and <a href="/author/eva-paz/">Eva Paz</a> was there.</p>'
    "</article>"
)


def samples() -> dict[str, bytes]:
    """Write sitemaps: of news, of the changes of this week, and of an archive."""
    kinds = {
        "1,000 news": (NEWS.format(n) for n in range(1000)),
        "10,000 pages changed this week": (PLAIN.format(n, 26) for n in range(10_000)),
        "30,000 pages, old ones": (PLAIN.format(n, 19) for n in range(30_000)),
    }
    return {name: (HEAD + "".join(items) + "</urlset>").encode() for name, items in kinds.items()}


def floor(body: bytes) -> None:
    """Take the texts out of a sitemap and do nothing with them."""
    for _, element in etree.iterparse(io.BytesIO(body), tag="{*}url"):
        {each.tag: each.text for each in element.iter()}
        element.clear()


def median(act: Callable[[], object]) -> float:
    """Give the median CPU seconds of a few runs."""
    spent = []
    for _ in range(5):
        began = process_time()
        act()
        spent.append(process_time() - began)
    return statistics.median(spent)


def main() -> None:
    """Print CPU time of each, and the ratio to the bare parse."""
    for name, body in samples().items():
        read = median(lambda body=body: sitemap.read(body, URL, now=NOW))  # type: ignore[misc]
        bare = median(lambda body=body: floor(body))  # type: ignore[misc]
        print(
            f"sitemap of {name}: {1000 * read:6.0f} ms, {read / bare:4.1f} times a plain iterparse"
        )
    page = (
        f"<html><body><main>{''.join(map(STORY.format, range(100)))}</main></body></html>".encode()
    )
    read = median(lambda: links.read(page, URL, now=NOW))
    bare = median(lambda: etree.fromstring(page, etree.HTMLParser(encoding="utf-8")))
    print(
        f"page of 100 articles: {1000 * read:6.1f} ms, {read / bare:4.1f} times a bare lxml parse"
    )


if __name__ == "__main__":
    main()
