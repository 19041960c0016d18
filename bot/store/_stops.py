"""What keeps a channel from being sent anything: a person's pause, or a rest of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, literal, or_, select

from bot.model import Post
from bot.store import _connect
from bot.store._schema import UtcTime, pauses, rests

_NOW: Any = bindparam("now", type_=UtcTime())
_PAUSED = select(pauses.c.scope).where(or_(pauses.c.until.is_(None), pauses.c.until > _NOW))
_STOPPED = _PAUSED.union_all(select(rests.c.scope).where(rests.c.until > _NOW))
_ONE_PAUSED = _PAUSED.where(pauses.c.scope.in_(("*", bindparam("site"), bindparam("place"))))


def go(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that neither pause nor rest stops a row's channel, `now` being given.

    The scopes are few: the database gathers them once, however many rows it looks at.
    """
    return (
        literal("*").not_in(_STOPPED),
        table.c.site.not_in(_STOPPED),
        place(table).not_in(_STOPPED),
    )


def place(table: FromClause) -> ColumnElement[str]:
    """Name the channel of a row, “site/channel”."""
    return table.c.site + "/" + table.c.channel


def paused(db: Connection, post: Post, now: datetime) -> bool:
    """Tell whether a person has stopped a post's channel.

    Nobody stops it from here until the transaction ends: a pause that another process
    commits meanwhile would come before the first byte, and stop nothing.
    """
    if not _connect.is_sqlite(db):
        db.exec_driver_sql("LOCK TABLE pauses IN SHARE MODE")
    asked = {"now": now, "site": post.site, "place": f"{post.site}/{post.channel}"}
    return db.execute(_ONE_PAUSED, asked).first() is not None
