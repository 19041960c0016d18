"""`bot demo` in an empty folder: a link, a post approved in the browser, a second terminal."""

from __future__ import annotations

import html
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from world import Bot, wait_until

#: What Python runs before the program: connections that leave the machine are written down.
WATCH = """
import socket
known = {"127.0.0.1", "::1", "localhost"}
def noted(real):
    def call(*args, **kwargs):
        hosts = [a[0] if isinstance(a, tuple) else a for a in args if isinstance(a, (tuple, str))]
        if not known.intersection(hosts):
            with open("elsewhere.txt", "a") as file:
                print(hosts, file=file)
        return real(*args, **kwargs)
    return call
socket.getaddrinfo = noted(socket.getaddrinfo)
socket.socket.connect = noted(socket.socket.connect)
"""


def watched(bot: Bot) -> Bot:
    """The program, started whole, with every connection of its own noted."""
    watch = {"PYTHONPATH": str(bot.folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return replace(bot, environ=bot.environ | watch)


@pytest.fixture
def demo(bot: Bot) -> Iterator[subprocess.Popen[str]]:
    """A running demo whose every connection is watched and whose words go to files."""
    (bot.folder / "sitecustomize.py").write_text(WATCH, "utf-8")
    with (bot.folder / "out").open("w") as out, (bot.folder / "err").open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--every", "4"],
            cwd=bot.folder,
            env=watched(bot).environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            text=True,
        )
        yield process
        process.kill()
        process.wait(10)


def hints(words: Path) -> list[list[str]]:
    """Read the commands that the demo proposes for a second terminal."""
    wait_until(lambda: "Ctrl-C ends it" in words.read_text())
    lines = re.findall(r"^ .*\bbot (--config .*)$", words.read_text(), re.M)
    return [line.split("#")[0].split() for line in lines]


def entered(words: Path) -> tuple[str, requests.Session]:
    """Open the room by the link that the demo prints, as a browser does."""
    wait_until(lambda: "/enter/" in words.read_text())
    (link,) = re.findall(r"http://\S+/enter/\S+", words.read_text())
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    assert browser.get(link, timeout=10).url.endswith("/queue")
    return link.partition("/enter/")[0], browser


def test_the_demo_opens_its_room_and_sends_what_is_approved(
    bot: Bot, demo: subprocess.Popen[str]
) -> None:
    started = time.monotonic()
    room, browser = entered(bot.folder / "out")
    proposed = hints(bot.folder / "err")
    queue = next(each for each in proposed if each[-1] == "queue")
    approve = next(each for each in proposed if "approve" in each)

    def rows(state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = bot.json(*queue, "--all")
        return [row for row in found if row["state"] == state]

    wait_until(lambda: "harbour_post" in browser.get(f"{room}/queue", timeout=10).text, 20)
    assert time.monotonic() - started < 30, "a newcomer does not wait for long"
    first = next(row for row in rows("held") if row["platform"] == "twitter")
    form = {"back": "/queue"}
    done = browser.post(f"{room}/posts/{first['id']}/approve", form, timeout=10)
    assert done.status_code == 200, done.text
    wait_until(lambda: first["id"] in {row["id"] for row in rows("published")})

    def seen() -> dict[str, str]:
        words = (bot.folder / "err").read_text()
        return dict(re.findall(r"Live on .* \((\w+)\): (\S+)", words))

    approve += ["--yes"] * ("--all" in approve)
    watched(bot)(*approve)

    def approve_and_look() -> bool:
        bot(*approve)
        time.sleep(1)  # a film is being made, and needs the machine
        return len(seen()) == 4

    wait_until(approve_and_look, 60)
    wait_until(lambda: len({row["platform"] for row in rows("published")}) == 4)
    live = {row["platform"]: row for row in rows("published")}
    assert set(live) == {"twitter", "facebook", "instagram", "youtube"}
    for platform in live:
        shown = html.unescape(requests.get(seen()[platform], timeout=5).text)
        assert any(
            row["text"] in shown
            for row in rows("published")
            if row["platform"] == platform and seen()[platform].endswith(row["remote"]["id"])
        ), "the public sees what was approved"

    demo.send_signal(signal.SIGINT)
    assert demo.wait(10) == 0
    err = (bot.folder / "err").read_text()
    assert "Traceback" not in err
    assert "/enter/" not in err, "the link is in no log"
    effects = (bot.folder / "var/demo/platforms/effects.jsonl").read_text().splitlines()
    numbers = [json.loads(line)["id"] for line in effects]
    assert len(numbers) == len(set(numbers)) >= 4
    assert not (bot.folder / "elsewhere.txt").exists(), "nothing leaves this machine"
    assert {path.name for path in bot.folder.iterdir()} == {"sitecustomize.py", "out", "err", "var"}


def test_the_watch_would_see_a_connection_elsewhere(tmp_path: Path) -> None:
    code = f"{WATCH}\ntry: socket.getaddrinfo('192.0.2.1', 9)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert "192.0.2.1" in (tmp_path / "elsewhere.txt").read_text()
