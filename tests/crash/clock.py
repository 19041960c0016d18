"""The time that a newsroom's processes and platforms share, and that a test moves."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.store import _clock

_FACTS: Final = struct.Struct("ddddd")
_START, _SPEED, _AHEAD, _SKEW, _MACHINE = range(5)


class Clock:
    """A few numbers in a file: whoever opens it has the same time.

    The wall clock runs `speed` times as fast as a real one, so that a wait of a minute is
    over in a second; `advance` moves it and the machine clock on. `skew` is by how much
    the bot's own wall clock is wrong. Leases and quarantines are real time.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_bytes(_FACTS.pack(time.time(), 1.0, 0.0, 0.0, 0.0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _FACTS.size)

    def _facts(self) -> list[float]:
        return list(_FACTS.unpack(self._map[:]))

    def _set(self, **facts: float) -> None:
        places = {"start": _START, "speed": _SPEED, "ahead": _AHEAD, "skew": _SKEW}
        for name, fact in facts.items():
            place = {**places, "machine": _MACHINE}[name] * 8
            self._map[place : place + 8] = struct.pack("d", fact)

    def _seconds(self) -> float:
        start, speed, ahead, *_ = self._facts()
        return start + (time.time() - start) * speed + ahead

    def now(self) -> datetime:
        """The right time, by which the platforms go."""
        return datetime.fromtimestamp(self._seconds(), UTC)

    def bot(self) -> datetime:
        """The time that the bot takes it to be."""
        return datetime.fromtimestamp(self._seconds() + self._facts()[_SKEW], UTC)

    def machine(self, postgres: bool) -> tuple[str, float]:
        """The machine clock of a store, as far on as it was advanced."""
        ahead = self._facts()[_MACHINE]
        if postgres:  # its server is this machine
            return "", time.time() + ahead
        return _clock.boot(), time.clock_gettime(time.CLOCK_BOOTTIME) + ahead

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        _, _, ahead, _, machine = self._facts()
        seconds = span.total_seconds()
        self._set(ahead=ahead + seconds, machine=machine + seconds)

    def run(self, speed: float) -> None:
        """Let the wall clock run faster, from now on."""
        seconds = self._seconds()
        self._set(start=time.time(), speed=speed, ahead=0.0)
        self._set(ahead=seconds - self._seconds())

    def skew(self, span: timedelta) -> None:
        """Set the bot's own clock wrong."""
        self._set(skew=span.total_seconds())
