"""Instagram: a container that fetches the pictures or takes the video, then published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from bot.http import Sample
from bot.model import (
    Absent,
    Account,
    Outcome,
    Problem,
    Published,
    Refused,
    Renewed,
    Retry,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms import _meta_channel, base
from bot.platforms._channel import first
from bot.platforms._checks import common, mention_problems, quiet_mentions, utf16_units
from bot.platforms._instagram_checks import lacking_video, own_problems
from bot.platforms._instagram_containers import LOOK_AGAIN, Containers, shown
from bot.platforms._meta import SDK_HOST
from bot.platforms._meta_answers import GraphFailure
from bot.platforms._meta_channel import Rows, same_words

#: The API's host by the way the account logged in.
HOSTS = {"facebook": SDK_HOST, "instagram": "https://graph.instagram.com"}

#: Meta's token of 60 days is renewed when this is left of it; it must be a day old for that.
# https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/
# business-login (read 2026-11-22)
RENEWS = timedelta(days=20)
RENEW_AGAIN = timedelta(hours=6)
#: After that a published container's post is taken for live, though no list shows it.
LISTED_WITHIN = timedelta(hours=1)
#: How soon a day's used-up posts are counted again: the first of them may leave the window.
COUNT_AGAIN = timedelta(hours=1)


Form = Literal["picture", "reel"]


class Platform(Containers):
    """One professional account on Instagram."""

    name: ClassVar[str] = "instagram"
    label: ClassVar[str] = "Instagram"
    secrets: ClassVar[tuple[str, ...]] = ("TOKEN",)
    account_setting: ClassVar[str] = "user_id"
    # Of Facebook's login; the other's cannot be asked for.
    rights: ClassVar[tuple[str, ...]] = (
        "instagram_basic",
        "instagram_content_publish",
        "pages_read_engagement",
    )
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
        # A Reel: https://developers.facebook.com/docs/instagram-platform/
        # instagram-graph-api/reference/ig-user/media (read 2026-11-22)
        video_bytes=300_000_000,
        video_types=("video/mp4", "video/quicktime"),
        shape="portrait",  # 4:5, the tallest that the feed takes, by the same page
    )
    measure = staticmethod(utf16_units)
    neutralise = staticmethod(quiet_mentions)

    class Settings(_meta_channel.Settings):
        """What an Instagram channel may set."""

        user_id: str = Field(default="", pattern=r"^[0-9]*$")
        """The number of the account."""
        login: Literal["facebook", "instagram"] = "facebook"
        """By which of Meta's logins its token was made."""
        form: Form = "picture"
        """What a post is: a picture, which Instagram fetches, or a Reel, which is sent to it."""

    def _host(self) -> str:
        return HOSTS[self.settings.login]

    @property
    def renews(self) -> timedelta | None:
        """Only the token of Instagram's own login ends by itself and can be exchanged."""
        return RENEWS if self.settings.login == "instagram" else None

    @classmethod
    def check(cls, teaser: Teaser, form: str = "") -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        teaser = replace(teaser, media=shown(teaser, form))  # what stays here may be as it likes
        found = [
            *common(teaser, cls.limits, cls.measure),
            *mention_problems(teaser, cls.label),
            *own_problems(teaser, form),
        ]
        video = first(teaser, "video")
        if video or form == "reel":
            found = [each for each in found if each.code != "image-missing"]
        return [*found, lacking_video(teaser)] if form == "reel" and not video else found

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Make the container, look at it, publish it: at most one write a call.

        The container's id is the key: it is stored before it is published, and
        one that says it is published is never published again.
        """
        if not_now := self._not_now():
            return not_now
        made = dict(resume or {})
        if (step := self._fill(teaser, made)) is not None:
            return step
        if (not_yet := self._awaited(made["container"], made) or self._used_up()) is not None:
            return not_yet
        outcome = self._publish(made)
        return self._with_url(outcome) if isinstance(outcome, Published) else outcome

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Ask the container whether it was published; only reads.

        Where it is gone, or not shown to this app, the captions of that time tell.
        """
        if missing := self._missing():
            return missing
        made = dict(resume or {})
        nothing = Absent(proven=False, reason="No post of that time has this caption.")
        if not made:
            return self._found(teaser, trace) or nothing
        if "container" not in made or (self._uploads(teaser) and "uploaded" not in made):
            return Absent(proven=True, reason="Instagram had nothing yet that can be published.")
        status = self._read_if_shown(
            made["container"],
            "status_code",
            {"status_code": "FINISHED"},
            lambda answer: str(answer["status_code"]),
        )
        if status is None or status == "EXPIRED":
            return self._found(teaser, trace) or nothing
        if status == "PUBLISHED":
            return self._found(teaser, trace) or self._unlisted(made, trace)
        if isinstance(status, str):
            return Absent(proven=True, reason=f"Its container is {status}, not published.")
        return status

    def verify(self) -> Account | Outcome:
        """Ask which account the token posts for, and what it may."""
        if missing := self._missing():
            return missing
        own = self.settings.login == "instagram"
        path, names = ("me", "user_id,username,account_type") if own else (self._number, "username")
        sample = {"id": self._number, "user_id": self._number, "username": self.account}

        def read(answer: Any) -> Account:
            # Of Instagram's login `id` is another number, good in one app alone.
            number = str(answer["user_id"] if own else answer["id"])
            personal = str(answer.get("account_type", "")).upper() == "PERSONAL"
            lacks = ("a professional account",) if personal else ()
            return Account(number, str(answer["username"]), lacks)

        account = self._read(path, f"id,{names}", sample, read)
        if own or not isinstance(account, Account):
            return account
        rights = self._rights()
        if not isinstance(rights, tuple):
            return rights
        return Account(account.id, account.name, *rights)

    def renew(self) -> Renewed | Outcome:
        """Exchange the token of Instagram's own login for one of 60 days more.

        Instagram refuses a token that is less than a day old; only one that it calls dead
        blocks the channel.
        """
        if self.renews is None or self._session.dry_run:
            return super().renew()
        if missing := self._missing():
            return missing

        def send() -> Any:
            try:
                return self._graph.get("/refresh_access_token", grant_type="ig_refresh_token")
            except GraphFailure as error:
                if error.verdict is Retry or error.subcode:
                    raise
                again = self._clock() + RENEW_AGAIN
                raise GraphFailure(f"did not renew the token: {error}", at=again) from None

        def read(answer: Any) -> Renewed:
            token = str(answer["access_token"])
            self._session.masker.add(token)
            ends = self._clock() + timedelta(seconds=int(answer["expires_in"]))
            return Renewed({"TOKEN": token}, ends)

        sample = {"access_token": self._secrets["TOKEN"], "expires_in": 5_184_000}
        return self._step("prepare", Sample(json=sample), send, read)

    def delete(self, remote_id: str) -> Outcome:
        """Take a post down, which a token of Facebook's login alone may."""
        if missing := self._missing():
            return missing
        if self.settings.login == "instagram":
            return Refused("A token of Instagram's own login may not delete: do it in the app.")
        gone = "Instagram shows no such post to this token: if it is still there, delete it there."
        return self._delete(remote_id) or Refused(gone)

    def _used_up(self) -> Outcome | None:
        """Return None where the account may publish one more now, by its own count."""

        def read(answer: Any) -> Outcome | None:
            told = answer["data"][0]
            used, total = int(told["quota_usage"]), int(told["config"]["quota_total"])
            if used < total:
                return None
            words = f"Instagram takes {total} posts in 24 hours, and {used} are used."
            return Retry(words, self._clock() + COUNT_AGAIN, rests="channel")

        sample = {"config": {"quota_total": 50, "quota_duration": 86_400}, "quota_usage": 0}
        path = f"{self._number}/content_publishing_limit"
        return self._read(path, "config,quota_usage", {"data": [sample]}, read)

    def _publish(self, made: dict[str, Any]) -> Outcome:
        path, fields = f"{self._number}/media_publish", {"creation_id": made["container"]}

        def send() -> Any:
            try:
                return self._graph.post(path, fields)
            except GraphFailure as error:
                if error.subcode != 2207027:
                    raise
                return None

        def read(answer: Any) -> Outcome:
            if answer is None:  # not ready, whatever the container said
                return Waiting(made, self._clock() + LOOK_AGAIN)
            return Published(str(answer["id"]))

        return self._step("effect", Sample(json={"id": "2002"}), send, read)

    def _with_url(self, post: Published) -> Published:
        """Add the address; some apps may not read it for days, and the post is live anyway."""
        found = self._read(
            post.remote_id,
            "permalink",
            {"id": post.remote_id, "permalink": "https://www.instagram.com/p/2002/"},
            lambda answer: Published(post.remote_id, answer["permalink"]),
        )
        return found if isinstance(found, Published) else post

    def _found(self, teaser: Teaser, trace: Trace) -> Outcome | None:
        """Find the post by its caption; None where there is none."""

        def read(posts: Rows) -> Outcome | None:
            same = [post for post in posts if same_words(post.get("caption") or "", teaser.text)]
            if len(same) > 1:
                return Unknown("Several posts of that time have this caption: look which it is.")
            if not same:
                return None
            return Published(str(same[0]["id"]), same[0].get("permalink") or "")

        fields = "id,caption,permalink,timestamp"
        return self._recent("media", fields, "timestamp", trace, read)

    def _unlisted(self, made: dict[str, Any], trace: Trace) -> Outcome:
        """Judge a container that says it is published, and whose post no list shows yet."""
        if self._clock() < trace.since + LISTED_WITHIN:
            return Waiting(made, self._clock() + LOOK_AGAIN)
        return Published("", f"https://www.instagram.com/{self.account.lstrip('@')}/")
