"""A Page's Reel: a video that Facebook numbers first, and shows when it is told to.

https://developers.facebook.com/documentation/video-api/guides/reels-publishing (read
2026-11-22). The number is stored before the bytes are sent and names the one Reel that can
come of them, so that a doubt is settled by asking for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any

from bot.http import Sample
from bot.model import (
    Absent,
    Blocked,
    Media,
    Outcome,
    Published,
    Refused,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms._meta_channel import MetaChannel, Rows, same_words

LOOK_AGAIN = timedelta(minutes=1)
#: Where addresses begin that Facebook gives without their host.
WEB = "https://www.facebook.com"


class Stage(Enum):
    """How far Facebook is with a Reel."""

    IDLE = "not told to publish"
    COMING = "told to publish"
    LIVE = "published"
    FAILED = "failed"


class Reels(MetaChannel):
    """A Page as far as its Reels go."""

    def _reel(self, teaser: Teaser, video: Media, made: dict[str, Any]) -> Outcome:
        """Ask for a number, send the bytes, publish, watch: one step a call."""
        if unmade := self._unmade(video):
            return unmade
        if "reel" not in made:
            return self._number_reel(made)
        if "uploaded" not in made:
            return self._upload("video-upload", made["reel"], video, made)
        stage = self._stage(made["reel"], sampled="" if "finished" not in made else "complete")
        if "finished" in made or stage in (Stage.COMING, Stage.LIVE):
            return self._watched(teaser, made, stage)
        if stage is Stage.FAILED:
            return Refused("Facebook could not make a Reel of the video: give the post another.")
        if isinstance(stage, Stage | None):  # None: not shown to this token
            return self._finish(teaser, made)
        return stage

    def _number_reel(self, made: dict[str, Any]) -> Outcome:
        return self._step(
            "prepare",
            Sample(json={"video_id": "1003"}),
            lambda: self._graph.post(f"{self._number}/video_reels", {"upload_phase": "start"}),
            lambda answer: Waiting(made | {"reel": str(answer["video_id"])}),
        )

    def _finish(self, teaser: Teaser, made: dict[str, Any]) -> Outcome:
        fields = {
            "upload_phase": "finish",
            "video_id": made["reel"],
            "video_state": "PUBLISHED",
            "description": teaser.text,
        }

        def read(answer: Any) -> Outcome:
            if answer["success"] is not True:
                raise ValueError("no success")
            return Waiting(made | {"finished": True}, self._clock() + LOOK_AGAIN)

        return self._step(
            "effect",
            Sample(json={"success": True}),
            lambda: self._graph.post(f"{self._number}/video_reels", fields),
            read,
        )

    def _watched(
        self, teaser: Teaser, made: dict[str, Any], stage: Stage | Outcome | None
    ) -> Outcome:
        """Say what became of a Reel that Facebook was told to publish.

        A question that fails is asked again: the Reel is on its way whatever comes of it.
        """
        if stage is Stage.LIVE:
            return self._live(teaser, made["reel"])
        if stage is Stage.FAILED:
            return Refused("Facebook took the video, and could not make a Reel of it.")
        if isinstance(stage, Blocked | Refused):
            return Unknown(f"The Reel may be live or not: {stage.reason}")
        return Waiting(made | {"finished": True}, self._clock() + LOOK_AGAIN)

    def _live(self, teaser: Teaser, reel: str) -> Published:
        return Published(reel, f"{WEB}/reel/{reel}", ("comment",) if teaser.link else ())

    def _stage(self, reel: str, *, sampled: str = "") -> Stage | Outcome | None:
        """Ask how far a Reel is; None where Facebook does not show it."""
        sample = {"publishing_phase": {"status": sampled or "not_started"}}
        return self._read_if_shown(
            reel, "status", {"id": reel, "status": sample}, lambda answer: _told(answer["status"])
        )

    def _find_reel(self, teaser: Teaser, trace: Trace, made: dict[str, Any]) -> Outcome:
        if not made:
            return self._find_reel_by_words(teaser, trace)
        if "uploaded" not in made:
            return Absent(proven=True, reason="The video was not whole with Facebook yet.")
        match stage := self._stage(made["reel"]):
            case Stage.LIVE:
                return self._live(teaser, made["reel"])
            case Stage.COMING:
                return Waiting(made | {"finished": True}, self._clock() + LOOK_AGAIN)
            case Stage.FAILED:
                return Absent(proven=True, reason="Facebook could not make a Reel of the video.")
            case Stage.IDLE:
                return Absent(proven=False, reason="Facebook was not told to publish the Reel.")
            case None:
                return self._find_reel_by_words(teaser, trace)
        return stage

    def _find_reel_by_words(self, teaser: Teaser, trace: Trace) -> Outcome:
        def read(reels: Rows) -> Outcome:
            same = [
                str(reel["id"])
                for reel in reels
                if same_words(reel.get("description") or "", teaser.text)
            ]
            if len(same) > 1:
                return Unknown(f"Several Reels have these words: look at {WEB}/{self._number}.")
            if same:
                return self._live(teaser, same[0])
            return Absent(proven=False, reason="No Reel of that time has these words.")

        fields = "id,description,created_time"
        return self._recent("video_reels", fields, "created_time", trace, read)


def _told(status: Mapping[str, Any]) -> Stage:
    """Read a video's status: three phases, each with its own."""
    phases = [
        status.get(f"{name}_phase") or {} for name in ("uploading", "processing", "publishing")
    ]
    publishing = phases[-1]
    if "error" in (status.get("video_status"), *(phase.get("status") for phase in phases)):
        return Stage.FAILED
    if publishing.get("status") == "complete":
        return Stage.LIVE
    told = publishing.get("publish_status") == "published"
    return Stage.COMING if told or publishing.get("status") == "in_progress" else Stage.IDLE
