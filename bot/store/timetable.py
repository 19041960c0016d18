"""What stands in a site's timetable: posts by the moment in which they went, or go, out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, or_, select

from bot.model import State
from bot.store._schema import articles, posts
from bot.store.outbox import LONGEST_DELAY

#: In these a post has its time; elsewhere only where it was published.
TIMED: Final = (
    State.HELD,
    State.APPROVED,
    State.SENDING,
    State.WAITING,
    State.UNKNOWN,
    State.NEEDS_PERSON,
    State.REFUSED,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A post, as far as a timetable needs it: no teaser is decoded for it."""

    id: int
    site: str
    channel: str
    state: State
    version: int
    title: str  # of its article
    url: str
    due_at: datetime | None
    published_at: datetime | None
    not_before: datetime | None
    remote_url: str
    approved_by: str
    reason: str

    @property
    def at(self) -> datetime:
        """When it went out, else when it is due."""
        at = self.published_at or self.due_at
        assert at is not None, "what is in the timetable has its time"
        return at

    @property
    def movable(self) -> bool:
        """Tell whether a person can give it another time."""
        return self.state in (State.HELD, State.APPROVED)

    @property
    def counts(self) -> bool:
        """Tell whether it takes its moment from others, as `tx.posts.taken` has it."""
        return self.published_at is not None or self.state not in (State.HELD, State.REFUSED)


_NAMES: Final = {**posts.c, "title": articles.c.title, "url": articles.c.url}
_QUERY: Final = select(*(_NAMES[each.name].label(each.name) for each in fields(Placed))).join_from(
    posts, articles
)
_moment: Final = func.coalesce(posts.c.published_at, posts.c.due_at)


class Timetable:
    """The timetable, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def between(
        self, site: str, channels: Collection[str], since: datetime, until: datetime
    ) -> tuple[Placed, ...]:
        """List what went out on these channels, or is due, since then and before `until`."""
        query = _QUERY.where(
            posts.c.site == site,
            posts.c.channel.in_(channels),
            # The index knows when a post was due; nothing goes out long before or after that.
            posts.c.due_at >= since - LONGEST_DELAY,
            posts.c.due_at < until + LONGEST_DELAY,
            _moment >= since,
            _moment < until,
            or_(posts.c.published_at.is_not(None), posts.c.state.in_(TIMED)),
        )
        return self._read(query)

    def late(self, site: str, before: datetime) -> tuple[Placed, ...]:
        """List what was due before then, is approved, and has not gone out."""
        query = _QUERY.where(
            posts.c.state == State.APPROVED, posts.c.site == site, posts.c.due_at < before
        )
        return self._read(query)

    def _read(self, query: Select[Any]) -> tuple[Placed, ...]:
        rows = self._db.execute(query.order_by(_moment, posts.c.id)).mappings()
        return tuple(Placed(**row) for row in rows)
