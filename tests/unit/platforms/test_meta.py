"""What Graph's numbers and headers mean, and the one way in which it is asked."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Response

from bot.http import Sample, Session
from bot.model import Blocked, Media, Refused, Retry, Teaser, Waiting
from bot.platforms import facebook, instagram
from bot.platforms._channel import Failure
from bot.platforms._meta import Graph
from bot.platforms._meta_answers import CODES, SUBCODES, GraphFailure, failure, meaning, rest

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


def graph(url: str = "", **how: Any) -> Graph:
    session = Session(deadline=timedelta(seconds=5), allow_private=True)
    session.route({url.rstrip("/"): url.rstrip("/")})
    return Graph(session, "EAAB", clock=lambda: NOW, host=url.rstrip("/"), **how)


# ------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("code", "subcode", "verdict", "proof"),
    [
        (190, 463, Blocked, True),
        (190, None, Blocked, True),
        (200, None, Blocked, True),
        (299, None, Blocked, True),
        (100, None, Refused, True),
        (100, 33, Blocked, True),
        (100, 1366051, Retry, False),  # the pictures are in a post already
        (1, None, Retry, False),
        (2, None, Retry, False),
        (506, None, Retry, False),
        (4, None, Retry, True),
        (4, 2207051, Retry, False),  # spam, they say, and it was live
        (80001, None, Retry, True),
        (368, 1390008, Retry, True),
        (9004, 2207052, Retry, True),
        (-1, 2207001, Retry, False),
        (36003, 2207009, Refused, True),
        (99_999, 99_999, Retry, False),
        (None, None, Retry, False),
    ],
)
def test_numbers_tell_who_must_act(
    code: int | None, subcode: int | None, verdict: type, proof: bool
) -> None:
    means = meaning(code, subcode)
    assert (means.verdict, means.proof) == (verdict, proof)


@given(st.sampled_from([*CODES, None]), st.sampled_from([*SUBCODES, None]), st.booleans())
def test_a_broken_server_proves_nothing(
    code: int | None, subcode: int | None, transient: bool
) -> None:
    means = meaning(code, subcode, 500, transient=transient)
    assert means.verdict is Retry
    assert not means.proof


def test_what_may_pass_of_itself_blocks_nothing() -> None:
    assert not meaning(200, None, transient=True).proof
    assert meaning(200, None, transient=True).verdict is Retry
    assert meaning(9004, 2207052, transient=True).proof  # and the known ones stay what they are


def error(code: int, subcode: int = 0, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "In words.", "code": code, "error_subcode": subcode, **more}}


def test_numbers_in_words_are_no_codes() -> None:
    """Others have taken the 190 in a post's number for a dead token."""
    found = failure(error(1, message="Post 72_190368 (#190) not made"), 400, {}, NOW)
    assert not found.proof
    assert found.verdict is Retry


def test_an_error_says_what_to_do_and_its_numbers() -> None:
    said = str(failure(error(190, 460, error_user_msg="Log in."), 400, {}, NOW))
    assert said.startswith("The password was changed")
    assert said.endswith("It answered 190/460: Log in.")


@pytest.mark.parametrize("body", [None, [], "no", {}, {"error": "no"}, {"error": {"code": "x"}}])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 502])
def test_an_error_that_is_not_graphs_proves_nothing(body: Any, status: int) -> None:
    found = failure(body, status, {}, NOW)
    assert not found.proof
    assert found.verdict is (Blocked if status in (401, 403) else Retry)


@given(JSON, st.integers(200, 599))
def test_no_answer_breaks_the_reading(body: Any, status: int) -> None:
    assert isinstance(failure(body, status, {}, NOW), GraphFailure)
    assert isinstance(failure({"error": body}, status, {}, NOW), GraphFailure)


# ------------------------------------------------------------------------- limits


def use(kind: str = "pages", minutes: int = 0, **shares: int) -> dict[str, str]:
    record = {"type": kind, "estimated_time_to_regain_access": minutes, **shares}
    return {"X-Business-Use-Case-Usage": json.dumps({"72": [record]})}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        (use(call_count=90), None),
        (use(call_count=91), HOUR),
        (use(total_time=100, minutes=7), 7 * MINUTE),
        (use(call_count=1, minutes=10**9), 24 * HOUR),
        (use("ads_management", call_count=100, minutes=9), None),
        ({"X-App-Usage": '{"call_count": 12, "total_cputime": 95}'}, HOUR),
        ({"X-App-Usage": '{"call_count": 12}'}, None),
        ({"X-App-Usage": '{"call_count": 91}', **use(minutes=120)}, 2 * HOUR),
        ({"X-App-Usage": "no JSON"}, None),
        ({"X-App-Usage": "[1]"}, None),
        ({"X-Business-Use-Case-Usage": '{"72": [3, {"call_count": "x"}]}'}, None),
    ],
)
def test_the_headers_tell_how_long_to_rest(headers: dict[str, str], wait: timedelta | None) -> None:
    assert rest(headers) == wait


@given(JSON)
def test_no_header_breaks_the_reading(told: Any) -> None:
    wait = rest({"X-App-Usage": json.dumps(told), "X-Business-Use-Case-Usage": json.dumps(told)})
    assert wait is None or timedelta(0) < wait <= 24 * HOUR


@pytest.mark.parametrize(("headers", "wait"), [({}, HOUR), (use(minutes=20), 20 * MINUTE)])
def test_a_limit_rests_the_channel_for_as_long_as_it_says(
    headers: dict[str, str], wait: timedelta
) -> None:
    found = failure(error(32), 400, headers, NOW)
    assert (found.at, found.rests) == (NOW + wait, "channel")


def test_who_is_too_fast_waits_long_whatever_the_headers_say() -> None:
    found = failure(error(368, 1390008), 400, use(minutes=1), NOW)
    assert (found.at, found.rests) == (NOW + 6 * HOUR, "channel")


# -------------------------------------------------------------------------- asking


def test_a_full_limit_is_remembered_until_there_is_room(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/v26.0/me").respond_with_json(
        {"id": "72"}, headers=use(call_count=97, minutes=30)
    )
    httpserver.expect_ordered_request("/v26.0/me").respond_with_json({"id": "72"})
    asked = graph(httpserver.url_for(""))
    asked.get("me")
    assert asked.full_until == NOW + 30 * MINUTE
    asked.get("me")
    assert asked.full_until is None


def test_the_version_is_what_is_asked_for(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v27.0/me").respond_with_json({"id": "72"})
    httpserver.expect_request("/refresh_access_token").respond_with_json({"id": "73"})
    asked = graph(httpserver.url_for(""), version="v27.0")
    assert asked.get("me") == {"id": "72"}
    assert asked.get("/refresh_access_token") == {"id": "73"}


@pytest.mark.parametrize(
    "answer",
    [
        Response('{"id": "5"}', 500, content_type="application/json"),
        Response('["5"]', content_type="application/json"),
        Response("null", content_type="application/json"),
        Response("<html>", content_type="text/html"),
    ],
)
def test_what_the_library_takes_for_success_is_none(
    answer: Response, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_response(answer)
    with pytest.raises(GraphFailure) as caught:
        graph(httpserver.url_for("")).get("me")
    assert not caught.value.proof


@pytest.fixture
def uploading(httpserver: HTTPServer) -> Any:
    """Answer an upload as told, and give what came of it."""

    def upload(answer: Any, status: int = 200) -> Any:
        httpserver.expect_request("/ig-api-upload/v26.0/9").respond_with_json(answer, status)
        url = httpserver.url_for("").rstrip("/")
        session = Session(deadline=timedelta(seconds=5), allow_private=True)
        session.route({"https://rupload.facebook.com": url})
        asked = Graph(session, "EAAB", clock=lambda: NOW)
        with session.declare("prepare", Sample()):
            return asked.upload("ig-api-upload", "9", io.BytesIO(b"video"))

    return upload


def test_a_video_is_sent_from_its_first_byte(uploading: Any, httpserver: HTTPServer) -> None:
    assert uploading({"success": True}) == {"success": True}
    request = httpserver.log[0][0]
    assert request.data == b"video"
    assert request.headers["Authorization"] == "OAuth EAAB"


@pytest.mark.parametrize(
    ("answer", "status", "verdict"),
    [
        ({"debug_info": {"retriable": True, "message": "Later"}}, 500, Retry),
        ({"debug_info": {"retriable": False, "type": "ProcessingFailedError"}}, 400, Refused),
        ({"debug_info": {"retriable": False, "type": "NotAuthorizedError"}}, 401, Blocked),
        (error(190, 460), 400, Blocked),
        ({"success": False}, 200, Retry),
        ({}, 502, Retry),
    ],
)
def test_an_upload_says_whether_it_may_be_made_again(
    answer: Any, status: int, verdict: type, uploading: Any
) -> None:
    with pytest.raises(Failure) as caught:
        uploading(answer, status)
    assert caught.value.verdict is verdict


def test_an_upload_that_answers_no_json_is_no_success(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v26.0/9").respond_with_data("<html>", 502)
    session = Session(deadline=timedelta(seconds=5), allow_private=True)
    session.route(
        {"https://rupload.facebook.com/ig-api-upload": httpserver.url_for("").rstrip("/")}
    )
    with session.declare("prepare", Sample()), pytest.raises(requests.JSONDecodeError):
        Graph(session, "EAAB", clock=lambda: NOW).upload("ig-api-upload", "9", io.BytesIO(b"v"))


@pytest.mark.parametrize("platform", [facebook.Platform, instagram.Platform])
def test_bytes_that_are_not_taken_begin_anew_but_not_for_ever(
    platform: Any, httpserver: HTTPServer
) -> None:
    """A lost answer to an upload: the number has its bytes, and takes them no second time."""
    answer = {"debug_info": {"retriable": False, "type": "OffsetInvalidError", "message": "No"}}
    httpserver.expect_request(re.compile(".*-upload/v26.0/9")).respond_with_json(answer, 400)
    channel = platform(
        account="harbour",
        settings=platform.Settings(
            api_url=httpserver.url_for(""), **{platform.account_setting: "72"}
        ),
        secrets={platform.secrets[0]: "EAAB"},
        session=Session(deadline=timedelta(seconds=5), allow_private=True),
        clock=lambda: NOW,
    )
    teaser = Teaser("Strike ends.", media=(Media("video", path=__file__),))
    made = {"reel": "9", "container": "9"}
    for again in range(1, 6):
        known = made if again == 1 else made | {"again": again - 1}
        got = channel.publish(teaser, "k", known)
        assert got == Waiting({"again": again}, NOW + timedelta(minutes=5))
    assert isinstance(channel.publish(teaser, "k", made | {"again": 5}), Refused)
