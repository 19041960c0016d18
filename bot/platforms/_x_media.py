"""Pictures and videos on their way to X, one step a call.

What stands in `resume["media"]`, one mapping for each of them in order: `id` and `key` as X gave
them, `of` which file they are, `until` when X keeps them, and which steps are done.
`resume["earlier"]` holds the numbers of those that were given up: a post may yet be live with
them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from io import SEEK_END
from typing import Any, Final, Protocol

from bot.http import Sample
from bot.model import Media, Outcome, Refused, Waiting
from bot.platforms._channel import Failure, opened

Made = dict[str, Any]
Body = Mapping[str, Any] | Callable[[], Mapping[str, Any]]

#: Below X's 5 MB a segment, and 512 MB of video stay within its 1000 segments.
# X's official description, version 2.167, AppendMediaUploadRequest (read 2026-11-22)
CHUNK: Final = 4_000_000
#: What is uploaded is kept for so long, unless X says less; the reserve is for the post itself.
# https://docs.x.com/x-api/media/quickstart/media-upload-chunked (read 2026-11-22)
KEPT: Final = timedelta(hours=24)
RESERVE: Final = timedelta(minutes=10)
#: X says how soon to look again, and is believed within these.
SOONEST, LATEST = timedelta(seconds=1), timedelta(minutes=1)
#: A video that is not ready after so many looks never will be.
MOST_LOOKS: Final = 240

UPLOAD = "/2/media/upload"
SAMPLE_ID = "1000000000000000001"


class Ask(Protocol):
    """How a step asks X; see `twitter.Platform`."""

    def __call__(
        self,
        kind: str,
        sample: Sample,
        method: str,
        path: str,
        read: Callable[[Any], Outcome],
        *,
        body: Body | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Outcome: ...


def attached(media: Sequence[Media]) -> tuple[Media, ...]:
    """Return what of a teaser's media can be sent: what lies with us."""
    return tuple(each for each in media if each.path)


def entries(made: Mapping[str, Any], media: Sequence[Media]) -> list[dict[str, Any]]:
    """Return what is known of each of `media`; an empty mapping where nothing is."""
    known = list(made.get("media", ()))[: len(media)]
    return known + [{} for _ in range(len(media) - len(known))]


def are_ready(made: Mapping[str, Any], media: Sequence[Media]) -> bool:
    """Tell whether nothing is left to do before `media` can be posted."""
    known = zip(media, entries(made, media), strict=True)
    return all(_is_ready(each, entry) for each, entry in known)


def _is_ready(media: Media, entry: Mapping[str, Any]) -> bool:
    described = media.kind == "video" or entry.get("described", "") == media.alt
    return "ready" in entry and entry["of"] == media.sha256 and described


def numbers(made: Mapping[str, Any]) -> set[str]:
    """Return every number by which a post's media may be known on X."""
    entries = made.get("media", ())
    known = (str(each[name]) for each in entries for name in ("id", "key") if name in each)
    return {each.rpartition("_")[2] for each in known} | set(made.get("earlier", ()))


def afresh(made: Mapping[str, Any], n: int | None = None) -> Made:
    """Forget the uploads, or the one in place `n`, but for their numbers."""
    media = list(made.get("media", ()))
    lost = media if n is None else [media[n]]
    kept = [] if n is None else [*media[:n], {}, *media[n + 1 :]]
    return {**made, "media": kept, "earlier": sorted(numbers({**made, "media": lost}))}


def step(ask: Ask, media: Sequence[Media], made: Made, now: datetime) -> Outcome | None:
    """Take the next step towards media that can be posted; None where all of it is ready.

    What X no longer keeps, or was of another file, is uploaded anew; what X refuses halfway, once.
    """
    for n, each in enumerate(media):
        entry = entries(made, media)[n]
        old = entry and now >= datetime.fromisoformat(entry["until"])
        if entry and (old or entry["of"] != each.sha256):
            made, entry = afresh(made, n), {}
        if _is_ready(each, entry):
            continue
        outcome = _Step(ask, each, entry, made, n, now).take()
        if isinstance(outcome, Refused) and entry and "anew" not in made:
            return Waiting({**afresh(made, n), "anew": outcome.reason})
        return outcome
    return None


class _Step:
    """One step with one picture or video: the media's, what is known of it, and when it is."""

    def __init__(
        self, ask: Ask, media: Media, entry: dict[str, Any], made: Made, n: int, now: datetime
    ) -> None:
        self.ask, self.media, self.entry = ask, media, entry
        self.made, self.n, self.now = made, n, now
        self.segments = 0

    def take(self) -> Outcome:
        if self.media.kind != "video":
            return self._describe() if self.entry else self._upload()
        if not self.entry:
            return self._initialize()
        if "final" in self.entry:
            return self._look()
        return self._append() if self.entry["sent"] < self.entry["segments"] else self._finalize()

    def _done(self, at: datetime | None = None, **facts: Any) -> Waiting:
        media = list(self.made.get("media", ()))
        media += [{} for _ in range(self.n + 1 - len(media))]
        media[self.n] = self.entry | facts
        return Waiting({**self.made, "media": media}, at)

    def _begun(self, told: Any, **facts: Any) -> Waiting:
        seconds = told.get("expires_after_secs")
        kept = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else KEPT
        until = self.now + min(kept, KEPT) - min(RESERVE, kept / 2)
        facts |= {"key": str(told["media_key"])} if told.get("media_key") else {}
        facts |= {"id": _number(told), "of": self.media.sha256, "until": until.isoformat()}
        return self._done(**facts)

    def _upload(self) -> Outcome:
        def body() -> dict[str, str]:
            with opened(self.media) as file:
                return {"media": _base64(file.read()), "media_category": "tweet_image"}

        return self.ask(
            "prepare",
            Sample(json={"data": {"id": SAMPLE_ID, "media_key": f"3_{SAMPLE_ID}"}}),
            "POST",
            UPLOAD,
            lambda told: self._begun(told, ready=True),
            body=body,
        )

    def _describe(self) -> Outcome:
        body = {"id": self.entry["id"], "metadata": {"alt_text": {"text": self.media.alt}}}
        return self.ask(
            "prepare",
            Sample(json={"data": {"id": self.entry["id"]}}),
            "POST",
            "/2/media/metadata",
            lambda _: self._done(described=self.media.alt),
            body=body,
        )

    def _initialize(self) -> Outcome:
        def body() -> dict[str, Any]:
            with opened(self.media) as file:
                size = file.seek(0, SEEK_END)
            self.segments = -(-size // CHUNK)
            kind = self.media.mime or "video/mp4"
            return {"media_type": kind, "total_bytes": size, "media_category": "tweet_video"}

        return self.ask(
            "prepare",
            Sample(json={"data": {"id": SAMPLE_ID, "media_key": f"7_{SAMPLE_ID}"}}),
            "POST",
            f"{UPLOAD}/initialize",
            lambda told: self._begun(told, sent=0, segments=self.segments),
            body=body,
        )

    def _append(self) -> Outcome:
        """Send the next chunk; a segment sent twice is one."""
        sent = self.entry["sent"]

        def body() -> dict[str, Any]:
            with opened(self.media) as file:
                file.seek(sent * CHUNK)
                return {"media": _base64(file.read(CHUNK)), "segment_index": sent}

        return self.ask(
            "prepare",
            Sample(json={"data": {"expires_at": 1800000000}}),
            "POST",
            f"{UPLOAD}/{self.entry['id']}/append",
            lambda _: self._done(sent=sent + 1),
            body=body,
        )

    def _finalize(self) -> Outcome:
        processing = {"state": "pending", "check_after_secs": 1}
        return self.ask(
            "prepare",
            Sample(json={"data": {"id": self.entry["id"], "processing_info": processing}}),
            "POST",
            f"{UPLOAD}/{self.entry['id']}/finalize",
            self._how_far,
        )

    def _look(self) -> Outcome:
        done = {"state": "succeeded", "progress_percent": 100}
        return self.ask(
            "read",
            Sample(json={"data": {"id": self.entry["id"], "processing_info": done}}),
            "GET",
            UPLOAD,
            self._how_far,
            params={"command": "STATUS", "media_id": self.entry["id"]},
        )

    def _how_far(self, told: Any) -> Outcome:
        _number(told)
        processing = told.get("processing_info") or {"state": "succeeded"}
        state, looks = processing["state"], self.entry.get("looks", 0) + 1
        if state == "succeeded":
            return self._done(final=True, ready=True)
        if state not in ("pending", "in_progress") or looks > MOST_LOOKS:
            error = processing.get("error") or {}
            why = error.get("message") or error.get("name") or f"its state is “{state}”"
            raise Failure(f"cannot work with the video: {why}", Refused)
        seconds = processing.get("check_after_secs")
        wait = timedelta(seconds=seconds) if isinstance(seconds, int) else SOONEST
        at = self.now + min(max(wait, SOONEST), LATEST)
        return self._done(at, final=True, looks=looks)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _number(told: Mapping[str, Any]) -> str:
    number = str(told["id"])
    if not (number.isascii() and number.isdecimal()):
        raise Failure("named no number of what was uploaded")
    return number
