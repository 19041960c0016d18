from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
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
    Retry,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms._facebook_posts import matching
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
    assert post.body["attached_media"] == f'[{{"media_fbid": "{made.resume["photo1"]}"}}]'
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


# ------------------------------------------------------------------------ looking back

SINCE = datetime(2026, 11, 23, 9, tzinfo=UTC)
PHOTOS = Teaser("Strike ends.", link=LINK, media=(Media("image", url="https://h.example/p.jpg"),))


def posted(
    number: str, text: str = TEASER.text, url: str = LINK, minute: int = 1, **more: Any
) -> dict[str, Any]:
    shim = "https://l.facebook.com/l.php?" + urlencode({"u": url, "h": "AT0"})
    return {
        "id": number,
        "message": text,
        "created_time": f"2026-11-23T09:{minute:02}:00+0000",
        "permalink_url": f"https://www.facebook.com/{number}",
        "attachments": {"data": [{"url": shim, "type": "share"}]},
    } | more


def look(
    httpserver: HTTPServer,
    *posts: dict[str, Any],
    teaser: Teaser = TEASER,
    made: dict[str, Any] | None = None,
    others: tuple[str, ...] = (),
    **settings: Any,
) -> Outcome:
    listed = {"data": list(posts)}
    httpserver.expect_request("/v26.0/72/published_posts").respond_with_json(listed)
    page = channel(httpserver.url_for(""), dry_run=False, **settings)
    return page.reconcile(teaser, "k", Trace(SINCE, frozenset(others)), made)


def test_a_post_is_found_by_its_words_and_link(httpserver: HTTPServer) -> None:
    other = posted("72_1", "Something else.", "https://harbour.example/else")
    tracked = posted("72_2", TEASER.text.replace("\n\n", "\n"), f"{LINK}?fbclid=1")
    found = look(httpserver, other, tracked)
    assert found == Published("72_2", "https://www.facebook.com/72_2")


def test_words_decide_between_posts_and_links_between_the_same_words(
    httpserver: HTTPServer,
) -> None:
    elsewhere = posted("72_1", url="https://harbour.example/else")
    assert look(httpserver, elsewhere, posted("72_2")) == Published(
        "72_2", "https://www.facebook.com/72_2"
    )


def test_the_same_words_with_a_link_that_facebook_changed_are_the_post(
    httpserver: HTTPServer,
) -> None:
    assert isinstance(look(httpserver, posted("72_1", url="https://other.example/")), Published)


def test_several_matches_are_for_a_person(httpserver: HTTPServer) -> None:
    assert isinstance(look(httpserver, posted("72_1"), posted("72_2")), Unknown)
    other = look(httpserver, posted("72_1"), posted("72_2"), others=("72_1",))
    assert other == Published("72_2", "https://www.facebook.com/72_2")


def test_the_link_with_other_words_is_for_a_person(httpserver: HTTPServer) -> None:
    assert isinstance(look(httpserver, posted("72_1", "An editor wrote this.")), Unknown)


def test_what_is_older_than_the_attempt_is_not_it(httpserver: HTTPServer) -> None:
    old = posted("72_1") | {"created_time": "2026-11-23T06:59:59+0000"}
    assert look(httpserver, old) == Absent(
        proven=False, reason="Nothing that the Page published since matches."
    )
    new = posted("72_1") | {"created_time": "2026-11-23T07:00:01+0000"}  # clocks may be wrong
    httpserver.clear()
    assert isinstance(look(httpserver, new), Published)


def test_pictures_are_known_by_their_numbers(httpserver: HTTPServer) -> None:
    shown = {"data": [{"subattachments": {"data": [{"target": {"id": "1001"}}]}}]}
    album = posted("72_1", "Edited since.", attachments=shown)
    got = look(httpserver, album, teaser=PHOTOS, made={"photo1": "1001"}, form="photo+comment")
    assert got == Published("72_1", "https://www.facebook.com/72_1", ("comment",))


def test_the_card_of_the_link_is_no_post_of_pictures(httpserver: HTTPServer) -> None:
    card = posted("72_1", "An editor wrote this.")
    got = look(httpserver, card, teaser=PHOTOS, made={"photo1": "1001"}, form="photo+comment")
    assert isinstance(got, Absent)


def test_what_was_not_uploaded_cannot_be_live(httpserver: HTTPServer) -> None:
    two = replace(PHOTOS, media=PHOTOS.media * 2)
    made = {"photo1": "901"}
    got = look(httpserver, posted("72_1"), teaser=two, made=made, form="photo+comment")
    assert isinstance(got, Absent)
    assert got.proven
    assert not httpserver.log


def test_the_look_goes_on_to_the_page_that_covers_the_attempt(httpserver: HTTPServer) -> None:
    url = httpserver.url_for("/v26.0/72/published_posts?access_token=EAAB-page&after=c1")
    more = {"cursors": {"after": "c1"}, "next": url}
    first = {"data": [posted("72_9", "Later.", "https://h.example/", 59)], "paging": more}
    last = {"data": [posted("72_2"), posted("72_1", minute=0) | OLD], "paging": more}
    for page in (first, last):
        httpserver.expect_ordered_request("/v26.0/72/published_posts").respond_with_json(page)
    got = channel(httpserver.url_for(""), dry_run=False).reconcile(TEASER, "k", Trace(SINCE))
    assert isinstance(got, Published)
    asked = [dict(request.args) for request, _ in httpserver.log]
    assert [each.get("after") for each in asked] == [None, "c1"]
    assert all(each["limit"] == "100" for each in asked)
    assert not any("access_token" in each for each in asked)


OLD = {"created_time": "2026-11-22T09:00:00+0000"}


def test_a_list_without_end_proves_nothing(httpserver: HTTPServer) -> None:
    more = {"cursors": {"after": "c"}, "next": "https://graph.facebook.com/next"}
    page = {"data": [posted("72_9", "Later.", "https://h.example/")], "paging": more}
    httpserver.expect_request("/v26.0/72/published_posts").respond_with_json(page)
    got = channel(httpserver.url_for(""), dry_run=False).reconcile(TEASER, "k", Trace(SINCE))
    assert isinstance(got, Retry)


def test_a_post_without_a_time_makes_the_list_unreadable(httpserver: HTTPServer) -> None:
    for broken in ({"created_time": "2026-11-23T09:00:00"}, {"created_time": 5}):
        httpserver.clear()
        assert isinstance(look(httpserver, posted("72_1") | broken), Retry)
    httpserver.clear()
    assert isinstance(look(httpserver, posted("72_1", attachments=[1])), Retry)


@given(
    st.dictionaries(
        st.sampled_from(["message", "attachments"]),
        st.none()
        | st.sampled_from(
            [TEASER.text, {}, {"data": []}, {"data": [{"url": "http://[", "target": None}]}]
        ),
    )
)
def test_no_post_breaks_the_look(post: dict[str, Any]) -> None:
    if isinstance(post.get("attachments"), str) or isinstance(post.get("message"), dict):
        return
    found = matching([{"id": "72_1"} | post], TEASER)
    assert bool(found) == (post.get("message") == TEASER.text)


# ------------------------------------------------------------------------------- Reels

VIDEO = Teaser("Strike ends.", link=LINK, media=(Media("video", placeholder=True),))
FINISHED = {"reel": "1003", "uploaded": True, "finished": True}


def phases(**phases: Any) -> dict[str, Any]:
    return {"status": {f"{name}_phase": status for name, status in phases.items()}}


COMPLETE = phases(publishing={"status": "complete", "publish_status": "published"})
COMING = phases(publishing={"status": "not_started", "publish_status": "published"})
IDLE = phases(uploading={"status": "complete"}, publishing={"status": "not_started"})
FAILED = phases(processing={"status": "error"}, publishing={"status": "not_started"})
HIDDEN = {"error": {"message": "Unsupported get request", "code": 100, "error_subcode": 33}}


def reel(
    httpserver: HTTPServer, status: dict[str, Any], made: dict[str, Any], *, look: bool = False
) -> tuple[Outcome, list[str]]:
    video = Media("video", path=__file__)
    teaser = Teaser("Strike ends.", link=LINK, media=(video,))
    code = 400 if "error" in status else 200
    httpserver.expect_request("/v26.0/1003").respond_with_json(status, code)
    answer = {"success": True, "data": []}
    httpserver.expect_request("/v26.0/72/video_reels").respond_with_json(answer)
    page = channel(httpserver.url_for(""), dry_run=False)
    got = (
        page.reconcile(teaser, "k", Trace(SINCE), made) if look else page.publish(teaser, "k", made)
    )
    return got, [request.method for request, _ in httpserver.log]


def test_a_reel_is_numbered_sent_and_published() -> None:
    page = channel()
    outcome: Outcome = Waiting()
    while isinstance(outcome, Waiting):
        outcome = page.publish(VIDEO, "k", outcome.resume)
    assert outcome == Published("1003", "https://www.facebook.com/reel/1003", ("comment",))
    start, upload, _, finish, _ = page._session.journal
    assert start.body == {"upload_phase": "start"}
    assert {name.lower(): each for name, each in upload.headers.items()}["file_size"] == "0"
    assert finish.body == {
        "upload_phase": "finish",
        "video_id": "1003",
        "video_state": "PUBLISHED",
        "description": "Strike ends.",
    }


def test_a_placeholder_is_never_sent_for_real(httpserver: HTTPServer) -> None:
    page = channel(httpserver.url_for(""), dry_run=False)
    assert isinstance(page.publish(VIDEO, "k"), Refused)
    assert not httpserver.log


UPLOADED = {"reel": "1003", "uploaded": True}
LATER = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "made", "expected", "methods"),
    [
        (IDLE, UPLOADED, Waiting(FINISHED, LATER), ["GET", "POST"]),
        (HIDDEN, UPLOADED, Waiting(FINISHED, LATER), ["GET", "POST"]),
        (COMING, UPLOADED, Waiting(FINISHED, LATER), ["GET"]),
        (COMPLETE, UPLOADED, Published, ["GET"]),
        (FAILED, UPLOADED, Refused, ["GET"]),
        (IDLE, FINISHED, Waiting(FINISHED, LATER), ["GET"]),
        (HIDDEN, FINISHED, Waiting(FINISHED, LATER), ["GET"]),
        (COMPLETE, FINISHED, Published, ["GET"]),
        (FAILED, FINISHED, Refused, ["GET"]),
        ({"error": {"code": 190}}, FINISHED, Unknown, ["GET"]),
        ({"error": {"code": 4}}, FINISHED, Waiting(FINISHED, LATER), ["GET"]),
        ({"error": {"code": 4}}, UPLOADED, Retry, ["GET"]),
    ],
)
def test_a_reel_is_published_once_and_watched(
    status: dict[str, Any],
    made: dict[str, Any],
    expected: Any,
    methods: list[str],
    httpserver: HTTPServer,
) -> None:
    got, asked = reel(httpserver, status, made)
    assert isinstance(got, expected) if isinstance(expected, type) else got == expected
    assert asked == methods


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (COMPLETE, Published("1003", "https://www.facebook.com/reel/1003", ("comment",))),
        (COMING, Waiting(FINISHED, LATER)),
        (FAILED, Absent(True, "Facebook could not make a Reel of the video.")),
        (IDLE, Absent(False, "Facebook was not told to publish the Reel.")),
        (HIDDEN, Absent(False, "No Reel of that time has these words.")),
    ],
)
def test_a_reel_says_itself_what_became_of_it(
    status: dict[str, Any], expected: Outcome, httpserver: HTTPServer
) -> None:
    got, asked = reel(httpserver, status, UPLOADED, look=True)
    assert got == expected
    assert set(asked) == {"GET"}


def test_a_reel_on_its_way_is_watched_when_nothing_may_be_sent(httpserver: HTTPServer) -> None:
    headers = {"X-App-Usage": '{"call_count": 95}'}
    httpserver.expect_request("/v26.0/1003").respond_with_json(COMING, headers=headers)
    page = channel(httpserver.url_for(""), dry_run=False)
    video = Teaser("Strike ends.", media=(Media("video", path=__file__),))
    for _ in range(2):
        assert page.publish(video, "k", FINISHED) == Waiting(FINISHED, LATER)


def test_a_reel_that_is_not_shown_is_found_by_its_words(httpserver: HTTPServer) -> None:
    made_at = {"created_time": "2026-11-23T09:01:00+0000"}
    reels = [{"id": number, "description": "Strike  ends."} | made_at for number in ("1", "2")]
    httpserver.expect_request("/v26.0/1003").respond_with_json(HIDDEN, 400)
    httpserver.expect_request("/v26.0/72/video_reels").respond_with_json({"data": reels})
    page = channel(httpserver.url_for(""), dry_run=False)
    video = Teaser("Strike ends.", media=(Media("video", path=__file__),))
    one = page.reconcile(video, "k", Trace(SINCE, frozenset("1")), UPLOADED)
    assert one == Published("2", "https://www.facebook.com/reel/2")
    assert isinstance(page.reconcile(video, "k", Trace(SINCE), UPLOADED), Unknown)


# ---------------------------------------------------------------- limits and the account


def test_a_channel_that_is_nearly_full_rests_before_it_posts(httpserver: HTTPServer) -> None:
    headers = {"X-App-Usage": '{"call_count": 95}'}
    httpserver.expect_request("/v26.0/72/photos").respond_with_json({"id": "1"}, headers=headers)
    page = channel(httpserver.url_for(""), dry_run=False, form="photo+comment")
    made = page.publish(PHOTOS, "k")
    assert isinstance(made, Waiting)
    got = page.publish(PHOTOS, "k", made.resume)
    assert isinstance(got, Retry)
    assert (got.at, got.rests) == (datetime(2026, 11, 23, 1, tzinfo=UTC), "channel")
    assert len(httpserver.log) == 1


def verified(httpserver: HTTPServer, told: dict[str, Any], **how: Any) -> Any:
    httpserver.clear()
    httpserver.expect_request("/v26.0/me").respond_with_json(told)
    return channel(httpserver.url_for(""), dry_run=False, **how).verify()


def test_the_page_is_named_as_the_site_lists_it(httpserver: HTTPServer) -> None:
    page = {"id": "72", "name": "Harbour Post", "link": "https://www.facebook.com/Harbour/"}
    assert verified(httpserver, page).name == "Harbour"
    assert verified(httpserver, page | {"username": "harbourpost"}).name == "Harbour"
    assert verified(httpserver, {"id": "72", "username": "other"}).name == "other"
    assert verified(httpserver, {"id": "72"}) == Account("72", "72")
    assert verified(httpserver, {"id": "72", "is_published": False}).hidden


def test_a_persons_token_is_not_a_pages(httpserver: HTTPServer) -> None:
    told = {"error": {"code": 100, "message": "Tried accessing nonexisting field (username)"}}
    got = verified(httpserver, told)
    assert isinstance(got, Blocked)
    assert "PAGE_TOKEN" in got.reason


def test_with_the_apps_number_rights_and_end_are_told(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_json({"id": "72"})
    told = {"is_valid": True, "expires_at": 0, "scopes": ["pages_read_engagement"]}
    told["data_access_expires_at"] = 1_800_000_000
    httpserver.expect_request("/v26.0/debug_token").respond_with_json({"data": told})
    page = channel(httpserver.url_for(""), dry_run=False, secret="app-secret", app_id="7")
    end = datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert page.verify() == Account("72", "72", ("pages_manage_posts",), end)
    request = httpserver.log[-1][0]
    assert request.headers["Authorization"] == "Bearer 7|app-secret"
    assert request.args["input_token"] == "EAAB-page"


def test_a_token_that_meta_calls_invalid_blocks(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_json({"id": "72"})
    told = {"is_valid": False, "scopes": []}
    httpserver.expect_request("/v26.0/debug_token").respond_with_json({"data": told})
    page = channel(httpserver.url_for(""), dry_run=False, secret="app-secret", app_id="7")
    assert isinstance(page.verify(), Blocked)


@pytest.mark.parametrize(
    ("deleted", "shown", "outcome"),
    [
        ({"success": True}, None, Absent),
        ({"success": False}, None, Retry),
        (HIDDEN, HIDDEN, Absent),
        (HIDDEN, {"id": "72_1"}, Blocked),
        ({"error": {"code": 200}}, None, Blocked),
        ({"error": {"code": 2}}, None, Retry),
    ],
)
def test_a_deletion_says_what_came_of_it(
    deleted: dict[str, Any], shown: Any, outcome: type, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v26.0/72_1", method="DELETE").respond_with_json(deleted)
    httpserver.expect_request("/v26.0/72_1", method="GET").respond_with_json(shown)
    assert isinstance(channel(httpserver.url_for(""), dry_run=False).delete("72_1"), outcome)


def test_a_channel_of_reels_sends_the_video_and_else_the_link(tmp_path: Path) -> None:
    picture = Media("image", path="p.webp", mime="image/webp")
    plain = Teaser("Dockers end their strike.", link="https://harbour.example/1", media=(picture,))
    film = replace(plain, media=(picture, Media("video", path="v.mp4")))
    for form, teaser, found in (
        ("reel", film, set()),
        ("photo+comment", film, set()),
        ("reel", plain, {"video-missing"}),
        ("link", plain, set()),
        ("photo+comment", plain, {"picture-type", "alt-missing"}),
    ):
        assert {each.code for each in Platform.check(teaser, form)} == found
    (missing,) = Platform.check(plain, "reel")
    assert not missing.blocking
    page = channel(form="reel")
    page.publish(plain, "k")
    assert page._session.journal[0].body["link"] == plain.link
    page.publish(film, "k")
    assert page._session.journal[1].url.endswith("/72/video_reels")
