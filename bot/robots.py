"""Whether a site lets the bot fetch a page: its robots.txt, asked once a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from bot import http
from bot.errors import FetchError

if TYPE_CHECKING:
    from protego import Protego

#: The product token of RFC 9309, by which robots.txt names us.
AGENT: Final = "newsroom-syndication-bot"
KEPT_FOR: Final = timedelta(days=1).total_seconds()
#: RFC 9309 section 2.5 asks for 500 KiB; what comes after is not read. (Read 2026-11-22.)
READ_AT_MOST: Final = 512_000


@dataclass(slots=True)
class Robots:
    """The robots.txt of every host that was asked for, for a day each.

    A host that has none (4xx) allows everything; one that fails allows nothing now.
    """

    session: http.Session
    agent: str = AGENT
    _known: dict[str, tuple[float, Protego | None]] = field(default_factory=dict)

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be fetched; FetchError where its host cannot say so now."""
        rules = self._rules(url)
        return rules is None or bool(rules.can_fetch(url, self.agent))

    def _rules(self, url: str) -> Protego | None:
        host = urlsplit(url)[:2]
        where = urljoin(url, "/robots.txt")
        read_at, rules = self._known.get("//".join(host), (0.0, None))
        if read_at and http.clock() - read_at < KEPT_FOR:
            return rules
        try:
            found = parse(http.fetch(self.session, where).body)
        except FetchError as error:
            status = error.status or 500
            if read_at:  # yesterday's word holds while its host is down (RFC 9309, 2.4)
                return rules
            if status == 429 or not 400 <= status < 500:
                raise
            found = None
        self._known["//".join(host)] = (http.clock(), found)
        return found


def parse(body: bytes) -> Protego:
    """Read the rules of a robots.txt, as much of it as anybody has to read."""
    from protego import Protego

    if len(body) > READ_AT_MOST:  # up to the end of a line: half a rule forbids too much
        body = body[:READ_AT_MOST].rpartition(b"\n")[0]
    return Protego.parse(body.decode("utf-8-sig", "replace"))
