"""`bot user` and `bot review`, and what refuses to face strangers."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from rooms import open_room

from bot import cli, people

WORDS = "the ferry leaves at nine"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as weakly as it can be done."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", lambda: hasher)


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process; give its code and what it said."""
    folder = tmp_path / "config"
    (folder / "sites").mkdir(parents=True)
    (folder / "sites" / "harbour.toml").write_text(
        'name = "Harbour Post"\nurl = "https://harbour.example/"\n'
        'language = "en"\ntimezone = "Europe/Lisbon"\n'
    )

    def run(*words: str, typed: str = "", review: str = "") -> tuple[int, str]:
        (folder / "bot.toml").write_text(
            f'database = "sqlite:///{tmp_path}/bot.db"\n[review]\n{review}\n'
        )
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            cli.main(["--config", str(folder), *words])
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out + told.err

    return run


def test_people_are_added_listed_changed_and_removed(bot: Any) -> None:
    code, told = bot("user", "list")
    assert (code, "“bot user add NAME” adds the first" in told) == (0, True)
    code, told = bot("user", "add", "ines")
    assert (code, "pipe one line in" in told) == (2, True)
    code, told = bot("user", "add", "ines", "--password-stdin", typed="short\n")
    assert (code, "10 letters or more; this one has 5" in told) == (2, True)
    assert bot("user", "add", "ines", "--password-stdin", typed=f"{WORDS}\n") == (
        0,
        "ines is an admin now.\n",
    )
    code, told = bot("user", "add", "marta", "--no-password")
    assert (code, "marta is an editor now." in told, "No proxy" in told) == (0, True, True)
    rows = json.loads(bot("user", "list", "--json")[1])
    assert [(row["name"], row["role"], row["password"], row["sessions"]) for row in rows] == [
        ("ines", "admin", True, 0),
        ("marta", "editor", False, 0),
    ]
    assert "marta  editor, by a proxy only" in bot("user", "list")[1]
    assert bot("user", "role", "marta", "admin")[0] == 0
    assert bot("user", "password", "marta", "--password-stdin", typed=WORDS)[0] == 0
    assert bot("user", "sign-out", "marta") == (0, "marta: 0 sessions ended.\n")
    assert bot("user", "remove", "ines")[0] == 0
    code, told = bot("user", "role", "marta", "editor")
    assert (code, "marta is the only admin" in told) == (2, True)
    assert bot("user", "remove", "marta")[0] == 0, "the very last one may go"
    assert bot("user", "remove", "marta")[0] == 2


def test_nothing_faces_strangers_without_users_and_https(bot: Any) -> None:
    url = 'url = "https://bot.harbour.example/"'
    for command in ("review", "run"):
        for review, wanted in (
            ('listen = "0.0.0.0:8700"', "declare the https address"),
            ('listen = "192.0.2.7:8700"', "declare the https address"),
            ('listen = "[::]:8700"\nurl = "http://bot.harbour.example/"', "declare the https"),
            (f'listen = "0.0.0.0:8700"\n{url}', "bot user add NAME"),
        ):
            code, told = bot(command, review=review)
            assert (code, wanted in told) == (2, True), (command, review, told)
            assert "/enter/" not in told
    code, told = bot("review", review='listen = ""')
    assert (code, "name one in [review] listen" in told) == (2, True)


def test_an_open_room_is_pointed_at_by_a_link_that_works(tmp_path: Path, bot: Any) -> None:
    with open_room(tmp_path / "room") as room:
        listen = f'listen = "{room.url.removeprefix("http://")}"'
        code, told = bot("review", review=listen)
        assert (code, "another program listens" in told) == (2, True), "not of this database"
        assert "/enter/" not in told
        own = tmp_path / "room" / "config"
        (own / "bot.toml").write_text(
            (own / "bot.toml").read_text().replace("[media]", f"[review]\n{listen}\n[media]")
        )
        code, told = bot("--config", str(own), "review")
        assert (code, "is open at" in told) == (0, True)
        (link,) = re.findall(r"http://\S+/enter/\S+", told)
        assert requests.head(link, timeout=10).status_code == 200
        let_in = requests.get(link, timeout=10, allow_redirects=False)
        assert (let_in.status_code, let_in.headers["Location"]) == (303, "/queue")
        with room.app.store.read() as tx:
            assert len(tx.sessions.all(room.app.now())) == 1
        people.add(room.app.store, "ines", "admin", WORDS, room.app.now())
        code, told = bot("--config", str(own), "review")
        assert (code, f"Sign in at {room.url}/" in told, "/enter/" in told) == (0, True, False)


def test_no_other_command_loads_the_pages(bot: Any, tmp_path: Path) -> None:
    assert bot("queue")[0] == 0  # writes the configuration
    script = (
        "import sys\n"
        "from bot.cli import main\n"
        "for words in (['--help'], ['queue'], ['status'], ['pause', '--all'], ['user', 'list']):\n"
        "    try:\n"
        "        main(['--config', sys.argv[1], *words])\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, words\n"
        "heavy = {'starlette', 'jinja2', 'argon2', 'uvicorn', 'bot.room'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "config")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
