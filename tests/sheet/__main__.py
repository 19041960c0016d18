"""Every layout in every shape, on many headlines and pictures: ``make sheet``.

    python -m tests.sheet DIR [LAYOUT …]   draw, measure, and write DIR/index.html
    python -m tests.sheet --golden         renew the pictures that the tests compare with

Ends with 1, and a list, where a card has a fault.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from bot.media import layout
from bot.media._workshop import card
from bot.media._workshop.crop import Hero, hero
from bot.media.base import SIZES, Card, Picture, Shape
from tests import pictures
from tests.sheet import golden
from tests.sheet.checks import faults
from tests.sheet.golden import LAYOUTS, LOOK
from tests.sheet.headlines import CREDITS, HEADLINES

PICTURES = (
    "photo",
    "bright",
    "dark",
    "portrait",
    "panorama",
    "tiny",
    "transparent",
    "cmyk",
    "rotated",
    "noisy",
)
THUMB = 390  # the width of a phone


def main(arguments: Sequence[str]) -> int:
    """Draw the sheets into the folder that is named first; of some layouts, or of all."""
    if arguments[:1] == ["--golden"]:
        golden.renew()
        return 0
    folder = Path(arguments[0] if arguments else "var/sheet")
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    pages = []
    with tempfile.TemporaryDirectory() as work:
        heroes = dict(_heroes(Path(work)))
        for name in arguments[1:] or layout.names(LAYOUTS):
            for shape in Shape:
                path = folder / f"{name}-{shape}.jpg"
                found = _draw(name, shape, heroes, path)
                print(f"{path}: {len(found)} faults", flush=True)
                wrong += found
                pages.append(path.name)
    _index(folder / "index.html", pages, wrong)
    print("\n".join(wrong) or f"nothing is wrong; look at {folder / 'index.html'}")
    return 1 if wrong else 0


def _heroes(folder: Path) -> Iterator[tuple[str, Hero]]:
    """Open every picture once, as large as the largest shape needs it."""
    for name in PICTURES:
        path = folder / name
        path.write_bytes(pictures.GOOD[name]())
        yield name, hero(Picture(str(path)), at_least=(1200, 1920))


def _draw(name: str, shape: Shape, heroes: dict[str, Hero], path: Path) -> list[str]:
    """Draw one layout in one shape on everything; return what is wrong, write the sheet."""
    sheet = layout.load(name, shape, LAYOUTS)
    shown = list(heroes) if sheet.ground == "picture" else [""]
    heads = HEADLINES if "headline" in sheet.names else dict(list(HEADLINES.items())[:3])
    high = round(THUMB * SIZES[shape][1] / SIZES[shape][0])
    tile = (THUMB + 10, high + 10)
    columns = len(shown) if len(shown) > 1 else 6
    count = len(heads) * len(shown)
    image = Image.new("RGB", (columns * tile[0], -(-count // columns) * tile[1]), (96, 96, 96))
    wrong = []
    place = 0
    for at, (title, words) in enumerate(heads.items()):
        for picture in shown:
            credit = CREDITS[(at + place) % len(CREDITS)]
            order = Card(
                name, shape, words, LOOK, Picture(picture, credit=credit) if picture else None
            )
            drawn = card.compose(order, LAYOUTS, heroes.get(picture))
            jpeg = card.encode(drawn.image)
            where = f"{name} {shape}, “{title}” on {picture or 'paper'}: "
            wrong += [where + fault for fault in faults(order, drawn, jpeg, LAYOUTS)]
            small = drawn.image.resize((THUMB, high), Image.Resampling.LANCZOS, reducing_gap=3.0)
            image.paste(small, (place % columns * tile[0], place // columns * tile[1]))
            place += 1
    image.save(path, quality=82)
    return wrong


def _index(path: Path, pages: Sequence[str], wrong: Sequence[str]) -> None:
    listed = "".join(f"<li>{fault}</li>" for fault in wrong) or "<li>Nothing is wrong.</li>"
    shown = "".join(
        f'<h2>{page}</h2><a href="{page}"><img src="{page}" loading="lazy" width="1200"></a>'
        for page in pages
    )
    path.write_text(
        f'<!doctype html><meta charset="utf-8"><title>Cards</title><ul>{listed}</ul>{shown}',
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
