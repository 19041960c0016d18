"""Polling with the real program: polite, and no article lost whatever is killed."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from world import Bot, Site, ago, wait_until

from bot.app import App

ONE = '[channels.twitter]\naccount = "h"\n'

#: What Python runs before the program: it kills itself before or after its n-th commit
#: that changes anything.
KILLER = """
import os, signal, sqlite3
left = {number}
class Connection(sqlite3.Connection):
    seen = 0
    def commit(self):
        global left
        left -= self.total_changes > self.seen
        self.seen = self.total_changes
        if left == 0 and {before}:
            os.kill(os.getpid(), signal.SIGKILL)
        super().commit()
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
real = sqlite3.connect
def connect(*args, **kwargs):
    return real(*args, **(kwargs | {{"factory": Connection}}))
sqlite3.connect = sqlite3.dbapi2.connect = connect
"""


@pytest.fixture
def one(site: Site, bot: Bot) -> Bot:
    """The program with one site and one channel, its first poll behind it."""
    folder = bot.folder / "var"
    places = f'database = "sqlite:///{folder}/bot.db"\n[media]\ndir = "{folder}/media"\n'
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{ONE}', bot=places)
    site.feed()
    bot("poll")
    site.seen.clear()
    return bot


def rows(bot: Bot, question: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(bot.folder / "var" / "bot.db")) as db:
        return db.execute(question).fetchall()


def test_a_poll_killed_at_any_commit_loses_and_repeats_nothing(site: Site, one: Bot) -> None:
    """Each round publishes two articles and is killed at another of its poll's commits:

    the one that keeps what the feed told of, and one for each article with its posts.
    """
    published: list[str] = []
    environ = dict(one.environ)
    for number, (commit, before) in enumerate((n, b) for n in (1, 2, 3) for b in (True, False)):
        slugs = [f"{letter}{number}" for letter in "ab"]
        published += slugs
        for slug in slugs:
            site.article(slug)
        site.feed(*(site.item(slug, at=ago(minutes=9)) for slug in slugs), ETag=f'"{number}"')
        code = KILLER.format(number=commit, before=before)
        (one.folder / "sitecustomize.py").write_text(code, "utf-8")
        one.environ |= {"PYTHONPATH": str(one.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        process = one.start("poll")
        _, err = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, err
        one.environ.clear()
        one.environ.update(environ)
        kept = rows(one, f"SELECT count(*) FROM articles WHERE url LIKE '%{number}'")[0][0]
        assert kept == (0 if (commit, before) == (1, True) else 2)
        if kept:  # the feed need not tell of them again
            site.feed(ETag=f'"{number} forgotten"')
        with contextlib.closing(App.open(str(one.folder / "config"), one.environ)) as app:
            assert [result for result in app.poll() if not result.error]
            with app.store.read() as tx:
                made = sorted(post.article_url.rsplit("/", 1)[1] for post in tx.posts.list())
        assert made == sorted(published), f"killed at commit {commit}, before it: {before}"


def test_two_polls_at_once_make_one_set_of_posts(site: Site, one: Bot) -> None:
    slugs = [f"n{number}" for number in range(4)]
    for slug in slugs:
        site.article(slug)
    site.feed(*(site.item(slug, at=ago(minutes=9)) for slug in slugs))
    polls = [one.start("poll") for _ in range(3)]
    for poll in polls:
        _, err = poll.communicate(timeout=60)
        assert "Traceback" not in err
    urls = [row["article"]["url"] for row in one.queue()]
    assert sorted(urls) == sorted(f"{site.url}/{slug}" for slug in slugs)


def test_an_article_outlives_its_place_in_the_feed(site: Site, one: Bot) -> None:
    site.put("/late", "soon", status=503)
    site.feed(site.item("late", at=ago(minutes=3)))
    assert "/late" in one("poll", code=3).err
    site.feed()
    site.article("late")
    one("poll")
    assert [row["article"]["url"] for row in one.queue()] == [f"{site.url}/late"]


def test_a_dead_item_is_no_failure_of_every_poll(site: Site, one: Bot) -> None:
    site.put("/dead", "", status=500)
    site.feed(site.item("dead", at=ago(minutes=3)))
    for code in (3, 3, 0, 0):
        one("poll", code=code)
    assert "/dead" in one("poll", "--now", code=3).err
    assert "tried 3 times" in one("status").out


def test_a_waiting_article_can_be_posted_by_hand(site: Site, one: Bot) -> None:
    site.put("/late", "", status=404)
    site.feed(site.item("late", at=ago(minutes=3)))
    one("poll")
    site.article("late")
    one("post", f"{site.url}/late")
    assert one.json("status")["waiting"] == []
    one("poll", "--now")
    assert len(one.queue()) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_outlives_the_process(site: Site, one: Bot, form: str) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    site.put("/feed/", "", status=503, Retry_After="3600" if form == "seconds" else at)
    one("poll", code=3)
    site.feed()
    site.seen.clear()
    answer = one("poll", code=3)
    assert site.seen == []
    assert "left alone until" in answer.err
    assert "left alone for 1 hour" in one("status", code=None).out
    one("poll", "--now")
    assert site.seen == [("GET", "/feed/")]
    one("status")


def test_a_source_that_is_gone_or_moved_away_needs_a_person(site: Site, one: Bot) -> None:
    site.put("/feed/", "", status=301, Location="http://127.0.0.2:9/feed/")
    assert "127.0.0.2" in one("poll", code=3).err, "nobody is there, so nothing is known yet"
    site.put("/feed/", "", status=410)
    assert "take it out" in one("poll", code=1).err
    site.seen.clear()
    assert "take it out" in one("poll", code=1).err
    assert site.seen == []
    assert "gone for good" in one("status", code=1).out


def test_a_poll_ends_at_once_when_it_is_told_to(site: Site, bot: Bot) -> None:
    never = threading.Event()

    def hangs(request: BaseHTTPRequestHandler) -> None:
        never.wait(20)

    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{ONE}')
    site.acts["/feed/"] = hangs
    poll = bot.start("poll")
    wait_until(lambda: bool(site.seen))
    began = time.monotonic()
    poll.send_signal(signal.SIGINT)
    _, err = poll.communicate(timeout=15)
    never.set()
    assert time.monotonic() - began < 5
    assert "Traceback" not in err
    assert poll.returncode == 130


def test_a_site_that_names_no_source_is_searched_for_one(site: Site, bot: Bot) -> None:
    bot.configure(f'url = "{site.url}/"\n[channels.twitter]\naccount = "h"\n')
    home = "<!doctype html><html><head><title>Harbour Post</title>{}</head><body>Hi.</body></html>"
    site.put("/", home.format(""))
    answer = bot("poll", code=1)
    assert f"No feed, sitemap or page of articles was found on {site.url}/" in answer.err
    site.put("/", home.format('<link rel="alternate" type="application/rss+xml" href="/feed/">'))
    site.article("one")
    site.feed(site.item("one", at=ago(minutes=9)))
    assert "1 article remembered" in bot("poll").err
    site.article("two")
    site.feed(site.item("one"), site.item("two", at=ago(minutes=1)))
    site.seen.clear()
    assert len(bot.json("poll")["posts"]) == 1
    assert ("GET", "/") not in site.seen  # what was found is kept
    assert f"{site.url}/feed/" in bot("status").out
