"""Articles that a source has told of and whose pages are still to be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

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


class WaitingRoom:
    """The waiting articles, in one transaction.

    A step with one that waits no more, because another process was quicker, changes
    nothing.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self, site: str | None = None) -> tuple[Waiting, ...]:
        """List them, those never tried first, then in the order in which they came."""
        query = _query().order_by(articles.c.tries, articles.c.id)
        if site is not None:
            query = query.where(articles.c.site == site)
        return tuple(Waiting(**row) for row in self._db.execute(query).mappings())

    def get(self, article_id: int) -> Waiting | None:
        """Read one; None where it waits no more."""
        row = self._db.execute(_query().where(articles.c.id == article_id)).mappings().first()
        return None if row is None else Waiting(**row)

    def refresh(self, article_id: int, entry: Entry, next_try_at: datetime) -> None:
        """Take what the source tells of it now."""
        self._set(article_id, url=entry.url, entry=entry, next_try_at=next_try_at)

    def put_off(self, article_id: int, note: str, next_try_at: datetime) -> None:
        """Count a try that failed, and say when the next one is."""
        tries = articles.c.tries + 1
        self._set(article_id, note=note, tries=tries, next_try_at=next_try_at)

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
        """Find it to be another article: its keys lead there from now on."""
        if self.get(article_id) is None:
            return
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


def _query() -> Select[Any]:
    columns = [articles.c[name] for name in Waiting.__dataclass_fields__]
    return select(*columns).where(articles.c.state == "waiting")
