"""RSS, RDF and Atom: which element says what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

from bot.errors import NotASource
from bot.site.feed._item import Item, Source
from bot.site.feed._markup import Piece, attributes_of
from bot.site.feed._scan import Scan

MOST_TAGS: Final = 300_000  # real feeds have a tenth

_NAME = re.compile(r"<(?:[\w.-]{1,40}:)?name\b[^<>]*>(.*?)</", re.DOTALL)
_ADDRESS = re.compile(r"<(?:[\w.-]{1,40}:)?(?:email|uri|url)\b")
_PAGES: Final = ("text/h", "application/xh")
# sy:updatePeriod, in minutes
_PERIODS: Final = {
    "hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600,
}  # fmt: skip


def read(text: str, url: str, most: int) -> Source | None:
    """Read the first `most` entries of a feed in XML; None where it is none.

    NotASource where it is an attack on its readers.
    """
    if text.count("<") > MOST_TAGS:
        raise NotASource(f"{url} answered with more than {MOST_TAGS:,} elements.")
    try:
        scan = Scan(text)
    except ValueError as error:
        raise NotASource(f"{url} answered with {error}.") from None
    if not scan.found:
        return None
    channel = scan.channel
    attributes = attributes_of(channel.attributes)
    base = join(url, attributes.get("xml:base", ""))
    language = channel.first("language", "dc:language") or attributes.get("xml:lang", "")
    return Source(
        items=tuple(_item(piece, base, language) for piece in scan.entries[:most]),
        title=channel.first("title", "dc:title"),
        language=language,
        minutes=_minutes(channel),
        torn=scan.torn,
    )


def _item(piece: Piece, base: str, language: str) -> Item:
    attributes = attributes_of(piece.attributes)
    base = join(base, attributes.get("xml:base", ""))
    own = piece.first("dc:language", "language") or attributes.get("xml:lang", "")
    own = own or next((it["xml:lang"] for it, _ in piece.all("title") if "xml:lang" in it), "")
    about = next((it for name, it in attributes.items() if name.endswith(":about")), "")
    return Item(
        links=tuple(dict.fromkeys(_links(piece, base, own or language, about))),
        guid=piece.first("guid", "id") or about,
        title=piece.first("title", "dc:title", "media:title"),
        summary=piece.first(
            "description", "summary", "dc:description", "abstract", "itunes:summary",
            "content:encoded", "content"
        ),
        authors=tuple(_authors(piece)),
        tags=tuple(_tags(piece)),
        language=own or language,
        # RDF has but dc:date, of which its feeds make the day of publication.
        published=piece.first(
            "pubdate", "published", "issued", "dcterms:issued", "dc:date", "date", "created",
            "dcterms:created",
        ),
        modified=piece.first("updated", "modified", "dcterms:modified"),
        number=piece.first("post-id"),  # WordPress.com writes it as an element
    )  # fmt: skip


def join(base: str, link: str) -> str:
    """Resolve `link` against `base`; what cannot be resolved stays as it is."""
    link = link.strip()
    if link[:4].lower() == "www.":
        link = f"//{link}"
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _links(piece: Piece, base: str, language: str, about: str) -> Iterator[str]:
    """List where an entry says that it may be found, the surest place first."""
    if _is_absolute(original := piece.first("feedburner:origlink")):
        yield original.strip()
    ranked = sorted(_alternates(piece, base, language), key=lambda each: each[0])
    yield from (link for _, link in ranked)
    for attributes, content in piece.all("guid", "id"):
        said = attributes.get("ispermalink", "").lower()
        if content.strip() and (said == "true" or (said != "false" and _is_absolute(content))):
            yield join(base, content)
    if _is_absolute(about):
        yield about


def _alternates(piece: Piece, base: str, language: str) -> Iterator[tuple[tuple[bool, ...], str]]:
    """List the links to the entry itself; those to a page in its language rank first."""
    for attributes, content in piece.all("link"):
        href = attributes.get("href") or attributes.get("url") or content
        rel = attributes.get("rel", "alternate").lower().rpartition("/")[2]
        if rel == "alternate" and href.strip():
            kind = attributes.get("type", "text/html").lower()
            tongue = attributes.get("hreflang", language)[:2].lower()
            other = (not kind.startswith(_PAGES), tongue != language[:2].lower())
            yield other, join(join(base, attributes.get("xml:base", "")), href)


def _is_absolute(link: str) -> bool:
    return link.strip().lower().startswith(("http://", "https://"))


def _authors(piece: Piece) -> Iterator[str]:
    lines = [content for _, content in piece.all("author", "dc:creator", "dc:author")]
    for line in lines or [piece.first("itunes:author")]:
        if name := _NAME.search(line):
            yield name[1]
        elif not _ADDRESS.search(line):
            yield line


def _tags(piece: Piece) -> Iterator[str]:
    for attributes, content in piece.all("category", "dc:subject"):
        yield attributes.get("label") or attributes.get("term") or content


def _minutes(channel: Piece) -> float:
    ttl = channel.first("ttl").strip()
    asked = float(ttl[:9]) if ttl.isdecimal() else 0.0
    period = _PERIODS.get(channel.first("sy:updateperiod").strip().lower(), 0)
    times = channel.first("sy:updatefrequency").strip() or "1"
    if period and times.isdecimal():
        asked = max(asked, period / max(int(times[:9]), 1))
    return asked
