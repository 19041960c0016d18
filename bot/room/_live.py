"""What is new on a page that stays open: asked every few seconds, answered in one query.

A page says which posts it shows, in which version, and in which of them somebody is at
work (`live.js`). It is given those that changed, but never under somebody's hands: there
it is told who changed what. New articles are announced, and do not push what is read.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from bot.room import _frame, _post
from bot.room._views import Wanted, tabs
from bot.room.base import Answer, Ask, Page, Sheet
from bot.store.news import News

#: A page shows no more posts than this.
MOST: Final = 1_000


def live(ask: Ask) -> Answer:
    """Tell what is new since a mark; 204 for nothing."""
    since, loaded = ask.query.get("since", ""), ask.query.get("from", "")
    with ask.room.store.read() as tx:
        now = tx.news.mark(ask.now)
        if now == since:
            return Response(status_code=204)
        changed = tx.posts.some(tx.news.changed(_numbers(ask.query.get("shown", ""))))
        steps = {each.id: tx.posts.log(each.id, limit=1)[0] for each in changed}
        wanted = Wanted.of_address(ask, _frame.here(ask))
        came = tx.news.came(loaded, wanted.site, wanted.channel) if wanted else 0
    posts, busy = _post.shown_all(ask, changed), _numbers(ask.query.get("busy", ""))
    return Sheet(
        "live.html",
        {
            "mark": now,
            "loaded": loaded,
            "posts": [each for each in posts if each.post.id not in busy],
            "left": [each for each in posts if each.post.id in busy],
            "steps": steps,
            "came": came,
            "tabs": tabs(ask, _frame.here(ask)),
            "stopped": News.stops(since) != News.stops(now),
        },
    )


def _numbers(words: str) -> dict[int, int]:
    """Read “12:4.13:1”: posts, and the versions that are shown."""
    pairs = (each.partition(":") for each in words.split(".")[:MOST])
    return {
        int(post): int(version or 0)
        for post, _, version in pairs
        if f"{post}{version}".isascii()
        and f"{post}{version}0".isdigit()
        and 0 < len(post) < 16
        and len(version) < 10
    }


PAGES: Final = (Page("/live", live),)
