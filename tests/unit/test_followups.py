"""What follows a published post: done once, tried again where that is safe, never silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from press import Desk, FakePlatform

from bot import followups, publisher, queue, review
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
    Verb,
    Waiting,
)
from bot.store import Store
from bot.store.followups import Followup

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MADE = queue.Made(Teaser("Dockers strike", link="https://harbour.example/1"), (), ())


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, {"twitter": FakePlatform()})


@pytest.fixture
def platform(desk: Desk) -> FakePlatform:
    return desk.platforms["twitter"]


@pytest.fixture
def published(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    hold: Callable[..., Any],
    rules: Callable[..., queue.Rules],
    now: datetime,
) -> Callable[..., Post]:
    def make(*extras: str, remote_id: str = "9") -> Post:
        review.approve(store, hold(made=MADE).id, rules(), who="mia", now=now)
        platform.outcomes = [Published(remote_id, "https://x.example/9", extras)]
        (step,) = publisher.run_once(desk.press(), now).steps
        assert step.post.state is State.PUBLISHED
        platform.calls.clear()
        return step.post

    return make


def rows(store: Store, post: Post) -> list[Followup]:
    with store.read() as tx:
        return list(tx.followups.of(post.id))


def read(store: Store, post: Post) -> Post:
    with store.read() as tx:
        return tx.posts.get(post.id)


def run(desk: Desk, now: datetime, **how: Any) -> list[str]:
    summary = followups.run_once(desk.press(**how), now)
    assert not summary.broken
    return [step.words for step in summary.steps]


def test_the_extras_of_a_post_are_done_once_in_order(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("thumbnail", "comment")
    assert run(desk, now) == ["its thumbnail: done.", "its comment: done."]
    assert platform.calls == ["thumbnail of 9", "comment of 9"]
    assert run(desk, now) == []
    assert [row.state for row in rows(store, post)] == ["done", "done"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Refused("comments are off."), "failed"),
        (Absent(True, "the post is not there."), "failed"),
        (Unknown("the answer was lost."), "unknown"),
        (RuntimeError("a fault"), "unknown"),
        (Retry("busy"), "due"),
        (Blocked("no right to comment."), "due"),
        (Waiting({}, None), "due"),
    ],
)
def test_what_fails_never_touches_the_post_and_stays_in_sight(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    published: Callable[..., Post],
    now: datetime,
    outcome: Outcome | Exception,
    state: str,
) -> None:
    post = published("comment", "playlist")
    platform.afters = [outcome, Published("c")]
    run(desk, now)
    first, second = rows(store, post)
    assert (first.state, second.state) == (state, "done"), "one keeps back no other"
    assert read(store, post) == post
    if state != "done":
        assert first.reason
    run(desk, now)
    assert platform.calls == ["comment of 9", "playlist of 9"], "never again at once"
    with store.read() as tx:
        assert [each.name for each in tx.followups.open()] == ["comment"]


def test_what_may_be_tried_again_is_five_times(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("comment")
    platform.afters = [Retry("busy")]
    waits, at = [], now
    while True:
        run(desk, at)
        (row,) = rows(store, post)
        if row.state != "due":
            break
        assert row.not_before is not None
        waits.append(round((row.not_before - at) / MINUTE))
        at = row.not_before
    assert waits == [1, 2, 4, 8]
    assert (row.state, row.tries) == ("failed", 5)
    assert "busy" in row.reason
    assert "5 times" in row.reason


def test_the_platform_names_its_own_time(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("comment", "playlist")
    platform.afters = [Retry("limit", now + HOUR, rests="channel")]
    run(desk, now)
    first, second = rows(store, post)
    assert (first.not_before, second.tries) == (now + HOUR, 0), "the channel rests"


def test_what_waits_for_the_platform_may_wait_long(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("thumbnail")
    platform.afters = [Waiting({}, None)]
    for minutes in range(60):
        run(desk, now + minutes * MINUTE)
    (row,) = rows(store, post)
    assert (row.state, row.tries) == ("failed", followups.MOST_WAITS)


def test_a_step_that_was_cut_short_is_repeated_only_where_that_is_harmless(
    store: Store, desk: Desk, published: Callable[..., Post], now: datetime, tmp_path: Any
) -> None:
    from bot.store import open_store

    post = published("comment", "thumbnail")
    with store.write() as tx:
        for _ in range(2):
            tx.followups.take(now, timedelta(minutes=2))
    assert run(desk, now) == [], "they are another's"
    later = ("another start of the machine", 0.0)
    with open_store(f"sqlite:///{tmp_path}/bot.db", machine_clock=lambda: later) as restarted:
        assert run(desk, now, store=restarted) == ["its thumbnail: done."]
    assert [row.state for row in rows(store, post)] == ["unknown", "done"]


def test_extras_wait_while_the_channel_is_paused(
    store: Store, desk: Desk, published: Callable[..., Post], now: datetime
) -> None:
    published("comment")
    with store.write() as tx:
        tx.pauses.pause("*", who="mia", now=now)
    assert run(desk, now) == []


def test_another_account_writes_no_comment_and_may_not_keep_a_deletion_back(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("comment")
    desk.secrets = {"TOKEN": "of another account"}
    platform.accounts = [Account("8", "stranger")]
    (words,) = run(desk, now)
    assert "stranger" in words
    assert platform.calls == ["verify"]
    assert [row.state for row in rows(store, post)] == ["due"]
    assert followups.delete_post(desk.press(), post, "mia", now).post.state is State.DELETED


def test_a_database_that_fails_ends_the_run_in_words(
    store: Store,
    desk: Desk,
    published: Callable[..., Post],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published("comment")
    write = store.write

    def full(what: str = "") -> Any:
        if what == "settle followup":
            raise StoreError("there is no room for the database")
        return write(what)

    monkeypatch.setattr(store, "write", full)
    assert "no room" in followups.run_once(desk.press(), now).broken


# ---------------------------------------------------------------------------- deletion


def test_a_post_is_taken_down_by_its_number(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published()
    seen: list[str] = []
    platform.during = lambda: seen.extend(row.state for row in rows(store, post))
    step = followups.delete_post(desk.press(), post, "mia", now)
    assert step.post.state is State.DELETED
    assert platform.calls == ["delete 9"]
    assert seen == ["doing"], "the wish is written down before anything is sent"
    with store.read() as tx:
        last = tx.posts.log(post.id)[-1]
    assert (last.verb, last.who) == (Verb.DELETE, "mia")
    assert [row.state for row in rows(store, post)] == ["done"]


def test_a_deletion_the_platform_cannot_do_stays_in_sight(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published()
    platform.deletions = [Refused("The API cannot: do it in the app.")]
    step = followups.delete_post(desk.press(), post, "mia", now)
    assert step.post.state is State.PUBLISHED
    assert "in the app" in step.words
    with store.read() as tx:
        assert [each.state for each in tx.followups.open()] == ["failed"]


@pytest.mark.parametrize("outcome", [Retry("busy"), Unknown("lost"), RuntimeError("a fault")])
def test_a_deletion_that_may_have_failed_is_repeated(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    published: Callable[..., Post],
    now: datetime,
    outcome: Any,
) -> None:
    post = published()
    platform.deletions = [outcome, Absent(True)]
    assert followups.delete_post(desk.press(), post, "mia", now).post.state is State.PUBLISHED
    run(desk, now + MINUTE)
    assert read(store, post).state is State.DELETED


def test_a_pause_does_not_keep_a_deletion_back(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published()
    platform.deletions = [Retry("busy"), Absent(True)]
    followups.delete_post(desk.press(), post, "mia", now)
    with store.write() as tx:
        tx.pauses.pause("*", who="mia", now=now)
    run(desk, now + MINUTE)
    assert read(store, post).state is State.DELETED


def test_what_was_taken_down_gets_no_extras(
    store: Store, desk: Desk, platform: FakePlatform, published: Callable[..., Post], now: datetime
) -> None:
    post = published("comment")
    followups.delete_post(desk.press(), post, "mia", now)
    run(desk, now)
    assert platform.calls == ["delete 9"]
    assert [(row.name, row.state) for row in rows(store, post)] == [
        *[("comment", "failed")],
        *[("delete", "done")],
    ]


def test_only_what_is_published_can_be_taken_down(
    store: Store, desk: Desk, hold: Callable[..., Any], now: datetime
) -> None:
    post = hold(made=MADE)
    with pytest.raises(UsageError, match="held"):
        followups.delete_post(desk.press(), post, "mia", now)
    assert rows(store, post) == []


@pytest.mark.parametrize("why", ["by hand", "no number", "gone"])
def test_what_cannot_be_asked_says_where_to_do_it_by_hand(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    published: Callable[..., Post],
    now: datetime,
    why: str,
) -> None:
    post = published(remote_id="" if why == "no number" else "9")

    def gone(site: str, channel: str) -> Any:
        raise UsageError("site “harbour” has no channel “twitter” any more.")

    how: dict[str, Any] = {
        "by hand": {"hands": {"harbour/twitter"}},
        "gone": {"bound": gone},
        "no number": {},
    }[why]
    step = followups.delete_post(desk.press(**how), post, "mia", now)
    assert step.post.state is State.PUBLISHED
    assert "https://x.example/9" in step.words
    assert platform.calls == []
    assert [row.state for row in rows(store, post)] == ["failed"]
