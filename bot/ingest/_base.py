"""What a poll tells, and how it is gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from bot.model import Entry
from bot.selection import EARLY
from bot.store.sources import Source

#: So long a poll asks the sources of a site, and so long it reads pages; what is left
#: then waits for the next poll.
BUDGET: Final = timedelta(seconds=60)

#: What was noted further ahead than this was noted by a clock that was wrong.
CLOCK_SLACK: Final = timedelta(minutes=5)


class Which(Enum):
    """Which sources and pages a poll asks."""

    DUE = "due"  # those whose time has come: the daemon
    ALL = "all"  # every source that did not ask to be left alone: a person, or cron
    NOW = "now"  # these too, and pages that wait for their next try


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of one source did, in numbers and plain sentences."""

    site: str
    source: str
    error: str = ""  # why the source or one of its articles could not be reached
    unchanged: bool = False
    remembered: int | None = None  # by the first poll
    articles: tuple[str, ...] = ()  # those that got posts, by URL
    posts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()  # what was skipped or put off, and why
    alarms: tuple[str, ...] = ()  # what a person must see to
    asked: bool = True  # False: left alone; only pages of its articles were read


@dataclass(slots=True)
class Tally:
    """A `Polled` in the making."""

    site: str
    source: str
    asked: bool = False
    unchanged: bool = False
    remembered: int | None = None
    errors: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # articles whose page failed, each why
    articles: list[str] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def rests(self, source: Source) -> None:
        """Say why a source is not asked now."""
        if source.gone_at is not None:
            self.alarms.append(gone(source.error))
        elif source.retry_at is not None:
            until = shown(source.retry_at)
            words = f"It asks to be left alone until {until}; “bot poll --now” asks all the same."
            self.errors.append(f"{source.error} {words}")

    def polled(self) -> Polled:
        """Give what was gathered."""
        errors = list(self.errors)
        if self.late:
            several = f"{len(self.late)} new articles wait"
            count = "a new article waits" if len(self.late) == 1 else several
            errors.append(f"{count} for a later poll: {' '.join(self.late)}")
        return Polled(
            self.site,
            self.source,
            error=" ".join(errors),
            unchanged=self.unchanged,
            remembered=self.remembered,
            articles=tuple(self.articles),
            posts=tuple(self.posts),
            notes=tuple(self.notes),
            alarms=tuple(self.alarms),
            asked=self.asked,
        )


def gone(reason: str) -> str:
    """Say what to do about a source that is gone for good."""
    return (
        f"{reason} It is gone for good and is not asked any more: take it out of the site's file."
    )


def is_early(entry: Entry, now: datetime) -> bool:
    """Tell whether an entry is dated in the future."""
    return entry.published_at is not None and entry.published_at > now + EARLY


def shown(at: datetime) -> str:
    """Show a time in a sentence."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
