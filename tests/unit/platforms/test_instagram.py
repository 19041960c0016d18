from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.http import Session
from bot.model import Media, Outcome, Published, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms.instagram import LOOK_AGAIN, Platform

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PICTURE = Media("image", url="https://harbour.example/p.jpg", alt="A gate")
TEASER = Teaser("Dockers end their strike.", media=(PICTURE,))
MADE = {"container": "901"}


def channel(url: str = "http://127.0.0.1:9", *, dry_run: bool = True, **settings: Any) -> Platform:
    return Platform(
        account="harbour",
        settings=Platform.Settings(api_url=url, user_id="73", **settings),
        secrets={"TOKEN": "IGQV-token"},
        session=Session(deadline=timedelta(seconds=5), allow_private=True, dry_run=dry_run),
        clock=lambda: NOW,
    )


def codes(teaser: Teaser) -> dict[str, bool]:
    return {each.code: each.blocking for each in Platform.check(teaser)}


def after(status: dict[str, Any], httpserver: HTTPServer) -> Outcome:
    httpserver.expect_request("/v26.0/901", method="GET").respond_with_json(status)
    httpserver.expect_request("/v26.0/73/media_publish").respond_with_json({"id": "5"})
    httpserver.expect_request("/v26.0/5").respond_with_json({"error": {"code": 100}}, 400)
    return channel(httpserver.url_for(""), dry_run=False).publish(TEASER, "k", MADE)


def test_the_container_gets_picture_caption_and_alt_text() -> None:
    account = channel()
    assert isinstance(account.publish(TEASER, "k"), Waiting)
    (made,) = account._session.journal
    assert made.url == "http://127.0.0.1:9/v26.0/73/media"
    assert made.body == {
        "image_url": PICTURE.url,
        "caption": TEASER.text,
        "alt_text": "A gate",
    }


def test_a_post_is_published_even_where_its_address_cannot_be_read(httpserver: HTTPServer) -> None:
    assert after({"status_code": "FINISHED"}, httpserver) == Published("5")


def test_a_container_at_work_is_looked_at_again(httpserver: HTTPServer) -> None:
    assert after({"status_code": "IN_PROGRESS"}, httpserver) == Waiting(MADE, NOW + LOOK_AGAIN)


def test_an_expired_container_is_made_anew(httpserver: HTTPServer) -> None:
    assert after({"status_code": "EXPIRED"}, httpserver) == Waiting({})


def test_a_published_container_is_never_published_again(httpserver: HTTPServer) -> None:
    assert isinstance(after({"status_code": "PUBLISHED"}, httpserver), Unknown)
    assert [request.path for request, _ in httpserver.log] == ["/v26.0/901"]


def test_a_container_that_failed_says_why(httpserver: HTTPServer) -> None:
    got = after({"status_code": "ERROR", "status": "Error: 2207009 ratio"}, httpserver)
    assert isinstance(got, Refused)
    assert "2207009 ratio" in got.reason


def test_a_picture_that_could_not_be_fetched_is_tried_again(httpserver: HTTPServer) -> None:
    error = {"error": {"message": "not fetched", "code": 9004, "error_subcode": 2207052}}
    httpserver.expect_request("/v26.0/73/media").respond_with_json(error, 400)
    got = channel(httpserver.url_for(""), dry_run=False).publish(TEASER, "k")
    assert isinstance(got, Retry)


@pytest.mark.parametrize(
    ("login", "host"),
    [("facebook", "https://graph.facebook.com"), ("instagram", "https://graph.instagram.com")],
)
def test_each_login_has_its_host(login: str, host: str) -> None:
    account = channel("", login=login)
    account.publish(TEASER, "k")
    assert account._session.journal[0].url == f"{host}/v26.0/73/media"


def test_it_needs_a_public_jpeg() -> None:
    assert codes(Teaser("Strike ends.")) == {"image-missing": True}
    local = Media("image", path="p.jpg", mime="image/png")
    assert codes(Teaser("Strike ends.", media=(local,))) == {
        "picture-type": True,
        "picture-not-public": True,
    }
    accents = Media("image", url="https://harbour.example/é.jpg")
    assert codes(Teaser("Strike ends.", media=(accents,))) == {"picture-not-public": True}
    assert isinstance(channel().publish(Teaser("Strike ends."), "k"), Refused)


def test_the_caption_is_checked() -> None:
    def caption(text: str) -> dict[str, bool]:
        return codes(Teaser(text, media=(PICTURE,)))

    assert caption("a" * 2201) == {"text-too-long": True}
    assert caption("Strike #Uno #Dos #Três #Dört #خمسة #Six") == {"hashtags-too-many": False}
    assert caption(" ".join(f"#t{n}x" for n in range(31)))["hashtags-refused"]
    assert caption("More: https://harbour.example/x") == {"link-dead": False}
    assert caption("Photo by @stranger") == {"mention": False}
    assert caption(Platform.neutralise("Photo by @stranger")) == {}
    assert caption("Write to desk@harbour.example, see harbour.example/@desk") == {}
    assert caption("Dockers end their strike. #Setúbal") == {}
