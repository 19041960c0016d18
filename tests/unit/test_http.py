"""The session on real sockets: what it sends, what it refuses, and when it gives up."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from world import Site

from bot import _net
from bot.errors import FetchError
from bot.http import (
    Masker,
    NotSent,
    Sample,
    Session,
    StrayToken,
    TooLarge,
    Undeclared,
    UndeclaredWrite,
    clock,
    fetch,
    retry_after,
)

SECOND = timedelta(seconds=1)
OK = Sample(json={})


@pytest.fixture
def make() -> Iterator[Callable[..., Session]]:
    made: list[Session] = []

    def build(**options: Any) -> Session:
        options = {"deadline": 5 * SECOND, "allow_private": True} | options
        made.append(Session(**options))
        return made[-1]

    yield build
    for session in made:
        session.close()


@pytest.fixture
def session(make: Callable[..., Session]) -> Session:
    return make()


class Door:
    """A listening socket that counts who comes, and does to each what it is told."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self.connections = 0
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor, suppress(OSError):
            self._behave(visitor)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def door(behave: Callable[[socket.socket], None]) -> Iterator[Door]:
    opened = Door(behave)
    try:
        yield opened
    finally:
        opened.close()


def drip(start: bytes, rest: bytes = b"x" * 600) -> Callable[[socket.socket], None]:
    """Answer `start` at once and `rest` a byte at a time, each well within any read timeout."""

    def behave(visitor: socket.socket) -> None:
        visitor.recv(65536)
        visitor.sendall(start)
        for byte in rest:
            visitor.sendall(bytes([byte]))
            time.sleep(0.05)

    return behave


HEAD = b"HTTP/1.1 200 OK\r\n"

# -------------------------------------------------------------------- deadlines


@pytest.mark.parametrize(
    ("start", "rest"),
    [
        (b"", b"HTTP/1.1 200 " + b"O" * 600),
        (HEAD, b"X-Slow: " + b"a" * 600),
        (HEAD + b"Content-Length: 600\r\n\r\n", b"x" * 600),
        (HEAD + b"\r\n", b"x" * 600),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 100),
        (b"", b""),
    ],
    ids=["status line", "headers", "body", "body without length", "chunks", "cut off at once"],
)
def test_a_dripping_server_gets_no_more_than_the_deadline(
    make: Callable[..., Session], start: bytes, rest: bytes
) -> None:
    with door(drip(start, rest)) as server:
        begun = time.monotonic()
        with pytest.raises(FetchError) as caught:
            fetch(make(deadline=SECOND * 0.4), server.url + "/feed")
        assert time.monotonic() - begun < 1.2
    if rest:
        assert str(caught.value) == f"{server.url}/feed did not finish within 0.4 s."
    assert caught.value.status is None


def test_a_server_that_reads_nothing_ends_at_the_deadline(make: Callable[..., Session]) -> None:
    with door(lambda visitor: time.sleep(3)) as server:
        session = make(deadline=SECOND * 0.4)
        begun = time.monotonic()
        with session.declare("effect", OK), pytest.raises(requests.Timeout):
            session.post(server.url, data=b"x" * 50_000_000)
        assert time.monotonic() - begun < 1.5


def test_redirects_share_one_deadline(make: Callable[..., Session]) -> None:
    def behave(visitor: socket.socket) -> None:
        while visitor.recv(65536):
            time.sleep(0.15)
            visitor.sendall(b"HTTP/1.1 302 Found\r\nLocation: /on\r\nContent-Length: 0\r\n\r\n")

    begun = time.monotonic()
    with door(behave) as server, pytest.raises(FetchError, match=r"not finish within 0\.4 s"):
        fetch(make(deadline=SECOND * 0.4), server.url)
    assert time.monotonic() - begun < 0.8


def test_a_resolver_that_hangs_ends_at_the_deadline(
    make: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(5) and [])
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"^slow\.example could not be reached: .* within 0\.3 s"):
        fetch(make(deadline=SECOND * 0.3), "http://slow.example/")
    assert time.monotonic() - begun < 1
    release.set()


def test_no_request_begins_once_the_attempt_is_over(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_net, "_connect", lambda *_: pytest.fail("a connection was tried"))
    session.attempt_deadline = clock() - 1
    with session.declare("effect", OK), pytest.raises(NotSent, match="attempt is over"):
        session.post("http://127.0.0.1:9/")


def test_the_attempt_is_judged_again_right_before_the_first_byte(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[bytes] = []
    done = threading.Event()

    def behave(visitor: socket.socket) -> None:
        received.append(visitor.recv(100))
        done.set()

    connect = _net._connect

    def freeze(host: str, port: int) -> socket.socket:
        opened = connect(host, port)
        session.attempt_deadline = clock()  # the process slept here
        return opened

    monkeypatch.setattr(_net, "_connect", freeze)
    with door(behave) as server:
        with session.declare("effect", OK), pytest.raises(NotSent):
            session.post(server.url)
        assert done.wait(2)
        assert received == [b""]


# ------------------------------------------------------------------------- caps


def test_a_body_above_the_cap_is_refused(session: Session, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/big").respond_with_data(b"x" * 6_000_000)
    with pytest.raises(FetchError, match=r"/big sent more than 5 MB\.$"):
        fetch(session, httpserver.url_for("/big"))
    assert len(fetch(session, httpserver.url_for("/big"), cap=6_000_000).body) == 6_000_000
    with pytest.raises(TooLarge):
        session.get(httpserver.url_for("/big"))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_compressed_bomb_is_refused_small(
    session: Session, httpserver: HTTPServer, coding: str
) -> None:
    import tracemalloc

    bomb = b"\0" * 100_000_000
    for name in coding.split(", "):
        bomb = gzip.compress(bomb) if name == "gzip" else zlib.compress(bomb)
    httpserver.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": coding})
    address = httpserver.url_for("/")
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="sent more than 5 MB"):
            fetch(session, address)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 25_000_000


def test_the_body_of_a_redirect_has_the_same_cap(session: Session, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        b"x" * 3000, status=302, headers={"Location": "/on"}
    )
    with pytest.raises(FetchError, match="sent more than 2000 bytes"):
        fetch(session, httpserver.url_for("/"), cap=2000)


# ------------------------------------------------------------------------ fetch


def test_fetch_gives_what_was_read_and_where(session: Session, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data(
        status=301, headers={"Location": "/neu?ä=1 2"}
    )
    httpserver.expect_request("/neu").respond_with_data(
        "olé".encode("latin-1"), content_type="text/html; charset=ISO-8859-1"
    )
    found = fetch(session, httpserver.url_for("/old"))
    assert found.url == httpserver.url_for("/neu?%C3%A4=1%202")
    assert (found.status, found.charset, found.body) == (200, "iso8859-1", b"ol\xe9")
    assert found.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("named", ["", "text/html", "text/html; charset=no-such", "x; charset="])
def test_an_unknown_charset_is_no_charset(
    session: Session, httpserver: HTTPServer, named: str
) -> None:
    httpserver.expect_request("/").respond_with_response(
        Response(b"x", headers={"Content-Type": named})
    )
    assert fetch(session, httpserver.url_for("/")).charset == ""


def test_not_modified_is_a_success_where_it_is_expected(
    session: Session, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/", headers={"If-None-Match": '"a"'}).respond_with_data(status=304)
    headers = {"If-None-Match": '"a"'}
    found = fetch(session, httpserver.url_for("/"), headers=headers, accept=(200, 304))
    assert (found.status, found.body) == (304, b"")
    with pytest.raises(FetchError, match="answered 304"):
        fetch(session, httpserver.url_for("/"), headers=headers)


def test_an_error_names_its_status_and_the_wait(session: Session, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=503, headers={"Retry-After": "120"})
    with pytest.raises(FetchError) as caught:
        fetch(session, httpserver.url_for("/feed?token=hidden"))
    assert str(caught.value) == f"{httpserver.url_for('/feed')} answered 503 Service Unavailable."
    assert (caught.value.status, caught.value.retry_after) == (503, 120)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 5000}, 86400),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:00:00 GMT"}, None),
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 12:01:00 GMT",
                "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            60,
        ),
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT",
                "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            0,
        ),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: int | None) -> None:
    assert retry_after(headers) == seconds


def test_five_redirects_are_followed_and_no_sixth(session: Session, httpserver: HTTPServer) -> None:
    for n in range(7):
        httpserver.expect_request(f"/{n}").respond_with_data(
            status=307, headers={"Location": f"/{n + 1}"}
        )
    httpserver.expect_request("/7").respond_with_data("end")
    assert fetch(session, httpserver.url_for("/2")).body == b"end"
    with pytest.raises(FetchError, match=r"/1 redirected more than 5 times\.$"):
        fetch(session, httpserver.url_for("/1"))


@pytest.mark.parametrize(
    "location",
    ["ftp://127.0.0.1/", "file:///etc/passwd", "http://[", "http://a:b@127.0.0.1/", "//[::1"],
)
def test_a_redirect_to_no_web_address_is_refused(session: Session, location: str) -> None:
    def behave(visitor: socket.socket) -> None:
        visitor.recv(65536)
        visitor.sendall(b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % location.encode())

    with (
        door(behave) as server,
        pytest.raises(FetchError, match=r"web address|without user name"),
    ):
        fetch(session, server.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "harbour.example",
        "ftp://x/",
        "http://",
        "http://[::1",
        "http://x:99999/",
        "http://\x1b/",
        "http://user:word@127.0.0.1/",
        f"http://{'a' * 300}.example/",
    ],
)
def test_what_is_no_web_address_is_one_sentence(session: Session, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(session, url)
    assert str(caught.value).isprintable()
    assert "user:word" not in str(caught.value)


def test_unreachable_hosts_are_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match=r"^127\.0\.0\.1 could not be reached: it refused"):
        fetch(session, f"http://127.0.0.1:{port}/")

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchError, match=r"^harbour\.example could not .*: its name is unknown\.$"):
        fetch(session, "https://harbour.example/feed")


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 50\r\n\r\nshort",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
        HEAD + b"Content-Encoding: gzip\r\n\r\nnot gzip",
        HEAD + b"X: " + b"a" * 100_000,
    ],
    ids=[
        "cut off",
        "not HTTP",
        "header flood",
        "bad chunk",
        "minus chunk",
        "bad gzip",
        "long header",
    ],
)
def test_a_broken_answer_is_one_sentence(session: Session, answer: bytes) -> None:
    def behave(visitor: socket.socket) -> None:
        visitor.recv(65536)
        visitor.sendall(answer)

    with door(behave) as server, pytest.raises(FetchError) as caught:
        fetch(session, server.url)
    assert str(caught.value) == f"{server.url}/ did not give a whole answer."


def test_connections_are_kept_and_cookies_are_not(session: Session) -> None:
    asked: list[bytes] = []

    def behave(visitor: socket.socket) -> None:
        while request := visitor.recv(65536):
            asked.append(request)
            visitor.sendall(HEAD + b"Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok")

    with door(behave) as server:
        for _ in range(3):
            assert fetch(session, server.url).body == b"ok"
        assert server.connections == 1
        session.close()
    assert len(asked) == 3
    assert not any(b"Cookie" in request for request in asked)
    assert b"User-Agent: newsroom-syndication-bot" in asked[0]


def test_no_proxy_is_used_whoever_names_it(
    session: Session, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would look names up itself, past the check of addresses."""
    proxy = "http://127.0.0.1:9"
    monkeypatch.setenv("http_proxy", proxy)
    session.proxies["http"] = proxy
    httpserver.expect_request("/").respond_with_data("ok")
    assert fetch(session, httpserver.url_for("/")).body == b"ok"
    assert session.get(httpserver.url_for("/"), proxies={"http": proxy}).text == "ok"


def test_no_netrc_lends_its_passwords(
    session: Session, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login me password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    httpserver.expect_request("/").respond_with_data("ok")
    assert fetch(session, httpserver.url_for("/")).body == b"ok"
    assert "Authorization" not in httpserver.log[0][0].headers


# -------------------------------------------- addresses; the rest in test_addresses.py


def test_the_next_address_is_tried_where_the_first_refuses(
    session: Session, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    def both(host: str, port: int, **_: object) -> list[Any]:
        pairs = ((socket.AF_INET6, ("::1", port, 0, 0)), (socket.AF_INET, ("127.0.0.1", port)))
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in pairs]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    httpserver.expect_request("/").respond_with_data("ok")
    assert fetch(session, f"http://two.example:{httpserver.port}/").body == b"ok"


# -------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command to make a certificate with")
    made = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ["-subj", "/CN=newsroom.test", "-addext", "subjectAltName=DNS:newsroom.test"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run(
        [*command, "-keyout", str(made), "-out", f"{made}.crt"], check=True, capture_output=True
    )
    made.write_text(made.read_text() + Path(f"{made}.crt").read_text())
    return made


@contextmanager
def tls_door(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, behave: Callable[[socket.socket], None]
) -> Iterator[Door]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def secured(visitor: socket.socket) -> None:
        with context.wrap_socket(visitor, server_side=True) as inner:
            behave(inner)

    def loopback(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    with door(secured) as server:
        yield server


def test_tls_checks_the_name_and_keeps_the_deadline(
    make: Callable[..., Session], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def behave(visitor: socket.socket) -> None:
        if b"GET /slow" in visitor.recv(65536):
            drip(HEAD + b"\r\n")(visitor)
        visitor.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")

    session = make(deadline=SECOND * 0.6)
    session.verify = str(certificate)
    with tls_door(certificate, monkeypatch, behave) as server:
        assert fetch(session, f"https://newsroom.test:{server.port}/").body == b"ok"
        session.close()
        with pytest.raises(FetchError, match=r"^other\.test could not .*certificate is not valid"):
            fetch(session, f"https://other.test:{server.port}/")
        begun = time.monotonic()
        with pytest.raises(FetchError, match=r"/slow did not finish within 0\.6 s"):
            fetch(session, f"https://newsroom.test:{server.port}/slow")
        assert time.monotonic() - begun < 1.5
        with pytest.raises(FetchError, match="certificate is not valid"):
            fetch(make(), f"https://newsroom.test:{server.port}/")


def test_a_handshake_that_never_comes_ends_at_the_deadline(make: Callable[..., Session]) -> None:
    with door(lambda visitor: time.sleep(3)) as server:
        session = make(deadline=SECOND * 0.4)
        with session.declare("effect", OK), pytest.raises(NotSent, match=r"within 0\.4 s"):
            session.post(f"https://127.0.0.1:{server.port}/")


# ----------------------------------------------------------------------- writes


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MKCOL"])
def test_an_undeclared_write_is_refused(
    make: Callable[..., Session], method: str, dry_run: bool
) -> None:
    session = make(dry_run=dry_run)
    with door(drip(HEAD)) as server:
        with pytest.raises(UndeclaredWrite, match=method):
            session.request(method, server.url)
        raw = requests.Request(method, server.url).prepare()
        with pytest.raises(UndeclaredWrite):
            session.send(raw)
        with pytest.raises(UndeclaredWrite):
            session.get_adapter(server.url).send(raw)
        assert server.connections == 0


def test_a_declaration_is_good_for_one_request(session: Session, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/", method="POST").respond_with_data("ok")
    with session.declare("effect", OK):
        assert session.post(httpserver.url_for("/")).text == "ok"
        with pytest.raises(UndeclaredWrite):
            session.post(httpserver.url_for("/"))
    with pytest.raises(UndeclaredWrite):
        session.post(httpserver.url_for("/"))
    assert len(httpserver.log) == 1


def test_a_declaration_is_not_another_threads(session: Session) -> None:
    failures: list[BaseException] = []

    def other() -> None:
        try:
            session.post("http://127.0.0.1:9/")
        except UndeclaredWrite as error:
            failures.append(error)

    with session.declare("effect", OK):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(failures) == 1


def test_an_unknown_kind_of_request_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="maybe"), session.declare("maybe", OK):
        pass


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_is_not_redirected(session: Session, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/").respond_with_data(status=status, headers={"Location": "/again"})
    with session.declare("effect", OK):
        assert session.post(httpserver.url_for("/"), data="x").status_code == status
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("behave", "error"),
    [
        (lambda visitor: visitor.recv(10) and None, requests.ConnectionError),
        (lambda visitor: visitor.recv(65536) and time.sleep(1), requests.Timeout),
    ],
)
def test_what_may_have_been_sent_is_never_called_unsent(
    make: Callable[..., Session], behave: Callable[[socket.socket], None], error: type[Exception]
) -> None:
    session = make(deadline=SECOND * 0.3)
    with door(behave) as server:
        session.route({server.url: server.url})
        with session.declare("effect", OK), pytest.raises(error) as caught:
            session.post(server.url + "/?access_token=grass", data="x")
    assert not isinstance(caught.value, NotSent)
    assert "grass" not in str(caught.value)
    assert caught.value.__suppress_context__


# -------------------------------------------------------------------- rehearsal


def test_a_rehearsal_reaches_no_socket_and_shows_everything(make: Callable[..., Session]) -> None:
    picture = b"\xff\xd8\r\n\x00 picture \r\n"
    session = make(dry_run=True, secrets=["s3cr3t/key"])
    with door(drip(HEAD)) as server:
        session.route({"https://api.example": server.url + "/x"})
        bearer = {"Authorization": "Bearer s3cr3t/key"}
        with session.declare("read", Sample(json={"id": "7"})):
            answer = session.get("https://api.example/me?fields=id&access_token=s3cr3t%2Fkey")
        assert answer.json() == {"id": "7"}
        with session.declare("prepare", Sample(headers={"Location": "https://up.example/1"})):
            answer = session.post(
                "https://api.example/photos",
                data={"caption": "Ein Bild", "access_token": "unheard-of"},
                files={"source": ("a.jpg", picture, "image/jpeg")},
                headers=bearer,
            )
        assert (answer.headers["location"], answer.content) == ("https://up.example/1", b"")
        with session.declare("effect", Sample(201, json={"data": {"id": "1"}})):
            answer = session.post(
                "https://api.example/2/posts", json={"text": "Größe"}, headers=bearer
            )
        assert (answer.status_code, answer.ok, answer.reason) == (201, True, "Created")
        with session.declare("extra", OK):
            session.put("https://api.example/comment", data={"a": ["1", "2"], "b": ""})
        assert server.connections == 0

    read, upload, post, comment = session.journal
    assert [each.kind for each in session.journal] == ["read", "prepare", "effect", "extra"]
    assert read.url == f"{server.url}/x/me?fields=id&access_token=•••"
    assert (read.method, read.body, read.status) == ("GET", None, 200)
    assert upload.headers["Authorization"] == "•••"
    file = {"size": len(picture), "sha256": hashlib.sha256(picture).hexdigest()}
    assert upload.body == [
        {"name": "caption", "value": "Ein Bild"},
        {"name": "access_token", "value": "•••"},
        {"name": "source", "filename": "a.jpg", "type": "image/jpeg", **file},
    ]
    assert (post.body, post.status) == ({"text": "Größe"}, 201)
    assert comment.body == {"a": ["1", "2"], "b": ""}
    assert "s3cr3t" not in repr(session.journal)


def test_a_rehearsal_shows_files_by_size_and_hash(
    make: Callable[..., Session], tmp_path: Path
) -> None:
    session = make(dry_run=True)
    session.route({"https://api.example": "https://api.example"})
    content = bytes(range(256)) * 20
    shown = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (tmp_path / "film").write_bytes(content)

    def rehearse(**how: Any) -> Any:
        with session.declare("prepare", OK):
            session.put("https://api.example/", **how)
        return session.journal[-1].body

    assert rehearse(data=content) == shown
    with (tmp_path / "film").open("rb") as film:
        assert rehearse(data=film) == shown
        assert film.tell() == 0
    assert rehearse(json={"media": base64.b64encode(content).decode()}) == {"media": shown}
    assert rehearse(data=iter([content])) == {"size": None}
    headers = {"Content-Type": "application/json"}
    assert rehearse(data=b"{broken", headers=headers)["size"] == 7
    assert rehearse(data="text", headers={"Content-Type": "text/plain"}) == "text"
    # It must also survive as JSON, for scripts.
    json.dumps([vars_of(each) for each in session.journal])


def vars_of(exchange: object) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(exchange)  # type: ignore[call-overload]


def test_a_rehearsal_reads_pages_but_asks_no_platform(
    make: Callable[..., Session], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/page").respond_with_data("ok")
    session = make(dry_run=True)
    session.route({"https://api.example": httpserver.url_for("/x")})
    assert fetch(session, httpserver.url_for("/page")).body == b"ok"
    for url in ("https://api.example/me", httpserver.url_for("/x/me"), httpserver.url_for("/x")):
        with pytest.raises(Undeclared):
            session.get(url)
    assert len(httpserver.log) == 1


# -------------------------------------------------------------- routes and tokens


def test_routes_rewrite_whole_hosts_alone(make: Callable[..., Session]) -> None:
    session = make()
    session.route(
        {"https://api.example": "http://127.0.0.1:9/x", "https://api.example/up": "http://up/"}
    )
    for url, wanted in {
        "https://api.example/2/posts?a=1": "http://127.0.0.1:9/x/2/posts?a=1",
        "https://API.example:443": "http://127.0.0.1:9/x",
        "https://api.example/up/1": "http://up/1",
        "https://api.example/upper": "http://127.0.0.1:9/x/upper",
        "https://api.example.evil/2": "https://api.example.evil/2",
        "https://api.example@evil/2": "https://api.example@evil/2",
        "http://api.example/2": "http://api.example/2",
    }.items():
        assert session._routed(url) == wanted


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"Authorization": "Bearer abc"}},
        {"auth": ("me", "word")},
        {"data": {"x": "s3cr3t-key"}},
        {"json": {"x": "s3cr3t-key"}},
        {"params": {"x": "s3cr3t-key"}},
        {"headers": {"X-Key": "s3cr3t-key"}},
        {"data": {"refresh_token": "never heard of"}},
        {"files": {"f": ("name", b"s3cr3t-key")}},
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_secret_goes_to_routed_hosts_alone(
    make: Callable[..., Session], how: dict[str, Any], dry_run: bool
) -> None:
    session = make(secrets=["s3cr3t-key"], dry_run=dry_run)
    session.route({"https://api.example": "http://127.0.0.1:1/api"})
    with door(drip(HEAD)) as server:
        for url in (server.url, "http://127.0.0.1:1/apis", "http://127.0.0.1:1/"):
            with session.declare("effect", OK), pytest.raises(StrayToken) as caught:
                session.post(url, **how)
            assert "s3cr3t" not in str(caught.value)
        assert server.connections == 0


def test_a_page_whose_address_looks_like_a_token_is_fetched(
    make: Callable[..., Session], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    assert fetch(make(), httpserver.url_for("/?access_token=public")).body == b"ok"


# ---------------------------------------------------------------------- masking


@pytest.mark.parametrize(
    "line",
    [
        "GET /me?access_token=GRASS&x=1 HTTP/1.1",
        "Authorization: Bearer GRASS",
        "{'Authorization': 'Bearer GRASS', 'Accept': '*/*'}",
        'b\'OAuth oauth_nonce="1", oauth_token="GRASS", oauth_signature="x"\'',
        '{"refresh_token": "GRASS", "expires_in": 1}',
        "{'client_secret': 'GRASS'}",
        "client_secret=GRASS&grant_type=x",
        "('oauth_consumer_key', 'GRASS')",
        "oauth_token%3DGRASS",
        "Authorization: Basic GRASSGRASS==",
    ],
)
def test_secrets_are_masked_by_the_name_they_go_by(line: str) -> None:
    masked = Masker().mask(line)
    assert "GRASS" not in masked
    assert "•••" in masked
    assert Masker().mask(masked) == masked


@pytest.mark.parametrize(
    "line", ["no token here", "the password, he said", "Bearer of news", "a basic right", "x=1&y=2"]
)
def test_ordinary_words_are_left_alone(line: str) -> None:
    assert Masker(["", "a"]).mask(line) == line


def test_a_rehearsal_keeps_the_words_of_a_teaser(make: Callable[..., Session]) -> None:
    session = make(dry_run=True)
    session.route({"https://api.example": "https://api.example"})
    text = "Leaked: Basic democracy, password: swordfish, access_token=1"
    with session.declare("effect", OK):
        session.post("https://api.example/", json={"text": text, "access_token": "x"})
    assert session.journal[0].body == {"text": text, "access_token": "•••"}


@given(
    secret=st.text(st.characters(codec="utf-8", exclude_characters="•"), min_size=4, max_size=40),
    around=st.text(max_size=20),
)
@settings(max_examples=150)
def test_a_known_secret_never_shows(secret: str, around: str) -> None:
    masker = Masker([secret])
    quoted = requests.models.PreparedRequest._encode_params({"x": secret})
    for text in (f"{around}{secret}{around}", quoted, json.dumps({"x": secret})):
        masked = masker.mask(text)
        assert secret not in masked or secret in around + around
        assert masker.knows(text)


def test_the_masker_covers_whatever_a_handler_writes() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Masker(["s3cr3t-key"]))
    logger = logging.getLogger("test.masker")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        logger.debug("plain s3cr3t-key")
        logger.debug("argument %s %d", "s3cr3t-key", 5)
        logger.debug({"a": "s3cr3t-key"}, stack_info=True)
        try:
            raise ValueError("s3cr3t-key")
        except ValueError:
            logger.exception("failed")
    finally:
        logger.removeHandler(handler)
    written = stream.getvalue()
    assert "s3cr3t" not in written
    assert "argument ••• 5" in written
    assert "ValueError: •••" in written
    assert "Stack (most recent call last)" in written


# ---------------------------------------------------------- the libraries on top

KEYS = ("consumer-key-1", "consumer-secret-2", "access-token-3", "access-secret-4")


@pytest.fixture
def debug_log() -> Iterator[io.StringIO]:
    """Everything any library logs, as a masked handler of the root writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Masker([*KEYS, "page-token-5"]))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize("dry_run", [False, True])
def test_tweepy_signs_the_routed_address(
    make: Callable[..., Session], httpserver: HTTPServer, debug_log: io.StringIO, dry_run: bool
) -> None:
    tweepy = pytest.importorskip("tweepy")
    seen: list[Request] = []

    def post(request: Request) -> Response:
        seen.append(request)
        return Response(json.dumps({"data": {"id": "9"}}), 201, content_type="application/json")

    httpserver.expect_request("/x/2/tweets", method="POST").respond_with_handler(post)
    session = make(dry_run=dry_run, secrets=KEYS)
    session.route({"https://api.twitter.com": httpserver.url_for("/x")})
    client = tweepy.Client(None, *KEYS)
    client.session.close()
    client.session = session
    with session.declare("effect", Sample(201, json={"data": {"id": "9"}})):
        answer = client.create_tweet(text="Hola")
    assert answer.data["id"] == "9"
    with pytest.raises(UndeclaredWrite):
        client.create_tweet(text="Hola")
    assert len(seen) == (0 if dry_run else 1)
    if seen:
        assert _signature_holds(seen[0], httpserver.url_for("/x/2/tweets"))
    else:
        assert session.journal[0].url == httpserver.url_for("/x/2/tweets")
        assert session.journal[0].body == {"text": "Hola"}
        assert session.journal[0].headers["Authorization"] == "•••"
    assert "Making API request" in debug_log.getvalue()
    for key in KEYS:
        assert key not in debug_log.getvalue() + repr(session.journal)


def _signature_holds(request: Request, url: str) -> bool:
    from oauthlib.oauth1.rfc5849 import signature
    from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

    parameters = dict(parse_authorization_header(request.headers["Authorization"]))
    claimed = requests.utils.unquote(parameters.pop("oauth_signature"))
    parameters.pop("realm", None)
    base = signature.signature_base_string(
        "POST", signature.base_string_uri(url), signature.normalize_parameters(parameters.items())
    )
    return claimed == signature.sign_hmac_sha1_with_client(base, _Client())


class _Client:
    client_secret, resource_owner_secret = KEYS[1], KEYS[3]


@pytest.mark.parametrize("dry_run", [False, True])
def test_facebook_sdk_works_on_the_session(
    make: Callable[..., Session], httpserver: HTTPServer, debug_log: io.StringIO, dry_run: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old "\d" in the library
        import facebook
    httpserver.expect_request("/f/v26.0/72/photos", method="POST").respond_with_json({"id": "5"})
    session = make(dry_run=dry_run, secrets=["page-token-5"])
    session.route({"https://graph.facebook.com": httpserver.url_for("/f")})
    graph = facebook.GraphAPI("page-token-5", session=session)
    graph.version = "v26.0"
    with session.declare("effect", Sample(json={"id": "5"})):
        made = graph.put_photo(io.BytesIO(b"jpeg"), album_path="72/photos", message="Hola")
    assert made == {"id": "5"}
    assert len(httpserver.log) == (0 if dry_run else 1)
    if dry_run:
        names = {part["name"]: part for part in session.journal[0].body}
        assert names["source"]["sha256"] == hashlib.sha256(b"jpeg").hexdigest()
        assert names["access_token"]["value"] == "•••"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    session.route({"https://graph.facebook.com": f"http://127.0.0.1:{port}"})
    if not dry_run:  # the library puts the token into this URL, and so into its errors
        with session.declare("effect", OK), pytest.raises(NotSent) as caught:
            graph.delete_object("5")
        assert "page-token-5" not in str(caught.value)
    assert "page-token-5" not in debug_log.getvalue() + repr(session.journal)


def test_a_host_gets_one_request_at_a_time(site: Site) -> None:
    under_way, most = [], []

    def slow(handler: BaseHTTPRequestHandler) -> None:
        under_way.append(handler)
        most.append(len(under_way))
        time.sleep(0.1)
        under_way.remove(handler)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.send_header("Connection", "close")  # which it does, as the next one is to know
        handler.end_headers()

    site.acts["/slow"] = slow
    site.put("/moved", "", status=302, Location="/slow")  # held no longer than it takes
    # Six in line take longer than the deadline of one: waiting is not counted.
    session = Session(deadline=timedelta(seconds=0.4), allow_private=True)
    with ThreadPoolExecutor(6) as threads:
        pages = [
            f"{site.url}/{name}" for name in ("slow", "moved", "slow", "slow", "moved", "slow")
        ]
        assert [each.status for each in threads.map(partial(fetch, session), pages)] == [200] * 6
    assert most == [1] * 6
    assert not session._turns
