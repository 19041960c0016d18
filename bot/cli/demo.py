"""`bot demo`: the whole line at work, before any set-up."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot import queue
from bot.app import App
from bot.cli._base import Command
from bot.cli._print import say
from bot.cli.run import Terminal, approve_all, rounds
from bot.demo import show
from bot.demo.doubles import Doubles
from bot.demo.newsroom import Newsroom
from bot.model import State

SITE = "harbour"


@click.command(cls=Command)
@click.option(
    "--every", type=float, default=20, show_default=True, help="Seconds between articles."
)
def demo(every: float) -> None:
    """Start a sample newsroom on this machine and see its posts go out.

    New articles appear one after the other and become teasers for all four
    channels. What is approved goes out to stand-ins for the platforms, which take
    and refuse what the real ones do. Nothing leaves this machine. Ctrl-C ends it.
    """
    from bot import web

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
        app = ending.enter_context(contextlib.closing(App.open(str(folder), {}, who="demo")))
        _connect(app, doubles)
        pages = "".join(f"    {each.platform:<10} {each.url}/\n" for each in doubles)
        say(
            f"A sample newsroom, {newsroom.url}/, is polled. Its posts go out to stand-ins for\n"
            f"the four platforms, where you see what the public would; nothing leaves this "
            f"machine:\n{pages}"
            "In a second terminal, be its editor:\n"
            f"    {_me()} --config {folder} queue\n"
            f"    {_me()} --config {folder} approve --all\n"
            "What you approve goes out. Ctrl-C ends it.\n"
        )
        media = ending.enter_context(
            web.serving_media(app.config.bot.media.listen, app.store, app.media)
        )
        assert media.listen, "a stand-in fetches pictures from there"
        soon = timedelta(seconds=2)
        with _events(newsroom, app, every):
            rounds(app, Terminal(app, quiet=True), every={"poll": soon, "film": soon})
    say(f"Ended. What the demo made stays in {show.FOLDER}/ until the next one.")


def _seen(effect: Mapping[str, Any]) -> None:
    """Say where the public sees what went out."""
    say(f"    Live on {effect['account']} ({effect['platform']}): {effect['seen_at']}")


def _connect(app: App, doubles: Doubles) -> None:
    """Connect the channels as `bot login` does, so that a second terminal knows them too."""
    with app.store.write("demo") as tx:
        for each in doubles:
            known = doubles.credentials(each.platform)
            tx.credentials.put(SITE, each.platform, known, seeds={}, expires_at=None, now=app.now())


def _in_the_making(app: App) -> bool:
    """Tell whether a video is still to be made."""
    with app.store.read() as tx:
        return any(queue.in_the_making(post) for post in tx.posts.list((State.HELD,)))


def _me() -> str:
    """Say how this program was called, for a second terminal in the same folder."""
    name = sys.argv[0]
    return f"{sys.executable} -m bot" if name.endswith("__main__.py") else os.path.relpath(name)


@contextlib.contextmanager
def _events(newsroom: Newsroom, app: App, every: float) -> Iterator[None]:
    """Let the newsroom publish now and then, and its editor approve the first article."""
    ended = threading.Event()

    def approve_first() -> None:
        while _in_the_making(app) and not ended.wait(0.5):
            pass
        say("The demo's editor approves what is held; from now on it is your turn.")
        approve_all(app, "the demo’s editor")

    def go() -> None:
        steps: tuple[tuple[float, Callable[[], object]], ...] = (
            (4, newsroom.publish_next),
            (8, approve_first),
        )
        for delay, step in steps:
            if ended.wait(delay):
                return
            step()
        while not ended.wait(every):
            if newsroom.publish_next() is None:
                say("The newsroom has no more articles. Ctrl-C ends the demo.")
                return

    thread = threading.Thread(target=go, name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5)
