"""What lies behind the words of a video and moves gently: a picture, or paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bot.media import storyboard
from bot.media._workshop import _soft, crop
from bot.media._workshop._colour import RGB
from bot.media._workshop._planes import HEIGHT, WIDTH, Bytes, Planes, Strip
from bot.media.layout import Box

#: Enlarged beyond this a picture looks soft on a phone; to fill the width it may be a little more.
_BLOWN_UP, _TO_FILL = 1.6, 2.4
#: A broad picture takes the upper part of the frame: more of it is seen, and no face is
#: written on. It dissolves in so many pixels into its own ground, blurred and darkened.
_UPPER, _FADE = 1000, 260
#: Of an upright picture this share is shown, so that there is room to move up or down in;
#: its focus comes to stand above the words.
_UPRIGHT, _ABOVE = 0.88, 0.3
#: Where a picture stands that is too small for the width, and how tall it may be.
_MIDDLE, _TALLEST = 470, 440
#: How far a window may go, in pixels: half a one a frame.
_FARTHEST: Final = storyboard.LONGEST // 2
#: … and where there is no room to go to, so that not all stands still.
_SLIGHTLY: Final = 60
_FINE: Final = Image.Resampling.LANCZOS
#: The axis of a move: to the side, or up and down.
_ALONG, _DOWN = 1, 0
#: Pixels beyond the way: half a one for the second set, and one where chroma begins odd.
_SPARE: Final = 3


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A strip, and the way of the window over it."""

    strip: Strip
    begins: int  # in half pixels
    ends: int
    frames: int
    look: Bytes  # all that comes into sight, RGB, at half of its width and height
    focus: float  # of the frame's height, where the subject then is; 0: far from all words

    def at(self, frame: int) -> Planes:
        """See the frame of that number, counted from the moment it first shows."""
        gone = min(max(frame, 0), self.frames) * abs(self.ends - self.begins) // self.frames
        return self.strip.at(self.begins + (gone if self.ends > self.begins else -gone))

    def under(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return what at some time lies within this box of the frame, at half size."""
        high, wide = self.look.shape[0] - HEIGHT // 2, self.look.shape[1] - WIDTH // 2
        return self.look[top // 2 : bottom // 2 + high, left // 2 : right // 2 + wide]


@dataclass(frozen=True, slots=True)
class Board:
    """A picture as large as it will be shown, larger than the frame where there is more of it."""

    image: Image.Image
    left: int  # where the window is to come to stand
    top: int
    axis: int  # in which it moves
    focus: float = 0.0

    def backdrop(self, frames: int) -> Backdrop:
        """Let the window glide to its place, from the side where there is more room."""
        before = self.left if self.axis == _ALONG else self.top
        frame = WIDTH if self.axis == _ALONG else HEIGHT
        whole = self.image.width if self.axis == _ALONG else self.image.height
        after = whole - before - frame
        way = _way(max(before, after) - _SPARE, frames)
        long = frame + way // 2 + _SPARE - 1
        first = before - (way + 1) // 2 if before > after else before
        first = max(0, min(first, whole - long - 1))
        stills = (np.asarray(self._cut(first + moved, long)) for moved in (0.0, 0.5))
        ends = (0, way) if before > after else (way, 0)
        look = np.asarray(self._cut(first, long).reduce(2))
        return Backdrop(Strip(stills, self.axis), *ends, frames, look, self.focus)

    def _cut(self, first: float, long: int) -> Image.Image:
        if self.axis == _ALONG:
            size, box = (long, HEIGHT), (first, 0.0, first + long, float(HEIGHT))
        else:
            size, box = (WIDTH, long), (self.left, first, self.left + WIDTH, first + long)
        return self.image.resize(size, _FINE, box)


def picture(hero: crop.Hero) -> Board:
    """Scale a picture so that it can glide to its focus."""
    wide, high = hero.image.size
    if wide > high or max(WIDTH / wide, HEIGHT / high) > _BLOWN_UP:
        return _extended(hero)
    left, top, right, bottom = _shown(hero)
    scale = WIDTH / (right - left)
    upper = max(0, top - round(_FARTHEST / scale))
    lower = min(high, bottom + round(_FARTHEST / scale))
    size = WIDTH, max(HEIGHT, round((lower - upper) * scale))
    image = hero.image.resize(size, _FINE, (left, upper, right, lower), reducing_gap=3.0)
    stands = min(round((top - upper) * scale), size[1] - HEIGHT)
    return Board(image, 0, stands, _DOWN, (hero.focus[1] * high - top) / (bottom - top))


def paper(colour: RGB, tint: RGB) -> Board:
    """Lay a wide band of a second colour over paper."""
    image = Image.new("RGB", (WIDTH, HEIGHT + _FARTHEST + _SPARE), colour)
    top = HEIGHT * 2 // 5
    edges = [(0, top), (WIDTH, top - 420), (WIDTH, top + 380), (0, top + 800)]
    ImageDraw.Draw(image).polygon(edges, fill=tint)
    blurred = image.filter(ImageFilter.GaussianBlur(1))  # a slanting edge without stairs
    return Board(blurred, 0, 0, _DOWN)


def _extended(hero: crop.Hero) -> Board:
    """Let a broad or a small picture stand sharp before a large blurred copy of itself.

    It stands at the top and dissolves at its lower edge.
    """
    scale = min(_UPPER / hero.image.height, _BLOWN_UP)
    scale = max(scale, min(WIDTH / hero.image.width, _TO_FILL))
    hero = _nearby(hero, round((WIDTH + 2 * _FARTHEST) / scale))
    size = round(hero.image.width * scale), min(HEIGHT, round(hero.image.height * scale))
    if size[0] < WIDTH:
        return _alone(hero.image, min(scale, _TALLEST / hero.image.height))
    along = size[0] > WIDTH + 2 * _SPARE
    sharp = crop.cut(hero.image, size, hero.focus)
    whole = size[0], HEIGHT + (0 if along else _SLIGHTLY + _SPARE)
    board = _soft.around(sharp, (0, 0, *size), whole, (0, 0, *whole))
    board.paste(sharp, (0, 0), _dissolving(size))
    if not along:
        return Board(board, (size[0] - WIDTH) // 2, 0, _DOWN)
    return Board(board, crop.box(board.size, (WIDTH, HEIGHT), hero.focus)[0], 0, _ALONG)


def _alone(image: Image.Image, scale: float) -> Board:
    """Let a tiny picture stand whole before a blurred copy of itself."""
    board = _soft.behind(image, (WIDTH, HEIGHT + _SLIGHTLY + _SPARE))
    sharp = image.resize((round(image.width * scale), round(image.height * scale)), _FINE)
    board.paste(sharp, ((WIDTH - sharp.width) // 2, _MIDDLE - sharp.height // 2))
    return Board(board, 0, 0, _DOWN)


def _nearby(hero: crop.Hero, width: int) -> crop.Hero:
    """Of a broad picture keep what can come into sight."""
    if hero.image.width <= width:
        return hero
    part = crop.around(hero.image.size, (width, hero.image.height), hero.focus)
    at = hero.focus[0] * hero.image.width - part[0]
    return crop.Hero(hero.image.crop(part), (at / width, hero.focus[1]))


def _dissolving(size: tuple[int, int]) -> Image.Image:
    """Coverage of a picture that goes over into its ground at its lower edge."""
    left = np.arange(size[1], 0, -1) / _FADE if size[1] < HEIGHT else np.ones(HEIGHT)
    return _soft.by_rows((255 * _soft.smooth(left)).astype(np.uint8), size[0])


def _shown(hero: crop.Hero) -> Box:
    """Of an upright picture take the part on which the window comes to rest."""
    left, top, right, bottom = crop.box(hero.image.size, (WIDTH, HEIGHT), hero.focus)
    part = round((right - left) * _UPRIGHT), round((bottom - top) * _UPRIGHT)
    return crop.around(hero.image.size, part, hero.focus, _ABOVE)


def _way(room: float, frames: int) -> int:
    """Half pixels to go: at most one a frame, and as good as the same each time."""
    return next((frames // each for each in range(1, frames) if frames // each <= 2 * room), 0)
