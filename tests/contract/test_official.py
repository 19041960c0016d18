"""The requests, as they arrive on the wire, held against the platforms' own descriptions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request

from bot.model import Trace
from tests.contract.conftest import NOW

#: Names that Meta's description leaves out, and why they are sent all the same.
UNLISTED = {
    "fields": "read-after-write: what the answer shall hold (Graph API guide)",
    "appsecret_proof": "proof of the app's secret, taken by every call (Graph API guide)",
}

PAGING = dict.fromkeys(("limit", "after"), "taken by every list (paging guide)")


@pytest.fixture
def sent(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> Iterator[tuple[list[Request], list[Any]]]:
    """Walk a scenario for real, against a double: what came in, and what was answered."""
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {})
    set_up.walk()
    httpserver.check()
    yield seen, [sample for _, sample in set_up.session.declared]
    for request in seen:
        request.close()


def pairs(sent: tuple[list[Request], list[Any]]) -> list[tuple[Request, Any]]:
    return list(zip(*sent, strict=True))


def of(*names: str) -> pytest.MarkDecorator:
    """Run a test over these scenarios alone."""
    return pytest.mark.parametrize("sendable", names, indirect=True)


# ---------------------------------------------------------------------------- X


def faults(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    """Name what of `value` the JSON schema does not allow; what X's description uses of it."""
    if "$ref" in schema:
        schema = root["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        ways = [list(faults(value, way, root, at)) for way in schema["anyOf"]]
        if all(ways):
            yield from ways[0]
        return
    kinds = {"object": dict, "string": str, "array": list, "boolean": bool, "integer": int}
    if (kind := schema.get("type")) and not isinstance(value, kinds[kind]):
        yield f"{at}: no {kind}"
        return
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (
            f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in value
        )
        for name, inner in value.items():
            if name in known:
                yield from faults(inner, known[name], root, f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}.{name}: unknown"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{at}: {len(value)} items"
        for inner in value:
            yield from faults(inner, schema["items"], root, f"{at}[]")
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value):
            yield f"{at}: {value!r} is not {schema['pattern']}"
        if len(value) > schema.get("maxLength", len(value)):
            yield f"{at}: too long"
        if value not in schema.get("enum", [value]):
            yield f"{at}: {value!r} is none of {schema['enum']}"


@pytest.fixture(scope="session")
def x(shared_dir: Path) -> Any:
    return json.loads((shared_dir / "specs/x/openapi.json").read_text())


def described_by_x(x: Any, request: Request) -> Any:
    """Find the operation that a request is one of: the path as it stands before any pattern."""
    for path in sorted(x["paths"], key=lambda path: path.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", path), request.path):
            return x["paths"][path][request.method.lower()]
    raise AssertionError(f"X has no {request.method} {request.path}")


def odd_parameters(request: Request, described: Any, x: Any) -> Iterator[str]:
    """Name what of a request's query X does not describe so."""
    each = [one.get("$ref", "").rpartition("/")[2] for one in described.get("parameters", ())]
    named = zip(described.get("parameters", ()), each, strict=True)
    known = [x["components"]["parameters"][ref] if ref else one for one, ref in named]
    schemas = {one["name"]: one["schema"] for one in known if one["in"] == "query"}
    for name, value in request.args.items():
        schema = schemas.get(name)
        if schema is None:
            yield f"{name}: unknown"
        elif schema.get("type") == "array":
            yield from faults(value.split(","), schema, x, name)
        elif schema.get("type") == "integer":
            if not schema["minimum"] <= int(value) <= schema["maximum"]:
                yield f"{name}: out of bounds"
        else:
            yield from faults(value, schema, x, name)


def fits_x(request: Request, sample: Any, x: Any, scheme: str) -> None:
    described = described_by_x(x, request)
    assert list(odd_parameters(request, described, x)) == []
    if request.data:
        wanted = described["requestBody"]["content"]["application/json"]["schema"]
        assert request.content_type == "application/json"
        assert list(faults(request.json, wanted, x, "body")) == []
    else:
        assert not described.get("requestBody", {}).get("required")
    answer = described["responses"][str(sample.status)]["content"]["application/json"]["schema"]
    assert list(faults(sample.json, answer, x, "answer")) == []
    word = {"UserToken": "OAuth ", "OAuth2UserToken": "Bearer "}[scheme]
    assert request.headers["Authorization"].startswith(word)
    assert any(scheme in way for way in described["security"])


X_SCENARIOS = ("twitter", "twitter-picture", "twitter-video", "twitter-by-login")


@of(*X_SCENARIOS)
def test_x_takes_the_requests_and_gives_the_answers(sent: Any, sendable: Any, x: Any) -> None:
    scheme = "UserToken" if "API_KEY" in sendable.secrets else "OAuth2UserToken"
    for request, sample in pairs(sent):
        fits_x(request, sample, x, scheme)


@of(*X_SCENARIOS)
def test_x_takes_what_looks_back(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any, x: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {}, sendable.live(set_up.teaser))
    platform = set_up.platform
    resume = {"media": [{"id": "1", "of": "", "ready": True}], "earlier": []}
    platform.reconcile(set_up.teaser, "k", Trace(NOW), resume)
    platform.delete("1000000000000000002")
    assert [request.path for request in seen] == [
        "/2/users/me",
        "/2/users/74/tweets",
        "/2/tweets/1000000000000000002",
    ]
    scheme = "UserToken" if "API_KEY" in sendable.secrets else "OAuth2UserToken"
    for request, (_, sample) in zip(seen, set_up.session.declared, strict=True):
        fits_x(request, sample, x, scheme)


def test_the_answers_of_the_live_post_are_of_x_own_form(
    scenarios: Any, tmp_path: Path, x: Any
) -> None:
    for name in X_SCENARIOS:
        shown = scenarios[name].live(scenarios[name].teaser(tmp_path))
        for pattern, answer in shown.items():
            schema = {"/2/users/me$": "GetUsersMeResponse"}.get(pattern, "GetUsersPostsResponse")
            of_x = {"$ref": f"#/components/schemas/{schema}"}
            assert list(faults(answer, of_x, x, "answer")) == []


def test_the_schema_check_finds_faults(x: Any) -> None:
    posts = {"$ref": "#/components/schemas/CreatePostsRequest"}
    assert list(faults({"text": "a", "nonsense": 1}, posts, x, "body")) == [
        "body.nonsense: unknown"
    ]
    assert list(faults({"text": 1}, posts, x, "body")) == ["body.text: no string"]
    assert list(faults({"media": {"media_ids": ["x"]}}, posts, x, "body"))
    assert list(faults({"media": {}}, posts, x, "body")) == ["body.media.media_ids: missing"]


# ----------------------------------------------------------------------- YouTube


@pytest.fixture(scope="session")
def youtube(shared_dir: Path) -> Any:
    return json.loads((shared_dir / "specs/youtube/youtube.v3.json").read_text())


def strangers(value: Any, name: str, root: Any, at: str = "") -> Iterator[str]:
    """Name what of `value` the description's schema called `name` does not know."""
    known = root["schemas"][name]["properties"]
    for key, inner in value.items():
        if key not in known:
            yield f"{at}.{key}"
        elif "$ref" in known[key]:
            yield from strangers(inner, known[key]["$ref"], root, f"{at}.{key}")
        elif inner not in known[key].get("enum", [inner]):
            yield f"{at}.{key}={inner}"


@of("youtube")
def test_youtube_takes_the_requests_and_gives_the_answers(sent: Any, youtube: Any) -> None:
    token, opened, _, uploaded, watched = pairs(sent)
    methods = youtube["resources"]["videos"]["methods"]

    assert token[0].form["grant_type"] == "refresh_token"
    for (request, _), method, paths in (
        (opened, "insert", [methods["insert"]["mediaUpload"]["protocols"]["simple"]["path"]]),
        (watched, "list", [f"/{methods['list']['path']}"]),
    ):
        described = methods[method]
        assert request.path in paths
        assert request.method == described["httpMethod"]
        known = described["parameters"] | youtube["parameters"]
        assert set(request.args) <= set(known)
        assert {name for name, each in known.items() if each.get("required")} <= set(request.args)
        assert request.headers["Authorization"].startswith("Bearer ")

    body = opened[0].json
    assert list(strangers(body, "Video", youtube)) == []
    assert set(body) == set(opened[0].args["part"].split(","))
    assert body["status"] == {"privacyStatus": "public", "selfDeclaredMadeForKids": False}
    assert opened[0].args["notifySubscribers"] == "false"
    assert body["snippet"]["tags"] == ["x-k7f3q2"]
    assert list(strangers(watched[1].json["items"][0], "Video", youtube)) == []
    assert list(strangers(uploaded[1].json, "Video", youtube)) == []


@of("youtube")
def test_youtube_gets_the_video_as_it_was_announced(sent: Any) -> None:
    _, opened, asked, uploaded, _ = pairs(sent)
    size = len(uploaded[0].data)
    assert asked[0].headers["Content-Range"] == f"bytes */{size}"
    assert not asked[0].data
    request = uploaded[0]
    assert request.headers["Content-Range"] == f"bytes 0-{size - 1}/{size}"
    assert request.method == "PUT"
    assert request.args["upload_id"]
    assert opened[0].headers["X-Upload-Content-Type"] == request.content_type == "video/mp4"
    assert opened[0].headers["X-Upload-Content-Length"] == str(len(request.data))
    assert request.data.startswith(b"\0\0\0\x18ftypmp42")


# -------------------------------------------------------------------------- Meta


@pytest.fixture(scope="session")
def meta(shared_dir: Path) -> Mapping[str, Any]:
    folder = shared_dir / "specs/meta"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def unknown(request: Request, node: Any, edge: str, also: Mapping[str, str]) -> set[str]:
    """Say which names of a request Meta's description of `edge` does not list."""
    (described,) = (
        each
        for each in node["apis"]
        if each["method"] == request.method and each.get("endpoint") == edge
    )
    names = set(request.form) | set(request.files) | set(request.args)
    required = {each["name"] for each in described["params"] if each["required"]}
    assert required <= names
    return names - {each["name"] for each in described["params"]} - set(also)


def asked_for(request: Request, node: Any) -> bool:
    """Tell whether all that a read asks for is described, as a field or an edge."""
    known = {each["name"] for each in node["fields"]}
    known |= {each.get("endpoint") for each in node["apis"] if each["method"] == "GET"}
    return set(request.args["fields"].split(",")) <= known


FACEBOOK = ("facebook", "facebook-photo", "facebook-photos", "facebook-photo-without-one")
INSTAGRAM = ("instagram", "instagram-own-login", "instagram-carousel", "instagram-reel")


@of(*FACEBOOK, "facebook-reel")
def test_facebook_takes_the_requests(sent: Any, meta: Mapping[str, Any]) -> None:
    nodes = {
        "/v26.0/72/feed": ("Page", "feed", {}),
        "/v26.0/72/photos": ("Page", "photos", {"source": "the picture itself, as a file"}),
        "/v26.0/72_1002/comments": ("PagePost", "comments", {}),
        "/v26.0/72/video_reels": ("Page", "video_reels", {}),
        "/v26.0/1003/comments": ("PagePost", "comments", {}),  # a video has the same edge
    }
    for request, sample in pairs(sent):
        if request.method == "GET" or is_upload(request):
            continue
        node, edge, also = nodes[request.path]
        assert unknown(request, meta[node], edge, UNLISTED | also) == set()
        if edge == "feed":
            known = {each["name"] for each in meta["PagePost"]["fields"]}
            assert set(request.form["fields"].split(",")) == set(sample.json) <= known
            assert not {"picture", "name", "thumbnail", "description"} & set(request.form)


@of(*INSTAGRAM)
def test_instagram_takes_the_requests(sent: Any, sendable: Any, meta: Mapping[str, Any]) -> None:
    own = sendable.settings.get("login") == "instagram"
    user = meta["IGUserForIGOnlyAPI" if own else "IGUser"]
    # Meta's generator writes one edge of this description without its underscore.
    publish = "mediapublish" if own else "media_publish"
    edges = {
        "/v26.0/73/media": "media",
        "/v26.0/73/media_publish": publish,
        "/v26.0/73/content_publishing_limit": "content_publishing_limit",
    }
    for request, _ in pairs(sent):
        if request.path in edges:
            assert unknown(request, user, edges[request.path], UNLISTED) == set()
        elif request.path == "/v26.0/2002":
            assert asked_for(request, meta["IGMedia"])


@of(*FACEBOOK, *INSTAGRAM)
def test_meta_shows_what_is_looked_back_at(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any, meta: Mapping[str, Any]
) -> None:
    page, own = sendable.platform == "facebook", sendable.settings.get("login") == "instagram"
    user = "Page" if page else "IGUserForIGOnlyAPI" if own else "IGUser"
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {}, {"/2001$": {"status_code": "EXPIRED"}})
    made = {"photo1": "1001", "photo2": "1001", "container": "2001", "uploaded": True}
    set_up.platform.reconcile(set_up.teaser, "k", Trace(NOW), made)
    set_up.platform.verify()
    *_, listed, me = seen
    edge = "published_posts" if page else "media"
    assert listed.path == f"/v26.0/72/{edge}" if page else f"/v26.0/73/{edge}"
    assert unknown(listed, meta[user], edge, UNLISTED | PAGING) == set()
    assert asked_for(listed, meta["PagePost" if page else "IGMedia"])
    assert me.path == ("/v26.0/me" if page or own else "/v26.0/73")
    assert asked_for(me, meta[user])


def is_upload(request: Request) -> bool:
    return "-upload/" in request.path


@of("facebook-reel", "instagram-reel")
def test_meta_gets_the_video_whole(sent: Any, sendable: Any) -> None:
    (upload,) = (request for request, _ in pairs(sent) if is_upload(request))
    number = {"facebook": "video-upload/v26.0/1003", "instagram": "ig-api-upload/v26.0/2001"}
    assert upload.path == f"/{number[sendable.platform]}"
    assert upload.headers["offset"] == "0"
    assert upload.data.startswith(b"\0\0\0\x18ftypmp42")


@of(*FACEBOOK, "facebook-reel", *INSTAGRAM)
def test_meta_never_sees_a_token_outside_the_header(sent: Any, sendable: Any) -> None:
    token, secret = sendable.secrets.values()
    for request in sent[0]:
        scheme = "OAuth" if is_upload(request) else "Bearer"
        assert request.headers["Authorization"] == f"{scheme} {token}"
        everything = f"{request.url} {dict(request.form)} {request.get_data(cache=True)!r}"
        assert token not in everything
        assert secret not in everything
        assert is_upload(request) or "appsecret_proof" in {*request.args, *request.form}
