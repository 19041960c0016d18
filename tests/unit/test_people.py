"""Who may come in: passwords, sessions, links, and the limits of trying."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import people
from bot.errors import StoreError, UsageError
from bot.store import Store, sessions

WORDS = "the ferry leaves at nine"
HOME, AWAY = "192.0.2.7", "198.51.100.9"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash as weakly as it can be done: the strength is the library's own."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", lambda: hasher)
    people._nobodys.cache_clear()
    yield
    people._nobodys.cache_clear()


def sign_in(
    store: Store, now: datetime, name: str = "ines", password: str = WORDS, peer: str = HOME
) -> str | timedelta | None:
    return people.sign_in(store, name, password, peer=peer, now=now)


def who(store: Store, secret: object, now: datetime) -> str | None:
    assert isinstance(secret, str)
    found = people.visiting(store, secret, now)
    return found[0].name if found else None


# ----------------------------------------------------------------------------------- people


def test_the_first_user_is_an_admin_and_ends_the_way_by_links(store: Store, now: datetime) -> None:
    unused, used = (people.lay_link(store, "mia", now) for _ in range(2))
    assert used
    assert unused
    local = people.enter_by_link(store, used, now)
    assert who(store, local, now) == "mia"
    assert people.add(store, "ines", None, WORDS, now).role == "admin"
    assert who(store, local, now) is None
    assert people.enter_by_link(store, unused, now) is None
    assert people.lay_link(store, "mia", now) is None
    assert people.add(store, "marta", None, WORDS, now).role == "editor"
    people.remove(store, "marta")
    people.remove(store, "ines", last=True)
    assert who(store, local, now) is None, "an ended session stays ended"
    assert people.enter_by_link(store, unused, now) is None


@pytest.mark.parametrize(
    "name", ["", " ines", "ines ", "in\nes", "in\x00es", "in\u202ees", "i" * 61]
)
def test_an_odd_name_is_refused(store: Store, now: datetime, name: str) -> None:
    with pytest.raises(UsageError, match="a name has"):
        people.add(store, name, "admin", WORDS, now)


def test_a_password_is_long_enough_and_kept_as_a_hash(store: Store, now: datetime) -> None:
    for words, told in (("nine char", "10 letters or more"), ("x" * 501, "500 letters at most")):
        with pytest.raises(UsageError, match=told):
            people.add(store, "ines", "admin", words, now)
    user = people.add(store, "ines", "admin", "añ o nuevo!", now)
    assert user.password.startswith("$argon2id$")
    assert sign_in(store, now, password="an\u0303 o nuevo!"), "however a keyboard writes the ñ"


def test_names_are_told_apart_and_found_as_people_type_them(store: Store, now: datetime) -> None:
    people.add(store, "Inés", "admin", WORDS, now)
    with pytest.raises(UsageError, match="there is a user “Inés” already"):
        people.add(store, "inés", "editor", WORDS, now)
    assert who(store, sign_in(store, now, " INÉS "), now) == "Inés"


def test_there_is_always_an_admin(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    with pytest.raises(UsageError, match="ines is the only admin"):
        people.remove(store, "ines")
    people.add(store, "marta", "editor", WORDS, now)
    for step in (
        lambda: people.remove(store, "ines", last=True),
        lambda: people.set_role(store, "ines", "editor"),
    ):
        with pytest.raises(UsageError, match="ines is the only admin"):
            step()
    people.set_role(store, "marta", "admin")
    people.set_role(store, "ines", "editor")
    with pytest.raises(UsageError, match="no role"):
        people.set_role(store, "ines", "chief")
    with pytest.raises(UsageError, match="there is no user “mia”"):
        people.set_password(store, "mia", WORDS)


@pytest.mark.parametrize("change", ["password", "role", "removed", "signed out"])
def test_what_changes_a_person_ends_their_sessions(
    store: Store, now: datetime, change: str
) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    people.add(store, "marta", "editor", WORDS, now)
    marta, ines = sign_in(store, now, "marta"), sign_in(store, now)
    assert who(store, marta, now) == "marta"
    {
        "password": lambda: people.set_password(store, "marta", f"{WORDS}!"),
        "role": lambda: people.set_role(store, "marta", "admin"),
        "removed": lambda: people.remove(store, "marta"),
        "signed out": lambda: people.sign_out(store, "marta"),
    }[change]()
    assert who(store, marta, now) is None
    assert who(store, ines, now) == "ines"


def test_ones_own_password_is_changed_by_who_knows_it(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    before = sign_in(store, now)
    new = f"{WORDS} tonight"
    assert people.change_own_password(store, "ines", "a guess", new, peer=HOME, now=now) is None
    assert who(store, before, now) == "ines"
    after = people.change_own_password(store, "ines", WORDS, new, peer=HOME, now=now)
    assert (who(store, before, now), who(store, after, now)) == (None, "ines")
    assert sign_in(store, now) is None


def test_nobody_signs_as_the_bot_itself(store: Store, now: datetime) -> None:
    with pytest.raises(UsageError, match="the bot itself signs as “Clock”"):
        people.add(store, "Clock", "admin", WORDS, now)


# --------------------------------------------------------------------------------- sessions


def test_a_session_in_use_lasts_but_not_for_ever(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    secret, at = sign_in(store, now), now
    while at < now + people.SESSION_ENDS - timedelta(days=7):
        at += timedelta(days=7)
        assert who(store, secret, at) == "ines"
    assert who(store, secret, now + people.SESSION_ENDS) is None
    idle = sign_in(store, now)
    assert who(store, idle, now + people.SESSION_LASTS - MINUTE) == "ines"
    idle = sign_in(store, now)
    assert who(store, idle, now + people.SESSION_LASTS) is None


def test_a_session_in_use_is_rarely_written_down(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    secret = sign_in(store, now)

    def seen_at(after: timedelta) -> datetime:
        assert who(store, secret, now + after)
        with store.read() as tx:
            return tx.sessions.all(now)[0].seen_at

    assert seen_at(people.SEEN_EVERY) == now
    assert seen_at(people.SEEN_EVERY + MINUTE) == now + people.SEEN_EVERY + MINUTE


def test_a_session_goes_on_where_it_cannot_be_written_down(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    secret, later = sign_in(store, now), now + people.SEEN_EVERY + MINUTE

    def full(*_: object) -> None:
        raise StoreError("there is no room for the database")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", full)
        assert who(store, secret, later) == "ines"
    assert "no room" in caplog.text


def test_nobody_has_sessions_without_end(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    people.add(store, "ines", "admin", WORDS, now)
    people.add(store, "marta", "editor", WORDS, now)
    first, other = sign_in(store, now), sign_in(store, now, "marta")
    last = [sign_in(store, now + MINUTE) for _ in range(3)][-1]
    with store.read() as tx:
        assert len(tx.sessions.all(now, "ines")) == 3
    assert who(store, first, now) is None
    assert who(store, last, now + MINUTE) == "ines"
    assert who(store, other, now) == "marta"


def test_of_a_secret_only_a_hash_is_kept(store: Store, now: datetime, tmp_path: Any) -> None:
    link = people.lay_link(store, "mia", now)
    assert link
    session = people.enter_by_link(store, people.lay_link(store, "mia", now) or "", now)
    assert session
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("bot.db*"))
    assert link.encode() not in kept
    assert session.encode() not in kept


def test_a_link_is_used_once_and_in_time(store: Store, now: datetime) -> None:
    link = people.lay_link(store, "mia", now)
    assert link
    assert who(store, link, now) is None, "a link is no session"
    assert people.enter_by_link(store, "x" * 43, now) is None
    assert people.enter_by_link(store, link, now)
    assert people.enter_by_link(store, link, now) is None
    late = people.lay_link(store, "mia", now)
    assert people.enter_by_link(store, late or "", now + people.LINK_LASTS) is None


# ------------------------------------------------------------------------------------ limits


def test_guessing_from_one_address_ends_soon_and_the_wait_too(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    for minute in range(people.TRIES_HERE):
        assert sign_in(store, now + minute * MINUTE, password="guess") is None
    at = now + 5 * MINUTE
    for _ in range(3):  # trying on makes it no longer
        assert sign_in(store, at, "INES ") == people.WINDOW - 5 * MINUTE
    assert isinstance(sign_in(store, at, peer=AWAY), str), "she comes in from elsewhere"
    assert isinstance(sign_in(store, now + people.WINDOW), str)
    for _ in range(people.TRIES_HERE - 1):
        assert sign_in(store, at + people.WINDOW, password="guess") is None
    assert isinstance(sign_in(store, at + people.WINDOW), str), "who got in begins anew"
    assert sign_in(store, at + people.WINDOW, password="guess") is None


def test_one_address_cannot_try_many_names(store: Store, now: datetime) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    for each in range(people.TRIES_OF_PEER):
        assert sign_in(store, now, f"name{each}", peer=AWAY) is None
    assert sign_in(store, now, peer=AWAY) == people.WINDOW
    assert isinstance(sign_in(store, now, peer=HOME), str)


def test_many_addresses_cannot_guess_at_one_name_nor_lock_out_who_is_in(
    store: Store, now: datetime
) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    assert isinstance(sign_in(store, now, peer=HOME), str)
    for each in range(people.TRIES_OF_NAME):
        assert sign_in(store, now, password="guess", peer=f"203.0.113.{each}") is None
    assert sign_in(store, now, peer=AWAY) == people.WINDOW
    assert isinstance(sign_in(store, now, peer=HOME), str), "where she is signed in she may"


def test_many_at_once_are_counted_one_by_one(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    at_once, most = 0, 0
    real = people._is_right

    def slow(mark: str, password: str) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return real(mark, password)

    monkeypatch.setattr(people, "_is_right", slow)
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(sign_in(store, now, password="guess")))
        for _ in range(24)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 1
    assert found.count(None) <= people.TRIES_HERE
    assert people.BUSY in found, "few wait; the others are told"
    assert isinstance(sign_in(store, now, peer=AWAY), str), "and then there is room again"


def test_an_unknown_name_is_answered_as_a_wrong_password_is(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.add(store, "ines", "admin", WORDS, now)
    people.add(store, "proxied", "editor", None, now)
    verified = []
    hasher = people._hasher()

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, mark: str, password: str) -> bool:
            verified.append(mark)
            return bool(hasher.verify(mark, password))

    monkeypatch.setattr(people, "_hasher", lambda: Counting())
    for name in ("ines", "nobody", "proxied", "", "\x00", "x" * 10_000):
        assert sign_in(store, now, name, "a guess", peer=AWAY) is None
    assert len(verified) == 6
    assert sign_in(store, now, "proxied", "") is None
    assert sign_in(store, now, "proxied", "nobody has this password") is None


# ----------------------------------------------------------------------------------- address


def test_strangers_reach_the_pages_only_with_users_and_https(store: Store, now: datetime) -> None:
    https = "https://bot.harbour.example/"
    people.may_be_open(store, "127.0.0.1:8700", "", local=True)
    with pytest.raises(UsageError, match="bot user add NAME"):
        people.may_be_open(store, "0.0.0.0:8700", https, local=False)
    people.add(store, "ines", "admin", WORDS, now)
    for url in ("", "http://bot.harbour.example/"):
        with pytest.raises(UsageError, match="declare the https address"):
            people.may_be_open(store, "0.0.0.0:8700", url, local=False)
    people.may_be_open(store, "0.0.0.0:8700", https, local=False)
