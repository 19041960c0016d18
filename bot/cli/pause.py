"""`bot pause` and `bot resume`: stop and go."""

from __future__ import annotations

import click

from bot import queue
from bot.cli._base import Command, local_time, opened
from bot.cli._print import moment, say
from bot.errors import UsageError
from bot.model import PLATFORM_ALIASES


@click.command(cls=Command)
@click.argument("scope", metavar="[SITE[/CHANNEL]]", required=False)
@click.option("--all", "every", is_flag=True, help="Everything, at once.")
@click.option("--until", metavar="TIME", help="Go on by itself then: “18:00”, “in 2h”.")
@click.pass_context
def pause(ctx: click.Context, scope: str | None, every: bool, until: str | None) -> None:
    """Stop a channel, a site or everything before its next post.

    What falls due meanwhile returns to the queue; it never goes out by itself.
    """
    with opened(ctx) as app:
        name = _scope(app.scopes(), scope, every)
        at = local_time(app, until, name.split("/")[0]) if until else None
        app.editor().pause(name, at)
        shown = "Everything" if name == "*" else name
        end = f" until {moment(at, app.zone(name.split('/')[0]), app.now())}" if at else ""
        say(f"{shown} is paused{end}. “bot resume{'' if name == '*' else ' ' + name}” goes on.")


@click.command(cls=Command)
@click.argument("scope", metavar="[SITE[/CHANNEL]]", required=False)
@click.option("--all", "every", is_flag=True, help="End every pause.")
@click.pass_context
def resume(ctx: click.Context, scope: str | None, every: bool) -> None:
    """End a pause. What fell due meanwhile waits in the queue for a look."""
    with opened(ctx) as app:
        with app.store.write() as tx:
            active = sorted(tx.pauses.active(app.now()))
            if every or (scope is None and len(active) <= 1):
                names = active
            elif scope is None:
                raise UsageError(
                    f"several pauses are on: name one of {', '.join(active)}, or give --all."
                )
            else:
                # a site that left the configuration can still be paused
                names = [_scope((*app.scopes(), *active), scope, False)]
            for name in names:
                queue.resume(tx, name, app.now())
        ended = [name for name in names if name in active]
        shown = ", ".join("everything" if name == "*" else name for name in ended)
        say(f"Goes on: {shown}." if ended else "Nothing was paused.")
        left = [name for name in active if name not in ended]
        if left:
            say(f"Still paused: {', '.join(left)}.")


def _scope(scopes: tuple[str, ...], scope: str | None, every: bool) -> str:
    if every == (scope is not None):
        raise UsageError("say what to pause: a site, SITE/CHANNEL, or --all.")
    name = "*" if every or scope == "*" else str(scope)
    if name not in scopes:  # “harbour/x” means its Twitter channel
        site, _, channel = name.partition("/")
        name = f"{site}/{PLATFORM_ALIASES[channel]}" if channel in PLATFORM_ALIASES else name
    if name != "*" and name not in scopes:
        raise UsageError(f"there is no site or channel “{name}”; there are: {', '.join(scopes)}.")
    return name
