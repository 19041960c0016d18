"""A real SQLite file, a fixed hour, and the shortest way to a post in the queue."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from stills import Stills
from world import Site, serving

from bot import queue
from bot.desk import Desk, Outlet
from bot.hours import Windows
from bot.http import Session
from bot.media.base import Art, Card, Picture, Shape, Words
from bot.model import Article, Channel, Media, Post, Teaser
from bot.store import Store, open_store

#: A Monday morning.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHANNEL = Channel(site="harbour", name="twitter", platform="twitter", account="harbour_post")
RULES = queue.Rules(
    review="required",
    pick=False,
    windows=Windows(()),
    zone=UTC,
    spacing=timedelta(0),
    daily_limit=None,
    max_age=timedelta(hours=24),
)
PICTURE = Media("image", "https://harbour.example/p.jpg", "/m/p.jpg", "A crane.", sha256="ab")
MADE = queue.Made(
    Teaser("Dockers strike", title="Strike", link="https://harbour.example/1", media=(PICTURE,)),
    (),
    (),
)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def made() -> queue.Made:
    return MADE


@pytest.fixture
def rules() -> Callable[..., queue.Rules]:
    """The rules of a channel that a person reviews and that may post at any time, but for …"""
    return lambda **changes: replace(RULES, **changes)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database built once; a copy of it is a quick start for every test."""
    file = tmp_path_factory.mktemp("database") / "bot.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    shutil.copy(empty_database, tmp_path / "bot.db")
    with open_store(f"sqlite:///{tmp_path}/bot.db") as store:
        yield store


@pytest.fixture
def hold(store: Store) -> Callable[..., Post | None]:
    """Hold a post of an article of its own, or of `article_id`."""
    numbers = count(1)

    def held(article_id: int | None = None, **how: Any) -> Post | None:
        given: dict[str, Any] = {
            "channel": CHANNEL,
            "made": MADE,
            "rules": RULES,
            "published_at": NOW,
            "now": NOW,
            "who": "poll",
        }
        with store.write() as tx:
            if article_id is None:
                url = f"https://harbour.example/{next(numbers)}"
                article = Article(url=url, headline="Dockers strike")
                article_id = tx.articles.add("harbour", article, [("url", url)], now=NOW).id
            return queue.hold(tx, article_id=article_id, **(given | how))

    return held


@pytest.fixture
def outlet() -> Callable[..., Outlet]:
    """A channel whose teasers are the article's headline and picture, but for …"""

    def build(name: str = "twitter", **changes: Any) -> Outlet:
        def write(article: Article, now: datetime, confirmed: bool) -> queue.Made:
            image = article.image
            art = (picture(article, image.url, image.alt),) if image else ()
            media = tuple(each.stand_in for each in art)
            teaser = Teaser(article.headline, link=article.url, media=media)
            return queue.Made(teaser, (), (), art)

        def picture(article: Article, path: str, alt: str) -> Art:
            words = Words(article.headline)
            return Art(Card(Card.PICTURE_ALONE, Shape.WIDE, words, picture=Picture(path)), alt)

        plain = Outlet(
            channel=Channel("harbour", name, name, "harbour_post"),
            rules=RULES,
            wants=lambda article: True,
            write=write,
            judge=lambda article, words, now, slot_at: queue.Made(words, (), ()),
            own=lambda path, alt: picture(Article("", ""), str(path), alt),
            needs_picture=False,
            link_in_text=True,
        )
        return replace(plain, **changes)

    return build


@pytest.fixture
def studio(tmp_path: Path) -> Stills:
    """What makes pictures, at once and without a process."""
    return Stills(tmp_path / "media")


@pytest.fixture
def desk(site: Site, outlet: Callable[..., Outlet]) -> Callable[..., Desk]:
    """The desk of the running site, with one channel, but for …"""

    def build(**changes: Any) -> Desk:
        plain = Desk(
            site="harbour",
            name="Harbour Post",
            home=f"{site.url}/",
            aliases={},
            zone=UTC,
            flood_limit=5,
            not_authors=(),
            kinds={},
            outlets=(outlet(),),
        )
        return replace(plain, **changes)

    return build


@pytest.fixture(scope="session")
def server() -> Iterator[Site]:
    with serving() as told:
        yield told


@pytest.fixture
def site(server: Site) -> Site:
    """A running site that serves nothing yet; every request is noted in `seen`."""
    for told in (server.pages, server.acts, server.seen):
        told.clear()  # type: ignore[attr-defined]
    return server


@pytest.fixture
def web() -> Iterator[Session]:
    """A session that may fetch from loopback."""
    with Session(deadline=timedelta(seconds=5), allow_private=True) as session:
        yield session
