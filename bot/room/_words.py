"""The language of the pages: what stands on them, and how times and numbers are written."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from bot.config import shipped

#: The languages of the pages, each by its own name.
LANGUAGES: Final = MappingProxyType({"en": "English", "es": "Español"})

#: The names of a language that is read from right to left.
_RTL: Final = frozenset({"ar", "fa", "he", "ur"})


#: What is shorter, its gaps aside, is no sentence: others could say it too.
_SHORT: Final = 12


class _Catalogue(gettext.GNUTranslations):
    """A compiled catalogue that also lists the sentences of a context."""

    _catalog: dict[Any, str]

    @property
    def spoken(self) -> frozenset[str]:
        """Everything that the pages themselves say in this language, gaps and all."""
        named = (said for key, said in self._catalog.items() if key and "\x04" not in str(key))
        return frozenset(each for each in named if len(_bare(each)) > _SHORT)

    def of(self, context: str) -> dict[str, str]:
        """Give the sentences under a context, each with how it is said here."""
        mark = f"{context}\x04"
        return {
            key.removeprefix(mark): said
            for key, said in self._catalog.items()
            if isinstance(key, str) and key.startswith(mark)
        }


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    catalogue: gettext.NullTranslations
    sentences: Mapping[str, str] = field(default_factory=dict)  # of the parts below; see `_told`
    spoken: frozenset[str] = frozenset()  # what the pages themselves say

    @property
    def rtl(self) -> bool:
        """Tell whether the language is read from right to left."""
        return self.language in _RTL

    def t(self, words: str, /, **facts: object) -> str:
        """Say a sentence; its facts are put in where it says “%(name)s”."""
        told = self.catalogue.gettext(words)
        return told % facts if facts else told

    def n(self, one: str, many: str, number: int, /, **facts: object) -> str:
        """Say a sentence of one, or of many; “%(num)s” is how many."""
        return self.catalogue.ngettext(one, many, number) % {"num": self.number(number), **facts}

    # ------------------------------------------------------------ times and numbers

    def number(self, number: int) -> str:
        """Write a whole number, its thousands apart as the language parts them."""
        mark = self.t("thousands:,").partition(":")[2]
        least = 10_000 if self.language == "es" else 1_000  # Spanish writes 2500 together
        return f"{number:,}".replace(",", mark) if abs(number) >= least else str(number)

    def when(self, at: datetime, zone: tzinfo, now: datetime) -> str:
        """Write a moment by a site's clock, short where it is near: “today 14:20”."""
        local = at.astimezone(zone)
        today = now.astimezone(zone).date()
        days = (local.date() - today).days
        clock = f"{local:%H:%M}"
        if days == 0:
            return self.t("today %(clock)s", clock=clock)
        if days == 1:
            return self.t("tomorrow %(clock)s", clock=clock)
        if days == -1:
            return self.t("yesterday %(clock)s", clock=clock)
        return self.t("%(day)s, %(clock)s", day=self.day(local, now.astimezone(zone)), clock=clock)

    def day(self, at: datetime, now: datetime) -> str:
        """Write a day: “Fri 27 Nov”, with its year where that is another."""
        weekday, month = self.weekday(at), self.month(at)
        if at.year == now.year:
            return self.t("%(weekday)s %(day)s %(month)s", weekday=weekday, day=at.day, month=month)
        return self.t(
            "%(weekday)s %(day)s %(month)s %(year)s",
            weekday=weekday,
            day=at.day,
            month=month,
            year=at.year,
        )

    def weekday(self, at: datetime) -> str:
        """Name the day of the week, in short."""
        t = self.t
        days = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))
        return days[at.weekday()]

    def month(self, at: datetime) -> str:
        """Name the month, in short."""
        t = self.t
        first = (t("Jan"), t("Feb"), t("Mar"), t("Apr"), t("May"), t("Jun"))
        second = (t("Jul"), t("Aug"), t("Sep"), t("Oct"), t("Nov"), t("Dec"))
        return (*first, *second)[at.month - 1]

    def span(self, length: timedelta) -> str:
        """Write how long something lasts, in its largest unit: “3 hours”."""
        minutes = round(length.total_seconds() / 60)
        if minutes < 1:
            return self.t("less than a minute")
        if minutes < 90:
            return self.n("%(num)s minute", "%(num)s minutes", minutes)
        hours = round(minutes / 60)
        if hours < 36:
            return self.n("%(num)s hour", "%(num)s hours", hours)
        return self.n("%(num)s day", "%(num)s days", round(hours / 24))

    def ago(self, at: datetime, now: datetime) -> str:
        """Say how long ago something was."""
        if now - at < timedelta(minutes=1):
            return self.t("just now")
        return self.t("%(span)s ago", span=self.span(now - at))


@cache
def words(language: str) -> Words:
    """Give the words of a language of ours."""
    folder = shipped("templates") / "review" / "locale"
    own = gettext.translation("review", folder, [language], class_=_Catalogue, fallback=True)
    if not isinstance(own, _Catalogue):
        return Words(language, own)
    return Words(language, own, own.of("told"), own.spoken)


def _bare(words: str) -> str:
    return re.sub(r"%\(\w+\)s", "", words)


def choose(accepted: str, preferred: str = "") -> str:
    """Choose a language of ours: the preferred one, else what a browser accepts most."""
    wanted = [(1.0, part) for part in (preferred,) if part]
    wanted += sorted(map(_weighed, accepted.split(",")[:50]), key=lambda each: -each[0])
    for weight, tag in wanted:
        found = tag.strip().split("-")[0].lower()
        if found in LANGUAGES and weight > 0:
            return found
    return next(iter(LANGUAGES))


def _weighed(part: str) -> tuple[float, str]:
    """Read a language that a browser accepts, and how much it wants it (RFC 9110, 12.4.2)."""
    tag, _, options = part.partition(";")
    weight = options.replace(" ", "").lower().removeprefix("q=") or "1"
    try:
        return min(1.0, float(weight)), tag
    except ValueError:
        return 0.0, tag
