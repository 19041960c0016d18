"""Every page, looked at by machines: axe, narrow windows, large letters, the focus, the keys."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser.pages import enter, pages_of
from browser.scene import Day, day
from browser.windows import Windows
from playwright.sync_api import Page, ViewportSize

#: Rules of WCAG 2.0 to 2.2, A and AA, and what axe calls good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Those that a narrow window can break.
OF_WIDTH = ("scrollable-region-focusable", "target-size")

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """Give what axe finds wrong with a page, in words; by these rules, or by all."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe() + ";0")
    how = json.dumps({"runOnly": rules or TAGS, "resultTypes": ["violations"]})
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {how})")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


@pytest.fixture(scope="module")
def state(morning: Day) -> dict[str, Any]:
    """What a browser keeps of somebody who came in by a link."""
    return {}


@pytest.fixture
def visit(morning: Day, state: dict[str, Any], windows: Windows) -> Any:
    """What opens a window of somebody who came in."""
    # A page may be “not found”, or want more than its address, and say so: no complaint here.
    windows.expected += ["responded with a status of 4"]
    if not state:
        page = windows()
        enter(page, morning.link())
        state.update(page.context.storage_state())
    return lambda **how: windows(storage_state=state, **how)


LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")


def look(page: Page, what: str) -> Any:
    """Ask a page for one of the things in looks.js."""
    return page.evaluate(f"({LOOKS}).{what}()")


def test_every_page_wide_and_narrow_light_and_dark(morning: Day, visit: Any) -> None:
    """What a page is made of is judged once, and what colours and width change, again."""
    page = visit()
    wrong: dict[str, list[str]] = {}
    for name, path in pages_of(morning, page).items():
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)
        answer = page.goto(morning.url + path)
        found = violations(page)
        if answer is None or answer.status >= 500:
            found.append(f"{path} failed")
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {each}" for each in violations(page, "color-contrast")]
        page.set_viewport_size(NARROW)
        found += [f"narrow: {each}" for each in violations(page, *OF_WIDTH)]
        found += [f"narrow: scrolls sideways: {each}" for each in look(page, "sideways")]
        found += [f"narrow: small: {each}" for each in look(page, "cramped")]
        # A window of 1280 px at 200 % has 640 of them.
        page.set_viewport_size({"width": 640, "height": 450})
        found += [f"at 200 %: scrolls sideways: {each}" for each in look(page, "sideways")]
        if found:
            wrong[name] = found
    assert not wrong, told(wrong)


def told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(
        f"{name}:\n  " + "\n  ".join(dict.fromkeys(each)) for name, each in wrong.items()
    )


def test_every_page_of_a_newsroom_where_nothing_happened_yet(
    windows: Windows, tmp_path: Path
) -> None:
    windows.expected += ["responded with a status of 4"]
    wrong = {}
    with day(tmp_path, articles=0) as room:
        page = windows(viewport=NARROW)
        enter(page, room.link())
        for name, path in pages_of(room, page).items():
            page.goto(room.url + path)
            assert page.locator("h1").count() == 1, name
            if found := violations(page) + look(page, "sideways"):
                wrong[name] = found
    assert not wrong, told(wrong)


def test_tab_reaches_every_action_and_the_focus_is_seen(morning: Day, visit: Any) -> None:
    page = visit()
    for name, path in pages_of(morning, page).items():
        page.goto(morning.url + path)
        assert look(page, "unreachable") == [], name
        for _ in range(12):
            page.keyboard.press("Tab")
            assert look(page, "unseen") == "", name
