"""Which page is where, who may see it, and the headers that all of them carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import BotError
from bot.web import _health, _login, _metrics, _pages
from bot.web.base import View

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Paths that may also be asked from elsewhere; nothing of a post is in them.
OPEN: Final = ("/healthz", "/readyz", "/metrics", "/login/callback", "/style.css")

ONLY_HERE: Final = """\
This page is shown only on the machine that the bot runs on, under a loopback address.
From elsewhere, reach it through “ssh -L 8700:127.0.0.1:8700 HOST”, and open
http://127.0.0.1:8700/ with the same path; or run “bot show ID” there.
"""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # the address of a callback holds a code
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def rooms(view: View) -> Guard:
    """Make the application of all pages."""
    room = Starlette(
        routes=[
            Route("/healthz", _health.healthz(view)),
            Route("/readyz", _health.readyz(view)),
            Route("/metrics", _metrics.metrics(view)),
            Route("/posts/{post_id:int}", _pages.post(view)),
            Route("/login/callback", _login.callback(view)),
            Route("/style.css", _pages.style),
        ],
        exception_handlers={BotError: _sorry},
    )
    return Guard(room, (urlsplit(view.url).hostname or "") if view.url else "")


def _sorry(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 503)


class Guard:
    """Answers only whom it may, and puts the headers on every answer."""

    def __init__(self, room: Starlette, public: str) -> None:
        self._room, self._public = room, public

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Speak ASGI."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        if scope["type"] != "http":
            return
        if not self._may(scope):
            await PlainTextResponse(ONLY_HERE, 403)(scope, receive, with_headers)
            return
        await self._room(scope, receive, with_headers)

    def _may(self, scope: Message) -> bool:
        """Judge by the name that was asked for: a stranger's page could lend us its own."""
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        host = _name(hosts[0]) if len(hosts) == 1 else None
        if host is None:
            return False
        peer = (scope.get("client") or ("",))[0]
        if _is_loopback(host) and (_is_loopback(peer) or scope["path"] in OPEN):
            return True
        return scope["path"] in OPEN and (host == self._public or _is_number(host))


def _name(host: str) -> str | None:
    """Give the name in a Host header, without its port."""
    try:
        parts = urlsplit(f"//{host}")
        bare = parts.hostname if parts.username is None and not parts.path else None
        _ = parts.port  # a ValueError where it is none
    except ValueError:
        return None
    return bare


def _is_number(host: str) -> bool:
    """Tell whether a host is an address itself, which no name of a stranger can lead to."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_number(host) and ip_address(host).is_loopback)
