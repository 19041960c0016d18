"""By which clock a publication lives, judged by its dates and its country.

The countries and their zones are the time zone database's own table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

#: Endings of hosts that are a country's by the list, and sold to all the world.
_WORLDLY: Final = frozenset("ai cc co fm gg io la ly me nu sh st to tv vc ws".split())
_ENDINGS: Final = {"uk": "GB", "cat": "ES", "scot": "GB", "eus": "ES", "gal": "ES", "bzh": "FR"}
# The clocks by which the nine languages are written most, for a host that names no country.
_SPOKEN: Final = {
    "en": "America/New_York America/Chicago America/Denver America/Los_Angeles Europe/London"
    " Australia/Sydney Africa/Johannesburg Asia/Kolkata Pacific/Auckland",
    "es": "Europe/Madrid America/Argentina/Buenos_Aires America/Mexico_City America/Santiago"
    " America/Bogota America/Caracas",
    "pt": "America/Sao_Paulo Europe/Lisbon Africa/Luanda Africa/Maputo",
    "fr": "Europe/Paris America/Toronto Africa/Dakar Africa/Tunis",
    "de": "Europe/Berlin",
    "it": "Europe/Rome",
    "ca": "Europe/Madrid",
    "tr": "Europe/Istanbul",
    "ar": "Africa/Cairo Asia/Riyadh Asia/Dubai Africa/Casablanca Africa/Tunis Asia/Beirut",
}
#: A zone is believed that fits this share of the dates: pages quote others, too.
_ENOUGH: Final = 0.75


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone that was found. `sure` where no other clock fits; else `others` may be meant."""

    zone: str = ""
    sure: bool = False
    others: tuple[str, ...] = ()
    why: str = ""


def country(host: str) -> str:
    """Name the country that the end of a host stands for; "" where it stands for none."""
    ending = host.rpartition(".")[2].lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    return ending.upper() if ending not in _WORLDLY and ending.upper() in _zones() else ""


def guess(moments: Iterable[datetime], land: str, language: str, now: datetime) -> Clock:
    """Find the zone by whose clock a publication lives.

    `moments` carry the offset that was written with them; UTC says nothing, because
    machines write it everywhere. `land` is its country, where that is known. Zones
    whose clocks always agree count as one.
    """
    dates = [each for each in moments if each.utcoffset()]
    refuted = False  # its country or language speaks for other clocks
    for zones, why in _likely(land, language):
        fitting = _fitting(zones, dates) if dates else _mainland(zones)
        if clocks := _clocks(fitting, now):
            why = f"its dates and {why}" if dates else why
            return Clock(clocks[0], len(clocks) == 1 and not refuted, tuple(clocks[1:6]), why)
        refuted = refuted or bool(zones)
    clocks = _clocks(_fitting(_all(), dates), now) if dates else []
    if not clocks:
        return Clock()
    return Clock(clocks[0], len(clocks) == 1 and not refuted, tuple(clocks[1:6]), "its dates")


def _likely(land: str, language: str) -> Iterator[tuple[Sequence[str], str]]:
    """Give the zones that come into question, the likeliest first, and why."""
    primary, *parts = language.replace("_", "-").split("-")
    if land:
        yield _zones().get(land, ()), "its country"
    elif parts and parts[-1].upper() != "US":  # which WordPress says unless it is told
        yield _zones().get(parts[-1].upper(), ()), "its language"
    yield _SPOKEN.get(primary.lower(), "").split(), "its language"


def at_offset(offset: timedelta, land: str, language: str, now: datetime) -> Clock:
    """Find the zone of which only today's offset is known."""
    return guess([now.astimezone(timezone(offset))], land, language, now)


def _fitting(zones: Sequence[str], dates: Sequence[datetime]) -> list[str]:
    """Keep the zones in which the most of these dates have the offset they were written with."""
    counts = {
        zone: sum(date.astimezone(ZoneInfo(zone)).utcoffset() == date.utcoffset() for date in dates)
        for zone in zones
    }
    most = max(counts.values(), default=0)
    return [zone for zone, count in counts.items() if count == most >= _ENOUGH * len(dates)]


def _mainland(zones: Sequence[str]) -> list[str]:
    """Leave out a country's far islands, unless it is made of them."""
    far = tuple(zone for zone in zones if zone.startswith(("Atlantic/", "Pacific/")))
    return [zone for zone in zones if zone not in far] or list(zones)


def _clocks(zones: Sequence[str], now: datetime) -> list[str]:
    """Keep one of all zones that show the same time all through the year: the best known."""
    known = " ".join(_SPOKEN.values()).split()
    zones = sorted(zones, key=lambda zone: zone not in known)
    days = [now.astimezone(UTC) + timedelta(days=10 * n) for n in range(-18, 19)]
    first: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        info = ZoneInfo(zone)
        first.setdefault(tuple(day.astimezone(info).utcoffset() for day in days), zone)
    return list(first.values())


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Read which zones each country has."""
    table: dict[str, tuple[str, ...]] = {}
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for row in text.splitlines():
        if row and not row.startswith("#"):
            land, _, zone = row.split("\t")[:3]
            table[land] = (*table.get(land, ()), zone)
    return table


def _all() -> list[str]:
    return [zone for zones in _zones().values() for zone in zones]
