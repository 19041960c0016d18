"""Small pictures of cards as they should look, and how far a card is from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bot.config import shipped
from bot.media._workshop import card
from bot.media._workshop.crop import Hero
from bot.media.base import Card, Look, Picture, Shape
from tests import pictures
from tests.sheet.headlines import HEADLINES

FOLDER: Final = Path(__file__).parents[1] / "golden" / "cards"
LAYOUTS: Final = [shipped("templates") / "cards"]
LOOK: Final = Look(name="Harbour Post", domain="harbour.example")
CREDIT: Final = "Photo: Ana Ruiz"

#: Kept at a fifth of their size, compared in blocks of so many pixels of that.
_SCALE: Final = 5
_BLOCK: Final = 4


def _card(layout: str, shape: Shape, headline: str, picture: str = "") -> Card:
    shown = Picture(picture, credit=CREDIT) if picture else None
    return Card(layout, shape, HEADLINES[headline], LOOK, shown)


CARDS: Final[Mapping[str, Card]] = {
    "headline-portrait": _card("headline", Shape.PORTRAIT, "usual", "photo"),
    "headline-wide": _card("headline", Shape.WIDE, "usual", "bright"),
    "headline-square": _card("headline", Shape.SQUARE, "spanish", "dark"),
    "headline-story": _card("headline", Shape.STORY, "chinese", "photo"),
    "headline-arabic": _card("headline", Shape.PORTRAIT, "arabic", "photo"),
    "headline-tiny": _card("headline", Shape.PORTRAIT, "short", "tiny"),
    "picture-wide": _card("picture", Shape.WIDE, "usual", "photo"),
    "quote-portrait": _card("quote", Shape.PORTRAIT, "french", "photo"),
    "quote-paper": _card("quote", Shape.SQUARE, "hebrew"),
    "text-portrait": _card("text", Shape.PORTRAIT, "usual"),
    "text-wide": _card("text", Shape.WIDE, "turkish"),
}
_PHOTOS: Final = {
    "photo": (1800, 1200, "person", pictures.FACE),
    "bright": (1600, 1066, "bright", (0.5, 0.4)),
    "dark": (1600, 1066, "dark", (0.5, 0.4)),
    "tiny": (320, 240, "day", (0.5, 0.4)),
}


def drawn(order: Card) -> Image.Image:
    """Draw a card as it is compared, from a picture made here."""
    hero = None
    if order.picture is not None:
        width, height, kind, focus = _PHOTOS[order.picture.path]
        hero = Hero(pictures.photo(width, height, kind), focus)
    return small(card.compose(order, LAYOUTS, hero).image)


def small(image: Image.Image) -> Image.Image:
    """Scale a card to the size at which it is kept."""
    return image.resize((image.width // _SCALE, image.height // _SCALE), Image.Resampling.BOX)


def distance(one: Image.Image, two: Image.Image) -> tuple[float, float]:
    """Return by how much the blocks of two pictures differ: on average, and the 20 worst."""
    blocks = [_blocks(each) for each in (one, two)]
    if blocks[0].shape != blocks[1].shape:
        return 255.0, 255.0
    apart = np.sort(np.abs(blocks[0] - blocks[1]).max(axis=2), axis=None)
    return float(apart.mean()), float(apart[-20:].mean())


def _blocks(image: Image.Image) -> np.ndarray:
    size = image.width // _BLOCK, image.height // _BLOCK
    return np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX), dtype=float)


def kept(name: str) -> Image.Image:
    """Open the picture that a card is compared with."""
    with Image.open(FOLDER / f"{name}.jpg") as image:
        return image.convert("RGB")


def renew() -> None:
    """Take the cards as they are now for what they should be."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, order in CARDS.items():
        drawn(order).save(FOLDER / f"{name}.jpg", quality=75, subsampling=0)
