"""Find the entries of a feed in its text, however damaged the XML is.

One feed in ten is not well formed, and a parser of XML must stop at the first
fault. Here tags are found one after the other and paired by a stack: an element
left open ends with the one around it, a stray end is passed over, and so damage
stays within its entry. What elements hold is looked at only when it is asked for.
Time grows with the length alone. Nothing is fetched, and no entity stands for
more than one sign.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bot.site.feed._markup import LONGEST, Element, Piece, entities_of

DEEPEST: Final = 50
MOST_OF_A_NAME: Final = 50  # elements of one name in one entry

#: Element and attribute names by which the elements of other namespaces are known here.
_NAMESPACES: Final = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
}
# Prefixes that mean what they always mean where a feed forgets to declare them.
_PREFIXES: Final = {"atom": "", "rss": "", "a10": ""}

ROOTS: Final = frozenset({"rss", "feed", "rdf:rdf", "channel"})
ENTRIES: Final = frozenset({"item", "entry"})
WANTED: Final = frozenset({
    "title", "dc:title", "media:title", "link", "guid", "id", "description", "summary",
    "dc:description", "abstract", "itunes:summary", "content", "content:encoded", "author",
    "dc:creator", "dc:author", "itunes:author", "category", "dc:subject", "language",
    "dc:language", "pubdate", "published", "issued", "dcterms:issued", "dc:date", "date",
    "created", "dcterms:created", "updated", "modified", "dcterms:modified",
    "feedburner:origlink", "post-id", "ttl", "sy:updateperiod", "sy:updatefrequency",
})  # fmt: skip

_ATTRIBUTES = r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+"""
_TAG = re.compile(
    rf"""<!\[CDATA\[.*?(?:\]\]>|\Z) | <!--.*?(?:-->|\Z)
    | <(/?)([A-Za-z_][^\s<>/="']*)({_ATTRIBUTES}[^<>]*)>""",
    re.DOTALL | re.VERBOSE,
)
ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)[\s/>]", re.IGNORECASE)
_XMLNS = re.compile(r"""\bxmlns:([\w.-]{1,40})\s*=\s*["']\s*([^"'<]{1,200})""")
# Where CDATA and comments begin and end, and where one entry surely follows another.
_ENDS: Final = {"<![CDATA[": "]]>", "<!--": "-->"}
_MARK = re.compile(
    r"<!\[CDATA\[|\]\]>|<!--|-->|<(?:item|entry)[\s>]"
    r"|</(?:item|entry)\s*>(?=\s*</?(?:item|entry|channel|feed|rss)[\s>])"
)


class _Open(NamedTuple):
    """An element that has begun."""

    name: str
    attributes: str
    tag_at: int
    start: int
    inside: dict[str, list[Element]]


class Scan:
    """One reading of a text: the channel, its entries, and how it ends.

    `found` tells whether there is a feed at all, `torn` whether the text breaks
    off in an entry, which is none of `entries`. ValueError where it is an attack.
    """

    def __init__(self, text: str) -> None:
        text = _without_open_ends(text)
        root = ROOT.search(text)
        self.found = root is not None
        self.channel = Piece(text, entities_of(text[: root.start()] if root else ""))
        self.entries: list[Piece] = []
        self.torn = False
        self._names: dict[str, str] = {}
        self._prefixes = dict(_PREFIXES)
        self._stack: list[_Open] = []
        if root:
            self._run(text, root.start())

    def _run(self, text: str, begin: int) -> None:
        for tag in _TAG.finditer(text, begin):
            is_end, written, attributes = tag.groups()
            if written is None:  # CDATA or a comment
                continue
            if "xmlns" in attributes:
                self._declare(attributes)
            name = self._names.get(written) or self._name(written)
            if is_end:
                self._end(name, tag.start())
            elif name in ROOTS and not self._stack:
                if len(self.channel.attributes) < LONGEST:
                    self.channel.attributes += " " + attributes
            else:
                self._start(name, attributes, tag)
        if self._stack and self._stack[0].name in ENTRIES:
            self.torn = True

    def _declare(self, attributes: str) -> None:
        for prefix, uri in _XMLNS.findall(attributes[:LONGEST]):
            known = _NAMESPACES.get(uri.strip().lower())
            if known is not None and self._prefixes.get(prefix.lower()) != known:
                self._prefixes[prefix.lower()] = known
                self._names.clear()

    def _name(self, written: str) -> str:
        prefix, colon, local = written.lower().rpartition(":")
        name = self._prefixes.get(prefix, prefix + colon) + local
        if len(self._names) < 1000:
            self._names[written] = name
        return name

    def _start(self, name: str, attributes: str, tag: re.Match[str]) -> None:
        if name in ENTRIES:
            self._unwind(0, tag.start())  # what is still open was never closed
        if len(self._stack) < DEEPEST:
            self._stack.append(_Open(name, attributes, tag.start(), tag.end(), {}))
            if attributes.endswith("/"):
                self._close(tag.end())

    def _end(self, name: str, at: int) -> None:
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place].name == name:
                self._unwind(place + 1, at)
                self._close(at)
                return
        if name in ROOTS:
            self._unwind(0, at)

    def _unwind(self, depth: int, at: int) -> None:
        """Close what is open deeper than `depth`, and keep what it held: it was left open."""
        while len(self._stack) > depth:
            left = self._stack[-1]
            if left.name in ENTRIES:
                self._close(at)
                continue
            inside = [element for elements in left.inside.values() for element in elements]
            self._close(min([at, *(element.tag_at for element in inside)]))
            for name, elements in left.inside.items():
                for element in elements:
                    self._keep(name, element)

    def _close(self, at: int) -> None:
        name, attributes, tag_at, start, inside = self._stack.pop()
        if name in ENTRIES:
            self.entries.append(Piece(self.channel.text, self.channel.entities, attributes, inside))
        elif name in WANTED:
            self._keep(name, Element(attributes, tag_at, start, at))
        elif name == "categories":  # in no standard, and in feeds of large houses
            for element in inside.get("category", ()):
                self._keep("category", element)

    def _keep(self, name: str, element: Element) -> None:
        place = self._stack[-1].inside if self._stack else self.channel.elements
        elements = place.setdefault(name, [])
        if len(elements) < MOST_OF_A_NAME:
            elements.append(element)


def _without_open_ends(text: str) -> str:
    """Drop the beginnings of CDATA and comments that never end, or only in another entry.

    They would hide all that stands between. A comment that holds whole entries stays.
    """
    begun: list[re.Match[str]] = []
    open_ended: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        if not begun:
            begun = [mark] * (mark[0] in _ENDS)
        elif mark[0] == _ENDS[begun[0][0]]:
            begun = []
        elif mark[0] in _ENDS or mark[0].startswith(("<i", "<e")):
            begun.append(mark)
        elif mark[0][:2] == "</" and begun[-1][0] in _ENDS:  # an entry ends that did not begin
            open_ended += begun
            begun = []
    open_ended = [mark for mark in open_ended + begun if mark[0] in _ENDS]
    if not open_ended:
        return text
    places = [0, *(place for mark in open_ended for place in mark.span()), len(text)]
    return " ".join(text[a:b] for a, b in zip(places[::2], places[1::2], strict=True))
