"""`bot status`: what needs a person, and how the sources are."""

from __future__ import annotations

import click

from bot.cli._base import Command, json_option, opened
from bot.cli._print import console, moment, post_row, to_json


@click.command(cls=Command)
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """Say what needs a person, what waits, what comes next, and how the sources are.

    Ends with 1 where something needs a person out of the ordinary.
    """
    with opened(ctx) as app:
        state = app.status()
        if as_json:
            to_json(
                {
                    "needs_person": [post_row(post) for post in state.needs_person],
                    "counts": state.counts,
                    "paused": state.paused,
                    "sources": state.sources,
                    "waiting": state.waiting,
                    "channels": state.channels,
                    "next": state.next and post_row(state.next),
                }
            )
            return int(state.alarm)
        from rich.text import Text

        out, now = console(), app.now()
        for post in state.needs_person:
            why = " ".join(problem.message for problem in post.problems) or post.reason
            line = f"#{post.id} {post.site}/{post.channel} is {post.state} and needs you: {why}"
            out.print(Text(line, "red"))
        counts = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in state.counts.items()
        )
        out.print(Text(f"Posts: {counts or 'none yet'}."))
        if state.next is not None:
            due = moment(state.next.due_at, app.zone(state.next.site), now)
            out.print(Text(f"Next: #{state.next.id} on {state.next.channel}, {due}."))
        for pause in state.paused:
            end = moment(pause.until, app.zone(pause.scope.split("/")[0]), now)
            until = f" until {end}" if pause.until else ""
            scope = "everything" if pause.scope == "*" else pause.scope
            out.print(Text(f"Paused: {scope}{until}, by {pause.who}.", "yellow"))
        for source in state.sources:
            colour = "red" if source.failing else "yellow" if source.error or source.silent else ""
            out.print(Text(source.sentence, colour))
        for article in state.waiting:
            out.print(Text(article.sentence, "red" if article.failing else ""))
        for channel in state.channels:
            out.print(Text(channel.sentence))
        return int(state.alarm)
