"""What a card costs, against the floor: unpacking the photo and packing the card, nothing else."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.media._workshop import card
from bot.media._workshop.crop import Hero, hero
from bot.media.base import SIZES, Card, Picture, Shape
from tests import pictures
from tests.sheet import golden
from tests.sheet.headlines import HEADLINES

ROUNDS = 15
#: What a card may cost: CPU milliseconds at the median.
MOST, MOST_OF_FOUR = 100, 200


def photo() -> bytes:
    """A photo of 2400×1600 with as much detail as a camera's: 1 MB or so."""
    grain = pictures.photo(2400, 1600, "noise").convert("L").convert("RGB")
    return pictures.encoded(
        Image.blend(pictures.photo(2400, 1600, "person"), grain, 0.12), quality=85
    )


def cost(work: Callable[[], object]) -> float:
    """Return the median of the CPU milliseconds that `work` takes, once it is warm."""
    work()
    figures = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        figures.append((time.process_time() - started) * 1000)
    return statistics.median(figures)


def floor(path: Path, *sizes: tuple[int, int]) -> None:
    """Unpack once, pack a picture of each size: what nobody can save."""
    with Image.open(path) as image:
        image.load()
        for size in sizes:
            image.crop((0, 0, *size)).save(io.BytesIO(), "JPEG", quality=88)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(photo())
        picture = Picture(str(path), None, golden.CREDIT)

        def draw(shape: Shape, title: str = "usual", shown: Hero | None = None) -> None:
            order = Card("headline", shape, HEADLINES[title], golden.LOOK, picture)
            card.draw(order, golden.LAYOUTS, shown)

        def four() -> None:
            shown = hero(picture, at_least=(1200, 1920))
            for shape in Shape:
                draw(shape, shown=shown)

        print(
            f"a photo of 2400×1600, {path.stat().st_size // 1000} kB; CPU ms, medians of {ROUNDS}"
        )
        for shape in Shape:
            least = cost(lambda shape=shape: floor(path, SIZES[shape]))  # type: ignore[misc]
            took = cost(lambda shape=shape: draw(shape))  # type: ignore[misc]
            print(
                f"{shape:10} {took:6.1f}  floor {least:5.1f}  ratio {took / least:4.1f}  (≤ {MOST})"
            )
        for title in ("arabic", "chinese", "emoji", "very-long"):
            took = cost(lambda title=title: draw(Shape.PORTRAIT, title))  # type: ignore[misc]
            print(f"portrait, {title:10} {took:6.1f}  (≤ {MOST})")
        least, took = cost(lambda: floor(path, *SIZES.values())), cost(four)
        ratio = took / least
        print(f"all four   {took:6.1f}  floor {least:5.1f}  ratio {ratio:4.1f}  (≤ {MOST_OF_FOUR})")


if __name__ == "__main__":
    main()
