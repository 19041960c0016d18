"""How a post enters the queue, gets its slot, and grows too old.

Used alike by the poll, by an editor's word and by one-off posts, so that one
rule decides when a post may go out without a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot import schedule
from bot.errors import TransitionError, UsageError
from bot.hours import Windows, shown_duration
from bot.media.base import Art
from bot.model import Channel, LogRow, Post, Problem, State, Teaser, Verb
from bot.store import Tx
from bot.store.pauses import Pause

#: How far back slots are read, to keep spacing and daily caps: a local day and more.
SLOT_SIGHT = timedelta(days=2)


#: Who approves where no person does.
RULE = "rule"

#: Who puts finished videos into posts.
STUDIO = "studio"

#: How it is called that a picture or video is still to be made; see `platforms._checks`.
TO_BE_MADE = frozenset({"picture-waiting", "video-waiting"})

#: How it is called that a video or picture could not be made.
VIDEO_FAILED = "video-failed"
PICTURE_FAILED = "picture-failed"


#: Finds what is wrong with a teaser, if it goes out at that time.
Judge = Callable[[Teaser, datetime | None], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rules:
    """When a channel may post, and who has to look first."""

    review: str  # "required" | "hold" | "none"
    pick: bool  # posts are made ready, and sent only when a person picks them
    windows: Windows
    zone: tzinfo
    spacing: timedelta
    daily_limit: int | None
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Made:
    """A teaser with what is to be said about it."""

    teaser: Teaser
    problems: tuple[Problem, ...]
    reasons: tuple[Problem, ...]  # why a person must look, whatever the rule is
    art: tuple[Art, ...] = ()  # what it shows, still to be made; its stand-ins are in the teaser


def seal(teaser: Teaser) -> str:
    """Hash text and media, so that what is sent is what was approved."""
    fixed = asdict(teaser)
    for media in fixed["media"]:
        media.pop("path")  # where a file lies is not what it is
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def hold(
    tx: Tx,
    *,
    article_id: int,
    channel: Channel,
    made: Made,
    rules: Rules,
    published_at: datetime | None,
    now: datetime,
    who: str,
    occasion: str = "first",
    judge: Judge | None = None,
) -> Post | None:
    """Put a teaser into the queue as a post; None where the article has one already.

    It goes straight on to approved only where no person reviews the channel and
    nothing asks for one. `judge` says what is wrong with the words in the slot that
    is free now (“today”, on another day).
    """
    reasons = list(made.reasons)
    if rules.pick:
        reasons.append(Problem("pick", "made ready for you to pick: approve it to send it."))
    expires_at = (published_at or now) + rules.max_age
    if expires_at <= now:
        words = f"older than max_age ({shown_duration(rules.max_age)}) when it was first seen"
        reasons.append(Problem("stale", f"{words}: give it a time with --at to send it anyway."))
    slot = _slot(tx, channel.site, channel.name, rules, now, expires_at)
    if slot is None and expires_at > now:
        words = "no slot is free before it is older than max_age"
        reasons.append(Problem("no-slot", f"{words}: give it a time with --at."))
    reasons += _later(judge, made.teaser, slot, (*made.problems, *reasons))
    post = tx.posts.hold(
        article_id=article_id,
        channel=channel,
        teaser=made.teaser,
        problems=(*made.problems, *reasons),
        occasion=occasion,
        expires_at=expires_at,
        who=who,
        reason="; ".join(reason.code for reason in reasons),
        now=now,
    )
    blocked = any(problem.blocking for problem in made.problems)
    if post is None or slot is None or rules.review != "none" or reasons or blocked:
        return post
    return _approve(tx, post, (), due_at=slot, who=RULE, now=now, reason="review = none")


def approve(
    tx: Tx,
    post: Post,
    rules: Rules,
    *,
    who: str,
    now: datetime,
    at: datetime | None = None,
    judge: Judge | None = None,
) -> Post:
    """Approve a held post for its next slot, or for `at`, which also overrides its age.

    Text and media are fixed by hash; what `judge` finds in the words on that day is
    noted on the post. Raises UsageError where a problem blocks it
    or where no slot is free before it is too old.
    """
    if post.state is State.APPROVED:
        raise TransitionError(f"post {post.id} is approved already.")
    for problem in post.problems:
        if problem.blocking and post.state is State.HELD:
            raise UsageError(f"post {post.id} cannot be approved: {problem.message}")
    own = post.due_at if post.due_at is not None and post.due_at >= now else None
    given = at if at is not None else own  # a time that has passed is no time any more
    if given is not None:
        found = _later(judge, post.teaser, given, post.problems)
        return _approve(tx, post, found, due_at=given, expires_at=None, who=who, now=now)
    slot = _slot(tx, post.site, post.channel, rules, now, post.expires_at)
    if slot is None:
        raise UsageError(
            f"post {post.id} has no free slot before it is too old"
            f" ({post.expires_at:%Y-%m-%d %H:%M} UTC): give it a time with --at."
            if post.expires_at
            else f"post {post.id} has no free slot in the next weeks: give it a time with --at."
        )
    found = _later(judge, post.teaser, slot, post.problems)
    return _approve(tx, post, found, due_at=slot, who=who, now=now)


def refuse_own(tx: Tx, post: Post, who: str) -> None:
    """Raise UsageError where `who` wrote a post's words, and so is not the one to approve them."""
    drafts = tx.drafts.of(post.id, latest=1)
    author = drafts[-1].who if drafts else tx.posts.log(post.id)[0].who
    if author == who:
        raise UsageError(
            f"post {post.id} cannot be approved by {who}, who wrote its words: somebody else"
            " looks at it here ([review] second_look)."
        )


def rewrite(
    tx: Tx, post: Post, made: Made, *, judge: Judge | None, who: str, reason: str, now: datetime
) -> Post:
    """Put new words into a post that the rule approved; it keeps its time and goes on.

    Where the new words want a person, or a problem blocks them, it stays held.
    """
    due_at = post.due_at
    assert due_at is not None, "an approved post has its time"
    told = (*made.problems, *made.reasons)
    wanted = (*made.reasons, *_later(judge, made.teaser, due_at, told))
    waits = bool(wanted) or any(problem.blocking for problem in made.problems)
    step: dict[str, Any] = {"who": who, "now": now, "due_at": None if waits else due_at}
    held = tx.posts.change(post, Verb.RECALL, State.HELD, reason=reason, **step)
    edited = tx.posts.change(
        held,
        Verb.EDIT,
        State.HELD,
        reason=f"{reason}: written again",
        teaser=made.teaser,
        problems=(*made.problems, *wanted),
        **step,
    )
    if waits:
        return edited
    return _approve(tx, edited, (), due_at=due_at, who=RULE, now=now, reason="review = none")


def in_the_making(post: Post) -> bool:
    """Tell whether a held post has a video that is still to be made."""
    if post.state is not State.HELD or any(each.code == VIDEO_FAILED for each in post.problems):
        return False
    return any(media.kind == "video" and media.placeholder for media in post.teaser.media)


def complete(
    tx: Tx,
    post: Post,
    teaser: Teaser,
    problems: Iterable[Problem],
    *,
    rules: Rules,
    judge: Judge,
    now: datetime,
) -> Post:
    """Put a finished video into a held post, which then goes on as if it had come with it.

    That is: straight to approved where no person reviews the channel and nothing asks for
    one. What a person had in hand meanwhile waits for that person.
    """
    found = tuple(problems)
    slot = None
    if rules.review == "none" and not found and is_untouched(tx.posts.log(post.id)):
        slot = _slot(tx, post.site, post.channel, rules, now, post.expires_at)
        found = _later(judge, teaser, slot, ())
    done = tx.posts.change(
        post,
        Verb.EDIT,
        State.HELD,
        who=STUDIO,
        reason="its video",
        now=now,
        teaser=teaser,
        problems=found,
        due_at=post.due_at,
    )
    if slot is None or found:
        return done  # where no slot is free it grows too old in the queue, visibly
    return _approve(tx, done, (), due_at=slot, who=RULE, now=now, reason="review = none")


def is_untouched(log: Sequence[LogRow]) -> bool:
    """Tell by what happened to a post whether it is as it was held, and nothing spoke against it.

    That its video was made since is part of its making.
    """
    first, *others = log
    return not first.reason and all(row.who == STUDIO for row in others)


def expire(tx: Tx, now: datetime) -> list[Post]:
    """Take what has grown too old out of the queue and the outbox; a person can reopen it."""
    old = tx.posts.list((State.HELD, State.APPROVED), expires_by=now)
    return _swept(tx, old, Verb.EXPIRE, State.EXPIRED, "older than max_age", now)


def recall_paused(tx: Tx, now: datetime) -> list[Post]:
    """Return to the queue what fell due while its channel was paused, so that it never drains.

    A pause that is over counts for what fell due in it, and was approved before its end:
    nobody may have looked meanwhile.
    """
    paused, over = tx.pauses.active(now), tx.pauses.over(now)
    if not paused and not over:
        return []
    until = now if paused else max(each.until or now for each in over)
    due = (
        post
        for post in tx.posts.list((State.APPROVED,), due_by=until)
        if covers(paused, post.site, post.channel) or any(_missed(post, each) for each in over)
    )
    return _swept(tx, due, Verb.RECALL, State.HELD, "paused when it fell due", now)


def resume(tx: Tx, scope: str, now: datetime) -> list[Post]:
    """End a pause; what fell due in it returns to the queue, though no daemon ran meanwhile."""
    pause = tx.pauses.active(now).get(scope)
    tx.pauses.resume(scope)
    if pause is None:
        return []
    over = replace(pause, until=now)
    due = (post for post in tx.posts.list((State.APPROVED,), due_by=now) if _missed(post, over))
    return _swept(tx, due, Verb.RECALL, State.HELD, "paused when it fell due", now)


def _missed(post: Post, pause: Pause) -> bool:
    """Tell whether a post fell due in a pause that is over."""
    end, due_at, since = pause.until, post.due_at, post.approved_at
    return (
        covers((pause.scope,), post.site, post.channel)
        and end is not None
        and due_at is not None
        and pause.at <= due_at < end
        and (since is None or since < end)
    )


def _swept(
    tx: Tx, posts: Iterable[Post], verb: Verb, to: State, reason: str, now: datetime
) -> list[Post]:
    """Change posts that nobody else changes at this moment."""
    swept = []
    for post in posts:
        with suppress(TransitionError):
            done = tx.posts.change(post, verb, to, who="clock", reason=reason, now=now, due_at=None)
            swept.append(done)
    return swept


def covers(scopes: Iterable[str], site: str, channel: str) -> bool:
    """Tell whether one of the paused scopes (“*”, site, site/channel) holds the channel."""
    return bool({"*", site, f"{site}/{channel}"} & set(scopes))


def next_slot(tx: Tx, post: Post, rules: Rules, now: datetime) -> datetime | None:
    """Find the slot of a post that missed its own; None where it is too old before one is free.

    A time that a person gave is bound by no window and no daily limit; by spacing it is.
    """
    if post.expires_at is None:
        rules = replace(rules, windows=Windows(), daily_limit=None)
    return _slot(tx, post.site, post.channel, rules, now, post.expires_at, missed=post.due_at)


def _slot(
    tx: Tx,
    site: str,
    channel: str,
    rules: Rules,
    now: datetime,
    latest: datetime | None,
    *,
    missed: datetime | None = None,
) -> datetime | None:
    before = max(SLOT_SIGHT, rules.spacing)
    taken = list(tx.posts.taken(site, channel, now - before, now + timedelta(days=61)))
    if missed in taken:
        taken.remove(missed)
    return schedule.next_slot(
        now,
        windows=rules.windows,
        zone=rules.zone,
        spacing=rules.spacing,
        daily_limit=rules.daily_limit,
        taken=taken,
        latest=latest,
    )


def _later(
    judge: Judge | None, teaser: Teaser, slot_at: datetime | None, told: Iterable[Problem]
) -> tuple[Problem, ...]:
    """Find what the slot alone makes a problem."""
    if judge is None or slot_at is None:
        return ()
    codes = {problem.code for problem in (*told, *judge(teaser, None))}
    return tuple(each for each in judge(teaser, slot_at) if each.code not in codes)


def _approve(
    tx: Tx,
    post: Post,
    found: Iterable[Problem],
    *,
    due_at: datetime,
    who: str,
    now: datetime,
    reason: str = "",
    **columns: datetime | None,
) -> Post:
    when = f"for {due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return tx.posts.change(
        post,
        Verb.APPROVE,
        State.APPROVED,
        who=who,
        reason=f"{reason}, {when}" if reason else when,
        now=now,
        due_at=due_at,
        approved_at=now,
        approved_by=who,
        frozen_hash=seal(post.teaser),
        problems=(*post.problems, *found),
        **columns,
    )
