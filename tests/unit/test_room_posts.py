"""The page of one post: all that is known of it, and every step its state allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from rooms import Opened, open_room

from bot.model import Post, State, Verb

CHANNELS = """
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder: Path = tmp_path_factory.mktemp("room")
    with open_room(folder, channels=CHANNELS, BOT_HARBOUR_FACEBOOK_PAGE_TOKEN="x") as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser()


def look(room: Opened, browser: requests.Session, path: str, status: int = 200) -> str:
    answer = browser.get(f"{room.url}{path}", timeout=10)
    assert answer.status_code == status
    return answer.text


def press(room: Opened, browser: requests.Session, path: str, **fields: object) -> str:
    answer = browser.post(f"{room.url}{path}", fields, timeout=10)
    return answer.text


def put(room: Opened, post: Post, *steps: tuple[Verb, State], **columns: Any) -> Post:
    """Lead a post along its life without its runs."""
    with room.app.store.write() as tx:
        for verb, state in steps:
            post = tx.posts.change(
                tx.posts.get(post.id), verb, state, who="publisher", now=room.app.now(), **columns
            )
    return post


SENT = ((Verb.APPROVE, State.APPROVED), (Verb.LEASE, State.SENDING))


def test_a_post_tells_its_life_with_names_times_and_earlier_words(
    room: Opened, browser: requests.Session
) -> None:
    (post,) = room.article("life", "Strike at the <quay>")
    room.app.editor("rui").edit(post.id, text="Rui's words", version=1)
    html = look(room, browser, f"/posts/{post.id}")
    assert "Strike at the &lt;quay&gt;" in html
    assert "<bdi>rui</bdi>" in html
    assert "Its earlier words" in html
    assert "Nineteen of thirty members voted for the plan." in html, "the words before"
    press(room, browser, f"/posts/{post.id}/restore", version=2, draft=1)
    assert room.app.post(post.id).teaser == post.teaser


def test_an_unknown_number_is_a_page_that_says_so(room: Opened, browser: requests.Session) -> None:
    for path in ("/posts/9999", "/posts/9999/move"):
        assert "There is no such post" in look(room, browser, path, 404)
    assert "There is no such page" in look(room, browser, "/posts/99999999999999999999", 404)
    assert "There is no such article" in look(room, browser, "/articles/9999", 404)


def test_the_article_opens_beside_its_posts(room: Opened, browser: requests.Session) -> None:
    (post,) = room.article("beside", body=("One <b>word</b>.",))
    whole = look(room, browser, f"/articles/{post.article_id}")
    assert "One &lt;b&gt;word&lt;/b&gt;." in whole
    assert "<h1" in whole
    piece = browser.get(
        f"{room.url}/articles/{post.article_id}", headers={"HX-Request": "true"}, timeout=10
    ).text
    assert "<html" not in piece
    assert "Ines Duarte" in piece


def test_a_doubtful_post_is_settled_by_its_address(room: Opened, browser: requests.Session) -> None:
    (post,) = room.article("doubt")
    put(room, post, *SENT, (Verb.SETTLE, State.UNKNOWN))
    html = look(room, browser, f"/posts/{post.id}")
    assert "Is it live?" in html
    version = room.app.post(post.id).version
    for odd in ("nonsense", "http://["):
        told = press(room, browser, f"/posts/{post.id}/settle", version=version, url=odd)
        assert "no web address" in told
    assert room.app.post(post.id).state is State.UNKNOWN
    live = "https://www.facebook.com/72/posts/1"
    press(room, browser, f"/posts/{post.id}/settle", version=version, url=live)
    now = room.app.post(post.id)
    assert (now.state, now.remote_url) == (State.PUBLISHED, live)


def test_taking_down_is_asked_before_and_only_where_there_is_something(
    room: Opened, browser: requests.Session
) -> None:
    (post,) = room.article("down")
    assert "nothing to take down" in look(room, browser, f"/posts/{post.id}/delete")
    told = press(room, browser, f"/posts/{post.id}/delete", version=1)
    assert "It is not published." in told
    put(room, post, *SENT)
    put(room, post, (Verb.SETTLE, State.PUBLISHED), remote_url="javascript:alert(1)")
    html = look(room, browser, f"/posts/{post.id}/delete")
    assert "cannot be undone" in html
    assert 'href="javascript' not in html + look(room, browser, f"/posts/{post.id}")


def test_what_grew_too_old_is_brought_back(room: Opened, browser: requests.Session) -> None:
    (post,) = room.article("old")
    put(room, post, (Verb.EXPIRE, State.EXPIRED))
    assert "Bring back" in look(room, browser, f"/posts/{post.id}")
    press(room, browser, f"/posts/{post.id}/reopen", version=2)
    assert room.app.post(post.id).state is State.HELD


def test_a_post_that_cannot_be_approved_says_why_in_place(
    room: Opened, browser: requests.Session
) -> None:
    (post,) = room.article("stale", published_at=room.app.now() - timedelta(days=3))
    html = look(room, browser, f"/posts/{post.id}")
    assert "No time is free before it is too old" in html
    told = press(room, browser, f"/posts/{post.id}/approve", version=1)
    assert 'role="alert"' in told
    assert "--at" not in told, "a page speaks of no command"
    assert room.app.post(post.id).state is State.HELD


def test_no_page_leads_back_to_a_strangers(room: Opened, browser: requests.Session) -> None:
    (post,) = room.article("back")
    html = look(room, browser, f"/posts/{post.id}/move?back=https://evil.example/")
    assert 'href="https://evil.example/' not in html
    answer = browser.post(
        f"{room.url}/posts/{post.id}/approve",
        {"version": 1, "back": "//evil.example/"},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.headers["Location"].startswith("/queue")
