"""How things stand, in sentences: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import queue, review, status
from bot.model import Channel, Post, Problem, State
from bot.status import Status, ago_in_words
from bot.store import Store

X = Channel("harbour", "twitter", "twitter", "harbour_post")
FACEBOOK = Channel("harbour", "facebook", "facebook", "harbourpost")
FEED = "https://harbour.example/feed/"
HOUR = timedelta(hours=1)
Hold = Callable[..., Any]


@pytest.fixture
def look(store: Store, now: datetime) -> Callable[..., Status]:
    def seen(at: datetime = now, by_hand: frozenset[tuple[str, str]] = frozenset()) -> Status:
        return status.look(
            store,
            sources=[("harbour", FEED)],
            channels=[X, FACEBOOK],
            by_hand=by_hand,
            needs_person=lambda post: review.needs_person(post, reviewed=True),
            now=at,
        )

    return seen


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago(span: timedelta, words: str) -> None:
    assert ago_in_words(span) == words


def test_a_source_in_words(store: Store, look: Callable[..., Status], now: datetime) -> None:
    assert look().sources[0].sentence.endswith("was never polled.")
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed").id
        tx.sources.note_success(source, "", "", now)
    well = look(now + 2 * HOUR)
    assert well.sources[0].sentence == f"harbour: {FEED} was read 2 hours ago, all well."
    assert not well.alarm
    with store.write() as tx:
        tx.sources.note_failure(source, "It answered 503.", now + HOUR)
    failing = look(now + HOUR)
    assert failing.alarm
    assert (
        failing.sources[0].sentence
        == f"harbour: {FEED} failed once, last just now: It answered 503."
    )
    assert failing.sources[0].ok_at == now
    with store.write() as tx:
        tx.sources.note_failure(source, "It answered 503.", now + HOUR)
    assert "2 times in a row" in look(now + HOUR).sources[0].sentence


def test_a_source_that_was_taken_out_is_told_no_more(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    with store.write() as tx:
        gone = tx.sources.get_or_add("harbour", f"{FEED}old", "feed").id
        tx.sources.note_failure(gone, "It answered 404.", now)
    assert not look().alarm
    assert [source.url for source in look().sources] == [FEED]


def test_a_channel_in_words(
    store: Store, look: Callable[..., Status], hold: Hold, rules: Any, now: datetime
) -> None:
    hold()
    review.approve(store, hold().id, rules(), who="mia", now=now)
    with store.write() as tx:
        tx.pauses.pause("harbour/twitter", until=now + HOUR, who="mia", now=now)
    by_hand = frozenset({("harbour", "facebook")})
    x, facebook = look(by_hand=by_hand).channels
    assert x.sentence == "harbour/twitter (harbour_post): 1 held, 1 approved, paused."
    assert facebook.sentence == (
        "harbour/facebook (harbourpost): 0 held, 0 approved, by hand (no credentials)."
    )
    assert [pause.scope for pause in look().paused] == ["harbour/twitter"]
    assert not look(now + HOUR).channels[0].paused
    assert not look().alarm, "by hand and paused are no alarms"


def test_what_needs_a_person_and_what_comes_next(
    store: Store,
    look: Callable[..., Status],
    hold: Hold,
    rules: Any,
    made: queue.Made,
    now: datetime,
) -> None:
    assert look().next is None
    plain: Post = hold()
    assert not look().alarm, "a post that waits for its turn is the ordinary way"
    blocked = hold(made=queue.Made(made.teaser, (Problem("x", "Too long.", True),), ()))
    later = review.approve(store, hold().id, rules(), who="mia", now=now, at=now + HOUR)
    soon = review.approve(store, hold().id, rules(), who="mia", now=now, at=now)
    seen = look()
    assert [post.id for post in seen.needs_person] == [blocked.id]
    assert seen.alarm
    assert seen.next is not None
    assert seen.next.id == soon.id
    assert seen.counts == {"held": 2, "approved": 2}
    assert {plain.state, later.state} == {State.HELD, State.APPROVED}
