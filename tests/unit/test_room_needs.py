"""What needs a person: each matter in plain words, and every button that settles it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from rooms import Opened, open_room
from sqlalchemy import update

from bot.model import Account, Blocked, Entry, Post, Problem, Retry, State
from bot.notices._causes import find
from bot.room import _matters, _needs
from bot.store._schema import posts
from bot.store.followups import Followup

HOUR = timedelta(hours=1)
FEED = "https://harbour.example/feed/"
FLOOD = Problem("flood", "9 new articles came at once, more than flood_limit allows.")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    login = {"BOT_HARBOUR_INSTAGRAM_TOKEN": "t0ken-of-instagram"}
    with open_room(tmp_path_factory.mktemp("room"), **login) as room:
        yield room


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


@pytest.fixture(autouse=True)
def tidy(room: Opened) -> Iterator[None]:
    """Leave nothing that needs a person to the next test."""
    yield
    _matters._kept.clear()
    with room.app.store.write() as tx:
        tx.posts._db.execute(update(posts).values(state=State.REJECTED))
        tx.accounts.prove("harbour", "instagram", Account("73", "harbour.post"), "", room.app.now())
        for source in tx.sources.all():
            tx.sources.note_success(source.id, "", "", room.app.now())
        for step in tx.followups.open():
            tx.followups._db.execute(_drop(step))


def _drop(step: Followup) -> Any:
    from bot.store._schema import followups

    return followups.delete().where(followups.c.id == step.id)


def page(room: Opened, browser: requests.Session) -> str:
    """Read the page as people do: tags away, spaces single."""
    answer = browser.get(f"{room.url}/needs", timeout=10)
    assert answer.status_code == 200
    body = answer.text.split('<main id="main"')[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def press(room: Opened, browser: requests.Session, path: str, **fields: object) -> str:
    """Send a form of the page; give the words on the page that it leads back to."""
    form = {"back": "/needs", **fields}
    answer = browser.post(f"{room.url}{path}", form, timeout=30)
    assert answer.status_code == 200, answer.text[-600:]
    assert answer.url.split("?")[0].endswith("/needs")
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def told(room: Opened) -> set[str]:
    """Name what people are told of without asking."""
    return {cause.key for cause in find(room.app._bell, room.app.now())}


def put(room: Opened, slug: str, state: State, number: int = 0, **columns: Any) -> Post:
    """Put a post of a new article into a state; the others are rejected."""
    made = room.article(slug)
    with room.app.store.write() as tx:
        for each in made:
            to = {"state": state, **columns} if each is made[number] else {"state": "rejected"}
            tx.posts._db.execute(update(posts).where(posts.c.id == each.id).values(**to))
    return room.app.post(made[number].id)


def test_nothing_needs_anybody(room: Opened, browser: requests.Session) -> None:
    told = page(room, browser)
    assert "Nothing needs you." in told
    assert "posts of which nobody can tell whether they are live" in told


def test_a_post_in_doubt_is_found_by_its_link(room: Opened, browser: requests.Session) -> None:
    post = put(room, "doubt", State.NEEDS_PERSON, reason="Two posts match.")
    told = page(room, browser)
    assert "Look whether this post is live" in told
    assert "Two posts match." in told
    assert "https://x.com/harbour_post" in browser.get(f"{room.url}/needs", timeout=10).text
    link = "https://x.com/harbour_post/status/1"
    press(room, browser, f"/posts/{post.id}/live", url=link, version=post.version)
    after = room.app.post(post.id)
    assert (after.state, after.remote_url) == (State.PUBLISHED, link)
    assert "Nothing needs you." in page(room, browser)


def test_a_post_that_is_not_there_is_sent_again(room: Opened, browser: requests.Session) -> None:
    post = put(room, "again", State.NEEDS_PERSON, due_at=room.app.now() - HOUR)
    assert "readers see it twice: look first" in page(room, browser)
    press(room, browser, f"/posts/{post.id}/settle", absent="1", version=post.version)
    assert room.app.post(post.id).state is State.APPROVED


def test_one_that_is_looked_for_needs_nothing_yet(room: Opened, browser: requests.Session) -> None:
    put(room, "looked-for", State.UNKNOWN, reason="The connection broke.")
    assert "You need do nothing yet" in page(room, browser)


def test_a_refused_post_is_given_up_or_brought_back(
    room: Opened, browser: requests.Session
) -> None:
    post = put(room, "refused", State.REFUSED, number=1, reason="The link is not valid.")
    told = page(room, browser)
    assert "Facebook refused this post" in told
    assert "The link is not valid." in told
    seen = {"version": post.version, "reason": "not worth it"}
    assert "Given up" in press(room, browser, f"/needs/posts/{post.id}/give-up", **seen)
    after = room.app.post(post.id)
    assert (after.state, after.reason) == (State.REJECTED, "not worth it")
    other = put(room, "refused-too", State.REFUSED)
    press(room, browser, f"/posts/{other.id}/reopen", version=other.version)
    assert room.app.post(other.id).state is State.HELD


def test_who_comes_second_gives_nothing_up(room: Opened, browser: requests.Session) -> None:
    post = put(room, "second", State.REFUSED)
    path = f"{room.url}/needs/posts/{post.id}/give-up"
    answer = browser.post(path, {"version": post.version - 1}, timeout=10)
    assert answer.status_code == 409
    assert room.app.post(post.id).state is State.REFUSED


def test_what_was_tried_in_vain_is_told_here_and_by_the_status(
    room: Opened, browser: requests.Session
) -> None:
    now = room.app.now()
    columns = {"due_at": now - 3 * HOUR, "expires_at": now + HOUR}
    post = put(room, "tried", State.APPROVED, number=2, **columns)
    with room.app.store.write() as tx:
        leased = tx.outbox.lease(post, now - 2 * HOUR, HOUR)
        tx.outbox.settle(leased, Retry("It answered 503."), now, quarantine=HOUR)
    assert "could not be sent so far" in page(room, browser)
    assert f"post {post.id} tried" in told(room)
    assert post.id in [each.id for each in room.app.status().needs_person]
    assert room.app.status().alarm
    seen = {"version": room.app.post(post.id).version}
    press(room, browser, f"/posts/{post.id}/unapprove", **seen)
    assert room.app.post(post.id).state is State.HELD


def test_it_is_time_to_post_by_hand(room: Opened, browser: requests.Session) -> None:
    due = {"due_at": room.app.now() - HOUR, "expires_at": None}
    put(room, "hand", State.APPROVED, **due)
    told = page(room, browser)
    assert "It is time to post this by hand" in told
    assert "What to copy, and where" in told
    put(room, "later", State.APPROVED, due_at=room.app.now() + HOUR, expires_at=None)
    assert len(_kinds(room, "by-hand")) == 1
    assert not room.app.status().alarm, "that is how the channel is meant"


def test_a_blocking_problem_is_named(room: Opened, browser: requests.Session) -> None:
    lost = Problem("media-gone", "The picture is lost: choose another.", blocking=True)
    put(room, "lost", State.HELD, problems=(lost, Problem("tail", "A hint, no more.")))
    told = page(room, browser)
    assert "This post cannot go out as it is" in told
    assert "The picture is lost: choose another." in told
    assert "A hint, no more." not in told


def test_a_flood_is_one_matter_and_taken_as_it_was_seen(
    room: Opened, browser: requests.Session
) -> None:
    free = {"expires_at": None, "due_at": room.app.now() + HOUR}
    flood = [put(room, f"flood-{n}", State.HELD, problems=(FLOOD,), **free) for n in range(3)]
    body = page(room, browser)
    assert "Many new articles came at once" in body
    assert "3 articles came , with 3 posts." in body or "3 articles came, with 3 posts." in body
    assert room.app.status().alarm
    assert told(room) == {"flood harbour"}
    seen = " ".join(f"{each.id}:{each.version}" for each in flood[:2])
    changed = f"{flood[2].id}:{flood[2].version + 1}"
    body = press(room, browser, "/needs/flood/take", posts=f"{seen} {changed}")
    assert "1 post could not be approved" in body
    states = [room.app.post(each.id).state for each in flood]
    assert states == [State.APPROVED, State.APPROVED, State.HELD]
    rest = f"{flood[2].id}:{flood[2].version}"
    assert "1 post rejected." in press(room, browser, "/needs/flood/drop", posts=rest)
    assert room.app.post(flood[2].id).state is State.REJECTED


@pytest.mark.parametrize("posts", ["1", "1:x", "²:1", "1:" + "9" * 40])
def test_a_broken_form_does_nothing(room: Opened, browser: requests.Session, posts: str) -> None:
    answer = browser.post(f"{room.url}/needs/flood/take", {"posts": posts}, timeout=10)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("found", "words", "blocked"),
    [
        (Account("73", "harbour.post"), "The channel is well again", False),
        (Blocked("Instagram: the token is dead."), "The platform still refuses", True),
        (Retry("It answered 503."), "did not answer", True),
    ],
)
def test_a_blocked_channel_is_looked_at_again(
    room: Opened,
    browser: requests.Session,
    monkeypatch: pytest.MonkeyPatch,
    found: Any,
    words: str,
    blocked: bool,
) -> None:
    with room.app.store.write() as tx:
        tx.accounts.block("harbour", "instagram", "The token was refused (190).", room.app.now())
    told = page(room, browser)
    assert "Instagram harbour.post cannot post" in told
    assert "The token was refused (190)." in told
    assert "bot login harbour/instagram" in told
    assert "t0ken" not in told
    monkeypatch.setattr(room.app.platform("instagram"), "verify", lambda _: found)
    assert words in press(room, browser, "/needs/channels/harbour/instagram/look")
    assert bool(_kinds(room, "blocked")) is blocked


def test_posts_of_a_blocked_channel_are_told_with_it(
    room: Opened, browser: requests.Session
) -> None:
    now = room.app.now()
    columns = {"due_at": now - 3 * HOUR, "expires_at": now + HOUR}
    post = put(room, "blocked", State.APPROVED, number=2, **columns)
    with room.app.store.write() as tx:
        leased = tx.outbox.lease(post, now - 2 * HOUR, HOUR)
        tx.outbox.settle(leased, Blocked("The token is dead."), now, quarantine=HOUR)
    told = page(room, browser)
    assert "1 post waits: post it by hand" in told
    assert "could not be sent so far" not in told


def test_a_source_that_is_gone_is_asked_once_more(room: Opened, browser: requests.Session) -> None:
    now = room.app.now()
    with room.app.store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed")
        tx.sources.note_failure(source.id, "It answered 410.", now, now + HOUR, gone_at=now)
    told = page(room, browser)
    assert "A source is gone for good" in told
    assert "sites/harbour.toml" in told
    told = press(room, browser, "/needs/sources/look", site="harbour", url=FEED)
    assert "with the next poll" in told
    with room.app.store.read() as tx:
        (after,) = tx.sources.all()
    assert (after.gone_at, after.next_at is not None and after.next_at <= room.app.now()) == (
        None,
        True,
    )


def test_a_page_that_cannot_be_read_is_tried_or_left_out(
    room: Opened, browser: requests.Session
) -> None:
    now = room.app.now()
    entry = Entry("https://harbour.example/late/", guid="late", title="<b>Late</b>")
    with room.app.store.write() as tx:
        tx.sources.get_or_add("harbour", FEED, "feed")
        keyed = [(entry, [("guid", "late")])]
        (number,) = tx.articles.wait("harbour", keyed, now=now - 30 * HOUR, source=FEED)
        tx.waiting.put_off(number, "It answered 500.", now + HOUR)
    told = page(room, browser)
    assert "The page of an article cannot be read" in told
    assert "<b>Late</b>" in told
    press(room, browser, f"/needs/articles/{number}/look")
    with room.app.store.read() as tx:
        waiting = tx.waiting.get(number)
    assert waiting is not None
    assert (waiting.tries, waiting.next_try_at <= room.app.now()) == (1, True)
    assert "Left out" in press(room, browser, f"/needs/articles/{number}/leave")
    assert not _kinds(room, "late")


def failed_step(room: Opened, slug: str, name: str) -> tuple[Post, Followup]:
    """Let a step behind a published post fail."""
    now = room.app.now()
    post = put(room, slug, State.PUBLISHED, remote_url="https://x.com/harbour_post/status/9")
    with room.app.store.write() as tx:
        step = tx.followups.add(post.id, name, who="outbox", now=now, hold_for=HOUR)
        tx.followups.settle(step, "failed", "It answered 403.", now)
    return post, step


def test_a_step_is_done_by_hand_or_tried_again(room: Opened, browser: requests.Session) -> None:
    post, step = failed_step(room, "comment", "comment")
    assert "The first comment of a post is missing" in page(room, browser)
    assert "tried again" in press(room, browser, f"/needs/steps/{step.id}", again="1")
    with room.app.store.read() as tx:
        (due,) = tx.followups.of(post.id)
    assert (due.state, due.tries, due.who, due.not_before) == ("due", 0, "ines", None)
    answer = browser.post(f"{room.url}/needs/steps/{step.id}", {}, timeout=10)
    assert answer.status_code == 409, "it does not stand so any more"
    other, done = failed_step(room, "comment-too", "comment")
    assert "by hand" in press(room, browser, f"/needs/steps/{done.id}")
    with room.app.store.read() as tx:
        (after,) = tx.followups.of(other.id)
    assert (after.state, after.who, after.reason) == ("done", "ines", "done by hand, says ines")


def test_what_was_taken_down_by_hand_is_deleted(room: Opened, browser: requests.Session) -> None:
    post, step = failed_step(room, "takedown", "delete")
    assert "to be taken down may still be there" in page(room, browser)
    assert next(each.kind for each in _found(room)) == "delete", "the most urgent"
    press(room, browser, f"/needs/steps/{step.id}")
    assert room.app.post(post.id).state is State.DELETED
    with room.app.store.read() as tx:
        assert tx.posts.log(post.id)[-1].who == "ines"


def test_every_page_counts_what_this_one_lists(room: Opened, browser: requests.Session) -> None:
    def counted() -> str:
        body = browser.get(f"{room.url}/queue", timeout=10).text
        found = re.search(r'id="count-needs">(\d*)', body)
        assert found
        return found[1]

    assert counted() == ""
    put(room, "one", State.NEEDS_PERSON)
    post = put(room, "two", State.REFUSED)
    assert len(_found(room)) == 2
    room.app.editor("ines").reopen(post.id)  # a step of a post is noticed at once
    assert counted() == "1"
    _, step = failed_step(room, "three", "comment")
    press(room, browser, f"/needs/steps/{step.id}")
    assert counted() == "1"


def test_hostile_words_are_shown_as_words(room: Opened, browser: requests.Session) -> None:
    evil = "<script>alert(1)</script>"
    put(room, "evil", State.REFUSED, reason=evil)
    body = browser.get(f"{room.url}/needs", timeout=10).text
    assert evil not in body
    assert "&lt;script&gt;" in body


def test_every_kind_has_its_words_and_its_place() -> None:
    words = (Path(_needs.__file__).parents[2] / "templates/review/_matter.html").read_text("utf-8")
    for kind in _matters.URGENCY:
        assert f'"{kind}": ' in words, kind


def _found(room: Opened) -> list[_matters.Matter]:
    ask: Any = type("Ask", (), {"app": room.app, "now": room.app.now(), "room": _Room(room.app)})
    return _matters.find(ask)


class _Room:
    def __init__(self, app: Any) -> None:
        self.store = app.store


def _kinds(room: Opened, kind: str) -> list[_matters.Matter]:
    return [each for each in _found(room) if each.kind == kind]
