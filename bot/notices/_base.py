"""A cause, a message, and what watches for causes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot import queue
from bot.model import Post
from bot.store import Store

#: The kinds of causes in the order in which they are told: what one is called, what several.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("post needs a person", "posts need a person"),
    "hold": ("post goes out by itself", "posts go out by themselves"),
    "channel": ("channel cannot post", "channels cannot post"),
    "token": ("login ends", "logins end"),
    "source": ("source fails", "sources fail"),
    "other": ("other matter", "other matters"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that somebody should know."""

    key: str  # the same as long as it is the same thing: "post 12 refused"
    kind: str  # one of KINDS
    site: str  # "" where it concerns all
    sentence: str
    post_id: int = 0  # whose page tells more; 0: none


@dataclass(frozen=True, slots=True)
class Delivery:
    """To how many addresses a message went, and what was wrong with the others."""

    reached: int
    faults: tuple[str, ...] = ()


#: Sends subject and text.
Send = Callable[[str, str], Delivery]


@dataclass
class Bell:
    """What is to be watched, and how to tell of it. Keep one as long as the process lives."""

    store: Store
    send: Send | None  # see `deliver`; None: nobody is to be told
    page: str  # where the pages are: "https://bot.harbour.example"
    names: Mapping[str, str]  # of the sites: {"harbour": "Harbour Post"}
    automatic: Mapping[str, timedelta]  # channels that nobody reviews, and their “hold”, or zero
    renews: Mapping[str, timedelta | None]  # of each channel: when its credential is renewed
    rules_of: Callable[[Post], queue.Rules]
    hands: Callable[[], Collection[str]] = tuple
    sources: Callable[[], Iterable[tuple[str, str]]] = tuple
    others: Callable[[], Mapping[str, str]] = dict  # what else is to be told, by its key
    faults: tuple[str, ...] = ()  # of the last message
    _failures: int = 0
    _known: dict[str, datetime] = field(default_factory=dict)  # when each was last looked after
