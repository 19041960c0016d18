"""What one page tells of its site: its name, its sources, its channels.

`look` reads a page, `channels` weighs what several pages of a site say. Both
are pure: nothing is fetched, and nothing that is found is trusted to exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from bot.identity import same_site
from bot.site import _permalink as permalink
from bot.site._document import Document
from bot.site._jsonld import Graph
from bot.site.discover import _evidence, _self, _sources
from bot.site.discover._clues import Clue, clues
from bot.site.discover._evidence import Candidate
from bot.site.discover._profile import Profile, profile
from bot.site.discover._sources import FeedLink

__all__ = ["Candidate", "Clue", "FeedLink", "Profile", "Seen", "channels", "look", "profile"]

MAX_ARTICLES: Final = 25
MAX_LINKS: Final = 2000  # looked at for articles


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page told of its site. Whatever it did not tell is empty."""

    url: str
    name: str = ""
    language: str = ""  # as declared, “en” or “pt-BR”
    feeds: tuple[FeedLink, ...] = ()  # never of comments; the whole site's first
    sitemaps: tuple[str, ...] = ()
    wordpress: str = ""  # the root of its API
    languages: tuple[tuple[str, str], ...] = ()  # code and address of the same page
    clues: tuple[Clue, ...] = ()
    articles: tuple[str, ...] = ()  # links of the site that look like articles
    page_id: str = ""  # of the Facebook Page
    offsets: tuple[datetime, ...] = ()  # dates, each with the offset it was written with


def look(body: bytes, url: str, charset: str = "", *, link_header: str = "") -> Seen:
    """Read a page for what it tells of its site; what is no web page is NotAnArticle.

    `link_header` is the ``Link`` header of the answer, in which WordPress names its API.
    """
    doc = Document(body, url, charset)
    scripts = doc.root.iter("script")
    graph = Graph(s.text or "" for s in scripts if "ld+json" in (s.get("type") or "").lower())
    return Seen(
        url=url,
        name=_self.name(doc, graph),
        language=_self.language(doc),
        feeds=_sources.feeds(doc),
        sitemaps=_sources.sitemaps(doc),
        wordpress=_sources.wordpress(doc, link_header),
        languages=_sources.languages(doc),
        clues=clues(doc, graph),
        articles=tuple(dict.fromkeys(islice(_articles(doc), MAX_ARTICLES))),
        page_id=_page_id(doc),
        offsets=_self.offsets(doc, graph),
    )


def channels(pages: Sequence[Seen], *, home: str, name: str) -> dict[str, tuple[Candidate, ...]]:
    """Rank by platform the accounts that these pages of a site show, the best first.

    Without a `name` that of the first page counts. Only the first of each can be
    sure, and it is so only where the site shows the account as its own and no other
    may as well be meant.
    """
    name = name or next((page.name for page in pages if page.name), "")
    return _evidence.weigh([(page.url, page.clues) for page in pages], home, [name] if name else [])


def _page_id(doc: Document) -> str:
    """Give the number of the Facebook Page that may read the site's figures, if it is one."""
    told = ",".join(doc.metas("fb:pages", "fb:page_id", "fb:profile_id"))
    numbers = set(re.findall(r"\d{5,20}", told))
    return numbers.pop() if len(numbers) == 1 else ""


def _articles(doc: Document) -> Iterator[str]:
    """List the links that look like an article's: by their address, and with words to click."""
    for a in islice(doc.root.iter("a"), MAX_LINKS):
        address = a.get("href") or ""
        if not 8 < len(address) < 500 or len("".join(islice(a.itertext(), 20)).strip()) < 20:
            continue
        url = doc.absolute(address).partition("#")[0]
        if (
            url != doc.url
            and same_site(url, doc.url)
            and permalink.could_be_article(url)
            and (permalink.is_marked(url) or permalink.words(url) > permalink.ENOUGH_WORDS)
        ):
            yield url
