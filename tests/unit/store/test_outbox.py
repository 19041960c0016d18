from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from outboxes import LEASE, MINUTE, REST, Clock, Make, X, leased, row, settled, taken, turned
from sqlalchemy import event, select, text

from bot.errors import StoreError, TransitionError
from bot.model import (
    Absent,
    Attempt,
    Blocked,
    Channel,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Teaser,
    Unknown,
    Verb,
    Waiting,
)
from bot.store import Store, open_store
from bot.store._connect import is_sqlite
from bot.store._schema import instance


@pytest.fixture
def clock(store: Store) -> Clock:
    return turned(store)


# ---------------------------------------------------------------------- taking


def test_the_earliest_due_post_is_taken_first_and_only_once(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        late = make_post(tx, State.APPROVED, due_at=now - MINUTE)
        early = make_post(tx, State.APPROVED, due_at=now - 2 * MINUTE)
        make_post(tx, State.APPROVED, due_at=now + MINUTE)
        make_post(tx, State.APPROVED, due_at=now - MINUTE, not_before=now + MINUTE)
        make_post(tx, State.HELD, due_at=now - MINUTE)
        make_post(tx, State.WAITING, due_at=now - MINUTE, check_at=now + MINUTE)
        begun = make_post(tx, State.WAITING, due_at=now, check_at=now)
        assert [post.id for post in tx.outbox.due(now)] == [early.id, late.id, begun.id]
        assert [post.id for post in tx.outbox.due(now, 1)] == [early.id]
        # What the platform works on already goes before what is not begun.
        assert [taken(tx, now) for _ in range(4)] == [begun.id, early.id, late.id, None]


def test_a_claim_changes_neither_state_nor_version_and_ends(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        assert tx.outbox.take(now, MINUTE) == post
        assert taken(tx, now + timedelta(days=1)) is None  # the wall clock frees nothing
        clock.go(MINUTE)
        assert taken(tx, now) == post.id
        clock.restart()  # its holder died with the machine
        assert taken(tx, now) == post.id
        assert taken(tx, now) is None
        tx.outbox.free(post)
        assert taken(tx, now) == post.id


def test_skipped_and_resting_channels_hold_nothing_up(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        first = make_post(tx, State.APPROVED, due_at=now - MINUTE)
        page = Channel("harbour", "facebook", "facebook", "harbourpost")
        other = tx.posts.hold(first.article_id, page, Teaser("x"), who="poll", now=now)
        assert other is not None
        approve: dict[str, Any] = {"due_at": now, "who": "ana", "now": now}
        tx.posts.change(other, Verb.APPROVE, State.APPROVED, **approve)

        def next_one(**how: Any) -> int | None:
            found = tx.outbox.take(now, MINUTE, **how)
            if found is not None:
                tx.outbox.free(found)
            return found and found.id

        assert next_one() == first.id
        assert next_one(skip={X}) == other.id
        assert next_one(skip={X, "harbour/facebook"}) is None
        tx.rests.rest(X, now + MINUTE, "rate limit")
        assert next_one() == other.id
        tx.rests.rest("harbour/facebook", now, "over already")
        assert next_one() == other.id
        tx.rests.lift(X)
        assert next_one() == first.id


def test_a_paused_channel_is_neither_taken_nor_leased(
    store: Store, now: datetime, make_post: Make
) -> None:
    later = now + MINUTE
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        for scope, until in (("*", None), ("harbour", later), (X, None)):
            assert tx.outbox.take(now, MINUTE) == post
            tx.pauses.pause(scope, until=until, who="ana", now=now)
            assert len(tx.outbox.due(now)) == 1
            assert tx.outbox.lease(post, now, LEASE) is None, scope
            assert tx.posts.get(post.id) == post
            assert taken(tx, now) is None, scope
            tx.pauses.resume(scope)  # and the claim was given back
        for scope, until in (("*", now), ("harbour/face", None), ("quay", None), ("twitter", None)):
            tx.pauses.pause(scope, until=until, who="ana", now=now)
        assert taken(tx, now) == post.id
        leased(tx, post, now)


def test_a_pause_waits_for_the_leases_under_way(
    store: Store, now: datetime, make_post: Make
) -> None:
    """A pause that is committed has stopped whatever was not leased before it."""
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)

    def pause() -> None:
        with store.write() as tx:
            tx.pauses.pause("*", who="ana", now=now)
        done.set()

    done = threading.Event()
    other = threading.Thread(target=pause)
    with store.write() as tx:
        leased(tx, post, now)
        other.start()
        assert not done.wait(0.1)
    other.join(timeout=10)
    assert done.is_set()


def test_the_index_gives_the_next_post_without_sorting(
    store: Store, now: datetime, make_post: Make
) -> None:
    said: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    with store.write() as tx:
        db = tx.posts._db
        make_post(tx, State.APPROVED, due_at=now)
        event.listen(db, "before_cursor_execute", note)
        assert taken(tx, now) is not None
        event.remove(db, "before_cursor_execute", note)
        claims = [each for each in said if each[0].startswith("UPDATE posts")]
        assert len(claims) == 2
        explain = "EXPLAIN QUERY PLAN "
        if db.dialect.name == "postgresql":
            explain = "EXPLAIN "
            db.execute(text("SET LOCAL enable_seqscan = off"))
            db.execute(text("SET LOCAL enable_bitmapscan = off"))
        for statement, parameters in claims:
            plan = str(db.exec_driver_sql(explain + statement, parameters).all())
            assert "ix_posts_state_due_at" in plan
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan


# --------------------------------------------------------------------- leasing


def test_a_lease_opens_an_attempt_under_a_new_token(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        assert (post.state, post.token) == (State.SENDING, 1)
        assert tx.outbox.attempts(post.id) == (Attempt(post.id, 1, now),)
        post = settled(tx, post, Retry("the connection was refused"), now + MINUTE)
        again = leased(tx, post, now + MINUTE)
        assert again.token == 2
        assert tx.outbox.attempts(post.id) == (
            Attempt(post.id, 1, now, now + MINUTE, "retry", "the connection was refused"),
            Attempt(post.id, 2, now + MINUTE),
        )
        leases = tx.posts._db.execute(select(instance.c.count)).scalar_one()
        assert leases == (2 if is_sqlite(tx.posts._db) else 0)  # a witness there keeps count


def test_an_editor_is_quicker_than_a_lease(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        claimed = tx.outbox.take(now, MINUTE)
        assert claimed is not None
        moved = tx.posts.set_due(post, now - MINUTE, who="ana", now=now)
        with pytest.raises(TransitionError, match="changed by somebody else"):
            tx.outbox.lease(claimed, now, LEASE)
        with pytest.raises(TransitionError, match="changed by somebody else"):
            tx.outbox.put_off(claimed, now + MINUTE, "the site is down", now)
        assert tx.outbox.attempts(post.id) == ()
        assert tx.outbox.take(now, MINUTE) == moved  # what she changed is nobody's


def test_of_two_who_took_the_same_post_one_leases_it(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        slow = tx.outbox.take(now, MINUTE)
        clock.go(MINUTE)
        quick = tx.outbox.take(now, MINUTE)
        assert slow is not None
        assert quick is not None
        leased(tx, quick, now)
        with pytest.raises(TransitionError, match="is now sending"):
            tx.outbox.lease(slow, now, LEASE)
        tx.outbox.free(slow)  # what went on is not given back
        clock.go(LEASE - timedelta(seconds=1))
        assert tx.outbox.lapse(now, quarantine=REST) == ()


def test_what_is_put_off_shows_why_and_is_no_transition(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        for state in (State.APPROVED, State.WAITING):
            post = make_post(tx, state, due_at=now, check_at=now)
            assert taken(tx, now) == post.id
            later = tx.outbox.put_off(post, now + MINUTE, "the site is down", now)
            assert (later.state, later.version) == (state, post.version)
            assert later.reason == "the site is down"
            assert taken(tx, now) is None
            assert taken(tx, now + MINUTE) == post.id
            assert len(tx.posts.log(post.id)) == 1


# -------------------------------------------------------------------- settling


SETTLED = (
    (Published("77", "https://x.com/harbour_post/status/77"), State.PUBLISHED, Verb.SETTLE, 15),
    (Waiting({"container": "9"}), State.WAITING, Verb.SETTLE, 15),
    (Retry("busy"), State.APPROVED, Verb.SETTLE, 0),
    (Refused("too long"), State.REFUSED, Verb.SETTLE, 0),
    (Blocked("the token has expired"), State.APPROVED, Verb.BLOCK, 0),
    (Unknown("the answer was lost"), State.UNKNOWN, Verb.SETTLE, 15),
)


def test_every_outcome_settles_the_post(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        for outcome, state, verb, cost in SETTLED:
            post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now, cost=15)
            after = settled(tx, post, outcome, now)
            last = tx.posts.log(post.id)[-1]
            (attempt,) = tx.outbox.attempts(post.id)
            assert (after.state, last.verb, last.who) == (state, verb, "outbox")
            assert after.reason == getattr(outcome, "reason", after.reason)
            assert (attempt.ended_at, attempt.outcome) == (now, type(outcome).__name__.lower())
            assert row(tx, post, "cost") == (cost,)
        assert tx.outbox.spent("harbour", "twitter", now - MINUTE) == 45


def test_what_a_platform_said_is_kept(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now, cost=15)
        post = settled(tx, post, Waiting({"container": "9"}, now + MINUTE), now)
        assert (tx.outbox.resume(post), post.check_at) == ({"container": "9"}, now + MINUTE)
        assert taken(tx, now) is None
        assert taken(tx, now + MINUTE) == post.id
        post = leased(tx, post, now + MINUTE)
        assert (tx.outbox.resume(post), post.check_at) == ({"container": "9"}, None)
        assert row(tx, post, "cost") == (15,)  # of the first step
        post = settled(tx, post, Retry("busy", now + 5 * MINUTE), now)
        assert (tx.outbox.resume(post), post.not_before) == ({"container": "9"}, now + 5 * MINUTE)
        post = leased(tx, post, now + 5 * MINUTE)
        post = settled(tx, post, Published("77", "https://x.example/77"), now)
        assert (post.remote_id, post.remote_url) == ("77", "https://x.example/77")
        assert tx.outbox.resume(post) is None


def test_what_the_steps_made_is_sealed(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        settled(tx, post, Waiting({"session": "https://upload.example/secret"}), now)
        (kept,) = row(tx, post, "resume")
    assert "secret" not in kept
    assert "upload" not in kept
    other = open_store(store._engine.url.render_as_string(False), key=b"A" * 43 + b"=")
    with other, other.read() as tx, pytest.raises(StoreError, match="does not open"):
        tx.outbox.resume(post)


def test_an_edit_throws_away_what_was_made_of_the_old_words(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        post = settled(tx, post, Waiting({"container": "9"}), now)
        post = settled(tx, leased(tx, post, now), Retry("busy", now + MINUTE), now)
        post = tx.posts.change(
            post, Verb.EDIT, State.HELD, who="ana", now=now, teaser=Teaser("other")
        )
        assert tx.outbox.resume(post) is None
        assert post.not_before is None


def test_what_follows_a_published_post_is_noted_with_it(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        extras = ("thumbnail", "playlist", "thumbnail")
        settled(tx, post, Published("77", "u", extras), now)
        steps = tx.followups.of(post.id)
    assert [(step.name, step.state, step.who) for step in steps] == [
        ("thumbnail", "due", "outbox"),
        ("playlist", "due", "outbox"),
    ]


def test_a_channel_that_must_be_left_alone_rests(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        for rests in ("channel", "credential"):
            post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
            settled(tx, post, Retry("rate limit", now + 5 * MINUTE, rests), now)
            rest = tx.rests.active(now)[X]
            assert (rest.until, rest.reason) == (now + 5 * MINUTE, "rate limit")
            tx.rests.lift(X)
        settled(tx, leased(tx, tx.posts.get(1), now), Retry("no time", None, "channel"), now)
        assert taken(tx, now + 4 * MINUTE) is None
        assert taken(tx, now + 5 * MINUTE) is not None


def test_a_post_that_rests_alone_stops_no_other(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now - MINUTE), now)
        other = make_post(tx, State.APPROVED, due_at=now)
        settled(tx, post, Retry("busy", now + 5 * MINUTE), now)
        assert tx.rests.active(now) == {}
        assert [taken(tx, now), taken(tx, now)] == [other.id, None]


def test_a_blocked_channel_rests_longer_each_time_until_it_is_proven(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        ends = [now]
        for _ in range(8):
            post = settled(tx, leased(tx, post, ends[-1]), Blocked("no token"), ends[-1])
            assert post.reason == "no token"
            ends.append(tx.rests.active(ends[-1])[X].until)
        pauses = [(end - begin) / MINUTE for begin, end in pairwise(ends)]
        assert pauses == [5, 10, 20, 40, 80, 160, 320, 360]
        standing = tx.accounts.get("harbour", "twitter")
        assert standing is not None
        assert (standing.blocked, standing.blocked_at) == ("no token", now)


def test_an_answer_under_an_old_token_changes_nothing(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        first = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        second = leased(tx, settled(tx, first, Retry("busy"), now), now)
    with pytest.raises(TransitionError, match="changed by somebody else"), store.write() as tx:
        settled(tx, first, Published("77", "u", ("comment",)), now)
    with store.read() as tx:
        assert tx.posts.get(first.id) == second
        assert [attempt.outcome for attempt in tx.outbox.attempts(first.id)] == ["retry", ""]
        assert tx.followups.of(first.id) == ()


def test_an_answer_after_the_lapse_changes_nothing(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        clock.go(LEASE)
        (lapsed,) = tx.outbox.lapse(now, quarantine=REST)
    with pytest.raises(TransitionError, match="is now unknown"), store.write() as tx:
        settled(tx, post, Retry("busy"), now)
    with store.read() as tx:
        assert tx.posts.get(post.id) == lapsed


def test_an_answer_before_the_lapse_counts_though_the_lease_is_over(
    store: Store, now: datetime, make_post: Make, clock: Clock
) -> None:
    with store.write() as tx:
        post = leased(tx, make_post(tx, State.APPROVED, due_at=now), now)
        clock.go(LEASE)
        assert settled(tx, post, Published("77"), now).state is State.PUBLISHED
        assert tx.outbox.lapse(now, quarantine=REST) == ()


def test_absence_does_not_settle_a_sending(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="found by looking"):
        settled(tx, make_post(tx, State.SENDING), Absent(proven=True), now)


def test_money_is_counted_where_it_was_or_may_be_spent(
    store: Store, now: datetime, make_post: Make
) -> None:
    month = now - timedelta(days=21)
    with store.write() as tx:
        for state, columns in (
            (State.PUBLISHED, {"cost": 1, "published_at": now}),
            (State.DELETED, {"cost": 10, "published_at": month}),
            (State.PUBLISHED, {"cost": 1000, "published_at": month - MINUTE}),
            (State.UNKNOWN, {"cost": 100}),
            (State.NEEDS_PERSON, {"cost": 200}),
            (State.APPROVED, {"cost": 10_000}),
        ):
            make_post(tx, state, due_at=month - MINUTE, **columns)
        assert tx.outbox.spent("harbour", "twitter", month) == 311
        assert tx.outbox.spent("harbour", "facebook", month) == 0


def test_of_two_who_ask_for_the_money_the_second_sees_what_the_first_spends(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        posts = [make_post(tx, State.APPROVED, due_at=now) for _ in range(2)]
    ready, seen = threading.Barrier(2), []

    def spend(post: Post) -> None:
        ready.wait()
        with store.write() as tx:
            seen.append(tx.outbox.spent("harbour", "twitter", now - MINUTE, alone=True))
            time.sleep(0.05)
            leased(tx, post, now, cost=200)

    threads = [threading.Thread(target=spend, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen == [0, 200]


# ----------------------------------------------------- crashes, other processes


def test_a_step_costs_few_statements(store: Store, now: datetime, make_post: Make) -> None:
    """SQLAlchemy's share of each is what a step costs us; times would tell of the machine."""
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
    said: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *said_: said.append(said_[2]))
    with store.write() as tx:
        post = tx.outbox.take(now, MINUTE)
        assert post is not None
    with store.write() as tx:
        post = leased(tx, post, now)
    with store.write() as tx:
        settled(tx, post, Published("77"), now)
    ours = [each for each in said if each.startswith(("SELECT", "UPDATE", "INSERT", "LOCK"))]
    assert len(ours) <= 16, ours


def test_a_kill_after_the_lease_leaves_a_post_that_is_not_sent_again(
    url: str, now: datetime, make_post: Make, start: Callable[..., subprocess.Popen[str]]
) -> None:
    source = """if True:
        import sys, time
        from datetime import datetime, timedelta
        from bot.store import open_store
        now, minute = datetime.fromisoformat(sys.argv[2]), timedelta(minutes=1)
        with open_store(sys.argv[1]) as store:
            with store.write() as tx:
                tx.outbox.lease(tx.outbox.take(now, minute), now, 2 * minute)
            print("ready", flush=True)
            time.sleep(60)
    """
    with open_store(url) as store:
        with store.write() as tx:
            post = make_post(tx, State.APPROVED, due_at=now)
        process = start(source, url, now.isoformat())
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        with store.write() as tx:
            assert tx.posts.get(post.id).state is State.SENDING
            assert tx.outbox.attempts(post.id) == (Attempt(post.id, 1, now),)
            assert taken(tx, now + timedelta(days=1)) is None
            assert tx.outbox.lapse(now + timedelta(days=1), quarantine=REST) == ()


RACE = """if True:
    import sys
    from datetime import datetime, timedelta
    from bot.model import Article, Published
    from bot.store import open_store
    now, minute = datetime.fromisoformat(sys.argv[2]), timedelta(minutes=1)
    with open_store(sys.argv[1], busy_timeout=timedelta(seconds=20)) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(12):
            article = Article(url=f"https://quay.example/{number}/", headline="x")
            with store.write() as tx:
                if tx.articles.add("quay", article, [("url", article.url)], now=now).new:
                    print("article", number)
        while True:
            with store.write() as tx:
                post = tx.outbox.take(now, minute)
            if post is None:
                break
            with store.write() as tx:
                post = tx.outbox.lease(post, now, 2 * minute)
            with store.write() as tx:
                tx.outbox.settle(post, Published(str(post.id)), now, quarantine=minute)
            print("post", post.id)
"""


def test_two_processes_share_the_work_and_do_nothing_twice(
    url: str, now: datetime, make_post: Make, start: Callable[..., subprocess.Popen[str]]
) -> None:
    with open_store(url) as store:
        with store.write() as tx:
            numbers = [make_post(tx, State.APPROVED, due_at=now).id for _ in range(12)]
        processes = [start(RACE, url, now.isoformat()) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        done: Counter[str] = Counter()
        for process in processes:
            out, err = process.communicate(timeout=40)
            assert process.returncode == 0, err
            done.update(out.splitlines())
        expected = [f"post {number}" for number in numbers]
        expected += [f"article {number}" for number in range(12)]
        assert done == Counter(expected)
        with store.read() as tx:
            assert tx.posts.counts() == {State.PUBLISHED: 12}
            assert all(tx.posts.get(number).token == 1 for number in numbers)
