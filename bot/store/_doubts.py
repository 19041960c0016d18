"""The posts of which nobody can tell whether they are live: found, looked for, decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.model import Absent, Outcome, Post, Published, State, Trace, Unknown, Verb, Waiting
from bot.store import _attempts, _claims, _clock, _life
from bot.store._schema import posts
from bot.store.followups import Followups

#: A platform's clock and ours may differ, and a post is written down after it went out.
_CLOCKS_APART = timedelta(days=1)

_LOOKED = _life.UNCHANGED.values(
    looks=posts.c.looks * bindparam("keep") + bindparam("more"),
    cost=posts.c.cost + bindparam("spent"),
    version=posts.c.version + 1,
)
# Built once: every tick asks these.
_BOOT: Any = bindparam("boot")
_SECONDS: Any = bindparam("seconds")
_RESTLESS = update(posts).where(
    posts.c.state == State.UNKNOWN,
    or_(posts.c.clock_boot != _BOOT, posts.c.clock_until.is_(None)),
)
_OVER = (
    _life.query()
    .where(posts.c.state == State.SENDING, _clock.free(posts, _BOOT, _SECONDS))
    .order_by(posts.c.id)
    .with_for_update(skip_locked=True, of=posts)  # one that is locked is being settled
)


class Doubts:
    """The part of the outbox that settles by looking, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def lapse(self, now: datetime, *, quarantine: timedelta) -> tuple[Post, ...]:
        """Let what was being sent when its lease ran out be unknown; return it.

        After a restart of the machine the rest of all that is unknown begins anew.
        """
        boot, seconds = _clock.now(self._db)
        rest = _clock.until(boot, seconds, quarantine)
        asked = {"boot": boot, "seconds": seconds}
        self._db.execute(_RESTLESS, {"boot": boot, **rest})
        lost = Unknown("its lease ran out before an answer was written down")
        how: dict[str, Any] = {"who": "clock", "reason": lost.reason, "now": now, **rest}
        return tuple(
            _attempts.end(self._db, post, Verb.LAPSE, State.UNKNOWN, lost, **how)
            for post in _life.read(self._db, _OVER, asked)
        )

    def doubtful(self, hold_for: timedelta) -> Post | None:
        """Claim an unknown post whose rest is over; `look` says what was found of it.

        Two looks that both find nothing must lie apart: so the claim of one who took too
        long over his is void once another has it.
        """
        return _claims.doubtful(self._db, hold_for)

    def looks(self, post: Post) -> int:
        """Tell how many looks in a row have found nothing."""
        query = select(posts.c.looks).where(posts.c.id == post.id)
        return int(self._db.execute(query).scalar_one())

    def trace(self, post: Post) -> Trace:
        """Tell since when to look for a post, and what on its channel is known to be others."""
        tries = _attempts.of(self._db, post.id)
        since = min((each.started_at for each in tries), default=post.created_at)
        others = select(posts.c.remote_id).where(
            posts.c.site == post.site,
            posts.c.channel == post.channel,
            posts.c.id != post.id,
            posts.c.remote_id != "",
            posts.c.published_at >= since - _CLOCKS_APART,
        )
        return Trace(since, frozenset(self._db.execute(others).scalars()))

    def look(
        self,
        post: Post,
        outcome: Outcome,
        now: datetime,
        *,
        rest: timedelta,
        to: State | None,
        reason: str,
        cost: int = 0,
    ) -> Post:
        """Write what a look found of an unknown post, and where that leads.

        With `to` None it stays unknown and rests anew; a look that found nothing is
        counted. `cost` is what the look itself cost. Raises TransitionError, and writes
        nothing, where the post is not in doubt any more or somebody else looks for it since.
        """
        noted = {
            **_life.unchanged(post),
            "was": State.UNKNOWN,
            "reason": reason,
            "keep": int(not isinstance(outcome, Waiting)),  # it is there after all
            "more": int(isinstance(outcome, Absent)),
            "spent": cost,
            **_clock.until(*_clock.now(self._db), rest),
        }
        if self._db.execute(_LOOKED, noted).rowcount != 1:
            raise _life.too_late(self._db, post)
        if to is None:
            return _life.get(self._db, post.id)
        columns = self._settled(post, to)
        match to, outcome:
            case State.PUBLISHED, Published(remote_id, url, extras):
                columns |= {"remote_id": remote_id, "remote_url": url}
                Followups(self._db).follow(post.id, extras, now)
            case State.APPROVED, _:
                columns |= {"cost": cost}  # the post's own price was not spent
        how: dict[str, Any] = {"who": "outbox", "reason": reason, "now": now, **columns}
        return _life.change(self._db, post, Verb.RECONCILE, to, by_token=True, **how)

    def decide(
        self,
        post: Post,
        to: State,
        *,
        who: str,
        reason: str,
        now: datetime,
        remote_id: str = "",
        remote_url: str = "",
    ) -> Post:
        """Write what a person saw of a post in doubt, or that an approved one is live by hand.

        What is to be sent again starts from the beginning, and its age expires it no
        more. Raises TransitionError where there is nothing to decide.
        """
        how: dict[str, Any] = {"who": who, "reason": reason, "now": now}
        live = {"remote_id": remote_id, "remote_url": remote_url}
        if post.state is State.APPROVED and to is State.PUBLISHED:
            leased = _attempts.start(self._db, post, now, who, now)
            done = Published(remote_id, remote_url)
            how |= {"resume": None, **live}
            return _attempts.end(self._db, leased, Verb.SETTLE, to, done, **how)
        if post.state is State.UNKNOWN:
            post = _life.change(self._db, post, Verb.RECONCILE, State.NEEDS_PERSON, **how)
        columns = self._settled(post, to)
        match to:
            case State.PUBLISHED:
                columns |= live
            case State.APPROVED:
                columns |= {"resume": None, "expires_at": None}
            case State.REJECTED:
                columns |= {"resume": None, "due_at": None}
        return _life.change(self._db, post, Verb.DECIDE, to, **how, **columns)

    def _settled(self, post: Post, to: State) -> dict[str, Any]:
        """Give what every way out of a doubt writes down."""
        match to:
            case State.PUBLISHED:  # by the last try, not only now that it is known
                tries = _attempts.of(self._db, post.id)
                went_out = {"published_at": tries[-1].started_at} if tries else {}
                return {"resume": None, **went_out}
            case State.APPROVED | State.REJECTED:
                return {"cost": 0, "not_before": None}
            case _:
                return {}
