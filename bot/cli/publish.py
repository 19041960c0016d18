"""`bot publish`: what is due goes out; in this version, as a rehearsal only."""

from __future__ import annotations

import click

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
        if as_json:
            to_json([rehearsal_row(rehearsal) for rehearsal in rehearsals])
        else:
            for rehearsal in rehearsals:
                show_posts(app, [rehearsal.post])
                show_exchanges(console(), rehearsal.exchanges)
                show_outcome(rehearsal)
            say(f"{counted(len(rehearsals), 'post')} due; nothing was sent.")
            if not rehearsals:
                say(app.next_due())
        return int(any(not isinstance(each.outcome, Published) for each in rehearsals))


def show_outcome(rehearsal: Rehearsal) -> None:
    """Say where a rehearsal ended before the post would have been live."""
    if not isinstance(rehearsal.outcome, Published):
        name = type(rehearsal.outcome).__name__.lower()
        say(f"  It would not go out, {name}: {getattr(rehearsal.outcome, 'reason', '')}")


def rehearsal_row(rehearsal: Rehearsal) -> dict[str, object]:
    """Give a rehearsed post with its requests as scripts see it."""
    return {
        "post": post_row(rehearsal.post),
        "requests": [exchange_row(exchange) for exchange in rehearsal.exchanges],
        "outcome": type(rehearsal.outcome).__name__.lower(),
        "reason": getattr(rehearsal.outcome, "reason", ""),
    }
