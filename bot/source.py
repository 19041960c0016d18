"""Ask one source what it holds: politely, and by the reader of its kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot import http, identity
from bot.errors import FetchError, NotASource
from bot.model import Entry, Listing, SourceKind
from bot.site import reader

#: Of a sitemap index no more parts are read, the newest first: what is new is in them.
MOST_PARTS: Final = 5


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
    partly: bool = False,
) -> Answer:
    """Ask a source once, on condition that it has changed since these validators.

    Parts of a sitemap index are read with it; an index is then asked whole each time,
    because its parts change without it. `address` is where a source that has moved
    is asked instead. Raises FetchError where it, or a part of it, cannot be read for
    now; with `partly` the other parts are given, and the one that failed is named.
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
    parts = _parts(session, kind, listing, answer.url, aliases, now, partly)
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


def _address(kind: SourceKind, url: str) -> str:
    return str(reader(kind).asks(url)) if kind is SourceKind.WORDPRESS else url


def _read(kind: SourceKind, answer: http.Fetched, now: datetime) -> Listing:
    content_type = answer.headers.get("Content-Type", "")
    listing: Listing = reader(kind).read(answer.body, answer.url, content_type, now=now)
    return replace(listing, entries=tuple(map(_whole, listing.entries)))


def _whole(entry: Entry) -> Entry:
    """Replace the halves of letters that JSON can hold and no database: one would stop all."""
    try:
        "".join((entry.url, entry.guid, entry.cms_id, entry.language)).encode()
    except UnicodeEncodeError:
        names = ("url", "guid", "cms_id", "language")
        return replace(
            entry,
            **{name: getattr(entry, name).encode("utf-8", "replace").decode() for name in names},
        )
    return entry


def _parts(
    session: http.Session,
    kind: SourceKind,
    listing: Listing,
    url: str,
    aliases: Collection[str],
    now: datetime,
    partly: bool,
) -> list[Listing] | None:
    """Read the parts of an index, and theirs; None where the listing is none."""
    if not listing.more:
        return None
    left, asked, strange = list(listing.more), {url}, 0
    parts, failed = [], []
    for address in left:  # which grows where a part is an index too
        if not identity.same_site(address, url, aliases):
            strange += 1
        elif address not in asked and len(asked) <= MOST_PARTS:
            asked.add(address)
            try:
                part = _read(kind, http.fetch(session, address), now)
            except FetchError as error:
                if not _lasts(error):
                    failed.append(error)
                part = Listing((), skipped=(f"{error} It is a part of {url}.",))
            left += part.more
            parts.append(part)
    # What fails for now must not be missing from the first poll's memory.
    if failed and (not partly or len(failed) == len(parts) or any(map(_rests, failed))):
        raise next(filter(_rests, failed), failed[0])
    if strange:
        words = f"{strange} of its parts" if strange > 1 else "a part"
        parts.append(Listing((), skipped=(f"{url} names {words} on other sites: not read.",)))
    return parts


def _lasts(error: FetchError) -> bool:
    """Tell whether a part will fail again: it is not there, not for us, or is something else."""
    forbidden = 400 <= (error.status or 0) < 500 and error.status not in (408, 425, 429)
    return forbidden or isinstance(error, NotASource)


def _rests(error: FetchError) -> bool:
    return error.status == 429 or error.retry_after is not None


def _joined(listing: Listing, parts: list[Listing]) -> Listing:
    entries: list[Entry] = list(listing.entries)
    skipped = list(listing.skipped)
    for part in parts:
        entries += part.entries
        skipped += part.skipped
    return replace(listing, entries=tuple(entries), skipped=tuple(dict.fromkeys(skipped)), more=())
