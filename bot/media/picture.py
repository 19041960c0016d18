"""A picture of an article, kept under the hash of its bytes.

What an editor approves is this file, whatever the site serves at the picture's
address a minute later.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from bot.errors import StoreError, UsageError
from bot.http import Session, fetch
from bot.model import Media

#: Facebook takes photos under 10 MB, the largest of the platforms' own limits
#: for pictures (developers.facebook.com, Page photos; read 2026-11-22).
MOST_BYTES = 10_000_000

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
)


class NotAPicture(UsageError):
    """The bytes are no JPEG, PNG, GIF or WebP."""


def take(media: Media, session: Session, folder: Path) -> Media:
    """Fetch the picture at `media.url` and keep it.

    Raises FetchError where it cannot be had, NotAPicture where it is none.
    """
    return keep(media, fetch(session, media.url, cap=MOST_BYTES).body, folder)


def read(path: Path, folder: Path, alt: str = "") -> Media:
    """Keep a picture that an editor names on disk; raises NotAPicture, also where it is missing."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAPicture(f"the picture {path} cannot be read: {error.strerror}.") from None
    return keep(Media("image", alt=alt), content, folder)


def keep(media: Media, content: bytes, folder: Path) -> Media:
    """Store bytes once under their hash and return `media` with path, hash, size and type.

    Raises NotAPicture, and StoreError where the folder takes nothing.
    """
    mime, suffix = _type_of(content, media.url or "the file")
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}{suffix}"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(path)  # whole or not at all, also after a crash
    except OSError as error:
        raise StoreError(
            f"pictures cannot be kept in {folder} ({error.strerror}): make room there, or give "
            "this user the right to write."
        ) from None
    return replace(media, path=str(path), sha256=digest, size=len(content), mime=mime)


def _type_of(content: bytes, name: str) -> tuple[str, str]:
    for magic, mime, suffix in _MAGIC:
        if content.startswith(magic):
            return mime, suffix
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    raise NotAPicture(f"{name} is no JPEG, PNG, GIF or WebP picture.")
