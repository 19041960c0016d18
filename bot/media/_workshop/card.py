"""One picture for one post: the article's words on its picture, as a layout says.

`draw` sets the words (`_column`), lays the ground (`_ground`), and paints the one on the other.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bot.language import language
from bot.media import layout
from bot.media._kind import NotAPicture
from bot.media._workshop import _colour, _ground, _logo, _type, crop
from bot.media._workshop._colour import RGB, WHITE
from bot.media._workshop._column import PLATE, Placed, Setter
from bot.media._workshop.crop import Hero
from bot.media.base import SIZES, Card, Look

#: The contrast that a bar needs in order to be seen at all.
_SEEN: Final = 1.8
_CLEAR: Final = 40  # px between the words and a small picture above them

#: Half of what Instagram takes (8 MB; developers.facebook.com, IG media, read 2026-11-22).
_MOST_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card before it is encoded, and what it is made of."""

    image: Image.Image
    ground: Image.Image  # without the words
    placed: tuple[Placed, ...]
    inks: tuple[RGB, ...]  # the colour of each of them


def draw(
    order: Card, layouts: Sequence[Path], hero: Hero | None = None
) -> tuple[bytes, tuple[str, ...], bool]:
    """Make a card: a JPEG without metadata, the words on it, whether its headline was cut.

    `hero` is the order's picture, already opened, so that several shapes open it once.
    Raises NotAPicture, and TemplateError for a layout file that is wrong.
    """
    sheet = layout.load(order.layout, order.shape, layouts)
    if sheet.ground == "picture" and order.picture and order.picture.whole:
        return encode(_whole(order, sheet, hero or _opened(order))), (), False
    made = compose(order, layouts, hero)
    words = tuple(each.words for each in made.placed if each.words and each.name != "mark")
    cut = any(each.cut for each in made.placed if each.name in ("headline", "speaker"))
    return encode(made.image), words, cut


def compose(order: Card, layouts: Sequence[Path], hero: Hero | None = None) -> Drawn:
    """Lay and paint a card whose picture may be changed."""
    sheet = layout.load(order.layout, order.shape, layouts)
    placed = _words(order, sheet)
    image = _laid(order, sheet, placed, hero)
    ground = image.copy()
    return Drawn(image, ground, placed, tuple(_paint(image, each, order, sheet) for each in placed))


def _opened(order: Card) -> Hero:
    assert order.picture is not None
    return crop.hero(order.picture, at_least=SIZES[order.shape])


def _on_paper(order: Card, sheet: layout.Sheet) -> bool:
    return sheet.ground == "paper" or order.picture is None


def _laid(
    order: Card, sheet: layout.Sheet, placed: Sequence[Placed], hero: Hero | None
) -> Image.Image:
    """Lay the ground that these words will stand on."""
    wide, high = SIZES[order.shape]
    if _on_paper(order, sheet):
        return Image.new("RGB", (wide, high), _colour.parse(order.look.paper))
    shown = hero or _opened(order)
    if sheet.picture:
        rtl = _type.is_rtl(order.words.headline, order.words.language)
        window = sheet.placed(sheet.picture, rtl=rtl)
        image, picture = _ground.beside((wide, high), shown, window)
        _shade(image, sheet, placed)
        image.paste(picture, window, picture)
        return image
    clear = (0, high)
    if any(each.column == "words" for each in placed):
        clear = sheet.safe[1], min(each.box[1] for each in placed if each.column != "head") - _CLEAR
    image = _ground.picture((wide, high), shown, clear)
    _shade(image, sheet, placed)
    return image


def _shade(image: Image.Image, sheet: layout.Sheet, placed: Sequence[Placed]) -> None:
    for name, column in sheet.columns.items():
        boxes = [each.box for each in placed if each.column == name and each.words]
        if boxes:
            _ground.shade(image, boxes, column.shade)


def _words(order: Card, sheet: layout.Sheet) -> tuple[Placed, ...]:
    words, look = order.words, order.look
    headline = _unquoted(words.headline, words.language) if sheet.mark else words.headline
    quotes = language(words.language).quotes
    opened = headline.startswith(tuple(opening for opening, _ in quotes))
    said = {
        "mark": "" if opened else quotes[0][0],
        "kicker": words.kicker,
        "headline": headline,
        "dek": words.dek,
        "speaker": words.speaker,
        "site": look.name or look.domain,
        "domain": look.domain if look.name or look.logo else "",
        "credit": "" if _on_paper(order, sheet) or not order.picture else order.picture.credit,
    }
    if _on_paper(order, sheet):
        sheet = sheet.on_paper
    return Setter(sheet, said, look, words.language, _logo_of(look)).place()


def _logo_of(look: Look) -> Image.Image | None:
    try:
        return _logo.open_logo(look.logo) if look.logo else None
    except NotAPicture:
        return None  # the site's name stands in; the doctor tells


def _unquoted(words: str, code: str) -> str:
    """A quotation without the marks around it, for which the large mark stands."""
    for opening, closing in language(code).quotes:
        inside = words.removeprefix(opening).removesuffix(closing)
        if len(inside) == len(words) - len(opening) - len(closing):
            return words if opening in inside or closing in inside else inside.strip()
    return words


# ---------------------------------------------------------------------------- colours


def _ink(look: Look) -> RGB:
    """The site's ink; where it cannot be read on the site's paper, black or white."""
    return _colour.readable(_colour.parse(look.paper), _colour.parse(look.ink))


def _paint(image: Image.Image, each: Placed, order: Card, sheet: layout.Sheet) -> RGB:
    """Put one thing in its place; give the colour that it has there."""
    under = image.crop(each.box)
    colour = _ink(order.look) if _on_paper(order, sheet) else WHITE
    if each.accent:
        wanted = _colour.READABLE if each.words and each.name != "mark" else _SEEN
        ground = np.asarray(under).reshape(-1, 3).mean(axis=0)
        place = int(ground[0]), int(ground[1]), int(ground[2])
        colour = _colour.seen(_colour.parse(order.look.accent), [place], colour, wanted)
    if each.mask is not None:
        image.paste(colour, each.box, each.mask)
    elif each.colours is None:
        image.paste(colour, each.box)
    else:
        _under_logo(image, each, under)
    if each.colours is not None:
        image.paste(each.colours.convert("RGB"), each.box, each.colours.getchannel("A"))
    return colour


def _under_logo(image: Image.Image, logo: Placed, under: Image.Image) -> None:
    assert logo.colours is not None
    colour = _logo.plate(logo.colours, under)
    if colour is not None:
        left, top, right, bottom = logo.box
        image.paste(colour, (left - PLATE, top - PLATE, right + PLATE, bottom))


# ------------------------------------------------------------------------------ bytes


def _whole(order: Card, sheet: layout.Sheet, hero: Hero) -> Image.Image:
    """The picture as it is: neither cut nor written on, as its licence wants."""
    if set(sheet.names) - {"credit"}:
        raise NotAPicture("the picture's licence allows no words on it: use the layout “picture”.")
    image = hero.image
    least, most = sheet.proportions
    if not least <= image.width / image.height <= most:
        raise NotAPicture(
            f"the picture's licence allows no cut, and uncut ({image.width}×{image.height}) it is "
            "too tall or too wide for this place: use another."
        )
    image = image.copy()
    image.thumbnail(SIZES[order.shape], Image.Resampling.BICUBIC)
    return image


def encode(image: Image.Image) -> bytes:
    """Encode as baseline JPEG, 4:2:0, with nothing in it but the picture."""
    for quality in (88, 80, 70, 60):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling="4:2:0")
        if file.tell() <= _MOST_BYTES:
            break
    return file.getvalue()


def proof(image: Image.Image, side: int) -> tuple[bytes, tuple[int, int]]:
    """Encode a whole picture with a longer side of at most so many pixels; give its size too."""
    image.thumbnail((side, side), Image.Resampling.BICUBIC)
    return encode(image), image.size
