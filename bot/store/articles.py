"""What a site has published, and how an article is known again, forever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from bot.errors import UsageError
from bot.identity import normal_title
from bot.model import Article, Entry
from bot.store._connect import once
from bot.store._schema import article_keys, articles

Key = tuple[str, str]  # kind and value: ("guid", "…"), ("url", "…")


class Added(NamedTuple):
    """The article that a set of keys stands for, and whether it is new."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as the store holds it."""

    id: int
    site: str
    url: str
    title: str
    content: Article | None  # None: remembered only, by its keys
    state: str  # "tracked" | "waiting" for its page | "remembered"
    note: str  # why it is only remembered, or still waits
    first_seen_at: datetime
    source_url: str


class Articles:
    """The articles, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def known(self, site: str, keys: Collection[Key]) -> int | None:
        """Find the article that any of the keys stands for."""
        return min(self.owners(site, keys).values(), default=None)

    def by_title(self, site: str, title_key: str, since: datetime) -> int | None:
        """Find the newest article of this normalised title first seen since then.

        One that waits for its page is not known to be an article yet.
        """
        if not title_key:
            return None
        query = (
            select(articles.c.id)
            .where(
                articles.c.site == site,
                articles.c.title_key == title_key,
                articles.c.first_seen_at >= since,
                articles.c.state != "waiting",
            )
            .order_by(articles.c.first_seen_at.desc(), articles.c.id.desc())
            .limit(1)
        )
        return self._db.execute(query).scalar()

    def get(self, article_id: int) -> Kept:
        """Read an article; UsageError where there is none of this number."""
        columns = [articles.c[name] for name in Kept.__dataclass_fields__]
        query = select(*columns).where(articles.c.id == article_id)
        row = self._db.execute(query).mappings().one_or_none()
        if row is None:
            raise UsageError(f"there is no article {article_id}.")
        return Kept(**row)

    def add(
        self, site: str, article: Article, keys: Collection[Key], *, now: datetime, source: str = ""
    ) -> Added:
        """Keep an article, or learn which one it is already.

        Of two processes that add the same article one is told that it is new. Keys
        not seen before are kept either way.
        """
        row = self._row(site, article.url, article.headline, now, source)
        row |= {"content": article, "state": "tracked"}
        return self._take(site, [(row, keys)])[0]

    def remember(
        self,
        site: str,
        entries: Iterable[tuple[Entry, Collection[Key]]],
        *,
        now: datetime,
        source: str = "",
        note: str = "there before the first poll",
    ) -> int:
        """Know entries by their keys without making posts of them; count those that were new."""
        rows = [
            (
                self._row(site, entry.url, entry.title, now, source)
                | {"content": None, "state": "remembered", "note": note},
                keys,
            )
            for entry, keys in entries
        ]
        return sum(added.new for added in self._take(site, rows))

    def wait(
        self,
        site: str,
        entries: Iterable[tuple[Entry, Collection[Key]]],
        *,
        now: datetime,
        source: str = "",
        flood: int = 0,
    ) -> tuple[int, ...]:
        """Keep new entries until their pages are read (`tx.waiting`); give their numbers.

        One of tomorrow is tried tomorrow. `flood` is what the poll counted, where it
        was too many.
        """
        rows = [
            (
                self._row(site, entry.url, entry.title, now, source)
                | {"content": None, "state": "waiting", "entry": entry, "flood": flood}
                | {"next_try_at": max(now, entry.published_at or now)},
                keys,
            )
            for entry, keys in entries
        ]
        return tuple(added.id for added in self._take(site, rows) if added.new)

    def arrivals(self, site: str, source: str, since: datetime) -> tuple[int, datetime | None]:
        """Count the articles that a source was first to tell of since then; and the last, when."""
        query = select(func.count(), func.max(articles.c.first_seen_at)).where(
            articles.c.site == site,
            articles.c.source_url == source,
            articles.c.first_seen_at > since,
        )
        count, last = self._db.execute(query).one()
        return count, last

    def add_keys(self, article_id: int, keys: Collection[Key]) -> None:
        """Know the article by further keys; one that stands for another stays there."""
        site = self.get(article_id).site
        once(self._db, lambda: self._add_missing(site, dict.fromkeys(keys, article_id)))

    def update(self, article_id: int, article: Article) -> None:
        """Replace what is known of an article; it is tracked from now on, whatever it was."""
        self._db.execute(
            update(articles)
            .where(articles.c.id == article_id)
            .values(
                url=article.url,
                title=article.headline,
                title_key=normal_title(article.headline),
                content=article,
                state="tracked",
                note="",
                entry=None,
                next_try_at=None,
            )
        )

    def _take(
        self, site: str, items: Sequence[tuple[dict[str, Any], Collection[Key]]]
    ) -> list[Added]:
        found: list[Added] = []

        def look_and_insert() -> None:
            found[:] = self._look_and_insert(site, items)

        if not once(self._db, look_and_insert):
            look_and_insert()  # what the other process added is there to be found now
        return found

    def _look_and_insert(
        self, site: str, items: Sequence[tuple[dict[str, Any], Collection[Key]]]
    ) -> list[Added]:
        owners = self.owners(site, {key for _, keys in items for key in keys})
        found = []
        for row, keys in items:
            hit = min((owners[key] for key in keys if key in owners), default=None)
            article_id = self._insert(row) if hit is None else hit
            owners |= {key: article_id for key in keys if key not in owners}
            found.append(Added(article_id, hit is None))
        self._add_missing(site, owners)
        return found

    def _insert(self, row: dict[str, Any]) -> int:
        statement = insert(articles).values(row).returning(articles.c.id)
        article_id: int = self._db.execute(statement).scalar_one()
        return article_id

    def _add_missing(self, site: str, owners: dict[Key, int]) -> None:
        there = self.owners(site, owners)
        rows = [
            {"site": site, "kind": kind, "value": value, "article_id": owner}
            for (kind, value), owner in owners.items()
            if (kind, value) not in there
        ]
        if rows:
            self._db.execute(insert(article_keys), rows)

    def owners(self, site: str, keys: Collection[Key]) -> dict[Key, int]:
        """Tell which of the keys stand for which article; the others are not known."""
        owners: dict[Key, int] = {}
        for values in _lots({value for _, value in keys}, 500):
            query = select(article_keys).where(
                article_keys.c.site == site, article_keys.c.value.in_(values)
            )
            owners |= {(row.kind, row.value): row.article_id for row in self._db.execute(query)}
        wanted = set(keys)
        return {key: owner for key, owner in owners.items() if key in wanted}

    @staticmethod
    def _row(site: str, url: str, title: str, now: datetime, source: str) -> dict[str, Any]:
        return {
            "site": site,
            "url": url,
            "title": title,
            "title_key": normal_title(title),
            "first_seen_at": now,
            "source_url": source,
            "note": "",
        }


def _lots(values: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(values)
    while lot := list(islice(rest, size)):
        yield lot
