"""A stand-in for the X API v2, made from its official description (OpenAPI 2.167)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bot.demo.doubles._double import stamp
from bot.demo.doubles._oauth import BadGrant, Grants, Keys
from bot.demo.doubles._route import Refusal, Route, route
from bot.demo.doubles._wire import Reply, Request
from bot.demo.doubles._x_media import Upload, XMedia, type_of
from bot.platforms import base

TOKEN = "/2/oauth2/token"
PROBLEMS = "https://api.x.com/2/problems"
LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)”’]")
#: Set aside by RFC 2606 and RFC 6761: no host on the web ends so.
NO_DOMAINS = ("example", "invalid", "localhost", "test", "")
SCOPE = "tweet.read tweet.write users.read media.write offline.access"
#: Which scope an operation needs of an OAuth 2.0 token.
NEEDED = {"/2/media": "media.write", "/2/users": "users.read", "/2/tweets": "tweet.write"}


@dataclass(frozen=True)
class _Tweet:
    id: str
    text: str
    media: tuple[Upload, ...]
    at: datetime

    @property
    def says(self) -> tuple[str, ...]:
        """What makes it a duplicate of another."""
        return self.text, *(each.id for each in self.media)


class X(XMedia):
    """X, as far as a newsroom uses it. Its keys are `keys`, its OAuth 2.0 client `grants`."""

    platform: ClassVar[str] = "twitter"

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.account, self.account_id = "harbour_post", "1001"
        self.access = "read-write"  # what the app's user has allowed it
        self.keys = Keys("demo-api-key", "demo-api-secret", "1001-demo-access", "demo-secret")
        self.grants = Grants(
            "demo-x-client", "demo-x-client-secret", SCOPE, self.now, single_use=True
        )
        self._tweets: dict[str, _Tweet] = {}
        self._said: set[tuple[str, ...]] = set()

    # ------------------------------------------------------------------ errors

    def refusal(self, status: int, words: str) -> Reply:
        """A problem, as X words it."""
        if status == 404:
            kind = {"type": f"{PROBLEMS}/resource-not-found", "resource_type": "post"}
            return _problem(404, "Not Found Error", words, **kind)
        if status == 400:
            return _problem(400, "Invalid Request", words, type=f"{PROBLEMS}/invalid-request")
        return _problem(status, {401: "Unauthorized", 403: "Forbidden"}.get(status, "Error"), words)

    def trouble(self, kind: str, request: Request) -> Reply:
        """The platform in trouble."""
        if kind == "429":
            reset = str(int(self.now().timestamp()) + 900)
            limits = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0"}
            reply = _problem(429, "Too Many Requests", "Too Many Requests")
            return reply.adding({**limits, "x-rate-limit-reset": reset})
        if kind == "402":
            words = "Your enrolled account does not have any credits to fulfill this request."
            return _problem(402, "CreditsDepleted", words, type=f"{PROBLEMS}/credits")
        if kind == "revoked" and request.path == TOKEN:
            return Reply.json({"error": "invalid_grant"}, 400)
        if kind == "revoked":
            return self.refusal(401, "Unauthorized")
        words = "Something is broken. This is a temporary error."
        return _problem(500, "Internal Server Error", words)

    def admit(self, request: Request, route: Route) -> None:
        """Verify the signature, or the Bearer token and its scope."""
        if route.path in (TOKEN, "/i/oauth2/authorize"):
            return
        token = self.grants.known(request.bearer)
        if token is not None:
            need = next(scope for path, scope in NEEDED.items() if route.path.startswith(path))
            if need not in token.scope.split():
                raise Refusal(self.refusal(403, f"The token lacks the scope {need}."))
            return
        fault = self.keys.fault(request, self.now())
        if fault == "timestamp":
            told = {"errors": [{"code": 135, "message": "Timestamp out of bounds."}]}
            raise Refusal(Reply.json(told, 401))
        if fault:
            raise Refusal(self.refusal(401, "Unauthorized"))
        if self.access == "read" and route.method != "GET":
            words = "Your client app is not configured with the appropriate oauth1 app permissions"
            kind = f"{PROBLEMS}/oauth1-permissions"
            raise Refusal(_problem(403, "Forbidden", words, type=kind))

    # ------------------------------------------------------------------- posts

    @route("POST /2/tweets", body="text media reply_settings made_with_ai paid_partnership")
    def create(self, request: Request) -> Reply:
        text, given = request.fields.get("text", ""), request.fields.get("media", {})
        self.strict(given, {"media_ids", "tagged_user_ids"})
        if not isinstance(text, str) or not (text or given):
            raise Refusal(self.refusal(400, "text or media is needed."))
        if base.load("twitter").measure(text) > 280:
            raise Refusal(self.refusal(400, "Your Post text is too long."))
        media = tuple(self.attached(number) for number in given.get("media_ids", ()))
        videos = sum("image" not in each.category for each in media)
        if len(media) > 4 or (videos and len(media) > 1):
            raise Refusal(self.refusal(400, "Up to four pictures, or one video."))
        ids = [each.id for each in media]
        tweet = _Tweet(self.number(), text, media, self.now())
        if self.refuses_repeats and tweet.says in self._said:
            words = "You are not allowed to create a Tweet with duplicate content."
            raise Refusal(self.refusal(403, words))
        self._tweets[tweet.id] = tweet
        self._said.add(tweet.says)
        self.publish(
            "post",
            tweet.id,
            text=text,
            link=next(iter(LINK.findall(text)), ""),
            media=[self.keep(each.content or b"", type_of(each.content)) for each in media],
            alt=[each.alt for each in media],
            media_ids=ids,
        )
        data = {"id": tweet.id, "text": text, "edit_history_post_ids": [tweet.id]}
        return Reply.json({"data": data}, 201)

    @route("DELETE /2/tweets/{id}")
    def delete(self, request: Request, id: str) -> Reply:
        gone = self._tweets.pop(id, None)
        if gone is None:
            raise Refusal(self.refusal(404, f"Could not find the post {id}."))
        self._said.discard(gone.says)
        self.publish("delete", id)
        return Reply.json({"data": {"deleted": True}})

    # ------------------------------------------------------------------- reads

    @route("GET /2/users/me", query="user.fields")
    def me(self, request: Request) -> Reply:
        told = {"id": self.account_id, "name": "Harbour Post", "username": self.account}
        return Reply.json({"data": told}, x_access_level=self.access)

    # tweet.fields: the name of post.fields until 2.165, which the prose still gives.
    @route(
        "GET /2/users/{id}/tweets",
        query="max_results pagination_token start_time end_time since_id until_id exclude"
        " post.fields tweet.fields expansions media.fields",
    )
    def timeline(self, request: Request, id: str) -> Reply:
        if id != self.account_id:
            raise Refusal(self.refusal(404, f"Could not find the user {id}."))
        query = request.query
        try:
            size = int(query.get("max_results", 10))
            start = int(query.get("pagination_token", "t0")[1:])
            since, until = (_time(query.get(name)) for name in ("start_time", "end_time"))
        except ValueError:
            raise Refusal(self.refusal(400, "A parameter is malformed.")) from None
        if not 5 <= size <= 100:
            raise Refusal(self.refusal(400, "max_results is between 5 and 100."))
        found = [
            each
            for each in self.listed(self._tweets.values(), lambda tweet: tweet.at)
            if (since is None or each.at >= since)
            and (until is None or each.at < until)
            and int(query.get("since_id", 0)) < int(each.id) < int(query.get("until_id", 1 << 64))
        ]
        page, wanted = found[start : start + size], _words(query, "post.fields", "tweet.fields")
        expand = "attachments.media_keys" in query.get("expansions", "")
        told: dict[str, Any] = {"meta": {"result_count": len(page)}}
        if page:
            told["meta"] |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
            told["data"] = [self._shown(each, wanted, expand) for each in page]
        if len(found) > start + size:
            told["meta"]["next_token"] = f"t{start + size}"
        media = {each.key: each for tweet in page for each in tweet.media}
        if expand and media:
            told["includes"] = {"media": [{"media_key": key, "type": "photo"} for key in media]}
        return Reply.json(told)

    def _shown(self, tweet: _Tweet, wanted: set[str], expand: bool) -> dict[str, Any]:
        """A post as X gives it back: links shortened, signs escaped."""
        text, urls, at = "", [], 0
        links = [(*found.span(), found[0], "") for found in LINK.finditer(tweet.text)]
        links = [each for each in links if _is_linked(each[2])]
        own = f"https://x.com/{self.account}/status/{tweet.id}/photo/1"
        end = len(tweet.text)
        links += [(end, end, own, each.key) for each in tweet.media[:1]]
        for number, (start, stop, link, key) in enumerate(links):
            text += escape(tweet.text[at:start], quote=False) + (" " if key and tweet.text else "")
            short = f"https://t.co/{int(tweet.id) % 10**8:08d}{number:02d}"
            place = {"start": len(text), "end": len(text) + len(short)}
            shown = {"url": short, "expanded_url": link, "display_url": link.split("//")[1][:26]}
            urls.append({**place, **shown, **({"media_key": key} if key else {})})
            text, at = text + short, stop
        text += escape(tweet.text[at:], quote=False)
        told: dict[str, Any] = {"id": tweet.id, "text": text, "edit_history_post_ids": [tweet.id]}
        if "created_at" in wanted:
            told["created_at"] = stamp(tweet.at)
        if "entities" in wanted and urls:
            told["entities"] = {"urls": urls}
        if ("attachments" in wanted or expand) and tweet.media:
            told["attachments"] = {"media_keys": [each.key for each in tweet.media]}
        return told

    # ------------------------------------------------------------------ grants

    @route(
        "GET /i/oauth2/authorize",
        query="response_type client_id redirect_uri scope state code_challenge"
        " code_challenge_method",
    )
    def authorize(self, request: Request) -> Reply:
        return self.grants.authorize(request.query)

    @route(
        f"POST {TOKEN}",
        body="grant_type code redirect_uri client_id client_secret code_verifier refresh_token",
    )
    def token(self, request: Request) -> Reply:
        try:
            return Reply.json(self.grants.token(request))
        except BadGrant as error:
            words = "Value passed for the token was invalid."
            return Reply.json({"error": str(error), "error_description": words}, 400)


def _problem(status: int, title: str, detail: str, **facts: str) -> Reply:
    told = {"title": title, "detail": detail, "type": "about:blank", "status": status, **facts}
    return Reply.json(told, status, Content_Type="application/problem+json")


def _is_linked(link: str) -> bool:
    """Tell whether X makes a link of an address: its host must end in a real domain."""
    last = (urlsplit(link).hostname or "").rpartition(".")[2]
    return not last.isdecimal() and last not in NO_DOMAINS


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _words(query: Mapping[str, str], *names: str) -> set[str]:
    return {word for name in names for word in query.get(name, "").split(",") if word}
