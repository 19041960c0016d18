"""X: OAuth 2.0 with PKCE; the token ends after two hours and the bot renews it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.errors import BotError
from bot.login._code import consent
from bot.login.base import CALLBACK, Granted, Login, ask, text

# https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-11-22)
PAGE: Final = "https://x.com/i/oauth2/authorize"
API: Final = "https://api.x.com"
SCOPES: Final = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
LASTS: Final = timedelta(hours=2)


def connect(login: Login) -> Granted:
    """Ask the account for consent; keep the token, and the one that renews it."""
    login.session.route({API: login.channel.settings.api_url or API})
    login.person.tell(
        "You need an app of your own: console.x.com, your app, “User authentication settings”,\n"
        "permissions “Read and write”, and this address as callback URI, to the letter:\n"
        f"http://127.0.0.1:{login.port}{CALLBACK}\n"
        "Log in to X in your browser as the account that is to post, before you agree."
    )
    client = login.secret("CLIENT_ID", "Client ID")
    question = "Client secret (leave empty for an app of the type “Native App”)"
    secret = login.secret("CLIENT_SECRET", question, optional=True)
    got = consent(login, PAGE, {"client_id": client, "scope": " ".join(SCOPES)})
    form = {
        "grant_type": "authorization_code",
        "code": got.code,
        "redirect_uri": got.redirect_uri,
        "code_verifier": got.verifier,
        "client_id": client,
    }
    auth = (client, secret) if secret else None
    said = ask(login, "POST", f"{API}/2/oauth2/token", data=form, auth=auth)
    token, again = text(said, "access_token", login), text(said, "refresh_token", login)
    login.hide(token, again)
    given = str(said.body.get("scope", " ".join(SCOPES))).split()
    if missing := [scope for scope in SCOPES if scope not in given]:
        raise BotError(f"X did not give {', '.join(missing)}; nothing was stored. Agree to all.")
    seconds = said.body.get("expires_in")
    lasts = timedelta(seconds=seconds) if isinstance(seconds, int) else LASTS
    return Granted(
        {"OAUTH_TOKEN": token, "OAUTH_REFRESH": again},
        login.now() + lasts,
        app=login.new(CLIENT_ID=client, CLIENT_SECRET=secret),
    )
