"""`bot run`: the daemon; in this version, as a rehearsal only."""

from __future__ import annotations

from datetime import timedelta

import click

from bot import queue, review
from bot.app import App
from bot.cli._base import Command, opened
from bot.cli._print import console, moment, say, show_exchanges, show_posts
from bot.cli.poll import sentence
from bot.cli.publish import NOT_YET
from bot.errors import UsageError
from bot.model import State


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Rehearse the whole life; send nothing.")
@click.pass_context
def run(ctx: click.Context, dry_run: bool) -> None:
    """Poll, hold, approve and publish, round after round, until Ctrl-C.

    With --dry-run all of it is rehearsed in a database of its own (bot.dry-run.db):
    what nobody can approve there is approved by the rehearsal itself, and every
    request is shown instead of sent. This version has no other way yet.
    """
    if not dry_run:
        raise UsageError(NOT_YET)
    with opened(ctx) as app:
        own = app.rehearsing()
        try:
            say(f"Rehearsing in {own.database}. Nothing is sent. Ctrl-C ends it.")
            rounds(own, poll_every=timedelta(seconds=5), approve=True)
        finally:
            own.close()
        say("Ended.")


def rounds(
    app: App,
    *,
    poll_every: timedelta,
    publish_every: timedelta = timedelta(seconds=2),
    approve: bool,
    quiet_polls: bool = False,
) -> None:
    """Tick until Ctrl-C, printing what happens; `approve` lets the rehearsal approve.

    A tick of `poll_every` asks the sources whose time has come.
    """
    from bot import daemon

    out = console()
    app.store.describe()  # opened and brought up to date before any tick asks for it

    def poll() -> None:
        for result in app.poll(which="due"):
            told = (result.articles, result.error, result.alarms, result.remembered is not None)
            if any(told) or not quiet_polls:
                say(sentence(result))
            show_posts(app, [app.post(post_id) for post_id in result.posts])

    def publish() -> None:
        with app.store.write() as tx:
            queue.expire(tx, app.now())
            queue.recall_paused(tx, app.now())
        if approve:
            approve_all(app)
        for post, exchanges in app.publish():
            label = app.platform(post.platform).label
            out.print(f"[bold]#{post.id} {label}[/]: {post.state} (rehearsed)")
            show_exchanges(out, exchanges)

    daemon.run({"poll": (poll, poll_every), "publish": (publish, publish_every)})


def approve_all(app: App) -> None:
    """Approve what a rehearsal holds, as far as nothing blocks it."""
    with app.store.read() as tx:
        held = tx.posts.list(states=(State.HELD,))
    for post in held:
        if any(problem.blocking for problem in post.problems):
            continue
        try:
            done = review.approve(app.store, post.id, app.rules(post), who=app.who, now=app.now())
        except UsageError:
            continue  # no slot before it is too old; it expires in the queue
        when = moment(done.due_at, app.zone(post.site), app.now())
        say(f"#{post.id} approved by the rehearsal, goes out {when}")
