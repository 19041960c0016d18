"""How many of the addresses that people call an article's are taken for one.

A listing page knows an article by its link alone: by the address, and by the words
that lead there. The addresses are those of pages whose title or date people wrote
down; front pages are not counted. Whether a link that was taken is an article,
nobody wrote down: `links` prints some, to be judged by eye.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import NotASource
from bot.identity import url_key
from bot.site import _permalink, links
from tests.truth import corpora

HELD = ("trafilatura", "htmldate", "postlight")


def measure(folder: Path, *, show: int = 0) -> None:
    """Print how the addresses of known articles are judged, and `show` links of pages."""
    held = [page for name, pages in corpora.load(folder).items() if name in HELD for page in pages]
    articles = {url_key(page.url): page.url for page in held if page.title or page.date}
    addresses = [url for url in articles.values() if urlsplit(url).path.strip("/")]
    open_to = [url for url in addresses if _permalink.could_be_article(url)]
    alone = [u for u in open_to if _permalink.is_marked(u) or _permalink.words(u) >= 3]
    headed = [u for u in open_to if u in set(alone) or _permalink.words(u)]
    print(f"links: {len(addresses)} addresses of articles")
    for what, found in (
        ("taken with a link of some words", alone),
        ("taken under a headline", headed),
        ("not refused", open_to),
    ):
        print(f"  {what:34}{len(found):>5}  {len(found) / len(addresses):.1%}")
    if show:
        _show(held, show)


def _show(held: list[corpora.Page], count: int) -> None:
    chance = random.Random(77)
    for page in chance.sample(held, len(held)):
        try:
            listing = links.read(page.body(), page.url, now=datetime.now(UTC))
        except NotASource:
            continue
        if listing.entries and count:
            entry = chance.choice(listing.entries)
            print(f"{entry.url[:110]} | {entry.title[:60]}")
            count -= 1


if __name__ == "__main__":
    measure(Path(sys.argv[1]), show=60)
