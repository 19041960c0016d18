"""Meta's Graph API through facebook-sdk, for Facebook and Instagram.

facebook-sdk 3.1.0 is the last release (2018): it knows no current version of
the API, puts the token into URLs, has no time limit and sends a Python list as
text. What it needs for that is here and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import requests

from bot.http import Session
from bot.model import Blocked, Refused, Retry
from bot.platforms._channel import Failure, Verdict

# https://developers.facebook.com/docs/graph-api/changelog/versions (read 2026-11-22)
VERSION = "v26.0"
SDK_HOST = "https://graph.facebook.com"

# https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11-22)
CHANNEL_CODES = {3, 10, 102, 190, *range(200, 300)}
REQUEST_CODES = {100, 352, 1609008, *range(36000, 36005)}


class Graph:
    """The API as one account sees it: paths and plain fields in, JSON out."""

    def __init__(
        self, session: Session, token: str, *, app_secret: str = "", host: str = SDK_HOST
    ) -> None:
        self._api = _sdk().GraphAPI(session=_Bearer(session, token, host))
        self._api.version = VERSION  # the constructor refuses every version that is alive
        self._proof = {"appsecret_proof": _proof(token, app_secret)} if app_secret else {}

    def get(self, path: str, **fields: str) -> Any:
        """Read `path`; raise `Failure` where Graph answers with an error."""
        return self._request(path, args={**fields, **self._proof}, method="GET")

    def post(
        self, path: str, fields: Mapping[str, Any], file: BinaryIO | None = None, mime: str = ""
    ) -> Any:
        """Write `fields` and `file` to `path`; raise `Failure` where the answer is an error."""
        body = {name: _plain(value) for name, value in fields.items()} | self._proof
        source = file and {"source": (Path(file.name).name, file, mime or "image/jpeg")}
        return self._request(path, post_args=body, files=source)

    def _request(self, path: str, **how: Any) -> Any:
        try:
            return self._api.request(f"{VERSION}/{path}", **how)
        except _sdk().GraphAPIError as error:
            words = f"answered {error.code or 'with no JSON'}: {error.message}"
            raise Failure(words, _verdict(error.code)) from None


class _Bearer:
    """The session as facebook-sdk calls it: the token in a header, never in a URL."""

    def __init__(self, session: Session, token: str, host: str) -> None:
        self._session, self._token, self._host = session, token, host

    def request(self, method: str, url: str, **how: Any) -> requests.Response:
        how.pop("timeout")  # the session has its own, and it is total
        how.pop("proxies")
        url = self._host + url.removeprefix(SDK_HOST)
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._session.request(method, url, headers=headers, **how)


def _sdk() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a plain string
        import facebook
    module: ModuleType = facebook
    return module


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _proof(token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _verdict(code: int | None) -> Verdict:
    if code in CHANNEL_CODES:
        return Blocked
    return Refused if code in REQUEST_CODES else Retry
