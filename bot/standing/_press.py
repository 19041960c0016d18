"""What the runs that publish are given, and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from bot import http
from bot.credentials import fingerprint
from bot.http import Exchange, Session
from bot.model import Channel, Post
from bot.platforms.base import Platform
from bot.queue import Judge, Made, Rules
from bot.store import Store

#: What failed is tried again after this, then after twice as long each time …
FIRST_WAIT: Final = timedelta(minutes=1)
#: … up to this …
LONGEST_WAIT: Final = timedelta(hours=1)
#: … a little sooner or later, so that channels which failed together drift apart.
JITTER: Final = 0.1


#: So begins the reason of a post that nobody sent, and that is looked for all the same.
UNSENT: Final = "It may have gone out already:"


@dataclass(frozen=True, slots=True)
class Bound:
    """A channel bound to its platform, with what decides whether it may post."""

    channel: Channel
    platform: Platform
    session: Session
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # bound with these
    seeds: Mapping[str, str] = field(default_factory=dict, repr=False)  # those set outside
    number: str = ""  # of the account, where the settings hold it
    budget: int | None = None  # thousandths of a dollar a month
    zone: tzinfo = UTC  # of the site, in which months begin
    rules: Rules | None = None  # when the channel may post

    @property
    def key(self) -> str:
        """The channel's name among all sites: "harbour/twitter"."""
        return f"{self.channel.site}/{self.channel.name}"

    @property
    def mark(self) -> str:
        """What a proof holds for: these credentials, and the account that they must be of."""
        return fingerprint({**self.secrets, "/": f"{self.channel.account}/{self.number}"})


@dataclass(frozen=True, slots=True)
class Same:
    """The article is there, and says what its teaser says."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The article was taken back, or another one lies at its address."""

    reason: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The article says something else now; `made` is its new teaser, where a rule approved."""

    headline: str
    made: Made | None = None
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody can tell now; look again after `wait`."""

    reason: str
    wait: timedelta


Look = Same | Gone | Changed | Later


@dataclass(frozen=True, slots=True)
class Press:
    """The bot as far as publishing needs it; the app makes one for each run."""

    store: Store
    bound: Callable[[str, str], Bound]  # by site and channel; UsageError where there is none
    watch: Callable[[Post, datetime], Look]
    lease: timedelta
    quarantine: timedelta
    hands: Collection[str] = ()  # channels posted by hand, "site/channel"
    steady: Callable[[], float] = http.clock
    jitter: Callable[[], float] = lambda: 0.0  # from -1 to 1
    stopping: Callable[[], bool] = lambda: False

    def backoff(self, failures: int) -> timedelta:
        """Say how long to wait after so many failures in a row, this one counted."""
        doubled: int = 2 ** min(max(failures, 1) - 1, 20)
        return min(FIRST_WAIT * doubled, LONGEST_WAIT) * (1 + JITTER * self.jitter())


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a run did to a post: how it stands now, and what happened in words."""

    post: Post
    words: str
    exchanges: tuple[Exchange, ...] = ()  # of a rehearsal


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did, in order; `broken` says what ended it early: the database."""

    steps: tuple[Step, ...] = ()
    broken: str = ""
