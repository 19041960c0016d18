"""A video of an editor's own, kept under the hash of its bytes."""

from __future__ import annotations

import os
from pathlib import Path

from bot.errors import StoreError, UsageError
from bot.media import _shelf
from bot.model import Media

#: X takes 512 MB, the smallest of the platforms' own limits for videos (docs.x.com, media;
#: read 2026-11-22); YouTube takes more, and a teaser needs less.
MOST_BYTES = 512_000_000


class NotAVideo(UsageError):
    """The file is missing, too large, or no MP4 or MOV video."""


def read(path: Path, folder: Path) -> Media:
    """Keep a video that an editor names on disk, whole or not at all.

    Raises NotAVideo, and StoreError where the folder takes nothing.
    """
    try:
        with path.open("rb") as file:
            head, size = file.read(12), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise NotAVideo(f"the video {path} cannot be read: {error.strerror}.") from None
    if head[4:8] != b"ftyp":
        raise NotAVideo(f"{path} is no MP4 or MOV video.")
    if size > MOST_BYTES:
        raise NotAVideo(f"{path} has {size:,} bytes; a video may have {MOST_BYTES:,}.")
    mime, suffix = ("video/quicktime", ".mov") if head[8:10] == b"qt" else ("video/mp4", ".mp4")
    try:
        kept, digest = _shelf.copy(path, folder, suffix)
    except OSError as error:
        raise StoreError(
            f"videos cannot be kept in {folder} ({error.strerror}): make room there, or give"
            " this user the right to write."
        ) from None
    size = kept.stat().st_size  # of what was copied, whatever becomes of theirs
    return Media("video", path=str(kept), sha256=digest, size=size, mime=mime)
