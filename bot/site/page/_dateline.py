"""The lines of a page that may hold its date, and how far each stands from the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from bot.identity import normal_title
from bot.site._dates import HINT
from bot.site._document import Document, classes

LONGEST: Final = 120  # characters; a longer line is prose
OPENING: Final = 40  # characters of a paragraph that may open with its date
SHORT: Final = 60
MAX_LINES: Final = 300
# Counted in elements of the page: how far from the headline a date is looked for, ...
NEAR: Final = 60
FAR: Final = 300
FARTHEST: Final = 1200
# ... what it costs to stand apart or beside, and what other marks are worth.
APART: Final = 300.0
BESIDE: Final = 10_000.0
MARKED: Final = 80.0
TOLD: Final = 300.0
IN_TEXT: Final = 100.0
_MARKED = re.compile(r"date|fecha|datum|tarih|time|publish|posted|meta|data(?:\b|[-_])|byline|info")
# Beside the article: what stands there dates something else, ...
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:joined|comment|kommentar|comentario|commentaire|commento|related|relacionad|similar"
    r"|recommend|archive|calendar|kalender|cookie|weather|reply|replies|prev|next|copyright|clock)"
)
_BESIDE_TAGS: Final = frozenset({"nav", "aside", "form", "select", "script", "style"})
# ... and there most often.
_APART = re.compile(
    r"(?:^|[\s_-])(?:sidebar|widget|popular|trending|recent|latest|teaser|nav|menu|footer|foot|most"
    r"|more|ticker|carousel|slider|listing|event|promo|banner|advert|today)"
)
_CHANGED_CLASS = re.compile(r"updat|modif|actuali|aggiorn|guncel|changed|maj\b")
_PUBLISHED_CLASS = re.compile(r"publish|(?:post|entry)-?date|date-?published")
_CHANGED = re.compile(
    r"\b(?:updated?|last (?:edited|modified|changed)|edited|aktuali\w*|geändert|änderung|bearbeitet"
    r"|mise? à jour|modifiée?|maj|actualizad\w+|atualizad\w+|modificad\w+|actualitzat|aggiornat\w+"
    r"|aggiornamento|modificat\w*|güncel\w*)\b|تحديث",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:(?:originally )?(?:published|posted|created|written)|release date|veröffentlicht"
    r"|erstellt|erschienen|eingestellt|datum|wurde am|publiée?|posté|écrit|mis en ligne|publicad\w+"
    r"|publicat|pubblicat\w+|fecha|data|creado|yayın\w*|oluştur\w*|tarih\w*|eklenme)\b"
    r"|نشر|التاريخ",
    re.IGNORECASE,
)

# A paragraph opens with its date, maybe behind a place: “Paris, le 3 mai 2021 –”, “May 3, 2021”.
# “Since 3 May 2021” is prose.
_DATELINE = re.compile(
    r"\W*(?:[^\d,(:|–—-]{1,25}[,(:|–—-]\W*(?:[^\W\d]{1,9}\.?\s+)?"
    r"|[^\W\d]{3,9}\.?\s+(?=\d\d?,?\s+\d{4}))?\d"
)


class Line(NamedTuple):
    """A short text that holds what may be a date; the smallest cost is the likeliest."""

    cost: float
    element: Any
    text: str


class Page:
    """Where on a page its article is: what `h1` heads, and from `start` on its text."""

    def __init__(self, doc: Document, headline: str, h1: Any, start: Any) -> None:
        self._doc, self._start = doc, start
        self._anchor = h1 if h1 is not None else _shows(doc, headline)
        held = (e for e in (self._anchor, start) if e is not None)
        self._inside = frozenset(above for e in held for above in (e, *e.iterancestors()))

    def lines(self, near: int) -> Iterator[Line]:
        """List the lines that may tell of the publication, none of a change."""
        hits: list[tuple[int, Any, str]] = []
        at = start = None
        for place, element in enumerate(self._doc.root.iterfind("body//*")):
            if element is self._anchor:
                at = place
            if element is self._start:
                start = place
            if isinstance(element.tag, str) and len(hits) < MAX_LINES:
                hits += [(place, element, line) for line in _dated(element)]
        origin = at if at is not None else start if start is not None else 0
        for place, element, line in hits:
            # What stands above is more often the date of today.
            distance = place - origin if place >= origin else (origin - place) * 1.5 + 10
            distance += self.aside(element)
            said, named = f"{_label(element)} {line}", classes(element)
            told = bool(_TOLD.search(said))
            if distance > near or (not told and _tells_change(said, named)):
                continue
            marked = element.tag == "time" or bool(_MARKED.search(named))
            if start is not None and place > start and not marked:
                distance += IN_TEXT
            yield Line(distance - MARKED * marked - TOLD * told, element, line)

    def aside(self, element: Any) -> float:
        """Tell how far beside the article an element stands; 0 for what is part of it."""
        cost = 0.0
        for step in (element, *element.iterancestors()):
            if step in self._inside or step.tag in ("body", "main"):
                break
            if step.tag in _BESIDE_TAGS or _BESIDE.search(named := classes(step)):
                return BESIDE
            if step.tag == "footer" or _APART.search(named):
                cost = APART
        return cost


def _label(element: Any) -> str:
    """Give the words right before an element: “Published on”, “Updated:”."""
    before = element.getprevious()
    if before is None:
        parent = element.getparent()
        return ((parent.text if parent is not None else "") or "")[-OPENING:]
    return f"{beginning(before)[-OPENING:]} {(before.tail or '')[-OPENING:]}"


def _tells_change(said: str, named: str) -> bool:
    by_class = _CHANGED_CLASS.search(named) and not _PUBLISHED_CLASS.search(named)
    return bool(_CHANGED.search(said) or by_class)


def _shows(doc: Document, headline: str) -> Any:
    """Find the heading that shows the headline where it is no ``h1``."""
    wanted = normal_title(headline)
    for element in islice(doc.root.iter("h2", "h3", "h4", "h1"), 60):
        if normal_title(beginning(element, len(headline) + 100)) == wanted:
            return element
    return None


def beginning(element: Any, length: int = SHORT) -> str:
    """Give the first words of an element, however large it is."""
    pieces = (piece[:length] for piece in islice(element.itertext(), 9))
    return " ".join(" ".join(pieces).split())[:length]


def _dated(element: Any) -> Iterator[str]:
    """Give the texts right inside an element that may be a line with a date."""
    if element.tag == "time" and element.get("datetime"):
        yield beginning(element)
        return
    if element.tag in _BESIDE_TAGS:
        return
    for piece in (element.text, *(child.tail for child in element)):
        if piece and HINT.search(piece):
            line = " ".join(piece.split())
            if len(line) <= LONGEST:
                yield line
            elif HINT.search(opening := line[:OPENING]) and _DATELINE.match(opening):
                yield opening
