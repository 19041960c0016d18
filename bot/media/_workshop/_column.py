"""Words set into the columns of a layout: what stands where on a card, before any colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

from bot.media._workshop import _logo, _type
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
    box: Box = (0, 0, 0, 0)  # of what is inked; known once its column is full
    column: str = ""
    words: str = ""
    mask: Image.Image | None = None  # None: the whole box
    colours: Image.Image | None = None  # RGBA: a logo, words with emoji
    accent: bool = False
    cut: bool = False
    size: int = 0  # font px


@dataclass(frozen=True, slots=True)
class _Piece:
    """One thing on its way: as `Placed`, in a frame of its own."""

    placed: Placed
    width: int
    height: int  # of words: with room for tails, so that space is the same below “a” and “g”
    base: int  # from its top to the line that the letters stand on
    ink: tuple[int, int]  # top and bottom of what is inked, from its top


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
        self._rtl = _type.is_rtl(words.get("headline", ""), language)

    def place(self) -> tuple[Placed, ...]:
        """Place everything that has words and room, in the order of reading."""
        columns = self._sheet.columns.items()
        return tuple(placed for name, column in columns for placed in self._column(name, column))

    def _column(self, name: str, column: Column) -> Iterator[Placed]:
        box = self._sheet.placed(column.box, rtl=self._rtl)
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
                left = box[0] if (at > 0) is self._rtl else box[2] - piece.width
                above, below = (top + down + edge for edge in piece.ink)
                inked = (left, above, left + piece.width, below)
                yield replace(piece.placed, box=inked, column=name)
            top += height

    # ---- what is in a column

    def _rows(self, column: Column) -> list[list[_Piece]]:
        """Set what has words and room; the headline makes some room for the dek."""
        names = sorted((name for row in column.rows for name in row), key=_FIRST.index)
        said = [name for name in names if self._has(name)]
        made = self._made(column, said)
        headline = made.get("headline")
        if headline and headline.placed.cut:
            made.pop("dek", None)
        elif headline and "dek" in said and "dek" not in made:
            made = self._with_dek(column, said, headline.placed.size * _FOR_THE_DEK) or made
        rows = ([made[name] for name in row if name in made] for row in column.rows)
        return [row for row in rows if row]

    def _with_dek(
        self, column: Column, names: Sequence[str], least: float
    ) -> dict[str, _Piece] | None:
        """Set the dek before the headline; None where one of them then has no room."""
        first = [name for name in names if name not in ("headline", "dek")]
        made = self._made(column, [*first, "dek", "headline"])
        headline = made.get("headline")
        if "dek" not in made or headline is None or headline.placed.cut:
            return None
        return made if headline.placed.size >= least else None

    def _made(self, column: Column, names: Sequence[str]) -> dict[str, _Piece]:
        """Set these one after the other, each with the room that those before it leave."""
        width, height = column.size
        made: dict[str, _Piece] = {}
        for name in names:
            row = next(row for row in column.rows if name in row)
            left = width - sum(made[mate].width + _BETWEEN for mate in row if mate in made)
            others = (
                [made[each] for each in other if each in made]
                for other in column.rows
                if other != row
            )
            taken = [_height(other) + self._above(other) for other in others if other]
            above = self._how(name).above if taken else 0
            piece = self._piece(name, left, height - sum(taken) - above)
            if piece is not None:
                made[name] = piece
        return made

    def _has(self, name: str) -> bool:
        if isinstance(self._how(name), Rule) or (name == "site" and self._logo is not None):
            return True
        return bool(self._words.get(name))

    def _above(self, row: list[_Piece]) -> int:
        return max(self._how(piece.placed.name).above for piece in row)

    def _how(self, name: str) -> Type | Rule:
        how: Type | Rule = getattr(self._sheet, name)
        return how

    # ---- one thing

    def _piece(self, name: str, width: int, height: int) -> _Piece | None:
        how = self._how(name)
        if isinstance(how, Rule):
            return _set_rule(name, how, width)
        if name == "site" and self._logo is not None:
            return _set_logo(self._logo, width, min(how.height or how.size, height))
        return self._set_words(name, how, width, height)

    def _set_words(self, name: str, how: Type, width: int, height: int) -> _Piece | None:
        if width < how.least * 2 or height < how.least:
            return None
        style = _style(how, self._look)
        block = _type.fit(
            self._words[name], style, width, height,
            smallest=how.least, language=self._language, most_lines=how.lines,
        )  # fmt: skip
        left, top, right, bottom = block.ink
        if (block.cut and name in _WHOLE) or right <= left:
            return None
        emoji = block.colour
        placed = Placed(
            name,
            words=block.text,
            mask=Image.fromarray(block.mask[top:bottom, left:right]),
            colours=None if emoji is None else Image.fromarray(emoji[top:bottom, left:right]),
            accent=how.colour == "accent",
            cut=block.cut,
            size=block.size,
        )
        if name == "mark":  # a picture rather than a word: no room for tails
            return _Piece(placed, right - left, bottom - top, bottom - top, (0, bottom - top))
        height = block.mask.shape[0]
        base = block.base if block.lines == 1 else height
        return _Piece(placed, right - left, height, base, (top, bottom))


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


def _set_rule(name: str, rule: Rule, width: int) -> _Piece:
    size = min(rule.width, width), rule.height
    placed = Placed(name, accent=rule.colour == "accent")
    return _Piece(placed, *size, base=rule.height, ink=(0, rule.height))


def _set_logo(logo: Image.Image, width: int, height: int) -> _Piece:
    """A logo with room below for the plate that it may need."""
    small = _logo.fitted(logo, width, height - PLATE)
    board = Image.new("RGBA", (small.width, small.height + PLATE))
    board.paste(small)
    placed = Placed("site", colours=board)
    return _Piece(placed, *board.size, base=small.height * 3 // 4, ink=(0, board.height))
