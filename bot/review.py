"""What an editor does to a post: approve, take back, reject, reopen, edit, move.

Every step is one committed transition with the editor's name. A step that the
post's state does not allow raises TransitionError and changes nothing.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot import queue
from bot.desk import reword, typed
from bot.errors import TransitionError, UsageError
from bot.model import Media, Post, State, Teaser, Verb
from bot.store import Store, Tx

#: Nobody can tell whether these are live.
DOUBTFUL = frozenset({State.UNKNOWN, State.NEEDS_PERSON})


def approve(
    store: Store,
    post_id: int,
    rules: queue.Rules,
    *,
    who: str,
    now: datetime,
    at: datetime | None = None,
    judge: queue.Judge | None = None,
    version: int | None = None,
    second_look: bool = False,
) -> Post:
    """Approve a post for its next slot, or for `at`; `judge` as in `queue.approve`.

    With `second_look` UsageError is raised for whoever wrote its words.
    """
    with store.write() as tx:
        post = _seen(tx, post_id, version)
        if second_look:
            queue.refuse_own(tx, post, who)
        return queue.approve(tx, post, rules, who=who, now=now, at=at, judge=judge)


def unapprove(
    store: Store, post_id: int, *, who: str, now: datetime, version: int | None = None
) -> Post:
    """Take an approval back; the slot is free again."""
    how: dict[str, Any] = {"who": who, "now": now, "version": version}
    return _change(store, post_id, Verb.RECALL, State.HELD, reason="unapproved", due_at=None, **how)


def reject(
    store: Store,
    post_id: int,
    reason: str,
    *,
    who: str,
    now: datetime,
    version: int | None = None,
) -> Post:
    """Take a post out for good, with a reason; `reopen` undoes it.

    One in doubt is given up too: whoever looked says that it shall not be sent again.
    """
    with store.read() as tx:
        post = tx.posts.get(post_id)
    if post.state in DOUBTFUL:
        return _decide(store, post_id, State.REJECTED, reason, who=who, now=now, version=version)
    how: dict[str, Any] = {"who": who, "now": now, "version": version}
    return _change(store, post_id, Verb.REJECT, State.REJECTED, reason=reason, due_at=None, **how)


def settle(
    store: Store,
    post_id: int,
    *,
    published_at: str | None,
    who: str,
    now: datetime,
    version: int | None = None,
) -> Post:
    """Write down what a person saw of a doubtful post, or of one that was posted by hand.

    `published_at` is the address under which it is live; None says that it is not
    there, and a doubtful post is sent again. Raises TransitionError for any other state.
    """
    how: dict[str, Any] = {"who": who, "now": now, "version": version}
    if published_at is None:
        return _decide(store, post_id, State.APPROVED, "not there, by hand", **how)
    try:
        parts = urlsplit(published_at)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        raise UsageError(f"“{published_at}” is no web address: give the one of the live post.")
    return _decide(store, post_id, State.PUBLISHED, "live, by hand", remote_url=published_at, **how)


def _decide(
    store: Store,
    post_id: int,
    to: State,
    reason: str,
    *,
    who: str,
    now: datetime,
    version: int | None,
    **remote: str,
) -> Post:
    with store.write("decide") as tx:
        post = _seen(tx, post_id, version)
        allowed = DOUBTFUL | {State.APPROVED} if to is State.PUBLISHED else DOUBTFUL
        if post.state not in allowed:
            state = post.state.value.replace("_", " ")
            raise TransitionError(f"post {post_id} is {state}: there is no doubt to settle.")
        return tx.outbox.decide(post, to, who=who, reason=reason, now=now, **remote)


def reopen(
    store: Store,
    post_id: int,
    rules: queue.Rules,
    *,
    who: str,
    now: datetime,
    version: int | None = None,
) -> Post:
    """Bring a rejected, expired or refused post back to the queue, with a fresh age."""
    how: dict[str, Any] = {"who": who, "now": now, "version": version}
    return _change(store, post_id, Verb.REOPEN, State.HELD, expires_at=now + rules.max_age, **how)


def edit(
    store: Store,
    post_id: int,
    judge: queue.Judge,
    *,
    who: str,
    now: datetime,
    text: str | None = None,
    title: str | None = None,
    media: tuple[Media, ...] | None = None,
    alt: str | None = None,
    why: str = "",
    version: int | None = None,
) -> Post:
    """Replace parts of a teaser; an approval is taken back and the problems are found anew.

    `why` goes into the log beside what was changed.
    `version` is the one that the editor saw: where somebody changed the post since,
    TransitionError is raised and nothing is overwritten.
    """
    with store.write() as tx:
        post = _seen(tx, post_id, version)
        teaser = post.teaser
        if text is not None:
            teaser = reword(teaser, text, post.article_url, add_link=False)
        if title is not None:
            teaser = replace(teaser, title=typed(title))
        if media is not None:
            teaser = replace(teaser, media=media)
        if alt is not None:
            if not teaser.media:
                raise UsageError(f"post {post_id} has no picture that the alt text could describe.")
            first, *rest = teaser.media
            teaser = replace(teaser, media=(replace(first, alt=typed(alt)), *rest))
        return tx.posts.change(
            post,
            Verb.EDIT,
            State.HELD,
            who=who,
            reason=", ".join(filter(None, (*_changed(post.teaser, teaser), why))) or "nothing",
            now=now,
            teaser=teaser,
            problems=tuple(judge(teaser, None)),
            due_at=post.due_at if post.expires_at is None else None,  # a time of its own stays
        )


def _changed(before: Teaser, after: Teaser) -> list[str]:
    """Name the parts of a teaser that differ."""
    names = (field.name for field in fields(Teaser))
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def move(
    store: Store,
    post_id: int,
    at: datetime,
    *,
    who: str,
    now: datetime,
    version: int | None = None,
) -> Post:
    """Give a post a time of its own, which its windows and its age do not change."""
    with store.write() as tx:
        return tx.posts.set_due(_seen(tx, post_id, version), at, who=who, now=now)


def approvable(post: Post) -> bool:
    """Tell whether `approve --all` takes the post: it is held and nothing speaks against it."""
    return post.state is State.HELD and not post.problems


def needs_person(post: Post, *, reviewed: bool) -> bool:
    """Tell whether the post stands where only a person gets it on, out of the ordinary.

    A held post of a channel that people review (`reviewed`) waits for its turn; that
    is the ordinary way and no alarm, unless a problem blocks it or it came in a flood. A
    video that is still to be made comes by itself.
    """
    if post.state in (State.UNKNOWN, State.NEEDS_PERSON, State.REFUSED):
        return True
    if post.state is not State.HELD:
        return False
    if any(problem.code == "flood" for problem in post.problems):
        return True
    comes = queue.in_the_making(post)
    blocking = {problem.code for problem in post.problems if problem.blocking}
    return bool(blocking - {"video-waiting"} if comes else blocking or not reviewed)


def _change(
    store: Store,
    post_id: int,
    verb: Verb,
    to: State,
    *,
    who: str,
    now: datetime,
    version: int | None,
    reason: str = "",
    **columns: datetime | None,
) -> Post:
    with store.write() as tx:
        post = _seen(tx, post_id, version)
        return tx.posts.change(post, verb, to, who=who, reason=reason, now=now, **columns)


def _seen(tx: Tx, post_id: int, version: int | None) -> Post:
    """Read a post that is still as a person saw it, else raise TransitionError."""
    post = tx.posts.get(post_id)
    if version is not None and post.version != version:
        raise TransitionError(
            f"post {post_id} was changed by somebody else meanwhile: look at it again."
        )
    return post
