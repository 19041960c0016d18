"""Facebook: a Page's post with the link attached, or a picture and the link in a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from bot.http import Sample
from bot.model import Media, Outcome, Problem, Published, Refused, Teaser, Waiting
from bot.platforms import base
from bot.platforms._channel import BoundChannel, first, opened
from bot.platforms._checks import common, utf16_units
from bot.platforms._meta import SDK_HOST, Graph

Form = Literal["link", "photo+comment"]


class Platform(BoundChannel):
    """One Facebook Page."""

    name: ClassVar[str] = "facebook"
    label: ClassVar[str] = "Facebook"
    secrets: ClassVar[tuple[str, ...]] = ("PAGE_TOKEN",)
    optional_secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET",)
    account_setting: ClassVar[str] = "page_id"
    limits: ClassVar[base.Limits] = base.Limits(
        # Meta documents none; https://docs.letmepost.dev/platforms/facebook (read 2026-11-22)
        text=63_206,
        unit="characters",
        hashtags=0,  # editorial, not Facebook's
        link="attached",
        # Graph's own words in subcode 1366046: JPG or PNG below 4 MB (read 2026-11-22)
        picture_bytes=4_000_000,
        picture_types=("image/jpeg", "image/png"),
    )

    class Settings(base.Settings):
        """What a Facebook channel may set."""

        page_id: str = Field(default="", pattern=r"^[0-9]*$")
        """The number of the Page."""
        form: Form = "link"
        """What a post is: the card of the link, or a picture with the link in a comment."""

    def _routes(self) -> dict[str, str]:
        return {SDK_HOST: self.settings.api_url or SDK_HOST}

    @staticmethod
    def measure(text: str) -> int:
        """Count UTF-16 units, as Facebook does: an emoji is two or more."""
        return utf16_units(text)

    @staticmethod
    def neutralise(text: str) -> str:
        """Return `text` as it is: Facebook links no name that a post by API writes."""
        return text

    @classmethod
    def check(cls, teaser: Teaser) -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return common(teaser, cls.limits, cls.measure)

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Post the link, or upload the picture and then post it: one step a call.

        A post without a picture goes out as a link, whatever the form: Facebook's
        own card stands in. Facebook knows no key; link, text and time are what a
        post is found again by.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        if self.settings.form == "link" or not (picture := first(teaser, "image")):
            return self._post(teaser, {"link": teaser.link} if teaser.link else {}, extras=())
        if "photo" not in made:
            return self._upload(picture, made)
        attached = {"attached_media": [{"media_fbid": made["photo"]}]}
        return self._post(teaser, attached, extras=("comment",) if teaser.link else ())

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Write the link as the first comment."""
        if blocked := self._missing():
            return blocked
        if name != "comment" or not teaser.link:
            return Refused(f"{self.label} has nothing to do for “{name}”.")
        return self._step(
            "extra",
            Sample(json={"id": f"{remote_id}_1"}),
            lambda: self._graph().post(f"{remote_id}/comments", {"message": teaser.link}),
            lambda answer: Published(str(answer["id"])),
        )

    def _upload(self, picture: Media, made: dict[str, Any]) -> Outcome:
        fields: dict[str, Any] = {"published": False}
        if picture.alt:
            fields["alt_text_custom"] = picture.alt
        if not picture.path:
            fields["url"] = picture.url

        def send() -> Any:
            photos = f"{self._number}/photos"
            if not picture.path:
                return self._graph().post(photos, fields)
            with opened(picture) as file:
                return self._graph().post(photos, fields, file, picture.mime)

        return self._step(
            "prepare",
            Sample(json={"id": "1001"}),
            send,
            lambda answer: Waiting(made | {"photo": str(answer["id"])}),
        )

    def _post(self, teaser: Teaser, form: Mapping[str, Any], extras: tuple[str, ...]) -> Outcome:
        # Never picture, name or description of the link: for a Page that has not
        # proved that it owns the domain the whole post fails.
        page = self._number
        fields = {"message": teaser.text, **form, "published": True, "fields": "id,permalink_url"}
        sample = {"id": f"{page}_1002", "permalink_url": f"https://www.facebook.com/{page}/1002"}
        return self._step(
            "effect",
            Sample(json=sample),
            lambda: self._graph().post(f"{page}/feed", fields),
            lambda answer: Published(str(answer["id"]), answer.get("permalink_url", ""), extras),
        )

    def _graph(self) -> Graph:
        return Graph(
            self._session,
            self._secrets["PAGE_TOKEN"],
            app_secret=self._secrets.get("APP_SECRET", ""),
        )
