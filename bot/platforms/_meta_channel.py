"""What Facebook and Instagram share: the API bound to an account, its lists, its rights."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from bot.http import Sample
from bot.model import Absent, Blocked, Media, Outcome, Refused, Retry, Trace, Waiting
from bot.platforms import base
from bot.platforms._channel import FAILURES, BoundChannel, Failure, opened
from bot.platforms._meta import SDK_HOST, UPLOAD_HOST, VERSION, Graph
from bot.platforms._meta_answers import FULL, SOON, GraphFailure

#: How wrong our clock may be against Meta's; it costs nothing to look further back.
CLOCKS_APART = timedelta(hours=2)
# https://developers.facebook.com/docs/graph-api/reference/page/feed (read 2026-11-22)
PAGE_OF_A_LIST = 100
#: More pages than that between an attempt and its look are no newsroom's.
MOST_PAGES = 20

#: How often what Meta failed with is begun again.
MOST_BEGINNINGS = 5
#: With these it says that it shows no such thing, to this token or at all.
NOT_SHOWN = (33, 2207006)

R = TypeVar("R")
Rows = Sequence[Mapping[str, Any]]


class Settings(base.Settings):
    """What a channel of Meta's may set."""

    version: str = Field(default=VERSION, pattern=r"^v[0-9]{2,3}\.[0-9]$")
    """The version of the Graph API."""
    app_id: str = Field(default="", pattern=r"^[0-9]*$")
    """The number of the app; with APP_SECRET it lets the token's rights and end be read."""


class MetaChannel(BoundChannel):
    """A Page or a professional account, reached through Graph."""

    optional_secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET",)
    rights: ClassVar[tuple[str, ...]] = ()  # permissions without which nothing can be posted

    def _host(self) -> str:
        return SDK_HOST

    def _routes(self) -> dict[str, str]:
        """Lead the API's own host and the one for videos; uploads know only Facebook's login."""
        hosts = {self._host(), UPLOAD_HOST} if self._host() == SDK_HOST else {self._host()}
        return {host: self.settings.api_url or host for host in hosts}

    @cached_property
    def _graph(self) -> Graph:
        return self._graph_with(
            self._secrets[self.secrets[0]], app_secret=self._secrets.get("APP_SECRET", "")
        )

    def _graph_with(self, token: str, **how: Any) -> Graph:
        how |= {"host": self._host(), "version": self.settings.version}
        return Graph(self._session, token, clock=self._clock, **how)

    def _not_now(self) -> Outcome | None:
        """Say what has to be done or waited for before anything is sent."""
        if missing := self._missing():
            return missing
        until = self._graph.full_until
        if until is None or until <= self._clock():
            return None
        words = f"{self.label}: more than {FULL} % of what Meta allows is used."
        return Retry(words, until, rests="channel")

    def _read(
        self, path: str, fields: str, sample: Mapping[str, Any], read: Callable[[Any], R]
    ) -> R | Outcome:
        """Read fields of one thing; an answer that cannot be made sense of is Retry."""
        return self._step(
            "read",
            Sample(json=dict(sample)),
            lambda: self._graph.get(path, fields=fields),
            read,
        )

    def _read_if_shown(
        self, path: str, fields: str, sample: Mapping[str, Any], read: Callable[[Any], R]
    ) -> R | Outcome | None:
        """Read the same, or return None where Meta does not show it to this token.

        Some apps are shown neither fresh containers nor fresh posts for days, with
        100/33, while everything else works.
        """

        def send() -> Any:
            try:
                return self._graph.get(path, fields=fields)
            except GraphFailure as error:
                if error.subcode not in NOT_SHOWN:
                    raise
                return None

        return self._step(
            "read",
            Sample(json=dict(sample)),
            send,
            lambda answer: None if answer is None else read(answer),
        )

    def _recent(
        self, edge: str, fields: str, stamp: str, trace: Trace, read: Callable[[Rows], R]
    ) -> R | Outcome:
        """Give `read` what was made since two hours before `trace` begins, all of it.

        Newest first, and without what is known as another post. `stamp` names the field with
        the time. The addresses of further pages, which hold the token, are not followed: their
        cursor is enough. A list that cannot be made sense of is Retry.
        """
        begin = trace.since - CLOCKS_APART
        found: dict[str, Mapping[str, Any]] = {}  # by number: a list may move while it is read
        cursor: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._listed(edge, stamp, {"fields": fields} | cursor)
            if not isinstance(page, tuple):
                return page
            rows, after = page
            found |= {str(row["id"]): row for made_at, row in rows if made_at >= begin}
            if not after or (rows and rows[-1][0] < begin):
                break
            cursor = {"after": after}
        else:
            return Retry(f"{self.label} lists more posts since then than can be looked through.")
        try:
            return read([row for number, row in found.items() if number not in trace.others])
        except FAILURES as error:
            return self._meaning(error, repeatable=True)

    def _listed(
        self, edge: str, stamp: str, asked: dict[str, str]
    ) -> tuple[list[tuple[datetime, Mapping[str, Any]]], str] | Outcome:
        return self._step(
            "read",
            Sample(json={"data": []}),
            lambda: self._graph.get(f"{self._number}/{edge}", limit=str(PAGE_OF_A_LIST), **asked),
            lambda answer: ([_row(row, stamp) for row in answer["data"]], _after(answer)),
        )

    def _upload(self, edge: str, number: str, video: Media, made: Mapping[str, Any]) -> Outcome:
        """Send the bytes of `video`, which are nothing to see yet.

        Where they are not taken the next step begins with another number: one that had them
        before, and whose answer was lost, does not take them twice.
        """

        def send() -> Outcome:
            try:
                if video.placeholder:  # in a rehearsal alone
                    self._graph.upload(edge, number, None)
                else:
                    with opened(video) as file:
                        self._graph.upload(edge, number, file)
            except Failure as error:
                if error.verdict is not Refused:
                    raise
                return self._anew(made, str(error))
            return Waiting({**made, "uploaded": True})

        return self._step("prepare", Sample(json={"success": True}), send, lambda outcome: outcome)

    def _anew(self, made: Mapping[str, Any], reason: str) -> Outcome:
        """Begin with empty hands: nothing is to be seen of what was there."""
        again = made.get("again", 0) + 1
        if again > MOST_BEGINNINGS:
            return Refused(f"{self.label} failed {again} times to take it: {reason}")
        return Waiting({"again": again}, self._clock() + SOON)

    def _unmade(self, video: Media) -> Refused | None:
        if video.placeholder and not self._session.dry_run:
            return Refused("The video is a placeholder: it has to be made before it can be sent.")
        return None

    def _delete(self, remote_id: str) -> Outcome | None:
        """Take down what `remote_id` names: Absent where Graph did, None where it shows none."""

        def send() -> Any:
            try:
                return self._graph.delete(remote_id)
            except GraphFailure as error:
                if error.subcode not in NOT_SHOWN:
                    raise
                return None

        def read(answer: Any) -> Outcome | None:
            if answer is None:
                return None
            if answer["success"] is not True:
                raise GraphFailure("did not say that it is deleted.")
            return Absent(proven=True, reason="It was deleted.")

        return self._step("extra", Sample(json={"success": True}), send, read, repeatable=True)

    def _rights(self) -> tuple[tuple[str, ...], datetime | None] | Outcome:
        """Read which rights the token lacks and when it ends, where the app proves itself.

        Only the app's own token may ask, and Meta takes the one that is asked about in
        the address alone.
        """
        app, secret = self.settings.app_id, self._secrets.get("APP_SECRET", "")
        if not app or not secret:
            return (), None
        graph = self._graph_with(f"{app}|{secret}")
        token = self._secrets[self.secrets[0]]

        def read(answer: Any) -> tuple[tuple[str, ...], datetime | None] | Outcome:
            told = answer["data"]
            if told["is_valid"] is not True:
                return Blocked(f"{self.label}: Meta says the token is not valid: make a new one.")
            ends = [told.get(name) for name in ("expires_at", "data_access_expires_at")]
            end = min((int(each) for each in ends if each), default=None)
            lacks = tuple(right for right in self.rights if right not in told["scopes"])
            return lacks, datetime.fromtimestamp(end, UTC) if end is not None else None

        sample = {"is_valid": True, "expires_at": 0, "scopes": list(self.rights)}
        return self._step(
            "read",
            Sample(json={"data": sample}),
            lambda: graph.get("debug_token", input_token=token),
            read,
        )


def _row(row: Mapping[str, Any], stamp: str) -> tuple[datetime, Mapping[str, Any]]:
    made_at = datetime.fromisoformat(row[stamp])
    str(row["id"])
    if made_at.tzinfo is None:
        raise ValueError(f"{stamp} is of no zone")
    return made_at, row


def _after(answer: Any) -> str:
    """Give the cursor of the next page, "" where this one is the last."""
    paging = answer.get("paging") or {}
    return str(paging["cursors"]["after"]) if paging.get("next") else ""


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts are one, whatever became of their white space on the way."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()
