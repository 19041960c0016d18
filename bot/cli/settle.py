"""`bot settle` and `bot delete`: what a person saw of a post, and taking one down."""

from __future__ import annotations

import sys

import click

from bot.cli._base import Command, opened
from bot.cli._print import say
from bot.errors import UsageError
from bot.model import State


@click.command(cls=Command)
@click.argument("post_id", metavar="ID", type=int)
@click.option("--published", "url", metavar="URL", help="It is live there.")
@click.option("--absent", is_flag=True, help="It is not there: it is sent again.")
@click.pass_context
def settle(ctx: click.Context, post_id: int, url: str | None, absent: bool) -> None:
    """Say what you saw of a post that nobody could tell was live, or that you posted by hand.

    Look at the channel first. --published keeps the address and ends the post;
    --absent sends it once more. “bot reject ID” gives it up.
    """
    if bool(url) == absent:
        raise UsageError("say what you saw: --published URL, or --absent.")
    with opened(ctx) as app:
        post = app.editor().settle(post_id, published_at=url)
        if post.state is State.PUBLISHED:
            say(f"#{post.id} is published: {post.remote_url}")
        else:
            say(f"#{post.id} is approved again; “bot publish” or the daemon sends it.")


@click.command(cls=Command)
@click.argument("post_id", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def delete(ctx: click.Context, post_id: int, yes: bool) -> int:
    """Take a published post down from its platform.

    Where the platform cannot do it by its API, or it fails, the wish stays visible in
    “bot status” until it is done. Ends with 1 then.
    """
    with opened(ctx) as app:
        post = app.post(post_id)
        if not yes and sys.stdin.isatty():
            where = post.remote_url or f"{post.channel} ({post.account})"
            click.confirm(f"Take #{post.id} down, {where}?", abort=True, err=True)
        sentence, gone = app.editor().delete(post_id)
        say(sentence)
        return int(not gone)
