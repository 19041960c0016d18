"""Ask a WordPress site for its posts by its REST API, and read what it answers.

No order of the API finds every new post. By date, one that was given an earlier
date is never among the first. By last change, neither is one that was finished
days before its time: the clock of WordPress publishes without touching the time
of change (`wp_publish_post`, read 2026-11-22). So the posts are asked for by date,
and again by change, as `Listing.more`; a post that is in both is one.

https://developer.wordpress.org/rest-api/reference/posts/ (read 2026-11-22)
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot import text
from bot.errors import NotASource
from bot.identity import cms_key
from bot.model import Entry, Listing
from bot.site import MAX_BYTES
from bot.site._dates import machine
from bot.site._document import plain
from bot.site._web import address_in

EACH_TIME: Final = 20  # posts; the API gives 100 at most
MAX_POSTS: Final = 100
MAX_EXCERPT: Final = 20_000  # characters of HTML
EARLIEST_YEAR: Final = 1995

_POSTS: Final = "wp/v2/posts"
# Not asked for: the text, the names behind the numbers of categories and tags, whatever
# plugins add. The page tells all that, and each costs the site's server dear.
_FIELDS: Final = "id,date_gmt,modified_gmt,guid,link,status,type,title,excerpt,lang"
_ROOT: Final = frozenset({"namespaces", "gmt_offset", "timezone_string"})
# What PHP says of itself before it answers: `<br /> <b>Notice</b>: …`.
_NOTICE = re.compile(rb"\s*(?:<br\s*/?>\s*)?<b>(?:notice|warning|deprecated)</b>", re.IGNORECASE)
_MORE = re.compile(r"\s*\[(?:…|\.\.\.)\]$")


def asks(root: str) -> str:
    """Give the address to fetch of the API with this root: its latest posts by date.

    `root` is as the site names it: with ``/wp-json/``, below a language, or with
    ``?rest_route=/``. What its query holds besides (``?lang=es``) is kept.
    """
    parts = urlsplit(root)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    path = parts.path
    if "rest_route" in query:
        query["rest_route"] = _with_posts(query["rest_route"])
    else:
        path = _with_posts(path)
    wanted = {"per_page": str(EACH_TIME), "orderby": "date", "_fields": _FIELDS}
    return urlunsplit((*parts[:2], path, urlencode({**query, **wanted}, safe="/,"), ""))


def read(body: bytes, url: str, content_type: str = "", *, now: datetime) -> Listing:
    """Read the posts that the API answered with.

    What is no public post (a draft, a preview, behind a password, of another type)
    is skipped and named. What is no list of posts raises NotASource, with what to do.
    """
    answer = _json(body, url)
    if not isinstance(answer, list):
        raise NotASource(_instead(answer, url))
    entries: list[Entry] = []
    skipped: list[str] = []
    for row in answer[:MAX_POSTS]:
        if not isinstance(row, dict):
            skipped.append(f"A post of {url.partition('?')[0]} was skipped: it is no record.")
            continue
        link = address_in(_text(row.get("link")), url)
        if fault := _fault(row, link):
            skipped.append(f"A post of {url.partition('?')[0]}, “{_title(row)[:80]}”, {fault}")
        else:
            entries.append(_entry(row, link, url, now))
    by_change = url.replace("orderby=date", "orderby=modified")
    more = (by_change,) if by_change != url else ()
    return Listing(tuple(entries), skipped=tuple(skipped), more=more)


@dataclass(frozen=True, slots=True)
class About:
    """What the root of an API says of its site; "" or None where it does not."""

    name: str
    description: str
    timezone: str  # an IANA name, or "" where the site is set to an offset
    offset: timedelta | None
    home: str


def about(body: bytes, url: str) -> About:
    """Read what the root of the API at `url` says of its site; NotASource where it is none."""
    answer = _json(body, url)
    if not isinstance(answer, dict) or not _ROOT & answer.keys():
        raise NotASource(_instead(answer, url))
    zone = _text(answer.get("timezone_string"))
    return About(
        name=plain(answer.get("name")),
        description=plain(answer.get("description")),
        timezone=zone if re.fullmatch(r"[A-Za-z][\w+-]*(?:/[\w+-]+)*", zone[:60]) else "",
        offset=_offset(answer.get("gmt_offset")),
        home=address_in(_text(answer.get("home")) or _text(answer.get("url")), url),
    )


def _with_posts(route: str) -> str:
    route = route.rstrip("/").removesuffix(f"/{_POSTS}").removesuffix("/wp/v2")
    return f"{route}/{_POSTS}"


def _json(body: bytes, url: str) -> Any:
    if len(body) > MAX_BYTES:
        raise NotASource(f"{url} answered with more than {MAX_BYTES // 1_000_000} MB.")
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise NotASource(f"{url} answered with nothing.")
    if _NOTICE.match(body[:1000]):
        starts = (body.find(sign) for sign in (b"[{", b'{"'))
        body = body[min((start for start in starts if start >= 0), default=0) :]
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        pass
    if re.match(rb"\s*<(?:!doctype|html|head|body)\b", body[:1000], re.IGNORECASE):
        what = "a web page, perhaps a login"
    else:
        what = "something that is no JSON"
    raise NotASource(
        f"{url} answered with {what}, not with posts: "
        "open the API to readers, or name the feed instead."
    )


def _instead(answer: object, url: str) -> str:
    if not isinstance(answer, dict):
        return f"{url} answered with JSON that holds no posts: name the feed instead."
    if _ROOT & answer.keys():
        return f"{url} is the root of the API, not its posts: name it under wordpress."
    said = plain(answer.get("message"))[:200] or _text(answer.get("code"))[:100]
    told = f" (“{said}”)" if said else ""
    return f"{url} gives no posts{told}: open the API to readers, or name the feed instead."


def _fault(row: Mapping[str, Any], link: str) -> str:
    """Say why a post is not for everybody; "" where it is."""
    status, kind = _text(row.get("status")) or "publish", _text(row.get("type")) or "post"
    held = [row.get("content"), row.get("excerpt")]
    if status != "publish":
        return f"was skipped: it is not published ({status[:20]})."
    if row.get("password") or any(isinstance(h, dict) and h.get("protected") for h in held):
        return "was skipped: it is behind a password."
    if kind != "post":
        return f"was skipped: it is no post ({kind[:30]})."
    if not link:
        return "was skipped: it has no link."
    if any(name.startswith("preview") for name, _ in parse_qsl(urlsplit(link).query)):
        return "was skipped: its link is a preview."
    return ""


def _entry(row: Mapping[str, Any], link: str, url: str, now: datetime) -> Entry:
    number = row.get("id")
    excerpt = text.clean(text.from_html(_rendered(row, "excerpt")[:MAX_EXCERPT]))
    return Entry(
        url=link,
        guid=html.unescape(_rendered(row, "guid")).strip(),
        # Not from the guid: a post that was imported keeps the number of its old site there.
        cms_id=cms_key("wp", str(number), link, _folder(url)) if _is_number(number) else "",
        title=_title(row),
        summary=_MORE.sub("…", excerpt),
        language=re.split(r"[-_]", _text(row.get("lang")).lower())[0][:3],
        published_at=_instant(row.get("date_gmt"), now),
        modified_at=_instant(row.get("modified_gmt"), now),
    )


def _folder(url: str) -> str:
    """Give the folder of the site whose API answered at `url`: numbers are counted per site."""
    path = urlsplit(url).path.removesuffix("/index.php")
    api = path.removesuffix(f"/{_POSTS}")
    return (api.rpartition("/")[0] if api != path else api).rstrip("/")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12


def _title(row: Mapping[str, Any]) -> str:
    return plain(_rendered(row, "title"))


def _rendered(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return _text(value.get("rendered") if isinstance(value, dict) else value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _instant(value: object, now: datetime) -> datetime | None:
    stamp = machine(value, UTC)
    possible = stamp is not None and EARLIEST_YEAR <= stamp.at.year <= now.year + 1
    return stamp.at if stamp and possible else None


def _offset(hours: object) -> timedelta | None:
    """Read an offset in hours, which some versions write as a string; "" is none."""
    try:
        offset = timedelta(hours=float(hours))  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return None
    return offset if abs(offset) <= timedelta(hours=14) else None
