"""Credentials that a login or a renewal gave, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.errors import SealedError
from bot.store._keep import keep
from bot.store._schema import credentials
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Stored:
    """One credential of a channel."""

    value: str = field(repr=False)
    seed: str  # mark of the one outside that it replaced; "" where there was none
    expires_at: datetime | None
    at: datetime


class Credentials:
    """The stored credentials, in one transaction."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        self._db, self._vault = db, vault

    def get(self, site: str, channel: str) -> Mapping[str, Stored]:
        """Give a channel's credentials by name; SealedError where the key does not fit."""
        query = select(credentials).where(*_of(site, channel)).order_by(credentials.c.name)
        try:
            return {
                row.name: Stored(self._vault.open(row.value), row.seed, row.expires_at, row.at)
                for row in self._db.execute(query)
            }
        except SealedError as error:
            raise SealedError(f"{site}/{channel}: {error}") from None

    def put(
        self,
        site: str,
        channel: str,
        secrets: Mapping[str, str],
        *,
        seeds: Mapping[str, str],
        expires_at: datetime | None,
        now: datetime,
    ) -> None:
        """Keep what was given, in place of what had the same name; the others stay."""
        for name, value in sorted(secrets.items()):
            columns = {"value": self._vault.seal(value), "seed": seeds.get(name, "")}
            times = {"expires_at": expires_at, "at": now}
            key = {"site": site, "channel": channel, "name": name}
            keep(self._db, credentials, key, columns | times)

    def forget(self, site: str, channel: str) -> None:
        """Remove all that is stored for a channel."""
        self._db.execute(delete(credentials).where(*_of(site, channel)))


def _of(site: str, channel: str) -> tuple[ColumnElement[bool], ...]:
    return credentials.c.site == site, credentials.c.channel == channel
