"""`bot poll`: one look at every source."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot import queue, review
from bot.app import App
from bot.cli._base import Command, json_option, opened
from bot.cli._print import counted, post_row, say, show_posts, to_json
from bot.ingest import Polled
from bot.model import Post, State


@click.command(cls=Command)
@click.option("--site", metavar="SITE", help="Only this site's sources.")
@click.option("--now", "at_once", is_flag=True, help="Ask also what wants to be left alone.")
@json_option
@click.pass_context
def poll(ctx: click.Context, site: str | None, at_once: bool, as_json: bool) -> int:
    """Look for new articles once; they become posts that wait.

    The first poll of a source only remembers what is there, so that nothing old is
    posted. A source that asked to be left alone is not asked, and a page that failed
    before only when its time has come: --now tries both at once. Videos are made last:
    each takes about ten seconds. Ends with 3 where a source or page could not be
    reached, with 1 where a source or a new post needs more than the usual look.
    """
    with opened(ctx) as app:
        with app.store.write() as tx:
            queue.expire(tx, app.now())
        results: list[Polled] = []
        for result in app.poll(site, "now" if at_once else "all"):
            results.append(result)
            say(sentence(result))
        films(app)
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
        if any(result.alarms for result in results):
            return 1
        return int(any(review.needs_person(post, reviewed=app.reviewed(post)) for post in made))


def films(app: App) -> None:
    """Make the videos that posts wait for, and say so: each takes some seconds."""
    with app.store.read() as tx:
        count = sum(queue.in_the_making(post) for post in tx.posts.list((State.HELD,)))
    if not count:
        return
    say(f"Making {counted(count, 'video')}; each takes about ten seconds.")
    for post in app.film():
        count -= 1
        say(f"    #{post.id} {filmed(post)}")
    if count > 0:
        say(f"    {counted(count, 'video')} to come: made elsewhere, or tried again in a while.")


def filmed(post: Post) -> str:
    """Say that a post has its video, or why it has none."""
    failed = [each.message for each in post.problems if each.code == queue.VIDEO_FAILED]
    return failed[0] if failed else "has its video."


def sentence(result: Polled) -> str:
    """Say in a sentence what a poll of one source did."""
    where = f"{result.site}: {result.source}" if result.source else result.site
    lines = []
    if not result.source:
        return f"{where}: {' '.join(result.notes)}"
    if result.remembered is not None:
        lines.append(
            f"{where}: first poll; {counted(result.remembered, 'article')} remembered, none is "
            "posted. What is published from now on becomes posts."
        )
    if result.articles:
        new = counted(len(result.articles), "new article")
        lines.append(f"{where}: {new}, {counted(len(result.posts), 'post')}.")
    for said in (result.error, *result.alarms):
        if said:  # most begin with the address of the source
            begun = result.source and said.startswith(f"{result.source} ")
            lines.append(f"{result.site}: {said}" if begun else f"{where}: {said}")
    if not lines:
        lines.append(f"{where}: nothing new." if result.asked else f"{where}:")
    lines += [f"    {note}" for note in result.notes]
    return "\n".join(lines)
