"""What a site has published, and how an article is known again, forever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from bot.errors import UsageError
from bot.identity import keys_of, normal_title
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
    state: str  # "tracked" | "remembered"
    note: str  # why it is only remembered
    first_seen_at: datetime
    source_url: str


class Articles:
    """The articles, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def known(self, site: str, keys: Collection[Key]) -> int | None:
        """Find the article that any of the keys stands for."""
        return min(self._owners(site, keys).values(), default=None)

    def by_title(self, site: str, title_key: str, since: datetime) -> int | None:
        """Find the newest article of this normalised title first seen since then."""
        if not title_key:
            return None
        query = (
            select(articles.c.id)
            .where(
                articles.c.site == site,
                articles.c.title_key == title_key,
                articles.c.first_seen_at >= since,
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
        entries: Iterable[Entry],
        *,
        now: datetime,
        source: str = "",
        note: str = "there before the first poll",
    ) -> int:
        """Know entries again without making posts of them; count those that were new."""
        rows = [
            (
                self._row(site, entry.url, entry.title, now, source)
                | {"content": None, "state": "remembered", "note": note},
                keys_of(entry),
            )
            for entry in entries
        ]
        return sum(added.new for added in self._take(site, rows))

    def add_keys(self, article_id: int, keys: Collection[Key]) -> None:
        """Know the article by further keys; one that stands for another stays there."""
        site = self.get(article_id).site
        once(self._db, lambda: self._add_missing(site, dict.fromkeys(keys, article_id)))

    def update(self, article_id: int, article: Article) -> None:
        """Replace what is known of an article; one only remembered is tracked from now on."""
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
        owners = self._owners(site, {key for _, keys in items for key in keys})
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
        there = self._owners(site, owners)
        rows = [
            {"site": site, "kind": kind, "value": value, "article_id": owner}
            for (kind, value), owner in owners.items()
            if (kind, value) not in there
        ]
        if rows:
            self._db.execute(insert(article_keys), rows)

    def _owners(self, site: str, keys: Collection[Key]) -> dict[Key, int]:
        """Tell which of the keys stand for which article."""
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
