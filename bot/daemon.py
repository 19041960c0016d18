"""The ticks: who calls the runs, and how often.

APScheduler is a ticker and nothing more: its jobs live in memory and are made
anew at every start, because two schedulers on one job store run each job twice.
The truth about posts is in the store. Whether the ticks go on is judged by the
monotonic clock, so that a wall clock set back or forward neither stalls nor storms.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BotError
from bot.web.base import HANGS_AFTER, Pulse

log = logging.getLogger("bot")

#: At the end a tick under way has so long to finish. One that hangs on a slow site is
#: left: what it had not committed is done again by the next, as after a crash.
GRACE = timedelta(seconds=5)

#: How often it is looked whether every tick goes on.
WATCH = timedelta(seconds=1)

#: A tick that fails in the same way again and again is reported so often.
REPEAT = timedelta(minutes=10)

#: The ticks by name: what is called, and how often.
Ticks = Mapping[str, tuple[Callable[[], None], timedelta]]


def run(ticks: Ticks, *, pulse: Pulse | None = None, environ: Mapping[str, str] = {}) -> None:
    """Call every tick at its interval until SIGINT, SIGTERM or `pulse.stop`.

    All start at once. A tick that fails is reported and called again; it never
    stops another. A tick that runs long is not started twice; one that shows no
    sign of life is told of, and then systemd's watchdog (`environ` names it) is fed
    no more. The end waits for what is under way, GRACE at most; a second signal
    ends the process at once.
    """
    pulse = pulse or Pulse()
    runs = {name: _Run(name, tick, pulse) for name, (tick, _) in ticks.items()}
    for name, (_, every) in ticks.items():
        pulse.expect(name, every)
    scheduler = _scheduler([(runs[name], every) for name, (_, every) in ticks.items()])
    tell = notifier(environ)
    with _signals(pulse):
        scheduler.start()
        tell("READY=1")
        try:
            _watch(scheduler, pulse, tell, environ)
        finally:
            pulse.stop()
            tell("STOPPING=1")
            scheduler.shutdown(wait=False)
            _leave(runs.values())


def _scheduler(runs: Iterable[tuple[_Run, timedelta]]) -> Any:
    """Make the ticker: it calls each at once, and then at its interval."""
    from apscheduler.executors.debug import DebugExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.base import BaseTrigger

    class Every(BaseTrigger):  # type: ignore[misc]
        """An interval that counts nothing it missed.

        APScheduler's own goes through every moment that it missed before it takes
        them together: minutes of computing where a clock is set ahead by a year.
        """

        def __init__(self, span: timedelta) -> None:
            self.span = span

        def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
            if previous is None:
                return now
            return previous + self.span if previous + self.span > now else now + self.span

    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": DebugExecutor()},  # a job only starts a thread of its own
        # The default of one second drops a tick that a busy machine starts late.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for run, every in runs:
        scheduler.add_job(run.start, Every(every), id=run.name)
    return scheduler


class _Run:
    """One tick: each round on a thread that ends with the process, never two at once."""

    def __init__(self, name: str, tick: Callable[[], None], pulse: Pulse) -> None:
        self.name, self._tick, self._pulse = name, tick, pulse
        self.thread: threading.Thread | None = None
        self._told, self._told_at = "", float("-inf")

    def start(self) -> None:
        if self._pulse.stopped or (self.thread and self.thread.is_alive()):
            return
        self.thread = threading.Thread(target=self._round, name=f"tick-{self.name}", daemon=True)
        self.thread.start()

    def _round(self) -> None:
        self._pulse.begin(self.name)
        fault = "it ended without a word"
        try:
            self._tick()
            fault = ""
            self._well()
        except BotError as error:
            fault = str(error)
            if self._is_news(fault):
                log.error("%s: %s", self.name, fault)
        except Exception as error:
            fault = f"an unforeseen fault, {type(error).__name__}: {error}"
            if self._is_news(fault):
                log.exception(
                    "%s: an unforeseen fault; it is tried again at the next tick", self.name
                )
        finally:
            self._pulse.end(self.name, fault)

    def _is_news(self, fault: str) -> bool:
        now = time.monotonic()
        news = fault != self._told or now - self._told_at > REPEAT.total_seconds()
        if news:
            self._told, self._told_at = fault, now
        return news

    def _well(self) -> None:
        if self._told:
            log.warning("%s: all is well again.", self.name)
        self._told = ""


def _watch(
    scheduler: Any, pulse: Pulse, tell: Callable[[str], None], environ: Mapping[str, str]
) -> None:
    """Look after the ticks until the end is asked for."""
    told: set[str] = set()
    fed, feed_every = float("-inf"), int(environ.get("WATCHDOG_USEC") or 0) / 1e6 / 3
    while not pulse.wait(WATCH):
        beats = pulse.beats()
        hanging = {beat.name for beat in beats if beat.hangs}
        for name in sorted(hanging - told):
            minutes = HANGS_AFTER // timedelta(minutes=1)
            log.error(
                "%s: it hangs: no sign of life for %d minutes. The other ticks go on;"
                " restart the bot, nothing is lost by it.",
                name,
                minutes,
            )
        told = hanging
        for beat in beats:
            if not beat.running and beat.silent > beat.every + WATCH:
                scheduler.modify_job(beat.name, next_run_time=datetime.now(UTC))
        if feed_every and not hanging and time.monotonic() - fed >= feed_every:
            tell("WATCHDOG=1")
            fed = time.monotonic()


def _leave(runs: Iterable[_Run]) -> None:
    """Wait for what is under way, GRACE in all."""
    until = time.monotonic() + GRACE.total_seconds()
    for run in runs:
        if run.thread is not None:
            run.thread.join(max(0.0, until - time.monotonic()))
            if run.thread.is_alive():
                log.warning("%s: still under way at the end; it is left, nothing is lost", run.name)


@contextmanager
def _signals(pulse: Pulse) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the run, and a second one the process."""

    def asked(number: int, _frame: object) -> None:
        if pulse.stopped:
            os._exit(128 + number)
        pulse.stop()

    if threading.current_thread() is not threading.main_thread():
        yield  # only a main thread hears of signals
        return
    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def notifier(environ: Mapping[str, str]) -> Callable[[str], None]:
    """Give what tells systemd how the service does; nobody listens where it started none.

    The protocol: sd_notify(3), a datagram to the socket named in NOTIFY_SOCKET.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return lambda _: None
    if address.startswith("@"):
        address = "\0" + address[1:]

    def tell(word: str) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
            there.sendto(word.encode(), address)

    return tell
