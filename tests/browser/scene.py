"""A newsroom on a Tuesday morning, with posts in every state: what the pages are looked at with.

It runs in this process on a clock that begins at the same moment each time, so that pictures
of the pages can be compared. Sites, platforms and pages are on loopback.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from world import Site, serving, wait_until

from bot import people, room, web
from bot.app import App
from bot.demo.doubles import Doubles, Fault
from bot.demo.newsroom import Newsroom
from bot.errors import BotError
from bot.model import Entry, Post, Problem, State
from bot.store._schema import posts
from bot.web.base import Pulse

BEGINS_AT = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)

BOT = """\
database = "sqlite:///{folder}/bot.db"
allow_private_addresses = true
contact = "editor@harbour.example"
[media]
dir = "{folder}/media"
public_url = "{media}/media"
"""

HARBOUR = """\
name = "Harbour Post"
url = "{url}/"
language = "en"
timezone = "Europe/Lisbon"
feeds = ["{url}/feed", "{url}/old-feed"]
utm = {{ source = "{{platform}}", medium = "social" }}
hashtags = {{ "Strike" = "Strike", "Rents" = "Housing", "Grève" = "Grève" }}
"""

CHANNEL = """
[channels.{name}]
account = "{account}"
settings = {{ {settings} }}
{more}
"""

MORE = {
    "twitter": 'windows = ["Mon-Fri 07:30-22:00"]\nspacing = "20m"\nbudget = 20\ndaily_limit = 30',
    "facebook": 'windows = ["07:30-22:00"]\nspacing = "90m"',
    "instagram": 'windows = ["07:30-22:00"]\ndaily_limit = 3',
    "youtube": 'use = "pick"\ndaily_limit = 1',
}

COLLINE = """\
name = "La Colline"
url = "{url}/"
language = "fr"
timezone = "Europe/Paris"
feeds = ["{url}/feed/"]
[channels.twitter]
account = "colline_fr"
[channels.facebook]
account = "lacolline"
settings = {{ page_id = "91" }}
"""


@dataclass
class Day:
    """A room that is open at `url` on a day of a newsroom."""

    url: str
    app: App
    doubles: Doubles
    newsroom: Newsroom
    site: Site  # the second site, which does as it is told
    pages: dict[str, str] = field(default_factory=dict)  # name and address of each (pages_of)

    def link(self, who: str = "ines") -> str:
        """Lay out a one-time link; give its address."""
        secret = people.lay_link(self.app.store, who, self.app.now())
        assert secret, "a link is there only while nobody is a user"
        return f"{self.url}/enter/{secret}"

    def posts(self, *states: State) -> list[Post]:
        with self.app.store.read() as tx:
            return list(tx.posts.list(states)) if states else list(tx.posts.list())


def running(begins_at: datetime = BEGINS_AT) -> Callable[[], datetime]:
    """Give a clock that says `begins_at` now, and goes on."""
    started = time.monotonic()
    return lambda: begins_at + timedelta(seconds=time.monotonic() - started)


@contextlib.contextmanager
def day(folder: Path, *, articles: int = 7) -> Iterator[Day]:
    """Open a newsroom's room on a day of so many articles; with none nothing has happened yet."""
    clock = running()
    with contextlib.ExitStack() as ending:
        site = ending.enter_context(serving())
        newsroom = ending.enter_context(contextlib.closing(Newsroom(clock)))
        doubles = ending.enter_context(Doubles(folder / "platforms"))  # X judges our real clock
        for each in doubles:
            each.looks = 0  # or each picture is worked on for a minute
        _configure(folder, newsroom, doubles, site)
        environ = doubles.secrets("harbour")
        app = App.open(str(folder / "config"), environ, who="daemon")
        app.now = clock
        ending.enter_context(contextlib.closing(app))
        site.feed()
        site.pages = _Pictures(site.pages, app.media)
        _poll(app)
        if articles:
            for _ in range(articles):
                newsroom.publish_next()
                _poll(app)  # one at a time, or they would be a flood
            _happen(app, doubles, site)
        view = app.view(Pulse())
        own = ending.enter_context(contextlib.closing(app.beside("review")))
        listener = ending.enter_context(web.serving("127.0.0.1:0", lambda: room.pages(own, view)))
        wait_until(lambda: bool(listener.address))
        yield Day(listener.address, app, doubles, newsroom, site)


def _configure(folder: Path, newsroom: Newsroom, doubles: Doubles, site: Site) -> None:
    (folder / "config" / "sites").mkdir(parents=True)
    (folder / "config" / "bot.toml").write_text(BOT.format(folder=folder, media=site.url), "utf-8")
    told = HARBOUR.format(url=newsroom.url)
    for each in doubles:
        pairs = doubles.settings(each.platform).items()
        settings = ", ".join(f"{name} = {json.dumps(value)}" for name, value in pairs)
        told += CHANNEL.format(
            name=each.platform,
            account=each.account,
            settings=settings,
            more=MORE[each.platform],
        )
    (folder / "config" / "sites" / "harbour.toml").write_text(told, "utf-8")
    (folder / "config" / "sites" / "colline.toml").write_text(COLLINE.format(url=site.url), "utf-8")


def _poll(app: App) -> None:
    for _ in app.poll():
        pass  # one of its feeds is broken, as one of a newsroom's always is


def _happen(app: App, doubles: Doubles, site: Site) -> None:
    """Let a morning pass: posts go out, are refused, are lost, wait, are rejected."""
    site.article("la-greve", "Les ouvriers du port votent la grève", language="fr", at=app.now())
    site.feed(site.item("la-greve", at=app.now() - timedelta(minutes=12)))
    _poll(app)
    ines, omar = app.editor("ines"), app.editor("omar")
    with app.store.read() as tx:
        held = list(tx.posts.list((State.HELD,)))
    articles = list(dict.fromkeys(post.article_id for post in held))

    def of(number: int, platform: str) -> Post | None:
        wanted = articles[number % len(articles)]
        return next(
            (each for each in held if (each.article_id, each.platform) == (wanted, platform)), None
        )

    def tried(step: Callable[[int], object], post: Post | None) -> None:
        if post is not None:
            with contextlib.suppress(BotError):  # a problem keeps it held: also a state to see
                step(post.id)

    for platform in ("twitter", "facebook", "instagram"):
        tried(ines.send_now, of(0, platform))
    doubles.facebook.fault(Fault("lost", match="POST */feed", times=1))
    tried(omar.send_now, of(1, "facebook"))
    _publish(app)
    doubles.x.fault(
        Fault("answer", match="POST /2/tweets", status=403, body={"detail": "Not permitted."})
    )
    tried(omar.send_now, of(1, "twitter"))
    _publish(app)
    tried(ines.approve, of(2, "twitter"))
    tried(omar.approve, of(2, "facebook"))
    tried(ines.approve, of(2, "instagram"))
    tried(lambda each: ines.reject(each, "Said better on Monday."), of(3, "twitter"))
    post = of(3, "facebook")
    if post:
        ines.edit(post.id, text="The river was there first. Nobody asked it, so we did.")
    tried(omar.approve, next((each for each in held if each.site == "colline"), None))
    ines.pause("harbour/instagram", app.now() + timedelta(hours=3))
    _need_a_person(app, held)


def _need_a_person(app: App, held: list[Post]) -> None:
    """Leave something of each kind that a person has to settle."""
    now, hour = app.now(), timedelta(hours=1)
    entry = Entry("https://harbour.example/late/", guid="late", title="A page that does not open")
    flood = Problem("flood", "9 new articles came at once, more than flood_limit allows.")
    with app.store.write() as tx:
        tx.accounts.block("harbour", "youtube", "YouTube: the login was withdrawn.", now)
        (number,) = tx.articles.wait(
            "harbour", [(entry, [("guid", "late")])], now=now - 30 * hour, source="test"
        )
        tx.waiting.put_off(number, "It answered 500.", now + hour)
        for post in tx.posts.list((State.PUBLISHED,))[:2]:
            for name in ("delete", "reply"):
                step = tx.followups.add(post.id, name, who="ines", now=now, hold_for=hour)
                tx.followups.settle(step, "failed", "The platform answered 403.", now)
        for post in [tx.posts.get(each.id) for each in held[-2:]]:
            if post.state is State.HELD:
                tx.posts._db.execute(
                    update(posts).where(posts.c.id == post.id).values(problems=(flood,))
                )


class _Pictures(dict[str, Any]):
    """A site's pages, with the folder of the bot's pictures as a web server would show it."""

    def __init__(self, pages: dict[str, Any], media: Path) -> None:
        super().__init__(pages)
        self._media = media

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/media/"):
            file = self._media / Path(path).name
            return (200, {"Content-Type": "image/jpeg"}, file.read_bytes())
        return super().get(path, default)


def _publish(app: App) -> None:
    for _ in app.publish(app.press()):
        pass
