"""Pictures to test with, made here: photo-like ones, awkward ones, hostile ones.

`GOOD` are pictures that any newsroom may have and that must be shown well; `BAD` are
those that must be refused in one sentence. Each is a function that makes its bytes, the
same on each run. `FACE` says where the face of a “person” is.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageDraw

#: The middle of the face in a picture of kind "person", from left and top.
FACE = (0.68, 0.34)


@cache
def photo(width: int, height: int, kind: str = "day", seed: int = 1) -> Image.Image:
    """Draw something like a photo: "day", "bright", "dark", "person", "crowd" or "noise"."""
    dice = np.random.default_rng(seed)
    if kind == "noise":
        return Image.fromarray(dice.integers(0, 256, (height, width, 3), dtype=np.uint8))
    small = _GROUNDS[kind if kind in _GROUNDS else "day"](dice)
    image = small.resize((width, height), Image.Resampling.BICUBIC)
    if kind == "person":
        _person(image, FACE, height * 0.15)
    if kind == "crowd":
        for at in np.sort(dice.uniform(0.55, 0.9, 40)):
            _person(image, (float(dice.uniform(0, 1)), float(at)), height * float(at - 0.4) / 6)
    return image


def encoded(image: Image.Image, form: str = "JPEG", **how: Any) -> bytes:
    """Give the bytes of a picture; `how` goes to Pillow's save."""
    file = io.BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


@cache
def jpeg(width: int = 1600, height: int = 1066, kind: str = "day", seed: int = 1) -> bytes:
    """Make a photo-like JPEG: a few milliseconds, 15 to 100 kB."""
    return encoded(photo(width, height, kind, seed), quality=85)


def _stretch(colours: list[tuple[int, int, int]], at: list[float]) -> np.ndarray[Any, Any]:
    """A column of 96 rows through these colours, 144 wide."""
    rows = np.linspace(0, 1, 96)
    bands = [np.interp(rows, at, [colour[band] for colour in colours]) for band in range(3)]
    return np.repeat(np.stack(bands, axis=-1)[:, None, :], 144, axis=1)


def _grained(pixels: np.ndarray[Any, Any], dice: np.random.Generator, how: float) -> Image.Image:
    pixels = pixels + dice.normal(0, how, pixels.shape[:2])[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _day(dice: np.random.Generator) -> Image.Image:
    """A sky over a quay and the sea, with cranes."""
    sky = [(96, 150, 205), (214, 226, 232), (58, 84, 96), (36, 62, 74), (120, 112, 98)]
    image = _grained(_stretch(sky, [0, 0.5, 0.53, 0.8, 1]), dice, 5)
    pen = ImageDraw.Draw(image)
    for left in (14, 34, 96):
        pen.line([(left, 52), (left + 3, 20), (left + 22, 26)], fill=(150, 52, 40), width=2)
    return image


def _bright(dice: np.random.Generator) -> Image.Image:
    """Snow under a white sky: white words vanish on it."""
    return _grained(
        _stretch([(250, 251, 253), (236, 240, 244), (255, 255, 255)], [0, 0.6, 1]), dice, 3
    )


def _dark(dice: np.random.Generator) -> Image.Image:
    """A street at night: black words vanish on it, and a few lamps dazzle."""
    image = _grained(_stretch([(6, 8, 18), (18, 18, 26), (30, 26, 22)], [0, 0.6, 1]), dice, 3)
    pen = ImageDraw.Draw(image)
    for at in range(9):
        pen.ellipse((at * 16, 40 + at % 3 * 6, at * 16 + 3, 43 + at % 3 * 6), fill=(255, 226, 170))
    return image


_GROUNDS: Mapping[str, Callable[[np.random.Generator], Image.Image]] = {
    "day": _day,
    "bright": _bright,
    "dark": _dark,
}


def _person(image: Image.Image, face: tuple[float, float], radius: float) -> None:
    """Head and shoulders, the face at this place."""
    x, y, r = face[0] * image.width, face[1] * image.height, radius
    pen = ImageDraw.Draw(image)
    pen.ellipse((x - 2.1 * r, y + 1.2 * r, x + 2.1 * r, y + 6 * r), fill=(38, 54, 92))
    pen.rectangle((x - 0.4 * r, y + 0.6 * r, x + 0.4 * r, y + 1.5 * r), fill=(196, 142, 112))
    pen.ellipse((x - 0.9 * r, y - 1.25 * r, x + 0.9 * r, y + 0.5 * r), fill=(48, 32, 26))
    pen.ellipse((x - 0.75 * r, y - r, x + 0.75 * r, y + r), fill=(222, 168, 136))
    for side in (-1, 1):
        eye = x + side * 0.3 * r
        pen.ellipse((eye - 0.12 * r, y - 0.2 * r, eye + 0.12 * r, y), fill=(30, 24, 24))
    pen.arc(
        (x - 0.3 * r, y + 0.2 * r, x + 0.3 * r, y + 0.6 * r),
        20,
        160,
        fill=(150, 60, 60),
        width=max(1, int(r / 14)),
    )


# ---- what any newsroom may have


def transparent() -> bytes:
    """A logo-like PNG with an alpha channel, nothing behind it."""
    image = Image.new("RGBA", (1200, 900), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((240, 90, 960, 810), fill=(20, 90, 160, 255))
    pen.rectangle((500, 200, 700, 700), fill=(240, 200, 40, 128))
    return encoded(image, "PNG")


def cmyk(kind: str = "day") -> bytes:
    """A JPEG as print desks deliver it: four inks, inverted, with Adobe's mark."""
    return encoded(photo(1500, 1000, kind).convert("CMYK"), quality=85)


_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def rotated(orientation: int = 6, width: int = 1600, height: int = 1066) -> bytes:
    """A JPEG lying as the camera was held, with the EXIF mark that says how, and a place."""
    image = photo(width, height, "person")
    if orientation in _UNDO:
        image = image.transpose(_UNDO[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "secret note"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 42.0, 0.0), 3: "W", 4: (9.0, 8.0, 0.0)})
    return encoded(image, quality=85, exif=exif, comment=b"secret note")


def wide_gamut() -> bytes:
    """A picture whose profile says that red and green are swapped: unmanaged it looks wrong."""
    red, green, blue, *_ = photo(1200, 800).split()
    swapped = Image.merge("RGB", (green, red, blue))
    return encoded(swapped, quality=90, icc_profile=_swapped_profile())


def profile() -> bytes:
    """The colour profile sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _swapped_profile() -> bytes:
    """sRGB with its red and green primaries exchanged, by exchanging their tags' names."""
    plain = profile()
    first, rest = plain[:128], plain[128:]
    count = struct.unpack(">I", rest[:4])[0]
    table = rest[4 : 4 + 12 * count]
    table = table.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")
    body = rest[4 + 12 * count :].replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    return first + rest[:4] + table + body.replace(b"sRGB", b"Swap")


def sixteen_bits() -> bytes:
    """A grey PNG of 16 bits a pixel."""
    ramp = np.linspace(0, 65535, 900, dtype=np.uint16)
    return encoded(Image.fromarray(np.repeat(ramp[None, :], 700, axis=0)), "PNG")


def palette() -> bytes:
    """A PNG of few colours, one of them transparent."""
    image = photo(900, 600).quantize(32)
    return encoded(image, "PNG", transparency=0)


def animated(form: str = "GIF") -> bytes:
    """Three frames; the first, which is to be shown, is the only blue one."""
    frames = [Image.new("RGB", (480, 320), to) for to in ((20, 60, 200), (200, 20, 20), (0, 0, 0))]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def mpo() -> bytes:
    """Two pictures in one, as phones and 3D cameras make them."""
    frames = [photo(1200, 800, kind) for kind in ("day", "dark")]
    return encoded(frames[0], "MPO", save_all=True, append_images=frames[1:], quality=85)


def broken_exif() -> bytes:
    """A sound JPEG whose EXIF block is rubbish."""
    rubbish = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\xff\xff" * 9
    segment = b"\xff\xe1" + struct.pack(">H", len(rubbish) + 2) + rubbish
    plain = jpeg(900, 600)
    return plain[:2] + segment + plain[2:]


_GOOD: Mapping[str, Callable[[], bytes]] = {
    "photo": lambda: jpeg(2400, 1600, "person"),
    "bright": lambda: jpeg(kind="bright"),
    "dark": lambda: jpeg(kind="dark"),
    "crowd": lambda: jpeg(kind="crowd"),
    "portrait": lambda: jpeg(1066, 1600, "person"),
    "panorama": lambda: jpeg(3600, 700),
    "tiny": lambda: jpeg(160, 120),
    "noisy": lambda: encoded(photo(900, 600, "noise"), quality=75),
    "transparent": transparent,
    "cmyk": cmyk,
    "rotated": rotated,
    "wide-gamut": wide_gamut,
    "16-bit": sixteen_bits,
    "palette": palette,
    "grey": lambda: encoded(photo(900, 600).convert("L"), quality=85),
    "animated": animated,
    "mpo": mpo,
    "broken-exif": broken_exif,
    "webp": lambda: encoded(photo(1200, 800), "WEBP", quality=80, method=0),
    "avif": lambda: encoded(photo(480, 320), "AVIF", speed=10),
}


GOOD = {name: cache(make) for name, make in _GOOD.items()}


# ---- what must be refused


def truncated() -> bytes:
    whole = jpeg()
    return whole[: len(whole) // 2]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb_png(side: int = 30_000) -> bytes:
    """900 million pixels in a hundred kilobytes."""
    press, row = zlib.compressobj(1), b"\0" * (side // 8 + 1)
    rows = b"".join(press.compress(row * 100) for _ in range(side // 100)) + press.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def bomb_gif() -> bytes:
    """A screen of four thousand million pixels, and a frame of one."""
    plain = encoded(Image.new("P", (300, 300)), "GIF")
    return plain[:6] + struct.pack("<HH", 65535, 65535) + plain[10:]


def bomb_webp() -> bytes:
    """The largest canvas that WebP knows, of one colour: a few hundred bytes."""
    plain = encoded(Image.new("RGBA", (300, 300), (9, 9, 9, 9)), "WEBP", lossless=True)
    at = plain.index(b"VP8L") + 9
    bits = struct.unpack("<I", plain[at : at + 4])[0]
    bits = bits & ~0xFFFFFFF | 16382 | 16382 << 14
    return plain[:at] + struct.pack("<I", bits) + plain[at + 4 :]


def bomb_jpeg(side: int = 65_000) -> bytes:
    """A small JPEG whose header says 65,000 × 65,000."""
    plain = jpeg(400, 300)
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", side, side) + plain[at + 4 :]


def bomb_scans() -> bytes:
    """A progressive JPEG that paints its last layer hundreds of times."""
    plain = encoded(photo(1200, 800), progressive=True)
    last, end = plain.rindex(b"\xff\xda"), plain.rindex(b"\xff\xd9")
    return plain[:last] + plain[last:end] * (2_000_000 // (end - last)) + plain[end:]


def bomb_profile(megabytes: int = 256) -> bytes:
    """A PNG whose colour profile unpacks to this size."""
    plain = encoded(photo(400, 300), "PNG")
    press = zlib.compressobj(9)
    packed = b"".join(press.compress(b"\0" * 2**20) for _ in range(megabytes)) + press.flush()
    return plain[:33] + _chunk(b"iCCP", b"x\0\0" + packed) + plain[33:]


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'/>"

_BAD: Mapping[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "html": lambda: b"<!DOCTYPE html><title>Log in</title>",
    "svg": lambda: SVG,
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 90,
    "video": lambda: b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 90,
    "tiff": lambda: encoded(photo(300, 200), "TIFF"),
    "text": lambda: b"not a picture at all, whatever its name says",
    "1x1": lambda: encoded(Image.new("RGB", (1, 1)), "PNG"),
    "sliver": lambda: encoded(Image.new("RGB", (2000, 3)), "PNG"),
    "truncated": truncated,
    "torn-png": lambda: encoded(photo(600, 400), "PNG")[:9000],
    "torn-head": lambda: jpeg()[:100],
    "renamed": lambda: b"\xff\xd8\xff\xe0" + b"<html>" * 200,
    "bomb-png": bomb_png,
    "bomb-gif": bomb_gif,
    "bomb-webp": bomb_webp,
    "bomb-jpeg": bomb_jpeg,
    "bomb-scans": bomb_scans,
}

BAD: dict[str, Callable[[], bytes]] = {name: cache(make) for name, make in _BAD.items()}
BAD["100-mb"] = lambda: jpeg() + b"\0" * 100_000_000  # too large to keep
