"""JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1, read 2026-11-22), and RSS in JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from bot.errors import NotASource
from bot.site.feed._item import Item, Source
from bot.site.feed._xmlfeed import join

MOST_OBJECTS: Final = 300_000

_ITEMS = re.compile(r'"items?"\s*:\s*\[')
_SPACE = re.compile(r"[\s,]*")


def read(text: str, url: str, most: int) -> Source | None:
    """Read the first `most` items of a feed in JSON; None where it is none.

    One that breaks off or is damaged is read up to there. NotASource where it is
    an attack on its readers.
    """
    if text.count("{") + text.count("[") > MOST_OBJECTS:
        raise NotASource(f"{url} answered with more than {MOST_OBJECTS:,} objects.")
    try:
        whole = json.loads(text, strict=False)
        torn = False
    except (ValueError, RecursionError):
        whole, torn = _rescued(text), True
    if not isinstance(whole, dict):
        return None
    if isinstance(channel := _dict(whole.get("rss")).get("channel"), dict):
        return _source(
            channel, [_of_rss(each) for each in _list(channel.get("item"))[:most]], url, torn
        )
    items = [_dict(each) for each in _list(whole.get("items"))[:most]]
    named = "jsonfeed.org" in _text(whole.get("version")) and "items" in whole
    return _source(whole, items, url, torn) if named or any(map(_is_item, items)) else None


def _rescued(text: str) -> dict[str, Any] | None:
    """Read the items of damaged JSON one by one, up to the damage."""
    begin = _ITEMS.search(text)
    if begin is None:
        return None
    decoder, items, at = json.JSONDecoder(strict=False), list[Any](), begin.end()
    try:
        while True:
            item, at = decoder.raw_decode(text, _SPACE.match(text, at).end())  # type: ignore[union-attr]
            items.append(item)
    except (ValueError, RecursionError):
        return {"items": items}


def _source(feed: dict[str, Any], items: list[dict[str, Any]], url: str, torn: bool) -> Source:
    language = _text(feed.get("language"))
    return Source(
        items=tuple(_item(each, url, language) for each in items),
        title=_text(feed.get("title")),
        language=language,
        torn=torn,
    )


def _item(item: dict[str, Any], url: str, language: str) -> Item:
    guid = _text(item.get("id"))
    links = [_text(item.get(name)) for name in ("url", "external_url")]
    links += [guid] if guid.startswith(("http://", "https://")) else []
    authors = item.get("authors") or [item.get("author")]
    return Item(
        links=tuple(join(url, link) for link in links if link),
        guid=guid,
        title=_text(item.get("title")),
        summary=_text(item.get("summary") or item.get("content_html") or item.get("content_text")),
        authors=tuple(_text(_dict(each).get("name", each)) for each in _list(authors)),
        tags=tuple(_text(tag) for tag in _list(item.get("tags"))),
        language=_text(item.get("language")) or language,
        published=_text(item.get("date_published")),
        modified=_text(item.get("date_modified")),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return "id" in item and bool(item.keys() & {"url", "content_html", "content_text"})


def _of_rss(raw: object) -> dict[str, Any]:
    """Name the parts of an RSS item in JSON (scripting.com) as JSON Feed does."""
    item = _dict(raw)
    guid = item.get("guid")
    return {
        "id": _dict(guid).get("#value", guid),
        "url": item.get("link"),
        "title": item.get("title"),
        "summary": item.get("description"),
        "author": {"name": item.get("author")},
        "date_published": item.get("pubDate"),
    }


def _text(value: object) -> str:
    """Return a string; a number as one, which ids may be; anything else as nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []
