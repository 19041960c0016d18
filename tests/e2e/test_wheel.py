"""What is installed elsewhere is whole: templates, languages, sample configuration."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from world import Bot, Site

ROOT = Path(__file__).resolve().parents[2]


def test_an_installed_bot_brings_what_it_needs(site: Site, bot: Bot, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    apart = tmp_path / "apart"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(apart)
    for path in (
        "bot/_shipped/templates/teasers/twitter.j2",
        "bot/_shipped/templates/cards/headline.toml",
        "bot/_shipped/templates/review/static/room.css",
        "bot/_shipped/templates/review/static/htmx.LICENSE",
        "bot/_shipped/templates/review/locale/es/LC_MESSAGES/review.mo",
        "bot/media/fonts/Inter.ttf",
        "bot/media/fonts/licences/Inter.txt",
        "bot/_shipped/config/bot.toml",
        "bot/_shipped/config/site.schema.json",
        "bot/languages/ar.toml",
        "bot/demo/articles.toml",
    ):
        assert (apart / path).is_file(), path

    bot.environ["PYTHONPATH"] = str(apart)
    site.article("one")
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n[channels.x]\naccount = "h"')
    assert site.url in bot.json("preview", f"{site.url}/one")["posts"][0]["text"]
    where = subprocess.run(
        [sys.executable, "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path,
        env=bot.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(apart)), "it is the wheel that was tried"
