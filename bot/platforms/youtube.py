"""YouTube: a video by resumable upload, over plain requests.

The session of an upload is the key: its own status says how much of the video it has,
and is asked before anything is sent to it, so that no byte goes twice and no answer
that was lost is guessed at. The video is public from its last byte on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import SEEK_END
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import requests
from pydantic import Field

from bot.http import Sample
from bot.model import (
    Absent,
    Blocked,
    Media,
    Outcome,
    Problem,
    Published,
    Refused,
    Retry,
    Teaser,
    Trace,
    Waiting,
)
from bot.platforms import base
from bot.platforms._channel import STAND_IN, Failure, NothingToSend, first, opened
from bot.platforms._checks import common, mention_problems, quiet_mentions
from bot.platforms._youtube import (
    API,
    INSERTS,
    LOOK_AGAIN,
    TOKEN_URL,
    UNITS,
    UPLOAD_HOST,
    at_work,
    judge,
    received,
    resource,
)
from bot.platforms._youtube_extras import Keeper, thumbnail

#: One request carries so much: a multiple of 256 KiB, as the protocol asks.
#: https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
#: (read 2026-11-22)
CHUNK = 32 * 256 * 1024

#: So long a session lives, by the same page.
SESSION_LIFE = timedelta(days=7)


class Platform(Keeper):
    """One YouTube channel."""

    name: ClassVar[str] = "youtube"
    label: ClassVar[str] = "YouTube"
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
    quotas: ClassVar[tuple[base.Quota, ...]] = (INSERTS, UNITS)
    account_setting: ClassVar[str] = "channel_id"
    # https://developers.google.com/youtube/v3/docs/videos and
    # https://developers.google.com/youtube/v3/determine_quota_cost (read 2026-11-22)
    limits: ClassVar[base.Limits] = base.Limits(
        text=5000,
        unit="bytes",
        title=100,
        hashtags=3,  # editorial, not YouTube's
        media="video",
        shape="story",  # as Shorts are
        posts_per_day=INSERTS.limit,
    )
    neutralise = staticmethod(quiet_mentions)

    class Settings(base.Settings):
        """What a YouTube channel may set."""

        token_url: str = Field(default=TOKEN_URL, pattern=base.WEB_ADDRESS)
        """Where access tokens are renewed."""
        channel_id: str = Field(default="", pattern=r"^(UC[\w-]+)?$")
        """The channel's own id, beginning with UC."""
        privacy: Literal["public", "unlisted", "private"] = "public"
        """Who sees a video."""
        notify: bool = False
        """Whether subscribers are told of each video."""
        playlist: str = Field(default="", pattern=r"^[\w-]*$")
        """The id of a playlist that each video is put into."""

    def _routes(self) -> dict[str, str]:
        """Lead both of YouTube's hosts, sessions may live on either, and Google's for tokens."""
        api, token = self.settings.api_url or API, _origin(self._token_url())
        return {API: api, UPLOAD_HOST: UPLOAD_HOST if api == API else api, token: token}

    @staticmethod
    def measure(text: str) -> int:
        """Count the bytes of a description."""
        return len(text.encode("utf-8", "surrogatepass"))

    @classmethod
    def check(cls, teaser: Teaser, form: str = "") -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return [
            *common(teaser, cls.limits, cls.measure),
            *mention_problems(teaser, cls.label),
            *_angles(teaser),
        ]

    # -------------------------------------------------------------------- publish

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Open an upload session, send the video in chunks, watch it: at most one write a call.

        The session's address is stored before the first byte goes to it, and is
        a secret. A video counts as published when YouTube has processed it and
        shows it as wide as was asked.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        if "video" in made:
            return self._watch(teaser, made)
        video = first(teaser, "video")
        if video is None:
            return Refused("YouTube takes videos alone, and this post has none.")
        if video.placeholder and not self._session.dry_run:
            return Refused("The video is a placeholder: it has to be made before it can be sent.")
        if failed := self._sign_in():
            return failed
        if "session" not in made:
            return self._open(teaser, video, key)
        has = self._progress(made)
        if isinstance(has, int):
            return self._send(video, made, has)
        if isinstance(has, str):
            return Waiting(made | {"video": has})
        return self._anew(teaser, key) if has is None else has

    def _open(self, teaser: Teaser, video: Media, key: str) -> Outcome:
        params = {
            "uploadType": "resumable",
            "part": "snippet,status",
            "notifySubscribers": str(self.settings.notify).lower(),  # left out: everyone is told
        }
        address = f"{API}/upload/youtube/v3/videos"
        body = resource(teaser, key, self.settings.privacy)

        def send() -> tuple[requests.Response, int]:
            size = _size(video)
            headers = {"X-Upload-Content-Type": _mime(video), "X-Upload-Content-Length": str(size)}
            self._count(INSERTS, 1)
            headers |= self._bearer()
            return self._session.post(address, params=params, json=body, headers=headers), size

        def read(sent: tuple[requests.Response, int]) -> Outcome:
            response, size = sent
            if response.status_code != 200:
                self._answer(response)  # which says what is wrong
            session = response.headers["Location"]
            if _origin(session) not in (API, UPLOAD_HOST, _origin(self.settings.api_url)):
                raise Failure("opened an upload on a host that is not YouTube's.")
            return Waiting({"session": session, "size": size})

        location = f"{address}?uploadType=resumable&upload_id={STAND_IN}"
        return self._step("prepare", Sample(headers={"Location": location}), send, read)

    def _progress(self, made: Mapping[str, Any]) -> int | str | Outcome | None:
        """Ask a session how far it is: its bytes, the finished video's id, None where it is gone.

        The question is a PUT without a body, and changes nothing.
        """
        headers = self._bearer() | {"Content-Range": f"bytes */{made['size']}"}
        sent = made.get("sent", 0)
        sample = Sample(308, headers={"Range": f"bytes=0-{sent - 1}"} if sent else {})

        def read(response: requests.Response) -> int | str | Waiting | None:
            if response.status_code == 308:
                has = received(response)
                # All of it, and no number yet: it is on its way, and nothing may be sent again.
                whole = 0 < made["size"] <= has
                return Waiting(made, self._clock() + LOOK_AGAIN) if whole else has
            if response.status_code in (404, 410):
                return None
            return str(self._told(response)["id"])

        return self._step(
            "read", sample, lambda: self._session.put(made["session"], headers=headers), read
        )

    def _send(self, video: Media, made: dict[str, Any], start: int) -> Outcome:
        """Send the next chunk; the one that completes the video is the effect."""
        size = made["size"]
        end = min(start + CHUNK, size)
        headers = self._bearer() | {"Content-Type": _mime(video)}
        if video.placeholder:  # in a rehearsal alone; the name is for who reads it
            headers["X-Placeholder"] = "the video is not made yet"
        else:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"

        def send() -> requests.Response:
            return self._session.put(
                made["session"], data=_bytes(video, start, end, size), headers=headers
            )

        def read(response: requests.Response) -> Outcome:
            if response.status_code == 308:
                return Waiting(made | {"sent": received(response)})
            if response.status_code in (404, 410):
                raise Failure("the upload session is gone.")
            name = str(self._answer(response)["id"])
            return Waiting(made | {"video": name, "since": self._clock().isoformat()})

        if end < size:
            sample = Sample(308, headers={"Range": f"bytes=0-{end - 1}"})
            return self._step("prepare", sample, send, read)
        sample = Sample(json={"id": STAND_IN, "status": {"uploadStatus": "uploaded"}})
        return self._step("effect", sample, send, read)

    def _anew(self, teaser: Teaser, key: str) -> Outcome:
        """Begin again where a session is gone, unless its video is there.

        Whoever calls has settled what became of the last chunk; this look costs little. By
        its link alone a video is not taken for the post here: people upload, too.
        """
        since = Trace(self._clock() - SESSION_LIFE)
        found = self._find(replace(teaser, link=""), key, since)
        if isinstance(found, Absent):
            return Waiting()
        return self._judge(found, {}, teaser) if isinstance(found, dict) else found

    def _watch(self, teaser: Teaser, made: dict[str, Any]) -> Outcome:
        """Ask how far YouTube is; a question that fails is asked again, never the upload."""
        outcome = self._sign_in() or self._look(teaser, made)
        if isinstance(outcome, Retry | Blocked):
            return at_work(made, self._clock())
        return outcome

    def _look(self, teaser: Teaser, made: Mapping[str, Any]) -> Outcome:
        status = {"uploadStatus": "processed", "privacyStatus": self.settings.privacy}

        def read(found: Any) -> Outcome:
            if not found["items"]:  # YouTube shows what is new with some delay
                return at_work(made, self._clock())
            return self._judge(found["items"][0], made, teaser)

        return self._list(
            "videos",
            {"items": [{"id": made["video"], "status": status}]},
            read,
            part="status,processingDetails",
            id=made["video"],
        )

    def _judge(self, video: Mapping[str, Any], made: Mapping[str, Any], teaser: Teaser) -> Outcome:
        outcome = judge(video, made, self.settings.privacy, self._clock())
        if not isinstance(outcome, Published):
            return outcome
        wanted = {"thumbnail": thumbnail(teaser), "playlist": self.settings.playlist}
        extras = tuple(name for name, what in wanted.items() if what)
        return Published(outcome.remote_id, outcome.url, extras)

    # ------------------------------------------------------------------ reconcile

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Ask the session what it has; where none is known, look through the channel's uploads.

        A session that is not complete proves that nothing is live. Without one, one look
        at the uploads is one look of two.
        """
        made = dict(resume or {})
        if failed := self._missing() or self._sign_in():
            return failed
        if "video" in made:
            return self._look(teaser, made)
        if "session" in made:
            has = self._progress(made)
            if isinstance(has, int):
                return Absent(True, f"YouTube has {has} of {made['size']} bytes of the video.")
            if isinstance(has, str):
                return self._look(teaser, made | {"video": has})
            if has is not None:
                return has
        found = self._find(teaser, key, trace)
        return self._judge(found, {}, teaser) if isinstance(found, dict) else found


def _size(video: Media) -> int:
    if video.placeholder:
        return 0
    with opened(video) as file:
        size = file.seek(0, SEEK_END)
    if not size:
        raise NothingToSend("the file of the video is empty: give the post another one.")
    return size


def _bytes(video: Media, start: int, end: int, size: int) -> bytes | None:
    if video.placeholder:
        return None
    with opened(video) as file:
        if file.seek(0, SEEK_END) != size or not start < end:
            raise NothingToSend("the file of the video is another than the one begun with.")
        file.seek(start)
        return file.read(end - start)


def _mime(video: Media) -> str:
    return video.mime or "video/mp4"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


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
