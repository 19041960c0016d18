"""What an editor does to a post: each step one arrow, one name, and nobody overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import queue, review
from bot.errors import TransitionError, UsageError
from bot.model import Media, Post, Problem, State, Teaser
from bot.store import Store

Hold = Callable[..., Any]
MakeRules = Callable[..., queue.Rules]

LONG = Problem("text-too-long", "The text is too long.", blocking=True)


def no_fault(teaser: Teaser, slot_at: datetime | None) -> list[Problem]:
    return []


def judge(teaser: Teaser, slot_at: datetime | None) -> list[Problem]:
    return [LONG] if len(teaser.text) > 50 else []


def test_an_edit_takes_the_approval_back_and_judges_anew(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = hold()
    review.approve(store, post.id, rules(), who="mia", now=now)
    edited = review.edit(store, post.id, judge, who="ana", now=now, text="word " * 20)
    assert (edited.state, edited.due_at) == (State.HELD, None)
    assert edited.problems == (LONG,)
    with pytest.raises(UsageError, match="too long"):
        review.approve(store, post.id, rules(), who="mia", now=now)
    mended = review.edit(store, post.id, judge, who="ana", now=now, text="Shorter.", title="New")
    assert mended.problems == ()
    assert (mended.teaser.text, mended.teaser.title) == ("Shorter.", "New")
    assert review.approve(store, post.id, rules(), who="mia", now=now).frozen_hash


def test_of_two_editors_neither_overwrites_the_other(
    store: Store, hold: Hold, now: datetime
) -> None:
    seen = hold()
    first = review.edit(
        store, seen.id, no_fault, who="mia", now=now, text="Mine.", version=seen.version
    )
    with pytest.raises(TransitionError, match="somebody else"):
        review.edit(
            store, seen.id, no_fault, who="ana", now=now, text="Hers.", version=seen.version
        )
    with store.read() as tx:
        assert tx.posts.get(seen.id) == first


def test_a_picture_and_its_description_can_be_replaced(
    store: Store, hold: Hold, now: datetime, tmp_path: Path
) -> None:
    post = hold()
    described = review.edit(store, post.id, no_fault, who="mia", now=now, alt="Two cranes.")
    assert described.teaser.media[0].alt == "Two cranes."
    assert described.teaser.media[0].sha256 == post.teaser.media[0].sha256
    other = Media("image", path="/m/x.png", sha256="ef")
    swapped = review.edit(store, post.id, no_fault, who="mia", now=now, media=(other,))
    assert swapped.teaser.media == (other,)
    review.edit(store, post.id, no_fault, who="mia", now=now, media=())
    with pytest.raises(UsageError, match="no picture"):
        review.edit(store, post.id, no_fault, who="mia", now=now, alt="Nothing.")


def test_reject_and_reopen_give_a_fresh_age(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = hold()
    rejected = review.reject(store, post.id, "said already", who="mia", now=now)
    assert (rejected.state, rejected.reason) == (State.REJECTED, "said already")
    later = now + timedelta(days=3)
    back = review.reopen(store, post.id, rules(), who="mia", now=later)
    assert (back.state, back.expires_at) == (State.HELD, later + timedelta(hours=24))
    with store.read() as tx:
        assert [row.who for row in tx.posts.log(post.id)] == ["poll", "mia", "mia"]


def test_unapprove_frees_the_slot(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    one = rules(daily_limit=1)
    post = hold()
    review.approve(store, post.id, one, who="mia", now=now)
    back = review.unapprove(store, post.id, who="mia", now=now)
    assert (back.state, back.due_at) == (State.HELD, None)
    assert review.approve(store, hold().id, one, who="mia", now=now).due_at == now


def test_move_overrides_windows_and_age(store: Store, hold: Hold, now: datetime) -> None:
    post = hold()
    at = now + timedelta(days=9)
    moved = review.move(store, post.id, at, who="mia", now=now)
    assert (moved.state, moved.due_at, moved.expires_at) == (State.HELD, at, None)
    review.reject(store, post.id, "no", who="mia", now=now)
    with pytest.raises(TransitionError, match="rejected"):
        review.move(store, post.id, at, who="mia", now=now)


STEPS: dict[str, Callable[[Store, int, queue.Rules, datetime], Post]] = {
    "unapprove": lambda store, post, rules, now: review.unapprove(store, post, who="m", now=now),
    "reopen": lambda store, post, rules, now: review.reopen(store, post, rules, who="m", now=now),
    "unknown post": lambda store, post, rules, now: review.reject(store, 99, "", who="m", now=now),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_not_allowed_changes_nothing(
    store: Store, hold: Hold, rules: MakeRules, now: datetime, step: str
) -> None:
    post = hold()
    with pytest.raises(UsageError):
        STEPS[step](store, post.id, rules(), now)
    with store.read() as tx:
        assert tx.posts.get(post.id) == post
        assert len(tx.posts.log(post.id)) == 1


def test_what_approve_all_takes_and_what_needs_a_person(
    store: Store, hold: Hold, rules: MakeRules, made: queue.Made, now: datetime
) -> None:
    plain = hold()
    noted = hold(made=queue.Made(made.teaser, (Problem("headline-cut", "Cut."),), ()))
    blocked = hold(made=queue.Made(made.teaser, (LONG,), ()))
    assert [review.approvable(post) for post in (plain, noted, blocked)] == [True, False, False]
    assert not review.needs_person(plain, reviewed=True)
    assert review.needs_person(plain, reviewed=False), "nobody looks there: it would lie for ever"
    assert review.needs_person(blocked, reviewed=True)
    approved = review.approve(store, plain.id, rules(), who="mia", now=now)
    assert not review.approvable(approved)
    assert not review.needs_person(approved, reviewed=False)


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_video_in_the_making_needs_nobody(
    hold: Hold, made: queue.Made, *, reviewed: bool
) -> None:
    waits = Problem("video-waiting", "Its video is still to be made.", blocking=True)
    film = replace(made.teaser, media=(Media("video", placeholder=True),))
    held = hold(made=queue.Made(film, (waits,), ()))
    assert not review.needs_person(held, reviewed=reviewed)
    assert review.needs_person(replace(held, problems=(waits, LONG)), reviewed=reviewed)
    failed = Problem(queue.VIDEO_FAILED, "The video could not be made.", blocking=True)
    assert review.needs_person(replace(held, problems=(failed,)), reviewed=reviewed)


def test_whoever_saw_an_older_post_changes_nothing(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    seen = hold()
    review.edit(store, seen.id, no_fault, who="mia", now=now, text="Mine.")
    how: dict[str, Any] = {"who": "ana", "now": now, "version": seen.version}
    steps: list[Callable[[], Post]] = [
        lambda: review.approve(store, seen.id, rules(), **how),
        lambda: review.unapprove(store, seen.id, **how),
        lambda: review.reject(store, seen.id, "", **how),
        lambda: review.reopen(store, seen.id, rules(), **how),
        lambda: review.move(store, seen.id, now, **how),
        lambda: review.settle(store, seen.id, published_at=None, **how),
    ]
    for step in steps:
        with pytest.raises(TransitionError, match="somebody else"):
            step()
    with store.read() as tx:
        assert len(tx.posts.log(seen.id)) == 2


def test_where_two_shall_look_nobody_approves_their_own_words(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = hold()
    how: dict[str, Any] = {"now": now, "second_look": True}
    review.edit(store, post.id, no_fault, who="mia", now=now, text="Mine.")
    with pytest.raises(UsageError, match="who wrote its words"):
        review.approve(store, post.id, rules(), who="mia", **how)
    review.move(store, post.id, now + timedelta(hours=1), who="ana", now=now)  # changes no word
    review.approve(store, post.id, rules(), who="ana", **how)
    review.edit(store, post.id, no_fault, who="ana", now=now, text="Hers.")
    assert review.approve(store, post.id, rules(), who="mia", **how).approved_by == "mia"


def test_a_post_made_by_hand_has_an_author_too(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = hold(who="mia")
    with pytest.raises(UsageError, match="who wrote its words"):
        review.approve(store, post.id, rules(), who="mia", now=now, second_look=True)


def test_what_a_post_said_before_is_kept(store: Store, hold: Hold, now: datetime) -> None:
    seen = hold()
    first = review.edit(store, seen.id, no_fault, who="mia", now=now, text="One.")
    moved = review.move(store, seen.id, now + timedelta(hours=1), who="mia", now=now)
    review.edit(store, seen.id, no_fault, who="ana", now=now, text="Two.")
    with store.read() as tx:
        drafts = tx.drafts.of(seen.id)
        assert [(each.teaser.text, each.who) for each in drafts] == [
            (seen.teaser.text, "mia"),
            ("One.", "ana"),
        ]
        assert tx.drafts.at(seen.id, seen.version) == drafts[0]
        assert tx.drafts.at(seen.id, first.version) == drafts[1]  # a move leaves the words
        assert tx.drafts.at(seen.id, moved.version + 1) is None
