"""YouTube: consent of the Google account that owns the channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from bot.errors import BotError
from bot.login._code import consent
from bot.login.base import CALLBACK, Granted, Login, Said, ask, text

# https://developers.google.com/identity/protocols/oauth2/native-app (read 2026-11-22)
PAGE: Final = "https://accounts.google.com/o/oauth2/v2/auth"
#: The one scope that covers uploads, thumbnails, playlists, reading back and deletion
#: (discovery document of the YouTube Data API, revision 20261104, read 2026-11-22).
SCOPE: Final = "https://www.googleapis.com/auth/youtube.force-ssl"
# https://developers.google.com/identity/protocols/oauth2#expiration (read 2026-11-22)
TESTING_LASTS: Final = timedelta(days=7)


def connect(login: Login) -> Granted:
    """Ask the channel's owner for consent, and keep the refresh token that comes of it."""
    token_url = login.channel.settings.token_url
    parts = urlsplit(token_url)
    login.session.route({f"{parts.scheme}://{parts.netloc}": f"{parts.scheme}://{parts.netloc}"})
    login.person.tell(
        "You need an OAuth client of the type “Desktop app”: Google console, your project,\n"
        "“YouTube Data API v3” switched on, then Google Auth Platform, Clients. One of the type\n"
        f"“Web application” must list the address http://127.0.0.1:{login.port}{CALLBACK}\n"
        "Choose the channel itself, where Google asks which account is meant."
    )
    client = login.secret("CLIENT_ID", "Client ID")
    secret = login.secret("CLIENT_SECRET", "Client secret")
    asked = {
        "client_id": client,
        "scope": SCOPE,
        "access_type": "offline",
        "prompt": "select_account consent",  # else a second login brings no refresh token
    }
    got = consent(login, PAGE, asked)
    form = {
        "grant_type": "authorization_code",
        "code": got.code,
        "redirect_uri": got.redirect_uri,
        "code_verifier": got.verifier,
        "client_id": client,
        "client_secret": secret,
    }
    said = ask(login, "POST", token_url, data=form)
    login.hide(text(said, "access_token", login))
    _see_scope(said)
    token = text(said, "refresh_token", login)
    login.hide(token)
    lasts = _lasts(login, said)
    return Granted(
        {"REFRESH_TOKEN": token},
        None if lasts is None else login.now() + lasts,
        app=login.new(CLIENT_ID=client, CLIENT_SECRET=secret),
    )


def _see_scope(said: Said) -> None:
    given = str(said.body.get("scope", SCOPE)).split()
    if SCOPE not in given:
        raise BotError(
            "Google was not allowed to manage the channel's videos; nothing was stored."
            " Run the command again, and tick that box on Google's page."
        )


def _lasts(login: Login, said: Said) -> timedelta | None:
    """Tell how long the refresh token lasts, by Google's word or the person's; None: for good."""
    told = said.body.get("refresh_token_expires_in")
    if isinstance(told, int) and told > 0:
        lasts = timedelta(seconds=told)
    else:
        answer = login.person.ask(
            "Is the project's consent screen (Google Auth Platform, Audience) in “Testing”? [y/N]"
        )
        lasts = TESTING_LASTS if answer.strip().lower().startswith("y") else timedelta(0)
    if lasts == TESTING_LASTS or (lasts and lasts < TESTING_LASTS):
        login.person.tell(
            "Google ends this token after 7 days, because the app is in “Testing”. Publish the\n"
            "app there (“In production”; no review is needed for your own channel), then run this\n"
            "command once more: only a token made after that stays."
        )
    return lasts or None
