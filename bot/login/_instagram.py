"""Instagram's own login: a token of 60 days, which the bot renews."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.errors import BotError
from bot.login._code import consent
from bot.login._graph import app
from bot.login.base import Granted, Login, ask, text

INSTAGRAM: Final = "https://graph.instagram.com"
CODES: Final = "https://api.instagram.com"
# https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login
# /business-login (read 2026-11-22)
PAGE: Final = "https://www.instagram.com/oauth/authorize"
LASTS: Final = timedelta(days=60)
RIGHTS: Final = ("instagram_business_basic", "instagram_business_content_publish")


def connect(login: Login) -> Granted:
    """Connect by Instagram's own login, whose tokens last 60 days and are renewed by the bot."""
    if login.way == "redirect":
        return _agreed(login)
    login.person.tell(
        "Paste a token: Meta's app dashboard, Instagram, “API setup with Instagram login”,\n"
        "“Generate access tokens”. It lasts 60 days; the bot renews it in time."
    )
    token = login.person.ask("Token", hidden=True).strip()
    if not token:
        raise BotError("No token was given; nothing was stored. Run the command again.")
    login.hide(token)
    # How old it is nobody tells: one of the dashboard is as a rule made just now.
    return Granted({"TOKEN": token}, login.now() + LASTS, numbers=_me(login, token))


def _agreed(login: Login) -> Granted:
    client, secret = app(login, optional=False)
    rights = ",".join(RIGHTS)
    got = consent(login, PAGE, {"client_id": client, "scope": rights}, pkce=False)
    form = {
        "client_id": client,
        "client_secret": secret,
        "grant_type": "authorization_code",
        "redirect_uri": got.redirect_uri,
        "code": got.code,
    }
    short = text(
        ask(login, "POST", f"{CODES}/oauth/access_token", data=form),
        "access_token",
        login,
    )
    login.hide(short)
    said = ask(
        login,
        "GET",
        f"{INSTAGRAM}/access_token",
        params={"grant_type": "ig_exchange_token", "client_secret": secret, "access_token": short},
    )
    token = text(said, "access_token", login)
    login.hide(token)
    seconds = said.body.get("expires_in")
    lasts = timedelta(seconds=seconds) if isinstance(seconds, int) else LASTS
    return Granted(
        {"TOKEN": token},
        login.now() + lasts,
        app=login.new(APP_SECRET=secret),
        numbers=_me(login, token),
    )


def _me(login: Login, token: str) -> dict[str, str]:
    url = f"{INSTAGRAM}/{login.channel.settings.version}/me"
    headers = {"Authorization": f"Bearer {token}"}
    said = ask(login, "GET", url, params={"fields": "user_id,username"}, headers=headers)
    return {"user_id": text(said, "user_id", login)}
