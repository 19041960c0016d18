"""One picture for one post: the article's words on its picture, as a layout says.

`draw` sets the words (`_column`), lays the ground (`_ground`), and paints the one on the other.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from bot.language import language
from bot.media import layout
from bot.media._kind import NotAPicture
from bot.media._workshop import _colour, _ground, _logo
from bot.media._workshop._column import PLATE, Placed, Setter
from bot.media._workshop.crop import Hero
from bot.media._workshop.crop import hero as opened
from bot.media.base import SIZES, Card, Look

RGB = tuple[int, int, int]
WHITE: Final[RGB] = (255, 255, 255)
BLACK: Final[RGB] = (0, 0, 0)

#: The contrast that a bar needs in order to be seen at all.
_SEEN: Final = 1.8
_CLEAR: Final = 40  # px between the words and a small picture above them

#: Half of what Instagram takes (8 MB; developers.facebook.com, IG media, read 2026-11-22).
_MOST_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card before it is encoded, and what stands on it: for tests and the contact sheet."""

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
    shown = order.picture if sheet.ground == "picture" else None
    if shown is not None and shown.whole:
        return encode(_whole(order, sheet, hero or _opened(order))), (), False
    placed = _words(order, sheet)
    image = _laid(order, sheet, placed, hero)
    for each in placed:
        _paint(image, each, order, sheet)
    words = tuple(each.words for each in placed if each.words and each.name != "mark")
    cut = any(each.cut for each in placed if each.name in ("headline", "speaker"))
    return encode(image), words, cut


def compose(order: Card, layouts: Sequence[Path], hero: Hero | None = None) -> Drawn:
    """Do what `draw` does, and keep what it is made of."""
    sheet = layout.load(order.layout, order.shape, layouts)
    placed = _words(order, sheet)
    image = _laid(order, sheet, placed, hero)
    ground = image.copy()
    return Drawn(image, ground, placed, tuple(_paint(image, each, order, sheet) for each in placed))


def _opened(order: Card) -> Hero:
    assert order.picture is not None
    return opened(order.picture, at_least=SIZES[order.shape])


def _on_paper(order: Card, sheet: layout.Sheet) -> bool:
    return sheet.ground == "paper" or order.picture is None


def _laid(
    order: Card, sheet: layout.Sheet, placed: Sequence[Placed], hero: Hero | None
) -> Image.Image:
    """Lay the ground that these words will stand on."""
    wide, high = SIZES[order.shape]
    if _on_paper(order, sheet):
        return Image.new("RGB", (wide, high), _colour.parse(order.look.paper))
    clear = (0, high)
    if any(each.column == "words" for each in placed):
        clear = sheet.safe[1], min(each.box[1] for each in placed if each.column != "head") - _CLEAR
    image = _ground.picture((wide, high), hero or _opened(order), clear)
    for name in layout.COLUMNS:
        column = getattr(sheet, name)
        boxes = [each.box for each in placed if each.column == name and each.words]
        if boxes:
            _ground.shade(image, boxes, column.shade)
    return image


def _words(order: Card, sheet: layout.Sheet) -> tuple[Placed, ...]:
    words, look = order.words, order.look
    headline = _unquoted(words.headline, words.language) if sheet.mark else words.headline
    quotes = language(words.language).quotes
    said = {
        "mark": ""
        if headline.startswith(tuple(opening for opening, _ in quotes))
        else quotes[0][0],
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
        colour = _visible(_colour.parse(order.look.accent), under, colour, wanted)
    if each.mask is not None:
        image.paste(colour, each.box, each.mask)
    elif each.colours is None:
        image.paste(colour, each.box)
    else:
        _under_logo(image, each, under)
    if each.colours is not None:
        image.paste(each.colours.convert("RGB"), each.box, each.colours.getchannel("A"))
    return colour


def _visible(accent: RGB, under: Image.Image, ink: RGB, wanted: float) -> RGB:
    """The accent, moved towards the ink as far as it takes to be seen where it stands.

    It is first made more vivid, and only then paler (darker on paper).
    """
    ground = under.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(ground, tuple)
    vivid = (
        tuple(round(band * 255 / max(1, *accent)) for band in accent) if ink == WHITE else accent
    )
    colours = [_between(accent, vivid, step / 4) for step in range(5)]
    colours += [_between(vivid, ink, step / 8) for step in range(9)]
    place = int(ground[0]), int(ground[1]), int(ground[2])
    return next((each for each in colours if _colour.contrast(each, place) >= wanted), ink)


def _between(one: tuple[int, ...], two: tuple[int, ...], share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


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
