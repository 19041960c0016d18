"""From approved to published, in a rehearsal: every answer is settled, nothing is left hanging."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import publisher, queue, review
from bot.errors import UsageError
from bot.http import Sample, Session
from bot.model import (
    Blocked,
    Outcome,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Teaser,
    Unknown,
    Waiting,
)
from bot.store import Store, open_store

Hold = Callable[..., Any]
MakeRules = Callable[..., queue.Rules]

MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
API = "https://api.example"


@dataclass
class FakePlatform:
    """A platform that answers as it is told, and asks the session once a step."""

    session: Session
    outcomes: list[Outcome | Exception] = field(default_factory=list)
    extra_fails: bool = False
    resumes: list[Mapping[str, Any] | None] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        self.watch()
        self.resumes.append(resume)
        with self.session.declare("effect", Sample(json={})):
            self.session.post(f"{API}/posts", json={"text": teaser.text})
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        self.extras.append(f"{name} of {remote_id}")
        if self.extra_fails:
            raise RuntimeError("the comment fell off")
        return Published("c")


@pytest.fixture
def platform() -> FakePlatform:
    session = Session(deadline=timedelta(seconds=1), dry_run=True)
    session.route({API: API})
    return FakePlatform(session)


@pytest.fixture
def approved(store: Store, hold: Hold, rules: MakeRules, now: datetime) -> Callable[[], Post]:
    return lambda: review.approve(store, hold().id, rules(), who="mia", now=now)


def run(store: Store, platform: FakePlatform, now: datetime, **how: Any) -> list[Post]:
    chosen: Any = lambda post: (platform, platform.session)  # noqa: E731
    steps = publisher.run_once(store, chosen, now, lease=LEASE, **how)
    return [post for post, _ in steps]


def read(store: Store, post: Post) -> Post:
    with store.read() as tx:
        return tx.posts.get(post.id)


# -------------------------------------------------------------------------- rehearse


def test_a_rehearsal_walks_every_step_and_changes_no_row(
    store: Store, platform: FakePlatform, approved: Callable[[], Post]
) -> None:
    post = approved()
    platform.outcomes = [
        Waiting({"id": 1}),
        Waiting({"id": 1, "b": 2}),
        Published("9", extras=("c",)),
    ]
    shown: Any = publisher.rehearse(post, platform, platform.session)  # type: ignore[arg-type]
    assert platform.resumes == [None, {"id": 1}, {"id": 1, "b": 2}]
    assert platform.extras == ["c of 9"]
    assert [each.kind for each in shown.exchanges] == ["effect"] * 3
    assert shown.outcome.remote_id == "9"
    assert read(store, post) == post


def test_each_rehearsal_shows_its_own_requests_alone(
    platform: FakePlatform, approved: Callable[[], Post]
) -> None:
    platform.outcomes = [Published("9")]
    for _ in range(2):
        shown = publisher.rehearse(approved(), platform, platform.session)  # type: ignore[arg-type]
        assert len(shown.exchanges) == 1


def test_a_platform_that_never_ends_is_left(
    platform: FakePlatform, approved: Callable[[], Post]
) -> None:
    platform.outcomes = [Waiting({"id": 1})]
    shown = publisher.rehearse(approved(), platform, platform.session)  # type: ignore[arg-type]
    assert isinstance(shown.outcome, Waiting)
    assert len(shown.exchanges) == publisher.MOST_STEPS


def test_a_session_that_writes_is_refused(
    store: Store, approved: Callable[[], Post], now: datetime
) -> None:
    writes = FakePlatform(Session(deadline=timedelta(seconds=1)), [Published("9")])
    post = approved()
    with pytest.raises(ValueError, match="cannot write"):
        publisher.rehearse(post, writes, writes.session)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rehearses only"):
        run(store, writes, now)
    assert writes.resumes == []


# -------------------------------------------------------------------------- run_once


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Published("9", "https://x.example/9"), State.PUBLISHED),
        (Waiting({"id": 1}, None), State.WAITING),
        (Retry("busy", None), State.APPROVED),
        (Refused("never"), State.REFUSED),
        (Blocked("token"), State.APPROVED),
        (Unknown("reset"), State.UNKNOWN),
        (RuntimeError("nobody foresaw"), State.UNKNOWN),
    ],
)
def test_every_answer_is_settled(
    store: Store,
    platform: FakePlatform,
    approved: Callable[[], Post],
    now: datetime,
    outcome: Outcome | Exception,
    state: State,
) -> None:
    approved()
    platform.outcomes = [outcome]
    (post,) = run(store, platform, now + MINUTE, at_most=1)
    assert post.state is state
    with store.read() as tx:
        (attempt,) = tx.outbox.attempts(post.id)
    assert attempt.ended_at == now + MINUTE
    if state is State.PUBLISHED:
        assert (post.remote_id, post.remote_url) == ("9", "https://x.example/9")
    if isinstance(outcome, Exception):
        assert "nobody foresaw" in post.reason


def test_the_lease_is_committed_before_the_first_step(
    store: Store,
    platform: FakePlatform,
    approved: Callable[[], Post],
    now: datetime,
    tmp_path: Path,
) -> None:
    post, seen = approved(), []

    def watch() -> None:
        with open_store(f"sqlite:///{tmp_path}/bot.db") as other:
            seen.append(read(other, post).state)

    platform.watch, platform.outcomes = watch, [Published("9")]
    run(store, platform, now)
    assert seen == [State.SENDING]


def test_steps_go_on_from_what_was_stored(
    store: Store, platform: FakePlatform, approved: Callable[[], Post], now: datetime
) -> None:
    post = approved()
    platform.outcomes = [Waiting({"id": 1}), Waiting({"id": 1}, now + MINUTE), Published("9")]
    assert [each.state for each in run(store, platform, now)] == [State.WAITING] * 2
    assert run(store, platform, now) == [], "it is looked at again when it said"
    assert [each.state for each in run(store, platform, now + MINUTE)] == [State.PUBLISHED]
    assert platform.resumes == [None, {"id": 1}, {"id": 1}]
    assert read(store, post).token == 3


def test_only_what_is_due_is_taken_earliest_first(
    store: Store, platform: FakePlatform, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    first, second, _ = (
        review.approve(store, hold().id, rules(), who="mia", now=now, at=now + wait)
        for wait in (2 * MINUTE, MINUTE, 9 * MINUTE)
    )
    platform.outcomes = [Published("9")]
    assert [post.id for post in run(store, platform, now + 2 * MINUTE)] == [second.id, first.id]
    with store.write() as tx:
        tx.pauses.pause("*", who="mia", now=now)
    assert run(store, platform, now + 9 * MINUTE) == []


def test_a_retry_rests_and_does_not_spin(
    store: Store, platform: FakePlatform, approved: Callable[[], Post], now: datetime
) -> None:
    approved()
    platform.outcomes = [Retry("busy"), Published("9")]
    assert [post.state for post in run(store, platform, now)] == [State.APPROVED]
    assert run(store, platform, now + MINUTE) == []
    assert [post.state for post in run(store, platform, now + publisher.REST)] == [State.PUBLISHED]


def test_a_failing_extra_never_touches_the_post(
    store: Store,
    platform: FakePlatform,
    approved: Callable[[], Post],
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    approved()
    platform.outcomes, platform.extra_fails = [Published("9", extras=("a", "b"))], True
    with caplog.at_level(logging.ERROR):
        assert [post.state for post in run(store, platform, now)] == [State.PUBLISHED]
    assert platform.extras == ["a of 9", "b of 9"]
    assert caplog.text.count("unforeseen fault") == 2


def test_a_channel_that_is_gone_stops_nothing_else(
    store: Store, platform: FakePlatform, approved: Callable[[], Post], now: datetime
) -> None:
    gone, there = approved(), approved()
    platform.outcomes = [Published("9")]

    def chosen(post: Post) -> Any:
        if post.id == gone.id:
            raise UsageError("site “harbour” has no channel “twitter” any more.")
        return platform, platform.session

    publisher.run_once(store, chosen, now, lease=LEASE)
    assert read(store, there).state is State.PUBLISHED
    assert read(store, gone).state is State.APPROVED
    assert "any more" in read(store, gone).reason
