"""Connecting a channel to its account: consent asked for, held against the site's list, kept.

`connect` runs the platform's own flow, asks the platform whose credential it is, and
stores it sealed. Nothing is stored before the account is known to be the one meant, and
whatever else is known of the channel stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.credentials import mark
from bot.errors import BotError, Unreachable, UsageError
from bot.login import _google, _meta, _x
from bot.login.base import Granted, Login, Person
from bot.model import Account, Outcome, Retry
from bot.standing import Bound, mismatch, pinned

__all__ = ["Bind", "Connected", "Login", "Person", "connect"]

#: By platform. One that is not here takes its credentials from the environment alone.
FLOWS: Mapping[str, Callable[[Login], Granted]] = {
    "twitter": _x.connect,
    "facebook": _meta.connect,
    "instagram": _meta.connect,
    "youtube": _google.connect,
}

#: Binds the channel with these credentials, and with these in place of its settings' own.
Bind = Callable[[Mapping[str, str], Mapping[str, str]], Bound]


@dataclass(frozen=True, slots=True)
class Connected:
    """A channel that was connected."""

    account: Account
    expires_at: datetime | None  # None: never, or nobody told
    renewed: bool  # by the bot itself, before it ends
    settings: Mapping[str, str]  # what the site's file should say and does not


def connect(login: Login, bind: Bind) -> Connected:
    """Connect a channel; BotError says what is missing, and then nothing was stored.

    A credential that was set outside is replaced by the new one until it is changed there.
    """
    flow = FLOWS.get(login.channel.platform)
    if flow is None:
        names = f"BOT_{login.channel.site}_{login.channel.name}_…".upper()
        raise UsageError(f"{login.label} has no login: set its credentials as {names}.")
    with login.store.write("login") as tx:
        tx.logins.answer("", "")  # seals: that there is no key must show before anybody agrees
    granted = flow(login)
    secrets = {**login.known, **granted.app, **granted.secrets}
    bound = bind(secrets, granted.numbers)
    account = _proven(login, bound)
    expires_at = granted.expires_at or account.expires_at
    _keep(login, granted, bound, replace(account, expires_at=expires_at))
    if account.hidden:
        login.person.tell(f"The public cannot see what is posted there: {account.hidden}")
    renewed = bound.platform.renews is not None
    return Connected(account, expires_at, renewed, _unset(login, granted, bound, account))


def _proven(login: Login, bound: Bound) -> Account:
    """Ask the platform whose credential it is; the account must be the one meant."""
    found: Account | Outcome = bound.platform.verify()
    if isinstance(found, Retry):
        raise Unreachable(f"{found.reason} Nothing was stored; run the command again in a moment.")
    if not isinstance(found, Account):
        reason = getattr(found, "reason", "") or f"{login.label} did not say whose it is."
        raise BotError(f"{reason} Nothing was stored.")
    with login.store.read() as tx:
        known = tx.accounts.get(login.channel.site, login.channel.name)
    # What the public can see is for the operator to mend; the credential is right anyway.
    seen = replace(found, hidden="")
    if fault := mismatch(seen, bound, "" if login.another else pinned(known, bound)):
        raise BotError(f"{fault} Nothing was stored.")
    return found


def _keep(login: Login, granted: Granted, bound: Bound, account: Account) -> None:
    site, name, now = login.channel.site, login.channel.name, login.now()
    with login.store.write("login") as tx:
        if login.anew:
            tx.credentials.forget(site, name)
        for secrets, ends in ((granted.app, None), (granted.secrets, granted.expires_at)):
            marks = {each: mark(each, login.seeds) for each in secrets}
            tx.credentials.put(site, name, secrets, seeds=marks, expires_at=ends, now=now)
        if not account.hidden:  # else the next post finds out, and says so
            tx.accounts.prove(site, name, account, bound.mark, now, another=login.another)


def _unset(login: Login, granted: Granted, bound: Bound, account: Account) -> dict[str, str]:
    """Name the settings that the login has found out, as far as the site's file lacks them."""
    own = getattr(bound.platform, "account_setting", "")
    found = {**({own: account.id} if own else {}), **granted.numbers}
    return {
        name: value
        for name, value in found.items()
        if not getattr(login.channel.settings, name, value)
    }
