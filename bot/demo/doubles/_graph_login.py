"""How a token of the Graph API is got: consent, code, short token, long token, a look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.demo.doubles._graph import SCOPES, Graph
from bot.demo.doubles._oauth import BadGrant, Grants
from bot.demo.doubles._route import route
from bot.demo.doubles._wire import Reply, Request

SIXTY_DAYS = timedelta(days=60)


class GraphLogin(Graph):
    """The login of an app of Meta's; `grants` are its codes."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.grants = Grants(
            self.app_id, self.app_secret, ",".join(SCOPES), self.now, asks_challenge=False
        )

    @route("GET /debug_token", query="input_token")
    def debug_token(self, request: Request) -> Reply:
        token = self.tokens.get(request.query.get("input_token", ""))
        if token is None:
            return Reply.json({"data": {"is_valid": False, "scopes": []}})
        ends = int(token.ends_at.timestamp()) if token.ends_at else 0
        access_ends = int((self.now() + timedelta(days=90)).timestamp())
        told = {
            "app_id": self.app_id,
            "type": token.kind.upper(),
            "is_valid": not ends or ends > self.now().timestamp(),
            "issued_at": int(token.made_at.timestamp()),
            "expires_at": ends,
            "data_access_expires_at": access_ends,
            "scopes": list(token.scopes),
            "profile_id": self.account_id,
        }
        return Reply.json({"data": told})

    @route(
        "GET /dialog/oauth",
        query="client_id redirect_uri state scope response_type config_id auth_type",
    )
    def dialog(self, request: Request) -> Reply:
        return self.grants.authorize({"response_type": "code", **request.query})

    @route(
        "GET /oauth/access_token",
        query="client_id client_secret redirect_uri code grant_type fb_exchange_token",
    )
    def access_token(self, request: Request) -> Reply:
        asked = request.query
        if (asked.get("client_id"), asked.get("client_secret")) != (self.app_id, self.app_secret):
            return self.error(101, "Error validating client secret.")
        if asked.get("grant_type") == "fb_exchange_token":
            if asked.get("fb_exchange_token") not in self.tokens:
                return self.error(190, "Invalid OAuth access token.")
            lasts = SIXTY_DAYS
        else:
            try:
                self.grants.exchange(asked.get("code", ""), asked.get("redirect_uri", ""), "")
            except BadGrant:
                return self.error(100, "This authorization code has been used.", 36009)
            lasts = timedelta(hours=1)
        made = self.grant("user", lasts)
        seconds = int(lasts.total_seconds())
        return Reply.json({"access_token": made, "token_type": "bearer", "expires_in": seconds})
