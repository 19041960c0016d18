"""A newsroom whose bot is the real program, and whose four platforms are on loopback."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from world import Answer, Bot, Site, ago

from bot import review
from bot.app import App
from bot.demo.doubles import Doubles
from bot.model import Media, Post

PLATFORMS = ("twitter", "facebook", "instagram", "youtube")

#: The smallest film there is: a header and an empty track list.
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08moov"

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
quarantine = "3m"
"""


class _Pages(dict[str, Any]):
    """A site's pages, and the folder of the bot's pictures as a web server would show it."""

    def __init__(self, pages: dict[str, Any], media: Path) -> None:
        super().__init__(pages)
        self._media = media

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/media/"):
            file = self._media / Path(path).name
            return (200, {"Content-Type": "image/jpeg"}, file.read_bytes())
        return super().get(path, default)


class Newsroom:
    """A site with channels on the doubles, and the program that publishes for it."""

    def __init__(self, bot: Bot, site: Site, doubles: Doubles) -> None:
        self.bot, self.site, self.doubles = bot, site, doubles
        self.answers: list[Answer] = []
        bot.environ |= doubles.secrets("harbour")
        site.pages = _Pages(site.pages, bot.folder / "var" / "media")
        for double in doubles:
            double.looks = 0  # or each picture is worked on for a minute

    def opens(self, *platforms: str, listen: str = "", **top: str) -> None:
        """Write the configuration and let the first poll, which only remembers, pass."""
        site = f'url = "{self.site.url}/"\nlanguage = "en"\ntimezone = "Europe/Lisbon"\n'
        site += f'feeds = ["{self.site.url}/feed/"]\n'
        site += "".join(f'{name} = "{value}"\n' for name, value in top.items())
        for name in platforms:
            told = self.doubles.settings(name)
            settings = ", ".join(f"{key} = {json.dumps(value)}" for key, value in told.items())
            account = self.doubles[name].account
            site += f'[channels.{name}]\naccount = "{account}"\nsettings = {{ {settings} }}\n'
        places = {"folder": self.bot.folder, "url": self.site.url, "listen": listen}
        self.bot.configure(site, bot=BOT.format(**places))
        self.site.feed()
        self.poll()

    @contextlib.contextmanager
    def inside(self) -> Iterator[App]:
        """The bot opened here, to set a scene without the second that a process takes."""
        app = App.open(str(self.bot.folder / "config"), self.bot.environ, who="ines")
        try:
            yield app
        finally:
            app.close()

    def poll(self) -> None:
        with self.inside() as app:
            assert not [result.error for result in app.poll() if result.error]

    def announces(self, *slugs: str, approves: bool = True) -> list[Post]:
        """Publish articles on the site, poll, and approve the posts that come of them."""
        self.publishes(*slugs)
        self.poll()
        with self.inside() as app:
            with app.store.read() as tx:
                made = tx.posts.list()[-len(slugs) * len(app.config.channels()) :]
            order = [(f"{self.site.url}/{slug}", name) for slug in slugs for name in PLATFORMS]
            made = sorted(made, key=lambda post: order.index((post.article_url, post.platform)))
            posts = [self.film(app, post) for post in made]
            return [self.approve(app, post) for post in posts] if approves else posts

    def publishes(self, *slugs: str) -> None:
        """Put articles on the site, and into its feed."""
        for slug in slugs:
            self.site.article(slug)
        self.site.feed(*(self.site.item(slug, at=ago(minutes=5)) for slug in slugs))

    def film(self, app: App, post: Post) -> Post:
        """Give a post on YouTube a film of the editor's own: one that is made takes long."""
        if post.platform != "youtube":
            return post
        file = self.bot.folder / "film.mp4"
        file.write_bytes(MP4)
        mark = hashlib.sha256(MP4).hexdigest()
        film = Media("video", path=str(file), mime="video/mp4", sha256=mark, size=len(MP4))
        with app.store.read() as tx:
            post = tx.posts.get(post.id)
        how: dict[str, Any] = {"who": "ines", "now": app.now()}
        return review.edit(app.store, post.id, app.judge_of(post), media=(film,), **how)

    def approve(self, app: App, post: Post) -> Post:
        return review.approve(app.store, post.id, app.rules(post), who="ines", now=app.now())

    def says(self, *args: str, code: int | None = 0) -> str:
        """Run a command to its end; give all that it said."""
        answer = self.bot(*args, code=code)
        self.answers.append(answer)
        return answer.out + answer.err

    def state(self, post: Post) -> str:
        return str(self.read(post).state)

    def read(self, post: Post) -> Post:
        with self.inside() as app:
            return app.post(post.id)

    def live(self) -> list[str]:
        """On which platforms a post went out, in order."""
        return [effect["platform"] for effect in self.doubles.effects(kind="post")]

    def leaks(self) -> list[str]:
        """Every secret that was said, or lies readable below the bot's folder."""
        files = [path for path in (self.bot.folder / "var").rglob("*") if path.is_file()]
        told = {str(path): path.read_bytes() for path in files}
        with contextlib.closing(sqlite3.connect(self.bot.folder / "var" / "bot.db")) as db:
            told["a dump"] = "\n".join(db.iterdump()).encode()
        told |= {
            f"answer {number}": (answer.out + answer.err).encode()
            for number, answer in enumerate(self.answers)
        }
        secrets = [value for name, value in self.bot.environ.items() if name.startswith("BOT_")]
        assert len(secrets) > 8
        secrets += self.doubles.youtube._sessions  # whoever has one can upload to it
        assert len(told) > 2
        return [
            f"{secret} in {at}" for secret in secrets for at in told if secret.encode() in told[at]
        ]
