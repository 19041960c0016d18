"""From a channel's settings to its platform: credentials found, session made, account bound."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta

from bot import credentials
from bot.app import _desks
from bot.config import Config
from bot.errors import UsageError
from bot.http import Masker, Session
from bot.model import Channel
from bot.platforms import base
from bot.settings import ChannelConfig
from bot.standing import Bound
from bot.store import Store


class Live(Collection[str]):
    """Names as they are whenever somebody looks: a login changes who posts by hand."""

    def __init__(self, names: Callable[[], Collection[str]]) -> None:
        self._names = names

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


class Channels:
    """The channels of a configuration, each bound once for each credential it has.

    A session is for one thread: whoever publishes and whoever looks after doubts
    has channels of its own.
    """

    def __init__(
        self,
        config: Config,
        environ: Mapping[str, str],
        store: Callable[[], Store],
        masker: Masker,
        clock: Callable[[], datetime],
        *,
        user_agent: str,
        dry_run: bool = False,
    ) -> None:
        self._config, self._environ, self._store = config, environ, store
        self._masker, self._clock = masker, clock
        self._user_agent, self._dry_run = user_agent, dry_run
        self._made: dict[str, Bound] = {}

    def named(self, site: str, channel: str) -> ChannelConfig:
        """Find a channel; UsageError where the configuration has it no more."""
        known = self._config.site(site)
        if channel not in known.channels:
            raise UsageError(f"site “{site}” has no channel “{channel}” any more.")
        return known.channels[channel]

    def seeds(self, channel: ChannelConfig) -> dict[str, str]:
        """Find the credentials that are set outside: in the environment, in files."""
        kind = base.load(channel.platform)
        names = (*kind.secrets, *kind.optional_secrets)
        return credentials.secrets_of(channel.site, channel.name, names, self._environ)

    def secrets(self, channel: ChannelConfig) -> dict[str, str]:
        """Find the credentials that hold: what the bot stored itself wins over its seed."""
        with self._store().read() as tx:
            stored = tx.credentials.get(channel.site, channel.name)
        return credentials.current(self.seeds(channel), stored)

    def by_hand(self, channel: ChannelConfig) -> bool:
        """Tell whether the channel lacks credentials, so that a person posts for it."""
        return not base.load(channel.platform).usable(self.secrets(channel))

    def hands(self) -> frozenset[str]:
        """Name the channels that a person posts for."""
        return frozenset(each.key for each in self._config.channels() if self.by_hand(each))

    def bound(self, site: str, channel: str) -> Bound:
        """Bind a channel to its platform; UsageError where there is no such channel.

        A rehearsal asks no database: what is stored there could end if it were renewed.
        """
        chosen = self.named(site, channel)
        seeds = self.seeds(chosen)
        secrets = seeds if self._dry_run else self.secrets(chosen)
        made = self._made.get(chosen.key)
        if made is None or made.secrets != secrets:
            made = self._made[chosen.key] = self.bind(chosen, secrets, seeds)
        return made

    def bind(
        self, channel: ChannelConfig, secrets: Mapping[str, str], seeds: Mapping[str, str]
    ) -> Bound:
        """Bind a channel with these credentials, whatever is stored."""
        session = self.session()
        kind = base.load(channel.platform)
        platform = kind(
            account=channel.account,
            settings=channel.settings,
            secrets=secrets,
            session=session,
            clock=self._clock,
        )
        budget, zone = channel.budget, self._config.site(channel.site).timezone
        return Bound(
            channel=Channel(channel.site, channel.name, channel.platform, channel.account),
            platform=platform,
            session=session,
            secrets=dict(secrets),
            seeds=dict(seeds),
            number=str(getattr(channel.settings, getattr(kind, "account_setting", "") or "_", "")),
            budget=None if budget is None else round(budget * 1000),
            zone=zone,
            rules=_desks.rules(channel, zone),
        )

    def session(self, *, deadline: timedelta | None = None) -> Session:
        """Make a session for a platform's requests."""
        return Session(
            deadline=deadline or self._config.bot.publishing.deadline,
            allow_private=self._config.bot.allow_private_addresses,
            dry_run=self._dry_run,
            user_agent=self._user_agent,
            masker=self._masker,
        )
