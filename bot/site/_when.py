"""When a source says that something happened: by every standard, and by none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

from bot.site._dates import EARLIEST_YEAR, written

LONGEST: Final = 100

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T\s]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d:+-])(?:(?:19|20)\d\d|\d\d(?=\s+\d\d?:))(?![\d:])")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?\Z")
# Hours east of Greenwich that the standard does not name, but feeds do.
_ZONES: Final = {
    "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3,
    "trt": 3, "msk": 3, "art": -3, "brt": -3, "clt": -4, "cot": -5, "pet": -5,
}  # fmt: skip

_Clock = tuple[int, int, int, int, int, int]


def when(value: str, now: datetime, language: str = "") -> datetime | None:
    """Read a date of a source; None where it is none, or not from 1995 to next year.

    A wrong weekday is passed over; a time without a zone is UTC, as everywhere
    in sources; 24:00 is midnight. A month or a year alone is no date: its first day
    would make every article an old one. Names of months may be in any shipped language.
    """
    value = " ".join(value[:LONGEST].split())
    if not value:
        return None
    try:
        at = _iso(value) or _mail(value) or _words(value, language)
        return at if at and EARLIEST_YEAR <= at.year <= now.year + 1 else None
    except (ValueError, OverflowError):
        return None


def _iso(value: str) -> datetime | None:
    found = _ISO.fullmatch(value)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return _at((year, month, day, hour, minute, second), _seconds(found[7] or ""))


def _mail(value: str) -> datetime | None:
    """Read a date as in mail, RFC 822 and its heirs."""
    if not _YEAR.search(value):
        return None  # of “30 Nov -0001” the library would make 2000
    head, _, zone = value.rpartition(" ")
    zone = zone.lower().removeprefix("etc/")
    east = _ZONES.get(zone)
    if zone.startswith(("gmt+", "gmt-", "utc+", "utc-")):
        value = f"{head} {zone[3:].replace(':', '')}"
    elif _OFFSET.match(zone):
        value = f"{head} {zone.replace(':', '')}"
    try:
        parsed = parsedate_tz(value)
    except (IndexError, TypeError):  # of some Pythons, for some nonsense
        return None
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    return _at((year, month, day, hour, minute, second), (parsed[9] or 0) + (east or 0) * 3600)


def _words(value: str, language: str) -> datetime | None:
    offset = _OFFSET.search(value)
    stamp = written(value[: offset.start()] if offset else value, language, UTC)
    return stamp and stamp.at.astimezone(UTC) - timedelta(
        seconds=_seconds(offset[0] if offset else "")
    )


def _at(clock: _Clock, east: int) -> datetime:
    year, month, day, hour, minute, second = clock
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError
    midnight = datetime(year, month, day, tzinfo=UTC)
    return midnight + timedelta(hours=hour, minutes=minute, seconds=second - east)


def _seconds(offset: str) -> int:
    found = _OFFSET.match(offset)
    if not found:
        return 0
    east = int(found[2]) * 3600 + int(found[3] or 0) * 60
    return -east if found[1] == "-" else east
