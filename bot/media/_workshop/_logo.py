"""A site's logo: opened with care, and seen on whatever it stands on."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PIL import Image

from bot.media._kind import HEAD, NotAPicture, kind_of
from bot.media._workshop import _colour
from bot.media._workshop._colour import BLACK, RGB, WHITE

MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 25_000_000
_FORMS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}

#: Of what is drawn, so much must differ from the ground by this contrast (WCAG's for graphics
#: is 3; the parts of a logo that are meant to be pale are not counted as lost).
_CONTRAST: Final = 2.0
_SHARE: Final = 0.7


def open_logo(path: str) -> Image.Image:
    """Open a logo as RGBA without its empty margins.

    Raises NotAPicture, in one sentence, for what is missing, broken, empty or too large.
    """
    try:
        with open(path, "rb") as file:
            form = _FORMS.get(kind_of(file.read(HEAD), "the logo"))
            if form is None:
                raise NotAPicture("the logo is no PNG, JPEG or WebP: give one of these.")
            if file.seek(0, 2) > MOST_BYTES:
                raise NotAPicture("the logo has more than 5 MB: give a smaller one.")
            file.seek(0)
            with Image.open(file, formats=[form]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise NotAPicture("the logo has too many pixels: give a smaller one.")
                logo = image.convert("RGBA")
    except NotAPicture:
        raise
    except FileNotFoundError:
        raise NotAPicture(f"there is no logo at {path}.") from None
    except Exception as error:  # as in `_hero`: decoders fail in ways that nobody lists
        raise NotAPicture("the logo is damaged, or cannot be read: give another.") from error
    inked = logo.getchannel("A").point(lambda value: 255 if value > 8 else 0).getbbox()
    if inked is None:
        raise NotAPicture("the logo is empty: every part of it is transparent.")
    return logo.crop(inked)


def fitted(logo: Image.Image, width: int, height: int) -> Image.Image:
    """Scale a logo until it fills this room one way."""
    scale = min(width / logo.width, height / logo.height)
    size = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    return logo.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def plate(logo: Image.Image, ground: Image.Image) -> RGB | None:
    """Choose white or black to go under a logo that is lost on its ground; None: it is seen.

    `ground` is what lies under the logo, of the same size.
    """
    pixels = np.asarray(logo)
    drawn = pixels[..., 3] > 128
    if not drawn.any():
        return None
    own = _colour.luminances(pixels[..., :3][drawn])
    under = _colour.luminances(np.asarray(ground.convert("RGB"))[drawn])

    def seen(behind: Any) -> float:
        high, low = np.maximum(own, behind), np.minimum(own, behind)
        return float(np.mean((high + 0.05) / (low + 0.05) >= _CONTRAST))

    if seen(under) >= _SHARE:
        return None
    return WHITE if seen(1.0) >= seen(0.0) else BLACK
