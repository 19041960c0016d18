from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from oauthlib.oauth1.rfc5849 import signature
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.http import Session
from bot.model import Blocked, Media, Published, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms.twitter import Platform

LINK = "https://harbour.example.com/dockers"
SECRETS = {
    "API_KEY": "consumer-key",
    "API_SECRET": "consumer-secret",
    "ACCESS_TOKEN": "access-token",
    "ACCESS_SECRET": "access-secret",
}


def channel(url: str, *, dry_run: bool = False) -> Platform:
    return Platform(
        account="@harbour",
        settings=Platform.Settings(api_url=url),
        secrets=SECRETS,
        session=Session(deadline=timedelta(seconds=5), allow_private=True, dry_run=dry_run),
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )


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
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"\xff\xd8\xffpicture")
    teaser = Teaser("Strike ends", media=(Media("image", path=str(picture), alt="A gate"),))
    rehearsed = channel("http://127.0.0.1:9", dry_run=True)
    outcome: Any = Waiting()
    while isinstance(outcome, Waiting):
        outcome = rehearsed.publish(teaser, "k", outcome.resume or None)
    paths = [each.url.removeprefix("http://127.0.0.1:9") for each in rehearsed._session.journal]
    assert paths == ["/2/media/upload", "/2/media/metadata", "/2/tweets"]
    upload, describe, post = (each.body for each in rehearsed._session.journal)
    picture = b"\xff\xd8\xffpicture"
    assert upload["media"] == {
        "size": len(picture),
        "sha256": hashlib.sha256(picture).hexdigest(),
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
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"x")
    detail = '{"title": "Forbidden", "detail": "Missing media.write\\n for access-secret"}'
    httpserver.expect_request("/2/media/upload").respond_with_data(detail, status)
    teaser = Teaser("Strike ends", media=(Media("image", path=str(picture)),))
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
