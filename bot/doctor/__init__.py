"""Is everything in order? Every check that `bot doctor` makes, and what is in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot import config, source
from bot.app import App
from bot.doctor import _pictures, _room
from bot.doctor.base import Check
from bot.errors import BotError, FetchError, StoreError
from bot.model import Article, Retry, SourceKind
from bot.settings import ChannelConfig, Site

#: A trial article that every template must render.
TRIAL = Article(
    url="https://trial.example/a-trial",
    headline="A headline for trial",
    dek="One sentence. And another one.",
    body=("A first paragraph of the body.", "A second one."),
    authors=("Ana Reis",),
)


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and every setting in force."""

    checks: tuple[Check, ...]
    settings: tuple[config.Setting, ...]

    @property
    def exit_code(self) -> int:
        """Give 3 where something cannot be reached, 1 where something is to be mended."""
        faults = [check for check in self.checks if check.verdict == "fault"]
        return 3 if any(check.unreachable for check in faults) else int(bool(faults))


def examine(app: App) -> Report:
    """Make every check; none of them stops another, and none changes what anybody sees."""
    checks = [
        Check("configuration", "ok", f"{app.folder}: no fault in {_counted(app.config.sites)}.")
    ]
    checks += _database(app)
    checks += _room.of_room(app)
    checks += _pictures.of_all(app)
    for site in app.config.sites.values():
        checks += _site(app, site)
        checks += _pictures.of_site(app, site)
        for channel in site.channels.values():
            checks += _channel(app, site, channel)
    return Report(tuple(checks), tuple(config.describe(app.config)))


def _counted(sites: Collection[str]) -> str:
    return "the file of one site" if len(sites) == 1 else f"the files of {len(sites)} sites"


def _database(app: App) -> Iterator[Check]:
    try:
        about = app.store.describe()
        faults = app.store.integrity()
        with app.store.write("doctor") as tx:  # the one proof that there is room for more
            tx.leases.take("readiness", "doctor", timedelta(0))
    except StoreError as error:
        yield Check("database", "fault", str(error), unreachable=True)
        return
    facts = ", ".join(f"{name} {value}" for name, value in about.facts.items())
    yield Check("database", "ok", f"{about.url}: {facts}.")
    for fault in faults:
        yield Check("database", "fault", f"damaged: {fault}. Restore it from a backup.")


def _site(app: App, site: Site) -> Iterator[Check]:
    if not site.sources:
        words = "names no source: its feed is looked for at the first poll."
        yield Check(site.id, "note", f"{words} “bot init {site.url}” shows what there is.")
    for kind, url in site.sources:
        yield _source(app, site, kind, url)
    if not site.channels:
        yield Check(site.id, "fault", "has no channels: add [channels.twitter] and so on.")


def _source(app: App, site: Site, kind: SourceKind, url: str) -> Check:
    try:
        answer = source.ask(app.web, kind, url, now=app.now(), aliases=site.aliases)
    except FetchError as error:
        return Check(site.id, "fault", str(error), unreachable=True)
    assert answer.listing is not None, "it was asked without validators"
    count = len(answer.listing.entries)
    words = f"{url} holds {count} article{'s' * (count != 1)}."
    if answer.moved_to:
        words += f" It has moved for good to {answer.moved_to}: put that into the file."
        return Check(site.id, "note", words)
    if not count:
        return Check(site.id, "fault", f"{words} Name a source that holds some.")
    return Check(site.id, "ok", " ".join((words, *answer.listing.skipped)))


def _channel(app: App, site: Site, channel: ChannelConfig) -> Iterator[Check]:
    outlet = next(each for each in app.desk(site).outlets if each.channel.name == channel.name)
    try:
        outlet.write(TRIAL, app.now(), False)
        yield Check(channel.key, "ok", "its template renders.")
    except BotError as error:
        yield Check(channel.key, "fault", str(error))
    yield from _account(app, site, channel)
    yield from _pictures.of_channel(app, channel)
    if channel.review.rule == "hold" and not app.config.bot.notify:
        words = "needs somebody to tell: set notify in bot.toml. Until then a person approves."
        yield Check(channel.key, "note", f'review = "{channel.review}" {words}')
    if channel.review.rule == "none":
        yield Check(channel.key, "note", "nobody reviews it: posts go out by themselves.")


def _account(app: App, site: Site, channel: ChannelConfig) -> Iterator[Check]:
    """Ask the platform who the credentials are; it reads, and on X costs a cent."""
    platform = app.platform(channel.platform)
    try:
        by_hand = app.by_hand(channel)
    except StoreError as error:  # the key of what is sealed is another one
        yield Check(channel.key, "fault", str(error).removeprefix(f"{channel.key}: "))
        return
    if by_hand:
        missing = [name for name in platform.secrets if name not in app.secrets(channel)]
        names = ", ".join(f"BOT_{site.id}_{channel.name}_{name}".upper() for name in missing)
        words = f"by hand: no credentials. “bot login {channel.key}” connects it"
        yield Check(channel.key, "note", f"{words} (or set {names}).")
        return
    found = app.verified(channel)
    if isinstance(found, str):
        yield Check(channel.key, "fault", found)
        return
    if isinstance(found, Retry):
        yield Check(channel.key, "fault", found.reason, unreachable=True)
        return
    until = f" until {found.expires_at:%-d %b %Y}" if found.expires_at else ""
    yield Check(channel.key, "ok", f"connected as {found.name} ({found.id}){until}.")
    setting = getattr(app.channels().bound(site.id, channel.name).platform, "account_setting", "")
    if setting and not getattr(channel.settings, setting):
        file = f"sites/{site.id}.toml, under [channels.{channel.name}]"
        words = f'cannot post yet: write {setting} = "{found.id}" into settings in {file}.'
        yield Check(channel.key, "fault", words)
