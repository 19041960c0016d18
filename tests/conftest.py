"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from browser.chromium import MISSING, found
from hypothesis import settings

# The ordinary run tries the same examples each time, so that a landing is decided by
# what changed; BOT_TEST_EXPLORE=1 looks for new ones.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", max_examples=1000)
settings.load_profile("explore" if os.environ.get("BOT_TEST_EXPLORE") else "steady")

ROOT = Path(__file__).resolve().parent.parent


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say it loudly where nothing was tried in a browser."""
    if not found():
        terminalreporter.write_line(MISSING, red=True, bold=True)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of official descriptions and real pages; skip where it is missing."""
    folder = Path(os.environ.get("BOT_TEST_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder of official descriptions at {folder} (set BOT_TEST_SHARED)")
    return folder
