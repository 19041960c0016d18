"""A newsroom with an account on each platform, and processes that publish for it."""

from __future__ import annotations

import base64
import hashlib
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from crash import oracle
from crash.clock import Clock
from crash.driver import Life, Place, supervise

from bot import queue
from bot.demo.doubles import Doubles
from bot.model import Article, Channel, Media, Post, State, Teaser, Verb
from bot.platforms import base
from bot.store import Store, open_store

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 200
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 400

X_SCOPE = "tweet.read tweet.write users.read media.write offline.access"

#: Accounts by platform; each is a channel.
ACCOUNTS = {
    "twitter": "harbour_post",
    "facebook": "harbourpost",
    "instagram": "harbour.post",
    "youtube": "@harbourpost",
}

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [f"bot.platforms.{name}" for name in base.names()]
    + "bot.app bot.publisher bot.followups bot.reconciler bot.watch tweepy facebook psycopg"
    " sqlalchemy.dialects.sqlite sqlalchemy.dialects.postgresql.psycopg oauthlib.oauth1".split()
)


class Worker:
    """A supervisor, and the process that it has under it."""

    def __init__(self, place: Place) -> None:
        self._pipe, there = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=supervise, args=(there, place), daemon=True)
        self._process.start()
        there.close()
        assert self.end() == "ready"

    def start(self, **how: Any) -> None:
        """Begin a life; `end` says how it ended."""
        self._pipe.send(Life(**how))

    def end(self, within: float = 60) -> int | str:
        """Wait for the end: the signal, 0, or what it failed with; or for “stopped”."""
        if not self._pipe.poll(within):
            raise TimeoutError("a process neither ended nor stopped")
        ended: int | str = self._pipe.recv()
        return ended

    def live(self, **how: Any) -> int | str:
        """Begin a life and wait for its end."""
        self.start(**how)
        return self.end()

    def go_on(self) -> None:
        """Continue a process that stopped itself."""
        self._pipe.send("go on")

    def kill(self) -> int | str:
        """Kill the process that is under way."""
        self._pipe.send("end")
        return self.end()

    def close(self) -> None:
        self._pipe.close()
        self._process.join(10)


class Newsroom:
    """Its database, the platforms' doubles, its clock and its workers."""

    def __init__(
        self,
        folder: Path,
        database: str,
        *,
        form: str = "link",
        login: bool = False,
        publishing: str = "",
    ) -> None:
        self.folder, self.clock = folder, Clock(folder / "clock")
        self.doubles = Doubles(folder, clock=self.clock.now)
        key = base64.urlsafe_b64encode(os.urandom(32)).decode()
        environ = {"BOT_SECRET_KEY": key, **self.doubles.secrets("harbour")}
        if login:  # X by what “bot login” stores, in place of four keys
            environ = {name: each for name, each in environ.items() if "TWITTER" not in name}
            environ["BOT_HARBOUR_TWITTER_CLIENT_ID"] = self.doubles.x.grants.client_id
            environ["BOT_HARBOUR_TWITTER_CLIENT_SECRET"] = self.doubles.x.grants.client_secret
        self.place = Place(folder, database, environ)
        self._configure(form, publishing)
        self.store: Store = open_store(database, key=key.encode())
        self.workers: list[Worker] = []
        self._numbers = count(1)
        for name, content in (("picture.jpg", JPEG), ("film.mp4", MP4)):
            (folder / name).write_bytes(content)
        if login:
            self.connect()

    def _configure(self, form: str, publishing: str) -> None:
        sites = self.folder / "config" / "sites"
        sites.mkdir(parents=True)
        (sites.parent / "bot.toml").write_text(
            f'database = "{self.place.database}"\nallow_private_addresses = true\n'
            f"[publishing]\n{publishing}"
        )
        told = 'name = "Harbour Post"\nurl = "https://www.example.com/"\nlanguage = "en"\n'
        told += 'timezone = "Europe/Lisbon"\n'
        for platform, account in ACCOUNTS.items():
            chosen = self.doubles.settings(platform)
            chosen |= {"form": form} if platform == "facebook" else {}
            shown = ", ".join(f'{key} = "{value}"' for key, value in chosen.items())
            told += f'[channels.{platform}]\naccount = "{account}"\nsettings = {{ {shown} }}\n'
        (sites / "harbour.toml").write_text(told)

    def connect(self) -> None:
        """Do for X what “bot login” does."""
        given: Any = self.doubles.x.grants.give(X_SCOPE, refresh=True)
        secrets = {"OAUTH_TOKEN": given["access_token"], "OAUTH_REFRESH": given["refresh_token"]}
        ends = self.clock.now() + timedelta(seconds=given["expires_in"])
        how: dict[str, Any] = {"seeds": {}, "expires_at": ends, "now": self.clock.now()}
        with self.store.write() as tx:
            tx.credentials.put("harbour", "twitter", secrets, **how)

    def worker(self) -> Worker:
        """Start one more worker."""
        self.workers.append(Worker(self.place))
        return self.workers[-1]

    def post(
        self,
        platform: str,
        *,
        to: State = State.APPROVED,
        picture: bool = True,
        at: datetime | None = None,
    ) -> Post:
        """Make a post that is due now, or `at`; `picture` says whether one on X has one."""
        number, now = next(self._numbers), at or self.clock.now()
        url = f"https://www.example.com/{number}"
        place = Channel("harbour", platform, platform, ACCOUNTS[platform])
        with self.store.write() as tx:
            article = Article(url=url, headline=f"Dockers strike, day {number}")
            added = tx.articles.add("harbour", article, [("url", url)], now=now)
            teaser = self._teaser(platform, number, url, picture)
            how: dict[str, Any] = {"who": "ada", "now": now}
            post = tx.posts.hold(added.id, place, teaser, (), **how)
            assert post is not None
            if to is State.REJECTED:
                return tx.posts.change(post, Verb.REJECT, to, **how)
            if to is State.HELD:
                return post
            seal = {"frozen_hash": queue.seal(teaser), "approved_at": now, "approved_by": "ada"}
            return tx.posts.change(post, Verb.APPROVE, to, **how, due_at=now, **seal)

    def _teaser(self, platform: str, number: int, url: str, pictured: bool) -> Teaser:
        words = f"Dockers strike, day {number}"
        picture = self._media("image", "picture.jpg", "image/jpeg")
        match platform:
            case "facebook":
                return Teaser(words, link=url, media=(picture,))
            case "instagram":
                return Teaser(words, media=(picture,))
            case "youtube":
                film = self._media("video", "film.mp4", "video/mp4")
                return Teaser(words, title=words, media=(film, picture))
        return Teaser(f"{words} {url}", link=url, media=(picture,) * pictured)

    def _media(self, kind: str, name: str, mime: str) -> Media:
        content = {"picture.jpg": JPEG, "film.mp4": MP4}[name]
        return Media(
            kind,
            url=f"https://www.example.com/{name}",
            path=str(self.folder / name),
            alt="A crane.",
            mime=mime,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )

    def faults(self) -> list[str]:
        """What the oracle says."""
        return oracle.judge(self.store, self.doubles.effects())

    def state(self, post: Post) -> State:
        with self.store.read() as tx:
            return tx.posts.get(post.id).state

    def reason(self, post: Post) -> str:
        with self.store.read() as tx:
            return tx.posts.get(post.id).reason

    def blocked(self, platform: str) -> str:
        """Say why a channel cannot post."""
        with self.store.read() as tx:
            standing = tx.accounts.get("harbour", platform)
        return standing.blocked if standing else ""

    def close(self) -> None:
        for worker in self.workers:
            worker.close()
        self.store.close()
        self.doubles.close()


@contextmanager
def opened(*args: Any, **how: Any) -> Iterator[Newsroom]:
    """Open a newsroom for as long as a test takes."""
    newsroom = Newsroom(*args, **how)
    try:
        yield newsroom
    finally:
        newsroom.close()
