"""Files kept under the hash of their bytes: whole or not at all, also after a crash."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path


def put(content: bytes, folder: Path, suffix: str, mark: str = "") -> tuple[Path, str]:
    """Keep bytes in `folder`, which is made; return where, and their SHA-256.

    Who keeps the same bytes again makes the file young, so that nobody cleans it away.
    Raises OSError.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}{suffix}"
    if not young_again(path, len(content)):
        folder.mkdir(parents=True, exist_ok=True)
        part = _part(folder, digest, mark)
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path, digest


def room(folder: Path, mark: str = "") -> Path:
    """Name a place in `folder`, which is made, for a file still to be written."""
    folder.mkdir(parents=True, exist_ok=True)
    return _part(folder, secrets.token_hex(32), mark)


def adopt(part: Path, folder: Path, suffix: str) -> tuple[Path, str]:
    """Keep a file that was written to its `room`, as `put` would."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path = folder / f"{digest}{suffix}"
    if young_again(path, part.stat().st_size):
        part.unlink()
    else:
        part.replace(path)
    return path, digest


def copy(file: Path, folder: Path, suffix: str) -> tuple[Path, str]:
    """Keep a copy of somebody's file, as `put` would."""
    part = room(folder)
    try:
        shutil.copyfile(file, part)
        return adopt(part, folder, suffix)
    finally:
        part.unlink(missing_ok=True)


def clear(folder: Path, mark: str) -> None:
    """Remove what a process that had this `mark` left unfinished."""
    for part in folder.glob(f"*.{mark}.part"):
        part.unlink(missing_ok=True)


def young_again(path: Path, size: int) -> bool:
    """Make a file young that is kept already; False where it is not, or not whole.

    A power cut may leave a file of the right name without its bytes.
    """
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _part(folder: Path, name: str, mark: str) -> Path:
    return folder / f"{name}.{mark or secrets.token_hex(4)}.part"
