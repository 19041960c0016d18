"""One attempt: leased, sent, settled."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from bot import standing
from bot.errors import StoreError, TransitionError
from bot.http import Exchange
from bot.model import (
    Absent,
    Blocked,
    Outcome,
    Post,
    Published,
    Retry,
    State,
    Unknown,
    Waiting,
)
from bot.publisher._base import Run, in_a_row
from bot.standing import Bound
from bot.store import Tx

log = logging.getLogger("bot")

#: A channel that refuses though its account is proven rests so long, then twice as long …
FIRST_REST: Final = timedelta(minutes=5)
#: … up to this; each proof may cost money.
LONGEST_REST: Final = timedelta(hours=6)


class Unsettled(StoreError):
    """What became of a post could not be written down; it will lapse and be looked for."""


@dataclass(frozen=True, slots=True)
class Held:
    """A leased post, what its steps have made so far, and until when it may be sent."""

    post: Post
    resume: Mapping[str, Any] | None = field(repr=False)
    until: float  # an instant of `press.steady`


def lease(run: Run, bound: Bound, post: Post) -> Held | None:
    """Commit an attempt before anything is sent; None where it was paused or costs too much.

    The budget is asked in the same transaction: of two workers one spends the last of it.
    """
    press, real = run.press, not bound.session.dry_run
    until = press.steady() + press.lease.total_seconds()  # before the lease itself begins
    leased: Post | None = None
    resume: Mapping[str, Any] | None = None
    poor: Retry | None = None
    with press.store.write("lease") as tx:
        if real and post.state is State.APPROVED:
            poor = standing.over_budget(tx, bound, post, run.now)
        if poor is None:
            resume = tx.outbox.resume(post)
            cost = bound.platform.price(post.teaser) if real else 0
            leased = tx.outbox.lease(post, run.now, press.lease, cost=cost)
    if poor is not None:
        run.keep_back(post, poor)
    return Held(leased, resume, until) if leased is not None else None


def send(held: Held, bound: Bound) -> tuple[Outcome, tuple[Exchange, ...]]:
    """Take one step on the platform; give what came of it, whatever that was."""
    session, post = bound.session, held.post
    start = len(session.journal)
    session.attempt_deadline = held.until
    try:
        outcome = bound.platform.publish(post.teaser, post.key, held.resume)
        if isinstance(outcome, Absent):
            raise TypeError("a platform cannot tell by sending that something is absent")
    except Exception as error:
        log.exception("post %s: an unforeseen fault while it was sent", post.id)
        words = f"An unforeseen fault, {type(error).__name__}: {error}"
        outcome = Unknown(session.masker.mask(words)[:300])
    finally:
        session.attempt_deadline = None
    return outcome, tuple(session.journal[start:])


def settle(
    run: Run, held: Held, bound: Bound, outcome: Outcome, exchanges: tuple[Exchange, ...]
) -> Post | None:
    """Write down what came of an attempt, with all that follows from it.

    Gives the post where its next step may follow at once; that has a lease of its own.
    Raises Unsettled where the database refuses; nothing is sent again for that.
    """
    post = held.post
    try:
        with run.press.store.write("settle") as tx:
            outcome = _timed(run, tx, post, outcome)
            settled = tx.outbox.settle(post, outcome, run.now, quarantine=run.press.quarantine)
            _rest(run, tx, bound, post, outcome)
            standing.note_used(tx, bound, run.now)
    except TransitionError as error:
        log.warning("post %s: %s came too late: %s", post.id, _words(outcome), error)
        return None
    except StoreError as error:
        log.error("post %s: %s could not be written down: %s", post.id, _words(outcome), error)
        raise Unsettled(str(error)) from error
    bound.platform.used.clear()
    if isinstance(outcome, Retry | Blocked | Unknown):
        run.left.add(bound.key)
    run.tell(settled, _words(outcome), exchanges, loud=isinstance(outcome, Blocked))
    follows = isinstance(outcome, Waiting) and outcome.check_at is None and run.goes_on()
    return settled if follows else None


def _timed(run: Run, tx: Tx, post: Post, outcome: Outcome) -> Outcome:
    """Give a retry its time, where the platform names none that is to come."""
    if not isinstance(outcome, Retry) or (outcome.at is not None and outcome.at > run.now):
        return outcome
    return replace(outcome, at=run.again_at(tx, post))


def _rest(run: Run, tx: Tx, bound: Bound, post: Post, outcome: Outcome) -> None:
    """Leave alone what is more than this post."""
    match outcome:
        case Retry(reason, at, "credential") if at is not None:
            tx.rests.rest(standing.scope(bound), at, reason)
        case Blocked(reason):
            # The store's own count begins anew with each proof, which may well succeed.
            doubled: int = 2 ** min(in_a_row(tx.outbox.attempts(post.id), "blocked") - 1, 20)
            tx.rests.rest(bound.key, run.now + min(FIRST_REST * doubled, LONGEST_REST), reason)


def _words(outcome: Outcome) -> str:
    match outcome:
        case Published(remote_id, url):
            return f"published as {url or remote_id}"
        case Waiting(_, None):
            return "one step is done, the next follows"
        case Waiting():
            return "the platform is still working"
        case _:
            return outcome.reason
