"""`bot demo`: the whole line at work, before any set-up."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import click

from bot.app import App
from bot.cli._base import Command
from bot.cli._print import say
from bot.cli.run import approve_all, rounds
from bot.demo import show
from bot.demo.newsroom import Newsroom


@click.command(cls=Command)
@click.option(
    "--every", type=float, default=20, show_default=True, help="Seconds between articles."
)
@click.pass_context
def demo(ctx: click.Context, every: float) -> None:
    """Start a sample newsroom on this machine and rehearse its posts.

    New articles appear one after the other and become teasers for all four
    channels. Nothing leaves this machine. Ctrl-C ends it.
    """
    newsroom = Newsroom(lambda: datetime.now(UTC))
    folder = show.lay_out(newsroom.url)
    app = App.open(str(folder), {}, who="demo")
    say(
        f"A sample newsroom, {newsroom.url}/, is polled and rehearsed. Nothing is sent.\n"
        "In a second terminal, be its editor:\n"
        f"    {_me()} --config {folder} queue\n"
        f"    {_me()} --config {folder} approve --all\n"
        "What you approve is rehearsed here, request by request. Ctrl-C ends it.\n"
    )
    try:
        with _events(newsroom, app, every):
            rounds(
                app,
                poll_every=timedelta(seconds=2),
                publish_every=timedelta(seconds=1),
                approve=False,
                quiet_polls=True,
            )
    finally:
        app.close()
        newsroom.close()
    say(f"Ended. What the demo made stays in {show.FOLDER}/ until the next one.")


def _me() -> str:
    """Say how this program was called, for a second terminal in the same folder."""
    name = sys.argv[0]
    return f"{sys.executable} -m bot" if name.endswith("__main__.py") else os.path.relpath(name)


@contextlib.contextmanager
def _events(newsroom: Newsroom, app: App, every: float) -> Iterator[None]:
    """Let the newsroom publish now and then, and its editor approve the first article."""
    ended = threading.Event()

    def approve_first() -> None:
        say("The demo's editor approves what is held; from now on it is your turn.")
        approve_all(app)

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
