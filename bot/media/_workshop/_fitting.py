"""Which size, and which lines: by arithmetic on the extents of pieces, nothing is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bot import text
from bot.media._workshop import _lines
from bot.media._workshop._pango import MEASURED_AT, Extent, Style, measure, space

_LONGEST: Final = 80  # of a word that is not broken; Cairo draws no more than 32,767 pixels
_LEAST: Final = 6  # pixels of the smallest size that shows anything
_CAPITALS: Final = 0.75  # a block reaches so far above its first base line, of the size
_TAILS: Final = 0.25  # and below its last
_APART: Final = 0.03  # between the ink of two lines at the least
_GIVEN_UP: Final = 0.1  # of the size, for better breaks


@dataclass(frozen=True, slots=True)
class Room:
    """The box that words are set into."""

    width: float
    height: float
    most_lines: int | None
    smallest: int
    largest: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Lines that fit, at one size, with the distance between their base lines."""

    lines: tuple[str, ...]
    size: int
    leading: float
    above: tuple[float, ...]  # of each line, in pixels
    below: tuple[float, ...]
    cost: float  # of where the lines end

    @property
    def first(self) -> float:
        """The first base line's place below the top."""
        return max(self.above[0], _CAPITALS * self.size)

    @property
    def height(self) -> float:
        return self.first + (len(self.lines) - 1) * self.leading + max(
            self.below[-1], _TAILS * self.size
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setter:
    """Words of one style and language, before a size is chosen."""

    style: Style
    language: str
    room: Room

    def choose(self, words: str) -> tuple[Plan, str] | None:
        """Return the best plan, and the words in it: cut where not all of them have room.

        Where not even one letter has, the smallest size is undercut; None below any that shows.
        """
        plan = self.largest(words)
        if plan:
            return plan, words
        short = text.cut_at_word(words, lambda cut: bool(self.smallest(cut)), self.language)
        if not short:  # a quotation that is longer than the room, alone
            letters = text.graphemes(words)
            fitting = _most(len(letters), lambda n: bool(self.smallest("".join(letters[:n]) + "…")))
            short = "".join(letters[:fitting]).rstrip() + "…"
        small = replace(self.room, largest=self.room.smallest)
        plan = replace(self, room=small).largest(short)
        if plan:
            return plan, short
        if self.room.smallest < _LEAST:
            return None
        smaller = replace(self.room, smallest=self.room.smallest * 3 // 4)
        return replace(self, room=smaller).choose(words)

    def largest(self, words: str) -> Plan | None:
        """Return the largest plan that fits the room, or None.

        A word is broken only where it is wider than a line at the smallest size.
        """
        parts, extents = self._parts(words)
        low, size, high = self.room.smallest, self.room.largest, self.room.largest
        best = None
        while low <= high:
            found = self._at(size, parts, extents)
            best = found or best
            low, high = (size + 1, high) if found else (low, size - 1)
            size = (low + high) // 2
        if best is None or len(best.lines) == 1:
            return best
        # A little smaller may break better: no “a” at a line's end, no word alone.
        least = max(round(best.size * (1 - _GIVEN_UP)), self.room.smallest)
        sizes = range(best.size, least - 1, -max(1, best.size // 32))
        plans = filter(None, (self._at(size, parts, extents, balance=True) for size in sizes))
        return max(plans, key=lambda plan: plan.size * (1 - plan.cost), default=best)

    def smallest(self, words: str) -> Plan | None:
        """Return the plan at the smallest size, or None."""
        return self._at(self.room.smallest, *self._parts(words))

    def _parts(self, words: str) -> tuple[list[_lines.Piece], list[Extent]]:
        """Return the pieces of words, measured; those that no line can hold are broken."""
        whole = _lines.pieces(words)
        long = [len(piece.text) > _LONGEST for piece in whole]
        parts = _shattered(whole, long) if any(long) else whole
        extents = self._measured(parts)
        widest = self.room.width * MEASURED_AT / self.room.smallest
        wide = [extent.advance > widest for extent in extents]
        if any(wide):
            parts = _shattered(parts, wide)
            extents = self._measured(parts)
        return parts, extents

    def _measured(self, parts: Sequence[_lines.Piece]) -> list[Extent]:
        return measure([part.text for part in parts], self.style, self.language)

    def _at(
        self,
        size: int,
        parts: Sequence[_lines.Piece],
        extents: Sequence[Extent],
        *,
        balance: bool = False,
    ) -> Plan | None:
        scale, room = size / MEASURED_AT, self.room
        widths = [extent.advance * scale for extent in extents]
        gap = space(self.style, self.language) * scale
        gaps = [gap * part.space for part in parts]
        hyphen = 0.0
        if any(part.hyphen for part in parts):
            hyphen = self._measured([_lines.HYPHEN])[0].advance * scale
        near = _lines.NEAR if size > room.smallest else 0  # at last, all words before good breaks
        ends = _lines.fewest(parts, widths, gaps, room.width, hyphen, near)
        if ends is None or (room.most_lines and len(ends) > room.most_lines):
            return None
        cost = 0.0
        if balance:
            cost, ends = _lines.balanced(parts, widths, gaps, room.width, ends, hyphen)
        spans = list(pairwise([0, *ends]))
        above = tuple(max(e.above for e in extents[a:b]) * scale for a, b in spans)
        below = tuple(max(e.below for e in extents[a:b]) * scale for a, b in spans)
        touching = max((b + a for b, a in zip(below, above[1:], strict=False)), default=0.0)
        leading = max(self.style.line * size, touching + _APART * size)
        lines = tuple(_lines.joined(parts[a:b]) for a, b in spans)
        plan = Plan(lines, size, leading, above, below, cost)
        return plan if plan.height <= room.height else None


def _shattered(parts: Sequence[_lines.Piece], which: Sequence[bool]) -> list[_lines.Piece]:
    pairs = zip(parts, which, strict=True)
    return [new for part, so in pairs for new in (_lines.shattered(part) if so else [part])]


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number from 1 to `limit` that fits."""
    low, high = 1, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
