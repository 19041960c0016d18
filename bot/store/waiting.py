"""Articles that a source has told of and whose pages are still to be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.identity import normal_title
from bot.model import Entry
from bot.store._schema import article_keys, articles


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article that waits for its page, and why."""

    id: int
    site: str
    source_url: str
    entry: Entry
    flood: int  # how many came with it, where they were too many; else 0
    tries: int
    note: str  # why the last try failed
    first_seen_at: datetime
    next_try_at: datetime


# Built once, as those of `sources` are: every poll asks them.
_THEM = select(*(articles.c[name] for name in Waiting.__dataclass_fields__)).where(
    articles.c.state == "waiting"
)
_ALL = _THEM.order_by(articles.c.tries, articles.c.id)
_OF_SITE = _ALL.where(articles.c.site == bindparam("site"))
_ONE = _THEM.where(articles.c.id == bindparam("article_id"))


class WaitingRoom:
    """The waiting articles, in one transaction.

    A step with one that waits no more, because another process was quicker, changes
    nothing.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self, site: str | None = None) -> tuple[Waiting, ...]:
        """List them, those never tried first, then in the order in which they came."""
        rows = self._db.execute(_ALL if site is None else _OF_SITE, {"site": site})
        return tuple(Waiting(**row) for row in rows.mappings())

    def get(self, article_id: int) -> Waiting | None:
        """Read one; None where it waits no more."""
        row = self._db.execute(_ONE, {"article_id": article_id}).mappings().first()
        return None if row is None else Waiting(**row)

    def take_up(
        self, article_id: int, entry: Entry, *, now: datetime, source: str, flood: int
    ) -> None:
        """Let one wait that was only remembered, as if `source` were the first to tell of it."""
        self._db.execute(
            update(articles)
            .where(articles.c.id == article_id, articles.c.state == "remembered")
            .values(
                url=entry.url,
                title=entry.title,
                title_key=normal_title(entry.title),
                state="waiting",
                note="",
                first_seen_at=now,
                source_url=source,
                entry=entry,
                flood=flood,
                next_try_at=max(now, entry.published_at or now),
            )
        )

    def refresh(
        self, article_id: int, entry: Entry, next_try_at: datetime, source: str | None = None
    ) -> None:
        """Take what its source, or the one that stands in for it, tells of it now."""
        more = {} if source is None else {"source_url": source}
        self._set(article_id, url=entry.url, entry=entry, next_try_at=next_try_at, **more)

    def put_off(self, article_id: int, note: str, next_try_at: datetime) -> None:
        """Count a try that failed, and say when the next one is."""
        tries = articles.c.tries + 1
        self._set(article_id, note=note, tries=tries, next_try_at=next_try_at)

    def try_now(self, article_id: int, now: datetime) -> None:
        """Let it be tried at the next poll: a person asks for it."""
        self._set(article_id, next_try_at=now)

    def leave(self, article_ids: Collection[int], next_try_at: datetime) -> None:
        """Do not try these before then; what was not tried does not count as a try."""
        self._db.execute(
            update(articles)
            .where(
                articles.c.id.in_(article_ids),
                articles.c.state == "waiting",
                articles.c.next_try_at < next_try_at,
            )
            .values(next_try_at=next_try_at)
        )

    def give_up(self, article_id: int, note: str) -> None:
        """Remember it by its keys only: it gets no post."""
        self._set(article_id, state="remembered", note=note, entry=None, next_try_at=None)

    def merge(self, article_id: int, into: int, note: str) -> None:
        """Find it to be another article: its keys lead there from now on.

        Its headline is nobody's twin any more.
        """
        if self.get(article_id) is None:
            return
        self._set(article_id, title_key="")
        self.give_up(article_id, note)
        self._db.execute(
            update(article_keys)
            .where(article_keys.c.article_id == article_id)
            .values(article_id=into)
        )

    def _set(self, article_id: int, **columns: Any) -> None:
        self._db.execute(
            update(articles)
            .where(articles.c.id == article_id, articles.c.state == "waiting")
            .values(**columns)
        )
