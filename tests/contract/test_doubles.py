"""The doubles, held against the platforms' own descriptions: what they take, what they give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.demo.doubles import Doubles
from bot.demo.doubles._double import Double
from bot.demo.doubles._facebook import Facebook
from bot.demo.doubles._instagram import Instagram
from bot.demo.doubles._route import Route
from bot.demo.doubles._wire import Reply, Request
from bot.demo.doubles._x import X
from bot.demo.doubles._youtube import YouTube
from bot.demo.doubles._youtube_upload import SNIPPET, STATUS
from bot.http import Session
from bot.model import Absent, Account, Media, Outcome, Published, Teaser, Trace, Waiting
from bot.platforms import base

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
LINK = "https://harbour.example.com/2026/11/strike?id=1"
Seen = list[tuple[Route, Request, Reply]]

# Logins and token exchanges are in no machine-readable description, but in the prose.
LOGINS = {
    "/2/oauth2/token",
    "/i/oauth2/authorize",
    "/token",
    "/o/oauth2/v2/auth",
    "/dialog/oauth",
    "/oauth/access_token",
    "/oauth/authorize",
    "/access_token",
    "/refresh_access_token",
    "/debug_token",
    "/me/accounts",  # of a person, whose description is not among these
}


def operations(kind: type[Double]) -> list[Route]:
    return [each for each, _ in kind.routes() if each.path not in LOGINS]


def ids(each: Route) -> str:
    return f"{each.method} {each.path}"


@pytest.fixture
def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Seen]:
    """Walk every operation of a double, and give each request with its answer."""

    def walk(platform: str) -> Seen:
        seen: Seen = []
        with Doubles(tmp_path) as doubles:
            double = doubles[platform]
            carry_out = double._carry_out

            def noted(request: Request) -> Reply:
                reply = carry_out(request)
                place = double.place(request)
                routes = [
                    each
                    for each, _ in double.routes()
                    if each.match(request.method, place) is not None
                ]
                seen.append((routes[0], request, reply))
                return reply

            monkeypatch.setattr(double, "_carry_out", noted)
            WALKS[platform](doubles)
        missing = set(operations(type(double))) - {route for route, _, _ in seen}
        assert not missing, f"not walked: {sorted(map(ids, missing))}"
        refused = [(ids(r), a.body) for r, _, a in seen if a.status >= 400]
        assert not refused
        return [row for row in seen if row[0].path not in LOGINS]

    return walk


def caller(url: str, token: str) -> Callable[..., Any]:
    def call(line: str, **how: Any) -> Any:
        method, path = line.split(" ")
        place = path if path.startswith("http") else url + path
        headers = {"Authorization": f"Bearer {token}", **how.pop("headers", {})}
        answer = requests.request(method, place, headers=headers, timeout=5, **how)
        return answer.json() if answer.content else answer.headers.get("Location")

    return call


def walk_x(doubles: Doubles) -> None:
    grants = doubles.x.grants
    call = caller(doubles.x.url, str(grants.give(grants.scope, refresh=False)["access_token"]))
    file = {"media": ("a.jpg", JPEG)}
    call("GET /2/users/me", params={"user.fields": "username"})
    picture = call("POST /2/media/upload", data={"media_category": "tweet_image"}, files=file)
    number = picture["data"]["id"]
    call("POST /2/media/metadata", json={"id": number, "metadata": {"alt_text": {"text": "A"}}})
    begin = {"media_type": "video/mp4", "total_bytes": 4, "media_category": "tweet_video"}
    video = call("POST /2/media/upload/initialize", json=begin)["data"]["id"]
    part = {"segment_index": 0, "media": "YWJjZA=="}
    call(f"POST /2/media/upload/{video}/append", json=part)
    call(f"POST /2/media/upload/{video}/finalize")
    call("GET /2/media/upload", params={"command": "STATUS", "media_id": video})
    for text, media in ((f"Dockers & more {LINK}", number), ("A video", video)):
        made = call("POST /2/tweets", json={"text": text, "media": {"media_ids": [media]}})
    for count in range(4):
        call("POST /2/tweets", json={"text": f"Number {count}"})
    wanted = {
        "post.fields": "created_at,entities,attachments",
        "expansions": "attachments.media_keys",
        "max_results": 5,
    }
    first = call("GET /2/users/1001/tweets", params=wanted)
    more = {**wanted, "pagination_token": first["meta"]["next_token"]}
    call("GET /2/users/1001/tweets", params=more)
    call(f"DELETE /2/tweets/{made['data']['id']}")


def walk_facebook(doubles: Doubles) -> None:
    call = caller(f"{doubles.facebook.url}/v26.0", doubles.facebook.token)
    page = "id,name,username,link,is_published,instagram_business_account"
    call("GET /me", params={"fields": page})
    call("GET /72", params={"fields": page})
    photo = call("POST /72/photos", data={"published": "false"}, files={"source": ("a", JPEG)})
    media = json.dumps([{"media_fbid": photo["id"]}])
    post = "id,message,created_time,permalink_url,is_published,status_type"
    call("POST /72/feed", data={"message": "Photos", "attached_media": media})
    made = call("POST /72/feed", data={"message": "A", "link": LINK, "fields": post})["id"]
    call(f"GET /{made}", params={"fields": f"{post},attachments"})
    call(f"POST /{made}", data={"message": "B"})
    call(f"POST /{made}/comments", data={"message": LINK})
    call("POST /72/videos", data={"description": "V"}, files={"source": ("a.mp4", b"abcd")})
    reel = call("POST /72/video_reels", data={"upload_phase": "start"})
    head = {"Authorization": f"OAuth {doubles.facebook.token}", "offset": "0", "file_size": "4"}
    call(f"POST {reel['upload_url']}", data=b"abcd", headers=head)
    end = {"upload_phase": "finish", "video_id": reel["video_id"], "video_state": "PUBLISHED"}
    call("POST /72/video_reels", data=end)
    call("GET /72/video_reels", params={"fields": "id"})
    call("GET /72/published_posts", params={"fields": post, "limit": 2})
    call(f"DELETE /{made}")


def walk_instagram(doubles: Doubles) -> None:
    doubles.instagram.looks = 0
    call = caller(f"{doubles.instagram.url}/v26.0", doubles.instagram.token)
    call("GET /me", params={"fields": "name"})
    call("GET /73", params={"fields": "id,username,name"})
    call("GET /73/content_publishing_limit", params={"fields": "config,quota_usage"})
    wanted = {"image_url": "https://harbour.example/a.jpg", "caption": "A", "alt_text": "B"}
    made = call("POST /73/media", data=wanted)["id"]
    call(f"GET /{made}", params={"fields": "status_code,status"})
    reel = call("POST /73/media", data={"media_type": "REELS", "upload_type": "resumable"})
    head = {"offset": "0", "file_size": "4"}
    call(f"POST {reel['uri']}", data=b"abcd", headers=head)
    media = call("POST /73/media_publish", data={"creation_id": made})["id"]
    shown = "id,caption,permalink,timestamp,media_type,media_product_type,username"
    call(f"GET /{media}", params={"fields": shown})
    call("GET /73/media", params={"fields": shown})
    call(f"DELETE /{media}")


def walk_youtube(doubles: Doubles) -> None:
    grants = doubles.youtube.grants
    call = caller(
        doubles.youtube.url, str(grants.give(grants.scope, refresh=False)["access_token"])
    )
    about = {
        "snippet": {"title": "A", "description": LINK, "tags": ["x-k7f3q2"]},
        "status": {"privacyStatus": "public"},
    }
    asked = {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "false"}
    place = call("POST /upload/youtube/v3/videos", params=asked, json=about)
    number = call(f"PUT {place}", data=b"abcd")["id"]
    read = {"part": "id,snippet,status,processingDetails,contentDetails", "id": number}
    call("GET /youtube/v3/videos", params=read)
    mine = {"part": "id,snippet,status,contentDetails", "mine": "true"}
    call("GET /youtube/v3/channels", params=mine)
    kind = {"Content-Type": "image/jpeg"}
    place = "POST /upload/youtube/v3/thumbnails/set"
    call(place, params={"videoId": number}, data=JPEG, headers=kind)
    video = {"kind": "youtube#video", "videoId": number}
    body = {"snippet": {"playlistId": "PLharbour", "resourceId": video}}
    call("POST /youtube/v3/playlistItems", params={"part": "snippet"}, json=body)
    listed = {"part": "id,snippet,contentDetails,status", "playlistId": "UUabcdefghijklmnopqrstuv"}
    call("GET /youtube/v3/playlistItems", params=listed)
    call("DELETE /youtube/v3/videos", params={"id": number})


WALKS: Mapping[str, Callable[[Doubles], None]] = {
    "twitter": walk_x,
    "facebook": walk_facebook,
    "instagram": walk_instagram,
    "youtube": walk_youtube,
}


# ---------------------------------------------------------------------------- X


@pytest.fixture(scope="session")
def x(shared_dir: Path) -> Any:
    return json.loads((shared_dir / "specs/x/openapi.json").read_text())


def resolve(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        kind, name = schema["$ref"].split("/")[-2:]
        schema = root["components"][kind][name]
    return schema


def faults(value: Any, schema: Any, root: Any, at: str = "") -> Iterator[str]:
    """Name what of `value` a schema of X does not have, wants, or has otherwise."""
    schema = resolve(schema, root)
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}.{name}: missing" for name in schema.get("required", ()) - value.keys())
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{at}.{name}: unknown"
            else:
                yield from faults(inner, schema["properties"][name], root, f"{at}.{name}")
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{at}: {len(value)} items"
        for inner in value:
            yield from faults(inner, schema["items"], root, f"{at}[]")
    kinds = {"object": dict, "string": str, "array": list, "boolean": bool, "integer": int}
    if (kind := schema.get("type")) and not isinstance(value, kinds[kind]):
        yield f"{at}: no {kind}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: {value!r} is not {schema['pattern']}"


def test_the_check_of_x_finds_faults(x: Any) -> None:
    schema = {"$ref": "#/components/schemas/CreatePostsResponse"}
    assert list(faults({"data": {"id": "1", "text": "a"}}, schema, x)) == []
    assert list(faults({"data": {"id": "a", "text": 1}, "more": 1}, schema, x)) == [
        ".data.id: 'a' is not ^[0-9]{1,19}$",
        ".data.text: no string",
        ".more: unknown",
    ]
    assert list(faults({"data": {"id": "1"}}, schema, x)) == [".data.text: missing"]


@pytest.mark.parametrize("each", operations(X), ids=ids)
def test_x_takes_what_is_described(each: Route, x: Any) -> None:
    described = x["paths"][each.path][each.method.lower()]
    params = [resolve(param, x) for param in described.get("parameters", ())]
    # The prose and the libraries still say tweet.fields, as the description did until 2.165.
    assert each.query - {"tweet.fields"} <= {
        param["name"] for param in params if param["in"] == "query"
    }
    content = described.get("requestBody", {"content": {}})["content"]
    for form in content.values():
        schema = resolve(form["schema"], x)
        assert set(schema.get("required", ())) <= each.body <= set(schema["properties"])
    assert bool(content) == bool(each.body)
    assert {"UserToken": []} in described["security"], "OAuth 1.0a is enough"


def test_x_gives_what_is_described(walked: Callable[[str], Seen], x: Any) -> None:
    for each, request, reply in walked("twitter"):
        described = x["paths"][each.path][each.method.lower()]
        answer = described["responses"][str(reply.status)]["content"]["application/json"]
        assert list(faults(json.loads(reply.body), answer["schema"], x)) == [], ids(each)
        if request.content_type in ("application/json", "multipart/form-data"):
            taken = described["requestBody"]["content"]
            assert request.content_type in taken


def test_x_words_its_problems_as_described(tmp_path: Path, x: Any) -> None:
    problems = {
        resolve(each, x)["properties"]["type"]["enum"][0]: resolve(each, x)
        for each in x["components"]["schemas"]["Problem"]["oneOf"]
        if "properties" in resolve(each, x)
    }
    with Doubles(tmp_path) as doubles:
        for status in (400, 404):
            told = json.loads(doubles.x.refusal(status, "No.").body)
            assert list(faults(told, problems[told["type"]], x)) == []


# ------------------------------------------------------------------------- Meta

#: Names that Meta's description leaves out, and why they are known all the same.
UNLISTED = {
    "source": "the picture or video itself, as a file (Page Photos, Page Videos)",
    "limit": "of every list (Graph API guide, paging)",
    "after": "of every list (Graph API guide, paging)",
    "message": "the text of a photo post (Page Photos)",
    "since": "of a list by time (Graph API guide, paging)",
    "until": "of a list by time (Graph API guide, paging)",
}

#: An operation of a double, the description it stands in, and the edge.
META = {
    "GET /me": ("Page", None),
    "POST /{page}/feed": ("Page", "feed"),
    "POST /{page}/photos": ("Page", "photos"),
    "POST /{page}/videos": ("Page", "videos"),
    "POST /{page}/video_reels": ("Page", "video_reels"),
    "GET /{page}/video_reels": ("Page", "video_reels"),
    "GET /{page}/published_posts": ("Page", "published_posts"),
    "POST /{post}/comments": ("PagePost", "comments"),
    "GET /{id}": ("PagePost", None),
    "POST /{post}": ("PagePost", None),
    "DELETE /{post}": ("PagePost", None),
    "POST /{user}/media": ("IGUser", "media"),
    "GET /{user}/media": ("IGUser", "media"),
    "POST /{user}/media_publish": ("IGUser", "media_publish"),
    "GET /{user}/content_publishing_limit": ("IGUser", "content_publishing_limit"),
    "DELETE /{media}": ("IGMedia", None),
}

#: Uploads go to a host of their own, which is described in prose alone.
UPLOADS = {
    "POST /video-upload/{version}/{video}",
    "POST /ig-api-upload/{version}/{container}",
}


@pytest.fixture(scope="session")
def meta(shared_dir: Path) -> Mapping[str, Any]:
    folder = shared_dir / "specs/meta"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


@pytest.mark.parametrize("each", operations(Facebook) + operations(Instagram), ids=ids)
def test_meta_takes_what_is_described(each: Route, meta: Mapping[str, Any]) -> None:
    if ids(each) in UPLOADS:
        assert not each.query | each.body
        return
    node, edge = META[ids(each)]
    named = {
        "GET": "#get",
        "POST": "#update",
        "DELETE": "#delete",
    }[each.method]
    (described,) = (
        api
        for api in meta[node]["apis"]
        if api["method"] == each.method
        and (api.get("endpoint") == edge if edge else api.get("name") == named)
    )
    known = {param["name"] for param in described["params"]}
    assert each.query | each.body <= known | set(UNLISTED)
    assert {param["name"] for param in described["params"] if param["required"]} <= each.body


#: Fields of answers that no description lists, and why they are given all the same.
UNLISTED_FIELDS = {
    "post_id": "of a published photo or Reel (Page Photos, Reels Publishing)",
    "success": "of writes that make nothing (Graph API guide)",
    "uri": "where a Reel is uploaded (Instagram, resumable uploads)",
    "status_code": "of a container (Instagram, Container reference)",
    "status": "of a container (Instagram, Container reference)",
    "attachments": "an edge that may be asked for as a field (PagePost)",
    "quota_usage": "of content_publishing_limit (Instagram reference)",
    "config": "of content_publishing_limit (Instagram reference)",
    "upload_url": "where a Reel is uploaded (Reels Publishing)",
    "video_id": "of a begun Reel (Reels Publishing)",
    "message": "what the upload host says",
}


@pytest.mark.parametrize(
    ("platform", "nodes"),
    [("facebook", ("Page", "PagePost")), ("instagram", ("IGUser", "IGMedia"))],
)
def test_meta_gives_what_is_described(
    walked: Callable[[str], Seen],
    meta: Mapping[str, Any],
    platform: str,
    nodes: tuple[str, ...],
) -> None:
    known = {field["name"] for node in nodes for field in meta[node]["fields"]}
    for each, _, reply in walked(platform):
        told = json.loads(reply.body)
        for item in told.get("data", [told]):
            assert set(item) <= known | set(UNLISTED_FIELDS), ids(each)
        assert set(told) <= {"data", "paging"} or "data" not in told


def test_the_own_login_of_instagram_has_the_same_edges(meta: Mapping[str, Any]) -> None:
    own = {
        (api["method"], str(api.get("endpoint")).replace("mediapublish", "media_publish"))
        for api in meta["IGUserForIGOnlyAPI"]["apis"]
    }
    edges = [
        (each.method, each.path.removeprefix("/{user}/"))
        for each in operations(Instagram)
        if "{user}" in each.path
    ]
    assert set(edges) <= own


# ---------------------------------------------------------------------- YouTube


@pytest.fixture(scope="session")
def youtube(shared_dir: Path) -> Any:
    return json.loads((shared_dir / "specs/youtube/youtube.v3.json").read_text())


def methods(root: Any) -> Iterator[tuple[str, str, Any]]:
    """Every method of the description: its verb, its path (of uploads too), and itself."""
    for resource in root["resources"].values():
        for method in resource.get("methods", {}).values():
            yield method["httpMethod"], f"/{method['path']}", method
            if "mediaUpload" in method:
                path = method["mediaUpload"]["protocols"]["simple"]["path"]
                yield method["httpMethod"], path, method


@pytest.mark.parametrize("each", operations(YouTube), ids=ids)
def test_youtube_takes_what_is_described(each: Route, youtube: Any) -> None:
    if each.method == "PUT":  # a session's own address, described in prose alone
        assert each.query == {"upload_id"}
        return
    (described,) = (m for verb, path, m in methods(youtube) if f"{verb} {path}" == ids(each))
    required = {name for name, each in described["parameters"].items() if each.get("required")}
    assert required <= each.query <= set(described["parameters"])
    schema = youtube["schemas"][described["request"]["$ref"]] if each.body else {"properties": {}}
    assert each.body <= set(schema["properties"])


def test_youtube_knows_no_names_of_its_own(youtube: Any) -> None:
    assert set(YouTube.anywhere) <= set(youtube["parameters"])
    assert set(youtube["schemas"]["VideoSnippet"]["properties"]) >= SNIPPET
    assert set(youtube["schemas"]["VideoStatus"]["properties"]) >= STATUS


def strangers(value: Any, schema: Any, root: Any, at: str = "") -> Iterator[str]:
    """Name what of `value` the description does not know."""
    if "$ref" in schema:
        schema = root["schemas"][schema["$ref"]]
    if isinstance(value, list):
        for inner in value:
            yield from strangers(inner, schema["items"], root, f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{at}.{name}"
            else:
                yield from strangers(inner, schema["properties"][name], root, f"{at}.{name}")
    elif value not in schema.get("enum", [value]):
        yield f"{at}={value}"


def test_youtube_gives_what_is_described(walked: Callable[[str], Seen], youtube: Any) -> None:
    for each, _, reply in walked("youtube"):
        if not reply.body:
            continue
        verb = "POST" if each.method == "PUT" else each.method
        (described,) = (
            m for named, path, m in methods(youtube) if (named, path) == (verb, each.path)
        )
        assert list(strangers(json.loads(reply.body), described["response"], youtube)) == []


def test_youtube_asks_for_no_scope_that_is_not_described(youtube: Any) -> None:
    from bot.demo.doubles._youtube import ALSO, ROOT

    for verb, path, method in methods(youtube):
        for each in operations(YouTube):
            if (each.method, each.path) == (verb, path):
                accepted = {ROOT, f"{ROOT}.force-ssl", *ALSO.get(path, ALSO.get(verb, ()))}
                assert accepted <= set(method["scopes"]), ids(each)


# ------------------------------------------------- what the bot makes of them

VIDEO = b"\0\0\0\x18ftypmp42" * 60_000


def media(folder: Path, *kinds: str) -> tuple[Media, ...]:
    made = []
    for kind, name, content in (("image", "a.jpg", JPEG), ("video", "a.mp4", VIDEO)):
        path = folder / name
        path.write_bytes(content)
        mime = "image/jpeg" if kind == "image" else "video/mp4"
        url = "https://harbour.example.com/a.jpg" if kind == "image" else ""
        own = Media(kind, url, str(path), "A gate", mime=mime, size=len(content))
        made += [own] * kinds.count(kind)
    return tuple(made)


@pytest.mark.parametrize(
    ("platform", "kinds", "settings"),
    [
        ("twitter", (), {}),
        ("twitter", ("image", "image"), {}),
        ("twitter", ("video",), {}),
        ("facebook", (), {}),
        ("facebook", ("image",), {"form": "photo+comment"}),
        ("facebook", ("image", "image"), {"form": "photo+comment"}),
        ("facebook", ("video",), {"form": "photo+comment"}),
        ("instagram", ("image",), {}),
        ("instagram", ("image", "image"), {}),
        ("instagram", ("video",), {}),
        ("youtube", ("image", "video"), {}),
    ],
)
def test_the_bot_and_the_doubles_meet(
    tmp_path: Path, platform: str, kinds: tuple[str, ...], settings: dict[str, str]
) -> None:
    teaser = Teaser(f"Tea & dockers {LINK}", "Tea", LINK, media(tmp_path, *kinds))
    with Doubles(tmp_path / "log") as doubles:
        double, prefix = doubles[platform], f"BOT_HARBOUR_{platform.upper()}_"
        kind = base.load(platform)
        secrets = doubles.secrets("harbour").items()
        bound = kind(
            account=double.account,
            settings=kind.Settings(**doubles.settings(platform), **settings),
            secrets={
                name.removeprefix(prefix): value
                for name, value in secrets
                if name.startswith(prefix)
            },
            session=Session(deadline=timedelta(seconds=5), allow_private=True),
            clock=lambda: datetime.now(UTC),
        )
        who = bound.verify()
        assert isinstance(who, Account)
        assert (who.name, who.lacks, who.hidden) == (double.account, (), "")

        outcome: Outcome = Waiting()
        since, resume, steps = datetime.now(UTC), None, 0
        while isinstance(outcome, Waiting) and steps < 20:
            resume = outcome.resume or resume
            outcome, steps = bound.publish(teaser, "k7f3q2", resume), steps + 1
        assert isinstance(outcome, Published), outcome
        (effect,) = doubles.effects(kind="post")
        shown = kinds.count("video") or kinds.count("image")
        assert len(effect["media"]) == shown
        for extra in outcome.extras:
            assert isinstance(bound.extra(extra, teaser, outcome.remote_id), Published)
        found = bound.reconcile(teaser, "k7f3q2", Trace(since), resume)
        assert isinstance(found, Published), found
        assert found.remote_id == outcome.remote_id
        assert isinstance(bound.delete(outcome.remote_id), Absent)
        assert len(doubles.effects(kind="post")) == len(doubles.effects(kind="delete")) == 1


def test_times_are_written_as_each_platform_does() -> None:
    from bot.demo.doubles._double import stamp

    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert stamp(at) == "2026-11-23T09:00:00.000Z"
