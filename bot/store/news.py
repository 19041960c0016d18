"""Whether anything is new: asked every few seconds by every open page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, or_, select

from bot.model import State, Verb
from bot.store._schema import UtcTime, accounts, pauses, posts, sources, transitions

_LAST = select(func.coalesce(func.max(transitions.c.id), 0)).scalar_subquery()
_NOW = bindparam("now", type_=UtcTime)
_STOPPED = (
    select(func.count())
    .select_from(pauses)
    .where(or_(pauses.c.until.is_(None), pauses.c.until > _NOW))
    .scalar_subquery()
)
_BLOCKED = select(func.count()).select_from(accounts).where(accounts.c.blocked != "")
_FAILING = select(func.count()).select_from(sources).where(sources.c.failing_since.is_not(None))
_MARK = select(
    _LAST.label("last"),
    _STOPPED.label("stopped"),
    _BLOCKED.scalar_subquery().label("blocked"),
    _FAILING.scalar_subquery().label("failing"),
)
_CAME = (
    select(func.count(func.distinct(posts.c.article_id)))
    .join_from(transitions, posts)
    .where(
        transitions.c.id > bindparam("last"),
        transitions.c.verb == literal(Verb.HOLD, transitions.c.verb.type),
        posts.c.state == literal(State.HELD, posts.c.state.type),
    )
)
_CHANGED = select(posts.c.id, posts.c.version).where(
    posts.c.id.in_(bindparam("ids", expanding=True))
)


class News:
    """What has changed, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def mark(self, now: datetime) -> str:
        """Give what stays the same as long as nothing happens: one query, no post is read."""
        row = self._db.execute(_MARK, {"now": now}).one()
        return "-".join(map(str, row))

    @staticmethod
    def stops(mark: str) -> str:
        """Give the part of a mark that changes when something is stopped, or goes on."""
        return mark.partition("-")[2].partition("-")[0]

    def came(self, mark: str, site: str = "", channel: str = "") -> int:
        """Count the articles whose posts have come to the queue since a mark, and wait there."""
        query = _CAME
        for column, value in ((posts.c.site, site), (posts.c.channel, channel)):
            if value:
                query = query.where(column == value)
        return self._db.execute(query, {"last": last_of(mark)}).scalar() or 0

    def changed(self, seen: dict[int, int]) -> tuple[int, ...]:
        """Name those of the posts, by number and version seen, that are another version now."""
        if not seen:
            return ()
        rows = self._db.execute(_CHANGED, {"ids": list(seen)})
        return tuple(row.id for row in rows if row.version != seen[row.id])


def last_of(mark: str) -> int:
    """Give the last step that a mark knows of; 0 for one that is none of ours."""
    last = mark.partition("-")[0]
    return int(last) if last.isascii() and last.isdigit() and len(last) < 18 else 0
