"""Whether the addresses that real pages give themselves are known to be one, and no two pages.

A page is stored under the address at which it was found. Its canonical and og:url, its AMP
and its mobile address are other names of it, as far as the site tells the truth: of those
that are spelt differently, how many are found to be the same? And do two pages of different
titles ever share a key? They must not: the second would never get a post.

    python -m tests.truth.identity CORPORA [--show]
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import NotAnArticle
from bot.identity import keys_of, normal_title, url_key
from bot.model import Article
from bot.site._document import Document
from tests.truth._pages import Stored, pages


def measure(corpora: Path, *, show: bool = False) -> None:
    """Print how many other names of a page are found, and which pages are taken for one."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    owners: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    stored = 0
    for page in pages(corpora):
        try:
            doc = Document(page.body, page.url, "")
        except NotAnArticle:
            continue  # stored empty
        stored += 1
        for name, one, other in _pairs(page, doc):
            found = url_key(one) == url_key(other)
            kind = "as it is" if one == other else "found" if found else "missed"
            counts[name][kind] += 1
            if show and kind == "missed":
                print(f"{name}: {one}\n    {other}")
        article = Article(url=page.url, headline="", canonical=doc.link("canonical"))
        for key in keys_of(article):
            owners[key][page.url] = normal_title(doc.title)
    for name, count in counts.items():
        differing = count["found"] + count["missed"]
        print(f"{name}: {differing} spelt differently, {count['found']} of them found to be one")
    several = [pages_of for pages_of in owners.values() if len(set(pages_of.values())) > 1]
    print(f"{stored} pages; keys that pages of different titles share: {len(several)}")
    for pages_of in several if show else ():
        print("    ", pages_of)


def _pairs(page: Stored, doc: Document) -> Iterator[tuple[str, str, str]]:
    canonical, og_url = doc.link("canonical"), doc.absolute(doc.meta("og:url"))
    names = {"address": page.url, "canonical": canonical, "og:url": og_url}
    for (name, one), (other_name, other) in combinations(names.items(), 2):
        if _is_page(one) and _is_page(other):
            yield f"{name} and {other_name}", one, other
    for name in ("amphtml", "mobile"):
        other = doc.link(name) if name == "amphtml" else _mobile(doc)
        if _is_page(canonical) and _is_page(other):
            yield f"canonical and {name}", canonical, other


def _mobile(doc: Document) -> str:
    for link in doc.links.get("alternate", ()):
        if "640" in (link.get("media") or ""):
            return doc.absolute(link.get("href"))
    return ""


def _is_page(url: str) -> bool:
    """Tell whether it is the address of one page: a front page is a lazy answer."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.path.strip("/") or parts.query)


if __name__ == "__main__":
    measure(Path(sys.argv[1]), show="--show" in sys.argv)
