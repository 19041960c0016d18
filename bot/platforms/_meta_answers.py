"""What Graph's answers mean: its errors by number, and how much of a limit is used; pure.

The same numbers come in every language, so no word of a message is ever looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.model import Blocked, Refused, Retry
from bot.platforms._channel import Failure, Verdict

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
SOON: Final = timedelta(minutes=5)
#: How long a Page is left alone that Meta calls too fast or blocks for a while; Meta
#: tells no time, and asking again before it is over makes it longer.
COOL_OFF: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Who must act on an error, whether anything can have come of it, and when to try again."""

    verdict: Verdict
    proof: bool = True  # nothing came of the request
    wait: timedelta | None = None
    rests: str = "post"
    advice: str = ""


DOUBT: Final = Meaning(Retry, proof=False)
NEVER: Final = Meaning(Refused)
THROTTLED: Final = Meaning(Retry, rests="channel")  # for as long as the headers say
RIGHTS: Final = Meaning(
    Blocked, advice="Meta denies the right to do this: give the token's permissions again."
)
TOKEN: Final = Meaning(Blocked, advice="The token is not good any more: make a new one.")
UNFETCHED: Final = Meaning(
    Retry,
    wait=SOON,
    advice="Instagram could not fetch the picture or video: “bot doctor” tries the way to it.",
)


def _token(why: str) -> Meaning:
    return Meaning(Blocked, advice=f"{why}, so the token is dead: make a new one.")


# Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling; of Instagram:
# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
# (both read 2026-11-22)
CODES: Final[Mapping[int, Meaning]] = {
    -2: UNFETCHED,
    -1: DOUBT,
    1: DOUBT,  # 1 and 2 have been answered to posts that were live
    2: DOUBT,
    **dict.fromkeys((4, 17, 32, 341, 613, *range(80_000, 80_015)), THROTTLED),
    **dict.fromkeys((3, 10, *range(200, 300)), RIGHTS),
    9: Meaning(Retry, wait=HOUR, rests="channel"),  # posts of a day
    24: DOUBT,  # the container is not found: published before, perhaps
    25: Meaning(Blocked, advice="Instagram has restricted the account: open its app and see."),
    100: NEVER,
    **dict.fromkeys((102, 190, 2500), TOKEN),
    352: NEVER,
    368: Meaning(Retry, wait=COOL_OFF, rests="channel"),
    506: DOUBT,  # a duplicate: of the first try, perhaps
    9004: UNFETCHED,
    9007: Meaning(Retry, wait=timedelta(minutes=1)),
    1609005: Meaning(Retry, wait=timedelta(minutes=15)),  # the link could not be read
    1609008: NEVER,
    **dict.fromkeys(range(36_000, 36_005), NEVER),
}

# A subcode says more than its code. Those of publishing are not documented whole: the
# numbers from 1346003 to 1404078, and 4854002, are as others met them.
SUBCODES: Final[Mapping[int, Meaning]] = {
    33: Meaning(
        Blocked, advice="Meta shows no such object to this token: check its number and rights."
    ),
    458: _token("The app was removed from the account"),
    459: Meaning(Blocked, advice="Meta wants a person to log in first: open facebook.com."),
    460: _token("The password was changed"),
    463: _token("Its time is over"),
    464: Meaning(Blocked, advice="Meta wants the account confirmed first: open facebook.com."),
    467: TOKEN,
    492: _token("Whoever made the token has no role on the Page"),
    1346003: NEVER,  # abusive, by Meta's judgement
    1366046: NEVER,  # the picture's size or type
    1366051: DOUBT,  # these pictures are in a post already
    1390008: Meaning(Retry, wait=COOL_OFF, rests="channel"),  # too fast
    1404078: Meaning(Blocked, advice="Meta wants the Page's publishing authorised: open the Page."),
    4854002: Meaning(Blocked, advice="Meta wants an identity confirmed: open the Page."),
    1609005: CODES[1609005],
    1609008: NEVER,
    **dict.fromkeys((2207001, 2207006, 2207008, 2207032, 2207053), DOUBT),
    **dict.fromkeys((2207003, 2207052), UNFETCHED),
    2207020: Meaning(Retry, wait=SOON),
    # “Blocked as spam”, and the post was live all the same.
    2207051: Meaning(Retry, proof=False, wait=HOUR, rests="channel"),
    2207027: CODES[9007],
    2207042: CODES[9],
    2207050: CODES[25],
    **dict.fromkeys((2207004, 2207005, 2207009, 2207010, 2207023, 2207026), NEVER),
    **dict.fromkeys((2207028, 2207040, 2207057), NEVER),
}

# https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11-22)
USAGE_HEADERS: Final = ("X-App-Usage", "X-Business-Use-Case-Usage")
SHARES: Final = ("call_count", "total_time", "total_cputime")  # each in percent
OURS: Final = (None, "pages", "instagram")  # kinds of use; others have limits of their own
#: Above this share the channel rests, so that somebody else's calls still pass.
FULL: Final = 90


class GraphFailure(Failure):
    """An error as Graph tells it, with its subcode."""

    subcode: int | None = None


def failure(body: Any, status: int, headers: Mapping[str, str], now: datetime) -> GraphFailure:
    """Read the error in an answer's `body`; one that is not Graph's proves nothing."""
    told = body.get("error") if isinstance(body, Mapping) else None
    told = told if isinstance(told, Mapping) else {}
    code, subcode = _number(told.get("code")), _number(told.get("error_subcode"))
    if code is None:
        foreign = f"answered {status}, and that was not in Meta's own form."
        return GraphFailure(foreign, Blocked if status in (401, 403) else Retry)
    means = meaning(code, subcode, status, transient=told.get("is_transient") is True)
    wait = means.wait or (rest(headers) or HOUR if means is THROTTLED else None)
    number = f"{code}/{subcode}" if subcode else f"{code}"
    words = told.get("error_user_msg") or told.get("message")
    found = GraphFailure(
        f"{means.advice} It answered {number}: {words}".strip(),
        means.verdict,
        proof=means.proof,
        at=now + wait if wait else None,
        rests=means.rests,
    )
    found.subcode = subcode
    return found


def meaning(
    code: int | None, subcode: int | None, status: int = 400, *, transient: bool = False
) -> Meaning:
    """Judge an error by its numbers; nothing is proved by one that may pass of itself."""
    found = SUBCODES.get(subcode or 0) or CODES.get(code or 0) or DOUBT
    passing = transient and found.verdict is not Retry
    return DOUBT if passing or status >= 500 else found


def rest(headers: Mapping[str, str]) -> timedelta | None:
    """Tell how long the headers of an answer ask for rest; None where there is room."""
    waits = [wait for wait in map(_wait, _records(headers)) if wait]
    return max(waits, default=None)


def _records(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in USAGE_HEADERS:
        try:
            told = json.loads(headers.get(name, "{}"))
        except ValueError:
            continue
        values = told.values() if isinstance(told, Mapping) else ()
        lists = (value for value in values if isinstance(value, list))
        for record in (told, *(each for records in lists for each in records)):
            if isinstance(record, Mapping) and record.get("type") in OURS:
                yield record


def _wait(record: Mapping[str, Any]) -> timedelta | None:
    minutes = _number(record.get("estimated_time_to_regain_access")) or 0
    if minutes > 0:
        return min(timedelta(minutes=min(minutes, 10_000)), DAY)
    return HOUR if any((_number(record.get(name)) or 0) > FULL for name in SHARES) else None


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
