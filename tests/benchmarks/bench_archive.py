"""The pages of the room above 100,000 posts: server time of each, and what stands around all.

They are the posts of one site, a year of three hundred a day; two hundred more wait, half
of them with a time in the coming days. CPU time, as in bench_room.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bench_history
from bench_room import ARTICLES, asking
from rooms import Opened, open_room
from world import ALL_CHANNELS

from bot import room as rooms
from bot.room import _matters
from bot.web.base import Pulse

AT_MOST_MS = 60
HOURS = 'windows = ["Mon-Fri 07:30-22:00", "Sat-Sun 09:00-21:00"]\nspacing = "20m"\naccount'
#: Every page of the navigation; of the agenda, a week to come with what is planned in it.
PAGES = (
    *("/queue", "/queue?show=approved", "/agenda", "/agenda?view=week&day={later}", "/needs"),
    *("/channels", "/history", "/history?words=council", "/history?person=rui", "/new"),
    *("/posts/{post}", "/posts/{post}/edit", "/posts/{post}/move", "/live?since=1-0-0-0"),
)


def fill(room: Opened) -> int:
    """Lay a year of posts down, then those that wait; give one of these."""
    bench_history.NOW = room.app.now()
    bench_history.fill(room.app.store, "harbour")
    editor, held = room.app.editor("ines"), []
    for number in range(ARTICLES):
        posts = room.article(f"plan-{number}", f"Council votes on plan {number} of the quay")
        for post in posts:
            if number % 2:
                held.append(post.id)
            else:
                at = room.app.now() + timedelta(minutes=40 * (number + 1))
                editor.move(post.id, at, version=post.version)
    return held[0]


def needs(app: Any) -> float:
    """Count what needs a person, with nothing remembered."""
    spans = []
    for _ in range(9):
        _matters._kept.clear()
        begun = process_time()
        _matters.count(SimpleNamespace(app=app, now=app.now(), room=app))  # type: ignore[arg-type]
        spans.append(1000 * (process_time() - begun))
    return median(spans)


def main() -> int:
    """Measure, tell, and fail where a bar is missed."""
    missed = False
    channels = ALL_CHANNELS.replace("account", HOURS)
    with TemporaryDirectory() as folder, open_room(Path(folder), channels=channels) as room:
        post, later = fill(room), (room.app.now() + timedelta(days=7)).date()
        browser, own = room.browser(), room.app.beside("bench")
        ask = asking(rooms.pages(own, own.view(Pulse())), browser, urlsplit(room.url).netloc)
        for page in PAGES:
            path = page.format(post=post, later=later)
            ask(path, 1)  # what is drawn once stays drawn
            took = ask(path)
            missed |= took > AT_MOST_MS
            print(f"{path:34} {took:6.1f} ms (at most {AT_MOST_MS})", flush=True)
        print(f"{'what needs a person, counted anew':34} {needs(own):6.1f} ms")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
