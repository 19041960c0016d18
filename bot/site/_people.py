"""Who wrote an article: the names in a byline, without what is no name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from bot.identity import normal_title
from bot.language import phrase
from bot.site._document import Document, classes, lines_of, plain, text_of
from bot.site._jsonld import Graph, Node

LONGEST_NAME: Final = 60
# Accounts that a CMS makes for itself.
_NOBODY = frozenset({"admin", "administrator", "root", "webmaster", "wordpress", "superuser"})
_AND = re.compile(r"\s+(?:and|y|e|et|und|i|ve|و)\s+|\s*&\s*", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|author|authors|autor|autora|auteur|autore|vcard|yazar|firma)(?:[\s_-]|$)"
)
_ABOUT = re.compile(r"bio\b|about|avatar|box|related|comment|social|description")


class Names:
    """Reads names off bylines of one page; `nobodies` and the site itself are none."""

    def __init__(self, lang: str, site_names: Iterable[str], nobodies: Sequence[str]) -> None:
        self._nobody = _NOBODY | {normal_title(name) for name in (*site_names, *nobodies) if name}
        own = {phrase(code, "by") for code in (lang, "en")} | {
            "by",
            "par",
            "por",
            "von",
            "di",
            "de",
        }
        words = "|".join(re.escape(word) for word in sorted(own, key=len, reverse=True) if word)
        self._by = re.compile(rf"^(?:{words})\b:?\s+", re.IGNORECASE)

    def read(self, line: str) -> list[str]:
        """List the names in a byline such as “By Ann Lee, Bo Day and Cy Roe”."""
        line = re.sub(r"\S+(?:://|@)\S+|\s*\([^()]*\)\s*$", "", line)
        line = self._by.sub("", line.strip(" \t–—-|·•,:"))
        parts: list[str] = []
        for part in re.split(r"\s*[,;|•·/]\s*", line[:300]):
            # “Ramón y Cajal” is one name, “Ana Gil y Eva Paz” are two.
            pieces = _AND.split(part)
            parts += pieces if all(" " in piece.strip() for piece in pieces) else [part]
        return [name for name in map(str.strip, parts) if self._is_name(name)]

    def read_all(self, lines: Iterable[str]) -> tuple[str, ...]:
        """List the names in several bylines, each once."""
        return tuple(dict.fromkeys(name for line in lines for name in self.read(line)))[:10]

    def _is_name(self, name: str) -> bool:
        known = normal_title(name)
        return (
            bool(known)
            and known not in self._nobody
            and len(name) <= LONGEST_NAME
            and len(name.split()) <= 6
            and not re.search(r"[@<>{}*_:\d]|://|www\.|\.(?:com|org|net)\b", name)
            and any(c.isalpha() for c in name)
        )


def authors(doc: Document, graph: Graph, node: Node, names: Names, region: Any) -> tuple[str, ...]:
    """Find who wrote the article: by JSON-LD, by a visible byline, by a meta tag.

    A meta tag alone often names who pressed the button, or the publisher on
    every page, so that it counts only where the article shows the name too.
    """
    # An organisation is an author of its own, but not the one that publishes the site.
    claimed = [
        plain(name) for a in graph.things(node.get("author")) for name in _strings(a.get("name"))
    ]
    if found := names.read_all(claimed):
        return found
    if found := names.read_all(_bylines(doc, region)):
        return found
    metas = doc.metas("author", "article:author", "parsely-author", "sailthru.author", "dc.creator")
    return shown(names.read_all(metas), region)


def shown(found: Sequence[str], region: Any) -> tuple[str, ...]:
    """Keep of these names those that stand in the article itself."""
    if not found or region is None:
        return ()
    visible = normal_title(text_of(region))
    return tuple(name for name in found if normal_title(name) in visible)


def _strings(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _bylines(doc: Document, region: Any) -> Iterator[str]:
    """List the visible bylines: what is marked as such, the most certain first."""
    inside = {region, *region.iter()} if region is not None else set()
    for prop in ("author", "creator"):
        for element in doc.microdata.get(prop, ())[:5]:
            if element in inside:
                named = element.find(".//*[@itemprop='name']")
                yield plain(element.get("content")) or text_of(
                    named if named is not None else element
                )
    links = [a for a in (region.iter("a") if region is not None else ()) if "author" in _rel(a)]
    if links:
        yield from map(text_of, links[:5])
        return
    candidates = region.iterfind(".//*[@class]") if region is not None else ()
    for element in candidates:
        named = classes(element)
        if _BYLINE.search(named) and not _ABOUT.search(named):
            for line in lines_of(element)[:3]:
                if len(line) <= 120:
                    yield line
            return


def _rel(element: Any) -> list[str]:
    return (element.get("rel") or "").lower().split()
