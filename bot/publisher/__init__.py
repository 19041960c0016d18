"""From approved posts to platforms: each once, whatever fails on the way.

A platform takes a post live in steps, at most one write each, and says after each
step what it made (`resume`). For every step::

    take ‖ standing, last look, seal → lease ‖ platform.publish → settle ‖ lease ‖ …

The lease is committed before the first byte, and the answer is settled under its
token. No request begins after its end: the session refuses. What nobody's answer
tells is `unknown` and is looked for (`reconciler`), never sent again unseen. A
rehearsal walks the same steps over a session that answers from samples.

What is left: a request that lingers in the network for longer than lease, quarantine
and looks together, and takes effect then, may stand beside the one that was sent after.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import queue, standing
from bot.errors import StoreError, TransitionError, UsageError
from bot.http import Exchange, Session
from bot.model import Outcome, Post, Published, Retry, State, Waiting
from bot.platforms.base import Platform
from bot.publisher import _fit, _send
from bot.publisher._base import Run
from bot.standing import Press, Summary

__all__ = ["Rehearsal", "rehearse", "run_once"]

log = logging.getLogger("bot")

#: No platform needs more steps than this for one post; a loop is a fault. A video of
#: the largest size goes in chunks of a few MB, one a step.
MOST_STEPS: Final = 2000
#: A run leaves after this: the next one begins with a new `now`, and with what came up.
LONGEST_RUN: Final = timedelta(minutes=1)
#: A channel that is not configured may come back.
UNCONFIGURED_WAIT: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Every request that a post would have sent, in order, and what came of it."""

    post: Post
    exchanges: tuple[Exchange, ...]
    outcome: Outcome


def rehearse(post: Post, platform: Platform, session: Session) -> Rehearsal:
    """Walk a post through every step on a session that cannot write.

    No row changes: what the steps make lives only here. The extras that would
    follow a published post are walked too.
    """
    if not session.dry_run:
        raise ValueError("a rehearsal needs a session that cannot write")
    start = len(session.journal)
    outcome: Outcome = Waiting(resume={})
    for _ in range(MOST_STEPS):
        if not isinstance(outcome, Waiting):
            break
        outcome = platform.publish(post.teaser, post.key, outcome.resume or None)
    if isinstance(outcome, Published):
        for extra in outcome.extras:
            platform.extra(extra, post.teaser, outcome.remote_id)
    return Rehearsal(post, tuple(session.journal[start:]), outcome)


def run_once(press: Press, now: datetime, *, at_most: int = 1000) -> Summary:
    """Publish what is due, a step at a time, until nothing more is; tell what was done.

    What is too old expires first, what fell due in a pause returns to the queue, and
    what was cut short becomes unknown. A fault with one post or channel keeps back
    no other: a channel that fails is left alone for the rest of the run. A database
    that fails ends the run, which `Summary.broken` says; what was being sent is then
    looked for later. Leaves after a minute at most, perhaps with more to do.
    """
    run = Run(press, now, until=press.steady() + LONGEST_RUN.total_seconds())
    try:
        _begin(run)
        while len(run.steps) < at_most and run.goes_on():
            if not _next(run):
                break
    except StoreError as error:
        return Summary(tuple(run.steps), broken=str(error))
    return Summary(tuple(run.steps))


def _begin(run: Run) -> None:
    """Put the outbox in order before anything is sent."""
    run.left |= set(run.press.hands)
    with run.press.store.write("begin") as tx:
        run.doubt = tx.instance.check(run.now)
        swept = [
            *queue.expire(tx, run.now),
            *queue.recall_paused(tx, run.now),
            *tx.outbox.lapse(run.now, quarantine=run.press.quarantine),
            *_fit.stranded(run, tx),
        ]
        stopped = standing.stopped(tx, run.now)
    standing.forgive(run.press, stopped)
    for post in swept:
        run.tell(post, post.reason)


def _next(run: Run) -> bool:
    """Take the next due post one step on; False where none is due."""
    with run.press.store.write("take") as tx:
        post = tx.outbox.take(run.now, run.press.lease, skip=run.left)
    if post is None:
        return False
    try:
        _guarded(run, post)
    except TransitionError as error:
        log.info("post %s: somebody else was quicker: %s", post.id, error)
    return True


def _guarded(run: Run, post: Post) -> None:
    """Let no fault before the first byte, of whatever kind, be more than a delay of this post."""
    try:
        _step(run, post)
    except (TransitionError, _send.Unsettled):
        raise
    except UsageError as error:  # its channel left the configuration since it was approved
        run.left.add(f"{post.site}/{post.channel}")
        run.keep_back(post, Retry(str(error), run.now + UNCONFIGURED_WAIT))
    except StoreError as error:  # it is about this post alone, or else it is raised again here
        run.keep_back(post, Retry(str(error)))
    except Exception as error:
        log.exception("post %s: an unforeseen fault before it was sent", post.id)
        words = f"An unforeseen fault, {type(error).__name__}; nothing was sent."
        run.keep_back(post, Retry(words))


def _step(run: Run, post: Post) -> None:
    bound = run.bound(post)
    begins = post.state is State.APPROVED
    bound, why = standing.check(run.press, bound, run.now, begins=begins)
    run.lines[bound.key] = bound
    if why is not None:
        return run.keep_back(post, why)
    fit = _fit.still_fit(run, bound, post) if begins else post
    while fit is not None and (held := _send.lease(run, bound, fit)) is not None:
        outcome, exchanges = _send.send(held, bound)
        fit = _send.settle(run, held, bound, outcome, exchanges)
    return None
