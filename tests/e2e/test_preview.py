"""`bot preview --open`: a page that needs nothing else, made without a trace in the database."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from world import Bot, Site

from bot import demo

HARBOUR = Path(demo.__file__).parent / "pictures" / "harbour.jpg"
TWO_CHANNELS = """
[channels.twitter]
account = "harbour_post"
[channels.facebook]
account = "harbourpost"
"""


@pytest.fixture
def article(site: Site, bot: Bot) -> str:
    """An article with a real picture, on a site whose channels take no video."""
    site.article("rest-breaks", "Dockers Win <Paid> Rest Breaks".replace("<", "&lt;"))
    site.put("/picture.jpg", HARBOUR.read_bytes(), "image/jpeg")
    bot.configure(f'name = "Harbour Post"\nurl = "{site.url}/"\n{TWO_CHANNELS}')
    return f"{site.url}/rest-breaks"


def browser(bot: Bot) -> Path:
    """Give the program a browser that only writes down what it is to open."""
    opened = bot.folder / "opened"
    code = f"import pathlib, sys; pathlib.Path({str(opened)!r}).write_text(sys.argv[1])"
    (bot.folder / "browser.py").write_text(code, "utf-8")
    bot.environ["BROWSER"] = f"{sys.executable} {bot.folder / 'browser.py'} %s"
    return opened


def where(address: str) -> Path:
    return Path(unquote(urlsplit(address.strip()).path))


def test_the_page_stands_alone_and_opens_in_a_browser_where_there_is_one(
    bot: Bot, article: str
) -> None:
    opened = browser(bot)
    answer = bot("preview", article, "--open")
    page = where(opened.read_text("utf-8"))
    assert answer.out.strip() == page.as_uri()
    assert page.is_relative_to(bot.folder / "var" / "preview")
    source = page.read_text("utf-8")
    assert "X (Twitter)" in source
    assert "Facebook" in source
    names = set(re.findall(r'(?:src|href)="([^":#]+)"', source))
    assert "drawn.css" in names
    assert any(name.endswith(".jpg") for name in names)
    assert all((page.parent / name).is_file() for name in names)
    assert "still to be made" not in source
    assert article in answer.err, "what takes long is named"
    assert not list(bot.folder.rglob("*.db")), "nothing is stored"

    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        bot.environ.pop(name, None)
    (page.parent / "old.jpg").touch()
    again = bot("preview", article, "--open", "--json")
    assert [row["platform"] for row in json.loads(again.out)["posts"]] == ["twitter", "facebook"]
    assert page.as_uri() in again.err
    assert "no browser here" in again.err
    assert [page.parent] == list((bot.folder / "var" / "preview").iterdir())
    assert not (page.parent / "old.jpg").exists(), "made anew"


def test_an_article_s_picture_that_cannot_be_had_is_said(
    bot: Bot, site: Site, article: str
) -> None:
    site.put("/picture.jpg", b"gone", "text/plain", status=404)
    answer = bot("preview", article, "--open", "--json")
    assert "without the article's picture" in answer.err
