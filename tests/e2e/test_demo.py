"""`bot demo` in an empty folder: the whole line within a minute, a second terminal beside it."""

from __future__ import annotations

import html
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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


@pytest.fixture
def demo(bot: Bot) -> Iterator[subprocess.Popen[str]]:
    """A running demo whose every connection is watched and whose words go to files."""
    (bot.folder / "sitecustomize.py").write_text(WATCH, "utf-8")
    bot.environ |= {"PYTHONPATH": str(bot.folder), "PYTHONDONTWRITEBYTECODE": "1"}
    with (bot.folder / "out").open("w") as out, (bot.folder / "err").open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--every", "1"],
            cwd=bot.folder,
            env=bot.environ,
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


def test_the_demo_shows_the_line_and_takes_orders(bot: Bot, demo: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    proposed = hints(bot.folder / "err")
    queue = next(each for each in proposed if each[-1] == "queue")
    approve = next(each for each in proposed if "approve" in each)

    def rows(state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = bot.json(*queue, "--all")
        return [row for row in found if row["state"] == state]

    wait_until(lambda: len(rows("published")) >= 4, 55)
    live = {row["platform"]: row for row in rows("published")}
    assert set(live) == {"twitter", "facebook", "instagram", "youtube"}
    seen = dict(re.findall(r"Live on .* \((\w+)\): (\S+)", (bot.folder / "err").read_text()))
    assert set(seen) == set(live)
    for platform, row in live.items():
        shown = html.unescape(requests.get(seen[platform], timeout=5).text)
        assert row["text"] in shown, "the public sees what was approved"
        assert seen[platform].endswith(f"/seen/{row['remote']['id']}")

    def free() -> set[int]:
        held = (row for row in rows("held") if not row["problems"])
        return {row["id"] for row in held if row["platform"] != "youtube"}

    wait_until(lambda: bool(free()), 40)
    taken = max(free())
    bot(*approve, *(["--yes"] if "--all" in approve else [str(taken)]))
    wait_until(lambda: taken in {row["id"] for row in rows("published")})
    assert time.monotonic() - started < 90

    demo.send_signal(signal.SIGINT)
    assert demo.wait(10) == 0
    out, err = ((bot.folder / name).read_text() for name in ("out", "err"))
    assert "Traceback" not in err
    assert "Twitter" in out
    effects = (bot.folder / "var/demo/platforms/effects.jsonl").read_text().splitlines()
    numbers = [json.loads(line)["id"] for line in effects]
    assert len(numbers) == len(set(numbers)) >= 4
    assert not (bot.folder / "elsewhere.txt").exists(), "nothing leaves this machine"
    assert {path.name for path in bot.folder.iterdir()} == {"sitecustomize.py", "out", "err", "var"}


def test_the_watch_would_see_a_connection_elsewhere(tmp_path: Path) -> None:
    code = f"{WATCH}\ntry: socket.getaddrinfo('192.0.2.1', 9)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert "192.0.2.1" in (tmp_path / "elsewhere.txt").read_text()
