from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from oauthlib.oauth1.rfc5849 import signature
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.http import Session
from bot.model import (
    Absent,
    Account,
    Blocked,
    Media,
    Published,
    Refused,
    Renewed,
    Retry,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms import _x_media
from bot.platforms._channel import Failure
from bot.platforms.twitter import Platform

LINK = "https://harbour.example.com/dockers"
SECRETS = {
    "API_KEY": "consumer-key",
    "API_SECRET": "consumer-secret",
    "ACCESS_TOKEN": "access-token",
    "ACCESS_SECRET": "access-secret",
}


LOGIN = {"CLIENT_ID": "the-client", "OAUTH_TOKEN": "old-token", "OAUTH_REFRESH": "old-refresh"}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TRACE = Trace(NOW)


def channel(
    url: str,
    *,
    dry_run: bool = False,
    secrets: Mapping[str, str] = SECRETS,
    now: datetime = NOW,
    **settings: Any,
) -> Platform:
    return Platform(
        account="@harbour",
        settings=Platform.Settings(api_url=url, **settings),
        secrets=secrets,
        session=Session(deadline=timedelta(seconds=5), allow_private=True, dry_run=dry_run),
        clock=lambda: now,
    )


@dataclass
class X:
    """A place that answers in turn, and remembers what it was asked."""

    url: str
    answers: list[Any] = field(default_factory=list)  # JSON, or (status, JSON), or a Response
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        request.get_data(cache=True)
        self.asked.append(request)
        said = self.answers.pop(0)
        if isinstance(said, Response):
            return said
        status, body = said if isinstance(said, tuple) else (200, said)
        return Response(json.dumps(body), status, content_type="application/json")

    @property
    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.asked]


@pytest.fixture
def x(httpserver: HTTPServer) -> X:
    place = X(httpserver.url_for("").rstrip("/"))
    httpserver.expect_request(re.compile(".*")).respond_with_handler(place.answer)
    return place


def picture(folder: Path, name: str = "p.jpg", **facts: Any) -> Media:
    path = folder / name
    path.write_bytes(b"\xff\xd8\xff" + name.encode())
    return Media("image", path=str(path), sha256=f"of {name}", **facts)


def walk(platform: Platform, teaser: Teaser, resume: Any = None) -> list[Any]:
    outcomes: list[Any] = [Waiting(resume or {})]
    while isinstance(outcomes[-1], Waiting):
        outcomes.append(platform.publish(teaser, "k", outcomes[-1].resume or None))
        assert len(outcomes) < 30
    return outcomes[1:]


DONE = (201, {"data": {"id": "77", "text": "t"}})
LOST = {"title": "Invalid Request", "errors": [{"message": "Your media IDs are invalid."}]}


def codes(teaser: Teaser) -> dict[str, bool]:
    return {each.code: each.blocking for each in Platform.check(teaser)}


def test_the_post_is_signed_for_the_host_it_goes_to(httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        request.get_data(cache=True)
        seen.append(request)
        return Response('{"data": {"id": "77", "text": "t"}}', 201, mimetype="application/json")

    httpserver.expect_request("/2/tweets", method="POST").respond_with_handler(answer)
    url = httpserver.url_for("").rstrip("/")
    outcome = channel(url).publish(Teaser("Strike ends " + LINK, link=LINK), "k")
    assert outcome == Published("77", "https://x.com/harbour/status/77")
    assert seen[0].json == {"text": "Strike ends " + LINK}

    header = seen[0].headers["Authorization"]
    signed = signature.collect_parameters(
        headers={"Authorization": header}, exclude_oauth_signature=True
    )
    base = signature.signature_base_string(
        "POST", signature.base_string_uri(f"{url}/2/tweets"), signature.normalize_parameters(signed)
    )
    wanted = signature.sign_hmac_sha1_with_client(base, _Client())
    assert f'oauth_signature="{quote(wanted, safe="")}"' in header


class _Client:
    client_secret = SECRETS["API_SECRET"]
    resource_owner_secret = SECRETS["ACCESS_SECRET"]


def test_the_picture_is_uploaded_whole_and_described(tmp_path: Path) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(b"\xff\xd8\xffpicture")
    teaser = Teaser("Strike ends", media=(Media("image", path=str(path), alt="A gate"),))
    rehearsed = channel("http://127.0.0.1:9", dry_run=True)
    outcome: Any = Waiting()
    while isinstance(outcome, Waiting):
        outcome = rehearsed.publish(teaser, "k", outcome.resume or None)
    paths = [each.url.removeprefix("http://127.0.0.1:9") for each in rehearsed._session.journal]
    assert paths == ["/2/media/upload", "/2/media/metadata", "/2/tweets"]
    upload, describe, post = (each.body for each in rehearsed._session.journal)
    octets = path.read_bytes()
    assert upload["media"] == {
        "size": len(octets),
        "sha256": hashlib.sha256(octets).hexdigest(),
    }
    assert upload["media_category"] == "tweet_image"
    assert describe["metadata"]["alt_text"]["text"] == "A gate"
    assert post["media"]["media_ids"] == [describe["id"]]


def test_a_picture_without_bytes_or_words_takes_no_step() -> None:
    only_seen = Media("image", url="https://harbour.example/p.jpg", alt="A gate")
    rehearsed = channel("http://127.0.0.1:9", dry_run=True)
    assert isinstance(rehearsed.publish(Teaser("Strike ends", media=(only_seen,)), "k"), Published)
    assert [each.kind for each in rehearsed._session.journal] == ["effect"]


@pytest.mark.parametrize(
    ("status", "outcome"), [(403, Blocked), (402, Blocked), (400, Refused), (429, Retry)]
)
def test_a_refused_upload_is_told_from_a_lost_one(
    status: int, outcome: type, httpserver: HTTPServer, tmp_path: Path
) -> None:
    detail = '{"title": "Forbidden", "detail": "Missing media.write\\n for access-secret"}'
    httpserver.expect_request("/2/media/upload").respond_with_data(detail, status)
    teaser = Teaser("Strike ends", media=(picture(tmp_path),))
    got = channel(httpserver.url_for("").rstrip("/")).publish(teaser, "k")
    assert isinstance(got, outcome)
    assert "Missing media.write" in got.reason
    assert "access-secret" not in got.reason


def test_a_duplicate_refusal_is_unknown_not_refused(httpserver: HTTPServer) -> None:
    detail = "You are not allowed to create a Tweet with duplicate content."
    httpserver.expect_request("/2/tweets").respond_with_json({"detail": detail}, 403)
    got = channel(httpserver.url_for("").rstrip("/")).publish(Teaser("Strike ends"), "k")
    assert isinstance(got, Unknown)
    assert "duplicate" in got.reason


def test_it_counts_as_x_counts() -> None:
    assert Platform.measure(f"Strike ends {LINK}{'/long' * 90}") == 12 + 23
    assert codes(Teaser("a" * 281))["text-too-long"]
    assert "text-too-long" not in codes(Teaser("a" * 280))


@pytest.mark.parametrize(
    "text",
    ["Thanks to @stranger for this", "@stranger says", "شكرا @stranger", "Merci @stranger !"],
)
def test_a_stranger_called_by_name_stops_the_post(text: str) -> None:
    assert codes(Teaser(text))["mention"]
    assert codes(Teaser(Platform.neutralise(text))) == {}


def test_a_ticker_stops_the_post() -> None:
    assert codes(Teaser("Shares of $TSLA fall"))["cashtag"]
    assert codes(Teaser(Platform.neutralise("Shares of $TSLA fall"))) == {}
    assert codes(Teaser("It cost $5,000")) == {}


def test_a_domain_in_the_text_is_told_and_priced() -> None:
    problems = Platform.check(Teaser(f"The site amazon.com was down {LINK}", link=LINK))
    assert [(each.code, each.blocking) for each in problems] == [("link-other", False)]
    assert "amazon.com" in problems[0].message
    assert "$" not in problems[0].message  # a post with a link costs that anyway
    (problem,) = Platform.check(Teaser("The site amazon.com was down"))
    assert "$0.20" in problem.message


def test_the_link_stands_in_the_text_once() -> None:
    assert codes(Teaser("Strike ends", link=LINK)) == {"link-not-once": False}
    assert codes(Teaser(f"{LINK} Strike ends {LINK}", link=LINK)) == {"link-not-once": False}
    assert codes(Teaser(f"Strike ends {LINK}", link=LINK)) == {}


def test_hashtags_pictures_and_alt_texts_have_limits() -> None:
    assert codes(Teaser("Strike #Setúbal #Dockers #Porto")) == {"hashtags-too-many": False}
    big = Media("image", path="p.tif", size=5_000_001, mime="image/tiff", alt="a" * 1001)
    assert codes(Teaser("Strike", media=(big,))) == {
        "picture-too-big": True,
        "picture-type": True,
        "alt-too-long": True,
    }


def test_media_that_x_does_not_show_together_stop_the_post() -> None:
    image, video = Media("image", path="p.jpg", alt="A gate"), Media("video", path="v.mp4")
    assert codes(Teaser("Strike", media=(image,) * 4)) == {}
    assert codes(Teaser("Strike", media=(image,) * 5)) == {"media-too-many": True}
    assert codes(Teaser("Strike", media=(image, video))) == {"media-too-many": True}
    assert codes(Teaser("Strike", media=(video,))) == {}
    assert codes(Teaser("Strike", media=(Media("video", path="v.mp4", size=512_000_001),))) == {
        "video-too-big": True
    }
    odd = Media("video", path="v.webm", mime="video/webm")
    assert codes(Teaser("Strike", media=(odd,))) == {"video-type": True}


def test_a_picture_that_nothing_describes_is_told_of() -> None:
    bare = Media("image", path="p.jpg", alt=" ")
    (problem,) = Platform.check(Teaser("Strike", media=(bare,)))
    assert (problem.code, problem.blocking) == ("alt-missing", False)
    assert "bot edit ID --alt" in problem.message


@pytest.mark.parametrize(
    ("kind", "code", "option"),
    [("image", "picture-waiting", "--image"), ("video", "video-waiting", "--video")],
)
def test_what_is_still_to_be_made_stops_the_post(kind: str, code: str, option: str) -> None:
    (problem,) = Platform.check(Teaser("Strike", media=(Media(kind, placeholder=True),)))
    assert (problem.code, problem.blocking) == (code, True)
    assert "comes by itself" in problem.message
    assert f"bot edit ID {option} FILE" in problem.message


# ------------------------------------------------------------------------- media


def test_four_pictures_go_up_one_by_one(x: X, tmp_path: Path) -> None:
    media = tuple(picture(tmp_path, f"{n}.jpg", alt=f"gate {n}" * (n % 2)) for n in range(4))
    uploads = [{"data": {"id": str(10 + n), "media_key": f"3_{10 + n}"}} for n in range(4)]
    described = {"data": {"id": "1"}}
    x.answers = [uploads[0], uploads[1], described, uploads[2], uploads[3], described, DONE]
    outcomes = walk(channel(x.url), Teaser("Strike", media=media))
    assert outcomes[-1] == Published("77", "https://x.com/harbour/status/77")
    assert [path.rpartition("/")[2] for path in x.paths] == [
        *("upload", "upload", "metadata", "upload", "upload", "metadata", "tweets")
    ]
    assert x.asked[-1].json["media"] == {"media_ids": ["10", "11", "12", "13"]}
    assert base64.b64decode(x.asked[0].json["media"]).endswith(b"0.jpg")


def video_of(folder: Path, size: int) -> Teaser:
    path = folder / "v.mp4"
    path.write_bytes(b"v" * size)
    return Teaser("Strike", media=(Media("video", path=str(path), mime="video/mp4"),))


def test_a_video_goes_up_in_chunks_and_is_waited_for(
    x: X, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_x_media, "CHUNK", 1000)
    sent, begun = {"data": {"expires_at": 1}}, {"data": {"id": "9", "media_key": "7_9"}}
    states = [
        {"data": {"id": "9", "processing_info": {"state": state, "check_after_secs": wait}}}
        for state, wait in (("pending", 5), ("in_progress", 9999), ("succeeded", 0))
    ]
    broken = (503, {"title": "Service Unavailable"})
    x.answers = [begun, sent, broken, sent, sent, *states, DONE]
    teaser = video_of(tmp_path, 2001)
    platform = channel(x.url)
    first = walk(platform, teaser)
    assert isinstance(first[-1], Retry)  # the second chunk was lost on its way
    outcomes = walk(platform, teaser, first[-2].resume)
    assert isinstance(outcomes[-1], Published)
    chunks = [request.json for request in x.asked if request.path.endswith("/append")]
    assert [each["segment_index"] for each in chunks] == [0, 1, 1, 2]
    assert [len(base64.b64decode(each["media"])) for each in chunks] == [1000, 1000, 1000, 1]
    assert x.asked[0].json["total_bytes"] == 2001
    assert [each.check_at for each in outcomes if getattr(each, "check_at", None)] == [
        NOW + timedelta(seconds=5),
        NOW + _x_media.LATEST,
    ]
    assert x.asked[-1].json["media"] == {"media_ids": ["9"]}


def test_a_video_that_x_cannot_work_with_is_tried_once_more(x: X, tmp_path: Path) -> None:
    begun, sent = {"data": {"id": "9"}}, {"data": {}}
    failed = {"data": {"id": "9", "processing_info": {"state": "failed"}}}
    x.answers = [begun, sent, failed] * 2
    outcomes = walk(channel(x.url), video_of(tmp_path, 10))
    assert isinstance(outcomes[-1], Refused)
    assert "cannot work with the video" in outcomes[-1].reason
    assert outcomes[-2].resume["earlier"] == ["9"]
    assert len(x.asked) == 6


def test_a_video_is_not_looked_at_for_ever(tmp_path: Path) -> None:
    entry = {"id": "9", "of": "", "until": "2026-11-24T00:00:00+00:00", "sent": 1, "segments": 1}
    entry |= {"final": True, "looks": _x_media.MOST_LOOKS}
    platform = channel("http://127.0.0.1:9", dry_run=True)
    made = {"media": [entry], "anew": "once"}
    assert isinstance(platform.publish(video_of(tmp_path, 9), "k", made), Waiting)
    told = {"id": "9", "processing_info": {"state": "in_progress"}}
    step = _x_media._Step(platform._ask, Media("video"), entry, made, 0, NOW)
    with pytest.raises(Failure, match="in_progress"):
        step._how_far(told)


def test_what_x_keeps_no_longer_is_uploaded_anew(x: X, tmp_path: Path) -> None:
    teaser = Teaser("Strike", media=(picture(tmp_path, alt="A gate"),))
    platform = channel(x.url)
    x.answers = [{"data": {"id": "5", "expires_after_secs": 86400}}]
    (waiting, *_) = [platform.publish(teaser, "k")]
    later = channel(x.url, now=NOW + timedelta(hours=23, minutes=51))
    x.answers = [{"data": {"id": "6"}}, {"data": {"id": "6"}}, DONE]
    outcomes = walk(later, teaser, waiting.resume)
    assert isinstance(outcomes[-1], Published)
    assert x.asked[-1].json["media"] == {"media_ids": ["6"]}
    assert outcomes[0].resume["earlier"] == ["5"]


def test_a_picture_or_its_words_that_were_changed_are_sent_anew(x: X, tmp_path: Path) -> None:
    old = picture(tmp_path, "old.jpg", alt="A gate")
    x.answers = [{"data": {"id": "5"}}, {"data": {"id": "5"}}, (429, {"title": "Too Many"})]
    platform = channel(x.url)
    resume = walk(platform, Teaser("Strike", media=(old,)))[-2].resume
    x.answers = [{"data": {"id": "5"}}, DONE]
    reworded = Teaser("Strike", media=(replace(old, alt="Two gates"),))
    assert isinstance(walk(platform, reworded, resume)[-1], Published)
    assert x.paths[-2:] == ["POST /2/media/metadata", "POST /2/tweets"]
    x.answers = [{"data": {"id": "6"}}, {"data": {"id": "6"}}, DONE]
    other = Teaser("Strike", media=(picture(tmp_path, "new.jpg", alt="A gate"),))
    assert isinstance(walk(platform, other, resume)[-1], Published)
    assert x.asked[-1].json["media"] == {"media_ids": ["6"]}


def test_media_that_x_has_lost_are_uploaded_anew_once(x: X, tmp_path: Path) -> None:
    teaser = Teaser("Strike", media=(picture(tmp_path),))
    x.answers = [{"data": {"id": "5"}}, (400, LOST), {"data": {"id": "6"}}, (400, LOST)]
    outcomes = walk(channel(x.url), teaser)
    assert isinstance(outcomes[-1], Refused)
    assert "media IDs" in outcomes[-1].reason
    assert [each.json["media"] for each in x.asked if each.path == "/2/tweets"] == [
        {"media_ids": ["5"]},
        {"media_ids": ["6"]},
    ]


def test_a_post_without_media_never_waits_for_any(x: X) -> None:
    x.answers = [(400, LOST)]
    assert isinstance(channel(x.url).publish(Teaser("Strike"), "k"), Refused)


def test_what_the_settings_ask_is_sent_and_nothing_else(x: X) -> None:
    x.answers = [DONE, DONE]
    channel(x.url).publish(Teaser("Strike"), "k")
    channel(x.url, reply_settings="following", made_with_ai=True).publish(Teaser("Strike"), "k")
    assert [request.json for request in x.asked] == [
        {"text": "Strike"},
        {"text": "Strike", "reply_settings": "following", "made_with_ai": True},
    ]


@pytest.mark.parametrize(
    "answer", [{"data": {"id": "1/../2"}}, {"data": {"id": None}}, {"data": 1}]
)
def test_a_post_without_a_number_is_in_doubt(answer: Any, x: X) -> None:
    x.answers = [(201, answer)]
    assert isinstance(channel(x.url).publish(Teaser("Strike"), "k"), Unknown)


@pytest.mark.parametrize("reset", ["soon", "", "-5", "1e9", "99999999999999"])
def test_headers_that_tweepy_stumbles_over_change_nothing(reset: str, x: X) -> None:
    limited = Response('{"title": "Too Many Requests"}', 429, content_type="application/json")
    limited.headers["x-rate-limit-reset"] = reset
    x.answers = [limited]
    got = channel(x.url).publish(Teaser("Strike"), "k")
    assert got == Retry("X (Twitter): answered 429: Too Many Requests", None, "channel")


# ------------------------------------------------------------------- looking back


ME = {"data": {"id": "74", "username": "Harbour"}}


def post(number: int, text: str = "Strike ends", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": text, "created_at": "2026-11-23T09:00:00.000Z", **more}


def page(*posts: Any, **meta: Any) -> dict[str, Any]:
    return {"data": list(posts), "meta": {"result_count": len(posts), **meta}}


def found(x: X, *answers: Any, teaser: Teaser | None = None, **how: Any) -> Any:
    x.answers = [ME, *answers]
    trace = Trace(NOW, how.pop("others", frozenset()))
    return channel(x.url).reconcile(teaser or Teaser("Strike ends"), "k", trace, **how)


def test_the_whole_timeline_is_read_from_before_the_attempt(x: X) -> None:
    outcome = found(x, page(post(1, "a"), next_token="p2"), page(post(2)))
    assert outcome == Published("2", "https://x.com/harbour/status/2")
    first, second = x.asked[1:]
    assert first.path == "/2/users/74/tweets"
    assert first.args["start_time"] == "2026-11-23T07:00:00Z"
    assert first.args["max_results"] == "100"
    assert second.args["pagination_token"] == "p2"


def test_a_post_that_is_not_there_is_absent_and_not_proven_to_be(x: X) -> None:
    outcome = found(x, {"meta": {"result_count": 0}})
    assert isinstance(outcome, Absent)
    assert not outcome.proven


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"data": []},
        {"meta": {}},
        {"errors": [{"title": "Forbidden", "detail": "suspended"}]},
        {"data": [post(1)], "meta": {"result_count": 2}},
        {"data": [post(1) | {"id": "x"}], "meta": {"result_count": 1}},
        {"data": [None], "meta": {"result_count": 1}},
        (400, {"title": "Invalid Request", "detail": "start_time must be in the past"}),
    ],
)
def test_a_timeline_that_cannot_be_trusted_proves_nothing(odd: Any, x: X) -> None:
    assert isinstance(found(x, odd), Retry)


@pytest.mark.parametrize(
    "garbled",
    [
        {"entities": "x"},
        {"entities": {"urls": [None]}},
        {"entities": {"urls": [{"expanded_url": 7}]}},
        {"text": "a", "attachments": [1]},
        {"note_post": "x"},
    ],
)
def test_a_garbled_post_proves_nothing(garbled: Any, x: X, tmp_path: Path) -> None:
    ready = {"media": [{"id": "5", "of": "of p.jpg", "ready": True}]}
    teaser = Teaser("Strike ends", media=(picture(tmp_path),))
    outcome = found(x, page(post(1) | garbled), teaser=teaser, resume=ready)
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize("address", ["http://[", "//", "http://a]/", "", "a//b", "http://h//p"])
def test_an_odd_address_is_some_other(address: str, x: X) -> None:
    odd = post(1, "a", entities={"urls": [{"url": "b", "expanded_url": address}]})
    link = Teaser(f"Strike ends {LINK}", link=LINK)
    assert isinstance(found(x, page(odd), teaser=link), Absent)


def test_the_older_name_of_the_fields_is_tried(x: X) -> None:
    unknown = (400, {"errors": [{"message": "[post.fields] is not one of [tweet.fields]"}]})
    assert isinstance(found(x, unknown, page(post(2))), Published)
    assert "tweet.fields" in x.asked[-1].args
    passed_over = page({"id": "2", "text": "Strike ends"})
    assert isinstance(found(x, passed_over, page(post(2))), Published)
    neither = found(x, passed_over, passed_over)
    assert isinstance(neither, Retry)
    assert "without the details" in neither.reason


def test_a_timeline_without_end_is_given_up(x: X, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms._x_account.MOST_PAGES", 3)
    outcome = found(x, *[page(post(1, "a"), next_token="again")] * 3)
    assert isinstance(outcome, Retry)
    assert "too long" in outcome.reason


def test_another_accounts_timeline_is_never_searched(x: X) -> None:
    x.answers = [{"data": {"id": "99", "username": "stranger"}}]
    outcome = channel(x.url).reconcile(Teaser("Strike ends"), "k", TRACE)
    assert isinstance(outcome, Blocked)
    assert "@stranger" in outcome.reason


def test_media_that_were_never_ready_prove_that_nothing_was_posted(x: X, tmp_path: Path) -> None:
    teaser = Teaser("Strike", media=(picture(tmp_path, alt="A gate"),))
    ready = {"id": "5", "of": "of p.jpg", "ready": True}
    for resume in ({"media": []}, {"media": [{}]}, {"media": [ready]}):
        outcome = channel(x.url).reconcile(teaser, "k", TRACE, resume)
        assert outcome == Absent(True, "Its media were not ready, so it was never posted.")
    assert x.asked == []
    # Who knows of no step does not know either that there was none.
    assert not found(x, page(), teaser=teaser, resume=None).proven
    done = ready | {"described": "A gate"}
    assert not found(x, page(), teaser=teaser, resume={"media": [done]}).proven
    # An upload that was given up may have been posted before.
    given_up = {"media": [{}], "earlier": ["5"]}
    assert not found(x, page(), teaser=teaser, resume=given_up).proven
    keyed = post(3, "other", attachments={"media_keys": ["3_5"]})
    assert isinstance(found(x, page(keyed), teaser=teaser, resume=given_up), Published)


# -------------------------------------------------------------------- the account


def test_the_account_and_what_it_lacks(x: X) -> None:
    readable = Response(json.dumps(ME), content_type="application/json")
    readable.headers["x-access-level"] = "read"
    whole = Response(json.dumps(ME), content_type="application/json")
    whole.headers["x-access-level"] = "read-write"
    x.answers = [readable, whole, {"data": {"id": "74", "username": "harbour", "protected": True}}]
    assert channel(x.url).verify() == Account("74", "Harbour", ("Read and write",))
    assert channel(x.url).verify() == Account("74", "Harbour")
    protected = channel(x.url).verify()
    assert isinstance(protected, Account)
    assert "protected" in protected.hidden


def test_a_login_is_used_where_there_is_one(x: X) -> None:
    platform = channel(x.url, secrets=SECRETS | LOGIN)
    x.answers = [DONE]
    platform.publish(Teaser("Strike"), "k")
    assert x.asked[0].headers["Authorization"] == "Bearer old-token"
    assert platform.renews == timedelta(minutes=15)
    assert channel(x.url).renews is None
    assert platform.credential != channel(x.url).credential


def test_what_is_enough_to_post_with() -> None:
    assert Platform.usable(SECRETS)
    assert Platform.usable(LOGIN)
    assert not Platform.usable({"CLIENT_ID": "a", "CLIENT_SECRET": "b"})
    assert not Platform.usable(SECRETS | {"ACCESS_SECRET": ""})


RENEWED = {"access_token": "new-token", "refresh_token": "new-refresh", "expires_in": 3600}


def test_a_token_is_renewed_and_the_new_one_is_a_secret(x: X) -> None:
    x.answers = [RENEWED, {"access_token": "new-token", "expires_in": "soon"}]
    public = channel(x.url, secrets=LOGIN)
    assert public.renew() == Renewed(
        {"OAUTH_TOKEN": "new-token", "OAUTH_REFRESH": "new-refresh"}, NOW + timedelta(hours=1)
    )
    assert "new-refresh" not in public._session.masker.mask("it is new-refresh")
    confidential = channel(x.url, secrets=LOGIN | {"CLIENT_SECRET": "s3cret"})
    renewed = confidential.renew()
    assert renewed == Renewed({"OAUTH_TOKEN": "new-token"}, NOW + timedelta(hours=2))
    first, second = x.asked
    assert first.path == "/2/oauth2/token"
    assert dict(first.form) == {
        "grant_type": "refresh_token",
        "refresh_token": "old-refresh",
        "client_id": "the-client",
    }
    assert "Authorization" not in first.headers
    assert second.authorization is not None
    assert (second.authorization.username, second.authorization.password) == (
        "the-client",
        "s3cret",
    )


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ((400, {"error": "invalid_grant", "error_description": "spent"}), Blocked),
        ((400, {"error": "invalid_request", "error_description": "was invalid"}), Blocked),
        ((401, {"error": "unauthorized_client"}), Blocked),
        ((429, {"error": "slow_down"}), Retry),
        ((503, {"title": "Service Unavailable"}), Retry),
        ((200, {"token_type": "bearer"}), Retry),
        ((200, {"access_token": None}), Retry),
        ((200, None), Retry),
    ],
)
def test_a_renewal_that_fails(answer: Any, means: type, x: X) -> None:
    x.answers = [answer]
    outcome = channel(x.url, secrets=LOGIN).renew()
    assert isinstance(outcome, means)
    assert means is Retry or "bot login" in outcome.reason


def test_a_rehearsal_renews_nothing(x: X) -> None:
    assert isinstance(channel(x.url, secrets=LOGIN, dry_run=True).renew(), Refused)
    assert x.asked == []


# ----------------------------------------------------------------- deletion, price


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ({"data": {"deleted": True}}, Absent),
        ({"data": {"deleted": False}}, Refused),
        (
            (
                404,
                {
                    "title": "Not Found Error",
                    "type": "https://api.x.com/2/problems/resource-not-found",
                },
            ),
            Absent,
        ),
        ((404, {"title": "Not Found"}), Refused),
        ((403, {"title": "Forbidden", "detail": "You cannot delete it."}), Refused),
        ((401, {"title": "Unauthorized"}), Blocked),
        ((500, {}), Retry),
        ({}, Retry),
    ],
)
def test_a_post_is_deleted(answer: Any, means: type, x: X) -> None:
    x.answers = [answer]
    assert isinstance(channel(x.url).delete("77"), means)
    assert x.paths == ["DELETE /2/tweets/77"]


@pytest.mark.parametrize("number", ["", "77/../78", "https://x.com/a/status/77", "７７"])
def test_only_a_number_is_deleted(number: str, x: X) -> None:
    assert isinstance(channel(x.url).delete(number), Refused)
    assert x.asked == []


def test_the_price_is_that_of_what_x_sees() -> None:
    image = Media("image", path="p.jpg", alt="A gate")
    assert Platform.price(Teaser("Strike ends")) == 15
    assert Platform.price(Teaser(f"Strike ends {LINK}", link=LINK)) == 200
    assert Platform.price(Teaser("amazon.com was down")) == 200
    assert Platform.price(Teaser(Platform.neutralise("amazon.com was down"))) == 15
    assert Platform.price(Teaser("Strike ends", media=(image, replace(image, alt="")))) == 20
