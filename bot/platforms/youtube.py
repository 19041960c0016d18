"""YouTube: a video by resumable upload, over plain requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import SEEK_END
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import requests
from pydantic import Field

from bot.http import Sample
from bot.model import (
    Blocked,
    Media,
    Outcome,
    Problem,
    Published,
    Refused,
    Retry,
    Teaser,
    Unknown,
    Waiting,
)
from bot.platforms import base
from bot.platforms._channel import (
    STAND_IN,
    BoundChannel,
    Failure,
    Verdict,
    first,
    opened,
    verdict_of,
)
from bot.platforms._checks import common, mention_problems, quiet_mentions

# rootUrl of the discovery document, revision 20261104 (read 2026-11-22)
API = "https://youtube.googleapis.com"
#: Where upload sessions may live as well.
UPLOAD_HOST = "https://www.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"

NEWS_AND_POLITICS = "25"
LOOK_AGAIN = timedelta(minutes=1)
#: A token is renewed when less than this is left of its hour.
TOKEN_RESERVE = timedelta(minutes=5)


class Platform(BoundChannel):
    """One YouTube channel."""

    name: ClassVar[str] = "youtube"
    label: ClassVar[str] = "YouTube"
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
    account_setting: ClassVar[str] = "channel_id"
    _token: tuple[str, datetime] | None = None  # and when it ends
    # https://developers.google.com/youtube/v3/docs/videos and
    # https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11-22)
    limits: ClassVar[base.Limits] = base.Limits(
        text=5000,
        unit="bytes",
        title=100,
        hashtags=3,  # editorial, not YouTube's
        media="video",
        posts_per_day=100,  # calls of videos.insert, a bucket of their own
    )
    neutralise = staticmethod(quiet_mentions)

    class Settings(base.Settings):
        """What a YouTube channel may set."""

        token_url: str = Field(default=TOKEN_URL, pattern=base.WEB_ADDRESS)
        """Where access tokens are renewed."""
        channel_id: str = Field(default="", pattern=r"^(UC[\w-]+)?$")
        """The channel's own id, beginning with UC."""
        # Left out of a request it would mean public since 2026-11-02: it is always sent.
        privacy: Literal["public", "unlisted", "private"] = "public"
        """Who sees a video."""

    def _routes(self) -> dict[str, str]:
        """Lead both of YouTube's hosts, sessions may live on either, and Google's for tokens."""
        api, token = self.settings.api_url or API, _origin(self._token_url())
        return {API: api, UPLOAD_HOST: UPLOAD_HOST if api == API else api, token: token}

    def _token_url(self) -> str:
        return self.settings.token_url or TOKEN_URL

    @staticmethod
    def measure(text: str) -> int:
        """Count the bytes of a description."""
        return len(text.encode("utf-8", "surrogatepass"))

    @classmethod
    def check(cls, teaser: Teaser) -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return [
            *common(teaser, cls.limits, cls.measure),
            *mention_problems(teaser, cls.label),
            *_angles(teaser),
        ]

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Open an upload session, send the video, watch it: at most one write a call.

        The session's address is stored before the first byte goes to it, and is
        a secret. A video counts as published when YouTube has processed it and
        shows it as wide as was asked.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        if "video" in made:
            return self._watch(made)
        video = first(teaser, "video")
        if video is None:
            return Refused("YouTube takes videos alone, and this post has none.")
        if video.placeholder and not self._session.dry_run:
            return Refused("The video is a placeholder: it has to be made before it can be sent.")
        token = self._access()
        if not isinstance(token, str):
            return token
        if "session" not in made:
            return self._open(teaser, video, key, made, token)
        return self._upload(video, made, token)

    def _access(self) -> str | Outcome:
        """Return a token for the next hour's calls.

        It writes nothing to the channel and may be repeated, so it takes no call
        of its own; the refresh token stays what it is. A rehearsal asks for none.
        """
        if self._token and self._token[1] - TOKEN_RESERVE > self._clock():
            return self._token[0]
        form = {
            "client_id": self._secrets["CLIENT_ID"],
            "client_secret": self._secrets["CLIENT_SECRET"],
            "refresh_token": self._secrets["REFRESH_TOKEN"],
            "grant_type": "refresh_token",
        }

        def read(response: requests.Response) -> str:
            # A refused refresh token is for a person to renew; asking again cannot help.
            refused = Blocked if response.status_code in (400, 401, 403) else None
            answer = _answer(response, refused)
            ends = self._clock() + timedelta(seconds=int(answer["expires_in"]))
            self._token = (str(answer["access_token"]), ends)
            if not self._session.dry_run:
                self._session.masker.add(self._token[0])
            return self._token[0]

        sample = Sample(json={"access_token": STAND_IN, "expires_in": 3599, "token_type": "Bearer"})
        return self._step(
            "prepare", sample, lambda: self._session.post(self._token_url(), data=form), read
        )

    def _open(
        self, teaser: Teaser, video: Media, key: str, made: dict[str, Any], token: str
    ) -> Outcome:
        params = {
            "uploadType": "resumable",
            "part": "snippet,status",
            "notifySubscribers": "false",  # else everyone is told of every video
        }
        address = f"{API}/upload/youtube/v3/videos"
        headers = {"Authorization": f"Bearer {token}", "X-Upload-Content-Type": _mime(video)}
        body = _resource(teaser, key, self.settings.privacy)

        def send() -> requests.Response:
            size = {"X-Upload-Content-Length": str(_size(video))}
            return self._session.post(address, params=params, json=body, headers=headers | size)

        def read(response: requests.Response) -> Outcome:
            _ok(response)
            return Waiting(made | {"session": response.headers["Location"]})

        location = f"{address}?uploadType=resumable&upload_id={STAND_IN}"
        return self._step("prepare", Sample(headers={"Location": location}), send, read)

    def _upload(self, video: Media, made: dict[str, Any], token: str) -> Outcome:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": _mime(video)}

        def send() -> requests.Response:
            if video.placeholder:  # in a rehearsal alone; the name is for who reads it
                named = headers | {"X-Placeholder": "the video is not made yet"}
                return self._session.put(made["session"], headers=named)
            with opened(video) as file:
                return self._session.put(made["session"], data=file, headers=headers)

        return self._step(
            "effect",
            Sample(json={"id": STAND_IN, "status": {"uploadStatus": "uploaded"}}),
            send,
            lambda response: Waiting(made | {"video": str(_answer(response)["id"])}),
        )

    def _watch(self, made: dict[str, Any]) -> Outcome:
        """Ask how far YouTube is; a question that fails is asked again, never the upload."""
        later = Waiting(made, self._clock() + LOOK_AGAIN)
        token = self._access()
        if not isinstance(token, str):
            return later
        status = {"uploadStatus": "processed", "privacyStatus": self.settings.privacy}
        outcome = self._step(
            "read",
            Sample(json={"items": [{"id": made["video"], "status": status}]}),
            lambda: self._session.get(
                f"{API}/youtube/v3/videos",
                params={"part": "status,processingDetails", "id": made["video"]},
                headers={"Authorization": f"Bearer {token}"},
            ),
            lambda response: self._judge(_answer(response, Retry), made) or later,
        )
        return later if isinstance(outcome, Retry) else outcome

    def _judge(self, answer: Any, made: dict[str, Any]) -> Outcome | None:
        """Say what became of the video; None while YouTube is working on it."""
        if not answer.get("items"):
            return None
        status = answer["items"][0]["status"]
        address = f"https://www.youtube.com/watch?v={made['video']}"
        match status["uploadStatus"]:
            case "uploaded":
                return None
            case "processed" if status["privacyStatus"] == self.settings.privacy:
                return Published(made["video"], address)
            case "processed":
                return Unknown(f"YouTube shows {address} as {status['privacyStatus']}: look there.")
        why = status.get("rejectionReason") or status.get("failureReason") or ""
        return Refused(f"YouTube took the video and then said: {status['uploadStatus']} {why}")


def _resource(teaser: Teaser, key: str, privacy: str) -> dict[str, Any]:
    """Build the video's description; its tag `x-<key>` is how it is found again."""
    snippet = {
        "title": teaser.title,
        "description": teaser.text,
        "tags": [f"x-{key}"],
        "categoryId": NEWS_AND_POLITICS,
    }
    if teaser.language:
        snippet["defaultLanguage"] = teaser.language
    return {
        "snippet": snippet,
        "status": {"privacyStatus": privacy, "selfDeclaredMadeForKids": False},
    }


def _size(video: Media) -> int:
    if video.placeholder:
        return 0
    with opened(video) as file:
        return file.seek(0, SEEK_END)


def _mime(video: Media) -> str:
    return video.mime or "video/mp4"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _ok(response: requests.Response, verdict: Verdict | None = None) -> None:
    """Raise `Failure` with YouTube's own reason where `response` is no success."""
    status = response.status_code
    if status not in (200, 201):
        reasons = re.findall(r'"(?:reason|error_description|message)": *"([^"]*)"', response.text)
        words = f"answered {status}: {', '.join(dict.fromkeys(reasons))}"
        raise Failure(words, verdict or verdict_of(status))


def _answer(response: requests.Response, verdict: Verdict | None = None) -> Any:
    _ok(response, verdict)
    return response.json()


def _angles(teaser: Teaser) -> list[Problem]:
    return [
        Problem(
            "angle-brackets",
            f"YouTube refuses < and > in a {where}: take them out.",
            blocking=True,
        )
        for where, text in (("title", teaser.title), ("description", teaser.text))
        if re.search("[<>]", text)
    ]
