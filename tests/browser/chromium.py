"""The system's Chromium: where it is, and how it is opened."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = (
    "No Chromium was found, so nothing was tried in a browser: install one"
    " (Debian: apt-get install chromium), or say where it is in CHROMIUM."
)


def found() -> str | None:
    """Say where Chromium is: the one named in CHROMIUM, else the system's."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Open a browser that asks nobody but loopback, not even for its own sake."""
    path = found()
    assert path, MISSING
    browser = playwright.chromium.launch(
        executable_path=path,
        args=[
            "--disable-dev-shm-usage",  # a container's is too small
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()
