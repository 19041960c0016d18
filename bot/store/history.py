"""What became of the posts that are done with: what went out, and what did not.

A page of it is found by where the last one ended, not by counting rows, so that it stays
the same while new posts go out. What is asked for is sifted by one index alone; a search
for words reads the posts themselves, newest first, until a page is full.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)

from bot.model import OPEN, Post, State
from bot.store import _life
from bot.store._connect import is_sqlite
from bot.store._schema import articles, drafts, posts, transitions

#: Every state that a post can be done with.
ENDED: Final = frozenset(State) - OPEN

#: Names under which the bot itself changes posts; everybody else is a person.
MACHINES: Final = frozenset({"clock", "outbox", "poll", "reconciler", "rule", "studio", "watch"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the history; what is left empty is not asked for."""

    states: frozenset[State] = ENDED
    site: str = ""
    channel: str = ""
    person: str = ""  # who had a hand in it: wrote, approved, rejected, settled
    words: str = ""  # in the headline, the text or the title; or a piece of an address
    since: datetime | None = None
    until: datetime | None = None  # not itself


@dataclass(frozen=True, slots=True)
class Place:
    """Where one post stands in the history."""

    ended_at: datetime
    post_id: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A post that is done with, and by whose hands."""

    post: Post
    ended_at: datetime
    published_at: datetime | None
    cost: int  # thousandths of a dollar
    ended_by: str  # who took the last step; a name of MACHINES for the bot itself
    edited_by: tuple[str, ...]  # people who changed what it says, in order

    @property
    def place(self) -> Place:
        """Where it stands: what the next page begins behind."""
        return Place(self.ended_at, self.post.id)

    @property
    def by_hand(self) -> bool:
        """Tell whether a person said that it is live, and not its platform."""
        return self.published_at is not None and not self.post.remote_id


class History:
    """The posts that are done with, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._light = is_sqlite(db)

    def page(
        self,
        wanted: Wanted,
        limit: int,
        *,
        older_than: Place | None = None,
        newer_than: Place | None = None,
    ) -> tuple[Ended, ...]:
        """Give the newest, or the next ones beyond a place; always newest first."""
        mark = tuple_(posts.c.ended_at, posts.c.id)
        query = self._asked(wanted)
        if older_than is not None:
            query = query.where(mark < _values(older_than))
        if newer_than is not None:
            query = query.where(mark > _values(newer_than))
            query = query.order_by(posts.c.ended_at, posts.c.id)
        else:
            query = query.order_by(posts.c.ended_at.desc(), posts.c.id.desc())
        ids = list(self._db.execute(query.limit(limit)).scalars())
        return self._whole(ids[::-1] if newer_than is not None else ids)

    def people(self) -> list[str]:
        """Name everybody who ever had a hand in a post, by one look into the index each."""
        names: list[str] = []
        name = self._db.execute(select(func.min(transitions.c.who))).scalar()
        while name is not None:
            names.append(name)
            following = select(func.min(transitions.c.who)).where(transitions.c.who > name)
            name = self._db.execute(following).scalar()
        return [each for each in names if each not in MACHINES]

    def _asked(self, wanted: Wanted) -> Select[Any]:
        query = select(posts.c.id).where(posts.c.ended_at.is_not(None))
        if wanted.states != ENDED:
            query = query.where(self._sifted(posts.c.state).in_(sorted(wanted.states)))
        for name in ("site", "channel"):
            if value := getattr(wanted, name):
                query = query.where(self._sifted(posts.c[name]) == value)
        if wanted.since is not None:
            query = query.where(posts.c.ended_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(posts.c.ended_at < wanted.until)
        if wanted.person:
            own = select(transitions.c.post_id).where(transitions.c.who == wanted.person)
            query = query.where(self._sifted(posts.c.id).in_(own))
        if words := wanted.words.split():
            query = query.join(articles, articles.c.id == posts.c.article_id)
            query = query.where(*(self._says(word) for word in words[:10]))
        return query

    def _sifted(self, column: Any) -> Any:
        """Keep a column from SQLite's planner, which would sort all posts of a state for a page."""
        return func.coalesce(column, column) if self._light else column

    def _says(self, word: str) -> ColumnElement[bool]:
        """Look for a word; on SQLite, which folds ASCII alone, as people may have written it."""
        if "://" in word:
            return or_(self._has(articles.c.url, word), self._has(posts.c.remote_url, word))
        forms = {word, word.lower(), word.upper(), word.capitalize()}
        whole = type_coerce(posts.c.teaser, JSON)
        texts = [whole[name].as_string() for name in ("text", "title")]
        raw = cast(posts.c.teaser, Text)  # quicker to look through, but it has names in it too
        return or_(
            *(
                or_(
                    self._has(articles.c.title, form),
                    and_(
                        self._has(raw, json.dumps(form, ensure_ascii=False)[1:-1]),
                        or_(*(self._has(text, form) for text in texts)),
                    ),
                )
                for form in ([word] if word.isascii() else sorted(forms))
            )
        )

    def _has(self, column: Any, word: str) -> ColumnElement[bool]:
        contains = column.contains if self._light else column.icontains  # LIKE folds case there
        found: ColumnElement[bool] = contains(word, autoescape=True)
        return found

    def _whole(self, ids: list[int]) -> tuple[Ended, ...]:
        """Read posts with what is told of them, in this order."""
        more = (posts.c.ended_at, posts.c.published_at, posts.c.cost)
        query = _life.query().add_columns(*more).where(posts.c.id.in_(ids))
        rows = {row["id"]: row for row in self._db.execute(query).mappings()}
        ended_by, edited_by = self._hands(ids)
        return tuple(
            Ended(
                Post(**{field.name: row[field.name] for field in fields(Post)}),
                row["ended_at"],
                row["published_at"],
                row["cost"],
                ended_by.get(row["id"], ""),
                tuple(edited_by.get(row["id"], ())),
            )
            for row in map(rows.__getitem__, ids)
        )

    def _hands(self, ids: list[int]) -> tuple[dict[int, str], dict[int, dict[str, None]]]:
        steps = select(transitions.c.post_id, transitions.c.who)
        steps = steps.where(transitions.c.post_id.in_(ids)).order_by(transitions.c.id)
        ended_by = {row.post_id: row.who for row in self._db.execute(steps)}
        edits = select(drafts.c.post_id, drafts.c.who).where(drafts.c.post_id.in_(ids))
        edited_by: dict[int, dict[str, None]] = {}
        for post_id, who in self._db.execute(edits.order_by(drafts.c.at)):
            if who not in MACHINES:
                edited_by.setdefault(post_id, {})[who] = None
        return ended_by, edited_by


def _values(place: Place) -> Any:
    return tuple_(
        type_coerce(place.ended_at, posts.c.ended_at.type),
        type_coerce(place.post_id, posts.c.id.type),
    )
