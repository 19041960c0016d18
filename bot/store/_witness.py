"""The witness: a small file beside a SQLite database that says how far it had come.

A database that is older than its witness was put back from a backup. The file is
written after each commit that it tells of, so that a crash leaves it behind, which
means nothing; it is never flushed to the disk, so that a power cut may take it back a
little or leave it unreadable, which means nothing either. It also keeps when its own
file last changed: one that was copied or restored has changed since.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

#: A file system takes its time from its own clock, and not to the second.
LATE = 60.0


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a witness says; without a uuid it could not be read."""

    uuid: str = ""
    count: int = 0
    copied: bool = False  # the file was touched since it was written


def read(file: Path) -> Testimony | None:
    """Hear the witness; None where there is none."""
    try:
        with open(file, "rb") as source:
            line, changed = source.read(200), os.fstat(source.fileno()).st_ctime
        uuid, count, written, check = line.decode("ascii").split()
        if int(check) == crc32(f"{uuid} {count} {written}".encode()):
            return Testimony(uuid, int(count), changed - float(written) > LATE)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        pass  # a power cut, or a right that is missing: that is no sign of a copy
    return Testimony()


def write(file: Path, uuid: str, count: int) -> bool:
    """Let the witness say this; False where the file cannot be written, which harms nothing.

    One write of a few bytes in place: whatever ends the process, the old line or the
    new one is there, and no other file.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.utime(handle)  # to learn the time by the file system's own clock
            said = f"{uuid} {count:020d} {os.fstat(handle).st_ctime:.3f}"
            os.pwrite(handle, f"{said} {crc32(said.encode()):010d}\n".encode(), 0)
        finally:
            os.close(handle)
    except OSError:
        return False
    return True
