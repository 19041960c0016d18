"""X (Twitter): media, description, post; through tweepy, with the account's keys or a login."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final, Literal

import requests

from bot.http import Sample, Session
from bot.model import (
    Absent,
    Account,
    Blocked,
    Outcome,
    Problem,
    Published,
    Refused,
    Teaser,
    Trace,
    Waiting,
)
from bot.platforms import _x_answers, _x_find, _x_media, base
from bot.platforms._channel import FAILURES, Failure
from bot.platforms._checks import common
from bot.platforms._weight import cashtags, mentions, neutralise, urls, weigh
from bot.platforms._x_account import TOKEN, XAccount, is_number
from bot.platforms._x_media import Body

# Thousandths of a dollar. https://docs.x.com/x-api/getting-started/pricing (read 2026-11-22)
POST, POST_WITH_LINK, DESCRIPTION = 15, 200, 5
# https://docs.x.com/x-api/media/quickstart/best-practices (read 2026-11-22)
MOST_PICTURES = 4

#: Clocks may be wrong by an hour or two: so far back a timeline is read.
LOOK_BACK: Final = timedelta(hours=2)


class Platform(XAccount):
    """One account on X."""

    name: ClassVar[str] = "twitter"
    label: ClassVar[str] = "X (Twitter)"
    limits: ClassVar[base.Limits] = base.Limits(
        # https://docs.x.com/fundamentals/counting-characters (read 2026-11-22)
        text=280,
        unit="weighted characters",
        # Editorial, not X's: two at most.
        hashtags=2,
        # X's official description, version 2.167, alt_text (read 2026-11-22)
        alt=1000,
        # https://docs.x.com/x-api/media (read 2026-11-22)
        picture_bytes=5_000_000,
        picture_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        # https://docs.x.com/x-api/media/quickstart/best-practices (read 2026-11-22)
        video_bytes=512_000_000,
        video_types=("video/mp4", "video/quicktime"),
        shape="wide",  # editorial: as large as the card of a link
        # https://docs.x.com/x-api/fundamentals/rate-limits, one app a day (read 2026-11-22)
        posts_per_day=10_000,
    )
    measure = staticmethod(weigh)
    neutralise = staticmethod(neutralise)

    class Settings(base.Settings):
        """What a channel on X may set."""

        reply_settings: Literal["", "following", "mentionedUsers", "subscribers", "verified"] = ""
        """Who may reply to a post; left out: everybody."""
        made_with_ai: bool = False
        """Whether posts are marked as holding media made by AI."""

    @classmethod
    def price(cls, teaser: Teaser) -> int:
        """Tell what the post costs: thirteen times as much where X sees a web address in it."""
        described = sum(1 for each in teaser.media if each.kind == "image" and each.alt)
        return (POST_WITH_LINK if urls(teaser.text) else POST) + DESCRIPTION * described

    @classmethod
    def check(cls, teaser: Teaser, form: str = "") -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return [
            *common(teaser, cls.limits, cls.measure),
            *_strangers(teaser.text),
            *_other_links(teaser),
            *_too_much(teaser),
        ]

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Upload and describe what the teaser carries, then post: one step a call.

        X knows no key: its numbers of the media, the link and the text are what a post is
        found again by.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        media = _x_media.attached(teaser.media)
        return _x_media.step(self._ask, media, made, self._clock()) or self._post(teaser, made)

    def _post(self, teaser: Teaser, made: dict[str, Any]) -> Outcome:
        body: dict[str, Any] = {"text": teaser.text}
        if media := _x_media.attached(teaser.media):
            known = _x_media.entries(made, media)
            body["media"] = {"media_ids": [each["id"] for each in known]}
        if self.settings.reply_settings:
            body["reply_settings"] = self.settings.reply_settings
        if self.settings.made_with_ai:
            body["made_with_ai"] = True

        def read(response: requests.Response) -> Outcome:
            if media and "anew" not in made and _x_answers.is_media_lost(response):
                return Waiting({**_x_media.afresh(made), "anew": "X lost the media"})
            return self._published(_x_answers.judged(response, self._clock()))

        sample = Sample(201, json={"data": {"id": "1000000000000000002", "text": teaser.text}})
        return self._step("effect", sample, lambda: self._send("POST", "/2/tweets", body), read)

    def _published(self, answer: Any) -> Outcome:
        number = str(answer["data"]["id"])
        if not is_number(number):
            raise Failure("named no number of the post")
        return Published(number, f"{self._address()}{number}")

    def _address(self) -> str:
        return f"https://x.com/{self.account.lstrip('@')}/status/"

    # ------------------------------------------------------------ looking back

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Look for the post on the account's own timeline, from before the first attempt.

        Absence is proven only where a step before the post was never done. What is left is a
        post that X shows only after two looks found nothing: then the same bytes are sent again,
        and X itself has to refuse the duplicate.
        """
        made = dict(resume or {})
        media = _x_media.attached(teaser.media)
        if made and "earlier" not in made and not _x_media.are_ready(made, media):
            return Absent(proven=True, reason="Its media were not ready, so it was never posted.")
        if blocked := self._missing():
            return blocked
        account = self.verify()
        if not isinstance(account, Account):
            return account
        if account.name.casefold() != self.account.lstrip("@").casefold():
            return Blocked(f"The credentials are those of @{account.name}: nothing can be found.")
        posts = self._timeline(account.id, trace.since - LOOK_BACK)
        if not isinstance(posts, list):
            return posts
        numbers = _x_media.numbers(made) if media else set()
        try:
            return _x_find.settle(teaser, numbers, posts, trace.others, self._address())
        except FAILURES as error:  # a post in it is not as X describes them
            return self._meaning(error, repeatable=True)

    def delete(self, remote_id: str) -> Outcome:
        """Take a post down; one that is gone already is as good."""
        if blocked := self._missing():
            return blocked
        if not is_number(remote_id):
            return Refused(f"“{remote_id}” is no number of a post on X: delete it on x.com.")

        def read(response: requests.Response) -> Outcome:
            said = _x_answers.complaint(response)
            if said and said.kind == "resource-not-found":
                return Absent(proven=True, reason="It was gone already.")
            if _x_answers.judged(response, self._clock())["data"]["deleted"] is not True:
                raise Failure("did not delete it: delete it on x.com", Refused)
            return Absent(proven=True)

        return self._step(
            "extra",
            Sample(json={"data": {"deleted": True}}),
            lambda: self._send("DELETE", f"/2/tweets/{remote_id}"),
            read,
            repeatable=True,
        )

    # -------------------------------------------------------------- the requests

    def _ask(
        self,
        kind: str,
        sample: Sample,
        method: str,
        path: str,
        read: Callable[[Any], Outcome],
        *,
        body: Body | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Take one step of which `read` gets the data of a success."""
        return self._step(
            kind,
            sample,
            lambda: self._send(method, path, body() if callable(body) else body, params),
            lambda response: read(_x_answers.judged(response, self._clock())["data"]),
        )

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Let tweepy sign and send; its own methods lack media and newer fields.

        Whatever it makes of the answer, the answer comes back: it stumbles over bodies and
        headers that lie, and its words drop X's details.
        """
        import tweepy

        client = tweepy.Client(
            bearer_token=self._secrets.get(TOKEN) if self._login else None,
            consumer_key=self._secrets.get("API_KEY"),
            consumer_secret=self._secrets.get("API_SECRET"),
            access_token=self._secrets.get("ACCESS_TOKEN"),
            access_token_secret=self._secrets.get("ACCESS_SECRET"),
            # True sleeps inside the call, and recurses without end on a missing reset time.
            wait_on_rate_limit=False,
        )
        client.session = ear = _Ear(self._session)
        client.user_agent = self._session.headers["User-Agent"]
        try:
            client.request(method, path, params, body, user_auth=not self._login)
        except (tweepy.TweepyException, ValueError, LookupError, TypeError, AttributeError):
            if ear.heard is None:
                raise
        assert ear.heard is not None
        return ear.heard


class _Ear:
    """A session as tweepy uses it, which keeps the answer."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.heard: requests.Response | None = None

    def request(self, method: str, url: str, **how: Any) -> requests.Response:
        heard = self.heard = self.session.request(method, url, **how)
        return heard


def _strangers(text: str) -> list[Problem]:
    """Flag names and tickers: X's rules for automated accounts forbid calling strangers.

    https://docs.x.com/developer-terms/policy; more than one cashtag is refused of
    self-serve accounts (read 2026-11-22).
    """
    found = []
    for code, spans in (("mention", mentions(text)), ("cashtag", cashtags(text))):
        words = dict.fromkeys(text[start:end] for start, end in spans)
        for word in words:
            message = f"X would link “{word.strip()}”, and its rules forbid that: reword it."
            found.append(Problem(code, message, blocking=True))
    return found


def _other_links(teaser: Teaser) -> list[Problem]:
    """Flag what X would link beside the teaser's own link."""
    rest = teaser.text.replace(teaser.link, "\n") if teaser.link else teaser.text
    # https://docs.x.com/x-api/getting-started/pricing (read 2026-11-22)
    price = "" if teaser.link else " and charge $0.20 for the post"
    return [
        Problem("link-other", f"X would link “{word}”{price}: reword it.")
        for word in dict.fromkeys(rest[start:end] for start, end in urls(rest))
    ]


def _too_much(teaser: Teaser) -> list[Problem]:
    """Flag media that X does not show together, or at all."""
    pictures = sum(1 for each in teaser.media if each.kind == "image")
    videos = [each for each in teaser.media if each.kind == "video"]
    found = []
    if pictures > MOST_PICTURES or len(videos) > 1 or (videos and pictures):
        message = f"X shows up to {MOST_PICTURES} pictures or one video: take some out."
        found.append(Problem("media-too-many", message, blocking=True))
    return found
