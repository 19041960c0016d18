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
from bot.errors import FetchError, TransitionError, Unreachable, UsageError
from bot.http import Session
from bot.model import Article, Post, Problem, State, Teaser
from bot.store import Store, Tx

#: So long nobody else makes the same video, and so long one waits whose maker was killed.
#: Who takes longer loses nothing by it: the first that is done counts.
HOLD: Final = timedelta(minutes=2)

#: So long a new post waits for a picture that its site does not give just now.
PATIENCE: Final = timedelta(minutes=3)

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

    What comes meanwhile has its turn. One that fails leaves its reason on the post, and is
    not tried again by itself; a fault that nobody foresaw is raised when the others are made.
    """
    tried: set[int] = set()
    faults: list[Exception] = []
    while waiting := [post for post in _waiting(filming.store) if post.id not in tried]:
        for post in waiting:
            if filming.stopping():
                return
            tried.add(post.id)
            try:
                done = _film(filming, post, now)
            except Unreachable:  # the database or the folder, and so for each of them
                if filming.stopping():
                    return
                raise
            except Exception as fault:  # noqa: BLE001 - raised when the others are made
                faults.append(fault)
                continue
            if done is not None:
                yield done
                break
    if faults:
        raise faults[0]


def _waiting(store: Store) -> list[Post]:
    with store.read() as tx:
        held = tx.posts.list((State.HELD,), newest_first=True, unfinished=True)
    return [post for post in held if queue.in_the_making(post)]


def _film(filming: Filming, post: Post, now: datetime) -> Post | None:
    """Make one video; None where somebody else makes it, or the post has moved on.

    What fails is left alone for as long as it would be one's own: it costs seconds of a core.
    """
    try:
        outlet = filming.outlet_of(post)
    except UsageError:
        return None  # its channel left the configuration
    lease, holder = f"video {post.id}", str(uuid4())
    with filming.store.write("film") as tx:
        if not tx.leases.take(lease, holder, HOLD):
            return None
        if not queue.in_the_making(tx.posts.get(post.id)):  # another was quicker
            tx.leases.release(lease, holder)
            return None
        article = tx.articles.get(post.article_id).content
    assert article is not None, "a post's article is stored whole"
    patient = abs(now - post.created_at) < PATIENCE
    try:
        made = film(outlet, article, filming.session, filming.studio, now, patient=patient)
        with filming.store.write("filmed") as tx:
            tx.leases.release(lease, holder)
            return _complete(tx, tx.posts.get(post.id), outlet, article, made, now)
    except (FetchError, TransitionError):
        return None  # its picture may be there the next time; or somebody was quicker
    except (Unreachable, KeyboardInterrupt) as end:
        if filming.stopping() or isinstance(end, KeyboardInterrupt):
            with filming.store.write("film") as tx:
                tx.leases.release(lease, holder)
        raise


def _complete(
    tx: Tx, post: Post, outlet: Outlet, article: Article, made: queue.Made, now: datetime
) -> Post | None:
    """Put a video into its post, unless somebody did something else with that meanwhile."""
    if not queue.in_the_making(post):
        return None
    judge = outlet.judging(article, now)
    teaser, problems = _finished(post, made, judge)
    return queue.complete(tx, post, teaser, problems, rules=outlet.rules, judge=judge, now=now)


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
    outlet: Outlet,
    article: Article,
    session: Session,
    studio: Studio,
    now: datetime,
    *,
    patient: bool = False,
) -> queue.Made:
    """Make the video of one article for one channel; `reasons` say what is wrong with it.

    A channel that shows no videos any more gets what it shows now. With `patient` a picture
    that may be there in a minute raises its FetchError.
    """
    made = outlet.make(article, now)
    art = tuple(art for art in made.art if art.kind == "video") or made.art
    alone = replace(made, art=art, reasons=())
    how = {"films": True, "patient": patient}
    ((_, whole),) = illustrate([(outlet, alone)], session, studio, article, now, **how)
    return whole
