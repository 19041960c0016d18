"""Resumable uploads of the stand-in for YouTube, and the quota that they use."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.doubles._double import Double, stamp
from bot.demo.doubles._look import is_film
from bot.demo.doubles._oauth import BadGrant, Grants
from bot.demo.doubles._route import Refusal, route
from bot.demo.doubles._wire import Reply, Request

SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
PACIFIC = ZoneInfo("America/Los_Angeles")
CHUNK = 256 << 10
#: A session is gone after a week. https://developers.google.com/youtube/v3/guides/
#: using_resumable_upload_protocol (read 2026-11-22)
SESSION_LASTS = timedelta(days=7)
SNIPPET = frozenset(
    "title description tags categoryId defaultLanguage defaultAudioLanguage".split()
)
STATUS = frozenset(
    "privacyStatus publishAt embeddable license publicStatsViewable selfDeclaredMadeForKids"
    " containsSyntheticMedia".split()
)


@dataclass
class Video:
    """A video that is there."""

    id: str
    snippet: dict[str, Any]
    status: dict[str, Any]
    mark: str  # sha256 of its bytes
    at: datetime
    looks: int


@dataclass
class _Session:
    snippet: dict[str, Any]
    status: dict[str, Any]
    size: int
    kind: str
    at: datetime
    content: bytes = b""
    video: str = ""


class YouTubeUpload(Double):
    """The part of YouTube that takes videos."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.account, self.account_id = "@harbourpost", "UCabcdefghijklmnopqrstuv"
        self.uploads, self.privacy = "UUabcdefghijklmnopqrstuv", "public"
        self.playlists: dict[str, list[str]] = {"PLharbour": []}
        self.quota = {"videos.insert": 100, "units": 10_000}
        self.spent: dict[tuple[str, str], int] = {}
        self.grants = Grants(
            "demo-google-client",
            "demo-google-secret",
            SCOPE,
            self.now,
            lasts=timedelta(hours=1),
            refresh={"1//demo-refresh": SCOPE},
            asks_challenge=False,
        )
        self.videos: dict[str, Video] = {}
        self._sessions: dict[str, _Session] = {}

    def refusal(self, status: int, words: str, reason: str = "") -> Reply:
        """An error as Google words it."""
        raise NotImplementedError

    def spend(self, quota: str, units: int) -> None:
        """Count what an operation costs; Refusal where the day's quota is used up."""
        day = quota, str(self.now().astimezone(PACIFIC).date())
        if self.spent.get(day, 0) + units > self.quota[quota]:
            raise Refusal(self.refusal(403, "The quota is exceeded.", "quotaExceeded"))
        self.spent[day] = self.spent.get(day, 0) + units

    # ------------------------------------------------------------------- tokens

    @route(
        "GET /o/oauth2/v2/auth",
        query="response_type client_id redirect_uri scope state code_challenge"
        " code_challenge_method access_type prompt include_granted_scopes",
    )
    def authorize(self, request: Request) -> Reply:
        return self.grants.authorize(request.query)

    @route(
        "POST /token",
        body="grant_type code redirect_uri client_id client_secret code_verifier refresh_token",
    )
    def token(self, request: Request) -> Reply:
        try:
            return Reply.json(self.grants.token(request))
        except BadGrant as error:
            status = 401 if str(error) == "invalid_client" else 400
            return Reply.json({"error": str(error), "error_description": "Bad Request"}, status)

    # ------------------------------------------------------------------ uploads

    @route("POST /upload/youtube/v3/videos", query="part notifySubscribers", body="snippet status")
    def begin(self, request: Request) -> Reply:
        if request.query.get("uploadType") != "resumable":
            raise Refusal(self.refusal(400, "Only resumable uploads are known here."))
        snippet, status = (dict(request.fields.get(name, {})) for name in ("snippet", "status"))
        self._check(request, snippet, status)
        self.spend("videos.insert", 1)
        size = int(request.headers.get("X-Upload-Content-Length") or -1)
        kind = request.headers.get("X-Upload-Content-Type", "video/*")
        key = secrets.token_urlsafe(32)
        self._sessions[key] = _Session(snippet, status, size, kind, self.now())
        place = f"{self.url}/upload/youtube/v3/videos?uploadType=resumable&upload_id={key}"
        return Reply(200, b"", {"Location": place, "X-GUploader-UploadID": key})

    def _check(self, request: Request, snippet: dict[str, Any], status: dict[str, Any]) -> None:
        if set(request.query.get("part", "").split(",")) != set(request.fields):
            raise Refusal(self.refusal(400, "part does not name what is sent.", "unexpectedPart"))
        if unknown := (set(snippet) - SNIPPET) | (set(status) - STATUS):
            raise Refusal(self.refusal(400, f"Unknown name: {', '.join(sorted(unknown))}"))
        title, about = str(snippet.get("title", "")), str(snippet.get("description", ""))
        if not 1 <= len(title) <= 100 or re.search("[<>]", title):
            raise Refusal(self.refusal(400, "The title is invalid.", "invalidTitle"))
        if len(about.encode()) > 5000 or re.search("[<>]", about):
            raise Refusal(self.refusal(400, "The description is invalid.", "invalidDescription"))
        tags = snippet.get("tags", [])
        if sum(len(tag) + 2 * (" " in tag) for tag in tags) + len(tags) - 1 > 500:
            raise Refusal(self.refusal(400, "The tags are invalid.", "invalidTags"))

    @route("PUT /upload/youtube/v3/videos", query="upload_id")
    def put(self, request: Request) -> Reply:
        session = self._sessions.get(request.query.get("upload_id", ""))
        if session is None or self.now() - session.at > SESSION_LASTS:
            raise Refusal(self.refusal(404, "The upload session is gone."))
        if session.video:
            if session.video not in self.videos:
                raise Refusal(self.refusal(410, "The video of this session was deleted."))
            return Reply.json(self.resource(self.videos[session.video]))
        told = request.headers.get("Content-Range")
        if told is None:
            start, total = 0, len(request.body)
        elif asked := re.fullmatch(r"bytes \*/(\d+|\*)", told):
            return self._going_on(session)
        elif asked := re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", told):
            start, last, total = map(int, asked.groups())
            if last - start + 1 != len(request.body):
                raise Refusal(self.refusal(400, "Content-Range and body do not agree."))
        else:
            raise Refusal(self.refusal(400, "Content-Range is malformed."))
        return self._taken(session, start, total, request.body)

    def _taken(self, session: _Session, start: int, total: int, chunk: bytes) -> Reply:
        if session.size >= 0 and total != session.size:
            raise Refusal(self.refusal(400, "The size is not the one that was announced."))
        if start > len(session.content):
            return self._going_on(session)
        content = session.content[:start] + chunk
        if len(content) < total:
            if len(chunk) % CHUNK:
                raise Refusal(self.refusal(400, "A chunk is a multiple of 256 KiB."))
            session.content = content
            return self._going_on(session)
        return self._complete(session, content)

    def _going_on(self, session: _Session) -> Reply:
        last = len(session.content) - 1
        return Reply(308, b"", {"Range": f"bytes=0-{last}"} if last >= 0 else {})

    def _complete(self, session: _Session, content: bytes) -> Reply:
        privacy = session.status.get("privacyStatus", "public")
        mark = self.keep(content, "video/mp4")
        id = secrets.token_urlsafe(8)
        status = {**session.status, "privacyStatus": privacy, "license": "youtube"}
        if failed := not is_film(content):
            status["failureReason"] = "invalidFile"
        self.videos[id] = Video(id, session.snippet, status, mark, self.now(), self.looks)
        session.video, session.content = id, b""
        if failed:  # YouTube has it, and nobody sees it
            return Reply.json(self.resource(self.videos[id]))
        self.publish(
            "post",
            id,
            title=session.snippet.get("title", ""),
            text=session.snippet.get("description", ""),
            link="",
            tags=session.snippet.get("tags", []),
            privacy=privacy,
            media=[mark],
            alt=[""],
        )
        return Reply.json(self.resource(self.videos[id]))

    def resource(self, video: Video) -> dict[str, Any]:
        """A video as the API gives it."""
        busy, failed = video.looks > 0, "failureReason" in video.status
        became = "uploaded" if busy else "failed" if failed else "processed"
        processing = "processing" if busy else "failed" if failed else "succeeded"
        facts = {"publishedAt": stamp(video.at), "channelId": self.account_id}
        return {
            "kind": "youtube#video",
            "id": video.id,
            "snippet": {**video.snippet, **facts, "channelTitle": "Harbour Post"},
            "status": {**video.status, "uploadStatus": became},
            "processingDetails": {"processingStatus": processing},
            "contentDetails": {"duration": "PT20S", "definition": "hd"},
        }
