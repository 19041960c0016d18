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
    Boolean,
    Column,
    DateTime,
    Dialect,
    Enum,
    Float,
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


def _claim() -> tuple[Column[str], Column[float]]:
    """Columns that say until when a row is one process's own, by a clock that nobody sets.

    That clock is the database's on PostgreSQL, and on SQLite the seconds since the
    machine started, which mean nothing after another start (`_clock`).
    """
    return (
        Column("clock_boot", Text, nullable=False, server_default=""),
        Column("clock_until", Float(53)),
    )


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
    Column("resume", Text),  # sealed: the address of an upload session is a secret
    Column("check_at", UtcTime),
    Column("published_at", UtcTime),
    Column("remote_id", Text, nullable=False, default=""),
    Column("remote_url", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
    *_claim(),  # the checks before a lease, the lease, the rest before a doubt is looked into
    Column("looks", Integer, nullable=False, server_default="0"),  # that found nothing, in a row
    Column("cost", Integer, nullable=False, server_default="0"),  # thousandths of a dollar
    Column("notified_at", UtcTime),  # a notice of it was delivered
    Column("ended_at", UtcTime),  # it went out, or was done with: what the history is ordered by
    UniqueConstraint("article_id", "channel", "occasion"),
    # One whole index by state serves the outbox, the queue and the counts. A partial
    # one would serve the outbox alone, and only where states are literal in the SQL.
    Index(None, "state", "due_at"),
    # The timetable and the slots are sifted by it alone: only what is shown is read.
    Index("ix_posts_timetable", "site", "channel", "due_at", "published_at", "state"),
    # Whatever the history asks of a hundred thousand posts is answered by this alone.
    Index("ix_posts_history", "ended_at", "id", "state", "site", "channel"),
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
    Index(None, "who", "post_id"),
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

# What is known of a channel's account. A proof holds for the credentials it was made with.
accounts = Table(
    "accounts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("remote_id", Text, nullable=False, default=""),  # pinned at the first proof
    Column("name", Text, nullable=False, default=""),
    Column("fingerprint", Text, nullable=False, default=""),
    Column("verified_at", UtcTime),
    Column("expires_at", UtcTime),  # of the credential
    Column("hidden", Text, nullable=False, default=""),
    Column("blocked", Text, nullable=False, default=""),  # why it cannot post; "" where it can
    Column("blocked_at", UtcTime),
    Column("failures", Integer, nullable=False, default=0),  # to prove it, in a row
)

# What `bot login` and renewals have stored, sealed.
credentials = Table(
    "credentials",
    metadata,
    Column("site", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("seed", Text, nullable=False),  # mark of the one outside that it replaced; "" if none
    Column("expires_at", UtcTime),
    Column("at", UtcTime, nullable=False),
)

# What must be left alone for a while: a channel, "site/channel".
rests = Table(
    "rests",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("until", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
)

# How much of a quota a credential has used on a day, by the quota's own calendar.
meters = Table(
    "meters",
    metadata,
    Column("credential", Text, primary_key=True),
    Column("quota", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # "2026-11-22"
    Column("used", Integer, nullable=False),
)

# What follows a published post: an extra (a first comment), or its deletion.
followups = Table(
    "followups",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post_id", _Id, ForeignKey("posts.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),  # "comment" | "thumbnail" | … | "delete"
    Column("state", Text, nullable=False),  # "due" | "doing" | "done" | "failed" | "unknown"
    Column("tries", Integer, nullable=False, default=0),
    Column("not_before", UtcTime),
    Column("reason", Text, nullable=False, default=""),
    Column("who", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    *_claim(),
    Index(None, "state"),
)

# What people were told, so that one cause is told once an hour at most.
notices = Table(
    "notices",
    metadata,
    Column("cause", Text, primary_key=True),  # "post 12 needs_person", "source harbour …"
    Column("first_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
)

# Work that one process at a time may do: "renew harbour/twitter", "notices".
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    *_claim(),
)

# What this database is, so that a restored or copied one is noticed.
instance = Table(
    "instance",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("uuid", Text, nullable=False),
    Column("place", Text, nullable=False),  # where it was last seen
    Column("started", Text, nullable=False),  # which start of the machine or server that was
    Column("count", BigInteger, nullable=False),  # grows with every lease on SQLite
    Column("witnessed", Boolean, nullable=False),  # a witness was seen beside it
    Column("seen_at", UtcTime),  # last time that somebody worked with it
    Column("doubt_since", UtcTime),  # what went out after this may be missing here …
    Column("doubt_until", UtcTime),  # … until this, when it was noticed
    Column("doubt_mark", BigInteger, nullable=False, default=0),  # the last transition then
    Column("doubt", Text, nullable=False, default=""),  # how it was noticed
)

# A login that waits for the platform's answer; the answer is sealed.
logins = Table(
    "logins",
    metadata,
    Column("state", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("answer", Text, nullable=False, default=""),
)

# A teaser as it stood until somebody put another in its place: what “undo” goes back to.
drafts = Table(
    "drafts",
    metadata,
    Column("post_id", _Id, ForeignKey("posts.id"), primary_key=True),
    Column("version", Integer, primary_key=True),  # of the post that carried it
    Column("teaser", Coded(Teaser), nullable=False),
    Column("who", Text, nullable=False),  # replaced it
    Column("at", UtcTime, nullable=False),
)

# Who may sign in to the pages.
users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),  # "editor" | "admin"
    # Its hash; "": only a proxy signs them in.
    Column("password", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),  # of the pages; "": the browser's
    Column("created_at", UtcTime, nullable=False),
)

# A browser that is signed in, or a one-time link that nobody has used yet.
sessions = Table(
    "sessions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mark", Text, nullable=False, unique=True),  # hash of what the browser or the link has
    # "password" | "link" (unused) | "local" (came by one) | "probe" (of a second process)
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),  # whose it is
    Column("at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("browser", Text, nullable=False, default=""),  # as it names itself
    Column("peer", Text, nullable=False, default=""),  # the address that it began from
    Index(None, "name"),
)

# Attempts to sign in that failed, for their limit.
tries = Table(
    "tries",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("peer", Text, nullable=False),  # the address that it came from
    Column("at", UtcTime, nullable=False),
    Index(None, "at"),
)

#: Rows of these are never changed or deleted; the database itself refuses it.
APPEND_ONLY = (transitions, attempts)
