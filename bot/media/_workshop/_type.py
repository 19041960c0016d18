"""Words set in type: any script, in lines of like length, as large as the room allows.

Each piece of a text is measured once, all of them in one layout; sizes and line
breaks are then found by arithmetic, and only the lines that are kept are drawn.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot import text
from bot.media._workshop._fitting import Plan, Room, Setter
from bot.media._workshop._fonts import undrawable as undrawable
from bot.media._workshop._lines import pattern
from bot.media._workshop._pango import VISIBLE, Line, Pixels, draw
from bot.media._workshop._pango import Style as Style

#: A card holds a few hundred characters; nobody reads more on one.
MOST_CHARACTERS: Final = 1000

_RTL: Final = frozenset({"ar", "fa", "he", "iw", "ku", "ps", "sd", "ug", "ur", "yi"})
#: Letters that join, or hang from one line: between them is no space to change.
_JOINED: Final = r"[\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Gurmukhi}]"
_NO_BREAK: Final = ("\u00a0", "\u202f")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of type, as wide as was asked for.

    Paint `mask` in the colour of the words, then lay `colour` over it.
    """

    mask: Pixels  # (height, width): how much of a pixel takes the colour of the words
    colour: Pixels | None  # (height, width, RGBA): emoji, which bring their own; None for none
    lines: int
    size: int  # of the font
    text: str  # what was drawn
    cut: bool  # it ends with “…”
    ink: tuple[int, int, int, int]  # left, top, right, bottom of what is drawn, within the mask
    base: int  # from the top to the base line of the first line


def fit(
    words: str,
    style: Style,
    width: int,
    height: int,
    *,
    smallest: int,
    language: str = "",
    most_lines: int | None = None,
) -> Block:
    """Set words as large as `style.size` at the most, so that all of them fit the box.

    Where they do not at `smallest`, they are cut at a word. A word that is too wide is
    broken between letters; nothing is ever larger than the box.
    """
    room = Room(width, height, most_lines, min(smallest, style.size), style.size)
    return _set(words, style, room, language)


def is_rtl(words: str, language: str) -> bool:
    """Tell whether lines begin at the right: by the language, where its script occurs at all.

    A headline in Arabic may begin with a name in Latin letters, and the other way round.
    """
    letters = [letter for letter in words if letter.isalpha()]
    right = sum(text.is_rtl(letter) for letter in letters)
    return right > 0 if language[:2].lower() in _RTL else 2 * right > len(letters)


def _set(words: str, style: Style, room: Room, language: str) -> Block:
    said, long = _tidy(words, style, language)
    if pattern(_JOINED).search(said):
        style = replace(style, tracking=0.0)
    rtl = is_rtl(said, language)
    left = room
    while True:
        chosen = Setter(style, language, left).choose(said) if said else None
        if chosen is None:
            nothing = np.zeros((0, int(room.width)), np.uint8)
            return Block(nothing, None, 0, 0, "", bool(said), (0, 0, 0, 0), 0)
        plan, drawn = chosen
        lines = [draw(line, style, plan.size, language, rtl) for line in plan.lines]
        wide = max(line.mask.shape[1] for line in lines) - room.width
        if wide <= 0:
            block = _block(plan, lines, int(room.width), rtl, drawn, long or drawn != said)
            high = block.mask.shape[0] - room.height
            if high <= 0:
                return block
            if plan.size > left.smallest:
                left = replace(left, largest=plan.size - 1)
            else:
                left = replace(left, height=left.height - high)
        # Letters stand on whole pixels: what was reckoned may be a little short.
        left = replace(left, width=left.width - max(wide, 0))


def _tidy(words: str, style: Style, language: str) -> tuple[str, bool]:
    """Return words as one clean line, and whether there were too many to be looked at."""
    parts = pattern("([\u00a0\u202f])").split(words[: 4 * MOST_CHARACTERS])
    said = "".join(part if part in _NO_BREAK else text.clean(part) for part in parts)
    said = pattern(r"(\p{M}{4})\p{M}+").sub(r"\1", said).strip()
    lost = set(undrawable(said))
    said = "".join(c for c in said if c not in lost or not unicodedata.combining(c))
    if style.capitals:
        said = text.upper(said, language)
    if len(said) > MOST_CHARACTERS or len(words) > 4 * MOST_CHARACTERS:
        limit = MOST_CHARACTERS
        return text.cut_at_word(said + "…", lambda cut: len(cut) <= limit) or said[:limit], True
    return (said if pattern(VISIBLE).search(said) else ""), False


def _block(
    plan: Plan, drawn: Sequence[Line], width: int, rtl: bool, words: str, cut: bool
) -> Block:
    """Lay the lines of a plan under one another."""
    first = max(plan.first, drawn[0].above)  # an emoji may be taller than was reckoned
    bases = [first + place * plan.leading for place in range(len(drawn))]
    tops = [max(0, round(base) - line.above) for base, line in zip(bases, drawn, strict=True)]
    bottoms = [top + line.mask.shape[0] for top, line in zip(tops, drawn, strict=True)]
    shape = (max(math.floor(plan.height), *bottoms), width)
    whole = np.zeros(shape, np.uint8)
    emoji = any(line.colour is not None for line in drawn)
    colours = np.zeros((*shape, 4), np.uint8) if emoji else None
    for top, line in zip(tops, drawn, strict=True):
        high, wide = line.mask.shape
        left = width - wide if rtl else 0
        area = np.s_[top : top + high, left : left + wide]
        np.maximum(whole[area], line.mask, out=whole[area])
        if colours is not None and line.colour is not None:
            colours[area] = line.colour
    return Block(
        whole, colours, len(drawn), plan.size, words, cut, _ink(whole, colours), round(bases[0])
    )


def _ink(mask: Pixels, colour: Pixels | None) -> tuple[int, int, int, int]:
    drawn = mask if colour is None else np.maximum(mask, colour[..., 3])
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
