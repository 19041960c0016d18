"""One polite visit to a site: request after request, counted, its robots.txt kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot import robots
from bot.errors import FetchError
from bot.http import Fetched, Session, fetch
from bot.identity import same_site

#: A look at a site costs it no more than this.
MOST_REQUESTS: Final = 18
#: After so long no further request is begun: whoever waits would rather have what is known.
LONGEST: Final = timedelta(seconds=60)


class Visitor:
    """Whoever looks at the site: asks one thing at a time, and each thing once."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session, self.say = session, say
        self._left = MOST_REQUESTS
        self._end = time.monotonic() + LONGEST.total_seconds()
        self.late = False  # something was left out because the site is so slow
        self._known: dict[str, Fetched | None] = {}
        self._robots: Any = None

    def first(self, url: str, what: str) -> Fetched:
        """Get a page; where it cannot be had that is a FetchError."""
        self.say(f"Reading {what}: {self._short(url)}")
        self._left -= 1
        answer = fetch(self._session, url)
        self._known[url] = self._known[answer.url] = answer
        return answer

    def get(self, url: str, what: str) -> Fetched | None:
        """Get something that need not be there; None where it cannot be had."""
        if url not in self._known and self._left > 0:
            if time.monotonic() >= self._end:
                self.late = True
                return None
            try:
                return self.first(url, what)
            except FetchError as error:
                self._known[url] = None
                self.say("    It is not there." if error.status == 404 else f"    {error}")
        return self._known.get(url)

    def _short(self, url: str) -> str:
        """Give an address as far as it is new to who reads along: its path on a known host."""
        if self._known and urlsplit(url).netloc == urlsplit(next(iter(self._known))).netloc:
            parts = urlsplit(url)
            query = parts.query if len(parts.query) <= 20 else ""  # “page=backend”
            url = urlunsplit(("", "", parts.path or "/", query, ""))
        return url if len(url) <= 100 else url.partition("?")[0]

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
