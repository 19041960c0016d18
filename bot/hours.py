"""Lengths of time and weekly opening hours, as people write them.

Opening hours are local: they become instants only together with a day and a
time zone, by `instant`, which holds the rule for the two odd hours of a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
LONGEST = timedelta(days=3650)  # beyond this, arithmetic with dates may leave the calendar

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d{1,9})d)?\s*(?:(\d{1,9})h)?\s*(?:(\d{1,9})m)?\s*(?:(\d{1,9})s)?")
_DASH = r"\s*[-–]\s*"
_HOURS = re.compile(rf"(?P<days>\D*?)\s*(\d{{1,2}}):(\d\d){_DASH}(\d{{1,2}}):(\d\d)")


def duration(text: str) -> timedelta:
    """Read "20m", "1h30m" or "2d"; anything else is a ValueError in one sentence."""
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise ValueError(
            f"“{text}” is not a length of time; write it as in 30s, 20m, 1h30m, 24h or 2d."
        )
    seconds = sum(
        int(n or 0) * unit for n, unit in zip(found.groups(), _UNITS.values(), strict=True)
    )
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"“{text}” is longer than ten years; write a shorter time.")
    return timedelta(seconds=seconds)


def shown_duration(length: timedelta) -> str:
    """Write a length of time as `duration` reads it."""
    rest, parts = int(length.total_seconds()), []
    for unit, seconds in _UNITS.items():
        if unit == "d" and (rest % seconds or rest < 7 * seconds):
            continue  # "36h" and "72h" are what people write, not "1d12h"
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """Give the instant of a local time, `minute` minutes after midnight by the clock.

    A time that is skipped becomes the first instant after the gap; of a time
    that comes twice, the first is meant.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), at
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


@dataclass(frozen=True, slots=True)
class Window:
    """Opening hours on some days of the week; `end` not after `start` is the next day's."""

    days: frozenset[int]  # Monday is 0
    start: int  # minutes after midnight
    end: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read "Mon-Fri 07:30-22:00", "Sat,Sun 22:00-02:00" or "07:00-24:00"."""
        found = _HOURS.fullmatch(text.strip())
        if not found:
            raise ValueError(
                f"“{text}” is not a window; write it as in “Mon-Fri 07:30-22:00” or “07:00-23:00”."
            )
        hours = [int(part) for part in found.groups()[1:]]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if hours[1] > 59 or hours[3] > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
            raise ValueError(f"“{text}” holds an hour that no clock shows; the last is 24:00.")
        if start == end:
            raise ValueError(
                f"“{text}” opens and closes at the same time; for the whole day write 00:00-24:00."
            )
        return cls(_days(found["days"], text), start, end or DAY_MINUTES)

    def __str__(self) -> str:
        days = sorted(self.days)
        run = len(days) > 2 and days[-1] - days[0] == len(days) - 1
        names = ("-" if run else ",").join(
            DAYS[day] for day in ((days[0], days[-1]) if run else days)
        )
        hours = "{:02}:{:02}-{:02}:{:02}".format(*divmod(self.start, 60), *divmod(self.end, 60))
        return hours if len(self.days) == len(DAYS) else f"{names} {hours}"


def _days(text: str, window: str) -> frozenset[int]:
    if not text:
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        ends = [_day(name, window) for name in re.split(_DASH, part.strip())]
        if len(ends) > 2:
            raise ValueError(
                f"“{window}” joins more than two days by “-”; write Mon-Fri or Mon,Wed."
            )
        days.update((ends[0] + n) % 7 for n in range((ends[-1] - ends[0]) % 7 + 1))
    return frozenset(days)


def _day(name: str, window: str) -> int:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for number, day in enumerate(full):
        if name.lower() in (day, day[:3]):
            return number
    raise ValueError(f"“{window}”: “{name}” is not a day; the days are {', '.join(DAYS)}.")


@dataclass(frozen=True, slots=True)
class Windows:
    """When a channel may post, by the clock of its site; no window at all means always."""

    spans: tuple[Window, ...] = ()

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Windows:
        """Read a list of windows; the first bad one is a ValueError in one sentence."""
        return cls(tuple(Window.parse(text) for text in texts))

    def opened_on(self, day: date, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """Give the spans that open on `day`, as instants, first to open first.

        A span over the hour that comes twice lasts through both; one that
        lies wholly in the skipped hour is empty.
        """
        for window in sorted(self.spans, key=lambda window: window.start):
            if day.weekday() in window.days:
                over = DAY_MINUTES if window.end <= window.start else 0
                yield instant(day, window.start, zone), instant(day, window.end + over, zone)

    def __str__(self) -> str:
        return "; ".join(str(window) for window in self.spans) or "always"
