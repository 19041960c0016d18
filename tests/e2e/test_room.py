"""The review room of the running program, pressed while the daemon publishes."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from browser.house import PASSWORD, House, open_house
from world import wait_until

from bot.demo.doubles import Fault
from bot.model import Post

PEOPLE = 30

#: So long a page may take while 30 people look and the daemon sends, on a busy machine.
PATIENCE = 8.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        opened.add_user("ines", "admin")
        opened.start()
        yield opened


@pytest.fixture(scope="module")
def ines(house: House) -> requests.Session:
    """A browser that is signed in, without a script."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.post(f"{house.url}/sign-in", {"name": "ines", "password": PASSWORD}, timeout=10)
    assert browser.get(f"{house.url}/queue", timeout=10, allow_redirects=False).ok
    return browser


def press(house: House, browser: requests.Session, path: str, **fields: object) -> int:
    """Send a form of a page; give how it was answered."""
    form = {"back": "/queue", **fields}
    answer = browser.post(f"{house.url}{path}", form, timeout=20, allow_redirects=False)
    assert answer.status_code == 303 or "<h1>" in answer.text, "refused in words"
    return answer.status_code


def published(house: House, *posts: Post) -> bool:
    return all(house.state(post) == "published" for post in posts)


def watches(house: House, ines: requests.Session, ends: threading.Event, took: list[float]) -> None:
    """Look at the queue as an open page does: whole, then every moment what is new."""
    browser = requests.Session()
    browser.cookies.update(ines.cookies)
    path = "/queue"
    while not ends.is_set():
        since = time.monotonic()
        answer = browser.get(f"{house.url}{path}", timeout=20)
        took.append(time.monotonic() - since)
        assert answer.status_code in (200, 204), (answer.status_code, answer.text[-1500:])
        found = re.search(r'hx-get="(/live\?[^"]+)"', answer.text)
        path = found[1].replace("&amp;", "&") if found else path
        ends.wait(0.3)


def test_thirty_people_look_while_posts_go_out(house: House, ines: requests.Session) -> None:
    """Each post goes out once and soon, and every page is answered."""
    posts = [
        post
        for _ in range(3)
        for name, post in house.story().items()
        if name in ("twitter", "facebook")
    ]
    ends, took = threading.Event(), list[float]()
    people = [
        threading.Thread(target=watches, args=(house, ines, ends, took)) for _ in range(PEOPLE)
    ]
    for each in people:
        each.start()
    try:
        wait_until(lambda: len(took) > PEOPLE)
        for post in posts:
            path = f"/posts/{post.id}/send-now"
            assert press(house, ines, path, version=post.version) == 303
        wait_until(lambda: published(house, *posts), 20)
    finally:
        ends.set()
        for each in people:
            each.join(20)
    assert [len(house.live(post)) for post in posts] == [1] * len(posts)
    assert len(took) >= 2 * PEOPLE
    assert max(took) < PATIENCE


def test_whoever_presses_while_a_post_is_sent_is_refused(
    house: House, ines: requests.Session
) -> None:
    """It was approved when the page was made; what goes out is what was approved, once."""
    posts = house.story()
    post, other = posts["twitter"], posts["facebook"]
    house.doubles.x.fault(Fault("slow", match="POST /2/tweets", seconds=2))
    with house.inside("ines") as app:
        seen = app.editor().send_now(post.id).version
    wait_until(lambda: house.state(post) == "sending")
    here = f"/posts/{post.id}"
    for step in ("approve", "send-now", "unapprove", "reject", "rewrite"):
        assert press(house, ines, f"{here}/{step}", version=seen) in (409, 422), step
    assert press(house, ines, f"{here}/edit", version=seen, text="Too late.") in (409, 422)
    assert press(house, ines, f"{here}/move", version=seen, typed="in 2h") in (409, 422)
    assert press(house, ines, "/stop", scope="*") == 303
    try:
        assert press(house, ines, f"/posts/{other.id}/send-now", version=other.version) == 303
        wait_until(lambda: published(house, post))
        wait_until(lambda: house.state(other) == "held")
    finally:
        assert press(house, ines, "/go-on", scope="*") == 303
    assert [each["text"] for each in house.live(post)] == [post.teaser.text]
    assert house.live(other) == []


def test_what_was_answered_is_kept_though_the_bot_is_killed_at_once(
    house: House, ines: requests.Session
) -> None:
    posts = house.story()
    approved, moved = posts["twitter"], posts["facebook"]
    press(house, ines, f"/posts/{moved.id}/move", version=moved.version, typed="in 2h")
    assert press(house, ines, f"/posts/{approved.id}/approve", version=approved.version) == 303
    house.end(signal.SIGKILL)
    assert house.read(approved).approved_by == "ines"
    due = house.read(moved).due_at
    assert due is not None
    assert due - moved.created_at > timedelta(hours=1)
    house.start()
    wait_until(lambda: published(house, approved), 40)
    assert len(house.live(approved)) == 1
    assert ines.get(f"{house.url}/queue", timeout=10, allow_redirects=False).ok, "still signed in"


def test_two_daemons_answer_for_one_room(house: House, ines: requests.Session) -> None:
    """The second publishes too, and has no pages: nothing is sent twice."""
    second = house.bot.start("run")
    try:
        post = house.story()["twitter"]
        seen = {"version": post.version}
        answers = [press(house, ines, f"/posts/{post.id}/approve", **seen) for _ in range(2)]
        assert answers[0] == 303
        wait_until(lambda: published(house, post), 40)
        assert len(house.live(post)) == 1
    finally:
        second.kill()
        second.communicate()
