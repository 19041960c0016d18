"""Facebook and Instagram: a pasted token, or consent by the review page's own address.

Meta sends people back to this machine only for apps in development mode, whose posts the
public cannot see: so the pasted token of a system user comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.errors import BotError, UsageError
from bot.login import _instagram
from bot.login._code import consent
from bot.login._graph import GRAPH, app, exchanged, lengthened, told
from bot.login._places import chosen, places
from bot.login.base import Granted, Login

# https://developers.facebook.com/docs/pages-api/posts and
# https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-22)
RIGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    "facebook": (
        *("pages_show_list", "pages_read_engagement"),
        *("pages_manage_posts", "pages_manage_engagement"),
    ),
    "instagram": (
        *("pages_show_list", "pages_read_engagement"),
        *("instagram_basic", "instagram_content_publish"),
    ),
}


def connect(login: Login) -> Granted:
    """Take a token, choose the Page or account that it may post on, keep that one's token."""
    settings = login.channel.settings
    api = settings.api_url
    login.session.route(
        {host: api or host for host in (GRAPH, _instagram.INSTAGRAM, _instagram.CODES)}
    )
    if login.way == "paste":
        raise UsageError(
            f"{login.label} has no --paste: run the command without it to paste a token, or with"
            " --redirect."
        )
    if login.way == "redirect" and not login.callback_url.startswith("https://"):
        raise UsageError(
            "Meta sends people back to an https address alone: set url under [review] in bot.toml"
            " to the address of the review page, or run the command without --redirect."
        )
    if login.channel.platform == "instagram" and settings.login == "instagram":
        return _instagram.connect(login)
    if login.way == "redirect":
        known = app(login, optional=False)
        token = _agreed(login, known)
    else:  # the token first: it may come from a file
        token = _pasted(login)
        known = app(login, optional=True)
    place = chosen(login, places(login, lengthened(login, token, known)))
    login.hide(place.token)
    name, number = (
        ("PAGE_TOKEN", "page_id") if login.channel.platform == "facebook" else ("TOKEN", "user_id")
    )
    explained = told(login, place.token, known)
    ends = [explained.get(name) for name in ("expires_at", "data_access_expires_at")]
    end = min((each for each in ends if isinstance(each, int) and each > 0), default=None)
    return Granted(
        {name: place.token},
        None if end is None else datetime.fromtimestamp(end, login.now().tzinfo),
        app=login.new(APP_SECRET=known[1]),
        numbers={number: place.number} | ({"app_id": known[0]} if known[0] else {}),
    )


def _pasted(login: Login) -> str:
    name = "the Page" if login.channel.platform == "facebook" else "the account and its Page"
    rights = ", ".join(RIGHTS[login.channel.platform])
    login.person.tell(
        f"Paste a token. Best is a system user's, which never ends: business.facebook.com,\n"
        f"Settings, Users, System users; assign {name} with full control, then generate a token\n"
        f"for your app with “never” as its end and these rights:\n{rights}\n"
        "The app must be published (live), or nobody but its own people sees what is posted."
    )
    token = login.person.ask("Token", hidden=True).strip()
    if not token:
        raise BotError("No token was given; nothing was stored. Run the command again.")
    login.hide(token)
    return token


def _agreed(login: Login, known: tuple[str, str]) -> str:
    """Ask for consent on Facebook; the token that comes of it ends with the hour."""
    version = login.channel.settings.version
    rights = ",".join(RIGHTS[login.channel.platform])
    page = f"https://www.facebook.com/{version}/dialog/oauth"
    got = consent(login, page, {"client_id": known[0], "scope": rights}, pkce=False)
    own = {"client_id": known[0], "client_secret": known[1]}
    return exchanged(login, {**own, "redirect_uri": got.redirect_uri, "code": got.code})
