"""Videos are made after their posts are held, one at a time, and lose nobody's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from stills import Stills
from world import Site

from bot import filming, queue, review
from bot.desk import Outlet
from bot.errors import StoreError, Unreachable, UsageError
from bot.http import Session
from bot.media.base import Art, Card, Failure, Picture, Shape, Video, Words
from bot.model import Article, Media, Post, Problem, State, Teaser
from bot.store import Store
from bot.store._schema import leases

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

    def meanwhile(self, act: Callable[[], Any]) -> None:
        """Let something happen while the next video is made."""

        class Slow(Stills):
            def make(self, orders: Any) -> Any:
                for each in acts:
                    acts.remove(each)
                    each()
                return super().make(orders)

        acts = [act]
        self.studio = Slow(self.studio.folder)
        self.filming = replace(self.filming, studio=self.studio)

    def let_go(self) -> None:
        """Let the time pass for which a video is its maker's own."""
        with self.store.write() as tx:
            tx.leases._db.execute(delete(leases))

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
    with there.store.write() as tx:
        assert tx.leases.take(f"video {post.id}", "another", filming.HOLD), "it may be made anew"
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
    how: dict[str, Any] = {"who": "mia", "now": there.now, "text": "My words."}
    there.meanwhile(lambda: review.edit(there.store, post.id, lambda *_: (WAITS,), **how))
    (done,) = there.run()
    assert done.teaser.text == "My words."
    assert not done.teaser.media[0].placeholder
    assert done.problems == ()


def test_a_post_that_was_rejected_meanwhile_stays_so(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()
    there.meanwhile(lambda: review.reject(there.store, post.id, "no", who="mia", now=there.now))
    assert there.run() == []
    assert there.read(post).state is State.REJECTED


def test_a_video_of_a_person_s_own_is_not_overwritten(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()
    own = Media("video", path="/m/own.mp4", mime="video/mp4", sha256="ab")
    how: dict[str, Any] = {"who": "mia", "now": there.now, "media": (own,)}
    there.meanwhile(lambda: review.edit(there.store, post.id, lambda *_: (), **how))
    assert there.run() == []
    assert there.read(post).teaser.media == (own,)


def test_one_that_is_reopened_gets_its_video_and_waits_for_that_person(
    build: Callable[..., Set],
) -> None:
    there = build(review="none")
    post = there.held()
    review.reject(there.store, post.id, "no", who="mia", now=there.now)
    assert there.run() == []
    review.reopen(there.store, post.id, there.outlet.rules, who="mia", now=there.now)
    (done,) = there.run()
    assert (done.state, done.problems) == (State.HELD, ())
    assert not done.teaser.media[0].placeholder


def test_a_time_that_a_person_gave_meanwhile_stands(build: Callable[..., Set]) -> None:
    there = build(review="none")
    post = there.held()
    at = there.now + timedelta(hours=9)
    there.meanwhile(lambda: review.move(there.store, post.id, at, who="mia", now=there.now))
    (done,) = there.run()
    assert (done.state, done.due_at) == (State.HELD, at), "no rule sends it at another time"


def test_words_that_are_wrong_in_the_slot_that_is_free_then_wait(
    build: Callable[..., Set],
) -> None:
    there = build(review="none", spacing=timedelta(days=1), max_age=timedelta(days=3))

    def todays(article: Article, words: Teaser, now: datetime, slot_at: datetime | None) -> Any:
        late = slot_at is not None and slot_at.date() != now.date()
        return judge(article, words, now, slot_at) if not late else queue.Made(words, (OTHER,), ())

    outlet = replace(there.outlet, judge=todays)
    there.filming = replace(there.filming, outlet_of=lambda post: outlet)
    first, second = there.held(), there.held()
    done = {post.id: post for post in there.run()}
    assert done[second.id].state is State.APPROVED
    assert (done[first.id].state, done[first.id].problems) == (State.HELD, (OTHER,))


def test_what_comes_meanwhile_has_its_turn_before_what_is_old(build: Callable[..., Set]) -> None:
    there = build()
    old, new = there.held(), there.held()
    came: list[Post] = []
    there.meanwhile(lambda: came.append(there.held()))
    assert [post.id for post in there.run()] == [new.id, came[0].id, old.id]


def test_a_fault_that_nobody_foresaw_keeps_no_other_from_its_video(
    build: Callable[..., Set],
) -> None:
    there = build()
    old, new = there.held(), there.held()

    def fails() -> None:
        raise ZeroDivisionError

    there.meanwhile(fails)
    done = []
    with pytest.raises(ZeroDivisionError):
        done += filming.run_once(there.filming, there.now)
    assert queue.in_the_making(there.read(new))
    assert not queue.in_the_making(there.read(old))
    assert there.run() == [], "it rests: each try takes seconds of a core"
    there.let_go()
    assert [post.id for post in there.run()] == [new.id]


def test_a_disk_that_is_full_is_told_and_not_filled_without_a_rest(
    build: Callable[..., Set],
) -> None:
    there = build()
    posts = [there.held(), there.held()]

    def full() -> None:
        raise StoreError("there is no room")

    there.meanwhile(full)
    with pytest.raises(StoreError, match="no room"):
        there.run()
    assert [post.id for post in there.run()] == [posts[0].id]
    there.let_go()
    assert [post.id for post in there.run()] == [posts[1].id], "nothing is lost by it"


def test_a_bot_that_is_stopped_begins_it_at_once_when_it_is_back(build: Callable[..., Set]) -> None:
    there = build()
    post = there.held()
    ended: list[bool] = []

    def stop() -> None:
        ended.append(True)
        raise Unreachable("the bot was stopped")

    def interrupt() -> None:
        raise KeyboardInterrupt

    there.filming = replace(there.filming, stopping=lambda: bool(ended))
    there.meanwhile(stop)
    assert there.run() == []
    ended.clear()
    there.meanwhile(interrupt)
    with pytest.raises(KeyboardInterrupt):
        there.run()
    assert [each.id for each in there.run()] == [post.id]


def test_a_new_post_waits_a_little_for_a_picture_that_is_not_there_yet(
    build: Callable[..., Set], site: Site
) -> None:
    there = build()
    shown = Picture(f"{site.url}/late.jpg")

    def pictured(article: Article, now: datetime, confirmed: bool) -> queue.Made:
        art = Art(Video(Words(article.headline), pictures=(shown,)))
        return queue.Made(Teaser(article.headline, media=(art.stand_in,)), (), (), (art,))

    outlet = replace(there.outlet, write=pictured)
    there.filming = replace(there.filming, outlet_of=lambda post: outlet)
    site.put("/late.jpg", "busy", status=503)
    post = there.held()
    assert there.run() == []
    assert queue.in_the_making(there.read(post))
    there.let_go()
    there.now += filming.PATIENCE
    (done,) = there.run()
    assert [problem.code for problem in done.problems] == ["picture-missing"]
    assert not done.teaser.media[0].placeholder, "at last it does without"


def test_a_channel_that_shows_pictures_now_gets_its_picture(build: Callable[..., Set]) -> None:
    there = build()
    there.held()

    def card(article: Article, now: datetime, confirmed: bool) -> queue.Made:
        art = Art(Card(Card.WORDS_ALONE, Shape.SQUARE, Words(article.headline)))
        return queue.Made(Teaser(article.headline, media=(art.stand_in,)), (), (), (art,))

    outlet = replace(there.outlet, write=card)
    there.filming = replace(there.filming, outlet_of=lambda post: outlet)
    (done,) = there.run()
    (media,) = done.teaser.media
    assert (media.kind, media.placeholder, done.problems) == ("image", False, ())
    assert there.run() == []


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
