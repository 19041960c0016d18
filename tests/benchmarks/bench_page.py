"""Page metadata: pages a second on one core, against a bare parse of the same bytes."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from time import process_time

from lxml import etree

from bot.site import page

URL = "https://harbour.example/2026/11/dock-workers-stop/"
PARAGRAPH = (
    '<p>The dock workers of the <a href="/tag/north">northern harbour</a> stopped work on Monday,'
    " and no crane has moved since; “we <em>will</em> not go back before the night shift is paid,”"
    " said Ana Lee, who speaks for the crews. The authority counts eleven ships outside.</p>"
)
BOX = (
    '<div class="widget widget-{0}"><ul class="menu"><li class="menu-item item-{0}">'
    '<a class="nav-link" href="/category/{0}">A rather long name of a link {0}</a></li></ul>'
    '<figure><img src="/thumb-{0}.jpg" width="120" height="80" alt=""></figure></div>'
)


def sample(size: int) -> bytes:
    """Write an article page of about `size` bytes: styles and scripts, text, boxes."""
    node = {
        "@type": "NewsArticle",
        "headline": "Dock workers stop",
        "author": {"@type": "Person", "name": "Eva Paz"},
        "datePublished": "2026-11-20T09:30:00+00:00",
    }
    fourth = size // 4
    text = "".join(
        PARAGRAPH.replace("eleven", str(i)) for i in range(max(fourth // len(PARAGRAPH), 4))
    )
    boxes = "".join(BOX.format(i) for i in range(fourth * 2 // len(BOX)))
    return (
        '<!doctype html><html lang="en"><head><title>Dock workers stop - Harbour Post</title>'
        f"<style>{'.a{color:red}' * (fourth // 13)}</style>"
        '<meta property="og:type" content="article"><meta property="og:image" content="/a.jpg">'
        '<meta property="og:description" content="No crane has moved since Monday.">'
        f'<script type="application/ld+json">{json.dumps(node)}</script></head>'
        '<body class="single"><main><article><h1>Dock workers stop</h1>'
        f'<div class="entry-content">{text}</div></article>'
        f"{boxes}</main></body></html>"
    ).encode()


def median(work: Callable[[], object], rounds: int = 40) -> float:
    """Return the median processor time of `work` in seconds."""
    times = []
    for _ in range(rounds):
        begun = process_time()
        work()
        times.append(process_time() - begun)
    return statistics.median(times)


def floor(body: bytes) -> object:
    """Parse the page and do nothing with it."""
    return etree.fromstring(body, etree.HTMLParser(encoding="utf-8"))


def main() -> None:
    """Print pages a second without fallback, and the ratio to the bare parse."""
    for size in (30_000, 75_000, 150_000):
        body = sample(size)
        read = median(lambda body=body: page.read(body, URL, fallback=False))  # type: ignore[misc]
        bare = median(lambda body=body: floor(body))  # type: ignore[misc]
        print(
            f"page of {len(body) // 1000:>3} kB: {1 / read:6.0f} pages/s,"
            f" {read / bare:4.1f} times a bare lxml parse"
        )


if __name__ == "__main__":
    main()
