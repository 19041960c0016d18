"""What the stand-ins for Facebook and Instagram share: the Graph API's manners.

Versions in the path, tokens in a header or parameter, the proof of the app's secret,
`fields`, cursors, and errors with numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from bot.demo.doubles._double import Double
from bot.demo.doubles._route import Refusal, Route
from bot.demo.doubles._wire import Reply, Request

Item = TypeVar("Item")

VERSION = re.compile(r"^/v\d+\.\d+(?=/)")

#: Paths that need no token: they are how one is got, or check it themselves.
OPEN = ("/dialog/oauth", "/oauth/access_token", "/oauth/authorize", "/access_token")

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_manage_engagement",
    "instagram_basic",
    "instagram_content_publish",
)


@dataclass(frozen=True, slots=True)
class GraphToken:
    """A token, and whose it is."""

    kind: str  # "page" | "user" | "instagram" | "app"
    scopes: tuple[str, ...]
    made_at: datetime
    ends_at: datetime | None = None


class Graph(Double):
    """A Graph API. `app_id` and `app_secret` are the app's, `token` the one to post with."""

    everything: ClassVar[bool] = True
    anywhere: ClassVar[frozenset[str]] = frozenset({"access_token", "appsecret_proof", "fields"})
    account_id: str

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.app_id, self.app_secret = "4242", "demo-app-secret"
        self.token, self.user_token = f"EAAdemo{self.platform}", f"EAAdemo{self.platform}user"
        self.usage, self.regain_minutes = 3, 0  # per cent of what the app may ask
        born = self.now() - timedelta(days=2)
        self.tokens = {
            self.token: GraphToken("page", SCOPES, born),
            self.user_token: GraphToken("user", SCOPES, born),
            f"{self.app_id}|{self.app_secret}": GraphToken("app", (), born),
        }

    def place(self, request: Request) -> str:
        """The path without the version."""
        return VERSION.sub("", request.path)

    # ------------------------------------------------------------------ errors

    def refusal(self, status: int, words: str) -> Reply:
        """An error of the Graph API."""
        codes = {400: 100, 401: 190, 403: 200, 404: 803}
        return self.error(codes.get(status, 1), words, status=400 if status < 500 else status)

    def error(
        self, code: int, words: str, subcode: int = 0, *, status: int = 400, passing: bool = False
    ) -> Reply:
        """An error by its numbers."""
        told: dict[str, Any] = {"message": f"(#{code}) {words}", "type": "OAuthException"}
        told |= {"code": code, "is_transient": passing, "fbtrace_id": secrets.token_hex(8)}
        if subcode:
            told["error_subcode"] = subcode
        return Reply.json({"error": told}, status).adding(self.usage_headers())

    def trouble(self, kind: str, request: Request) -> Reply:
        """The platform in trouble."""
        if kind == "429":
            return self.error(80001, "There have been too many calls.", 2446079, passing=True)
        if kind == "402":
            return self.error(200, "The app may not do this.", status=403)
        if kind == "revoked":
            words = "Error validating access token: the session has been invalidated."
            return self.error(190, words, 460)
        return self.error(2, "Service temporarily unavailable", status=500, passing=True)

    def usage_headers(self) -> dict[str, str]:
        """How much of what the app may ask is used up."""
        counts = {"call_count": self.usage, "total_time": 1, "total_cputime": 1}
        wait = {"estimated_time_to_regain_access": self.regain_minutes}
        used = [{"type": "pages", **counts, **wait}]
        return {
            "x-app-usage": json.dumps(counts),
            "x-business-use-case-usage": json.dumps({self.account_id: used}),
        }

    # ------------------------------------------------------------------ tokens

    def params(self, request: Request) -> dict[str, Any]:
        """What a request says, wherever it says it."""
        return {**request.query, **request.fields}

    def given(self, request: Request) -> str:
        """The token that a request carries."""
        return request.bearer or str(self.params(request).get("access_token", ""))

    def holder(self, request: Request) -> GraphToken:
        """Whose token it is; Refusal where it is none, or no longer."""
        token = self.tokens.get(self.given(request))
        if token is None or (token.ends_at and token.ends_at <= self.now()):
            words = "Error validating access token: Session has expired."
            raise Refusal(self.error(190, words, 463 if token else 0))
        return token

    def admit(self, request: Request, route: Route) -> None:
        """Check the token, and its proof where one is sent."""
        if route.path in OPEN:
            return
        self.holder(request)
        proof = self.params(request).get("appsecret_proof")
        token = self.given(request).encode()
        right = hmac.new(self.app_secret.encode(), token, hashlib.sha256).hexdigest()
        if proof is not None and not hmac.compare_digest(str(proof), right):
            raise Refusal(self.error(100, "Invalid appsecret_proof provided in the API argument"))

    def mine(self, id: str) -> None:
        """Refuse an account that is not this one."""
        if id not in (self.account_id, "me"):
            words = f"Unsupported request. Object with ID '{id}' does not exist."
            raise Refusal(self.error(100, words, 33))

    def grant(self, kind: str, lasts: timedelta | None) -> str:
        """Make a token."""
        made = f"EAA{secrets.token_urlsafe(20)}"
        ends = self.now() + lasts if lasts else None
        self.tokens[made] = GraphToken(kind, SCOPES, self.now(), ends)
        return made

    # ----------------------------------------------------------------- answers

    def told(self, node: Mapping[str, Any], request: Request, default: str = "id") -> Reply:
        """Give the asked fields of a node, or of what a write has made."""
        return Reply.json(self.chosen(node, request, default)).adding(self.usage_headers())

    def chosen(self, node: Mapping[str, Any], request: Request, default: str) -> dict[str, Any]:
        """The fields of a node that a request asks for."""
        asked = fields_of(str(self.params(request).get("fields") or default))
        for name in asked:
            if name not in node:
                words = f"Tried accessing nonexisting field ({name})"
                raise Refusal(self.error(100, words))
        named = {"id": node["id"]} if "id" in node else {}
        return {**named, **{name: node[name] for name in asked if node[name] is not None}}

    def paged(
        self, items: Sequence[Item], request: Request, show: Callable[[Item], Mapping[str, Any]]
    ) -> Reply:
        """One page of a list, with cursors."""
        asked = self.params(request)
        size, start = int(asked.get("limit", 25)), int(str(asked.get("after") or "c0")[1:])
        if not 0 < size <= 100:
            raise Refusal(self.error(100, "limit is between 1 and 100."))
        page = items[start : start + size]
        told: dict[str, Any] = {"data": [self.chosen(show(each), request, "id") for each in page]}
        if page:
            cursors = {"before": f"c{start}", "after": f"c{start + len(page)}"}
            told["paging"] = {"cursors": cursors}
            if len(items) > start + size:
                told["paging"]["next"] = f"{self.url}{request.path}?after={cursors['after']}"
        return Reply.json(told).adding(self.usage_headers())


def fields_of(text: str) -> list[str]:
    """The names in a `fields` parameter, without what is asked of their insides."""
    names, depth = [""], 0
    for sign in text:
        depth += (sign in "{(") - (sign in "})")
        if sign == "," and not depth:
            names.append("")
        elif not depth and sign not in "})":
            names[-1] += sign
    return [name.split(".")[0].strip() for name in names if name.strip()]


def flag(value: Any, default: bool) -> bool:
    """Read a parameter that is true or false."""
    return default if value is None else str(value).lower() in ("true", "1")


def listed_json(value: Any) -> list[Any]:
    """Read a parameter that is a list, in JSON or between commas."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = value.split(",")
    return value if isinstance(value, list) else [value]
