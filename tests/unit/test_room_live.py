"""What an open page is told every few seconds: nothing, or what changed, and never under hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rooms import Opened, open_room

CHANNELS = """
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder: Path = tmp_path_factory.mktemp("room")
    with open_room(folder, channels=CHANNELS) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser()


def mark(room: Opened, browser: requests.Session) -> str:
    """Open the queue, and give the mark that it asks with."""
    html = browser.get(f"{room.url}/queue", timeout=10).text
    found = re.search(r'hx-get="/live\?since=([^&"]+)', html)
    assert found
    return found[1]


def ask(
    room: Opened, browser: requests.Session, since: str, at: str = "/queue", **shown: str
) -> requests.Response:
    return browser.get(
        f"{room.url}/live",
        params={"since": since, "from": since, **shown},
        headers={"HX-Request": "true", "HX-Current-URL": f"{room.url}{at}"},
        timeout=10,
    )


def test_without_news_nothing_is_answered(room: Opened, browser: requests.Session) -> None:
    since = mark(room, browser)
    answer = ask(room, browser, since, shown="1:1")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_change_of_somebody_else_comes_with_their_name(
    room: Opened, browser: requests.Session
) -> None:
    (post,) = room.article("changed")
    since = mark(room, browser)
    room.app.editor("rui").edit(post.id, text="Rui's words")
    html = ask(room, browser, since, shown=f"{post.id}:1").text
    assert "Rui&#39;s words" in html
    assert re.search(rf'id="post-{post.id}"[^>]*hx-swap-oob="true"', html)
    assert "<bdi>rui</bdi>" in html
    seen = ask(room, browser, since, shown=f"{post.id}:2").text
    assert f'id="post-{post.id}"' not in seen, "this page has it already"


def test_a_post_in_somebodys_hands_is_left_as_it_is(
    room: Opened, browser: requests.Session
) -> None:
    (post,) = room.article("busy")
    since = mark(room, browser)
    room.app.editor("rui").edit(post.id, text="Rui's words")
    html = ask(room, browser, since, shown=f"{post.id}:1", busy=f"{post.id}:1").text
    assert f'id="post-{post.id}"' not in html
    assert f'id="news-{post.id}"' in html
    assert "<bdi>rui</bdi>" in html


def test_new_articles_are_announced_and_not_pushed(room: Opened, browser: requests.Session) -> None:
    since = mark(room, browser)
    room.article("one")
    (two,) = room.article("two")
    html = ask(room, browser, since).text
    assert "2 new articles." in html
    assert f'id="post-{two.id}"' not in html
    assert 'id="came"' not in ask(room, browser, since, at="/history").text
    filtered = ask(room, browser, since, at="/queue?channel=facebook&site=harbour").text
    assert "2 new articles." in filtered, "they are of what this page shows"


def test_counts_follow_and_the_next_question_knows(room: Opened, browser: requests.Session) -> None:
    (post,) = room.article("count")
    since = mark(room, browser)
    room.app.editor("rui").approve(post.id)
    html = ask(room, browser, since, at="/history").text
    with room.app.store.read() as tx:
        waiting = len(tx.posts.outlines(("held",)))
    assert re.search(rf'id="count-queue" hx-swap-oob="true">{waiting or ""}<', html)
    following = re.search(r'hx-get="/live\?since=([^&"]+)', html)
    assert following
    assert ask(room, browser, following[1]).status_code == 204


def test_a_stop_is_told(room: Opened, browser: requests.Session) -> None:
    since = mark(room, browser)
    room.app.editor("rui").pause("harbour")
    html = ask(room, browser, since).text
    assert "Something was stopped" in html
    room.app.editor("rui").resume("harbour")


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "", "shown": "", "busy": ""},
        {"since": "x-y", "shown": "a:b.1:2:3..:", "busy": "<b>"},
        {"since": "9" * 40, "shown": f"{'9' * 30}:1", "busy": "²:1"},
    ],
)
def test_nonsense_is_answered_like_a_page_that_knows_nothing(
    room: Opened, browser: requests.Session, asked: dict[str, str]
) -> None:
    answer = ask(room, browser, **asked)
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_a_stranger_is_told_nothing(room: Opened) -> None:
    answer = requests.get(f"{room.url}/live", headers={"HX-Request": "true"}, timeout=10)
    assert answer.status_code == 401
