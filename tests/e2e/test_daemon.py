"""The daemon as a process: it outlives what fails, and ends when it is asked to."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from world import Bot, Site, ago, kill, wait_until

SITE = (
    'url = "{url}/"\nfeeds = ["{url}/feed/"{more}]\npoll_every = "1s"\n'
    '[channels.twitter]\naccount = "h"\n'
)


def ask(bot: Bot, question: str) -> list[str]:
    """Ask the rehearsal's own database."""
    path = bot.folder / "var" / "bot.dry-run.db"
    if not path.exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return [answer for (answer,) in db.execute(question)]
    except sqlite3.Error:  # it is being made just now
        return []


def states(bot: Bot) -> list[str]:
    return ask(bot, "SELECT state FROM posts")


def remembered(bot: Bot, site: Site) -> None:
    """Let the daemon take its first look, which only remembers, and end it."""
    site.feed()
    first = bot.start("run", "--dry-run")
    wait_until(lambda: any(ask(bot, "SELECT baseline_at FROM sources")), 60)
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0
    first.communicate()


def test_it_ends_within_seconds_while_a_source_drips(bot: Bot, site: Site) -> None:
    def drips(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(40):
                request.wfile.write(b" ")
                time.sleep(1)

    bot.configure(SITE.format(url=site.url, more=f', "{site.url}/b", "{site.url}/c"'))
    for path in ("/feed/", "/b", "/c"):
        site.acts[path] = drips
    process = bot.start("run", "--dry-run")
    wait_until(lambda: bool(site.seen))
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - started < 8, err
    assert process.returncode == 0
    assert "Traceback" not in err


def test_a_source_that_fails_keeps_nothing_else(bot: Bot, site: Site) -> None:
    bot.configure(SITE.format(url=site.url, more=f', "{site.url}/broken"'))
    site.put("/broken", "later", status=503)
    remembered(bot, site)
    site.article("one")
    site.feed(site.item("one", at=ago(minutes=3)))
    process = bot.start("run", "--dry-run")
    try:
        wait_until(lambda: states(bot) == ["published"], 60)
        wait_until(lambda: "503" in " ".join(ask(bot, "SELECT error FROM sources")))
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert "Traceback" not in err


def test_a_killed_daemon_goes_on_where_it_was(bot: Bot, site: Site) -> None:
    bot.configure(SITE.format(url=site.url, more=""))
    remembered(bot, site)
    site.article("one")
    site.feed(site.item("one", at=ago(minutes=3)))
    for _ in range(2):
        process = bot.start("run", "--dry-run")
        wait_until(lambda: len(states(bot)) == 1)
        kill(process)
    process = bot.start("run", "--dry-run")
    time.sleep(1)
    wait_until(lambda: states(bot) in (["published"], ["sending"]))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert len(states(bot)) == 1, "killed twice, and still one post"


# ------------------------------------------------------------------- for real, `bot run`


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def ready_to_run(bot: Bot, site: Site) -> str:
    """Configure a bot that serves its pages at a port of its own; their address."""
    port = free_port()
    pages = f'[review]\nlisten = "127.0.0.1:{port}"\n'
    bot.configure(SITE.format(url=site.url, more=""), bot=pages)
    site.feed()
    return f"http://127.0.0.1:{port}"


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextmanager
def running(bot: Bot, pages: str = "") -> Iterator[subprocess.Popen[str]]:
    """A daemon that has begun, and is killed at the end where it still runs."""
    process = bot.start("run")
    try:
        if pages:
            wait_until(lambda: get(f"{pages}/healthz")[0] == 200, 40)
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> list[dict[str, Any]]:
    """End it as a server does; what it logged, a JSON object a line."""
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_it_tells_how_it_does_and_ends_within_seconds(bot: Bot, site: Site) -> None:
    pages = ready_to_run(bot, site)
    with running(bot, pages) as process:
        health = json.loads(get(f"{pages}/healthz")[1])
        assert health["state"] == "ok"
        assert {"poll", "publish", "reconcile", "notices"} <= set(health["ticks"])
        wait_until(lambda: get(f"{pages}/readyz") == (200, '{"ready":true,"reasons":[]}'))
        numbers = dict(
            line.rsplit(" ", 1)
            for line in get(f"{pages}/metrics")[1].splitlines()
            if not line.startswith("#")
        )
        assert numbers["bot_database_up"] == "1.0"
        assert numbers['bot_tick_hangs{tick="publish"}'] == "0.0"
        assert "bot user add NAME" in get(f"{pages}/posts/1")[1], "nobody can sign in yet"
        since = time.monotonic()
        rows = ended(process)
        assert time.monotonic() - since < 5
    assert {"info"} == {row["level"] for row in rows}, rows
    assert [row for row in rows if row.get("source") == f"{site.url}/feed/"]


def test_two_on_one_machine_share_a_queue_and_not_a_port(bot: Bot, site: Site) -> None:
    pages = ready_to_run(bot, site)
    with running(bot, pages) as first, running(bot) as second:
        taken = second.stderr
        assert taken is not None
        while "cannot be at" not in (line := taken.readline()):
            assert line, "it ended"
        assert "publishing goes on" in json.loads(line)["message"]
        site.article("one")
        site.feed(site.item("one", at=ago(minutes=3)))
        path = bot.folder / "var" / "bot.db"

        def held() -> list[str]:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
                return [state for (state,) in db.execute("SELECT state FROM posts")]

        wait_until(lambda: held() == ["held"], 40)
        ended(first)
        ended(second)
        assert held() == ["held"]


def test_systemd_hears_when_it_is_ready_and_when_it_ends(
    bot: Bot, site: Site, tmp_path: Path
) -> None:
    ready_to_run(bot, site)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(40)
        bot.environ |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        with running(bot) as process:
            assert [systemd.recv(99), systemd.recv(99)] == [b"READY=1", b"WATCHDOG=1"]
            ended(process)
        said = b""
        while said != b"STOPPING=1":
            said = systemd.recv(99)


def test_a_second_signal_ends_it_at_once(bot: Bot, site: Site) -> None:
    def drips(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                request.wfile.write(b" ")
                time.sleep(0.1)

    pages = ready_to_run(bot, site)
    site.acts["/feed/"] = drips
    with running(bot, pages) as process:
        wait_until(lambda: bool(site.seen))
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: json.loads(get(f"{pages}/healthz")[1] or "{}").get("state") == "ends", 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 128 + signal.SIGTERM
        assert time.monotonic() - since < 3
