"""When a page says it was published: for machines, or in words that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final, NamedTuple

from bot.language import SHIPPED, language

EARLIEST_YEAR: Final = 1995
LATEST_YEAR: Final = 2100

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?(?!\d)",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"([89]\d{8}|[1-3]\d{9})(?:\d{3})?")  # seconds or milliseconds since 1970
_CLOCK = re.compile(
    r"(?<!\d)([01]?\d|2[0-3])\s?[:hH.]\s?([0-5]\d)(?::[0-5]\d)?(?!\d)(?:\s*([ap])\.?m\b)?"
    r"(?:\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?<![\d./-])(\d{1,2})(?:([/-])|\.\s?)(\d{1,2})(?(2)\2|\.\s?)(\d{4}|\d\d)(?![\d/]|[.-]\d)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?([./-]|年\s?)(\d{1,2})\s?(?:\2|月\s?)(\d{1,2})(?!\d)")
_WORD = r"[^\W\d_]+"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|re|º|°|ª|\.|st|nd|rd|th)?[\s-]*(?:(?:de|di|d|of|del)\s+|d['’])?"
    rf"({_WORD})\.?,?[\s-]*/?\s*(?:{_WORD}\s+)?(?:de\s+|del\s+|de l['’]|of\s+)?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b({_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE
)
#: What every date holds that can be read: a cheap look before the costly ones.
HINT: Final = re.compile(r"(?<!\d)[12١٢۱۲]\d{3}(?!\d)|\d[./]\s?\d{1,2}[./]\s?\d\d(?!\d)")


class Stamp(NamedTuple):
    """An instant in the zone of its page, and whether only its day was given."""

    at: datetime
    day_only: bool


def machine(value: object, zone: tzinfo) -> Stamp | None:
    """Read an ISO 8601 date, or seconds since 1970; a naive time is of `zone`."""
    value = str(value) if isinstance(value, int) else value
    if not isinstance(value, str):
        return None
    if iso := _ISO.match(value := value.strip()):
        year, month, day, hour, minute, second, offset = iso.groups()
        clock = (int(hour), int(minute), int(second or 0)) if hour else None
        return _stamp((int(year), int(month), int(day)), clock, offset or "", zone)
    if epoch := _EPOCH.fullmatch(value):
        return Stamp(datetime.fromtimestamp(int(epoch[1]), UTC), day_only=False)
    return None


def written(line: str, lang: str, zone: tzinfo, day_first: bool | None = None) -> Stamp | None:
    """Read a date as people write it, “jeudi 13 juin 2019 à 14h30”, in a shipped language.

    Where `lang` is none of those, each is tried. `day_first` tells the order of
    figures (13/06/2019); where it is None and `lang` leaves it open, figures that
    may be read both ways are left alone.
    """
    line = line[:200]
    lang = lang if lang in SHIPPED else ""
    if day_first is None and lang != "en":
        day_first = True  # the American order is used nowhere else
    for day, month, year, end in _readings(line, lang, day_first):
        # Before the date only “14:30”: a dot there may belong to the date.
        at = _CLOCK.search(line, end) or re.match(r"\s*(\d\d?):(\d\d)()()\b", line)
        clock: tuple[int, int, int] | None = None
        offset = ""
        if at:
            hour = int(at[1]) % 12 + 12 * (at[3].lower() == "p") if at[3] else int(at[1])
            clock, offset = (hour, int(at[2]), 0), at[4] or ""
        if stamp := _stamp((year, month, day), clock, offset, zone):
            return stamp
    return machine(line, zone)


def figures(text: str) -> Iterator[tuple[int, int]]:
    """List the first two figures of every date in figures, to tell their order by."""
    for found in _NUMERIC.finditer(text):
        yield int(found[1]), int(found[3])


def _readings(line: str, lang: str, day_first: bool | None) -> Iterator[tuple[int, int, int, int]]:
    """List what `line` may mean as day, month, year, and where that ends."""
    for pattern, day_at, month_at in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        for found in pattern.finditer(line):
            if month := _month(found[month_at], lang):
                yield int(found[day_at]), month, int(found[3]), found.end()
    if ordered := _YEAR_FIRST.search(line):
        yield int(ordered[4]), int(ordered[3]), int(ordered[1]), ordered.end()
    for found in _NUMERIC.finditer(line):
        first, second, year = int(found[1]), int(found[3]), found[4]
        if len(year) == 2 and found[2]:
            continue  # “1/2/20” may be a score, a page, a share; only dots are surely a date
        whole = int(year) + 2000 * (len(year) == 2)
        if second <= 12 and (day_first or first > 12 or first == second):
            yield first, second, whole, found.end()
        elif first <= 12 and (second > 12 or day_first is False):
            yield second, first, whole, found.end()


def _month(word: str, lang: str) -> int:
    """Give the number of a month in `lang`, else in any shipped language: pages mix them."""
    for code in dict.fromkeys((lang, *SHIPPED)):
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
        at.astimezone(UTC)  # raises where that is no time
        return Stamp(at, day_only=clock is None)
    except (ValueError, OverflowError):
        return None


def _offset(written: str) -> tzinfo | None:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    return datetime.strptime(f"{written.replace(':', ''):0<5}", "%z").tzinfo
