"""`bot publish`: what is due goes out; in this version, as a rehearsal only."""

from __future__ import annotations

import click

from bot.app import App
from bot.cli._base import Command, json_option, opened
from bot.cli._print import (
    console,
    counted,
    exchange_row,
    post_row,
    say,
    show_exchanges,
    show_posts,
    to_json,
)
from bot.errors import UsageError
from bot.model import Published
from bot.publisher import Rehearsal

NOT_YET = "this version rehearses only and sends nothing: give --dry-run."


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Show every request and send none.")
@json_option
@click.pass_context
def publish(ctx: click.Context, dry_run: bool, as_json: bool) -> int:
    """Publish the approved posts whose time has come.

    With --dry-run every request of every post is shown in order, exactly as it would
    be sent, with secrets masked. No credentials are needed, nothing is sent, and no
    row changes. This version has no other way yet.
    """
    if not dry_run:
        raise UsageError(NOT_YET)
    with opened(ctx) as app:
        rehearsals = app.rehearse_due()
        code = report(app, rehearsals, as_json)
        say(f"{counted(len(rehearsals), 'post')} due; nothing was sent.")
        if not rehearsals:
            say(app.next_due())
        return code


def report(app: App, rehearsals: list[Rehearsal], as_json: bool) -> int:
    """Print rehearsed posts with their requests; give 1 where one would not have gone out."""
    if as_json:
        to_json([_row(rehearsal) for rehearsal in rehearsals])
    else:
        for rehearsal in rehearsals:
            show_posts(app, [rehearsal.post])
            show_exchanges(console(), rehearsal.exchanges)
            if not isinstance(rehearsal.outcome, Published):
                row = _row(rehearsal)
                say(f"  It would not go out, {row['outcome']}: {row['reason']}")
    return int(any(not isinstance(each.outcome, Published) for each in rehearsals))


def _row(rehearsal: Rehearsal) -> dict[str, object]:
    return {
        "post": post_row(rehearsal.post),
        "requests": [exchange_row(exchange) for exchange in rehearsal.exchanges],
        "outcome": type(rehearsal.outcome).__name__.lower(),
        "reason": getattr(rehearsal.outcome, "reason", ""),
    }
