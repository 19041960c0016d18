"""What a poll costs: of a source that has not changed, and of a feed of 500 entries.

The processor time is that of the polling thread alone: the server shares the process.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time
from urllib.parse import urlsplit

ENTRIES = 500
ROUNDS = 50
AT_MOST = 0.6  # seconds of processor time for the entries
ETAG = '"as-it-was"'


def feed(url: str) -> bytes:
    """Write a feed of 500 entries as a news site's would be."""
    items = "".join(
        f"<item><title>Council votes on plan {number}</title><link>{url}/plan-{number}/</link>"
        f"<guid isPermaLink='false'>{url}/?p={number}</guid><category>City</category>"
        f"<pubDate>Sun, 22 Nov 2026 12:00:00 +0000</pubDate>"
        f"<description>Nineteen of thirty members voted for plan {number}.</description></item>"
        for number in range(ENTRIES)
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour Post</title>{items}"
        "</channel></rss>"
    ).encode()


@contextmanager
def serving(asked: list[str]) -> Iterator[str]:
    """Serve the feed, with validators; every request is noted in `asked`."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        body = b""

        def do_GET(self) -> None:
            asked.append(self.path)
            same = self.headers.get("If-None-Match") == ETAG
            self.send_response(304 if same else 200)
            self.send_header("ETag", ETAG)
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.send_header("Content-Length", "0" if same else str(len(self.body)))
            self.end_headers()
            self.wfile.write(b"" if same else self.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_address[1]}"
    Requests.body = feed(url)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()


def median(
    work: Callable[[], object], rounds: int, clock: Callable[[], float] = perf_counter
) -> float:
    """Return the median time of `work` in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = clock()
        work()
        times.append(clock() - begun)
    return statistics.median(times) * 1000


def floor(url: str) -> None:
    """Ask once, conditionally, over a bare connection."""
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/feed/", headers={"If-None-Match": ETAG})
    connection.getresponse().read()
    connection.close()


def committing(folder: Path) -> Callable[[], object]:
    """Return what commits one changed row to SQLite as safely as the store does."""
    from bot.store._sqlite import journal_mode

    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.execute(f"PRAGMA journal_mode = {journal_mode(sqlite3.sqlite_version_info)}")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE t AS SELECT 0 AS number")

    def commit() -> object:
        return db.execute("UPDATE t SET number = number + 1")

    return commit


def polling(url: str, folder: Path) -> Callable[..., object]:
    """Return what polls the source once, in a database of its own."""
    from bot.desk import Desk
    from bot.http import Session
    from bot.ingest import Poll
    from bot.model import SourceKind
    from bot.robots import Robots
    from bot.store import open_store

    store = open_store(f"sqlite:///{folder}/bot.db")
    web = Session(deadline=timedelta(seconds=5), allow_private=True)
    robots = Robots(web)
    desk = Desk("harbour", "Harbour Post", f"{url}/", {}, UTC, 5, (), {}, ())
    sources = [(SourceKind.FEED, f"{url}/feed/")]
    begun = datetime(2026, 11, 22, 13, tzinfo=UTC)
    seconds = count()

    def poll() -> object:
        now = begun + timedelta(seconds=next(seconds))  # else nothing would be written
        (result,) = Poll(store, web, robots, desk, sources, folder, now).run()
        return result

    return poll


def unchanged(url: str, folder: str) -> None:
    """Poll in a process that has parsed nothing, and tell which parsers it has loaded."""
    poll = polling(url, Path(folder))
    result = poll()
    print(
        getattr(result, "unchanged", False),
        *sorted({"feedparser", "trafilatura"} & set(sys.modules)),
    )


def main() -> None:
    """Print medians of first, repeated and unchanged polls, and the ratio to a bare GET."""
    asked: list[str] = []
    with TemporaryDirectory() as name, serving(asked) as url:
        folder = Path(name)
        poll = polling(url, folder)
        first = median(poll, 1, thread_time)
        asked.clear()
        same = median(poll, ROUNDS)
        requests = len(asked) / ROUNDS
        work = median(poll, ROUNDS, thread_time)
        bare = median(lambda: floor(url), ROUNDS)
        commit = median(committing(folder), ROUNDS)
        verdict = "under" if first < AT_MOST * 1000 else "OVER"
        print(
            f"first poll of {ENTRIES} entries, remembered, imports and all: {first:.0f} ms of CPU,"
            f" {verdict} the {AT_MOST} s that it may cost"
        )
        print(
            f"unchanged source: {same:.1f} ms ({work:.1f} of CPU), {requests:g} request,"
            f" {same / (bare + commit):.1f} times a bare conditional GET ({bare:.1f} ms) and a bare"
            f" commit ({commit:.1f} ms)"
        )
        again = subprocess.run(
            [sys.executable, __file__, url, name], check=True, capture_output=True, text=True
        )
        said, *parsers = again.stdout.split()
        print(f"parsers loaded by an unchanged poll: {', '.join(parsers) or 'none'} ({said})")
        whole = median(lambda: whole_again(poll, folder), 5, thread_time)
        print(f"the same {ENTRIES} entries sent whole again: {whole:.0f} ms of CPU")


def whole_again(poll: Callable[..., object], folder: Path) -> None:
    """Poll as if the source knew no validators."""
    with sqlite3.connect(folder / "bot.db") as db:
        db.execute("UPDATE sources SET etag = '', last_modified = ''")
    db.close()
    poll()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        unchanged(*sys.argv[1:])
    else:
        main()
