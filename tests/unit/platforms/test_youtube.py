from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.demo.doubles import Doubles, Fault
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
from bot.platforms import youtube
from bot.platforms._youtube import LOOK_AGAIN, next_midnight
from bot.platforms.youtube import Platform

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRETS = {
    "CLIENT_ID": "client-id",
    "CLIENT_SECRET": "client-secret",
    "REFRESH_TOKEN": "refresh-token",
}
PLACEHOLDER = Teaser("The dek.", title="Strike ends", media=(Media("video", placeholder=True),))
SENT = {"video": "vid-1", "since": NOW.isoformat()}
LINK = "https://harbour.example/strike"
SINCE = Trace(NOW - timedelta(minutes=10))
WATCH = "https://www.youtube.com/watch?v=vid-1"


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


class Tube:
    """YouTube as far as an upload needs it: one session, its bytes, the channel's videos."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.got = bytearray()
        self.size = 0
        self.open = self.gone = False
        self.opened = 0
        self.videos: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self.faults: list[Callable[[Request], Response | None]] = []
        self.seen: list[tuple[str, str, str]] = []
        self.processing = 0
        self.scope = "https://www.googleapis.com/auth/youtube.force-ssl"
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        span = request.headers.get("Content-Range", "")
        self.seen.append((request.method, request.path, span))
        body = request.get_data()
        if request.path == "/token":
            return said({"access_token": "short", "expires_in": 3599, "scope": self.scope})
        after = None
        for fault in list(self.faults):
            if (after := fault(request)) is not None:
                self.faults.remove(fault)
                if after.headers.get("When") != "after":
                    return after
                break
        result = self.route(request, span, body)
        return after or result

    def route(self, request: Request, span: str, body: bytes) -> Response:
        if request.path == "/upload/youtube/v3/videos":
            return self.upload(request, span, body)
        if request.path == "/youtube/v3/channels":
            item = {"id": "UCx", "snippet": {"customUrl": "@harbour"}, "status": {}}
            item["contentDetails"] = {"relatedPlaylists": {"uploads": "UUx"}}
            return said({"items": [item]})
        if request.path == "/youtube/v3/playlistItems":
            items = [
                {
                    "contentDetails": {"videoId": each["id"]},
                    "snippet": {"publishedAt": each.get("at", NOW.isoformat())},
                }
                for each in self.videos + self.others
            ]
            start = int(request.args.get("pageToken", 0))
            more = {"nextPageToken": str(start + 2)} if start + 2 < len(items) else {}
            return said({"items": items[start : start + 2], **more})
        if request.path == "/youtube/v3/videos":
            ids = request.args["id"].split(",")
            status = {"uploadStatus": "processed", "privacyStatus": "public"}
            if self.processing:
                self.processing -= 1
                status["uploadStatus"] = "uploaded"
            known = [each for each in self.videos + self.others if each["id"] in ids]
            return said({"items": [{"status": status, **each} for each in known]})
        return Response("no such place", 404)

    def upload(self, request: Request, span: str, body: bytes) -> Response:
        if request.method == "POST":
            self.open, self.gone, self.got, self.opened = True, False, bytearray(), self.opened + 1
            self.size = int(request.headers["X-Upload-Content-Length"])
            self.described = json.loads(body)
            place = "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=u1"
            return Response("", headers={"Location": place})
        if self.gone:
            return Response("", 404)
        if self.open and body:
            start, end, size = map(int, re.findall(r"\d+", span))
            assert (start, size) == (len(self.got), self.size), "a hole, or bytes sent twice"
            assert end + 1 == size or len(body) % (256 * 1024) == 0
            self.got += body
            if len(self.got) == self.size:
                self.open = False
                self.videos.append({"id": "vid-1", "snippet": self.described["snippet"]})
        if not self.open and self.videos:
            return said({"id": "vid-1", "status": {"uploadStatus": "uploaded"}})
        headers = {"Range": f"bytes=0-{len(self.got) - 1}"} if self.got else {}
        return Response("", 308, headers=headers)

    def channel(self, **settings: Any) -> Platform:
        return channel(self.url, dry_run=False, **settings)

    def puts(self) -> list[str]:
        return [span for method, _, span in self.seen if method == "PUT"]


def said(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def failing(status: int, reason: str = "", *, when: str = "before", on: str = "PUT bytes 0") -> Any:
    """Answer the first request whose method and Content-Range begin like `on` by an error."""
    method, _, span = on.partition(" ")
    error = {"errors": [{"domain": "youtube", "reason": reason}], "message": "in words"}
    body = json.dumps({"error": error}) if reason else "<html>Bad</html>"

    def fault(request: Request) -> Response | None:
        range_ = request.headers.get("Content-Range", "")
        if request.method != method or not range_.startswith(span) or request.path == "/token":
            return None
        return Response(body, status, headers={"When": when})

    return fault


@pytest.fixture
def tube(httpserver: HTTPServer) -> Tube:
    return Tube(httpserver)


@pytest.fixture
def teaser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teaser:
    """A video of two chunks and a bit."""
    monkeypatch.setattr(youtube, "CHUNK", 256 * 1024)
    video = tmp_path / "v.mp4"
    size = 256 * 2100
    film = b"\0\0\0\x10ftypmp42\0\0\0\0" + b"\0\0\0\x08moov" + (size - 24).to_bytes(4) + b"mdat"
    video.write_bytes(film + bytes(range(256)) * 2100)
    os.truncate(video, size)
    return Teaser(f"The dek. {LINK}", title="Strike", link=LINK, media=(clip(video),))


def clip(path: Path) -> Media:
    return Media("video", path=str(path), mime="video/mp4", size=path.stat().st_size)


def walk(account: Platform, teaser: Teaser, resume: Any = None) -> Outcome:
    """Publish until there is something to wait for, or an end."""
    outcome: Outcome = Waiting(resume or {})
    for _ in range(20):
        assert isinstance(outcome, Waiting)
        resume = outcome.resume
        outcome = account.publish(teaser, "k7", dict(resume) or None)
        if not isinstance(outcome, Waiting) or outcome.check_at:
            return outcome
    raise AssertionError("it does not end")


def until(account: Platform, teaser: Teaser) -> tuple[Outcome, Any]:
    """Publish until something fails: what came of it, and what is stored by then."""
    outcome: Outcome = Waiting()
    resume: Any = None
    while isinstance(outcome, Waiting):
        resume = dict(outcome.resume)
        outcome = account.publish(teaser, "k7", resume or None)
    return outcome, resume


# ---------------------------------------------------------------------- upload


def test_a_rehearsal_names_the_placeholder_and_sends_nothing_of_it() -> None:
    account = channel()
    opened = account.publish(PLACEHOLDER, "k7")
    assert isinstance(opened, Waiting)
    account.publish(PLACEHOLDER, "k7", opened.resume)
    _, session, _, upload = account._session.journal
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


def test_the_video_goes_out_in_chunks_and_whole(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    assert walk(account, teaser) == Published("vid-1", WATCH)
    assert bytes(tube.got) == Path(teaser.media[0].path).read_bytes()
    ask = "bytes */537600"
    assert tube.puts() == [
        ask,
        "bytes 0-262143/537600",
        ask,
        "bytes 262144-524287/537600",
        ask,
        "bytes 524288-537599/537600",
    ]
    assert [path for _, path, _ in tube.seen].count("/token") == 1
    assert account.used == {"videos.insert": 1, "units": 1}


def test_a_rehearsal_walks_the_same_chunks(teaser: Teaser) -> None:
    account = channel()
    assert isinstance(walk(account, teaser), Published)
    kinds = [each.kind for each in account._session.journal]
    chunk = ["read", "prepare"]
    assert kinds == ["prepare", "prepare", *chunk, *chunk, "read", "effect", "read"]


def test_only_the_chunk_that_completes_the_video_is_in_doubt(tube: Tube, teaser: Teaser) -> None:
    for at, kind in (("0", Retry), ("262144", Retry), ("524288", Unknown)):
        for when in ("before", "after"):
            tube.videos.clear()
            tube.faults = [failing(503, when=when, on=f"PUT bytes {at}")]
            account = tube.channel()
            outcome, resume = until(account, teaser)
            assert isinstance(outcome, kind), (at, when, outcome)
            if kind is Retry:
                assert isinstance(walk(account, teaser, resume), Published)
            elif when == "before":
                absent = account.reconcile(teaser, "k7", SINCE, resume)
                assert isinstance(absent, Absent)
                assert absent.proven
                assert "524288 of 537600" in absent.reason
                assert isinstance(walk(account, teaser, resume), Published)
            else:
                assert account.reconcile(teaser, "k7", SINCE, resume) == Published("vid-1", WATCH)
            assert len(tube.videos) == 1


def test_whatever_is_lost_the_video_is_there_once(httpserver: HTTPServer, teaser: Teaser) -> None:
    """Any answer may be lost, before or after the request was applied."""
    requests = st.sampled_from(["PUT", "POST", "GET", "PUT bytes */", "PUT bytes 52"])
    fault = st.tuples(requests, st.sampled_from(["before", "after"]))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(fault, max_size=6))
    def upload(faults: list[tuple[str, str]]) -> None:
        httpserver.clear()
        tube = Tube(httpserver)
        tube.faults = [failing(503, when=when, on=on) for on, when in faults]
        account, resume, outcome = tube.channel(), None, None
        for _ in range(60):
            if isinstance(outcome, Unknown):
                found = account.reconcile(teaser, "k7", SINCE, resume)
                assert not isinstance(found, Absent) or found.proven
                outcome = outcome if isinstance(found, Retry) else found
            else:
                outcome = account.publish(teaser, "k7", resume)
                resume = dict(outcome.resume) if isinstance(outcome, Waiting) else resume
            if isinstance(outcome, Published):
                break
        assert isinstance(outcome, Published)
        assert [each["id"] for each in tube.videos] == ["vid-1"]
        httpserver.check()

    upload()


def test_a_session_that_died_is_opened_anew(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    opened = account.publish(teaser, "k7")
    assert isinstance(opened, Waiting)
    tube.gone = True
    tube.others = [{"id": "by-hand", "snippet": {"description": LINK}}]
    assert account.publish(teaser, "k7", opened.resume) == Waiting()
    assert isinstance(walk(account, teaser), Published)
    assert tube.opened == 2


def test_a_session_that_died_after_its_end_is_not_opened_anew(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    tube.faults = [failing(503, when="after", on="PUT bytes 524288")]
    _, resume = until(account, teaser)
    tube.gone = True
    assert account.publish(teaser, "k7", resume) == Published("vid-1", WATCH)
    assert tube.opened == 1


def test_a_session_that_has_all_and_says_no_number_is_waited_for(
    tube: Tube, teaser: Teaser
) -> None:
    """YouTube is about to make the video: it is neither absent nor to be sent again."""
    account = tube.channel()
    opened = account.publish(teaser, "k7")
    assert isinstance(opened, Waiting)
    resume = dict(opened.resume)
    whole = Response("", 308, headers={"Range": f"bytes=0-{resume['size'] - 1}"})
    for ask in (
        lambda: account.publish(teaser, "k7", resume),
        lambda: account.reconcile(teaser, "k7", SINCE, resume),
    ):
        tube.faults = [lambda request: whole if request.method == "PUT" else None]
        assert ask() == Waiting(resume, NOW + timedelta(minutes=1))


def test_a_last_chunk_on_a_session_that_is_gone_proves_nothing(tube: Tube, teaser: Teaser) -> None:
    for status in (404, 409, 410):
        tube.faults = [failing(status, "notFound", on="PUT bytes 524288")]
        assert isinstance(until(tube.channel(), teaser)[0], Unknown)


def test_youtubes_own_no_to_the_last_chunk_is_proof(tube: Tube, teaser: Teaser) -> None:
    for reason, kind in (("uploadLimitExceeded", Retry), ("invalidTitle", Refused)):
        tube.faults = [failing(400, reason, on="PUT bytes 524288")]
        assert isinstance(until(tube.channel(), teaser)[0], kind)
    tube.faults = [failing(400, on="PUT bytes 524288")]
    assert isinstance(until(tube.channel(), teaser)[0], Unknown), "an HTML page is no word of it"


def test_a_file_that_changed_is_not_joined_to_the_old_one(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    opened = account.publish(teaser, "k7")
    assert isinstance(opened, Waiting)
    Path(teaser.media[0].path).write_bytes(b"another")
    assert isinstance(account.publish(teaser, "k7", opened.resume), Refused)
    Path(teaser.media[0].path).write_bytes(b"")
    assert "empty" in account.publish(teaser, "k7").reason  # type: ignore[union-attr]


def test_a_session_elsewhere_gets_no_token(httpserver: HTTPServer, teaser: Teaser) -> None:
    httpserver.expect_request("/upload/youtube/v3/videos").respond_with_data(
        "", headers={"Location": "https://evil.example/upload"}
    )
    assert isinstance(live(httpserver).publish(teaser, "k"), Retry)
    resume = {"session": "http://127.0.0.1:9/upload?upload_id=u1", "size": 4}
    with pytest.raises(RuntimeError, match="not routed"):
        live(httpserver).publish(teaser, "k", resume)


@pytest.mark.parametrize("span", ["bytes=5-9", "bytes=0-x", "0", "bytes=0-9,20-30"])
def test_an_upload_that_is_told_nonsense_asks_again(span: str, tube: Tube, teaser: Teaser) -> None:
    tube.faults = [
        lambda request: (
            Response("", 308, headers={"Range": span})
            if request.headers.get("Content-Range")
            else None
        )
    ]
    assert isinstance(until(tube.channel(), teaser)[0], Retry)


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        ("lost", Unknown),
        ("reset_after", Unknown),
        ("502_after", Unknown),
        ("truncated", Unknown),
        ("garbage", Unknown),
        ("reset_before", Unknown),
        ("500", Unknown),
        ("429", Retry),
        ("402", Retry),  # the quota
    ],
)
def test_the_double_of_youtube_gets_one_video_whatever_fails(
    fault: str, then: type, teaser: Teaser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The double was made from the official description alone."""
    with Doubles(tmp_path, clock=lambda: NOW) as doubles:
        url = doubles.youtube.url
        token = {"CLIENT_ID": "demo-google-client", "CLIENT_SECRET": "demo-google-secret"}
        account = channel(url, dry_run=False)
        account._secrets = token | {"REFRESH_TOKEN": "1//demo-refresh"}
        send, outcomes = account._send, []

        def disturbed(video: Media, made: dict[str, Any], start: int) -> Outcome:
            if start == 524288 and not outcomes:
                doubles.youtube.fault(Fault(fault, match="PUT *"))
                outcomes.append(send(video, made, start))
                return outcomes[0]
            return send(video, made, start)

        monkeypatch.setattr(account, "_send", disturbed)
        outcome, resume = until(account, teaser)
        assert isinstance(outcome, then)
        if then is Unknown:
            outcome = account.reconcile(teaser, "k7", SINCE, resume)
        if not isinstance(outcome, Published | Waiting):
            assert isinstance(outcome, Absent | Retry)
            walk(account, teaser, resume)
        doubles.youtube.looks = 0
        found = account.reconcile(teaser, "k7", SINCE, resume)
        assert isinstance(found, Published | Waiting)
        assert len(doubles.effects(platform="youtube")) == 1
        assert isinstance(account.verify(), Account)


# ------------------------------------------------------------------------ watch


def test_published_means_processed_and_as_visible_as_asked(httpserver: HTTPServer) -> None:
    status = {"uploadStatus": "processed", "privacyStatus": "public"}
    assert watched(status, httpserver) == Published("vid-1", WATCH)


def test_a_video_that_youtube_hides_is_not_published(httpserver: HTTPServer) -> None:
    got = watched({"uploadStatus": "processed", "privacyStatus": "private"}, httpserver)
    assert isinstance(got, Unknown)
    assert "private" in got.reason
    again = live(httpserver).reconcile(PLACEHOLDER, "k", SINCE, SENT)
    assert isinstance(again, Unknown), "a person has to look"


def test_an_unlisted_video_is_what_was_asked_for(httpserver: HTTPServer) -> None:
    status = {"uploadStatus": "processed", "privacyStatus": "unlisted"}
    assert isinstance(watched(status, httpserver, privacy="unlisted"), Published)


@pytest.mark.parametrize("status", [{}, {"uploadStatus": "uploaded", "privacyStatus": "public"}])
def test_a_video_at_work_is_looked_at_again(status: dict[str, str], httpserver: HTTPServer) -> None:
    assert watched(status, httpserver) == Waiting(SENT, NOW + LOOK_AGAIN)


def test_a_video_at_work_for_days_is_a_persons(httpserver: HTTPServer) -> None:
    long_ago = SENT | {"since": (NOW - timedelta(hours=25)).isoformat()}
    httpserver.expect_request("/youtube/v3/videos").respond_with_json({"items": []})
    got = live(httpserver).publish(PLACEHOLDER, "k", long_ago)
    assert isinstance(got, Unknown)
    assert WATCH in got.reason


@pytest.mark.parametrize(
    "more",
    [
        {"uploadStatus": "rejected", "rejectionReason": "duplicate"},
        {"uploadStatus": "failed", "failureReason": "duplicate"},
    ],
)
def test_a_rejected_video_says_why(more: dict[str, str], httpserver: HTTPServer) -> None:
    got = watched({"privacyStatus": "public"} | more, httpserver)
    assert isinstance(got, Refused)
    assert "duplicate" in got.reason


@pytest.mark.parametrize("code", [400, 401, 403, 404, 500, 503])
def test_after_the_upload_a_failed_look_only_waits(code: int, httpserver: HTTPServer) -> None:
    error = json.dumps({"error": {"errors": [{"reason": "badRequest"}]}}) if code < 404 else "no"
    httpserver.expect_request("/youtube/v3/videos").respond_with_data(error, code)
    outcome = live(httpserver).publish(PLACEHOLDER, "k", SENT)
    assert outcome == Waiting(SENT, NOW + LOOK_AGAIN)


def test_after_the_upload_a_dead_token_only_waits(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"error": "invalid_grant"}, 400)
    account = channel(httpserver.url_for("").rstrip("/"), dry_run=False)
    assert account.publish(PLACEHOLDER, "k", SENT) == Waiting(SENT, NOW + LOOK_AGAIN)
    assert isinstance(account.reconcile(PLACEHOLDER, "k", SINCE, SENT), Blocked)


# ------------------------------------------------------------------------ errors


def test_a_refresh_token_that_is_over_blocks_the_channel(
    httpserver: HTTPServer, teaser: Teaser
) -> None:
    words = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    httpserver.expect_request("/token").respond_with_json(words, 400)
    got = channel(httpserver.url_for("").rstrip("/"), dry_run=False).publish(teaser, "k")
    assert isinstance(got, Blocked)
    assert "expired or revoked" in got.reason
    assert "bot login" in got.reason
    assert "7 days" in got.reason


@pytest.mark.parametrize(
    ("code", "reason", "outcome"),
    [
        (400, "invalidTitle", Refused),
        (400, "", Retry),
        (403, "forbidden", Blocked),
        (401, "youtubeSignupRequired", Blocked),
        (403, "accessNotConfigured", Blocked),
        (403, "rateLimitExceeded", Retry),
        (429, "RATE_LIMIT_EXCEEDED", Retry),
        (503, "backendError", Retry),
        (503, "", Retry),
    ],
)
def test_a_session_that_is_not_opened_says_why(
    code: int, reason: str, outcome: type, tube: Tube, teaser: Teaser
) -> None:
    tube.faults = [failing(code, reason, on="POST")]
    got = tube.channel().publish(teaser, "k")
    assert isinstance(got, outcome)
    assert reason in got.reason
    assert "html" not in got.reason


def test_a_used_up_quota_rests_the_project_until_midnight_there(tube: Tube, teaser: Teaser) -> None:
    tube.faults = [failing(403, "quotaExceeded", on="POST")]
    got = tube.channel().publish(teaser, "k")
    assert isinstance(got, Retry)
    assert (got.at, got.rests) == (datetime(2026, 11, 23, 8, tzinfo=UTC), "credential")


def test_too_many_uploads_rest_the_channel_for_a_day(tube: Tube, teaser: Teaser) -> None:
    tube.faults = [failing(400, "uploadLimitExceeded", on="POST")]
    got = tube.channel().publish(teaser, "k")
    assert isinstance(got, Retry)
    assert (got.at, got.rests) == (NOW + timedelta(days=1), "channel")


def test_midnight_is_the_next_one_through_both_changes_of_the_clock() -> None:
    for day, hour in (
        (datetime(2026, 3, 8, 9, tzinfo=UTC), 7),
        (datetime(2026, 11, 1, 8, tzinfo=UTC), 8),
    ):
        assert next_midnight(day) == (day + timedelta(days=1)).replace(hour=hour)


def test_a_refused_token_is_asked_for_again(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    account.verify()
    tube.faults = [failing(401, "authError", on="GET")]
    assert isinstance(account.verify(), Blocked)
    assert isinstance(account.verify(), Account)
    assert [path for _, path, _ in tube.seen].count("/token") == 2
    for on in ("POST", "PUT bytes */", "PUT bytes 0"):
        tube.faults = [failing(401, "authError", on=on)]
        assert isinstance(until(account, teaser)[0], Blocked)
        assert account._token == ""


# --------------------------------------------------------------------- reconcile


def test_without_a_session_the_uploads_are_looked_through(tube: Tube, teaser: Teaser) -> None:
    account = tube.channel()
    got = account.reconcile(teaser, "k7", SINCE)
    assert isinstance(got, Absent)
    assert not got.proven
    old = (NOW - timedelta(days=3)).isoformat()
    tube.others = [
        {"id": "a", "snippet": {"tags": ["news"], "description": "elsewhere"}},
        {"id": "b", "snippet": {"tags": ["x-k8"], "description": f"see {LINK}"}},
        {"id": "c", "snippet": {"description": f"{LINK}/other"}},
        {"id": "d", "snippet": {"tags": ["x-k7"]}},
        {"id": "e", "snippet": {"tags": ["x-k7"]}, "at": old},
    ]
    tube.videos = []
    found = account.reconcile(teaser, "k7", SINCE)
    assert isinstance(found, Published)
    assert found.remote_id == "d"
    known = Trace(SINCE.since, frozenset({"b", "d"}))
    assert isinstance(account.reconcile(teaser, "k7", known), Absent)
    # What has the mark of a post that nobody knows may be this one, forgotten.
    known = Trace(SINCE.since, frozenset({"d"}))
    assert isinstance(account.reconcile(teaser, "k7", known), Unknown)
    assert {method for method, path, _ in tube.seen if path != "/token"} == {"GET"}


def test_a_video_whose_tag_was_taken_out_is_known_by_its_link(tube: Tube, teaser: Teaser) -> None:
    tube.others = [{"id": "a", "snippet": {"description": f"Words.\n{LINK}\n"}}]
    found = tube.channel().reconcile(teaser, "k7", SINCE)
    assert isinstance(found, Published)
    tube.others.append({"id": "b", "snippet": {"description": LINK}})
    assert isinstance(tube.channel().reconcile(teaser, "k7", SINCE), Unknown)


def test_a_video_that_is_found_at_work_is_waited_for(tube: Tube, teaser: Teaser) -> None:
    tube.processing = 1
    tube.others = [{"id": "a", "snippet": {"tags": ["x-k7"]}}]
    found = tube.channel().reconcile(teaser, "k7", SINCE)
    assert isinstance(found, Waiting)
    assert found.resume["video"] == "a"


def test_a_channel_without_uploads_has_no_such_playlist(httpserver: HTTPServer) -> None:
    item = {"contentDetails": {"relatedPlaylists": {"uploads": "UUx"}}}
    httpserver.expect_request("/youtube/v3/channels").respond_with_json({"items": [item]})
    error = {"error": {"errors": [{"reason": "playlistNotFound"}]}}
    listed = "/youtube/v3/playlistItems"
    httpserver.expect_oneshot_request(listed).respond_with_json(error, 404)
    httpserver.expect_oneshot_request(listed).respond_with_data("a proxy's own", 404)
    assert isinstance(live(httpserver).reconcile(PLACEHOLDER, "k", SINCE), Absent)
    assert isinstance(live(httpserver).reconcile(PLACEHOLDER, "k", SINCE), Retry)


def test_a_video_that_is_listed_and_not_shown_yet_may_be_it(tube: Tube, teaser: Teaser) -> None:
    tube.others = [{"id": "a", "snippet": {}}]
    tube.faults = [
        lambda request: said({"items": []}) if request.path == "/youtube/v3/videos" else None
    ]
    assert isinstance(tube.channel().reconcile(teaser, "k7", SINCE), Retry)
    assert isinstance(tube.channel().reconcile(teaser, "k7", SINCE), Absent)


def test_too_many_uploads_to_look_through_are_a_persons(tube: Tube, teaser: Teaser) -> None:
    tube.others = [{"id": f"v{n}", "snippet": {}} for n in range(30)]
    assert isinstance(tube.channel().reconcile(teaser, "k7", SINCE), Unknown)


def test_what_cannot_be_read_is_neither_there_nor_absent(tube: Tube, teaser: Teaser) -> None:
    for code, kind in ((503, Retry), (401, Blocked), (403, Blocked)):
        tube.faults = [failing(code, on="GET")]
        assert isinstance(tube.channel().reconcile(teaser, "k7", SINCE), kind)


# ----------------------------------------------------------------------- account


def test_the_account_is_told_with_its_rights_and_its_end(httpserver: HTTPServer) -> None:
    def of(channel_: dict[str, Any], account: str = "@harbour", **granted: Any) -> Any:
        httpserver.clear()
        token = {"access_token": "short", "expires_in": 3599, **granted}
        httpserver.expect_request("/token").respond_with_json(token)
        httpserver.expect_request("/youtube/v3/channels").respond_with_json({"items": [channel_]})
        url = httpserver.url_for("").rstrip("/")
        bound = channel(url, dry_run=False)
        bound.account = account
        return bound.verify()

    scope = "https://www.googleapis.com/auth/youtube"
    plain = {"id": "UCx", "snippet": {"customUrl": "@harbour", "title": "Harbour"}}
    assert of(plain) == Account("UCx", "@harbour")
    assert of(plain, "UCx").name == "UCx"
    assert of({"id": "UCx", "snippet": {"title": "Harbour"}}).name == "Harbour"
    assert of(plain, scope=f"{scope}.upload").lacks == ("youtube.readonly",)
    assert of(plain, scope=f"{scope}.upload {scope}.readonly").lacks == ()
    assert of(plain, scope=f"{scope}.force-ssl").lacks == ()
    assert of(plain, scope="openid").lacks == ("youtube.upload", "youtube.readonly")
    assert of(plain, refresh_token_expires_in=604800).expires_at == NOW + timedelta(days=7)
    assert "unlisted" in of(plain | {"status": {"privacyStatus": "unlisted"}}).hidden
    httpserver.clear()
    httpserver.expect_request("/youtube/v3/channels").respond_with_json({"pageInfo": {}})
    got = live(httpserver).verify()
    assert isinstance(got, Blocked)
    assert "no YouTube channel" in got.reason


# ------------------------------------------------------------------------ extras


def test_what_follows_a_video(httpserver: HTTPServer, tmp_path: Path) -> None:
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"\xff\xd8picture")
    image = Media("image", path=str(picture), mime="image/jpeg", size=9)
    teaser = Teaser("d", title="t", media=(*PLACEHOLDER.media, image))
    status = {"uploadStatus": "processed", "privacyStatus": "public"}
    videos = {"items": [{"id": "vid-1", "status": status}]}
    httpserver.expect_request("/youtube/v3/videos").respond_with_json(videos)
    account = live(httpserver, playlist="PL1")
    published = account.publish(teaser, "k", SENT)
    assert isinstance(published, Published)
    assert published.extras == ("thumbnail", "playlist")

    set_ = "/upload/youtube/v3/thumbnails/set"
    httpserver.expect_oneshot_request(
        set_,
        query_string="videoId=vid-1&uploadType=media",
        method="POST",
        data=picture.read_bytes(),
    ).respond_with_json({})
    assert isinstance(account.extra("thumbnail", teaser, "vid-1"), Published)
    listed = "/youtube/v3/playlistItems"
    httpserver.expect_oneshot_request(listed, method="GET").respond_with_json({"items": []})
    body = {
        "snippet": {
            "playlistId": "PL1",
            "resourceId": {"kind": "youtube#video", "videoId": "vid-1"},
        }
    }
    httpserver.expect_oneshot_request(listed, method="POST", json=body).respond_with_json({})
    assert isinstance(account.extra("playlist", teaser, "vid-1"), Published)
    assert account.used["units"] == 1 + 50 + 1 + 50
    httpserver.expect_oneshot_request(listed, method="GET").respond_with_json({"items": [{}]})
    assert isinstance(account.extra("playlist", teaser, "vid-1"), Published)
    assert isinstance(account.extra("comment", teaser, "vid-1"), Refused)
    httpserver.check()


def test_a_thumbnail_that_the_channel_may_not_set_is_refused(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"\xff\xd8picture")
    image = Media("image", path=str(picture), mime="image/jpeg", size=9)
    error = {"error": {"errors": [{"reason": "forbidden"}]}}
    httpserver.expect_request("/upload/youtube/v3/thumbnails/set").respond_with_json(error, 403)
    account = live(httpserver)
    got = account.extra("thumbnail", Teaser("d", media=(image,)), "vid-1")
    assert isinstance(got, Refused)
    assert "phone" in got.reason
    assert isinstance(account.extra("thumbnail", Teaser("d"), "vid-1"), Refused)


@pytest.mark.parametrize(
    ("code", "reason", "outcome"),
    [
        (204, "", Absent),
        (404, "videoNotFound", Absent),
        (404, "", Retry),
        (403, "insufficientPermissions", Refused),
        (403, "quotaExceeded", Retry),
        (401, "authError", Blocked),
        (500, "", Retry),
    ],
)
def test_a_video_is_deleted(code: int, reason: str, outcome: type, httpserver: HTTPServer) -> None:
    error = json.dumps({"error": {"errors": [{"reason": reason}]}}) if reason else ""
    httpserver.expect_request(
        "/youtube/v3/videos", method="DELETE", query_string="id=vid-1"
    ).respond_with_data(error, code)
    assert isinstance(live(httpserver).delete("vid-1"), outcome)


def test_privacy_language_and_notice_are_always_said() -> None:
    account = channel("", privacy="unlisted", notify=True)
    account.publish(Teaser("d", title="t", language="pt", media=PLACEHOLDER.media), "k")
    token, opened = account._session.journal
    assert token.url == "https://oauth2.googleapis.com/token"
    assert "notifySubscribers=true" in opened.url
    assert opened.body["status"]["privacyStatus"] == "unlisted"
    assert opened.body["snippet"]["defaultLanguage"] == "pt"


def test_title_and_description_are_checked() -> None:
    def of(text: str, title: str) -> dict[str, bool]:
        return codes(Teaser(text, title=title, media=(Media("video", path="v.mp4"),)))

    assert of("The dek.", "Strike ends") == {}
    assert of("é" * 2500, "t") == {}
    assert of("é" * 2501, "t") == {"text-too-long": True}
    assert of("dek", "t" * 101) == {"title-too-long": True}
    assert of("dek", " ") == {"title-missing": True}
    assert of("a < b", "t") == of("a", "t > u") == {"angle-brackets": True}
    assert of("#A1b #B1b #C1b #D1b", "t") == {"hashtags-too-many": False}
    assert codes(Teaser("dek", title="t")) == {"video-missing": True}
    assert codes(Teaser("dek", title="t", media=PLACEHOLDER.media)) == {"video-waiting": True}
    thumbnail = Media("image", path="p.jpg")
    film = Media("video", path="v.mp4")
    assert codes(Teaser("dek", title="t", media=(film, thumbnail))) == {}
    assert isinstance(channel().publish(Teaser("dek", title="t"), "k"), Refused)
