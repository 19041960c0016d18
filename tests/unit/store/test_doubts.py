from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from outboxes import LEASE, MINUTE, REST, Clock, Make, leased, row, settled, taken, turned

from bot.errors import TransitionError
from bot.model import Absent, Outcome, Post, Published, Retry, State, Trace, Unknown, Verb, Waiting
from bot.store import Store, Tx

DAY = timedelta(days=1)


@pytest.fixture
def clock(store: Store) -> Clock:
    return turned(store)


@pytest.fixture
def doubt(store: Store, now: datetime, make_post: Make) -> Callable[..., Post]:
    """A post that was sent, and nobody saw what became of it."""

    def make(tx: Tx) -> Post:
        post = make_post(tx, State.APPROVED, due_at=now, expires_at=now + DAY)
        post = settled(tx, leased(tx, post, now, cost=15), Waiting({"container": "9"}), now)
        post = leased(tx, post, now + MINUTE)
        return settled(tx, post, Unknown("the answer was lost"), now + MINUTE)

    return make


def look(tx: Tx, post: Post, outcome: Outcome, now: datetime, **how: Any) -> Post:
    given: dict[str, Any] = {"rest": REST, "to": None, "reason": "looked for", **how}
    return tx.outbox.look(post, outcome, now, **given)


# --------------------------------------------------------------------- lapsing


def test_a_lease_that_ran_out_leaves_a_doubt(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now, cost=15)
        clock.go(LEASE - timedelta(seconds=1))
        assert tx.outbox.lapse(now + DAY, quarantine=REST) == ()  # whatever the wall clock says
        clock.go(timedelta(seconds=1))
        (lapsed,) = tx.outbox.lapse(now, quarantine=REST)
        assert (lapsed.id, lapsed.state) == (post.id, State.UNKNOWN)
        assert "ran out" in lapsed.reason
        assert row(tx, lapsed, "cost") == (15,)
        assert tx.posts.log(post.id)[-1].verb is Verb.LAPSE
        assert tx.outbox.attempts(post.id)[-1].outcome == "unknown"
        assert tx.outbox.lapse(now, quarantine=REST) == ()
        assert taken(tx, now + DAY) is None  # never sent again unseen
        clock.go(REST - timedelta(seconds=1))
        assert tx.outbox.doubtful(MINUTE) is None
        clock.go(timedelta(seconds=1))
        assert tx.outbox.doubtful(MINUTE) is not None


def test_a_restart_of_the_machine_ends_a_lease_and_begins_a_rest_anew(
    store: Store,
    now: datetime,
    make_post: Make,
    doubt: Callable[..., Post],
    clock: Clock,
) -> None:
    with store.write() as tx:
        resting = doubt(tx)
        sending = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        clock.restart()
        assert tx.outbox.doubtful(MINUTE) is None  # not before the rest began anew
        assert [post.id for post in tx.outbox.lapse(now, quarantine=REST)] == [sending.id]
        clock.go(REST - timedelta(seconds=1))
        assert tx.outbox.lapse(now, quarantine=REST) == ()
        assert tx.outbox.doubtful(MINUTE) is None
        clock.go(timedelta(seconds=1))
        found = {tx.outbox.doubtful(MINUTE), tx.outbox.doubtful(MINUTE)}
        assert {post and post.id for post in found} == {resting.id, sending.id}
        assert tx.outbox.doubtful(MINUTE) is None


def test_a_database_of_an_older_version_has_doubts_without_a_rest(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        make_post(tx, State.UNKNOWN)
        make_post(tx, State.SENDING)
        assert tx.outbox.doubtful(MINUTE) is None
        assert len(tx.outbox.lapse(now, quarantine=REST)) == 1
        clock.go(REST)
        assert [tx.outbox.doubtful(MINUTE) is None for _ in range(3)] == [False, False, True]


# --------------------------------------------------------------------- looking


def test_looks_that_find_nothing_are_counted_and_lie_apart(
    store: Store, now: datetime, doubt: Callable[..., Post], clock: Clock
) -> None:
    with store.write() as tx:
        post = doubt(tx)
        for outcome, looks in (
            (Absent(proven=False), 1),
            (Retry("busy"), 1),
            (Absent(proven=False), 2),
            (Waiting(), 0),
            (Absent(proven=False), 1),
        ):
            assert tx.outbox.doubtful(MINUTE) is None
            clock.go(REST)
            found = tx.outbox.doubtful(MINUTE)
            assert found is not None
            post = look(tx, found, outcome, now)
            assert (post.state, post.reason) == (State.UNKNOWN, "looked for")
            assert tx.outbox.looks(post) == looks
        assert [each.verb for each in tx.posts.log(post.id)].count(Verb.RECONCILE) == 0


def test_a_look_that_took_too_long_does_not_count_beside_another(
    store: Store, now: datetime, doubt: Callable[..., Post], clock: Clock
) -> None:
    with store.write() as tx:
        doubt(tx)
        clock.go(REST)
        slow = tx.outbox.doubtful(MINUTE)
        assert tx.outbox.doubtful(MINUTE) is None
        clock.go(MINUTE)
        quick = tx.outbox.doubtful(MINUTE)
        assert slow is not None
        assert quick is not None
        for to in (None, State.APPROVED, State.PUBLISHED):
            with pytest.raises(TransitionError, match="changed by somebody else"):
                look(tx, slow, Absent(proven=False), now, to=to)
        post = look(tx, quick, Absent(proven=False), now)
        with pytest.raises(TransitionError, match="changed by somebody else"):
            look(tx, quick, Absent(proven=False), now)  # one look a claim
        assert tx.outbox.looks(post) == 1


def test_what_the_database_may_have_forgotten_is_looked_for_since_then(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        tx.pauses.pause("*", until=now - MINUTE, who="ana", now=now - DAY)  # it is over
        post = settled(tx, leased(tx, post, now), Waiting({"picture": "5"}), now)
        how: dict[str, Any] = {"quarantine": REST, "since": now - DAY}
        post = tx.outbox.doubt(post, "the database was restored", now, **how)
        assert (post.state, post.reason) == (State.UNKNOWN, "the database was restored")
        assert tx.outbox.resume(post) is None  # more may have been made of it, and sent
        assert tx.outbox.trace(post).since == now - DAY
        assert tx.posts.log(post.id)[-1].at == now


def test_what_is_found_is_published_with_all_that_follows(
    store: Store, now: datetime, doubt: Callable[..., Post]
) -> None:
    with store.write() as tx:
        found = Published("77", "https://x.example/77", ("comment",))
        post = look(tx, doubt(tx), found, now + DAY, to=State.PUBLISHED, reason="found", cost=2)
        assert (post.state, post.remote_id, post.remote_url) == (
            State.PUBLISHED,
            "77",
            "https://x.example/77",
        )
        assert tx.outbox.resume(post) is None
        assert [step.name for step in tx.followups.of(post.id)] == ["comment"]
        # It went out with the last try, not when it was found.
        assert row(tx, post, "published_at", "cost") == (now + MINUTE, 17)
        last = tx.posts.log(post.id)[-1]
        assert (last.verb, last.after, last.reason) == (Verb.RECONCILE, State.PUBLISHED, "found")


def test_what_is_absent_is_sent_again_from_where_it_was(
    store: Store, now: datetime, doubt: Callable[..., Post]
) -> None:
    with store.write() as tx:
        post = look(tx, doubt(tx), Absent(proven=True), now, to=State.APPROVED, reason="not there")
        assert (post.state, post.reason) == (State.APPROVED, "not there")
        assert tx.outbox.resume(post) == {"container": "9"}
        assert row(tx, post, "cost") == (0,)
        assert taken(tx, now) == post.id
        assert leased(tx, post, now).token == 3
        assert tx.outbox.looks(post) == 0


def test_a_look_writes_to_nothing_that_is_not_in_doubt(
    store: Store, now: datetime, doubt: Callable[..., Post], make_post: Make
) -> None:
    with store.write() as tx:
        sending = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        with pytest.raises(TransitionError, match="is now sending"):
            look(tx, sending, Absent(proven=True), now, to=State.APPROVED)
        post = doubt(tx)
        tx.outbox.decide(post, State.REJECTED, who="ana", reason="gone", now=now)
        with pytest.raises(TransitionError, match="is now rejected"):
            look(tx, post, Published("77"), now, to=State.PUBLISHED)
        assert tx.followups.of(post.id) == ()


def test_where_to_look_is_told(
    store: Store, now: datetime, doubt: Callable[..., Post], make_post: Make
) -> None:
    with store.write() as tx:
        known = look(tx, doubt(tx), Published("70"), now, to=State.PUBLISHED)
        tx.posts.change(known, Verb.DELETE, State.DELETED, who="ana", now=now)
        post = look(tx, doubt(tx), Absent(proven=True), now, to=State.APPROVED)
        post = settled(tx, leased(tx, post, now + DAY), Unknown("lost again"), now + DAY)
        assert tx.outbox.trace(post) == Trace(now, frozenset({"70"}))
        # What went out long before is nothing that a look comes upon.
        late = leased(tx, make_post(tx, State.APPROVED, due_at=now), now + 9 * DAY)
        assert tx.outbox.trace(late) == Trace(now + 9 * DAY)


# -------------------------------------------------------------------- deciding


def test_a_person_says_what_became_of_a_doubt(
    store: Store, now: datetime, doubt: Callable[..., Post]
) -> None:
    said: dict[str, Any] = {"who": "ana", "reason": "I looked", "now": now + DAY}
    with store.write() as tx:
        live = tx.outbox.decide(
            doubt(tx), State.PUBLISHED, remote_id="77", remote_url="https://x.example/77", **said
        )
        assert (live.remote_id, live.remote_url) == ("77", "https://x.example/77")
        assert row(tx, live, "published_at", "cost", "resume") == (now + MINUTE, 15, None)
        rows = [(each.who, each.verb, each.after) for each in tx.posts.log(live.id)[-2:]]
        assert rows == [
            ("ana", Verb.RECONCILE, State.NEEDS_PERSON),
            ("ana", Verb.DECIDE, State.PUBLISHED),
        ]
        again = tx.outbox.decide(doubt(tx), State.APPROVED, **said)
        assert (again.expires_at, row(tx, again, "cost", "resume")) == (None, (0, None))
        assert taken(tx, now) == again.id
        asked = look(tx, doubt(tx), Unknown("two match"), now, to=State.NEEDS_PERSON)
        gone = tx.outbox.decide(asked, State.REJECTED, **said)
        assert (gone.state, gone.due_at, row(tx, gone, "cost")) == (State.REJECTED, None, (0,))


def test_what_was_posted_by_hand_is_published_under_an_attempt_of_its_own(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        tx.pauses.pause("*", who="rui", now=now)  # it is live already
        live = tx.outbox.decide(
            post, State.PUBLISHED, who="ana", reason="live, by hand", now=now, remote_url="u"
        )
        assert (live.state, live.remote_url, live.token) == (State.PUBLISHED, "u", 1)
        assert [(each.who, each.verb) for each in tx.posts.log(post.id)[1:]] == [
            ("ana", Verb.LEASE),
            ("ana", Verb.SETTLE),
        ]
        assert tx.posts.log(post.id)[-1].reason == "live, by hand"
        assert tx.outbox.attempts(post.id)[0].outcome == "published"
        assert row(tx, live, "published_at", "clock_until") == (now, None)


def test_there_is_nothing_to_decide_elsewhere(store: Store, now: datetime, make_post: Make) -> None:
    said: dict[str, Any] = {"who": "ana", "reason": "x", "now": now}
    with store.write() as tx:
        for state in (State.HELD, State.SENDING, State.WAITING, State.PUBLISHED):
            with pytest.raises(TransitionError, match="not possible"):
                tx.outbox.decide(make_post(tx, state), State.PUBLISHED, **said)
        with pytest.raises(TransitionError, match="not possible"):
            tx.outbox.decide(make_post(tx, State.APPROVED), State.REJECTED, **said)
        stale = make_post(tx, State.NEEDS_PERSON)
        tx.outbox.decide(stale, State.APPROVED, **said)
        with pytest.raises(TransitionError, match="changed by somebody else"):
            tx.outbox.decide(stale, State.PUBLISHED, **said)
