"""How well words can be read: contrast as WCAG 2.2 defines it (w3.org/TR/WCAG22, 2026-11-22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

RGB = tuple[int, int, int]
WHITE: Final[RGB] = (255, 255, 255)
BLACK: Final[RGB] = (0, 0, 0)

#: What AA asks of text; large text may do with 3.
READABLE: Final = 4.5

_NEARLY_ALL: Final = 0.98  # of the places under the words; a sparkle does not hide a letter
_PLACE: Final = 8  # pixels: about the stem of a headline's letter, so that grain evens out


def parse(colour: str) -> RGB:
    """Return red, green and blue of "#b3261e" or "#b31"; raises ValueError."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6 or not colour.startswith("#"):
        raise ValueError(f"{colour} is no colour: write it as #rrggbb.")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{colour} is no colour: write it as #rrggbb.") from None
    return red, green, blue


def luminances(pixels: ArrayLike) -> NDArray[np.float64]:
    """Return the relative luminance, 0 to 1, of sRGB colours (…, 3) from 0 to 255."""
    share = np.asarray(pixels, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    found: NDArray[np.float64] = linear @ np.array((0.2126, 0.7152, 0.0722))
    return found


def luminance(colour: Sequence[int]) -> float:
    """Return the relative luminance, 0 to 1, of one colour."""
    return float(luminances(colour))


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(ground: Sequence[int], *inks: RGB) -> RGB:
    """Return the first of `inks` that can be read on `ground`, else the best; black and white
    are always among them."""
    choice = (*inks, WHITE, BLACK)
    good = (ink for ink in choice if contrast(ink, ground) >= READABLE)
    return next(good, max(choice, key=lambda ink: contrast(ink, ground)))


def seen(accent: RGB, grounds: Sequence[RGB], ink: RGB, wanted: float) -> RGB:
    """Return the accent, moved towards the ink as far as it takes to be seen on every ground.

    Where the ink is white it is first made more vivid, and only then paler.
    """
    vivid = accent
    if ink == WHITE:
        red, green, blue = (round(band * 255 / max(1, *accent)) for band in accent)
        vivid = red, green, blue
    colours = [mixed(accent, vivid, step / 4) for step in range(5)]
    colours += [mixed(vivid, ink, step / 8) for step in range(9)]

    def good(colour: RGB) -> bool:
        return all(contrast(colour, ground) >= wanted for ground in grounds)

    return next((each for each in colours if good(each)), ink)


def mixed(one: RGB, two: RGB, share: float) -> RGB:
    """Return the colour at this share of the way from one to two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def scrim_for(pixels: NDArray[np.uint8], ink: RGB = WHITE, wanted: float = READABLE) -> float:
    """Return the smallest opacity of black over `pixels` at which words in `ink` can be read.

    `pixels` (height, width, 3) are what lies under the words. Nearly every place
    of them then has the contrast `wanted`; 1.0 where not even black gives it.
    """
    places = _places(pixels)
    own = luminance(ink)

    def reads(opacity: float) -> bool:
        # One step brighter than reckoned: what is blended is rounded, and compressed after.
        under = luminances(np.minimum(places * (1 - opacity) + 1, 255))
        ratio = (np.maximum(under, own) + 0.05) / (np.minimum(under, own) + 0.05)
        return float(np.mean(ratio >= wanted)) >= _NEARLY_ALL

    if not places.size or reads(0.0):
        return 0.0
    low, high = 0.0, 1.0
    while high - low > 0.004:  # one step of a pixel
        middle = (low + high) / 2
        low, high = (low, middle) if reads(middle) else (middle, high)
    return high


def _places(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean colours (n, 3) of small squares."""
    high, wide = (length - length % _PLACE for length in pixels.shape[:2])
    if not high or not wide:
        return pixels.reshape(-1, 3).astype(np.float64)
    squares = pixels[:high, :wide].reshape(high // _PLACE, _PLACE, wide // _PLACE, _PLACE, 3)
    means: NDArray[np.float64] = squares.mean(axis=(1, 3)).reshape(-1, 3)
    return means
