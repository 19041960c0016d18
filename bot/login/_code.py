"""The browser's part: a person agrees on the platform's page, and a code comes back.

Three ways lead back: to a port of this machine, by hand (the address is pasted), or to
the review page's own address. The `state` ties the answer to the question (RFC 6749), and
with PKCE the code is worth nothing to who overhears it (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.errors import BotError, UsageError
from bot.login.base import CALLBACK, Login

#: Nobody takes longer to agree.
PATIENCE: Final = timedelta(minutes=10)
TRIES: Final = 3
LOOK_AGAIN: Final = 2.0  # seconds, for an answer to the review page

_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=referrer content=no-referrer>"
    "<title>{title}</title><p>{words}</p>"
)


class Astray(Exception):
    """An answer that belongs to no question of ours; the text says why."""


@dataclass(frozen=True, slots=True)
class Code:
    """What the platform gave for the person's consent; good once, and soon over."""

    code: str
    redirect_uri: str
    verifier: str  # "" without PKCE


def consent(login: Login, page: str, asked: Mapping[str, str], *, pkce: bool = True) -> Code:
    """Send the person to `page` to agree, and wait for the code; BotError where none comes."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48) if pkce else ""
    redirect = login.way == "redirect"
    back = login.callback_url if redirect else f"http://127.0.0.1:{login.port}{CALLBACK}"
    query = {"response_type": "code", "redirect_uri": back, "state": state, **asked}
    if pkce:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query |= {
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    address = f"{page}?{urlencode(query)}"
    login.hide(verifier)
    if redirect:
        answer = _by_review_page(login, address, state)
    elif login.way == "paste" or not login.person.has_browser:
        answer = _by_hand(login, address, state)
    else:
        answer = _by_browser(login, address, state)
    login.hide(answer)
    return Code(answer, back, verifier)


def _read(query: str, state: str) -> str:
    """Take the code out of an answer; Astray where it is not ours, BotError where it says no."""
    given = {name: values[-1] for name, values in parse_qs(query).items()}
    if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        raise Astray("it belongs to another login: use the address of this one.")
    if "error" in given:
        words = "".join(sign for sign in given["error"][:80] if sign.isprintable())
        raise BotError(f"Access was not granted ({words}). Run the command again and agree.")
    if not given.get("code"):
        raise Astray("it has no code in it.")
    return given["code"]


# --------------------------------------------------------------------- by browser


def _by_browser(login: Login, address: str, state: str) -> str:
    """Open the page and wait for the browser to come back; by hand where there is none."""
    with _listening(login) as server:
        login.person.browse(address)
        login.person.tell(
            f"Your browser shows a page of {login.label}: agree there, as the account"
            f" {login.channel.account}. If it did not open, go to:\n{address}"
        )
        return server.answer(login, state)


def _listening(login: Login) -> _Listener:
    try:
        return _Listener(("127.0.0.1", login.port), _Back)
    except OSError:
        raise UsageError(
            f"port {login.port} of this machine is taken: give another with --port, the same that"
            f" {login.label} knows, or use --paste."
        ) from None


class _Listener(TCPServer):
    """Waits for one answer on this machine."""

    allow_reuse_address = True
    state = ""
    code = ""
    refusal: BotError | None = None

    def answer(self, login: Login, state: str) -> str:
        self.state, until = state, login.steady() + PATIENCE.total_seconds()
        while not self.code and self.refusal is None:
            self.timeout = until - login.steady()
            if self.timeout <= 0:
                raise BotError("Nobody agreed within ten minutes. Run the command again.")
            self.handle_request()
        if self.refusal is not None:
            raise self.refusal
        return self.code

    def handle_error(self, *_: object) -> None:
        """Go on waiting: a browser that broke off comes again."""


class _Back(BaseHTTPRequestHandler):
    """The request with which the browser comes back."""

    server: _Listener
    timeout = 2  # a connection on which nothing is asked must not keep the answer waiting

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != CALLBACK:
            self._say(404, "Nothing here", "There is nothing here.")
            return
        try:
            self.server.code = _read(parts.query, self.server.state)
        except Astray as astray:
            self._say(400, "Not this login", f"This cannot be used: {astray}")
        except BotError as refusal:
            self.server.refusal = refusal
            self._say(200, "Not connected", "Access was not granted. You may close this page.")
        else:
            self._say(200, "Received", "The answer has arrived. You may close this page.")

    def _say(self, status: int, title: str, words: str) -> None:
        body = _PAGE.format(title=title, words=words).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the code stands in the address."""


# ------------------------------------------------------------------------ by hand


def _by_hand(login: Login, address: str, state: str) -> str:
    """Let the person open the page elsewhere and paste where the browser ended."""
    login.person.tell(
        f"Open this address in a browser on any machine, and agree as {login.channel.account}:\n"
        f"{address}\n"
        "The browser ends on a page that it cannot show; that is meant so. Copy the whole\n"
        f"address of that page, it begins with http://127.0.0.1:{login.port}{CALLBACK}"
    )
    for left in reversed(range(TRIES)):
        pasted = login.person.ask("Paste it here (it does not show)", hidden=True).strip()
        query = urlsplit(pasted).query or pasted.partition("?")[2] or pasted
        try:
            return _read(query, state)
        except Astray as astray:
            if left:
                login.person.tell(f"That address cannot be used: {astray}")
    raise BotError("No address with a code was given; nothing was stored. Run the command again.")


# ---------------------------------------------------------------- by the review page


def _by_review_page(login: Login, address: str, state: str) -> str:
    """Wait for the answer that the review page has stored; it asks whoever is sent there."""
    with login.store.write("login") as tx:
        tx.logins.put(state, login.now())
    login.person.browse(address)
    login.person.tell(
        f"Open this address in a browser, and agree as {login.channel.account}:\n{address}\n"
        f"It leads back to {login.callback_url}, which “bot run” must serve."
    )
    until = login.steady() + PATIENCE.total_seconds()
    while login.steady() < until:
        with login.store.write("login") as tx:
            answer = tx.logins.take_answer(state)
        if answer is not None:
            try:
                return _read(answer, state)
            except Astray as astray:
                raise BotError(f"The answer cannot be used: {astray}") from None
        login.wait(LOOK_AGAIN)
    raise BotError(
        f"No answer reached {login.callback_url} within ten minutes; nothing was stored. See that"
        " the review page runs there, and that the app's settings list exactly this address."
    )
