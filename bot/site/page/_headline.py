"""The headline that people read, the title made for networks, and the dek."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import islice
from operator import itemgetter
from typing import Any, Final
from urllib.parse import urlsplit

from bot import text
from bot.identity import bare_host, normal_title
from bot.site._document import Document, classes, plain, text_of
from bot.site._jsonld import Graph, Node
from bot.site.page._body import before

LONGEST: Final = 500
# How much of their words an h1 and a title must share to be one headline.
ALIKE: Final = 0.5
# What a heading of its own must have of a title's characters to be taken for the headline.
SHORTEST_PART: Final = 12
H1_BONUS: Final = 0.3
MAX_SIGNED: Final = 3  # pieces at the end of a title: “ | Section | Site | Slogan”
_JOINT = re.compile(r"\s+[|│–—·•»«:-]+\s+|\s*[|│»]\s*")
_TITLED = re.compile(
    r"(?:^|[\s_-])(?:entry|post|article|story|news|page)[-_]{0,2}(?:title|headline)(?:[\s_-]|$)"
)
# Inside of a heading: the headline itself, and what is set beside it.
_ITSELF = re.compile(r"(?:^|\s)(?:headline|title|entry-title-primary|article-title)(?:\s|$)")
_BESIDE = re.compile(
    r"dachzeile|over-?line|kicker|roof-?line|top-?line|super-?title|eyebrow|spitzmarke|topic"
    r"|title-?header|label|sub-?title|sub-?head|volanta|antetitulo|surtitre|occhiello|categor|rubri"
    r"|section|badge|meta\b|datetime|fake-h|sr-only|screen-reader|visually-hidden|invisible|hidden"
)
_DEK = re.compile(
    r"(?:^|[\s_-])(?:dek|deck|standfirst|subtitle|subheadline|subhead|subtitulo|bajada|copete|chapo"
    r"|chapeau|lede|entradilla|sottotitolo|sommario|vorspann|teaser-?text|spot|excerpt"
    r"|linha-?fina)(?:[\s_-]|$)"
)
_DEK_TAGS: Final = frozenset(["p", "div", "h2", "h3", "h4", "span", "section"])
DEK_WORDS: Final = 4
# A line under the headline that tells who and when: “Harbour Post | 04.05.2026 at 13:36”.
_MARGIN = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d\s\w{3,10}\.?,?\s\d{4}|\d{1,2}[:h]\d\d|\s\|\s"
)
_CUT = re.compile(r"(?:…|\.\.\.)\s*[\])]*$|\[\s*(?:…|\.\.\.)\s*\]$")


def site_names(doc: Document, graph: Graph, node: Node, given: str) -> list[str]:
    """List the names by which the site may sign its titles, its own first."""
    host = bare_host(doc.url)
    publishers = [plain(p.get("name")) for p in graph.things(node.get("publisher"))]
    webs = [plain(n.get("name")) for n in graph.of_type("WebSite", "NewsMediaOrganization")]
    claimed = [doc.meta("og:site_name"), *publishers, *webs, doc.meta("application-name")]
    names = [*claimed, given, host, host.rpartition(".")[0]]
    return list(dict.fromkeys(name for name in names if name and "://" not in name))


def without_site(title: str, names: Iterable[str]) -> str:
    """Take the site's name off either end of a title; a dash in the headline stays."""
    signatures = {_key(name) for name in names} - {""}
    joints = list(_JOINT.finditer(title))
    pieces = [
        title[begin:end]
        for begin, end in zip(
            (0, *(j.end() for j in joints)), (*(j.start() for j in joints), len(title)), strict=True
        )
    ]
    for at in range(max(1, len(pieces) - MAX_SIGNED), len(pieces)):
        if _key(pieces[at]) in signatures or _key(title[joints[at - 1].end() :]) in signatures:
            return title[: joints[at - 1].start()].strip()
    if joints and _key(pieces[0]) in signatures:
        return title[joints[0].end() :].strip()
    return title


def find(doc: Document, node: Node, names: list[str]) -> tuple[str, Any]:
    """Find the headline, and the heading that shows it where one does.

    The visible headline is what an editor wrote; titles in the head are made
    for search and networks, and tell which of several headings is meant.
    """
    signatures = {_key(name) for name in names}
    claimed = list(dict.fromkeys(t for t in _titles(doc, node, names) if t))
    titles = [title for title in claimed if _key(title) not in signatures]
    headings = [
        (heading, shown)
        for heading in _headings(doc)
        if (shown := plain(_without_kicker(heading, titles))[:LONGEST])
        and _key(shown) not in signatures
        and not _leads_home(heading, doc)
    ]
    raw = [t for t in (*doc.metas("og:title"), doc.title) if t]
    scored = [(_score(heading, shown, titles, raw), heading, shown) for heading, shown in headings]
    best = max(scored, key=itemgetter(0), default=None)
    if best and best[0] >= ALIKE:
        return best[2], best[1]
    if titles:
        return titles[0][:LONGEST], None
    h1s = [(h1, shown) for h1, shown in headings if h1.tag == "h1"]
    if len(h1s) == 1:
        return h1s[0][1], h1s[0][0]
    return (claimed[0][:LONGEST] if claimed else ""), None


def _headings(doc: Document) -> Iterator[Any]:
    yield from islice(doc.root.iter("h1"), 20)
    yield from islice(doc.root.iter("h2", "h3"), 40)
    yield from islice(doc.classed(_TITLED, ("div", "span", "p", "a")), 5)


def _score(heading: Any, shown: str, titles: list[str], raw: list[str]) -> float:
    """Say how surely a heading is the headline: an ``h1`` needs less to prove it.

    What a title in the head begins or ends with is shown as such on purpose.
    """
    likeness = max((_likeness(shown, title) for title in titles), default=0.0)
    if len(shown) >= SHORTEST_PART and any(_is_end(shown, title) for title in raw):
        likeness = max(likeness, 0.9)
    if heading.tag == "h1":
        return likeness + H1_BONUS if likeness >= ALIKE else likeness
    return likeness if likeness >= 0.8 else 0.0


def _is_end(part: str, title: str) -> bool:
    part, title = part.casefold(), title.casefold()
    if title.startswith(part):
        return not title[len(part) : len(part) + 1].isalnum()
    return title.endswith(part) and not title[: -len(part)][-1:].isalnum()


def _leads_home(heading: Any, doc: Document) -> bool:
    """Tell a logo from a headline: it links to the front page."""
    for link in (*islice(heading.iter("a"), 3), *islice(heading.iterancestors("a"), 1)):
        if "home" in (link.get("rel") or "").lower().split():
            return True
        address = urlsplit(doc.absolute(link.get("href")))
        if address.path in ("", "/") and not address.query and not address.fragment:
            return bool(address.netloc) and urlsplit(doc.url).path not in ("", "/")
    return False


def _key(name: str) -> str:
    """Reduce a name to what “La Stampa” and lastampa.it share."""
    return normal_title(name).replace(" ", "")


def social_title(doc: Document, names: list[str]) -> str:
    """Give the title that the editor made for networks, without the site's name."""
    return without_site(doc.meta("og:title", "twitter:title"), names)[:LONGEST]


def dek(
    doc: Document, node: Node, h1: Any, region: Any, start: Any, known: set[str], lang: str
) -> str:
    """Find the sentence or two under the headline, or the description in the head.

    What repeats a title in `known`, or was cut off by a program, is none.
    """
    for candidate in _deks(doc, node, h1, region, start):
        whole = _whole_sentences(candidate, lang)
        if whole and normal_title(whole) not in known:
            return whole
    return ""


def _titles(doc: Document, node: Node, names: list[str]) -> Iterator[str]:
    yield plain(node.get("headline")) or plain(node.get("name"))
    for element in doc.microdata.get("headline", ())[:1]:
        yield plain(element.get("content")) or text_of(element)
    for title in (*doc.metas("og:title", "twitter:title"), doc.title):
        yield without_site(title, names)


def _likeness(one: str, other: str) -> float:
    words, others = set(normal_title(one).split()), set(normal_title(other).split())
    return len(words & others) / max(len(words | others), 1)


def _without_kicker(heading: Any, titles: list[str]) -> str:
    """Give the text of a heading without the kicker, date or subtitle inside of it."""
    whole = text_of(heading)
    if not len(heading) or len(whole) > LONGEST:
        return whole
    inner = [e for e in heading.iterdescendants() if isinstance(e.tag, str)]
    for element in inner:
        if _ITSELF.search(classes(element)) and len(shown := text_of(element)) > 3:
            return shown
    places = [
        place
        for place, element in enumerate(inner)
        if element.tag in ("small", "time") or _BESIDE.search(classes(element))
    ]
    if places:
        rest = deepcopy(heading)
        copies = [e for e in rest.iterdescendants() if isinstance(e.tag, str)]
        for place in places:
            _take_out(copies[place])
        if len(shown := text_of(rest).strip(" :–—-|")) > 3:
            return shown
    for title in titles:
        extra = whole.removesuffix(title)
        if extra != whole and 0 < len(extra.split()) <= 4:
            return title
    return whole


def kicker(heading: Any) -> str:
    """Give the kicker that stands inside of a heading, or ""."""
    inner = heading.iterdescendants() if heading is not None else ()
    found = (text_of(e) for e in inner if isinstance(e.tag, str) and _BESIDE.search(classes(e)))
    return next((label for label in found if label), "")


def _take_out(element: Any) -> None:
    """Remove an element and keep what stands behind it."""
    above, tail = element.getparent(), element.tail or ""
    if above is None:
        return
    previous = element.getprevious()
    if previous is None:
        above.text = f"{above.text or ''} {tail}"
    else:
        previous.tail = f"{previous.tail or ''} {tail}"
    above.remove(element)


def _deks(doc: Document, node: Node, h1: Any, region: Any, start: Any) -> Iterator[str]:
    for element in islice(before(region, start) if region is not None else (), 2000):
        marked = element.tag in _DEK_TAGS and _DEK.search(classes(element))
        shown = text_of(element) if marked else ""
        if len(shown) <= 2 * LONGEST and len(shown.split()) >= DEK_WORDS:
            yield shown
            break
    yield plain(node.get("alternativeHeadline"))
    under = h1.getnext() if h1 is not None else None
    if under is not None and under is not start and under.tag in ("p", "h2", "h3"):
        shown = text_of(under)[: 2 * LONGEST]
        if len(shown.split()) >= DEK_WORDS and not _MARGIN.search(shown):
            yield shown
    yield plain(node.get("description"))
    yield from doc.metas("og:description", "description", "twitter:description", "dc.description")


def _whole_sentences(candidate: str, lang: str) -> str:
    """Drop the sentence that a program cut off at its length."""
    candidate = candidate.replace("[&hellip;]", "…").strip()
    if not _CUT.search(candidate):
        return candidate
    return " ".join(text.sentences(candidate, lang)[:-1])
