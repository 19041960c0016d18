"""Videos and Reels of the stand-in for a Facebook Page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.doubles._double import stamp
from bot.demo.doubles._fetch import Unfetched, fetch
from bot.demo.doubles._graph import flag
from bot.demo.doubles._graph_login import GraphLogin
from bot.demo.doubles._look import is_film
from bot.demo.doubles._route import Refusal, route
from bot.demo.doubles._wire import Reply, Request


@dataclass
class Video:
    id: str
    at: datetime
    size: int = 0
    content: bytes = b""
    looks: int = 0
    title: str = ""
    description: str = ""
    reel: bool = False
    post: str = ""  # the post that published it
    failed: bool = False  # it was to be published, and is no video


class FacebookVideo(GraphLogin):
    """The part of a Page that takes videos, whole or by steps, and Reels."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.videos: dict[str, Video] = {}
        self.reels: set[str] = set()  # numbers of what was published as a Reel

    def video_post(self, video: Video, published: bool) -> str:
        """Make the post by which a video is published, and give its number."""
        raise NotImplementedError

    def writing(self, request: Request, page: str) -> dict[str, Any]:
        """What a write to the Page says; only the Page's own token may write."""
        self.mine(page)
        token = self.holder(request)
        if token.kind != "page" or "pages_manage_posts" not in token.scopes:
            words = "The permission(s) pages_manage_posts are not available."
            raise Refusal(self.error(200, words, status=403))
        return self.params(request)

    def fetched(self, url: str) -> bytes:
        """What lies at an address that the Page was told."""
        try:
            return fetch(url)[1]
        except Unfetched:
            raise Refusal(self.error(324, "Missing or invalid image file", 2069019)) from None

    @route(
        "POST /{page}/videos",
        body="source file_url title description published upload_phase file_size"
        " upload_session_id start_offset video_file_chunk",
    )
    def upload_video(self, request: Request, page: str) -> Reply:
        asked = self.writing(request, page)
        phase = asked.get("upload_phase")
        if phase == "start":
            video = self._begun(int(asked.get("file_size", 0)))
            steps = {"upload_session_id": video.id, "video_id": video.id}
            return Reply.json({**steps, "start_offset": "0", "end_offset": str(video.size)})
        if phase in ("transfer", "finish"):
            video = self._known(str(asked.get("upload_session_id")))
        if phase == "transfer":
            return self._taken(video, int(asked.get("start_offset", -1)), asked)
        if phase == "finish":
            self._publish(video, asked, flag(asked.get("published"), True))
            return Reply.json({"success": True})
        content = asked.get("source")
        video = self._begun(0)
        whole = content if isinstance(content, bytes) else self.fetched(asked.get("file_url", ""))
        video.content, video.size = whole, len(whole)
        self._publish(video, asked, flag(asked.get("published"), True))
        return Reply.json({"id": video.id})

    def _taken(self, video: Video, start: int, asked: dict[str, Any]) -> Reply:
        chunk = asked.get("video_file_chunk")
        if not isinstance(chunk, bytes) or start != len(video.content):
            raise Refusal(self.error(6001, "There was a problem uploading.", 1363037))
        video.content += chunk
        offset = str(len(video.content))
        return Reply.json({"start_offset": offset, "end_offset": str(video.size)})

    @route("POST /{page}/video_reels", body="upload_phase video_id video_state title description")
    def upload_reel(self, request: Request, page: str) -> Reply:
        asked = self.writing(request, page)
        if asked.get("upload_phase") == "start":
            video = self._begun(0)
            video.reel = True
            upload = f"{self.url}/video-upload/v26.0/{video.id}"
            return Reply.json({"video_id": video.id, "upload_url": upload})
        if asked.get("upload_phase") != "finish":
            raise Refusal(self.error(100, "The parameter upload_phase is required."))
        video = self._known(str(asked.get("video_id")))
        if asked.get("video_state") == "PUBLISHED":
            self.reels.add(video.id)
            self._publish(video, asked, True)
        return Reply.json({"success": True, "post_id": video.post})

    @route("POST /video-upload/{version}/{video}")
    def rupload(self, request: Request, version: str, video: str) -> Reply:
        found = self._known(video)
        found.size = int(request.headers.get("file_size", -1))
        if int(request.headers.get("offset", -1)) != len(found.content):
            return self.upload_failed()
        found.content += request.body
        return Reply.json({"success": True}) if found.content else self.upload_failed()

    def upload_failed(self) -> Reply:
        """What the upload host says of a request that does not fit."""
        told = {"retriable": False, "type": "OffsetInvalidError", "message": "Wrong offset"}
        return Reply.json({"debug_info": told}, 400)

    @route("GET /{page}/video_reels", query="limit after since until")
    def list_reels(self, request: Request, page: str) -> Reply:
        self.mine(page)
        live = [each for each in self.videos.values() if each.reel and each.post]
        shown = self.listed(live, lambda each: each.at)
        return self.paged(shown, request, lambda each: self.video_node(each.id, looked=False))

    def video_node(self, id: str, looked: bool = True) -> dict[str, Any]:
        """A video as a read shows it; it is processed for as many looks as were set."""
        video = self.videos[id]
        busy = video.looks > 0
        video.looks = max(0, video.looks - looked)
        whole = bool(video.content) and len(video.content) == video.size
        failed, at_work = video.failed and not busy, busy or not whole
        return {
            "id": id,
            "title": video.title or None,
            "description": video.description or None,
            "created_time": stamp(video.at, "%Y-%m-%dT%H:%M:%S+0000"),
            "updated_time": stamp(video.at, "%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": f"{self.url}/seen/{video.post or id}",
            "published": bool(video.post),
            "post_id": video.post or None,
            "status": {
                "video_status": "error" if failed else "processing" if at_work else "ready",
                "uploading_phase": {"status": "complete" if whole else "in_progress"},
                "processing_phase": {
                    "status": "error" if failed else "in_progress" if busy else "complete"
                },
                "publishing_phase": {"status": "complete" if video.post else "not_started"},
            },
        }

    def _begun(self, size: int) -> Video:
        video = Video(self.number(), self.now(), size, looks=self.looks)
        self.videos[video.id] = video
        return video

    def _known(self, id: str) -> Video:
        if id not in self.videos:
            raise Refusal(self.error(100, f"There is no video {id}.", 33))
        return self.videos[id]

    def _publish(self, video: Video, asked: dict[str, Any], published: bool) -> None:
        if not video.content or len(video.content) != video.size:
            raise Refusal(self.error(6000, "There was a problem uploading.", 1363030))
        video.title, video.description = asked.get("title", ""), asked.get("description", "")
        video.failed = not is_film(video.content)
        if not video.post and not video.failed:  # finishing again changes nothing
            video.post = self.video_post(video, published)
