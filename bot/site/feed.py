"""Read an RSS or Atom feed into entries: what a source says is there.

feedparser reads the XML; everything it gives is judged again here, because
feeds lie about dates, leave out links, and are often no feeds at all.
"""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot import text
from bot.errors import NotASource
from bot.identity import cms_id, cms_key
from bot.model import Entry, Listing
from bot.site import MAX_BYTES

EARLIEST_YEAR: Final = 1995
LONGEST_TTL: Final = timedelta(days=1)
MAX_ENTRIES: Final = 2000
MAX_TAGS: Final = 300_000  # feedparser needs some 30 µs for each; real feeds have a tenth
MAX_SUMMARY: Final = 20_000  # characters of HTML; a feed may carry whole articles

_DECLARED = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=")
_ENTITY = re.compile(rb"<!ENTITY[^>]{0,2000}>", re.IGNORECASE)
# The XML reader compares every attribute of an element with all others; real ones have 20.
_CROWDED = re.compile(
    rb"""(?<![\s\0])(?:[\s\0]++[^\s=<>"']++[\s\0]*+=[\s\0]*+(?:"[^"<]*+"|'[^'<]*+')){100}"""
)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+")
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168}  # sy:updatePeriod, in hours


def read(body: bytes, url: str, content_type: str = "", *, now: datetime) -> Listing:
    """Read the feed that `url` answered with; a damaged one as far as it goes.

    Entries without a web link are skipped and named. Dates outside 1995 to next
    year are no dates. A body that is no feed raises NotASource, in one sentence.
    """
    _refuse_other_things(body, url)
    parsed = _parse(body, url, content_type)
    channel: dict[str, Any] = parsed["feed"]
    if not parsed.get("version") and not parsed["entries"]:
        raise NotASource(f"{url} answered with something that is no RSS or Atom feed.")
    entries: list[Entry] = []
    skipped: list[str] = []
    for raw in parsed["entries"][:MAX_ENTRIES]:
        link, fault = _link(raw, url)
        if fault:
            skipped.append(fault)
        else:
            entries.append(_entry(raw, link, channel, url, now))
    title, language = _plain(channel.get("title")), _primary(channel.get("language"))
    return Listing(tuple(entries), title, language, _ttl(channel), tuple(skipped))


def _refuse_other_things(body: bytes, url: str) -> None:
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotASource(f"{url} answered with nothing.")
    if len(body) > MAX_BYTES:
        raise NotASource(f"{url} answered with more than {MAX_BYTES // 1_000_000} MB.")
    if body.count(b"<") > MAX_TAGS:
        raise NotASource(f"{url} answered with more than {MAX_TAGS:,} elements.")
    if _CROWDED.search(body):
        raise NotASource(f"{url} answered with an element of more than a hundred attributes.")
    if start[:1] in b"{[":
        raise NotASource(f"{url} answered with JSON, not with an RSS or Atom feed.")
    head = re.sub(rb"<!--.*?-->", b"", start, flags=re.DOTALL)
    if (page := _WEB_PAGE.search(head)) and not re.search(
        rb"<(?:rss|feed)\b", head[: page.start()]
    ):
        raise NotASource(f"{url} answered with a web page, not a feed.")


def _parse(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    import feedparser

    # feedparser resolves links (not those inside texts) against this and xml:base, and
    # believes what the XML declares where the type names no charset.
    headers = {"content-location": url, "content-type": "application/xml"}
    if (
        "charset" in content_type.lower()
        and not _DECLARED.search(body[:200])
        and not _is_utf8(body)
    ):
        headers["content-type"] += ";" + content_type.partition(";")[2]
    try:
        parsed: dict[str, Any] = feedparser.parse(
            # Never str or bytes: feedparser would open such a thing as a path or URL.
            io.BytesIO(_ENTITY.sub(b"", body)),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # feedparser lets out whatever it meets, and other sources go on
        raise NotASource(f"{url} answered with a feed that nobody can read.") from error
    return parsed


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _link(raw: dict[str, Any], url: str) -> tuple[str, str]:
    """Give the entry's own address, or the sentence why it has none."""
    name = f"An entry of {url}, “{_plain(raw.get('title'))[:80]}”,"
    link = str(raw.get("feedburner_origlink") or raw.get("link") or "").strip()
    if not link:
        return "", f"{name} was skipped: it has no link."
    try:
        link = urljoin(url, link)
        usable = urlsplit(link).scheme in ("http", "https") and urlsplit(link).hostname
    except ValueError:
        usable = None
    if not usable:
        return "", f"{name} was skipped: its link “{link[:100]}” is no web address."
    return link, ""


def _entry(
    raw: dict[str, Any], link: str, channel: dict[str, Any], url: str, now: datetime
) -> Entry:
    title = _plain(raw.get("title"))
    guid = str(dict.get(raw, "id") or "")
    published, modified = (
        _instant(raw, "published_parsed", now),
        _instant(raw, "updated_parsed", now),
    )
    return Entry(
        url=link,
        guid=guid,
        cms_id=_cms_id(raw, guid, link),
        title=title,
        summary=_summary(raw, title, _plain(channel.get("title"))),
        authors=tuple(_unique(_authors(raw))),
        tags=tuple(_unique(_plain(t.get("label") or t.get("term")) for t in raw.get("tags", ()))),
        language=_primary(raw.get("language") or _detail(raw, "title", "language"))
        or _primary(channel.get("language")),
        # Published at the latest when it was last changed: old is old either way.
        published_at=published or modified,
        modified_at=modified,
    )


def _cms_id(raw: dict[str, Any], guid: str, link: str) -> str:
    found = cms_id(guid, link) or cms_id(link, link)
    number = str(raw.get("post-id") or "")  # WordPress.com writes it as an element
    if not found and re.fullmatch(r"[0-9]{1,12}", number):
        found = cms_key("wp", number, link)
    return found


def _summary(raw: dict[str, Any], title: str, site: str) -> str:
    paragraphs = text.from_html(str(raw.get("summary") or "")[:MAX_SUMMARY]).split("\n\n")
    # WordPress signs each excerpt with a sentence that names the post and the site.
    if (
        len(paragraphs) > 1
        and title
        and site
        and {title, site} <= _named(paragraphs[-1], title, site)
    ):
        paragraphs.pop()
    return "\n\n".join(paragraphs).strip()


def _named(paragraph: str, *names: str) -> set[str]:
    folded = text.clean(paragraph)
    return {name for name in names if name in folded}


def _authors(raw: dict[str, Any]) -> Iterator[str]:
    names = [author.get("name") for author in raw.get("authors", ())]
    # Of a single author feedparser keeps the line, which it does not always part rightly.
    for line in names if len(names) > 1 else [raw.get("author")]:
        name = _MAIL.sub("", _plain(line)).strip(" ()<>")
        if name and "://" not in name:
            yield name


def _instant(raw: dict[str, Any], field: str, now: datetime) -> datetime | None:
    # dict.get, because feedparser's own answers a missing `updated` with `published`.
    parsed = dict.get(raw, field)
    if not parsed or not EARLIEST_YEAR <= parsed[0] <= now.year + 1:
        return None
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def _ttl(channel: dict[str, Any]) -> timedelta | None:
    asked: list[timedelta] = []
    ttl = str(channel.get("ttl") or "")
    if ttl.isdecimal():
        asked.append(timedelta(minutes=min(int(ttl[:9]), 10_000)))
    hours = _PERIODS.get(str(channel.get("sy_updateperiod") or "").strip().lower())
    times = str(channel.get("sy_updatefrequency") or "1").strip()
    if hours and times.isdecimal():
        asked.append(timedelta(hours=hours) / max(int(times[:9]), 1))
    return min(max(asked), LONGEST_TTL) if asked else None


def _plain(value: object) -> str:
    return text.clean(text.from_html(str(value))) if value else ""


def _primary(code: object) -> str:
    return re.split(r"[-_]", str(code or "").strip().lower())[0][:3]


def _detail(raw: dict[str, Any], name: str, field: str) -> object:
    return (raw.get(f"{name}_detail") or {}).get(field)


def _unique(values: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))[:50]
