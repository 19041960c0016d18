"""One polite visit to a site: request after request, counted, its robots.txt kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot import robots
from bot.errors import FetchError
from bot.http import Fetched, Session, fetch
from bot.identity import same_site

#: A look at a site costs it no more than this.
MOST_REQUESTS: Final = 14


class Visitor:
    """Whoever looks at the site: asks one thing at a time, and each thing once."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session, self._say = session, say
        self._left = MOST_REQUESTS
        self._known: dict[str, Fetched | None] = {}
        self._robots: Any = None

    def first(self, url: str, what: str) -> Fetched:
        """Get a page; where it cannot be had that is a FetchError."""
        self._say(f"Reading {what}: {url if len(url) <= 100 else url.partition('?')[0]}")
        self._left -= 1
        answer = fetch(self._session, url)
        self._known[url] = self._known[answer.url] = answer
        return answer

    def get(self, url: str, what: str) -> Fetched | None:
        """Get something that need not be there; None where it cannot be had."""
        if url not in self._known and self._left > 0:
            try:
                return self.first(url, what)
            except FetchError as error:
                self._known[url] = None
                self._say("    It is not there." if error.status == 404 else f"    {error}")
        return self._known.get(url)

    def read_robots(self, home: str) -> tuple[str, ...]:
        """Read the site's robots.txt, keep to it, and give the sitemaps that it names."""
        answer = self.get(urljoin(home, "/robots.txt"), "its robots.txt")
        page = answer is not None and b"<html" in answer.body[:2000].lower()
        self._robots = robots.parse(b"" if answer is None or page else answer.body)
        named = (_whole(home, each) for each in self._robots.sitemaps)
        return tuple(dict.fromkeys(filter(is_web, named)))

    def welcome(self, url: str) -> bool:
        """Tell whether the site's robots.txt lets programs read a page."""
        return self._robots is None or bool(self._robots.can_fetch(url, robots.AGENT))


def _whole(home: str, address: str) -> str:
    try:
        return urljoin(home, address)
    except ValueError:  # brackets that hold no address
        return ""


def is_web(url: str) -> bool:
    """Tell whether this is the address of something on the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def of_site(home: str, url: str) -> bool:
    """Tell whether an address belongs to the site, also under another of its hosts."""
    return is_web(url) and same_site(home, url)
