"""What is soft around a sharp picture: its ground, blurred and darkened, and its edges."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bot.media.layout import Box

Shares = NDArray[np.float64]

_SMALLER: Final = 24  # the ground is made so much smaller, before it is blurred
_DIM: Final = 0.62


def around(sharp: Image.Image, box: Box, size: tuple[int, int], part: Box) -> Image.Image:
    """Continue a picture that stands in `box` over a frame of `size`; give `part` of that.

    It goes on as in a mirror, so that its edge meets its own colours and no ghost of
    its subject stands beside it.
    """
    wide, high = (max(1, round(length / _SMALLER)) for length in sharp.size)
    whole = tuple(max(2, round(length / _SMALLER)) for length in size)
    left, top = (min(box[n] // _SMALLER, whole[n] - 1) for n in (0, 1))
    right, bottom = max(0, whole[0] - left - wide), max(0, whole[1] - top - high)
    small = np.asarray(sharp.resize((wide, high), reducing_gap=1.0))
    mirrored = np.pad(small, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    soft = _softened(Image.fromarray(mirrored))
    across, down = soft.width / size[0], soft.height / size[1]
    seen = part[0] * across, part[1] * down, part[2] * across, part[3] * down
    return soft.resize((part[2] - part[0], part[3] - part[1]), Image.Resampling.BICUBIC, seen)


def behind(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill `size` with a blurred copy of a whole picture, which is to stand before it."""
    small = (max(2, length // _SMALLER) for length in size)
    soft = _softened(image.resize((next(small), next(small)), reducing_gap=1.0))
    return soft.resize(size, Image.Resampling.BICUBIC)


def smooth(share: Shares) -> Shares:
    """From 0 to 1 without an edge at either end."""
    share = np.clip(share, 0.0, 1.0)
    eased: Shares = share * share * (3 - 2 * share)
    return eased


def by_rows(coverage: NDArray[np.uint8], width: int) -> Image.Image:
    """Coverage that is the same along each row."""
    rows = np.broadcast_to(coverage[:, None], (len(coverage), width))
    return Image.fromarray(np.ascontiguousarray(rows))


def _softened(small: Image.Image) -> Image.Image:
    return small.filter(ImageFilter.GaussianBlur(2.5)).point(lambda value: int(value * _DIM))
