"""What publishing costs us: the processor time of a post, beside that of its bare requests.

First on a platform that sends nothing, then on the real four against their doubles, which
run in a process of their own. What requests and the system spend on the wire is told
apart. The floor, in the same run: three bare commits, and a bare POST of requests for
each that a post needs. The last look at the article is not part of it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bot import publisher, queue
from bot.http import Session
from bot.model import (
    Account,
    Article,
    Channel,
    Media,
    Outcome,
    Published,
    State,
    Teaser,
)
from bot.standing import Bound, Press, Same
from bot.store import Store, open_store

POSTS = 80  # YouTube takes a hundred a day
WARM = 5  # the first ones import, compile and connect
AT_MOST = 15.0  # milliseconds of processor time for a post, of our own
NOW = datetime.now(UTC)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 200_000
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08moov" + b"\x00" * 2_000_000

ACCOUNTS = {
    "twitter": "harbour_post",
    "facebook": "harbourpost",
    "instagram": "harbour.post",
    "youtube": "@harbourpost",
}


# ---------------------------------------------------------------------- the posts


def fill(
    store: Store, folder: Path, numbers: range, channels: Mapping[str, str] = ACCOUNTS
) -> None:
    """Put approved posts of these numbers into the outbox, all due, on `channels` by turns."""
    names = list(channels)
    for begun in range(0, len(numbers), 500):
        with store.write() as tx:
            for each in numbers[begun : begun + 500]:
                name = names[each % len(names)]
                platform = name.rstrip("0123456789")
                url = f"https://www.example.com/{name}/{each}"
                article = Article(url=url, headline=f"Dockers strike, day {each}")
                added = tx.articles.add("harbour", article, [("url", url)], now=NOW)
                teaser = words(platform, each, url, folder)
                tx.posts.hold(
                    added.id,
                    Channel("harbour", name, platform, channels[name]),
                    teaser,
                    state=State.APPROVED,
                    due_at=NOW - timedelta(minutes=1) + timedelta(microseconds=each),
                    frozen_hash=queue.seal(teaser),
                    who="ada",
                    now=NOW,
                )


def words(platform: str, number: int, url: str, folder: Path) -> Teaser:
    """Write a teaser as the platform takes it."""
    said = f"Dockers strike, day {number}"
    picture = medium(folder / "picture.jpg", JPEG, "image/jpeg")
    match platform:
        case "facebook":
            return Teaser(said, link=url)
        case "instagram":
            return Teaser(said, media=(picture,))
        case "youtube":
            return Teaser(said, title=said, media=(medium(folder / "film.mp4", MP4, "video/mp4"),))
    return Teaser(f"{said} {url}", link=url, media=(picture,))


def medium(file: Path, content: bytes, mime: str) -> Media:
    """Lay a file down, as the bot's own store would hold it."""
    if not file.exists():
        file.write_bytes(content)
    mark = hashlib.sha256(content).hexdigest()
    url = f"https://www.example.com/{file.name}"
    kind = mime.partition("/")[0]
    return Media(kind, url, str(file), "A crane.", mime=mime, sha256=mark, size=len(content))


# ---------------------------------------------------------------------- platforms


@dataclass
class Silent:
    """A platform that sends nothing, and tells `effect` of each post that it publishes."""

    effect: Callable[[str], object] = lambda key: None
    name: str = "twitter"
    label: str = "X (Twitter)"
    credential: str = "nobody's"
    quotas: tuple[Any, ...] = ()
    renews: None = None
    used: dict[str, int] = field(default_factory=dict)

    def price(self, _: Teaser) -> int:
        return 0

    def verify(self) -> Account:
        return Account("7", "harbour_post")

    def publish(self, _: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        self.effect(key)
        return Published("9", "https://x.com/harbour_post/status/9")


def silent_press(store: Store, platform: Callable[[str], Silent]) -> Press:
    """A press whose channels are on silent platforms."""
    session = Session(deadline=timedelta(seconds=1))

    def bound(site: str, channel: str) -> Bound:
        given: Any = platform(channel)
        place = Channel(site, channel, "twitter", "harbour_post")
        return Bound(place, given, session, {"TOKEN": "t"}, {"TOKEN": "t"})

    spans = {"lease": timedelta(minutes=2), "quarantine": timedelta(minutes=3)}
    return Press(store, bound, lambda post, now: Same(), **spans)


@contextmanager
def doubles(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the four platforms; give their settings and secrets."""
    command = [sys.executable, "-m", "bot.demo.doubles", "--log", str(folder)]
    process = subprocess.Popen(
        [*command, "--looks", "0", "--allow-repeats"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def configure(folder: Path, settings: Mapping[str, Mapping[str, str]], more: str = "") -> Path:
    """Write the configuration of a bot with a channel on each double."""
    sites = folder / "config" / "sites"
    sites.mkdir(parents=True)
    (sites.parent / "bot.toml").write_text(
        f'database = "sqlite:///{folder}/bot.db"\nallow_private_addresses = true\n'
    )
    site = 'url = "https://www.example.com/"\nlanguage = "en"\n' + more
    for platform, chosen in settings.items():
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in chosen.items())
        site += f'[channels.{platform}]\naccount = "{ACCOUNTS[platform]}"\n'
        site += f"settings = {{ {pairs} }}\n"
    (sites / "harbour.toml").write_text(site)
    return sites.parent


# ------------------------------------------------------------------------- measure


class Meter:
    """The processor time of this process, and how much of it went over the wire.

    The wire begins where requests hands a prepared request to its adapter.
    """

    def __init__(self) -> None:
        self.wire = self.sent = 0.0
        plain = HTTPAdapter.send

        def send(*args: Any, **how: Any) -> requests.Response:
            begun = process_time()
            try:
                return plain(*args, **how)
            finally:
                self.wire += process_time() - begun
                self.sent += 1

        HTTPAdapter.send = send  # type: ignore[method-assign]

    def of(self, work: Callable[[], object], times: int) -> Cost:
        """Do some work once, and give what each of `times` things that it did has cost."""
        wire, sent, begun = self.wire, self.sent, process_time()
        work()
        spent = process_time() - begun
        wire, sent = self.wire - wire, self.sent - sent
        return Cost(*(1000 * each / times for each in (spent, wire)), sent / times)


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time, those of them on the wire, and the requests."""

    whole: float
    wire: float
    requests: float

    @property
    def own(self) -> float:
        return self.whole - self.wire


def drain(press: Press) -> int:
    """Publish until nothing is due; give the number of steps."""
    steps = 0
    while True:
        summary = publisher.run_once(press, datetime.now(UTC))
        assert not summary.broken, summary.broken
        if not summary.steps:
            return steps
        strange = [step for step in summary.steps if step.post.state not in FINE]
        assert not strange, strange[0]
        steps += len(summary.steps)


FINE = (State.PUBLISHED, State.WAITING)


def commits(folder: Path, meter: Meter) -> float:
    """Three bare commits of one row, as safe as those of the store."""
    from bot.store._sqlite import journal_mode

    with sqlite3.connect(folder / "floor.db", isolation_level=None) as db:
        db.execute(f"PRAGMA journal_mode = {journal_mode(sqlite3.sqlite_version_info)}")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE t AS SELECT 0 AS number")
        change = "UPDATE t SET number = number + 1"
        cost = meter.of(lambda: [db.execute(change) for _ in range(3 * POSTS)], POSTS)
    db.close()
    return cost.whole


def bare(url: str, meter: Meter) -> float:
    """A bare POST on a connection that is kept, as requests makes it."""
    with requests.Session() as session:

        def post() -> object:
            return session.post(f"{url}/2/tweets", json={"text": "a"}, timeout=5)

        post()
        return meter.of(lambda: [post() for _ in range(POSTS)], POSTS).whole


def silent(folder: Path, meter: Meter) -> Cost:
    """The cost of a post on a platform that sends nothing."""
    store = open_store(f"sqlite:///{folder}/silent.db")
    press = silent_press(store, lambda channel: Silent())
    return _cost(store, press, folder, {"twitter": "harbour_post"}, meter)


def real(folder: Path, told: dict[str, Any], meter: Meter) -> Iterator[tuple[str, Cost]]:
    """The cost of a post on each platform."""
    from bot.app import App

    app = App.open(str(configure(folder, told["settings"])), told["secrets"])
    press = replace(app.press(), watch=lambda post, now: Same())
    for platform, account in ACCOUNTS.items():
        yield platform, _cost(app.store, press, folder, {platform: account}, meter)
    app.close()


def _cost(
    store: Store, press: Press, folder: Path, channel: Mapping[str, str], meter: Meter
) -> Cost:
    fill(store, folder, range(WARM), channel)
    drain(press)
    fill(store, folder, range(WARM, WARM + POSTS), channel)
    return meter.of(lambda: drain(press), POSTS)


def main() -> None:
    """Print the cost of a post on each platform, and the floor."""
    meter = Meter()
    with TemporaryDirectory() as name, doubles(Path(name) / "doubles") as told:
        folder = Path(name)
        three = commits(folder, meter)
        post = bare(told["settings"]["twitter"]["api_url"], meter)
        print(f"floor: three bare commits {three:.1f} ms of CPU, a bare POST {post:.1f} ms")
        nothing = silent(folder, meter)
        _tell("a platform that sends nothing", nothing, three)
        for platform, cost in real(folder, told, meter):
            _tell(platform, cost, three + cost.requests * post)


def _tell(platform: str, cost: Cost, floor: float) -> None:
    verdict = "under" if cost.own <= AT_MOST else "OVER"
    print(
        f"a post on {platform}: {cost.own:.1f} ms of CPU of our own, {verdict} the {AT_MOST:.0f}"
        f" ms that it may cost; {cost.requests:.0f} requests, {cost.wire:.1f} ms on the wire;"
        f" in all {cost.whole / floor:.1f} times its floor"
    )


if __name__ == "__main__":
    main()
