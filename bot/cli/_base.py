"""What the commands share: the common options, and the opened bot."""

from __future__ import annotations

import contextlib
import getpass
import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from bot.app import App
from bot.errors import UsageError
from bot.model import PLATFORM_ALIASES


class Command(click.Command):
    """A command that takes the common options behind its name too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, key, hint in (
            ("--config", "config", "Configuration folder."),
            ("--as", "who", "Who acts, for the log."),
        ):
            if not any(name in param.opts for param in self.params):
                self.params.append(
                    click.Option(
                        [name, f"common_{key}"],
                        hidden=True,
                        expose_value=False,
                        help=hint,
                        callback=_keep(key),
                    )
                )
        self.params.append(
            click.Option(
                ["--debug", "common_debug"],
                is_flag=True,
                hidden=True,
                expose_value=False,
                callback=_keep("debug"),
            )
        )


def _keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value and ctx.obj is not None:
            ctx.obj[key] = value

    return callback


#: A time as old as this is a slip, not a way to say “at once”.
PAST = timedelta(minutes=5)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document for scripts."
)


@contextlib.contextmanager
def opened(ctx: click.Context, **how: Any) -> Iterator[App]:
    """Open the bot that the common options name, and close it after the command."""
    given = ctx.obj or {}
    app = App.open(given.get("config"), os.environ, who=given.get("who") or login_name(), **how)
    before = logging.lastResort
    logging.lastResort = _Aside(app, debug=bool(given.get("debug")))
    try:
        yield app
    finally:
        logging.lastResort = before
        app.close()


class _Aside(logging.Handler):
    """Says on a terminal what the bot logs, where no daemon keeps a log.

    What became of a post is left out: each command that sends tells that itself.
    """

    def __init__(self, app: App, *, debug: bool) -> None:
        super().__init__(logging.WARNING)
        self._app, self._debug = app, debug

    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "post") and not self._debug:
            return
        words = f"bot: {record.getMessage()}"
        if record.exc_info and self._debug:
            import traceback  # milliseconds that only a fault should cost

            words += "\n" + "".join(traceback.format_exception(*record.exc_info))
        print(self._app.masker.mask(words), file=sys.stderr, flush=True)


def local_time(app: App, text: str, site: str) -> datetime:
    """Read a time as an editor of the site writes it, and say what is odd about it."""
    moment = app.local_time(text, site)
    if moment.at < app.now() - PAST:
        raise UsageError(f"“{text}” is past: give a time to come.")
    if moment.note:
        print(moment.note, file=sys.stderr)
    return moment.at


def named(app: App, site: str | None, channel: str | None = None) -> str | None:
    """Check the names that a listing is narrowed by, and give the channel's own name.

    Raises UsageError where one is unknown: an empty list would say that all is done.
    """
    if site is not None:
        app.config.site(site)
    known = {each.name for each in app.config.channels() if site in (None, each.site)}
    if channel is None or channel in known:
        return channel
    own = PLATFORM_ALIASES.get(channel, channel)
    if own not in known:
        there = ", ".join(sorted(known)) or "none"
        raise UsageError(f"there is no channel “{channel}”; there are: {there}.")
    return own


def login_name() -> str:
    """Name whoever is logged in, or “cli” where the system knows no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "cli"
