"""Polls side by side: one lane for all that share a host, eight lanes at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from bot.identity import bare_host
from bot.ingest._base import Polled

if TYPE_CHECKING:
    from bot.ingest import Poll

AT_ONCE: Final = 8


def run(polls: Sequence[Poll]) -> Iterator[Polled]:
    """Run every lane, giving summaries as they come; see `ingest.poll_all`."""
    left = deque(lanes(polls))
    told: SimpleQueue[tuple[Polled, ...] | Exception | None] = SimpleQueue()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                lane = left.popleft()
            except IndexError:
                break
            for poll in lane:
                try:
                    told.put(replace(poll, stopped=stop.is_set).run())
                except Exception as fault:  # noqa: BLE001 - raised to the caller, below
                    told.put(fault)
        told.put(None)

    # They end with the process: a person who presses Ctrl-C waits for no slow site.
    threads = [
        threading.Thread(target=work, name=f"poll {number}", daemon=True)
        for number in range(min(AT_ONCE, len(left)))
    ]
    for thread in threads:
        thread.start()
    faults = []
    running = len(threads)
    try:
        while running:
            said = told.get()
            if said is None:
                running -= 1
            elif isinstance(said, Exception):
                faults.append(said)
            else:
                yield from said
    finally:
        stop.set()
    if faults:
        raise faults[0]


def lanes(polls: Sequence[Poll]) -> list[list[Poll]]:
    """Bring together the polls that any chain of shared hosts connects."""
    result: list[tuple[set[str], list[Poll]]] = []
    for poll in polls:
        hosts = {bare_host(poll.desk.home), *(bare_host(url) for _, url in poll.sources)}
        lane = [poll]
        apart = []
        for others, queued in result:
            if others & hosts:
                hosts |= others
                lane = [*queued, *lane]
            else:
                apart.append((others, queued))
        result = [*apart, (hosts, lane)]
    return [lane for _, lane in result]
