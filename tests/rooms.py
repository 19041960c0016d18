"""A review room on loopback over a database of its own, and browsers that are signed in to it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from world import ALL_CHANNELS, wait_until

from bot import identity, people, queue, room, web
from bot.app import App
from bot.model import Article, Post
from bot.store import Store
from bot.web.base import Pulse

SITE = """
name = "Harbour Post"
url = "https://harbour.example/"
language = "en"
timezone = "Europe/Lisbon"
feeds = ["https://harbour.example/feed/"]
"""

BODY = (
    "The council voted for the plan after a long debate, by nineteen to eleven.",
    "The mayor had asked for it in spring, and the port authority had agreed.",
)


@dataclass
class Opened:
    """A room that is open at `url`."""

    url: str
    app: App

    def browser(self, name: str = "ines") -> requests.Session:
        """Sign somebody in, without a browser: what this page asks comes from this page."""
        secret = people.lay_link(self.app.store, name, self.app.now())
        assert secret, "a link is there only while nobody is a user"
        browser = requests.Session()
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        link = f"{self.url}/enter/{secret}"
        entered = browser.get(link, timeout=10, allow_redirects=False)
        assert (entered.status_code, entered.headers["Location"]) == (303, "/queue")
        return browser

    def article(
        self, slug: str, headline: str = "", *, site: str = "harbour", **facts: Any
    ) -> list[Post]:
        """Hold the posts of an article, one for each channel; pictures stay to be made."""
        app, now = self.app, self.app.now()
        desk = app.desk(app.config.site(site))
        article = Article(
            **{
                "url": f"https://harbour.example/{slug}/",
                "headline": headline or f"Council votes on plan {slug}",
                "dek": "Nineteen of thirty members voted for the plan.",
                "body": BODY,
                "authors": ("Ines Duarte",),
                "language": "en",
                "section": "City",
                "published_at": now - timedelta(minutes=5),
            }
            | facts
        )
        with app.store.write() as tx:
            keys = identity.keys_of(article, desk.aliases)
            article_id = tx.articles.add(site, article, keys, now=now, source="test").id
            posts = [
                queue.hold(
                    tx,
                    article_id=article_id,
                    channel=outlet.channel,
                    made=outlet.make(article, now),
                    rules=outlet.rules,
                    published_at=article.published_at,
                    now=now,
                    who="poll",
                )
                for outlet in desk.wanting(article)
            ]
        return [post for post in posts if post]


@contextlib.contextmanager
def open_room(
    folder: Path, site: str = SITE, channels: str = ALL_CHANNELS, bot: str = "", **environ: str
) -> Iterator[Opened]:
    """Open a room of one site, “harbour”, in a folder; nothing of it reaches beyond loopback."""
    (folder / "config" / "sites").mkdir(parents=True)
    (folder / "config" / "bot.toml").write_text(
        f'database = "sqlite:///{folder}/bot.db"\n{bot}\n[media]\ndir = "{folder}/media"\n', "utf-8"
    )
    (folder / "config" / "sites" / "harbour.toml").write_text(site + channels, "utf-8")
    with contextlib.closing(App.open(str(folder / "config"), environ, who="test")) as app:
        _flat(app.store)
        view = app.view(Pulse())
        with (
            contextlib.closing(app.beside("review")) as own,
            web.serving("127.0.0.1:0", lambda: room.pages(own, view)) as listener,
        ):
            wait_until(lambda: bool(listener.address))
            yield Opened(listener.address, app)


def _flat(store: Store) -> None:
    """Fail where a transaction is begun inside another of the same thread.

    On SQLite a writer waits for the outer one, the inner one for the writer, and all for nothing.
    """
    here = threading.local()

    def flat(begin: Any) -> Any:
        @contextlib.contextmanager
        def begun(*args: Any, **how: Any) -> Iterator[Any]:
            assert not getattr(here, "open", False), "a transaction inside another"
            here.open = True
            try:
                with begin(*args, **how) as tx:
                    yield tx
            finally:
                here.open = False

        return begun

    for name in ("read", "write"):
        setattr(store, name, flat(getattr(store, name)))
