"""What this database is, so that one that was restored or copied is noticed.

Such a database does not know what went out after it was copied. So a post is looked
for before it is sent, where its article was there before that was noticed.

What is noticed:

- a backup put in the place of the database: its witness (`_witness`) had come further;
- a copy elsewhere: no witness, one that was copied along, or another machine's mark;
- on PostgreSQL a restored dump, a server taken back in time, one that took over from
  another: other numbers (`_postgres.place`);
- a whole machine taken back to a snapshot: it, or the database server, was started
  anew, and for half an hour nobody had worked with the database.

False alarms are a server that was off for long, a file system moved or re-labelled, a
container that gives itself a new mark each time. They cost each post whose time comes
and whose article is older than the alarm two looks and some minutes; nothing is held
up that is newer. No alarm: VACUUM, a folder that was moved, a kill, a power cut.

Not to be noticed from inside: a copy of a whole machine that runs on beside the first,
or is taken back by less than that half hour; a backup that lacks no more than the one
lease whose process was killed within a millisecond of committing it, and that takes
the database's place before another process starts. Of two that run on, stop one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, bindparam, exists, insert, select, update

from bot.model import Post, Verb
from bot.store import _witness
from bot.store._connect import file_of, is_sqlite, once, place, started
from bot.store._schema import articles, followups, instance, posts, transitions

#: How often a database notes that somebody works with it, and what silence across a
#: start of the machine may mean that it was taken back to a snapshot.
NOTED = timedelta(minutes=1)
SILENCE = timedelta(minutes=30)

#: An article of which nobody knows when it was published may be older than it seems by this.
UNDATED = timedelta(days=1)

#: A doubt that is older than this does not widen the next one.
KEPT = timedelta(days=30)

_ROW = select(instance).where(instance.c.id == 1)
_BEAT = (
    update(instance)
    .where(instance.c.id == 1)
    .values(count=instance.c.count + 1, seen_at=bindparam("now"))
    .returning(instance.c.uuid, instance.c.count)
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """This database may not know what went out between two instants."""

    since: datetime
    until: datetime  # when that was noticed
    reason: str  # how it was noticed, in words


class Instance:
    """The one row of what this database is, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._to_say: tuple[str, int] | None = None

    @cached_property
    def _file(self) -> Path | None:
        """The witness's file; few transactions ask for it, and to follow links takes time."""
        file = file_of(self._db.engine.url)
        return file and file.with_name(f"{file.name}.witness")

    def check(self, now: datetime) -> Doubt | None:
        """Look whether the database was restored or copied; give the doubt that stands.

        A run calls it before it sends anything, in a transaction that may write. A
        doubt that was noticed once stands on, for the posts that it is about.
        """
        row, heard = self._row(), self._hear()
        assert row is not None, "a store adopts its database before it writes to it"
        if reason := self._suspicion(row, heard, now):
            self._notice(row, reason, now)
            return self.doubt()
        self._note(row, heard, now)
        return _doubt(row)

    def doubt(self) -> Doubt | None:
        """Give the doubt that stands since the last one was noticed; None where there never was."""
        row = self._row()
        return None if row is None else _doubt(row)

    def doubtful(self, post: Post) -> bool:
        """Tell whether a post that is about to be sent must be looked for first.

        So it is where its article was there before the doubt was noticed, and nobody
        has tried to send or find the post since.
        """
        row = self._row()
        doubt = None if row is None else _doubt(row)
        if row is None or doubt is None:
            return False
        query = select(articles.c.content, articles.c.first_seen_at).where(
            articles.c.id == post.article_id
        )
        content, first_seen_at = self._db.execute(query).one()
        published_at = content and content.published_at
        if (published_at or first_seen_at - UNDATED) > doubt.until:
            return False
        tried = exists().where(
            transitions.c.post_id == post.id,
            transitions.c.verb == Verb.LEASE,
            transitions.c.id > row["doubt_mark"],
        )
        return not self._db.execute(select(tried)).scalar_one()

    def beat(self, now: datetime) -> None:
        """Count a lease, so that the witness knows it too once it is committed.

        On PostgreSQL there is no witness: several leases go on at once there, and one
        row that they all count in would let them wait for one another.
        """
        if is_sqlite(self._db):
            uuid, count = self._db.execute(_BEAT, {"now": now}).one()
            self._to_say = uuid, count

    def adopt(self) -> None:
        """Begin to watch over a database that nobody watches over yet."""
        if self._row() is not None:
            return
        uuid = uuid4().hex
        # A witness without a row: the database comes from a time before it had one, or
        # it was begun anew. Where it holds something, the check must hear of it.
        other = self._hear() is not None and self._db.execute(select(posts.c.id).limit(1)).first()
        witnessed = bool(other) or self._say(uuid, 0)
        row = insert(instance).values(
            id=1,
            uuid=uuid,
            place=_words(place(self._db)),
            started=started(self._db),
            count=0,
            witnessed=witnessed,
        )
        once(self._db, lambda: self._db.execute(row))

    def testify(self) -> None:
        """Let the witness say what was committed; the store calls it after the commit."""
        if self._to_say is not None:
            self._say(*self._to_say)

    def _suspicion(
        self, row: RowMapping, heard: _witness.Testimony | None, now: datetime
    ) -> str | None:
        """Say in words what speaks for a database that was restored or copied, if anything."""
        was, here = _parts(row["place"]), place(self._db)
        moved = [name for name in was.keys() & here.keys() if was[name] != here[name]]
        if moved:
            return f"it was restored, or copied from elsewhere (another {', '.join(sorted(moved))})"
        if self._file is not None and heard is None and row["witnessed"]:
            return f"it was copied or restored without {self._file.name}"
        if heard is not None and heard.uuid:
            if heard.uuid != row["uuid"]:
                return "another database stood in its place before"
            if heard.count > row["count"]:
                return "it is older than what was last seen here: a backup took its place"
            if heard.copied:
                return "its folder was copied or restored"
        silence = now - (row["seen_at"] or now)
        if row["started"] != started(self._db) and silence > SILENCE:
            return (
                f"the machine was started anew after {silence // timedelta(hours=1)} h"
                f" {silence // timedelta(minutes=1) % 60} min without the bot: it may have been"
                " taken back to a snapshot"
            )
        return None

    def _notice(self, row: RowMapping, reason: str, now: datetime) -> None:
        """Write the doubt, and be a database of one's own from now on."""
        mark, last_at = self._db.execute(
            select(transitions.c.id, transitions.c.at).order_by(transitions.c.id.desc()).limit(1)
        ).one_or_none() or (0, row["seen_at"] or now)
        since = [last_at, now]
        if (before := _doubt(row)) and now - before.until < KEPT:
            since.append(before.since)
        uuid = uuid4().hex
        done = self._change(
            row,
            uuid=uuid,
            place=_words(_parts(row["place"]) | place(self._db)),
            started=started(self._db),
            witnessed=False,
            seen_at=now,
            doubt_since=min(since),
            doubt_until=now,
            doubt_mark=mark,
            doubt=f"the database: {reason}.",
        )
        if done:
            self._to_say = uuid, row["count"]
            why = "nobody knows whether it was done: the database was restored or copied."
            due = followups.c.state.in_(("due", "doing"))
            self._db.execute(update(followups).where(due).values(state="unknown", reason=why))

    def _note(self, row: RowMapping, heard: _witness.Testimony | None, now: datetime) -> None:
        """Keep what is new about a database that is in order."""
        columns: dict[str, Any] = {}
        here = _words(_parts(row["place"]) | place(self._db))
        begun = started(self._db)
        witnessed = row["witnessed"] or bool(heard and heard.uuid)
        seen_at = row["seen_at"]
        if (row["place"], row["started"], row["witnessed"]) != (here, begun, witnessed):
            columns = {"place": here, "started": begun, "witnessed": witnessed}
        if columns or seen_at is None or not timedelta(0) <= now - seen_at < NOTED:
            self._change(row, **columns, seen_at=now)
        if (heard and (heard.uuid, heard.count)) != (row["uuid"], row["count"]):
            self._to_say = row["uuid"], row["count"]

    def _change(self, row: RowMapping, **columns: Any) -> bool:
        """Change the row where it still is the same database; False where another was quicker."""
        same = (instance.c.id == 1, instance.c.uuid == row["uuid"])
        return self._db.execute(update(instance).where(*same).values(**columns)).rowcount == 1

    def _row(self) -> RowMapping | None:
        return self._db.execute(_ROW).mappings().one_or_none()

    def _hear(self) -> _witness.Testimony | None:
        return None if self._file is None else _witness.read(self._file)

    def _say(self, uuid: str, count: int) -> bool:
        return self._file is not None and _witness.write(self._file, uuid, count)


def _doubt(row: RowMapping) -> Doubt | None:
    if row["doubt_since"] is None:
        return None
    return Doubt(row["doubt_since"], row["doubt_until"], row["doubt"])


def _words(parts: dict[str, str]) -> str:
    return " ".join(f"{name}:{value}" for name, value in sorted(parts.items()))


def _parts(words: str) -> dict[str, str]:
    return dict(word.split(":", 1) for word in words.split())
