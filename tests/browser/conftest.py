"""The system's Chromium as a judge: one for each worker, a fresh window for each test.

Nothing asks beyond 127.0.0.1, and no page may complain: what it logs as an error, or throws,
or what its Content-Security-Policy forbade, fails the test that saw it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.chromium import MISSING, found, launched
from browser.house import House, open_house
from browser.scene import Day, day
from browser.windows import Windows
from playwright.sync_api import Browser, Page, sync_playwright


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none: a line for each file, not for each test."""
    if found() or os.environ.get("CI"):
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running browser."""
    if not found():
        pytest.fail(MISSING)  # a landing is never decided without it
    with sync_playwright() as playwright, launched(playwright) as browser, _asleep():
        yield browser


class _asleep:
    """Hide Playwright's event loop, which would keep every test of this worker from its own."""

    def __enter__(self) -> None:
        self._loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)

    def __exit__(self, *_: object) -> None:
        asyncio._set_running_loop(self._loop)


@pytest.fixture
def awake(chromium: Browser) -> Iterator[Browser]:
    """The browser, with its event loop where Playwright looks for it."""
    loop = chromium._impl_obj._loop
    asyncio._set_running_loop(loop)
    try:
        yield chromium
    finally:
        asyncio._set_running_loop(None)


@pytest.fixture
def windows(awake: Browser) -> Iterator[Windows]:
    """What opens windows; at the end no page may have complained."""
    opened = Windows(awake)
    yield opened
    opened.close()
    assert not opened.unexpected()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A newsroom whose daemon runs as a process; its people are ines (admin) and omar."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        opened.add_people()
        opened.start()
        yield opened


@pytest.fixture
def ines(house: House, windows: Windows) -> Page:
    """A window of ines, who is signed in and looks at the queue."""
    return signed_in(house, windows, "ines")


@pytest.fixture
def window_of(house: House, windows: Windows) -> Callable[..., Page]:
    """What opens a window of somebody who is signed in."""
    return lambda name, **how: signed_in(house, windows, name, **how)


def signed_in(house: House, windows: Windows, name: str, **how: Any) -> Page:
    """Open a window of somebody: the first time they sign in, then their cookie does."""
    if name not in house.cookies:
        page = windows()
        house.sign_in(page, name)
        house.cookies[name] = page.context.storage_state()
        page.context.close()
    page = windows(storage_state=house.cookies[name], **how)
    page.goto(f"{house.url}/queue")
    return page


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A room in this process with posts in every state."""
    with day(tmp_path_factory.mktemp("morning"), articles=4) as opened:
        yield opened
