"""What can be wrong with a card, found by measuring it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bot.media import layout
from bot.media._workshop import _colour, _type
from bot.media._workshop._column import Placed
from bot.media._workshop.card import Drawn
from bot.media.base import SIZES, Card

#: So much of the ground beside the letters must have WCAG's contrast; the rest is grain.
_ENOUGH = 0.93
_READABLE = 4.5


def faults(order: Card, drawn: Drawn, jpeg: bytes, layouts: list[Path]) -> Iterator[str]:
    """Yield a sentence for whatever of a finished card an editor would send back."""
    sheet = layout.load(order.layout, order.shape, layouts)
    finished = Image.open(io.BytesIO(jpeg))
    if finished.size != SIZES[order.shape] or finished.mode != "RGB" or finished.getexif():
        yield f"it is {finished.mode} {finished.size} with {len(finished.getexif())} notes"
    yield from _missing(order, sheet, drawn)
    for each in drawn.placed:
        if not _inside(each.box, sheet.safe):
            yield f"{each.name} at {each.box} leaves the safe area {sheet.safe}"
        if lost := _type.undrawable(each.words):
            yield f"{each.name} has characters that no font has: {lost}"
        if each.words and each.size < layout.LEAST:
            yield f"{each.name} has {each.size} px"
    for one, two in combinations(drawn.placed, 2):
        if _meet(one.box, two.box):
            yield f"{one.name} and {two.name} overlap"
    for each, ink in zip(drawn.placed, drawn.inks, strict=True):
        if each.words and each.mask is not None and each.name != "mark":
            share = readable(finished, each, ink)
            if share < _ENOUGH:
                yield f"{each.name}: only {share:.0%} of its ground has a contrast of {_READABLE}"


def _missing(order: Card, sheet: layout.Sheet, drawn: Drawn) -> Iterator[str]:
    said = {each.name: each for each in drawn.placed}
    for name in ("headline", "speaker", "site", "credit"):
        wanted = {
            "headline": order.words.headline,
            "speaker": order.words.speaker,
            "site": order.look.name,
            "credit": order.picture.credit if order.picture and sheet.ground == "picture" else "",
        }[name]
        if name in sheet.names and wanted and name not in said:
            yield f"{name} is missing"
        elif name in said and said[name].cut and len(wanted) < 150:
            yield f"{name} is cut: {said[name].words}"


def readable(finished: Image.Image, each: Placed, ink: tuple[int, int, int]) -> float:
    """Return the share of the ground between the letters on which they can be read."""
    assert each.mask is not None
    box = each.box
    # A stem of a letter is some pixels wide: finer grain than that hides nothing.
    pixels = np.asarray(finished.convert("RGB").crop(box).filter(ImageFilter.BoxBlur(3)))
    near = np.asarray(each.mask.filter(ImageFilter.BoxBlur(8))) > 0
    far = np.asarray(each.mask.filter(ImageFilter.BoxBlur(4))) == 0
    ground = pixels[near & far]
    if len(ground) < 20:
        ground = pixels[far] if far.any() else pixels[np.asarray(each.mask) == 0]
    if not len(ground):
        return 1.0
    own, under = _colour.luminance(ink), _colour.luminances(ground)
    ratio: Any = (np.maximum(own, under) + 0.05) / (np.minimum(own, under) + 0.05)
    return float(np.mean(ratio >= _READABLE - 0.15))  # what JPEG does to a pixel


def _inside(box: tuple[int, ...], outer: tuple[int, ...]) -> bool:
    return box[0] >= outer[0] and box[1] >= outer[1] and box[2] <= outer[2] and box[3] <= outer[3]


def _meet(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
