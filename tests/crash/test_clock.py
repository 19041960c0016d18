"""The bot's wall clock jumps by an hour while nobody knows whether a post is live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from crash.newsroom import ACCOUNTS, Newsroom, Worker

from bot.demo.doubles import Fault
from bot.model import State

EFFECTS = {
    "twitter": "POST /2/tweets",
    "facebook": "POST /*/feed",
    "instagram": "POST /*/media_publish",
    "youtube": "PUT /upload/*",
}
Open = Callable[..., Newsroom]


@pytest.mark.parametrize(("sent", "looked"), [(0, 1), (0, -1), (1, 0), (-1, 0)])
@pytest.mark.parametrize("newsroom", ["sqlite"], indirect=True)
def test_a_clock_that_jumps_makes_no_double(newsroom: Open, sent: int, looked: int) -> None:
    """X refuses what is signed at a wrong time: then nothing is sent before the clock is right."""
    room = newsroom()
    worker = room.worker()
    for platform, effect in EFFECTS.items():
        room.doubles[platform].fault(Fault("lost", effect))
    room.clock.skew(timedelta(hours=sent))
    posts = [room.post(platform, at=room.clock.bot()) for platform in ACCOUNTS]
    some_minutes(room, worker, 2)
    assert len(room.doubles.effects(kind="post")) == (3 if sent else 4)
    room.clock.skew(timedelta(hours=looked))
    some_minutes(room, worker, 10)
    room.clock.skew(timedelta(0))
    assert worker.live(drains=True) == 0
    assert [room.state(post) for post in posts] == [State.PUBLISHED] * 4
    assert room.faults() == []


def some_minutes(room: Newsroom, worker: Worker, minutes: int) -> None:
    for _ in range(2 * minutes):
        assert worker.live(rounds=1) == 0
        room.clock.advance(timedelta(seconds=30))
