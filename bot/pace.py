"""How often to ask: often enough for the news, seldom enough to be welcome.

Pure: it is told what is known and gives a span. Nothing here is about which source
or page it is, so that the words and the numbers can be read in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: Of a source that is not known well enough yet.
FIRST: Final = timedelta(minutes=10)
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(minutes=30)
#: How often the usual gap between two articles is looked into. A look each gap, as
#: feed readers take it (a week ÷ its articles), would find an article half a gap late:
#: seven hours at a site of twelve a week. A newsroom wants its teaser within minutes.
LOOKS_A_GAP: Final = 20
#: Only so much of a past counts: a newsroom's rhythm changes.
SIGHT: Final = timedelta(days=7)
#: Before a day has passed a rhythm is no more than chance.
KNOWN_AFTER: Final = timedelta(days=1)

#: What a source may ask for at most between two looks (NetNewsWire's cap); the
#: operator's own word for his own site overrides it.
MOST_ASKED: Final = timedelta(hours=5)
#: A source that fails is asked at least so often: it may be mended at any time.
LONGEST_BACKOFF: Final = timedelta(hours=4)
#: “Too many requests” without a word of how long.
TOO_MANY: Final = timedelta(minutes=10)
#: At most so much sooner or later than the interval, so that sources drift apart.
JITTER: Final = 0.1

#: “Not changed” is believed for so long: WordPress answers it after some changes too.
FULL_LOOK: Final = timedelta(days=1)

#: A page that fails is tried again at the next round, then after this, doubling.
PAGE_BACKOFF: Final = timedelta(minutes=5)
LONGEST_PAGE_BACKOFF: Final = timedelta(hours=6)
#: After this long an article is given up, and a person told.
GIVE_UP_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a source is used to be asked: by its own rhythm, or by the operator's word."""

    new: int = 0  # articles it was first to tell of …
    within: timedelta = timedelta(0)  # … in so long, SIGHT at most
    every: timedelta | None = None  # poll_every, where the operator said so

    def interval(self) -> timedelta:
        """Give the span between two looks at a source that is well."""
        if self.every is not None:
            return self.every
        if self.within < KNOWN_AFTER:
            return FIRST
        if not self.new:
            return LONGEST
        return min(max(self.within / self.new / LOOKS_A_GAP, SHORTEST), LONGEST)

    def after_success(self, asked: timedelta, jitter: float) -> timedelta:
        """Say when to look again; `asked` is what the source wants, `jitter` from -1 to 1."""
        if self.every is not None:
            return self.every
        return max(self.interval() * (1 + JITTER * jitter), min(asked, MOST_ASKED))

    def after_failure(
        self, failures: int, status: int | None, retry_after: timedelta | None, jitter: float
    ) -> timedelta:
        """Say when to try again after so many failures in a row, this one counted.

        Twice as long each time; never before the end of what the server asked for.
        """
        first = self.interval() * (1 if self.every is not None else 1 + JITTER * jitter)
        if status == 429 and retry_after is None:
            first = max(first, TOO_MANY)
        longest = max(LONGEST_BACKOFF, first)
        doubled: int = 2 ** min(max(failures, 1) - 1, 20)
        backoff = min(first * doubled, longest)
        return max(backoff, retry_after or timedelta(0))


def page_again(tries: int, retry_after: timedelta | None = None) -> timedelta:
    """Say when to try a page again that has failed `tries` times."""
    doubled: int = 2 ** min(max(tries - 2, 0), 20)
    backoff = min(PAGE_BACKOFF * doubled, LONGEST_PAGE_BACKOFF) if tries > 1 else timedelta(0)
    return max(backoff, retry_after or timedelta(0))


def full_look(full_at: datetime | None, now: datetime) -> bool:
    """Tell whether a source is to be asked without its validators."""
    return full_at is None or now - full_at >= FULL_LOOK
