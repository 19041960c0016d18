"""What the platform modules share: a bound channel, and one declared step of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, TypeVar

import requests

from bot.credentials import fingerprint
from bot.http import NotSent, Sample, Session
from bot.model import Blocked, Media, Outcome, Refused, Renewed, Retry, Teaser, Unknown
from bot.platforms.base import Platform, Quota

#: In a rehearsal this stands for a credential or number that is not set, so that
#: requests are built whole without any.
STAND_IN = "rehearsal"

T = TypeVar("T")
R = TypeVar("R")
Verdict = type[Retry] | type[Refused] | type[Blocked]


class Failure(Exception):
    """An answer that is no success, in plain words, and what it means.

    `verdict` holds for what may be repeated. Of anything else an answer settles something
    only with `proof`: the platform's own well-formed word that nothing came of the request.
    `at` and `rests` are for a `Retry`, as there.
    """

    def __init__(
        self,
        reason: str,
        verdict: Verdict = Retry,
        *,
        proof: bool = False,
        at: datetime | None = None,
        rests: str = "post",
    ) -> None:
        self.verdict, self.proof, self.at, self.rests = verdict, proof, at, rests
        super().__init__(reason)

    def outcome(self, reason: str) -> Outcome:
        """Give the verdict, with `reason` for its words."""
        if self.verdict is Retry:
            return Retry(reason, self.at, self.rests)
        return self.verdict(reason)


class NothingToSend(Exception):
    """The bytes that were to be sent are gone; no request was made."""


#: What a request, and the reading of its answer, can fail with. What nobody foresaw
#: passes through: the publisher has committed the attempt and counts it as unknown.
FAILURES = (Failure, NothingToSend, OSError, ValueError, LookupError, TypeError, AttributeError)


def verdict_of(status: int) -> Verdict:
    """Judge an HTTP status alone: who must act, or whether time may mend it."""
    if status in (401, 402, 403):
        return Blocked
    return Refused if 400 <= status < 500 and status not in (408, 425, 429) else Retry


def first(teaser: Teaser, kind: str) -> Media | None:
    """Find the first "image" or "video" that a teaser carries."""
    return next((media for media in teaser.media if media.kind == kind), None)


def opened(media: Media) -> BinaryIO:
    """Open the bytes of `media` in our own store; raise `NothingToSend` where they are gone."""
    try:
        return Path(media.path).open("rb")
    except OSError:
        message = f"the file of the {media.kind} is gone: give the post another one."
        raise NothingToSend(message) from None


class BoundChannel(Platform):
    """One channel of one platform, with its session and credentials."""

    quotas: ClassVar[tuple[Quota, ...]] = ()
    optional_secrets: ClassVar[tuple[str, ...]] = ()
    account_setting: ClassVar[str] = ""  # which of its settings holds the account's number

    def __init__(
        self,
        *,
        account: str,
        settings: Any,
        secrets: Mapping[str, str],
        session: Session,
        clock: Callable[[], datetime],
    ) -> None:
        self.account, self.settings = account, settings
        self._session, self._clock = session, clock
        self.used: dict[str, int] = {}
        self._secrets = {name: value for name, value in secrets.items() if value}
        self._number = str(getattr(settings, self.account_setting, ""))
        session.masker.add(*self._secrets.values())
        if session.dry_run:
            self._secrets = dict.fromkeys(self.secrets, STAND_IN) | self._secrets
            self._number = self._number or STAND_IN
        session.route(self._routes())

    def _routes(self) -> dict[str, str]:
        """Say where this platform's hosts are; nowhere else may a token go."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{self.label} {self.account}>"

    @classmethod
    def price(cls, teaser: Teaser) -> int:
        """Cost nothing."""
        return 0

    @classmethod
    def usable(cls, secrets: Mapping[str, str]) -> bool:
        """Ask for every credential of `secrets`."""
        return all(secrets.get(name) for name in cls.secrets)

    @property
    def credential(self) -> str:
        """The fingerprint of the first credential that is named."""
        return fingerprint({name: self._secrets.get(name, "") for name in self.secrets[:1]})

    @property
    def renews(self) -> timedelta | None:
        """Never: these credentials are not exchanged."""
        return None

    def renew(self) -> Renewed | Outcome:
        """Refuse: these credentials are not exchanged."""
        return Refused(f"{self.label} has no credential to renew.")

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        """Refuse: this platform has no steps after a post."""
        return Refused(f"{self.label} has no step called “{name}”.")

    def _missing(self) -> Blocked | None:
        """Say what has to be set before anything can be sent, where anything has."""
        missing = [name for name in self.secrets if name not in self._secrets]
        if self.account_setting and not self._number:
            missing.append(self.account_setting)
        if not missing:
            return None
        return Blocked(f"{self.label} cannot post for {self.account}: set {', '.join(missing)}.")

    def _step(
        self,
        kind: str,
        sample: Sample,
        send: Callable[[], T],
        read: Callable[[T], R],
        *,
        repeatable: bool = False,
    ) -> R | Outcome:
        """Send one declared request and return what `read` makes of its answer.

        A read or prepare may be made again, and so may an extra that is `repeatable` (a
        deletion): nothing worse than a `Failure`'s verdict can have come of it. After the
        first byte of anything else nobody can tell, a garbled answer included: it is
        `Unknown`, unless the `Failure` carries proof.
        """
        try:
            with self._session.declare(kind, sample):
                answer = send()
            return read(answer)
        except FAILURES as error:
            return self._meaning(error, repeatable or kind in ("read", "prepare"))

    def _meaning(self, error: Exception, repeatable: bool) -> Outcome:
        reason = self._words(error)
        if isinstance(error, NotSent):
            return Retry(reason)
        if isinstance(error, NothingToSend):
            return Refused(reason)
        if isinstance(error, Failure) and (repeatable or error.proof):
            return error.outcome(reason)
        return Retry(reason) if repeatable else Unknown(f"It may be live or not: {reason}")

    def _words(self, error: Exception) -> str:
        """Describe `error` in words that hold no secret; Graph echoes a bad token."""
        spoken = isinstance(error, Failure | NothingToSend | requests.RequestException)
        if spoken and not isinstance(error, ValueError):
            words = self._session.masker.mask(f"{self.label}: {error}")
            return " ".join(words.split())[:300]  # the platform's own may be long
        return f"{self.label} gave no usable answer ({type(error).__name__})."
