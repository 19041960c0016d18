"""One article by hand: the same posts, shown and not repeated, in the person's own words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from stills import Stills
from world import JPEG, Site

from bot import oneoff, queue
from bot.desk import Desk, Outlet
from bot.errors import UsageError
from bot.http import Session
from bot.identity import keys_of
from bot.media.base import Card
from bot.media.picture import NotAPicture
from bot.model import Article, Entry, Problem, State, Teaser
from bot.oneoff import Result, Wish
from bot.store import Store

MakeDesk = Callable[..., Desk]
MakeOutlet = Callable[..., Outlet]


@pytest.fixture
def by_hand(
    store: Store, site: Site, web: Session, studio: Stills, now: datetime
) -> Callable[..., Result]:
    """Make and hold the posts of the site's article `one`."""
    site.article("one")

    def do(desk: Desk, at: datetime | None = None, **wish: object) -> Result:
        asked = Wish(f"{site.url}/one", **wish)  # type: ignore[arg-type]
        article, made = oneoff.make(desk, web, asked, studio, now, at)
        return oneoff.hold(store, desk, article, made, again=asked.again, at=at, who="mia", now=now)

    return do


def test_posts_enter_the_queue_and_wait(desk: MakeDesk, by_hand: Callable[..., Result]) -> None:
    result = by_hand(desk())
    (post,) = result.made
    assert (post.state, post.occasion, result.existing) == (State.HELD, "first", ())
    assert post.teaser.media[0].sha256


def test_what_exists_is_shown_and_not_repeated(
    desk: MakeDesk, by_hand: Callable[..., Result]
) -> None:
    (first,) = by_hand(desk()).made
    again = by_hand(desk())
    assert (again.made, again.existing) == ((), (first,))
    (second,) = by_hand(desk(), again=True).made
    assert (second.article_id, second.occasion) == (first.article_id, "again-2")
    (third,) = by_hand(desk(), again=True).made
    assert third.occasion == "again-3"
    assert len(by_hand(desk()).existing) == 3


def test_a_time_approves_and_overrides_the_windows(
    desk: MakeDesk,
    outlet: MakeOutlet,
    by_hand: Callable[..., Result],
    rules: Callable[..., queue.Rules],
    now: datetime,
) -> None:
    at = now + timedelta(days=3)
    none = desk(outlets=(outlet(rules=rules(review="none")),))
    (post,) = by_hand(none, at).made
    assert (post.state, post.due_at, post.approved_by) == (State.APPROVED, at, "mia")


def test_a_hand_asks_for_a_look_also_where_nobody_reviews(
    desk: MakeDesk,
    outlet: MakeOutlet,
    by_hand: Callable[..., Result],
    rules: Callable[..., queue.Rules],
) -> None:
    (post,) = by_hand(desk(outlets=(outlet(rules=rules(review="none")),))).made
    assert post.state is State.HELD


def test_what_blocks_stays_held_and_the_others_go_on(
    desk: MakeDesk, outlet: MakeOutlet, by_hand: Callable[..., Result], now: datetime
) -> None:
    def blocked(article: Article, now: datetime, confirmed: bool) -> queue.Made:
        return queue.Made(Teaser("A"), (Problem("text-too-long", "Too long.", True),), ())

    two = desk(outlets=(outlet(write=blocked), outlet("facebook")))
    result = by_hand(two, now)
    assert [post.state for post in result.made] == [State.HELD, State.APPROVED]
    (sentence,) = result.refused
    assert "cannot be approved: Too long." in sentence


def test_own_words_and_picture_are_judged(
    desk: MakeDesk,
    outlet: MakeOutlet,
    by_hand: Callable[..., Result],
    site: Site,
    studio: Stills,
    tmp_path: Path,
) -> None:
    def judge(article: Article, words: Teaser, now: datetime, at: datetime | None) -> queue.Made:
        return queue.Made(words, (Problem("own", words.text),), ())

    own = tmp_path / "own.jpg"
    own.write_bytes(JPEG + b"own")
    judging = desk(outlets=(outlet(judge=judge),))
    (post,) = by_hand(judging, text="My words.", image=own, alt="A quay.").made
    assert post.teaser.text.startswith("My words.")
    assert post.teaser.media[0].alt == "A quay."
    (order,) = studio.orders
    assert isinstance(order, Card)
    assert order.picture is not None
    assert Path(order.picture.path).read_bytes() == own.read_bytes()
    assert [problem.code for problem in post.problems] == ["own"]
    assert ("GET", "/picture.jpg") not in site.seen


def test_words_of_a_channel_are_its_own_and_sent_as_they_are(
    desk: MakeDesk, outlet: MakeOutlet, by_hand: Callable[..., Result]
) -> None:
    two = desk(outlets=(outlet(), outlet("facebook")))
    own = {"texts": {"twitter": "Mine,\x00 no link."}, "titles": {"twitter": "A title"}}
    mine, other = by_hand(two, text="For all.", **own).made
    assert (mine.teaser.text, mine.teaser.title) == ("Mine, no link.", "A title")
    assert other.teaser.text.startswith("For all.\n\nhttp")
    assert other.teaser.title == ""


def test_what_cannot_be_done_is_said_before_anything_is_read(
    desk: MakeDesk, by_hand: Callable[..., Result], site: Site, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no channel “myspace”"):
        by_hand(desk(), channels=("myspace",))
    assert site.seen == []
    with pytest.raises(NotAPicture, match="cannot be read"):
        by_hand(desk(), image=tmp_path / "none.jpg")


def test_a_remembered_article_becomes_a_whole_one(
    store: Store, desk: MakeDesk, by_hand: Callable[..., Result], site: Site, now: datetime
) -> None:
    with store.write() as tx:
        entry = Entry(f"{site.url}/one", guid="g")
        tx.articles.remember("harbour", [(entry, keys_of(entry))], now=now)
    (post,) = by_hand(desk()).made
    with store.read() as tx:
        kept = tx.articles.get(post.article_id)
    assert kept.content is not None
    assert (kept.state, kept.title) == ("tracked", "Council votes on plan one")


def test_what_this_page_shows_to_be_one_article_gets_no_second_post(
    store: Store, desk: MakeDesk, by_hand: Callable[..., Result], site: Site, now: datetime
) -> None:
    """The feed told of it twice, under addresses that only the page brings together."""
    (first,) = by_hand(desk()).made
    other = Entry(f"{site.url}/other", guid="g")
    with store.write() as tx:
        tx.articles.wait("harbour", [(other, keys_of(other))], now=now, source="feed")
    page = site.pages["/one"][2]
    site.put(
        "/one", page.replace(b"<head>", f"<head><link rel=canonical href='{other.url}'>".encode())
    )
    again = by_hand(desk())
    assert (again.made, again.existing) == ((), (first,))
    with store.read() as tx:
        assert tx.waiting.all() == ()
        assert tx.articles.known("harbour", keys_of(other)) == first.article_id


def test_what_only_waited_under_a_lower_number_gets_no_second_post(
    store: Store, desk: MakeDesk, by_hand: Callable[..., Result], site: Site, now: datetime
) -> None:
    other = Entry(f"{site.url}/other", guid="g")
    with store.write() as tx:
        tx.articles.wait("harbour", [(other, keys_of(other))], now=now, source="feed")
    (first,) = by_hand(desk()).made
    page = site.pages["/one"][2]
    site.put(
        "/one", page.replace(b"<head>", f"<head><link rel=canonical href='{other.url}'>".encode())
    )
    again = by_hand(desk())
    assert (again.made, again.existing) == ((), (first,))


def test_an_imagined_post_is_whole(outlet: MakeOutlet, made: queue.Made, now: datetime) -> None:
    article = Article("https://harbour.example/1", "Dockers strike")
    post = oneoff.imagined(article, outlet(), made, now)
    assert (post.teaser, post.article_title, post.platform) == (
        made.teaser,
        "Dockers strike",
        "twitter",
    )
