"""The one memory of the bot: what was seen, what is said of it, and what became of that.

::

    store = open_store("sqlite:///var/bot.db")
    with store.write() as tx:                        # all of it is committed, or nothing
        article_id, new = tx.articles.add("harbour", article, keys, now=now, source=feed)
        post = tx.posts.hold(article_id, channel, teaser, problems, who="poll", now=now)
    with store.read() as tx:                         # one unchanging view; cannot write
        waiting = tx.posts.list({State.HELD}, site="harbour")

A transaction is short: no request to anywhere is made inside one. Whatever goes
wrong with the database is a StoreError of one sentence, and nothing of the
transaction remains.

====================  =========================================================
``tx.sources``        get_or_add(site, url, kind) · note_success(id, etag, last_modified,
                      now, next_at, …) · note_failure(id, error, now, next_at, …) ·
                      set_baseline(id, now) · all(site)
``tx.articles``       known(site, keys) · owners(site, keys) → {key: id} · get(id) ·
                      by_title(site, title_key, since) · arrivals(site, source, since) ·
                      add(site, article, keys, now=, source=) → (id, new) ·
                      remember(site, [(entry, keys), …], now=, source=, note=) → count ·
                      wait(site, [(entry, keys), …], now=, source=, flood=) → ids ·
                      add_keys(id, keys) · update(id, article)
``tx.waiting``        all(site) · get(id) · refresh(id, entry, next_try_at) ·
                      put_off(id, note, next_try_at) · leave(ids, next_try_at) ·
                      give_up(id, note) · merge(id, into, note)
``tx.posts``          hold(article_id, channel, teaser, problems, who=, now=, …) · get(id) ·
                      find(article_id, channel, occasion) · list(states, site=, channel=,
                      article_id=, limit=, newest_first=) · change(post, verb, to, who=,
                      reason=, now=, **columns) · set_due(post, due_at, who=, now=) ·
                      log(id) · taken(site, channel, since, until) · counts()
``tx.outbox``         due(now, limit) · lease(now, lease_for) · settle(post, outcome, now) ·
                      attempts(post_id)
``tx.pauses``         pause(scope, until=, who=, now=) · resume(scope) · active(now)
``store``             write() · read() · integrity() · describe() · close()
====================  =========================================================

A post is what `model.Post` says. Whoever changes one hands in the Post that was
read; where somebody else changed it since, TransitionError is raised.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import Connection, Engine

from bot.model import State
from bot.store import _connect, _migrate
from bot.store.articles import Articles
from bot.store.outbox import Outbox
from bot.store.pauses import Pauses
from bot.store.posts import Posts
from bot.store.sources import Sources
from bot.store.waiting import WaitingRoom

__all__ = ["Description", "Store", "Tx", "open_store"]


class Tx:
    """One transaction, by subject."""

    def __init__(self, db: Connection) -> None:
        self.sources = Sources(db)
        self.articles = Articles(db)
        self.waiting = WaitingRoom(db)
        self.posts = Posts(db)
        self.outbox = Outbox(db)
        self.pauses = Pauses(db)


@dataclass(frozen=True, slots=True)
class Description:
    """What `bot doctor` says of the database."""

    url: str  # without a password
    facts: Mapping[str, str]  # version of the library, journal mode, …
    revision: str
    posts: Mapping[State, int]


class Store:
    """An open database; threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        # SQLite lets writers try again and again until one is lucky; ours wait in line.
        self._in_line = threading.Lock()
        self._where = engine.url.database or engine.url.render_as_string()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """Begin a transaction that alone may write; it commits at the end, or leaves nothing."""
        with _connect.plain_errors(self._where), self._in_line, self._writer.begin() as db:
            yield Tx(db)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Begin a transaction that sees one state of everything and cannot write."""
        with self._reading() as db:
            yield Tx(db)

    def integrity(self) -> tuple[str, ...]:
        """Let the database look itself over; what is wrong with it, or nothing.

        Raises StoreError where the damage goes too deep even for that.
        """
        with self._reading() as db:
            return _connect.faults(db)

    def describe(self) -> Description:
        """Say what this database is and what it holds."""
        with self._reading() as db:
            return Description(
                url=self._engine.url.render_as_string(),
                facts=_connect.facts(db),
                revision=_migrate.revision(db) or "",
                posts=Posts(db).counts(),
            )

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _connect.plain_errors(self._where), self._engine.begin() as db:
            yield db


def open_store(
    url: str, *, busy_timeout: timedelta = timedelta(seconds=5), create: bool = True
) -> Store:
    """Open the database at `url` and bring it up to date, making it where there is none.

    Raises UsageError for an address that is none; StoreError where it cannot be
    opened, belongs to another program, was made by a newer version of this one, or
    does not exist and `create` is false.
    """
    engine = _connect.connect(url, busy_timeout, create=create)
    store = Store(engine)
    try:
        with _connect.plain_errors(engine.url.database or url):
            _migrate.upgrade(engine)
    except BaseException:
        store.close()
        raise
    return store
