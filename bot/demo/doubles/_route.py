"""What a platform answers to, and which names it takes there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.doubles._wire import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of a platform, and the names that it takes."""

    method: str
    path: str  # with {placeholders}
    query: frozenset[str]
    body: frozenset[str]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """Give the values of the placeholders, or None."""
        if method != self.method:
            return None
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)
        return found.groupdict() if found else None


Answer = Callable[..., Reply]


def route(line: str, query: str = "", body: str = "") -> Callable[[Answer], Answer]:
    """Mark a method of a double as the answer to `line`, with the names it takes."""
    method, path = line.split(" ")
    marked = Route(method, path, frozenset(query.split()), frozenset(body.split()))

    def mark(answer: Answer) -> Answer:
        answer.routes = (*getattr(answer, "routes", ()), marked)  # type: ignore[attr-defined]
        return answer

    return mark


class Refusal(Exception):
    """The platform says no, with this answer."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)
