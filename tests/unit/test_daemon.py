"""The ticks go on, whatever one of them does, and end when they are told to."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from world import wait_until

from bot import daemon
from bot.errors import StoreError
from bot.web.base import HANGS_AFTER, Pulse

OFTEN = timedelta(milliseconds=20)
HOUR = timedelta(hours=1)


class Clock:
    """A monotonic clock that a test sets ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


def running(
    pulse: Pulse | None = None,
    environ: Mapping[str, str] = {},
    every: timedelta = OFTEN,
    **ticks: Callable[[], None],
) -> tuple[threading.Thread, Pulse]:
    pulse = pulse or Pulse()
    plan = {name: (tick, every) for name, tick in ticks.items()}
    thread = threading.Thread(
        target=lambda: daemon.run(plan, pulse=pulse, environ=environ), daemon=True
    )
    thread.start()
    return thread, pulse


def end(thread: threading.Thread, pulse: Pulse) -> None:
    pulse.stop()
    thread.join(5)
    assert not thread.is_alive()


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
        thread, pulse = running(plain=plain, unforeseen=unforeseen, well=well)
        wait_until(lambda: min(calls.values()) >= 3)
        states = {beat.name: beat for beat in pulse.beats()}
        end(thread, pulse)
    (sentence,) = [row for row in caplog.records if "plain: the database is locked" in row.message]
    assert not sentence.exc_info, "a foreseen fault is one sentence"
    (trace,) = [row for row in caplog.records if row.exc_text or row.exc_info]
    assert "ZeroDivisionError" in (trace.exc_text or str(trace.exc_info))
    assert states["plain"].failures >= 2
    assert states["plain"].error == "the database is locked: try again."
    assert "ZeroDivisionError" in states["unforeseen"].error
    assert (states["well"].failures, states["well"].error) == (0, "")


def test_a_fault_that_lasts_is_told_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    faults = [StoreError("gone"), StoreError("gone"), StoreError("locked"), None, None]
    calls = 0

    def tick() -> None:
        nonlocal calls
        fault = faults[min(calls, 4)]
        calls += 1
        if fault:
            raise fault

    with caplog.at_level(logging.WARNING, logger="bot"):
        thread, pulse = running(tick=tick)
        wait_until(lambda: calls >= 6)
        end(thread, pulse)
    assert caplog.messages == ["tick: gone", "tick: locked", "tick: all is well again."]


def test_a_tick_that_runs_long_is_not_started_twice(caplog: pytest.LogCaptureFixture) -> None:
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

    with caplog.at_level(logging.WARNING):
        thread, pulse = running(slow=slow, quick=quick)
        wait_until(lambda: others >= 10)
        end(thread, pulse)
    assert most == 1
    assert caplog.messages == [], "that it runs long is no news"


def test_the_end_waits_for_the_tick_under_way_and_begins_none() -> None:
    begun, ended, calls = threading.Event(), threading.Event(), 0

    def slow() -> None:
        nonlocal calls
        calls += 1
        begun.set()
        time.sleep(0.2)
        ended.set()

    thread, pulse = running(slow=slow)
    begun.wait(5)
    end(thread, pulse)
    assert ended.is_set()
    assert calls == 1


def test_a_tick_hears_that_it_shall_stop() -> None:
    heard, begun = threading.Event(), threading.Event()
    pulse = Pulse()

    def drains() -> None:
        begun.set()
        while not pulse.stopping():
            time.sleep(0.01)
        heard.set()

    thread, _ = running(pulse, drains=drains)
    begun.wait(5)
    end(thread, pulse)
    assert heard.is_set()


@pytest.mark.parametrize("jump", [-timedelta(days=365), timedelta(days=365)])
def test_a_wall_clock_that_is_set_neither_stalls_nor_storms(
    monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(daemon, "WATCH", timedelta(seconds=0.1))
    calls = 0

    def tick() -> None:
        nonlocal calls
        calls += 1

    thread, pulse = running(tick=tick, every=timedelta(seconds=0.1))
    wait_until(lambda: calls >= 2)
    with time_machine.travel(datetime.now(UTC) + jump, tick=True):
        before, since = calls, time.perf_counter()
        wait_until(lambda: calls >= before + 3)
        end(thread, pulse)
        spent = time.perf_counter() - since
    assert calls - before <= spent / 0.1 + 3


def test_a_tick_that_hangs_is_told_and_starves_the_watchdog(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(daemon, "WATCH", timedelta(seconds=0.02))
    monkeypatch.setattr(daemon, "GRACE", timedelta(seconds=0.1))
    clock, never, calls = Clock(), threading.Event(), 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000"}
        pulse = Pulse(clock)

        def tick() -> None:
            nonlocal calls
            calls += 1

        with caplog.at_level(logging.ERROR, logger="bot"):
            thread, _ = running(pulse, environ, hangs=lambda: bool(never.wait(60)), tick=tick)
            assert systemd.recv(100) == b"READY=1"
            assert systemd.recv(100) == b"WATCHDOG=1"
            clock.ahead = HANGS_AFTER + timedelta(seconds=1)
            wait_until(lambda: bool(caplog.messages))
            before = calls
            wait_until(lambda: calls > before)
            end(thread, pulse)
        said = [systemd.recv(100)]
        while said[-1] != b"STOPPING=1":
            said.append(systemd.recv(100))
    never.set()
    assert len(said) <= 3, "once it hangs, the watchdog is fed no more"
    assert [row for row in caplog.messages if "hangs: it hangs" in row], caplog.messages
    assert len(caplog.messages) == 1, "once, and of the one alone"


def test_who_asks_whether_to_stop_does_not_hang() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    pulse.expect("publish", OFTEN)
    pulse.begin("publish")
    clock.ahead = HANGS_AFTER + timedelta(seconds=1)
    assert [beat.hangs for beat in pulse.beats()] == [True]
    assert not pulse.stopping()
    assert [beat.hangs for beat in pulse.beats()] == [False]
    pulse.end("publish")
    clock.ahead *= 2
    assert [beat.hangs for beat in pulse.beats()] == [True], "nobody calls it any more"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_the_handlers_are_given_back(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    since = time.monotonic()
    daemon.run({"once": (lambda: os.kill(os.getpid(), number), HOUR)})
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before
    assert time.monotonic() - since < 2, "it does not wait for its next look"


def test_the_end_does_not_wait_for_a_tick_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daemon, "GRACE", timedelta(seconds=0.2))
    begun, never = threading.Event(), threading.Event()

    def hangs() -> None:
        begun.set()
        never.wait(60)

    thread, pulse = running(hangs=hangs)
    begun.wait(5)
    with caplog.at_level(logging.WARNING, logger="bot"):
        end(thread, pulse)
    assert ["hangs" in row and "left" in row for row in caplog.messages] == [True]
    never.set()


def test_nobody_listens_where_systemd_started_nothing(tmp_path: Path) -> None:
    daemon.notifier({})("READY=1")
    daemon.notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0bot-test-" + tmp_path.name)
        systemd.settimeout(5)
        daemon.notifier({"NOTIFY_SOCKET": "@bot-test-" + tmp_path.name})("READY=1")
        assert systemd.recv(100) == b"READY=1"
