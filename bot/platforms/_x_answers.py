"""What X's answers mean: told apart by type, code and words, never by status alone.

X's own problem with a status of 4xx proves that nothing came of a request; its word “duplicate”
does not, because the first attempt may have landed, nor does anything that stands between X and
us and answers in X's place. Sources: the official description, version 2.167;
https://docs.x.com/x-api/fundamentals/response-codes-and-errors; answers that others have
reported for what neither tells (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests

from bot.model import Blocked, Refused
from bot.platforms._channel import Failure, verdict_of

# https://docs.x.com/x-api/fundamentals/rate-limits (read 2026-11-22)
WINDOW: Final = timedelta(minutes=15)
DAY: Final = timedelta(hours=24)
#: A cap of a day or a month that names no end is tried again so late.
CAPPED: Final = timedelta(hours=1)
#: OAuth 1.0a signatures older than some minutes are refused, as code 135.
SKEW: Final = timedelta(minutes=4)

RIGHTS: Final = (
    "Give the app “Read and write” in X's developer console, then make new tokens or"
    " run “bot login”"
)
CREDITS: Final = "Buy credits or raise the spending limit in X's developer console"
CREDENTIALS: Final = "Check its keys, or run “bot login”"
LOCKED: Final = "Log in on x.com and do what it asks there"

_NO_RIGHT = frozenset(
    {"oauth1-permissions", "oauth2-permissions", "client-forbidden", "unsupported-authentication"}
)
_NO_PLAN, _LATE = 453, 135
_ACCOUNT_STOPPED = frozenset({63, 64, 326})
_POSTS_A_DAY = frozenset({185, 344})
_DUPLICATE = 187


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem in X's own form."""

    kind: str  # the end of its type: "usage-capped"; "" where it has none
    codes: frozenset[int]
    words: str

    def says(self, pattern: str) -> bool:
        return re.search(rf"\b(?:{pattern})\b", self.words, re.IGNORECASE) is not None


def judged(response: requests.Response, now: datetime) -> Any:
    """Return the JSON of a success; anything else is a `Failure` with what it means."""
    if 200 <= response.status_code < 300:
        return response.json() if response.content else {"data": {}}
    status, said = response.status_code, complaint(response)
    if said is None:
        words = f"answered {status}, and not as X does: {response.text[:100]}"
        raise Failure(words, verdict_of(status))
    raise _judged(status, said, response.headers, now)


def complaint(response: requests.Response) -> Complaint | None:
    """Read X's problem, in either of its two forms; None where the answer is none of X's."""
    try:
        body = response.json()
    except ValueError:
        return None
    if not isinstance(body, dict) or "data" in body:
        return None
    errors = body.get("errors")
    inner = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    named = [body, *inner]
    said = [each.get("detail") or each.get("message") or each.get("title") for each in named]
    words = [each for each in said if isinstance(each, str) and each]
    if not words:
        return None
    codes = frozenset(each["code"] for each in inner if isinstance(each.get("code"), int))
    kind = next((str(each["type"]) for each in named if each.get("type")), "")
    return Complaint(kind.rpartition("/")[2], codes, ": ".join(dict.fromkeys(words)))


def is_media_lost(response: requests.Response) -> bool:
    """Tell whether X refused a post because it has no such media (any more)."""
    said = complaint(response) if response.status_code == 400 else None
    return said is not None and said.says("media[ _]ids?")


def _judged(status: int, said: Complaint, headers: Mapping[str, str], now: datetime) -> Failure:
    words = f"answered {status}: {said.words[:150].rstrip('.')}"
    if status == 402 or said.kind == "credits":
        return Failure(f"{words}. {CREDITS}.", Blocked, proof=True)
    if said.kind == "usage-capped":  # though the window's headers have plenty left
        return Failure(f"{words}. {CREDITS}.", at=now + CAPPED, rests="credential", proof=True)
    if said.codes & _POSTS_A_DAY:
        return Failure(words, at=now + CAPPED, rests="channel", proof=True)
    if status == 429:
        at, rests = _allowed_again(headers, now)
        return Failure(words, at=at, rests=rests, proof=True)
    if said.says("duplicate|already") or _DUPLICATE in said.codes:
        return Failure(words, Refused)
    if status == 401:
        return Failure(f"{words}. {_why_unknown(said, headers, now)}.", Blocked, proof=True)
    if status == 403:
        return _forbidden(words, said)
    return Failure(words, verdict_of(status), proof=status in (400, 404, 413, 422))


def _forbidden(words: str, said: Complaint) -> Failure:
    """Tell what stops the channel from what stops this one post.

    Words that nobody has seen yet count against the post: one that breaks a rule must not stop
    all behind it, while posts refused in error are shown, and can be taken up again. A bare
    “Forbidden” is how X says that a token lacks a right.
    """
    scope = said.words == "Forbidden" or said.says(r"scopes?|permissions?|(?:media|tweet)\.write")
    if scope or said.kind in _NO_RIGHT or _NO_PLAN in said.codes:
        return Failure(f"{words}. {RIGHTS}.", Blocked, proof=True)
    if said.codes & _ACCOUNT_STOPPED or said.says("suspended|locked"):
        return Failure(f"{words}. {LOCKED}.", Blocked, proof=True)
    return Failure(words, Refused, proof=True)


def _why_unknown(said: Complaint, headers: Mapping[str, str], now: datetime) -> str:
    theirs = _date(headers)
    off = (now - theirs) if theirs else timedelta()
    if abs(off) < SKEW:
        return "Set this machine's clock" if _LATE in said.codes else CREDENTIALS
    minutes, where = round(abs(off) / timedelta(minutes=1)), "ahead of" if off > SKEW else "behind"
    return f"This machine's clock is {minutes} minutes {where} X's: set it"


def _allowed_again(headers: Mapping[str, str], now: datetime) -> tuple[datetime | None, str]:
    """Say when X will take more, and what must rest until then; None where nobody knows.

    A reset is believed only of a limit that is used up, and only within its own length: they
    come missing, past and absurd.
    """
    for name, length, rests in (
        ("x-app-limit-24hour", DAY, "credential"),
        ("x-user-limit-24hour", DAY, "channel"),
    ):
        if headers.get(f"{name}-remaining") == "0":
            return _reset(headers, name, length, now), rests
    if headers.get("x-rate-limit-remaining", "0") == "0":
        return _reset(headers, "x-rate-limit", WINDOW, now), "channel"
    return None, "channel"


def _reset(
    headers: Mapping[str, str], name: str, length: timedelta, now: datetime
) -> datetime | None:
    value = headers.get(f"{name}-reset", "").strip()
    if not (value.isdecimal() and len(value) < 12):
        return None
    # By X's own clock where it tells it: ours may be wrong.
    wait = timedelta(seconds=int(value) - (_date(headers) or now).timestamp())
    return now + wait if timedelta() < wait <= length + timedelta(minutes=1) else None


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else None
