"""What a token of Meta's may post on: Pages, and their accounts on Instagram."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.errors import BotError
from bot.login._graph import get
from bot.login.base import Login

MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A Page, or the account on Instagram that belongs to one, and the token that posts there."""

    number: str
    name: str
    token: str = field(repr=False)
    tasks: tuple[str, ...] | None = None  # what the person may do on it; None: not told


def places(login: Login, token: str) -> list[Place]:
    """List what the token may post on: the Pages of a person or system user, or its own."""
    account = "instagram_business_account{id,username}"
    wants = account if login.channel.platform == "instagram" else "username"
    fields, found, after = f"id,name,access_token,tasks,{wants}", list[Place](), ""
    for _ in range(MOST_PAGES):
        said = get(login, "me/accounts", token, fields=fields, limit="100", after=after)
        if said is None:  # a Page's own token has no Pages
            one = get(login, "me", token, fields=f"id,name,{wants}")
            if one is None:
                raise BotError(f"{login.label} does not accept this token; nothing was stored.")
            return _read(login, [{**one, "access_token": token}])
        found += _read(login, said.get("data") or [])
        paging = said.get("paging") or {}
        after = str((paging.get("cursors") or {}).get("after", "")) if paging.get("next") else ""
        if not after:
            break
    return found


def _read(login: Login, pages: list[dict[str, Any]]) -> list[Place]:
    found = []
    for page in pages:
        shown = page.get("instagram_business_account") or {}
        one = shown if login.channel.platform == "instagram" else page
        if one.get("id") and page.get("access_token"):
            name = str(one.get("username") or page.get("name") or one["id"])
            tasks = page.get("tasks")
            told = tuple(map(str, tasks)) if isinstance(tasks, list) else None
            found.append(Place(str(one["id"]), name, str(page["access_token"]), told))
    return found


def chosen(login: Login, found: list[Place]) -> Place:
    """Choose the configured Page or account, else ask; say what is missing where there is none."""
    what = "Page" if login.channel.platform == "facebook" else "professional account"
    if not found:
        raise BotError(
            f"This token may manage no {what}; nothing was stored. Give its owner the {what}"
            f" (with “create content”) and the right pages_show_list, and make a new token."
        )
    settings = login.channel.settings
    number = settings.page_id if login.channel.platform == "facebook" else settings.user_id
    fits = [each for each in found if number and each.number == number]
    if not fits:
        meant = _plain(login.channel.account)
        fits = [each for each in found if meant in (_plain(each.name), each.number)]
    fits = fits if len(fits) == 1 else found
    place = fits[0] if len(fits) == 1 else _picked(login, fits)
    if place.tasks is not None and not {"CREATE_CONTENT", "MANAGE"} & set(place.tasks):
        raise BotError(
            f"The token's owner may not post on “{place.name}”; nothing was stored. Give them the"
            " task “create content” on it, and make a new token."
        )
    return place


def _picked(login: Login, found: list[Place]) -> Place:
    listed = "\n".join(f"{at}  {each.name} ({each.number})" for at, each in enumerate(found, 1))
    login.person.tell(f"This token may post on several:\n{listed}")
    answer = login.person.ask(f"Which is “{login.channel.account}”? Its number in the list")
    if not answer.strip().isdecimal() or not 0 < int(answer) <= len(found):
        raise BotError("None of them was chosen; nothing was stored. Run the command again.")
    return found[int(answer) - 1]


def _plain(name: str) -> str:
    return name.strip().strip("@/").casefold()
