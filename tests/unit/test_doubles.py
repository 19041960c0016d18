"""The stand-ins for the platforms, spoken to as any client would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1
from requests_oauthlib import OAuth1

from bot.demo.doubles import AFTER, BEFORE, Doubles, Fault, Storm

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def jpeg(width: int = 1080, height: int = 1350, size: int = 1000) -> bytes:
    """What a JPEG says of itself before its pixels, and something in their place."""
    frame = bytes((8, *divmod(height, 256), *divmod(width, 256), 3))
    head = [(0xE0, b"JFIF\0"), (0xC4, bytes(19)), (0xC2, frame), (0xDA, bytes(6))]
    told = b"".join(
        bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body for marker, body in head
    )
    return b"\xff\xd8" + told + bytes(range(256)) * (size // 256) + b"\xff\xd9"


def box(name: bytes, content: bytes = b"") -> bytes:
    return (len(content) + 8).to_bytes(4) + name + content


FTYP, MOOV = box(b"ftyp", b"mp42" + bytes(4)), box(b"moov", bytes(100))
FILM = FTYP + MOOV + box(b"mdat", bytes(range(256)))
JPEG = jpeg()
LINK = "https://harbour.example.com/2026/11/strike?utm_source=social&id=1"


class Clock:
    """What the doubles take for now."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def doubles(tmp_path: Path, clock: Clock) -> Iterator[Doubles]:
    with Doubles(tmp_path, clock=clock) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """A plain client, which keeps its connections."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


Call = Callable[..., requests.Response]


@pytest.fixture
def x(doubles: Doubles, http: requests.Session, clock: Clock) -> Call:
    """Call X, signed by another implementation of OAuth 1.0a."""
    keys = doubles.x.keys

    def call(line: str, **how: Any) -> requests.Response:
        method, path = line.split(" ")
        changed = {"timestamp": str(int(clock().timestamp())), **how.pop("sign", {})}
        secrets = (keys.api_key, keys.api_secret, keys.access_token, keys.access_secret)
        auth = OAuth1(*secrets, signature_method=SIGNATURE_HMAC_SHA1, **changed)
        if "bearer" in how:
            how["headers"] = {"Authorization": f"Bearer {how.pop('bearer')}"}
            auth = None
        return http.request(method, doubles.x.url + path, auth=auth, **{"timeout": 5, **how})

    return call


@pytest.fixture
def page(doubles: Doubles, http: requests.Session) -> Call:
    """Call Facebook with the Page's token."""
    return graph(http, doubles.facebook.url, doubles.facebook.token)


@pytest.fixture
def gram(doubles: Doubles, http: requests.Session) -> Call:
    """Call Instagram with the token of the Facebook login."""
    return graph(http, doubles.instagram.url, doubles.instagram.token)


def graph(http: requests.Session, url: str, token: str) -> Call:
    def call(line: str, params: Any = None, **how: Any) -> requests.Response:
        method, path = line.split(" ")
        sent = {"params" if method in ("GET", "DELETE") else "data": params}
        headers = {"Authorization": f"Bearer {token}", **how.pop("headers", {})}
        place = f"{url}/v26.0{path}" if path.startswith("/") else path
        return http.request(method, place, headers=headers, timeout=5, **sent, **how)

    return call


@pytest.fixture
def tube(doubles: Doubles, http: requests.Session) -> Call:
    """Call YouTube with a fresh access token."""
    given = refreshed(doubles, http).json()["access_token"]

    def call(line: str, **how: Any) -> requests.Response:
        method, path = line.split(" ")
        headers = {"Authorization": f"Bearer {given}", **how.pop("headers", {})}
        place = doubles.youtube.url + path if path.startswith("/") else path
        return http.request(method, place, headers=headers, timeout=5, **how)

    return call


def refreshed(doubles: Doubles, http: requests.Session) -> requests.Response:
    grants = doubles.youtube.grants
    form = {
        "grant_type": "refresh_token",
        "client_id": grants.client_id,
        "client_secret": grants.client_secret,
        "refresh_token": next(iter(grants.refresh), ""),
    }
    return http.post(f"{doubles.youtube.url}/token", data=form, timeout=5)


def post(x: Call, text: str = "Dockers end their strike.", **more: Any) -> requests.Response:
    return x("POST /2/tweets", json={"text": text, **more})


def code(answer: requests.Response) -> tuple[int, int]:
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode", 0)


# ------------------------------------------------------------------- effect log


def test_an_effect_is_in_the_file_before_the_answer_and_once(doubles: Doubles, x: Call) -> None:
    made = post(x, f"Dockers & others: {LINK}")
    assert made.status_code == 201
    (effect,) = doubles.effects(platform="twitter")
    assert effect["id"] == made.json()["data"]["id"]
    assert (effect["kind"], effect["account"], effect["link"]) == ("post", "harbour_post", LINK)
    assert effect["at"] == NOW.isoformat()
    assert requests.get(effect["seen_at"], timeout=5).status_code == 200


def test_an_effect_is_on_the_disk_before_the_answer(
    doubles: Doubles, x: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr("os.fsync", lambda _: steps.append("fsync"))
    wire = doubles.x._server.RequestHandlerClass
    send = wire.send  # type: ignore[attr-defined]

    def noted(self: Any, reply: Any) -> None:
        steps.append("answer")
        send(self, reply)

    monkeypatch.setattr(wire, "send", noted)
    post(x)
    assert steps == ["fsync", "answer"]


def test_requests_are_noted_without_their_secrets(
    doubles: Doubles, x: Call, page: Call, tmp_path: Path
) -> None:
    doubles.x.fault(Fault("429"))
    post(x)
    page("GET /me", {"fields": "id", "access_token": doubles.facebook.token})
    rows = [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text().splitlines()]
    first, second = rows
    assert (first["path"], first["status"], first["fault"]) == ("/2/tweets", 429, "429")
    assert (second["platform"], second["path"]) == ("facebook", "/v26.0/me")
    assert doubles.facebook.token not in json.dumps(rows)


# ----------------------------------------------------------------------- faults


@pytest.mark.parametrize("kind", BEFORE)
def test_a_fault_before_leaves_nothing(doubles: Doubles, x: Call, kind: str) -> None:
    doubles.x.fault(Fault(kind, "POST /2/tweets", body={}))
    with suppress(requests.RequestException):
        x("POST /2/tweets", json={"text": "a"}, timeout=0.2)
    assert doubles.effects() == []
    assert post(x, "a").status_code == 201, "the next request is carried out"


@pytest.mark.parametrize("kind", AFTER)
def test_a_fault_after_leaves_the_effect(doubles: Doubles, x: Call, kind: str) -> None:
    doubles.x.fault(Fault(kind, "POST /2/*", seconds=0.05))
    with suppress(requests.RequestException):
        answer = x("POST /2/tweets", json={"text": "a"}, timeout=0.2)
        assert kind in ("slow", "garbage", "500_after", "502_after")
        assert (answer.status_code == 201) == (kind == "slow")
    assert len(doubles.effects()) == 1


def test_a_fault_meets_only_what_it_names_and_as_often(doubles: Doubles, x: Call) -> None:
    doubles.x.fault(Fault("500", "POST /2/tweets", times=2))
    assert x("GET /2/users/me").status_code == 200
    assert [post(x).status_code for _ in range(3)] == [500, 500, 201]


def test_a_revoked_token_stays_dead_until_it_is_healed(doubles: Doubles, page: Call) -> None:
    doubles.facebook.fault(Fault("revoked", times=0))
    assert [code(page("GET /me"))[0] for _ in range(3)] == [190, 190, 190]
    doubles.facebook.heal()
    assert page("GET /me").status_code == 200


def test_headers_may_lie(doubles: Doubles, x: Call) -> None:
    doubles.x.fault(Fault("429", headers={"x-rate-limit-reset": "1", "Retry-After": "-7"}))
    answer = post(x)
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-reset"] == "1"
    assert answer.headers["Retry-After"] == "-7"


def test_a_storm_is_the_same_for_the_same_seed(doubles: Doubles, x: Call) -> None:
    def weather(seed: int) -> list[int]:
        doubles.x.fault(Storm(seed, 0.5, kinds=("500", "502"), match="GET *"))
        return [x("GET /2/users/me").status_code for _ in range(12)]

    assert weather(7) == weather(7) != weather(8)
    assert {200, 500, 502} == {*weather(7)}


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="is no fault: reset_before"):
        Fault("earthquake")


def test_another_process_orders_faults_and_asks_for_effects(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.demo.doubles", "--log", str(tmp_path), "--site", "coast"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        url = told["settings"]["facebook"]["api_url"]
        token = {"access_token": told["secrets"]["BOT_COAST_FACEBOOK_PAGE_TOKEN"]}
        order = f"{url}/_double/faults"
        assert requests.post(order, json={"kind": "nonsense"}, timeout=5).status_code == 400
        assert requests.post(order, json={"kind": "500_after"}, timeout=5).ok
        sent = requests.post(f"{url}/v26.0/72/feed", {"message": "a", **token}, timeout=5)
        assert sent.status_code == 500
        (effect,) = requests.get(f"{url}/_double/effects", timeout=5).json()
        assert effect["text"] == "a"
        assert requests.post(order, json={"seed": 1, "rate": 1.0, "kinds": ["429"]}, timeout=5).ok
        assert requests.get(f"{url}/v26.0/me", token, timeout=5).status_code == 400
        assert requests.delete(order, timeout=5).ok
        assert requests.get(f"{url}/v26.0/me", token, timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_request_that_breaks_off_is_not_carried_out(doubles: Doubles) -> None:
    import socket

    place = urlsplit(doubles.facebook.url)
    with socket.create_connection((str(place.hostname), int(place.port or 0))) as raw:
        raw.sendall(
            b"POST /v26.0/72/feed HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Authorization: Bearer " + doubles.facebook.token.encode() + b"\r\n\r\nmessage=half"
        )
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(100) == b""
    assert doubles.effects() == []


def test_a_body_may_come_in_chunks(doubles: Doubles, page: Call) -> None:
    body = iter((b"mess", b"age=whole"))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert page("POST /72/feed", body, headers=kind).ok
    assert doubles.effects()[0]["text"] == "whole"


# ---------------------------------------------------------- what the public sees


def test_the_public_sees_text_link_and_picture(doubles: Doubles, page: Call) -> None:
    made = page("POST /72/photos", {"published": "false"}, files={"source": ("a.jpg", JPEG)})
    media = json.dumps([{"media_fbid": made.json()["id"]}])
    page("POST /72/feed", {"message": "<b>Dockers</b> & more", "attached_media": media})
    shown = requests.get(doubles.facebook.url, timeout=5).text
    assert "&lt;b&gt;Dockers&lt;/b&gt; &amp; more" in shown
    (mark,) = doubles.effects()[0]["media"]
    assert mark == hashlib.sha256(JPEG).hexdigest()
    picture = requests.get(f"{doubles.facebook.url}/_double/media/{mark}", timeout=5)
    assert (picture.content, picture.headers["Content-Type"]) == (JPEG, "image/jpeg")


def test_a_deleted_post_is_gone_from_the_page_but_not_from_the_log(
    doubles: Doubles, x: Call
) -> None:
    number = post(x, "Gone soon").json()["data"]["id"]
    assert x(f"DELETE /2/tweets/{number}").json() == {"data": {"deleted": True}}
    assert "Gone soon" not in requests.get(doubles.x.url, timeout=5).text
    assert [effect["kind"] for effect in doubles.effects()] == ["post", "delete"]
    assert x(f"DELETE /2/tweets/{number}").status_code == 404


# ---------------------------------------------------------------------------- X


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "other"},
        {"resource_owner_secret": "other"},
        {"resource_owner_key": "other"},
        {"timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))},
    ],
)
def test_x_refuses_a_wrong_signature(doubles: Doubles, http: Any, wrong: dict[str, str]) -> None:
    keys = doubles.x.keys
    named = {
        "client_key": keys.api_key,
        "client_secret": keys.api_secret,
        "resource_owner_key": keys.access_token,
        "resource_owner_secret": keys.access_secret,
        "timestamp": str(int(NOW.timestamp())),
    }
    for signed, status in ((named, 201), (named | wrong, 401)):
        url = f"{doubles.x.url}/2/tweets"
        answer = http.post(url, json={"text": str(status)}, auth=OAuth1(**signed), timeout=5)
        assert answer.status_code == status
    assert len(doubles.effects()) == 1


def test_x_refuses_a_nonce_twice_and_an_altered_address(x: Call) -> None:
    assert x("GET /2/users/me", sign={"nonce": "once"}).ok
    assert x("GET /2/users/me", sign={"nonce": "once"}).status_code == 401

    def altered(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.url = str(request.url).replace("max_results=5", "max_results=6")
        return request

    asked = x("GET /2/users/1001/tweets?max_results=5")
    assert asked.ok
    with requests.Session() as session:
        again = session.prepare_request(requests.Request("GET", asked.url, asked.request.headers))
        assert session.send(altered(again), timeout=5).status_code == 401


def test_x_reads_signed_queries_of_any_signs(x: Call) -> None:
    query = {"start_time": "2026-11-23T08:00:00+00:00", "post.fields": "text,created_at"}
    assert x("GET /2/users/1001/tweets", params=query).json() == {"meta": {"result_count": 0}}


def test_x_refuses_what_it_does_not_know(x: Call) -> None:
    for body in (
        {"text": "a", "nonsense": 1},
        {"text": 1},
        {"media": {"ids": ["1"]}},
        {"text": "a", "media": {"media_ids": ["99"]}},
        {"text": "é" * 281},
        {},
    ):
        answer = x("POST /2/tweets", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["type"].endswith("/invalid-request")


def test_x_refuses_a_duplicate_unless_told_otherwise(doubles: Doubles, x: Call) -> None:
    assert post(x).ok
    again = post(x)
    assert again.status_code == 403
    assert "duplicate content" in again.json()["detail"]
    doubles.x.refuses_repeats = False
    assert post(x).ok
    assert len(doubles.effects()) == 2


def test_x_shows_a_post_as_x_does(doubles: Doubles, x: Call, clock: Clock) -> None:
    picture = {"media": base64.b64encode(JPEG).decode(), "media_category": "tweet_image"}
    media = x("POST /2/media/upload", json=picture).json()["data"]
    described = {"id": media["id"], "metadata": {"alt_text": {"text": "A gate"}}}
    assert x("POST /2/media/metadata", json=described).ok
    ids = {"media_ids": [media["id"]]}
    made = post(x, f"Tea & <strike>: {LINK} now", media=ids).json()["data"]["id"]
    query = {"post.fields": "created_at,entities", "expansions": "attachments.media_keys"}
    told = x("GET /2/users/1001/tweets", params=query).json()
    (shown,) = told["data"]
    assert shown["id"] == made
    assert shown["created_at"] == "2026-11-23T09:00:00.000Z"
    assert shown["text"].startswith("Tea &amp; &lt;strike&gt;: https://t.co/")
    article, picture_link = shown["entities"]["urls"]
    assert article["expanded_url"] == LINK
    assert shown["text"][article["start"] : article["end"]] == article["url"]
    assert shown["text"][picture_link["start"] :] == picture_link["url"]
    assert picture_link["media_key"] == media["media_key"]
    assert shown["attachments"] == {"media_keys": [media["media_key"]]}
    assert told["includes"]["media"][0]["media_key"] == media["media_key"]
    (effect,) = doubles.effects()
    assert (effect["alt"], effect["media_ids"]) == (["A gate"], [media["id"]])


@pytest.mark.parametrize("host", ["harbour.example", "127.0.0.1:8700", "localhost"])
def test_x_links_only_real_domains(x: Call, host: str) -> None:
    post(x, f"Tea http://{host}/a")
    asked = {"post.fields": "entities"}
    (shown,) = x("GET /2/users/1001/tweets", params=asked).json()["data"]
    assert shown["text"] == f"Tea http://{host}/a"
    assert "entities" not in shown


def test_x_pages_and_shows_late(doubles: Doubles, x: Call, clock: Clock) -> None:
    doubles.x.visible_after = timedelta(seconds=30)
    numbers = []
    for count in range(7):
        numbers.append(post(x, f"Number {count}").json()["data"]["id"])
        clock.pass_by(seconds=10)
    clock.pass_by(seconds=-10)
    read = "GET /2/users/1001/tweets"
    first = x(read, params={"max_results": 5}).json()
    assert [each["id"] for each in first["data"]] == numbers[3::-1], "the last three are not yet"
    clock.pass_by(seconds=30)
    first = x(read, params={"max_results": 5}).json()
    more = {"max_results": 5, "pagination_token": first["meta"]["next_token"]}
    second = x(read, params=more).json()
    assert [each["id"] for each in first["data"] + second["data"]] == numbers[::-1]
    assert "next_token" not in second["meta"]
    since = {"start_time": (NOW + timedelta(seconds=55)).isoformat()}
    assert x(read, params=since).json()["meta"]["result_count"] == 1
    assert x(read, params={"since_id": numbers[4]}).json()["meta"]["result_count"] == 2
    assert x(read, params={"max_results": 4}).status_code == 400


def test_x_takes_a_video_by_segments(doubles: Doubles, x: Call) -> None:
    begin = {"media_type": "video/mp4", "total_bytes": 7, "media_category": "tweet_video"}
    number = x("POST /2/media/upload/initialize", json=begin).json()["data"]["id"]
    place = f"POST /2/media/upload/{number}"
    parts = {"segment_index": 1, "media": base64.b64encode(b"efg").decode()}
    assert x(f"{place}/append", json=parts).ok
    assert x(f"{place}/finalize").status_code == 400, "the first segment is missing"
    file = {"media": ("a", b"abcd")}
    assert x(f"{place}/append", data={"segment_index": "0"}, files=file).ok
    done = x(f"{place}/finalize").json()["data"]
    assert done["processing_info"]["state"] == "in_progress"
    assert post(x, media={"media_ids": [number]}).status_code == 400, "it is not processed yet"
    status = {"command": "STATUS", "media_id": number}
    seen = x("GET /2/media/upload", params=status).json()["data"]
    assert seen["processing_info"]["state"] == "succeeded"
    assert post(x, media={"media_ids": [number]}).ok
    assert doubles.effects()[0]["media"] == [hashlib.sha256(b"abcdefg").hexdigest()]


def test_x_forgets_media_after_a_day(x: Call, clock: Clock) -> None:
    file = {"media": ("a.jpg", JPEG)}
    sent = x("POST /2/media/upload", data={"media_category": "tweet_image"}, files=file)
    clock.pass_by(hours=25)
    assert post(x, media={"media_ids": [sent.json()["data"]["id"]]}).status_code == 400


def test_x_tells_who_one_is_and_what_one_may(doubles: Doubles, x: Call) -> None:
    who = x("GET /2/users/me")
    assert who.json()["data"]["username"] == "harbour_post"
    assert who.headers["x-access-level"] == "read-write"
    doubles.x.access = "read"
    assert x("GET /2/users/me").headers["x-access-level"] == "read"
    assert post(x).json()["type"].endswith("/oauth1-permissions")


def consent(http: Any, url: str, **changes: Any) -> dict[str, str]:
    """Agree in the browser, and give what the redirect tells; empty where it is refused."""
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "redirect_uri": "http://127.0.0.1:9/callback",
        "state": "s",
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **changes,
    }
    answer = http.get(url, params=asked, timeout=5, allow_redirects=False)
    told = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    return {name: values[0] for name, values in told.items()}


def test_x_gives_and_renews_tokens_once(doubles: Doubles, x: Call, http: Any, clock: Clock) -> None:
    client = (doubles.x.grants.client_id, doubles.x.grants.client_secret)
    page = f"{doubles.x.url}/i/oauth2/authorize"
    assert consent(http, page, client_id="stranger") == {}
    told = consent(http, page, client_id=client[0], scope="users.read tweet.read")
    assert told["state"] == "s"
    url = f"{doubles.x.url}/2/oauth2/token"
    form = {
        "grant_type": "authorization_code",
        "code": told["code"],
        "redirect_uri": "http://127.0.0.1:9/callback",
        "code_verifier": "v" * 50,
    }
    first = http.post(url, data=form, auth=client, timeout=5).json()
    assert http.post(url, data=form, auth=client, timeout=5).status_code == 400, (
        "a code is for once"
    )
    assert first["expires_in"] == 7200
    assert x("GET /2/users/me", bearer=first["access_token"]).ok
    refused = x("POST /2/tweets", json={"text": "a"}, bearer=first["access_token"])
    assert refused.status_code == 403, "the scope was not asked for"
    clock.pass_by(hours=3)
    assert x("GET /2/users/me", bearer=first["access_token"]).status_code == 401
    renew = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert http.post(url, data=renew, timeout=5).json()["error"] == "invalid_client"
    second = http.post(url, data=renew, auth=client, timeout=5).json()
    assert x("GET /2/users/me", bearer=second["access_token"]).ok
    assert http.post(url, data=renew, auth=client, timeout=5).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("fault", ["verifier", "redirect", "late"])
def test_x_refuses_a_code_that_does_not_fit(
    doubles: Doubles, http: Any, clock: Clock, fault: str
) -> None:
    client = (doubles.x.grants.client_id, doubles.x.grants.client_secret)
    told = consent(http, f"{doubles.x.url}/i/oauth2/authorize", client_id=client[0])
    if fault == "late":
        clock.pass_by(seconds=31)
    form = {
        "grant_type": "authorization_code",
        "code": told["code"],
        "redirect_uri": f"http://127.0.0.1:9/{'other' if fault == 'redirect' else 'callback'}",
        "code_verifier": ("w" if fault == "verifier" else "v") * 50,
    }
    answer = http.post(f"{doubles.x.url}/2/oauth2/token", data=form, auth=client, timeout=5)
    assert answer.json()["error"] == "invalid_grant"


# --------------------------------------------------------------------- Facebook


def test_facebook_publishes_and_is_read_back(doubles: Doubles, page: Call, clock: Clock) -> None:
    doubles.facebook.visible_after = timedelta(seconds=20)
    sent = {"message": "Dockers", "link": LINK, "fields": "id,permalink_url"}
    made = page("POST /72/feed", sent)
    assert set(made.json()) == {"id", "permalink_url"}
    assert requests.get(made.json()["permalink_url"], timeout=5).status_code == 200
    asked = {"fields": "id,message,created_time,attachments{url,unshimmed_url}"}
    assert page("GET /72/published_posts", asked).json() == {"data": []}
    clock.pass_by(seconds=20)
    (shown,) = page("GET /72/published_posts", asked).json()["data"]
    assert shown["id"] == made.json()["id"]
    assert shown["created_time"] == "2026-11-23T09:00:00+0000"
    (attached,) = shown["attachments"]["data"]
    assert attached["unshimmed_url"] == LINK != attached["url"]
    assert page(f"GET /{shown['id']}", {"fields": "is_published"}).json()["is_published"] is True


def test_facebook_refuses_the_same_words_in_a_row(page: Call, clock: Clock) -> None:
    first = {"message": "Dockers", "link": LINK}
    assert page("POST /72/feed", first).ok
    assert code(page("POST /72/feed", first)) == (506, 1455006)
    clock.pass_by(seconds=1)
    assert page("POST /72/feed", {"message": "Other"}).ok
    clock.pass_by(seconds=1)
    assert page("POST /72/feed", first).ok, "only in a row"


def test_facebook_makes_an_unpublished_post_public_once(doubles: Doubles, page: Call) -> None:
    made = page("POST /72/feed", {"message": "Later", "published": "false"}).json()["id"]
    assert doubles.effects() == []
    for _ in range(2):
        assert page(f"POST /{made}", {"is_published": "true"}).json() == {"success": True}
    (effect,) = doubles.effects()
    assert effect["id"] == made


def test_facebook_takes_photos_once_and_no_look_of_a_link(page: Call) -> None:
    photo = page("POST /72/photos", {"published": "false"}, files={"source": ("a.jpg", JPEG)})
    media = json.dumps([{"media_fbid": photo.json()["id"]}])
    assert page("POST /72/feed", {"attached_media": media}).ok
    assert code(page("POST /72/feed", {"attached_media": media})) == (100, 1366051)
    assert code(page("POST /72/feed", {"link": LINK, "picture": LINK}))[0] == 100
    assert code(page("POST /72/photos", {}, files={"source": ("a.txt", b"no")})) == (100, 1366046)
    assert "post_id" in page("POST /72/photos", {}, files={"source": ("a.jpg", JPEG)}).json()


def test_facebook_comments_updates_and_deletes(doubles: Doubles, page: Call) -> None:
    made = page("POST /72/feed", {"message": "Dockers"}).json()["id"]
    assert page(f"POST /{made}/comments", {"message": LINK}).ok
    assert page(f"DELETE /{made}").json() == {"success": True}
    assert [each["kind"] for each in doubles.effects()] == ["post", "comment", "delete"]
    assert code(page(f"GET /{made}", {"fields": "id"})) == (100, 33)
    assert code(page(f"DELETE /{made}")) == (100, 33)


def test_facebook_publishes_a_video_whole_or_by_steps(doubles: Doubles, page: Call) -> None:
    whole = page("POST /72/videos", {"description": "One"}, files={"source": ("a.mp4", FILM)})
    assert whole.ok
    start = page("POST /72/videos", {"upload_phase": "start", "file_size": str(len(FILM))}).json()
    session = {"upload_session_id": start["upload_session_id"]}
    chunk = {**session, "upload_phase": "transfer", "start_offset": "0"}
    moved = page("POST /72/videos", chunk, files={"video_file_chunk": ("a", FILM[:9])}).json()
    assert moved == {"start_offset": "9", "end_offset": str(len(FILM))}
    finish = {**session, "upload_phase": "finish", "description": "Two"}
    assert page("POST /72/videos", finish).status_code == 400, "half of it is missing"
    chunk["start_offset"] = "9"
    assert page("POST /72/videos", chunk, files={"video_file_chunk": ("a", FILM[9:])}).ok
    for _ in range(2):
        assert page("POST /72/videos", finish).ok
    assert [each["text"] for each in doubles.effects()] == ["One", "Two"]


def test_facebook_publishes_a_reel(doubles: Doubles, page: Call) -> None:
    start = page("POST /72/video_reels", {"upload_phase": "start"}).json()
    head = {"Authorization": f"OAuth {doubles.facebook.token}", "offset": "0"}
    head["file_size"] = str(len(FILM))
    finish = {"upload_phase": "finish", "video_id": start["video_id"], "video_state": "PUBLISHED"}
    assert page("POST /72/video_reels", finish).status_code == 400, "nothing came yet"
    sent = requests.post(start["upload_url"], FILM, headers=head, timeout=5)
    assert sent.json() == {"success": True}
    assert page("POST /72/video_reels", {**finish, "description": "A Reel"}).ok
    assert page("GET /72/published_posts", {"fields": "id"}).json() == {"data": []}
    (reel,) = page("GET /72/video_reels", {"fields": "description,status"}).json()["data"]
    assert reel["description"] == "A Reel"
    assert reel["status"]["publishing_phase"] == {"status": "complete"}
    (effect,) = doubles.effects()
    assert (effect["types"], effect["bytes"]) == (["video/mp4"], [len(FILM)])
    assert "<video " in requests.get(doubles.facebook.url, timeout=5).text


def test_facebook_makes_no_reel_of_what_is_no_film(doubles: Doubles, page: Call) -> None:
    start = page("POST /72/video_reels", {"upload_phase": "start"}).json()
    head = {"Authorization": f"OAuth {doubles.facebook.token}", "offset": "0", "file_size": "4"}
    assert requests.post(start["upload_url"], b"abcd", headers=head, timeout=5).ok
    finish = {"upload_phase": "finish", "video_id": start["video_id"], "video_state": "PUBLISHED"}
    assert page("POST /72/video_reels", finish).ok, "it tells later"
    for told in ("processing", "error"):
        status = page(f"GET /{start['video_id']}", {"fields": "status"}).json()["status"]
        assert status["video_status"] == told
    assert doubles.effects() == []


def test_facebook_checks_token_proof_and_rights(doubles: Doubles, http: Any, page: Call) -> None:
    app = doubles.facebook
    assert code(graph(http, app.url, "stranger")("GET /me"))[0] == 190
    proof = hmac.new(app.app_secret.encode(), app.token.encode(), hashlib.sha256).hexdigest()
    assert page("GET /me", {"appsecret_proof": proof}).ok
    assert code(page("GET /me", {"appsecret_proof": "0" * 64}))[0] == 100
    as_person = graph(http, app.url, app.user_token)
    assert code(as_person("POST /72/feed", {"message": "a"}))[0] == 200
    assert code(page("POST /99/feed", {"message": "a"})) == (100, 33)
    assert code(page("GET /72", {"fields": "nonsense"}))[0] == 100
    assert code(page("POST /72/feed", {"message": "a", "nonsense": "b"}))[0] == 100
    assert doubles.effects() == []


def test_facebook_gives_the_token_of_a_page(doubles: Doubles, http: Any) -> None:
    app = doubles.facebook
    back = "https://review.harbour.example/login/callback"
    asked = {"client_id": app.app_id, "state": "s", "redirect_uri": back}
    answer = http.get(f"{app.url}/v26.0/dialog/oauth", params=asked, allow_redirects=False)
    (given,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    client = {"client_id": app.app_id, "client_secret": app.app_secret}
    url = f"{app.url}/v26.0/oauth/access_token"
    wanted = {**client, "redirect_uri": back, "code": given}
    short = http.get(url, params=wanted, timeout=5).json()
    long = {**client, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    user = http.get(url, params=long, timeout=5).json()
    assert user["expires_in"] == 60 * 86400
    person = graph(http, app.url, user["access_token"])
    asked = {"fields": "id,name,access_token,tasks,instagram_business_account"}
    (told,) = person("GET /me/accounts", asked).json()["data"]
    assert (told["id"], told["access_token"]) == ("72", app.token)
    checker = graph(http, app.url, f"{app.app_id}|{app.app_secret}")
    facts = checker("GET /debug_token", {"input_token": app.token}).json()["data"]
    assert facts["is_valid"]
    assert facts["expires_at"] == 0
    assert "pages_manage_posts" in facts["scopes"]


def test_facebook_tells_how_much_is_used(doubles: Doubles, page: Call) -> None:
    doubles.facebook.usage, doubles.facebook.regain_minutes = 96, 12
    told = page("GET /me").headers
    assert json.loads(told["x-app-usage"])["call_count"] == 96
    (business,) = json.loads(told["x-business-use-case-usage"])["72"]
    assert business["estimated_time_to_regain_access"] == 12


# -------------------------------------------------------------------- Instagram


@pytest.fixture
def pictures() -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A place with JPEGs and a page: its address, and what was asked of it.

    A path says what lies there: “/400x500.jpg”, “/a.jpg”, “/page.html”, “/big.jpg”,
    “/gone.jpg”; “/moved-2/a.jpg” leads on twice before.
    """
    seen: list[BaseHTTPRequestHandler] = []

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self)
            if moved := re.match(r"/moved-(\d+)(/.*)", self.path):
                left = int(moved[1]) - 1
                self.leads_to(f"/moved-{left}{moved[2]}" if left else moved[2])
                return
            if self.path == "/away.jpg":
                self.leads_to("https://harbour.example/a.jpg")
                return
            size = re.fullmatch(r"/(\d+)x(\d+)\.jpg", self.path)
            content = jpeg(int(size[1]), int(size[2])) if size else JPEG
            if "big" in self.path:
                content = jpeg(size=9_000_000)
            content = content if self.path.endswith(".jpg") else b"<html></html>"
            self.send_response(200 if "gone" not in self.path else 404)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(content) + ("short" in self.path)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(content)

        def leads_to(self, place: str) -> None:
            self.send_response(302)
            self.send_header("Location", place)
            self.send_header("Set-Cookie", "visited=1")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_instagram_fetches_the_picture_and_publishes_a_container_once(
    doubles: Doubles, gram: Call, pictures: tuple[str, list[Any]]
) -> None:
    url, seen = pictures
    wanted = {"image_url": f"{url}/a.jpg", "caption": "Dockers", "alt_text": "A gate"}
    made = gram("POST /73/media", wanted).json()["id"]
    (asked,) = seen
    assert asked.path == "/a.jpg"
    assert asked.headers["User-Agent"].startswith("facebookexternalhit/")
    publish = {"creation_id": made}
    assert code(gram("POST /73/media_publish", publish)) == (9007, 2207027)
    status = {"fields": "status_code,status"}
    assert gram(f"GET /{made}", status).json()["status_code"] == "IN_PROGRESS"
    assert gram(f"GET /{made}", status).json()["status_code"] == "FINISHED"
    media = gram("POST /73/media_publish", publish).json()["id"]
    assert gram(f"GET /{made}", status).json()["status_code"] == "PUBLISHED"
    assert code(gram("POST /73/media_publish", publish)) == (24, 2207006)
    (effect,) = doubles.effects()
    assert effect["id"] == media
    assert effect["media"] == [hashlib.sha256(JPEG).hexdigest()]
    assert effect["bytes"] == [len(JPEG)]
    assert (effect["alt"], effect["text"]) == (["A gate"], "Dockers")
    shown = gram(f"GET /{media}", {"fields": "permalink"}).json()
    assert requests.get(shown["permalink"], timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("place", "numbers"),
    [
        ("/page.html", (36001, 2207005)),
        ("/319x319.jpg", (36001, 2207005)),
        ("/1080x1351.jpg", None),
        ("/1080x1370.jpg", (36003, 2207009)),
        ("/1200x628.jpg", None),
        ("/1200x600.jpg", (36003, 2207009)),
        ("/320x320.jpg", None),
        ("/big.jpg", (36000, 2207004)),
        ("/gone.jpg", (9004, 2207052)),
        ("/short.jpg", (9004, 2207052)),
        ("/moved-3/a.jpg", None),
        ("/moved-4/a.jpg", (9004, 2207052)),
        ("http://127.0.0.1:9/a.jpg", (9004, 2207052)),
        ("pictures/a.jpg", (9004, 2207052)),
        ("http://127.0.0.1/é.jpg", (9004, 2207052)),
    ],
)
def test_instagram_refuses_what_it_cannot_fetch_or_use(
    place: str,
    numbers: tuple[int, int] | None,
    gram: Call,
    pictures: tuple[str, list[Any]],
) -> None:
    url, seen = pictures
    answer = gram("POST /73/media", {"image_url": f"{url}{place}" if place[0] == "/" else place})
    assert answer.ok if numbers is None else code(answer) == numbers
    assert not any(each.headers["Cookie"] for each in seen)


@pytest.mark.parametrize(
    ("film", "status"),
    [
        (FILM, "FINISHED"),
        (FTYP + box(b"mdat", bytes(9)) + MOOV, "ERROR"),  # the index comes too late
        (FTYP + box(b"mdat", bytes(9)), "ERROR"),
        (FILM[:-1], "ERROR"),
        (b"abcd", "ERROR"),
    ],
)
def test_instagram_looks_at_a_reel_when_it_has_it(
    film: bytes, status: str, doubles: Doubles, gram: Call
) -> None:
    made = gram("POST /73/media", {"media_type": "REELS", "upload_type": "resumable"}).json()
    head = {"Authorization": f"OAuth {doubles.instagram.token}", "offset": "0"}
    head["file_size"] = str(len(film))
    assert requests.post(made["uri"], film, headers=head, timeout=5).ok
    asked = {"fields": "status_code,status"}
    assert gram(f"GET /{made['id']}", asked).json()["status_code"] == "IN_PROGRESS"
    told = gram(f"GET /{made['id']}", asked).json()
    assert told["status_code"] == status
    assert (status != "ERROR") or told["status"].endswith("2207026")
    sent = gram("POST /73/media_publish", {"creation_id": made["id"]})
    assert sent.ok == (status == "FINISHED")
    assert len(doubles.effects()) == sent.ok


def test_instagram_never_leaves_the_machine(gram: Call, pictures: tuple[str, list[Any]]) -> None:
    url, seen = pictures
    for place in ("https://harbour.example/a.jpg", f"{url}/away.jpg"):
        assert gram("POST /73/media", {"image_url": place}).ok
    assert [each.path for each in seen] == ["/away.jpg"]


def test_instagram_shows_late_and_by_pages(doubles: Doubles, gram: Call, clock: Clock) -> None:
    doubles.instagram.looks, doubles.instagram.visible_after = 0, timedelta(minutes=1)
    for count in range(3):
        wanted = {"image_url": "https://harbour.example/a.jpg", "caption": f"Number {count}"}
        made = gram("POST /73/media", wanted).json()["id"]
        assert gram("POST /73/media_publish", {"creation_id": made}).ok
        clock.pass_by(seconds=1)
    asked = {"fields": "id,caption,permalink,timestamp", "limit": "2"}
    assert gram("GET /73/media", asked).json() == {"data": []}
    clock.pass_by(minutes=1)
    first = gram("GET /73/media", asked).json()
    second = gram("GET /73/media", {**asked, "after": first["paging"]["cursors"]["after"]}).json()
    shown = [each["caption"] for each in first["data"] + second["data"]]
    assert shown == ["Number 2", "Number 1", "Number 0"]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]


def test_instagram_forgets_a_container_and_counts_a_day(
    doubles: Doubles, gram: Call, clock: Clock
) -> None:
    doubles.instagram.looks, doubles.instagram.quota = 0, 1
    numbers = [
        gram("POST /73/media", {"image_url": "https://harbour.example/a.jpg"}).json()["id"]
        for _ in range(3)
    ]
    assert gram("POST /73/media_publish", {"creation_id": numbers[0]}).ok
    limit = gram("GET /73/content_publishing_limit", {"fields": "config,quota_usage"})
    (told,) = limit.json()["data"]
    assert (told["quota_usage"], told["config"]["quota_total"]) == (1, 1)
    assert code(gram("POST /73/media_publish", {"creation_id": numbers[1]})) == (9, 2207042)
    clock.pass_by(hours=25)
    assert gram(f"GET /{numbers[1]}", {"fields": "status_code"}).json()["status_code"] == "EXPIRED"
    assert code(gram("POST /73/media_publish", {"creation_id": numbers[1]})) == (24, 2207006)
    assert (
        gram(f"GET /{numbers[0]}", {"fields": "status_code"}).json()["status_code"] == "PUBLISHED"
    )


def test_instagram_publishes_a_carousel_of_finished_children(doubles: Doubles, gram: Call) -> None:
    child = {"image_url": "https://harbour.example/a.jpg", "is_carousel_item": "true"}
    numbers = [gram("POST /73/media", child).json()["id"] for _ in range(2)]
    parent = {"media_type": "CAROUSEL", "children": ",".join(numbers), "caption": "Two"}
    assert code(gram("POST /73/media", parent)) == (9007, 2207027)
    for number in numbers:
        gram(f"GET /{number}", {"fields": "status_code"})
    assert code(gram("POST /73/media", {**parent, "children": numbers[0]})) == (100, 2207028)
    made = gram("POST /73/media", parent).json()["id"]
    gram(f"GET /{made}", {"fields": "status_code"})
    assert code(gram("POST /73/media_publish", {"creation_id": numbers[0]})) == (24, 2207006)
    assert gram("POST /73/media_publish", {"creation_id": made}).ok
    assert len(doubles.effects()[0]["media"]) == 2


def test_instagram_takes_a_reel_by_upload(doubles: Doubles, gram: Call) -> None:
    wanted = {"media_type": "REELS", "upload_type": "resumable", "caption": "A Reel"}
    made = gram("POST /73/media", wanted).json()
    head = {"Authorization": f"OAuth {doubles.instagram.token}", "offset": "0"}
    head["file_size"] = str(len(FILM))
    sent = requests.post(made["uri"], FILM[1:], headers=head, timeout=5)
    assert "retriable" in sent.json()["debug_info"]
    assert requests.post(made["uri"], FILM, headers=head, timeout=5).json()["success"]
    gram(f"GET /{made['id']}", {"fields": "status_code"})
    media = gram("POST /73/media_publish", {"creation_id": made["id"]}).json()["id"]
    assert gram(f"DELETE /{media}").json() == {"success": True}
    assert [each["kind"] for each in doubles.effects()] == ["post", "delete"]


def test_instagram_has_a_login_of_its_own(doubles: Doubles, http: Any, clock: Clock) -> None:
    app = doubles.instagram
    own = graph(http, app.url, app.own_token)
    who = own("GET /me", {"fields": "user_id,username"}).json()
    assert (who["user_id"], who["username"]) == ("73", "harbour.post")
    renew = {"grant_type": "ig_refresh_token"}
    fresh = own("GET /refresh_access_token", renew).json()
    assert fresh["expires_in"] == 60 * 86400
    young = graph(http, app.url, fresh["access_token"])
    assert young("GET /refresh_access_token", renew).status_code == 400, "it must be a day old"
    clock.pass_by(days=61)
    assert code(own("GET /me")) == (190, 463)

    back = "https://review.harbour.example/login/callback"
    asked = {"client_id": app.app_id, "redirect_uri": back}
    plain = dict.fromkeys(("code_challenge", "code_challenge_method"))
    told = consent(http, f"{app.url}/oauth/authorize", **asked, **plain)
    client = {"client_id": app.app_id, "client_secret": app.app_secret}
    form = {**client, "grant_type": "authorization_code", "redirect_uri": back}
    answer = http.post(f"{app.url}/oauth/access_token", data={**form, "code": told["code"]})
    short = graph(http, app.url, answer.json()["access_token"])
    wanted = {"grant_type": "ig_exchange_token", "client_secret": app.app_secret}
    assert short("GET /access_token", wanted).json()["expires_in"] == 60 * 86400


# ---------------------------------------------------------------------- YouTube

VIDEO = FTYP + MOOV + box(b"mdat", bytes(range(256)) * 1024 * 2)  # two chunks, and a little
ABOUT = {
    "snippet": {"title": "Dockers", "description": LINK, "tags": ["x-k7f3q2"]},
    "status": {"privacyStatus": "public", "selfDeclaredMadeForKids": False},
}


def session_of(tube: Call, about: Any = ABOUT, **query: str) -> requests.Response:
    asked = {"uploadType": "resumable", "part": ",".join(about), **query}
    size = {"X-Upload-Content-Length": str(len(VIDEO)), "X-Upload-Content-Type": "video/mp4"}
    return tube("POST /upload/youtube/v3/videos", params=asked, json=about, headers=size)


def put(place: str, start: int = 0, end: int = len(VIDEO)) -> requests.Response:
    told = {"Content-Range": f"bytes {start}-{end - 1}/{len(VIDEO)}"}
    return requests.put(place, VIDEO[start:end], headers=told, timeout=5)


def asks(place: str) -> requests.Response:
    told = {"Content-Range": f"bytes */{len(VIDEO)}"}
    return requests.put(place, headers=told, timeout=5)


def test_youtube_takes_a_video_by_chunks(doubles: Doubles, tube: Call) -> None:
    place = session_of(tube).headers["Location"]
    nothing = asks(place)
    assert nothing.status_code == 308
    assert "Range" not in nothing.headers
    assert put(place, 0, 1000).status_code == 400, "no multiple of 256 KiB"
    assert put(place, 0, 1 << 18).headers["Range"] == "bytes=0-262143"
    assert put(place, 1 << 19).headers["Range"] == "bytes=0-262143", "a gap is not taken"
    assert asks(place).headers["Range"] == "bytes=0-262143"
    assert doubles.effects() == []
    done = put(place, 1 << 18)
    assert done.status_code == 200
    assert [asks(place).json()["id"], put(place, 1 << 18).json()["id"]] == [done.json()["id"]] * 2
    (effect,) = doubles.effects()
    assert effect["media"] == [hashlib.sha256(VIDEO).hexdigest()]
    assert (effect["privacy"], effect["tags"]) == ("public", ["x-k7f3q2"])


def test_youtube_takes_what_is_no_film_and_shows_it_to_nobody(doubles: Doubles, tube: Call) -> None:
    place = session_of(tube).headers["Location"]
    video = requests.put(place, VIDEO[::-1], timeout=5).json()["id"]
    asked = {"part": "status,processingDetails", "id": video}
    told = [tube("GET /youtube/v3/videos", params=asked).json()["items"][0] for _ in range(2)]
    assert [each["status"]["uploadStatus"] for each in told] == ["uploaded", "failed"]
    assert told[1]["status"]["failureReason"] == "invalidFile"
    assert doubles.effects() == []


def test_youtube_processes_lists_and_deletes(doubles: Doubles, tube: Call, clock: Clock) -> None:
    doubles.youtube.visible_after = timedelta(seconds=60)
    number = put(session_of(tube).headers["Location"]).json()["id"]
    asked = {"part": "status,snippet,processingDetails", "id": number}
    read = "GET /youtube/v3/videos"
    states = [tube(read, params=asked).json()["items"][0] for _ in range(2)]
    assert [each["status"]["uploadStatus"] for each in states] == ["uploaded", "processed"]
    assert states[1]["snippet"]["tags"] == ["x-k7f3q2"]
    own = {"part": "id,snippet,contentDetails,status", "mine": "true"}
    (channel,) = tube("GET /youtube/v3/channels", params=own).json()["items"]
    assert (channel["id"], channel["snippet"]["customUrl"]) == (
        "UCabcdefghijklmnopqrstuv",
        "@harbourpost",
    )
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    listed = {"part": "contentDetails", "playlistId": uploads, "maxResults": "50"}
    assert tube("GET /youtube/v3/playlistItems", params=listed).json()["items"] == []
    clock.pass_by(seconds=60)
    (item,) = tube("GET /youtube/v3/playlistItems", params=listed).json()["items"]
    assert item["contentDetails"]["videoId"] == number
    assert tube("DELETE /youtube/v3/videos", params={"id": number}).status_code == 204
    assert tube(read, params=asked).json()["items"] == []
    assert [each["kind"] for each in doubles.effects()] == ["post", "delete"]


def test_youtube_takes_a_thumbnail_and_a_place_in_a_playlist(doubles: Doubles, tube: Call) -> None:
    number = put(session_of(tube).headers["Location"]).json()["id"]
    place = "POST /upload/youtube/v3/thumbnails/set"
    kind = {"Content-Type": "image/jpeg"}
    assert tube(place, params={"videoId": number}, data=JPEG, headers=kind).ok
    assert tube(place, params={"videoId": number}, data=b"no").status_code == 400
    video = {"kind": "youtube#video", "videoId": number}
    body = {"snippet": {"playlistId": "PLharbour", "resourceId": video}}
    added = tube("POST /youtube/v3/playlistItems", params={"part": "snippet"}, json=body)
    assert added.json()["snippet"]["resourceId"]["videoId"] == number
    assert [each["kind"] for each in doubles.effects()] == ["post", "thumbnail", "playlist"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"snippet": {"title": ""}},
        {"snippet": {"title": "a" * 101}},
        {"snippet": {"title": "a <b>"}},
        {"snippet": {"title": "a", "description": "é" * 2501}},
        {"snippet": {"title": "a", "tags": ["a" * 300, "b" * 200]}},
        {"snippet": {"title": "a", "nonsense": 1}},
        {"nonsense": {}},
    ],
)
def test_youtube_refuses_what_does_not_fit(tube: Call, wrong: Any) -> None:
    assert session_of(tube, {**ABOUT, **wrong}).status_code == 400


def test_youtube_counts_its_quota_until_the_pacific_midnight(
    doubles: Doubles, tube: Call, http: Any, clock: Clock
) -> None:
    doubles.youtube.quota["videos.insert"] = 1
    assert session_of(tube).ok
    spent = session_of(tube)
    assert spent.status_code == 403
    assert spent.json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    clock.pass_by(hours=23)
    head = {"Authorization": f"Bearer {refreshed(doubles, http).json()['access_token']}"}
    assert session_of(tube_with(http, doubles, head)).ok


def tube_with(http: Any, doubles: Doubles, head: dict[str, str]) -> Call:
    def call(line: str, **how: Any) -> requests.Response:
        method, path = line.split(" ")
        headers = {**how.pop("headers", {}), **head}
        answer: requests.Response = http.request(
            method, doubles.youtube.url + path, headers=headers, timeout=5, **how
        )
        return answer

    return call


def test_youtube_gives_tokens_and_takes_them_away(
    doubles: Doubles, http: Any, tube: Call, clock: Clock
) -> None:
    asked = {"part": "id", "mine": "true"}
    assert tube("GET /youtube/v3/channels", params=asked).ok
    assert refreshed(doubles, http).ok, "a refresh token is good more than once"
    doubles.youtube.grants.revoke()
    assert refreshed(doubles, http).json()["error"] == "invalid_grant"
    assert tube("GET /youtube/v3/channels", params=asked).status_code == 401


def test_youtube_asks_for_the_right_scope(doubles: Doubles, http: Any) -> None:
    only = "https://www.googleapis.com/auth/youtube.upload"
    token = doubles.youtube.grants.give(only, refresh=False)["access_token"]
    call = tube_with(http, doubles, {"Authorization": f"Bearer {token}"})
    assert session_of(call).ok
    refused = call("DELETE /youtube/v3/videos", params={"id": "a"})
    assert refused.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


# ------------------------------------------------------------------------ all


def test_settings_and_credentials_are_those_of_a_configuration(doubles: Doubles) -> None:
    from bot.platforms import base

    for double in doubles:
        kind = base.load(double.platform)
        kind.Settings(**doubles.settings(double.platform))
        names = {f"BOT_HARBOUR_{double.platform.upper()}_{name}" for name in kind.secrets}
        assert names <= set(doubles.secrets("harbour"))


def test_nothing_is_there_where_a_platform_has_nothing(doubles: Doubles) -> None:
    for double in doubles:
        answer = requests.get(f"{double.url}/nonsense/at/all", timeout=5)
        assert answer.status_code in (400, 404)
        assert answer.json()
