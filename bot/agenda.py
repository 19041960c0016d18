"""The agenda: of one channel on one local day, what goes out when, and what is still free.

Pure: rules, clock and the posts already placed are given. A day lasts from one local
midnight to the next, which is 23 or 25 hours where clocks change. A free slot is what
`schedule.next_slot` finds, on a whole minute, so that a person can say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as Date
from itertools import groupby
from typing import Final

from bot import schedule
from bot.hours import Windows, instant
from bot.queue import Rules
from bot.store.timetable import Placed

#: Slots of a channel without spacing are offered so far apart.
STEP: Final = timedelta(minutes=30)
#: A day offers no more slots than a person looks through.
MOST_SLOTS: Final = 48
#: How far from a moment others matter to it: a local day, and more.
SIGHT: Final = timedelta(days=2)
#: How far ahead the posts are read that a later slot must not meet.
LATER: Final = timedelta(days=14)

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Turn:
    """Clocks change: at `at` they go from one local time to another."""

    at: datetime
    shown: datetime  # what clocks would have shown
    instead: datetime  # what they show

    @property
    def skips(self) -> bool:
        """Tell whether an hour is left out; else one comes twice."""
        return self.instead.replace(tzinfo=None) > self.shown.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Day:
    """A local day, as instants."""

    date: Date
    zone: tzinfo
    start: datetime
    end: datetime

    @classmethod
    def of(cls, day: Date, zone: tzinfo) -> Day:
        """Give the day of this date by the clock of `zone`."""
        start, end = (instant(day + timedelta(days=n), 0, zone) for n in (0, 1))
        return cls(day, zone, start, end)

    def share(self, at: datetime) -> float:
        """Tell how much of the day is over at a moment, in percent."""
        whole = max(self.end - self.start, timedelta(seconds=1))
        return round(100 * min(max((at - self.start) / whole, 0), 1), 3)

    @property
    def hours(self) -> Iterator[datetime]:
        """Give the full hours of the day, by its clock, one after the other as they come."""
        at = self.start
        while at < self.end:
            yield at.astimezone(self.zone)
            at += timedelta(hours=1)

    @property
    def turn(self) -> Turn | None:
        """Say when clocks change on this day, if they do."""
        second = timedelta(seconds=1)  # midnight itself may be what is skipped
        before, after = self.start - second, self.end - second
        last = _offset(after, self.zone)
        if _offset(before, self.zone) == last:
            return None
        while after - before > second:
            middle = before + (after - before) // (2 * second) * second
            before, after = (
                (before, middle) if _offset(middle, self.zone) == last else (middle, after)
            )
        would = (after - second).astimezone(self.zone) + second
        return Turn(after, would, after.astimezone(self.zone))


@dataclass(frozen=True, slots=True)
class Slots:
    """Where a channel has room: its rules, and the moments that are taken."""

    rules: Rules
    taken: tuple[datetime, ...]
    now: datetime

    def first(self, at: datetime, latest: datetime | None = None) -> datetime | None:
        """Find the first free minute from `at` and from now on, before `latest`."""
        at = _whole(max(at, self.now))
        while found := schedule.next_slot(
            at,
            windows=self.rules.windows,
            zone=self.rules.zone,
            spacing=self.rules.spacing,
            daily_limit=self.rules.daily_limit,
            taken=self.taken,
            latest=latest,
        ):
            if (at := _whole(found)) == found:
                return found
        return None

    def free(self, start: datetime, end: datetime, most: int = MOST_SLOTS) -> list[datetime]:
        """List moments from `start` to `end` that can be taken, whatever the day's limit says."""
        found: list[datetime] = []
        near = tuple(each for each in self.taken if start - self.step < each < end + self.step)
        left, at = replace(self, rules=replace(self.rules, daily_limit=None), taken=near), start
        while len(found) < most and (slot := left.first(at, end)):
            found.append(slot)
            left = replace(left, taken=(*left.taken, slot))
            at = slot + self.step
            if not self.rules.spacing:  # what is free at any time is offered at round ones
                at -= (at - _EPOCH) % STEP
        return found

    def after(self, at: datetime) -> datetime | None:
        """Find the slot one step later than `at`."""
        return self.first(at + self.step, at + LATER)

    def before(self, at: datetime) -> datetime | None:
        """Find the latest slot that is at least a minute before `at`; None where none is."""
        start = at - self.step
        while start + self.step > self.now:
            if found := self.first(start, at - timedelta(seconds=1)):
                return found
            start -= self.step
            if at - start > SIGHT:
                return None
        return None

    @property
    def step(self) -> timedelta:
        """How far apart slots are."""
        return max(self.rules.spacing, timedelta(minutes=1)) if self.rules.spacing else STEP


@dataclass(frozen=True, slots=True)
class Free:
    """A run of free slots with nothing between them."""

    slots: tuple[datetime, ...]

    @property
    def at(self) -> datetime:
        """When the first of them is."""
        return self.slots[0]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which the channel does not post."""

    at: datetime
    end: datetime


Item = Placed | Free | Quiet


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel's day."""

    day: Day
    quiet: tuple[Quiet, ...]
    placed: tuple[Placed, ...]
    free: tuple[datetime, ...]  # none on a day that is full
    used: int
    limit: int | None

    @property
    def room(self) -> int:
        """Count how many more the day takes."""
        return len(self.free) if self.limit is None else min(len(self.free), self.limit - self.used)

    @property
    def full(self) -> bool:
        """Tell whether the day takes no more."""
        return self.limit is not None and self.used >= self.limit

    def items(self, now: datetime) -> list[Item]:
        """List what a person wants to read of the day, in order; quiet hours that are over not."""
        quiet = [each for each in self.quiet if each.end > now]
        found: list[Item] = sorted((*self.placed, *quiet), key=lambda each: each.at)
        marks = [each.at for each in found]

        def passed(slot: datetime) -> int:
            return sum(mark <= slot for mark in marks)

        runs = [Free(tuple(run)) for _, run in groupby(self.free, passed)]
        return sorted((*found, *runs), key=lambda each: each.at)

    def next_movable(self, post_id: int) -> Placed | None:
        """Find the post after this one, of those that can be moved."""
        ids = [each.id for each in self.placed]
        later = self.placed[ids.index(post_id) + 1 :] if post_id in ids else ()
        return next((each for each in later if each.movable), None)


def lane(
    day: Day, rules: Rules, placed: Sequence[Placed], now: datetime, most: int = MOST_SLOTS
) -> Lane:
    """Lay out a channel's day. `placed` are its posts of that day and of `SIGHT` around it."""
    own = tuple(each for each in placed if day.start <= each.at < day.end)
    used, limit = sum(each.counts for each in own), rules.daily_limit
    slots = Slots(rules, tuple(each.at for each in placed if each.counts), now)
    full = limit is not None and used >= limit
    free = () if full else tuple(slots.free(day.start, day.end, most))
    return Lane(day, tuple(_quiet(day, rules.windows)), own, free, used, limit)


def week_of(day: Date) -> list[Date]:
    """List the days of a day's week, Monday first."""
    first = day - timedelta(days=day.weekday())
    return [first + timedelta(days=n) for n in range(7)]


def comes_twice(at: datetime, zone: tzinfo) -> bool:
    """Tell whether clocks show the time of a moment twice on its day."""
    local = at.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _quiet(day: Day, windows: Windows) -> Iterator[Quiet]:
    """Give what no window covers."""
    if not windows.spans:
        return
    at = day.start
    for opens, closes in _open(day, windows):
        if opens > at:
            yield Quiet(at, opens)
        at = max(at, closes)
    if at < day.end:
        yield Quiet(at, day.end)


def _open(day: Day, windows: Windows) -> Iterable[Span]:
    """Give what the windows open of a day; one may reach over from the day before."""
    spans = (
        span
        for each in (day.date - timedelta(days=1), day.date)
        for span in windows.opened_on(each, day.zone)
    )
    cut = ((max(opens, day.start), min(closes, day.end)) for opens, closes in spans)
    return sorted(span for span in cut if span[0] < span[1])


def _whole(at: datetime) -> datetime:
    """Give the first whole minute not before a moment."""
    at = at.astimezone(UTC)
    bare = at.replace(second=0, microsecond=0)
    return bare if bare == at else bare + timedelta(minutes=1)


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
