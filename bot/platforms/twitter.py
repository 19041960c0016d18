"""X (Twitter): picture, alt text, post; through tweepy, signed with the account's four keys."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.http import Sample
from bot.model import Media, Outcome, Problem, Published, Teaser, Waiting
from bot.platforms import base
from bot.platforms._channel import BoundChannel, Failure, opened, verdict_of
from bot.platforms._checks import common
from bot.platforms._weight import cashtags, mentions, neutralise, urls, weigh

API = "https://api.x.com"
#: tweepy knows one host alone; the session leads it to the configured one.
TWEEPY_HOST = "https://api.twitter.com"


class Platform(BoundChannel):
    """One account on X."""

    name: ClassVar[str] = "twitter"
    label: ClassVar[str] = "X (Twitter)"
    secrets: ClassVar[tuple[str, ...]] = (
        "API_KEY",
        "API_SECRET",
        "ACCESS_TOKEN",
        "ACCESS_SECRET",
    )
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
        # https://docs.x.com/x-api/fundamentals/rate-limits, one app a day (read 2026-11-22)
        posts_per_day=10_000,
    )
    measure = staticmethod(weigh)
    neutralise = staticmethod(neutralise)
    Settings = base.Settings

    def _routes(self) -> dict[str, str]:
        return {TWEEPY_HOST: self.settings.api_url or API}

    @classmethod
    def check(cls, teaser: Teaser) -> list[Problem]:
        """Name every fault of `teaser` at once; pure."""
        return [
            *common(teaser, cls.limits, cls.measure),
            *_strangers(teaser.text),
            *_other_links(teaser),
        ]

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        """Upload the picture, describe it, post: one step a call.

        X knows no key: the media id, the link and the text are what a post is
        found again by.
        """
        if blocked := self._missing():
            return blocked
        made = dict(resume or {})
        picture = next((each for each in teaser.media if each.kind == "image" and each.path), None)
        if picture and "media_id" not in made:
            return self._upload(picture, made)
        if picture and picture.alt and "described" not in made:
            return self._describe(picture, made)
        return self._post(teaser, made)

    def _upload(self, picture: Media, made: dict[str, Any]) -> Outcome:
        def send() -> Any:
            with opened(picture) as file:
                body = {"media": base64.b64encode(file.read()).decode("ascii")}
            return self._send("/2/media/upload", body | {"media_category": "tweet_image"})

        return self._step(
            "prepare",
            Sample(json={"data": {"id": "1000000000000000001"}}),
            send,
            lambda answer: Waiting(made | {"media_id": str(answer["data"]["id"])}),
        )

    def _describe(self, picture: Media, made: dict[str, Any]) -> Outcome:
        body = {"id": made["media_id"], "metadata": {"alt_text": {"text": picture.alt}}}
        return self._step(
            "prepare",
            Sample(json={"data": {"id": made["media_id"]}}),
            lambda: self._send("/2/media/metadata", body),
            lambda answer: Waiting(made | {"described": str(answer["data"]["id"])}),
        )

    def _post(self, teaser: Teaser, made: dict[str, Any]) -> Outcome:
        body: dict[str, Any] = {"text": teaser.text}
        if "media_id" in made:
            body["media"] = {"media_ids": [made["media_id"]]}
        return self._step(
            "effect",
            Sample(status=201, json={"data": {"id": "1000000000000000002", "text": teaser.text}}),
            lambda: self._send("/2/tweets", body),
            self._published,
        )

    def _published(self, answer: Any) -> Outcome:
        number = str(answer["data"]["id"])
        return Published(number, f"https://x.com/{self.account.lstrip('@')}/status/{number}")

    def _send(self, path: str, body: dict[str, Any]) -> Any:
        """POST JSON through tweepy's signing; its methods lack media and newer fields."""
        import tweepy

        client = tweepy.Client(
            consumer_key=self._secrets["API_KEY"],
            consumer_secret=self._secrets["API_SECRET"],
            access_token=self._secrets["ACCESS_TOKEN"],
            access_token_secret=self._secrets["ACCESS_SECRET"],
            # True sleeps inside the call, and recurses without end on a missing reset time.
            wait_on_rate_limit=False,
        )
        client.session = self._session
        client.user_agent = self._session.headers["User-Agent"]
        try:
            return client.request("POST", path, json=body, user_auth=True).json()
        except tweepy.HTTPException as error:
            # Its text drops the details of some answers, so they are read again.
            status = error.response.status_code
            raise Failure(f"answered {status}: {error.response.text}", verdict_of(status)) from None


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
