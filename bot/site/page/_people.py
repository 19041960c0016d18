"""Who wrote an article: what the page claims, and what it shows by the headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any, Final

from bot.identity import normal_title
from bot.site._document import Document, classes, lines_of, plain, text_of
from bot.site._jsonld import Graph, Node, types
from bot.site.page._body import Paragraph
from bot.site.page._names import Names

LONGEST_BYLINE: Final = 300  # characters; a larger element is a box that also holds one
MAX_ELEMENTS: Final = 20_000
MAX_PIECES: Final = 80  # of text, in a byline
SIGNED: Final = 2  # paragraphs at either end of a text that may be its byline
MAX_MARKED: Final = 60  # elements that are marked alike
_BYLINE: Final = re.compile(
    r"byline|author(?!i)|autor(?!i)|auteur|autore|vcard|yazar|contributor|writer|verfasser"
    r"|(?:^|[\s_-])(?:firma|firmas|redakteur|journalist|poster|itemposter)(?:[\s_-]|$)"
)
_ABOUT: Final = re.compile(
    r"bio\b|about|avatar|box|related|comment|social|descri|image|photo|picture|thumb|follow|more"
    r"|widget|count|position|function|title\b|job|role|info-?text|contact|share|date|time"
)
_TRANSLATOR: Final = re.compile(
    r"translator|traduct(?:or|eur|rice)|tradut(?:or|rice)|traduttore|(?:ue|ü)bersetzer|[cç]evirmen"
)
_NAME: Final = re.compile(r"(?:^|[\s_-])(?:fn|name|nickname|author-?name|authorname)(?:[\s_-]|$)")
# What lies in one of these is of another article, of a reader, or of the whole site.
_ELSEWHERE: Final = re.compile(
    r"comment(?!-?box-?meta)|komment|coment|reply|respond|related|relacionad|recommend|recent|popular"
    r"|most-?read|sidebar|trackback|ping|newsletter|tease|also-|recirc|promo|cookie|breadcrumb"
    r"|caption|copyright|(?:^|[\s_-])(?:nav|navbar|menu|widget|aside|more|next|prev)(?:[\s_-]|$)"
)
_ELSEWHERE_TAGS: Final = frozenset(["nav", "figure", "figcaption", "blockquote"])
_OF_AUTHOR: Final = re.compile(
    r"/(?:authors?|autor(?:e|es|en|as?|in)?|auteurs?|autori|writers?|by|journalist[ea]?s?|reporters?"
    r"|redakteure?|redaktion|people|contributors?|columnists?|bloggers?|firmas?|yazar(?:lar)?"
    r"|personen|staff|newsteam|team|profile?|kolumnisten)/[^/?#]+/?(?:[?#]|$)|[?&/]author=|auteur\d+"
)
# Made by newsrooms' own tools for readers; plain “author” is often an account or the publisher.
_SURE_METAS: Final = (
    *("parsely-author", "sailthru.author", "byl", "cxenseparse:author", "citation_author"),
)
_METAS: Final = (
    *("author", "article:author", "article:author_name", "shareaholic:article_author_name"),
    *("dc.creator", "dc:creator", "dcterms.creator", "og:author", "creator"),
)
_WRITTEN_BY: Final = re.compile(
    r"(?:written|posted|words)\s+by|(?:verfasst|geschrieben|veröffentlicht)\s+von"
    r"|(?:escrito|publicado)\s+por|[ée]crit par|publi[ée] par|scritto da|escrit per|yazan|yazar"
    r"|كتب|بقلم|author|autor|auteur|autore",
    re.IGNORECASE,
)


def authors(
    doc: Document,
    graph: Graph,
    node: Node,
    names: Names,
    region: Any,
    h1: Any,
    start: Any,
    paragraphs: Sequence[Paragraph] = (),
) -> tuple[str, ...]:
    """Find who wrote the article: by the text, JSON-LD, a visible byline, a meta tag.

    A meta tag alone often names who pressed the button, or the publisher on
    every page, so that it counts only where the article shows the name too.
    """
    if found := _signed(paragraphs, names):
        return found
    if found := names.read_all(_claimed(graph, node), shown=False):
        return found
    for scope in (region, _around(doc, region)):
        if scope is not None and (found := _Bylines(names, scope, h1, start).find()):
            return found
    if found := names.read_all(doc.metas(*_SURE_METAS)):
        return found
    metas = [*_labelled(doc), *(m for m in doc.metas(*_METAS) if "://" not in m)]
    return shown(names.read_all(metas), doc.root.find("body"))


def _signed(paragraphs: Sequence[Paragraph], names: Names) -> tuple[str, ...]:
    """Read the byline that opens or closes the text, whoever's account posted it."""
    for line in chain(*paragraphs[:SIGNED], *paragraphs[SIGNED:][-SIGNED:]):
        found = names.spoken(line)
        if found and all(" " in name for name in found):
            return tuple(found)
    return ()


def shown(found: Sequence[str], region: Any) -> tuple[str, ...]:
    """Keep of these names those that stand in the article itself."""
    if not found or region is None:
        return ()
    visible = normal_title(text_of(region))
    return tuple(name for name in found if normal_title(name) in visible)


def persons(graph: Graph) -> set[str]:
    """Give the people who are publishers themselves: a site of one's own bears one's name."""
    both = (n for n in graph.of_type("Person") if "Organization" in types(n))
    return {normal_title(plain(n.get("name"))) for n in both}


def _claimed(graph: Graph, node: Node) -> Iterator[str]:
    # An organisation is an author of its own, but not the one that publishes the site.
    for source in (node, *islice(graph.of_type("WebPage", "Recipe", "VideoObject"), 3)):
        for key in ("author", "creator"):
            said = [
                plain(name)
                for a in graph.things(source.get(key))
                for name in _strings(a.get("name"))
            ]
            if said:
                yield from (name for name in said if "://" not in name)
                return


def _strings(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _labelled(doc: Document) -> Iterator[str]:
    """Give what a card says beside “Written by”; other labels tell the time to read."""
    for number in "12":
        if _WRITTEN_BY.match(doc.meta(f"twitter:label{number}")):
            yield doc.meta(f"twitter:data{number}")


class _Bylines:
    """Looks for the visible byline of one article, the most certain marks first."""

    def __init__(self, names: Names, scope: Any, h1: Any, start: Any) -> None:
        self._names = names
        self._elements = list(_near(scope, h1, start))
        self._start = start
        self._headline = normal_title(text_of(h1)) if h1 is not None else ""

    def find(self) -> tuple[str, ...]:
        """Give the names of the first kind of mark that yields any."""
        for is_marked in (_has_prop, _has_rel, _is_byline, _links_author):
            if found := self._marked(is_marked):
                return found
        return self._spoken()

    def _marked(self, is_marked: Callable[[Any], bool]) -> tuple[str, ...]:
        found: list[str] = []
        last: Any = None
        for element in islice(filter(is_marked, self._elements), MAX_MARKED):
            near = last is None or _stand_together(last, element)
            if near and (names := self._read(element)):
                found += names
                last = element
        return self._names.read_all(found)

    def _read(self, element: Any) -> tuple[str, ...]:
        """Read an element that holds a byline: the names marked in it, else its lines."""
        if value := element.get("content"):
            return self._names.read_all([plain(value)])
        inner = [e for e in islice(element.iterdescendants(), 60) if _is_name_mark(e)]
        found = self._names.read_all(line for e in inner for line in _lines(e)[:2])
        found = found or self._names.read_all(_lines(element)[:4])
        if _is_of_translator(element):
            self._names.add_translators(found)
            return ()
        return found

    def _spoken(self) -> tuple[str, ...]:
        """Read a line of plain text such as “By Ann Lee”, above the text or in its first lines."""
        after = 0
        for element in self._elements:
            after += bool(after) or element is self._start
            if after > 25:
                break
            if len(element) < 6 and element.tag not in ("ul", "ol", "table", "script", "style"):
                for line in _short_lines(element):
                    if normal_title(line) == self._headline:  # “From Lima to Cusco”
                        continue
                    if found := self._names.spoken(line):
                        return tuple(found)
        return ()


def _stand_together(one: Any, other: Any) -> bool:
    """Tell two names of one byline from a byline and the box about an author below."""
    if one.getnext() is other:
        return True
    line = [e for e in islice(one.iterancestors(), 2) if _extent(e) <= LONGEST_BYLINE]
    return any(e in line for e in islice(other.iterancestors(), 3))


def _around(doc: Document, region: Any) -> Any:
    """Widen the article by what may hold its byline too, when it does not itself."""
    body = doc.root.find("body")
    above = region.iterancestors() if region is not None else ()
    return next((e for e in above if e.tag in ("article", "main")), body)


def _near(region: Any, h1: Any, start: Any) -> Iterator[Any]:
    """List the elements of the article from its headline on, then those above it."""
    above: list[Any] = []
    elsewhere: set[Any] = set()
    holding = {*(h1.iterancestors() if h1 is not None else ()), *_line_of(start)}
    passed = h1 is None
    for element in islice(region.iter(), MAX_ELEMENTS):
        if not isinstance(element.tag, str):
            continue
        if element.getparent() in elsewhere or (element not in holding and _is_elsewhere(element)):
            elsewhere.add(element)
            continue
        passed = passed or element is h1
        if passed:
            yield element
        else:
            above.append(element)
    yield from above


def _line_of(element: Any) -> Iterable[Any]:
    return (element, *element.iterancestors()) if element is not None else ()


def _is_elsewhere(element: Any) -> bool:
    if element.tag in _ELSEWHERE_TAGS or element.tag == "article":
        return True
    named = classes(element)
    return bool(named.strip() and _ELSEWHERE.search(named))


def _has_prop(element: Any) -> bool:
    props = (element.get("itemprop") or "").split()
    return "author" in props or "creator" in props


def _has_rel(element: Any) -> bool:
    return "author" in (element.get("rel") or "").lower().split()


def _is_byline(element: Any) -> bool:
    named = element.get("class")
    if not named or element.tag in ("body", "img", "script", "style", "input"):
        return False
    named = classes(element)
    return bool(
        _BYLINE.search(named) and not _ABOUT.search(named) and _extent(element) <= LONGEST_BYLINE
    )


def _links_author(element: Any) -> bool:
    address = element.get("href") if element.tag == "a" else None
    return bool(address and _OF_AUTHOR.search(address.lower()[:300]))


def _is_of_translator(element: Any) -> bool:
    around = (element, *islice(element.iterancestors(), 2))
    return any(_TRANSLATOR.search(classes(e)) for e in around if e.tag not in ("body", "main"))


def _is_name_mark(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return False
    props = (element.get("itemprop") or "").split()
    return (
        "name" in props
        or _has_rel(element)
        or _links_author(element)
        or bool(_NAME.search(classes(element)))
    )


def _extent(element: Any) -> int:
    """Count the characters of an element, as far as it may be a byline."""
    pieces = [len(piece.strip()) for piece in islice(element.itertext(), MAX_PIECES + 1)]
    return sum(pieces) if len(pieces) <= MAX_PIECES else LONGEST_BYLINE + 1


def _lines(element: Any) -> list[str]:
    """Give the lines of a byline; what only a style parts (“By”“Ann Lee”) is parted too."""
    pieces = [piece for piece in islice(element.itertext(), 40) if piece]
    for one, other in pairwise(pieces):
        if one[-1].isalnum() and other[0].isupper():
            return [line for piece in pieces if (line := " ".join(piece.split()))]
    return lines_of(element)


def _short_lines(element: Any) -> list[str]:
    first = next((piece for piece in islice(element.itertext(), 6) if piece.strip()), "")
    if not first or len(first) > LONGEST_BYLINE or _extent(element) > LONGEST_BYLINE:
        return []
    return lines_of(element)[:3]
