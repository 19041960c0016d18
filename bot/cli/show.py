"""`bot queue`, `bot show`, `bot history`: what there is to see."""

from __future__ import annotations

import click

from bot.cli._base import Command, json_option, named, opened
from bot.cli._print import console, moment, post_row, printable, say, show_posts, to_json
from bot.model import OPEN, State

#: So many lines of a text are enough to judge it in a list; X never has more.
GLANCE = 8

GONE = (State.PUBLISHED, State.REJECTED, State.EXPIRED, State.REFUSED, State.DELETED)


@click.command(cls=Command)
@click.option("--all", "every", is_flag=True, help="Every state, not only what is open.")
@click.option("--site", metavar="SITE", help="Only this site.")
@click.option("--channel", metavar="CHANNEL", help="Only channels of this name.")
@json_option
@click.pass_context
def queue(
    ctx: click.Context, every: bool, site: str | None, channel: str | None, as_json: bool
) -> None:
    """List the posts that are open: held, approved, under way, or in need of a person.

    The posts of an article stand together, each with its count against the
    platform's limit and with its problems.
    """
    with opened(ctx) as app, app.store.read() as tx:
        channel = named(app, site, channel)
        found = tx.posts.list(states=None if every else OPEN, site=site, channel=channel)
        posts = sorted(found, key=lambda post: (post.article_id, post.id))
        if as_json:
            to_json([post_row(post) for post in posts])
            return
        show_posts(app, posts, most=GLANCE)
        held = sum(post.state is State.HELD for post in posts)
        if not posts:
            say("Nothing is open. “bot poll” looks for new articles; “bot history” shows the rest.")
        elif held:
            wait = "1 waits" if held == 1 else f"{held} wait"
            say(f"{wait} for you: “bot approve ID…”, “bot edit ID”, “bot reject ID”.")


@click.command(cls=Command)
@click.argument("post_id", metavar="ID", type=int)
@json_option
@click.pass_context
def show(ctx: click.Context, post_id: int, as_json: bool) -> None:
    """Show one post whole: what it says, what happened to it, who did it and why."""
    with opened(ctx) as app:
        post = app.post(post_id)
        with app.store.read() as tx:
            log = tx.posts.log(post_id)
        if as_json:
            row = post_row(post) | {
                "account": post.account,
                "occasion": post.occasion,
                "expires_at": post.expires_at,
                "approved_at": post.approved_at,
                "approved_by": post.approved_by,
                "version": post.version,
                "log": [
                    {
                        "at": line.at,
                        "who": line.who,
                        "verb": str(line.verb),
                        "from": line.before and str(line.before),
                        "to": str(line.after),
                        "reason": line.reason,
                    }
                    for line in log
                ],
            }
            to_json(row)
            return
        show_posts(app, [post])
        out, zone, now = console(), app.zone(post.site), app.now()
        if post.state is State.HELD and post.expires_at is not None:
            out.print(f"  too old after {moment(post.expires_at, zone, now)}", markup=False)
        for line in log:
            why = f": {line.reason}" if line.reason else ""
            what = printable(f"{line.verb} → {line.after} by {line.who}{why}")
            out.print(f"  {moment(line.at, zone, now)}  {what}", markup=False)


@click.command(cls=Command)
@click.option("--site", metavar="SITE", help="Only this site.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    help="At most so many.",
)
@json_option
@click.pass_context
def history(ctx: click.Context, site: str | None, limit: int, as_json: bool) -> None:
    """List what went out and what did not go out, latest first."""
    with opened(ctx) as app, app.store.read() as tx:
        named(app, site)
        posts = tx.posts.list(states=GONE, site=site, limit=limit, newest_first=True)
        if as_json:
            to_json([post_row(post) for post in posts])
            return
        show_posts(app, posts, most=GLANCE)
        if not posts:
            say("Nothing went out yet. “bot queue” shows what is open.")
