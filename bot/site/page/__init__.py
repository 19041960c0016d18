"""Read the page of an article: everything that a teaser may say of it.

Own rules first: JSON-LD, Open Graph, meta tags, microdata, then what readers
see. trafilatura and htmldate are asked only for what is missing after that
(date, text), because they take ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from urllib.parse import urlsplit

from bot.errors import NotAnArticle
from bot.identity import cms_id, cms_key, normal_title, url_key
from bot.model import Article
from bot.site._dates import Stamp
from bot.site._document import Document, plain
from bot.site._jsonld import Graph, Node
from bot.site.page import (
    _credits,
    _fallback,
    _headline,
    _labels,
    _language,
    _listing,
    _people,
    _picture,
    _pictures,
    _public,
    _times,
)
from bot.site.page._body import Finder, Paragraph, common_ancestor, extent
from bot.site.page._emblem import emblems
from bot.site.page._names import Names

#: Text of this many characters is an article even where the page does not say so, ...
ENOUGH_TEXT: Final = 250
#: ... and of this many, where the page shows headline and date with it.
SHORT_NOTE: Final = 80
_POST_CLASS = re.compile(r"postid-(\d{1,12})")
_POST_ID = re.compile(r"post-(\d{1,12})")
_API_POST = re.compile(r"(.*)/wp-json/wp/v2/posts/(\d{1,12})/?$")


def read(
    body: bytes,
    url: str,
    *,
    charset: str = "",
    timezone: tzinfo = UTC,
    not_authors: Sequence[str] = (),
    site_name: str = "",
    kinds: Mapping[str, Sequence[str]] | None = None,
    fallback: bool = True,
) -> Article:
    """Read the article in the page that `url` answered with.

    Dates without a zone are of `timezone`; `not_authors` are nobody; `kinds`
    says by which sections and tags this site marks opinion and the like. A page
    that holds no article raises NotAnArticle, in one sentence.
    """
    seen = _look(body, url, charset, site_name)
    doc, graph, node, region, lang = seen.doc, seen.graph, seen.node, seen.region, seen.lang
    clues = _times.Clues(
        doc,
        graph,
        node,
        headline=seen.headline,
        h1=seen.h1,
        start=seen.start,
        lang=lang,
        zone=timezone,
    )
    if not _listing.says_article(doc, node) and not _holds_text(seen, clues):
        raise NotAnArticle(f"{url} holds no text of an article.")
    authors, credits = _people_and_text(seen, not_authors, fallback)
    labels = _labels.Labels(lang, kinds or {})
    headline, kind = labels.unlabelled(seen.headline)
    social_title, _ = labels.unlabelled(_headline.social_title(doc, seen.names))
    known = {normal_title(headline), normal_title(social_title)}
    dek = _headline.dek(doc, node, seen.h1, region, seen.start, known, lang)
    section = _labels.section(doc, graph, node, region, seen.start, seen.finder)
    tags = _labels.tags(doc, node, region)
    kickers = (_headline.kicker(seen.h1), _labels.kicker(seen.h1))
    named = (section, *kickers, *tags, *_labels.slugs(region))
    opening = credits.body[0] if credits.body else ""
    published = _published(seen, clues, timezone, fallback)
    marks = emblems(doc, graph)
    image = _picture.find(doc, graph, node, region, marks, lang)
    return Article(
        url=url,
        headline=headline,
        social_title=social_title,
        dek=dek,
        body=_without(credits.body, known | {normal_title(dek)}),
        kind=kind or _labels.kind(node, labels, named, opening),
        authors=authors,
        translators=credits.translators,
        section=section,
        tags=tags,
        image=image,
        pictures=_pictures.further(doc, marks, image, region, seen.container, lang),
        language=lang,
        language_doubt=seen.doubt,
        published_at=published.at.astimezone(UTC) if published else None,
        modified_at=_modified(clues, published),
        day_only=published.day_only if published else False,
        first_publication=credits.first_publication,
        site_name=doc.meta("og:site_name") or site_name or next(iter(seen.names), ""),
        canonical=doc.link("canonical"),
        cms_id=_cms_id(doc, region),
        noindex=_noindex(doc),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page with its article found: what every field is read from."""

    doc: Document
    graph: Graph
    node: Node  # the JSON-LD of the article, or empty
    names: list[str]  # of the site
    headline: str
    h1: Any
    finder: Finder
    container: Any  # holds the text
    start: Any  # where the text begins
    paragraphs: list[Paragraph]
    region: Any  # holds headline and text, and what belongs to them
    lang: str
    doubt: str  # the language that the page declares, where its words refute it


def _look(body: bytes, url: str, charset: str, site_name: str) -> _Seen:
    doc = Document(body, url, charset)
    graph = Graph(_jsonld_blocks(doc))
    node = _own_node(doc, graph)
    names = _headline.site_names(doc, graph, node, site_name)
    headline, h1 = _headline.find(doc, node, names)
    if not headline:
        raise NotAnArticle(f"{url} has no headline, so it is no article.")
    finder = Finder(doc, h1)
    container = finder.container()
    paragraphs, start = finder.paragraphs(container), finder.start(container)
    _public.refuse(doc, headline, extent(paragraphs))
    _listing.refuse(doc, graph, node)
    region = common_ancestor(h1, container)
    declared = _language.declared(doc, node, container if container is not None else region)
    text = [headline, *(line for lines in paragraphs for line in lines)]
    lang, doubt = _language.judged(declared, text)
    return _Seen(
        doc=doc,
        graph=graph,
        node=node,
        names=names,
        headline=headline,
        h1=h1,
        finder=finder,
        container=container,
        start=start,
        paragraphs=paragraphs,
        region=region,
        lang=lang,
        doubt=doubt,
    )


def _holds_text(seen: _Seen, clues: _times.Clues) -> bool:
    length = extent(seen.paragraphs)
    if length >= ENOUGH_TEXT:
        return True
    return length >= SHORT_NOTE and seen.h1 is not None and clues.near() is not None


def _people_and_text(
    seen: _Seen, not_authors: Sequence[str], fallback: bool
) -> tuple[tuple[str, ...], _credits.Credits]:
    persons = _people.persons(seen.graph)
    own = (name for name in seen.names if normal_title(name) not in persons)
    people = Names(seen.lang, own, not_authors)
    authors = _people.authors(
        seen.doc,
        seen.graph,
        seen.node,
        people,
        seen.region,
        seen.h1,
        seen.start,
        seen.paragraphs,
    )
    paragraphs = seen.paragraphs
    if extent(paragraphs) < ENOUGH_TEXT:
        paragraphs = max(paragraphs, _said(seen.node), key=extent)
    if fallback and extent(paragraphs) < ENOUGH_TEXT:
        guessed = [[line] for line in _fallback.text(seen.doc.source, seen.doc.url)]
        # A guess that holds little more holds headline and caption beside the same text.
        if extent(guessed) > 2 * extent(paragraphs):
            paragraphs = guessed
    credits = _credits.take(paragraphs, seen.lang, people, authors)
    if not credits.translators:
        named = (plain(t.get("name")) for t in seen.graph.things(seen.node.get("translator")))
        translators = people.read_all(named) or tuple(people.translators)
        credits = replace(credits, translators=translators)
    return authors, credits


def _published(seen: _Seen, clues: _times.Clues, zone: tzinfo, fallback: bool) -> Stamp | None:
    found = clues.published()
    if found is None and fallback:
        found = _fallback.date(seen.doc.source, seen.doc.url, zone)
    return found


def _jsonld_blocks(doc: Document) -> Iterator[str]:
    for script in doc.root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield script.text or ""


def _own_node(doc: Document, graph: Graph) -> Node:
    """Choose the node that describes this page's article, {} where none does."""
    nodes = graph.articles()
    own = {url_key(doc.url), url_key(doc.link("canonical"))} - {""}
    for node in nodes:
        pages = [node.get("url"), node.get("@id"), *_ids(graph, node.get("mainEntityOfPage"))]
        if any(isinstance(page, str) and url_key(doc.absolute(page)) in own for page in pages):
            return node
    titles = {normal_title(t) for t in (doc.meta("og:title"), doc.title) if t}
    for node in nodes:
        if normal_title(plain(node.get("headline"))) in titles:
            return node
    return nodes[0] if len(nodes) == 1 else {}


def _ids(graph: Graph, value: object) -> Iterator[object]:
    for thing in graph.things(value):
        yield thing.get("@id")
        yield thing.get("url")


def _said(node: Node) -> list[Paragraph]:
    """Give the text as JSON-LD has it, for pages that show it only by script."""
    said = node.get("articleBody")
    lines = said[:200_000].splitlines() if isinstance(said, str) else []
    return [[line] for line in map(plain, lines) if line]


def _without(body: tuple[str, ...], known: set[str]) -> tuple[str, ...]:
    """Drop a first paragraph that only repeats the headline or the dek."""
    return body[1:] if body and normal_title(body[0]) in known else body


def _modified(clues: _times.Clues, published: Stamp | None) -> datetime | None:
    found = clues.modified()
    if found is None or (published and found.at < published.at):
        return None
    return found.at.astimezone(UTC)


def _cms_id(doc: Document, region: Any) -> str:
    """Find the number that WordPress or SPIP gave the article; "" where none is told."""
    if found := cms_id(doc.url, doc.url) or cms_id(doc.link("shortlink"), doc.url):
        return found
    for link in doc.links.get("alternate", ()):
        if api := _API_POST.match(doc.absolute(link.get("href"))):
            return cms_key("wp", api[2], doc.url, urlsplit(api[1]).path)
    if (folder := _wordpress_folder(doc)) is not None:
        above = [region, *region.iterancestors()] if region is not None else []
        ids = (e.get("id") or "" for e in above if e.tag == "article")
        marks = [*map(_POST_CLASS.fullmatch, doc.body_classes), *map(_POST_ID.fullmatch, ids)]
        for mark in filter(None, marks):
            return cms_key("wp", mark[1], doc.url, folder)
    links = region.iterfind(".//a[@href]") if region is not None else ()
    numbers = {
        cms_id(doc.absolute(a.get("href")), doc.url)
        for a in links
        if "id_article=" in a.get("href")
    }
    return numbers.pop() if len(numbers) == 1 else ""


def _wordpress_folder(doc: Document) -> str | None:
    """Tell in which folder the WordPress of a page runs; None where it does not say.

    Each folder of a network counts its posts for itself.
    """
    root = doc.link("https://api.w.org/")
    return urlsplit(root).path.rstrip("/").removesuffix("/wp-json") if root else None


def _noindex(doc: Document) -> bool:
    asked = ",".join(doc.metas("robots", "googlebot")).lower()
    return not {"noindex", "none"}.isdisjoint(re.split(r"[\s,]+", asked))
