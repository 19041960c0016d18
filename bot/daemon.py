"""The ticks: who calls the runs, and how often.

APScheduler is a ticker and nothing more: its jobs live in memory and are made
anew at every start, because two schedulers on one job store run each job twice.
The truth about posts is in the store.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BotError

log = logging.getLogger("bot")

#: At the end a tick under way has so long to finish. One that hangs on a slow site is
#: left: what it had not committed is done again by the next, as after a crash.
GRACE = timedelta(seconds=5)

#: How often it is looked whether the clock was set back, which would put off every tick.
WATCH = timedelta(seconds=1)


def run(
    ticks: Mapping[str, tuple[Callable[[], None], timedelta]],
    *,
    stop: threading.Event | None = None,
) -> None:
    """Call every tick at its interval until SIGINT, SIGTERM or `stop`.

    All start at once. A tick that fails is reported and called again; it never
    stops another. A tick that runs long is not started twice, and keeps the end
    waiting for GRACE at most.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(ticks))},
        # The default of one second drops a tick that a busy machine starts late.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    left = threading.Event()
    for name, (tick, every) in ticks.items():
        scheduler.add_job(
            _leaving(_guarded(name, tick), left),
            "interval",
            seconds=every.total_seconds(),
            id=name,
            next_run_time=datetime.now(UTC),
        )
    stopped = stop or threading.Event()
    before = _on_signals(stopped)
    scheduler.start()
    try:
        while not stopped.wait(WATCH.total_seconds()):
            _wake(scheduler, {name: every for name, (_, every) in ticks.items()})
    finally:
        grace = threading.Timer(GRACE.total_seconds(), left.set)
        grace.start()
        scheduler.shutdown(wait=True)
        grace.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _wake(scheduler: Any, ticks: Mapping[str, timedelta]) -> None:
    """Call at once what would be called later than its interval from now."""
    now = datetime.now(UTC)
    for name, every in ticks.items():
        job = scheduler.get_job(name)
        if job is not None and job.next_run_time > now + every + WATCH:
            job.modify(next_run_time=now)


def _guarded(name: str, tick: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        try:
            tick()
        except BotError as error:
            log.error("%s: %s", name, error)
        except Exception:
            log.exception("%s: an unforeseen fault; it is tried again at the next tick", name)

    return call


def _leaving(tick: Callable[[], None], left: threading.Event) -> Callable[[], None]:
    """Call `tick` on a thread that ends with the process, and wait for it until `left`."""

    def call() -> None:
        thread = threading.Thread(target=tick, daemon=True)
        thread.start()
        while thread.is_alive() and not left.is_set():
            thread.join(0.1)

    return call


def _on_signals(stopped: threading.Event) -> dict[int, Any]:
    """Let SIGINT and SIGTERM end the wait; only a main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {
        number: signal.signal(number, lambda *_: stopped.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
