"""Pictures as an encoder wants them: planar YUV 4:2:0, BT.709, limited range.

Nothing here converts a frame: what moves and what stands on it is converted once, and a
frame is put together from slices of it. All coordinates are pixels of luma; boxes that
are blended begin and end at even ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 1080
HEIGHT: Final = 1920
#: Black and white of luma, and what chroma is without any colour.
BLACK, WHITE, GREY = 16, 235, 128
#: Full opacity; a power of two, so that blending is a shift.
FULL: Final = 256

Bytes: TypeAlias = NDArray[np.uint8]
Weights: TypeAlias = NDArray[np.uint16]  # 0 to FULL
#: What is added to a plane, and what of the plane is left, 0 to FULL.
_Ready: TypeAlias = Sequence[tuple[NDArray[Any], NDArray[Any]]]
_N = TypeVar("_N", np.uint16, np.float32)


class Planes(NamedTuple):
    """One frame, or a part of it: luma, and chroma at half of its width and height."""

    y: Bytes
    u: Bytes
    v: Bytes

    @classmethod
    def empty(cls, width: int = WIDTH, height: int = HEIGHT) -> Planes:
        """Make planes of undefined content."""
        half = (height // 2, width // 2)
        return cls(*(np.empty(size, np.uint8) for size in ((height, width), half, half)))

    @classmethod
    def of(cls, rgb: Bytes) -> Planes:
        """Convert pixels of shape (height, width, 3), both even."""
        return cls(luma(rgb), *chroma(rgb))

    def copy_from(self, other: Planes) -> None:
        """Take over what another frame of the same size shows."""
        for mine, its in zip(self, other, strict=True):
            np.copyto(mine, its)

    def mix(self, other: Planes, opacity: int) -> None:
        """Lay another frame of the same size over this one; `opacity` is 0 to FULL."""
        if opacity >= FULL:
            self.copy_from(other)
        elif opacity > 0:
            for mine, its in zip(self, other, strict=True):
                mixed = np.multiply(mine, np.uint16(FULL - opacity), dtype=np.uint16)
                mixed += np.multiply(its, np.uint16(opacity), dtype=np.uint16)
                mixed >>= 8
                np.copyto(mine, mixed, casting="unsafe")

    def fill(self, left: int, top: int, right: int, bottom: int, colour: Sequence[int]) -> None:
        """Paint a box with one colour, given as luma and chroma."""
        self.y[top:bottom, left:right] = colour[0]
        for plane, value in zip(self[1:], colour[1:], strict=True):
            plane[top // 2 : bottom // 2, left // 2 : right // 2] = value

    def darken(self, rows: Weights) -> None:
        """Lay black over each row; `rows` holds for each what is let through, 0 to FULL."""
        shaded = np.flatnonzero(rows < FULL)
        if not shaded.size:
            return
        first, last = shaded[0] & ~1, (shaded[-1] + 2) & ~1
        for plane, floor, band, kept in (
            (self.y, BLACK, slice(first, last), rows[first:last]),
            (self.u, GREY, slice(first // 2, last // 2), rows[first:last:2]),
            (self.v, GREY, slice(first // 2, last // 2), rows[first:last:2]),
        ):
            column = kept[:, None]
            dark = np.multiply(plane[band], column, dtype=np.uint16)
            dark += (FULL - column) * np.uint16(floor)
            dark >>= 8
            np.copyto(plane[band], dark, casting="unsafe")


class Strip:
    """A picture larger than the frame in one direction, to be seen through a moving window.

    It is held twice, once moved by half a pixel, so that the window can creep by half
    pixels and the picture stays equally sharp at each step.
    """

    def __init__(self, stills: Iterable[Bytes], axis: int) -> None:
        """Convert both; `axis` is 1 where the window moves across and 0 where it moves down."""
        self.axis = axis
        self._luma: list[Bytes] = []
        # Chroma has half the pixels: one set for windows that begin at even ones, one for odd.
        self._chroma: list[list[tuple[Bytes, Bytes]]] = []
        for rgb in stills:
            self._luma.append(luma(rgb))
            self._chroma.append([chroma(rgb[:, odd:] if axis else rgb[odd:]) for odd in (0, 1)])

    def at(self, halves: int) -> Planes:
        """Look through the window that begins so many half pixels from the edge."""
        step, moved = divmod(halves, 2)
        chroma_step, odd = divmod(step, 2)
        u, v = self._chroma[moved][odd]
        if self.axis:
            across = slice(chroma_step, chroma_step + WIDTH // 2)
            return Planes(self._luma[moved][:, step : step + WIDTH], u[:, across], v[:, across])
        down = slice(chroma_step, chroma_step + HEIGHT // 2)
        return Planes(self._luma[moved][step : step + HEIGHT], u[down], v[down])


class Layer:
    """Something drawn once and laid over many frames at the same place."""

    def __init__(self, rgba: Bytes, left: int, top: int) -> None:
        """Convert pixels of shape (height, width, 4), not premultiplied; all numbers even."""
        self.left, self.top = left, top
        self.height, self.width = rgba.shape[:2]
        alpha = rgba[..., 3].astype(np.uint16)
        alpha += alpha >> 7
        weights = rgba[..., 3:].astype(np.float32)
        weighted = _quarter(rgba[..., :3] * weights)
        total = np.maximum(_quarter(weights), 1e-6)
        small = np.clip(weighted / total + 0.5, 0, 255).astype(np.uint8)
        faint = _quarter(alpha[..., None].astype(np.float32))[..., 0] / 4
        self._parts = [(luma(rgba[..., :3]).astype(np.uint16), alpha)] + [
            (plane.astype(np.uint16), (faint + 0.5).astype(np.uint16)) for plane in _tint(small)
        ]
        self._ready: _Ready = [(colour * alpha, FULL - alpha) for colour, alpha in self._parts]

    def onto(self, planes: Planes, opacity: int = FULL) -> None:
        """Blend into a frame; `opacity` is 0 to FULL."""
        if opacity <= 0:
            return
        ready = self._ready
        if opacity < FULL:
            parts = ((colour, alpha * np.uint16(opacity) >> 8) for colour, alpha in self._parts)
            ready = [(colour * alpha, FULL - alpha) for colour, alpha in parts]
        for plane, scale, (colour, rest) in zip(planes, (1, 2, 2), ready, strict=True):
            rows = slice(self.top // scale, (self.top + self.height) // scale)
            columns = slice(self.left // scale, (self.left + self.width) // scale)
            blended = plane[rows, columns] * rest
            blended += colour
            blended >>= 8
            plane[rows, columns] = blended


def luma(rgb: Bytes) -> Bytes:
    """Return Y of each pixel, 16 to 235."""
    y = np.full(rgb.shape[:-1], 128, np.uint16)
    for band, share in enumerate((47, 157, 16)):
        y += np.multiply(rgb[..., band], np.uint16(share), dtype=np.uint16)
    y >>= 8
    y += BLACK
    return y.astype(np.uint8)


def chroma(rgb: Bytes) -> tuple[Bytes, Bytes]:
    """Return U and V of each square of four pixels; an odd row or column at the end is left."""
    height, width = rgb.shape[0] & ~1, rgb.shape[1] & ~1
    bands = (_quarter(rgb[:height, :width, n].astype(np.uint16)) for n in range(3))
    return _tint(np.stack([(band + 2 >> 2).astype(np.uint8) for band in bands], axis=-1))


def colour(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return Y, U and V of one colour."""
    y, u, v = Planes.of(np.full((2, 2, 3), rgb, np.uint8))
    return int(y[0, 0]), int(u[0, 0]), int(v[0, 0])


def _tint(rgb: Bytes) -> tuple[Bytes, Bytes]:
    red, green, blue = (rgb[..., n].astype(np.int16) for n in range(3))
    u = (112 * blue - 26 * red - 86 * green + 128 >> 8) + GREY
    v = (112 * red - 102 * green - 10 * blue + 128 >> 8) + GREY
    return u.astype(np.uint8), v.astype(np.uint8)


def _quarter(pixels: NDArray[_N]) -> NDArray[_N]:
    """Add up each square of four pixels."""
    rows = pixels[::2] + pixels[1::2]
    return rows[:, ::2] + rows[:, 1::2]
