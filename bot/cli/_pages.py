"""The pages as the commands open them, and the one-time link into them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot import people
from bot.app import App
from bot.cli._print import say
from bot.errors import UsageError
from bot.web.base import Pulse

if TYPE_CHECKING:
    from bot.web import Listener


@contextlib.contextmanager
def opened_pages(app: App, pulse: Pulse) -> Iterator[Listener]:
    """Serve the review room at [review] listen, and pictures at [media] listen.

    Raises UsageError where strangers could reach the room and nobody could sign in to it.
    """
    from bot import room, web

    where = app.config.bot
    check(app)
    view = app.view(pulse)
    with (
        contextlib.closing(app.beside("review")) as own,
        web.serving(where.review.listen, lambda: room.pages(own, view)) as pages,
        web.serving_media(where.media.listen, app.store, app.media),
    ):
        yield pages


def check(app: App) -> None:
    """Raise UsageError where the room must not be opened at its address."""
    from bot import web

    review = app.config.bot.review
    people.may_be_open(app.store, review.listen, review.url, web.is_local(review.listen))


def address(pages: Listener) -> str:
    """Wait for the address of the pages; UsageError where they cannot be there."""
    while not pages.address:
        if pages.fault:
            raise UsageError(pages.fault)
        time.sleep(0.02)
    return pages.address


def tell_link(app: App, at: str) -> bool:
    """Print how to come in: by a link, once, while nobody is a user; tell whether it was one.

    It is printed and never logged: whoever reads it comes in.
    """
    secret = people.lay_link(app.store, app.who, app.now())
    if secret is None:
        say(f"Sign in at {app.config.bot.review.url or f'{at}/'}")
    else:
        say("Open this link in a browser on this machine; it works once, within an hour:\n")
        print(f"    {at}/enter/{secret}\n", flush=True)
    return secret is not None
