"""What sort of piece an article is: its section, its tags, its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from bot.identity import url_key
from bot.language import Language
from bot.model import Kind
from bot.site._document import Document, classes, plain, text_of
from bot.site._jsonld import Graph, Node, types
from bot.site.page._body import Finder, before
from bot.site.page._credits import languages_of

LONGEST_LABEL: Final = 40
MAX_TAGS: Final = 40
_SECTION = re.compile(
    r"(?:^|[\s_-])(?:section|category|categories|categoria|seccion|rubri(?:que|k|ca|c)|kategorie?"
    r"|kicker|eyebrow|overline|volanta|antetitulo|surtitre|dachzeile|occhiello)(?:[\s_-]|$)"
)
_TRAIL: Final = re.compile(
    r"breadcrumb|brotkrume|fil-?d?-?ariane|hierarchie|arborescence|migas|molla|briciole|pathway"
)
_SCHEMA_KINDS: Final = {
    "OpinionNewsArticle": Kind.OPINION,
    "LiveBlogPosting": Kind.LIVE,
    "Obituary": Kind.OBITUARY,
}
_SLUG = re.compile(r"(?:^|\s)category-([^\s]+)")
_LABELLED = re.compile(r"[\[(]?\s*([^:|\])–—]{2,30}?)\s*(?:[\])]\s*[:|]?|[:|]|\s[–—-])\s+(?=\S)")


def section(
    doc: Document, graph: Graph, node: Node, region: Any, start: Any, finder: Finder
) -> str:
    """Find the section that the article stands in, or ""."""
    return next((s for s in _sections(doc, graph, node, region, start, finder) if _is_label(s)), "")


def _sections(
    doc: Document, graph: Graph, node: Node, region: Any, start: Any, finder: Finder
) -> Iterator[str]:
    named = node.get("articleSection")
    yield from map(plain, named if isinstance(named, list) else [named])
    yield from doc.metas("article:section", "parsely-section", "sailthru.section")
    for element in doc.microdata.get("articleSection", ())[:3]:
        yield plain(element.get("content")) or text_of(element)
    if region is not None:
        yield from (text_of(a) for a in region.iter("a") if "category" in (a.get("rel") or ""))
    yield from _shown(doc, start, finder)
    yield from _trail(doc)
    for trail in graph.of_type("BreadcrumbList"):
        steps = [
            plain(s.get("name")) or _name_of_item(graph, s)
            for s in graph.things(trail.get("itemListElement"))
        ]
        yield from reversed(steps[1:-1])


def _shown(doc: Document, start: Any, finder: Finder) -> Iterator[str]:
    """List what stands above the text as a section does: marked so, short, with a capital."""
    for element in before(doc.root, start):
        if _SECTION.search(classes(element)) and len(element) < 5 and not finder.is_aside(element):
            link = element.find(".//a")
            label = text_of(element if link is None else link)
            if _is_label(label) and len(label.split()) <= 4 and not label[0].islower():
                yield label


def _trail(doc: Document) -> Iterator[str]:
    """List the steps of a visible breadcrumb trail, the closest section first."""
    for element in islice(doc.classed(_TRAIL, ("nav", "div", "ol", "ul", "p")), 3):
        links = [a for a in islice(element.iter("a"), 12) if a.get("href")]
        steps = [
            text_of(a) for a in links if urlsplit(doc.absolute(a.get("href"))).path not in ("", "/")
        ]
        here = doc.absolute(links[-1].get("href")) if links else ""
        yield from reversed(steps[:-1] if here and url_key(here) == url_key(doc.url) else steps)


def slugs(region: Any) -> Iterator[str]:
    """List the categories that WordPress writes into the classes of a post and its page.

    They are slugs, so they may tell the kind and are no section's name.
    """
    around = () if region is None else (region, *region.iterancestors())
    for element in around:
        for slug in _SLUG.findall(element.get("class") or ""):
            yield from (slug, slug.replace("-", " "))


def _name_of_item(graph: Graph, step: Node) -> str:
    return next((plain(item.get("name")) for item in graph.things(step.get("item"))), "")


def tags(doc: Document, node: Node, region: Any) -> tuple[str, ...]:
    """List the tags of the article, from the first place that gives any."""
    keywords = node.get("keywords")
    links = region.iter("a") if region is not None else ()
    sources: tuple[Iterable[str], ...] = (
        doc.metas("article:tag", "og:article:tag"),
        _split(map(plain, keywords if isinstance(keywords, list) else [keywords])),
        (text_of(a) for a in links if (a.get("rel") or "").lower().split() == ["tag"]),
        _split(doc.metas("news_keywords", "parsely-tags", "keywords")),
    )
    for source in sources:
        found = dict.fromkeys(t for t in (tag.strip().lstrip("#").strip() for tag in source) if t)
        if found:
            return tuple(tag for tag in found if len(tag) <= 2 * LONGEST_LABEL)[:MAX_TAGS]
    return ()


def kicker(h1: Any) -> str:
    """Give the short line that stands right above the headline, or ""."""
    above = h1.getprevious() if h1 is not None else None
    if above is None or above.tag not in ("h2", "h3", "h4", "h5", "h6", "p", "div", "span", "a"):
        return ""
    label = text_of(above) if len(above) < 5 else ""
    return label if _is_label(label) else ""


class Labels:
    """The words by which this site and its language name the kinds of article."""

    def __init__(self, lang: str, kinds: Mapping[str, Sequence[str]]) -> None:
        self._words: dict[str, Kind] = {}
        self._stems: list[tuple[str, Kind]] = []
        known = languages_of(lang)
        self._fold = (known[0] if len(known) == 1 else Language()).fold
        for source in (*(one.kinds for one in reversed(known)), kinds):  # the site's word is last
            for name, words in source.items():
                if name in frozenset(Kind):
                    for word in words:
                        self._learn(word, Kind(name))

    def _learn(self, word: str, kind: Kind) -> None:
        folded = self._fold(word).strip()
        if folded.endswith("*"):
            self._stems.append((folded[:-1], kind))
        else:
            self._words[folded] = kind

    def kind_of(self, label: str) -> Kind | None:
        """Tell which kind a section, tag or label names as a whole, if any."""
        folded = self._fold(label).strip(" #:|.")
        stems = (kind for stem, kind in self._stems if folded.startswith(stem))
        return self._words.get(folded) or next(stems, None)

    def unlabelled(self, headline: str) -> tuple[str, Kind | None]:
        """Part a label such as “Opinion: ” from a headline; templates write their own."""
        found = _LABELLED.match(headline)
        kind = self.kind_of(found[1]) if found else None
        return (headline[found.end() :], kind) if found and kind else (headline, None)

    def leads(self, line: str) -> Kind | None:
        """Tell whether a short opening line announces a statement (“Communiqué de …”)."""
        if len(line) > 120 or line.endswith((".", "!", "?", "…")):
            return None
        folded = self._fold(line)
        opens = (
            word
            for word, kind in self._words.items()
            if kind is Kind.STATEMENT and re.match(rf"{re.escape(word)}\b", folded)
        )
        return Kind.STATEMENT if next(opens, None) else None


def kind(node: Node, labels: Labels, named: Iterable[str], opening: str) -> Kind:
    """Judge the kind: by the labels the page shows, its schema type, its opening line."""
    for label in named:
        if found := labels.kind_of(label):
            return found
    for name in types(node):
        if name in _SCHEMA_KINDS:
            return _SCHEMA_KINDS[name]
    return labels.leads(opening) or Kind.NEWS


def _split(lists: Iterable[str]) -> Iterator[str]:
    for line in lists:
        yield from re.split(r"[,;،]", line)


def _is_label(label: str) -> bool:
    letters = any(c.isalpha() for c in label) and not any(c.isdigit() for c in label[:-4])
    return letters and len(label) <= LONGEST_LABEL
