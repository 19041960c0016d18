"""Who may open the pages: people with passwords, and, on this machine alone, by a link once.

Until somebody is added as a user, a link that a command of this machine printed lets its
browser in. From then on everybody signs in. Whoever is the only admin stays one.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from bot.errors import StoreError, UsageError
from bot.store import Store
from bot.store.history import MACHINES
from bot.store.sessions import Session
from bot.store.users import User

log = logging.getLogger("bot")

ROLES: Final = ("editor", "admin")

#: A link that nobody used by then is no way in any more.
LINK_LASTS: Final = timedelta(hours=1)

#: A browser that was not seen for so long signs in again; and each does, after so long.
SESSION_LASTS: Final = timedelta(days=14)
SESSION_ENDS: Final = timedelta(days=60)

#: How often a session in use is written down as such.
SEEN_EVERY: Final = timedelta(minutes=10)

#: Letters of a password: what is shorter is guessed, what is longer only costs time.
SHORTEST: Final = 10
LONGEST: Final = 500

#: So many tries in vain within the window are borne: as one person from one address, from one
#: address, as one person from anywhere. The last does not hold where that person is signed in
#: already, so that nobody can lock an editor out from elsewhere.
WINDOW: Final = timedelta(minutes=15)
TRIES_HERE, TRIES_OF_PEER, TRIES_OF_NAME = 5, 20, 50

#: A hash takes a third of a second and 64 MB: one at a time, and few that wait for theirs.
_one_hash = threading.Lock()
_waiting = threading.BoundedSemaphore(4)
BUSY: Final = timedelta(seconds=30)


# -------------------------------------------------------------------------------- by a link


def lay_link(store: Store, who: str, now: datetime) -> str | None:
    """Lay out a one-time link for `who`; give its secret, or None where people can sign in."""
    with store.write("link") as tx:
        if tx.users.any():
            return None
        return tx.sessions.begin("link", who, now=now, lasts=LINK_LASTS)


def enter_by_link(store: Store, secret: str, now: datetime, browser: str = "") -> str | None:
    """Use a link up and begin a session; give the session's secret, None where it is none."""
    with store.write("enter") as tx:
        if tx.users.any():
            return None
        who = tx.sessions.use_link(secret, now)
        if who is None:
            return None
        return tx.sessions.begin("local", who, now=now, lasts=SESSION_LASTS, browser=browser)


# ------------------------------------------------------------------------------ by password


def sign_in(
    store: Store, name: str, password: str, *, peer: str, now: datetime, browser: str = ""
) -> str | timedelta | None:
    """Begin a session; give its secret, None for a wrong name or password, or how long to wait.

    An unknown name takes as long as a wrong password. A try that has to wait is not counted,
    so that the wait ends.
    """
    if not _waiting.acquire(blocking=False):
        return BUSY
    try:
        with _one_hash:  # around the limit too, or many at once would all be within it
            return _signed_in(store, _plain(name), password, peer, now, browser)
    finally:
        _waiting.release()


def change_own_password(
    store: Store, name: str, old: str, new: str, *, peer: str, now: datetime, browser: str = ""
) -> str | timedelta | None:
    """Take another password for oneself; answers as `sign_in` does. Other sessions end."""
    found = sign_in(store, name, old, peer=peer, now=now, browser=browser)
    if not isinstance(found, str):
        return found
    set_password(store, name, new)
    with store.write("sign in") as tx:
        return tx.sessions.begin(
            "password", name, now=now, lasts=SESSION_LASTS, browser=browser, peer=peer
        )


def _signed_in(
    store: Store, name: str, password: str, peer: str, now: datetime, browser: str
) -> str | timedelta | None:
    with store.read() as tx:
        wait = _wait(tx, name, peer, now)
        user = _called(tx, name)
    if wait is not None:
        return wait
    right = _is_right(user.password if user else "", password)
    with store.write("sign in") as tx:
        if user is None or not right or tx.users.find(user.name) != user:
            tx.users.tried(name, peer, now, before=now - WINDOW)
            return None
        tx.users.forgive(name, peer)
        return tx.sessions.begin(
            "password", user.name, now=now, lasts=SESSION_LASTS, browser=browser, peer=peer
        )


def _wait(tx: Any, name: str, peer: str, now: datetime) -> timedelta | None:
    """Say how long somebody waits who tried too often; None: not at all."""
    user = _called(tx, name)
    known = user is not None and tx.sessions.is_signed_in(user.name, peer, now)
    limits: list[tuple[int, dict[str, str]]] = [
        (TRIES_HERE, {"name": name, "peer": peer}),
        (TRIES_OF_PEER, {"peer": peer}),
    ]
    if not known:
        limits.append((TRIES_OF_NAME, {"name": name}))
    ends = []
    for most, whose in limits:
        tries = tx.users.tries(now - WINDOW, most, **whose)
        if len(tries) == most:
            ends.append(tries[-1] + WINDOW - now)
    return max(ends, default=None)


def _called(tx: Any, name: str) -> User | None:
    """Find a person by a name as somebody typed it: large and small letters are the same."""
    return next((user for user in tx.users.all() if _plain(user.name) == name), None)


def _plain(name: str) -> str:
    shown = "".join(each for each in unicodedata.normalize("NFKC", name) if each.isprintable())
    return shown.strip().casefold()[:100]


# --------------------------------------------------------------------------------- sessions


def visiting(store: Store, secret: str, now: datetime) -> tuple[Session, User | None] | None:
    """Find whose browser has this secret, and note now and then that it is in use.

    A local session is nobody's, and is none any more where people sign in. Where it cannot be
    noted the pages still show: a full disk, or somebody who holds the database, ends no session.
    """
    with store.read() as tx:
        found = tx.sessions.get(secret, now)
        if found is None:
            return None
        local = found.kind == "local"
        user = None if local else tx.users.find(found.name)
        if (tx.users.any() if local else user is None) or now >= found.at + SESSION_ENDS:
            return None
    if now - found.seen_at > SEEN_EVERY:
        try:
            with store.write("seen") as tx:
                tx.sessions.seen(found.id, now, min(now + SESSION_LASTS, found.at + SESSION_ENDS))
        except StoreError as error:
            log.warning("a session could not be noted as in use: %s", error)
    return found, user


def by_proxy(store: Store, name: str) -> User | None:
    """Find whom a trusted proxy has signed in; None where nobody is a user of this name."""
    with store.read() as tx:
        return tx.users.find(name)


# ----------------------------------------------------------------------------------- people


def add(store: Store, name: str, role: str | None, password: str | None, now: datetime) -> User:
    """Add a person, the first as an admin unless told otherwise.

    Without `password` only a proxy signs them in. From the first on nobody comes in by a
    link, nor stays who did.
    """
    if not (name and name == name.strip() and name.isprintable() and len(name) <= 60):
        raise UsageError("a name has 1 to 60 letters, and no space before or after it.")
    if _plain(name) in MACHINES:
        raise UsageError(f"the bot itself signs as “{name}”: choose another name.")
    mark = "" if password is None else hashed(password)
    with store.write("add a user") as tx:
        first = not tx.users.any()
        taken = _called(tx, _plain(name))
        if taken is not None:
            raise UsageError(f"there is a user “{taken.name}” already.")
        tx.users.add(name, role or ("admin" if first else "editor"), mark, now)
        if first:
            tx.sessions.end_local()
        return _known(tx, name)


def set_password(store: Store, name: str, password: str) -> None:
    """Give a person another password; every session of theirs ends."""
    _change(store, name, password=hashed(password))


def set_role(store: Store, name: str, role: str) -> None:
    """Give a person another role; every session of theirs ends. Refused for the last admin."""
    if role not in ROLES:
        raise UsageError(f"“{role}” is no role: there are editors and admins.")
    _change(store, name, role=role)


def set_language(store: Store, name: str, language: str) -> None:
    """Choose the language of the pages for a person; "" for the browser's."""
    with store.write("language") as tx:
        tx.users.change(name, language=language)


def remove(store: Store, name: str, *, last: bool = False) -> None:
    """Remove a person and their sessions; what they did stays in the log.

    The last admin is refused while there are others, and, without `last`, at all.
    """
    with store.write("remove a user") as tx:
        user = _known(tx, name)
        if not (last and len(tx.users.all()) == 1):
            _not_last_admin(tx, user)
        tx.users.remove(name)
        tx.sessions.end(name)


def sign_out(store: Store, name: str) -> int:
    """End every session of a person; give how many."""
    with store.write("sign out") as tx:
        _known(tx, name)
        return tx.sessions.end(name)


def _change(store: Store, name: str, **columns: str) -> None:
    with store.write("change a user") as tx:
        user = _known(tx, name)
        if columns.get("role") == "editor":
            _not_last_admin(tx, user)
        tx.users.change(name, **columns)
        tx.sessions.end(name)


def _known(tx: Any, name: str) -> User:
    user: User | None = tx.users.find(name)
    if user is None:
        raise UsageError(f"there is no user “{name}”: “bot user list” shows who there is.")
    return user


def _not_last_admin(tx: Any, user: User) -> None:
    admins = [each.name for each in tx.users.all() if each.role == "admin"]
    if admins == [user.name]:
        raise UsageError(f"{user.name} is the only admin: make somebody else one first.")


# -------------------------------------------------------------------------------- passwords


def hashed(password: str) -> str:
    """Hash a password; UsageError where it is too short or too long to be one."""
    letters = len(password)
    if letters < SHORTEST:
        raise UsageError(f"a password has {SHORTEST} letters or more; this one has {letters}.")
    if letters > LONGEST:
        raise UsageError(f"a password has {LONGEST} letters at most; this one has {letters}.")
    with _one_hash:
        return str(_hasher().hash(_normal(password)))


def _is_right(mark: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed; takes as long where none was."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(mark or _nobodys(), _normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(mark) and bool(right)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    """Give a hash that stands where there is none."""
    return str(_hasher().hash("nobody has this password"))


# ---------------------------------------------------------------------------------- address


def may_be_open(store: Store, listen: str, url: str, local: bool) -> None:
    """Raise UsageError where the pages would face others without users and https.

    `local`: the address is one of this machine alone.
    """
    if local:
        return
    if not url.startswith("https://"):
        raise UsageError(
            f"[review] listen = “{listen}” can be reached from elsewhere: declare the https"
            " address that people use as [review] url, or listen at 127.0.0.1:8700."
        )
    with store.read() as tx:
        if not tx.users.any():
            raise UsageError(
                f"[review] listen = “{listen}” can be reached from elsewhere, and nobody could"
                " sign in: add somebody first, “bot user add NAME”."
            )
