from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from bot.errors import TransitionError, UsageError
from bot.model import TRANSITIONS, Article, Channel, Media, Post, Problem, State, Teaser, Verb
from bot.store import Store, Tx

Make = Callable[..., Post]
BLOCKING = Problem("no-link", "the link is missing: put it back.", blocking=True)
ARROWS = [
    (before, verb, after)
    for (before, verb), afters in TRANSITIONS.items()
    for after in sorted(afters)
    if before is not None
]


def article(tx: Tx, now: datetime, url: str = "https://harbour.example/a/") -> int:
    piece = Article(url=url, headline="Dockers strike")
    return tx.articles.add("harbour", piece, [("url", url)], now=now).id


# ------------------------------------------------------------------- holding


def test_a_held_post_comes_back_whole(store: Store, channel: Channel, now: datetime) -> None:
    teaser = Teaser("Dockers strike", media=(Media("image", alt="A crane"),), language="en")
    problem = Problem("headline-cut", "the headline was cut.")
    with store.write() as tx:
        post = tx.posts.hold(
            article(tx, now),
            channel,
            teaser,
            [problem],
            expires_at=now + timedelta(hours=24),
            who="poll",
            reason="new",
            now=now,
        )
    assert post is not None
    assert (post.teaser, post.problems, post.state) == (teaser, (problem,), State.HELD)
    assert (post.site, post.channel, post.platform) == ("harbour", "twitter", "twitter")
    assert (post.article_url, post.article_title) == (
        "https://harbour.example/a/",
        "Dockers strike",
    )
    assert len(post.key) == 16
    assert (post.version, post.token, post.approved_at) == (1, 0, None)
    with store.read() as tx:
        assert tx.posts.get(post.id) == post
        (row,) = tx.posts.log(post.id)
    assert (row.verb, row.before, row.after, row.who) == (Verb.HOLD, None, State.HELD, "poll")


def test_what_is_still_to_be_made_is_found(store: Store, channel: Channel, now: datetime) -> None:
    whole = Media("image", path="/m/a.jpg", alt='"placeholder":true')
    stand_in = Media("video", placeholder=True)
    with store.write() as tx:
        place = article(tx, now)
        for occasion, media in (("first", whole), ("again-2", stand_in)):
            teaser = Teaser("Dockers strike", media=(media,))
            tx.posts.hold(
                place, channel, teaser, (), occasion=occasion, expires_at=now, who="poll", now=now
            )
        (found,) = tx.posts.list((State.HELD,), unfinished=True)
    assert found.occasion == "again-2"


def test_an_article_has_one_post_for_a_channel_and_occasion(
    store: Store, channel: Channel, now: datetime
) -> None:
    with store.write() as tx:
        article_id = article(tx, now)

        def hold(occasion: str = "first") -> Post | None:
            teaser = Teaser("x")
            return tx.posts.hold(
                article_id, channel, teaser, occasion=occasion, who="poll", now=now
            )

        first = hold()
        assert first is not None
        assert hold() is None
        assert hold("again") is not None
        assert tx.posts.find(article_id, "twitter") == first
        assert tx.posts.find(article_id, "facebook") is None
        assert len(tx.posts.list()) == 2


def test_a_post_may_begin_approved_unless_a_problem_blocks_it(
    store: Store, channel: Channel, now: datetime
) -> None:
    approved: dict[str, Any] = {"state": State.APPROVED, "due_at": now, "frozen_hash": "abc"}
    with store.write() as tx:
        first, second = article(tx, now), article(tx, now, "https://harbour.example/b/")
        post = tx.posts.hold(first, channel, Teaser("x"), who="rule", now=now, **approved)
        assert post is not None
        assert (post.approved_at, post.approved_by, post.frozen_hash) == (now, "rule", "abc")
        with pytest.raises(TransitionError, match="the link is missing"):
            tx.posts.hold(second, channel, Teaser("x"), [BLOCKING], who="r", now=now, **approved)
        with pytest.raises(ValueError, match="does not begin as published"):
            tx.posts.hold(second, channel, Teaser("x"), state=State.PUBLISHED, who="r", now=now)
        assert len(tx.posts.list()) == 1


def test_a_post_needs_an_article(store: Store, channel: Channel, now: datetime) -> None:
    with store.write() as tx, pytest.raises(UsageError, match="no article 9"):
        tx.posts.hold(9, channel, Teaser("x"), who="poll", now=now)


# ------------------------------------------------------------------ changing


@pytest.mark.parametrize(("before", "verb", "after"), ARROWS)
def test_every_arrow_can_be_gone_and_is_logged(
    store: Store, now: datetime, make_post: Make, before: State, verb: Verb, after: State
) -> None:
    with store.write() as tx:
        post = make_post(tx, before)
        moved = tx.posts.change(post, verb, after, who="ana", reason="because", now=now)
        row = tx.posts.log(post.id)[-1]
    assert (moved.state, moved.version, moved.reason) == (after, post.version + 1, "because")
    assert (row.at, row.who, row.reason) == (now, "ana", "because")
    assert (row.verb, row.before, row.after) == (verb, before, after)


def test_every_other_way_is_refused(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        for before in State:
            post = make_post(tx, before)
            for verb, after in product(Verb, State):
                if after not in TRANSITIONS.get((before, verb), ()):
                    with pytest.raises(TransitionError, match=f"post {post.id} is "):
                        tx.posts.change(post, verb, after, who="ana", now=now)
            assert tx.posts.get(post.id) == post
            assert len(tx.posts.log(post.id)) == 1


def test_a_refusal_says_what_is_possible(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        post = make_post(tx, State.PUBLISHED)
        with pytest.raises(TransitionError) as refusal:
            tx.posts.change(post, Verb.APPROVE, State.APPROVED, who="ana", now=now)
    assert str(refusal.value) == (
        "post 1 is published, so “approve” to approved is not possible;"
        " from there it can only: delete."
    )


def test_of_two_editors_the_second_is_told(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        seen = make_post(tx)
        edited = tx.posts.change(
            seen, Verb.EDIT, State.HELD, who="ana", now=now, teaser=Teaser("by Ana")
        )
        with pytest.raises(TransitionError, match="changed by somebody else meanwhile and is now"):
            tx.posts.change(
                seen, Verb.EDIT, State.HELD, who="rui", now=now, teaser=Teaser("by Rui")
            )
        with pytest.raises(TransitionError, match="changed by somebody else"):
            tx.posts.set_due(seen, now, who="rui", now=now)
        assert tx.posts.get(seen.id) == edited
        assert [row.who for row in tx.posts.log(seen.id)] == ["poll", "ana"]


def test_an_approval_is_kept_and_taken_back(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        post = tx.posts.change(
            make_post(tx),
            Verb.APPROVE,
            State.APPROVED,
            who="ana",
            now=now,
            approved_at=now,
            approved_by="ana",
            frozen_hash="abc",
            due_at=now,
        )
        assert (post.approved_by, post.frozen_hash, post.due_at) == ("ana", "abc", now)
        post = tx.posts.change(post, Verb.EDIT, State.HELD, who="rui", now=now)
        assert (post.approved_at, post.approved_by, post.frozen_hash) == (None, "", "")


def test_a_blocking_problem_keeps_a_post_from_approval(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = make_post(tx, problems=(Problem("cut", "the headline was cut."), BLOCKING))
        with pytest.raises(TransitionError, match="cannot be approved: the link is missing"):
            tx.posts.change(post, Verb.APPROVE, State.APPROVED, who="ana", now=now)
        post = tx.posts.change(post, Verb.EDIT, State.HELD, who="ana", now=now, problems=())
        assert tx.posts.change(post, Verb.APPROVE, State.APPROVED, who="ana", now=now)


@pytest.mark.parametrize("column", ["state", "version", "key", "site", "colour"])
def test_a_change_cannot_set_what_a_post_is(
    store: Store, now: datetime, make_post: Make, column: str
) -> None:
    with store.write() as tx, pytest.raises(TypeError, match=column):
        tx.posts.change(make_post(tx), Verb.EDIT, State.HELD, who="a", now=now, **{column: "x"})


def test_a_moved_post_keeps_its_state_and_is_logged(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now, expires_at=now, frozen_hash="abc")
        moved = tx.posts.set_due(post, now + timedelta(hours=3), who="ana", now=now)
        assert (moved.state, moved.frozen_hash) == (State.APPROVED, "abc")
        assert (moved.due_at, moved.expires_at) == (now + timedelta(hours=3), None)
        assert tx.posts.log(post.id)[-1].reason == "moved to 2026-11-22 15:00 UTC"
        with pytest.raises(TransitionError, match="only held and approved posts can be moved"):
            tx.posts.set_due(make_post(tx, State.SENDING), now, who="ana", now=now)


# ------------------------------------------------------------------- reading


def test_posts_are_listed_as_asked(store: Store, now: datetime, make_post: Make) -> None:
    with store.write() as tx:
        held, approved, sent = (
            make_post(tx, state) for state in (State.HELD, State.APPROVED, State.PUBLISHED)
        )
        assert tx.posts.list() == (held, approved, sent)
        assert tx.posts.list({State.HELD, State.APPROVED}) == (held, approved)
        assert tx.posts.list(states=()) == ()
        assert tx.posts.list(limit=2, newest_first=True) == (sent, approved)
        assert tx.posts.list(site="quay") == ()
        assert tx.posts.list(site="harbour", channel="twitter", limit=1) == (held,)
        assert tx.posts.list(article_id=sent.article_id) == (sent,)
        later = make_post(tx, due_at=now, expires_at=now + timedelta(hours=1))
        assert tx.posts.list(due_by=now) == (later,)
        assert tx.posts.list(due_by=now - timedelta(seconds=1)) == ()
        assert tx.posts.list({State.HELD}, expires_by=now + timedelta(hours=1)) == (later,)
        assert tx.posts.list({State.HELD}, expires_by=now) == ()
        assert tx.posts.counts() == {State.HELD: 2, State.APPROVED: 1, State.PUBLISHED: 1}


def test_a_post_that_is_not_there(store: Store) -> None:
    with store.read() as tx, pytest.raises(UsageError, match="there is no post 9"):
        tx.posts.get(9)


def test_the_log_of_all_posts_keeps_the_latest_in_order(
    store: Store, now: datetime, make_post: Make
) -> None:
    with store.write() as tx:
        ids = [make_post(tx).id for _ in range(4)]
        assert [row.post_id for row in tx.posts.log()] == ids
        assert [row.post_id for row in tx.posts.log(limit=2)] == ids[2:]


def test_slots_are_taken_by_what_is_due_and_by_what_went_out(
    store: Store, now: datetime, make_post: Make
) -> None:
    def at(minutes: int) -> datetime:
        return now + timedelta(minutes=minutes)

    with store.write() as tx:
        for minutes, state in enumerate(State):
            make_post(tx, state, due_at=at(minutes))
        make_post(tx, State.PUBLISHED, due_at=at(-50), published_at=at(30))
        make_post(tx, State.DELETED, due_at=at(-50), published_at=at(31))
        make_post(tx, State.APPROVED, due_at=at(40))
        taken = tx.posts.taken("harbour", "twitter", now, at(40))
        other = tx.posts.taken("harbour", "facebook", now, at(40))
    in_slot = ("approved", "sending", "waiting", "unknown", "needs_person")
    assert taken == (*(at(list(State).index(State(word))) for word in in_slot), at(30), at(31))
    assert other == ()


def test_a_published_post_tells_when_it_went_out(
    store: Store, now: datetime, make_post: Make
) -> None:
    later = now + timedelta(minutes=7)
    with store.write() as tx:
        post = make_post(tx, State.SENDING, due_at=now)
        tx.posts.change(post, Verb.SETTLE, State.PUBLISHED, who="outbox", now=later)
        assert tx.posts.taken("harbour", "twitter", now, now + timedelta(days=1)) == (later,)


def test_the_files_of_posts_are_named_by_state_or_by_when_they_last_changed(
    store: Store, now: datetime, make_post: Make
) -> None:
    def carrying(name: str) -> Teaser:
        video = Media("video", path=f"/srv/media/{name}.mp4")
        elsewhere = Media("image", url="https://harbour.example/p.jpg")
        return Teaser(name, media=(Media("image", path=f"var/media/{name}.jpg"), video, elsewhere))

    month = timedelta(days=30)
    with store.write() as tx:
        for state in (State.HELD, State.APPROVED, State.PUBLISHED):
            make_post(tx, state, teaser=carrying(state.value))
        again = make_post(tx, State.REJECTED, teaser=carrying("again"))
        tx.posts.change(again, Verb.REOPEN, State.HELD, who="mia", now=now + month)
    with store.read() as tx:
        assert tx.posts.media([State.APPROVED]) == {"approved.jpg", "approved.mp4"}
        assert tx.posts.media(()) == frozenset()
        some = tx.posts.media([State.APPROVED], since=now + month)
        assert some == {"approved.jpg", "approved.mp4", "again.jpg", "again.mp4"}
        assert len(tx.posts.media((), since=now)) == 8
        assert tx.posts.media((), since=now + 2 * month) == frozenset()
