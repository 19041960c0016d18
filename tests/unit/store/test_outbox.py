from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.errors import TransitionError
from bot.model import (
    Absent,
    Attempt,
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
from bot.store import Store, open_store

Make = Callable[..., Post]
MINUTE = timedelta(minutes=1)
LEASE = 2 * MINUTE


def test_the_earliest_due_post_is_leased_first_and_only_once(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        late = make_post(tx, State.APPROVED, due_at=now - MINUTE)
        early = make_post(tx, State.APPROVED, due_at=now - 2 * MINUTE)
        make_post(tx, State.APPROVED, due_at=now + MINUTE)
        make_post(tx, State.APPROVED, due_at=now - MINUTE, not_before=now + MINUTE)
        make_post(tx, State.HELD, due_at=now - MINUTE)
        make_post(tx, State.WAITING, due_at=now - MINUTE, check_at=now + MINUTE)
        waiting = make_post(tx, State.WAITING, due_at=now, check_at=now)
        assert [post.id for post in tx.outbox.due(now)] == [early.id, late.id, waiting.id]
        assert [post.id for post in tx.outbox.due(now, 1)] == [early.id]
        leased = [tx.outbox.lease(now, LEASE) for _ in range(4)]
    assert [post and post.id for post in leased] == [early.id, late.id, waiting.id, None]


def test_a_lease_opens_an_attempt_under_a_new_token(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        post = tx.outbox.lease(now, LEASE)
        assert post is not None
        assert (post.state, post.token) == (State.SENDING, 1)
        assert tx.outbox.attempts(post.id) == (Attempt(post.id, 1, now),)
        tx.outbox.settle(post, Retry("the connection was refused"), now + MINUTE)
        again = tx.outbox.lease(now + MINUTE, LEASE)
        assert again is not None
        assert again.token == 2
        assert tx.outbox.attempts(post.id) == (
            Attempt(post.id, 1, now, now + MINUTE, "retry", "the connection was refused"),
            Attempt(post.id, 2, now + MINUTE),
        )


@pytest.mark.parametrize(
    ("outcome", "state", "verb"),
    [
        (Published("77", "https://x.com/harbour_post/status/77"), State.PUBLISHED, Verb.SETTLE),
        (Waiting({"container": "9"}), State.WAITING, Verb.SETTLE),
        (Retry("busy"), State.APPROVED, Verb.SETTLE),
        (Refused("too long"), State.REFUSED, Verb.SETTLE),
        (Blocked("the token has expired"), State.APPROVED, Verb.BLOCK),
        (Unknown("the answer was lost"), State.UNKNOWN, Verb.SETTLE),
    ],
)
def test_every_outcome_settles_the_post(
    store: Store,
    now: datetime,
    make_post: Make,
    outcome: Outcome,
    state: State,
    verb: Verb,
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        post = tx.outbox.lease(now, LEASE)
        assert post is not None
        settled = tx.outbox.settle(post, outcome, now)
        row = tx.posts.log(post.id)[-1]
        (attempt,) = tx.outbox.attempts(post.id)
    assert (settled.state, row.verb, row.who) == (state, verb, "outbox")
    assert settled.reason == getattr(outcome, "reason", settled.reason)
    assert (attempt.ended_at, attempt.outcome) == (now, type(outcome).__name__.lower())


def test_what_a_platform_said_is_kept(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        post = tx.outbox.lease(now, LEASE)
        assert post is not None
        post = tx.outbox.settle(post, Waiting({"container": "9"}, now + MINUTE), now)
        assert (post.resume, post.check_at) == ({"container": "9"}, now + MINUTE)
        assert tx.outbox.lease(now, LEASE) is None
        post = tx.outbox.lease(now + MINUTE, LEASE)
        assert post is not None
        assert (post.resume, post.check_at) == ({"container": "9"}, None)
        post = tx.outbox.settle(post, Retry("busy", now + 5 * MINUTE), now)
        assert (post.resume, post.not_before) == ({"container": "9"}, now + 5 * MINUTE)
        post = tx.outbox.lease(now + 5 * MINUTE, LEASE)
        assert post is not None
        post = tx.outbox.settle(post, Published("77", "https://x.example/77"), now)
    assert (post.remote_id, post.remote_url) == ("77", "https://x.example/77")
    assert post.resume is None


def test_an_answer_under_an_old_token_changes_nothing(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        first = tx.outbox.lease(now, LEASE)
        assert first is not None
        tx.outbox.settle(first, Retry("busy"), now)
        second = tx.outbox.lease(now, LEASE)
        assert second is not None
    with pytest.raises(TransitionError, match="changed by somebody else"), store.write() as tx:
        tx.outbox.settle(first, Published("77"), now)
    with store.read() as tx:
        assert tx.posts.get(first.id) == second
        assert [attempt.outcome for attempt in tx.outbox.attempts(first.id)] == ["retry", ""]


def test_absence_does_not_settle_a_sending(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="found by looking"):
        tx.outbox.settle(make_post(tx, State.SENDING), Absent(proven=True), now)


@pytest.mark.parametrize(
    ("scope", "until", "stopped"),
    [
        ("*", None, True),
        ("harbour", MINUTE, True),
        ("harbour/twitter", None, True),
        ("harbour", timedelta(0), False),
        ("harbour/facebook", None, False),
        ("quay", None, False),
        ("twitter", None, False),
    ],
)
def test_a_paused_channel_is_never_leased(
    store: Store,
    now: datetime,
    make_post: Make,
    scope: str,
    until: timedelta | None,
    stopped: bool,
) -> None:
    with store.write() as tx:
        make_post(tx, State.APPROVED, due_at=now)
        tx.pauses.pause(scope, until=None if until is None else now + until, who="ana", now=now)
        assert len(tx.outbox.due(now)) == 1
        assert (tx.outbox.lease(now, LEASE) is None) == stopped


def test_a_kill_after_the_lease_leaves_a_post_that_is_not_sent_again(
    url: str, now: datetime, make_post: Make, start: Callable[..., subprocess.Popen[str]]
) -> None:
    source = """if True:
        import sys, time
        from datetime import datetime, timedelta
        from bot.store import open_store
        with open_store(sys.argv[1]) as store:
            with store.write() as tx:
                tx.outbox.lease(datetime.fromisoformat(sys.argv[2]), timedelta(minutes=2))
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
            assert tx.outbox.lease(now + timedelta(days=1), LEASE) is None


RACE = """if True:
    import sys
    from datetime import datetime, timedelta
    from bot.model import Article, Published
    from bot.store import open_store
    now = datetime.fromisoformat(sys.argv[2])
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
                post = tx.outbox.lease(now, timedelta(minutes=2))
            if post is None:
                break
            with store.write() as tx:
                tx.outbox.settle(post, Published(str(post.id)), now)
            print("post", post.id)
"""


def test_two_processes_share_the_work_and_do_nothing_twice(
    url: str, now: datetime, make_post: Make, start: Callable[..., subprocess.Popen[str]]
) -> None:
    with open_store(url) as store:
        with store.write() as tx:
            posts = [make_post(tx, State.APPROVED, due_at=now).id for _ in range(12)]
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
        expected = [f"post {number}" for number in posts]
        expected += [f"article {number}" for number in range(12)]
        assert done == Counter(expected)
        with store.read() as tx:
            assert tx.posts.counts() == {State.PUBLISHED: 12}
            assert all(tx.posts.get(number).token == 1 for number in posts)
