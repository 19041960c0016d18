"""One scenario, or more, for each platform; every contract test runs over all of them."""

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

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.http import Exchange, Sample, Session
from bot.model import Media, Outcome, Published, Teaser, Waiting
from bot.platforms import base

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = "k7f3q2"
LINK = "https://harbour.example.com/2026/11/dockers-strike?utm_source=social&id=1"
TEXT = "Dockers in Setúbal end their strike after 41 days, union says."


@dataclass(frozen=True)
class Scenario:
    """A platform, its settings, and a teaser that it takes as it is."""

    platform: str
    secrets: Mapping[str, str]
    kinds: tuple[str, ...]  # of the requests, in order
    settings: Mapping[str, Any] = field(default_factory=dict)
    text: str = TEXT
    title: str = ""
    media: str = ""  # "" | "image" | "video" | "placeholder"
    own_token_url: bool = False

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
_GOOGLE = {
    "CLIENT_ID": "gc-01f2e3d4c5",
    "CLIENT_SECRET": "gs-b6a7988899",
    "REFRESH_TOKEN": "gr-1//0aAbBcC",
}
_PAGE = {"PAGE_TOKEN": "EAAB-page-8c7b6a", "APP_SECRET": "as-3141592653"}
_IG = {"TOKEN": "IGQV-token-2b4d6f", "APP_SECRET": "as-2718281828"}
_LINK_TEXT = f"{TEXT} {LINK}"

SCENARIOS = {
    "twitter": Scenario("twitter", _X, ("effect",), text=_LINK_TEXT),
    "twitter-picture": Scenario(
        "twitter", _X, ("prepare", "prepare", "effect"), text=_LINK_TEXT, media="image"
    ),
    "facebook": Scenario("facebook", _PAGE, ("effect",), {"page_id": "72"}),
    "facebook-photo": Scenario(
        "facebook",
        _PAGE,
        ("prepare", "effect", "extra"),
        {"page_id": "72", "form": "photo+comment"},
        media="image",
    ),
    "facebook-photo-without-one": Scenario(
        "facebook", _PAGE, ("effect",), {"page_id": "72", "form": "photo+comment"}
    ),
    "instagram": Scenario(
        "instagram",
        _IG,
        ("prepare", "read", "effect", "read"),
        {"user_id": "73"},
        media="image",
    ),
    "instagram-own-login": Scenario(
        "instagram",
        _IG,
        ("prepare", "read", "effect", "read"),
        {"user_id": "73", "login": "instagram"},
        media="image",
    ),
    "youtube": Scenario(
        "youtube",
        _GOOGLE,
        ("prepare", "prepare", "effect", "read"),
        {"channel_id": "UCabc"},
        text=_LINK_TEXT,
        title="Dockers in Setúbal end strike",
        media="video",
        own_token_url=True,
    ),
    "youtube-placeholder": Scenario(
        "youtube",
        _GOOGLE,
        ("prepare", "prepare", "effect", "read"),
        {"channel_id": "UCabc"},
        text=_LINK_TEXT,
        title="Dockers in Setúbal end strike",
        media="placeholder",
        own_token_url=True,
    ),
}


class Recorder(Session):
    """A session that remembers what was declared, so that a double can answer with it."""

    def __init__(self, **how: Any) -> None:
        super().__init__(deadline=timedelta(seconds=5), allow_private=True, **how)
        self.declared: list[tuple[str, Sample]] = []

    @contextmanager
    def declare(self, kind: Any, sample: Sample) -> Iterator[None]:
        self.declared.append((kind, sample))
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
def double(httpserver: HTTPServer) -> Callable[[Recorder, Mapping[int, Response]], list[Request]]:
    """Answer each request by its declared sample, or where `faults` says, by a fault."""

    def answer_with(session: Recorder, faults: Mapping[int, Response]) -> list[Request]:
        seen: list[Request] = []

        def answer(request: Request) -> Response:
            request.get_data(cache=True)
            seen.append(request)
            if fault := faults.get(len(seen) - 1):
                return fault
            sample = session.declared[-1][1]
            response = Response(status=sample.status, headers=dict(sample.headers))
            response.data = json.dumps(sample.json)
            response.content_type = "application/json"
            return response

        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        return seen

    return answer_with
