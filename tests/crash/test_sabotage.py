"""Single posts in the worst of moments; and that the suite would notice a breakage there.

Each story is told twice: as the program is, when nothing may be wrong at the end, and
with a deliberate breakage inside its processes, when the oracle must find something.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from crash.newsroom import Newsroom

from bot.demo.doubles import Fault

LEASE = 0.5  # seconds: so long a process is taken to be alive that does not move
Open = Callable[..., Newsroom]


def answer_lost(room: Newsroom, how: str) -> None:
    """The post is live, and its platform's answer is lost."""
    worker = room.worker()
    room.doubles.facebook.fault(Fault("lost", "POST /*/feed"))
    room.post("facebook")
    assert worker.live(drains=True, sabotage=how) == 0


def killed_after_sending(room: Newsroom, how: str) -> None:
    """The process dies once the post is live."""
    worker = room.worker()
    room.post("facebook")
    assert worker.live(drains=True, sabotage=how, die_at="after send effect") == signal.SIGKILL
    assert worker.live(drains=True, sabotage=how) == 0


def seen_late(room: Newsroom, how: str) -> None:
    """The post is live, its answer is lost, and a list shows it only some minutes later."""
    room.doubles.facebook.visible_after = timedelta(minutes=5)
    answer_lost(room, how)


def asleep_before_sending(room: Newsroom, how: str) -> None:
    """One process stops right before its first byte, past its lease; others go on meanwhile."""
    sleeper, other = room.worker(), room.worker()
    room.post("facebook")
    sleeper.start(drains=True, sabotage=how, stop_at="before send effect", lease=LEASE)
    assert sleeper.end() == "stopped"
    time.sleep(LEASE + 0.1)
    assert other.live(drains=True, sabotage=how) == 0
    sleeper.go_on()
    assert sleeper.end() == 0


def both_asleep(room: Newsroom, how: str) -> None:
    """The first wakes and says that it sent nothing, while the second has just sent."""
    first, second = room.worker(), room.worker()
    room.post("facebook")
    first.start(drains=True, sabotage=how, stop_at="before send effect", lease=LEASE)
    assert first.end() == "stopped"
    time.sleep(LEASE + 0.1)
    second.start(drains=True, sabotage=how, stop_at="after send effect")
    assert second.end() == "stopped"
    first.go_on()
    assert first.end() == 0
    second.go_on()
    assert second.end() == 0


STORIES = {
    "unknown is retry": answer_lost,
    "lapse to approved": killed_after_sending,
    "no lease": killed_after_sending,
    "one look": seen_late,
    "no deadline": asleep_before_sending,
    "no token": both_asleep,
}


@pytest.mark.parametrize("story", dict.fromkeys(STORIES.values()), ids=lambda story: story.__name__)
def test_each_story_ends_well(newsroom: Open, story: Callable[[Newsroom, str], None]) -> None:
    room = forgetful(newsroom)
    story(room, "")
    assert room.faults() == []


@pytest.mark.parametrize("how", STORIES)
@pytest.mark.parametrize("newsroom", ["sqlite"], indirect=True)
def test_a_breakage_is_noticed(newsroom: Open, how: str) -> None:
    room = forgetful(newsroom)
    STORIES[how](room, how)
    faults = room.faults()
    assert any("it went out" in fault for fault in faults), faults


def forgetful(newsroom: Open) -> Newsroom:
    """Open a newsroom whose platforms do not refuse what was said before."""
    room = newsroom()
    for double in room.doubles:
        double.refuses_repeats = False
    return room
