"""What of the folder of pictures and videos is kept, and what no post needs any more."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.errors import StoreError
from bot.media import _origin

#: A post that is over is shown in the history, and may be reopened, with its picture for so long.
KEPT_FOR: Final = timedelta(days=30)

#: A younger file may be on its way into a post; whoever keeps one again makes it young.
YOUNG: Final = timedelta(days=1)

#: How we name what we keep: by the hash of its bytes.
NAME: Final = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")

#: What a crash leaves of a file that was being written.
PART: Final = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]+)*\.part")

#: The suffix of a file that only shows whether the folder can be reached from outside.
PROBE: Final = ".txt"


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of one look through the folder."""

    kept: int
    removed: int
    freed: int  # bytes


def run_once(needed: Collection[str], folder: Path, now: datetime) -> Swept:
    """Remove from `folder` what is ours, older than a day, and not named in `needed`.

    `needed` is what `tx.posts.media(OPEN, since=now - KEPT_FOR)` gives of *every* post that
    uses the folder: never clean with the database of a rehearsal. Another process may keep a
    file meanwhile. Raises StoreError where the folder lets nothing be removed.
    """
    needed = _origin.with_origins(needed, folder)
    kept = removed = freed = 0
    for path, facts in _ours(folder):
        if not is_waste(path.name, datetime.fromtimestamp(facts.st_mtime, UTC), needed, now):
            kept += 1
        elif _removed(path, facts):
            removed, freed = removed + 1, freed + facts.st_size
    return Swept(kept, removed, freed)


def is_waste(name: str, kept_at: datetime, needed: Collection[str], now: datetime) -> bool:
    """Tell whether a file of the folder may go; pure. What is not named as ours never may."""
    ours = NAME.fullmatch(name) or PART.fullmatch(name)
    return bool(ours) and name not in needed and now - kept_at > YOUNG


@contextmanager
def probing(folder: Path, word: str) -> Iterator[str]:
    """Keep a file that says `word`, and give its name; it is gone at the end of the block.

    Where the folder is reachable from outside, `public_url/NAME` says `word` too, served
    by our own listener or by any other web server. Raises StoreError where nothing can be kept.
    """
    content = word.encode()
    path = folder / f"{hashlib.sha256(content).hexdigest()}{PROBE}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"nothing can be kept in {folder} ({error.strerror}): make room there, or give this"
            " user the right to write."
        ) from None
    try:
        yield path.name
    finally:
        path.unlink(missing_ok=True)


def _ours(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name) or PART.fullmatch(entry.name):
                with suppress(FileNotFoundError):  # somebody else cleans, too
                    facts = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(facts.st_mode):
                        yield Path(entry.path), facts


def _removed(path: Path, seen: os.stat_result) -> bool:
    """Remove a file unless it was kept again since it was `seen`; tell whether it is gone."""
    try:
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        path.rename(aside)  # whoever keeps it from now on writes it anew
        if aside.lstat().st_mtime_ns != seen.st_mtime_ns:
            aside.replace(path)
            return False
        aside.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(
            f"{path} cannot be removed ({error.strerror}): give this user the right to write"
            f" in {path.parent}."
        ) from None
    return True
