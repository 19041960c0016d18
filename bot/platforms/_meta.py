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
from collections.abc import Callable, Mapping
from datetime import datetime
from io import SEEK_END
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import requests

from bot.http import Session
from bot.model import Retry
from bot.platforms._channel import Failure, verdict_of
from bot.platforms._meta_answers import failure, rest

# https://developers.facebook.com/docs/graph-api/changelog/versions (read 2026-11-22)
VERSION = "v26.0"
SDK_HOST = "https://graph.facebook.com"
#: Where the bytes of videos go.
UPLOAD_HOST = "https://rupload.facebook.com"


class Graph:
    """The API as one account sees it: paths and plain fields in, JSON out.

    An error that Graph answers is raised as `GraphFailure`. `full_until` says until when
    the last answers asked to be left alone.
    """

    def __init__(
        self,
        session: Session,
        token: str,
        *,
        clock: Callable[[], datetime],
        app_secret: str = "",
        host: str = SDK_HOST,
        version: str = VERSION,
    ) -> None:
        self.full_until: datetime | None = None
        self._clock, self._session, self._token, self._version = clock, session, token, version
        self._bearer = _Bearer(session, token, host)
        self._api = _sdk().GraphAPI(session=self._bearer)
        self._api.version = version  # the constructor refuses every version that is alive
        self._proof = {"appsecret_proof": _proof(token, app_secret)} if app_secret else {}

    def get(self, path: str, **fields: str) -> Any:
        """Read `path`; one that begins with a slash is of no version."""
        return self._request(path, args={**fields, **self._proof}, method="GET")

    def post(
        self, path: str, fields: Mapping[str, Any], file: BinaryIO | None = None, mime: str = ""
    ) -> Any:
        """Write `fields` and `file` to `path`."""
        body = {name: _plain(value) for name, value in fields.items()} | self._proof
        source = file and {"source": (Path(file.name).name, file, mime or "image/jpeg")}
        return self._request(path, post_args=body, files=source)

    def delete(self, path: str) -> Any:
        """Delete what lies at `path`."""
        return self._request(path, args=dict(self._proof), method="DELETE")

    def upload(self, edge: str, number: str, file: BinaryIO | None) -> Any:
        """Send a video from its first byte to its last; without a `file`, as in a rehearsal, none.

        https://developers.facebook.com/documentation/video-api/guides/reels-publishing and
        …/instagram-platform/content-publishing/resumable-uploads (read 2026-11-22)
        """
        size = file.seek(0, SEEK_END) if file else 0
        if file:
            file.seek(0)
        headers = {"Authorization": f"OAuth {self._token}", "offset": "0", "file_size": str(size)}
        url = f"{UPLOAD_HOST}/{edge}/{self._version}/{number}"
        response = self._session.post(url, data=file, headers=headers)
        answer = response.json()
        if answer.get("success") is True:
            return answer
        if "debug_info" not in answer:
            raise failure(answer, response.status_code, response.headers, self._clock())
        told = answer["debug_info"]
        verdict = Retry if told.get("retriable") else verdict_of(response.status_code)
        raise Failure(f"did not take the video: {told.get('message')}", verdict)

    def _request(self, path: str, **how: Any) -> Any:
        place = path[1:] if path.startswith("/") else f"{self._version}/{path}"
        self._bearer.last = None
        try:
            answer = self._api.request(place, **how)
        except _sdk().GraphAPIError as error:
            status, headers = self._bearer.seen()
            raise failure(error.result, status, headers, self._clock()) from None
        finally:
            if self._bearer.last is not None:
                wait = rest(self._bearer.last.headers)
                self.full_until = self._clock() + wait if wait else None
        status, headers = self._bearer.seen()
        if status >= 400 or not isinstance(answer, dict):  # which facebook-sdk takes for success
            raise failure(answer, status, headers, self._clock())
        return answer


class _Bearer:
    """The session as facebook-sdk calls it: the token in a header, never in a URL."""

    last: requests.Response | None = None

    def __init__(self, session: Session, token: str, host: str) -> None:
        self._session, self._token, self._host = session, token, host

    def request(self, method: str, url: str, **how: Any) -> requests.Response:
        how.pop("timeout")  # the session has its own, and it is total
        how.pop("proxies")
        url = self._host + url.removeprefix(SDK_HOST)
        headers = {"Authorization": f"Bearer {self._token}"}
        self.last = self._session.request(method, url, headers=headers, **how)
        return self.last

    def seen(self) -> tuple[int, Mapping[str, str]]:
        """Give status and headers of the last answer, which facebook-sdk keeps to itself."""
        return (0, {}) if self.last is None else (self.last.status_code, self.last.headers)


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
