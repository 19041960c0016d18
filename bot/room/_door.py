"""The door: who may come in, and the headers of every answer.

Judged before any page runs, in this order: the name that was asked for (a stranger's page
could lend us its own), where a change comes from (no other site may ask for one in our
visitor's name), who asks, and whether the page is for them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import people
from bot.room._words import Words, choose, words
from bot.room.base import Role, Room, Visitor
from bot.web.base import View
from bot.web.machines import OPEN

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("bot")

SAFE: Final = ("GET", "HEAD", "OPTIONS")

#: The session of a browser. A declared https address has one that no other path, host or
#: plain connection can set (`__Host-`). A loopback address names its port, for its cookies are
#: those of every port: the demo would sign out whoever is at work.
COOKIE: Final = "bot"
SECURE_COOKIE: Final = "__Host-bot"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not “no-referrer”: with it, browsers send “Origin: null” with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

ONLY_HERE: Final = """\
These pages are shown under the address that is declared for them ([review] url), and on the
machine that the bot runs on under a loopback address. From elsewhere, reach that machine
through “ssh -L 8700:127.0.0.1:8700 HOST”, and open http://127.0.0.1:8700/ with the same path.
"""

NOT_OURS: Final = """\
Nothing was done: this did not come from one of our own pages, as far as your browser tells.
Open the review room anew and do it there. If it did come from there, something between you
and it hides where requests come from (the headers Sec-Fetch-Site and Origin).
"""


class Door:
    """Answers only whom it may, and puts the headers on every answer."""

    def __init__(self, inside: Any, room: Room, view: View) -> None:
        self._inside, self._room = inside, room
        self._public = (urlsplit(view.url).hostname or "") if view.url else ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                there = {name.lower() for name, _ in message.get("headers", ())}
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                own = [each for each in own if each[0] not in there]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, with_headers)
            return
        try:
            await self._inside(scope, receive, with_headers)
        except Exception:
            # Not its path: it may hold the secret of a link.
            log.exception("a page failed (%s): an unforeseen fault", scope["method"])
            if not begun:
                await PlainTextResponse("A fault of the bot.\n", 500)(scope, receive, with_headers)

    def _refusal(self, scope: Message) -> PlainTextResponse | None:
        if not self._may(scope):
            return PlainTextResponse(ONLY_HERE, 403)
        if scope["method"] not in SAFE and not is_from_here(Request(scope)):
            return PlainTextResponse(NOT_OURS, 403)
        return None

    def _may(self, scope: Message) -> bool:
        """Judge by the name that was asked for: a stranger's page could lend us its own."""
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        host = _name(hosts[0]) if len(hosts) == 1 else None
        if host is None:
            return False
        peer = (scope.get("client") or ("",))[0]
        if _is_loopback(host) and (_is_loopback(peer) or scope["path"] in OPEN):
            return True
        return host == self._public or (scope["path"] in OPEN and _is_number(host))


def is_from_here(request: Request) -> bool:
    """Tell whether a page of ours asks for a change, by what browsers say of it.

    As Go's CrossOriginProtection does, but that whoever says nothing at all is refused.
    """
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said in ("same-origin", "none")
    scheme = "https" if is_secure(request) else "http"
    return request.headers.get("origin") == f"{scheme}://{request.headers.get('host', '')}"


def visitor_of(room: Room, request: Request) -> Visitor:
    """Say who asks: whom a trusted proxy names, else whose session the browser has."""
    named = named_by_proxy(room, request)
    if named is not None:
        user = people.by_proxy(room.store, named)
        return Visitor(user.name, Role(user.role), language=user.language) if user else Visitor()
    secret = request.cookies.get(cookie_name(request))
    found = people.visiting(room.store, secret, room.app.now()) if secret else None
    if found is None:
        return Visitor()
    session, user = found
    if user is not None:
        return Visitor(user.name, Role(user.role), session.id, language=user.language)
    if is_secure(request):  # who came by a link is here on this machine
        return Visitor()
    return Visitor(session.name, Role.ADMIN, session.id, local=True)


def named_by_proxy(room: Room, request: Request) -> str | None:
    """Give the name in the header of a trusted proxy; None without one, or from anybody else."""
    header = room.app.config.bot.review.user_header
    names = request.headers.getlist(header) if header else []
    if len(names) != 1 or not names[0] or not _is_proxy(room, request):
        return None
    return names[0].encode("latin-1").decode("utf-8", "replace")


def peer_of(room: Room, request: Request) -> str:
    """Give the address that somebody asks from, as far as it can be believed.

    Of an IPv6 address only the network: one subscriber has as many addresses as they like.
    """
    peer = _peer(request)
    if _is_proxy(room, request):  # what it says comes last, in a line of its own or not
        told = request.headers.getlist("x-forwarded-for")
        last = told[-1].rpartition(",")[2].strip() if told else ""
        peer = next((each for each in (last, _name(last)) if each and _is_number(each)), peer)
    try:
        address = ip_address(peer)
    except ValueError:
        return peer[:60]
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, 64), strict=False))
    return str(address)


def let_in(answer: Response, request: Request, secret: str) -> Response:
    """Give a browser its session with an answer; with "" it is taken away."""
    answer.set_cookie(
        cookie_name(request),
        secret,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        max_age=int(people.SESSION_ENDS.total_seconds()) if secret else 0,
    )
    return answer


def cookie_name(request: Request) -> str:
    """Name the session's cookie for the address that was asked."""
    if is_secure(request):
        return SECURE_COOKIE
    port = request.headers.get("host", "").rpartition(":")[2]
    return f"{COOKIE}-{port}" if port.isdigit() else COOKIE


def is_secure(request: Request) -> bool:
    """Tell whether the browser speaks https with whatever stands before us.

    No other name is let in than that of the declared address, and those of this machine.
    """
    host = _name(request.headers.get("host", ""))
    return host is not None and not _is_loopback(host)


def speak(visitor: Visitor, request: Request) -> Words:
    """Choose the language of the pages."""
    return words(choose(request.headers.get("accept-language", ""), visitor.language))


def _peer(request: Request) -> str:
    """Give the address at the other end of the connection."""
    peer = request.client.host if request.client else ""
    return peer.removeprefix("::ffff:")


def _is_proxy(room: Room, request: Request) -> bool:
    proxies, peer = room.app.config.bot.review.proxies, _peer(request)
    return _is_number(peer) and any(ip_address(peer) in ip_network(each) for each in proxies)


def _name(host: str) -> str | None:
    """Give the name in a Host header, without its port."""
    try:
        parts = urlsplit(f"//{host}")
        bare = parts.hostname if parts.username is None and parts.netloc == host else None
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
