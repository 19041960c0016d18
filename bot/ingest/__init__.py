"""From a site's sources to posts that wait for a person: one poll.

Two steps, each ‖ a committed row::

    source.ask → selection.choose → articles that wait ‖ desk.read → queue.hold ‖

What a source tells of for the first time is kept as an article that waits for its
page, in the commit that keeps the source's validators: whatever is killed, fails or
leaves the feed afterwards, the article is there. Then its page is read, and it gets
all its posts in one commit; a page that fails is tried again, ever less often, and
after a week a person is told. The first poll of a source only remembers.

Sites are polled side by side, but those that share a host one after the other, so
that a host never gets two requests at once, and one that hangs holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import http
from bot.desk import Desk, Studio
from bot.errors import StoreError
from bot.ingest import _ask, _pages
from bot.ingest._base import BUDGET, CLOCK_SLACK, Polled, Tally, Which
from bot.ingest._lanes import Lanes
from bot.model import SourceKind
from bot.robots import Robots
from bot.store import Store
from bot.store.sources import Source
from bot.store.waiting import Waiting

__all__ = ["Lanes", "Poll", "Polled", "Which", "poll_all"]


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a site: what it needs, and the steps it takes."""

    store: Store
    session: http.Session
    robots: Robots
    desk: Desk
    sources: Sequence[tuple[SourceKind, str]]
    studio: Studio
    now: datetime
    which: Which = Which.ALL
    every: timedelta | None = None  # how often, where the operator said so
    jitter: Callable[[], float] = field(default=lambda: 0.0)  # from -1 to 1
    stopped: Callable[[], bool] = field(default=lambda: False)

    def run(self) -> tuple[Polled, ...]:
        """Ask the sources, then read the pages of the articles that wait.

        A source or page that fails is noted in the store and in the summary, and
        stops no other; a fault that nobody foresaw is raised when the others are done.
        Gives a summary for each source that was asked, or that has told of an article
        whose page was tried.
        """
        tallies: dict[str, Tally] = {}
        faults = self._ask_all(tallies)
        faults += _pages.read_all(self, tallies)
        if faults:
            raise faults[0]
        return tuple(tally.polled() for tally in tallies.values())

    def _ask_all(self, tallies: dict[str, Tally]) -> list[Exception]:
        """Ask the sources that are wanted; give the faults that nobody foresaw."""
        faults: list[Exception] = []
        until = http.clock() + BUDGET.total_seconds()
        for source in self._all():
            wanted = self._wants(source)
            if self.stopped() or not (wanted or self.which is not Which.DUE):
                continue
            tally = tallies[source.url] = Tally(self.desk.site, source.url)
            if not wanted:
                tally.rests(source)
            elif http.clock() > until:
                tally.errors.append("Its host took too long: it is asked at the next poll.")
            else:
                try:
                    _ask.ask(self, source, tally)
                except StoreError:
                    raise
                except Exception as fault:  # noqa: BLE001 - raised when the others are done
                    _ask.keep_fault(self, source, fault, tally)
                    faults.append(fault)
        return faults

    def is_idle(self, sources: Mapping[str, Source], waiting: Sequence[Waiting]) -> bool:
        """Tell whether nothing is due, so that a tick costs no more than this look."""
        known = [sources.get(url) for _, url in self.sources]
        asks = self.which is not Which.DUE or any(
            source is None or self._wants(source) for source in known
        )
        return not asks and not any(_pages.is_due(self, each) for each in waiting)

    def _all(self) -> list[Source]:
        """Read the site's sources, those that waited longest first; new ones are added."""
        with self.store.read() as tx:
            known = {source.url: source for source in tx.sources.all(self.desk.site)}
        new = [(kind, url) for kind, url in self.sources if url not in known]
        if new:
            with self.store.write() as tx:
                for kind, url in new:
                    known[url] = tx.sources.get_or_add(self.desk.site, url, kind)
        return sorted((known[url] for _, url in self.sources), key=_since)

    def _wants(self, source: Source) -> bool:
        if self.which is Which.NOW:
            return True
        if source.gone_at is not None:
            return False
        if source.checked_at is not None and source.checked_at > self.now + CLOCK_SLACK:
            return True  # by a clock that was wrong, as is what it says of the next time
        not_before = source.next_at if self.which is Which.DUE else source.retry_at
        return not_before is None or not_before <= self.now

    @property
    def kinds(self) -> dict[str, SourceKind]:
        """Of which kind each source is, by the configuration."""
        return {url: kind for kind, url in self.sources}


def _since(source: Source) -> float:
    return source.checked_at.timestamp() if source.checked_at else 0.0


def poll_all(store: Store, polls: Sequence[Poll], lanes: Lanes | None = None) -> Iterator[Polled]:
    """Run polls side by side, and give their summaries as they come.

    A fault of one is raised at the end, when the others are done. Whoever stops
    listening stops the polls after the request that each has under way. With `lanes`
    that have a patience, what takes longer is left to a later round.
    """
    with store.read() as tx:
        sources: dict[str, dict[str, Source]] = {}
        for source in tx.sources.all():
            sources.setdefault(source.site, {})[source.url] = source
        waiting: dict[str, list[Waiting]] = {}
        for each in tx.waiting.all():
            waiting.setdefault(each.site, []).append(each)
    busy = [
        poll
        for poll in polls
        if not poll.is_idle(sources.get(poll.desk.site, {}), waiting.get(poll.desk.site, ()))
    ]
    yield from (lanes or Lanes()).run(busy)
