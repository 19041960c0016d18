"""What the words of a card stand on: the picture, darkened just where they need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.media._workshop import _colour, _soft
from bot.media._workshop._soft import Shares
from bot.media._workshop.crop import HEIGHT, Hero, box
from bot.media.layout import Box

Pixels = NDArray[np.uint8]

#: Enlarged beyond this a picture looks softer on a phone than a frame around it looks poor.
_MOST_ENLARGED: Final = 1.6
_MOST_TO_FILL: Final = 2.6
_LEAST_HEIGHT: Final = 0.45  # of the card's height, however many words there are
_LEAST_WINDOW: Final = 160
_HEADROOM: Final = 0.5  # where the focus of a broad one stands: heads are cut sooner than chins
_FADE: Final = 140  # px in which a picture goes over into its own blurred ground
#: WCAG AA is 4.5; rounding and JPEG take a little of this.
_WANTED: Final = 5.0
_TILE: Final = 120  # px: about one letter of a headline
_TILES: Final = 4  # so many, the brightest, are measured
_PLACE: Final = 8  # px in which grain evens out
_AIR: Final = 14  # px around words that the shade keeps as dark as behind them


def picture(size: tuple[int, int], hero: Hero, clear: tuple[int, int]) -> Image.Image:
    """Fill a card with a picture, its focus in the rows `clear` (top, bottom) of words.

    An upright one fills all of it. A broad one stands above the words, so that more of it
    is seen and no face is written on, and dissolves into its own blurred ground; where it
    would have to be enlarged too much, it stands there whole.
    """
    bottom = max(clear[1] + _FADE, round(size[1] * _LEAST_HEIGHT))
    fills = bottom >= size[1] - _FADE
    upright = hero.image.width < hero.image.height
    if upright and not fills and _enlarged(hero, size) <= _MOST_ENLARGED:
        return _cut(hero, size, sum(clear) / 2 / size[1])
    window = size if fills else (size[0], bottom)
    if _enlarged(hero, window) > _MOST_TO_FILL:
        return _framed(size, hero, clear)
    if fills:
        return _cut(hero, size)
    sharp = _cut(hero, window, _HEADROOM)
    edge = bottom - _FADE
    board = Image.new("RGB", size)
    board.paste(sharp)
    soft = _soft.around(sharp, (0, 0, *window), size, (0, edge, *size))
    board.paste(soft, (0, edge), _soft.by_rows(_coverage(_rising(soft.height)), soft.width))
    return board


def beside(size: tuple[int, int], hero: Hero, window: Box) -> tuple[Image.Image, Image.Image]:
    """Give the blurred ground of a picture that stands in `window`, and the picture (RGBA).

    Words stand on the ground, beside the window; the picture dissolves where it meets them.
    """
    left, _, right, _ = window
    wide, high = right - left, window[3] - window[1]
    if _enlarged(hero, (wide, high)) > _MOST_TO_FILL:
        return _soft.behind(hero.image, size), _alone((wide, high), hero)
    sharp = _cut(hero, (wide, high))
    fades = _FADE if left > 0 else 0, _FADE if right < size[0] else 0
    ground = Image.new("RGB", size)
    for first, last in ((0, left + fades[0]), (right - fades[1], size[0])):
        if last > first:
            part = (first, 0, last, size[1])
            ground.paste(_soft.around(sharp, window, size, part), part)
    share = np.ones(wide)
    share[: fades[0]] = _rising(fades[0])
    share[wide - fades[1] :] = _rising(fades[1])[::-1]
    across = np.broadcast_to(_coverage(share), (high, wide))
    sharp.putalpha(Image.fromarray(np.ascontiguousarray(across)))
    return ground, sharp


def _enlarged(hero: Hero, size: tuple[int, int]) -> float:
    """How much larger a picture becomes when it fills this size."""
    return max(size[0] / hero.image.width, size[1] / hero.image.height)


def _cut(hero: Hero, size: tuple[int, int], stands: float = HEIGHT) -> Image.Image:
    """As `crop.cut`, eight times as fast for less than half the size, and as good to the eye."""
    part = box(hero.image.size, size, hero.focus, stands)
    return hero.image.resize(size, Image.Resampling.BICUBIC, box=part, reducing_gap=1.0)


def _framed(size: tuple[int, int], hero: Hero, clear: tuple[int, int]) -> Image.Image:
    """Put a small picture, whole, in the middle of these rows before a blurred copy of itself."""
    ground = _soft.behind(hero.image, size)
    sharp = _alone((size[0], clear[1] - clear[0]), hero)
    ground.paste(sharp, (0, clear[0]), sharp)
    return ground


def _alone(room: tuple[int, int], hero: Hero) -> Image.Image:
    """A small picture, whole, in the middle of nothing (RGBA); too small a one is left out."""
    board = Image.new("RGBA", room)
    wide, high = hero.image.size
    scale = min(_MOST_ENLARGED, room[0] * 0.9 / wide, room[1] / high)
    window = round(wide * scale), round(high * scale)
    if min(window) >= _LEAST_WINDOW:
        sharp = hero.image.resize(window, Image.Resampling.BICUBIC)
        board.paste(sharp, ((room[0] - window[0]) // 2, (room[1] - window[1]) // 2))
    return board


def _rising(length: int) -> Shares:
    """From 0 to 1 in the first pixels of a length."""
    return _soft.smooth(np.arange(1, length + 1) / _FADE)


def shade(image: Image.Image, boxes: Sequence[Box], fade: int) -> None:
    """Darken a picture behind white words, no more than reading needs (WCAG AA).

    It is darkest behind the boxes of the words, and fades out in so many pixels above
    and below them; where the card ends before that, it does not begin to.
    """
    pixels = np.asarray(image)
    tiles = _brightest(image, boxes)
    needed = max(
        (_colour.scrim_for(_of(pixels, tile), wanted=_WANTED) for tile in tiles), default=0.0
    )
    if not needed:
        return
    rows = np.arange(image.height)
    top = min(box[1] for box in boxes) - _AIR
    bottom = max(box[3] for box in boxes) + _AIR
    if image.height - bottom < fade:
        bottom = image.height
    beyond = np.maximum(np.maximum(top - rows, rows - bottom), 0)
    opacity = needed * _soft.smooth(1 - beyond / fade)
    first, last = np.flatnonzero(opacity)[[0, -1]]
    band = _soft.by_rows(_coverage(opacity[first : last + 1]), image.width)
    image.paste((0, 0, 0), (0, int(first)), band)


def _brightest(image: Image.Image, boxes: Sequence[Box]) -> list[Box]:
    """The tiles under the words that need the most shade: one bright spot is enough."""
    first = max(0, min(box[1] for box in boxes) - _PLACE) // _PLACE * _PLACE
    last = max(box[3] for box in boxes) + 2 * _PLACE
    band = image.crop((0, first, image.width, min(last, image.height)))
    places = np.asarray(band.reduce(_PLACE).convert("L"))
    tiles = [
        (column, row, min(column + _TILE, box[2] + _PLACE), min(row + _TILE, box[3] + _PLACE))
        for box in boxes
        for row in range(max(0, box[1] - _PLACE), box[3] + _PLACE, _TILE)
        for column in range(max(0, box[0] - _PLACE), box[2] + _PLACE, _TILE)
    ]

    def light(tile: Box) -> int:
        left, top, right, bottom = tile
        rows = slice((top - first) // _PLACE, (bottom - first) // _PLACE + 1)
        return int(places[rows, left // _PLACE : right // _PLACE + 1].max(initial=0))

    return sorted(tiles, key=light)[-_TILES:]


def _of(pixels: Pixels, box: Box) -> Pixels:
    return pixels[box[1] : box[3], box[0] : box[2]]


def _coverage(opacity: Shares) -> Pixels:
    return np.ceil(opacity * 255).clip(0, 255).astype(np.uint8)
