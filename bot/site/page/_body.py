"""Where the text of an article is in its page, and its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from bot.site._document import Document, classes, lines_of

Paragraph = list[str]  # its lines: a line break may part a credit from the rest

MAX_PARAGRAPHS: Final = 500
MAX_PARAGRAPH: Final = 20_000  # characters
MAX_CANDIDATES: Final = 6
FEW: Final = 250  # characters; less in paragraphs means that the text is not in them
SHORT: Final = 40  # characters; a shorter paragraph says nothing about where the text is

# Words of a class or id that mark what stands beside the text.
_ASIDE_WORDS: Final = frozenset(
    """
    share sharing sharedaddy sharethis addtoany addthis social related relacionado relacionados
    relacionadas relatedposts sidebar comment comments comentarios commentaires newsletter subscribe
    subscription promo advert advertisement ads publicidad banner cookie cookies breadcrumb
    breadcrumbs nav navbar navigation menu footer bio tags taglinks caption captions legend gallery
    recirc recirculation mostread leidas popular trending outbrain taboola popup modal donate
    donation signup paywall toc screen tweet byline author authors autor auteur meta postmeta credit
    credits pullquote disclaimer copyright pagination kicker dateline date fecha datum time
    published posted updated
    """.split()
)
_NOT_WITH: Final = frozenset({"no", "has", "with", "without"})  # "has-sidebar" is no sidebar
# A line of nothing but these is a row of share buttons.
_SHARE_WORDS: Final = frozenset(
    """
    facebook twitter x instagram whatsapp telegram linkedin reddit bluesky mastodon threads email
    e-mail mail print copy link share tweet compartir partager teilen condividi compartilhar paylaş
    imprimir drucken شارك
    """.split()
)
_ASIDE_TAGS: Final = frozenset(
    ["nav", "footer", "aside", "form", "figure", "figcaption", "header", "script", "style"]
)
_HOLDS_TEXT = re.compile(
    r"(?:entry|post|article|story|single|node|news|main)[-_]{0,2}(?:content|body|text|copy)\b"
    r"|\barticulo\b|\btexte\b|\bcuerpo\b|\bfield--name-body\b|\bprose\b|\brich-?text\b"
)


class Finder:
    """Finds paragraphs; remembers which elements stand beside the text."""

    def __init__(self, doc: Document, h1: Any) -> None:
        self._doc = doc
        # What holds the headline holds the article, whatever its classes say.
        self._aside: dict[Any, bool] = {doc.root: False}
        self._lengths: dict[Any, int] = {}  # of paragraphs: boxes inside of boxes share them
        if h1 is not None:
            self._aside |= dict.fromkeys(h1.iterancestors(), False)

    def is_aside(self, element: Any) -> bool:
        """Tell whether an element is part of something beside the text."""
        path = []
        while element is not None and element not in self._aside:
            path.append(element)
            element = element.getparent()
        aside = self._aside.get(element, False)
        for step in reversed(path):
            aside = aside or step.tag in _ASIDE_TAGS or _names_an_aside(classes(step))
            self._aside[step] = aside
        return aside

    def container(self) -> Any:
        """Find the element that holds the text of the article, or None."""
        marked = self._doc.microdata.get("articleBody", [])[:MAX_CANDIDATES]
        marked += islice(self._doc.classed(_HOLDS_TEXT), MAX_CANDIDATES)
        best, most = self._densest()
        sizes = [(element, self._size(element)) for element in marked]
        largest = max((size for _, size in sizes), default=0)
        if largest and largest >= most / 2:
            # The innermost that holds nearly all: an outer one adds bylines and links.
            best = [element for element, size in sizes if size >= largest * 0.8][-1]
        return best

    def paragraphs(self, container: Any) -> list[Paragraph]:
        """Give the paragraphs of `container` without what stands beside the text."""
        found: list[Paragraph] = []
        if container is None:
            return found
        outer = self._aside.get(container)
        self._aside[container] = False
        for element in container.iter("p", "li"):
            if len(found) >= MAX_PARAGRAPHS:
                break
            if self.is_aside(element) or (element.tag == "li" and element.find(".//p") is not None):
                continue
            if (
                not _is_link_list(element)
                and (lines := lines_of(element))
                and lines not in found[-1:]
            ):
                found.append(lines)
        if extent(found) < FEW:
            bare = _bare_lines(container, self.is_aside)
            found = bare if extent(bare) > 2 * extent(found) else found
        if all(len(line) <= SHORT for lines in found for line in lines):
            found = _bare_lines(container) or found
        if outer:
            self._aside[container] = outer
        return [
            lines
            for lines in found
            if len(whole := " ".join(lines)) <= MAX_PARAGRAPH and _is_prose(whole)
        ]

    def start(self, container: Any) -> Any:
        """Find where in `container` the text begins: its first paragraph of some length."""
        if container is None:
            return None
        found = (p for p in container.iter("p") if not self.is_aside(p) and self._long(p) >= SHORT)
        return next(found, container)

    def _densest(self) -> tuple[Any, int]:
        """Find the element whose own paragraphs hold the most text."""
        held: dict[Any, int] = {}
        for paragraph in self._doc.root.iter("p"):
            length = self._long(paragraph)
            if length < SHORT or self.is_aside(paragraph):
                continue
            parent = paragraph.getparent()
            held[parent] = held.get(parent, 0) + length
            above = parent.getparent() if parent is not None else None
            if above is not None:  # text laid out in several boxes
                held[above] = held.get(above, 0) + length * 2 // 3
        best, most = max(held.items(), key=lambda item: item[1], default=(None, 0))
        return (best, most) if most >= FEW else max((best, most), self._bare(), key=itemgetter(1))

    def _bare(self) -> tuple[Any, int]:
        """Find the element with most text of its own: pages made by hand have no paragraphs."""
        held: dict[Any, int] = {}
        for element in self._doc.root.iter("div", "td", "article", "section", "main", "body"):
            own = (element.text, *(child.tail for child in element))
            length = sum(len(piece.strip()) for piece in own if piece)
            if length >= SHORT and not self.is_aside(element):
                held[element] = held.get(element, 0) + length
                above = element.getparent()
                if above is not None:  # each line may be a box of its own
                    held[above] = held.get(above, 0) + length * 2 // 3
        return max(held.items(), key=lambda item: item[1], default=(None, 0))

    def _size(self, element: Any) -> int:
        own = sum(self._long(p) for p in element.iter("p") if not self.is_aside(p))
        return own or _length(element) // 2

    def _long(self, paragraph: Any) -> int:
        if (length := self._lengths.get(paragraph)) is None:
            length = self._lengths[paragraph] = _length(paragraph)
        return length


def extent(paragraphs: Iterable[Paragraph]) -> int:
    """Count the characters of a text."""
    return sum(len(line) for lines in paragraphs for line in lines)


def _bare_lines(container: Any, beside: Callable[[Any], bool] | None = None) -> list[Paragraph]:
    lines = lines_of(container, beside)[:MAX_PARAGRAPHS]
    return [[line] for line in lines if len(line) > SHORT]


def common_ancestor(one: Any, other: Any) -> Any:
    """Find the smallest element that holds both; the one that is not None where one is."""
    if one is None or other is None:
        return one if other is None else other
    above = {one, *one.iterancestors()}
    return next((e for e in (other, *other.iterancestors()) if e in above), one)


def before(region: Any, start: Any) -> Iterator[Any]:
    """List the elements of `region` up to `start`, where the text begins."""
    for element in region.iter():
        if element is start:
            return
        if isinstance(element.tag, str):
            yield element


@lru_cache(maxsize=4096)
def _names_an_aside(names: str) -> bool:
    words = frozenset(re.split(r"[\s_-]+", names))
    return bool(words & _ASIDE_WORDS and not words & _NOT_WITH) or names.startswith("widget")


def _length(element: Any) -> int:
    return len("".join(element.itertext()).strip())


def _is_prose(line: str) -> bool:
    if not any(c.isalpha() for c in line):
        return False
    return len(line) > SHORT * 2 or not _SHARE_WORDS.issuperset(line.lower().split())


def _is_link_list(element: Any) -> bool:
    """Tell a line that only links elsewhere (“Read also: …”) from prose with links."""
    linked = sum(_length(link) for link in element.iter("a"))
    if not linked:
        return False
    length = _length(element)
    share = 0.5 if element.tag == "li" else 0.8
    return linked > length * share and length < 300
