"""`bot demo`: the whole line at work, before any set-up."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.app import App
from bot.cli._base import Command, login_name
from bot.cli._pages import address, opened_pages, tell_link
from bot.cli._print import counted, say
from bot.cli.poll import sentence
from bot.cli.run import Terminal, rounds
from bot.demo import show
from bot.demo.doubles import Doubles
from bot.demo.newsroom import Newsroom
from bot.ingest import Polled
from bot.web.base import Pulse

SITE = "harbour"

#: Seconds until the first article: the source is polled once before, and remembers what is old.
FIRST_AFTER = 3.0


@click.command(cls=Command)
@click.option(
    "--every", type=float, default=20, show_default=True, help="Seconds between articles."
)
def demo(every: float) -> None:
    """Start a sample newsroom on this machine, and be its editor in your browser.

    A link is printed: it opens the review room. New articles appear one after the
    other and become posts for all four channels, which wait there for you. What you
    approve goes out to stand-ins for the platforms, which take and refuse what the
    real ones do. Nothing leaves this machine. Ctrl-C ends it.
    """
    with contextlib.ExitStack() as ending:
        newsroom = ending.enter_context(contextlib.closing(Newsroom(lambda: datetime.now(UTC))))
        show.clear()
        doubles = ending.enter_context(Doubles(show.FOLDER / "platforms", told=_seen))
        for each in doubles:
            each.looks = 0  # or each picture and video is processed for a minute
        channels = {
            each.platform: (each.account, doubles.settings(each.platform)) for each in doubles
        }
        folder = show.lay_out(newsroom.url, channels)
        app = ending.enter_context(contextlib.closing(App.open(str(folder), {}, who=login_name())))
        assert app.config.bot.media.listen, "a stand-in fetches pictures from there"
        _connect(app, doubles)
        pulse = Pulse()
        pages = ending.enter_context(opened_pages(app, pulse))
        _welcome(app, address(pages), newsroom.url, doubles)
        soon = timedelta(seconds=2)
        with _events(newsroom, every):
            rounds(app, Ticker(app, quiet=True), every={"poll": soon, "film": soon}, pulse=pulse)
    say(f"Ended. What the demo made stays in {show.FOLDER}/ until the next one.")


class Ticker(Terminal):
    """Tells in a line each what happens: the posts themselves are looked at in the room."""

    def polled(self, result: Polled) -> None:
        """Tell of new articles."""
        if result.error or result.alarms:
            say(sentence(result))
        with self._app.store.read() as tx:
            posts = [tx.posts.get(post_id) for post_id in result.posts]
        for headline in dict.fromkeys(post.article_title for post in posts):
            many = sum(post.article_title == headline for post in posts)
            say(f"New: “{headline}”. {counted(many, 'post')} for you in the review room.")


def _seen(effect: Mapping[str, Any]) -> None:
    """Say where the public sees what went out."""
    say(f"    Live on {effect['account']} ({effect['platform']}): {effect['seen_at']}")


def _connect(app: App, doubles: Doubles) -> None:
    """Connect the channels as `bot login` does, so that a second terminal knows them too."""
    with app.store.write("demo") as tx:
        for each in doubles:
            known = doubles.credentials(each.platform)
            tx.credentials.put(SITE, each.platform, known, seeds={}, expires_at=None, now=app.now())


def _welcome(app: App, at: str, newsroom: str, doubles: Doubles) -> None:
    """Print the way in first, then what there is to see."""
    tell_link(app, at)
    if not at.endswith(f":{show.PORT}"):
        say(f"(Port {show.PORT} is taken, so that the room is at another one.)\n")
    command = f"{_me()} --config {app.folder}"
    seen = "".join(f"    {each.platform:<10} {each.url}/\n" for each in doubles)
    say(
        "It is the review room of a sample newsroom. In a few seconds its first posts wait\n"
        "there: look at one and approve it. What you approve goes out, and here you see what\n"
        "happens. Nothing leaves this machine: the platforms are stand-ins, which show what the\n"
        f"public would see:\n{seen}"
        f"The newsroom itself is at {newsroom}/. The same in a second terminal:\n"
        f"    {command} queue\n"
        f"    {command} approve --all\n"
        f"    {command} review          # another link\n"
        "Ctrl-C ends it.\n"
    )


def _me() -> str:
    """Say how this program was called, for a second terminal in the same folder."""
    name = sys.argv[0]
    return f"{sys.executable} -m bot" if name.endswith("__main__.py") else os.path.relpath(name)


@contextlib.contextmanager
def _events(newsroom: Newsroom, every: float) -> Iterator[None]:
    """Let the newsroom publish now and then."""
    ended = threading.Event()

    def go() -> None:
        wait = FIRST_AFTER
        while not ended.wait(wait):
            if newsroom.publish_next() is None:
                say("The newsroom has no more articles. Ctrl-C ends the demo.")
                return
            wait = every

    thread = threading.Thread(target=go, name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5)
