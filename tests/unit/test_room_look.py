"""The frame of every page: its counts, its keys, the stop of everything, and words of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests
from rooms import Opened, open_room

from bot.config import shipped
from bot.model import State
from bot.room import _sheets

STATIC = shipped("templates") / "review" / "static"


class Markup(HTMLParser):
    """The tags of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with open_room(tmp_path_factory.mktemp("room")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser()


def get(room: Opened, browser: requests.Session, path: str) -> str:
    answer = browser.get(room.url + path, timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_the_navigation_counts_what_waits_and_marks_the_page(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        browser = room.browser()
        assert "<title>Queue – Review</title>" in get(room, browser, "/queue")
        room.article("quay")
        page = get(room, browser, "/queue")
        assert "<title>(4) Queue – Review</title>" in page
        assert '<span class="count" id="count-queue">4</span>' in page
        assert re.search(r'<a href="/queue" aria-current="page">', page)
        assert page.count('aria-current="page"') == 2, "of the navigation, and of the tabs"
        agenda = get(room, browser, "/agenda")
        assert re.search(r'<a href="/agenda" aria-current="page">', agenda)


def test_everything_is_stopped_and_goes_on_and_says_what_fell_due(
    room: Opened, browser: requests.Session
) -> None:
    (post, *_) = room.article("stop")
    app = room.app
    page = get(room, browser, "/queue")
    assert 'action="/stop"' in page
    assert 'action="/go-on"' not in page
    stopped = browser.post(f"{room.url}/stop", {"back": "/agenda"}, timeout=10)
    assert stopped.url == f"{room.url}/agenda"
    assert "Everything is stopped." in stopped.text
    assert "ines stopped it: today" in stopped.text
    assert 'action="/stop"' not in stopped.text
    with app.store.read() as tx:
        first = tx.pauses.active(app.now())["*"]
    browser.post(f"{room.url}/stop", timeout=10)
    with app.store.read() as tx:
        assert tx.pauses.active(app.now())["*"] == first, "who stopped it first stays named"
    app.editor("ines").approve(post.id, at=app.now() + timedelta(milliseconds=1))
    on = browser.post(f"{room.url}/go-on", {"back": "/queue"}, timeout=10)
    assert "Everything goes on. A post fell due meanwhile" in on.text
    assert "Everything is stopped." not in on.text
    assert app.post(post.id).state is State.HELD, "it waits for a look"
    again = browser.post(f"{room.url}/go-on", timeout=10)
    assert "Nothing fell due meanwhile." in again.text


def test_every_page_has_its_landmarks_and_runs_nothing_of_its_own(
    room: Opened, browser: requests.Session
) -> None:
    for path in ("/queue", "/help", "/agenda", "/history", "/needs", "/new", "/channels"):
        tags = Markup(get(room, browser, path)).tags
        names = [tag for tag, _ in tags]
        assert names.count("h1") == 1, path
        assert names.count("main") == names.count("header") - _heads(tags) == 1, path
        assert not [name for name in names if name in ("style", "iframe", "object")], path
        assert all(
            facts.get("src", "").startswith("/static/") for tag, facts in tags if tag == "script"
        )
        assert not [f for _, f in tags for name in f if name == "style" or name.startswith("on")]
        ids = [facts["id"] for _, facts in tags if "id" in facts]
        assert len(ids) == len(set(ids)), path
        labelled = {facts["for"] for tag, facts in tags if tag == "label" and "for" in facts}
        assert labelled <= set(ids), path


def _heads(tags: list[tuple[str, dict[str, str]]]) -> int:
    """Count the heads of what is on the page, beside its own."""
    return sum(tag == "header" and facts.get("class") != "top" for tag, facts in tags)


def test_a_refusal_is_a_page_or_beside_it_a_word(room: Opened, browser: requests.Session) -> None:
    form = {"version": "no number"}
    whole = browser.post(f"{room.url}/posts/1/approve", form, timeout=10)
    assert whole.status_code >= 400
    assert "<title>" in whole.text
    missing = browser.get(f"{room.url}/nowhere", headers={"HX-Request": "true"}, timeout=10)
    assert missing.status_code == 404
    assert missing.headers["HX-Reswap"] == "none"
    assert 'id="said" role="status" hx-swap-oob="true"' in missing.text
    assert "<title>" not in missing.text


def test_whatever_an_article_says_is_text(room: Opened, browser: requests.Session) -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e\u2066\u200b"
    room.article("evil", evil * 3, dek=evil, authors=(evil,), section=evil, tags=(evil,))
    room.article("endless", "W" * 100_000)
    page = get(room, browser, "/queue")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page, "shown, not reckoned"
    tags = Markup(page).tags
    assert not [name for _, facts in tags for name in facts if name.startswith("on")]


# ---------------------------------------------------------------------------- style and script


def test_every_key_that_is_explained_is_on_a_page(room: Opened, browser: requests.Session) -> None:
    room.article("keys")
    page = get(room, browser, "/queue")
    told = set(re.findall(r"<kbd>(.)</kbd>", page)) - {"j", "k", "u"}  # u: after something was done
    assert told <= set(re.findall(r'data-key="(.)"', page)) == told


def test_style_and_script_are_small_and_ask_nobody_else() -> None:
    style = (STATIC / "room.css").read_text("utf-8")
    script = (STATIC / "room.js").read_text("utf-8")
    assert not re.findall(r"url\(|@import|https?:", style + script)
    assert not re.findall(r"innerHTML|insertAdjacentHTML|eval\(|\.write\(|window\.confirm", script)
    assert len(style) < 26_000
    assert len(script) < 8_000


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


def _light(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_words_stand_out_from_their_ground_in_light_and_dark() -> None:
    light, dark = (
        _colours(block)
        for block in re.findall(r":root \{(.*?)\}", (STATIC / "room.css").read_text(), re.S)[:2]
    )
    pairs = [
        *((ink, ground) for ink in ("ink", "faint", "link", "bad", "good", "note")
          for ground in ("ground", "paper")),
        ("bad", "bad-ground"), ("good", "good-ground"), ("note", "note-ground"),
        ("faint", "blank"), ("on-main", "main"), ("paper", "bad"),
    ]  # fmt: skip
    for colours in (light, dark):
        for ink, ground in pairs:
            high, low = sorted((_light(colours[ink]), _light(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)
        high, low = sorted((_light(colours["edge"]), _light(colours["paper"])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3, "the edge of a field"


def test_the_address_of_a_file_changes_with_its_bytes() -> None:
    assert _sheets.asset("room.css") != _sheets.asset("drawn.css").replace("drawn", "room")
    assert _sheets.file("../base.html") is None
    assert _sheets.file("icon.svg") is not None
