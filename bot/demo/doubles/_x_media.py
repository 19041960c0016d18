"""Media of the stand-in for X: uploaded whole or in segments, processed, described."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.demo.doubles._double import Double
from bot.demo.doubles._route import Refusal, route
from bot.demo.doubles._wire import Reply, Request

CATEGORIES = ("tweet_image", "tweet_gif", "tweet_video", "amplify_video")
#: Unused media is gone after a day. https://docs.x.com/x-api/media (read 2026-11-22)
MEDIA_LASTS = timedelta(hours=24)
#: The first bytes of what may be uploaded, and what it is.
SIGNS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


@dataclass
class Upload:
    """Media that came, or is coming."""

    id: str
    category: str
    at: datetime
    total: int
    chunks: dict[int, bytes] = field(default_factory=dict)
    content: bytes | None = None
    looks: int = 0
    alt: str = ""

    @property
    def key(self) -> str:
        return f"{7 if 'video' in self.category else 3}_{self.id}"


class XMedia(Double):
    """The part of X that takes pictures and videos."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._uploads: dict[str, Upload] = {}

    def strict(self, given: Any, known: set[str]) -> None:
        if not isinstance(given, dict) or set(given) - known:
            raise Refusal(self.refusal(400, f"Known here are only {', '.join(sorted(known))}."))

    def attached(self, number: Any) -> Upload:
        found = self._uploads.get(number) if isinstance(number, str) else None
        ready = found and found.content is not None and found.looks == 0
        if not found or not ready or self.now() - found.at > MEDIA_LASTS:
            raise Refusal(self.refusal(400, "Your media IDs are invalid."))
        return found

    @route("POST /2/media/upload", body="media media_category")
    def upload(self, request: Request) -> Reply:
        content = self._bytes(request.fields.get("media"))
        made = self._begun(request.fields.get("media_category", ""), len(content))
        if type_of(content) not in SIGNS.values() or len(content) > 5_000_000:
            raise Refusal(self.refusal(400, "The picture is no JPEG, PNG, WEBP or GIF up to 5 MB."))
        made.content = content
        return Reply.json({"data": {**_described(made), "size": len(content)}})

    def _bytes(self, media: Any) -> bytes:
        try:
            return media if isinstance(media, bytes) else base64.b64decode(media, validate=True)
        except (TypeError, ValueError):
            raise Refusal(self.refusal(400, "media is neither a file nor base64.")) from None

    def _begun(self, category: Any, total: int) -> Upload:
        if category not in CATEGORIES:
            raise Refusal(self.refusal(400, f"media_category is one of {', '.join(CATEGORIES)}."))
        made = Upload(self.number(), category, self.now(), total)
        self._uploads[made.id] = made
        return made

    @route("POST /2/media/upload/initialize", body="media_type total_bytes media_category")
    def initialize(self, request: Request) -> Reply:
        total = request.fields.get("total_bytes")
        if not isinstance(total, int) or not request.fields.get("media_type"):
            raise Refusal(self.refusal(400, "total_bytes and media_type are needed."))
        made = self._begun(request.fields.get("media_category"), total)
        return Reply.json({"data": _described(made)})

    @route("POST /2/media/upload/{id}/append", body="media segment_index")
    def append(self, request: Request, id: str) -> Reply:
        made = self._known(id)
        index = int(request.fields.get("segment_index", -1))
        if not 0 <= index <= 999:
            raise Refusal(self.refusal(400, "segment_index is between 0 and 999."))
        made.chunks[index] = self._bytes(request.fields.get("media"))
        ends = int((made.at + MEDIA_LASTS).timestamp())
        return Reply.json({"data": {"expires_at": ends}})

    @route("POST /2/media/upload/{id}/finalize")
    def finalize(self, request: Request, id: str) -> Reply:
        made = self._known(id)
        content = b"".join(made.chunks[index] for index in sorted(made.chunks))
        if len(content) != made.total or sorted(made.chunks) != list(range(len(made.chunks))):
            raise Refusal(self.refusal(400, "The segments do not add up to total_bytes."))
        if made.content is None:  # finalizing again changes nothing
            made.content, made.looks = content, self.looks if "video" in made.category else 0
        return Reply.json({"data": {**_described(made), "size": len(content), **_processing(made)}})

    @route("GET /2/media/upload", query="media_id command")
    def status(self, request: Request) -> Reply:
        made = self._known(request.query.get("media_id", ""))
        made.looks = max(0, made.looks - 1)
        return Reply.json({"data": {**_described(made), **_processing(made)}})

    @route("POST /2/media/metadata", body="id metadata")
    def metadata(self, request: Request) -> Reply:
        made = self._known(request.fields.get("id", ""))
        given: Any = request.fields.get("metadata")
        self.strict(given, {"alt_text"})
        self.strict(given["alt_text"], {"text"})
        alt = given["alt_text"]["text"]
        if not isinstance(alt, str) or not 0 < len(alt) <= 1000:
            raise Refusal(self.refusal(400, "alt_text has between 1 and 1000 characters."))
        made.alt = alt
        return Reply.json({"data": {"id": made.id, "associated_metadata": given}})

    def _known(self, number: str) -> Upload:
        if number not in self._uploads:
            raise Refusal(self.refusal(404, f"There is no media {number}."))
        return self._uploads[number]


def type_of(content: bytes | None) -> str:
    start = content or b""
    return next((kind for sign, kind in SIGNS.items() if start.startswith(sign)), "video/mp4")


def _described(made: Upload) -> dict[str, Any]:
    lasts = int(MEDIA_LASTS.total_seconds())
    return {"id": made.id, "media_key": made.key, "expires_after_secs": lasts}


def _processing(made: Upload) -> dict[str, Any]:
    if "video" not in made.category:
        return {}
    done = {"state": "succeeded", "progress_percent": 100}
    busy = {"state": "in_progress", "progress_percent": 50, "check_after_secs": 1}
    return {"processing_info": busy if made.looks else done}
