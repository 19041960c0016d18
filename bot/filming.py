"""The run that makes the videos of held posts, one at a time.

A video takes seconds of a whole core. A post is held at once, with a stand-in that
keeps it from being approved; whoever runs this next puts the video in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot import queue
from bot.desk import Outlet, Studio, illustrate
from bot.errors import TransitionError, UsageError
from bot.http import Session
from bot.model import Article, Post, Problem, State, Teaser
from bot.store import Store

#: So long nobody else makes the same video; a studio that takes longer has failed.
HOLD: Final = timedelta(minutes=10)

#: What keeps a post from being approved until its video is made.
WAITING: Final = "video-waiting"


@dataclass(frozen=True)
class Filming:
    """What the run needs."""

    store: Store
    session: Session
    studio: Studio
    outlet_of: Callable[[Post], Outlet]  # raises UsageError where its channel is no more
    stopping: Callable[[], bool] = lambda: False


def run_once(filming: Filming, now: datetime) -> Iterator[Post]:
    """Make each video that a held post waits for, the newest first; yield the posts then.

    One that fails leaves its reason on the post, and is not tried again by itself.
    """
    with filming.store.read() as tx:
        held = [post for post in tx.posts.list(states=(State.HELD,)) if queue.in_the_making(post)]
    for post in reversed(held):
        if filming.stopping():
            return
        done = _film(filming, post, now)
        if done is not None:
            yield done


def _film(filming: Filming, post: Post, now: datetime) -> Post | None:
    """Make one video; None where somebody else makes it, or the post has moved on."""
    try:
        outlet = filming.outlet_of(post)
    except UsageError:
        return None  # its channel left the configuration
    lease, holder = f"video {post.id}", str(uuid4())
    with filming.store.write("film") as tx:
        if not tx.leases.take(lease, holder, HOLD):
            return None
        article = tx.articles.get(post.article_id).content
    assert article is not None, "a post's article is stored whole"
    try:
        made = film(outlet, article, filming.session, filming.studio, now)
        with filming.store.write("filmed") as tx:
            post = tx.posts.get(post.id)
            if not queue.in_the_making(post):
                return None
            judge = outlet.judging(article, now)
            teaser, problems = _finished(post, made, judge)
            rules = outlet.rules
            return queue.complete(tx, post, teaser, problems, rules=rules, now=now)
    except TransitionError:
        return None  # a person was quicker
    finally:
        with filming.store.write("film") as tx:
            tx.leases.release(lease, holder)


def _finished(
    post: Post, made: queue.Made, judge: queue.Judge
) -> tuple[Teaser, tuple[Problem, ...]]:
    """Put what was made into the teaser as it reads now, and find what is wrong with it then."""
    own = [media for media in post.teaser.media if media.kind != "video"]
    teaser = replace(post.teaser, media=(*made.teaser.media, *own))
    before, after = judge(post.teaser, None), judge(teaser, None)
    kept = [problem for problem in post.problems if problem not in before]
    found = {problem.code: problem for problem in (*kept, *after, *made.reasons)}
    if queue.VIDEO_FAILED in found:
        found.pop(WAITING, None)
    return teaser, tuple(found.values())


def film(
    outlet: Outlet, article: Article, session: Session, studio: Studio, now: datetime
) -> queue.Made:
    """Make the video of one article for one channel; `reasons` say what is wrong with it."""
    made = outlet.make(article, now)
    art = tuple(art for art in made.art if art.kind == "video")
    alone = replace(made, art=art, reasons=())
    ((_, whole),) = illustrate([(outlet, alone)], session, studio, article, now, films=True)
    return whole
