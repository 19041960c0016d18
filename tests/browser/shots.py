"""Take a picture of every page: phone and desktop, light and dark, English and Spanish.

    python tests/browser/shots.py [FOLDER] [--only queue,agenda] [--quick]

The pictures are to be looked at; nothing is compared. --quick: English alone, light on a
desktop and dark on a phone. What a page logs to its console is told too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from browser.chromium import found, launched  # noqa: E402
from browser.pages import enter, pages_of  # noqa: E402
from browser.scene import Day, day  # noqa: E402

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
#: A long page becomes sheets of this height; its end is more of the same.
SHEET, SHEETS = 1800, 3
LANGUAGES = {"en": "en-GB", "es": "es-ES"}


def looks(quick: bool) -> Iterator[tuple[str, str, str]]:
    """Give size, colours and language of each round."""
    if quick:
        yield from (("desktop", "light", "en"), ("phone", "dark", "en"))
        return
    for size in WIDTHS:
        for colours in ("light", "dark"):
            for language in LANGUAGES:
                yield size, colours, language


def opened(browser: Browser, look: tuple[str, str, str], kept: dict[str, str]) -> BrowserContext:
    size, colours, language = look
    width, height = WIDTHS[size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,  # type: ignore[arg-type]
        locale=LANGUAGES[language],
        storage_state=kept or None,  # type: ignore[arg-type]
        device_scale_factor=1,
    )


def taken(page: Page, path: Path) -> None:
    """Take a picture of a whole page, in sheets that can be looked at."""
    tall = int(page.evaluate("document.documentElement.scrollHeight"))
    width = page.viewport_size["width"] if page.viewport_size else 1280
    for number, top in enumerate(range(0, min(tall, SHEETS * SHEET), SHEET)):
        name = f"{path.name}{f'-{number + 1}' if number else ''}.png"
        clip = {"x": 0, "y": top, "width": width, "height": min(SHEET, tall - top)}
        page.screenshot(path=path.with_name(name), full_page=True, clip=clip)  # type: ignore[arg-type]


def told(page: Page, name: str) -> None:
    """Say what a page complains of."""
    page.on("console", lambda each: print(f"  {name}: {each.type}: {each.text}"))
    page.on("pageerror", lambda error: print(f"  {name}: {error}"))


def shoot(browser: Browser, room: Day, into: Path, only: list[str], quick: bool) -> None:
    stranger = browser.new_context()
    first = stranger.new_page()
    enter(first, room.link())
    pages = {name: path for name, path in pages_of(room, first).items() if not only or name in only}
    state = stranger.storage_state()
    stranger.close()
    for look in looks(quick):
        context = opened(browser, look, state)  # type: ignore[arg-type]
        for name, path in pages.items():
            page = context.new_page()
            told(page, f"{name} {'-'.join(look)}")
            page.goto(room.url + path)
            page.wait_for_timeout(150)  # for pictures that come late
            taken(page, into / f"{name}-{'-'.join(look)}")
            page.close()
        context.close()
    context = opened(browser, ("phone", "light", "en"), {})
    page = context.new_page()
    page.goto(f"{room.url}/sign-in")
    taken(page, into / "sign-in-phone-light-en")
    context.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", nargs="?", default="var/shots")
    asked.add_argument("--only", default="")
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--empty", action="store_true", help="a newsroom where nothing happened yet")
    given = asked.parse_args()
    into = Path(given.folder)
    into.mkdir(parents=True, exist_ok=True)
    if not found():
        sys.exit(
            "No Chromium was found: install one (apt-get install chromium) or name it in CHROMIUM."
        )
    with (
        tempfile.TemporaryDirectory() as folder,
        day(Path(folder), articles=0 if given.empty else 7) as room,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        shoot(browser, room, into, [each for each in given.only.split(",") if each], given.quick)
    print(f"The pictures are in {into}/.")


if __name__ == "__main__":
    main()
