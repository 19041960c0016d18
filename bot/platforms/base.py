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
from datetime import datetime
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UsageError
from bot.http import Session
from bot.model import PLATFORM_ALIASES, Outcome, Problem, Teaser

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
    media: str = "optional"  # "optional" | "image" | "video": what a post must carry
    link: str = "text"  # where the link lives: "text" | "attached" | "none"
    posts_per_day: int = 0


class Settings(BaseModel):
    """A channel's `settings`: what every platform takes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
    api_url: str = Field(default="", pattern=WEB_ADDRESS)
    """Another address of the platform's API; left out: its own."""


class Platform(Protocol):
    """What the bot asks of a platform. Nothing here decides when to post."""

    name: ClassVar[str]
    label: ClassVar[str]  # as people read it: "X (Twitter)"
    limits: ClassVar[Limits]
    secrets: ClassVar[tuple[str, ...]]  # names of the credentials it needs
    optional_secrets: ClassVar[tuple[str, ...]]
    Settings: ClassVar[type[BaseModel]]

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

    @staticmethod
    def measure(text: str) -> int:
        """Count `text` as the platform counts it."""

    @staticmethod
    def neutralise(text: str) -> str:
        """Return article text in which the platform sees no @mention or link of its own.

        Nothing visible changes, nothing is lost, and doing it twice is doing it once.
        """

    @classmethod
    def check(cls, teaser: Teaser) -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Take the next step towards a live post: at most one write a call."""

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Do one of the steps that follow a published post (a first comment)."""


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
