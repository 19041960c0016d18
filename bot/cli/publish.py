"""`bot publish`: what is due goes out."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot import review
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
from bot.cli.run import tell_step
from bot.model import Published, State
from bot.publisher import Rehearsal
from bot.standing import Step


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Show every request and send none.")
@json_option
@click.pass_context
def publish(ctx: click.Context, dry_run: bool, as_json: bool) -> int:
    """Publish the approved posts whose time has come, and look after those in doubt.

    Returns when nothing more is due now. Ends with 1 where a post or its channel needs
    a person, with 3 where a due post has to wait: a platform or the site could not be
    reached, or has no room for it now.

    With --dry-run every request of every post is shown in order, exactly as it would
    be sent, with secrets masked. No credentials are needed, nothing is sent, and no
    row changes.
    """
    with opened(ctx) as app:
        if dry_run:
            rehearsals = app.rehearse_due()
            code = report(app, rehearsals, as_json)
            say(f"{counted(len(rehearsals), 'post')} due; nothing was sent.")
            if not rehearsals:
                say(app.next_due())
            return code
        steps: list[Step] = []
        for step in app.publish(app.press()):
            steps.append(step)
            if not as_json:
                tell_step(app, step)
        if as_json:
            to_json([_step_row(step) for step in steps])
        if not steps:
            say(f"Nothing is due. {app.next_due()}")
        return exit_code(app, steps)


def exit_code(app: App, steps: Sequence[Step]) -> int:
    """Give 1 where a post or its channel needs a person, 3 where a due post had to wait."""
    posts = {step.post.id: step.post for step in steps}.values()
    with app.store.read() as tx:
        blocked = {(each.site, each.channel) for each in tx.accounts.all() if each.blocked}
    if any(
        (post.site, post.channel) in blocked
        or review.needs_person(post, reviewed=app.reviewed(post))
        for post in posts
    ):
        return 1
    return 3 if any(post.state is State.APPROVED for post in posts) else 0


def _step_row(step: Step) -> dict[str, object]:
    return {
        "post": post_row(step.post),
        "requests": [exchange_row(exchange) for exchange in step.exchanges],
        "outcome": str(step.post.state),
        "reason": step.words,
    }


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
