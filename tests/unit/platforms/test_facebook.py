from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer

from bot.http import Session
from bot.model import Blocked, Media, Published, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms.facebook import Platform

LINK = "https://harbour.example/dockers"
TEASER = Teaser("Dockers end their strike.\n\n“We won”, the union says.", link=LINK)


def channel(
    url: str = "http://127.0.0.1:9", *, dry_run: bool = True, secret: str = "", **settings: Any
) -> Platform:
    return Platform(
        account="harbour",
        settings=Platform.Settings(api_url=url, page_id="72", **settings),
        secrets={"PAGE_TOKEN": "EAAB-page", "APP_SECRET": secret},
        session=Session(deadline=timedelta(seconds=5), allow_private=True, dry_run=dry_run),
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )


def test_the_link_is_attached_and_not_pasted() -> None:
    page = channel()
    assert isinstance(page.publish(TEASER, "k"), Published)
    (post,) = page._session.journal
    assert post.url == "http://127.0.0.1:9/v26.0/72/feed"
    assert post.body == {
        "message": TEASER.text,
        "link": LINK,
        "published": "true",
        "fields": "id,permalink_url",
    }


def test_the_address_is_what_facebook_says(httpserver: HTTPServer) -> None:
    answer = {"id": "72_5", "permalink_url": "https://www.facebook.com/72/posts/5"}
    httpserver.expect_request("/v26.0/72/feed").respond_with_json(answer)
    page = channel(httpserver.url_for(""), dry_run=False)
    assert page.publish(TEASER, "k") == Published("72_5", "https://www.facebook.com/72/posts/5")


def test_a_picture_is_uploaded_unpublished_and_then_posted(tmp_path: Path) -> None:
    picture = tmp_path / "gate.png"
    picture.write_bytes(b"\x89PNG")
    media = (Media("image", path=str(picture), alt="A gate", mime="image/png"),)
    teaser = Teaser("Strike ends.", link=LINK, media=media)
    page = channel(form="photo+comment")
    made = page.publish(teaser, "k")
    assert isinstance(made, Waiting)
    done = page.publish(teaser, "k", made.resume)
    assert isinstance(done, Published)
    assert done.extras == ("comment",)
    said = page.extra("comment", teaser, done.remote_id)
    assert isinstance(said, Published)

    photo, post, comment = page._session.journal
    parts = {part["name"]: part for part in photo.body}
    assert parts["published"]["value"] == "false"
    assert parts["alt_text_custom"]["value"] == "A gate"
    assert parts["source"]["filename"] == "gate.png"
    assert parts["source"]["sha256"] == hashlib.sha256(b"\x89PNG").hexdigest()
    assert post.body["attached_media"] == f'[{{"media_fbid": "{made.resume["photo"]}"}}]'
    assert "link" not in post.body
    assert comment.url.endswith(f"/{done.remote_id}/comments")
    assert comment.body == {"message": LINK}


def test_a_picture_that_lies_elsewhere_is_named() -> None:
    media = (Media("image", url="https://harbour.example/p.jpg"),)
    page = channel(form="photo+comment")
    assert isinstance(page.publish(Teaser("Strike ends.", media=media), "k"), Waiting)
    assert page._session.journal[0].body["url"] == "https://harbour.example/p.jpg"


def test_there_is_no_other_extra() -> None:
    assert isinstance(channel().extra("playlist", TEASER, "72_1"), Refused)


def test_the_app_secret_proves_itself_without_being_sent(httpserver: HTTPServer) -> None:
    proofs: list[str] = []
    httpserver.expect_request("/v26.0/72/feed").respond_with_json({"id": "1"})
    page = channel(httpserver.url_for(""), dry_run=False, secret="app-secret")
    page.publish(TEASER, "k")
    proofs.append(httpserver.log[0][0].form["appsecret_proof"])
    assert proofs == [hmac.new(b"app-secret", b"EAAB-page", hashlib.sha256).hexdigest()]


@pytest.mark.parametrize(("code", "outcome"), [(190, Blocked), (100, Refused), (4, Retry)])
def test_graphs_codes_tell_who_must_act(code: int, outcome: type, httpserver: HTTPServer) -> None:
    error = {"error": {"message": "Session of EAAB-page is over", "code": code}}
    httpserver.expect_request("/v26.0/72/photos").respond_with_json(error, 400)
    page = channel(httpserver.url_for(""), dry_run=False, form="photo+comment")
    media = (Media("image", url="https://harbour.example/p.jpg"),)
    got = page.publish(Teaser("Strike ends.", media=media), "k")
    assert isinstance(got, outcome)
    assert str(code) in got.reason
    assert "EAAB-page" not in got.reason


def test_an_error_of_the_post_itself_is_unknown(httpserver: HTTPServer) -> None:
    """Graph has answered code 2 to posts that were live."""
    error = {"error": {"message": "Service temporarily unavailable", "code": 2}}
    httpserver.expect_request("/v26.0/72/feed").respond_with_json(error, 500)
    assert isinstance(channel(httpserver.url_for(""), dry_run=False).publish(TEASER, "k"), Unknown)


def test_settings_are_checked() -> None:
    for wrong in ({"page_id": "harbour"}, {"form": "album"}, {"api_url": "graph"}, {"pageid": "1"}):
        with pytest.raises(ValidationError):
            Platform.Settings(**wrong)


def test_hashtags_and_length_are_checked() -> None:
    assert Platform.measure("a🏳️‍🌈") == 1 + 6
    found = {each.code: each.blocking for each in Platform.check(Teaser("#Strike ends"))}
    assert found == {"hashtags-too-many": False}
    assert Platform.check(TEASER) == []
    page = Teaser(f"See {LINK}#comments and a/#b", link=LINK)
    assert Platform.check(page) == []
