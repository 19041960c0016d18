"""The sources that a page's head names: feeds, sitemaps, WordPress's API, other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot.identity import same_site, url_key
from bot.site._document import Document, plain
from bot.site.discover._self import code

MAX_FEEDS: Final = 30
MAX_LINKS: Final = 2000  # looked at
MAX_LANGUAGES: Final = 40

_FEED_TYPE = re.compile(r"\s*(?:application|text)/(?:(?:rss|atom|rdf)\+xml|feed\+json)\b", re.I)
_LINKED_FEED = re.compile(
    r"(?:/(?:feed|rss|atom|backend)/?|[/.](?:rss|rdf|atom)(?:\.xml)?|/(?:feed|rss2?|atom|index)\.xml)"
    r"(?:[?#].*)?$|[?&](?:page=backend|feed=(?:rss2?|atom))(?:&|$)|spip\.php\?page=backend",
    re.IGNORECASE,
)
_FEED_TRACES: Final = ("feed", "rss", "atom", "rdf", "backend", "xml")
_COMMENTS = re.compile(
    r"comments?(?:[-_/ ]|$)|commentaire|kommentar|coment[aá]ri|commenti|yorum|تعليق"
    r"|r[ée]actions?\b",
    re.IGNORECASE,
)
# Feeds of a part of the site: they stand behind the one of all of it.
_PARTIAL = re.compile(
    r"/(?:author|autor|auteur|tags?|category|categoria|kategorie|topics?|section|search|podcasts?"
    r"|videos?|users?)/|[?&](?:s|cat|tag|author|id_rubrique|id_mot|id_auteur)=",
    re.IGNORECASE,
)
_API: Final = "https://api.w.org/"
_HEADER_API = re.compile(r"<([^<>]{1,2000})>\s*;[^<,]{0,200}\brel=\"?https://api\.w\.org/", re.I)
_SPIP: Final = ("spip.php", "squelettes/", "squelettes-dist/", "spip_logo", "local/cache-vignettes")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed as a page names it; a guess where only the site's kind suggests it."""

    url: str
    title: str = ""
    hreflang: str = ""
    guess: bool = False


def feeds(doc: Document) -> tuple[FeedLink, ...]:
    """List the feeds of the site's articles, the one of the whole site first.

    Feeds of comments are never among them. Where the head names none, links of
    the page that look like feeds count, and on SPIP the place where it has one.
    """
    found: dict[str, FeedLink] = {}
    for feed in _named(doc):
        found.setdefault(url_key(feed.url), feed)
    for feed in () if found else _linked(doc):
        found.setdefault(url_key(feed.url), feed)
    if not found and _is_spip(doc):
        guess = urljoin(doc.url, "/spip.php?page=backend")
        found[guess] = FeedLink(guess, guess=True)
    ranked = sorted(found.values(), key=lambda feed: _rank(feed, doc))
    return tuple(ranked[:MAX_FEEDS])


def _named(doc: Document) -> Iterator[FeedLink]:
    for link in (*doc.links.get("alternate", ()), *doc.links.get("feed", ()))[:MAX_LINKS]:
        kind = (link.get("type") or "").strip().lower()
        url = doc.absolute(link.get("href"))
        feed = FeedLink(url, plain(link.get("title")), code(link.get("hreflang")))
        is_feed = _FEED_TYPE.match(kind) or (not kind and "feed" in (link.get("rel") or "").lower())
        if url and is_feed and not _of_comments(feed, doc):
            yield feed


def _linked(doc: Document) -> Iterator[FeedLink]:
    for a in islice(doc.root.iter("a"), MAX_LINKS):
        address = a.get("href") or ""
        traced = any(trace in address for trace in _FEED_TRACES)
        if traced and _LINKED_FEED.search(address[:500]) and (url := doc.absolute(address)):
            feed = FeedLink(url, plain(a.get("title")))
            if same_site(url, doc.url) and not _of_comments(feed, doc):
                yield feed


def _of_comments(feed: FeedLink, doc: Document) -> bool:
    """Tell whether a feed holds comments: it says so, or it is the page's own."""
    parts = urlsplit(feed.url)
    if _COMMENTS.search(feed.title) or _COMMENTS.search(f"{parts.path}?{parts.query}"):
        return True
    page = urlsplit(doc.url).path.rstrip("/")
    own = parts.path.rstrip("/").removesuffix("/feed").rstrip("/")
    single = bool(doc.body_classes & {"single", "single-post"}) or "article" in doc.meta("og:type")
    return single and bool(page) and own == page and parts.path.rstrip("/") != page


def _rank(feed: FeedLink, doc: Document) -> tuple[bool, bool]:
    return not same_site(feed.url, doc.url), bool(_PARTIAL.search(feed.url))


def sitemaps(doc: Document) -> tuple[str, ...]:
    """List the sitemaps that the head names."""
    links = doc.links.get("sitemap", ())[:20]
    return tuple(dict.fromkeys(url for a in links if (url := doc.absolute(a.get("href")))))


def wordpress(doc: Document, link_header: str = "") -> str:
    """Give the root of the site's WordPress API, from its head or the answer's header."""
    if linked := doc.link(_API):
        return linked
    found = _HEADER_API.search(link_header[:10_000])
    return doc.absolute(found[1]) if found else ""


def _is_spip(doc: Document) -> bool:
    named = " ".join(islice(doc.metas("generator"), 10))
    return "SPIP" in named or (not named and any(trace in doc.source for trace in _SPIP))


def languages(doc: Document) -> tuple[tuple[str, str], ...]:
    """List the languages in which the page is there too, each with its address."""
    found: dict[str, str] = {}
    if "hreflang" not in doc.source:
        return ()
    switches: Iterator[Any] = doc.root.iterfind(".//a[@hreflang]")
    for link in islice(chain(doc.links.get("alternate", ()), switches), MAX_LINKS):
        tag = code(link.get("hreflang"))
        url = doc.absolute(link.get("href"))
        if tag and url and not _FEED_TYPE.match(link.get("type") or ""):
            found.setdefault(tag, url)
    return tuple(found.items())[:MAX_LANGUAGES]
