"""What a page says of its site's own name, language and clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from bot.site._document import Document, plain
from bot.site._jsonld import Graph
from bot.site.discover._likeness import ALIKE, likeness

LONGEST: Final = 80
_JOINT = re.compile(r"\s+[|–—·•»«:-]+\s+|\s*[|»]\s*")
_CODE = re.compile(r"\s*([a-z]{2,3})(?![a-z])(?:[-_]([a-z]{2}|[a-z]{4})\b)?", re.IGNORECASE)
_DATES: Final = (
    "article:published_time", "article:modified_time", "og:updated_time", "datepublished", "date",
)  # fmt: skip


def name(doc: Document, graph: Graph) -> str:
    """Give the name of the site, as head, data or titles have it; "" where none does."""
    return next((n for n in _names(doc, graph) if n and "://" not in n and len(n) <= LONGEST), "")


def _names(doc: Document, graph: Graph) -> Iterator[str]:
    yield doc.meta("og:site_name")
    yield from (plain(node.get("name")) for node in graph.of_type("WebSite"))
    for node in graph.nodes[:50]:
        yield from (plain(each.get("name")) for each in graph.things(node.get("publisher"))[:2])
    kinds = ("NewsMediaOrganization", "Organization")
    yield from (plain(node.get("name")) for node in graph.of_type(*kinds))
    yield doc.meta("application-name", "apple-mobile-web-app-title")
    parts = [part.strip() for part in _JOINT.split(doc.title[:500]) if part.strip()]
    yield from (part for part in reversed(parts) if likeness(part, doc.url, ()) >= ALIKE)
    if urlsplit(doc.url).path in ("", "/") and parts:
        yield parts[0]


def language(doc: Document) -> str:
    """Give the language of the page as it declares it, “en” or “pt-BR”; "" where it does not."""
    claimed = (
        doc.root.get("lang") or doc.root.get("xml:lang") or "",
        *doc.metas("content-language", "og:locale", "dc.language", "language"),
    )
    return next(filter(None, map(code, claimed)), "")


def code(written: str | None) -> str:
    """Spell the code of a language as “pt” or “pt-BR”; "" where it is none."""
    found = _CODE.match(written or "")
    if not found or found[1].lower() == "und":
        return ""
    region = found[2] or ""
    region = region.upper() if len(region) == 2 else region.title()
    return f"{found[1].lower()}-{region}" if region else found[1].lower()


def offsets(doc: Document, graph: Graph) -> tuple[datetime, ...]:
    """List the dates that the page gives for machines, each with the offset it is written with."""
    told = [
        *islice(doc.metas(*_DATES), 50),
        *(node.get(key) for node in graph.nodes for key in ("datePublished", "dateModified")),
        *(time.get("datetime") for time in islice(doc.root.iter("time"), 100)),
    ]
    found: dict[datetime, None] = {}
    for value in told:
        try:
            at = datetime.fromisoformat(str(value).strip())
        except ValueError:
            continue
        if at.tzinfo is not None:
            found.setdefault(at)
    return tuple(found)[:100]
