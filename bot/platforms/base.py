"""The seam between the bot and a platform, and how a platform is found.

A platform is one file of this folder, found by its name and imported only when
a channel names it. It holds a class `Platform` that keeps the promise below. A
fifth platform is one new file and one scenario in `tests/contract/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UsageError
from bot.http import Session
from bot.model import PLATFORM_ALIASES, Account, Outcome, Problem, Renewed, Teaser, Trace

#: What a setting that holds an address must look like; it may be empty.
WEB_ADDRESS = r"^(https?://\S+)?$"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes; each number's source stands where it is set."""

    text: int  # in the units of `measure`
    unit: str  # what those are: "weighted characters", "bytes"
    title: int = 0  # in characters; 0: the platform has no title
    hashtags: int | None = None  # more become a problem; None: as many as one likes
    alt: int = 0  # characters of a picture's description; 0: none is known
    picture_bytes: int = 0
    picture_types: tuple[str, ...] = ()  # empty: not known, nothing is said
    video_bytes: int = 0
    video_types: tuple[str, ...] = ()
    media: str = "optional"  # "optional" | "image" | "video": what a post must carry
    link: str = "text"  # where the link lives: "text" | "attached" | "none"
    shape: str = ""  # of the pictures it shows best; see `media.base.Shape`
    posts_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of something a platform gives one credential between two local midnights."""

    name: str  # "videos.insert"
    limit: int
    zone: str  # IANA zone of the midnight at which it begins anew


class Settings(BaseModel):
    """A channel's `settings`: what every platform takes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
    api_url: str = Field(default="", pattern=WEB_ADDRESS)
    """Another address of the platform's API; left out: its own."""


class Platform(Protocol):
    """What the bot asks of a platform. Nothing here decides when to post.

    No method raises for what a platform or the network does: whatever comes back is
    one of the outcomes. An exception is a fault of this program, and counts as Unknown.
    """

    name: ClassVar[str]
    label: ClassVar[str]  # as people read it: "X (Twitter)"
    limits: ClassVar[Limits]
    quotas: ClassVar[tuple[Quota, ...]]  # counted by `credential`
    secrets: ClassVar[tuple[str, ...]]  # names of the credentials it needs
    optional_secrets: ClassVar[tuple[str, ...]]
    Settings: ClassVar[type[BaseModel]]

    used: dict[str, int]  # of each quota since the publisher last emptied it

    def __init__(
        self,
        *,
        account: str,
        settings: Any,
        secrets: Mapping[str, str],
        session: Session,
        clock: Callable[[], datetime],
    ) -> None:
        """Bind one channel. `secrets` may be empty where `session` rehearses."""

    @property
    def credential(self) -> str:
        """What the quotas belong to (a project, an app): a fingerprint, no secret."""

    @property
    def renews(self) -> timedelta | None:
        """How long before its end the credential is renewed; None: these never are."""

    @staticmethod
    def measure(text: str) -> int:
        """Count `text` as the platform counts it."""

    @staticmethod
    def neutralise(text: str) -> str:
        """Return article text in which the platform sees no @mention or link of its own.

        Nothing visible changes, nothing is lost, and doing it twice is doing it once.
        """

    @classmethod
    def check(cls, teaser: Teaser, form: str = "") -> list[Problem]:
        """Name every fault of `teaser` at once; pure.

        `form` is the channel's own, where its settings have one: what a post shall be.
        """

    @classmethod
    def price(cls, teaser: Teaser) -> int:
        """Tell what the post costs, in thousandths of a US dollar; pure."""

    @classmethod
    def usable(cls, secrets: Mapping[str, str]) -> bool:
        """Tell whether these credentials are enough to post with; else it is done by hand."""

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Take the next step towards a live post: at most one write a call.

        What a step made comes back in `Waiting.resume` and is stored before the next.
        """

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Look whether a post whose end nobody saw is live; only reads.

        Published: found. Absent: not there; `proven` where the platform's word settles it,
        else one look of two. Waiting: it is there, and the platform still works on it.
        Without `resume` nothing is known of its steps, not even that none was taken: a
        restored database has forgotten them.
        Unknown: several posts match, or what is there cannot be told. Retry, Blocked:
        it could not be read.
        """

    def verify(self) -> Account | Outcome:
        """Ask who the credential is; only reads. Retry or Blocked where that fails."""

    def renew(self) -> Renewed | Outcome:
        """Exchange the credential for a new one; `renews` says when. Never in a rehearsal."""

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Do one of the steps that follow a published post (a first comment)."""

    def delete(self, remote_id: str) -> Outcome:
        """Take a post down. Absent: it is gone. Refused: the platform's API cannot."""


@cache
def names() -> tuple[str, ...]:
    """List the platforms that this program has, by file name."""
    import bot.platforms as package

    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(package.__path__)
            if not module.name.startswith("_") and module.name != "base"
        )
    )


def load(name: str) -> type[Platform]:
    """Import the platform called `name`; an unknown name is a UsageError."""
    name = PLATFORM_ALIASES.get(name, name)
    if name not in names():
        raise UsageError(f"there is no platform “{name}”; there are: {', '.join(names())}.")
    platform: type[Platform] = importlib.import_module(f"bot.platforms.{name}").Platform
    return platform
