"""`bot approve`, `unapprove`, `reject`, `reopen`, `edit`, `move`: the editor's word."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from bot import queue, review
from bot.app import App
from bot.cli._base import Command, json_option, local_time, named, opened
from bot.cli._print import media_line, moment, post_row, say, show_posts, to_json
from bot.errors import BotError, UsageError
from bot.model import Media, Post, Problem, State

_ids = click.argument("post_ids", metavar="ID…", type=int, nargs=-1, required=True)
_id = click.argument("post_id", metavar="ID", type=int)


@click.command(cls=Command)
@click.argument("post_ids", metavar="ID…", type=int, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every held post without problems.")
@click.option("--site", metavar="SITE", help="With --all: only this site.")
@click.option("--at", "at", metavar="TIME", help="A time of its own: “2026-11-23 09:00”, “in 20m”.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def approve(
    ctx: click.Context,
    post_ids: tuple[int, ...],
    every: bool,
    site: str | None,
    at: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Approve posts: text and media are fixed, and each gets its slot.

    --all takes the held posts without problems and asks first on a terminal. A post
    that cannot be approved does not stop the others.
    """
    if every == bool(post_ids):
        raise UsageError("name the posts to approve, “bot approve 3 4”, or give --all.")
    with opened(ctx) as app:
        if every:
            named(app, site)
            with app.store.read() as tx:
                held = tx.posts.list(states=(State.HELD,), site=site)
            posts = [post for post in held if review.approvable(post)]
            if posts and not yes and sys.stdin.isatty() and not as_json:
                show_posts(app, posts)
                click.confirm(f"Approve these {len(posts)}?", abort=True, err=True)
            if len(held) > len(posts):
                say(f"{len(held) - len(posts)} with problems stay held: “bot queue” shows them.")
            post_ids = tuple(post.id for post in posts)

        def one(post_id: int) -> Post:
            post = app.post(post_id)
            return app.editor().approve(post_id, at=local_time(app, at, post.site) if at else None)

        return _each(app, post_ids, one, as_json)


@click.command(cls=Command)
@_ids
@json_option
@click.pass_context
def unapprove(ctx: click.Context, post_ids: tuple[int, ...], as_json: bool) -> int:
    """Take approvals back: the posts are held again, their slots are free."""
    with opened(ctx) as app:

        def one(post_id: int) -> Post:
            return app.editor().unapprove(post_id)

        return _each(app, post_ids, one, as_json)


@click.command(cls=Command)
@_ids
@click.option("--reason", default="", metavar="WORDS", help="Why, for the log.")
@json_option
@click.pass_context
def reject(ctx: click.Context, post_ids: tuple[int, ...], reason: str, as_json: bool) -> int:
    """Take posts out, with a reason; “bot reopen ID” undoes it."""
    with opened(ctx) as app:
        if not reason and sys.stdin.isatty():
            reason = click.prompt("Reason", default="", show_default=False, err=True)

        def one(post_id: int) -> Post:
            return app.editor().reject(post_id, reason)

        return _each(app, post_ids, one, as_json)


@click.command(cls=Command)
@_ids
@json_option
@click.pass_context
def reopen(ctx: click.Context, post_ids: tuple[int, ...], as_json: bool) -> int:
    """Bring back what was rejected, refused or too old: it is held again."""
    with opened(ctx) as app:

        def one(post_id: int) -> Post:
            return app.editor().reopen(post_id)

        return _each(app, post_ids, one, as_json)


@click.command(cls=Command)
@_id
@click.option("--text", metavar="WORDS", help="The new text; left out, your $EDITOR opens.")
@click.option("--title", metavar="WORDS", help="The new title (YouTube).")
@click.option("--image", metavar="FILE", type=Path, help="A picture of yours.")
@click.option("--alt", metavar="WORDS", help="What the picture shows, for those who cannot see it.")
@click.option(
    "--video",
    metavar="FILE",
    type=Path,
    help="A video of yours; --image is its thumbnail on YouTube.",
)
@click.option("--remake", is_flag=True, help="Make its picture or video anew from the article.")
@click.option(
    "--picture-is-ours",
    "ours",
    is_flag=True,
    help="The article's picture may be used: you say so, and the log keeps it.",
)
@json_option
@click.pass_context
def edit(
    ctx: click.Context,
    post_id: int,
    text: str | None,
    title: str | None,
    image: Path | None,
    alt: str | None,
    video: Path | None,
    remake: bool,
    ours: bool,
    as_json: bool,
) -> int:
    """Change a post's text, title, picture or video; an approval is taken back.

    The problems are found anew for what you wrote. A picture of yours is given the
    form that the platform shows, without words on it. --remake goes back to what is
    made of the article, by the look and layout that hold now. --picture-is-ours
    does so too, with a picture whose credit or licence spoke against it.
    """
    if (remake or ours) and (image or video):
        raise UsageError("give a picture or video of yours, or have one made; not both.")
    given = (image, alt is not None, video, remake, ours)
    with opened(ctx) as app:
        post = app.post(post_id)
        written = ""
        if not any((text is not None, title is not None, *given)):
            if not sys.stdin.isatty():
                raise UsageError("say what to change: --text, --title, --image, --alt or --video.")
            text = click.edit(post.teaser.text)
            if text is None:
                say("Nothing was changed.")
                return 0
            text = written = text.strip()
        media: tuple[Media, ...] | None
        found: tuple[Problem, ...] = ()
        if remake or ours:
            media, found = _made_anew(app, post, ours)
        else:
            media = _own_media(app, post, image, alt or "", video)

        def one(post_id: int) -> Post:
            return app.editor().edit(
                post_id,
                found=found,
                text=text,
                title=title,
                media=media,
                alt=alt if image is None else None,
                why="the picture is ours" if ours else "",
                version=post.version,
            )

        code = _each(app, (post_id,), one, as_json)
        if code and written:
            say(f"What you wrote, so that it is not lost:\n\n{written}")
        if media and not code:
            for each in app.post(post_id).teaser.media:
                say(f"    {media_line(each)}")
        return code


def _own_media(
    app: App, post: Post, image: Path | None, alt: str, video: Path | None
) -> tuple[Media, ...] | None:
    """Take an editor's files; a picture beside a video is its thumbnail and leaves it there."""
    if image is None and video is None:
        return None
    pictures = [app.picture(post, image, alt)] if image else []
    if video:
        return (app.video(post, video), *pictures)
    return (*(media for media in post.teaser.media if media.kind == "video"), *pictures)


def _made_anew(app: App, post: Post, ours: bool) -> tuple[tuple[Media, ...], tuple[Problem, ...]]:
    """Make picture or video from the article; UsageError where that fails."""
    video = any(media.kind == "video" for media in post.teaser.media)
    say("Making it anew; a video takes about ten seconds." if video else "Making it anew.")
    made = app.remade(post, confirmed=ours)
    for problem in made.reasons:
        if problem.code in (queue.VIDEO_FAILED, queue.PICTURE_FAILED):
            raise UsageError(f"{problem.message} The post is as it was.")
    if not made.teaser.media:
        raise UsageError(f"this post shows no picture of its article: {_why(made)}")
    return made.teaser.media, made.reasons


def _why(made: queue.Made) -> str:
    told = [each.message for each in (*made.problems, *made.reasons) if "picture" in each.code]
    return told[0] if told else "its channel shows the link's own."


@click.command(cls=Command)
@_id
@click.option(
    "--at", required=True, metavar="TIME", help="“2026-11-23 09:00”, “tomorrow 9:00”, “in 20m”."
)
@json_option
@click.pass_context
def move(ctx: click.Context, post_id: int, at: str, as_json: bool) -> int:
    """Give a post a time of its own, in the time zone of its site."""
    with opened(ctx) as app:

        def one(post_id: int) -> Post:
            post = app.post(post_id)
            when = local_time(app, at, post.site)
            moved = app.editor().move(post_id, when)
            told = {problem.code for problem in post.problems}
            for problem in app.judge_of(post)(post.teaser, when):
                if problem.code not in told:
                    say(f"    ! {problem.message}")
            return moved

        return _each(app, (post_id,), one, as_json)


def _each(app: App, post_ids: tuple[int, ...], one: Callable[[int], Post], as_json: bool) -> int:
    """Do one step with each post; a post that refuses does not stop the others."""
    if not post_ids:
        say("Nothing is held without problems, and nothing was changed.")
    done: list[Post] = []
    code = 0  # 2 where nothing was done, 1 where some of it was not
    for post_id in dict.fromkeys(post_ids):
        try:
            post = one(post_id)
        except BotError as error:
            if error.exit_code == 3:
                raise
            say(f"bot: {error}")
            code = error.exit_code
            continue
        done.append(post)
        when = ""
        if post.due_at is not None:
            word = "goes out" if post.state is State.APPROVED else "meant for"
            when = f", {word} {moment(post.due_at, app.zone(post.site), app.now())}"
        say(f"#{post.id} {app.platform(post.platform).label}: {post.state}{when}")
        if post.state in (State.APPROVED, State.HELD):
            for problem in post.problems:
                say(f"    {'✗' if problem.blocking else '!'} {problem.message}")
        if post.state is State.APPROVED and _paused(app, post):
            key = f"{post.site}/{post.channel}"
            say(f"    ! {key} is paused: what falls due meanwhile is held again.")
    if as_json:
        to_json([post_row(post) for post in done])
    return 1 if code and done else code


def _paused(app: App, post: Post) -> bool:
    with app.store.read() as tx:
        return queue.covers(tx.pauses.active(app.now()), post.site, post.channel)
