"""What `bot run` takes of a small server: memory before and after its first posts, time at rest.

A real process with its pages, four channels on doubles and one site, polled as it is by
default. Memory is what the system counts as resident; the proportional share is given
too. Then somebody signs in and keeps the queue open, which asks every five seconds what is
new. Given a number, it rests for so many seconds instead of twenty.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests
from newsroom import PLATFORMS, Newsroom
from world import Bot, serving, wait_until

from bot import people
from bot.demo.doubles import Doubles

REST = 20.0
AT_MOST_BEFORE, AT_MOST_AFTER, AT_MOST_CPU, AT_MOST_OPEN = 100, 150, 0.5, 1
#: So often an open page asks what is new, in seconds.
EVERY = 5.0
WORDS = "the ferry leaves at nine"
#: It starts at once, and imports what its ticks need within these seconds.
SETTLES = 6.0


def memory(pid: int) -> tuple[float, float]:
    """Give what is resident of a process, and its proportional share, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    found = {
        name: int(rest.split()[0]) for name, _, rest in (each.partition(":") for each in lines)
    }
    return found["Rss"] / 1024, found["Pss"] / 1024


def cpu(pid: int) -> float:
    """Give the processor time that a process has taken, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(pid: int, seconds: float) -> float:
    """Give the share of a core that a process takes, in per cent."""
    begun, at = cpu(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu(pid) - begun) / (time.monotonic() - at)


def told(what: str, found: float, at_most: float, unit: str) -> str:
    verdict = "under" if found <= at_most else "OVER"
    return f"{what} {found:.{0 if unit == 'MB' else 2}f} {unit}, {verdict} the {at_most:g} {unit}"


def measure(newsroom: Newsroom, process: subprocess.Popen[str], url: str, rest: float) -> None:
    """Print what the daemon takes before and after a post on each platform."""
    wait_until(lambda: "ok" in _asked(f"{url}/healthz"), 60)
    time.sleep(SETTLES)
    for words, at_most in (
        ("before the first post", AT_MOST_BEFORE),
        ("after a post on each platform", AT_MOST_AFTER),
    ):
        if at_most == AT_MOST_AFTER:
            _publish(newsroom)
            time.sleep(SETTLES)
        resident, proportional = memory(process.pid)
        print(f"{told(words, resident, at_most, 'MB')} ({proportional:.0f} MB its own share)")
        print(told(f"  at rest for {rest:.0f} s", share(process.pid, rest), AT_MOST_CPU, "%"))
        print(f"  heavy modules: {', '.join(_loaded(process.pid)) or 'none'}")
    with _open_page(newsroom, url):
        time.sleep(SETTLES)
        resident, proportional = memory(process.pid)
        print(f"with the queue open {resident:.0f} MB ({proportional:.0f} MB its own share)")
        print(told(f"  at rest for {rest:.0f} s", share(process.pid, rest), AT_MOST_OPEN, "%"))


@contextmanager
def _open_page(newsroom: Newsroom, url: str) -> Iterator[None]:
    """Sign in as a person does, open the queue, and ask as its script does."""
    with newsroom.inside() as app:
        people.add(app.store, "ines", None, WORDS, app.now())
    browser, closed = requests.Session(), Event()
    # A browser asks again where a connection was closed meanwhile; this one does not.
    browser.headers.update({"Sec-Fetch-Site": "same-origin", "Connection": "close"})
    browser.post(f"{url}/sign-in", {"name": "ines", "password": WORDS}, timeout=10)
    page = browser.get(f"{url}/queue", timeout=10).text
    mark = re.search(r'hx-get="/live\?since=([^&"]+)', page)
    assert mark, "the page does not ask what is new"

    def asks() -> None:
        while not closed.wait(EVERY):
            live = f"{url}/live?since={mark[1]}&from={mark[1]}&shown=&busy="
            assert browser.get(live, headers={"HX-Request": "true"}, timeout=10).status_code == 204

    asking = Thread(target=asks)
    asking.start()
    yield
    closed.set()
    asking.join()


def _publish(newsroom: Newsroom) -> None:
    newsroom.announces("one")
    wait_until(lambda: sorted(newsroom.live()) == sorted(PLATFORMS), 60)
    wait_until(lambda: all(row["state"] == "published" for row in newsroom.bot.queue("--all")), 30)


def _loaded(pid: int) -> list[str]:
    """Name the libraries of which a compiled part is in the process's memory."""
    heavy = (
        *("lxml", "pydantic_core", "cryptography", "psycopg", "regex", "sqlalchemy"),
        *("PIL", "numpy", "pyvips", "av"),  # the studio's, whose process is its own
    )
    maps = Path(f"/proc/{pid}/maps").read_text()
    return [name for name in heavy if f"/{name}/" in maps]


def _asked(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read())
    except OSError:
        return ""


def main(rest: float = REST) -> None:
    """Start a daemon, measure it, and end it as systemd would."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    with (
        TemporaryDirectory() as name,
        serving() as site,
        Doubles(Path(name) / "doubles") as doubles,
    ):
        folder = Path(name) / "bot"
        folder.mkdir()
        newsroom = Newsroom(Bot(folder, plain), site, doubles)
        newsroom.opens(*PLATFORMS, listen=listen)
        process = newsroom.bot.start("run")
        try:
            measure(newsroom, process, f"http://{listen}", rest)
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
