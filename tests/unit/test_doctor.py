"""What the doctor says of pictures, and of the way into the review room."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from rooms import open_room
from stills import Stills
from world import Site, wait_until

from bot import people, web
from bot.app import App
from bot.doctor import _room, examine
from bot.doctor.base import Check
from bot.media.base import Failure
from bot.store import Store, open_store

CARDS = Path(__file__).resolve().parents[2] / "templates" / "cards"
Doctor = Callable[..., list[Check]]

INSTAGRAM = '[channels.instagram]\naccount = "harbour.post"\n'


@pytest.fixture
def doctor(
    tmp_path: Path, empty_database: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Doctor]:
    """What a doctor finds on one subject, in a configuration that is written for it."""
    monkeypatch.chdir(tmp_path)
    studio = Stills(tmp_path / "var" / "media")
    monkeypatch.setattr(App, "_studio", lambda app, folder: studio)
    (tmp_path / "config" / "sites").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    shutil.copy(empty_database, tmp_path / "var" / "bot.db")
    apps = []
    site.feed(site.item("one"))

    def examined(
        subject: str, more: str = "", bot: str = "", failures: tuple[Failure, ...] = ()
    ) -> list[Check]:
        studio.failures[:] = failures
        (tmp_path / "config" / "bot.toml").write_text(f"allow_private_addresses = true\n{bot}")
        (tmp_path / "config" / "sites" / "harbour.toml").write_text(
            f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{more or INSTAGRAM}'
        )
        app = App.open(None, {}, who="mia")
        apps.append(app)
        return [each for each in examine(app).checks if each.subject == subject]

    yield examined
    for app in apps:
        app.close()


def verdicts(checks: list[Check]) -> list[str]:
    return [each.verdict for each in checks]


# ------------------------------------------------------------------------- made


def test_a_card_is_drawn_and_taken_away_again(doctor: Doctor) -> None:
    (check,) = doctor("studio")
    assert (check.verdict, check.sentence[:15]) == ("ok", "draws pictures:")
    assert not list(Path("var/media").iterdir())


def test_a_studio_that_draws_nothing_is_a_fault(doctor: Doctor) -> None:
    broken = Failure("render-failed", "The card could not be made: the program that draws it died.")
    (check,) = doctor("studio", failures=(broken,))
    assert check.verdict == "fault"
    assert check.sentence.endswith(broken.message)


def test_a_font_that_may_be_missing_is_a_note(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(self: Stills, orders: Any) -> Any:
        words = orders[0].words.headline
        missing = Failure("words-undrawable", "No font has “日”.")
        return [missing if "日" in words else self._piece(orders[0])]

    monkeypatch.setattr(Stills, "make", make)
    fine, note = doctor("studio")
    assert (fine.verdict, note.verdict) == ("ok", "note")
    assert "noto-cjk-sans-jp-bold" in note.sentence


def test_a_layout_is_checked_in_every_shape_before_a_post_needs_it(doctor: Doctor) -> None:
    assert verdicts(doctor("cards")) == ["ok"]
    own = Path("config/templates/cards")
    own.mkdir(parents=True)
    shipped = (CARDS / "text.toml").read_text("utf-8")
    (own / "text.toml").write_text(shipped.replace("[story]", "[story]\nsave = 1"), "utf-8")
    (check,) = doctor("cards")
    assert check.verdict == "fault"
    assert "in the shape “story”" in check.sentence
    assert "did you mean “safe”?" in check.sentence


def test_a_look_that_is_wrong_names_each_fault(doctor: Doctor) -> None:
    look = 'logo = "none.png"\nfont = "none.ttf"\nlayouts = { instagram = "quotes" }'
    found = doctor("harbour", f"{INSTAGRAM}[look]\n{look}")
    assert verdicts(found) == ["ok", "fault", "fault", "fault"]


def test_a_look_is_tried_by_a_card_that_is_drawn_so(doctor: Doctor, tmp_path: Path) -> None:
    assert len(doctor("harbour")) == 1, "without a look of its own the studio's card is enough"
    Image.new("RGB", (300, 100)).save(tmp_path / "logo.png")
    look = f'{INSTAGRAM}[look]\nlogo = "logo.png"\naccent = "#0a5"'
    assert doctor("harbour", look)[1].sentence == "cards show its look."


# ------------------------------------------------------------------ from outside


@pytest.fixture
def listener(store: Store, doctor: Doctor, tmp_path: Path) -> Iterator[str]:
    """The address at which our own listener serves what the doctor keeps for a moment."""
    with web.serving_media("127.0.0.1:0", store, tmp_path / "var" / "media") as served:
        wait_until(lambda: bool(served.address))
        yield served.address


def test_a_picture_is_fetched_where_a_platform_would(doctor: Doctor, listener: str) -> None:
    (check,) = doctor("media", bot=f'[media]\npublic_url = "{listener}/media/"\n')
    assert check == Check("media", "ok", f"pictures can be fetched at {listener}/media/.")
    assert not list(Path("var/media").iterdir()), "what was kept to be looked for is gone"


def test_an_address_that_leads_elsewhere_is_a_fault(
    doctor: Doctor, listener: str, site: Site
) -> None:
    here = listener.removeprefix("http://")
    for other in (f"{listener}/other", site.url):
        media = f'[media]\nlisten = "{here}"\npublic_url = "{other}"\n'
        (check,) = doctor("media", bot=media)
        assert (check.verdict, check.unreachable) == ("fault", True)
        assert "answered 404" in check.sentence
        assert f"Let it lead to http://{here}/media/." in check.sentence


def test_something_else_at_that_address_is_a_fault(
    doctor: Doctor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "word")
    name = hashlib.sha256(b"word").hexdigest()
    site.put(f"/media/{name}.txt", "Welcome!")
    (check,) = doctor("media", bot=f'[media]\npublic_url = "{site.url}/media/"\n')
    assert check.verdict == "fault"
    assert "is something else. Let it lead to the folder" in check.sentence


def test_a_daemon_that_does_not_run_is_no_fault(doctor: Doctor, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = f"127.0.0.1:{taken.getsockname()[1]}"
    public = f'[media]\nlisten = "{free}"\npublic_url = "{site.url}/media/"\n'
    (check,) = doctor("media", bot=public)
    assert check.verdict == "note"
    assert "while it runs" in check.sentence


def test_a_listener_of_which_nobody_is_told_is_a_note(doctor: Doctor) -> None:
    (check,) = doctor("media", bot='[media]\nlisten = "127.0.0.1:8701"\n')
    assert check.verdict == "note"
    assert "set public_url" in check.sentence


# -------------------------------------------------------------------- Instagram


@pytest.mark.parametrize(
    ("settings", "verdict", "word"),
    [
        ("{ }", "note", "as it is"),
        ('{ form = "reel" }', "", ""),
        ('{ form = "reel", login = "instagram" }', "fault", "cannot send a Reel"),
    ],
)
def test_instagram_without_an_address_on_the_web(
    doctor: Doctor, settings: str, verdict: str, word: str
) -> None:
    lines = f"{INSTAGRAM}settings = {settings}\n"
    told = doctor("harbour/instagram", lines)[2:]  # after its template and its credentials
    assert verdicts(told) == ([verdict] if verdict else [])
    assert word in "".join(each.sentence for each in told)
    public = '[media]\npublic_url = "https://media.example/"\n'
    assert len(doctor("harbour/instagram", lines, public)) == 2


# ------------------------------------------------------------------- review room

URL = 'url = "https://bot.harbour.example/"'
FREE = 'listen = "127.0.0.1:1"'


@pytest.mark.parametrize(
    ("review", "users", "told"),
    [
        ("", "", ["ok on this machine; “bot review” prints a link"]),
        ('listen = ""', "", ["note nowhere"]),
        ('listen = "0.0.0.0:8700"', "ines", ["fault “bot run” does not start"]),
        (
            f'{URL}\n{FREE}\nproxies = ["127.0.0.1"]',
            "",
            ["note nobody could sign in", "note not tried: nothing listens"],
        ),
        (f"{URL}\n{FREE}", "ines", ["ok for ines.", "note 127.0.0.1", "note not tried"]),
        (
            'url = "http://bot.harbour.example/"',
            "ines",
            ["ok for ines", "fault must be https"],
        ),
        ("second_look = true", "ines", ["ok", "fault wants two people"]),
        ("second_look = true", "ines mia", ["ok for ines, mia."]),
        ("", "ines -rui", ["ok", "note rui cannot sign in: “bot user password rui”"]),
        (
            'proxies = ["127.0.0.1"]\nuser_header = "Remote-User"',
            "ines -rui",
            ["ok for ines, rui."],
        ),
        ('proxies = ["0.0.0.0/0", "10.0.0.0/8"]', "ines", ["ok", "fault “0.0.0.0/0” believes"]),
    ],
)
def test_the_way_into_the_room(
    doctor: Doctor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    review: str,
    users: str,
    told: list[str],
) -> None:
    monkeypatch.setattr(people, "hashed", lambda password: "a hash")
    with open_store(f"sqlite:///{tmp_path}/var/bot.db") as store:
        for name in users.split():
            password = None if name.startswith("-") else "the ferry leaves at nine"
            people.add(store, name.strip("-"), None, password, datetime.now(UTC))
    found = doctor("review room", bot=f"[review]\n{review}\n")
    assert len(found) == len(told), found
    for check, words in zip(found, told, strict=True):
        verdict, _, sentence = words.partition(" ")
        assert check.verdict == verdict
        assert sentence in check.sentence


@pytest.mark.parametrize(
    ("answers", "verdict", "words"),
    [
        (_room.OURS, "ok", "leads to it"),
        (_room.UNDER_LOOPBACK, "fault", "hides the name"),
        (_room.UNDER_ANOTHER, "fault", "hides the name"),
        ((401, 401, 401), "note", "a password of its own"),
        ((200, 200, 200), "fault", "something else"),
    ],
)
def test_the_address_of_the_room_is_tried(
    doctor: Doctor,
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[int, ...],
    verdict: str,
    words: str,
) -> None:
    monkeypatch.setattr(_room, "_answers", lambda app, url: answers)
    monkeypatch.setattr(web, "is_served", lambda listen: True)
    check = doctor("review room", bot=f"[review]\n{URL}\n")[-1]
    assert check.verdict == verdict
    assert words in check.sentence


def test_a_web_server_that_hides_the_name_is_found_out(tmp_path: Path) -> None:
    with open_room(tmp_path, bot=f"[review]\n{URL}") as room:
        for host, wanted in (
            ("bot.harbour.example", _room.OURS),
            (room.url.removeprefix("http://"), _room.UNDER_LOOPBACK),
            ("elsewhere.example", _room.UNDER_ANOTHER),
        ):
            with proxied(room.url, host) as address:
                assert _room._answers(room.app, address) == wanted
        with room.app.store.read() as tx:
            assert not tx.sessions.all(room.app.now())


@contextlib.contextmanager
def proxied(to: str, host: str) -> Iterator[str]:
    """Open a web server that asks another, under this name."""

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = requests.get(f"{to}{self.path}", headers={"Host": host}, timeout=5)
            self.send_response(answer.status_code)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
