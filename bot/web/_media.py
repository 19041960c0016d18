"""The pictures and videos of posts that are on their way, for platforms that fetch them.

The one part of the bot that may face the internet: it knows one route, serves what a post
was approved with under the hash of its bytes, and nothing that an editor still looks at.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, PlainTextResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import BotError
from bot.media.keeping import NAME, PROBE
from bot.model import OPEN, State
from bot.store import Store

#: A post in one of these cannot change what it shows without being approved again.
FROZEN: Final = OPEN - {State.HELD}

#: So long (seconds) it is remembered which files are frozen: a crowd asks the store once.
REMEMBERED: Final = 1.0

#: Who has not asked by then asks no more, and who has not got all by then never will: or a
#: few connections that say nothing would keep everybody else out.
ASKS_WITHIN: Final = timedelta(seconds=15)
GETS_WITHIN: Final = timedelta(minutes=5)

TYPES: Final = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    PROBE: "text/plain",
}
ROUTE: Final = re.compile(rf"/media/({NAME.pattern})")

#: A hash names the same bytes for ever.
FOUND: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
#: What is not there yet may be approved in a minute.
ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Connection": "close",  # so that a connection's age is that of its one request
}


class Files:
    """An ASGI application that answers `GET /media/NAME`, by whatever name it is called."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._lock = threading.Lock()
        self._frozen: frozenset[str] = frozenset()
        self._until = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Speak ASGI."""
        if scope["type"] == "http":
            answer = await run_in_threadpool(self._answer, scope["method"], scope["path"])
            await answer(scope, receive, send)

    def _answer(self, method: str, path: str) -> Response:
        if method not in ("GET", "HEAD"):
            return PlainTextResponse("", 405, {**ALWAYS, "Allow": "GET, HEAD"})
        asked = ROUTE.fullmatch(path)
        try:
            found = self._found(asked[1]) if asked else None
        except BotError:  # whoever asks comes again; the ticks tell what is wrong
            return PlainTextResponse("", 503, {**ALWAYS, "Retry-After": "10"})
        return PlainTextResponse("not here\n", 404, ALWAYS) if found is None else found

    def _found(self, name: str) -> Response | None:
        path = self._folder / name
        kind = TYPES.get(path.suffix)
        try:
            facts = os.lstat(path)
        except OSError:
            return None
        if kind is None or not stat.S_ISREG(facts.st_mode):  # a link may lead anywhere
            return None
        if path.suffix != PROBE and not self._is_frozen(name):
            return None
        return _File(path, headers=ALWAYS | FOUND, media_type=kind, stat_result=facts)

    def _is_frozen(self, name: str) -> bool:
        """Tell whether an approved post needs the file; one approved just now is seen at once."""
        with self._lock:
            if name not in self._frozen or time.monotonic() >= self._until:
                with self._store.read() as tx:
                    self._frozen = tx.posts.media(FROZEN)
                self._until = time.monotonic() + REMEMBERED
            return name in self._frozen


class _File(FileResponse):
    max_ranges = 1  # more are answered with the whole


class Impatient(H11Protocol):
    """uvicorn's protocol, which by itself waits without end for a request, and for a reader."""

    def connection_made(self, transport: Any) -> None:
        """Begin to count."""
        super().connection_made(transport)
        self._ends = [
            self.loop.call_later(ASKS_WITHIN.total_seconds(), self._must_have_asked),
            self.loop.call_later(GETS_WITHIN.total_seconds(), transport.abort),
        ]

    def connection_lost(self, exc: Exception | None) -> None:
        """Count no more."""
        for end in self._ends:
            end.cancel()
        super().connection_lost(exc)

    def _must_have_asked(self) -> None:
        if self.cycle is None:
            self.transport.abort()
