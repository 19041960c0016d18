from __future__ import annotations

from datetime import datetime

import pytest
from outboxes import MINUTE, Clock, Make, turned

from bot.errors import TransitionError
from bot.model import Post, State
from bot.store import Store, Tx

AGAIN = ("thumbnail",)


@pytest.fixture
def clock(store: Store) -> Clock:
    return turned(store)


def published(tx: Tx, make_post: Make) -> Post:
    return make_post(tx, State.PUBLISHED, remote_id="77")


def test_steps_are_taken_in_order_and_each_by_one(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = published(tx, make_post)
        first = tx.followups.add(post.id, "comment", who="outbox", now=now)
        second = tx.followups.add(post.id, "thumbnail", who="outbox", now=now)
        assert (first.state, first.tries, first.who, first.at) == ("due", 0, "outbox", now)
        one, two = (tx.followups.take(now, MINUTE) for _ in range(2))
        assert one is not None
        assert two is not None
        assert (one.id, one.state, one.tries) == (first.id, "doing", 1)
        assert two.id == second.id
        assert tx.followups.take(now, MINUTE) is None
        done = tx.followups.settle(one, "done", "", now + MINUTE)
        assert (done.state, done.at) == ("done", now + MINUTE)
        assert [step.state for step in tx.followups.of(post.id)] == ["done", "doing"]
        assert [step.id for step in tx.followups.open()] == [second.id]


def test_a_step_that_failed_waits_for_its_time(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        tx.followups.add(published(tx, make_post).id, "comment", who="outbox", now=now)
        step = tx.followups.take(now, MINUTE)
        assert step is not None
        step = tx.followups.settle(step, "due", "busy", now, now + MINUTE)
        assert (step.reason, step.not_before) == ("busy", now + MINUTE)
        assert tx.followups.take(now, MINUTE) is None
        again = tx.followups.take(now + MINUTE, MINUTE)
        assert again is not None
        assert again.tries == 2


def test_a_step_that_was_cut_short_is_repeated_only_where_that_harms_nothing(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = published(tx, make_post)
        for name in ("comment", "thumbnail"):
            tx.followups.add(post.id, name, who="outbox", now=now)
        comment = tx.followups.take(now, MINUTE, repeatable=AGAIN)
        thumbnail = tx.followups.take(now, MINUTE, repeatable=AGAIN)
        assert comment is not None
        assert thumbnail is not None
        assert tx.followups.take(now, MINUTE, repeatable=AGAIN) is None
        clock.go(MINUTE)
        again = tx.followups.take(now, MINUTE, repeatable=AGAIN)
        assert again is not None
        assert (again.id, again.tries) == (thumbnail.id, 2)
        assert tx.followups.take(now, MINUTE, repeatable=AGAIN) is None
        left = tx.followups.of(post.id)[0]
        assert (left.state, left.reason) == (
            "unknown",
            "it was cut short: look whether it was done",
        )
        # Whoever was late says so after all; not where somebody else has taken it up.
        assert tx.followups.settle(comment, "done", "", now).state == "done"
        with pytest.raises(TransitionError, match="taken up by somebody else"):
            tx.followups.settle(thumbnail, "failed", "", now)
        clock.restart()
        assert tx.followups.take(now, MINUTE, repeatable=AGAIN) is not None


def test_extras_wait_for_their_channel_and_deletions_do_not(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = published(tx, make_post)
        tx.followups.add(post.id, "comment", who="outbox", now=now)
        tx.pauses.pause("harbour", who="ana", now=now)
        assert tx.followups.take(now, MINUTE) is None
        deletion = tx.followups.add(post.id, "delete", who="ana", now=now)
        taken = tx.followups.take(now, MINUTE)
        assert taken is not None
        assert taken.id == deletion.id
        tx.pauses.resume("harbour")
        tx.rests.rest("harbour/twitter", now + MINUTE, "rate limit")
        assert tx.followups.take(now, MINUTE) is None
        assert tx.followups.take(now + MINUTE, MINUTE) is not None


def test_whoever_adds_a_step_may_take_it_at_once(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = published(tx, make_post)
        step = tx.followups.add(post.id, "delete", who="ana", now=now, hold_for=MINUTE)
        assert (step.state, step.tries) == ("doing", 1)
        assert tx.followups.take(now, MINUTE, repeatable=("delete",)) is None
        clock.go(MINUTE)  # its process died
        assert tx.followups.take(now, MINUTE, repeatable=("delete",)) is not None


@pytest.mark.parametrize("state", ["done", "due"])
def test_a_person_decides_what_failed_and_all_that_is_like_it(
    store: Store, now: datetime, make_post: Make, state: str
) -> None:
    with store.write() as tx:
        post = published(tx, make_post)
        steps = []
        for name in ("delete", "delete", "comment"):
            step = tx.followups.add(post.id, name, who="outbox", now=now, hold_for=MINUTE)
            steps.append(tx.followups.settle(step, "failed", "No.", now, now + MINUTE).id)
        said = {"who": "ines", "reason": "I looked.", "now": now + MINUTE}
        assert tx.followups.decide(steps[1], state, **said) == post.id
        first, second, third = tx.followups.of(post.id)
        assert (first.state, second.state, third.state) == ("done", state, "failed")
        assert (second.who, second.reason, second.tries) == ("ines", "I looked.", 0)
        assert (second.at, second.not_before) == (now + MINUTE, None)
        with pytest.raises(TransitionError, match="settled meanwhile"):
            tx.followups.decide(steps[1], state, **said)
