"""Words and logos as layers of a video: set once, laid over every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image

from bot.media._workshop import _logo, _type
from bot.media._workshop._colour import RGB
from bot.media._workshop._planes import HEIGHT, WIDTH, Bytes, Layer

_PLATE: Final = 16  # pixels of plate around a logo that would be lost on its ground


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something drawn, no wider than its ink; words with room for tails below them."""

    pixels: Bytes  # (height, width, RGBA)
    text: str = ""
    cut: bool = False

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])


@dataclass(frozen=True, slots=True)
class Pen:
    """How all words of one video are set: family, language, colour."""

    family: str
    language: str
    ink: RGB

    def write(
        self,
        words: str,
        style: _type.Style,
        room: tuple[int, int],
        smallest: int,
        most_lines: int | None = None,
    ) -> Drawn:
        """Set words as large as fits; `room` is width and height."""
        block = _type.fit(
            words,
            replace(style, family=self.family),
            *room,
            smallest=smallest,
            language=self.language,
            most_lines=most_lines,
        )
        left, _, right, bottom = block.ink
        inked = np.s_[: max(bottom, 1), left : max(right, left + 1)]
        mask = block.mask[inked]
        pixels = np.empty((*mask.shape, 4), np.uint8)
        pixels[..., :3] = self.ink
        pixels[..., 3] = mask
        if block.colour is not None:
            under = Image.fromarray(pixels)
            under.alpha_composite(Image.fromarray(np.ascontiguousarray(block.colour[inked])))
            pixels = np.array(under)
        return Drawn(pixels, block.text, block.cut)


def logo(path: str, room: tuple[int, int], ground: RGB) -> Drawn:
    """Open a logo and scale it to its room, on a plate where it would be lost on its ground.

    Raises NotAPicture.
    """
    image = _logo.fitted(_logo.open_logo(path), *room)
    plate = _logo.plate(image, Image.new("RGB", image.size, ground))
    if plate is not None:
        size = image.width + 2 * _PLATE, image.height + 2 * _PLATE
        board = Image.new("RGBA", size, (*plate, 255))
        board.alpha_composite(image, (_PLATE, _PLATE))
        image = board
    return Drawn(np.array(image))


def layer(parts: Sequence[tuple[Drawn, int, int]]) -> Layer:
    """Join drawings, each with its left and top in the frame; they do not overlap."""
    left = max(0, min(at for _, at, _ in parts)) & ~1
    top = max(0, min(at for _, _, at in parts)) & ~1
    right = min(WIDTH, max(at + drawn.width for drawn, at, _ in parts) + 1 & ~1)
    bottom = min(HEIGHT, max(at + drawn.height for drawn, _, at in parts) + 1 & ~1)
    board = np.zeros((bottom - top, right - left, 4), np.uint8)
    for drawn, x, y in parts:
        board[y - top : y - top + drawn.height, x - left : x - left + drawn.width] = drawn.pixels
    return Layer(board, left, top)
