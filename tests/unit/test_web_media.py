"""The listener of pictures: it serves what approved posts carry, and nothing else."""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from world import wait_until

from bot import review, web
from bot.errors import StoreError
from bot.media import keeping
from bot.model import (
    Media,
    Outcome,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Unknown,
    Verb,
    Waiting,
)
from bot.store import Store
from bot.web import _media

MINUTE = timedelta(minutes=1)
PICTURE = b"\xff\xd8\xff\xe0 a picture"
FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 4096  # 1 MB


class Answer:
    def __init__(self, got: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = got.status, got.headers, got.read()


def ask(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)) as wire:
        wire.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            wire.putheader(name.replace("_", "-"), value)
        wire.endheaders()
        return Answer(wire.getresponse())


@pytest.fixture(autouse=True)
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_media, "REMEMBERED", 0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


@pytest.fixture
def address(store: Store, folder: Path) -> Iterator[str]:
    with web.serving_media("127.0.0.1:0", store, folder) as files:
        wait_until(lambda: bool(files.address))
        yield files.address


@pytest.fixture
def carrying(folder: Path, hold: Callable[..., Post], made: Any) -> Callable[..., tuple[Post, str]]:
    """A held post that carries `content` as a file of ours, and where that is asked for."""

    def carry(content: bytes = PICTURE, suffix: str = ".jpg") -> tuple[Post, str]:
        path = folder / f"{hashlib.sha256(content).hexdigest()}{suffix}"
        path.write_bytes(content)
        media = (Media("image", path=str(path), alt="A gate."),)
        post = hold(made=replace(made, teaser=replace(made.teaser, media=media)))
        return post, f"/media/{path.name}"

    return carry


@pytest.fixture
def approve(store: Store, rules: Any, now: datetime) -> Callable[[Post], Post]:
    return lambda post: review.approve(store, post.id, rules(), who="mia", now=now)


@pytest.fixture
def public(carrying: Any, approve: Any) -> Callable[..., str]:
    """The path of a file that an approved post carries."""

    def there(*what: Any) -> str:
        post, path = carrying(*what)
        approve(post)
        return str(path)

    return there


# ----------------------------------------------------------------------------- what


def test_a_picture_is_there_from_approval_on_and_not_before(
    address: str, carrying: Any, approve: Any, store: Store, now: datetime
) -> None:
    post, path = carrying()
    before = ask(address, path)
    assert (before.status, before.headers["Cache-Control"]) == (404, "no-store")
    approved = approve(post)
    there = ask(address, path)
    assert (there.status, there.body) == (200, PICTURE), "at once, whatever was remembered"
    assert there.headers["Content-Type"] == "image/jpeg"
    assert there.headers["Content-Length"] == str(len(PICTURE))
    assert there.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert there.headers["X-Content-Type-Options"] == "nosniff"
    assert not {"Set-Cookie", "Server", "Content-Disposition"} & set(there.headers)
    with store.write() as tx:
        tx.posts.change(approved, Verb.REJECT, State.REJECTED, who="mia", now=now)
    wait_until(lambda: ask(address, path).status == 404, 3)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Waiting({"container": "1"}), 200),
        (Unknown("nobody can tell"), 200),
        (Retry("busy"), 200),
        (Published("9"), 404),
        (Refused("never"), 404),
    ],
)
def test_it_is_there_as_long_as_the_post_may_still_be_sent(
    outcome: Outcome,
    status: int,
    address: str,
    carrying: Any,
    approve: Any,
    store: Store,
    now: datetime,
) -> None:
    post, path = carrying()
    approve(post)
    with store.write() as tx:
        taken = tx.outbox.take(now, MINUTE)
        assert taken is not None
        leased = tx.outbox.lease(taken, now, MINUTE)
    assert leased is not None
    assert ask(address, path).status == 200, "while it is sent"
    with store.write() as tx:
        tx.outbox.settle(leased, outcome, now, quarantine=MINUTE)
    wait_until(lambda: ask(address, path).status == status, 3)


def test_two_posts_may_carry_the_same_picture(address: str, carrying: Any, approve: Any) -> None:
    (_, path), (second, again) = carrying(), carrying()
    assert path == again
    approve(second)
    assert ask(address, path).status == 200


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".png", "image/png"),
        (".webp", "image/webp"),
        (".mp4", "video/mp4"),
        (".mov", "video/quicktime"),
    ],
)
def test_each_kind_is_named(suffix: str, kind: str, address: str, public: Any) -> None:
    assert ask(address, public(PICTURE, suffix)).headers["Content-Type"] == kind


def test_nothing_else_is_served(
    address: str, folder: Path, public: Any, approve: Any, carrying: Any
) -> None:
    path = public()
    name = path.removeprefix("/media/")
    (folder / "notes.jpg").write_bytes(PICTURE)
    (folder.parent / name.replace("0", "1")).write_bytes(PICTURE)
    stranger = hashlib.sha256(b"nobody's").hexdigest()
    (folder / f"{stranger}.jpg").write_bytes(PICTURE)
    page, where = carrying(b"<script>", ".html")
    approve(page)
    for wrong in (
        "/",
        "/media",
        "/media/",
        "/healthz",
        "/posts/1",
        "/media/notes.jpg",
        f"/media/{stranger}.jpg",
        f"/media/{name}/",
        f"/media//{name}",
        f"/media/./{name}",
        f"/media/%2e%2e/media/{name}",
        f"/media/../{name}",
        f"/media/{name}%00",
        f"/media/{name.upper()}",
        f"/media/{name.removesuffix('.jpg')}",
        f"/{name}",
        where,
    ):
        answer = ask(address, wrong)
        assert (answer.status, answer.body) == (404, b"not here\n"), wrong
    assert ask(address, f"{path}?v=1").status == 200


def test_a_link_in_the_folder_leads_nowhere(address: str, folder: Path, public: Any) -> None:
    path = public()
    file = folder / Path(path).name
    file.rename(folder.parent / "bot.toml")
    file.symlink_to(folder.parent / "bot.toml")
    assert ask(address, path).status == 404
    file.unlink()
    file.mkdir()
    assert ask(address, path).status == 404


def test_nothing_is_changed_and_any_name_will_do(address: str, public: Any) -> None:
    path = public()
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(address, path, method).status == 405
    for host in ("media.harbour.example", "evil.example:80", "[::1]"):
        assert ask(address, path, Host=host).status == 200
    head = ask(address, path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(PICTURE))


def test_a_video_is_given_in_parts(address: str, public: Any) -> None:
    path = public(FILM, ".mp4")
    assert ask(address, path).body == FILM
    for asked, told, part in (
        ("bytes=0-3", "bytes 0-3", FILM[:4]),
        ("bytes=100000-199999", "bytes 100000-199999", FILM[100_000:200_000]),
        ("bytes=-5", f"bytes {len(FILM) - 5}-{len(FILM) - 1}", FILM[-5:]),
    ):
        answer = ask(address, path, Range=asked)
        assert (answer.status, answer.body) == (206, part)
        assert answer.headers["Content-Range"] == f"{told}/{len(FILM)}"
    assert ask(address, path, Range=f"bytes={len(FILM)}-").status == 416
    many = ask(address, path, Range="bytes=0-1,3-4,6-7")
    assert (many.status, many.body) == (200, FILM), "many parts are the whole"


def test_without_a_database_it_asks_to_come_again(
    address: str, store: Store, public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = public()

    def gone() -> Any:
        raise StoreError("the database is gone.")

    monkeypatch.setattr(store, "read", gone)
    answer = ask(address, path)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert b"database" not in answer.body


def test_a_crowd_asks_the_store_once(
    address: str, store: Store, public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = public(), []
    real = store.read
    monkeypatch.setattr(_media, "REMEMBERED", 60.0)
    monkeypatch.setattr(store, "read", lambda: asked.append(1) or real())
    assert {ask(address, path).status for _ in range(5)} == {200}
    assert ask(address, f"/media/{'0' * 64}.jpg").status == 404
    assert len(asked) == 1, "and not at all for what is not there"


def test_whether_the_folder_can_be_reached_can_be_tried(address: str, folder: Path) -> None:
    with keeping.probing(folder, "is it you?") as name:
        answer = ask(address, f"/media/{name}")
        assert (answer.status, answer.body) == (200, b"is it you?")
        assert answer.headers["Content-Type"].startswith("text/plain")
    assert ask(address, f"/media/{name}").status == 404
    assert list(folder.iterdir()) == []


# ------------------------------------------------------------------------- listener


def test_who_says_nothing_or_reads_nothing_is_let_go(
    store: Store, folder: Path, public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_media, "ASKS_WITHIN", timedelta(seconds=0.2))
    monkeypatch.setattr(_media, "GETS_WITHIN", timedelta(seconds=0.5))
    path = public(FILM, ".mp4")
    os.truncate(folder / Path(path).name, 99_000_000)
    with web.serving_media("127.0.0.1:0", store, folder) as files:
        wait_until(lambda: bool(files.address))
        host, _, port = files.address.removeprefix("http://").rpartition(":")
        drips = socket.create_connection((host, int(port)), timeout=5)
        drips.sendall(f"GET {path} HTTP/1.1\r\nHo".encode())
        slow = socket.create_connection((host, int(port)), timeout=5)
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        with closing(drips), closing(slow):
            since = time.monotonic()
            assert read(drips) == b"", "let go without an answer"
            assert time.monotonic() - since < 2
            assert ask(files.address, path, Range="bytes=0-0").status == 206, "not the others"
            time.sleep(0.6)
            assert 0 < len(read(slow)) < 50_000_000


def read(wire: socket.socket) -> bytes:
    """What comes until the other side closes the connection, in order or not."""
    got = b""
    with suppress(ConnectionError):
        while part := wire.recv(1 << 20):
            got += part
    return got


def test_a_taken_port_is_one_sentence_and_tried_again(
    store: Store,
    folder: Path,
    public: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "AGAIN", timedelta(seconds=0.05))
    path = public()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            caplog.at_level(logging.INFO, logger="bot"),
            web.serving_media(listen, store, folder) as files,
        ):
            wait_until(lambda: bool(caplog.messages))
            (told,) = caplog.messages
            assert told.startswith(f"the pictures cannot be at {listen} (")
            assert "another one in [media] listen" in told
            taken.close()
            wait_until(lambda: bool(files.address))
            assert ask(files.address, path).status == 200


def test_no_address_serves_nothing(store: Store, folder: Path) -> None:
    with web.serving_media("", store, folder) as files:
        assert files.address == ""


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_a_big_file_is_not_held_in_memory(address: str, folder: Path, public: Any) -> None:
    path = public(FILM[:99], ".mp4")
    os.truncate(folder / Path(path).name, 400_000_000)  # a hole: it takes no room
    before = resident()
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)) as wire:
        wire.request("GET", path)
        answer = wire.getresponse()
        assert answer.headers["Content-Length"] == "400000000"
        assert answer.read(99) == FILM[:99]
        time.sleep(0.2)  # what would be read ahead is read
        assert resident() - before < 60_000_000
