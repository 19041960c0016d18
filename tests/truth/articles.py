"""How often the headline, the byline and the day of an article are read right.

The same matching judges every tool. A title matches where letters and digits
are the same in their order, whatever case, accents of width and punctuation
are. A byline matches where the set of names is the same, without “By”, roles
and what stands in brackets or is a date. A date matches where its day is the same, either
in UTC or on the clock that the page itself names. What a tool does not give
counts as wrong, and so does a page that it refuses.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from importlib.metadata import version
from pathlib import Path
from unicodedata import normalize

from tests.truth import corpora
from tests.truth.corpora import Page

FIELDS = ("title", "head title", "byline", "date", "excerpt", "language", "site")
BEGINNING = 30  # letters that two excerpts share, where one goes on longer
_OFFSET = re.compile(
    rb"(?:19|20)\d\d(?:-\d\d-\d\dT|\s)\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?([+-])(\d\d):?(\d\d)"
)
_BY = re.compile(
    r"^\s*(?:written by|posted by|by|von|par|por|di|de|texte?|autor(?:in|a|es)?|auteurs?|author)"
    r"\b\s*:?\s+",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[,;/|&•·]|\s{3,}|\s(?:and|und|y|e|et|i|ve|with|mit)\s", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,4}\b")
_ROLE = re.compile(
    r"\b(?:staff|writers?|editors?|reporters?|correspondents?|redakteur(?:in)?|contributors?"
    r"|journalist(?:e|in)?|columnist|freelance|producer|chief)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool made of a page."""

    title: str = ""
    social_title: str = ""
    authors: tuple[str, ...] = ()
    days: frozenset[str] = frozenset()  # one, or two where UTC has another
    excerpt: str = ""
    language: str = ""
    site: str = ""


Tool = Callable[[Page], Found]


def own(page: Page, *, fallback: bool = True) -> Found:
    """Read a page as the bot does, on the clock that the page itself names."""
    from bot.errors import NotAnArticle
    from bot.site import page as pages

    body = page.body()
    zone = clock(body)
    try:
        article = pages.read(body, page.url, timezone=zone, fallback=fallback)
    except NotAnArticle:
        return Found()
    at = article.published_at
    return Found(
        article.headline,
        article.social_title,
        article.authors,
        frozenset({_day(at, zone)} | (set() if article.day_only else {_day(at, UTC)}))
        if at
        else frozenset(),
        article.dek or next(iter(article.body), ""),
        article.language,
        article.site_name,
    )


def trafilatura(page: Page) -> Found:
    """Ask trafilatura, as its own evaluation does."""
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(page.body(), url=page.url, with_metadata=True)
    except Exception as error:  # noqa: BLE001 - a tool that fails has found nothing
        logging.getLogger(__name__).debug("trafilatura: %r", error)
        found = None
    if found is None:
        return Found()
    authors = tuple((found.author or "").split("; "))
    days = frozenset({found.date} if found.date else ())
    title = found.title or ""
    return Found(title, "", authors, days, found.description or "", "", found.sitename or "")


def htmldate(page: Page) -> Found:
    """Ask htmldate for the day, with the search that finds most."""
    from htmldate import find_date

    try:
        found = find_date(page.body().decode("utf-8", "replace"), url=page.url, original_date=True)
    except Exception as error:  # noqa: BLE001 - likewise
        logging.getLogger(__name__).debug("htmldate: %r", error)
        found = None
    return Found(days=frozenset({found} if found else ()))


TOOLS: Mapping[str, Tool] = {
    "own": own,
    "own rules": partial(own, fallback=False),
    "trafilatura": trafilatura,
    "htmldate": htmldate,
}


def right(page: Page, found: Found) -> dict[str, bool]:
    """Judge each field of which the truth is known."""
    judged = {
        "title": (page.title, fold(page.title) == fold(found.title)),
        "head title": (page.title if page.corpus == "readability" else "", _is_head(page, found)),
        "byline": (page.authors, names(page.authors) == names(found.authors)),
        "date": (page.date, bool(_days(page.date) & found.days)),
        "excerpt": (page.excerpt, _begins_alike(page.excerpt, found.excerpt)),
        "language": (page.language, page.language[:2].lower() == found.language[:2].lower()),
        "site": (page.site, fold(page.site) == fold(found.site)),
    }
    return {field: match for field, (truth, match) in judged.items() if truth}


def fold(line: str) -> str:
    """Keep of a line what tells it from another: its letters and digits."""
    return "".join(c for c in normalize("NFKC", line).casefold() if c.isalnum())


def _is_head(page: Page, found: Found) -> bool:
    given = {fold(found.title), fold(found.social_title)} - {""}
    pieces = re.split(r"\s[|–—·-]\s|\s?_\s?|\s\[", page.title)
    return any(fold("".join(pieces[:end])) in given for end in range(1, len(pieces) + 1))


def _begins_alike(one: str, other: str) -> bool:
    first, second = sorted((fold(one), fold(other)), key=len)
    return first == second or (len(first) >= BEGINNING and second.startswith(first))


def names(bylines: Iterable[str]) -> frozenset[str]:
    """Give the names in bylines, as far as they tell people apart."""
    pieces: list[str] = []
    for line in bylines:
        line = re.sub(r"\([^()]*\)", "", line)
        pieces += _JOINTS.split(_BY.sub("", line))
    pieces = [piece for piece in pieces if not _DATE.search(piece)]
    people = [piece for piece in pieces if not _ROLE.search(piece)] or pieces
    return frozenset({fold(_BY.sub("", piece)) for piece in people} - {""})


def clock(body: bytes) -> tzinfo:
    """Give the offset other than UTC's that most machine dates of a page carry, else UTC.

    A site's configuration names its zone; a stored page has only these. UTC is
    what programs write on any clock, so that it says nothing.
    """
    counts: dict[tuple[bytes, ...], int] = {}
    for found in _OFFSET.finditer(body[:2_000_000]):
        if found[2] != b"00" or found[3] != b"00":
            counts[found.groups()] = counts.get(found.groups(), 0) + 1
    if not counts:
        return UTC
    sign, hours, minutes = max(counts, key=lambda key: counts[key])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == b"-" else offset) if offset < timedelta(hours=24) else UTC


def _day(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).date().isoformat()


def _days(written: str) -> frozenset[str]:
    """Give the day that a truth names: as written, and in UTC where it is an instant."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return frozenset({written[:10]} - {""})
    days = {written[:10]} | ({_day(at, UTC)} if at.tzinfo else set())
    return frozenset(day for day in days if date.fromisoformat(day))


def judge(job: tuple[str, Page]) -> dict[str, bool]:
    """Let a tool read one page, and judge it."""
    tool, page = job
    return right(page, TOOLS[tool](page))


def table(sets: Mapping[str, Sequence[Page]], tools: Sequence[str], workers: int) -> Iterator[str]:
    """Write a line per set, tool and half: how many of how many were right."""
    with ProcessPoolExecutor(workers) as pool:
        for name, pages in sets.items():
            for tool in tools:
                judged = list(pool.map(judge, [(tool, page) for page in pages], chunksize=16))
                for half, chosen in _halves(pages, judged).items():
                    cells = [_cell(chosen, field) for field in FIELDS]
                    yield f"{name:<12} {tool:<12} {half:<9}" + "".join(cells)


def _halves(
    pages: Sequence[Page], judged: Sequence[dict[str, bool]]
) -> dict[str, list[dict[str, bool]]]:
    pairs = list(zip(pages, judged, strict=True))
    return {
        "all": list(judged),
        "seen": [found for page, found in pairs if not page.held_out],
        "held out": [found for page, found in pairs if page.held_out],
    }


def _cell(judged: Sequence[dict[str, bool]], field: str) -> str:
    known = [found[field] for found in judged if field in found]
    return f"{100 * sum(known) / len(known):6.1f} ({len(known):>3})" if known else " " * 12


def sets_of(folder: Path) -> dict[str, list[Page]]:
    """Give the sets to measure on; WordPress pages are those of the sets made by people."""
    read = corpora.load(folder)
    told = {
        name: [p for p in pages if p.title or p.authors or p.date] for name, pages in read.items()
    }
    by_people = [p for name in ("trafilatura", "postlight") for p in told.get(name, [])]
    return told | {"WordPress": [page for page in by_people if corpora.is_wordpress(page)]}


def measure(folder: Path, tools: Sequence[str] = tuple(TOOLS), workers: int = 2) -> None:
    """Print the table of every set that lies in `folder`."""
    logging.disable(logging.CRITICAL)
    print(", ".join(f"{name} {version(name)}" for name in ("trafilatura", "htmldate", "lxml")))
    print(" " * 35 + "".join(f"{field:>12}" for field in FIELDS))
    for line in table(sets_of(folder), tools, workers):
        print(line, flush=True)
