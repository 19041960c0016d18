"""When a post may go out: windows, spacing, daily limits; and times as people write them.

Pure: the clock, the zone and the posts already placed are given. Hours are
local to the site. A time that is skipped when clocks go forward means the
first instant after the gap; a time that comes twice means the first of the two.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from bot.errors import UsageError
from bot.hours import Windows, duration, instant

HORIZON = timedelta(days=60)

# -------------------------------------------------------------------------- slots


def day_bounds(at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the first instant of the local day of `at` and that of the day after.

    The days are seamless and never overlap, also where midnight comes twice.
    """
    day = at.astimezone(zone).date()
    start, end = instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)
    while end <= at:  # the clock was put back over midnight: the new day has begun already
        day += timedelta(days=1)
        start, end = end, instant(day + timedelta(days=1), 0, zone)
    return start, end


def next_slot(
    now: datetime,
    *,
    windows: Windows,
    zone: tzinfo,
    spacing: timedelta,
    daily_limit: int | None,
    taken: Sequence[datetime],
    latest: datetime | None = None,
) -> datetime | None:
    """Find the first free moment from `now` on, or None if there is none before `latest`.

    The moment lies in a window, at least `spacing` from every instant of
    `taken`, before and after it, and on a local day that holds fewer than
    `daily_limit` of them. Sixty days ahead the search ends.
    """
    if any(at.tzinfo is None for at in (now, latest or now, *taken)):
        raise ValueError("a slot is found among aware times only")
    now = now.astimezone(UTC)
    end = now + HORIZON if latest is None else min(now + HORIZON, latest.astimezone(UTC))
    placed = sorted(at.astimezone(UTC) for at in taken)
    for opens, closes in _open(now, end, windows, zone):
        found = _free(max(now, opens), min(end, closes), zone, spacing, daily_limit, placed)
        if found:
            return found
    return None


def _open(
    now: datetime, end: datetime, windows: Windows, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Give the open spans that touch the time from `now` to `end`, first to open first."""
    if not windows.spans:
        yield now, end
        return
    day = now.astimezone(zone).date() - timedelta(days=2)  # a window may reach over midnight
    last = end.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        yield from windows.opened_on(day, zone)
        day += timedelta(days=1)


def _free(
    at: datetime,
    end: datetime,
    zone: tzinfo,
    spacing: timedelta,
    daily_limit: int | None,
    placed: list[datetime],
) -> datetime | None:
    """Find the first free moment from `at` on and before `end`; each step goes forward."""
    while at < end:
        near = bisect_left(placed, at + spacing) - 1
        if spacing and near >= 0 and placed[near] > at - spacing:
            at = placed[near] + spacing
            continue
        if daily_limit is None:
            return at
        start, tomorrow = day_bounds(at, zone)
        if bisect_left(placed, tomorrow) - bisect_left(placed, start) < daily_limit:
            return at
        at = tomorrow
    return None


# ------------------------------------------------------- times as people write them

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
_DATED = re.compile(
    rf"(?P<date>\d{{4}}-\d\d-\d\d)[Tt ]\s*{_CLOCK}\s*(?P<offset>[Zz]|[+-]\d\d:?\d\d)?"
)
_TODAY = re.compile(rf"(?P<day>today|tomorrow)?,?\s*{_CLOCK}", re.I)
_WAYS = "“2026-11-23 09:00”, “09:00”, “tomorrow 9:00” or “in 20m”"


class Moment(NamedTuple):
    """The instant that a person meant, and what they should know about it."""

    at: datetime
    note: str = ""  # "" where there is nothing odd


def local_time(text: str, zone: tzinfo, now: datetime) -> Moment:
    """Read a time by the clock of `zone`, or raise UsageError saying how to write one.

    An hour alone is the next such hour. A time that is skipped or comes twice
    is resolved by the rule of this module, and the note says so; a moment that
    is past is no error but noted, for it means at once.
    """
    text = text.strip()
    if text.lower() == "now":
        return Moment(now.astimezone(UTC))
    if text.lower().startswith("in "):
        try:
            return Moment(now.astimezone(UTC) + duration(text[3:]))
        except ValueError as error:
            raise UsageError(str(error)) from None
    dated, today = _DATED.fullmatch(text), _TODAY.fullmatch(text)
    try:
        if dated and dated["offset"]:
            clock = f"{dated['hour']:0>2}:{dated['minute']}:{dated['second'] or '00'}"
            at = datetime.fromisoformat(f"{dated['date']}T{clock}{dated['offset'].upper()}")
            return _judged(at.astimezone(UTC), now=now)
        if dated:
            return _judged(*_wall(date.fromisoformat(dated["date"]), dated, zone), now=now)
        if today:
            return _judged(*_next(today, zone, now), now=now)
    except (ValueError, OverflowError):
        raise UsageError(f"“{text}” is a day or hour that does not exist.") from None
    raise UsageError(f"“{text}” is not a time; write it as in {_WAYS}.")


def _next(found: re.Match[str], zone: tzinfo, now: datetime) -> tuple[datetime, str]:
    day = now.astimezone(zone).date()
    if found["day"]:
        return _wall(day + timedelta(days=found["day"].lower() == "tomorrow"), found, zone)
    at, note = _wall(day, found, zone)
    return (at, note) if at >= now else _wall(day + timedelta(days=1), found, zone)


def _wall(day: date, found: re.Match[str], zone: tzinfo) -> tuple[datetime, str]:
    """Give the instant of a local time, and what is odd about it."""
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    wall = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001
    at = instant(day, hour * 60 + minute, zone)
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if at.astimezone(zone).replace(tzinfo=None) != wall.replace(second=0):
        return at, f"{shown} is skipped in {zone}; {at.astimezone(zone):%H:%M} is taken instead."
    again = wall.replace(tzinfo=zone, fold=1)
    at += timedelta(seconds=second)
    if again.astimezone(UTC) == at:
        return at, ""
    return at, (
        f"{shown} comes twice in {zone}; the first is taken. "
        f"For the second, write {again.isoformat(timespec='minutes')}."
    )


def _judged(at: datetime, note: str = "", *, now: datetime) -> Moment:
    return Moment(at, note or ("this moment is past, so it means at once." if at < now else ""))
