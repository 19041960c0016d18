"""The requests, as they arrive on the wire, held against the platforms' own descriptions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request

#: Names that Meta's description leaves out, and why they are sent all the same.
UNLISTED = {
    "fields": "read-after-write: what the answer shall hold (Graph API guide)",
    "appsecret_proof": "proof of the app's secret, taken by every call (Graph API guide)",
}


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


@of("twitter", "twitter-picture")
def test_x_takes_the_requests_and_gives_the_answers(sent: Any, x: Any) -> None:
    for request, sample in pairs(sent):
        described = x["paths"][request.path][request.method.lower()]
        wanted = described["requestBody"]["content"]["application/json"]["schema"]
        assert request.content_type == "application/json"
        assert list(faults(request.json, wanted, x, "body")) == []
        answer = described["responses"][str(sample.status)]["content"]["application/json"]["schema"]
        assert list(faults(sample.json, answer, x, "answer")) == []
        assert request.headers["Authorization"].startswith("OAuth ")
        assert {"UserToken": []} in described["security"]


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
    token, opened, uploaded, watched = pairs(sent)
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
    _, opened, uploaded, _ = pairs(sent)
    request = uploaded[0]
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
        each for each in node["apis"] if each["method"] == "POST" and each.get("endpoint") == edge
    )
    names = set(request.form) | set(request.files) | set(request.args)
    required = {each["name"] for each in described["params"] if each["required"]}
    assert required <= names
    return names - {each["name"] for each in described["params"]} - set(also)


@of("facebook", "facebook-photo", "facebook-photo-without-one")
def test_facebook_takes_the_requests(sent: Any, meta: Mapping[str, Any]) -> None:
    nodes = {
        "/v26.0/72/feed": ("Page", "feed", {}),
        "/v26.0/72/photos": ("Page", "photos", {"source": "the picture itself, as a file"}),
        "/v26.0/72_1002/comments": ("PagePost", "comments", {}),
    }
    for request, sample in pairs(sent):
        node, edge, also = nodes[request.path]
        assert unknown(request, meta[node], edge, UNLISTED | also) == set()
        if edge == "feed":
            known = {each["name"] for each in meta["PagePost"]["fields"]}
            assert set(request.form["fields"].split(",")) == set(sample.json) <= known
            assert not {"picture", "name", "thumbnail", "description"} & set(request.form)


@of("instagram", "instagram-own-login")
def test_instagram_takes_the_requests(sent: Any, sendable: Any, meta: Mapping[str, Any]) -> None:
    own = sendable.settings.get("login") == "instagram"
    user = meta["IGUserForIGOnlyAPI" if own else "IGUser"]
    # Meta's generator writes one edge of this description without its underscore.
    publish = "mediapublish" if own else "media_publish"
    edges = {"/v26.0/73/media": "media", "/v26.0/73/media_publish": publish}
    for request, sample in pairs(sent):
        if request.method == "POST":
            assert unknown(request, user, edges[request.path], UNLISTED) == set()
        elif request.path == f"/v26.0/{sample.json['id']}" and "permalink" in sample.json:
            known = {each["name"] for each in meta["IGMedia"]["fields"]}
            assert set(request.args["fields"].split(",")) <= known


@of("facebook", "facebook-photo", "instagram", "instagram-own-login")
def test_meta_never_sees_a_token_outside_the_header(sent: Any, sendable: Any) -> None:
    token, secret = sendable.secrets.values()
    for request in sent[0]:
        assert request.headers["Authorization"] == f"Bearer {token}"
        everything = f"{request.url} {dict(request.form)} {request.get_data(cache=True)!r}"
        assert token not in everything
        assert secret not in everything
        assert "appsecret_proof" in {*request.args, *request.form}
