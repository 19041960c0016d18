"""Instagram's containers: what is put into one, and when it can be published.

https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-22).
Nothing of a container is to be seen; making one again costs one of 400 a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.http import Sample
from bot.model import Media, Outcome, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms._channel import first
from bot.platforms._checks import is_web_address
from bot.platforms._meta_answers import meaning
from bot.platforms._meta_channel import MetaChannel

#: Meta advises to look once a minute, for five at most.
LOOK_AGAIN: Final = timedelta(minutes=1)
MOST_PICTURES: Final = 10


def is_public(url: str) -> bool:
    """Tell whether Instagram could fetch `url`, which it takes in ASCII alone."""
    return url.isascii() and is_web_address(url)


def shown(teaser: Teaser, form: str) -> tuple[Media, ...]:
    """Choose what of a teaser goes out: its pictures, or its video as a Reel.

    The video where a Reel is asked for, and where one of the pictures cannot be fetched:
    none is left out of a post.
    """
    video = first(teaser, "video")
    pictures = tuple(media for media in teaser.media if media.kind == "image")
    whole = bool(pictures) and all(is_public(each.url) for each in pictures)
    return (video,) if video and (form == "reel" or not whole) else pictures


class Containers(MetaChannel):
    """An account as far as its containers go."""

    def _fill(self, teaser: Teaser, made: dict[str, Any]) -> Outcome | None:
        """Take the next step towards a whole container; None where there is one."""
        if pictures := self._pictures(teaser):
            return None if "container" in made else self._show(teaser, pictures, made)
        video = first(teaser, "video")
        if video is None:
            return Refused("Instagram fetches the picture itself, and this post has no public one.")
        if unmade := self._unmade(video):
            return unmade
        if "container" not in made:
            return self._play(teaser, video, made)
        if "uploaded" not in made and self._uploads(teaser):
            return self._upload("ig-api-upload", made["container"], video, made)
        return None

    def _uploads(self, teaser: Teaser) -> bool:
        """Tell whether the bytes of a video have to be sent; only Facebook's login can."""
        video = first(teaser, "video")
        if self._pictures(teaser) or video is None or self.settings.login != "facebook":
            return False
        return bool(video.path) or video.placeholder

    def _pictures(self, teaser: Teaser) -> Sequence[Media]:
        """Give the pictures to show, where Instagram can fetch them."""
        media = shown(teaser, self.settings.form)
        return media if all(m.kind == "image" and is_public(m.url) for m in media) else ()

    def _show(self, teaser: Teaser, pictures: Sequence[Media], made: dict[str, Any]) -> Outcome:
        """Contain one picture, or first each of several and then all of them."""
        if len(pictures) == 1:
            return self._contain(
                "container", _picture(pictures[0]) | {"caption": teaser.text}, made
            )
        names = [f"child{place}" for place in range(1, len(pictures) + 1)]
        for name, picture in zip(names, pictures, strict=True):
            if name not in made:
                child = _picture(picture) | {"is_carousel_item": True}
                return self._contain(name, child, made)
        for name in names:
            if not_yet := self._awaited(made[name], made):
                return not_yet
        children = ",".join(made[name] for name in names)
        fields = {"media_type": "CAROUSEL", "children": children, "caption": teaser.text}
        return self._contain("container", fields, made)

    def _play(self, teaser: Teaser, video: Media, made: dict[str, Any]) -> Outcome:
        fields = {"media_type": "REELS", "caption": teaser.text, "share_to_feed": True}
        if self._uploads(teaser):
            return self._contain("container", fields | {"upload_type": "resumable"}, made)
        if not is_public(video.url):
            return Refused(
                "A token of Instagram's own login cannot send a video, and this one has no public"
                " address: set listen and public_url under [media] in bot.toml, or connect the"
                " channel by Facebook's login."
            )
        return self._contain("container", fields | {"video_url": video.url}, made)

    def _contain(self, name: str, fields: Mapping[str, Any], made: dict[str, Any]) -> Outcome:
        return self._step(
            "prepare",
            Sample(json={"id": "2001"}),
            lambda: self._graph.post(f"{self._number}/media", fields),
            lambda answer: Waiting(made | {name: str(answer["id"])}),
        )

    def _awaited(self, container: str, made: dict[str, Any]) -> Outcome | None:
        """Return None where the container can be used now, or Meta does not show it."""

        def read(answer: Any) -> Outcome | None:
            status = str(answer.get("status", ""))
            match answer["status_code"]:
                case "FINISHED":
                    return None
                case "IN_PROGRESS":
                    return Waiting(made, self._clock() + LOOK_AGAIN)
                case "EXPIRED":  # after a day; nothing came of it
                    return self._anew(made, "The container went stale.")
                case "PUBLISHED":
                    return Unknown("Instagram has published this before; its answer was lost.")
            subcodes = [int(number) for number in re.findall(r"\b\d{7}\b", status)]
            if any(meaning(None, each).verdict is Retry for each in subcodes):
                return self._anew(made, status)
            return Refused(f"Instagram could not use the picture or video: {status}")

        sample = {"id": container, "status_code": "FINISHED"}
        return self._read_if_shown(container, "status_code,status", sample, read)


def _picture(picture: Media) -> dict[str, Any]:
    fields: dict[str, Any] = {"image_url": picture.url}
    return fields | {"alt_text": picture.alt} if picture.alt else fields
