"""When a page says it was published: for machines, or in words that people read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final, NamedTuple

from bot.language import SHIPPED, language

EARLIEST_YEAR: Final = 1995
LATEST_YEAR: Final = 2100

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<!\d)([01]?\d|2[0-3])\s?[:hH.]\s?([0-5]\d)(?!\d)(?:\s*([ap])\.?m\b)?", re.IGNORECASE
)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_WORD = r"[^\W\d_]+"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|re|º|°|ª|\.|st|nd|rd|th)?\s+(?:(?:de|di|d|of|del)\s+|d['’])?"
    rf"({_WORD})\.?,?\s*/?\s*(?:{_WORD}\s+)?(?:de\s+|del\s+|of\s+)?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b({_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE
)
# The American order of figures; everywhere else the day stands first.
_MONTH_LEADS: Final = frozenset({"en"})


class Stamp(NamedTuple):
    """An instant, and whether only its day was given."""

    at: datetime
    day_only: bool


def machine(value: object, zone: tzinfo) -> Stamp | None:
    """Read an ISO 8601 date, with or without time; a naive one is of `zone`."""
    if not isinstance(value, str) or not (found := _ISO.match(value.strip())):
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    clock = (int(hour), int(minute), int(second or 0)) if hour else None
    return _stamp((int(year), int(month), int(day)), clock, offset or "", zone)


def written(line: str, lang: str, zone: tzinfo) -> Stamp | None:
    """Read a date as people write it, “jeudi 13 juin 2019 à 14h30”, in a shipped language.

    Where `lang` is none of those, each is tried. Figures alone (13/06/2019) are
    left alone where their order cannot be told.
    """
    line = line[:200]
    lang = lang if lang in SHIPPED else ""
    for day, month, year, end in _readings(line, lang):
        clock: tuple[int, int, int] | None = None
        # Before the date only “14:30”: a dot there may belong to the date.
        if at := _CLOCK.search(line, end) or re.match(r"\s*(\d\d?):(\d\d)()\b", line):
            hour = int(at[1]) % 12 + 12 * (at[3].lower() == "p") if at[3] else int(at[1])
            clock = (hour, int(at[2]), 0)
        if stamp := _stamp((year, month, day), clock, "", zone):
            return stamp
    return machine(line, zone)


def _readings(line: str, lang: str) -> list[tuple[int, int, int, int]]:
    """List what `line` may mean as day, month, year, and where that ends."""
    readings = []
    for pattern, day_at, month_at in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        if (found := pattern.search(line)) and (month := _month(found[month_at], lang)):
            readings.append((int(found[day_at]), month, int(found[3]), found.end()))
    if found := _NUMERIC.search(line):
        first, second = int(found[1]), int(found[3])
        if lang not in _MONTH_LEADS or first > 12:
            readings.append((first, second, int(found[4]), found.end()))
        elif second > 12 or first == second:
            readings.append((second, first, int(found[4]), found.end()))
    return readings


def _month(word: str, lang: str) -> int:
    for code in (lang,) if lang else SHIPPED:
        known = language(code)
        if number := known.month_forms.get(known.fold(word)) or known.month_forms.get(word.lower()):
            return number
    return 0


def _stamp(
    day: tuple[int, int, int], clock: tuple[int, int, int] | None, offset: str, zone: tzinfo
) -> Stamp | None:
    if not EARLIEST_YEAR <= day[0] <= LATEST_YEAR:
        return None
    try:
        at = datetime.combine(date(*day), time(*(clock or (0, 0, 0))), _offset(offset) or zone)
        return Stamp(at.astimezone(UTC), day_only=clock is None)
    except ValueError:
        return None


def _offset(written: str) -> tzinfo | None:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    return datetime.strptime(f"{written.replace(':', ''):0<5}", "%z").tzinfo
