"""Heavier readers for what the page's own marks do not tell; loaded on first need."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from bot.site._dates import Stamp, machine

#: Larger pages are not asked for: these readers take seconds for a megabyte.
MAX_CHARACTERS: Final = 1_000_000

log = logging.getLogger(__name__)

# What libraries that walk foreign trees are known to raise on hostile ones.
_FAILURES = (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class Guess:
    """What trafilatura makes of a page."""

    authors: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


def guess(source: str, url: str) -> Guess:
    """Ask trafilatura for authors and text; nothing where it fails."""
    if len(source) > MAX_CHARACTERS:
        return Guess()
    try:
        import trafilatura

        found: Any = trafilatura.bare_extraction(source, url=url, include_comments=False)
    except ImportError as error:  # an installation without one of its parts
        log.warning("trafilatura cannot be loaded, so bylines may be missing: %s", error)
        return Guess()
    except _FAILURES as error:
        log.debug("trafilatura failed on %s: %r", url, error)
        return Guess()
    if found is None:
        return Guess()
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    body = tuple(line.strip() for line in (found.text or "").splitlines() if line.strip())
    return Guess(authors, body)


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
    return machine(found, zone)
