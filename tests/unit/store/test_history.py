from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from sqlalchemy import text, update

from bot.model import Article, Channel, Post, Refused, State, Teaser, Verb
from bot.store import Store, Tx
from bot.store._schema import posts
from bot.store.history import ENDED, Ended, Place, Wanted

HOUR = timedelta(hours=1)
OUT = frozenset({State.PUBLISHED})
Make = Callable[..., Post]


@pytest.fixture
def ended(make_post: Make, now: datetime) -> Callable[..., Post]:
    """Put a post into the history, some hours ago."""

    def make(tx: Tx, hours: float, state: State = State.PUBLISHED, **columns: object) -> Post:
        return make_post(tx, state, ended_at=now - hours * HOUR, **columns)

    return make


def ids(found: tuple[Ended, ...]) -> list[int]:
    return [each.post.id for each in found]


def test_pages_hang_together_while_new_posts_go_out(
    store: Store, ended: Make, make_post: Make
) -> None:
    with store.write() as tx:
        made = [ended(tx, hours).id for hours in (1, 2, 3, 3, 3, 4, 5)]
        make_post(tx, State.APPROVED)
        made[2:5] = reversed(made[2:5])  # of one and the same instant, the later one is newer
        first = tx.history.page(Wanted(), 4)
        ended(tx, 0)
        second = tx.history.page(Wanted(), 4, older_than=first[-1].place)
        assert (ids(first), ids(second)) == (made[:4], made[4:])
        assert ids(tx.history.page(Wanted(), 4, newer_than=second[0].place)) == made[:4]
        assert ids(tx.history.page(Wanted(), 2, newer_than=second[0].place)) == made[2:4]
        oldest = Place(datetime.fromisoformat("1970-01-01T00:00:00+00:00"), 0)
        assert ids(tx.history.page(Wanted(), 2, newer_than=oldest)) == made[-2:]


def test_what_ends_is_dated_and_what_is_brought_back_is_not(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        post = make_post(tx)
        rejected = tx.posts.change(post, Verb.REJECT, State.REJECTED, who="ines", now=now)
        (found,) = tx.history.page(Wanted(), 9)
        assert (found.ended_at, found.ended_by, found.published_at) == (now, "ines", None)
        assert not tx.history.page(Wanted(OUT), 9)
        tx.posts.change(rejected, Verb.REOPEN, State.HELD, who="rui", now=now)
        assert not tx.history.page(Wanted(), 9)


def test_what_went_out_is_dated_by_that_and_its_deletion_by_the_deletion(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.SENDING)
        out = tx.posts.change(
            post, Verb.SETTLE, State.PUBLISHED, who="outbox", now=now, published_at=now - HOUR
        )
        assert tx.history.page(Wanted(OUT), 9)[0].ended_at == now - HOUR
        tx.posts.change(out, Verb.DELETE, State.DELETED, who="ines", now=now)
        (gone,) = tx.history.page(Wanted(frozenset({State.DELETED})), 9)
        assert (gone.ended_at, gone.published_at, gone.ended_by) == (now, now - HOUR, "ines")


def test_it_is_sifted(store: Store, ended: Make, now: datetime) -> None:
    with store.write() as tx:
        mine = ended(tx, 1)
        rejected = ended(tx, 2, State.REJECTED)
        other = ended(tx, 3, site="islet", channel="facebook")
        sift = tx.history.page
        assert ids(sift(Wanted(OUT), 9)) == [mine.id, other.id]
        assert ids(sift(Wanted(ENDED - OUT), 9)) == [rejected.id]
        assert ids(sift(Wanted(site="islet"), 9)) == [other.id]
        assert ids(sift(Wanted(channel="facebook"), 9)) == [other.id]
        assert ids(sift(Wanted(since=now - 2 * HOUR), 9)) == [mine.id, rejected.id]
        assert ids(sift(Wanted(until=now - 2 * HOUR), 9)) == [other.id]
        assert ids(sift(Wanted(since=now - 2 * HOUR, until=now - HOUR), 9)) == [rejected.id]


def test_people_are_found_by_what_they_did(store: Store, make_post: Make, now: datetime) -> None:
    with store.write() as tx:
        one, two = make_post(tx), make_post(tx)
        edit = {"teaser": Teaser("New words."), "problems": ()}
        one = tx.posts.change(one, Verb.EDIT, State.HELD, who="rui", now=now, **edit)
        again = {"teaser": Teaser("Newer words."), "problems": ()}
        one = tx.posts.change(one, Verb.EDIT, State.HELD, who="studio", now=now, **again)
        tx.posts.change(one, Verb.REJECT, State.REJECTED, who="ines", now=now)
        tx.posts.change(two, Verb.REJECT, State.REJECTED, who="ines", now=now)
        assert tx.history.people() == ["ines", "rui"], "the poll and the studio are nobody"
        assert ids(tx.history.page(Wanted(person="rui"), 9)) == [one.id]
        assert len(tx.history.page(Wanted(person="ines"), 9)) == 2
        (told,) = tx.history.page(Wanted(person="rui"), 9)
        assert (told.edited_by, told.ended_by) == (("rui",), "ines")


def test_by_hand_is_what_has_no_number_on_its_platform(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        post = make_post(tx, State.NEEDS_PERSON)
        live = {"remote_url": "https://x.example/1", "who": "ines", "reason": "", "now": now}
        tx.outbox.decide(post, State.PUBLISHED, **live)
        (found,) = tx.history.page(Wanted(), 9)
        assert (found.by_hand, found.ended_by) == (True, "ines")


#: What is searched for, and where it stands; "" where it does not.
SEARCHES = {
    "tide": "in the headline",
    "TIDE": "in another case",
    "ángel": "in the text, with an accent, in another case",
    "ÁNGEL quay": "both words",
    "tide zeppelin": "",
    '"hush"': "quotes, as JSON hides them",
    "100%": "a sign that means much to a database",
    "1_0": "",
    "image": "",
    "https://harbour.example/tide": "the address of the article",
    "https://x.example/77": "the address of the post",
}


def test_words_are_found(store: Store, channel: Channel, now: datetime) -> None:
    article = Article(url="https://harbour.example/tide/", headline="High tide at dawn")
    said = 'Mr Ángel said "hush" at the quay, 100% sure.'
    with store.write() as tx:
        key = [("url", article.url)]
        article_id, _ = tx.articles.add("harbour", article, key, now=now)
        post = tx.posts.hold(article_id, channel, Teaser(said), who="poll", now=now)
        assert post is not None
        post = tx.posts.change(post, Verb.APPROVE, State.APPROVED, who="ines", now=now)
        live = {"remote_url": "https://x.example/77", "who": "ines", "reason": "", "now": now}
        tx.outbox.decide(post, State.PUBLISHED, **live)
        for words, where in SEARCHES.items():
            found = tx.history.page(Wanted(words=words), 9)
            assert bool(found) == bool(where), (words, where)


def test_a_refusal_is_in_it(store: Store, make_post: Make, now: datetime) -> None:
    with store.write() as tx:
        post = make_post(tx, State.APPROVED, due_at=now)
        leased = tx.outbox.lease(post, now, HOUR)
        tx.outbox.settle(leased, Refused("No."), now, quarantine=HOUR)
        (found,) = tx.history.page(Wanted(), 9)
        assert (found.post.state, found.ended_by) == (State.REFUSED, "outbox")


def test_what_ended_before_there_was_a_date_for_it_gets_one(
    store: Store, make_post: Make, now: datetime
) -> None:
    step = import_module("bot.store.migrations.versions.0004_review")
    with store.write() as tx:
        out = make_post(tx, State.PUBLISHED, published_at=now - HOUR)
        rejected = tx.posts.change(
            make_post(tx), Verb.REJECT, State.REJECTED, who="ines", now=now - 2 * HOUR
        )
        open_still = make_post(tx)
        tx.posts._db.execute(update(posts).values(ended_at=None))
        tx.posts._db.execute(text(step.ENDED))
        found = tx.history.page(Wanted(), 9)
        assert ids(found) == [out.id, rejected.id], open_still
        assert [each.ended_at for each in found] == [now - HOUR, now - 2 * HOUR]
