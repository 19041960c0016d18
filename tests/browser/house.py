"""A newsroom whose bot is the real program: `bot run` as a process, for people with browsers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import requests
from newsroom import Newsroom
from playwright.sync_api import Page
from world import Bot, Site, ago, serving, wait_until

from bot import people
from bot.app import App
from bot.demo.doubles import Doubles
from bot.demo.show import free_address
from bot.model import Post

BOT_IS = (sys.executable, "-m", "bot")
LISBON = ZoneInfo("Europe/Lisbon")
PASSWORD = "a quay in the evening"

BOT = """
database = "sqlite:///{folder}/var/bot.db"
[review]
listen = "{listen}"
[media]
dir = "{folder}/var/media"
public_url = "{url}/media"
[publishing]
deadline = "3s"
lease = "10s"
quarantine = "4s"
"""

#: Pictures and films take a second each: only articles of these sections have them.
ONLY = {
    "instagram": 'only = { section = ["Pictures"] }',
    "youtube": 'only = { section = ["Films"] }\nuse = "pick"',
}


@dataclass
class House:
    """The newsroom, its daemon and its people."""

    bot: Bot
    site: Site
    doubles: Doubles
    newsroom: Newsroom
    listen: str
    process: subprocess.Popen[str] | None = None
    cookies: dict[str, Any] = field(default_factory=dict)
    _made: int = 0

    zone: ClassVar = LISBON

    @property
    def url(self) -> str:
        return f"http://{self.listen}"

    # ------------------------------------------------------------------ the daemon

    def start(self) -> None:
        """Start the daemon, and wait until its pages answer."""
        with (self.bot.folder / "daemon.log").open("a") as told:
            self.process = subprocess.Popen(
                [*BOT_IS, "run"],
                cwd=self.bot.folder,
                env=self.bot.environ,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                text=True,
            )
        wait_until(self._answers, 60)

    def end(self, number: int = signal.SIGTERM) -> None:
        """End the daemon."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(20)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.bot.folder / "daemon.log").read_text()
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=2).status_code == 200
        return False

    # ------------------------------------------------------------------- the people

    def add_people(self) -> None:
        """Make ines, who is an admin, and omar, an editor, users."""
        for name, role in (("ines", "admin"), ("omar", "editor")):
            self.add_user(name, role)

    def add_user(self, name: str, role: str = "editor") -> None:
        """Add somebody, as `bot user add` does."""
        with self.inside() as app:
            people.add(app.store, name, role, PASSWORD, app.now())

    def sign_in(self, page: Page, name: str, password: str = PASSWORD) -> None:
        """Sign somebody in on the page."""
        page.goto(f"{self.url}/sign-in")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")

    # -------------------------------------------------------------------- the posts

    def writes(self, headline: str = "", **facts: Any) -> str:
        """Publish one more article on the site; give its slug. The daemon finds it by itself."""
        self._made += 1
        slug = f"story-{self._made}"
        self.site.article(slug, headline or f"Council votes on plan {self._made}", **facts)
        self.site.feed(self.site.item(slug, at=ago(minutes=5)))
        return slug

    def story(self, headline: str = "", **facts: Any) -> dict[str, Post]:
        """Publish one more article and take it in at once; give its posts by channel."""
        slug = self.writes(headline, **facts)
        with self.inside() as app:
            assert not [told.error for told in app.poll("harbour") if told.error]
            wait_until(lambda: bool(self._posts(app, slug)))  # the daemon may be at it just now
            return self._posts(app, slug)

    def find(self, headline: str) -> dict[str, Post]:
        """Give the posts of an article by channel."""
        with self.inside() as app, app.store.read() as tx:
            posts = tx.posts.list()
        return {each.channel: each for each in posts if each.article_title == headline}

    def _posts(self, app: App, slug: str) -> dict[str, Post]:
        with app.store.read() as tx:
            posts = tx.posts.list()
        return {each.channel: each for each in posts if each.article_url.endswith(f"/{slug}")}

    @contextlib.contextmanager
    def inside(self, who: str = "poll") -> Iterator[App]:
        """The bot opened here too, as a second machine on the same database."""
        environ = self.bot.environ
        with contextlib.closing(App.open(str(self.bot.folder / "config"), environ, who=who)) as app:
            yield app

    def state(self, post: Post) -> str:
        return str(self.read(post).state)

    def blocked(self, channel: str) -> str:
        """Say why a channel cannot post; nothing where it can."""
        with self.inside() as app, app.store.read() as tx:
            standing = tx.accounts.get("harbour", channel)
        return standing.blocked if standing else ""

    def read(self, post: Post) -> Post:
        with self.inside() as app:
            return app.post(post.id)

    def live(self, post: Post) -> list[dict[str, Any]]:
        """What the public sees of a post: its article's, on its platform."""
        slug = post.article_url.rsplit("/", 1)[1]
        return [
            each
            for each in self.doubles.effects(kind="post", platform=post.platform)
            if slug in json.dumps(each)
        ]


@contextlib.contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Lay out a newsroom in a folder; its daemon is not started yet."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("BOT_", "PYTHON"))
    }
    environ |= {"PYTHONWARNINGS": "error", "HOME": str(folder), "COLUMNS": "110"}
    with serving() as site, Doubles(folder / "platforms") as doubles:
        bot = Bot(folder, environ)
        newsroom = Newsroom(bot, site, doubles)
        house = House(bot, site, doubles, newsroom, free_address())
        _configure(house)
        try:
            yield house
        finally:
            house.end(signal.SIGKILL)


def _configure(house: House) -> None:
    site, doubles, folder = house.site, house.doubles, house.bot.folder
    told = (
        f'name = "Harbour Post"\nurl = "{site.url}/"\nlanguage = "en"\n'
        f'timezone = "Europe/Lisbon"\nfeeds = ["{site.url}/feed/"]\npoll_every = "1s"\n'
    )
    for each in doubles:
        settings = ", ".join(
            f"{name} = {json.dumps(value)}"
            for name, value in doubles.settings(each.platform).items()
        )
        told += f'[channels.{each.platform}]\naccount = "{each.account}"\n'
        told += f"settings = {{ {settings} }}\n{ONLY.get(each.platform, '')}\n"
    # A channel that nobody connected: its posts are made by hand.
    told += '[channels.byhand]\nplatform = "facebook"\naccount = "harbour.friends"\n'
    told += (
        'settings = { page_id = "99", form = "photo+comment" }\nonly = { section = ["Friends"] }\n'
    )
    bot = BOT.format(folder=folder, url=site.url, listen=house.listen)
    house.bot.configure(told, bot=bot)
    site.feed()
    with house.inside() as app:
        assert not [result.error for result in app.poll() if result.error]
    house.bot.films_elsewhere()
