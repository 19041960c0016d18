"""A disk that is full just then: nothing is sent that is not written down, nothing sent twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crash.newsroom import ACCOUNTS, Newsroom

from bot.model import State

Open = Callable[..., Newsroom]


@pytest.mark.parametrize("platform", ACCOUNTS)
@pytest.mark.parametrize("newsroom", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_when_a_post_is_to_be_sent(newsroom: Open, platform: str) -> None:
    room = newsroom()
    worker, post = room.worker(), room.post(platform)
    assert worker.live(rounds=3, full_at="sending") == 0
    assert room.state(post) is State.APPROVED
    assert "there is no room for the database" in room.reason(post)
    assert room.doubles.effects() == []
    assert worker.live(drains=True) == 0
    assert room.state(post) is State.PUBLISHED
    assert room.faults() == []


@pytest.mark.parametrize("platform", ACCOUNTS)
@pytest.mark.parametrize("newsroom", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_when_a_post_was_sent(newsroom: Open, platform: str) -> None:
    room = newsroom()
    worker, post = room.worker(), room.post(platform)
    assert worker.live(drains=True, full_at="published") != 0  # its database fails
    assert room.state(post) in (State.SENDING, State.UNKNOWN)
    assert "there is no room for the database" in (room.folder / "log").read_text("utf-8")
    assert len(room.doubles.effects(kind="post")) == 1
    assert worker.live(drains=True) == 0
    assert room.state(post) is State.PUBLISHED
    assert room.faults() == []
