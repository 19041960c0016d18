"""Whether a post that begins is still what was approved, of an article that is still there."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from bot import queue
from bot.errors import TransitionError
from bot.model import Media, Post, Problem, Retry, State, Verb
from bot.publisher._base import Run
from bot.standing import UNSENT, Bound, Changed, Gone, Later
from bot.store import Tx
from bot.store.instance import Doubt

#: Who recalls what must not go out as it is.
WHO: Final = "watch"
#: Who is so late for its slot gets another; a try that failed may be repeated until then.
MISSED: Final = timedelta(minutes=15)
#: What takes no step for so long is stuck; no platform asks for longer waits between two.
LATE: Final = timedelta(hours=1)


def still_fit(run: Run, bound: Bound, post: Post) -> Post | None:
    """Look at the post and at its article; None where it must not go out now.

    A rehearsal looks at the post alone.
    """
    if not bound.session.dry_run:
        if run.doubt is not None and _must_be_looked_for(run, post, run.doubt):
            return None
        if not _in_time(run, bound, post):
            return None
        looked = _looked_at(run, post)
        if looked is None:
            return None
        post = looked
    if queue.seal(post.teaser) != post.frozen_hash:
        _recall(run, post, "Its words or media are not those that were approved: look again.")
        return None
    if lost := _lost(post):
        _recall(run, post, lost, Problem("media-gone", lost, blocking=True))
        return None
    return post


def _lost(post: Post) -> str:
    """Say which of its files is not there any more as it was approved; "" where all are."""
    for media in post.teaser.media:
        if media.sha256 and not _whole(media):
            again = "make it anew with “bot edit ID --remake”, or give another one."
            return f"The file of its {media.kind} is gone or changed: {again}"
    return ""


def _whole(media: Media) -> bool:
    try:
        with open(media.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == media.sha256
    except OSError:
        return False


def stranded(run: Run, tx: Tx) -> list[Post]:
    """Put in doubt what stands between its steps and cannot go on, or must not.

    An approved post grows too old, is recalled by a pause, and its article is looked at;
    one that was begun only goes on. To look for it tells how far it came: what is not
    live is approved again, and all of that holds for it.
    """
    paused = tx.pauses.active(run.now)
    lost = []
    for post in tx.posts.list((State.WAITING,)):
        since = None
        if run.doubt is not None and tx.instance.doubtful(post):
            why, since = _forgotten(run.doubt), min(run.doubt.since, run.now)
        elif queue.covers(paused, post.site, post.channel):
            why = "It was paused between its steps."
        elif run.now - _last_step(tx, post) > LATE:
            why = "It could not go on for long."
        else:
            continue
        with suppress(TransitionError):  # somebody takes it on
            lost.append(
                tx.outbox.doubt(post, why, run.now, quarantine=run.press.quarantine, since=since)
            )
    return lost


def _last_step(tx: Tx, post: Post) -> datetime:
    return max(each.ended_at or each.started_at for each in tx.outbox.attempts(post.id))


def _forgotten(doubt: Doubt) -> str:
    return f"{UNSENT} {doubt.reason}"


def _must_be_looked_for(run: Run, post: Post, doubt: Doubt) -> bool:
    """Put a post that a restored database may have forgotten among the unknown ones."""
    since, rest = min(doubt.since, run.now), run.press.quarantine
    with run.press.store.write("doubt") as tx:
        if not tx.instance.doubtful(post):
            return False
        lost = tx.outbox.doubt(post, _forgotten(doubt), run.now, quarantine=rest, since=since)
    run.tell(lost, lost.reason)
    return True


def _in_time(run: Run, bound: Bound, post: Post) -> bool:
    """Give a post that missed its slot the next one that is free, which may be now.

    What a channel missed while nothing could be sent would come all at once else.
    """
    if bound.rules is None or post.due_at is None or run.now - post.due_at < MISSED:
        return True
    with run.press.store.write("slot") as tx:
        slot = queue.next_slot(tx, post, bound.rules, run.now)
        if slot is not None:
            words = f"Its slot had passed; the next is {slot:%Y-%m-%d %H:%M} UTC."
            moved = tx.outbox.put_off(post, slot, words, run.now, slot=True)
    if slot is None:
        words = "its slot had passed, and no other is free before it is older than max_age"
        _recall(run, post, words, Problem("no-slot", f"{words}: give it a time with --at."))
    elif slot > run.now:
        run.tell(moved, words)
    return slot is not None and slot <= run.now


def _looked_at(run: Run, post: Post) -> Post | None:
    """Look at the article once more, and do what that asks for."""
    match run.press.watch(post, run.now):
        case Gone(reason):
            words = f"{reason} Reject the post; or, once the article is back, edit and approve it."
            _recall(run, post, reason, Problem("withdrawn", words, blocking=True))
            return None
        case Later(reason, wait):
            why = f"The article cannot be looked at now: {reason}"
            run.keep_back(post, Retry(why, run.now + wait))
            return None
        case Changed() as changed:
            return _overtaken(run, post, changed)
        case _:
            return post


def _overtaken(run: Run, post: Post, changed: Changed) -> Post | None:
    """Recall a post whose article has another headline; where the rule approved, rewrite it.

    A person who was told of that headline and approved again has decided.
    """
    reason = f"The headline is now “{changed.headline}”."
    if changed.made is None:
        with run.press.store.read() as tx:
            log = tx.posts.log(post.id)
        if any((row.verb, row.reason) == (Verb.RECALL, reason) for row in log):
            return post
        words = f"{reason} Edit the post, or approve it as it is."
        _recall(run, post, reason, Problem("headline-changed", words))
        return None
    if queue.seal(changed.made.teaser) == post.frozen_hash:
        return post
    with run.press.store.write("rewrite") as tx:
        new = queue.rewrite(
            tx, post, changed.made, judge=changed.judge, who=WHO, reason=reason, now=run.now
        )
    if new.state is State.APPROVED:
        return new
    run.tell(new, f"{reason} A person must look at its new words.")
    return None


def _recall(run: Run, post: Post, reason: str, *found: Problem) -> None:
    """Bring a post back to the queue, with what was found."""
    codes = {problem.code for problem in found}
    kept = [problem for problem in post.problems if problem.code not in codes]
    with run.press.store.write("recall") as tx:
        held = tx.posts.change(
            post,
            Verb.RECALL,
            State.HELD,
            who=WHO,
            reason=reason,
            now=run.now,
            due_at=None,
            problems=(*kept, *found),
        )
    run.tell(held, reason)
