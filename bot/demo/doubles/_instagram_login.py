"""Instagram's own login, whose token ends after sixty days and is exchanged for a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.demo.doubles._graph import GraphToken
from bot.demo.doubles._graph_login import SIXTY_DAYS, GraphLogin
from bot.demo.doubles._oauth import BadGrant
from bot.demo.doubles._route import route
from bot.demo.doubles._wire import Reply, Request

OWN_SCOPES = ("instagram_business_basic", "instagram_business_content_publish")


class InstagramLogin(GraphLogin):
    """Both logins of Instagram; `own_token` is one of its own."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.own_token, born = "IGdemoown", self.now() - timedelta(days=2)
        ends = born + SIXTY_DAYS
        self.tokens[self.own_token] = GraphToken("instagram", OWN_SCOPES, born, ends)

    @route("GET /refresh_access_token", query="grant_type")
    def refresh(self, request: Request) -> Reply:
        token = self.holder(request)
        young = self.now() - token.made_at < timedelta(hours=24)
        if token.kind != "instagram" or young or request.query["grant_type"] != "ig_refresh_token":
            return self.error(100, "The token cannot be refreshed.")
        return self._long()

    @route("GET /access_token", query="grant_type client_secret")
    def exchange(self, request: Request) -> Reply:
        short = self.holder(request)
        if request.query.get("client_secret") != self.app_secret or short.kind != "instagram":
            return self.error(101, "Error validating client secret.")
        return self._long()

    def _long(self) -> Reply:
        made = self.grant("instagram", SIXTY_DAYS)
        seconds = int(SIXTY_DAYS.total_seconds())
        return Reply.json({"access_token": made, "token_type": "bearer", "expires_in": seconds})

    @route(
        "GET /oauth/authorize",
        query="client_id redirect_uri state scope response_type enable_fb_login",
    )
    def authorize(self, request: Request) -> Reply:
        return self.grants.authorize(request.query)

    @route("POST /oauth/access_token", body="client_id client_secret grant_type redirect_uri code")
    def short_token(self, request: Request) -> Reply:
        asked = request.fields
        try:
            self.grants.client(request)
            self.grants.exchange(asked.get("code", ""), asked.get("redirect_uri", ""), "")
        except BadGrant:
            told = {"error_type": "OAuthException", "code": 400}
            return Reply.json({**told, "error_message": "Invalid authorization code"}, 400)
        made = self.grant("instagram", timedelta(hours=1))
        return Reply.json({"access_token": made, "user_id": int(self.account_id)})
