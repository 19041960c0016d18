"""Words set into the columns of a layout: what stands where on a card, before any colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from PIL import Image

from bot.media._workshop import _type
from bot.media.base import Look
from bot.media.layout import Box, Column, Rule, Sheet, Type

#: What is left out where it does not fit whole; everything else always stands there.
_WHOLE: Final = frozenset({"kicker", "dek", "domain"})
#: Who is set first has room first. The dek takes what the headline leaves.
_FIRST: Final = (
    "rule", "line", "mark", "speaker", "site", "credit", "kicker", "domain", "headline", "dek"
)  # fmt: skip
#: So much smaller a headline may become for the sake of the dek.
_FOR_THE_DEK: Final = 0.8
PLATE: Final = 12  # px of plate around a logo
_BETWEEN: Final = 32  # clear px of two names that share a row


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing on a card: its place, and its form as coverage or as colours of its own."""

    name: str
    box: Box  # of what is inked
    column: str
    words: str = ""
    mask: Image.Image | None = None  # None: the whole box
    colours: Image.Image | None = None  # RGBA: a logo, words with emoji
    accent: bool = False
    cut: bool = False
    size: int = 0  # font px
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """One thing on its way: as `Placed`, in a frame of its own."""

    placed: Placed
    width: int
    height: int
    base: int  # from its top to the line that the letters stand on


class Setter:
    """Set the words of one card. `logo`, where there is one, stands in for the site's name."""

    def __init__(
        self,
        sheet: Sheet,
        words: Mapping[str, str],
        look: Look,
        language: str,
        logo: Image.Image | None = None,
    ) -> None:
        self._sheet, self._words, self._look = sheet, words, look
        self._language, self._logo = language, logo
        self.rtl = _type.is_rtl(words.get("headline", ""), language)

    def place(self) -> tuple[Placed, ...]:
        """Place everything that has words and room, in the order of reading."""
        columns = zip(
            ("head", "words", "foot"),
            (self._sheet.head, self._sheet.words, self._sheet.foot),
            strict=True,
        )
        return tuple(
            placed for name, column in columns if column for placed in self._column(name, column)
        )

    def _column(self, name: str, column: Column) -> Iterator[Placed]:
        box = self._mirrored(column.box)
        rows = self._rows(column)
        if not rows:
            return
        heights = [_height(row) for row in rows]
        gaps = [0, *(self._above(row) for row in rows[1:])]
        spare = box[3] - box[1] - sum(heights) - sum(gaps)
        top = box[1] + {"top": 0, "middle": spare // 2, "bottom": spare}[column.stand]
        for row, height, gap in zip(rows, heights, gaps, strict=True):
            top += gap
            line = max(piece.base for piece in row)
            for at, piece in enumerate(row):
                down = line - piece.base
                left = box[0] if (at > 0) is self.rtl else box[2] - piece.width
                inked = (left, top + down, left + piece.width, top + down + piece.height)
                yield replace(piece.placed, box=inked, column=name)
            top += height

    def _mirrored(self, box: Sequence[int]) -> Box:
        """The box itself; where the language reads from the right, its place on the other side."""
        left, top, right, bottom = box
        if self.rtl:
            sides = self._sheet.safe[0] + self._sheet.safe[2]
            left, right = sides - right, sides - left
        return left, top, right, bottom

    # ---- what is in a column

    def _rows(self, column: Column) -> list[list[_Piece]]:
        """Set what has words and room; the headline makes some room for the dek."""
        names = sorted((name for row in column.rows for name in row), key=_FIRST.index)
        said = [name for name in names if name in ("rule", "line") or self._has(name)]
        made = self._made(column, said)
        headline = made.get("headline")
        if headline and headline.placed.cut:
            made.pop("dek", None)
        elif headline and "dek" in said and "dek" not in made:
            first = [name for name in said if name not in ("headline", "dek")]
            other = self._made(column, [*first, "dek", "headline"])
            size = other["headline"].placed.size if {"headline", "dek"} <= set(other) else 0
            cut = size and other["headline"].placed.cut
            if size >= headline.placed.size * _FOR_THE_DEK and not cut:
                made = other
        rows = ([made[name] for name in row if name in made] for row in column.rows)
        return [row for row in rows if row]

    def _made(self, column: Column, names: Sequence[str]) -> dict[str, _Piece]:
        """Set these one after the other, each with the room that those before it leave."""
        width, height = column.size
        made: dict[str, _Piece] = {}
        for name in names:
            row = next(row for row in column.rows if name in row)
            left = width - sum(made[mate].width + _BETWEEN for mate in row if mate in made)
            others = [
                [each for each in other if each in made] for other in column.rows if other != row
            ]
            taken = [
                _height([made[each] for each in other]) + self._gap(other)
                for other in others
                if other
            ]
            piece = self._piece(
                name, left, height - sum(taken) - (self._gap((name,)) if taken else 0)
            )
            if piece is not None:
                made[name] = piece
        return made

    def _has(self, name: str) -> bool:
        return bool(self._words.get(name)) or (name == "site" and self._logo is not None)

    def _above(self, row: list[_Piece]) -> int:
        return self._gap(tuple(piece.placed.name for piece in row))

    def _gap(self, names: Sequence[str]) -> int:
        return max(int(getattr(self._sheet, name).above) for name in names)

    # ---- one thing

    def _piece(self, name: str, width: int, height: int) -> _Piece | None:
        how = getattr(self._sheet, name)
        if isinstance(how, Rule):
            return self._bar(name, how, width)
        if name == "site" and self._logo is not None:
            return _logo(self._logo, width, min(how.height or how.size, height))
        return self._set(name, how, width, height)

    def _bar(self, name: str, rule: Rule, width: int) -> _Piece:
        size = min(rule.width, width), rule.height
        placed = Placed(name, (0, 0, 0, 0), "", accent=rule.colour == "accent")
        return _Piece(placed, *size, base=rule.height)

    def _set(self, name: str, how: Type, width: int, height: int) -> _Piece | None:
        if width < how.least * 2 or height < how.least:
            return None
        style = _style(how, self._look)
        words = self._words[name]
        block = _type.fit(
            words, style, width, height,
            smallest=how.least, language=self._language, most_lines=how.lines,
        )  # fmt: skip
        left, top, right, bottom = block.ink
        if (block.cut and name in _WHOLE) or right <= left:
            return None
        colours = (
            Image.fromarray(block.colour[top:bottom, left:right])
            if block.colour is not None
            else None
        )
        placed = Placed(
            name,
            (0, 0, 0, 0),
            "",
            block.text,
            Image.fromarray(block.mask[top:bottom, left:right]),
            colours,
            how.colour == "accent",
            block.cut,
            block.size,
            block.lines,
        )
        base = _base(replace(style, size=block.size)) - top if block.lines == 1 else bottom - top
        return _Piece(placed, right - left, bottom - top, base)


def _height(row: Sequence[_Piece]) -> int:
    """How high a row is whose letters stand on one line."""
    line = max(piece.base for piece in row)
    return max(line - piece.base + piece.height for piece in row)


def _style(how: Type, look: Look) -> _type.Style:
    return _type.Style(
        family=how.family or look.font,
        weight=how.weight,
        size=how.size,
        line=how.line,
        tracking=how.tracking,
        capitals=how.capitals,
    )


@lru_cache(maxsize=256)
def _base(style: _type.Style) -> int:
    """From the top of a block of one line to the line that its letters stand on."""
    return _type.set_lines("H", style, 4 * style.size).ink[3]


def _logo(logo: Image.Image, width: int, height: int) -> _Piece:
    """A logo with room below for the plate that it may need."""
    scale = min(width / logo.width, (height - PLATE) / logo.height)
    size = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    small = Image.new("RGBA", (size[0], size[1] + PLATE))
    small.paste(logo.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
    return _Piece(
        Placed("site", (0, 0, 0, 0), "", colours=small), *small.size, base=size[1] * 3 // 4
    )
