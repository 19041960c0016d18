"""Posts on a terminal: what an editor or operator reads first."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot._journal import Masker
from bot.app import App
from bot.cli._base import _Aside
from bot.cli._print import media_line, show_posts
from bot.cli.run import tell_step
from bot.model import Media, Post, Problem, State
from bot.platforms import base
from bot.standing import Step

LIVE = "https://x.com/harbour_post/status/7"


class Desk:
    """As much of the bot as printing asks for."""

    def __init__(self, now: datetime) -> None:
        self.now = lambda: now
        self.masker = Masker()

    def platform(self, name: str) -> Any:
        return base.load(name)

    def zone(self, _site: str) -> Any:
        return UTC


@pytest.fixture
def app(now: datetime) -> App:
    return cast(App, Desk(now))


@pytest.fixture
def post(hold: Any) -> Post:
    held: Post = hold()
    return replace(held, problems=(Problem("long", "Shorten it.", False),))


def test_what_is_live_shows_where_and_nothing_to_mend(
    app: App, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    show_posts(app, [replace(post, state=State.PUBLISHED, remote_url=LIVE)])
    told = capsys.readouterr().out
    assert f"live: {LIVE}" in told
    assert "Shorten it." not in told


def test_what_did_not_go_out_says_why(
    app: App, post: Post, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    late = replace(post, state=State.APPROVED, due_at=now - timedelta(minutes=1))
    for each in (replace(post, state=State.REFUSED), late):
        show_posts(app, [replace(each, reason="It wants a picture.")])
        assert "It wants a picture." in capsys.readouterr().out
    show_posts(app, [replace(late, reason="for 09:01")])
    assert "for 09:01" not in capsys.readouterr().out, "the time stands there already"


def test_a_step_says_published_once(
    app: App, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_step(app, Step(replace(post, state=State.PUBLISHED), f"published as {LIVE}"))
    assert capsys.readouterr().out == f"#{post.id} X (Twitter): published: {LIVE}\n"


def test_beside_a_command_the_log_tells_what_nothing_else_does(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    app.masker.add("s3cret-token")
    aside = _Aside(app, debug=False)

    def told(words: str, **fields: Any) -> str:
        record = logging.LogRecord("bot", logging.ERROR, "", 0, words, (), None)
        vars(record).update(fields)
        aside.handle(record)
        return capsys.readouterr().err

    said = told("no room, s3cret-token")
    assert said.startswith("bot: no room, ")
    assert "s3cret" not in said
    assert told("post 7: refused", post=7) == "", "the command tells its steps itself"
    try:
        raise KeyError("unforeseen")
    except KeyError:
        assert "Traceback" not in told("a fault", exc_info=sys.exc_info())


def test_a_picture_is_shown_by_its_file_for_its_address_shows_nothing_yet() -> None:
    picture = Media("image", "https://m.example/media/a.jpg", "var/a.jpg", "A quay.", size=153_900)
    assert media_line(picture) == "image: var/a.jpg · 153 kB · alt: A quay."
    film = Media("video", path="var/a.mp4", size=2_350_000)
    assert media_line(film) == "video: var/a.mp4 · 2.4 MB"
    assert media_line(replace(picture, path="")).startswith("image: https://m.example/")
    assert media_line(Media("video", placeholder=True)) == "video: still to be made"
