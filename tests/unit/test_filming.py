"""Videos are made after their posts are held, one at a time, and lose nobody's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from stills import Stills

from bot import filming, queue, review
from bot.desk import Outlet
from bot.errors import UsageError
from bot.http import Session
from bot.media.base import Art, Failure, Video, Words
from bot.model import Article, Post, Problem, State, Teaser
from bot.store import Store

WAITS = Problem("video-waiting", "Its video is still to be made.", blocking=True)
OTHER = Problem("told", "Look at it.")


@dataclass
class Set:
    """A channel whose posts are videos."""

    store: Store
    studio: Stills
    outlet: Outlet
    filming: filming.Filming
    now: datetime
    hold: Callable[..., Any]

    def held(self, *problems: Problem, **how: Any) -> Post:
        """Hold a post as a poll does, whose video is still to be made."""
        made = self.outlet.make(Article("https://h.example/1", "Dockers strike"), self.now)
        judged = self.outlet.judge(Article("", ""), made.teaser, self.now, None).problems
        made = replace(made, problems=(*judged, *problems))
        post = self.hold(channel=self.outlet.channel, made=made, rules=self.outlet.rules, **how)
        assert isinstance(post, Post)
        return post

    def run(self) -> list[Post]:
        return list(filming.run_once(self.filming, self.now))

    def read(self, post: Post) -> Post:
        with self.store.read() as tx:
            return tx.posts.get(post.id)


def judge(article: Article, words: Teaser, now: datetime, slot_at: datetime | None) -> queue.Made:
    return queue.Made(words, (WAITS,) if any(m.placeholder for m in words.media) else (), ())


def write(article: Article, now: datetime, confirmed: bool) -> queue.Made:
    art = Art(Video(Words(article.headline)))
    return queue.Made(Teaser(article.headline, media=(art.stand_in,)), (), (), (art,))


@pytest.fixture
def build(
    store: Store,
    outlet: Callable[..., Outlet],
    rules: Callable[..., queue.Rules],
    studio: Stills,
    web: Session,
    now: datetime,
    hold: Callable[..., Any],
) -> Callable[..., Set]:
    """A channel of videos with the ordinary rules, but for …"""

    def of(**changes: Any) -> Set:
        made = outlet("youtube", write=write, judge=judge, rules=rules(**changes))
        film = filming.Filming(store, web, studio, lambda post: made)
        return Set(store, studio, made, film, now, hold)

    return of


def test_a_held_post_gets_its_video_and_can_be_approved(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()
    with pytest.raises(UsageError, match="still to be made"):
        review.approve(there.store, post.id, there.outlet.rules, who="mia", now=there.now)
    (done,) = there.run()
    assert (done.state, done.problems) == (State.HELD, ())
    (video,) = done.teaser.media
    assert (video.kind, video.placeholder) == ("video", False)
    assert there.run() == []
    review.approve(there.store, post.id, there.outlet.rules, who="mia", now=there.now)
    assert there.read(post).state is State.APPROVED


def test_where_nobody_reviews_it_goes_on_by_itself(build: Callable[..., Set]) -> None:
    there = build(review="none")
    post = there.held()
    assert post.state is State.HELD
    (done,) = there.run()
    assert (done.state, done.approved_by) == (State.APPROVED, queue.RULE)
    assert done.due_at == there.now


def test_what_else_was_told_stays_and_keeps_it_for_a_person(build: Callable[..., Set]) -> None:
    there = build(review="none")
    there.held(OTHER)
    (done,) = there.run()
    assert (done.state, done.problems) == (State.HELD, (OTHER,))


def test_one_that_fails_says_why_and_is_not_tried_again(build: Callable[..., Set]) -> None:
    there = build(review="none")
    there.held()
    there.studio.failures = [Failure("render-failed", "The studio took too long.")]
    (done,) = there.run()
    assert done.state is State.HELD
    assert [problem.code for problem in done.problems] == ["video-failed"]
    assert there.run() == []
    assert len(there.studio.orders) == 1


def test_words_that_a_person_wrote_meanwhile_stay(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()

    class Slow(Stills):
        def make(self, orders: Any) -> Any:
            review.edit(
                there.store,
                post.id,
                lambda teaser, at: (WAITS,),
                who="mia",
                now=there.now,
                text="My words.",
            )
            return super().make(orders)

    there.filming = replace(there.filming, studio=Slow(there.studio.folder))
    (done,) = there.run()
    assert done.teaser.text == "My words."
    assert not done.teaser.media[0].placeholder
    assert done.problems == ()


def test_a_post_that_was_rejected_meanwhile_stays_so(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()

    class Slow(Stills):
        def make(self, orders: Any) -> Any:
            review.reject(there.store, post.id, "no", who="mia", now=there.now)
            return super().make(orders)

    there.filming = replace(there.filming, studio=Slow(there.studio.folder))
    assert there.run() == []
    assert there.read(post).state is State.REJECTED


def test_two_never_make_the_same_video(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()
    with there.store.write() as tx:
        assert tx.leases.take(f"video {post.id}", "another", filming.HOLD)
    assert there.run() == []
    assert there.studio.orders == []
    with there.store.write() as tx:
        tx.leases.release(f"video {post.id}", "another")
    assert len(there.run()) == 1


def test_it_ends_between_two_videos_where_it_is_asked_to(build: Callable[..., Set]) -> None:
    there = build()
    there.held()
    there.held()
    there.filming = replace(there.filming, stopping=lambda: bool(there.studio.orders))
    assert len(there.run()) == 1


def test_a_channel_that_is_no_more_stops_no_other(build: Callable[..., Set]) -> None:
    there = build()
    first, second = there.held(), there.held()

    def outlet_of(post: Post) -> Outlet:
        if post.id == second.id:
            raise UsageError("there is no such channel")
        return there.outlet

    there.filming = replace(there.filming, outlet_of=outlet_of)
    assert [post.id for post in there.run()] == [first.id]
