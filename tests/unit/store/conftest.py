"""Real databases of both kinds, and the shortest way to a post in one."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from postgres import Postgres, postgres  # noqa: F401 (a fixture)
from sqlalchemy import update

from bot.model import Article, Channel, Post, State, Teaser
from bot.store import Store, Tx, open_store
from bot.store._schema import posts

ROOT = Path(__file__).resolve().parents[3]
KEY = base64.urlsafe_b64encode(b"k" * 32)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{tmp_path}/bot.db"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database built once; a copy of it is a quick start for every test."""
    file = tmp_path_factory.mktemp("migrated") / "bot.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_url: str, migrated: Path) -> Iterator[str]:
    """The address of a database that holds our tables and nothing in them, on either kind."""
    if request.param == "sqlite":
        shutil.copy(migrated, sqlite_url.removeprefix("sqlite:///"))
        yield sqlite_url
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[str]:
    """The address of a database in which nothing was built yet, on either kind."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(template="template0") as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, key=KEY) as store:
        yield store


@pytest.fixture
def sqlite_store(sqlite_url: str, migrated: Path) -> Iterator[Store]:
    """A store for what only a file can show."""
    shutil.copy(migrated, sqlite_url.removeprefix("sqlite:///"))
    with open_store(sqlite_url) as store:
        yield store


@pytest.fixture
def channel() -> Channel:
    return Channel(site="harbour", name="twitter", platform="twitter", account="harbour_post")


@pytest.fixture
def make_post(channel: Channel, now: datetime) -> Callable[..., Post]:
    """Hold a post of an article of its own, and put it into any state by force."""
    numbers = count(1)

    def make(tx: Tx, state: State = State.HELD, **columns: Any) -> Post:
        url = f"https://harbour.example/{next(numbers)}/"
        article_id, _ = tx.articles.add(
            channel.site, Article(url=url, headline="Dockers strike"), [("url", url)], now=now
        )
        teaser = Teaser(text="Dockers strike", link=url)
        post = tx.posts.hold(article_id, channel, teaser, who="poll", now=now)
        assert post is not None
        forced = update(posts).where(posts.c.id == post.id).values(state=state, **columns)
        tx.posts._db.execute(forced)
        return tx.posts.get(post.id)

    return make


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python source in a process of its own; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def run(source: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()
