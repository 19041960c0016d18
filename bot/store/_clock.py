"""The machine clock: it says until when a row is one process's own, and nobody sets it.

On PostgreSQL it is the database's own clock, the same for every machine on the queue.
On SQLite it counts the seconds since this machine started, sleep included, beside the
mark of that start: what was claimed before another start is free, its holder is dead.
The wall clock decides nothing here: it may jump.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, func, or_, select

from bot.errors import StoreError

#: The mark of the machine's start, and seconds that only grow until the next one.
MachineClock = Callable[[], tuple[str, float]]

#: What a row that nobody claims holds.
FREED: Final[Mapping[str, Any]] = MappingProxyType({"clock_boot": "", "clock_until": None})

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OF_THE_DATABASE = select(func.extract("epoch", func.clock_timestamp()))


def now(db: Connection) -> tuple[str, float]:
    """Read the machine clock: the mark of the start (none on PostgreSQL), and seconds."""
    clock: MachineClock | None = db.get_execution_options().get("machine_clock")
    if clock is not None:
        return clock()
    if db.dialect.name == "postgresql":
        return "", float(db.execute(_OF_THE_DATABASE).scalar_one())
    return boot(), time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def free(table: FromClause, boot: str, seconds: float) -> ColumnElement[bool]:
    """Say in SQL that nobody claims a row of `table` any more."""
    until = table.c.clock_until
    return or_(until.is_(None), until <= seconds, table.c.clock_boot != boot)


def until(boot: str, seconds: float, span: timedelta) -> dict[str, Any]:
    """Give the columns of a row that is one's own for `span` from that instant."""
    return {"clock_boot": boot, "clock_until": seconds + span.total_seconds()}


@cache
def boot() -> str:
    """Give the mark of this machine's start, another after every restart.

    Raises StoreError where the system does not tell it: without it a claim could
    outlive its machine, or end under a process that still works.
    """
    try:
        if _BOOT_ID.parent.is_dir():
            return _BOOT_ID.read_text("ascii").strip()
        command = ["sysctl", "-n", "kern.bootsessionuuid"]  # macOS
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(
            f"this system does not say when it was started ({_BOOT_ID} cannot be read): let the"
            " bot see the whole of /proc, or use PostgreSQL."
        ) from error
