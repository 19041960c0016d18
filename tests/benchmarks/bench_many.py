"""A thousand sources, three hundred of them with a new article: time, requests, memory.

Each source is a site with a feed and a host of its own; all names lead to one server
on loopback, in a process of its own. The polls run in a child, whose memory is told.
Their first polls are written into the database beforehand, and not measured.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, ClassVar

SOURCES = 1000
CHANGED = 300
ENTRIES = 10
AT_MOST_MB = 150
ETAG = '"as-remembered"'
NOW = datetime.now(UTC).replace(microsecond=0)

PARAGRAPH = (
    "<p>The council voted for the plan after a long debate, by nineteen votes to eleven. "
    "The mayor had asked for it in spring, and the port authority had agreed in June.</p>"
)


def feed(host: str, newest: int) -> bytes:
    """Write a feed of ten entries, up to the newest."""
    items = "".join(
        f"<item><title>Council votes on plan {number}</title><link>http://{host}/{number}</link>"
        f"<guid isPermaLink='false'>{number}@{host}</guid>"
        f"<pubDate>{format_datetime(NOW)}</pubDate>"
        f"<description>Nineteen of thirty members voted for plan {number}.</description></item>"
        for number in range(newest, newest - ENTRIES, -1)
    )
    return f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()


def page(number: str) -> bytes:
    """Write an article's page of about 40 KB."""
    title = f"Council votes on plan {number}"
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>"
        f"<meta property='og:title' content='{title}'><meta name='author' content='Ines Duarte'>"
        f"<meta property='article:published_time' content='{NOW.isoformat()}'></head><body>"
        f"<article><h1>{title}</h1>{PARAGRAPH * 200}</article></body></html>"
    ).encode()


class Requests(BaseHTTPRequestHandler):
    """Answers for every host; three in ten have an article more than was remembered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        host = str(self.headers["Host"])
        changed = int(host[1:].split(".")[0]) < CHANGED
        if self.path != "/asked":
            self.asked[self.path if self.path in ("/feed", "/robots.txt") else "pages"] += 1
        if self.path == "/asked":
            asked = (f"{count} {path}" for path, count in self.asked.items())
            body, status = ", ".join(asked).encode(), 200
            self.asked.clear()
        elif self.path == "/feed":
            etag = '"changed"' if changed else ETAG
            same = self.headers.get("If-None-Match") == etag
            body, status = (b"", 304) if same else (feed(host, 21 if changed else 20), 200)
            self.answer(status, body, "application/rss+xml", ETag=etag)
            return
        elif self.path == "/robots.txt":
            body, status = b"", 404
        else:
            body, status = page(self.path), 200
        self.answer(status, body, "text/html; charset=utf-8")

    def answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Send an answer whole."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server for many connections at once."""

    daemon_threads = True
    request_queue_size = 256


def serve() -> None:
    """Serve until the end of the process, and tell the port."""
    server = Server(("127.0.0.1", 0), Requests)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def asked(port: int) -> str:
    """Tell what was asked since the last time."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/asked", headers={"Host": "s999999.example"})
    said = connection.getresponse().read().decode()
    connection.close()
    return said


def polls(port: int, folder: Path) -> Any:
    """Build what polls every source."""
    from bot import _net
    from bot.desk import Desk, Outlet
    from bot.hours import Windows
    from bot.http import Session
    from bot.ingest import Poll, Which
    from bot.media.base import Art
    from bot.media.studio import Studio
    from bot.model import Article, Channel, SourceKind, Teaser
    from bot.queue import Made, Rules
    from bot.robots import Robots
    from bot.store import open_store

    here = (socket.AF_INET, ("127.0.0.1", port))
    _net.resolve = lambda host, port, seconds: [here]  # type: ignore[assignment]
    store = open_store(f"sqlite:///{folder}/bot.db")
    web = Session(deadline=timedelta(seconds=15), allow_private=True)
    robots = Robots(web)
    rules = Rules("required", False, Windows(()), UTC, timedelta(0), None, timedelta(hours=24))

    def write(article: Article, now: datetime, confirmed: bool) -> Made:
        return Made(Teaser(article.headline, link=article.url), (), ())

    def no_picture(path: Path, alt: str) -> Art:
        raise AssertionError("nobody gives a picture of his own")

    def poll(number: int, at: datetime, which: Which) -> Poll:
        site = f"s{number}"
        channel = Channel(site, "twitter", "twitter", "harbour_post")
        outlet = Outlet(
            channel,
            rules,
            lambda _: True,
            write,
            lambda _a, words, _n, _s: Made(words, (), ()),
            no_picture,
            False,
            True,
        )
        desk = Desk(site, site, f"http://{site}.example/", {}, UTC, 5, (), {}, (outlet,))
        sources = [(SourceKind.FEED, f"http://{site}.example/feed")]
        return Poll(store, web, robots, desk, sources, Studio(folder), at, which)

    return store, lambda at, which: [poll(number, at, which) for number in range(SOURCES)]


def remember(store: Any) -> None:
    """Write what the first poll of every source would have remembered."""
    from bot.identity import keys_of
    from bot.model import Entry, SourceKind

    with store.write() as tx:
        for number in range(SOURCES):
            site, url = f"s{number}", f"http://s{number}.example/"
            entries = [
                Entry(
                    f"{url}{each}",
                    guid=f"{each}@{site}.example",
                    title=f"Council votes on plan {each}",
                )
                for each in range(20, 20 - ENTRIES, -1)
            ]
            source = tx.sources.get_or_add(site, f"{url}feed", SourceKind.FEED)
            keyed = [(entry, keys_of(entry)) for entry in entries]
            tx.articles.remember(site, keyed, now=NOW, source=source.url)
            tx.sources.set_baseline(source.id, NOW)
            tx.sources.note_success(source.id, ETAG, "", NOW, NOW, full_at=NOW)


def child(port: int, folder: str) -> None:
    """Poll when all sources are due, and once more when none is."""
    from bot.ingest import Which, poll_all

    store, build = polls(port, Path(folder))
    remember(store)
    rounds = (
        (f"{SOURCES} sources, {CHANGED} changed", timedelta(hours=1), Which.DUE),
        ("nothing due, a tick", timedelta(hours=1, seconds=5), Which.DUE),
    )
    for name, after, which in rounds:
        wall, cpu = perf_counter(), process_time()
        results = list(poll_all(store, build(NOW + after, which)))
        wall, cpu = perf_counter() - wall, process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        errors = [result.error for result in results if result.error]
        posts = sum(len(result.posts) for result in results)
        print(
            f"{name}: {wall:.1f} s, {cpu:.1f} s of CPU, {posts} posts, {len(errors)} errors, "
            f"peak {peak:.0f} MB; asked {asked(port) or 'nothing'}",
            flush=True,
        )
        if errors:
            print(errors[0])
    print(f"aim: at most {AT_MOST_MB} MB: {'kept' if peak < AT_MOST_MB else 'MISSED'}")


def floor(port: int) -> float:
    """Ask as many feeds, one after the other, over bare connections."""
    began = perf_counter()
    for number in range(SOURCES):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/feed", headers={"Host": f"s{number}.example"})
        connection.getresponse().read()
        connection.close()
    return perf_counter() - began


def main() -> None:
    """Print each round's time, requests and memory, and the time of bare requests."""
    with TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            print(f"{SOURCES} bare requests, one after the other: {floor(port):.1f} s")
            asked(port)
            subprocess.run([sys.executable, __file__, str(port), folder], check=True)
        finally:
            server.kill()
            server.communicate()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) > 2:
        child(int(sys.argv[1]), sys.argv[2])
    else:
        main()
