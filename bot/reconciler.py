"""Posts of which nobody can tell whether they are live: looked for, never sent unseen.

A look only reads. What is found is published; what is provably absent goes back to
the outbox; where reading fails for long, or cannot tell, a person is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot import standing
from bot.errors import StoreError, TransitionError, UsageError
from bot.model import (
    Absent,
    LogRow,
    Outcome,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Unknown,
    Verb,
    Waiting,
)
from bot.standing import Press, Step, Summary

log = logging.getLogger("bot")

#: A doubt that nobody could look into for so long is a person's.
UNREADABLE: Final = timedelta(hours=6)
#: So is what a platform has worked on for so long.
UNFINISHED: Final = timedelta(days=1)
#: What a platform still works on is looked at again after this.
WORKING: Final = timedelta(minutes=1)
#: What cannot be read is looked at again after half the time that it has been in doubt.
SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(minutes=30)
#: What was found absent so often, sent again, and is in doubt once more is a person's.
MOST_ABSENT: Final = 2


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What is known of a doubt before the look."""

    looks: int  # that found nothing, in a row
    absent: int  # how often the post was found absent, and sent again
    age: timedelta


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Where a look leads; without `to` the post stays in doubt and rests."""

    reason: str
    to: State | None = None
    rest: timedelta = SHORTEST


def run_once(press: Press, now: datetime, *, at_most: int = 100) -> Summary:
    """Look for each post in doubt whose rest is over, once; tell what was found.

    A fault with one keeps back no other. A database that fails ends the run.
    """
    steps: list[Step] = []
    try:
        with press.store.write("lapse") as tx:
            lapsed = tx.outbox.lapse(now, quarantine=press.quarantine)
        steps += [Step(post, post.reason) for post in lapsed]
        while len(steps) < at_most and not press.stopping():
            with press.store.write("doubtful") as tx:
                post = tx.outbox.doubtful(press.lease)
            if post is None:
                break
            steps += _settle(press, post, now)
    except StoreError as error:
        return Summary(tuple(steps), broken=str(error))
    return Summary(tuple(steps))


def _settle(press: Press, post: Post, now: datetime) -> list[Step]:
    """Look for one post, and write down what was found."""
    outcome = _look(press, post, now)
    with press.store.read() as tx:
        doubt = _known(tx.posts.log(post.id), post, tx.outbox.looks(post), now)
    verdict = _judge(doubt, outcome, press.quarantine, now)
    words = verdict.reason
    if verdict.to is State.NEEDS_PERSON:
        words += (
            f" Look at the channel, then say “bot settle {post.id} --published URL” or"
            f" “bot settle {post.id} --absent”."
        )
    try:
        with press.store.write("look") as tx:
            seen = tx.outbox.look(
                post, outcome, now, rest=verdict.rest, to=verdict.to, reason=words
            )
    except TransitionError as error:  # a person was quicker
        log.info("post %s: %s", post.id, error)
        return []
    place = f"{post.site}/{post.channel}"
    level = logging.WARNING if seen.state is State.NEEDS_PERSON else logging.INFO
    fields = {"post": post.id, "channel": place}
    log.log(level, "post %s on %s: %s: %s", post.id, place, seen.state, words, extra=fields)
    return [Step(seen, words)]


def _look(press: Press, post: Post, now: datetime) -> Outcome:
    """Ask the platform whether the post is there; Refused where it can never be asked."""
    if f"{post.site}/{post.channel}" in press.hands:
        return Refused("The channel is posted by hand now, and cannot be read.")
    try:
        bound = press.bound(post.site, post.channel)
    except UsageError as error:
        return Refused(f"The channel cannot be read: {error}")
    if (now_of := bound.channel.account.strip("@")) != post.account.strip("@"):
        return Refused(f"It is of “{post.account}”, and the channel is “{now_of}” now.")
    bound, why = standing.check(press, bound, now, begins=False)  # on another, nothing is found
    if why is not None:
        return why
    try:
        with press.store.read() as tx:
            trace, resume = tx.outbox.trace(post), tx.outbox.resume(post)
    except StoreError as error:
        return Retry(f"What its steps have made cannot be read: {error}")
    bound.session.attempt_deadline = press.steady() + press.lease.total_seconds()
    try:
        return bound.platform.reconcile(post.teaser, post.key, trace, resume)
    except Exception as error:
        log.exception("post %s: an unforeseen fault while it was looked for", post.id)
        return Retry(f"An unforeseen fault, {type(error).__name__}.")
    finally:
        bound.session.attempt_deadline = None
        standing.count(press.store, bound, now)


def _known(rows: Sequence[LogRow], post: Post, looks: int, now: datetime) -> _Doubt:
    since = max((row.at for row in rows if row.after is State.UNKNOWN), default=post.created_at)
    absent = sum(
        (row.verb, row.after) == (Verb.RECONCILE, State.APPROVED)
        and not before.reason.startswith(standing.UNSENT)
        for before, row in pairwise(rows)
    )
    return _Doubt(looks, absent, now - since)


def _judge(doubt: _Doubt, outcome: Outcome, quarantine: timedelta, now: datetime) -> _Verdict:
    """Say where a look leads."""
    match outcome:
        case Published(remote_id, url):
            return _Verdict(f"found as {url or remote_id}", State.PUBLISHED)
        case Absent(proven, reason) if proven or doubt.looks:
            if doubt.absent >= MOST_ABSENT:
                words = f"It was sent {doubt.absent + 1} times and never arrived. {reason}"
                return _Verdict(words.rstrip(), State.NEEDS_PERSON)
            return _Verdict(f"It is not there. {reason}".rstrip(), State.APPROVED)
        case Absent(_, reason):
            words = f"It was not found; it is looked for once more. {reason}"
            return _Verdict(words.rstrip(), rest=quarantine)
        case Waiting() if doubt.age < UNFINISHED:
            return _Verdict("It is there, and the platform still works on it.", rest=WORKING)
        case Waiting():
            return _Verdict("The platform has worked on it for a day.", State.NEEDS_PERSON)
        case Unknown(reason) | Refused(reason):
            return _Verdict(reason, State.NEEDS_PERSON)
    if doubt.age >= UNREADABLE:
        return _Verdict(
            f"For hours it could not be looked for. {outcome.reason}", State.NEEDS_PERSON
        )
    rest = min(max(doubt.age / 2, SHORTEST), LONGEST)
    if isinstance(outcome, Retry) and outcome.at is not None:
        rest = min(max(rest, outcome.at - now), LONGEST)
    return _Verdict(f"It could not be looked for yet. {outcome.reason}", rest=rest)
