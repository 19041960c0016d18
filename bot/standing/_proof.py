"""A channel proves who it is before anything is sent: the account must be the one meant."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.errors import UsageError
from bot.model import Account, Blocked, Outcome, Refused, Retry
from bot.standing._press import Bound, Press
from bot.standing._token import ends_at
from bot.store import Tx
from bot.store.accounts import Standing

log = logging.getLogger("bot")

#: A proof holds so long for the credentials it was made with: X takes money for each.
HOLDS: Final = timedelta(days=1)
#: A platform that could not be asked is asked again then.
AGAIN: Final = timedelta(minutes=5)


def proven(
    press: Press, bound: Bound, known: Standing | None, now: datetime
) -> Retry | Blocked | None:
    """Prove the channel, unless it is proven; say why it cannot post, where it cannot.

    Whatever a person must see to blocks the channel, which is committed here.
    """
    if _stands(known, bound, now):
        return None
    found = _verified(bound)
    if isinstance(found, Retry):
        return Retry(found.reason, found.at or now + AGAIN, rests="channel")
    if isinstance(found, Account):
        fault = mismatch(found, bound, pinned(known, bound))
    elif isinstance(found, Blocked | Refused):
        fault = found.reason
    else:
        return Retry("Who the account is could not be learnt.", now + AGAIN, rests="channel")
    site, name = bound.channel.site, bound.channel.name
    with press.store.write("prove") as tx:
        if not fault and isinstance(found, Account):
            # A login may have been told an end that the account itself does not name.
            ends, _ = ends_at(bound, tx.credentials.get(site, name))
            known_end = replace(found, expires_at=found.expires_at or ends)
            tx.accounts.prove(site, name, known_end, bound.mark, now)
            return None
        tx.accounts.block(site, name, fault, now, bound.mark)
    log.error("%s is blocked: %s", bound.key, fault, extra={"channel": bound.key})
    return Blocked(fault)


def stopped(tx: Tx, now: datetime) -> list[Standing]:
    """List the channels that are blocked and rest for it."""
    blocked = [each for each in tx.accounts.all() if each.blocked]
    resting = tx.rests.active(now) if blocked else {}
    return [each for each in blocked if f"{each.site}/{each.channel}" in resting]


def forgive(press: Press, channels: Iterable[Standing]) -> None:
    """Let each of these whose credential or account was mended since try again at once."""
    for each in channels:
        try:
            bound = press.bound(each.site, each.channel)
        except UsageError:  # it is not configured any more
            continue
        if bound.mark != each.fingerprint:
            with press.store.write("forgive") as tx:
                tx.rests.lift(bound.key)


def pinned(known: Standing | None, bound: Bound) -> str:
    """Give the platform's number of the account at its first proof; "" where there was none.

    An account that the configuration names anew has none yet.
    """
    if known is None or _plain(known.name) != _plain(bound.channel.account):
        return ""
    return known.remote_id


def mismatch(account: Account, bound: Bound, pinned: str) -> str:
    """Say what keeps this account from being posted on for the channel; "" where nothing does.

    `pinned` is the number that it must have.
    """
    label, meant = bound.platform.label, bound.channel.account
    if _plain(meant) not in {_plain(account.name), _plain(account.id)}:
        return (
            f"{label}: the credentials are of “{account.name}”, and the channel is “{meant}”."
            " Connect the right account, or mend the channel's account."
        )
    for number, where in ((bound.number, "in the settings"), (pinned, "before")):
        if number and number != account.id:
            return (
                f"{label}: “{account.name}” has the number {account.id}, and it was {number}"
                f" {where}. If it is the right account, mend the settings, or say so with"
                f" “bot login {bound.key} --another”."
            )
    if account.lacks:
        rights = ", ".join(account.lacks)
        return f"{label}: the credentials of “{account.name}” lack {rights}: connect it with them."
    if account.hidden:
        return f"{label}: the public cannot see what “{account.name}” posts: {account.hidden}"
    return ""


def _stands(known: Standing | None, bound: Bound, now: datetime) -> bool:
    if known is None or known.blocked or known.verified_at is None:
        return False
    age = now - known.verified_at  # below nothing where the clock was set back
    return known.fingerprint == bound.mark and timedelta(0) <= age < HOLDS


def _verified(bound: Bound) -> Account | Outcome:
    try:
        return bound.platform.verify()
    except Exception as error:
        log.exception("%s: an unforeseen fault in asking who it is", bound.key)
        return Retry(f"an unforeseen fault, {type(error).__name__}.")


def _plain(name: str) -> str:
    return name.strip().strip("@/").casefold()
