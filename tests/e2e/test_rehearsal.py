"""A rehearsal sends nothing, stores nothing it should not, and shows exactly what would be sent."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click
import pytest
from world import JPEG, Answer, Bot, Site, ago, wait_until

from bot.cli import bot as command_line

PICTURE = JPEG + b"\x07" * 5_000
FILM = b"\0\0\0\x18ftypmp42" + bytes(500)
SECRETS = {
    "TWITTER_API_KEY": "xk+4f81/c0aa9d",
    "TWITTER_API_SECRET": "xs-77b0d1e2f3",
    "TWITTER_ACCESS_TOKEN": "xt-5a5b5c5d5e",
    "TWITTER_ACCESS_SECRET": "xz-9e8d7c6b5a",
    "FACEBOOK_PAGE_TOKEN": "EAAB-page-8c7b6a",
    "FACEBOOK_APP_SECRET": "as-3141592653",
    "INSTAGRAM_TOKEN": "IGQV-token-2b4d6f",
    "INSTAGRAM_APP_SECRET": "as-2718281828",
    "YOUTUBE_CLIENT_ID": "gc-01f2e3d4c5",
    "YOUTUBE_CLIENT_SECRET": "gs-b6a7988899",
    "YOUTUBE_REFRESH_TOKEN": "gr-1//0aAbBcC",
}
ENVIRON = {f"BOT_HARBOUR_{name}": value for name, value in SECRETS.items()}

#: Method and path of every request, in order, as the platforms' own references have them.
REQUESTS = {
    "twitter": [
        "POST /2/media/upload",
        "POST /2/media/metadata",
        "POST /2/tweets",
    ],
    "facebook": ["POST /v26.0/72/feed"],
    "instagram": [
        "POST /v26.0/73/media",
        "GET /v26.0/2001",
        "GET /v26.0/73/content_publishing_limit",
        "POST /v26.0/73/media_publish",
        "GET /v26.0/2002",
    ],
    "youtube": [
        "POST /token",
        "POST /upload/youtube/v3/videos",
        "PUT /upload/youtube/v3/videos",  # how far is it?
        "PUT /upload/youtube/v3/videos",
        "GET /youtube/v3/videos",
    ],
}


class Platforms:
    """A door at which every platform is said to live; it counts who knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._door.accept()
                self.knocks += 1
                visitor.close()

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    door = Platforms()
    yield door
    door.close()


@pytest.fixture
def newsroom(site: Site, bot: Bot, platforms: Platforms) -> Bot:
    """The program with every platform at the counting door, and one article due on each."""
    bot.environ |= ENVIRON
    (bot.folder / "tmp").mkdir()
    bot.environ["TMPDIR"] = str(bot.folder / "tmp")
    configure(bot, site, platforms.url)
    return bot


def configure(bot: Bot, site: Site, door: str) -> None:
    at = f'api_url = "{door}"'
    bot.configure(
        f'name = "Harbour Post"\nurl = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n'
        'poll_every = "1s"\n'
        f'[channels.twitter]\naccount = "h"\nsettings = {{ {at} }}\n'
        f'[channels.facebook]\naccount = "h"\nsettings = {{ {at}, page_id = "72" }}\n'
        f'[channels.instagram]\naccount = "h"\nsettings = {{ {at}, user_id = "73" }}\n'
        f'[channels.youtube]\naccount = "h"\nsettings = {{ {at}, token_url = "{door}/token" }}\n'
    )
    site.article("one")
    site.put("/picture.jpg", PICTURE, "image/jpeg")
    site.feed()


def approve_one(bot: Bot, site: Site) -> None:
    """Approve the posts of one article, with a video of the editor's: one made takes long."""
    bot("poll")
    bot.films_elsewhere()
    site.feed(site.item("one", at=ago(minutes=3)))
    bot("poll")
    (bot.folder / "film.mp4").write_bytes(FILM)
    bot("edit", "4", "--video", "film.mp4")
    bot("approve", "--all", "--yes")


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder: every file's bytes by its path; an empty journal is no trace."""
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {name: found[name] for name in found if found[name] or not name.endswith("-journal")}


def rows(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def shows_no_secret(bot: Bot, *outputs: str) -> None:
    seen = [text.encode() for text in outputs] + list(files(bot.folder).values())
    for name, secret in SECRETS.items():
        for form in {secret, quote(secret, safe="")}:
            assert not [text for text in seen if form.encode() in text], name


# ------------------------------------------------------- every command with --dry-run


def rehearsing(group: click.Group, *before: str) -> set[str]:
    """Walk the commands, of any depth, and name those that take --dry-run."""
    found: set[str] = set()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= rehearsing(command, *before, name)
        elif any("--dry-run" in each.opts for each in command.params):
            found.add(" ".join((*before, name)))
    return found


def publish(bot: Bot, site: Site, as_json: bool) -> Answer:
    """The due posts; nothing in the folder changes, no row of the database either."""
    approve_one(bot, site)
    before, was = files(bot.folder), rows(bot.folder / "var" / "bot.db")
    answer = bot("publish", "--dry-run", *(["--json"] if as_json else []))
    assert rows(bot.folder / "var" / "bot.db") == was
    assert files(bot.folder) == before
    return answer


def post(bot: Bot, site: Site, as_json: bool) -> Answer:
    """One article by hand; no database, no picture and no other file comes into being."""
    before = files(bot.folder)
    extra = ["--json"] if as_json else []
    answer = bot("post", f"{site.url}/one", "--now", "--yes", "--dry-run", *extra)
    assert ("GET", "/picture.jpg") in site.seen, "the picture was looked at"
    assert files(bot.folder) == before
    return answer


def run(bot: Bot, site: Site, as_json: bool) -> Answer:
    """The whole life, in a database of its own, ended by each of the two signals."""
    remembers = bot.start("run", "--dry-run")
    wait_until(lambda: ("GET", "/feed/") in site.seen)
    first = ended(remembers, signal.SIGINT)
    site.feed(site.item("one", at=ago(minutes=3)))
    walks = bot.start("run", "--dry-run")
    own = bot.folder / "var" / "bot.dry-run.db"
    wait_until(lambda: states(own) == ["published"] * 4, 40)
    second = ended(walks, signal.SIGTERM)
    assert not (bot.folder / "var" / "bot.db").exists()
    return Answer(second.code, first.out + second.out, first.err + second.err)


def ended(process: subprocess.Popen[str], how: signal.Signals) -> Answer:
    """Ask a process to end, and see that it does, soon and without a fuss."""
    process.send_signal(how)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0, err
    assert "Traceback" not in err, err
    assert err.rstrip().endswith("Ended.")
    return Answer(process.returncode, out, err)


def states(database: Path) -> list[str]:
    if not database.exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            return [state for (state,) in db.execute("SELECT state FROM posts")]
    except sqlite3.Error:  # it is being made, or written just now
        return []


Walk = Callable[[Bot, Site, bool], Answer]
WALKS: dict[str, Walk] = {"publish": publish, "post": post, "run": run}


def test_no_command_that_rehearses_is_forgotten_here() -> None:
    assert rehearsing(command_line) == set(WALKS)


@pytest.mark.parametrize(
    ("command", "connected"), [*((each, True) for each in sorted(WALKS)), ("publish", False)]
)
def test_no_byte_and_no_secret_leaves_a_rehearsal(
    command: str, connected: bool, newsroom: Bot, site: Site, platforms: Platforms
) -> None:
    if not connected:
        newsroom.environ = {k: v for k, v in newsroom.environ.items() if k not in ENVIRON}
    answer = WALKS[command](newsroom, site, False)
    shown = re.findall(r"^ +\d+\. \w+: (\w+)\s+(http\S+)", answer.out, re.M)
    steps = [f"{method} {urlsplit(url).path}" for method, url in shown]
    for expected in REQUESTS.values():  # the daemon takes turns, a step of each post
        assert [step for step in steps if step in expected] == expected
    assert len(steps) == sum(map(len, REQUESTS.values()))
    assert platforms.knocks == 0
    assert "Authorization: •••" in answer.out
    shows_no_secret(newsroom, answer.out, answer.err)
    assert files(newsroom.folder / "tmp") == {}


def test_the_requests_are_exact_and_in_order(
    newsroom: Bot, site: Site, platforms: Platforms
) -> None:
    answer = publish(newsroom, site, True)
    shown = {row["post"]["platform"]: row for row in json.loads(answer.out)}
    for platform, row in shown.items():
        urls = [urlsplit(each["url"]) for each in row["requests"]]
        steps = [
            f"{each['method']} {url.path}" for each, url in zip(row["requests"], urls, strict=True)
        ]
        assert steps == REQUESTS[platform]
        assert {f"{url.scheme}://{url.netloc}" for url in urls} == {platforms.url}
        assert [each["kind"] for each in row["requests"]].count("effect") == 1
        assert row["outcome"] == "published"
    assert set(shown) == set(REQUESTS)
    assert platforms.knocks == 0
    shows_no_secret(newsroom, answer.out, answer.err)
    bodies_are_the_teasers(shown, site)


def bodies_are_the_teasers(shown: dict[str, Any], site: Site) -> None:
    """What would be sent is what the editor saw: text, link, picture, alt text."""
    bodies = {name: [each["body"] for each in row["requests"]] for name, row in shown.items()}
    texts = {name: row["post"]["text"] for name, row in shown.items()}
    upload, described, tweet = bodies["twitter"]
    (card,) = shown["twitter"]["post"]["media"]
    assert upload["media"] == {"size": card["size"], "sha256": card["sha256"]}
    assert described["metadata"]["alt_text"]["text"] == "The town hall."
    assert tweet == {"text": texts["twitter"], "media": {"media_ids": [described["id"]]}}
    (feed,) = bodies["facebook"]
    assert (feed["message"], feed["link"]) == (texts["facebook"], f"{site.url}/one")
    container, _, _, published, _ = bodies["instagram"]
    assert container["caption"] == texts["instagram"]
    assert container["image_url"] == f"{site.url}/picture.jpg"
    assert published["creation_id"] == "2001"
    _, session, _, video, _ = bodies["youtube"]
    assert session["snippet"]["title"] == shown["youtube"]["post"]["title"]
    assert session["snippet"]["description"] == texts["youtube"]
    assert session["status"]["privacyStatus"] == "public"
    (film,) = shown["youtube"]["post"]["media"]
    assert video == {"size": film["size"], "sha256": film["sha256"]}
