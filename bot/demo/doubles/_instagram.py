"""A stand-in for Instagram's publishing, made from Meta's descriptions of IGUser and IGMedia."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.demo.doubles._double import stamp
from bot.demo.doubles._fetch import UNSEEN, Unfetched, fetch
from bot.demo.doubles._graph import listed_json
from bot.demo.doubles._instagram_login import InstagramLogin
from bot.demo.doubles._look import index_is_first, is_film, jpeg_size
from bot.demo.doubles._route import Refusal, route
from bot.demo.doubles._wire import Reply, Request

#: What the feed takes of a JPEG, and a Reel of a video: https://developers.facebook.com/docs/
#: instagram-platform/instagram-graph-api/reference/ig-user/media (read 2026-11-22)
PICTURE_BYTES, REEL_BYTES = 8 << 20, 300_000_000
NARROWEST, WIDEST = 4 / 5, 1.91
SMALLEST_WIDTH = 320  # wider than 1440 is made smaller

#: https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-22)
CONTAINER_LASTS = timedelta(hours=24)
A_DAY = timedelta(hours=24)


@dataclass
class _Container:
    id: str
    kind: str  # "IMAGE" | "REELS" | "CAROUSEL"
    caption: str
    marks: tuple[str, ...]  # sha256 of its media
    alt: tuple[str, ...]
    at: datetime
    looks: int
    child: bool = False
    uploads: bool = False  # its bytes are still to come
    fault: int = 0  # why it can never be published, by Meta's subcode
    media: str = ""  # the media that it became


@dataclass(frozen=True)
class _Media:
    id: str
    container: _Container
    at: datetime


class Instagram(InstagramLogin):
    """A professional account. `own_token` is one of the Instagram login."""

    platform: ClassVar[str] = "instagram"

    def __init__(self, *args: Any, **how: Any) -> None:
        self.account, self.account_id = "harbour.post", "73"
        super().__init__(*args, **how)
        self.quota = 100  # posts within 24 hours
        self._containers: dict[str, _Container] = {}
        self._media: dict[str, _Media] = {}

    # ----------------------------------------------------------------- account

    @route("GET /me")
    def me(self, request: Request) -> Reply:
        if self.holder(request).kind == "instagram":
            account = {**self._account(), "user_id": self.account_id, "account_type": "BUSINESS"}
            return self.told({**account, "id": "17841"}, request)
        return self.told({"id": "72", "name": "Harbour Post"}, request, "name")

    def _account(self) -> dict[str, Any]:
        return {"id": self.account_id, "username": self.account, "name": "Harbour Post"}

    @route("GET /{user}/content_publishing_limit", query="since")
    def limit(self, request: Request, user: str) -> Reply:
        self.mine(user)
        config = {"quota_total": self.quota, "quota_duration": int(A_DAY.total_seconds())}
        node = {"config": config, "quota_usage": self._used()}
        return Reply.json({"data": [self.chosen(node, request, "quota_usage")]})

    def _used(self) -> int:
        return sum(each.at > self.now() - A_DAY for each in self._media.values())

    # -------------------------------------------------------------- containers

    @route(
        "POST /{user}/media",
        body="image_url video_url media_type caption alt_text children is_carousel_item"
        " upload_type share_to_feed cover_url thumb_offset",
    )
    def container(self, request: Request, user: str) -> Reply:
        self.mine(user)
        asked = self.params(request)
        kind = str(asked.get("media_type") or "IMAGE")
        caption = str(asked.get("caption", ""))
        if len(caption) > 2200:
            raise Refusal(self.error(36004, "The caption was too long.", 2207010))
        marks, alt, uploads = self._bytes(kind, asked)
        made = _Container(
            self.number(), kind, caption, marks, alt, self.now(), self.looks, uploads=uploads
        )
        made.child = asked.get("is_carousel_item") in ("true", True)
        if kind == "REELS":
            self._watch(made)
        self._containers[made.id] = made
        told = {"id": made.id}
        if uploads:
            told["uri"] = f"{self.url}/ig-api-upload/v26.0/{made.id}"
        return Reply.json(told).adding(self.usage_headers())

    def _bytes(
        self, kind: str, asked: dict[str, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """The marks and descriptions of what a container is made of."""
        if kind == "CAROUSEL":
            children = [self._found(str(each)) for each in listed_json(asked.get("children", []))]
            if not 2 <= len(children) <= 10:
                raise Refusal(self.error(100, "A carousel has 2 to 10 items.", 2207028))
            if any(not each.child or self._status(each) != "FINISHED" for each in children):
                raise Refusal(self.error(9007, "The media is not ready.", 2207027))
            return (
                tuple(mark for each in children for mark in each.marks),
                tuple(text for each in children for text in each.alt),
                False,
            )
        if kind == "REELS" and asked.get("upload_type") == "resumable":
            return (), (), True
        if kind not in ("IMAGE", "REELS"):
            raise Refusal(self.error(100, "Unknown media type.", 2207023))
        url = str(asked.get("image_url" if kind == "IMAGE" else "video_url", ""))
        return (self._fetched(url, kind),), (str(asked.get("alt_text", "")),), False

    def _fetched(self, url: str, kind: str) -> str:
        try:
            named, content = fetch(url, *[PICTURE_BYTES] * (kind == "IMAGE"))
        except Unfetched:
            words = "Only photo or video can be accepted as media type."
            raise Refusal(self.error(9004, words, 2207052)) from None
        if content == UNSEEN:
            return self.keep(url.encode(), named)
        if kind == "IMAGE":
            self._judge(content)
        return self.keep(content, named)

    def _judge(self, picture: bytes) -> None:
        """Refuse a picture that the feed does not take, as Meta does when it has fetched it."""
        if len(picture) > PICTURE_BYTES:
            raise Refusal(self.error(36000, "The image is too large.", 2207004))
        size = jpeg_size(picture)
        if size is None or size[0] < SMALLEST_WIDTH:
            raise Refusal(self.error(36001, "The image format is not supported.", 2207005))
        if not NARROWEST - 0.005 <= size[0] / size[1] <= WIDEST + 0.005:
            raise Refusal(self.error(36003, "The aspect ratio is not supported.", 2207009))

    def _watch(self, made: _Container) -> None:
        """Find what is wrong with a video; Meta tells it by the container alone."""
        for mark in made.marks:
            _, film = self.media[mark]
            unseen = film.startswith((b"http://", b"https://"))
            fits = is_film(film) and index_is_first(film) and len(film) <= REEL_BYTES
            made.fault = 0 if fits or unseen else 2207026

    @route("POST /ig-api-upload/{version}/{container}")
    def rupload(self, request: Request, version: str, container: str) -> Reply:
        found = self._found(container)
        size, offset = request.headers.get("file_size", "-1"), request.headers.get("offset", "-1")
        if not found.uploads or offset != "0" or int(size) != len(request.body):
            info = {"retriable": False, "type": "ProcessingFailedError", "message": "Wrong size"}
            return Reply.json({"debug_info": info}, 400)
        found.marks, found.alt = (self.keep(request.body, "video/mp4"),), ("",)
        self._watch(found)
        return Reply.json({"success": True, "message": "Upload successful."})

    def _found(self, id: str) -> _Container:
        if id not in self._containers:
            raise Refusal(self.error(24, "The requested resource does not exist", 2207006))
        return self._containers[id]

    def _status(self, made: _Container) -> str:
        if made.media:
            return "PUBLISHED"
        if self.now() - made.at > CONTAINER_LASTS:
            return "EXPIRED"
        if made.fault and not made.looks:
            return "ERROR"
        return "IN_PROGRESS" if made.looks or not made.marks else "FINISHED"

    # ----------------------------------------------------------------- publish

    @route("POST /{user}/media_publish", body="creation_id")
    def media_publish(self, request: Request, user: str) -> Reply:
        self.mine(user)
        made = self._found(str(self.params(request).get("creation_id", "")))
        status = self._status(made)
        if made.media or made.child or status == "EXPIRED":
            raise Refusal(self.error(24, "The requested resource does not exist", 2207006))
        if status != "FINISHED":
            raise Refusal(self.error(9007, "Media ID is not available", 2207027))
        if self._used() >= self.quota:
            raise Refusal(self.error(9, "The user reached the maximum of posts.", 2207042))
        media = _Media(self.number(), made, self.now())
        made.media, self._media[media.id] = media.id, media
        self.publish(
            "post",
            media.id,
            text=made.caption,
            link="",
            media=list(made.marks),
            alt=list(made.alt),
            container=made.id,
        )
        return self.told(self._node(media), request)

    @route("GET /{id}")
    def node(self, request: Request, id: str) -> Reply:
        if id == self.account_id:
            return self.told(self._account(), request)
        if id in self._media:
            return self.told(self._node(self._media[id]), request)
        made = self._found(id)
        status = self._status(made)
        made.looks = max(0, made.looks - 1)
        words = {
            "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
            "ERROR": f"Error: Media upload has failed with error code {made.fault}",
        }
        told = {"id": id, "status_code": status, "status": words.get(status, status)}
        return self.told(told, request)

    @route("GET /{user}/media", query="limit after since until")
    def list_media(self, request: Request, user: str) -> Reply:
        self.mine(user)
        return self.paged(
            self.listed(self._media.values(), lambda each: each.at), request, self._node
        )

    @route("DELETE /{media}")
    def delete(self, request: Request, media: str) -> Reply:
        if self.holder(request).kind == "instagram" or media not in self._media:
            raise Refusal(self.error(100, "Unsupported delete request.", 33))
        del self._media[media]
        self.publish("delete", media)
        return Reply.json({"success": True})

    def _node(self, media: _Media) -> dict[str, Any]:
        kinds = {"REELS": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}
        return {
            "id": media.id,
            "caption": media.container.caption or None,
            "permalink": f"{self.url}/seen/{media.id}",
            "timestamp": stamp(media.at, "%Y-%m-%dT%H:%M:%S+0000"),
            "media_type": kinds.get(media.container.kind, "IMAGE"),
            "media_product_type": "REELS" if media.container.kind == "REELS" else "FEED",
            "username": self.account,
        }
