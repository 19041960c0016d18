"""A stand-in for the YouTube Data API, made from its discovery document (20261104)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.demo.doubles._double import stamp
from bot.demo.doubles._route import Refusal, Route, route
from bot.demo.doubles._wire import Reply, Request
from bot.demo.doubles._youtube_upload import Video, YouTubeUpload

#: What Google calls an error of each kind.
REASONS = {
    400: "badRequest",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    429: "rateLimitExceeded",
    500: "backendError",
}
ROOT = "https://www.googleapis.com/auth/youtube"
#: Which scopes an operation is content with, besides `youtube` and `youtube.force-ssl`.
ALSO = {
    "GET": (f"{ROOT}.readonly",),
    "/upload/youtube/v3/videos": (f"{ROOT}.upload",),
    "/upload/youtube/v3/thumbnails/set": (f"{ROOT}.upload",),
}


class YouTube(YouTubeUpload):
    """One channel: its uploads, playlists and thumbnails. `grants` is its OAuth client."""

    platform: ClassVar[str] = "youtube"
    anywhere: ClassVar[frozenset[str]] = frozenset(
        "access_token alt fields key prettyPrint quotaUser uploadType".split()
    )

    # ------------------------------------------------------------------ errors

    def refusal(self, status: int, words: str, reason: str = "") -> Reply:
        """An error as Google words it."""
        named = reason or REASONS.get(status, "badRequest")
        first = {"domain": "youtube.api", "reason": named, "message": words}
        return Reply.json({"error": {"code": status, "message": words, "errors": [first]}}, status)

    def trouble(self, kind: str, request: Request) -> Reply:
        """The platform in trouble."""
        if kind == "402":
            return self.refusal(403, "The quota is exceeded.", "quotaExceeded")
        if kind == "revoked" and request.path == "/token":
            return Reply.json({"error": "invalid_grant", "error_description": "revoked"}, 400)
        status = 401 if kind == "revoked" else int(kind)
        return self.refusal(status, "Something is too busy, broken, or not allowed.")

    def admit(self, request: Request, route: Route) -> None:
        """Check the access token and its scope; the session of an upload is its own key."""
        if route.path in ("/token", "/o/oauth2/v2/auth") or "upload_id" in request.query:
            return
        token = self.grants.known(request.bearer)
        if token is None:
            words = "Request had invalid authentication credentials."
            raise Refusal(self.refusal(401, words))
        enough = {ROOT, f"{ROOT}.force-ssl", *ALSO.get(route.path, ALSO.get(route.method, ()))}
        if not enough & set(token.scope.split()):
            raise Refusal(
                self.refusal(403, "The scopes are not sufficient.", "insufficientPermissions")
            )

    # ------------------------------------------------------------------- reads

    @route("GET /youtube/v3/channels", query="part mine id maxResults")
    def channels(self, request: Request) -> Reply:
        self.spend("units", 1)
        named = request.query.get("id") or request.query.get("mine") == "true"
        if not named:
            raise Refusal(self.refusal(400, "No filter selected.", "missingRequiredParameter"))
        channel = {
            "kind": "youtube#channel",
            "id": self.account_id,
            "snippet": {"title": "Harbour Post", "customUrl": self.account},
            "contentDetails": {"relatedPlaylists": {"uploads": self.uploads}},
            "status": {"privacyStatus": self.privacy, "isLinked": True},
        }
        found = named in (True, self.account_id)
        return self._list("channel", [self._parts(request, channel)] if found else [], request)

    @route("GET /youtube/v3/videos", query="part id maxResults")
    def list_videos(self, request: Request) -> Reply:
        self.spend("units", 1)
        asked = request.query.get("id", "").split(",")
        found = [self.videos[id] for id in asked if id in self.videos]
        shown = [self._parts(request, self.resource(video)) for video in found]
        for video in found:
            video.looks = max(0, video.looks - 1)
        return self._list("video", shown, request)

    @route("GET /youtube/v3/playlistItems", query="part playlistId videoId maxResults pageToken")
    def playlist_items(self, request: Request) -> Reply:
        self.spend("units", 1)
        playlist = request.query.get("playlistId", "")
        if playlist not in (self.uploads, *self.playlists):
            raise Refusal(self.refusal(404, "The playlist cannot be found.", "playlistNotFound"))
        ids = list(self.videos) if playlist == self.uploads else self.playlists[playlist]
        videos = self.listed(
            [self.videos[id] for id in ids if id in self.videos], lambda video: video.at
        )
        items = [self._item(playlist, video) for video in videos]
        return self._list("playlistItem", [self._parts(request, each) for each in items], request)

    def _item(self, playlist: str, video: Video) -> dict[str, Any]:
        return {
            "kind": "youtube#playlistItem",
            "id": f"{playlist}.{video.id}",
            "snippet": {
                "publishedAt": stamp(video.at),
                "channelId": self.account_id,
                "title": video.snippet.get("title", ""),
                "description": video.snippet.get("description", ""),
                "playlistId": playlist,
                "resourceId": {"kind": "youtube#video", "videoId": video.id},
            },
            "contentDetails": {"videoId": video.id, "videoPublishedAt": stamp(video.at)},
            "status": {"privacyStatus": video.status["privacyStatus"]},
        }

    def _parts(self, request: Request, whole: Mapping[str, Any]) -> dict[str, Any]:
        """Those parts of a resource that were asked for."""
        asked = request.query.get("part", "").split(",")
        known = {"id", "snippet", "status", "contentDetails", "processingDetails", "statistics"}
        if not set(asked) <= known:
            raise Refusal(self.refusal(400, "Unknown part.", "unknownPart"))
        return {name: whole[name] for name in ("kind", "id", *asked) if name in whole}

    def _list(self, kind: str, items: list[dict[str, Any]], request: Request) -> Reply:
        size = int(request.query.get("maxResults", 5))
        start = int(request.query.get("pageToken", "P0")[1:])
        if not 0 <= size <= 50:
            raise Refusal(self.refusal(400, "maxResults is at most 50."))
        told: dict[str, Any] = {
            "kind": f"youtube#{kind}ListResponse",
            "pageInfo": {"totalResults": len(items), "resultsPerPage": size},
            "items": items[start : start + size],
        }
        if len(items) > start + size:
            told["nextPageToken"] = f"P{start + size}"
        return Reply.json(told)

    # ------------------------------------------------------- after the upload

    @route("DELETE /youtube/v3/videos", query="id")
    def delete(self, request: Request) -> Reply:
        self.spend("units", 50)
        id = request.query.get("id", "")
        if self.videos.pop(id, None) is None:
            raise Refusal(self.refusal(404, "The video cannot be found.", "videoNotFound"))
        self.publish("delete", id)
        return Reply(204)

    @route("POST /upload/youtube/v3/thumbnails/set", query="videoId")
    def thumbnail(self, request: Request) -> Reply:
        self.spend("units", 50)
        id = request.query.get("videoId", "")
        if id not in self.videos:
            raise Refusal(self.refusal(404, "The video cannot be found.", "videoNotFound"))
        if not request.body.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise Refusal(self.refusal(400, "This is no picture.", "invalidImage"))
        mark = self.keep(request.body, request.content_type)
        self.publish("thumbnail", id, media=[mark])
        picture = {"url": f"{self.url}/_double/media/{mark}", "width": 1280, "height": 720}
        return Reply.json({"kind": "youtube#thumbnailSetResponse", "items": [{"high": picture}]})

    @route("POST /youtube/v3/playlistItems", query="part", body="snippet")
    def add_to_playlist(self, request: Request) -> Reply:
        self.spend("units", 50)
        snippet = request.fields.get("snippet", {})
        playlist, video = snippet.get("playlistId"), snippet.get("resourceId", {}).get("videoId")
        if playlist not in self.playlists or video not in self.videos:
            raise Refusal(self.refusal(404, "Playlist or video cannot be found."))
        self.playlists[playlist].append(video)
        self.publish("playlist", video, playlist=playlist)
        return Reply.json(self._parts(request, self._item(playlist, self.videos[video])))
