"""What every page of the room is made with: who asks, what is answered, how a page is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from anyio import CapacityLimiter
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bot.app import App, Editor
from bot.errors import UsageError
from bot.room._words import Words
from bot.store import Store


class Role(StrEnum):
    """Whom a page is for; each may open what those before it may."""

    NOBODY = "nobody"  # whoever asks, also unsigned
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, wanted: Role) -> bool:
        """Tell whether somebody of this role may open what is for `wanted`."""
        order = list(Role)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    name: str = ""
    role: Role = Role.NOBODY
    session: int = 0  # the row of the session; 0 where a proxy signs people in
    local: bool = False  # let in by a one-time link: nobody is a user yet
    language: str = ""  # of the pages, as this person chose it


@dataclass
class Room:
    """The review pages' own bot, and what it must do one at a time."""

    app: App
    alone: Lock = field(default_factory=Lock)  # held by whoever fetches pages or makes pictures
    #: For pages that wait for others: the threads of the rest stay free, whoever does not answer.
    slowly: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(6))
    # More at once would draw no faster, and on SQLite each that reads keeps others from writing.
    quickly: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    @property
    def store(self) -> Store:
        """The database."""
        return self.app.store


@dataclass(frozen=True)
class Ask:
    """One request, after the door has let it in."""

    room: Room
    visitor: Visitor
    request: Request
    words: Words
    form: FormData = field(default_factory=FormData)

    @property
    def app(self) -> App:
        """The bot."""
        return self.room.app

    @property
    def editor(self) -> Editor:
        """What the visitor can do with posts, in their own name."""
        return self.app.editor(self.visitor.name)

    @property
    def now(self) -> datetime:
        """The time, by the bot's clock."""
        return self.app.now()

    @property
    def swaps(self) -> bool:
        """Tell whether the page's own script asks, and takes a piece of a page."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def given(self) -> Mapping[str, Any]:
        """What the path holds: the number of a post."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query_params

    def text(self, name: str) -> str | None:
        """Give a field of the form, with the ends of lines as we write them; None without it."""
        value = self.form.get(name)
        if not isinstance(value, str):
            return None
        return value.replace("\r\n", "\n").replace("\0", "")  # which no database takes

    def number(self, name: str) -> int | None:
        """Give a field of the form as a number; UsageError where it is none."""
        value = self.text(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 16):
            raise UsageError(f"“{value[:40]}” is no number.")
        return int(value)

    def upload(self, name: str) -> UploadFile | None:
        """Give a file of the form; None where nobody chose one."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def back(self, otherwise: str) -> str:
        """Say to which page of ours the form wants to return: its field “back”, or `otherwise`."""
        wanted = self.text("back") or ""
        return wanted if is_ours(wanted) else otherwise


@dataclass(frozen=True)
class Sheet:
    """A page, or a piece of one, of a template in templates/review/."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Away:
    """Go and look at another page of ours (303), so that “reload” repeats nothing."""

    path: str


Answer = Sheet | Away | Response


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is declared: where it is, what answers, and who may ask."""

    path: str  # "/posts/{post_id:int}/approve"
    answer: Callable[[Ask], Answer]  # runs on a thread of its own; may raise BotError
    method: str = "GET"
    role: Role = Role.EDITOR
    files: int = 0  # so many may come with its form
    slow: bool = False  # it may wait for a site or a platform


def is_ours(path: str) -> bool:
    """Tell whether a path leads to a page of ours, and to nobody else's."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return False
    if any(ord(each) < 33 or each == "\\" for each in path):
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc
