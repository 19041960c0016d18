"""A page as a tree that can be asked: its bytes decoded, its head read, its texts plain."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from bot import text
from bot.errors import NotAnArticle
from bot.site import MAX_BYTES

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE
)
# Python knows codecs that are no character sets, some of them slow without bound.
_CHARSET = re.compile(
    r"ascii|utf-?(?:8|16(?:-?[lb]e)?)|iso-?(?:8859|2022)[\w-]*|(?:windows|cp)-?\d+|koi8-\w|mac[\w-]*"
    r"|gb[\dk]\w*|big5[\w-]*|s(?:hift)?[_-]?jis|euc[_-]\w+|tis-620"
)
# What the web calls by these names is the larger Windows set (WHATWG Encoding Standard).
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}
_CONTROL = bytes((*range(9), 11, 12, *range(14, 32), 127))

_BLOCKS: Final = frozenset(
    """
    address article aside blockquote br dd div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul
    """.split()
)
_SILENT: Final = frozenset("script style noscript template svg iframe object button select".split())


def decode(body: bytes, charset: str = "") -> str:
    """Decode a page: by its BOM, as UTF-8 where it is that, else as header or meta say.

    A header of ISO-8859-1 over a UTF-8 page is the commonest lie, so valid
    UTF-8 is believed first. Without any word it is Windows-1252.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    found = _META_CHARSET.search(body[:4096])
    declared = [charset, found[1].decode("ascii") if found else ""]
    if not body.isascii() and not any("16" in name for name in declared[:1]):
        try:  # not final: a page cut at the cap may end inside a character
            return codecs.getincrementaldecoder("utf-8")().decode(body)
        except UnicodeDecodeError:
            pass
    for name in declared:
        if _CHARSET.fullmatch(name := name.strip().lower()):
            try:
                codec = codecs.lookup(name).name
                return body.decode(_MEANT.get(codec, codec), "replace")
            except LookupError:
                continue
    return body.decode("windows-1252", "replace")


def text_of(element: Any) -> str:
    """Give the text of an element in one line; blocks inside it are parted by spaces."""
    return text.clean(" ".join(lines_of(element)))


def lines_of(element: Any, beside: Callable[[Any], bool] | None = None) -> list[str]:
    """Give the text of an element as its lines: blocks and ``<br>`` begin new ones.

    What is `beside` the text is left out, with all that it holds.
    """
    pieces: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(element, ("start", "end")):
        tag = node.tag
        if event == "start":
            silent += tag in _SILENT or bool(beside and beside(node))
            if tag in _BLOCKS:
                pieces.append("\n")
            if node.text and not silent:
                pieces.append(_flat(node.text))
            continue
        silent -= tag in _SILENT or bool(beside and beside(node))
        if tag in _BLOCKS:
            pieces.append("\n")
        if node is not element and node.tail and not silent:
            pieces.append(_flat(node.tail))
    return [line for line in map(text.clean, "".join(pieces).split("\n")) if line]


def plain(value: object) -> str:
    """Make one line of plain text of a string in a meta tag or JSON-LD; "" of anything else."""
    if not isinstance(value, str):
        return ""
    value = value[:20_000]
    return text.clean(text.from_html(value) if "<" in value or "&" in value else value)


class Document:
    """The tree of a page with its head in reach."""

    def __init__(self, body: bytes, url: str, charset: str = "") -> None:
        if not body.strip():
            raise NotAnArticle(f"{url} answered with nothing.")
        if len(body) > MAX_BYTES:
            raise NotAnArticle(f"{url} is larger than {MAX_BYTES // 1_000_000} MB.")
        source = decode(body, charset)
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        octets = source.encode("utf-8", "replace").translate(None, _CONTROL)
        try:
            root = etree.fromstring(octets, parser=parser)
        except (etree.LxmlError, ValueError):
            root = None
        if root is None or root.find("body") is None:
            raise NotAnArticle(f"{url} is no web page.")
        self.url, self.source, self.root = url, source, root

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        metas: dict[str, list[str]] = {}
        for meta in self.root.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("http-equiv") or ""
            content = meta.get("content") or meta.get("value")
            for word in name.lower().split()[:4]:  # RDFa lists several
                if content:
                    metas.setdefault(word, []).append(content)
        return metas

    def metas(self, *names: str) -> Iterator[str]:
        """List the contents of the meta tags called so, as plain text, in the order of `names`."""
        for name in names:
            for content in self._metas.get(name, ()):
                if value := plain(content):
                    yield value

    def meta(self, *names: str) -> str:
        """Give the first meta content of these names, or ""."""
        return next(self.metas(*names), "")

    @cached_property
    def links(self) -> dict[str, list[Any]]:
        """The ``link`` elements by each word of their ``rel``."""
        links: dict[str, list[Any]] = {}
        for link in self.root.iter("link"):
            for rel in (link.get("rel") or "").lower().split():
                links.setdefault(rel, []).append(link)
        return links

    def link(self, rel: str) -> str:
        """Give the absolute address of the first ``link`` of this kind, or ""."""
        found = self.links.get(rel)
        return self.absolute(found[0].get("href")) if found else ""

    @cached_property
    def _base(self) -> str:
        base = self.root.find(".//base[@href]")
        return _join(self.url, base.get("href") or "") if base is not None else self.url

    def absolute(self, address: object) -> str:
        """Resolve an address of the page; "" for what is no web address."""
        if not isinstance(address, str) or not (address := address.strip()):
            return ""
        return _join(self._base or self.url, address)

    @cached_property
    def title(self) -> str:
        """The ``title`` of the head."""
        found = self.root.find(".//title")
        return plain(found.text) if found is not None else ""

    @cached_property
    def body_classes(self) -> frozenset[str]:
        """What the ``body`` says of itself: WordPress names the kind of page there."""
        body = self.root.find("body")
        return (
            frozenset((body.get("class") or "").lower().split())
            if body is not None
            else frozenset()
        )

    @cached_property
    def microdata(self) -> dict[str, list[Any]]:
        """The elements with ``itemprop``, by each of its words."""
        found: dict[str, list[Any]] = {}
        for element in self.root.iterfind(".//*[@itemprop]"):
            for name in (element.get("itemprop") or "").split():
                found.setdefault(name, []).append(element)
        return found

    @cached_property
    def _classed(self) -> list[tuple[Any, str]]:
        return [(e, classes(e)) for e in self.root.iterfind(".//*[@class]")]

    def classed(self, words: re.Pattern[str], tags: Iterable[str] = ()) -> Iterator[Any]:
        """List what has a class, and in class or id what `words` finds, in order."""
        wanted = frozenset(tags)
        for element, named in self._classed:
            if (not wanted or element.tag in wanted) and words.search(named):
                yield element


def classes(element: Any) -> str:
    """Give class and id of an element in one lower-case line."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def within(root: Any, words: re.Pattern[str], tags: Iterable[str] = ()) -> Iterator[Any]:
    """List what lies in `root` with a class or id that `words` finds, in order."""
    wanted = frozenset(tags)
    for element in root.iterfind(".//*[@class]"):
        if (not wanted or element.tag in wanted) and words.search(classes(element)):
            yield element


def _flat(piece: str) -> str:
    return piece.replace("\r", " ").replace("\n", " ")


def _join(base: str, address: str) -> str:
    try:
        joined = urljoin(base, address)
        return joined if urlsplit(joined).scheme in ("http", "https") else ""
    except ValueError:
        return ""
