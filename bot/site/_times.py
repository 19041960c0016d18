"""When an article was published and last changed, by whichever mark the page gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, Final

from bot.site._body import before
from bot.site._dates import Stamp, machine, written
from bot.site._document import Document, classes, text_of
from bot.site._jsonld import Node

LONGEST_LINE: Final = 90
_PUBLISHED = """
    article:published_time og:article:published_time og:published_time datepublished
    parsely-pub-date sailthru.date pubdate publish-date publish_date dc.date.issued
    dcterms.created dcterms.date dc.date dc.date.created date
""".split()  # noqa: SIM905 - a list of names reads best as words
_MODIFIED = """
    article:modified_time og:updated_time og:article:modified_time datemodified
    dcterms.modified dc.date.modified last-modified
""".split()  # noqa: SIM905
_DATE = re.compile(
    r"date|fecha|datum|tarih|time|publish|publi|posted|meta|data(?:\b|[-_])|byline|author"
)
_CHANGED = re.compile(r"updat|modif|actuali|aggiorn|guncel|maj\b")
_IN_PATH = re.compile(r"/((?:19|20)\d\d)/(\d\d)/(\d\d)/")


def published(
    doc: Document, node: Node, region: Any, start: Any, lang: str, zone: tzinfo
) -> Stamp | None:
    """Find when the article was published; None where the page does not say."""
    claimed = [
        node.get("datePublished"),
        *_microdata(doc, "datePublished"),
        *doc.metas(*_PUBLISHED),
    ]
    stamps = [stamp for value in claimed if (stamp := machine(value, zone))]
    exact = next((stamp for stamp in stamps if not stamp.day_only), None)
    if exact or stamps:
        return exact or stamps[0]
    for stamp in _visible(region, start, lang, zone):
        return stamp
    in_path = _IN_PATH.search(doc.url)
    return machine("-".join(in_path.groups()), zone) if in_path else None


def modified(doc: Document, node: Node, zone: tzinfo) -> Stamp | None:
    """Find when the article was last changed; None where the page does not say."""
    claimed = [node.get("dateModified"), *_microdata(doc, "dateModified"), *doc.metas(*_MODIFIED)]
    return next((stamp for value in claimed if (stamp := machine(value, zone))), None)


def _microdata(doc: Document, prop: str) -> list[str]:
    elements = doc.microdata.get(prop, ())[:3]
    return [e.get("content") or e.get("datetime") or text_of(e)[:LONGEST_LINE] for e in elements]


def _visible(region: Any, start: Any, lang: str, zone: tzinfo) -> Iterator[Stamp]:
    """List the dates that stand by the headline: ``time`` elements, then marked lines."""
    if region is None:
        return
    head = [e for e in before(region, start) if not _CHANGED.search(classes(e))]
    # A page may put the line under the text instead.
    for element in (*head, *region.iter("time")):
        if element.tag == "time":
            stamp = machine(element.get("datetime"), zone) or written(text_of(element), lang, zone)
            if stamp:
                yield stamp
    for element in head:
        if len(element) < 6 and _DATE.search(classes(element)):
            line = text_of(element)
            if len(line) <= LONGEST_LINE and (stamp := written(line, lang, zone)):
                yield stamp
