"""Everything at once: processes killed and stopped, platforms that fail, clocks that jump.

The seed is printed; BOT_TEST_SEED repeats the dice, though not the timing.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from crash import oracle
from crash.newsroom import ACCOUNTS, Newsroom, Worker, opened
from postgres import Postgres

from bot.demo.doubles import Storm
from bot.model import State

#: Of the posts' requests, so many meet one of these.
RATE = 0.1
FAULTS = (
    *("lost", "reset_after", "truncated", "garbage", "500_after", "502_after", "hang", "slow"),
    *("reset_before", "hang_before", "429", "500", "502"),
)
#: Two minutes of the wall clock are over in a second; so late a list shows a post.
SPEED, LAG = 120, timedelta(minutes=2)
PUBLISHING = 'deadline = "1s"\nlease = "2s"\nquarantine = "3s"\n'
LEASE = 2.0
HOUR = timedelta(hours=1)


class Weather:
    """What happens to a newsroom for some time."""

    def __init__(self, room: Newsroom, seed: int) -> None:
        self.room, self.dice = room, random.Random(seed)
        self.ends: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        room.clock.run(SPEED)
        for number, double in enumerate(room.doubles):
            double.visible_after = LAG
            double.fault(Storm(seed + number, RATE, FAULTS, seconds=0.3))

    def process(self, worker: Worker, seed: int) -> None:
        """Let process after process work until it dies; a stopped one sleeps past its lease."""
        dice = random.Random(seed)
        while not self._over.is_set():
            end = dice.uniform(0.1, 4)
            worker.start(seed=dice.randrange(1 << 30), dies=0.01, stops=0.002, killed_after=end)
            ended = worker.end()
            while ended == "stopped":
                self.ends["stopped"] += 1
                time.sleep(LEASE + dice.uniform(0.1, 1.5))
                worker.go_on()
                ended = worker.end()
            self.ends[str(ended)] += 1

    def begin(self, processes: int) -> None:
        workers = [self.room.worker() for _ in range(processes)]
        for worker in workers:
            how = {"target": self.process, "args": (worker, self.dice.randrange(1 << 30))}
            self._threads.append(threading.Thread(**how, daemon=True))
            self._threads[-1].start()

    def pass_over(self) -> None:
        """Let the sky clear: no fault, right clocks, and one process that finishes."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        self.room.clock.skew(timedelta(0))
        self.room.clock.run(1)
        for double in self.room.doubles:
            double.heal()
        assert self.room.workers[0].live(drains=True) == 0


def fill(room: Newsroom, posts: int, dice: random.Random) -> None:
    """Make posts: most are due, some held or rejected."""
    for number in range(posts):
        platform = list(ACCOUNTS)[number % len(ACCOUNTS)]
        room.post(platform, picture=dice.random() < 0.7)
    for platform in ACCOUNTS:
        room.post(platform, to=State.HELD)
        room.post(platform, to=State.REJECTED)


def storm(
    room: Newsroom, posts: int, seconds: float, seed: int, restart: Callable[[], None] | None = None
) -> None:
    weather = Weather(room, seed)
    weather.begin(processes=3)
    fill(room, posts, weather.dice)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1.2)
        room.clock.skew(weather.dice.choice([timedelta(0), HOUR, -HOUR]))
        time.sleep(1.2)
        # Not with a jump of the clock: both together look like a machine that was taken
        # back to a snapshot, and then each post is looked for before it is sent.
        if restart is not None:
            restart()
            weather.ends["restarted"] += 1
    sent = len(room.doubles.effects(kind="post"))
    weather.pass_over()
    asked = oracle.asked(room.store)
    print(f"{seed=}: {sent} of {posts} went out in it, {len(asked)} ask a person;")
    print(dict(weather.ends), dict(ways(room)))
    print(*(f"{post.id} on {post.channel}: {post.reason}" for post in asked), sep="\n")
    assert room.faults() == []
    assert len(asked) <= 0.05 * posts
    assert weather.ends["9"] > 4


def ways(room: Newsroom) -> Counter[str]:
    """Count which ways the posts took."""
    with room.store.read() as tx:
        rows = [row for post in tx.posts.list() for row in tx.posts.log(post.id)]
    return Counter(f"{row.verb} to {row.after}" for row in rows)


def test_a_storm_over_sqlite(folder: Path, seed: int, long: bool) -> None:
    url = f"sqlite:///{folder}/bot.db"
    with opened(folder, url, publishing=PUBLISHING) as room:
        storm(room, 2000 if long else 120, 600 if long else 9, seed)


def test_a_storm_over_postgresql_that_restarts(
    folder: Path, own_server: Postgres, seed: int, long: bool
) -> None:
    with (
        own_server.database() as url,
        opened(folder, url, form="photo+comment", publishing=PUBLISHING) as room,
    ):
        storm(room, 2000 if long else 120, 600 if long else 9, seed, own_server.restart)


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A server that no other test uses."""
    # Not below tmp_path: as root it runs under another user, who may not go there.
    server = Postgres(Path(tempfile.mkdtemp(prefix="bot-crash-")))
    yield server
    server.close()
