"""What strangers write is shown as text, runs nowhere, and leaves the layout as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser.house import open_house
from browser.pages import enter, pages_of
from browser.scene import day
from browser.windows import Windows, card
from playwright.sync_api import expect
from rooms import Opened

from bot import people

EVIL = (
    "<script>window.ran = 1</script>",
    "\"><img src=x onerror='window.ran = 2'>",
    "'\"></textarea></title><svg onload=window.ran=3>",
    "{{7*7}} {% raw %} ${7*7} %(name)s",
    "\u202egnirts sdrawkcab\u202c \u2066\u2067 \u200b\u200d",
)


@pytest.fixture
def evil() -> dict[str, Any]:
    """The facts of an article whose every word is hostile."""
    words = " ".join(EVIL)
    return {
        "dek": words,
        "body": (words, "W" * 100_000, *EVIL),
        "section": EVIL[0],
    }


def test_hostile_words_are_words_on_every_page(
    windows: Windows, tmp_path: Path, evil: dict[str, Any]
) -> None:
    windows.expected += ["responded with a status of 4"]
    with day(tmp_path, articles=1) as room:
        opened = Opened(room.url, room.app)
        for number, each in enumerate(EVIL):
            opened.article(
                f"evil-{number}",
                f"{each} {'Ü' * 3_000}",
                url=f'{room.newsroom.url}/evil-{number}/?a="><script>window.ran=4</script>',
                authors=(each,),
                tags=(each,),
                **evil,
            )
        posts = room.posts()
        room.app.editor(EVIL[0]).edit(posts[-1].id, text=" ".join(EVIL), alt=EVIL[1])
        room.app.editor(EVIL[1]).reject(posts[-2].id, EVIL[1])
        page = windows(viewport={"width": 320, "height": 640})
        enter(page, room.link(EVIL[0]))
        assert "window.ran" in page.locator("main").inner_text(), "it is shown as it was written"
        for name, path in pages_of(room, page).items():
            page.goto(room.url + path)
            assert page.evaluate("window.ran === undefined"), name
            wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], f"{name} scrolls sideways"
            assert page.locator("[href^='javascript:'], [src^='javascript:']").count() == 0, name
            assert "{{7*7}}" in page.content() or "49 " not in page.locator("main").inner_text()


def test_a_one_time_link_opens_one_browser(windows: Windows, tmp_path: Path) -> None:
    """Whoever only looks ahead at it does not use it up."""
    windows.expected += ["status of 403", "/static/icon.svg"]  # asked for as the house closes
    with open_house(tmp_path) as house:
        house.start()
        with house.inside() as app:
            secret = people.lay_link(app.store, "ines", app.now())
        link = f"{house.url}/enter/{secret}"
        first, second = windows(), windows()
        assert first.request.head(link).ok
        assert first.request.get(link, headers={"Sec-Purpose": "prefetch"}).ok
        post = house.story()["twitter"]
        enter(first, link)
        expect(card(first, post)).to_be_visible()
        second.goto(link)
        expect(second.get_by_role("heading", level=1)).to_contain_text("does not open")
        second.goto(f"{house.url}/queue")
        assert "/sign-in" in second.url
        # With the first user, what was open to whoever had a link is closed.
        house.add_user("ines", "admin")
        first.goto(f"{house.url}/queue")
        expect(first.get_by_label("Password")).to_be_visible()
