"""The queue: what waits, the posts of an article side by side.

What grows too old within two hours stands first, the most pressing on top: an editor who
opens the page at five to nine loses those by reading on. All else comes newest first: news
that has just come is what readers ask for, and what is left for later was left on purpose.
What is approved stands in the order in which it goes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from bot.model import State
from bot.room import _post
from bot.room._post import Shown
from bot.room._views import OPEN, Wanted, views_of
from bot.room.base import Answer, Ask, Page, Sheet
from bot.store.posts import Outline

#: So soon before it is too old, a post comes before newer ones.
PRESSING: Final = timedelta(hours=2)

#: So many posts are on a page, and the rest of the last article's.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Group:
    """An article with those of its posts that are shown."""

    id: int
    title: str
    url: str
    posts: tuple[Shown, ...]
    came: datetime
    until: datetime | None  # when the first of them is too old, where that is soon

    @property
    def ready(self) -> list[Shown]:
        """Those that one press approves: nothing speaks against them."""
        return [each for each in self.posts if each.post.state is State.HELD and each.clean]


def chosen(ask: Ask, wanted: Wanted, posts: Sequence[Outline]) -> list[list[Outline]]:
    """Choose the posts of a view, by article, in the order of the page."""
    shown = [p for p in posts if wanted.takes(p) and wanted.view in views_of(ask, p)]
    by_article = groupby(sorted(shown, key=lambda p: p.article_id), key=lambda p: p.article_id)
    order = _leaving if wanted.view == "approved" else _urgency(ask.now)
    return sorted((list(group) for _, group in by_article), key=order)


def _leaving(posts: list[Outline]) -> tuple[float, ...]:
    due = [post.due_at for post in posts if post.due_at]
    return (min(due).timestamp() if due else float("inf"), posts[0].article_id)


def _urgency(now: datetime) -> Callable[[list[Outline]], tuple[float, ...]]:
    def key(posts: list[Outline]) -> tuple[float, ...]:
        until = pressing(posts, now)
        if until is not None:
            return (0, until.timestamp(), posts[0].article_id)
        return (1, -max(post.created_at for post in posts).timestamp(), -posts[0].article_id)

    return key


def pressing(posts: Sequence[Outline], now: datetime) -> datetime | None:
    """Say when the first of these is too old, where that is soon."""
    ends = [post.expires_at for post in posts if post.expires_at and post.state is State.HELD]
    return min(ends) if ends and min(ends) <= now + PRESSING else None


def queue(ask: Ask) -> Answer:
    """Show what waits for a person."""
    wanted = Wanted.of(ask)
    with ask.room.store.read() as tx:
        outlines = tx.posts.outlines(OPEN)
    articles, more = _page_of(chosen(ask, wanted, outlines), wanted.page)
    with ask.room.store.read() as tx:
        posts = tx.posts.some(each.id for group in articles for each in group)
    shown = {each.post.id: each for each in _post.shown_all(ask, posts)}
    return Sheet(
        "queue.html",
        {
            "wanted": wanted,
            "groups": [_group(ask, group, shown) for group in articles],
            "counts": wanted.counts(ask, outlines),
            "more": more,
            "zones": _zones(ask, wanted),
            "channels": _channels(ask),
            "of_sites": [(each.id, each.name) for each in ask.app.config.sites.values()],
        },
    )


def _page_of(groups: list[list[Outline]], page: int) -> tuple[list[list[Outline]], bool]:
    """Part what is chosen into pages, never an article's posts from one another."""
    pages: list[list[list[Outline]]] = [[]]
    for group in groups:
        if sum(map(len, pages[-1])) >= MOST:
            pages.append([])
        pages[-1].append(group)
    return pages[min(page, len(pages)) - 1], page < len(pages)


def _group(ask: Ask, outlines: list[Outline], shown: dict[int, Shown]) -> Group:
    posts = [shown[each.id] for each in outlines if each.id in shown]
    first = posts[0].post
    site = ask.app.config.sites.get(first.site)
    order = list(site.channels) if site else []
    posts.sort(
        key=lambda each: order.index(each.post.channel) if each.post.channel in order else 99
    )
    came = min(each.created_at for each in outlines).astimezone(UTC)
    return Group(
        first.article_id,
        first.article_title,
        first.article_url,
        tuple(posts),
        came,
        pressing(outlines, ask.now),
    )


def _zones(ask: Ask, wanted: Wanted) -> dict[str, list[str]]:
    """Name the clocks by which times are told, each with its sites."""
    found: dict[str, list[str]] = {}
    for each in ask.app.config.sites.values():
        if wanted.site in ("", each.id):
            found.setdefault(each.timezone.key, []).append(each.name)
    return found


def _channels(ask: Ask) -> list[tuple[str, str]]:
    """Name the channels of all sites: as the address has them, and as people say."""
    found = {each.name: each for each in ask.app.config.channels()}
    return [(name, _post.label(each.platform, name)) for name, each in found.items()]


PAGES: Final = (Page("/queue", queue),)
