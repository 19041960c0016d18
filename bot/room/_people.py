"""One's own account, and everybody's: language, password, sessions, roles, the way out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse

from bot import people
from bot.errors import BotError, UsageError
from bot.room import _door
from bot.room._entry import wait_words
from bot.room._words import LANGUAGES
from bot.room.base import Answer, Ask, Away, Page, Role, Sheet
from bot.store.sessions import Session
from bot.store.users import User

log = logging.getLogger("bot")

#: How browsers and systems name themselves, the most particular first.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """A session, as people tell theirs apart."""

    session: Session
    name: str
    own: bool  # the one that asks


def account(ask: Ask, error: str = "", status: int = 200) -> Sheet:
    """Show one's own account."""
    name = ask.visitor.name
    with ask.room.store.read() as tx:
        user = None if ask.visitor.local else tx.users.find(name)
        sessions = tx.sessions.all(ask.now, name)
    facts = {
        "user": user,
        "browsers": _browsers(ask, sessions),
        "shortest": people.SHORTEST,
        "zone": ask.app.zone("*"),
        "error": error,
        "done": ask.query.get("done", ""),
    }
    return Sheet("account.html", facts, status)


def language(ask: Ask) -> Answer:
    """Choose the language of the pages for oneself."""
    chosen = ask.text("language") or ""
    if chosen not in ("", *LANGUAGES):
        raise UsageError(ask.words.t("The pages are not there in this language."))
    people.set_language(ask.room.store, ask.visitor.name, chosen)
    return Away("/account?done=language")


def password(ask: Ask) -> Answer:
    """Take another password for oneself; other browsers are signed out, this one stays."""
    store, name, peer = ask.room.store, ask.visitor.name, _door.peer_of(ask.room, ask.request)
    old, new = ask.text("old") or "", ask.text("new") or ""
    if new != (ask.text("again") or ""):
        return account(ask, ask.words.t("The new password was not the same twice."), status=422)
    if not people.SHORTEST <= len(new) <= people.LONGEST:
        words = ask.words.t("A password has %(least)s letters or more.", least=people.SHORTEST)
        return account(ask, words, status=422)
    browser = ask.request.headers.get("user-agent", "")
    found = people.change_own_password(
        store, name, old, new, peer=peer, now=ask.now, browser=browser
    )
    if isinstance(found, str):
        return _door.let_in(RedirectResponse("/account?done=password", 303), ask.request, found)
    log.warning("a change of password failed: %s, from %s", ascii(name), ascii(peer))
    if found is None:
        return account(ask, ask.words.t("The old password is wrong."), status=422)
    return account(ask, wait_words(ask, found), status=429)


def end(ask: Ask) -> Answer:
    """End one session of one's own, or all the others with “others”."""
    with ask.room.store.write("end a session") as tx:
        for each in tx.sessions.all(ask.now, ask.visitor.name):
            others = ask.text("others") is not None and each.id != ask.visitor.session
            if others or each.id == ask.number("session"):
                tx.sessions.end(ask.visitor.name, each.id)
    return Away("/account?done=ended")


# -------------------------------------------------------------------------------- everybody


def everybody(ask: Ask) -> Answer:
    """Show who may sign in, and where they are signed in."""
    with ask.room.store.read() as tx:
        users, sessions = tx.users.all(), tx.sessions.all(ask.now)
    rows = [(user, _browsers(ask, _of(sessions, user))) for user in users]
    admins = sum(each.role == "admin" for each in users)
    facts = {
        "people": rows,
        "admins": admins,
        "zone": ask.app.zone("*"),
        "done": ask.query.get("done", ""),
    }
    return Sheet("people.html", facts)


def role(ask: Ask) -> Answer:
    """Make somebody an editor or an admin."""
    name, wanted = ask.text("name") or "", ask.text("role") or ""
    return _change(ask, lambda: people.set_role(ask.room.store, name, wanted), f"role {wanted}")


def end_theirs(ask: Ask) -> Answer:
    """End a session of somebody, or all of theirs."""
    name, session = ask.text("name") or "", ask.number("session")

    def go() -> None:
        with ask.room.store.write("end sessions") as tx:
            tx.sessions.end(name, session)

    return _change(ask, go, "signed out")


def leaving(ask: Ask) -> Answer:
    """Ask whether somebody shall be removed."""
    with ask.room.store.read() as tx:
        user = tx.users.find(ask.query.get("name", ""))
    if user is None:
        return Away("/people")
    return Sheet("remove_person.html", {"user": user})


def remove(ask: Ask) -> Answer:
    """Remove somebody."""
    name = ask.text("name") or ""
    return _change(ask, lambda: people.remove(ask.room.store, name), "removed")


def _change(ask: Ask, go: Callable[[], object], what: str) -> Answer:
    """Do something to somebody, and say in the log who did it to whom."""
    name = ask.text("name") or ""
    try:
        go()
    except BotError as error:
        log.warning("%s was refused for %s: %s", ascii(what), ascii(name), ascii(str(error)))
        raise
    log.info("%s: %s, by %s", ascii(name), ascii(what), ascii(ask.visitor.name))
    return Away("/people?done=changed")


def _of(sessions: tuple[Session, ...], user: User) -> tuple[Session, ...]:
    return tuple(each for each in sessions if each.name == user.name)


def _browsers(ask: Ask, sessions: tuple[Session, ...]) -> list[Browser]:
    t = ask.words.t
    found = []
    for each in sessions:
        system = _named(each.browser, SYSTEMS)
        name = _named(each.browser, BROWSERS) or t("A browser")
        told = t("%(browser)s on %(system)s", browser=name, system=system) if system else name
        found.append(Browser(each, told, each.id == ask.visitor.session))
    return found


def _named(browser: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in browser), "")


PAGES: Final = (
    Page("/account", account),
    Page("/account/language", language, "POST"),
    Page("/account/password", password, "POST"),
    Page("/account/end", end, "POST"),
    Page("/people", everybody, role=Role.ADMIN),
    Page("/people/role", role, "POST", Role.ADMIN),
    Page("/people/end", end_theirs, "POST", Role.ADMIN),
    Page("/people/remove", leaving, role=Role.ADMIN),
    Page("/people/remove", remove, "POST", Role.ADMIN),
)
