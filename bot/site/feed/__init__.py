"""Read a feed into entries: what a source says is there.

RSS, RDF, Atom and JSON Feed, by `_xmlfeed` and `_jsonfeed`. What they find is
judged here, because feeds lie about dates and guids, leave out links, announce
comments and drafts, and are often no feeds at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot import identity, text
from bot.errors import NotASource
from bot.identity import cms_id, cms_key
from bot.model import Entry, Listing
from bot.site import MAX_BYTES
from bot.site._charset import decode
from bot.site._when import when
from bot.site.feed import _address, _jsonfeed, _xmlfeed
from bot.site.feed._item import Item, Source
from bot.site.feed._scan import ROOT

LONGEST_WAIT: Final = timedelta(days=1)
MAX_ENTRIES: Final = 2000
MAX_SUMMARY: Final = 5_000  # characters of HTML; a feed may carry whole articles
MAX_LINE: Final = 1_000  # characters of a title or a guid
MAX_NAME: Final = 200
MAX_NOTES: Final = 20  # sentences about what was skipped

_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+")


def read(body: bytes, url: str, content_type: str = "", *, now: datetime) -> Listing:
    """Read the feed that `url` answered with; a damaged one as far as it goes.

    Entries without a web address of their own, of comments or of previews are
    skipped and named. Dates outside 1995 to next year are no dates. Of what a feed
    says about itself, `wait` heeds ttl and sy:updatePeriod, up to a day; skipHours and
    skipDays are not heeded. A body that is no feed raises NotASource, in one sentence.
    """
    source = source_of(body, url, content_type)
    title = plain(source.title)
    skipped: list[str] = []
    found: list[tuple[Entry, Item]] = []
    for item in source.items[:MAX_ENTRIES]:
        link, fault = _address.choose(item.links)
        if fault:
            skipped.append(f"An entry of {url}, “{plain(item.title)[:80]}”, was skipped: {fault}.")
        else:
            found.append((_entry(item, link, title, now), item))
    entries, notes = _told_apart(found, url)
    if len(source.items) > MAX_ENTRIES:
        notes.append(f"{url} has more than {MAX_ENTRIES:,} entries: the first are read.")
    if source.torn:
        notes.append(f"{url} breaks off in the middle: its last entry was left out.")
    return Listing(
        entries,
        title,
        _primary(source.language),
        min(timedelta(minutes=source.minutes), LONGEST_WAIT) if source.minutes else None,
        _few(notes + skipped, url),
    )


def source_of(body: bytes, url: str, content_type: str) -> Source:
    """Give a feed in its own words; NotASource, in one sentence, where there is none."""
    if len(body) > MAX_BYTES:
        raise NotASource(f"{url} answered with more than {MAX_BYTES // 1_000_000} MB.")
    written = decode(body, content_type)
    begin = written[:2000].lstrip("\ufeff\0 \t\r\n")
    if not begin:
        raise NotASource(f"{url} answered with nothing.")
    if begin[0] in "{[":
        found = _jsonfeed.read(written.lstrip("\ufeff\0 \t\r\n"), url, MAX_ENTRIES + 1)
        instead = "JSON that is no JSON Feed"
    elif _is_page(begin):
        found, instead = None, "a web page, not a feed"
    else:
        found = _xmlfeed.read(written, url, MAX_ENTRIES + 1)
        instead = "something that is no RSS or Atom feed"
    if found is None:
        raise NotASource(f"{url} answered with {instead}.")
    return found


def _is_page(begin: str) -> bool:
    begin = re.sub(r"<!--.*?-->", "", begin, flags=re.DOTALL)
    return bool(_WEB_PAGE.search(begin)) and not ROOT.search(begin)


# ------------------------------------------------------------------------- one entry


def _entry(item: Item, link: str, site: str, now: datetime) -> Entry:
    title = plain(item.title)
    published, modified = (
        when(date, now, _primary(item.language)) for date in (item.published, item.modified)
    )
    return Entry(
        url=link,
        guid=item.guid.strip()[:MAX_LINE],
        cms_id=_cms_id(item, item.guid, link),
        title=title,
        summary=_summary(item, title, site),
        authors=tuple(_unique(_person(line) for line in item.authors)),
        tags=tuple(_unique(plain(tag) for tag in item.tags)),
        language=_primary(item.language),
        # Published at the latest when it was last changed: old is old either way.
        published_at=published or modified,
        modified_at=modified,
    )


def _cms_id(item: Item, guid: str, link: str) -> str:
    found = cms_id(guid, link) or cms_id(link, link)
    if not found and re.fullmatch(r"[0-9]{1,12}", item.number.strip()):
        found = cms_key("wp", item.number.strip(), link)
    return found


def _summary(item: Item, title: str, site: str) -> str:
    paragraphs = text.from_html(item.summary[:MAX_SUMMARY]).split("\n\n")
    last = paragraphs[-1]
    # WordPress signs each excerpt with a sentence that names the post and the site.
    if len(paragraphs) > 1 and title and site and title in last and site in last:
        paragraphs.pop()
    return "\n\n".join(paragraphs).strip()


def _person(line: str) -> str:
    name = _MAIL.sub("", plain(line[:MAX_NAME])).strip(" ()<>")
    return "" if "://" in name else name


def plain(value: str) -> str:
    """Return a title or name as one line of plain text, at most a thousand signs of its HTML."""
    return text.clean(text.from_html(value[:MAX_LINE])) if value else ""


def _primary(code: str) -> str:
    return re.split(r"[-_]", code.strip().lower()[:20])[0][:3]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))[:50]


# ----------------------------------------------------------------------- all of them


def _told_apart(found: list[tuple[Entry, Item]], url: str) -> tuple[tuple[Entry, ...], list[str]]:
    """Take from entries a guid that several share, with what was read out of it; say so."""
    entries = []
    shared: Counter[str] = Counter()
    for (entry, item), trusted in zip(
        found, identity.trusted([entry for entry, _ in found]), strict=True
    ):
        if trusted.guid != entry.guid:
            shared[entry.guid] += 1
            trusted = replace(trusted, cms_id=_cms_id(item, "", entry.url))
        entries.append(trusted)
    notes = [
        f"{count} entries of {url} have one guid, “{guid[:80]}”: it was left aside,"
        " and they are known by their addresses."
        for guid, count in shared.items()
    ]
    return tuple(entries), notes


def _few(notes: list[str], url: str) -> tuple[str, ...]:
    if len(notes) <= MAX_NOTES:
        return tuple(notes)
    rest = f"{len(notes) - MAX_NOTES + 1} more things of this kind were noted about {url}."
    return (*notes[: MAX_NOTES - 1], rest)
