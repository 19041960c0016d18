"""`bot login` as it is run: on a server without a browser, against platforms on loopback."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from world import Bot

from bot.demo.doubles import Doubles
from bot.store import open_store

SITE = """
name = "Harbour Post"
url = "https://harbour.example/"
language = "en"
timezone = "Europe/Lisbon"
[channels.twitter]
account = "harbour_post"
settings = { api_url = "%(twitter)s" }
[channels.facebook]
account = "harbourpost"
settings = { api_url = "%(facebook)s", page_id = "72" }
[channels.youtube]
account = "@harbourpost"
settings = { api_url = "%(youtube)s", token_url = "%(youtube)s/token" }
"""


@pytest.fixture
def doubles(tmp_path: Path) -> Iterator[Doubles]:
    with Doubles(tmp_path / "doubles") as running:
        yield running


@pytest.fixture
def login(bot: Bot, doubles: Doubles) -> Callable[..., tuple[int, str]]:
    """Run `bot login`; give its lines of input, or a function of the address it shows."""
    bot.configure(SITE % {each.platform: each.url for each in doubles})
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        bot.environ.pop(name, None)

    def run(*args: str, lines: str = "", agree: Any = None) -> tuple[int, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "login", *args],
            cwd=bot.folder,
            env=bot.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        said = ""
        if agree is not None:
            process.stdin.write(lines)
            process.stdin.flush()
            while not (line := process.stderr.readline()).startswith("https://"):
                assert line, said
                said += line
            lines = f"{agree(line.strip())}\n"
        out, err = process.communicate(lines, timeout=30)
        assert "Traceback" not in err, err
        return process.returncode, said + out + err

    return run


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def agreeing(double: Any) -> Callable[[str], str]:
    """Agree on the double's page, and give the address the browser is sent to."""

    def agree(address: str) -> str:
        parts = urlsplit(address)
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.build_opener(Stay).open(f"{double.url}{parts.path}?{parts.query}")
        with answer.value as sent:
            return str(sent.headers["Location"])

    return agree


def stored(bot: Bot, channel: str) -> dict[str, str]:
    store = open_store(f"sqlite:///{bot.folder}/var/bot.db")
    try:
        with store.read() as tx:
            return {
                name: kept.value for name, kept in tx.credentials.get("harbour", channel).items()
            }
    finally:
        store.close()


def kept_secret(bot: Bot, said: str, *secrets: str) -> None:
    """No secret was shown, and none lies readable in any file but the key beside the database."""
    files = [path for path in (bot.folder / "var").rglob("*") if path.is_file()]
    assert files
    for secret in secrets:
        assert secret not in said
        assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_x_by_the_pasted_address(login: Any, bot: Bot, doubles: Doubles) -> None:
    grants = doubles.x.grants
    code, said = login(
        *("x", "--debug"),
        lines=f"{grants.client_id}\n{grants.client_secret}\n",
        agree=agreeing(doubles.x),
    )
    assert code == 0, said
    assert "harbour/twitter is connected" in said
    assert "renews its token by itself" in said
    kept = stored(bot, "twitter")
    assert kept.keys() == {"CLIENT_ID", "CLIENT_SECRET", "OAUTH_TOKEN", "OAUTH_REFRESH"}
    kept_secret(bot, said, *(kept[name] for name in kept if name != "CLIENT_ID"))


def test_facebook_by_a_token_from_a_file(login: Any, bot: Bot, doubles: Doubles) -> None:
    facebook = doubles.facebook
    code, said = login("harbour/facebook", lines=f"{facebook.user_token}\n")
    assert code == 0, said
    assert stored(bot, "facebook") == {"PAGE_TOKEN": facebook.token}
    kept_secret(bot, said, facebook.user_token, facebook.token)


def test_a_lost_key_is_a_new_login_away(login: Any, bot: Bot, doubles: Doubles) -> None:
    token = f"{doubles.facebook.token}\n"
    assert login("facebook", lines=token)[0] == 0
    key = bot.folder / "var" / "bot.key"
    key.unlink()
    assert "does not open with this key" in bot("status", code=3).err
    assert "✗ harbour/facebook: what the database keeps sealed" in bot("doctor", code=None).out
    code, said = login("facebook", lines=token)
    assert code == 0, said
    assert "This login replaces it." in said
    assert stored(bot, "facebook")["PAGE_TOKEN"] == doubles.facebook.token
    bot("status", code=0)


def test_youtube_says_what_the_file_lacks(login: Any, bot: Bot, doubles: Doubles) -> None:
    youtube = doubles.youtube
    bot.environ |= {
        "BOT_HARBOUR_YOUTUBE_CLIENT_ID": youtube.grants.client_id,
        "BOT_HARBOUR_YOUTUBE_CLIENT_SECRET": youtube.grants.client_secret,
    }
    code, said = login("youtube", "--paste", agree=agreeing(youtube))
    assert code == 1, said
    assert f'settings = {{ channel_id = "{youtube.account_id}" }}' in said
    assert stored(bot, "youtube").keys() == {"REFRESH_TOKEN"}


def test_another_account_is_refused(login: Any, bot: Bot, doubles: Doubles) -> None:
    doubles.x.account = "stranger"
    grants = doubles.x.grants
    code, said = login(
        "twitter",
        lines=f"{grants.client_id}\n{grants.client_secret}\n",
        agree=agreeing(doubles.x),
    )
    assert code == 1
    assert "Nothing was stored" in said.splitlines()[-1]
    assert stored(bot, "twitter") == {}


def test_what_cannot_be_is_said_at_once(login: Any, bot: Bot) -> None:
    for args, words in (
        (("mastodon",), "no such channel"),
        (("other/twitter",), "no such channel"),
        (("facebook", "--redirect"), "under [review]"),
        (("facebook", "--paste", "--redirect"), "not both"),
    ):
        code, said = login(*args)
        assert code == 2, said
        assert words in said
