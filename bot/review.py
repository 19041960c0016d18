"""What an editor does to a post: approve, take back, reject, reopen, edit, move.

Every step is one committed transition with the editor's name. A step that the
post's state does not allow raises TransitionError and changes nothing.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot import queue
from bot.desk import reword, typed
from bot.errors import TransitionError, UsageError
from bot.model import Media, Post, State, Teaser, Verb
from bot.store import Store

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
) -> Post:
    """Approve a post for its next slot, or for `at`; `judge` as in `queue.approve`."""
    with store.write() as tx:
        post = tx.posts.get(post_id)
        return queue.approve(tx, post, rules, who=who, now=now, at=at, judge=judge)


def unapprove(store: Store, post_id: int, *, who: str, now: datetime) -> Post:
    """Take an approval back; the slot is free again."""
    return _change(
        store, post_id, Verb.RECALL, State.HELD, who=who, now=now, reason="unapproved", due_at=None
    )


def reject(store: Store, post_id: int, reason: str, *, who: str, now: datetime) -> Post:
    """Take a post out for good, with a reason; `reopen` undoes it.

    One in doubt is given up too: whoever looked says that it shall not be sent again.
    """
    with store.read() as tx:
        post = tx.posts.get(post_id)
    if post.state in DOUBTFUL:
        return _decide(store, post_id, State.REJECTED, reason, who=who, now=now)
    return _change(
        store, post_id, Verb.REJECT, State.REJECTED, who=who, now=now, reason=reason, due_at=None
    )


def settle(
    store: Store, post_id: int, *, published_at: str | None, who: str, now: datetime
) -> Post:
    """Write down what a person saw of a doubtful post, or of one that was posted by hand.

    `published_at` is the address under which it is live; None says that it is not
    there, and a doubtful post is sent again. Raises TransitionError for any other state.
    """
    if published_at is None:
        return _decide(store, post_id, State.APPROVED, "not there, by hand", who=who, now=now)
    parts = urlsplit(published_at)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"“{published_at}” is no web address: give the one of the live post.")
    return _decide(
        store, post_id, State.PUBLISHED, "live, by hand", who=who, now=now, remote_url=published_at
    )


def _decide(
    store: Store, post_id: int, to: State, reason: str, *, who: str, now: datetime, **remote: str
) -> Post:
    with store.write("decide") as tx:
        post = tx.posts.get(post_id)
        allowed = DOUBTFUL | {State.APPROVED} if to is State.PUBLISHED else DOUBTFUL
        if post.state not in allowed:
            state = post.state.value.replace("_", " ")
            raise TransitionError(f"post {post_id} is {state}: there is no doubt to settle.")
        return tx.outbox.decide(post, to, who=who, reason=reason, now=now, **remote)


def reopen(store: Store, post_id: int, rules: queue.Rules, *, who: str, now: datetime) -> Post:
    """Bring a rejected, expired or refused post back to the queue, with a fresh age."""
    expires_at = now + rules.max_age
    return _change(store, post_id, Verb.REOPEN, State.HELD, who=who, now=now, expires_at=expires_at)


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
        post = tx.posts.get(post_id)
        if version is not None and post.version != version:
            raise TransitionError(
                f"post {post_id} was changed by somebody else meanwhile: look at it again."
            )
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


def move(store: Store, post_id: int, at: datetime, *, who: str, now: datetime) -> Post:
    """Give a post a time of its own, which its windows and its age do not change."""
    with store.write() as tx:
        return tx.posts.set_due(tx.posts.get(post_id), at, who=who, now=now)


def approvable(post: Post) -> bool:
    """Tell whether `approve --all` takes the post: it is held and nothing speaks against it."""
    return post.state is State.HELD and not post.problems


def needs_person(post: Post, *, reviewed: bool) -> bool:
    """Tell whether the post stands where only a person gets it on, out of the ordinary.

    A held post of a channel that people review (`reviewed`) waits for its turn; that
    is the ordinary way and no alarm, unless a problem blocks it. A video that is still
    to be made comes by itself.
    """
    if post.state in (State.UNKNOWN, State.NEEDS_PERSON, State.REFUSED):
        return True
    if post.state is not State.HELD:
        return False
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
    reason: str = "",
    **columns: datetime | None,
) -> Post:
    with store.write() as tx:
        post = tx.posts.get(post_id)
        return tx.posts.change(post, verb, to, who=who, reason=reason, now=now, **columns)
