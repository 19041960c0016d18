"""What a page says of itself in JSON-LD, also where the JSON is slightly broken."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

Node = dict[str, Any]

MAX_NODES: Final = 3000
_DECODER = json.JSONDecoder(strict=False)  # takes line breaks inside strings
# CDATA and comment marks that CMSes and minifiers put around a block.
_WRAPPING = re.compile(r"(?:/\*|//)?\s*(?:<!\[CDATA\[|\]\]>)\s*(?:\*/)?|<!--|-->")
# Strings are matched so as to be kept; each alternative runs to the end where
# nothing closes it, so that hostile input costs one pass.
_FAULTS = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+(?:"|\Z))|/\*.*?(?:\*/|\Z)|//[^\n]*|,(?=\s*[}\]])', re.DOTALL
)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.?))', re.DOTALL)

ARTICLE_TYPES: Final = re.compile(
    r"(?:\w*Article|BlogPosting|LiveBlogPosting|\w*NewsArticle|SocialMediaPosting|Report|Review)"
)
LISTING_TYPES: Final = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList"})


class Graph:
    """The nodes of a page's JSON-LD, with references between them followed."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self.nodes: list[Node] = []
        self._by_id: dict[str, Node] = {}
        for block in blocks:
            self._add(load(block))

    def articles(self) -> list[Node]:
        """List the nodes that describe an article."""
        return [n for n in self.nodes if any(ARTICLE_TYPES.fullmatch(t) for t in types(n))]

    def of_type(self, *names: str) -> Iterator[Node]:
        """List the nodes that are one of these types."""
        wanted = frozenset(names)
        return (node for node in self.nodes if wanted & types(node))

    def things(self, value: object) -> list[Node]:
        """Give a property's values as nodes: references followed, names made nodes."""
        found: list[Node] = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                target = self._by_id.get(str(item.get("@id")), {}) if len(item) <= 2 else {}
                found.append(target | item)
            elif isinstance(item, str) and item.strip():
                found.append(self._by_id.get(item) or {"name": item, "url": item})
        return found[:50]

    def _add(self, value: object) -> None:
        """Take in all that `value` holds: top nodes in order, the rest for reference."""
        waiting: list[tuple[object, bool]] = [(value, True)]
        while waiting and len(self._by_id) + len(self.nodes) < MAX_NODES:
            item, top = waiting.pop()
            if isinstance(item, list):
                waiting += [(part, top) for part in reversed(item[:MAX_NODES])]
            if not isinstance(item, dict):
                continue
            if top and types(item):
                self.nodes.append(item)
            if isinstance(item.get("@id"), str) and len(item) > 2:
                self._by_id.setdefault(item["@id"], item)
            # A list of articles elsewhere is no description of this page.
            for key in reversed(item):
                inner = key in ("@graph", "mainEntity", "mainEntityOfPage")
                waiting.append((item[key], top and inner))


def types(node: Node) -> frozenset[str]:
    """Give the types of a node without their namespace."""
    named = node.get("@type")
    named = named if isinstance(named, list) else [named]
    return frozenset(re.split(r"[/#:]", t)[-1] for t in named if isinstance(t, str))


def load(block: str) -> object:
    """Parse a block, mending what is commonly wrong with it; None where that fails."""
    block = block.strip()
    for mend in (str, _mended, lambda b: _mended(html.unescape(b))):
        try:
            value: object = _DECODER.raw_decode(mend(block).lstrip("\ufeff \t\r\n;"))[0]
            return value
        except (ValueError, RecursionError):
            continue
    return None


def _mended(block: str) -> str:
    return _FAULTS.sub(_keep_string, _WRAPPING.sub("", block))


def _keep_string(found: re.Match[str]) -> str:
    return _BAD_ESCAPE.sub(_sound_escape, found["string"]) if found["string"] else ""


def _sound_escape(found: re.Match[str]) -> str:
    return found[0] if found[1] else found[2]
