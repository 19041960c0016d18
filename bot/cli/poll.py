"""`bot poll`: one look at every source."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot import queue, review
from bot.cli._base import Command, json_option, opened
from bot.cli._print import counted, post_row, say, show_posts, to_json
from bot.ingest import Polled


@click.command(cls=Command)
@click.option("--site", metavar="SITE", help="Only this site's sources.")
@json_option
@click.pass_context
def poll(ctx: click.Context, site: str | None, as_json: bool) -> int:
    """Look for new articles once; they become posts that wait.

    The first poll of a source only remembers what is there, so that nothing old is
    posted. Ends with 3 where a source could not be reached, with 1 where a new post
    needs more than the usual look.
    """
    with opened(ctx) as app:
        with app.store.write() as tx:
            queue.expire(tx, app.now())
        results: list[Polled] = []
        for result in app.poll(site):
            results.append(result)
            say(sentence(result))
        made = [app.post(post_id) for result in results for post_id in result.posts]
        if as_json:
            to_json(
                {
                    "sources": [asdict(result) for result in results],
                    "posts": [post_row(post) for post in made],
                }
            )
        else:
            show_posts(app, made)
        if any(result.error for result in results):
            return 3
        return int(any(review.needs_person(post, reviewed=app.reviewed(post)) for post in made))


def sentence(result: Polled) -> str:
    """Say in a sentence what a poll of one source did."""
    where = f"{result.site}: {result.source}" if result.source else result.site
    lines = []
    if not result.source:
        return f"{where}: {' '.join(result.notes)}"
    if result.unchanged:
        lines.append(f"{where}: nothing new.")
    elif result.remembered is not None:
        lines.append(
            f"{where}: first poll; {counted(result.remembered, 'article')} remembered, none is "
            "posted. What is published from now on becomes posts."
        )
    elif result.articles:
        new = counted(len(result.articles), "new article")
        lines.append(f"{where}: {new}, {counted(len(result.posts), 'post')}.")
    elif not result.error:
        lines.append(f"{where}: nothing new.")
    if result.error:
        lines.append(f"{where}: {result.error}")
    lines += [f"    {note}" for note in result.notes]
    return "\n".join(lines)
