"""What has changed, and what is read of many posts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Article, Channel, Image, Post, State, Teaser, Verb
from bot.store import Store

Make = Callable[..., Post]


def test_a_mark_stays_until_something_happens(store: Store, make_post: Make, now: datetime) -> None:
    with store.read() as tx:
        before = tx.news.mark(now)
        assert tx.news.mark(now) == before
    with store.write() as tx:
        make_post(tx)
    with store.read() as tx:
        held = tx.news.mark(now)
        assert held != before
        assert tx.news.stops(held) == tx.news.stops(before)
        assert tx.news.came(before) == 1
        assert tx.news.came(held) == 0
        assert tx.news.came(before, site="elsewhere") == 0
    with store.write() as tx:
        tx.pauses.pause("*", until=now + timedelta(hours=1), who="rui", now=now)
    with store.read() as tx:
        assert tx.news.stops(tx.news.mark(now)) != tx.news.stops(held)
        assert tx.news.mark(now + timedelta(hours=2)) == held, "the stop has ended by itself"


def test_posts_of_another_version_are_named(store: Store, make_post: Make, now: datetime) -> None:
    with store.write() as tx:
        post = make_post(tx)
        tx.posts.change(post, Verb.REJECT, State.REJECTED, who="rui", now=now)
        assert tx.news.changed({post.id: post.version, 999: 1}) == (post.id,)
        assert tx.news.changed({post.id: post.version + 1}) == ()
        assert tx.news.changed({}) == ()


def test_many_posts_are_read_at_once_in_the_order_asked(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        one, two = make_post(tx), make_post(tx)
        edited = tx.posts.change(
            one, Verb.EDIT, State.HELD, who="rui", now=now, teaser=replace(one.teaser, text="New")
        )
        assert tx.posts.some([two.id, 999, one.id]) == (two, edited)
        writers = tx.posts.writers([one.id, two.id])
        assert {each: (writer.who, writer.at) for each, writer in writers.items()} == {
            one.id: ("rui", now)
        }
        outlines = tx.posts.outlines((State.HELD,))
        assert [each.id for each in outlines] == sorted([one.id, two.id])
        assert tx.posts.outlines((State.APPROVED,)) == ()


def test_posts_of_articles_with_a_picture_are_told_apart(
    store: Store, channel: Channel, now: datetime
) -> None:
    picture = Image("https://harbour.example/quay.jpg")
    with store.write() as tx:
        posts = []
        for url, image in (
            ("https://harbour.example/a/", picture),
            ("https://harbour.example/b/", None),
        ):
            piece = Article(url=url, headline="Quay", image=image)
            number = tx.articles.add("harbour", piece, [("url", url)], now=now).id
            posts.append(tx.posts.hold(number, channel, Teaser("Quay"), who="poll", now=now))
        seen, bare = (post.id for post in posts if post)
        assert tx.posts.pictured([seen, bare]) == {seen}


def test_a_move_taken_back_gives_the_age_back(store: Store, make_post: Make, now: datetime) -> None:
    ends = now + timedelta(hours=9)
    with store.write() as tx:
        post = make_post(tx)
        moved = tx.posts.set_due(post, now + timedelta(hours=2), who="rui", now=now)
        assert moved.expires_at is None
        back = tx.posts.set_due(moved, None, expires_at=ends, who="rui", now=now)
    assert (back.due_at, back.expires_at, back.version) == (None, ends, post.version + 2)
