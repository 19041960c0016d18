"""Bots that are killed while they make videos: every post gets its own, and one alone."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from newsroom import Newsroom
from stills import Stills
from world import Bot, serving, wait_until

from bot import _crash, queue
from bot.app import App
from bot.demo.doubles import Doubles
from bot.model import Post, State


@pytest.fixture
def room(folder: Path) -> Iterator[Newsroom]:
    """A newsroom whose only channel takes videos, and is reviewed by nobody."""
    environ = {name: each for name, each in os.environ.items() if not name.startswith("BOT_")}
    bot = Bot(folder, environ | {"HOME": str(folder)})
    with serving() as site, Doubles(folder / "doubles") as doubles:
        made = Newsroom(bot, site, doubles)
        made.opens("youtube", review="none", poll_every="1h", listen="127.0.0.1:0")
        yield made


def posts(room: Newsroom) -> list[Post]:
    with room.inside() as app, app.store.read() as tx:
        return list(tx.posts.list())


def films(room: Newsroom) -> list[str]:
    """Make the videos that are wanted, without a studio's process; name what was ordered."""
    with room.inside() as app:
        return filmed_by(app, Stills(app.media))


def filmed_by(app: App, studio: Any) -> list[str]:
    app.__dict__["_film_studio"] = studio
    list(app.film())
    return [order.words.headline for order in studio.orders]


def time_goes_on(room: Newsroom) -> None:
    """Let so much time pass that nobody works any more at what he had taken."""
    with contextlib.closing(sqlite3.connect(room.bot.folder / "var" / "bot.db")) as db, db:
        db.execute("UPDATE leases SET clock_until = 0")


def all_is_well(room: Newsroom, number: int) -> None:
    found = posts(room)
    assert [post.state for post in found] == [State.APPROVED] * number
    with room.inside() as app, app.store.read() as tx:
        for post in found:
            (media,) = post.teaser.media
            assert not media.placeholder
            assert Path(media.path).is_file()
            made = [row for row in tx.posts.log(post.id) if row.who == queue.STUDIO]
            assert len(made) == 1, "once"


class Killed(BaseException):
    """What no code foresees."""


def test_a_kill_at_any_commit_loses_no_video(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    slugs = ("one", "two")
    room.publishes(*slugs)
    room.poll()
    passed: list[str] = []
    for number in itertools.count(1):
        left = iter(range(number, 0, -1))

        def dies(name: str, left: Iterator[int] = left) -> None:
            if "film" in name:
                passed.append(name)
                if next(left) == 1:
                    raise Killed

        monkeypatch.setattr(_crash, "hook", dies)
        try:
            films(room)
            break
        except Killed:
            time_goes_on(room)
    ends = {f"{when} commit {what}" for when in ("before", "after") for what in ("film", "filmed")}
    assert ends == set(passed)
    monkeypatch.setattr(_crash, "hook", None)
    assert films(room) == []
    all_is_well(room, len(slugs))


def test_two_bots_on_one_database_make_each_video_once(room: Newsroom) -> None:
    slugs = [f"plan-{number}" for number in range(5)]
    room.publishes(*slugs)
    room.poll()
    ordered: list[str] = []

    class Slow(Stills):
        def make(self, orders: Any) -> Any:
            time.sleep(0.05)
            return super().make(orders)

    def work() -> None:
        with room.inside() as app:
            ordered.extend(filmed_by(app, Slow(app.media)))

    bots = [threading.Thread(target=work) for _ in range(2)]
    for each in bots:
        each.start()
    for each in bots:
        each.join(20)
    assert sorted(ordered) == sorted(f"Council votes on plan {slug}" for slug in slugs)
    all_is_well(room, len(slugs))


def test_a_bot_that_is_killed_while_it_films_leaves_nothing_behind(room: Newsroom) -> None:
    room.publishes("one")
    room.poll()
    daemon = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=room.bot.folder,
        env=room.bot.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    media = room.bot.folder / "var" / "media"
    try:
        wait_until(lambda: any(media.glob("*.part")), 40)
    finally:
        daemon.send_signal(signal.SIGKILL)
        daemon.wait(10)
    wait_until(lambda: not any(media.glob("*.part")), 5)
    assert films(room) == [], "for a while it is taken for one that works"
    (post,) = posts(room)
    assert queue.in_the_making(post)
    time_goes_on(room)
    assert len(films(room)) == 1
    all_is_well(room, 1)
