"""The one way out: a session with deadlines, caps, checked addresses and a rehearsal.

`fetch` gets pages, feeds and pictures. Platforms use the `Session` itself, and
declare each request before they make it::

    session.route({"https://api.x.com": settings.api_url})
    with session.declare("effect", Sample(201, json={"data": {"id": "1"}})):
        answer = session.post("https://api.x.com/2/tweets", json=…)

A write that is not declared is refused. In a rehearsal (`dry_run`) a declared
request gets its sample for an answer, is noted in `journal`, and reaches no socket.
The sockets are in `bot._net`, the journal and the masking of secrets in `bot._journal`.
"""

from __future__ import annotations

import codecs
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit
from weakref import WeakValueDictionary

import requests
from requests import PreparedRequest, Response
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from bot import _crash
from bot._journal import Exchange, Masker, Sample, note
from bot._net import (
    SAFE_METHODS,
    WIRE,
    Adapter,
    PrivateAddress,
    Undeclared,
    UndeclaredWrite,
    Unreached,
    Wire,
    clock,
    is_public,
    refuse_private,
)
from bot.errors import FetchError

__all__ = [
    "Exchange",
    "Fetched",
    "Masker",
    "NotSent",
    "PrivateAddress",
    "Sample",
    "Session",
    "StrayToken",
    "TooLarge",
    "Undeclared",
    "UndeclaredWrite",
    "clock",
    "fetch",
    "is_public",
    "refuse_private",
    "retry_after",
]

USER_AGENT: Final = "newsroom-syndication-bot"
BODY_CAP: Final = 5_000_000
MAX_REDIRECTS: Final = 5
DAY: Final = 24 * 60 * 60
KINDS: Final = frozenset({"read", "prepare", "effect", "extra"})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})


class NotSent(requests.ConnectionError):
    """No byte of the request left this machine, so it may be made again."""


class TooLarge(requests.RequestException):
    """The request was sent; its answer is larger than it may be."""


class StrayToken(RuntimeError):
    """A secret was about to go to a host that is no platform's: a fault of this program."""


class Turn:
    """A lock that is forgotten when nobody holds it or waits for it."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _Here(threading.local):
    """What one thread has declared; another thread's write is none of its business."""

    declared: tuple[str, Sample] | None = None


class Session(requests.Session):
    """A requests session that keeps every promise the bot makes about the network.

    Each request ends within `deadline`, and its answer within `body_cap` bytes,
    decompressed. Proxies, .netrc and cookies are not used, redirects not followed.
    A failure is NotSent, TooLarge, requests.Timeout or requests.ConnectionError:
    one plain sentence without secrets, and only NotSent proves that nothing went
    out. From `attempt_deadline` on, an instant of `clock`, no request is begun.
    Sessions may share a `masker`, so that one log hides the secrets of all.
    """

    def __init__(
        self,
        *,
        deadline: timedelta,
        allow_private: bool = False,
        dry_run: bool = False,
        user_agent: str = USER_AGENT,
        body_cap: int = BODY_CAP,
        masker: Masker | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.deadline, self.body_cap = deadline, body_cap
        self.allow_private, self.dry_run = allow_private, dry_run
        self.attempt_deadline: float | None = None
        self.masker = masker or Masker()
        self.masker.add(*secrets)
        self.journal: list[Exchange] = []
        self._routes: dict[str, str] = {}
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._turning = threading.Lock()
        self._here = _Here()
        self._adapter = Adapter(dry_run=dry_run)
        self.mount("https://", self._adapter)
        self.mount("http://", self._adapter)
        self.trust_env = False
        self.headers["User-Agent"] = user_agent
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def route(self, hosts: Mapping[str, str]) -> None:
        """Send what is meant for each key to its value instead, before it is signed.

        Secrets go only to the hosts named here as values: name a host with
        itself where nothing is to be rewritten.
        """
        self._routes.update({key.rstrip("/"): to.rstrip("/") for key, to in hosts.items()})

    @contextmanager
    def declare(self, kind: str, sample: Sample) -> Iterator[None]:
        """Say what the next request of this thread is, and what a rehearsal answers.

        `kind` is "read", "prepare", "effect" or "extra". A declaration is good
        for one request: a library that repeats a write on its own is refused.
        """
        if kind not in KINDS:
            raise ValueError(f"a request is one of {', '.join(sorted(KINDS))}, not “{kind}”")
        before, self._here.declared = self._here.declared, (kind, sample)
        try:
            yield
        finally:
            self._here.declared = before

    def turn(self, url: str) -> Turn:
        """Give what only one thread holds at a time for the host of `url`."""
        host = re.sub(r"^[a-z]*://|[/?#].*", "", url.lower())
        with self._turning:
            return self._turns.setdefault(host, Turn())

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> Response:
        """Prepare and send a request to where its host is routed."""
        text = url.decode() if isinstance(url, bytes) else url
        return super().request(method, self._routed(text), *args, **kwargs)

    def get_redirect_target(self, resp: Response) -> str | None:
        """Follow nothing: `fetch` alone follows redirects, and checks each."""
        return None

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send one request, or answer it from its sample; the guards stand here.

        `until` and `cap` are for `fetch`. Any `timeout` gives way to the deadline.
        """
        declared = self._permit(request)
        if declared and self.dry_run:
            return self._rehearse(request, *declared)
        until = kwargs.pop("until", clock() + self.deadline.total_seconds())
        cap = kwargs.pop("cap", self.body_cap)
        wire = Wire(until, self.allow_private, declared is not None, self._in_time)
        kwargs |= {"stream": True, "proxies": {}, "timeout": None}
        token = WIRE.set(wire)
        try:
            self._in_time()
            if declared is None:
                return _read_whole(super().send(request, **kwargs), cap)
            _crash.point(f"before send {declared[0]}")
            answer = _read_whole(super().send(request, **kwargs), cap)
            _crash.point(f"after send {declared[0]}")
            return answer
        except (Unreached, HTTPError, OSError) as error:  # requests' own are OSErrors
            raise self._in_plain_words(error, str(request.url), wire) from None
        except ValueError as error:
            if not wire.started:  # the address is none, which the caller says
                raise
            raise self._in_plain_words(error, str(request.url), wire) from None
        finally:
            WIRE.reset(token)

    def _permit(self, request: PreparedRequest) -> tuple[str, Sample] | None:
        declared, self._here.declared = self._here.declared, None
        what = f"{request.method} {self._show(str(request.url))}"
        if declared is None and request.method not in SAFE_METHODS:
            raise UndeclaredWrite(f"{what} is a write, and was not declared")
        platform = any(_below(str(request.url), to) is not None for to in self._routes.values())
        if declared is None and platform and self.dry_run:
            raise Undeclared(f"{what} was not declared: a rehearsal asks no platform")
        if not platform and self._holds_secret(request, bool(declared)):
            raise StrayToken(f"{what} holds a secret, and its host was not routed")
        return declared

    def _holds_secret(self, request: PreparedRequest, by_name: bool) -> bool:
        """Look for secrets; by their names only where the request is of our own making."""
        body = request.body[:1_000_000] if isinstance(request.body, str | bytes) else ""
        body = body.decode("latin-1") if isinstance(body, bytes) else body
        texts = [str(request.url), *map(str, request.headers.values()), body]
        return "Authorization" in request.headers or any(
            self.masker.knows(text) or (by_name and self.masker.names(text)) for text in texts
        )

    def _routed(self, url: str) -> str:
        for key in sorted(self._routes, key=len, reverse=True):
            rest = _below(url, key)
            if rest is not None:
                return self._routes[key] + rest
        return url

    def _in_time(self) -> None:
        if self.attempt_deadline is not None and clock() >= self.attempt_deadline:
            raise Unreached("Nothing was sent: the time of this attempt is over.")

    def _rehearse(self, request: PreparedRequest, kind: str, sample: Sample) -> Response:
        method, url = str(request.method), str(request.url)
        exchange = note(kind, method, url, request.headers, request.body, sample.status)
        self.journal.append(self.masker.mask_exchange(exchange))
        body = b"" if sample.json is None else json.dumps(sample.json).encode()
        headers = {"Content-Type": "application/json", **sample.headers}
        raw = HTTPResponse(
            BytesIO(body),
            headers,
            sample.status,
            reason=_phrase(sample.status),
            preload_content=False,
        )
        return _read_whole(self._adapter.build_response(request, raw), self.body_cap)

    def _show(self, url: str) -> str:
        """Give a URL as a sentence may name it: no query, credentials or secrets."""
        parts = urlsplit(url)
        shown = self.masker.mask(
            urlunsplit((*parts[:1], parts.netloc.split("@")[-1], parts[2], "", ""))
        )
        return "".join(sign for sign in shown[:200] if sign.isprintable())

    def _in_plain_words(self, error: Exception, url: str, wire: Wire) -> requests.RequestException:
        where, host = self._show(url), urlsplit(url).hostname or "the server"
        span = f"within {self.deadline.total_seconds():g} s"
        late = clock() >= wire.until or isinstance(error, TimeoutError | requests.Timeout)
        if isinstance(error, Unreached):
            return NotSent(str(error))
        if not wire.started:
            reason = f"it did not answer {span}" if late else "it broke the connection off"
            return NotSent(f"{host} could not be reached: {reason}.")
        if isinstance(error, TooLarge):
            return TooLarge(f"{where} {error}.")
        if late:
            return requests.Timeout(f"{where} did not finish {span}.")
        return requests.ConnectionError(f"{where} did not give a whole answer.")


def _below(url: str, base: str) -> str | None:
    """Give what of `url` comes after `base`, or None where it is elsewhere."""
    ours, theirs = urlsplit(base), urlsplit(url)
    ports = {"http": 80, "https": 443}
    if (ours.scheme, ours.hostname, ours.port or ports.get(ours.scheme)) != (
        theirs.scheme,
        theirs.hostname,
        theirs.port or ports.get(theirs.scheme),
    ):
        return None
    if not f"{theirs.path}/".startswith(f"{ours.path}/"):
        return None
    return urlunsplit(("", "", theirs.path[len(ours.path) :], theirs.query, theirs.fragment))


def _read_whole(response: Response, cap: int) -> Response:
    """Read the body now, while the deadline runs, and at most `cap` bytes of it."""
    body = bytearray()
    try:
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > cap:
                size = f"{cap / 1e6:g} MB" if cap >= 100_000 else f"{cap} bytes"
                raise TooLarge(f"sent more than {size}")
    except BaseException:
        response.close()  # what is left unread must not be taken for the next answer
        raise
    response._content = bytes(body)
    return response


def _phrase(status: int) -> str:
    """Name a status in the standard's words: a server's own may be hostile."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


# ----------------------------------------------------------------------- fetch


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer that was read to its end."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    moved_to: str = ""  # where permanent redirects, and nothing before them, lead

    @property
    def charset(self) -> str:
        """The character set that the server names, "" where it names none we know."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        try:
            return codecs.lookup(message.get_content_charset("")).name
        except LookupError:
            return ""


def fetch(
    session: Session,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    cap: int = BODY_CAP,
    accept: tuple[int, ...] = (200,),
) -> Fetched:
    """Get a page, feed or picture, following at most five redirects.

    All of them share one deadline, and each address is checked. Anything but an
    answer with a status of `accept`, of at most `cap` bytes, raises FetchError.
    A host gets one request of a session at a time; waiting for that is not counted.
    """
    until = clock() + session.deadline.total_seconds()
    target: str | None = url
    moved_to, for_good = "", True
    for _ in range(MAX_REDIRECTS + 1):
        asked = clock()
        with session.turn(str(target)):
            until += clock() - asked
            answer = _get(session, str(target), headers, until, cap)
        target = _target(answer)
        if target is None:
            break
        for_good = for_good and answer.status_code in PERMANENT
        moved_to = target if for_good else moved_to
    else:
        raise FetchError(f"{session._show(url)} redirected more than {MAX_REDIRECTS} times.")
    status = answer.status_code
    if status not in accept:
        message = f"{session._show(answer.url)} answered {status} {_phrase(status)}".rstrip() + "."
        raise FetchError(message, status=status, retry_after=retry_after(answer.headers))
    return Fetched(answer.url, status, answer.headers, answer.content, moved_to)


def _get(
    session: Session, url: str, headers: Mapping[str, str] | None, until: float, cap: int
) -> Response:
    shown = "".join(sign for sign in url[:200] if sign.isprintable())
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError(f"“{shown}” is not a web address: it must begin with http or https.")
        if "@" in parts.netloc:
            raise FetchError(f"{session._show(url)} must be given without user name and password.")
        request = requests.Request("GET", url, headers=dict(headers or {}))
        return session.send(session.prepare_request(request), until=until, cap=cap)
    except requests.exceptions.InvalidURL:
        raise FetchError(f"“{shown}” is not a web address.") from None
    except requests.RequestException as error:
        raise FetchError(str(error)) from None
    except ValueError:
        raise FetchError(f"“{shown}” is not a web address.") from None


def _target(answer: Response) -> str | None:
    onward = answer.headers.get("Location", "")
    if answer.status_code not in REDIRECTS or not onward:
        return None
    try:
        # Header bytes arrive as Latin-1; addresses in them are UTF-8.
        onward = onward.encode("latin-1").decode("utf-8", "replace")
        return urljoin(answer.url, onward)
    except ValueError:
        return onward  # no address at all, which `_get` says


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Tell how many seconds a server asks to wait, a day at most; None if it does not ask."""
    value = headers.get("Retry-After", "").strip()
    try:
        if value.isdecimal():
            return min(int(value[:9]), DAY)
        # By the server's own clock: ours may be wrong.
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers["Date"])
        return min(max(0, round(wait.total_seconds())), DAY)
    except (ValueError, TypeError, KeyError):
        return None
