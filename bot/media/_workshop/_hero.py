"""A file from outside becomes a safe picture: RGB, upright, sRGB, no more of it than is needed."""

from __future__ import annotations

import io
import os
import warnings
from typing import Final

from PIL import Image, ImageCms

from bot.media._kind import HEAD, MOST_BYTES, NotAPicture, kind_of

#: A medium format camera has 102 million; a decoder walks them all, whatever it keeps.
MOST_PIXELS: Final = 120_000_000

#: What is unpacked at once, at up to 16 bytes a pixel (WebP); 0.5 GB in all. A JPEG is
#: unpacked at 1/2, 1/4 or 1/8 where that is enough, so that its camera's size counts less.
MOST_UNPACKED: Final = 30_000_000

#: A progressive JPEG comes in ten; each may be a hundred bytes and walks every pixel.
MOST_SCANS: Final = 100
_SCAN: Final = b"\xff\xda"

#: Below this a picture is a spacer, an icon or a tracking pixel.
LEAST_SIDE: Final = 100

_DECODERS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}

#: EXIF's Orientation (CIPA DC-008), by what makes the picture upright.
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(path: str, *, at_least: tuple[int, int]) -> Image.Image:
    """Open whatever file this is as an upright sRGB picture without any metadata.

    Of an animation the first frame, on white what was transparent. It is made smaller by
    whole factors while both its sides stay `at_least` these (width, height) pixels; a
    smaller picture comes as it is. Raises NotAPicture, in one sentence, for all else.
    """
    content = _content(path)
    decoder = _DECODERS[kind_of(content[:HEAD], "the picture")]
    if decoder == "JPEG" and content.count(_SCAN) > MOST_SCANS:
        raise NotAPicture("the picture takes too long to unpack: save it anew.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, on metadata that we drop anyway
            with Image.open(io.BytesIO(content), formats=[decoder]) as image:
                return _opened(image, at_least)
    except NotAPicture:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise _too_large() from None
    except Exception as error:  # decoders fail on damaged files in ways that nobody lists
        raise NotAPicture("the picture is damaged or incomplete: use another.") from error


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > MOST_BYTES:
                raise NotAPicture(
                    f"the picture has more than {MOST_BYTES // 10**6} MB: use a smaller one."
                )
            return file.read()
    except OSError as error:
        raise NotAPicture(f"the picture cannot be read ({error.strerror}).") from None


def _opened(image: Image.Image, at_least: tuple[int, int]) -> Image.Image:
    width, height = image.size
    if min(width, height) < LEAST_SIDE:
        raise NotAPicture(f"the picture is too small to be shown ({width}×{height}): use another.")
    turn = _UPRIGHT.get(_orientation(image))
    if turn in (_UPRIGHT[5], _UPRIGHT[6], _UPRIGHT[7], _UPRIGHT[8]):
        at_least = at_least[1], at_least[0]
    if width * height <= MOST_PIXELS:
        image.draft(None, at_least)
    if image.width * image.height > MOST_UNPACKED:
        raise _too_large(width, height)
    image.load()
    upright = _plain(image, at_least)
    return upright.transpose(turn) if turn is not None else upright


def _too_large(*size: int) -> NotAPicture:
    said = f" ({size[0]:,}×{size[1]:,} pixels)" if size else ""
    return NotAPicture(f"the picture is too large to be unpacked safely{said}: use a smaller one.")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  EXIF is a maze of offsets: what cannot be read says nothing
        return 1


def _plain(image: Image.Image, at_least: tuple[int, int]) -> Image.Image:
    """The picture as small as it may be, in RGB, with nothing else attached."""
    profile = image.info.get("icc_profile")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode in ("I", "I;16", "I;16B", "F"):
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode in ("1", "PA") or (image.mode in ("L", "RGB") and "transparency" in image.info):
        image = image.convert("L" if image.mode == "1" else "RGBA")
    factor = min(image.width // at_least[0], image.height // at_least[1])
    if factor > 1:
        image = image.reduce(factor)
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = _in_srgb(image.convert("RGB") if alpha else image, profile)
    if alpha:
        white = Image.new("RGB", colours.size, "white")
        white.paste(colours, mask=alpha)
        colours = white
    colours.info.clear()
    return colours


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(own).startswith("sRGB"):
                srgb = ImageCms.createProfile("sRGB")
                changed = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
                if changed is not None:
                    return changed
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that cannot be applied is as good as none
    return image if image.mode == "RGB" else image.convert("RGB")  # a copy costs 20 ms
