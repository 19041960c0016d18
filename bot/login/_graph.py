"""Meta's Graph API as a login needs it: tokens exchanged, explained, and asked with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import BotError
from bot.login.base import Login, ask, text

GRAPH: Final = "https://graph.facebook.com"


def get(login: Login, path: str, token: str, **fields: str) -> dict[str, Any] | None:
    """Read something; None where there is no such thing for this token."""
    said = ask(
        login,
        "GET",
        f"{GRAPH}/{login.channel.settings.version}/{path}",
        params={name: value for name, value in fields.items() if value},
        headers={"Authorization": f"Bearer {token}"},
    )
    if said.fine:
        body: dict[str, Any] = said.body
        return body
    error = said.body.get("error") if isinstance(said.body, dict) else None
    if isinstance(error, dict) and error.get("code") == 100:
        return None
    raise BotError(f"{login.label} does not accept this token: {said.words}. Nothing was stored.")


def exchanged(login: Login, params: Mapping[str, str]) -> str:
    """Get a token for a code, or for another token."""
    url = f"{GRAPH}/{login.channel.settings.version}/oauth/access_token"
    token = text(ask(login, "GET", url, params=dict(params)), "access_token", login)
    login.hide(token)
    return token


def app(login: Login, *, optional: bool) -> tuple[str, str]:
    """Give the app's number and secret; with them Meta tells the token's rights and end."""
    set_ = login.channel.settings.app_id or login.app_id
    why = " (empty: rights and end of the token are not checked)" if optional else ""
    number = set_ or login.person.ask(f"App ID{why}").strip()
    if not number and not optional:
        raise BotError("No app ID was given; nothing was stored. Run the command again.")
    return number, login.secret("APP_SECRET", "App secret", optional=optional) if number else ""


def told(login: Login, token: str, known: tuple[str, str]) -> dict[str, Any]:
    """Give what Meta tells the app of a token: nothing without the app, BotError if it is dead."""
    if not all(known):
        return {}
    answer = get(login, "debug_token", "|".join(known), input_token=token)
    found: dict[str, Any] = (answer or {}).get("data") or {}
    if found.get("is_valid") is False:
        raise BotError(
            "Meta says that this token is not valid; nothing was stored. Make a new one."
        )
    return found


def lengthened(login: Login, token: str, known: tuple[str, str]) -> str:
    """Exchange a person's token that ends for one of 60 days: a Page's token then never ends."""
    explained = told(login, token, known)
    if explained.get("type") != "USER" or not explained.get("expires_at"):
        return token
    return exchanged(
        login,
        {
            "client_id": known[0],
            "client_secret": known[1],
            "grant_type": "fb_exchange_token",
            "fb_exchange_token": token,
        },
    )
