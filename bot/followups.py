"""What follows a published post: its extras (a first comment, a thumbnail), its deletion.

Each is a row of its own. What fails here never touches the post, and stays in sight.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot import standing
from bot.errors import StoreError, TransitionError, UsageError
from bot.http import Exchange
from bot.model import (
    Absent,
    Blocked,
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
from bot.standing import LONGEST_WAIT, Press, Step, Summary
from bot.store import Store
from bot.store.followups import DELETE, Followup

log = logging.getLogger("bot")

#: Doing these twice is doing them once.
REPEATABLE: Final = frozenset({DELETE, "thumbnail"})
#: A step that fails is tried so often …
MOST_TRIES: Final = 5
#: … and one that waits for the platform to finish its work, so often.
MOST_WAITS: Final = 50


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Where a step stands after a try: "done", "due" again, "failed" or "unknown"."""

    state: str
    reason: str
    not_before: datetime | None = None


def run_once(press: Press, now: datetime, *, at_most: int = 100) -> Summary:
    """Take the steps that are due behind published posts; tell what came of them.

    One that fails is tried again a few times; one of which nobody can tell whether it
    was done is not repeated. A database that fails ends the run.
    """
    steps: list[Step] = []
    try:
        while len(steps) < at_most and not press.stopping():
            with press.store.write("take followup") as tx:
                followup = tx.followups.take(now, press.lease, repeatable=REPEATABLE)
            if followup is None:
                break
            steps.append(_do(press, followup, now))
    except StoreError as error:
        return Summary(tuple(steps), broken=str(error))
    return Summary(tuple(steps))


def delete_post(press: Press, post: Post, who: str, now: datetime) -> Step:
    """Take a published post down; the wish is a row before anything is sent.

    A failure that may pass leaves the row “due” for the next run; one that needs a
    person leaves it “failed”, in sight. Raises UsageError where the post is not published.
    """
    if post.state is not State.PUBLISHED:
        state = post.state.value.replace("_", " ")
        raise UsageError(f"post {post.id} is {state}: only a published post can be taken down.")
    with press.store.write("add followup") as tx:
        followup = tx.followups.add(post.id, DELETE, who=who, now=now, hold_for=press.lease)
    return _do(press, followup, now)


def settle(store: Store, followup_id: int, *, done: bool, who: str, now: datetime) -> None:
    """Write what a person says of a step that failed or is in doubt: done by hand, or try again.

    A post that somebody took down by hand is deleted. Raises TransitionError where the
    step is settled already.
    """
    reason = f"done by hand, says {who}" if done else f"{who} let it be tried again"
    with store.write("decide followup") as tx:
        post_id = tx.followups.decide(
            followup_id, "done" if done else "due", who=who, reason=reason, now=now
        )
        names = {each.id: each.name for each in tx.followups.of(post_id)}
        post = tx.posts.get(post_id)
        if done and names[followup_id] == DELETE and post.state is State.PUBLISHED:
            tx.posts.change(
                post, Verb.DELETE, State.DELETED, who=who, reason="taken down by hand", now=now
            )


def _do(press: Press, followup: Followup, now: datetime) -> Step:
    """Take one step that was claimed, and write down what came of it."""
    with press.store.read() as tx:
        post = tx.posts.get(followup.post_id)
    outcome, exchanges = _try(press, followup, post, now)
    verdict = _judge(press, followup, outcome, now)
    try:
        with press.store.write("settle followup") as tx:
            taken_down = followup.name == DELETE and verdict.state == "done"
            if taken_down and post.state is State.PUBLISHED:
                post = tx.posts.change(post, Verb.DELETE, State.DELETED, who=followup.who, now=now)
            if isinstance(outcome, Retry) and outcome.rests != "post" and outcome.at is not None:
                tx.rests.rest(f"{post.site}/{post.channel}", outcome.at, outcome.reason)
            tx.followups.settle(followup, verdict.state, verdict.reason, now, verdict.not_before)
    except TransitionError as error:
        log.info("post %s: its %s: %s", post.id, followup.name, error)
    words = f"its {followup.name}: {verdict.state}. {verdict.reason}".rstrip()
    level = logging.INFO if verdict.state in ("done", "due") else logging.WARNING
    fields = {"post": post.id, "channel": f"{post.site}/{post.channel}"}
    log.log(level, "post %s on %s: %s", post.id, fields["channel"], words, extra=fields)
    return Step(post, words, exchanges)


def _try(
    press: Press, followup: Followup, post: Post, now: datetime
) -> tuple[Outcome, tuple[Exchange, ...]]:
    """Ask the platform for one step; Refused where it cannot be asked."""
    deletes = followup.name == DELETE
    if post.state is not State.PUBLISHED:
        gone = Absent(proven=True) if deletes else Refused("The post was taken down.")
        return gone, ()
    by_hand = f"Do it there by hand: {post.remote_url or post.account}."
    if f"{post.site}/{post.channel}" in press.hands or not post.remote_id:
        return Refused(f"The post was made by hand, or its channel is. {by_hand}"), ()
    try:
        bound = press.bound(post.site, post.channel)
    except UsageError as error:
        return Refused(f"{error} {by_hand}"), ()
    if deletes:  # no other account could; and a channel that must not post may still delete
        bound, why = standing.fresh(press, bound, now)
    else:
        bound, why = standing.check(press, bound, now, begins=False)
    if why is not None:
        return why, ()
    session, platform = bound.session, bound.platform
    start = len(session.journal)
    session.attempt_deadline = press.steady() + press.lease.total_seconds()
    try:
        if deletes:
            outcome = platform.delete(post.remote_id)
        else:
            outcome = platform.extra(followup.name, post.teaser, post.remote_id)
    except Exception as error:
        log.exception("post %s: an unforeseen fault in its %s", post.id, followup.name)
        outcome = Unknown(f"An unforeseen fault, {type(error).__name__}.")
    finally:
        session.attempt_deadline = None
        standing.count(press.store, bound, now)
    return outcome, tuple(session.journal[start:])


def _judge(press: Press, followup: Followup, outcome: Outcome, now: datetime) -> _Verdict:
    """Say where a try leads."""
    repeatable = followup.name in REPEATABLE
    match outcome:
        case Published():
            return _Verdict("done", "")
        case Absent() if followup.name == DELETE:
            return _Verdict("done", "")
        case Absent(_, reason) | Refused(reason):
            return _Verdict("failed", reason)
        case Unknown(reason) if not repeatable:
            return _Verdict("unknown", f"Nobody can tell whether it was done. {reason}")
        case Waiting(_, check_at):
            words = "The platform is still working."
            if followup.tries >= MOST_WAITS:
                return _Verdict("failed", f"{words} It was waited for {followup.tries} times.")
            return _Verdict("due", words, check_at or now + press.backoff(1))
    reason = outcome.reason
    if followup.tries >= MOST_TRIES:
        return _Verdict("failed", f"{reason} It was tried {followup.tries} times.")
    again = outcome.at if isinstance(outcome, Retry) else None
    if isinstance(outcome, Blocked):  # by what a person must see to
        again = now + LONGEST_WAIT * followup.tries
    return _Verdict("due", reason, again or now + press.backoff(followup.tries))
