"""Facebook: a Page's post of a link, or of pictures or a Reel with the link in a comment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field

from bot.http import Sample
from bot.model import (
    Absent,
    Account,
    Blocked,
    Media,
    Outcome,
    Problem,
    Published,
    Refused,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms import _meta_channel, base
from bot.platforms._channel import first, opened
from bot.platforms._checks import common, utf16_units
from bot.platforms._facebook_posts import FIELDS, links_to, matching
from bot.platforms._facebook_reels import WEB, Reels
from bot.platforms._meta_channel import Rows

Form = Literal["link", "photo+comment", "reel"]


class Platform(Reels):
    """One Facebook Page."""

    name: ClassVar[str] = "facebook"
    label: ClassVar[str] = "Facebook"
    secrets: ClassVar[tuple[str, ...]] = ("PAGE_TOKEN",)
    account_setting: ClassVar[str] = "page_id"
    # https://developers.facebook.com/docs/pages-api/posts (read 2026-11-22)
    rights: ClassVar[tuple[str, ...]] = ("pages_manage_posts", "pages_read_engagement")
    limits: ClassVar[base.Limits] = base.Limits(
        # Meta documents none; https://docs.letmepost.dev/platforms/facebook (read 2026-11-22)
        text=63_206,
        unit="characters",
        hashtags=0,  # editorial, not Facebook's
        link="attached",
        # Graph's own words in subcode 1366046: JPG or PNG below 4 MB (read 2026-11-22)
        picture_bytes=4_000_000,
        picture_types=("image/jpeg", "image/png"),
        shape="wide",  # editorial: as large as the card of a link
    )

    class Settings(_meta_channel.Settings):
        """What a Facebook channel may set."""

        page_id: str = Field(default="", pattern=r"^[0-9]*$")
        """The number of the Page."""
        form: Form = "link"
        """What a post is: the card of the link, or a picture or Reel with the link in a comment."""

    @staticmethod
    def measure(text: str) -> int:
        """Count UTF-16 units, as Facebook does: an emoji is two or more."""
        return utf16_units(text)

    @staticmethod
    def neutralise(text: str) -> str:
        """Return `text` as it is: Facebook links no name that a post by API writes."""
        return text

    @classmethod
    def check(cls, teaser: Teaser, form: str = "") -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        video = first(teaser, "video")
        if video or form in ("link", "reel"):  # pictures stay here
            teaser = replace(teaser, media=(video,) if video else ())
        found = common(teaser, cls.limits, cls.measure)
        if form == "reel" and not video:
            message = (
                "This post has no video and goes out as a link, not as a Reel: give it one with"
                " “bot edit ID --video FILE”."
            )
            found.append(Problem("video-missing", message))
        return found

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Post the link, or upload each picture and then post them: one step a call.

        A post without picture or video goes out as a link, whatever the form: Facebook's
        own card stands in. A video goes out as a Reel. Facebook knows no key; link,
        text and time are what a post is found again by, and a picture by its number.
        """
        made = dict(resume or {})
        # A Reel that Facebook was told to publish is watched even where nothing may be sent.
        if not_now := self._missing() if "finished" in made else self._not_now():
            return not_now
        if video := first(teaser, "video"):
            return self._reel(teaser, video, made)
        pictures = self._pictures(teaser)
        for name, picture in pictures.items():
            if name not in made:
                return self._upload_picture(name, picture, made)
        return self._post(teaser, [made[name] for name in pictures])

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Look for the post among what the Page published, by its pictures or words; only reads.

        A post of that time with the same link and other words is for a person to judge.
        """
        if missing := self._missing():
            return missing
        made = dict(resume or {})
        if first(teaser, "video"):
            return self._find_reel(teaser, trace, made)
        pictures = self._pictures(teaser)
        if made and not made.keys() >= pictures.keys():
            return Absent(proven=True, reason="Its pictures were not all with Facebook yet.")
        photos = {str(made[name]) for name in pictures if made}

        def read(posts: Rows) -> Outcome:
            found = matching(posts, teaser, photos)
            if len(found) == 1:
                return _published(found[0], teaser, photos)
            if found:
                return Unknown(f"Several posts of that time match: look at {WEB}/{self._number}.")
            if not photos and any(links_to(post, teaser.link) for post in posts):
                return Unknown("A post of that time has the link and other words: is it this one?")
            return Absent(proven=False, reason="Nothing that the Page published since matches.")

        return self._recent("published_posts", FIELDS, "created_time", trace, read)

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Write the link as the first comment."""
        if missing := self._missing():
            return missing
        if name != "comment" or not teaser.link:
            return Refused(f"{self.label} has nothing to do for “{name}”.")
        return self._step(
            "extra",
            Sample(json={"id": f"{remote_id}_1"}),
            lambda: self._graph.post(f"{remote_id}/comments", {"message": teaser.link}),
            lambda answer: Published(str(answer["id"])),
        )

    def verify(self) -> Account | Outcome:
        """Ask which Page the token is; to it alone “me” is a Page.

        Whether the app is in development mode, when nobody but its own people sees its
        posts, Graph tells to no token of a Page.
        """
        if missing := self._missing():
            return missing
        sample = {"id": self._number, "name": self.account, "username": self.account}
        page = self._read("me", "id,name,username,link,is_published", sample, self._page)
        if isinstance(page, Refused):
            return Blocked(f"PAGE_TOKEN is not the token of a Page. {page.reason}")
        if not isinstance(page, Account):
            return page
        rights = self._rights()
        if not isinstance(rights, tuple):
            return rights
        return Account(page.id, page.name, *rights, hidden=page.hidden)

    def delete(self, remote_id: str) -> Outcome:
        """Take a post or Reel down; one that the Page's own token cannot see is gone."""
        if missing := self._missing():
            return missing
        denied = Blocked("Facebook shows the post and does not let this token delete it.")
        return (
            self._delete(remote_id)
            or self._read_if_shown(remote_id, "id", {"id": remote_id}, lambda _: denied)
            or Absent(proven=True, reason="It is not there any more.")
        )

    def _pictures(self, teaser: Teaser) -> dict[str, Media]:
        """Name the pictures that the post shows by what `resume` calls their numbers."""
        if self.settings.form != "photo+comment":
            return {}
        pictures = [media for media in teaser.media if media.kind == "image"]
        return {f"photo{place}": picture for place, picture in enumerate(pictures, 1)}

    def _upload_picture(self, name: str, picture: Media, made: dict[str, Any]) -> Outcome:
        # A single picture could be posted by one call to /photos with its caption. Uploaded
        # unpublished first, that part may be repeated, and the post has a number to be found by.
        fields: dict[str, Any] = {"published": False}
        if picture.alt:
            fields["alt_text_custom"] = picture.alt
        if not picture.path:
            fields["url"] = picture.url

        def send() -> Any:
            photos = f"{self._number}/photos"
            if not picture.path:
                return self._graph.post(photos, fields)
            with opened(picture) as file:
                return self._graph.post(photos, fields, file, picture.mime)

        return self._step(
            "prepare",
            Sample(json={"id": "1001"}),
            send,
            lambda answer: Waiting(made | {name: str(answer["id"])}),
        )

    def _post(self, teaser: Teaser, photos: list[str]) -> Outcome:
        # Not made unpublished and then published by its number (is_published): by Meta's
        # description a post takes that field, which would make the effect repeatable. But the
        # guides speak of it for scheduled posts alone, a post made without a time is one for
        # advertisements, and no page says that publishing it keeps its number, gives it a new
        # time or shows it to followers as a new one is. A post that nobody sees is worse than
        # one that is looked for.
        #
        # Never picture, name or description of the link: for a Page that has not
        # proved that it owns the domain the whole post fails.
        page = self._number
        form: dict[str, Any] = {"link": teaser.link} if teaser.link else {}
        if photos:
            form = {"attached_media": [{"media_fbid": number} for number in photos]}
        fields = {"message": teaser.text, **form, "published": True, "fields": "id,permalink_url"}
        sample = {"id": f"{page}_1002", "permalink_url": f"{WEB}/{page}/1002"}
        return self._step(
            "effect",
            Sample(json=sample),
            lambda: self._graph.post(f"{page}/feed", fields),
            lambda answer: _published(answer, teaser, photos),
        )

    def _page(self, answer: Any) -> Account:
        """Name a Page as the site lists it, where that is one of its names."""
        number, vanity = str(answer["id"]), urlsplit(answer.get("link") or "").path.strip("/")
        names = [answer.get("username"), vanity, number, answer.get("name")]
        listed = self.account.strip("@/ ").casefold()
        known = [name for name in names if name]
        name = next((name for name in known if name.casefold() == listed), known[0])
        hidden = "" if answer.get("is_published", True) else "The Page itself is not published."
        return Account(number, name, hidden=hidden)


def _published(answer: Mapping[str, Any], teaser: Teaser, photos: Collection[str]) -> Published:
    extras = ("comment",) if teaser.link and photos else ()
    return Published(str(answer["id"]), answer.get("permalink_url") or "", extras)
