"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of official descriptions and real pages; skip where it is missing."""
    folder = Path(os.environ.get("BOT_TEST_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder of official descriptions at {folder} (set BOT_TEST_SHARED)")
    return folder
