"""The tables. `migrations/` builds the same, which a test holds.

Times are aware UTC, words of the model are kept as they are written there, and
what a teaser or an article is made of lies in one JSON column.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import Enum as Words
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from bot.model import Article, Entry, Problem, State, Teaser, Verb
from bot.store._codec import decode, encode


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: times are kept as aware UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite gives back what it was given, without the zone.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Seconds(TypeDecorator[timedelta]):
    """A span of time, kept as whole seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


class Coded(TypeDecorator[Any]):
    """A value of the model, kept as JSON."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else decode(self.kind, value)


def to_json(value: Any) -> str:
    """Write JSON as the database keeps it: Arabic stays legible, and short."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _words(kind: type[Words]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=32,
        values_callable=lambda words: [word.value for word in words],
    )


_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys itself

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("baseline_at", UtcTime),
    Column("checked_at", UtcTime),
    Column("ok_at", UtcTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("next_at", UtcTime),
    Column("failing_since", UtcTime),
    Column("retry_at", UtcTime),
    Column("full_at", UtcTime),
    Column("gone_at", UtcTime),
    Column("wait", Seconds, nullable=False, server_default="0"),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("moved_polls", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site", "url"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("content", Coded(Article)),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("source_url", Text, nullable=False, default=""),
    # Of an article that waits for its page to be read:
    Column("entry", Coded(Entry)),
    Column("flood", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcTime),
    Index(None, "site", "title_key", "first_seen_at"),
    Index(None, "site", "source_url", "first_seen_at"),
    Index(None, "state", "site"),
)

article_keys = Table(
    "article_keys",
    metadata,
    # The value before the kind: a look-up asks for many values of one site.
    Column("site", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("article_id", _Id, ForeignKey("articles.id"), nullable=False, index=True),
)

posts = Table(
    "posts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("article_id", _Id, ForeignKey("articles.id"), nullable=False),
    Column("site", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("state", _words(State), nullable=False),
    Column("teaser", Coded(Teaser), nullable=False),
    Column("problems", Coded(tuple[Problem, ...]), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("not_before", UtcTime),
    Column("expires_at", UtcTime),
    Column("approved_at", UtcTime),
    Column("approved_by", Text, nullable=False, default=""),
    Column("frozen_hash", Text, nullable=False, default=""),
    Column("token", Integer, nullable=False, default=0),
    Column("lease_until", UtcTime),
    Column("resume", JSON(none_as_null=True)),
    Column("check_at", UtcTime),
    Column("published_at", UtcTime),
    Column("remote_id", Text, nullable=False, default=""),
    Column("remote_url", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("article_id", "channel", "occasion"),
    # One whole index by state serves the outbox, the queue and the counts. A partial
    # one would serve the outbox alone, and only where states are literal in the SQL.
    Index(None, "state", "due_at"),
    Index(None, "site", "channel", "due_at"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post_id", _Id, ForeignKey("posts.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("verb", _words(Verb), nullable=False),
    Column("before", _words(State)),
    Column("after", _words(State), nullable=False),
    Column("reason", Text, nullable=False),
)

# Two rows an attempt, so that neither is ever changed: its start, and its end.
attempts = Table(
    "attempts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post_id", _Id, ForeignKey("posts.id"), nullable=False),
    Column("token", Integer, nullable=False),
    Column("step", Text, nullable=False),  # "start" | "end"
    Column("at", UtcTime, nullable=False),
    Column("outcome", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    UniqueConstraint("post_id", "token", "step"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("scope", Text, primary_key=True),  # "*" | site | site/channel
    Column("until", UtcTime),
    Column("who", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

#: Rows of these are never changed or deleted; the database itself refuses it.
APPEND_ONLY = (transitions, attempts)
