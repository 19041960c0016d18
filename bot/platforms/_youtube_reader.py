"""Reading YouTube as one Google account sees it: who it is, and what it has uploaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import requests

from bot.http import Sample, clock
from bot.model import Absent, Account, Blocked, Outcome, Refused, Retry, Teaser, Trace, Unknown
from bot.platforms._channel import STAND_IN, BoundChannel, Failure
from bot.platforms._youtube import API, READ, TOKEN_URL, UNITS, answer, is_of, links, reasons
from bot.platforms.base import Quota

R = TypeVar("R")

#: A token is renewed when less than this is left of its hour.
TOKEN_RESERVE = timedelta(minutes=5)

#: So far before the first attempt an upload is looked for: clocks may be wrong.
SLACK = timedelta(hours=2)
PAGE = 50  # the most that a list gives, and that videos.list takes
MOST_PAGES = 10

SCOPE = "https://www.googleapis.com/auth/youtube"
#: The rights that are needed, and the scopes of the discovery document that give each.
RIGHTS = {
    "youtube.upload": {"", ".force-ssl", ".upload"},
    "youtube.readonly": {"", ".force-ssl", ".readonly"},
}
NO_CHANNEL = "this Google account has no YouTube channel; connect one that has, with “bot login”."


class Reader(BoundChannel):
    """A channel that can be asked; what it is told is in the classes above."""

    _token: str = ""
    _token_ends: float = 0  # by a clock that nobody sets
    _granted: Mapping[str, Any] = {}  # what came with the token

    def _list(
        self,
        what: str,
        sample: Any,
        read: Callable[[Any], R],
        *,
        missing: R | None = None,
        **params: str,
    ) -> R | Outcome:
        """Read a list of YouTube's; `missing` stands for one that does not exist."""

        def send() -> requests.Response:
            self._count(UNITS, READ)
            return self._session.get(
                f"{API}/youtube/v3/{what}", params=params, headers=self._bearer()
            )

        def judged(response: requests.Response) -> R:
            if missing is not None and "playlistNotFound" in reasons(response):
                return missing
            return read(self._told(response))

        return self._step("read", Sample(json=sample), send, judged)

    def _sign_in(self) -> Outcome | None:
        """See that there is a token for the next minutes; None where there is.

        It writes nothing to the channel and may be repeated, so it takes no call
        of its own; the refresh token stays what it is. A rehearsal asks for none.
        """
        if self._token and clock() < self._token_ends:
            return None
        form = {
            "client_id": self._secrets["CLIENT_ID"],
            "client_secret": self._secrets["CLIENT_SECRET"],
            "refresh_token": self._secrets["REFRESH_TOKEN"],
            "grant_type": "refresh_token",
        }
        asked = clock()

        def read(response: requests.Response) -> None:
            granted = answer(response, self._clock(), token=True)
            token, lasts = str(granted["access_token"]), int(granted["expires_in"])
            self._token, self._granted = token, granted
            self._token_ends = asked + lasts - TOKEN_RESERVE.total_seconds()
            if not self._session.dry_run:
                self._session.masker.add(token)

        sample = Sample(json={"access_token": STAND_IN, "expires_in": 3599, "token_type": "Bearer"})
        return self._step(
            "prepare", sample, lambda: self._session.post(self._token_url(), data=form), read
        )

    def _told(self, response: requests.Response) -> Any:
        """Read the answer to a question; nothing was asked for that could be refused for good."""
        try:
            return self._answer(response)
        except Failure as failed:
            if failed.verdict is Refused:
                failed.verdict = Retry
            raise

    def _answer(self, response: requests.Response) -> Any:
        if response.status_code == 401:
            self._token = ""  # the next call asks for another
        return answer(response, self._clock())

    def _token_url(self) -> str:
        return self.settings.token_url or TOKEN_URL

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _count(self, quota: Quota, units: int) -> None:
        self.used[quota.name] = self.used.get(quota.name, 0) + units

    # ---------------------------------------------------------------------- account

    def verify(self) -> Account | Outcome:
        """Ask whose channel the token is; only reads."""
        missing = [name for name in self.secrets if name not in self._secrets]
        if missing:
            return Blocked(f"YouTube cannot tell who {self.account} is: set {', '.join(missing)}.")
        if failed := self._sign_in():
            return failed
        return self._list(
            "channels",
            {"items": [{"id": self._number, "snippet": {"customUrl": self.account}}]},
            self._account,
            part="id,snippet,status",
            mine="true",
        )

    def _account(self, found: Any) -> Account:
        if not found.get("items"):
            raise Failure(NO_CHANNEL, Blocked)
        channel = found["items"][0]
        name, listed = str(channel["id"]), channel["snippet"]
        handle = str(listed.get("customUrl") or listed.get("title") or "")
        shown = channel.get("status", {}).get("privacyStatus", "public")
        given = {scope.removeprefix(SCOPE) for scope in self._granted.get("scope", "").split()}
        lacks = [right for right, by in RIGHTS.items() if given and not by & given]
        if self.settings.playlist and given and not {"", ".force-ssl"} & given:
            lacks.append("youtube.force-ssl")
        left = self._granted.get("refresh_token_expires_in")
        return Account(
            name,
            name if self.account == name else handle,
            tuple(lacks),
            self._clock() + timedelta(seconds=int(left)) if left else None,
            "" if shown == "public" else f"the channel is {shown}: make it public on YouTube.",
        )

    # ---------------------------------------------------------------------- uploads

    def _find(self, teaser: Teaser, key: str, trace: Trace) -> dict[str, Any] | Outcome:
        """Look for the post's video among what the channel has uploaded since it was begun."""
        uploads = self._list(
            "channels",
            {"items": [{"contentDetails": {"relatedPlaylists": {"uploads": STAND_IN}}}]},
            _uploads,
            part="contentDetails",
            mine="true",
        )
        if not isinstance(uploads, str):
            return uploads
        found: list[dict[str, Any]] = []
        alike: list[dict[str, Any]] = []
        page: str | None = ""
        for _ in range(MOST_PAGES):
            listed = self._page(uploads, page, trace.since - SLACK)
            if not isinstance(listed, tuple):
                return listed
            names, page = listed
            videos = self._videos([name for name in names if name not in trace.others])
            if not isinstance(videos, list):
                return videos
            found += [video for video in videos if is_of(video, teaser, key)]
            alike += [video for video in videos if links(video, teaser)]
            if page is None:
                break
        else:
            return Unknown("The channel has uploaded too much since to look through: look there.")
        if len(found) > 1:
            several = ", ".join(str(video["id"]) for video in found)
            return Unknown(f"Several videos could be this post: {several}.")
        if alike and not found:  # of a post that a restored database has forgotten, perhaps
            shown = ", ".join(str(video["id"]) for video in alike)
            return Unknown(f"A video with the mark of another post has the link: {shown}.")
        words = "No video of the channel carries this post's mark or its link."
        return found[0] if found else Absent(False, words)

    def _videos(self, names: list[str]) -> list[dict[str, Any]] | Outcome:
        """Read videos with their tags; one that is listed and not shown proves nothing."""
        if not names:
            return []

        def read(found: Any) -> list[dict[str, Any]]:
            if {str(video["id"]) for video in found["items"]} != set(names):
                raise Failure("lists videos that it does not show.")
            return list(found["items"])

        return self._list(
            "videos",
            {"items": []},
            read,
            part="snippet,status,processingDetails",
            id=",".join(names),
        )

    def _page(
        self, playlist: str, page: str | None, since: datetime
    ) -> tuple[list[str], str | None] | Outcome:
        """Read one page of uploads, newest first: their ids, and the next page if it matters."""

        def read(found: Any) -> tuple[list[str], str | None]:
            names: list[str] = []
            older = False
            for item in found["items"]:
                older = datetime.fromisoformat(item["snippet"]["publishedAt"]) < since
                names += [] if older else [str(item["contentDetails"]["videoId"])]
            return names, None if older else found.get("nextPageToken")

        return self._list(
            "playlistItems",
            {"items": []},
            read,
            missing=([], None),  # a channel that never uploaded has no such playlist
            part="snippet,contentDetails",
            playlistId=playlist,
            maxResults=str(PAGE),
            **({"pageToken": page} if page else {}),
        )


def _uploads(found: Any) -> str:
    if not found.get("items"):
        raise Failure(NO_CHANNEL, Blocked)
    return str(found["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"])
