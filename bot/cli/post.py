"""`bot post URL`: one article, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.cli._base import Command, json_option, local_time, opened
from bot.cli._print import post_row, say, show_posts, to_json
from bot.cli.publish import exit_code, report
from bot.cli.run import tell_step
from bot.errors import UsageError
from bot.model import State
from bot.oneoff import Wish


@click.command(cls=Command)
@click.argument("url", metavar="URL")
@click.option("--to", "to", metavar="CH,…", help="Which channels [all of the site].")
@click.option("--at", metavar="TIME", help="Approve for this time: “2026-11-23 09:00”, “in 20m”.")
@click.option("--now", "at_once", is_flag=True, help="Approve to go out at once.")
@click.option("--text", metavar="WORDS", help="Your own text instead of the template's.")
@click.option("--image", metavar="FILE", type=Path, help="A picture of your own.")
@click.option("--alt", metavar="WORDS", default="", help="What the picture shows.")
@click.option("--again", is_flag=True, help="Make one more post where there is one already.")
@click.option("--site", metavar="SITE", help="As which site [the one whose address it has].")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show teasers and requests; store and send nothing.")
@json_option
@click.pass_context
def post(
    ctx: click.Context,
    url: str,
    to: str | None,
    at: str | None,
    at_once: bool,
    text: str | None,
    image: Path | None,
    alt: str,
    again: bool,
    site: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make the posts of one article by hand; they enter the queue like any other.

    With --at or --now they are approved too. A post that exists is shown, not
    repeated, unless you say --again.
    """
    if at and at_once:
        raise UsageError("give --at or --now, not both.")
    if alt and not image:
        raise UsageError("--alt describes the picture of --image: give both.")
    wish = Wish(
        url=url,
        site=site,
        channels=tuple(name.strip() for name in to.split(",") if name.strip()) if to else (),
        text=text,
        image=image,
        alt=alt,
        again=again,
    )
    with opened(ctx) as app:
        if dry_run:
            code = report(app, app.rehearse_one_off(wish), as_json)
            say("Nothing was stored, nothing was sent.")
            return code
        when = app.now() if at_once else local_time(app, at, app.site_of(url, site)) if at else None
        if when and not yes and sys.stdin.isatty():
            click.confirm(
                f"Approve the posts of {url} without a further look?", abort=True, err=True
            )
        result = app.editor().one_off(wish, when)
        if as_json:
            to_json([post_row(row) for row in (*result.made, *result.existing)])
        else:
            show_posts(app, (*result.made, *result.existing))
        if result.existing:
            say(f"{len(result.existing)} were there already: --again makes one more of each.")
        for sentence in result.refused:
            say(f"bot: {sentence}")
        if any(made.state is State.APPROVED for made in result.made):
            say(f"Approved. {app.next_due()}")
        if (
            at_once
            and not result.refused
            and any(made.state is State.APPROVED for made in result.made)
        ):
            steps = list(app.publish(app.press()))
            for step in steps:
                tell_step(app, step)
            return exit_code(app, steps)
        return int(bool(result.refused))
