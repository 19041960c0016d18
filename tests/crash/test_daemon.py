"""The real daemon, two of it on one queue, killed again and again, with answers that are lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash import oracle
from crash.driver import MOVING
from crash.newsroom import ACCOUNTS
from world import Bot, Site, ago, serving

from bot.demo.doubles import Doubles, Storm
from bot.store import Store, open_store

POSTS, KILLS = 8, 4
#: After these a post may be live; what only fails would be tried again after a minute.
LOST = ("lost", "reset_after", "truncated", "500_after")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as told:
        yield told


@pytest.fixture
def doubles(folder: Path) -> Iterator[Doubles]:
    with Doubles(folder / "doubles", visible_after=1) as running:
        yield running


@pytest.fixture
def bot(folder: Path, site: Site, doubles: Doubles) -> Bot:
    """The program with two channels that nobody reviews."""
    environ = {name: each for name, each in os.environ.items() if not name.startswith("BOT_")}
    environ |= {"HOME": str(folder), **doubles.secrets("harbour")}
    made = Bot(folder, environ)
    channels = ""
    for platform in ("twitter", "facebook"):
        told = ", ".join(f'{key} = "{each}"' for key, each in doubles.settings(platform).items())
        channels += f'[channels.{platform}]\naccount = "{ACCOUNTS[platform]}"\n'
        channels += f"settings = {{ {told} }}\n"
    made.configure(
        f'name = "Harbour Post"\nurl = "{site.url}/"\nlanguage = "en"\ntimezone = "UTC"\n'
        f'feeds = ["{site.url}/feed/"]\nreview = "none"\nflood_limit = 99\n{channels}',
        bot='[review]\nlisten = "127.0.0.1:0"\n[publishing]\ndeadline = "2s"\nlease = "3s"\n'
        'quarantine = "4s"\n',
    )
    return made


def test_daemons_that_are_killed(bot: Bot, site: Site, doubles: Doubles, seed: int) -> None:
    dice = random.Random(seed)
    site.feed()
    bot("poll")
    slugs = [f"plan-{number}" for number in range(POSTS)]
    for slug in slugs:
        site.article(slug, at=ago(minutes=5))
    site.feed(*(site.item(slug, at=ago(minutes=5)) for slug in slugs))
    bot("poll")
    for double, effect in ((doubles.x, "POST /2/tweets"), (doubles.facebook, "POST /*/feed")):
        double.fault(Storm(seed, 0.5, LOST, match=effect))
    daemons = [start(bot), start(bot)]
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(1.0, 2.5))
            place = dice.randrange(2)
            end(daemons[place])
            daemons[place] = start(bot)
        for double in doubles:
            double.heal()
        with open_store(f"sqlite:///{bot.folder}/var/bot.db", create=False) as store:
            until = time.monotonic() + 60
            while time.monotonic() < until and moving(store):
                time.sleep(0.2)
            assert oracle.judge(store, doubles.effects()) == []
            assert oracle.asked(store) == []
        assert len(doubles.effects(kind="post")) == 2 * POSTS
    finally:
        for daemon in daemons:
            end(daemon)


def start(bot: Bot) -> subprocess.Popen[bytes]:
    """Start a daemon whose words go to a file: nobody reads them while it runs."""
    with (bot.folder / "daemon.log").open("ab") as log:
        command = [sys.executable, "-m", "bot", "run"]
        where = {"cwd": bot.folder, "env": bot.environ}
        return subprocess.Popen(command, **where, stdout=log, stderr=log)


def end(daemon: subprocess.Popen[bytes]) -> None:
    daemon.send_signal(signal.SIGKILL)
    daemon.wait(10)


def moving(store: Store) -> bool:
    with store.read() as tx:
        return bool(tx.posts.list(MOVING, limit=1))
