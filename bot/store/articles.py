"""What a site has published, and how an article is known again, forever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.errors import UsageError
from bot.identity import normal_title
from bot.model import Article, Entry
from bot.store._connect import is_sqlite, once
from bot.store._schema import article_keys, articles, sources

_T = TypeVar("_T")
Key = tuple[str, str]  # kind and value: ("guid", "…"), ("url", "…")

#: From here on new articles are counted until the database has numbered them.
_TO_COME: Final = 1 << 62

# Built once, as those of `sources` are: every poll asks them.
_ARRIVALS = select(func.count(), func.max(articles.c.first_seen_at)).where(
    articles.c.site == bindparam("site"),
    articles.c.source_url == bindparam("source"),
    articles.c.first_seen_at > bindparam("since"),
)
_OWNERS = select(article_keys).where(
    article_keys.c.site == bindparam("site"),
    article_keys.c.value.in_(bindparam("values", expanding=True)),
)


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

    def of_a_first_poll(self, ids: Collection[int], *, since: datetime, but_of: str) -> set[int]:
        """Tell which of these are remembered by the first poll, since then, of another source."""
        found: set[int] = set()
        query = (
            select(articles.c.id)
            .join(
                sources,
                (sources.c.site == articles.c.site) & (sources.c.url == articles.c.source_url),
            )
            .where(
                articles.c.state == "remembered",
                articles.c.first_seen_at == sources.c.baseline_at,
                sources.c.baseline_at > since,
                sources.c.url != but_of,
            )
        )
        for lot in _lots(ids, 500):
            found |= set(self._db.execute(query.where(articles.c.id.in_(lot))).scalars())
        return found

    def arrivals(self, site: str, source: str, since: datetime) -> tuple[int, datetime | None]:
        """Count the articles that a source was first to tell of since then; and the last, when."""
        of_whom = {"site": site, "source": source, "since": since}
        count, last = self._db.execute(_ARRIVALS, of_whom).one()
        return count, last

    def add_keys(self, article_id: int, keys: Collection[Key]) -> None:
        """Know the article by further keys; one that stands for another stays there."""
        site = self.get(article_id).site

        def add_missing() -> None:
            missing = set(keys).difference(self.owners(site, keys))
            self._insert_keys(site, dict.fromkeys(missing, article_id))

        once(self._db, add_missing)

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
        there = self.owners(site, {key for _, keys in items for key in keys})
        owners = dict(there)
        new: list[dict[str, Any]] = []
        found: list[Added] = []
        for row, keys in items:
            hits = [owners[key] for key in keys if key in owners]
            number = min(hits, default=_TO_COME + len(new))
            if not hits:
                new.append(row)
            owners |= {key: number for key in keys if key not in owners}
            found.append(Added(number, not hits))
        ids = dict(zip(count(_TO_COME), self._insert(new), strict=False))
        missing = {key: ids.get(owner, owner) for key, owner in owners.items() if key not in there}
        self._insert_keys(site, missing)
        return [Added(ids.get(number, number), is_new) for number, is_new in found]

    def _insert(self, rows: list[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        if not is_sqlite(self._db):
            numbers = insert(articles).returning(articles.c.id, sort_by_parameter_order=True)
            return list(self._db.execute(numbers, rows).scalars())
        # SQLite numbers them in the order of the rows; only their return has none. SQLAlchemy's
        # own sorting would send it each row by itself.
        return sorted(self._db.execute(insert(articles).returning(articles.c.id), rows).scalars())

    def _insert_keys(self, site: str, owners: Mapping[Key, int]) -> None:
        rows = [
            {"site": site, "kind": kind, "value": value, "article_id": owner}
            # In one order everywhere: two that insert the same keys wait, and do not lock up.
            for (kind, value), owner in sorted(owners.items())
        ]
        if rows:
            self._db.execute(insert(article_keys), rows)

    def owners(self, site: str, keys: Collection[Key]) -> dict[Key, int]:
        """Tell which of the keys stand for which article; the others are not known."""
        owners: dict[Key, int] = {}
        for values in _lots({value for _, value in keys}, 500):
            rows = self._db.execute(_OWNERS, {"site": site, "values": values})
            owners |= {(row.kind, row.value): row.article_id for row in rows}
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


def _lots(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(values)
    while lot := list(islice(rest, size)):
        yield lot
