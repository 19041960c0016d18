"""What follows a video that is out: its thumbnail, its place in a playlist, its end."""

from __future__ import annotations

import requests

from bot.http import Sample
from bot.model import Absent, Blocked, Media, Outcome, Published, Refused, Teaser
from bot.platforms._channel import STAND_IN, Failure, first, opened
from bot.platforms._youtube import API, UNITS, WRITE, reasons
from bot.platforms._youtube_reader import Reader

# maxSize and types of thumbnails.set in the discovery document (read 2026-11-22)
THUMBNAIL_BYTES = 52_428_800
THUMBNAIL_TYPES = ("image/jpeg", "image/png")


class Keeper(Reader):
    """A channel whose published videos can be completed and deleted."""

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Give a published video its thumbnail, or its place in the playlist; repeatable."""
        if failed := self._missing() or self._sign_in():
            return failed
        if name == "thumbnail":
            return self._set_thumbnail(teaser, remote_id)
        return (
            self._enlist(remote_id)
            if name == "playlist"
            else super().extra(name, teaser, remote_id)
        )

    def _set_thumbnail(self, teaser: Teaser, video: str) -> Outcome:
        picture = thumbnail(teaser)
        if picture is None:
            return Refused("The post has no picture that YouTube takes for a thumbnail.")

        def send() -> requests.Response:
            self._count(UNITS, WRITE)
            headers = self._bearer() | {"Content-Type": picture.mime}
            with opened(picture) as file:
                return self._session.post(
                    f"{API}/upload/youtube/v3/thumbnails/set",
                    params={"videoId": video, "uploadType": "media"},
                    data=file,
                    headers=headers,
                )

        def read(response: requests.Response) -> Outcome:
            if "forbidden" in reasons(response):
                return Refused("The channel may not set thumbnails: verify its phone number first.")
            self._answer(response)
            return Published(video)

        return self._step("extra", Sample(json={"items": [{}]}), send, read, repeatable=True)

    def _enlist(self, video: str) -> Outcome:
        """Put the video into the playlist, unless it is there."""
        playlist = self.settings.playlist
        there = self._list(
            "playlistItems",
            {"items": []},
            lambda found: bool(found["items"]),
            part="id",
            playlistId=playlist,
            videoId=video,
        )
        if there is True:
            return Published(video)
        if there is not False:
            return there
        item = {"kind": "youtube#video", "videoId": video}
        body = {"snippet": {"playlistId": playlist, "resourceId": item}}

        def send() -> requests.Response:
            self._count(UNITS, WRITE)
            return self._session.post(
                f"{API}/youtube/v3/playlistItems",
                params={"part": "snippet"},
                json=body,
                headers=self._bearer(),
            )

        def read(response: requests.Response) -> Outcome:
            self._answer(response)
            return Published(video)

        return self._step("extra", Sample(json={"id": STAND_IN}), send, read, repeatable=True)

    def delete(self, remote_id: str) -> Outcome:
        """Take a video down for good. Absent: it is gone; Refused: the token may not."""
        if failed := self._missing() or self._sign_in():
            return failed

        def send() -> requests.Response:
            self._count(UNITS, WRITE)
            return self._session.delete(
                f"{API}/youtube/v3/videos", params={"id": remote_id}, headers=self._bearer()
            )

        def read(response: requests.Response) -> Outcome:
            if "videoNotFound" in reasons(response):
                return Absent(True, "YouTube knows no such video any more.")
            try:
                self._answer(response)
            except Failure as refused:
                if response.status_code != 403 or refused.verdict is not Blocked:
                    raise
                words = "the token may not delete: connect again with “bot login”, or delete there."
                raise Failure(words, Refused) from None
            return Absent(True, "YouTube has deleted the video.")

        return self._step("extra", Sample(204), send, read, repeatable=True)


def thumbnail(teaser: Teaser) -> Media | None:
    """Choose the picture of a teaser that YouTube would take for a thumbnail."""
    picture = first(teaser, "image")
    if picture is None or not picture.path or picture.mime not in THUMBNAIL_TYPES:
        return None
    return picture if (picture.size or 0) <= THUMBNAIL_BYTES else None
