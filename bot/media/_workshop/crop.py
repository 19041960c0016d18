"""What of a picture stays when it is cut to another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image

from bot.media import base
from bot.media._workshop._attention import MIDDLE, Focus, focus_of
from bot.media._workshop._hero import open_picture

__all__ = ["MIDDLE", "Focus", "Hero", "box", "cut", "focus_of", "hero"]

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


def box(
    size: tuple[int, int], shape_size: tuple[int, int], focus: Focus
) -> tuple[int, int, int, int]:
    """Find the largest part of a picture that has the shape's proportion and holds the focus.

    All in pixels but the focus: (left, top, right, bottom), inside of the picture, its
    proportion right to a pixel. The focus comes to the middle, a little above it, as far
    as the picture reaches.
    """
    width, height = size
    wide, high = shape_size
    cut_width = min(width, max(1, round(height * wide / high)))
    cut_height = min(height, max(1, round(width * high / wide)))
    left = round(focus[0] * width - cut_width / 2)
    top = round(focus[1] * height - cut_height * HEIGHT)
    left = min(max(0, left), width - cut_width)
    top = min(max(0, top), height - cut_height)
    return left, top, left + cut_width, top + cut_height


def cut(image: Image.Image, shape_size: tuple[int, int], focus: Focus) -> Image.Image:
    """Cut and scale a picture to exactly this size around its focus."""
    part = box(image.size, shape_size, focus)
    return image.resize(shape_size, Image.Resampling.BICUBIC, box=part, reducing_gap=2.0)
