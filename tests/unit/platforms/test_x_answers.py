from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from bot.model import Blocked, Refused, Retry
from bot.platforms._channel import Failure
from bot.platforms._x_answers import CAPPED, judged

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROBLEMS = "https://api.twitter.com/2/problems"


def answer(status: int, body: Any, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response.headers = CaseInsensitiveDict(names)
    return response


def failure(status: int, body: Any, **headers: str) -> Failure:
    with pytest.raises(Failure) as caught:
        judged(answer(status, body, **headers), NOW)
    return caught.value


def detail(words: str, kind: str = "about:blank", **more: Any) -> dict[str, Any]:
    return {"title": "Forbidden", "detail": words, "type": kind, **more}


def code(number: int, message: str = "No.") -> dict[str, Any]:
    return {"errors": [{"code": number, "message": message}]}


def test_a_success_is_its_json() -> None:
    assert judged(answer(201, {"data": {"id": "1"}}), NOW) == {"data": {"id": "1"}}
    assert judged(answer(204, ""), NOW) == {"data": {}}


@pytest.mark.parametrize(
    ("status", "body", "verdict", "advice"),
    [
        (402, detail("", f"{PROBLEMS}/credits", title="CreditsDepleted"), Blocked, "Buy credits"),
        (403, detail("no", f"{PROBLEMS}/oauth1-permissions"), Blocked, "Read and write"),
        (403, detail("no", f"{PROBLEMS}/client-forbidden"), Blocked, "Read and write"),
        (403, detail("Forbidden"), Blocked, "Read and write"),
        (403, detail("The token lacks media.write"), Blocked, "Read and write"),
        (403, code(453, "You have access to a subset."), Blocked, "Read and write"),
        (403, code(64, "Your account is suspended."), Blocked, "Log in on x.com"),
        (403, code(326, "This account is temporarily locked."), Blocked, "Log in on x.com"),
        (403, detail("User is suspended"), Blocked, "Log in on x.com"),
        (403, detail("You were blocked from replying"), Refused, "blocked from replying"),
        (403, code(226, "This request looks automated."), Refused, "looks automated"),
        (403, detail("One cashtag at most"), Refused, "cashtag"),
        (403, detail("You are not permitted to perform this action."), Refused, "not permitted"),
        (401, detail("Unauthorized"), Blocked, "bot login"),
        (401, code(32, "Could not authenticate you."), Blocked, "bot login"),
        (400, detail("bad", f"{PROBLEMS}/invalid-request"), Refused, "bad"),
        (413, detail("too large"), Refused, "too large"),
        (422, detail("no"), Refused, "422"),
        (429, code(88, "Rate limit exceeded"), Retry, "Rate limit"),
        (403, code(185, "User is over daily status update limit."), Retry, "daily"),
        (403, code(344, "You have reached your daily limit."), Retry, "daily"),
    ],
)
def test_a_problem_of_x_is_proof(status: int, body: Any, verdict: type, advice: str) -> None:
    told = failure(status, body)
    assert told.verdict is verdict
    assert told.proof
    assert advice in str(told)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, detail("You are not allowed to create a Tweet with duplicate content.")),
        (403, code(187, "Status is a duplicate.")),
        (403, detail("Status is a duplicate.")),
        (403, detail("You have already said that.")),
        (500, detail("Internal", f"{PROBLEMS}/internal-error")),
        (503, {"title": "Service Unavailable", "detail": "over capacity"}),
        (408, detail("late")),
        (409, detail("conflict")),
        (302, detail("elsewhere")),
        (403, "<html>Attention Required</html>"),
        (429, "Rate limit exceeded"),
        (400, {}),
        (400, []),
        (400, None),
        (400, {"errors": "none"}),
        (400, {"errors": [None, {}, {"message": ""}]}),
        (400, {"title": 7}),
        (400, {"title": "Invalid", "data": {"id": "1"}}),
    ],
)
def test_nothing_else_is(status: int, body: Any) -> None:
    assert not failure(status, body).proof


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["errors", "title", "detail", "type", "code", "message", "data"]),
                inner,
            )
        ),
        max_leaves=8,
    ),
    status=st.integers(300, 599),
)
def test_any_body_is_judged(body: Any, status: int) -> None:
    told = failure(status, body)
    assert not (told.proof and status >= 500)
    assert not (told.proof and not isinstance(body, dict))


# ---------------------------------------------------------------------- too many

LIMITED = {"title": "Too Many Requests", "detail": "Too Many Requests"}


def at(moment: timedelta) -> str:
    return str(round((NOW + moment).timestamp()))


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        (at(timedelta(minutes=7)), timedelta(minutes=7)),
        (at(timedelta(minutes=15)), timedelta(minutes=15)),
        (at(timedelta()), None),
        (at(-timedelta(minutes=1)), None),
        (at(timedelta(hours=2)), None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e10", None),
        ("9" * 30, None),
        ("²", None),
    ],
)
def test_a_reset_is_believed_within_its_window(reset: str, wait: timedelta | None) -> None:
    told = failure(429, LIMITED, x_rate_limit_reset=reset, x_rate_limit_remaining="0")
    assert told.at == (None if wait is None else NOW + wait)
    assert told.rests == "channel"


def test_a_reset_is_measured_by_the_clock_of_x() -> None:
    theirs = format_datetime(NOW - timedelta(hours=1), usegmt=True)
    reset = at(timedelta(minutes=-55))
    told = failure(429, LIMITED, Date=theirs, x_rate_limit_reset=reset)
    assert told.at == NOW + timedelta(minutes=5)


def test_a_window_with_plenty_left_is_not_what_is_used_up() -> None:
    told = failure(
        429, LIMITED, x_rate_limit_remaining="97", x_rate_limit_reset=at(timedelta(minutes=5))
    )
    assert told.at is None


@pytest.mark.parametrize(("whose", "rests"), [("user", "channel"), ("app", "credential")])
def test_a_cap_of_a_day_rests_what_it_is_of(whose: str, rests: str) -> None:
    headers = {
        "x_rate_limit_remaining": "97",
        f"x_{whose}_limit_24hour_remaining": "0",
        f"x_{whose}_limit_24hour_reset": at(timedelta(hours=9)),
    }
    told = failure(429, LIMITED, **headers)
    assert (told.at, told.rests) == (NOW + timedelta(hours=9), rests)


def test_a_usage_cap_is_not_a_window() -> None:
    told = failure(
        429,
        {"title": "UsageCapExceeded", "detail": "Usage cap", "type": f"{PROBLEMS}/usage-capped"},
        x_rate_limit_remaining="0",
        x_rate_limit_reset=at(timedelta(minutes=1)),
    )
    assert (told.verdict, told.at, told.rests) == (Retry, NOW + CAPPED, "credential")
    assert "spending limit" in str(told)


# --------------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (NOW + timedelta(minutes=12), "12 minutes behind X's: set it"),
        (NOW - timedelta(minutes=61), "61 minutes ahead of X's: set it"),
        (NOW + timedelta(seconds=30), "Check its keys"),
    ],
)
def test_a_wrong_clock_is_said(theirs: datetime, words: str) -> None:
    for date in (format_datetime(theirs, usegmt=True), f"{theirs:%a, %d %b %Y %H:%M:%S} UTC"):
        assert words in str(failure(401, detail("Unauthorized"), Date=date))


def test_a_timestamp_out_of_bounds_is_the_clock_though_no_date_tells() -> None:
    assert "clock" in str(failure(401, code(135, "Timestamp out of bounds.")))
    assert "clock" not in str(failure(401, code(32), Date="yesterday"))
