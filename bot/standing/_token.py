"""Credentials that end are renewed in time, by one process, and saved before they are used."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot.credentials import mark
from bot.errors import BotError
from bot.model import Account, Blocked, Outcome, Refused, Renewed, Retry
from bot.standing._press import Bound, Press
from bot.store.credentials import Stored

log = logging.getLogger("bot")

#: A renewal that failed is not tried with every post.
AGAIN: Final = timedelta(minutes=10)
#: So long a channel waits for a renewal that another process is about.
MEANWHILE: Final = timedelta(seconds=30)


def fresh(press: Press, bound: Bound, now: datetime) -> tuple[Bound, Retry | Blocked | None]:
    """Give the channel with a credential that holds, renewed and bound anew as need be.

    Where that cannot be, the second says why. A renewal that fails for the moment
    changes nothing while the old credential holds; one that the platform refuses blocks
    the channel. Of several processes one renews; the new credential is committed
    before it is used. Should the process end between the platform's answer and that
    commit, a single-use credential is lost, and the channel must be connected again.
    """
    if bound.session.dry_run or bound.platform.renews is None:
        return bound, None
    with press.store.read() as tx:
        stored = tx.credentials.get(bound.channel.site, bound.channel.name)
        failed = tx.rests.active(now).get(_scope(bound))
    if _lasts(bound, stored, now):
        return bound, None
    if failed is not None:
        return bound, _without(bound, stored, failed.reason, failed.until, now)
    holder, begun = uuid4().hex, press.steady()
    with press.store.write("renewing") as tx:
        mine = tx.leases.take(_scope(bound), holder, press.lease)
    if not mine:
        return bound, Retry("Its credential is being renewed.", now + MEANWHILE, rests="channel")
    try:
        return _renewed(press, bound, now, begun + press.lease.total_seconds())
    finally:
        with press.store.write("renewed") as tx:
            tx.leases.release(_scope(bound), holder)


def keep_fresh(press: Press, channels: Iterable[tuple[str, str]], now: datetime) -> list[str]:
    """Renew what ends soon, of channels that may not post for weeks; tell what could not be."""
    told = []
    for site, channel in channels:
        if f"{site}/{channel}" in press.hands:
            continue
        try:
            _, why = fresh(press, press.bound(site, channel), now)
        except BotError as error:
            told.append(f"{site}/{channel}: {error}")
            continue
        if why is not None:
            told.append(f"{site}/{channel}: {why.reason}")
    return told


def _renewed(
    press: Press, bound: Bound, now: datetime, until: float
) -> tuple[Bound, Retry | Blocked | None]:
    channel = bound.channel
    bound = press.bound(channel.site, channel.name)  # somebody may have renewed it meanwhile
    with press.store.read() as tx:
        stored = tx.credentials.get(channel.site, channel.name)
    if _lasts(bound, stored, now):
        return bound, None
    answer = _ask(bound, until)
    if isinstance(answer, Renewed):
        _save(press, bound, answer, now)
        log.info("%s: its credential was renewed", bound.key)
        return press.bound(channel.site, channel.name), None
    reason = f"Its credential could not be renewed: {getattr(answer, 'reason', answer)}"
    if isinstance(answer, Blocked | Refused):
        with press.store.write("block") as tx:
            tx.accounts.block(channel.site, channel.name, reason, now, bound.mark)
        return bound, Blocked(reason)
    log.warning("%s: %s", bound.key, reason)
    again = (answer.at if isinstance(answer, Retry) else None) or now + AGAIN
    with press.store.write("put off renewal") as tx:
        tx.rests.rest(_scope(bound), again, reason)
    return bound, _without(bound, stored, reason, again, now)


def _ask(bound: Bound, until: float) -> Renewed | Outcome:
    """Exchange the credential, unless this process slept past its lease."""
    bound.session.attempt_deadline = until
    try:
        return bound.platform.renew()
    except Exception as error:
        log.exception("%s: an unforeseen fault in renewing its credential", bound.key)
        return Retry(f"an unforeseen fault, {type(error).__name__}.")
    finally:
        bound.session.attempt_deadline = None


def _save(press: Press, bound: Bound, renewed: Renewed, now: datetime) -> None:
    """Commit the new credential; who the account is stays proven, for it is the same grant."""
    site, name = bound.channel.site, bound.channel.name
    marks = {each: mark(each, bound.seeds) for each in renewed.secrets}
    with press.store.write("renew") as tx:
        tx.credentials.put(
            site, name, renewed.secrets, seeds=marks, expires_at=renewed.expires_at, now=now
        )
        known = tx.accounts.get(site, name)
        if known is None or known.blocked or known.fingerprint != bound.mark:
            return
        same = Account(known.remote_id, known.name, (), renewed.expires_at, known.hidden)
        new = replace(bound, secrets={**bound.secrets, **renewed.secrets}).mark
        tx.accounts.prove(site, name, same, new, known.verified_at or now)


def _lasts(bound: Bound, stored: Mapping[str, Stored], now: datetime) -> bool:
    """Tell whether the credential need not be renewed yet."""
    ahead = bound.platform.renews
    if ahead is None:
        return True
    ends, own = ends_at(bound, stored)
    return own if ends is None else ends - now > ahead


def ends_at(bound: Bound, stored: Mapping[str, Stored]) -> tuple[datetime | None, bool]:
    """Tell when the credential ends, and whether the bot itself has stored it."""
    own = [kept for name, kept in stored.items() if bound.secrets.get(name) == kept.value]
    return min((kept.expires_at for kept in own if kept.expires_at), default=None), bool(own)


def _without(
    bound: Bound, stored: Mapping[str, Stored], reason: str, again: datetime, now: datetime
) -> Retry | None:
    """Go on with the old credential while it holds."""
    ends, _ = ends_at(bound, stored)
    if ends is None or ends > now:
        return None
    return Retry(reason, again, rests="channel")


def _scope(bound: Bound) -> str:
    return f"renew {bound.key}"
