"""What of a picture stays when it is cut to another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image

from bot.media import base
from bot.media._workshop._attention import MIDDLE, Focus, focus_of
from bot.media._workshop._hero import open_picture
from bot.media.layout import Box

__all__ = ["MIDDLE", "Focus", "Hero", "around", "box", "cut", "focus_of", "hero", "upright"]

#: Where in the cut the focus comes to stand, from the top: a face wants room above it,
#: and the words stand below.
HEIGHT: Final = 0.46


@dataclass(frozen=True, slots=True)
class Hero:
    """A picture that is open, with the point that every cut of it keeps."""

    image: Image.Image
    focus: Focus


def hero(picture: base.Picture, *, at_least: tuple[int, int]) -> Hero:
    """Open a picture once for several cuts; its own focus wins over one that is found.

    Raises NotAPicture.
    """
    image = open_picture(picture.path, at_least=at_least)
    return Hero(image, picture.focus or focus_of(image))


def upright(picture: base.Picture, side: int) -> Image.Image:
    """Open a picture as it is, no larger than is needed for a longer side of so many pixels.

    Raises NotAPicture.
    """
    return open_picture(picture.path, at_least=(side, side))


def box(
    size: tuple[int, int], shape_size: tuple[int, int], focus: Focus, stands: float = HEIGHT
) -> Box:
    """Find the largest part of a picture that has the shape's proportion and holds the focus.

    All in pixels but the focus; its proportion is right to a pixel.
    """
    width, height = size
    wide, high = shape_size
    cut_width = min(width, max(1, round(height * wide / high)))
    cut_height = min(height, max(1, round(width * high / wide)))
    return around(size, (cut_width, cut_height), focus, stands)


def around(
    size: tuple[int, int], part: tuple[int, int], focus: Focus, stands: float = HEIGHT
) -> Box:
    """Place a part of this size in a picture, inside of it, around its focus.

    The focus comes to the middle, at the share `stands` of the part's height, as far as the
    picture reaches.
    """
    left = min(max(0, round(focus[0] * size[0] - part[0] / 2)), size[0] - part[0])
    top = min(max(0, round(focus[1] * size[1] - part[1] * stands)), size[1] - part[1])
    return left, top, left + part[0], top + part[1]


def cut(image: Image.Image, shape_size: tuple[int, int], focus: Focus) -> Image.Image:
    """Cut and scale a picture to exactly this size around its focus."""
    part = box(image.size, shape_size, focus)
    return image.resize(shape_size, Image.Resampling.BICUBIC, box=part, reducing_gap=2.0)
