"""Read a sitemap: the news of two days, the pages of a site, or further sitemaps.

A news sitemap names titles and times of publication, and is a source like a feed.
A plain one lists whatever the site holds, sections and tags too, with no more than
the time of the last change: what it offers is a page to look at, which is refused
when it is read and is no article. Which sitemaps of an index can hold something
new, `_index` says.

https://www.sitemaps.org/protocol.html and
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.identity import cms_id
from bot.model import Entry, Listing
from bot.site._document import plain
from bot.site._web import address_in
from bot.site._when import when
from bot.site.sitemap._index import Child, newest
from bot.site.sitemap._xml import items

#: What did not change for so long was not published since either. Without this, an
#: index that moves its pages from one sitemap to the next offers its archive as new.
FRESH: Final = timedelta(days=7)

MAX_FAULTS: Final = 20
MAX_TAGS: Final = 50


def read(body: bytes, url: str, content_type: str = "", *, now: datetime) -> Listing:
    """Read the sitemap that `url` answered with; a damaged one as far as it goes.

    Only news have a time of publication: a last change is none. Pages that tell no
    more than a change over a week ago are left out. An index gives in `more` the
    sitemaps that can hold something new. What is no sitemap raises NotASource.
    """
    told, whole = items(body, url, content_type)
    skipped = [] if whole else [f"{url} breaks off before its end: what came before was read."]
    entries: list[Entry] = []
    children: list[Child] = []
    for kind, item in told:
        if kind == "url" and _is_stale(item, now):
            continue
        link = address_in(item.get("loc", ""), url)
        if not link:
            if len(skipped) < MAX_FAULTS:
                skipped.append(_without_address(item, url))
        elif kind == "sitemap":
            children.append(Child(link, when(item.get("lastmod", ""), now)))
        else:
            entries.append(_entry(item, link, now))
    more, left = newest(children)
    if left:
        some = ", ".join(left[:3]) + (" and others" if len(left) > 3 else "")
        skipped.append(f"{url} names more sitemaps than are read; name these too: {some}.")
    return Listing(
        tuple(entries),
        title=next((plain(item["name"]) for _, item in told if item.get("name")), ""),
        language=next((entry.language for entry in entries if entry.language), ""),
        skipped=tuple(skipped),
        more=more,
    )


def _is_stale(item: Mapping[str, str], now: datetime) -> bool:
    if "title" in item or "publication_date" in item:
        return False
    changed_at = when(item.get("lastmod", ""), now)
    return changed_at is not None and changed_at < now - FRESH


def _without_address(item: Mapping[str, str], url: str) -> str:
    title, link = plain(item.get("title", ""))[:80], item.get("loc", "")[:100]
    fault = f"its address “{link}” is no web address" if link else "it has no address"
    return f"An item of {url}{f', “{title}”,' if title else ''} was skipped: {fault}."


def _entry(item: Mapping[str, str], link: str, now: datetime) -> Entry:
    keywords = map(str.strip, plain(item.get("keywords", "")).split(","))
    return Entry(
        url=link,
        cms_id=cms_id(link, link),
        title=plain(item.get("title", "")),
        tags=tuple(dict.fromkeys(filter(None, keywords)))[:MAX_TAGS],
        language=re.split(r"[-_]", item.get("language", "").lower())[0][:3],
        published_at=when(item.get("publication_date", ""), now),
        modified_at=when(item.get("lastmod", ""), now),
    )
