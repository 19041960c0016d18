"""The ticks go on, whatever one of them does, and end when they are told to."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from world import wait_until

from bot import daemon
from bot.errors import StoreError

OFTEN = timedelta(milliseconds=20)


def running(**ticks: Callable[[], None]) -> tuple[threading.Thread, threading.Event]:
    stop = threading.Event()
    plan = {name: (tick, OFTEN) for name, tick in ticks.items()}
    thread = threading.Thread(target=lambda: daemon.run(plan, stop=stop))
    thread.start()
    return thread, stop


def test_a_tick_that_fails_is_reported_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    calls: dict[str, int] = {"plain": 0, "unforeseen": 0, "well": 0}

    def plain() -> None:
        calls["plain"] += 1
        raise StoreError("the database is locked: try again.")

    def unforeseen() -> None:
        calls["unforeseen"] += 1
        raise ZeroDivisionError

    def well() -> None:
        calls["well"] += 1

    with caplog.at_level(logging.ERROR, logger="bot"):
        thread, stop = running(plain=plain, unforeseen=unforeseen, well=well)
        wait_until(lambda: min(calls.values()) >= 3)
        stop.set()
        thread.join(5)
    assert not thread.is_alive()
    sentences = [row for row in caplog.records if "plain: the database is locked" in row.message]
    assert sentences
    assert not any(row.exc_info for row in sentences), "a foreseen fault is one sentence"
    assert any("ZeroDivisionError" in (row.exc_text or "") for row in caplog.records)


def test_a_tick_that_runs_long_is_not_started_twice() -> None:
    at_once, most, others = 0, 0, 0

    def slow() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.15)
        at_once -= 1

    def quick() -> None:
        nonlocal others
        others += 1

    thread, stop = running(slow=slow, quick=quick)
    wait_until(lambda: others >= 10)
    stop.set()
    thread.join(5)
    assert most == 1


def test_the_end_waits_for_the_tick_under_way() -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.2)
        ended.set()

    thread, stop = running(slow=slow)
    begun.wait(5)
    stop.set()
    thread.join(5)
    assert ended.is_set()


def test_a_clock_that_is_set_back_stops_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "WATCH", timedelta(seconds=0.1))
    calls = 0

    def tick() -> None:
        nonlocal calls
        calls += 1

    thread, stop = running(tick=tick)
    wait_until(lambda: calls >= 2)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=365), tick=True):
        time.sleep(0.1)
        before = calls
        wait_until(lambda: calls >= before + 3)
        stop.set()
        thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_the_handlers_are_given_back(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    daemon.run({"once": (lambda: os.kill(os.getpid(), number), timedelta(hours=1))})
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_the_end_does_not_wait_for_a_tick_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "GRACE", timedelta(seconds=0.2))
    begun, never = threading.Event(), threading.Event()

    def hangs() -> None:
        begun.set()
        never.wait(60)

    thread, stop = running(hangs=hangs)
    begun.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    never.set()
