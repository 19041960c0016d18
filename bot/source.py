"""Ask one source what it holds: politely, and by the reader of its kind."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot import http, identity
from bot.errors import FetchError
from bot.model import Entry, Listing, SourceKind

#: Of a sitemap index no more parts are read, the newest first: what is new is in them.
MOST_PARTS: Final = 5

_READERS: Final = {
    SourceKind.FEED: "feed",
    SourceKind.SITEMAP: "sitemap",
    SourceKind.WORDPRESS: "wordpress",
    SourceKind.PAGE: "links",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said; `listing` is None where it has not changed."""

    listing: Listing | None
    etag: str = ""
    last_modified: str = ""
    wait: timedelta = timedelta(0)  # how long it asks for between two looks
    moved_to: str = ""  # where it says it has moved for good


def ask(
    session: http.Session,
    kind: SourceKind,
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    now: datetime,
    address: str = "",
    aliases: Collection[str] = (),
) -> Answer:
    """Ask a source once, on condition that it has changed since these validators.

    Parts of a sitemap index are read with it; an index is then asked whole each time,
    because its parts change without it. `address` is where a source that has moved
    is asked instead. Raises FetchError where it, or a part of it, cannot be read.
    """
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    conditions = {name: value for name, value in validators.items() if value}
    answer = http.fetch(
        session,
        address or _address(kind, url),
        headers=conditions,
        accept=(200, 304) if conditions else (200,),
    )
    if answer.status == 304:
        return Answer(None, etag, last_modified, max_age(answer.headers), answer.moved_to)
    listing = _read(kind, answer, now)
    parts = _parts(session, kind, listing, answer.url, aliases, now)
    return Answer(
        listing if parts is None else _joined(listing, parts),
        "" if parts else answer.headers.get("ETag", ""),
        "" if parts else answer.headers.get("Last-Modified", ""),
        max(listing.wait or timedelta(0), max_age(answer.headers)),
        answer.moved_to,
    )


def max_age(headers: Mapping[str, str]) -> timedelta:
    """Tell for how long a server says that its answer stays as it is (RFC 9111)."""
    words = [word.strip().lower() for word in headers.get("Cache-Control", "").split(",")]
    if {"no-cache", "no-store"} & set(words):
        return timedelta(0)
    for word in words:
        name, _, value = word.partition("=")
        if name.strip() == "max-age":
            age = _seconds(headers.get("Age", ""))
            return timedelta(seconds=max(0, _seconds(value) - age))
    return timedelta(0)


def _seconds(text: str) -> int:
    text = text.strip().strip('"')
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


def _reader(kind: SourceKind) -> Any:
    """Import the reader of a kind; what the others need is not loaded for it."""
    return importlib.import_module(f"bot.site.{_READERS[kind]}")


def _address(kind: SourceKind, url: str) -> str:
    return str(_reader(kind).asks(url)) if kind is SourceKind.WORDPRESS else url


def _read(kind: SourceKind, answer: http.Fetched, now: datetime) -> Listing:
    content_type = answer.headers.get("Content-Type", "")
    listing: Listing = _reader(kind).read(answer.body, answer.url, content_type, now=now)
    return listing


def _parts(
    session: http.Session,
    kind: SourceKind,
    listing: Listing,
    url: str,
    aliases: Collection[str],
    now: datetime,
) -> list[Listing] | None:
    """Read the parts of an index; None where the listing is none."""
    if not listing.more:
        return None
    own = [each for each in listing.more if identity.same_site(each, url, aliases)]
    strange = len(listing.more) - len(own)
    parts = []
    for address in own[:MOST_PARTS]:
        try:
            parts.append(_read(kind, http.fetch(session, address), now))
        except FetchError as error:
            # A part that fails for now must not be missing from the first poll's memory.
            if error.status not in (404, 410):
                raise
            parts.append(Listing((), skipped=(f"{error} It is a part of {url}.",)))
    if strange:
        words = f"{url} names {strange} parts on other sites, which are not read."
        parts.append(Listing((), skipped=(words,)))
    return parts


def _joined(listing: Listing, parts: list[Listing]) -> Listing:
    entries: list[Entry] = list(listing.entries)
    skipped = list(listing.skipped)
    for part in parts:
        entries += part.entries
        skipped += part.skipped
    return replace(listing, entries=tuple(entries), skipped=tuple(skipped), more=())
