"""Polls side by side: one lane for all that share a host, eight lanes at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from bot import http
from bot.identity import bare_host
from bot.ingest._base import Polled

if TYPE_CHECKING:
    from bot.ingest import Poll

AT_ONCE: Final = 8
#: Of lanes that one round has left to the next, and their own eight.
AT_MOST: Final = 32

Hosts = frozenset[str]


class Lanes:
    """The lanes under way; the daemon keeps them from one round to the next.

    A round waits for its lanes to the end or, where there is a `patience`, only so
    long: what a lane that takes longer has to tell comes out of a later round, and
    until then its hosts are left out. So a host that hangs holds up its own lane alone.
    """

    def __init__(self, patience: timedelta | None = None) -> None:
        self._patience = patience
        self._left: deque[tuple[Hosts, list[Poll], threading.Event]] = deque()
        self._told: SimpleQueue[tuple[Polled, ...] | Exception | Hosts] = SimpleQueue()
        self._busy: set[str] = set()  # hosts of lanes that have not told of their end
        self._threads: list[threading.Thread] = []

    def run(self, polls: Sequence[Poll]) -> Iterator[Polled]:
        """Run the polls whose hosts are free, giving summaries as they come; see `poll_all`."""
        faults: list[Exception] = []
        stop = threading.Event()
        try:
            yield from self._listen(faults, 0.0)
            self._begin(polls, stop)
            wait = self._patience
            yield from self._listen(faults, None if wait is None else wait.total_seconds())
        except BaseException:  # whoever listened has left
            stop.set()
            raise
        if faults:
            raise faults[0]

    def _begin(self, polls: Sequence[Poll], stop: threading.Event) -> None:
        free = [poll for poll in polls if self._busy.isdisjoint(hosts(poll))]
        for lane in lanes(free):
            own = frozenset().union(*map(hosts, lane))
            self._busy |= own
            self._left.append((own, lane, stop))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        count = min(AT_ONCE, len(self._left), AT_MOST - len(self._threads))
        # They end with the process: a person who presses Ctrl-C waits for no slow site.
        new = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        self._threads += new
        for thread in new:
            thread.start()

    def _work(self) -> None:
        while True:
            try:
                own, lane, stop = self._left.popleft()
            except IndexError:
                return
            for poll in lane:
                if stop.is_set():
                    break
                try:
                    self._told.put(replace(poll, stopped=stop.is_set).run())
                except Exception as fault:  # noqa: BLE001 - raised to the caller of `run`
                    self._told.put(fault)
            self._told.put(own)

    def _listen(self, faults: list[Exception], seconds: float | None) -> Iterator[Polled]:
        until = None if seconds is None else http.clock() + seconds
        while self._busy:
            try:
                left = None if until is None else max(0.0, until - http.clock())
                said = self._told.get(timeout=left)
            except Empty:
                return
            if isinstance(said, Exception):
                faults.append(said)
            elif isinstance(said, frozenset):
                self._busy -= said
            else:
                yield from said


def hosts(poll: Poll) -> Hosts:
    """Name the hosts that a poll asks."""
    return frozenset({bare_host(poll.desk.home), *(bare_host(url) for _, url in poll.sources)})


def lanes(polls: Sequence[Poll]) -> list[list[Poll]]:
    """Bring together the polls that any chain of shared hosts connects."""
    result: list[tuple[Hosts, list[Poll]]] = []
    for poll in polls:
        own = hosts(poll)
        lane = [poll]
        apart = []
        for others, queued in result:
            if others & own:
                own |= others
                lane = [*queued, *lane]
            else:
                apart.append((others, queued))
        result = [*apart, (own, lane)]
    return [lane for _, lane in result]
