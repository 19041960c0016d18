"""`bot run`: the daemon, and its rehearsal."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from datetime import timedelta

import click

from bot import queue, review
from bot.app import RUNS, App
from bot.cli._base import Command, opened
from bot.cli._pages import opened_pages
from bot.cli._print import console, moment, say, show_exchanges, show_posts
from bot.cli.poll import filmed, sentence
from bot.errors import UsageError
from bot.ingest import Polled
from bot.model import Post, State
from bot.standing import Step
from bot.web.base import Pulse

log = logging.getLogger("bot")

#: How often each tick comes. What is due goes out within a second or two; a doubt rests anyway.
EVERY = {
    "poll": timedelta(seconds=5),
    "film": timedelta(seconds=10),
    "publish": timedelta(seconds=2),
    "follow up": timedelta(seconds=10),
    "reconcile": timedelta(seconds=10),
    "renew": timedelta(minutes=1),
    "notices": timedelta(seconds=15),
    "sweep": timedelta(hours=6),
}


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Rehearse the whole life; send nothing.")
@click.option(
    "--log",
    "form",
    type=click.Choice(["text", "json"]),
    help="How to say what happens [text on a terminal, else json].",
)
@click.pass_context
def run(ctx: click.Context, dry_run: bool, form: str | None) -> None:
    """Poll, make videos, publish, look after what is in doubt: again and again, until Ctrl-C.

    What is approved goes out in its slot, once. The review room, health and metrics
    are served at [review] listen (“bot review” tells the way in), and pictures of
    approved posts at [media] listen. Several may run on one database.

    With --dry-run all of it is rehearsed in a database of its own (bot.dry-run.db):
    what nobody can approve there is approved by the rehearsal itself, and every
    request is shown instead of sent.
    """
    with opened(ctx) as app:
        if dry_run:
            own = app.rehearsing()
            try:
                say(f"Rehearsing in {own.database}. Nothing is sent. Ctrl-C ends it.")
                rounds(own, Terminal(own), dry_run=True)
            finally:
                own.close()
            say("Ended.")
        else:
            _serve(app, form, debug=bool(ctx.obj and ctx.obj.get("debug")))


def _serve(app: App, form: str | None, *, debug: bool) -> None:
    from bot._log import logging_to

    pulse = Pulse()
    with logging_to(sys.stderr, app.masker, form=form, debug=debug), opened_pages(app, pulse):
        log.info("started with %d channels", len(list(app.config.channels())))
        rounds(app, Journal(), pulse=pulse)
        log.info("ended")


class Terminal:
    """Tells people on a terminal what happens."""

    def __init__(self, app: App, *, quiet: bool = False) -> None:
        self._app, self._quiet, self._out = app, quiet, console()

    def polled(self, result: Polled) -> None:
        """Tell of one source, and show the posts that came of it."""
        told = (result.articles, result.error, result.alarms, result.remembered is not None)
        if any(told) or not self._quiet:
            say(sentence(result))
        show_posts(self._app, [self._app.post(post_id) for post_id in result.posts])

    def filmed(self, post: Post) -> None:
        """Tell that a post has its video, or why it has none."""
        say(f"#{post.id} {filmed(post)}")

    def stepped(self, step: Step) -> None:
        """Tell what became of a post, with the requests of a rehearsal."""
        tell_step(self._app, step)


class Journal:
    """Tells the log what happens."""

    def polled(self, result: Polled) -> None:
        """Tell of one source, where there is anything to tell."""
        told = (result.articles, result.error, result.alarms, result.remembered is not None)
        if any(told):
            level = logging.WARNING if result.error or result.alarms else logging.INFO
            log.log(level, "%s", sentence(result), extra={"source": result.source})

    def filmed(self, post: Post) -> None:
        """Tell the log that a post has its video, or why it has none."""
        failed = any(problem.code == queue.VIDEO_FAILED for problem in post.problems)
        level = logging.WARNING if failed else logging.INFO
        log.log(level, "post %d %s", post.id, filmed(post), extra={"post": post.id})

    def stepped(self, step: Step) -> None:
        """Say nothing: the runs log each step themselves."""


def tell_step(app: App, step: Step) -> None:
    """Print what a run did to a post."""
    post, out = step.post, console()
    state = str(post.state).replace("_", " ")
    words = step.words.removeprefix(f"{state} as ")  # the address alone says it
    words = f": {words}" if words else ""
    rehearsed = " (rehearsed)" if step.exchanges else ""
    label = app.platform(post.platform).label
    out.print(f"[bold]#{post.id} {label}[/]: {state}{rehearsed}", end="")
    out.print(words, markup=False)
    show_exchanges(out, step.exchanges)


def rounds(
    app: App,
    voice: Terminal | Journal,
    *,
    dry_run: bool = False,
    every: dict[str, timedelta] | None = None,
    pulse: Pulse | None = None,
) -> None:
    """Tick until Ctrl-C; a rehearsal approves what nobody else could there.

    The poll asks the sources whose time has come. Each run that publishes has a
    press, and so sessions, of its own.
    """
    from bot import daemon

    pulse = pulse or Pulse()
    app.store.describe()  # opened and brought up to date before any tick asks for it

    def poll() -> None:
        for result in app.poll(which="due"):
            voice.polled(result)

    def work(name: str) -> Callable[[], None]:
        press = app.press(dry_run=dry_run, stopping=pulse.stopping)

        def tick() -> None:
            if dry_run and name == "publish":
                approve_all(app)
            for step in app.work(name, press):
                pulse.tried(str(step.post.state))
                voice.stepped(step)

        return tick

    def film() -> None:
        for post in app.film(pulse.stopping):
            voice.filmed(post)

    def sweep() -> None:
        swept = app.sweep()
        if swept.removed:
            log.info("%d files that no post needs were removed", swept.removed)

    ticks = {"poll": poll, "film": film} | {name: work(name) for name in RUNS}
    if not dry_run:
        ticks |= {"renew": app.renewing(pulse.stopping), "notices": app.noticing()}
        ticks["sweep"] = sweep
    spans = EVERY | (every or {})
    daemon.run(
        {name: (tick, spans[name]) for name, tick in ticks.items()},
        pulse=pulse,
        environ=os.environ,
    )


def approve_all(app: App, who: str = "the rehearsal") -> None:
    """Approve what is held, as far as nothing blocks it."""
    with app.store.write() as tx:
        queue.expire(tx, app.now())
        held = tx.posts.list(states=(State.HELD,))
    for post in held:
        if any(problem.blocking for problem in post.problems):
            continue
        try:
            done = review.approve(app.store, post.id, app.rules(post), who=app.who, now=app.now())
        except UsageError:
            continue  # no slot before it is too old; it expires in the queue
        when = moment(done.due_at, app.zone(post.site), app.now())
        say(f"#{post.id} approved by {who}, goes out {when}")
