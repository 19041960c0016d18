"""What the words of a card stand on: the picture, darkened just where they need it, or paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bot.media._workshop import _colour
from bot.media._workshop.crop import Hero, box
from bot.media.layout import Box

Pixels = NDArray[np.uint8]
Shares = NDArray[np.float64]

#: Enlarged beyond this a picture looks soft on a phone …
_MOST_ENLARGED: Final = 1.6
#: … but so far it still looks better than a frame around it, or a gap above the words.
_MOST_TO_FILL: Final = 2.2
_LEAST_ACROSS: Final = 0.45  # of the card's height, however many words there are
_LEAST_WINDOW: Final = 160
_BLUR: Final = 24  # how much smaller the ground of a small picture is made, before it is blurred
_DIM: Final = 0.62
_FADE: Final = 140  # px in which a picture goes over into its own blurred ground
#: WCAG AA is 4.5; rounding and JPEG take a little of this.
_WANTED: Final = 5.0
_TILE: Final = 120  # px: about one letter of a headline
_TILES: Final = 4  # so many, the brightest, are measured
_PLACE: Final = 8  # px in which grain evens out
_AIR: Final = 14  # px around words that the shade keeps as dark as behind them


def picture(size: tuple[int, int], hero: Hero, clear: tuple[int, int]) -> Image.Image:
    """Fill a card with a picture around its focus.

    One that would have to be enlarged too much stands sharp before a blurred copy of
    itself: across the card from its top, or whole where it is smaller than that. Words
    leave the rows `clear` (top, bottom) free.
    """
    wide, high = hero.image.size
    if max(size[0] / wide, size[1] / high) <= _MOST_ENLARGED:
        return _cut(hero, size)
    ground = _blurred(size, hero)
    if size[0] / wide <= _MOST_TO_FILL:
        _across(ground, hero, clear)
    else:
        _framed(ground, hero, clear)
    return ground


def _cut(hero: Hero, size: tuple[int, int]) -> Image.Image:
    """As `crop.cut`, eight times as fast for less than half the size, and as good to the eye."""
    part = box(hero.image.size, size, hero.focus)
    return hero.image.resize(size, Image.Resampling.BICUBIC, box=part, reducing_gap=1.0)


def _across(ground: Image.Image, hero: Hero, clear: tuple[int, int]) -> None:
    """Put a picture over the whole width, down to where the words begin."""
    wanted = max(clear[1] + _FADE, round(ground.height * _LEAST_ACROSS))
    sharpest = round(hero.image.height * max(_MOST_TO_FILL, ground.width / hero.image.width))
    window = ground.width, min(ground.height, wanted, sharpest)
    sharp = _cut(hero, window)
    if clear[1] >= ground.height:  # no words: in the middle
        ground.paste(sharp, (0, (ground.height - window[1]) // 2))
    else:
        ground.paste(sharp, (0, 0), _faded(window))


def _framed(ground: Image.Image, hero: Hero, clear: tuple[int, int]) -> None:
    """Put a small picture, whole, in the middle of what the words leave free."""
    wide, high = hero.image.size
    room = round(ground.width * 0.9), clear[1] - clear[0]
    scale = min(_MOST_ENLARGED, room[0] / wide, room[1] / high)
    window = round(wide * scale), round(high * scale)
    if min(window) < _LEAST_WINDOW:
        return
    sharp = hero.image.resize(window, Image.Resampling.BICUBIC)
    ground.paste(sharp, ((ground.width - window[0]) // 2, clear[0] + (room[1] - window[1]) // 2))


def _blurred(size: tuple[int, int], hero: Hero) -> Image.Image:
    small = _cut(hero, (size[0] // _BLUR, size[1] // _BLUR))
    soft = small.filter(ImageFilter.GaussianBlur(2.5)).point(lambda value: int(value * _DIM))
    return soft.resize(size, Image.Resampling.BICUBIC)


def _faded(size: tuple[int, int]) -> Image.Image:
    """Coverage of a picture that dissolves at its lower edge."""
    left = np.arange(size[1], 0, -1) / min(_FADE, size[1])
    return _rows(_smooth(left), size)


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
    opacity = needed * _smooth(1 - beyond / fade)
    first, last = np.flatnonzero(opacity)[[0, -1]]
    band = _rows(opacity[first : last + 1], (image.width, int(last - first + 1)))
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


def _smooth(share: Shares) -> Shares:
    """From 0 to 1 without an edge at either end."""
    share = np.clip(share, 0.0, 1.0)
    smooth: Shares = share * share * (3 - 2 * share)
    return smooth


def _rows(opacity: Shares, size: tuple[int, int]) -> Image.Image:
    """Coverage that is the same along each row."""
    column = np.ceil(opacity * 255).clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(np.broadcast_to(column[:, None], size[::-1])))
