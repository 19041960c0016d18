"""The real program and a site for it to read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import ALL_CHANNELS, Bot, Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site; every request is noted in `seen`."""
    with serving() as told:
        yield told


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    """The program, without a configuration yet and without anything of ours in its environment."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("BOT_", "PYTHON"))
    }
    environ |= {"PYTHONWARNINGS": "error", "HOME": str(tmp_path), "COLUMNS": "110"}
    return Bot(tmp_path, environ)


@pytest.fixture
def harbour(site: Site, bot: Bot) -> Bot:
    """The program with one site and a channel on every platform, its first poll behind it.

    The first videos are another bot's to make, so that no test waits for them.
    """
    bot.configure(
        f'name = "Harbour Post"\nurl = "{site.url}/"\nlanguage = "en"\n'
        f'timezone = "Europe/Lisbon"\nfeeds = ["{site.url}/feed/"]\n{ALL_CHANNELS}'
    )
    site.feed()
    bot("poll")
    bot.films_elsewhere()
    site.seen.clear()
    return bot
