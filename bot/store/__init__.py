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
                      article_id=, due_by=, expires_by=, limit=, newest_first=) ·
                      change(post, verb, to, who=, reason=, now=, **columns) ·
                      set_due(post, due_at, who=, now=) · log(id) ·
                      outlines(states) · some(ids) · writers(ids) ·
                      taken(site, channel, since, until) · count(state) · counts() ·
                      media(states, since)
``tx.drafts``         of(post_id) · at(post_id, version)
``tx.timetable``      between(site, channels, since, until) · late(site, before)
``tx.history``        page(wanted, limit, older_than=, newer_than=) · people()
``tx.outbox``         due(now, limit) · take(now, hold_for, skip=) · free(post) ·
                      put_off(post, until, reason, now, slot=) · lease(post, now, lease_for,
                      cost=) · resume(post) · settle(post, outcome, now, quarantine=) ·
                      doubt(post, reason, now, quarantine=, since=) ·
                      attempts(post_id) · spent(site, channel, since);
                      of those in doubt: lapse(now, quarantine=) · doubtful(hold_for) ·
                      trace(post) · looks(post) · look(post, outcome, now, rest=, to=,
                      reason=) · decide(post, to, who=, reason=, now=, …)
``tx.followups``      add(post_id, name, who=, now=) · take(now, hold_for, repeatable=) ·
                      settle(followup, state, reason, now, not_before) · of(post_id) · open()
``tx.accounts``       get(site, channel) · all() · prove(site, channel, account, fingerprint,
                      now) · block(site, channel, reason, now)
``tx.credentials``    get(site, channel) · put(site, channel, secrets, seeds=, expires_at=,
                      now=) · forget(site, channel)
``tx.logins``         put(state, now) · answer(state, text) · take_answer(state)
``tx.rests``          rest(scope, until, reason) · lift(scope) · active(now)
``tx.meters``         add(credential, quota, day, n) · used(credential, quota, day)
``tx.notices``        claim(causes, now, every) · failed(causes) · forget(all_but)
                      of posts: note(post_ids, now) · at(post_ids)
``tx.news``           mark(now) · came(mark, site, channel) · changed({id: version})
``tx.pauses``         pause(scope, until=, who=, now=) · resume(scope) · active(now) · over(now)
``tx.leases``         take(name, holder, for_) · release(name, holder)
``tx.users``          all() · any() · find(name) · add(name, role, password, now) · change(name,
                      …) · remove(name) · tried(name, peer, now, before) ·
                      tries(since, most, name=, peer=) · forgive(name, peer)
``tx.sessions``       begin(kind, name, now=, lasts=, browser=, peer=) → secret ·
                      get(secret, now) · is_laid(secret, now) · use_link(secret, now) ·
                      seen(id, now, ends_at) · all(now, name) · is_signed_in(name, peer, now) ·
                      end(name, id) · end_secret(secret) · end_local()
``tx.instance``       check(now) · doubt() · doubtful(post) · beat(now)
``store``             write() · read() · integrity() · describe() · close()
====================  =========================================================

A post is what `model.Post` says. Whoever changes one hands in the Post that was
read; where somebody else changed it since, TransitionError is raised.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import Connection, Engine

from bot import _crash
from bot.model import State
from bot.store import _clock, _connect, _migrate
from bot.store.accounts import Accounts
from bot.store.articles import Articles
from bot.store.credentials import Credentials
from bot.store.drafts import Drafts
from bot.store.followups import Followups
from bot.store.history import History
from bot.store.instance import Instance
from bot.store.leases import Leases
from bot.store.logins import Logins
from bot.store.meters import Meters
from bot.store.news import News
from bot.store.notices import Notices
from bot.store.outbox import Outbox
from bot.store.pauses import Pauses
from bot.store.posts import Posts
from bot.store.rests import Rests
from bot.store.sessions import Sessions
from bot.store.sources import Sources
from bot.store.timetable import Timetable
from bot.store.users import Users
from bot.store.vault import Vault
from bot.store.waiting import WaitingRoom

__all__ = ["Description", "Store", "Tx", "open_store"]


class Tx:
    """One transaction, by subject."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        self.sources = Sources(db)
        self.articles = Articles(db)
        self.waiting = WaitingRoom(db)
        self.posts = Posts(db)
        self.drafts = Drafts(db)
        self.timetable = Timetable(db)
        self.history = History(db)
        self.instance = Instance(db)
        self.outbox = Outbox(db, vault, self.instance)
        self.followups = Followups(db)
        self.accounts = Accounts(db)
        self.credentials = Credentials(db, vault)
        self.logins = Logins(db, vault)
        self.rests = Rests(db)
        self.meters = Meters(db)
        self.notices = Notices(db)
        self.news = News(db)
        self.pauses = Pauses(db)
        self.leases = Leases(db)
        self.users = Users(db)
        self.sessions = Sessions(db)


@dataclass(frozen=True, slots=True)
class Description:
    """What `bot doctor` says of the database."""

    url: str  # without a password
    facts: Mapping[str, str]  # version of the library, journal mode, …
    revision: str
    posts: Mapping[State, int]


class Store:
    """An open database; threads may share it."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine, self._vault = engine, vault
        self._writer = engine.execution_options(writes=True)
        # SQLite lets writers try again and again until one is lucky; ours wait in line.
        one_writer = engine.dialect.name == "sqlite"
        self._in_line = threading.Lock() if one_writer else nullcontext()
        self._adopted = False

    @contextmanager
    def write(self, what: str = "") -> Iterator[Tx]:
        """Begin a transaction that may write; it commits at the end, or leaves nothing.

        On SQLite it is the only one meanwhile. Where the connection to PostgreSQL
        breaks during the commit, StoreError leaves open whether it was committed.
        `what` names the commit to the tests that end the process around it.
        """
        with _connect.plain_errors(self._engine.url), self._in_line, self._writer.begin() as db:
            tx = Tx(db, self._vault)
            if not self._adopted:
                tx.instance.adopt()
            yield tx
            _crash.point(f"before commit {what}")
        _crash.point(f"after commit {what}")
        self._adopted = True
        tx.instance.testify()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Begin a transaction that sees one state of everything and cannot write."""
        with self._reading() as db:
            yield Tx(db, self._vault)

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
                url=_connect.name_of(self._engine.url),
                facts=_connect.facts(db) | {"key": self._vault.describe()},
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
        with _connect.plain_errors(self._engine.url), self._engine.begin() as db:
            yield db


def open_store(
    url: str,
    *,
    busy_timeout: timedelta = timedelta(seconds=5),
    create: bool = True,
    key: bytes | None = None,
    machine_clock: _clock.MachineClock | None = None,
) -> Store:
    """Open the database at `url` and bring it up to date, making it where there is none.

    `key` is BOT_SECRET_KEY; `machine_clock` stands in for the machine's own in tests.
    Raises UsageError for an address that is none; StoreError where it cannot be
    opened, belongs to another program, was made by a newer version of this one, or
    does not exist and `create` is false.
    """
    engine = _connect.connect(url, busy_timeout, create=create)
    if machine_clock is not None:
        engine.update_execution_options(machine_clock=machine_clock)
    file = _connect.file_of(engine.url)
    store = Store(engine, Vault(key, file and file.with_suffix(".key")))
    try:
        with _connect.plain_errors(engine.url):
            _migrate.upgrade(engine, create=create)
    except BaseException:
        store.close()
        raise
    return store
