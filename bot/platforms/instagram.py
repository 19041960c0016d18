"""Instagram: a container that fetches the picture, then the container published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from bot.http import Sample
from bot.model import Media, Outcome, Problem, Published, Refused, Teaser, Unknown, Waiting
from bot.platforms import base
from bot.platforms._channel import BoundChannel, first
from bot.platforms._checks import (
    HASHTAG,
    common,
    is_web_address,
    mention_problems,
    quiet_mentions,
    utf16_units,
)
from bot.platforms._meta import SDK_HOST, Graph

#: The API's host by the way the account logged in.
HOSTS = {"facebook": SDK_HOST, "instagram": "https://graph.instagram.com"}

# Meta advises to look once a minute, for five at most (content publishing guide,
# https://developers.facebook.com/docs/instagram-platform/content-publishing, read 2026-11-22)
LOOK_AGAIN = timedelta(minutes=1)

# The same guide: a caption holds 30 hashtags at most, and 20 names.
MOST_HASHTAGS = 30


class Platform(BoundChannel):
    """One professional account on Instagram."""

    name: ClassVar[str] = "instagram"
    label: ClassVar[str] = "Instagram"
    secrets: ClassVar[tuple[str, ...]] = ("TOKEN",)
    optional_secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET",)
    account_setting: ClassVar[str] = "user_id"
    # Numbers: the content publishing guide, above (read 2026-11-22)
    limits: ClassVar[base.Limits] = base.Limits(
        text=2200,
        unit="characters",
        # Editorial; several sources of 2026 report that Instagram itself now allows 5.
        hashtags=5,
        alt=1000,
        media="image",
        link="none",
        # 100 in the guide, 50 in its examples: the smaller, until the account says.
        posts_per_day=50,
        picture_bytes=8_000_000,
        picture_types=("image/jpeg",),
    )
    measure = staticmethod(utf16_units)
    neutralise = staticmethod(quiet_mentions)

    class Settings(base.Settings):
        """What an Instagram channel may set."""

        user_id: str = Field(default="", pattern=r"^[0-9]*$")
        """The number of the account."""
        login: Literal["facebook", "instagram"] = "facebook"
        """By which of Meta's logins its token was made."""

    def _routes(self) -> dict[str, str]:
        host = self._host()
        return {host: self.settings.api_url or host}

    def _host(self) -> str:
        return HOSTS[self.settings.login]

    @classmethod
    def check(cls, teaser: Teaser) -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return [
            *common(teaser, cls.limits, cls.measure),
            *mention_problems(teaser, cls.label),
            *_caption(teaser.text),
            *_public(first(teaser, "image")),
        ]

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Make the container, look at it, publish it: at most one write a call.

        The container's id is the key: it is stored before it is published, and
        one that says it is published is never published again.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        if "container" not in made:
            return self._contain(teaser, made)
        if not_ready := self._look(made):
            return not_ready
        outcome = self._publish(made)
        return self._with_url(outcome) if isinstance(outcome, Published) else outcome

    def _contain(self, teaser: Teaser, made: dict[str, Any]) -> Outcome:
        picture = first(teaser, "image")
        if picture is None or not picture.url:
            return Refused("Instagram fetches the picture itself, and this post has no public one.")
        fields = {"image_url": picture.url, "caption": teaser.text}
        if picture.alt:
            fields["alt_text"] = picture.alt
        return self._step(
            "prepare",
            Sample(json={"id": "2001"}),
            lambda: self._graph().post(f"{self._number}/media", fields),
            lambda answer: Waiting(made | {"container": str(answer["id"])}),
        )

    def _look(self, made: dict[str, Any]) -> Outcome | None:
        """Return None where the container can be published now."""

        def read(answer: Any) -> Outcome | None:
            match answer["status_code"]:
                case "FINISHED":
                    return None
                case "IN_PROGRESS":
                    return Waiting(made, self._clock() + LOOK_AGAIN)
                case "EXPIRED":  # after a day; nothing came of it
                    return Waiting({})
                case "PUBLISHED":
                    return Unknown("Instagram has published this before; its answer was lost.")
            return Refused(f"Instagram could not use the picture: {answer.get('status', '')}")

        return self._step(
            "read",
            Sample(json={"id": made["container"], "status_code": "FINISHED"}),
            lambda: self._graph().get(made["container"], fields="status_code,status"),
            read,
        )

    def _publish(self, made: dict[str, Any]) -> Outcome:
        path, fields = f"{self._number}/media_publish", {"creation_id": made["container"]}
        return self._step(
            "effect",
            Sample(json={"id": "2002"}),
            lambda: self._graph().post(path, fields),
            lambda answer: Published(str(answer["id"])),
        )

    def _with_url(self, post: Published) -> Published:
        """Add the address; some apps may not read it for days, and the post is live anyway."""
        found = self._step(
            "read",
            Sample(json={"id": post.remote_id, "permalink": "https://www.instagram.com/p/2002/"}),
            lambda: self._graph().get(post.remote_id, fields="permalink"),
            lambda answer: Published(post.remote_id, answer["permalink"]),
        )
        return found if isinstance(found, Published) else post

    def _graph(self) -> Graph:
        return Graph(
            self._session,
            self._secrets["TOKEN"],
            app_secret=self._secrets.get("APP_SECRET", ""),
            host=self._host(),
        )


def _caption(text: str) -> list[Problem]:
    found = []
    if (count := len(HASHTAG.findall(text))) > MOST_HASHTAGS:
        message = f"Instagram refuses {count} hashtags; it takes {MOST_HASHTAGS}: take some out."
        found.append(Problem("hashtags-refused", message, blocking=True))
    if re.search(r"https?://\S", text):
        message = "A link in an Instagram caption cannot be clicked: take it out."
        found.append(Problem("link-dead", message))
    return found


def _public(picture: Media | None) -> list[Problem]:
    if picture is None or (picture.url.isascii() and is_web_address(picture.url)):
        return []
    message = (
        f"Instagram cannot fetch “{picture.url}”: the picture needs a public web address."
        if picture.url
        else "Instagram fetches pictures from a public web address, and a file of your own has none"
        " yet: keep the article's own picture, or reject this post and post it by hand."
    )
    return [Problem("picture-not-public", message, blocking=True)]
