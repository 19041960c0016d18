"""What is polled, and how each poll went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.store._connect import once
from bot.store._schema import sources

# Every poll of every source asks these: SQLAlchemy takes longer to build a statement
# than SQLite to answer it, so that they are built once.
_ALL = select(sources).order_by(sources.c.site, sources.c.id)
_OF_SITE = _ALL.where(sources.c.site == bindparam("site"))
_ONE = select(sources).where(sources.c.site == bindparam("site"), sources.c.url == bindparam("url"))
_CHANGE = update(sources).where(sources.c.id == bindparam("source_id"))


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, sitemap, API or page of a site, with the memory of its polls."""

    id: int
    site: str
    url: str
    kind: str
    etag: str
    last_modified: str
    baseline_at: datetime | None  # None: never read, so that the first poll only remembers
    checked_at: datetime | None
    ok_at: datetime | None
    failures: int  # in a row
    error: str
    next_at: datetime | None  # when to ask again; None: at once
    failing_since: datetime | None
    retry_at: datetime | None  # until then it asked to be left alone
    full_at: datetime | None  # last read whole: "not changed" is believed for a day
    gone_at: datetime | None  # it said that it is gone for good
    wait: timedelta  # how long it asks for between two looks
    moved_to: str  # where it says it has moved for good
    moved_polls: int  # how often in a row it has said so


class Sources:
    """The sources, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def get_or_add(self, site: str, url: str, kind: str) -> Source:
        """Find the source, or add it as one that was never read."""
        found = self._find(site, url)
        if found is None:
            row = insert(sources).values(site=site, url=url, kind=kind)
            once(self._db, lambda: self._db.execute(row))
            found = self._find(site, url)
        assert found is not None
        return found

    def note_success(
        self,
        source_id: int,
        etag: str,
        last_modified: str,
        now: datetime,
        next_at: datetime | None = None,
        **columns: Any,
    ) -> None:
        """Keep the validators of a good answer; whatever failed before is over.

        `columns` are what else it told: `full_at`, `wait`, `moved_to`, `moved_polls`.
        """
        over = {"failures": 0, "error": "", "failing_since": None, "gone_at": None}
        times = {"checked_at": now, "ok_at": now, "next_at": next_at, "retry_at": None}
        read = {"etag": etag, "last_modified": last_modified}
        self._db.execute(_CHANGE, {"source_id": source_id, **over, **times, **read, **columns})

    def note_failure(
        self,
        source_id: int,
        error: str,
        now: datetime,
        next_at: datetime | None = None,
        **columns: Any,
    ) -> None:
        """Count a failure; validators and baseline stay as they were.

        `columns` are what else is known of it: `retry_at`, `gone_at`, `moved_to`, `moved_polls`.
        """
        self._set(
            source_id,
            checked_at=now,
            failures=sources.c.failures + 1,
            failing_since=func.coalesce(sources.c.failing_since, now),
            error=error,
            next_at=next_at,
            **columns,
        )

    def ask_now(self, site: str, url: str, now: datetime) -> None:
        """Let it be asked at the next poll, whatever it said before: a person wants to know."""
        self._db.execute(
            update(sources)
            .where(sources.c.site == site, sources.c.url == url)
            .values(next_at=now, retry_at=None, gone_at=None)
        )

    def set_baseline(self, source_id: int, now: datetime) -> None:
        """Say that the first poll has remembered what was there."""
        self._set(source_id, baseline_at=now)

    def all(self, site: str | None = None) -> tuple[Source, ...]:
        """List the sources, of one site or of every site, in a steady order."""
        rows = self._db.execute(_ALL if site is None else _OF_SITE, {"site": site})
        return tuple(Source(**row) for row in rows.mappings())

    def _find(self, site: str, url: str) -> Source | None:
        row = self._db.execute(_ONE, {"site": site, "url": url}).mappings().one_or_none()
        return None if row is None else Source(**row)

    def _set(self, source_id: int, **columns: Any) -> None:
        self._db.execute(update(sources).where(sources.c.id == source_id).values(**columns))
