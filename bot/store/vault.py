"""What is kept sealed: credentials that a login gave, addresses of upload sessions.

The key is BOT_SECRET_KEY. Without one, a SQLite database gets a file of its own beside
it, made on first need; whoever copies the database alone copies no secret.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SealedError, StoreError, UsageError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_HOW = (
    "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
    " makes one"
)


class Vault:
    """Seals and opens; the key is looked for, or made, when it is first needed."""

    def __init__(self, key: bytes | None, file: Path | None) -> None:
        self._key, self._file = key, file
        self._fernet: Fernet | None = None

    def seal(self, text: str) -> str:
        """Make a text unreadable to all who have not the key; UsageError where there is none."""
        return self._cipher(make=True).encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Give back the text that was sealed; SealedError where the key is another one."""
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher(make=False).decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise self._does_not_fit() from None

    def describe(self) -> str:
        """Say where the key is, for `bot doctor`; never the key."""
        if self._key is not None:
            return "BOT_SECRET_KEY"
        if self._file is None:
            return "none: set BOT_SECRET_KEY before the first `bot login`"
        try:
            mode = self._file.stat().st_mode
        except OSError:
            return f"none yet: {self._file} is made on first need"
        open_to_others = " (others may read it: give it mode 600)" if mode & 0o077 else ""
        return f"{self._file}{open_to_others}"

    def _cipher(self, *, make: bool) -> Fernet:
        if self._fernet is None:
            from cryptography.fernet import Fernet

            key = self._key if self._key is not None else self._read(make=make)
            try:
                self._fernet = Fernet(key)
            except ValueError:
                where = "BOT_SECRET_KEY" if self._key is not None else f"what {self._file} holds"
                raise UsageError(
                    f"{where} is no key: it must be the urlsafe base64 of 32 bytes; {_HOW}."
                ) from None
        return self._fernet

    def _read(self, *, make: bool) -> bytes:
        if self._file is None:
            raise UsageError(
                "this database keeps no secret without a key: set BOT_SECRET_KEY, the same one on"
                f" every machine; {_HOW}."
            )
        there = self._file.exists()
        if not there and not make:
            raise self._does_not_fit()
        try:
            if not there:
                _create(self._file)
            return self._file.read_bytes().strip()
        except OSError as error:
            raise StoreError(
                f"the key {self._file} cannot be used ({error.strerror}): give this user the right"
                " to it, or set BOT_SECRET_KEY."
            ) from error

    def _does_not_fit(self) -> SealedError:
        where = "BOT_SECRET_KEY" if self._key is not None or self._file is None else self._file
        return SealedError(
            f"what the database keeps sealed does not open with this key: put back the {where} it"
            " was sealed with, or log in again."
        )


def _create(file: Path) -> None:
    """Make a key, whole or not at all; where another process was quicker, its key stays."""
    from cryptography.fernet import Fernet

    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(Fernet.generate_key() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # what is sealed with it must not outlive it in a power cut
    finally:
        os.close(folder)
