"""The door: who may come in, from where, and what every answer carries."""

from __future__ import annotations

import contextlib
import http.client
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from rooms import Opened, open_room
from world import wait_until

from bot import people, room
from bot.errors import StoreError
from bot.room import _door, _people, base
from bot.room.base import Role
from bot.web import _patience, machines
from bot.web.base import Pulse

WORDS = "the ferry leaves at nine"
PUBLIC = "bot.harbour.example"
BOT = f"""
[review]
url = "https://{PUBLIC}/"
proxies = ["127.0.0.1"]
user_header = "Remote-User"
"""
HERE = {"Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Hash as weakly as it can be done."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", lambda: hasher)
        people._nobodys.cache_clear()
        yield
    people._nobodys.cache_clear()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, quick: None) -> Iterator[Opened]:
    """A room with two users and a post."""
    with open_room(tmp_path_factory.mktemp("room"), bot=BOT) as room:
        room.article("quay", "Dockers <strike>")
        people.add(room.app.store, "ines", "admin", WORDS, room.app.now())
        people.add(room.app.store, "marta", "editor", WORDS, room.app.now())
        yield room


@pytest.fixture(autouse=True)
def forgiven(opened: Opened) -> None:
    """No test waits for what another tried, nor speaks the language that another chose."""
    with opened.app.store.write() as tx:
        tx.users.change("marta", language="")
        for name in ("ines", "marta", "nobody"):
            tx.users.forgive(name, "127.0.0.1")


class Answer:
    def __init__(self, got: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = got.status, got.headers, got.read().decode()


def ask(
    room: Opened,
    path: str,
    *,
    method: str = "GET",
    host: str | None = None,
    body: bytes = b"",
    **headers: str,
) -> Answer:
    """Ask with these headers and no other; “|” in a Host sends two."""
    there = room.url.removeprefix("http://")
    with closing(http.client.HTTPConnection(there, timeout=10)) as wire:
        wire.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for one in (there if host is None else host).split("|"):
            wire.putheader("Host", one)
        if body and "Transfer_Encoding" not in headers:
            wire.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            wire.putheader(name.replace("_", "-"), value)
        wire.endheaders(body)
        return Answer(wire.getresponse())


def session(room: Opened, name: str) -> str:
    """Begin a session of somebody, and give its cookie for the loopback address."""
    secret = people.sign_in(room.app.store, name, WORDS, peer="", now=room.app.now())
    assert isinstance(secret, str)
    return f"bot-{room.url.rpartition(':')[2]}={secret}"


def path_of(page: base.Page) -> str:
    return re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+\}", "x", page.path))


# ------------------------------------------------------------------------------ every route


def test_every_route_is_a_page_with_a_role_or_for_machines(opened: Opened) -> None:
    application: Any = room.pages(opened.app, opened.app.view(Pulse()))
    routes = application._inside.app.routes
    declared = {(page.path, page.method) for page in room.declared()}
    served = {(each.path, method) for each in routes for method in each.methods - {"HEAD"}}
    assert served == declared | {(path, "GET") for path in machines.OPEN}
    assert len(declared) == len(room.declared()), "no page is declared twice"
    open_to_all = {(page.path, page.method) for page in room.declared() if page.role == "nobody"}
    assert open_to_all == {
        ("/sign-in", "GET"),
        ("/sign-in", "POST"),
        ("/sign-out", "POST"),
        ("/enter/{secret}", "GET"),
        ("/enter/{secret}", "POST"),
        ("/static/{name}", "GET"),
    }


def test_every_change_is_refused_to_strangers(opened: Opened) -> None:
    ended = session(opened, "ines")
    editor, admin = session(opened, "marta"), session(opened, "ines")
    with opened.app.store.write() as tx:
        tx.sessions.end_secret(ended.partition("=")[2])
    unsafe = [page for page in room.declared() if page.method != "GET"]
    assert len(unsafe) >= 5
    for page in unsafe:
        path = path_of(page)

        def asked(path: str = path, method: str = page.method, **headers: str) -> int:
            return ask(opened, path, method=method, **headers).status

        for site in ("cross-site", "same-site", "Same-Origin", ""):
            assert asked(Cookie=admin, Sec_Fetch_Site=site) == 403, (path, site)
        for origin in ("null", "https://evil.example", f"{opened.url}.evil.example"):
            assert asked(Cookie=admin, Origin=origin) == 403, (path, origin)
        assert asked(Cookie=admin) == 403, f"{path}: who says nothing is refused"
        if page.role is Role.NOBODY:
            continue
        for cookie in ("", ended, "bot=x", ";;=;=\xff"):
            assert asked(Cookie=cookie, Sec_Fetch_Site="same-origin") == 401, (path, cookie)
        if page.role is Role.ADMIN:
            assert asked(Cookie=editor, Sec_Fetch_Site="same-origin") == 403, path


def test_every_page_sends_strangers_to_sign_in(opened: Opened) -> None:
    editor = session(opened, "marta")
    for page in room.declared():
        if page.method != "GET" or page.role is Role.NOBODY:
            continue
        path = path_of(page)
        for method in ("GET", "HEAD"):
            answer = ask(opened, f"{path}?a=b&c=%26", method=method)
            assert answer.status == 303, path
            wanted = urlencode({"next": f"{path}?a=b&c=%26"})
            assert answer.headers["Location"] == f"/sign-in?{wanted}"
        assert ask(opened, path, HX_Request="true").status == 401, path
        if page.role is Role.ADMIN:
            refused = ask(opened, path, Cookie=editor)
            assert (refused.status, "for admins" in refused.body) == (403, True), path


def test_a_page_of_ours_may_ask_for_changes(opened: Opened) -> None:
    for headers in (HERE, {"Origin": opened.url}):
        cookie = session(opened, "marta")
        answer = ask(opened, "/account/end", method="POST", Cookie=cookie, **_named(headers))
        assert (answer.status, answer.headers["Location"]) == (303, "/account?done=ended")
    public = {"host": PUBLIC, "Cookie": _public(cookie)}
    for origin, status in ((f"https://{PUBLIC}", 303), (f"http://{PUBLIC}", 403)):
        answer = ask(opened, "/account/end", method="POST", Origin=origin, **public)
        assert answer.status == status, origin


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


def _public(cookie: str) -> str:
    return f"{_door.SECURE_COOKIE}={cookie.partition('=')[2]}"


# ------------------------------------------------------------------------------------ hosts

#: A Host, whether it may ask how the bot does, and whether it may see a post.
HOSTS = (
    ("127.0.0.1:8700", True, True),
    ("localhost", True, True),
    ("[::1]:8700", True, True),
    (PUBLIC, True, True),
    ("BOT.harbour.example:443", True, True),
    ("192.0.2.7:8700", True, False),
    ("evil.example", False, False),
    ("127.0.0.1.evil.example", False, False),
    ("localhost.evil.example", False, False),
    ("evil.example@127.0.0.1", False, False),
    ("127.0.0.1/evil", False, False),
    ("127.0.0.1:port", False, False),
    ("", False, False),
    ("127.0.0.1|evil.example", False, False),
    ("127.0.0.1?evil.example", False, False),
    ("127.0.0.1#evil.example", False, False),
)


def test_who_asks_under_a_strange_name_gets_nothing(opened: Opened) -> None:
    own = session(opened, "marta")
    secret = own.partition("=")[2]
    for host, told, seen in HOSTS:
        for path in ("/healthz", "/login/callback"):
            answer = ask(opened, path, host=host)
            assert (answer.status not in (400, 403)) is told, (host, path)
        every = f"bot={secret}; bot-8700={secret}; {_public(own)}"
        answer = ask(opened, "/queue", host=host, Cookie=every)
        assert (answer.status == 200) is seen, host
        assert ("Dockers" in answer.body) is seen, host


def test_who_asks_from_elsewhere_is_not_on_this_machine(opened: Opened) -> None:
    for peer, path, status in (
        ("192.0.2.7", "/queue", 403),
        ("192.0.2.7", "/healthz", 200),
        ("127.0.0.1", "/queue", 303),
        ("::1", "/queue", 303),
    ):
        assert _asked(opened, peer, path, "127.0.0.1:8700") == status, peer
    assert _asked(opened, "192.0.2.7", "/queue", PUBLIC) == 303


def _asked(opened: Opened, peer: str, path: str, host: str) -> int:
    """Ask the application itself, as from another address."""
    import asyncio

    seen: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        seen.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "client": (peer, 5),
        "headers": [(b"host", host.encode()), (b"x-forwarded-for", b"127.0.0.1")],
    }
    application = room.pages(opened.app, opened.app.view(Pulse()))
    asyncio.run(application(scope, receive, send))
    return int(seen[0]["status"])


# ---------------------------------------------------------------------------------- proxies


def request(peer: str, *headers: tuple[str, str], host: str = PUBLIC) -> Any:
    from starlette.requests import Request

    raw = [(name.lower().encode(), value.encode()) for name, value in (("host", host), *headers)]
    return Request({"type": "http", "method": "GET", "client": (peer, 5), "headers": raw})


def test_only_a_listed_proxy_says_who_asks(opened: Opened) -> None:
    inside = base.Room(opened.app)

    def who(peer: str, *names: str) -> str:
        headers = [("Remote-User", name) for name in names]
        return _door.visitor_of(inside, request(peer, *headers)).name

    assert who("127.0.0.1", "marta") == "marta"
    assert who("::ffff:127.0.0.1", "marta") == "marta"
    assert who("192.0.2.7", "marta") == ""
    assert who("127.0.0.2", "marta") == ""
    assert who("127.0.0.1", "mia") == "", "nobody is a user of this name"
    assert who("127.0.0.1", "MARTA") == ""
    assert who("127.0.0.1", "marta", "ines") == "", "of two names none is believed"
    assert who("127.0.0.1", "") == ""
    told = ask(opened, "/sign-in", host=PUBLIC, Remote_User="<mia>").body
    assert "You have signed in as &lt;mia&gt;" in told


def test_only_a_listed_proxy_says_where_somebody_asks_from(opened: Opened) -> None:
    inside = base.Room(opened.app)

    def peer(at: str, *forwarded: str) -> str:
        headers = [("X-Forwarded-For", each) for each in forwarded]
        return _door.peer_of(inside, request(at, *headers))

    assert peer("127.0.0.1", "10.9.9.9, 203.0.113.5") == "203.0.113.5"
    assert peer("127.0.0.1", "") == "127.0.0.1"
    assert peer("192.0.2.7", "203.0.113.5") == "192.0.2.7"
    assert peer("127.0.0.1", "2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert peer("127.0.0.1", "::ffff:203.0.113.5") == "203.0.113.5"
    assert peer("127.0.0.1", "10.9.9.9", "203.0.113.5") == "203.0.113.5", "a line of its own"
    assert peer("127.0.0.1", "203.0.113.5:4711") == "203.0.113.5"
    assert peer("127.0.0.1", "[2001:db8:1:2:3::4]:4711") == "2001:db8:1:2::/64"
    assert peer("127.0.0.1", "x" * 999) == "127.0.0.1"


# ------------------------------------------------------------------------------- signing in


def sign_in(room: Opened, name: str, password: str, **more: str) -> Answer:
    body = urlencode({"name": name, "password": password, "next": more.pop("next", "")}).encode()
    headers = _named(HERE | FORM) | more
    return ask(room, "/sign-in", method="POST", body=body, **headers)


def test_who_signs_in_goes_where_they_wanted(opened: Opened) -> None:
    wanted = "/posts/1?a=b"
    page = ask(opened, f"/sign-in?next={quote(wanted)}").body
    assert 'value="/posts/1?a=b"' in page
    answer = sign_in(opened, "marta", WORDS, next=wanted)
    assert (answer.status, answer.headers["Location"]) == (303, wanted)
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"bot-\d+=[\w-]{43}; ", cookie)
    for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=5184000"):
        assert word in cookie
    assert "Secure" not in cookie
    own = cookie.partition(";")[0]
    assert ask(opened, "/queue", Cookie=own).status == 200
    assert ask(opened, f"/sign-in?next={quote(wanted)}", Cookie=own).headers["Location"] == wanted
    out = ask(opened, "/sign-out", method="POST", Cookie=own, **_named(HERE))
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert ask(opened, "/queue", Cookie=own).status == 303


def test_a_declared_address_has_a_cookie_of_its_own(opened: Opened) -> None:
    cookie = sign_in(opened, "marta", WORDS, host=PUBLIC).headers["Set-Cookie"]
    assert cookie.startswith("__Host-bot=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "x", ""],
)
def test_nobody_is_sent_to_strangers(opened: Opened, wanted: str) -> None:
    assert sign_in(opened, "marta", WORDS, next=wanted).headers["Location"] == "/queue"
    assert "evil" not in ask(opened, f"/sign-in?next={quote(wanted)}").body


def test_what_is_wrong_is_not_told_but_logged(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    known = sign_in(opened, "marta", "hush-hush-hush")
    unknown = sign_in(opened, "mia\n<b>\u202e", "hush-hush-hush")
    for answer in (known, unknown):
        assert answer.status == 403
        assert "The name or the password is wrong." in answer.body
        assert "hush" not in answer.body
    assert "mia\n&lt;b&gt;" in unknown.body
    assert "a sign-in failed: 'marta', from '127.0.0.1'" in caplog.messages
    assert r"a sign-in failed: 'mia\n<b>\u202e', from '127.0.0.1'" in caplog.messages
    assert "hush" not in caplog.text


def test_too_many_tries_wait_and_are_told_how_long(opened: Opened) -> None:
    for _ in range(people.TRIES_HERE):
        assert sign_in(opened, "nobody", "guess").status == 403
    answer = sign_in(opened, "nobody", "guess")
    assert answer.status == 429
    assert "Try again in 15 minutes." in answer.body
    assert 800 < int(answer.headers["Retry-After"]) <= 901


def test_a_new_sign_in_ends_the_session_that_the_browser_had(opened: Opened) -> None:
    before = session(opened, "marta")
    assert sign_in(opened, "ines", WORDS, Cookie=before).status == 303
    assert ask(opened, "/queue", Cookie=before).status == 303


# ----------------------------------------------------------------------------- faults, sizes


def test_every_answer_carries_the_headers(opened: Opened, monkeypatch: Any) -> None:
    own = session(opened, "ines")
    monkeypatch.setattr(_people.people, "SHORTEST", None)  # the page of the account fails on it
    for path, host, status in (
        ("/healthz", None, 200),
        ("/sign-in", None, 303),
        ("/nothing", None, 404),
        ("/queue", "evil.example", 403),
        ("/account", None, 500),
    ):
        answer = ask(opened, path, host=host, Cookie=own)
        assert answer.status == status, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
    assert ask(opened, "/login/callback?code=1").headers["Referrer-Policy"] == "no-referrer"
    assert ask(opened, "/queue", method="DELETE", **_named(HERE)).status == 405


def test_a_fault_is_logged_and_not_shown(
    opened: Opened, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    own = session(opened, "ines")
    monkeypatch.setattr(_people.people, "SHORTEST", None)
    answer = ask(opened, "/account", Cookie=own)
    assert answer.status == 500
    assert "A fault of the bot" in answer.body
    assert "Traceback" not in answer.body
    wait_until(lambda: bool(caplog.messages))
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.name == "bot"
    assert record.exc_info, "the log has all of it"


def test_a_large_form_is_refused_before_it_is_read(opened: Opened) -> None:
    own = {"Cookie": session(opened, "marta"), **_named(HERE | FORM)}
    small, large = b"language=es", b"language=" + b"e" * 64_000

    def status(body: bytes, **more: str) -> int:
        return ask(opened, "/account/language", method="POST", body=body, **(own | more)).status

    assert status(small) == 303
    assert status(large) == 413
    assert status(b"", Content_Length="26000000") == 413, "nothing of it was sent"
    chunked = b"fa00\r\n" + b"e" * 64_000 + b"\r\n5\r\n12345\r\n0\r\n\r\n"
    assert status(chunked, Transfer_Encoding="chunked") == 413, "none was declared"
    files = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n1\r\n--x--\r\n'
    assert status(files, Content_Type="multipart/form-data; boundary=x") == 400
    with opened.app.store.read() as tx:
        assert tx.users.find("marta").language == "es"


def test_a_form_in_a_strange_encoding_or_with_an_endless_field_is_refused(opened: Opened) -> None:
    kind, here = "multipart/form-data; boundary=x", _named(HERE)

    def status(name: bytes, kind: str, own: str = "", path: str = "/sign-in") -> int:
        part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%b\r\n--x--\r\n'
        more = {"Content_Type": kind, "Cookie": own, **here}
        return ask(opened, path, method="POST", body=part % name, **more).status

    assert status(b"mia", kind) == 403
    for charset in ("punycode", "unicode_escape", "idna", "utf-7"):
        assert status(b"\\ud800" + b"x" * 9_999, f"{kind}; charset={charset}") == 400, charset
    own = session(opened, "marta")
    assert status(b"x" * 300_000, kind, own, "/posts/1/edit") == 400


def test_what_is_too_long_to_be_a_name_or_number_is_a_page_that_is_not_there(
    opened: Opened,
) -> None:
    own = session(opened, "marta")
    for path in ("/static/" + "a" * 300 + ".css", "/posts/" + "9" * 5_000, "/posts/" + "9" * 16):
        assert ask(opened, path, Cookie=own).status == 404, path[:20]
    assert ask(opened, "/posts/" + "9" * 15, Cookie=own).status == 404
    script = {"HX_Request": "true", "HX_Current_URL": "http://["}
    assert ask(opened, "/history", Cookie=own, **script).status == 200


def test_a_database_that_fails_is_not_shown_to_strangers(
    opened: Opened, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("another process holds the database /srv/bot.db: wait.")

    monkeypatch.setattr(people, "visiting", fails)
    answer = ask(opened, "/queue", Cookie=f"bot-{opened.url.rpartition(':')[2]}=x")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert "The bot cannot read or write its records now" in answer.body
    assert "/srv" not in answer.body
    assert "/srv/bot.db" in caplog.text


def test_half_a_request_keeps_no_place(opened: Opened, monkeypatch: Any) -> None:
    monkeypatch.setattr(_patience, "LOOKS_EVERY", timedelta(seconds=0.2))
    host, _, port = opened.url.removeprefix("http://").partition(":")
    for whole in (b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=5) as wire:
            wire.sendall(whole + b"GET /healthz HTTP/1.1\r\n")
            began = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                while wire.recv(4096):
                    pass
            assert time.monotonic() - began < 2


# ---------------------------------------------------------------------------- account, people


def browser(room: Opened, name: str) -> requests.Session:
    made = requests.Session()
    made.headers.update(HERE | {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    answer = made.post(
        f"{room.url}/sign-in", {"name": name, "password": WORDS}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 303, answer.text
    return made


def test_people_see_and_end_their_sessions(opened: Opened) -> None:
    here, there = browser(opened, "marta"), browser(opened, "marta")
    page = here.get(f"{opened.url}/account", timeout=10).text
    assert "Firefox" in page
    assert "Linux" in page
    here.post(f"{opened.url}/account/end", {"others": "1"}, timeout=10)
    assert here.get(f"{opened.url}/account", timeout=10).url.endswith("/account")
    assert "/sign-in" in there.get(f"{opened.url}/account", timeout=10).url
    with opened.app.store.read() as tx:
        (theirs,) = [each.id for each in tx.sessions.all(opened.app.now(), "marta") if each.browser]
    ines = browser(opened, "ines")
    with opened.app.store.read() as tx:
        own = next(each.id for each in tx.sessions.all(opened.app.now(), "ines") if each.browser)
    here.post(f"{opened.url}/account/end", {"session": str(own)}, timeout=10)
    page = ines.get(f"{opened.url}/people", timeout=10)
    assert page.url.endswith("/people"), "nobody ends somebody else’s session"
    assert "Firefox" in page.text
    ines.post(f"{opened.url}/people/end", {"name": "marta", "session": theirs}, timeout=10)
    assert "/sign-in" in here.get(f"{opened.url}/account", timeout=10).url


def test_an_admin_gives_roles_and_removes_people_but_not_the_last_admin(opened: Opened) -> None:
    store, ines = opened.app.store, browser(opened, "ines")
    people.add(store, "mia/<x>", "editor", WORDS, opened.app.now())

    def post(path: str, **form: str) -> requests.Response:
        return ines.post(f"{opened.url}/people/{path}", form, timeout=10)

    asked = ines.get(f"{opened.url}/people/remove", params={"name": "mia/<x>"}, timeout=10)
    assert "Remove mia/&lt;x&gt;?" in asked.text
    post("role", name="mia/<x>", role="admin")
    with store.read() as tx:
        assert tx.users.find("mia/<x>").role == "admin"
    post("remove", name="mia/<x>")
    with store.read() as tx:
        assert tx.users.find("mia/<x>") is None
    for path, form in (("role", {"role": "editor"}), ("remove", {})):
        refused = post(path, name="ines", back="/people", **form)
        assert (refused.status_code, "the only admin" in refused.text) == (422, True)
    assert post("role", name="marta", role="chief").status_code == 422


def test_a_password_is_changed_on_the_page(opened: Opened) -> None:
    people.add(opened.app.store, "mia", "editor", WORDS, opened.app.now())
    mia, other = browser(opened, "mia"), browser(opened, "mia")

    def change(old: str, new: str, again: str) -> requests.Response:
        form = {"old": old, "new": new, "again": again}
        return mia.post(f"{opened.url}/account/password", form, timeout=10)

    new = f"{WORDS} tonight"
    assert "not the same twice" in change(WORDS, new, WORDS).text
    assert "10 letters or more" in change(WORDS, "short", "short").text
    assert "old password is wrong" in change("a guess at it", new, new).text
    done = change(WORDS, new, new)
    assert (done.status_code, "You have a new password" in done.text) == (200, True)
    assert "/sign-in" in other.get(f"{opened.url}/account", timeout=10).url
    people.remove(opened.app.store, "mia")
    assert "/sign-in" in mia.get(f"{opened.url}/account", timeout=10).url


# --------------------------------------------------------------------------------- the link


def test_a_link_is_not_used_up_by_looking(tmp_path: Any) -> None:
    with open_room(tmp_path, bot=BOT) as fresh:
        told = ask(fresh, "/sign-in").body
        assert "bot user add NAME" in told
        assert 'name="password"' not in told
        link = f"/enter/{people.lay_link(fresh.app.store, 'mia', fresh.app.now())}"
        assert ask(fresh, link, method="HEAD").status == 200
        for name in ("Sec_Purpose", "Purpose"):
            assert ask(fresh, link, **{name: "prefetch"}).status == 200
        for host in (None, PUBLIC):
            strange = ask(fresh, link, method="POST", Sec_Fetch_Site="cross-site", host=host)
            assert strange.status == 403
        away = ask(fresh, link, method="POST", host=PUBLIC, **_named(HERE))
        assert away.status == 403, "it opens the pages on this machine alone"
        assert ask(fresh, link, host=PUBLIC).status == 403
        let_in = ask(fresh, link)
        assert (let_in.status, let_in.headers["Location"]) == (303, "/queue")
        own = let_in.headers["Set-Cookie"].partition(";")[0]
        assert ask(fresh, link, Cookie=own).headers["Location"] == "/queue"
        for method in ("GET", "POST"):
            spent = ask(fresh, link, method=method, **_named(HERE))
            assert (spent.status, "bot review" in spent.body) == (403, True)
        account = ask(fresh, "/account", Cookie=own).body
        assert "bot user add" in account
        assert "Nobody is a user yet" in ask(fresh, "/people", Cookie=own).body
        assert ask(fresh, "/queue", Cookie=_public(own), host=PUBLIC).status == 303
