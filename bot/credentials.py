"""Credentials: found in the environment or in files, never in the configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from bot.errors import ConfigError, Fault


def secrets_of(
    site: str, channel: str, names: Iterable[str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Find a channel's credentials; those that are nowhere are left out.

    Raises ConfigError, with every fault, as `secret` does.
    """
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for name in names:
        try:
            value = secret(f"BOT_{site}_{channel}_{name}".upper(), environ)
        except ConfigError as error:
            faults += error.faults
        else:
            if value is not None:
                found[name] = value
    if faults:
        raise ConfigError(faults)
    return found


def secret(name: str, environ: Mapping[str, str]) -> str | None:
    """Read the secret `name` from the environment, `name`_FILE, or $CREDENTIALS_DIRECTORY.

    None where it is in none of them; an empty variable counts as absent. Both
    the variable and its _FILE, and a file that cannot be read, are a ConfigError.
    """
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        raise _secret_fault(name, f"{name} and {name}_FILE are both set; remove one of them.")
    if value:
        return value
    if file:
        return _secret_file(name, Path(file))
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    return _secret_file(name, Path(folder) / name, optional=True) if folder else None


class Kept(Protocol):
    """A credential that the bot stored itself, as far as it matters here."""

    @property
    def value(self) -> str: ...
    @property
    def seed(self) -> str: ...


def current(seeds: Mapping[str, str], stored: Mapping[str, Kept]) -> dict[str, str]:
    """Choose between what is set outside and what the bot stored itself.

    A stored one, of a login or a renewal, wins until the one outside is not what it
    was when it was stored.
    """
    found = dict(seeds)
    for name, kept in stored.items():
        if name not in seeds or kept.seed == mark(name, seeds):
            found[name] = kept.value
    return found


def mark(name: str, seeds: Mapping[str, str]) -> str:
    """Tell which credential is set outside under `name`: "" where none is."""
    return fingerprint({name: seeds[name]}) if name in seeds else ""


def fingerprint(secrets: Mapping[str, str]) -> str:
    """Give a short mark by which credentials are known again and not told."""
    text = "\0".join(f"{name}={secrets[name]}" for name in sorted(secrets))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _secret_file(name: str, path: Path, *, optional: bool = False) -> str | None:
    try:
        value = path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise _secret_fault(
            name, f"“{path}” is not a text file; put the secret alone in it."
        ) from None
    except OSError as error:
        if optional and isinstance(error, FileNotFoundError):
            return None
        raise _secret_fault(name, f"“{path}” cannot be read: {error.strerror}.") from None
    if not value:
        raise _secret_fault(name, f"“{path}” is empty; put the secret in it.")
    return value


def _secret_fault(name: str, message: str) -> ConfigError:
    return ConfigError([Fault(f"environment, {name}", None, message)])
