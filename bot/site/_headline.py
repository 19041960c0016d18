"""The headline that people read, the title made for networks, and the dek."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from bot import text
from bot.identity import bare_host, normal_title
from bot.site._document import Document, plain, text_of, within
from bot.site._jsonld import Graph, Node

LONGEST: Final = 500
# How much of their words an h1 and a title must share to be one headline.
ALIKE: Final = 0.5
_JOINT = re.compile(r"\s+[|–—·•»«:-]+\s+|\s*[|»]\s*")
_DEK = re.compile(
    r"(?:^|[\s_-])(?:dek|deck|standfirst|subtitle|subheadline|subhead|subtitulo|bajada|copete|chapo"
    r"|chapeau|lede|entradilla|sottotitolo|sommario|vorspann|teaser-?text|spot|excerpt"
    r"|linha-?fina)(?:[\s_-]|$)"
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
    signatures = {normal_title(name) for name in names}
    joints = list(_JOINT.finditer(title))
    for joint in reversed(joints[-2:]):
        if normal_title(title[joint.end() :]) in signatures:
            return title[: joint.start()].strip()
    for joint in joints[:1]:
        if normal_title(title[: joint.start()]) in signatures:
            return title[joint.end() :].strip()
    return title


def find(doc: Document, node: Node, names: list[str]) -> tuple[str, Any]:
    """Find the headline, and the ``h1`` that shows it where one does.

    The visible headline is what an editor wrote; titles in the head are made
    for search and networks, and tell which of several ``h1`` is meant.
    """
    titles = list(dict.fromkeys(t for t in _titles(doc, node, names) if t))
    h1s = [(h1, plain(text_of(h1))[:LONGEST]) for h1 in islice(doc.root.iter("h1"), 20)]
    alike = [
        (max((_likeness(shown, t) for t in titles), default=0.0), h1, shown) for h1, shown in h1s
    ]
    if alike:
        likeness, h1, shown = max(alike, key=lambda item: item[0])
        if likeness >= ALIKE:
            return _without_kicker(h1, shown, titles), h1
    if titles:
        return titles[0][:LONGEST], None
    return (h1s[0][1], h1s[0][0]) if len(h1s) == 1 else ("", None)


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


def _without_kicker(h1: Any, shown: str, titles: list[str]) -> str:
    """Take a kicker off that stands in an element of its own inside the ``h1``."""
    if len(h1):
        for title in titles:
            extra = shown.removesuffix(title)
            if extra != shown and 0 < len(extra.split()) <= 4:
                return title
    return shown


def _deks(doc: Document, node: Node, h1: Any, region: Any, start: Any) -> Iterator[str]:
    if region is not None:
        for element in within(region, _DEK, ("p", "div", "h2", "h3", "h4", "span", "section")):
            if len(shown := text_of(element)) <= 2 * LONGEST:
                yield shown
                break
    yield plain(node.get("alternativeHeadline"))
    under = h1.getnext() if h1 is not None else None
    if under is not None and under is not start and under.tag in ("p", "h2", "h3"):
        yield text_of(under)[: 2 * LONGEST]
    yield plain(node.get("description"))
    yield from doc.metas("og:description", "description", "twitter:description", "dc.description")


def _whole_sentences(candidate: str, lang: str) -> str:
    """Drop the sentence that a program cut off at its length."""
    candidate = candidate.replace("[&hellip;]", "…").strip()
    if not _CUT.search(candidate):
        return candidate
    return " ".join(text.sentences(candidate, lang)[:-1])
