"""How somebody comes in and goes: name and password, or a one-time link on this machine."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from starlette.responses import RedirectResponse, Response

from bot import people
from bot.room import _door
from bot.room.base import Answer, Ask, Away, Page, Role, Sheet, is_ours

log = logging.getLogger("bot")


def sign_in(ask: Ask) -> Answer:
    """Show how to come in; whoever is in already goes on."""
    wanted = _next(ask.query.get("next"))
    return Away(wanted) if ask.visitor.name else _form(ask, wanted)


def signed_in(ask: Ask) -> Answer:
    """Let in whoever knows their password."""
    store, wanted = ask.room.store, _next(ask.text("next"))
    name, peer = ask.text("name") or "", _door.peer_of(ask.room, ask.request)
    found = people.sign_in(
        store, name, ask.text("password") or "", peer=peer, now=ask.now, browser=_browser(ask)
    )
    if isinstance(found, str):
        _leave(ask)
        return _door.let_in(RedirectResponse(wanted, 303), ask.request, found)
    if found is None:
        log.warning("a sign-in failed: %s, from %s", ascii(name[:60]), ascii(peer))
        error = ask.words.t("The name or the password is wrong.")
        return _form(ask, wanted, name=name, error=error, status=403)
    log.warning("too many sign-ins failed: %s, from %s", ascii(name[:60]), ascii(peer))
    return _form(ask, wanted, name=name, error=wait_words(ask, found), status=429, rest=found)


def sign_out(ask: Ask) -> Answer:
    """End the session of this browser."""
    _leave(ask)
    return _door.let_in(RedirectResponse("/sign-in?out", 303), ask.request, "")


def link(ask: Ask) -> Answer:
    """Let in whoever opens a one-time link; who only looks ahead at it uses nothing up.

    Browsers fetch an address before anybody has asked for it, and say so: they are shown a
    button instead.
    """
    if ask.visitor.name:
        return Away("/queue")
    ahead = {"prefetch", "preview"} & {
        ask.request.headers.get(name, "").lower().split(";")[0]
        for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
    }
    if ask.request.method == "GET" and not ahead and (answer := _entered(ask)):
        return answer
    with ask.room.store.read() as tx:
        laid = tx.sessions.is_laid(ask.given["secret"], ask.now)
    laid = laid and not _door.is_secure(ask.request)
    return Sheet("enter.html", {"laid": laid}, 200 if laid else 403)


def enter(ask: Ask) -> Answer:
    """Let in whoever presses the button of a one-time link, once."""
    return _entered(ask) or Sheet("enter.html", {"laid": False}, 403)


def _entered(ask: Ask) -> Response | None:
    """Use a link up on this machine; None where it opens nothing."""
    if _door.is_secure(ask.request):
        return None
    secret = people.enter_by_link(ask.room.store, ask.given["secret"], ask.now, _browser(ask))
    if secret is None:
        return None
    return _door.let_in(RedirectResponse("/queue", 303), ask.request, secret)


def _form(
    ask: Ask,
    wanted: str,
    *,
    name: str = "",
    error: str = "",
    status: int = 200,
    rest: timedelta | None = None,
) -> Sheet:
    with ask.room.store.read() as tx:
        anybody = tx.users.any()
    facts = {
        "anybody": anybody,
        "next": wanted,
        "name": name[:100],
        "error": error,
        "out": "out" in ask.query,
        "stranger": _door.named_by_proxy(ask.room, ask.request) or "",
    }
    headers = {"Retry-After": str(int(rest.total_seconds()) + 1)} if rest else {}
    return Sheet("sign_in.html", facts, status, headers)


def wait_words(ask: Ask, span: timedelta) -> str:
    """Say to whoever tried too often how long to wait."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    return ask.words.n(
        "There were too many tries. Try again in a minute.",
        "There were too many tries. Try again in %(num)s minutes.",
        minutes,
    )


def _leave(ask: Ask) -> None:
    """End the session that the browser has, if any."""
    secret = ask.request.cookies.get(_door.cookie_name(ask.request))
    if secret:
        with ask.room.store.write("sign out") as tx:
            tx.sessions.end_secret(secret)


def _next(path: str | None) -> str:
    return path if path and is_ours(path) else "/queue"


def _browser(ask: Ask) -> str:
    return ask.request.headers.get("user-agent", "")


PAGES: Final = (
    Page("/sign-in", sign_in, role=Role.NOBODY),
    Page("/sign-in", signed_in, "POST", role=Role.NOBODY),
    Page("/sign-out", sign_out, "POST", role=Role.NOBODY),
    Page("/enter/{secret}", link, role=Role.NOBODY),
    Page("/enter/{secret}", enter, "POST", role=Role.NOBODY),
)
