"""The XML of a sitemap or an index, told item by item; no tree of it is built."""

from __future__ import annotations

import re
import zlib
from typing import Any, Final

from bot.errors import NotASource
from bot.site import MAX_BYTES
from bot.site._charset import decode

MAX_ITEMS: Final = 50_000  # by the protocol, a sitemap holds no more
MAX_TAGS: Final = 500_000  # a full sitemap has some 300,000
LONGEST: Final = 4_000  # characters of an address or a title

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
_END = re.compile(
    r"</(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\s*>"
    r"|<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)[^<>]*/>\s*\Z",
    re.IGNORECASE,
)
# Signs that mean themselves: at such a one the XML reader drops what comes behind it.
# A sitemap has no entities of its own, so none is left that could grow.
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)|<(?![\w/!?])")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_CONTROL: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))
_ITEMS: Final = frozenset({"url", "sitemap"})
# An image's address and title stand in an element of its own, and are not told.
_OF_ITEM: Final = frozenset({"loc", "lastmod"})
_OF_NEWS: Final = frozenset({"title", "publication_date", "language", "keywords", "name"})

Item = tuple[str, dict[str, str]]  # "url" or "sitemap", and what is told of it


def items(body: bytes, url: str, content_type: str) -> tuple[list[Item], bool]:
    """List the items of a sitemap or an index, and tell whether it is whole.

    A damaged one is read as far as it goes, a gzip file unpacked. Prefixes and
    namespaces, which are often wrong, are not looked at. NotASource where it is none.
    """
    from lxml import etree

    xml = _from_root(_unpacked(body, url), url, content_type)
    teller: Any = _Teller()  # it needs no comments, which its declared type asks for
    parser = etree.XMLParser(
        target=teller,
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        parser.feed(xml.encode("utf-8", "replace").translate(None, _CONTROL))
        told: Any = parser.close()  # what the teller gives
    except (etree.LxmlError, ValueError) as error:
        raise NotASource(f"{url} answered with a sitemap that nobody can read.") from error
    return told, bool(_END.search(xml[-2_000:]))


def _unpacked(body: bytes, url: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:  # not gzip.decompress, which has no cap and gives nothing of a file that breaks off
        return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise NotASource(f"{url} answered with a damaged gzip file.") from error


def _from_root(body: bytes, url: str, content_type: str) -> str:
    """Decode a sitemap and give it from its first element on: no prologue, no DTD."""
    if not body.strip():
        raise NotASource(f"{url} answered with nothing.")
    if len(body) > MAX_BYTES:
        raise NotASource(f"{url} is larger than {MAX_BYTES // 1_000_000} MB.")
    source = decode(body, content_type)
    root = _ROOT.search(source[:20_000])
    if root is None:
        raise NotASource(f"{url} answered with {_instead(source[:2_000])}")
    if source.count("<") > MAX_TAGS:
        raise NotASource(f"{url} answered with more than {MAX_TAGS:,} elements.")
    return _escaped(source[root.start() :])


def _instead(start: str) -> str:
    if re.search(r"<(?:rss|feed|rdf:RDF)\b", start):
        return "a feed, not a sitemap: name it under feeds."
    if re.search(r"<(?:!doctype\s+html|html|head|body)\b", start, re.IGNORECASE):
        return "a web page, not a sitemap."
    return "something that is no sitemap."


def _escaped(xml: str) -> str:
    """Escape the signs that mean themselves; inside CDATA each does already."""
    first, *others = xml.split(_CDATA)
    parts = (each.partition(_CDATA_END) for each in others)
    rest = (inside + end + _BARE.sub(_reference, after) for inside, end, after in parts)
    return _CDATA.join((_BARE.sub(_reference, first), *rest))


def _reference(found: re.Match[str]) -> str:
    return "&amp;" if found[0] == "&" else "&lt;"


class _Teller:
    """Listens to the XML reader and keeps what is told of each item."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._path: list[str] = []
        self._kind = ""
        self._told: dict[str, str] = {}
        self._text: list[str] = []

    def start(self, tag: str, attributes: object) -> None:
        name = tag.rpartition("}")[2].rpartition(":")[2].lower()
        if name in _ITEMS:  # one that was not closed ends here
            self._keep()
            self._kind = name
        self._path.append(name)
        self._text = []

    def data(self, piece: str) -> None:
        self._text.append(piece)

    def end(self, tag: str) -> None:
        name = self._path.pop() if self._path else ""
        inside = self._path[-1] if self._path else ""
        if name in _ITEMS:
            self._keep()
        elif (inside in _ITEMS and name in _OF_ITEM) or (
            inside in ("news", "publication") and name in _OF_NEWS
        ):
            self._told.setdefault(name, "".join(self._text)[:LONGEST].strip())

    def close(self) -> list[Item]:
        return self._items

    def _keep(self) -> None:
        if self._told and len(self._items) < MAX_ITEMS:
            self._items.append((self._kind, self._told))
        self._told = {}
