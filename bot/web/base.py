"""What the pages may ask: how the ticks go, and what stands in the store."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.store import Store

#: A tick that shows no sign of life for so long hangs: no single request may take a tenth of it.
HANGS_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Beat:
    """One tick, as it stands now. Spans are measured by a clock that nobody sets."""

    name: str
    every: timedelta
    age: timedelta  # since it last ended; before that, since it was expected
    silent: timedelta  # since it last showed a sign of life
    running: bool
    lasted: timedelta  # its last round
    failures: int  # in a row
    error: str  # of its last round

    @property
    def hangs(self) -> bool:
        """Tell whether it neither ends nor shows that it works, or is not called any more."""
        return self.silent > HANGS_AFTER + (timedelta(0) if self.running else self.every)


@dataclass(slots=True)
class _Tick:
    every: timedelta
    alive: float
    ended: float
    began: float | None = None
    lasted: float = 0.0
    failures: int = 0
    error: str = ""


class Pulse:
    """How the daemon does: written by its threads, read by the pages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ticks: dict[str, _Tick] = {}
        self._here = threading.local()
        self._attempts: Counter[str] = Counter()
        # A signal may come while the main thread holds any lock; only this queue bears that.
        self._said: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.stopped = False

    # --------------------------------------------------------------- the daemon

    def expect(self, name: str, every: timedelta) -> None:
        """Await a tick of this name."""
        now = self._clock()
        with self._lock:
            self._ticks[name] = _Tick(every, alive=now, ended=now)

    def begin(self, name: str) -> None:
        """Note that the tick begins, on this thread."""
        self._here.name = name
        with self._lock:
            tick = self._ticks[name]
            tick.began = tick.alive = self._clock()

    def end(self, name: str, error: str = "") -> None:
        """Note that the tick ended, and how."""
        with self._lock:
            tick, now = self._ticks[name], self._clock()
            tick.lasted = now - (tick.began if tick.began is not None else now)
            tick.began, tick.alive, tick.ended = None, now, now
            tick.failures, tick.error = (tick.failures + 1, error) if error else (0, "")

    def stop(self) -> None:
        """Ask every tick to come to an end; safe in a signal handler."""
        self.stopped = True
        self._said.put(None)

    def wait(self, span: timedelta) -> bool:
        """Wait for `stop`, so long at most; tell whether it was said."""
        if not self.stopped:
            try:
                self._said.get(timeout=span.total_seconds())
            except queue.Empty:
                return self.stopped
        return True

    # ---------------------------------------------------------------- the ticks

    def stopping(self) -> bool:
        """Tell whether to begin nothing new. Who asks shows that its tick is alive."""
        name = getattr(self._here, "name", None)
        if name is not None:
            with self._lock:
                self._ticks[name].alive = self._clock()
        return self.stopped

    def tried(self, outcome: str) -> None:
        """Count an attempt to publish by what came of it."""
        with self._lock:
            self._attempts[outcome] += 1

    # ---------------------------------------------------------------- the pages

    def beats(self) -> tuple[Beat, ...]:
        """Say how each tick stands."""
        with self._lock:
            now = self._clock()
            return tuple(_beat(name, tick, now) for name, tick in self._ticks.items())

    def attempts(self) -> dict[str, int]:
        """Count the attempts since the start, by outcome."""
        with self._lock:
            return dict(self._attempts)


def _beat(name: str, tick: _Tick, now: float) -> Beat:
    return Beat(
        name=name,
        every=tick.every,
        age=timedelta(seconds=now - tick.ended),
        silent=timedelta(seconds=now - tick.alive),
        running=tick.began is not None,
        lasted=timedelta(seconds=tick.lasted),
        failures=tick.failures,
        error=tick.error,
    )


def _none() -> tuple[()]:
    return ()


@dataclass(frozen=True)
class View:
    """What the pages are made of; they change nothing of it but a login that waits."""

    store: Store
    pulse: Pulse
    now: Callable[[], datetime]
    channels: Collection[str]  # of the configuration: "harbour/twitter"
    hands: Callable[[], Collection[str]] = _none  # those that a person posts for
    sources: Callable[[], Iterable[tuple[str, str]]] = _none  # site and address
    faults: Callable[[], Iterable[str]] = _none  # what else stands against being ready
    url: str = ""  # the public address of the pages, if they have one
    revision: str = field(default="")  # of the database when it was opened; "" asks nothing
