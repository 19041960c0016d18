"""Whether a site lets the bot fetch a page: its robots.txt, asked once a day."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
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
#: Bytes of robots.txt whose rules are kept, each host counted as KEPT_LEAST at least:
#: rules take up to sixty times the memory of their text (measured), and a feed may
#: name any number of hosts. The hosts asked longest ago are forgotten first.
KEPT_AT_MOST: Final = 1_000_000
KEPT_LEAST: Final = 1_000


class _Kept(NamedTuple):
    """What one host lets programs read."""

    read_at: float
    rules: Protego | None  # None: everything
    size: int


@dataclass(slots=True)
class Robots:
    """The robots.txt of the hosts that were asked for, for a day each.

    A host that has none (4xx) allows everything; one that fails allows nothing now.
    """

    session: http.Session
    agent: str = AGENT
    _known: dict[str, _Kept] = field(default_factory=dict)
    _in_line: threading.Lock = field(default_factory=threading.Lock)  # lanes share it

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be fetched; FetchError where its host cannot say so now."""
        rules = self._rules(url)
        return rules is None or bool(rules.can_fetch(url, self.agent))

    def _rules(self, url: str) -> Protego | None:
        host = "//".join(urlsplit(url)[:2])
        where = urljoin(url, "/robots.txt")
        kept = self._known.get(host)
        if kept is not None and http.clock() - kept.read_at < KEPT_FOR:
            return kept.rules
        body = b""
        found: Protego | None = None
        try:
            body = http.fetch(self.session, where).body
            found = parse(body)
        except FetchError as error:
            status = error.status or 500
            if kept is not None:  # yesterday's word holds while its host is down (RFC 9309, 2.4)
                return kept.rules
            if status == 429 or not 400 <= status < 500:
                raise
        self._keep(host, _Kept(http.clock(), found, max(len(body), KEPT_LEAST)))
        return found

    def _keep(self, host: str, kept: _Kept) -> None:
        with self._in_line:
            self._known.pop(host, None)
            self._known[host] = kept
            surplus = sum(each.size for each in self._known.values()) - KEPT_AT_MOST
            for other in list(self._known)[:-1]:
                if surplus <= 0:
                    break
                surplus -= self._known.pop(other).size


def parse(body: bytes) -> Protego:
    """Read the rules of a robots.txt, as much of it as anybody has to read."""
    from protego import Protego

    if len(body) > READ_AT_MOST:  # up to the end of a line: half a rule forbids too much
        body = body[:READ_AT_MOST].rpartition(b"\n")[0]
    return Protego.parse(body.decode("utf-8-sig", "replace"))
