from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_httpserver import HTTPServer

from bot.http import Session
from bot.model import (
    Absent,
    Account,
    Blocked,
    Media,
    Outcome,
    Published,
    Refused,
    Renewed,
    Retry,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms._instagram_containers import LOOK_AGAIN
from bot.platforms.instagram import Platform

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
    quota = {"config": {"quota_total": 50}, "quota_usage": 49}
    limit = "/v26.0/73/content_publishing_limit"
    httpserver.expect_request(limit).respond_with_json({"data": [quota]})
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
    got = after({"status_code": "EXPIRED"}, httpserver)
    assert got == Waiting({"again": 1}, NOW + timedelta(minutes=5))


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
        "alt-missing": False,
    }
    accents = Media("image", url="https://harbour.example/é.jpg", alt="A gate")
    assert codes(Teaser("Strike ends.", media=(accents,))) == {"picture-not-public": True}
    assert codes(Teaser("Strike ends.", media=(PICTURE,) * 11)) == {"pictures-too-many": True}
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


# ------------------------------------------------------------------- what is put together

VIDEO = Media("video", path=__file__, mime="video/mp4")
REEL = Teaser("Strike ends.", media=(VIDEO,))


def walk(account: Platform, teaser: Teaser) -> Outcome:
    outcome: Outcome = Waiting()
    while isinstance(outcome, Waiting):
        outcome = account.publish(teaser, "k", outcome.resume)
    return outcome


def test_several_pictures_are_contained_one_by_one_and_then_together() -> None:
    account = channel()
    other = Media("image", url="https://harbour.example/q.jpg")
    assert isinstance(walk(account, Teaser("Strike ends.", media=(PICTURE, other))), Published)
    one, two, *_ = (each.body for each in account._session.journal if each.method == "POST")
    assert one == {"image_url": PICTURE.url, "alt_text": "A gate", "is_carousel_item": "true"}
    assert two == {"image_url": other.url, "is_carousel_item": "true"}
    whole = [each.body for each in account._session.journal if each.method == "POST"][2]
    assert whole == {
        "media_type": "CAROUSEL",
        "children": "2001,2001",
        "caption": "Strike ends.",
    }


def test_a_child_that_is_not_ready_is_waited_for(httpserver: HTTPServer) -> None:
    made = {"child1": "901", "child2": "902"}
    httpserver.expect_request("/v26.0/901").respond_with_json({"status_code": "FINISHED"})
    httpserver.expect_request("/v26.0/902").respond_with_json({"status_code": "IN_PROGRESS"})
    account = channel(httpserver.url_for(""), dry_run=False)
    two = Teaser("Strike ends.", media=(PICTURE, PICTURE))
    assert account.publish(two, "k", made) == Waiting(made, NOW + LOOK_AGAIN)
    assert not [request for request, _ in httpserver.log if request.method == "POST"]


def test_a_video_is_sent_to_where_its_container_waits() -> None:
    account = channel()
    assert isinstance(walk(account, REEL), Published)
    contain, upload, *_ = account._session.journal
    assert contain.body == {
        "media_type": "REELS",
        "caption": "Strike ends.",
        "share_to_feed": "true",
        "upload_type": "resumable",
    }
    assert upload.url == "http://127.0.0.1:9/ig-api-upload/v26.0/2001"
    headers = {name.lower(): value for name, value in upload.headers.items()}
    assert headers["file_size"] == str(Path(__file__).stat().st_size)
    assert headers["offset"] == "0"


def test_uploads_go_to_metas_own_host_alone() -> None:
    account = channel("")
    walk(account, REEL)
    hosts = {urlsplit(each.url).hostname for each in account._session.journal}
    assert hosts == {"graph.facebook.com", "rupload.facebook.com"}


def test_a_public_video_is_fetched_where_it_cannot_be_sent() -> None:
    account = channel(login="instagram")
    assert isinstance(account.publish(REEL, "k"), Refused)
    public = replace(VIDEO, url="https://harbour.example/v.mp4")
    made = account.publish(Teaser("Strike ends.", media=(public,)), "k")
    assert isinstance(made, Waiting)
    (contain,) = account._session.journal
    assert contain.body["video_url"] == public.url
    assert "upload_type" not in contain.body


def test_a_video_stands_in_for_a_picture_that_is_not_public() -> None:
    hidden = Media("image", path="p.jpg", mime="image/jpeg")
    assert codes(Teaser("Strike ends.", media=(hidden, VIDEO))) == {}
    assert codes(replace(REEL, media=(VIDEO,))) == {}
    account = channel()
    account.publish(Teaser("Strike ends.", media=(hidden, VIDEO)), "k")
    assert account._session.journal[0].body["media_type"] == "REELS"
    assert isinstance(account.publish(Teaser("Strike ends.", media=(hidden,)), "k"), Refused)


def test_a_file_of_ours_asks_for_a_public_address_or_another_form() -> None:
    ours = Media("image", path="var/media/p.jpg", alt="A gate", mime="image/jpeg")
    (problem,) = Platform.check(Teaser("Strike ends.", media=(ours,)))
    assert problem.code == "picture-not-public"
    for word in ("[media]", "public_url", 'form = "reel"'):
        assert word in problem.message


def test_a_channel_of_reels_says_where_there_is_no_video() -> None:
    def found(*media: Media) -> dict[str, bool]:
        wrong = Platform.check(Teaser("Strike ends.", media=media), "reel")
        return {each.code: each.blocking for each in wrong}

    local = Media("image", path="p.jpg")
    assert found(VIDEO) == {}, "and no public address is needed"
    assert found(local, VIDEO) == found(PICTURE, VIDEO) == {}, "pictures stay here"
    assert found() == {"video-missing": True}
    assert found(PICTURE) == {"video-missing": False}
    assert found(local)["picture-not-public"]
    told = Platform.check(Teaser("Strike ends.", media=(local,)), "reel")
    assert not any("form = " in each.message for each in told), "it is a channel of reels already"
    assert found(Media("video", placeholder=True)) == {"video-waiting": True}
    assert found(replace(VIDEO, size=300_000_001)) == {"video-too-big": True}
    assert found(replace(VIDEO, mime="video/webm")) == {"video-type": True}
    assert codes(Teaser("Strike ends.", media=(Media("image", placeholder=True),))) == {
        "picture-waiting": True
    }


def test_a_channel_of_reels_sends_the_video_though_there_is_a_picture() -> None:
    teaser = Teaser("Strike ends.", media=(PICTURE, VIDEO))
    for form, fields in (
        ("reel", {"media_type": "REELS"}),
        ("picture", {"image_url": PICTURE.url}),
    ):
        account = channel(form=form)
        account.publish(teaser, "k")
        assert fields.items() <= account._session.journal[0].body.items()
    account = channel(form="reel")
    account.publish(TEASER, "k")
    assert account._session.journal[0].body["image_url"] == PICTURE.url, "what it has goes out"


def test_none_of_several_pictures_is_left_out() -> None:
    hidden = Media("image", path="p.jpg", mime="image/jpeg")
    teaser = Teaser("Strike ends.", media=(PICTURE, hidden))
    assert codes(teaser) == {"picture-not-public": True, "alt-missing": False}
    assert isinstance(channel().publish(teaser, "k"), Refused)


# ------------------------------------------------------------------------- publishing


def test_a_container_that_is_not_shown_is_published_all_the_same(httpserver: HTTPServer) -> None:
    """Some apps are shown no fresh container for days; a container publishes once anyway."""
    hidden = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported"}}
    assert after(hidden, httpserver) == Published("5")


def test_a_fetch_that_failed_is_begun_anew_but_not_for_ever(httpserver: HTTPServer) -> None:
    failed = {"status_code": "ERROR", "status": "Error: code 2207003, took too long"}
    httpserver.expect_request("/v26.0/901").respond_with_json(failed)
    account = channel(httpserver.url_for(""), dry_run=False)
    made: dict[str, Any] = {}
    for again in range(1, 6):
        outcome = account.publish(TEASER, "k", made | MADE)
        assert outcome == Waiting({"again": again}, NOW + timedelta(minutes=5))
        made = dict(outcome.resume)
    assert isinstance(account.publish(TEASER, "k", made | MADE), Refused)


def test_the_days_posts_are_counted_before_one_more(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v26.0/901").respond_with_json({"status_code": "FINISHED"})
    quota = {"config": {"quota_total": 25}, "quota_usage": 25}
    path = "/v26.0/73/content_publishing_limit"
    httpserver.expect_request(path).respond_with_json({"data": [quota]})
    got = channel(httpserver.url_for(""), dry_run=False).publish(TEASER, "k", MADE)
    assert isinstance(got, Retry)
    assert (got.at, got.rests) == (NOW + timedelta(hours=1), "channel")
    assert not [request for request, _ in httpserver.log if request.method == "POST"]


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (9007, 2207027, Waiting(MADE, NOW + LOOK_AGAIN)),
        (4, 2207051, Unknown),
        (24, 2207006, Unknown),
        (-1, 2207001, Unknown),
        (9, 2207042, Retry),
        (25, 2207050, Blocked),
        (36003, 2207009, Refused),
    ],
)
def test_an_error_of_publishing_proves_what_it_can(
    code: int, subcode: int, outcome: Any, httpserver: HTTPServer
) -> None:
    error = {"error": {"code": code, "error_subcode": subcode, "message": "In words."}}
    httpserver.expect_request("/v26.0/73/media_publish").respond_with_json(error, 400)
    got = after({"status_code": "FINISHED"}, httpserver)
    assert isinstance(got, outcome) if isinstance(outcome, type) else got == outcome


# ----------------------------------------------------------------------- looking back

POST = {
    "id": "5",
    "caption": "Dockers end\ntheir strike. ",
    "timestamp": "2026-11-23T00:01:00+0000",
    "permalink": "https://www.instagram.com/p/5/",
}
FOUND = Published("5", "https://www.instagram.com/p/5/")
HIDDEN = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported"}}


def look(
    httpserver: HTTPServer,
    status: Any,
    *posts: dict[str, Any],
    since: datetime = NOW,
    others: tuple[str, ...] = (),
) -> Outcome:
    told = status if isinstance(status, dict) else {"status_code": status}
    httpserver.expect_request("/v26.0/901").respond_with_json(told)
    httpserver.expect_request("/v26.0/73/media").respond_with_json({"data": list(posts)})
    account = channel(httpserver.url_for(""), dry_run=False)
    return account.reconcile(TEASER, "k", Trace(since, frozenset(others)), MADE)


@pytest.mark.parametrize("status", ["FINISHED", "IN_PROGRESS", "ERROR"])
def test_a_container_that_is_not_published_proves_it(status: str, httpserver: HTTPServer) -> None:
    got = look(httpserver, status, POST)
    assert isinstance(got, Absent)
    assert got.proven
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", ["PUBLISHED", "EXPIRED", HIDDEN])
def test_the_caption_tells_which_post_it_is(status: Any, httpserver: HTTPServer) -> None:
    other = POST | {"id": "4", "caption": "Something else."}
    assert look(httpserver, status, other, POST, POST) == FOUND  # listed twice is still one


def test_two_posts_with_one_caption_are_for_a_person(httpserver: HTTPServer) -> None:
    assert isinstance(look(httpserver, "EXPIRED", POST, POST | {"id": "6"}), Unknown)
    httpserver.clear()
    assert look(httpserver, "EXPIRED", POST, POST | {"id": "6"}, others=("6",)) == FOUND


@pytest.mark.parametrize("status", ["EXPIRED", HIDDEN])
def test_a_caption_that_is_missing_is_no_proof(status: Any, httpserver: HTTPServer) -> None:
    got = look(httpserver, status, POST | {"timestamp": "2026-11-22T21:59:59+0000"})
    assert isinstance(got, Absent)
    assert not got.proven


def test_a_published_post_that_no_list_shows_is_waited_for_and_then_believed(
    httpserver: HTTPServer,
) -> None:
    assert isinstance(look(httpserver, "PUBLISHED"), Waiting)
    long_ago = NOW - timedelta(hours=1)
    assert look(httpserver, "PUBLISHED", since=long_ago) == Published(
        "", "https://www.instagram.com/harbour/"
    )


@pytest.mark.parametrize("made", [{"child1": "901"}, {"again": 2}])
def test_without_a_container_nothing_can_be_live(
    made: dict[str, Any], httpserver: HTTPServer
) -> None:
    account = channel(httpserver.url_for(""), dry_run=False)
    got = account.reconcile(TEASER, "k", Trace(NOW), made)
    assert isinstance(got, Absent)
    assert got.proven
    assert account.reconcile(REEL, "k", Trace(NOW), MADE) == got
    assert not httpserver.log


# ------------------------------------------------------------------------ the account


def test_each_login_says_who_it_is_in_its_own_way(httpserver: HTTPServer) -> None:
    url = httpserver.url_for("")
    httpserver.expect_request("/v26.0/73").respond_with_json({"id": "73", "username": "harbour"})
    assert channel(url, dry_run=False).verify() == Account("73", "harbour")
    me = {"id": "9", "user_id": "73", "username": "harbour", "account_type": "PERSONAL"}
    httpserver.expect_request("/v26.0/me").respond_with_json(me)
    told = channel(url, dry_run=False, login="instagram").verify()
    assert told == Account("73", "harbour", ("a professional account",))


def test_only_instagrams_own_token_is_renewed(httpserver: HTTPServer) -> None:
    assert channel().renews is None
    account = channel(httpserver.url_for(""), dry_run=False, login="instagram")
    assert account.renews
    assert account.renews < timedelta(days=59)  # or a new token were renewed at once
    answer = {"access_token": "IGQV-new", "token_type": "bearer", "expires_in": 5_184_000}
    httpserver.expect_request("/refresh_access_token").respond_with_json(answer)
    assert account.renew() == Renewed({"TOKEN": "IGQV-new"}, NOW + timedelta(days=60))
    assert httpserver.log[0][0].args["grant_type"] == "ig_refresh_token"
    assert "IGQV-new" not in account._session.masker.mask("of IGQV-new")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ({"code": 190, "error_subcode": 463}, Blocked),
        ({"code": 190}, Retry),  # a token of less than a day
        ({"code": 100}, Retry),
        ({"code": 2}, Retry),
    ],
)
def test_a_renewal_that_fails_blocks_only_a_dead_token(
    error: dict[str, Any], outcome: type, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/refresh_access_token").respond_with_json({"error": error}, 400)
    account = channel(httpserver.url_for(""), dry_run=False, login="instagram")
    assert isinstance(account.renew(), outcome)


def test_only_facebooks_login_deletes(httpserver: HTTPServer) -> None:
    url = httpserver.url_for("")
    httpserver.expect_request("/v26.0/5", method="DELETE").respond_with_json({"success": True})
    assert isinstance(channel(url, dry_run=False).delete("5"), Absent)
    assert isinstance(channel(url, dry_run=False, login="instagram").delete("5"), Refused)
    httpserver.clear()
    httpserver.expect_request("/v26.0/5").respond_with_json(HIDDEN)
    assert isinstance(channel(url, dry_run=False).delete("5"), Refused)
