"""`bot review`: the review room without the daemon, or the way into the one that is open."""

from __future__ import annotations

from datetime import timedelta

import click

from bot import http
from bot.app import App
from bot.cli._base import Command, opened
from bot.cli._pages import address, check, opened_pages, tell_link
from bot.cli._print import say
from bot.errors import FetchError, UsageError
from bot.web.base import Pulse


@click.command(cls=Command)
@click.pass_context
def review(ctx: click.Context) -> None:
    """Open the review room: see, approve and set right what waits, in a browser.

    Where “bot run” serves it already, this tells where, and ends. Otherwise the room
    is open until Ctrl-C; nothing is polled or sent meanwhile, but for what you tell
    it to.

    While nobody is a user, a link is printed that opens the room once, in a browser
    on this machine. From the first “bot user add NAME” on people sign in instead. To
    use it from elsewhere, name the https address of a proxy in front of it as [review]
    url; or: ssh -L 8700:127.0.0.1:8700 HOST.
    """
    from bot import daemon, web

    with opened(ctx) as app:
        listen = app.config.bot.review.listen
        if not listen:
            raise UsageError("there is no address for the room: name one in [review] listen.")
        check(app)
        if web.is_served(listen):
            there = _there(listen)
            if not _is_ours(app, there):
                raise UsageError(
                    f"another program listens at {listen}, or a bot with another database:"
                    " end it, or name another address in [review] listen."
                )
            say(
                f"The review room is open at {there}/; “bot run” or another “bot review” serves it."
            )
            tell_link(app, there)
            return
        pulse = Pulse()
        with opened_pages(app, pulse) as pages:
            at = address(pages)
            say(f"The review room is open at {at}/ until Ctrl-C. Nothing is polled or sent from")
            say("here: “bot run” does that.")
            tell_link(app, at)
            daemon.run({}, pulse=pulse)
        say("Ended.")


def _there(listen: str) -> str:
    """Give the address at which this machine reaches what listens there."""
    host, _, port = listen.rpartition(":")
    return f"http://{ {'0.0.0.0': '127.0.0.1', '[::]': '[::1]'}.get(host, host) }:{port}"


def _is_ours(app: App, there: str) -> bool:
    """Tell whether the room there works on our database: it knows what only that holds.

    What it is asked for opens nothing, so that a stranger who listens there learns nothing.
    """
    with app.store.write("probe") as tx:
        probe = tx.sessions.begin("probe", "", now=app.now(), lasts=timedelta(seconds=30))
    try:
        http.fetch(
            http.Session(deadline=timedelta(seconds=5), allow_private=True, masker=app.masker),
            f"{there}/enter/{probe}",
        )
        return True
    except FetchError:
        return False
    finally:
        with app.store.write("probe") as tx:
            tx.sessions.end_secret(probe)
