"""What needs a person, found by one rule: the page lists it, and every page counts it.

The rule is that of `bot status`, so that the page, the command and the notices agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from bot.model import LogRow, Post, State
from bot.room.base import Ask
from bot.status import Status
from bot.store.followups import DELETE, STUCK

if TYPE_CHECKING:
    from bot.app import App

#: What is public and should not be comes first; then what keeps most from going out, or
#: may go out twice; what passes by itself, or can wait, comes last.
URGENCY: Final = (
    "delete",
    "doubtful",
    "blocked",
    "refused",
    "tried",
    "by-hand",
    "held",
    "flood",
    "source",
    "late",
    "step",
    "ending",
    "unknown",
    "silent",
    "restored",
)

#: What a post needs, by its state.
_OF_STATE: Final = {
    State.NEEDS_PERSON: "doubtful",
    State.REFUSED: "refused",
    State.APPROVED: "tried",
    State.HELD: "held",
    State.UNKNOWN: "unknown",
}

#: What no post tells (a source, a login that ends) is found again so soon.
KEPT_FOR: Final = timedelta(seconds=30)

_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs a person."""

    kind: str  # one of URGENCY: how it is told, and what settles it
    mark: str  # its place on the page: "post-12"
    site: str  # "" where it concerns all
    since: datetime | None
    about: Any  # the post, channel, source, article or step; of a flood, its posts
    post: Post | None = None  # the one that it concerns
    posts: tuple[Post, ...] = ()  # those that wait for it


@dataclass(frozen=True, slots=True)
class _Kept:
    last: tuple[LogRow, ...]
    at: datetime
    number: int


_kept: WeakKeyDictionary[App, _Kept] = WeakKeyDictionary()


def count(ask: Ask) -> int:
    """Count what needs a person; it is looked for anew once something happened to a post."""
    with ask.room.store.read() as tx:
        last = tx.posts.log(limit=1)
    kept = _kept.get(ask.app)
    if kept is None or kept.last != last or not timedelta(0) <= ask.now - kept.at < KEPT_FOR:
        kept = _kept[ask.app] = _Kept(last, ask.now, len(find(ask)))
    return kept.number


def forget(ask: Ask) -> None:
    """Count anew: something was settled that is not a post."""
    _kept.pop(ask.app, None)


def find(ask: Ask) -> list[Matter]:
    """Find everything that needs a person, the most urgent first, then what waits longest."""
    status = ask.app.status()
    with ask.room.store.read() as tx:
        steps = [
            Matter(
                "delete" if each.name == DELETE else "step",
                f"step-{each.id}",
                (post := tx.posts.get(each.post_id)).site,
                each.at,
                each,
                post,
            )
            for each in status.followups
            if each.state in STUCK
        ]
        blocked = {(each.site, each.channel) for each in status.channels if each.blocked}
        due = tx.outbox.due(ask.now) if blocked else ()
        doubt = tx.instance.doubt() if status.doubt else None
    found = [
        *steps,
        *_posts(status, blocked),
        *_channels(status, due),
        *_sources(status),
    ]
    if doubt is not None:
        found.append(Matter("restored", "database", "", doubt.until, doubt))
    order = {kind: number for number, kind in enumerate(URGENCY)}
    return sorted(found, key=lambda each: (order[each.kind], each.since or _ALWAYS, each.mark))


def _posts(status: Status, blocked: set[tuple[str, str]]) -> Iterator[Matter]:
    flood = []
    for post in status.needs_person:
        kind = _OF_STATE[post.state]
        if kind == "tried" and (post.site, post.channel) in blocked:
            continue  # told with its channel
        if kind == "held" and _came_in_a_flood(post):
            flood.append(post)
            continue
        yield Matter(kind, f"post-{post.id}", post.site, status.since.get(post.id), post, post)
    for post in status.by_hand:
        yield Matter("by-hand", f"post-{post.id}", post.site, post.due_at, post, post)
    for site, some in groupby(sorted(flood, key=lambda each: each.site), lambda each: each.site):
        posts = tuple(some)
        since = min(each.created_at for each in posts)
        yield Matter("flood", f"flood-{site}", site, since, posts, posts=posts)


def _came_in_a_flood(post: Post) -> bool:
    codes = {problem.code for problem in post.problems}
    return "flood" in codes and not any(problem.blocking for problem in post.problems)


def _channels(status: Status, due: Iterable[Post]) -> Iterator[Matter]:
    for each in status.channels:
        mark = f"channel-{each.site}-{each.channel}"
        if each.blocked:
            own = tuple(
                post for post in due if (post.site, post.channel) == (each.site, each.channel)
            )
            yield Matter("blocked", mark, each.site, each.blocked_at, each, posts=own)
        elif each.ending:
            yield Matter("ending", mark, each.site, None, each)


def _sources(status: Status) -> Iterator[Matter]:
    for number, each in enumerate(status.sources):
        mark = f"source-{number}"
        if each.failing:
            yield Matter("source", mark, each.site, each.failing_since, each)
        elif each.silent:
            yield Matter("silent", mark, each.site, each.last_new_at, each)
    for late in status.waiting:
        if late.failing:
            yield Matter("late", f"article-{late.article_id}", late.site, late.since, late)
