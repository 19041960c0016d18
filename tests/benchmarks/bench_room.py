"""The queue of two hundred posts, and a live update without news: server time, and bytes.

The time is that of the whole application, door, session and compression included, asked by
its own protocol without a socket; CPU time, since other programs share the machine. Bytes
are those of the first load: the page, style sheets and scripts, compressed as they are sent.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from urllib.parse import urlsplit

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rooms import open_room

from bot import room as rooms
from bot.room import _post
from bot.web.base import Pulse

ARTICLES = 50
TRIES = 15
QUEUE_MS, QUEUE_KB, LIVE_MS = 60, 120, 2


def asking(app: Any, browser: requests.Session, host: str) -> Callable[..., float]:
    """Give what asks for a page, and tells in how many milliseconds it came."""
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    told = {"host": host, "cookie": cookie, "hx-request": "true", "accept-encoding": "gzip"}
    loop = asyncio.new_event_loop()

    async def one(path: str, query: str, swaps: bool) -> float:
        names = [name for name in told if swaps or name != "hx-request"]
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(name.encode(), told[name].encode()) for name in names],
        }
        begun = process_time()
        await app(scope, receive, send)
        took = (process_time() - begun) * 1000
        assert sent[0]["status"] in (200, 204), sent[0]["status"]
        return took

    def ask(url: str, tries: int = TRIES) -> float:
        parts = urlsplit(url)
        swaps = parts.path == "/live"
        took = (loop.run_until_complete(one(parts.path, parts.query, swaps)) for _ in range(tries))
        return median(list(took))

    return ask


def bytes_of(browser: requests.Session, url: str) -> int:
    """Count the bytes of an answer as they were sent."""
    with browser.get(url, stream=True, timeout=30) as answer:
        return len(answer.raw.read(decode_content=False))


def main() -> int:
    """Measure, tell, and fail where a bar is missed."""
    with TemporaryDirectory() as folder, open_room(Path(folder)) as room:
        for number in range(ARTICLES):
            body = tuple(f"The council voted for part {number} of plan {n}." * 4 for n in range(12))
            headline = f"Council votes on plan {number} to rebuild the eastern quay"
            assert len(room.article(f"plan-{number}", headline, body=body)) == 4
        browser = room.browser()
        own = room.app.beside("bench")
        ask = asking(rooms.pages(own, own.view(Pulse())), browser, urlsplit(room.url).netloc)
        html = browser.get(f"{room.url}/queue", timeout=30).text
        queue = ask("/queue")
        _post._picture.cache_clear()
        _post._actions.cache_clear()
        cold = ask("/queue", 1)
        mark = re.search(r'hx-get="/live\?since=([^&"]+)', html)
        assert mark, "the page does not ask what is new"
        assert html.count("<article") == 4 * ARTICLES
        shown = ".".join(f"{n}:1" for n in range(1, 4 * ARTICLES + 1))
        live = ask(f"/live?since={mark[1]}&from={mark[1]}&shown={shown}&busy=")
        parts = {"page": bytes_of(browser, f"{room.url}/queue")}
        for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
            parts[path.split("?")[0].rpartition("/")[2]] = bytes_of(browser, room.url + path)
    total = sum(parts.values()) / 1000
    print(f"queue of {4 * ARTICLES} posts: {queue:.1f} ms (at most {QUEUE_MS})")
    print(f"with none of them drawn before: {cold:.0f} ms")
    print(f"live without news: {live:.2f} ms (at most {LIVE_MS})")
    print(f"first load: {total:.1f} kB (at most {QUEUE_KB}): {parts}")
    return int(queue > QUEUE_MS or live > LIVE_MS or total > QUEUE_KB)


if __name__ == "__main__":
    sys.exit(main())
