"""Pango, by pyvips: pieces of text measured, lines of it drawn, with the shipped fonts alone.

To be imported before anything else draws text: fontconfig is told here, once,
where the fonts are. What the machine has of its own is never seen.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot import text
from bot.media._workshop import _fonts
from bot.media._workshop._lines import pattern

os.putenv("FONTCONFIG_FILE", str(_fonts.FOLDER / "fonts.conf"))
os.putenv("PANGOCAIRO_BACKEND", "fontconfig")

import pyvips

pyvips.cache_set_max(0)  # what is drawn is drawn once; a cache would only keep it

Pixels = NDArray[np.uint8]

#: Pixels of the size at which pieces are measured.
MEASURED_AT: Final = 96

#: What has ink, unlike joiners, selectors and spaces.
VISIBLE: Final = r"[^\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}]"

_BAR: Final = "|"  # stands before and after a piece that is measured: it is kerned with nothing
_EDGE: Final = 2  # pixels beside it that may still be its own
# A phone shows 1080 pixels as some 390 points: type of 60 pixels is read like one of 22.
_DISPLAY_FROM: Final = 60
_OPTICAL: Final = {False: 16, True: 36}


@dataclass(frozen=True, slots=True)
class Style:
    """How words are to look; sizes in pixels."""

    family: str = "sans"  # "sans", "serif", or the path of a font file
    weight: int = 700
    size: int = 96
    line: float = 1.08  # from base line to base line, of the size; more where letters need it
    tracking: float = 0.0  # between letters, of the size
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The ink of one line, and nothing around it."""

    mask: Pixels  # (height, width): how much of a pixel takes the colour of the words
    colour: Pixels | None  # (height, width, RGBA) of emoji
    above: int  # pixels from its top to its base line


@dataclass(frozen=True, slots=True)
class Extent:
    """One piece, measured: its advance, and its ink above and below the base line."""

    advance: float
    above: float
    below: float


_extents: dict[tuple[Style, str, str], Extent] = {}
_ARABIC: Final = "\u061c"
_HEBREW: Final = "\u200f"
_LATIN: Final = "\u200e"
_EMOJI: Final = r"\p{Emoji_Presentation}|\ufe0f"
_REMEMBERED: Final = 20_000
_TOGETHER: Final = 24  # pieces in one layout


def measure(words: Sequence[str], style: Style, language: str) -> list[Extent]:
    """Return the extents of pieces at the measuring size; what is not known is drawn once."""
    look = _look(style)
    keys = [(look, language, _alike(word)) for word in words]
    if len(_extents) > _REMEMBERED:
        _extents.clear()
    unknown = list(dict.fromkeys(key for key in keys if key not in _extents))
    for at in range(0, len(unknown), _TOGETHER):
        some = unknown[at : at + _TOGETHER]
        measured = _extents_of([word for _, _, word in some], look, language)
        _extents.update(zip(some, measured, strict=True))
    return [_extents[key] for key in keys]


def space(style: Style, language: str) -> int:
    """Return how wide a space between two words is at the measuring size."""
    return _bar(_look(style), language).space


def _look(style: Style) -> Style:
    """Return what of a style matters to the shapes of letters."""
    size = _DISPLAY_FROM if style.size >= _DISPLAY_FROM else 0
    return replace(style, size=size, line=0.0, capitals=False)


def _alike(word: str) -> str:
    """Return what is as wide as `word`: emoji are so, and some take long to draw."""
    if not pattern(_EMOJI).search(word):
        return word
    letters = text.graphemes(word)
    return "".join("😀" if pattern(_EMOJI).search(letter) else letter for letter in letters)


def _extents_of(words: Sequence[str], style: Style, language: str) -> list[Extent]:
    bar = _bar(style, language)
    found = []
    for row in _rows([f"{_BAR}{word}{_BAR}" for word in words], style, language):
        base = _bottom(row[:, : bar.width]) - bar.foot
        inked = np.flatnonzero(row[:, bar.width + _EDGE : -bar.width - _EDGE].any(axis=1))
        above = base - int(inked[0]) if inked.size else 0
        below = int(inked[-1]) + 1 - base if inked.size else 0
        found.append(Extent(row.shape[1] - bar.pair, above, below))
    return found


@dataclass(frozen=True, slots=True)
class _Bar:
    """What stands at both sides of a piece that is measured, in pixels at the measuring size."""

    width: int
    pair: int  # two of them with nothing between
    space: int
    foot: int  # how far it goes below the base line


@cache
def _bar(style: Style, language: str) -> _Bar:
    words = [_BAR, _BAR * 2, f"{_BAR} {_BAR}", f"{_BAR}H"]
    one, pair, spaced, letter = _rows(words, style, language)
    width = one.shape[1]
    foot = letter.shape[0] - _bottom(letter[:, width + _EDGE :])
    return _Bar(width, pair.shape[1], spaced.shape[1] - pair.shape[1], foot)


def _bottom(ink: Pixels) -> int:
    return int(np.flatnonzero(ink.any(axis=1))[-1]) + 1


def _rows(words: Sequence[str], style: Style, language: str) -> list[Pixels]:
    """Draw each of `words` on a line of its own, far apart, and return the ink of each."""
    pitch = 3 * MEASURED_AT
    drawn = _pango("\n".join(words), style, MEASURED_AT, language, line_height=pitch * 1024)
    inked = np.flatnonzero(drawn.any(axis=1))
    apart = np.flatnonzero(np.diff(inked) > MEASURED_AT // 2)
    if len(apart) + 1 != len(words) > 1:  # a letter so tall that it reaches into the next line
        return [row for word in words for row in _rows([word], style, language)]
    rows = np.split(inked, apart + 1) if len(words) > 1 else [inked]
    found = []
    for lines in rows:
        row = drawn[lines[0] : lines[-1] + 1]
        columns = np.flatnonzero(row.any(axis=0))
        found.append(row[:, columns[0] : columns[-1] + 1])
    return found


# -------------------------------------------------------------------- drawing


@cache
def _load(path: str) -> str:
    """Let Pango know a font file that does not stand beside the others; return its family."""
    if not path:
        return ""
    family = _fonts.family_of(path)
    pyvips.Image.text(_BAR, fontfile=path)
    return family


def _pango(words: str, style: Style, size: int, language: str, **marks: object) -> Pixels:
    """Draw words by Pango and return their ink: coverage, or RGBA where `foreground` is given."""
    _load(_fonts.cjk())
    family = _fonts.FAMILIES.get(style.family) or _load(style.family)
    marks = {
        "lang": language or "en",
        "font_weight": style.weight,
        "letter_spacing": round(style.tracking * size * 1024),
        **marks,
    }
    span = " ".join(f'{name}="{escape(str(value))}"' for name, value in marks.items())
    optical = _OPTICAL[style.size >= _DISPLAY_FROM]
    image = pyvips.Image.text(
        f"<span {span}>{escape(words)}</span>",
        font=f"{family}, {_fonts.FAMILIES['sans']}, {size} @opsz={optical}",
        dpi=72,
        rgba="foreground" in marks,
    )
    return np.asarray(image.numpy())


@lru_cache(maxsize=64)  # the four shapes of an article share what is small
def draw(line: str, style: Style, size: int, language: str, rtl: bool) -> Line:
    """Draw one line: what takes the colour of the words, and what brings its own."""
    if not pattern(VISIBLE).search(line):
        return Line(np.zeros((1, 1), np.uint8), None, 0)
    # A letter's direction without the letter: the rest is ordered by it, figures too.
    hebrew = language[:2] in {"he", "iw", "yi"} or pattern(r"\p{Hebrew}").search(line)
    mark = (_HEBREW if hebrew else _ARABIC) if rtl else _LATIN
    words = f"{mark}{_BAR}{line}"
    colour = None
    if pattern(_EMOJI).search(line):
        mask, colour = _parted(words, style, size, language)
    else:
        mask = _pango(words, style, size, language)
    ink = mask if colour is None else np.maximum(mask, colour[..., 3])
    if not ink.any():
        return Line(np.zeros((1, 1), np.uint8), None, 0)
    rows, columns, base = _beside_bar(ink, _bar(_look(style), language), size, rtl)
    shown = np.s_[rows, columns]
    above = base - int(rows.start or 0)
    return Line(mask[shown], None if colour is None else colour[shown], above)


def _parted(words: str, style: Style, size: int, language: str) -> tuple[Pixels, Pixels]:
    """Draw words in white and in black: what differs is words, what does not is emoji."""
    white, black = (
        _pango(words, style, size, language, foreground=ink) for ink in ("#fff", "#000")
    )
    alpha = white[..., 3]
    share = white[..., 0].astype(np.int32) - black[..., 0]  # 255 where the pixel is all words
    mask = (alpha * share.clip(0, 255) // 255).astype(np.uint8)
    black[..., 3] = alpha - mask
    return mask, black


def _beside_bar(ink: Pixels, bar: _Bar, size: int, rtl: bool) -> tuple[slice, slice, int]:
    """Return the rows and columns of a line without the bar before it, and its base line."""
    scale = size / MEASURED_AT
    inked = np.flatnonzero(ink.any(axis=0))[:: -1 if rtl else 1]
    gaps = np.flatnonzero(np.abs(np.diff(inked)) > 1)
    wide = min([int(gap) + 1 for gap in gaps[:1]] + [math.ceil(bar.width * scale) + 1])
    own, columns = _span(inked[:wide]), _span(inked[wide:])
    base = _bottom(ink[:, own]) - round(bar.foot * scale)
    return _span(np.flatnonzero(ink[:, columns].any(axis=1))), columns, base


def _span(places: NDArray[np.intp]) -> slice:
    """Return from the first to the last of places; of none, one that is blank."""
    return slice(int(places.min()), int(places.max()) + 1) if places.size else slice(0, 1)
