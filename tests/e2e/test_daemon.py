"""The daemon as a process: it outlives what fails, and ends when it is asked to."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time
from http.server import BaseHTTPRequestHandler

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
        wait_until(lambda: states(bot) == ["published"])
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert "503" in err
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
