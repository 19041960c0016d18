from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.http import Session
from bot.model import Blocked, Media, Outcome, Published, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms.youtube import LOOK_AGAIN, Platform

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRETS = {
    "CLIENT_ID": "client-id",
    "CLIENT_SECRET": "client-secret",
    "REFRESH_TOKEN": "refresh-token",
}
PLACEHOLDER = Teaser("The dek.", title="Strike ends", media=(Media("video", placeholder=True),))
SENT = {"video": "vid-1"}


def channel(url: str = "http://127.0.0.1:9", *, dry_run: bool = True, **settings: Any) -> Platform:
    token_url = f"{url}/token" if url else ""
    return Platform(
        account="@harbour",
        settings=Platform.Settings(api_url=url, token_url=token_url, channel_id="UCx", **settings),
        secrets=SECRETS,
        session=Session(deadline=timedelta(seconds=5), allow_private=True, dry_run=dry_run),
        clock=lambda: NOW,
    )


def live(httpserver: HTTPServer, **settings: Any) -> Platform:
    granted = {"access_token": "short-lived", "expires_in": 3599}
    httpserver.expect_request("/token", method="POST").respond_with_json(granted)
    return channel(httpserver.url_for("").rstrip("/"), dry_run=False, **settings)


def codes(teaser: Teaser) -> dict[str, bool]:
    return {each.code: each.blocking for each in Platform.check(teaser)}


def watched(status: dict[str, str], httpserver: HTTPServer, **settings: Any) -> Outcome:
    items = [{"id": "vid-1", "status": status}] if status else []
    httpserver.expect_request("/youtube/v3/videos").respond_with_json({"items": items})
    return live(httpserver, **settings).publish(PLACEHOLDER, "k", SENT)


def test_a_rehearsal_names_the_placeholder_and_sends_nothing_of_it() -> None:
    account = channel()
    opened = account.publish(PLACEHOLDER, "k7")
    assert isinstance(opened, Waiting)
    account.publish(PLACEHOLDER, "k7", opened.resume)
    _, session, upload = account._session.journal
    assert session.body["snippet"]["tags"] == ["x-k7"]
    assert session.headers["X-Upload-Content-Length"] == "0"
    assert upload.method == "PUT"
    assert upload.url.startswith("http://127.0.0.1:9/upload/youtube/v3/videos?")
    assert "not made" in upload.headers["X-Placeholder"]
    assert not upload.body


def test_a_placeholder_never_goes_out() -> None:
    got = channel(dry_run=False).publish(PLACEHOLDER, "k")
    assert isinstance(got, Refused)
    assert "placeholder" in got.reason


def test_the_video_goes_to_the_session_that_youtube_opened(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    video = tmp_path / "v.mp4"
    video.write_bytes(b"moov" * 1000)
    teaser = Teaser("The dek.", title="Strike", media=(Media("video", path=str(video)),))
    # YouTube opens sessions on its other host as well; both lead to the same place.
    place = "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=u1"
    httpserver.expect_request("/upload/youtube/v3/videos", method="POST").respond_with_data(
        "", headers={"Location": place}
    )
    httpserver.expect_request("/upload/youtube/v3/videos", method="PUT").respond_with_json(
        {"id": "vid-1", "status": {"uploadStatus": "uploaded"}}
    )
    account = live(httpserver)
    opened = account.publish(teaser, "k")
    assert opened == Waiting({"session": place})
    assert account.publish(teaser, "k", opened.resume) == Waiting({"session": place, **SENT})
    request = httpserver.log[-1][0]
    assert request.get_data() == b"moov" * 1000
    assert request.headers["Content-Length"] == "4000"
    assert [each.path for each, _ in httpserver.log].count("/token") == 1


def test_a_session_elsewhere_gets_no_token(httpserver: HTTPServer, tmp_path: Path) -> None:
    video = tmp_path / "v.mp4"
    video.write_bytes(b"moov")
    teaser = Teaser("The dek.", title="Strike", media=(Media("video", path=str(video)),))
    with pytest.raises(RuntimeError, match="not routed"):
        live(httpserver).publish(teaser, "k", {"session": "http://127.0.0.1:9/upload?upload_id=u1"})


def test_published_means_processed_and_as_visible_as_asked(httpserver: HTTPServer) -> None:
    status = {"uploadStatus": "processed", "privacyStatus": "public"}
    assert watched(status, httpserver) == Published(
        "vid-1", "https://www.youtube.com/watch?v=vid-1"
    )


def test_a_video_that_youtube_hides_is_not_published(httpserver: HTTPServer) -> None:
    got = watched({"uploadStatus": "processed", "privacyStatus": "private"}, httpserver)
    assert isinstance(got, Unknown)
    assert "private" in got.reason


def test_an_unlisted_video_is_what_was_asked_for(httpserver: HTTPServer) -> None:
    status = {"uploadStatus": "processed", "privacyStatus": "unlisted"}
    assert isinstance(watched(status, httpserver, privacy="unlisted"), Published)


@pytest.mark.parametrize("status", [{}, {"uploadStatus": "uploaded", "privacyStatus": "public"}])
def test_a_video_at_work_is_looked_at_again(status: dict[str, str], httpserver: HTTPServer) -> None:
    assert watched(status, httpserver) == Waiting(SENT, NOW + LOOK_AGAIN)


def test_a_rejected_video_says_why(httpserver: HTTPServer) -> None:
    got = watched({"uploadStatus": "rejected", "rejectionReason": "duplicate"}, httpserver)
    assert isinstance(got, Refused)
    assert "duplicate" in got.reason


@pytest.mark.parametrize("code", [400, 401, 403, 404, 500, 503])
def test_after_the_upload_a_failed_look_only_waits(code: int, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/youtube/v3/videos").respond_with_data("no", code)
    assert live(httpserver).publish(PLACEHOLDER, "k", SENT) == Waiting(SENT, NOW + LOOK_AGAIN)


def test_a_refresh_token_that_is_over_blocks_the_channel(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    video = tmp_path / "v.mp4"
    video.write_bytes(b"moov")
    teaser = Teaser("The dek.", title="Strike", media=(Media("video", path=str(video)),))
    words = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    httpserver.expect_request("/token").respond_with_json(words, 400)
    got = channel(httpserver.url_for("").rstrip("/"), dry_run=False).publish(teaser, "k")
    assert isinstance(got, Blocked)
    assert "expired or revoked" in got.reason


@pytest.mark.parametrize(
    ("code", "reason", "outcome"),
    [(400, "invalidTitle", Refused), (403, "forbidden", Blocked), (503, "backendError", Retry)],
)
def test_a_session_that_is_not_opened_says_why(
    code: int, reason: str, outcome: type, httpserver: HTTPServer, tmp_path: Path
) -> None:
    video = tmp_path / "v.mp4"
    video.write_bytes(b"moov")
    teaser = Teaser("The dek.", title="Strike", media=(Media("video", path=str(video)),))
    error = {"error": {"errors": [{"domain": "youtube", "reason": reason}]}}
    httpserver.expect_request("/upload/youtube/v3/videos").respond_with_json(error, code)
    got = live(httpserver).publish(teaser, "k")
    assert isinstance(got, outcome)
    assert reason in got.reason


def test_privacy_and_language_are_always_said() -> None:
    account = channel("", privacy="unlisted")
    account.publish(Teaser("d", title="t", language="pt", media=PLACEHOLDER.media), "k")
    assert account._session.journal[0].url == "https://oauth2.googleapis.com/token"
    body = account._session.journal[1].body
    assert body["status"]["privacyStatus"] == "unlisted"
    assert body["snippet"]["defaultLanguage"] == "pt"


def test_title_and_description_are_checked() -> None:
    def of(text: str, title: str) -> dict[str, bool]:
        return codes(Teaser(text, title=title, media=PLACEHOLDER.media))

    assert of("The dek.", "Strike ends") == {}
    assert of("é" * 2500, "t") == {}
    assert of("é" * 2501, "t") == {"text-too-long": True}
    assert of("dek", "t" * 101) == {"title-too-long": True}
    assert of("dek", " ") == {"title-missing": True}
    assert of("a < b", "t") == of("a", "t > u") == {"angle-brackets": True}
    assert of("#A1b #B1b #C1b #D1b", "t") == {"hashtags-too-many": False}
    assert codes(Teaser("dek", title="t")) == {"video-missing": True}
    assert isinstance(channel().publish(Teaser("dek", title="t"), "k"), Refused)
