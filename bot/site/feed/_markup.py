"""What a piece of a feed's XML says: its elements, their attributes and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final, NamedTuple

LONGEST: Final = 20_000  # characters that are looked at of one element

_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'])([^\s=<>"'/]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'<>]++))"""
)
_ENTITY = re.compile(
    r"""<!ENTITY\s+(?:(%)|([\w.:-]{1,40})\s+(?:"([^"]{0,200})"|'([^']{0,200})'))?""", re.IGNORECASE
)
_WRITTEN = re.compile(
    r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z_][\w.-]{0,39});",
    re.DOTALL,
)


class Element(NamedTuple):
    """Where an element stands in the text of a feed."""

    attributes: str  # as written
    tag_at: int
    start: int  # of what it holds
    end: int


@dataclass(slots=True)
class Piece:
    """The channel or one entry: its own elements, by name."""

    text: str
    entities: Mapping[str, str]
    attributes: str = ""
    elements: dict[str, list[Element]] = field(default_factory=dict)

    def all(self, *names: str) -> Iterator[tuple[dict[str, str], str]]:
        """List the attributes and the content of the elements of each name, in that order."""
        for name in names:
            for element in self.elements.get(name, ()):
                attributes = attributes_of(element.attributes)
                inner = self.text[element.start : min(element.end, element.start + LONGEST)]
                kind = attributes.get("type", "").lower().removeprefix("application/")
                yield attributes, inner if kind.startswith("xhtml") else read(inner, self.entities)

    def first(self, *names: str) -> str:
        """Give the content of the first of these elements that has any, else ""."""
        return next((content for _, content in self.all(*names) if content.strip()), "")


def attributes_of(written: str) -> dict[str, str]:
    """Return the attributes of a tag, names in small letters; the first of a name counts."""
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(written[:LONGEST]) if written else ():
        found.setdefault(name.lower(), read(next(filter(None, values), ""), {}))
    return found


def entities_of(prolog: str) -> dict[str, str]:
    """Return the entities that a document declares, those for a few signs of plain text.

    ValueError where one stands for others or for a file, as in attacks alone.
    Lists of entities to be fetched are passed over, and what they name stays as it is.
    """
    found: dict[str, str] = {}
    for is_list, name, *values in _ENTITY.findall(prolog):
        value = "".join(values)
        if not is_list and (not name or re.search(r"&(?!#)|%", value)):
            raise ValueError("entities that stand for others, or for files; no feed needs them")
        found.setdefault(name, unescape(value))
    return found


def read(source: str, entities: Mapping[str, str]) -> str:
    """Return what a piece of XML stands for: CDATA bare, entities resolved, comments gone."""
    if "&" not in source and "<!" not in source:
        return source

    def one(found: re.Match[str]) -> str:
        if found[0][0] == "&":
            return entities.get(found[0][1:-1]) or unescape(found[0])
        return found[1] or ""

    return _WRITTEN.sub(one, source)
