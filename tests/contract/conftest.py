"""One scenario, or more, for each platform; every contract test runs over all of them.

A platform gives the facts: what it answers in which case (`says`), how it shows a live post
(`live`), and how it names another account (`stranger`). The tests know no platform.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.http import Exchange, Sample, Session
from bot.model import (
    Blocked,
    Media,
    Outcome,
    Published,
    Refused,
    Retry,
    Teaser,
    Unknown,
    Waiting,
)
from bot.platforms import base

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = "k7f3q2"
LINK = "https://harbour.example.com/2026/11/dockers-strike?utm_source=social&id=1"
TEXT = "Dockers in Setúbal end their strike after 41 days, union says."


@dataclass(frozen=True)
class Says:
    """An answer in the platform's own form, and what it means where it answers the effect."""

    means: type[Any]  # the outcome
    status: int
    json: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        body = json.dumps(self.json)
        kind = "application/json"
        return Response(body, self.status, {**self.headers, "Content-Type": kind})


@dataclass(frozen=True)
class Scenario:
    """A platform, its settings, and a teaser that it takes as it is."""

    platform: str
    secrets: Mapping[str, str]
    kinds: tuple[str, ...]  # of the requests, in order
    settings: Mapping[str, Any] = field(default_factory=dict)
    text: str = TEXT
    title: str = ""
    media: str = ""  # "" | "image" | "images" | "video" | "placeholder"
    own_token_url: bool = False
    #: By name; at least "refused", "401" and "429".
    says: Mapping[str, Says] = field(default_factory=dict)
    #: JSON by a pattern of the path, as the post is shown when it is live; all else by samples.
    live: Callable[[Teaser], Mapping[str, Any]] | None = None
    #: Whether it is found by a number of its own, so that no other post can be taken for it.
    sure: bool = False
    #: As `live`, where the credential is that of an account called "stranger".
    stranger: Mapping[str, Any] = field(default_factory=dict)

    def teaser(self, folder: Path, **changes: Any) -> Teaser:
        parts = {"text": self.text, "title": self.title, "link": LINK, "language": "en"}
        return Teaser(**{**parts, "media": _media(self.media, folder), **changes})


def _media(kind: str, folder: Path) -> tuple[Media, ...]:
    if kind == "image":
        path = folder / "picture.jpg"
        path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 12)
        url = "https://harbour.example/media/picture.jpg"
        alt = "Dockers cheer at the gate"
        return (Media("image", url, str(path), alt, mime="image/jpeg", size=path.stat().st_size),)
    if kind == "images":
        return _media("image", folder) * 2
    if kind == "video":
        path = folder / "short.mp4"
        path.write_bytes(b"\0\0\0\x18ftypmp42" * 99)
        return (Media("video", path=str(path), mime="video/mp4", size=path.stat().st_size),)
    return (Media("video", placeholder=True),) if kind == "placeholder" else ()


_X = {
    "API_KEY": "xk-4f81c0aa9d",
    "API_SECRET": "xs-77b0d1e2f3",
    "ACCESS_TOKEN": "xt-5a5b5c5d5e",
    "ACCESS_SECRET": "xz-9e8d7c6b5a",
}
_X_LOGIN = {
    "CLIENT_ID": "xc-61a2b3c4d5",
    "CLIENT_SECRET": "xd-1f2e3d4c5b",
    "OAUTH_TOKEN": "xo-0a9b8c7d6e",
    "OAUTH_REFRESH": "xr-5e4d3c2b1a",
}
_GOOGLE = {
    "CLIENT_ID": "gc-01f2e3d4c5",
    "CLIENT_SECRET": "gs-b6a7988899",
    "REFRESH_TOKEN": "gr-1//0aAbBcC",
}
_PAGE = {"PAGE_TOKEN": "EAAB-page-8c7b6a", "APP_SECRET": "as-3141592653"}
_IG = {"TOKEN": "IGQV-token-2b4d6f", "APP_SECRET": "as-2718281828"}
_LINK_TEXT = f"{TEXT} {LINK}"


def _problem(status: int, title: str, detail: str, kind: str = "about:blank") -> dict[str, Any]:
    return {"title": title, "detail": detail, "type": kind, "status": status}


_X_PROBLEMS = "https://api.twitter.com/2/problems"
_X_NO_RIGHT = "Your client app is not configured with the appropriate oauth1 app permissions."
_X_SAYS = {
    "refused": Says(
        Refused,
        400,
        _problem(400, "Invalid Request", "Invalid parameters.", f"{_X_PROBLEMS}/invalid-request"),
    ),
    "401": Says(Blocked, 401, _problem(401, "Unauthorized", "Unauthorized")),
    "402": Says(Blocked, 402, _problem(402, "CreditsDepleted", "", f"{_X_PROBLEMS}/credits")),
    "403": Says(
        Blocked, 403, _problem(403, "Forbidden", _X_NO_RIGHT, f"{_X_PROBLEMS}/oauth1-permissions")
    ),
    "403 by rule": Says(
        Refused, 403, _problem(403, "Forbidden", "Posts may have one cashtag at most.")
    ),
    "429": Says(Retry, 429, _problem(429, "Too Many Requests", "Too Many Requests")),
    "duplicate": Says(
        Unknown,
        403,
        _problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."),
    ),
}


def _on_x(teaser: Teaser) -> Mapping[str, Any]:
    """The account's timeline with the post on it, as X words it."""
    short = "https://t.co/a1B2c3D4e5"
    text = teaser.text.replace(LINK, short).replace("&", "&amp;")
    start = text.index(short)
    link = {"start": start, "end": start + len(short), "url": short, "expanded_url": LINK}
    post: dict[str, Any] = {
        "id": "1000000000000000002",
        "text": text,
        "created_at": "2026-11-23T09:00:01.000Z",
        "entities": {"urls": [link]},
    }
    if teaser.media:
        post["text"] += " https://t.co/zZ9yY8xX7w"
        post["attachments"] = {"media_keys": ["3_1000000000000000001"]}
    return {
        "/2/users/me$": {"data": {"id": "74", "username": "harbour"}},
        "/2/users/74/tweets$": {"data": [post], "meta": {"result_count": 1}},
    }


def _x(kinds: tuple[str, ...], secrets: Mapping[str, str] = _X, media: str = "") -> Scenario:
    stranger = {"/2/users/me$": {"data": {"id": "99", "username": "stranger"}}}
    return Scenario(
        "twitter",
        secrets,
        kinds,
        text=_LINK_TEXT,
        media=media,
        says=_X_SAYS,
        live=_on_x,
        stranger=stranger,
    )


def _reason(reason: str) -> dict[str, Any]:
    error = {"message": "In words.", "domain": "youtube", "reason": reason}
    return {"error": {"code": 0, "message": "In words.", "errors": [error]}}


_YOUTUBE_SAYS = {
    "refused": Says(Refused, 400, _reason("invalidTitle")),
    "401": Says(Blocked, 401, _reason("authError")),
    "403": Says(Blocked, 403, _reason("insufficientPermissions")),
    "429": Says(Retry, 429, _reason("rateLimitExceeded")),
    "quota": Says(Retry, 403, _reason("quotaExceeded")),
    "uploads": Says(Retry, 400, _reason("uploadLimitExceeded")),
    "session gone": Says(Unknown, 404, _reason("notFound")),
}


def _on_youtube(teaser: Teaser) -> Mapping[str, Any]:
    """The upload complete by its own word, the video processed and among the uploads."""
    status = {"uploadStatus": "processed", "privacyStatus": "public"}
    video = {"id": "vid-2", "snippet": {"tags": [f"x-{KEY}"]}, "status": status}
    at = "2026-11-23T09:00:01Z"
    listed = {"snippet": {"publishedAt": at}, "contentDetails": {"videoId": "vid-2"}}
    return {
        "/upload/youtube/v3/videos$": {"id": "vid-2", "status": {"uploadStatus": "uploaded"}},
        "/youtube/v3/playlistItems$": {"items": [listed]},
        "/youtube/v3/videos$": {"items": [video]},
    }


def _youtube(media: str) -> Scenario:
    channel = {"id": "UCother", "snippet": {"customUrl": "@stranger"}}
    return Scenario(
        "youtube",
        _GOOGLE,
        ("prepare", "prepare", "read", "effect", "read"),
        {"channel_id": "UCabc"},
        text=_LINK_TEXT,
        title="Dockers in Setúbal end strike",
        media=media,
        own_token_url=True,
        says=_YOUTUBE_SAYS,
        live=_on_youtube,
        stranger={"/youtube/v3/channels$": {"items": [channel]}},
        sure=True,
    )


def _graph(code: int, subcode: int = 0, *, passing: bool = False) -> dict[str, Any]:
    error = {"message": "In words.", "type": "OAuthException", "code": code, "fbtrace_id": "A6LJ"}
    return {"error": error | {"error_subcode": subcode, "is_transient": passing}}


_META_SAYS = {
    "refused": Says(Refused, 400, _graph(100)),
    "401": Says(Blocked, 401, _graph(190, 460)),
    "403": Says(Blocked, 403, _graph(200)),
    "429": Says(Retry, 400, _graph(4)),
    "too fast": Says(Retry, 400, _graph(368, 1390008)),
    "passing": Says(Unknown, 400, _graph(200, passing=True)),
    "service": Says(Unknown, 400, _graph(2)),
    "duplicate": Says(Unknown, 400, _graph(506)),
    "pictures used": Says(Unknown, 400, _graph(100, 1366051)),
    "spam, and live": Says(Unknown, 400, _graph(4, 2207051)),
    "a day's posts": Says(Retry, 400, _graph(9, 2207042)),
    "restricted": Says(Blocked, 400, _graph(25, 2207050)),
}


def _on_a_page(teaser: Teaser) -> Mapping[str, Any]:
    """The Page's posts with the one among them, as Facebook shows a link and pictures."""
    shim = f"https://l.facebook.com/l.php?{urlencode({'u': LINK + '&fbclid=IwAR', 'h': 'AT0'})}"
    pictures = {"data": [{"target": {"id": "1001"}, "type": "photo"}]}
    shown = [{"subattachments": pictures, "type": "album"}] if teaser.media else [{"url": shim}]
    post = {
        "id": "72_1002",
        "message": f"{teaser.text}\n",
        "created_time": "2026-11-23T09:00:01+0000",
        "permalink_url": "https://www.facebook.com/72/posts/1002",
        "attachments": {"data": shown},
    }
    phases = {"publishing_phase": {"status": "complete", "publish_status": "published"}}
    return {"/72/published_posts$": {"data": [post]}, "/1003$": {"status": phases}}


def _on_instagram(teaser: Teaser) -> Mapping[str, Any]:
    post = {
        "id": "2002",
        "caption": teaser.text,
        "timestamp": "2026-11-23T09:00:01+0000",
        "permalink": "https://www.instagram.com/p/2002/",
    }
    return {"/2001$": {"status_code": "PUBLISHED"}, "/73/media$": {"data": [post]}}


def _page(
    kinds: tuple[str, ...], media: str = "", *, sure: bool = False, **settings: Any
) -> Scenario:
    return Scenario(
        "facebook",
        _PAGE,
        kinds,
        {"page_id": "72", **settings},
        media=media,
        says=_META_SAYS,
        live=_on_a_page,
        sure=sure,
        stranger={"/me$": {"id": "99", "name": "A Stranger", "username": "stranger"}},
    )


def _account(kinds: tuple[str, ...], media: str, **settings: Any) -> Scenario:
    stranger = {"id": "98", "user_id": "99", "username": "stranger"}
    return Scenario(
        "instagram",
        _IG,
        kinds,
        {"user_id": "73", **settings},
        media=media,
        says=_META_SAYS,
        live=_on_instagram,
        stranger={"/(me|73)$": stranger},
    )


SCENARIOS = {
    "twitter": _x(("effect",)),
    "twitter-picture": _x(("prepare", "prepare", "effect"), media="image"),
    "twitter-video": _x(("prepare", "prepare", "prepare", "read", "effect"), media="video"),
    "twitter-by-login": _x(("prepare", "prepare", "effect"), _X_LOGIN, "image"),
    "facebook": _page(("effect",)),
    "facebook-photo": _page(("prepare", "effect", "extra"), "image", form="photo+comment"),
    "facebook-photos": _page(
        ("prepare", "prepare", "effect", "extra"), "images", form="photo+comment"
    ),
    "facebook-photo-without-one": _page(("effect",), form="photo+comment"),
    "facebook-reel": _page(
        ("prepare", "prepare", "read", "effect", "read", "extra"), "video", sure=True
    ),
    "facebook-reel-placeholder": _page(
        ("prepare", "prepare", "read", "effect", "read", "extra"), "placeholder"
    ),
    "instagram": _account(("prepare", "read", "read", "effect", "read"), "image"),
    "instagram-own-login": _account(
        ("prepare", "read", "read", "effect", "read"), "image", login="instagram"
    ),
    "instagram-carousel": _account(
        ("prepare", "prepare", "read", "read", "prepare", "read", "read", "effect", "read"),
        "images",
    ),
    "instagram-reel": _account(("prepare", "prepare", "read", "read", "effect", "read"), "video"),
    "instagram-reel-placeholder": _account(
        ("prepare", "prepare", "read", "read", "effect", "read"), "placeholder"
    ),
    "youtube": _youtube("video"),
    "youtube-placeholder": _youtube("placeholder"),
}


class Recorder(Session):
    """A session that remembers what was declared, so that a double can answer with it."""

    def __init__(self, **how: Any) -> None:
        super().__init__(deadline=timedelta(seconds=5), allow_private=True, **how)
        self.declared: list[tuple[str, Sample]] = []
        self.hurry: Mapping[str, timedelta] = {}  # another deadline, by kind of request

    @contextmanager
    def declare(self, kind: Any, sample: Sample) -> Iterator[None]:
        self.declared.append((kind, sample))
        self.deadline = self.hurry.get(kind, self.deadline)
        with super().declare(kind, sample):
            yield


@dataclass
class Bench:
    """One scenario set up: the platform bound to a session and a place to send to."""

    scenario: Scenario
    session: Recorder
    platform: Any
    teaser: Teaser

    def walk(self) -> list[tuple[Outcome, list[Exchange]]]:
        """Publish to the end, and say of each call what came of it and what it sent."""
        calls: list[tuple[Outcome, list[Exchange]]] = []
        outcome: Outcome = Waiting()
        while isinstance(outcome, Waiting):
            start = len(self.session.journal)
            outcome = self.platform.publish(self.teaser, KEY, outcome.resume or None)
            calls.append((outcome, self.session.journal[start:]))
            assert len(calls) < 20, "the walk does not end"
        for extra in outcome.extras if isinstance(outcome, Published) else ():
            start = len(self.session.journal)
            done = self.platform.extra(extra, self.teaser, outcome.remote_id)
            calls.append((done, self.session.journal[start:]))
        return calls


@pytest.fixture(params=sorted(SCENARIOS))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return SCENARIOS[request.param]


@pytest.fixture(params=sorted(name for name in SCENARIOS if "placeholder" not in name))
def sendable(request: pytest.FixtureRequest) -> Scenario:
    """A scenario that could go out for real."""
    return SCENARIOS[request.param]


@pytest.fixture
def scenarios() -> Mapping[str, Scenario]:
    return SCENARIOS


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    """Bind a scenario's platform to a fresh session that sends to `url`."""

    def bind(
        scenario: Scenario,
        url: str,
        *,
        dry_run: bool = True,
        secrets: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> Bench:
        kind = base.load(scenario.platform)
        own = {"token_url": f"{url}/token"} if scenario.own_token_url else {}
        settings = kind.Settings(api_url=url, **own, **scenario.settings)
        session = Recorder(dry_run=dry_run)
        platform = kind(
            account="harbour",
            settings=settings,
            secrets=scenario.secrets if secrets is None else secrets,
            session=session,
            clock=lambda: NOW,
        )
        return Bench(scenario, session, platform, scenario.teaser(tmp_path, **changes))

    return bind


@pytest.fixture
def silent() -> Iterator[tuple[str, Callable[[], bool]]]:
    """Listen on loopback without answering: the URL, and whether anyone has called."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        def called() -> bool:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield f"http://127.0.0.1:{listener.getsockname()[1]}", called


@pytest.fixture
def double(httpserver: HTTPServer) -> Callable[..., list[Request]]:
    """Answer each request by its declared sample, unless `faults` has one or `shows` another."""

    def answer_with(
        session: Recorder, faults: Mapping[int, Response], shows: Mapping[str, Any] | None = None
    ) -> list[Request]:
        seen: list[Request] = []

        def answer(request: Request) -> Response:
            request.get_data(cache=True)
            seen.append(request)
            if fault := faults.get(len(seen) - 1):
                return fault
            for pattern, shown in (shows or {}).items():
                if re.search(pattern, request.path):
                    return Response(json.dumps(shown), content_type="application/json")
            sample = session.declared[-1][1]
            response = Response(status=sample.status, headers=dict(sample.headers))
            response.data = json.dumps(sample.json)
            response.content_type = "application/json"
            return response

        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        return seen

    return answer_with
