"""Who each channel's credentials have proven to be, and what keeps a channel from posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from bot.model import Account
from bot.store._keep import keep
from bot.store._schema import accounts
from bot.store.rests import Rests

#: A blocked channel is tried again after this, and after twice as long each further time …
FIRST_REST = timedelta(minutes=5)
#: … but a mended one must not be found out only the day after.
LONGEST_REST = timedelta(hours=6)

# Built once: every tick and every step of every post asks them.
_ALL = select(accounts).order_by(accounts.c.site, accounts.c.channel)
_ONE = select(accounts).where(
    accounts.c.site == bindparam("site"), accounts.c.channel == bindparam("channel")
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a channel's account."""

    site: str
    channel: str
    remote_id: str  # pinned at the first proof
    name: str
    fingerprint: str  # of the credentials, and the account they must be of, last proven or refused
    verified_at: datetime | None
    expires_at: datetime | None  # of the credential
    hidden: str  # why the public cannot see what it posts; "" where it can
    blocked: str  # why it cannot post; "" where it can
    blocked_at: datetime | None
    failures: int  # to prove it, in a row


class Accounts:
    """The accounts, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, site: str, channel: str) -> Standing | None:
        """Tell what is known of a channel; None where nothing is."""
        row = self._db.execute(_ONE, {"site": site, "channel": channel}).mappings().first()
        return None if row is None else Standing(**row)

    def all(self) -> tuple[Standing, ...]:
        """List what is known, in a steady order."""
        return tuple(Standing(**row) for row in self._db.execute(_ALL).mappings())

    def prove(
        self,
        site: str,
        channel: str,
        account: Account,
        fingerprint: str,
        now: datetime,
        *,
        another: bool = False,
    ) -> None:
        """Write down who the credentials are; a block is over, and its rest.

        The platform's number of the account is pinned the first time and stays, until the
        account has another name or a person says that it is `another`: whoever calls has
        held the account against it.
        """
        known = self.get(site, channel)
        pinned = known.remote_id if known is not None else ""
        if known is None or not pinned or another or known.name != account.name:
            pinned = account.id
        self._keep(
            site,
            channel,
            remote_id=pinned,
            name=account.name,
            fingerprint=fingerprint,
            verified_at=now,
            expires_at=account.expires_at,
            hidden=account.hidden,
            blocked="",
            blocked_at=None,
            failures=0,
        )
        if known is not None and known.blocked:
            Rests(self._db).lift(f"{site}/{channel}")

    def block(
        self, site: str, channel: str, reason: str, now: datetime, fingerprint: str = ""
    ) -> None:
        """Say why a channel cannot post; it rests, each time longer, until it is proven again.

        `fingerprint` is of the credentials that were refused; "": of those last proven.
        """
        known = self.get(site, channel)
        failures = 1 if known is None else known.failures + 1
        since = known.blocked_at if known is not None and known.blocked else now
        judged = {"fingerprint": fingerprint} if fingerprint else {}
        self._keep(site, channel, blocked=reason, blocked_at=since, failures=failures, **judged)
        rest = min(FIRST_REST * 2 ** min(failures - 1, 10), LONGEST_REST)
        Rests(self._db).rest(f"{site}/{channel}", now + rest, reason)

    def _keep(self, site: str, channel: str, **columns: object) -> None:
        keep(self._db, accounts, {"site": site, "channel": channel}, columns)
