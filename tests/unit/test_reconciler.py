"""Doubts: looked into without writing, settled only by what was found, a person's in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from press import QUARANTINE, Desk, FakePlatform

from bot import publisher, queue, reconciler, review
from bot.errors import StoreError, UsageError
from bot.model import (
    Absent,
    Account,
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
from bot.standing import UNSENT, Same
from bot.store import Store, open_store

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MADE = queue.Made(Teaser("Dockers strike", link="https://harbour.example/1"), (), ())


class Clocks:
    """The machine clock, and the wall clock, which go on together unless a test says otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now, self.seconds, self.boot = now, 1000.0, "boot"

    def machine(self) -> tuple[str, float]:
        return self.boot, self.seconds

    def on(self, span: timedelta) -> None:
        self.now += span
        self.seconds += span.total_seconds()


@pytest.fixture
def clocks(now: datetime) -> Clocks:
    return Clocks(now)


@pytest.fixture
def store(tmp_path: Path, clocks: Clocks) -> Any:
    with open_store(f"sqlite:///{tmp_path}/bot.db", machine_clock=clocks.machine) as store:
        yield store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, {"twitter": FakePlatform()})


@pytest.fixture
def platform(desk: Desk) -> FakePlatform:
    return desk.platforms["twitter"]


@pytest.fixture
def doubtful(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    hold: Callable[..., Any],
    rules: Callable[..., queue.Rules],
) -> Callable[[], Post]:
    def make() -> Post:
        held = hold(made=MADE)
        review.approve(store, held.id, rules(), who="mia", now=clocks.now, at=clocks.now)
        return doubt_again()

    def doubt_again() -> Post:
        platform.outcomes = [Unknown("the answer was lost")]
        (step,) = publisher.run_once(desk.press(), clocks.now).steps
        assert step.post.state is State.UNKNOWN
        return step.post

    make.again = doubt_again  # type: ignore[attr-defined]
    return make


def look(desk: Desk, clocks: Clocks, **how: Any) -> Post | None:
    summary = reconciler.run_once(desk.press(**how), clocks.now)
    assert not summary.broken
    return summary.steps[0].post if summary.steps else None


def test_nothing_is_looked_for_before_the_quarantine_is_over(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.on(QUARANTINE - timedelta(seconds=1))
    assert look(desk, clocks) is None
    assert "reconcile" not in platform.calls
    clocks.on(timedelta(seconds=1))
    assert look(desk, clocks) is not None


def test_the_wall_clock_ends_no_quarantine(
    desk: Desk, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.now += 5 * HOUR
    assert look(desk, clocks) is None


def test_what_is_found_is_published(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
    now: datetime,
) -> None:
    doubtful()
    platform.found = [Published("9", "https://x.example/9", extras=("comment",))]
    clocks.on(QUARANTINE)
    post = look(desk, clocks)
    assert post is not None
    assert (post.state, post.remote_id, post.remote_url) == (
        *(State.PUBLISHED, "9"),
        "https://x.example/9",
    )
    assert platform.traces[0].since == now
    with store.read() as tx:
        assert [each.name for each in tx.followups.of(post.id)] == ["comment"]


def test_one_look_proves_nothing_and_two_apart_do(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
) -> None:
    doubtful()
    platform.found = [Absent(False)]
    clocks.on(QUARANTINE)
    first = look(desk, clocks)
    assert first is not None
    assert first.state is State.UNKNOWN
    assert look(desk, clocks) is None, "not at once"
    clocks.on(QUARANTINE)
    second = look(desk, clocks)
    assert second is not None
    assert second.state is State.APPROVED
    platform.outcomes = [Published("9")]
    (step,) = publisher.run_once(desk.press(), clocks.now).steps
    assert step.post.state is State.PUBLISHED


def test_a_look_that_could_not_be_had_counts_for_nothing(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    states = []
    for found in (Absent(False), Retry("503"), Blocked("token"), RuntimeError("x"), Absent(False)):
        platform.found = [found]
        clocks.on(HOUR / 2)
        post = look(desk, clocks)
        assert post is not None
        states.append(post.state)
    assert states == [State.UNKNOWN] * 4 + [State.APPROVED]


def test_what_arrives_between_two_looks_is_found(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    platform.found = [Absent(False), Published("9")]
    for _ in range(2):
        clocks.on(QUARANTINE)
        post = look(desk, clocks)
    assert post is not None
    assert post.state is State.PUBLISHED


def test_a_restart_of_the_machine_begins_the_quarantine_anew(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.boot, clocks.seconds = "another", 5000.0
    assert look(desk, clocks) is None
    clocks.on(QUARANTINE - timedelta(seconds=1))
    assert look(desk, clocks) is None
    clocks.on(timedelta(seconds=2))
    assert look(desk, clocks) is not None


@pytest.mark.parametrize("found", [Unknown("two posts match."), Refused("X lets nobody read it.")])
def test_what_cannot_be_told_is_a_persons_with_the_next_step(
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
    found: Outcome,
) -> None:
    doubtful()
    platform.found = [found]
    clocks.on(QUARANTINE)
    post = look(desk, clocks)
    assert post is not None
    assert post.state is State.NEEDS_PERSON
    assert f"bot settle {post.id} --absent" in post.reason
    assert post.reason.startswith(found.reason)  # type: ignore[union-attr]


def test_what_cannot_be_read_is_looked_at_ever_less_often_and_then_a_persons(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    platform.found = [Retry("503")]
    looks = []
    begun = clocks.now
    for _ in range(8 * 60):
        clocks.on(MINUTE)
        post = look(desk, clocks)
        if post is not None:
            looks.append(clocks.now - begun)
            if post.state is State.NEEDS_PERSON:
                break
    assert timedelta(hours=6) <= looks[-1] <= timedelta(hours=6, minutes=30)
    gaps = [round((after - before) / MINUTE) for before, after in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 30
    assert len(looks) < 25


def test_a_platform_says_itself_when_it_can_be_asked_again(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.on(QUARANTINE)
    platform.found = [Retry("429", clocks.now + 15 * MINUTE)]
    look(desk, clocks)
    clocks.on(14 * MINUTE)
    assert look(desk, clocks) is None
    clocks.on(MINUTE)
    assert look(desk, clocks) is not None


def test_what_the_platform_works_on_stays_in_doubt_and_is_a_persons_after_a_day(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    platform.found = [Waiting()]
    clocks.on(QUARANTINE)
    assert look(desk, clocks).state is State.UNKNOWN  # type: ignore[union-attr]
    clocks.on(MINUTE)
    assert look(desk, clocks).state is State.UNKNOWN  # type: ignore[union-attr]
    clocks.on(24 * HOUR)
    assert look(desk, clocks).state is State.NEEDS_PERSON  # type: ignore[union-attr]


def test_what_never_arrives_is_sent_three_times_at_most(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Any
) -> None:
    doubtful()
    platform.found = [Absent(True)]
    for state in (State.APPROVED, State.APPROVED, State.NEEDS_PERSON):
        clocks.on(QUARANTINE)
        post = look(desk, clocks)
        assert post is not None
        assert post.state is state
        if state is State.APPROVED:
            doubtful.again()
    assert "3 times" in post.reason
    assert platform.calls.count("publish Dockers strike") == 3


def test_what_nobody_sent_is_not_counted_as_sent(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post], store: Store
) -> None:
    doubtful()
    platform.found = [Absent(True)]
    for _ in range(4):  # a database that was restored again and again
        clocks.on(QUARANTINE + MINUTE)
        seen = look(desk, clocks)
        assert seen is not None
        assert seen.state is State.APPROVED
        with store.write() as tx:
            leased = tx.outbox.lease(seen, clocks.now, MINUTE)
            assert leased is not None
            unsent = Unknown(f"{UNSENT} the database is older than what was seen.")
            tx.outbox.settle(leased, unsent, clocks.now, quarantine=QUARANTINE)


@pytest.mark.parametrize("why", ["by hand", "gone"])
def test_what_can_never_be_read_is_a_persons_at_once(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post], why: str
) -> None:
    doubtful()
    clocks.on(QUARANTINE)

    def gone(site: str, channel: str) -> Any:
        raise UsageError("site “harbour” has no channel “twitter” any more.")

    how: dict[str, Any] = {"hands": {"harbour/twitter"}} if why == "by hand" else {"bound": gone}
    post = look(desk, clocks, **how)
    assert post is not None
    assert post.state is State.NEEDS_PERSON
    assert "reconcile" not in platform.calls


def test_nothing_is_missing_on_the_account_of_somebody_else(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.on(QUARANTINE)
    desk.secrets = {"TOKEN": "of another account"}
    platform.accounts = [Account("8", "stranger")]
    post = look(desk, clocks)
    assert post is not None
    assert post.state is State.UNKNOWN
    assert "stranger" in post.reason
    assert "reconcile" not in platform.calls


def test_a_post_of_an_account_that_the_channel_has_no_more_is_a_persons(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful()
    clocks.on(QUARANTINE)

    def moved(site: str, channel: str) -> Any:
        bound = desk.bound(site, channel)
        return replace(bound, channel=replace(bound.channel, account="harbour_news"))

    post = look(desk, clocks, bound=moved)
    assert post is not None
    assert post.state is State.NEEDS_PERSON
    assert "harbour_news" in post.reason
    assert "reconcile" not in platform.calls


def test_one_doubt_keeps_back_no_other(
    desk: Desk, platform: FakePlatform, clocks: Clocks, doubtful: Callable[[], Post]
) -> None:
    doubtful(), doubtful()
    platform.found = [RuntimeError("a fault"), Published("9")]
    clocks.on(QUARANTINE)
    steps = reconciler.run_once(desk.press(), clocks.now).steps
    assert [step.post.state for step in steps] == [State.UNKNOWN, State.PUBLISHED]


def test_a_person_who_decides_meanwhile_wins(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
) -> None:
    post = doubtful()
    platform.found = [Absent(True)]

    def decide() -> None:
        live = "https://x.example/9"
        review.settle(store, post.id, published_at=live, who="mia", now=clocks.now)

    platform.during = decide
    clocks.on(QUARANTINE)
    assert look(desk, clocks) is None
    with store.read() as tx:
        assert tx.posts.get(post.id).state is State.PUBLISHED


def test_a_paused_channel_is_still_read(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
) -> None:
    doubtful()
    with store.write() as tx:
        tx.pauses.pause("*", who="mia", now=clocks.now)
    platform.found = [Published("9")]
    clocks.on(QUARANTINE)
    assert look(desk, clocks).state is State.PUBLISHED  # type: ignore[union-attr]


def test_what_was_cut_short_lapses_here_too(
    store: Store, desk: Desk, clocks: Clocks, hold: Any, rules: Any
) -> None:
    review.approve(store, hold(made=MADE).id, rules(), who="mia", now=clocks.now, at=clocks.now)

    class PowerCut(BaseException):
        pass

    desk.platforms["twitter"].outcomes = [PowerCut()]
    with pytest.raises(PowerCut):
        publisher.run_once(desk.press(), clocks.now)
    assert look(desk, clocks) is None, "its lease holds"
    clocks.on(timedelta(minutes=2))
    assert look(desk, clocks).state is State.UNKNOWN  # type: ignore[union-attr]


def test_a_database_that_fails_ends_the_run_in_words(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    clocks: Clocks,
    doubtful: Callable[[], Post],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubtful()
    clocks.on(QUARANTINE)
    write = store.write

    def full(what: str = "") -> Any:
        if what == "look":
            raise StoreError("there is no room for the database")
        return write(what)

    monkeypatch.setattr(store, "write", full)
    summary = reconciler.run_once(desk.press(), clocks.now)
    assert "no room" in summary.broken


def test_the_look_reads_with_what_the_steps_have_made(
    store: Store, desk: Desk, platform: FakePlatform, clocks: Clocks, hold: Any, rules: Any
) -> None:
    review.approve(store, hold(made=MADE).id, rules(), who="mia", now=clocks.now, at=clocks.now)
    platform.outcomes = [Waiting({"id": 1}), Unknown("lost"), Published("9")]
    publisher.run_once(desk.press(watch=lambda post, now: Same()), clocks.now)
    platform.found = [Absent(True, "the container was not published.")]
    clocks.on(QUARANTINE)
    look(desk, clocks)
    (step,) = publisher.run_once(desk.press(), clocks.now).steps
    assert step.post.state is State.PUBLISHED
    assert platform.resumes == [None, {"id": 1}, {"id": 1}, {"id": 1}]
