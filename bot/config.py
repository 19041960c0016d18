"""The configuration: `bot.toml` and one `sites/NAME.toml` a site, as frozen values.

`load` reads the whole folder and reports every fault of every file at once,
each with its line and a sentence that says what to do. The settings and their
defaults stand in `settings`; `describe` tells what is in force and what of it
was left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from bot import _toml_lines
from bot._sentences import check, choice
from bot.errors import ConfigError, Fault, UsageError
from bot.hours import Windows, shown_duration
from bot.identity import url_key
from bot.model import PLATFORM_ALIASES
from bot.settings import Bot, ChannelConfig, Review, Site

_NAME = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was configured, and which settings a person wrote."""

    bot: Bot
    sites: Mapping[str, Site]
    written: frozenset[_toml_lines.Key] = frozenset()  # ("harbour.toml", "channels", "twitter")

    def channels(self) -> tuple[ChannelConfig, ...]:
        """List the channels of all sites, in the order of their files."""
        return tuple(each for site in self.sites.values() for each in site.channels.values())

    def site(self, name: str) -> Site:
        """Find a site by the name of its file; an unknown one is a UsageError."""
        if name not in self.sites:
            raise UsageError(f"there is no site “{name}”{choice(name, self.sites)}")
        return self.sites[name]

    def channel(self, name: str) -> ChannelConfig:
        """Find a channel as "harbour/twitter", or "twitter" where only one site has it."""
        site, _, short = name.rpartition("/")
        among = tuple(self.site(site).channels.values()) if site else self.channels()
        for wanted in (short, PLATFORM_ALIASES.get(short, short)):
            found = [each for each in among if each.name == wanted]
            if len(found) == 1:
                return found[0]
            if found:
                keys = ", ".join(each.key for each in found)
                raise UsageError(f"several sites have a channel “{name}”; say which: {keys}.")
        keys = ", ".join(each.key for each in among) or "none at all"
        raise UsageError(f"there is no channel “{name}”; there are: {keys}.")


# ------------------------------------------------------------------------ reading

_FIRST_SITE = (
    "write one with “bot init URL”, where URL is the address of your site: it looks for "
    "its feeds and channels."
)
SettingsOf = Callable[[str], type[BaseModel]]
_M = TypeVar("_M", bound=BaseModel)


def load(folder: Path, settings_of: SettingsOf, *, needs_site: bool = True) -> Config:
    """Read the configuration of `folder`, or raise ConfigError with every fault in it.

    `settings_of` gives the model of a platform's `settings`, and raises
    UsageError where there is no such platform. A folder without any site is a
    UsageError that says how to write one, unless `needs_site` is false; a missing
    `bot.toml` is all defaults.
    """
    if needs_site and not folder.is_dir():
        raise UsageError(
            f"there is no configuration folder “{folder}”; name yours with --config, "
            f"or {_FIRST_SITE}"
        )
    paths = sorted(path for path in folder.glob("sites/*.toml") if not path.name.startswith("."))
    main = _File(folder / "bot.toml")
    bot = main.check(Bot, main.document.values, at=())
    files = [_File(path) for path in paths]
    sites = [site for file in files if (site := _site(file, settings_of))]
    _shared_accounts(files)
    _site_twice(files, sites)
    faults = [fault for file in (main, *files) for fault in file.sorted_faults()]
    if faults or bot is None:
        raise ConfigError(faults)
    if needs_site and not files:
        raise UsageError(f"there is no site in the configuration folder “{folder}”; {_FIRST_SITE}")
    return Config(
        bot,
        {site.id: site for site in sites},
        frozenset((file.path.name, *key) for file in (main, *files) for key in file.document.lines),
    )


class _File:
    """One file on its way to a model, and the faults that were found in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.stem
        self.faults: list[Fault] = []
        self.channels: list[ChannelConfig] = []
        self.document = _toml_lines.Document({}, {})
        try:
            self.document = _toml_lines.read(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self._say(line, "this is not UTF-8; save the file as UTF-8.")
        except FileNotFoundError:
            pass  # bot.toml need not be there
        except OSError as error:
            self._say(None, f"the file cannot be read: {error.strerror}.")
        for line, message in self.document.faults:
            self._say(line, message)
        self._torn = bool(self.faults)

    def _say(self, line: int | None, message: str) -> None:
        self.faults.append(Fault(str(self.path), line, message))

    def fault(self, key: _toml_lines.Key, message: str) -> None:
        """Note what is wrong with the setting `key`."""
        self._say(self.document.line_of(key), message)

    def sorted_faults(self) -> list[Fault]:
        """Give the faults in the order of the file, each once."""
        return sorted(dict.fromkeys(self.faults), key=lambda fault: fault.line or 0)

    def check(
        self,
        model: type[_M],
        values: Mapping[str, Any],
        at: _toml_lines.Key,
        given: Mapping[str, Any] | None = None,
    ) -> _M | None:
        """Make `model` of the table at `at`, or note every fault."""
        made, faults = check(model, values, given)
        for key, message in faults:
            # In a torn file, what seems to be missing may stand in the unreadable part.
            if not (self._torn and "is missing" in message):
                self.fault((*at, *key), message)
        return made


def _site(file: _File, settings_of: SettingsOf) -> Site | None:
    if not _NAME.fullmatch(file.name):
        file.fault(
            (),
            f"“{file.name}” cannot be the name of a site: rename the file, with small letters "
            "(a–z) and digits, a letter first.",
        )
    values = dict(file.document.values)
    tables = values.pop("channels", {})
    site = file.check(Site, values, at=(), given={"id": file.name, "channels": {}})
    if not isinstance(tables, dict):
        file.fault(("channels",), "“channels” must be tables, as in [channels.twitter].")
        tables = {}
    review = site.review if site else Review()
    found = [_channel(file, name, table, review, settings_of) for name, table in tables.items()]
    file.channels = [channel for channel in found if channel]
    channels = {channel.name: channel for channel in file.channels}
    return site.model_copy(update={"channels": channels}) if site else None


def _channel(
    file: _File, name: str, table: object, review: Review, settings_of: SettingsOf
) -> ChannelConfig | None:
    at = ("channels", name)
    if not isinstance(table, dict):
        file.fault(at, f"“{name}” must be a table, as in [channels.{name}].")
        return None
    if not _NAME.fullmatch(name):
        file.fault(
            at, f"“{name}” cannot be the name of a channel: small letters (a–z) and digits only."
        )
    values = {"review": review, **table}
    platform = values.pop("platform", name)
    platform = PLATFORM_ALIASES.get(platform, platform) if isinstance(platform, str) else ""
    settings: BaseModel | None = None
    try:
        model = settings_of(platform)
    except UsageError as error:
        file.fault((*at, "platform"), str(error))
    else:
        raw = values.pop("settings", {})
        if isinstance(raw, dict):
            settings = file.check(model, raw, at=(*at, "settings"))
        else:
            file.fault((*at, "settings"), '“settings” must be a table, as in { api_url = "…" }.')
    values.pop("settings", None)
    given = {"site": file.name, "name": name, "platform": platform, "settings": settings}
    return file.check(ChannelConfig, values, at=at, given=given)


def _shared_accounts(files: Iterable[_File]) -> None:
    """Note accounts of two channels of a site: every article would be on them twice."""
    for file in files:
        first: dict[tuple[str, str], str] = {}
        for channel in file.channels:
            account = (channel.platform, _folded(channel.account))
            taken = first.setdefault(account, channel.key)
            if taken != channel.key:
                file.fault(
                    ("channels", channel.name, "account"),
                    f"“{channel.account}” is already the account of {taken}; "
                    "an account belongs to one channel, so remove one of the two.",
                )


def _site_twice(files: Iterable[_File], sites: Iterable[Site]) -> None:
    """Note accounts that two files of one address share: every article would be there twice."""
    named = {file.name: file for file in files}
    first: dict[tuple[str, str, str], str] = {}
    for site in sites:
        for channel in site.channels.values():
            place = (url_key(site.url), channel.platform, _folded(channel.account))
            taken = first.setdefault(place, site.id)
            if taken != site.id:
                named[site.id].fault(
                    ("channels", channel.name, "account"),
                    f"“{channel.account}” has the articles of {site.url} already, from "
                    f"{taken}.toml; remove one of the two files, or this channel.",
                )


def _folded(account: str) -> str:
    return account.lstrip("@").casefold()


# -------------------------------------------------------------------- description


class Setting(NamedTuple):
    """One setting in force, as `bot doctor` shows it."""

    where: str  # "bot.toml", "harbour" or "harbour/twitter"
    name: str  # "publishing.deadline"
    value: str
    left_out: bool  # nobody wrote it: this is the default


_NOTHING = {
    "daily_limit": "the platform's own",
    "spacing": "none",
    "budget": "none",
    "language": "the article's own",
    "feeds": "looked for on the site, unless another source is named",
    "poll_every": "as busy as each source is",
    "only.language": "all",
    "only.section": "all",
}
_SECRET = {"database", "notify"}


def describe(config: Config) -> list[Setting]:
    """List every setting in force, and whether a person wrote it; passwords are masked."""
    found = list(_settings("bot.toml", config.bot, ("bot.toml",), config.written))
    for site in config.sites.values():
        found += _settings(site.id, site, (f"{site.id}.toml",), config.written)
        for channel in site.channels.values():
            key = (f"{site.id}.toml", "channels", channel.name)
            found += _settings(channel.key, channel, key, config.written)
    return found


def _settings(
    where: str,
    model: BaseModel,
    key: _toml_lines.Key,
    written: frozenset[_toml_lines.Key],
    prefix: str = "",
) -> Iterable[Setting]:
    for field, value in model:
        name, path = prefix + field, (*key, field)
        if name in ("id", "site", "channels") or (name == "name" and len(key) > 1):
            continue  # where it stands says it already
        if isinstance(value, BaseModel):
            yield from _settings(where, value, path, written, f"{name}.")
        else:
            yield Setting(where, name, _shown(name, value), path not in written)


def _shown(name: str, value: Any) -> str:
    if name in _SECRET:
        values = [value] if isinstance(value, str) else value
        return ", ".join(_masked(text) for text in values)
    if isinstance(value, float):
        return f"{value:g}"
    if not value and not isinstance(value, bool | int | Windows):
        return _NOTHING.get(name, "")
    if isinstance(value, timedelta):
        return shown_duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_shown('', each)}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _masked(url: str) -> str:
    """Keep of an address what carries no secret: all of a SQLite path, else scheme and host."""
    scheme, mark, rest = url.partition("://")
    if scheme == "sqlite":
        return url
    return f"{scheme}{mark}…" if "@" not in rest else f"{scheme}{mark}…@{rest.rpartition('@')[2]}"


def shipped(name: str) -> Path:
    """Find a folder that comes with the bot: inside an installed one, beside a checkout."""
    here = Path(__file__).parent
    inside = here / "_shipped" / name
    return inside if inside.is_dir() else here.parent / name
