"""From approved posts to platforms; in this version, as a rehearsal only.

A platform takes a post live in steps, at most one write each, and says after
each step what it made (`resume`). A rehearsal walks the same steps over a
session that answers from samples and cannot send.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import UsageError
from bot.http import Exchange, Session
from bot.model import Outcome, Post, Published, Retry, Unknown, Waiting
from bot.platforms.base import Platform
from bot.store import Store

log = logging.getLogger("bot")

#: No platform needs more steps than this for one post; a loop is a fault.
MOST_STEPS = 50

#: A post that could not be sent rests so long where the platform names no time.
REST = timedelta(minutes=5)


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
    _follow(post, platform, outcome)
    return Rehearsal(post, tuple(session.journal[start:]), outcome)


def run_once(
    store: Store,
    platform_of: Callable[[Post], tuple[Platform, Session]],
    now: datetime,
    *,
    lease: timedelta,
    at_most: int = 100,
) -> list[tuple[Post, tuple[Exchange, ...]]]:
    """Lease what is due, take one step with each, and settle it; return each with its requests.

    The lease is committed before the step, and the answer is settled under its
    token. Only sessions that rehearse are accepted: this version sends nothing.
    """
    steps: list[tuple[Post, tuple[Exchange, ...]]] = []
    for _ in range(at_most):
        with store.write() as tx:
            post = tx.outbox.lease(now, lease)
        if post is None:
            break
        outcome, exchanges = _try(post, platform_of)
        if isinstance(outcome, Retry) and outcome.at is None:  # else it is due again at once
            outcome = replace(outcome, at=now + REST)
        with store.write() as tx:
            settled = tx.outbox.settle(post, outcome, now)
        steps.append((settled, exchanges))
    return steps


def _try(
    post: Post, platform_of: Callable[[Post], tuple[Platform, Session]]
) -> tuple[Outcome, tuple[Exchange, ...]]:
    try:
        platform, session = platform_of(post)
    except UsageError as error:  # its channel left the configuration since it was approved
        return Retry(str(error)), ()
    if not session.dry_run:
        raise ValueError("this version rehearses only; it has no session that writes")
    start = len(session.journal)
    outcome = _step(post, platform)
    return outcome, tuple(session.journal[start:])


def _step(post: Post, platform: Platform) -> Outcome:
    try:
        outcome = platform.publish(post.teaser, post.key, post.resume)
    except Exception as error:
        log.exception("post %s: an unforeseen fault", post.id)
        return Unknown(f"an unforeseen fault, {type(error).__name__}: {error}")
    _follow(post, platform, outcome)
    return outcome


def _follow(post: Post, platform: Platform, outcome: Outcome) -> None:
    """Take the extra steps behind a published post; what fails there never touches the post."""
    if not isinstance(outcome, Published):
        return
    for extra in outcome.extras:
        try:
            platform.extra(extra, post.teaser, outcome.remote_id)
        except Exception:
            log.exception("post %s: an unforeseen fault in its %s", post.id, extra)
