"""Requests as people may read them: what a rehearsal answers and shows, secrets masked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser
from typing import Any, Final
from urllib.parse import parse_qsl, quote, quote_plus

HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Sample:
    """What a rehearsal answers to a declared request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a rehearsal; no secret is in it."""

    kind: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any  # JSON as it is; a form as a mapping; files by name, size and sha256
    status: int  # of the sample


# --------------------------------------------------------------------- secrets

_NAMES: Final = (
    r"(?:access_token|refresh_token|id_token|input_token|fb_exchange_token|client_secret"
    r"|appsecret_proof|code_verifier|api_secret|password|upload_id"
    r"|oauth_(?:token|token_secret|signature|consumer_key|verifier))"
)
_SECRET_NAME: Final = re.compile(_NAMES, re.I)
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
# A name and what is said to be its value: in a query, a form, JSON, a header, a Python repr.
_NAMED_VALUE: Final = re.compile(
    rf"(\b{_NAMES}(?:['\"]?\s*(?:=|:|%3D)\s*b?['\"]?|['\"],\s*b?['\"]))"
    r"([^\s&'\",;}\])%•][^\s&'\",;}\])]*)",
    re.I,
)
_CREDENTIALS: Final = re.compile(r"((?:['\"=]|:\s?)(?:Bearer|Basic) )[\w.~+/=%-]{4,}")
_SHORTEST: Final = 4  # anything shorter would blot out ordinary words


class Masker(logging.Filter):
    """Replace secrets by ••• in any text; as a filter on a handler, in what it logs.

    As a filter it covers the message, its arguments, tracebacks and stacks, and
    so the lines that urllib3, requests_oauthlib, oauthlib and tweepy write at DEBUG.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Mask these too, also where they stand quoted in a URL or in JSON."""
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                quoted = quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]
                self._values.update((secret, *quoted))
        if self._values:
            longest_first = sorted(self._values, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def knows(self, text: str) -> bool:
        """Tell whether one of the secrets stands in `text`."""
        return bool(self._pattern and self._pattern.search(text))

    def names(self, text: str) -> bool:
        """Tell whether `text` has a parameter that goes by a secret's name."""
        return bool(_NAMED_VALUE.search(text))

    def mask(self, text: str) -> str:
        """Give `text` without secrets, known by value or by the name they go by."""
        text = _CREDENTIALS.sub(rf"\1{HIDDEN}", self.mask_known(text))
        return _NAMED_VALUE.sub(rf"\1{HIDDEN}", text)

    def mask_known(self, text: str) -> str:
        """Give `text` without the secrets known by value; all else stays as it is."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def mask_all(self, value: Any, name: str = "") -> Any:
        """Mask `value`, a structure as JSON has them; prose in it keeps its words."""
        if isinstance(value, str):
            hide = _SECRET_NAME.fullmatch(name) or name.lower() in _SECRET_HEADERS
            return HIDDEN if hide else self.mask_known(value)
        if isinstance(value, Mapping):
            return {key: self.mask_all(item, str(key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.mask_all(item, name) for item in value]
        return value

    def mask_exchange(self, exchange: Exchange) -> Exchange:
        """Give `exchange` as it may be shown."""
        return replace(
            exchange,
            url=self.mask(exchange.url),
            headers=self.mask_all(exchange.headers),
            body=self.mask_all(exchange.body),
        )

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.mask(record.getMessage()), None
        if record.exc_info:
            text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = text, None
        if record.exc_text:
            record.exc_text = self.mask(record.exc_text)
        if record.stack_info:
            record.stack_info = self.mask(record.stack_info)
        return True


# ---------------------------------------------------------------------- bodies


def note(
    kind: str, method: str, url: str, headers: Mapping[str, str | bytes], body: Any, status: int
) -> Exchange:
    """Write a request down for people; `Masker.mask_exchange` takes the secrets out."""
    texts = {name: _text(value) for name, value in headers.items()}
    return Exchange(kind, method, url, texts, _body(body, texts.get("Content-Type", "")), status)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _body(body: Any, kind: str) -> Any:
    if body is None:
        return None
    if hasattr(body, "read"):
        start = body.tell()
        digest = {"sha256": hashlib.file_digest(body, "sha256").hexdigest()}
        described = {"size": body.tell() - start, **digest}
        body.seek(start)
        return described
    octets = body.encode() if isinstance(body, str) else body
    if not isinstance(octets, bytes):
        return {"size": None}  # made while it is sent: nobody knows yet
    try:
        if "json" in kind:
            return _without_files(json.loads(octets))
        if kind.startswith("application/x-www-form-urlencoded"):
            return _form(octets.decode())
        if kind.startswith("multipart/form-data"):
            return _parts(octets, kind.partition("boundary=")[2].strip('"').encode())
        if kind.startswith("text/"):
            return octets.decode()
    except ValueError:
        return _digest(octets)  # not what its type says
    return _digest(octets)


def _digest(octets: bytes) -> dict[str, Any]:
    return {"size": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}


def _without_files(value: Any, key: str = "") -> Any:
    """Give JSON with its files as size and sha256: base64 under “media” (so X takes pictures)."""
    if isinstance(value, dict):
        return {key: _without_files(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_files(item) for item in value]
    if isinstance(value, str) and key == "media":
        try:
            return _digest(base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError):
            return value
    return value


def _form(text: str) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _parts(body: bytes, boundary: bytes) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        name = str(headers.get_param("name", "", "content-disposition"))
        filename = headers.get_filename()
        if filename is None:
            value = HIDDEN if _SECRET_NAME.fullmatch(name) else content.decode(errors="replace")
            described.append({"name": name, "value": value})
        else:
            kind = headers.get_content_type()
            described.append({"name": name, "filename": filename, "type": kind, **_digest(content)})
    return described
