"""Newsrooms whose processes are killed, on both kinds of databases."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from crash.newsroom import Newsroom, opened
from postgres import Postgres, postgres

__all__ = ["postgres"]

#: Where there is one, a disk of memory: a kill takes nothing from it that was written,
#: and it is many times quicker. What a power cut takes is not tested here.
MEMORY = Path("/dev/shm")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="tests/crash: thousands of posts, many seeds"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only with --long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long", False):
        return
    left = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Whether there is time for everything."""
    return bool(pytestconfig.getoption("--long", False))


@pytest.fixture
def seed(long: bool) -> int:
    """What the dice begin with: the same in each ordinary run, so that a landing is decided
    by what changed; a new one with --long; or the one that is named."""
    new = random.SystemRandom().randrange(10**6) if long else 20261123
    chosen = int(os.environ.get("BOT_TEST_SEED") or new)
    print(f"BOT_TEST_SEED={chosen}")
    return chosen


@pytest.fixture
def folder() -> Iterator[Path]:
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    made = Path(tempfile.mkdtemp(prefix="bot-crash-", dir=where))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def newsroom(request: pytest.FixtureRequest, folder: Path) -> Iterator[Callable[..., Newsroom]]:
    """Open a newsroom on either kind of database."""
    with ExitStack() as stack:

        def open_one(**how: Any) -> Newsroom:
            if request.param == "sqlite":
                url = f"sqlite:///{folder}/bot.db"
            else:
                server: Postgres = request.getfixturevalue("postgres")
                url = stack.enter_context(server.database())
            return stack.enter_context(opened(folder, url, **how))

        yield open_one
