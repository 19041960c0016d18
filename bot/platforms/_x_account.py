"""An account on X: its credentials, who it is, and what it has posted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, TypeVar

import requests

from bot.credentials import fingerprint
from bot.http import Sample, Session
from bot.model import Account, Blocked, Outcome, Refused, Renewed, Retry
from bot.platforms import _x_answers
from bot.platforms._channel import STAND_IN, BoundChannel, Failure, verdict_of

T = TypeVar("T")

API = "https://api.x.com"
#: tweepy knows one host alone; the session leads it to the configured one.
TWEEPY_HOST = "https://api.twitter.com"

#: What a login leaves behind, and what names the app it was made with.
TOKEN, REFRESH, CLIENT = "OAUTH_TOKEN", "OAUTH_REFRESH", "CLIENT_ID"

# How long a login's token lasts: https://docs.x.com/fundamentals/authentication/oauth-2-0
# (read 2026-11-22). The last quarter of an hour is left for a renewal.
LASTS: Final = timedelta(hours=2)
RENEWS: Final = timedelta(minutes=15)

#: X shows the newest 3,200 posts, a hundred a page.
# https://docs.x.com/x-api/posts/timelines/introduction (read 2026-11-22)
MOST_PAGES: Final = 32
#: How X calls what is wanted of a post: “post” since its description 2.166, “tweet” before.
FIELDS: Final = ("post", "tweet")


class XAccount(BoundChannel):
    """One account on X, by its four keys or by what a login stored; a login goes first."""

    secrets: ClassVar[tuple[str, ...]] = (
        "API_KEY",
        "API_SECRET",
        "ACCESS_TOKEN",
        "ACCESS_SECRET",
    )
    optional_secrets: ClassVar[tuple[str, ...]] = (CLIENT, "CLIENT_SECRET", TOKEN, REFRESH)

    def __init__(
        self,
        *,
        account: str,
        settings: Any,
        secrets: Mapping[str, str],
        session: Session,
        clock: Callable[[], datetime],
    ) -> None:
        self._login = _is_login(secrets)
        super().__init__(
            account=account, settings=settings, secrets=secrets, session=session, clock=clock
        )

    def _routes(self) -> dict[str, str]:
        return {TWEEPY_HOST: self.settings.api_url or API}

    @classmethod
    def usable(cls, secrets: Mapping[str, str]) -> bool:
        """Ask for the account's four keys, or for what a login stored."""
        return super().usable(secrets) or _is_login(secrets)

    @property
    def credential(self) -> str:
        """The app: X counts by it."""
        name = CLIENT if self._login else self.secrets[0]
        return fingerprint({name: self._secrets.get(name, "")})

    @property
    def renews(self) -> timedelta | None:
        """A login's token ends after two hours; keys never do."""
        return RENEWS if self._login else None

    def _missing(self) -> Blocked | None:
        if self._login or self.usable(self._secrets):
            return None
        missing = ", ".join(name for name in self.secrets if name not in self._secrets)
        return Blocked(
            f"{self.label} cannot post for {self.account}: set {missing},"
            f" or set {CLIENT} and run “bot login”."
        )

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Send one signed request and return its answer, whatever it says."""
        raise NotImplementedError

    def _look(
        self,
        path: str,
        params: Mapping[str, Any],
        sample: Sample,
        read: Callable[[requests.Response], T],
    ) -> T | Outcome:
        """Read something of the account. Nothing is refused for good: it is asked again."""
        found = self._step("read", sample, lambda: self._send("GET", path, params=params), read)
        return Retry(found.reason) if isinstance(found, Refused) else found

    def verify(self) -> Account | Outcome:
        """Ask who the credential is, and whether it may write."""
        if blocked := self._missing():
            return blocked

        def read(response: requests.Response) -> Account:
            told = _x_answers.judged(response, self._clock())["data"]
            number, name = str(told["id"]), str(told["username"])
            if not is_number(number):
                raise Failure("named no number of the account")
            # Told of keys alone; of a login, the first write tells.
            level = response.headers.get("x-access-level", "")
            lacks = ("Read and write",) if level == "read" else ()
            hidden = "its posts are protected: only its followers see them"
            return Account(number, name, lacks, hidden=hidden if told.get("protected") else "")

        sample = Sample(json={"data": {"id": "1000000000000000003", "username": self.account}})
        return self._look("/2/users/me", {"user.fields": "protected"}, sample, read)

    def renew(self) -> Renewed | Outcome:
        """Exchange the login's token. X takes each refresh token once: store the new one first."""
        if not self._login or self._session.dry_run:
            return Refused(f"{self.label} has no token to renew.")
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._secrets[REFRESH],
            "client_id": self._secrets[CLIENT],
        }
        secret = self._secrets.get("CLIENT_SECRET")
        auth = (self._secrets[CLIENT], secret) if secret else None

        def send() -> requests.Response:
            return self._session.post(f"{TWEEPY_HOST}/2/oauth2/token", data=form, auth=auth)

        def read(response: requests.Response) -> Renewed:
            told = _token_answer(response)
            found = {TOKEN: told["access_token"], REFRESH: told.get("refresh_token")}
            found = {name: value for name, value in found.items() if value}
            self._session.masker.add(*found.values())
            seconds = told.get("expires_in")
            lasts = timedelta(seconds=seconds) if isinstance(seconds, int) else LASTS
            return Renewed(found, self._clock() + lasts)

        sample = {"access_token": STAND_IN, "refresh_token": STAND_IN, "expires_in": 7200}
        return self._step("prepare", Sample(json=sample), send, read)

    def _timeline(self, account: str, since: datetime) -> list[Any] | Outcome:
        """Read all that the account has posted since; what fails is no list."""
        for name in FIELDS:
            posts = self._pages(account, since, name)
            if posts is not None:
                return posts
        return Retry(f"{self.label} gave the timeline without the details that were asked for.")

    def _pages(self, account: str, since: datetime, name: str) -> list[Any] | Outcome | None:
        """Read the timeline; None where X knows no fields of this name."""
        posts: list[Any] = []
        params = {
            "max_results": "100",
            "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            f"{name}.fields": f"attachments,created_at,entities,note_{name},text",
        }

        def read(response: requests.Response) -> str | None:
            if response.status_code == 400 and f"{name}.fields" in response.text:
                return None
            page, further = _page(_x_answers.judged(response, self._clock()))
            posts.extend(page)
            # Where the names of fields are passed over, nothing says so but this.
            return further if all("created_at" in post for post in page) else None

        path, sample = f"/2/users/{account}/tweets", Sample(json={"meta": {"result_count": 0}})
        for _ in range(MOST_PAGES):
            further = self._look(path, params, sample, read)
            if not isinstance(further, str):
                return further
            if not further:
                return posts
            params["pagination_token"] = further
        return Retry(f"{self.label}: the timeline is too long to be read to its end.")


def _is_login(secrets: Mapping[str, str]) -> bool:
    return all(secrets.get(name) for name in (CLIENT, TOKEN, REFRESH))


def is_number(text: str) -> bool:
    """Tell whether `text` is a number as X gives them to posts, media and accounts."""
    return re.fullmatch(r"[0-9]{1,19}", text) is not None


def _page(answer: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the posts of one page and how to ask for the next.

    X answers 200 also where it shows nothing: then it counts nothing either.
    """
    posts, meta = answer.get("data", []), answer["meta"]
    if len(posts) != meta["result_count"]:
        raise Failure("gave another number of posts than it counted")
    if not all(is_number(str(post["id"])) for post in posts):
        raise Failure("named no number of a post")
    return posts, str(meta.get("next_token", ""))


def _token_answer(response: requests.Response) -> Any:
    """Read what X's OAuth 2.0 answers: its errors have a form of their own."""
    if response.status_code == 200:
        told = response.json()
        if not isinstance(told["access_token"], str):
            raise Failure("gave no token")
        return told
    try:
        told = response.json()
        words = f"{told['error']}, {told.get('error_description', '')}"
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Failure(f"answered {response.status_code} to the renewal of its token") from None
    if response.status_code in (400, 401, 403):
        raise Failure(f"no longer takes the login ({words}): run “bot login” again", Blocked)
    raise Failure(f"answered {response.status_code}: {words}", verdict_of(response.status_code))
