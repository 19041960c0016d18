"""What every login shares: who sits there, what is asked for, what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from bot.errors import BotError, Unreachable
from bot.http import Sample, Session, clock
from bot.settings import ChannelConfig
from bot.store import Store

#: Where the browser comes back to on this machine; X asks for the whole address beforehand.
PORT: Final = 8733
CALLBACK: Final = "/callback"


class Person(Protocol):
    """Whoever connects the channel."""

    def tell(self, words: str) -> None:
        """Show them something."""

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask for a line; "" where they give none. A `hidden` one is not shown."""

    @property
    def has_browser(self) -> bool:
        """Whether a browser of theirs runs on this machine."""

    def browse(self, address: str) -> None:
        """Open a page in it, where there is one."""


@dataclass(frozen=True, slots=True)
class Login:
    """One login under way, and all that it needs."""

    channel: ChannelConfig
    label: str  # of the platform
    known: Mapping[str, str] = field(repr=False)  # credentials that hold so far
    seeds: Mapping[str, str] = field(repr=False)  # those of them that are set outside
    session: Session
    store: Store
    person: Person
    now: Callable[[], datetime]
    way: str = ""  # "paste" | "redirect"; "": what is simplest for the platform
    port: int = PORT
    anew: bool = False  # what was stored is of no use any more and goes
    another: bool = False  # a person says that another account took the place of the first
    app_id: str = ""  # of Meta's app, where it is set outside
    callback_url: str = ""  # the review page's own, where Meta can send people back to
    wait: Callable[[float], None] = time.sleep
    steady: Callable[[], float] = clock

    def secret(self, name: str, question: str, *, optional: bool = False) -> str:
        """Give a credential that is set outside, or ask; the session masks it from then on.

        One that an earlier login stored is kept where nothing else is given.
        """
        value, kept = self.seeds.get(name, ""), self.known.get(name, "")
        if not value:
            more = " (leave empty: the one from before)" if kept else ""
            value = self.person.ask(f"{question}{more}", hidden=True).strip() or kept
        if not value and not optional:
            raise BotError(f"{name} was not given; nothing was stored. Run the command again.")
        self.hide(value)
        return value

    def hide(self, *secrets: str) -> None:
        """See that these show nowhere."""
        self.session.masker.add(*(each for each in secrets if each))

    def new(self, **secrets: str) -> dict[str, str]:
        """Give those that are to be stored: not empty, and not what holds already."""
        return {
            name: value
            for name, value in secrets.items()
            if value and value != self.known.get(name)
        }


@dataclass(frozen=True, slots=True)
class Granted:
    """What a platform gave."""

    secrets: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None  # of the secrets; None: never, or nobody told
    app: Mapping[str, str] = field(default_factory=dict, repr=False)  # the app's; they never end
    numbers: Mapping[str, str] = field(default_factory=dict)  # settings: {"page_id": "72"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a platform answered: its JSON, and in words what it complains of."""

    status: int
    body: Any
    words: str

    @property
    def fine(self) -> bool:
        """Whether it did what was asked."""
        return self.status == 200 and isinstance(self.body, dict)


def ask(login: Login, method: str, url: str, **how: Any) -> Said:
    """Send one request; Unreachable where the platform gives no usable answer.

    What comes of it is a token at most, so it is no write to the channel.
    """
    try:
        with login.session.declare("read" if method == "GET" else "prepare", Sample()):
            response = login.session.request(method, url, **how)
        body = response.json()
    except ValueError:
        words = f"{login.label} gave no usable answer; nothing was stored. Try again in a moment."
        raise Unreachable(words) from None
    except OSError as error:
        raise Unreachable(f"{error} Nothing was stored; try again in a moment.") from None
    words = login.session.masker.mask(_complaint(body) or f"status {response.status_code}")
    return Said(response.status_code, body, " ".join(words.split())[:300])


def text(said: Said, name: str, login: Login) -> str:
    """Take a text out of an answer; BotError where it lacks or the answer is an error."""
    value = said.body.get(name) if said.fine else None
    if not isinstance(value, str | int) or not value:
        words = said.words if not said.fine else f"the answer has no {name}"
        raise BotError(f"{login.label} gave no access: {words}. Nothing was stored.")
    return str(value)


def _complaint(body: Any) -> str:
    """Find the words of an error in the forms that the four platforms use."""
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    if isinstance(error, dict):
        return f"{error.get('message', '')} ({error.get('code', '')})"
    parts = (error, body.get("error_description"), body.get("error_message"), body.get("detail"))
    return ": ".join(str(part) for part in parts if part)
