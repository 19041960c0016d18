"""Heavier readers for what the page's own marks do not tell; loaded on first need."""

from __future__ import annotations

import logging
import re
from datetime import datetime, tzinfo
from typing import Any, Final

from bot.site._dates import Stamp, machine

#: Larger pages are not asked for: these readers take seconds for a megabyte.
MAX_CHARACTERS: Final = 1_000_000

log = logging.getLogger(__name__)

# What libraries that walk foreign trees are known to raise on hostile ones.
_FAILURES = (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError)


def text(source: str, url: str) -> tuple[str, ...]:
    """Ask trafilatura for the lines of the text; none where it fails."""
    if len(source) > MAX_CHARACTERS:
        return ()
    try:
        import trafilatura

        found: Any = trafilatura.bare_extraction(source, url=url, include_comments=False)
    except ImportError as error:  # an installation without one of its parts
        log.warning("trafilatura cannot be loaded, so texts may be missing: %s", error)
        return ()
    except _FAILURES as error:
        log.debug("trafilatura failed on %s: %r", url, error)
        return ()
    said = found.text if found is not None else ""
    return tuple(line.strip() for line in (said or "").splitlines() if line.strip())


def date(source: str, url: str, zone: tzinfo) -> Stamp | None:
    """Ask htmldate for the day of publication; None where it fails."""
    if len(source) > MAX_CHARACTERS:
        return None
    from htmldate import find_date

    try:
        found = find_date(source, url=url, original_date=True)
    except _FAILURES as error:
        log.debug("htmldate failed on %s: %r", url, error)
        return None
    stamp = machine(found, zone)
    # The first of a month is what it makes of a bare year or month, a copyright for one.
    if stamp and stamp.at.day == 1 and not _names(source, stamp.at):
        return None
    return stamp


def _names(source: str, day: datetime) -> bool:
    """Tell whether a page names this first of a month, in figures or in words."""
    month = f"0?{day.month}"
    figures = rf"{day.year}\W?{month}\W?01(?!\d)|(?<!\d)0?1[./-]\s?{month}[./-]\s?{day.year}"
    american = rf"(?<!\d){month}/0?1/{day.year}"
    words = (
        rf"(?<!\d)0?1(?:st|er|º|°|\.)?,?\s(?:de\s)?(?:[^\W\d]{{3,12}}\.?,?\s)?(?:de\s)?{day.year}"
    )
    return bool(re.search(f"{figures}|{american}|{words}", source))
