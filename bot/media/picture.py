"""A picture of an article, kept under the hash of its bytes.

What an editor approves is this file, whatever the site serves at the picture's
address a minute later.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.errors import StoreError
from bot.http import Session, fetch
from bot.media import _kind, _shelf
from bot.media._kind import NotAPicture
from bot.media._origin import Origin, recall, remember
from bot.model import Media

MOST_BYTES: Final = _kind.MOST_BYTES

__all__ = ["MOST_BYTES", "NotAPicture", "Origin", "keep", "read", "recall", "remember", "take"]


def take(media: Media, session: Session, folder: Path) -> Media:
    """Fetch the picture at `media.url` and keep it.

    Raises FetchError where it cannot be had, NotAPicture where it is none.
    """
    return keep(media, fetch(session, media.url, cap=MOST_BYTES).body, folder)


def read(path: Path, folder: Path, alt: str = "") -> Media:
    """Keep a picture that an editor names on disk; raises NotAPicture, also where it is missing."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotAPicture(f"the picture {path} cannot be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise NotAPicture(f"{path} has more than {MOST_BYTES // 10**6} MB: use a smaller picture.")
    return keep(Media("image", alt=alt), content, folder)


def keep(media: Media, content: bytes, folder: Path) -> Media:
    """Store bytes once under their hash and return `media` with path, hash, size and type.

    Raises NotAPicture, and StoreError where the folder takes nothing.
    """
    mime = _kind.kind_of(content[: _kind.HEAD], media.url or "the file")
    try:
        path, digest = _shelf.put(content, folder, _kind.SUFFIXES[mime])
    except OSError as error:
        raise StoreError(
            f"pictures cannot be kept in {folder} ({error.strerror}): make room there, or give "
            "this user the right to write."
        ) from None
    return replace(media, path=str(path), sha256=digest, size=len(content), mime=mime)
