"""The fonts that are shipped: where they are, how they are called, what they can draw.

Read from the files themselves, so that nothing here can grow out of date.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bot.errors import UsageError

FOLDER: Final = Path(__file__).parents[1] / "fonts"
FAMILIES: Final = {"sans": "Inter", "serif": "Source Serif 4"}

_CJK: Final = "noto_cjk_sans_jp_bold"  # a package of its own: as large as all the others together


#: The basmala in one sign, eleven letters wide: where it stands, Pango draws nothing at all.
_BLANK: Final = frozenset({0xFDFD})


class NotAFont(UsageError):
    """A file that a site names as its font is none."""


@cache
def cjk() -> str:
    """Return the path of the font for Chinese, Japanese and Korean; "" where it is missing."""
    found = find_spec(_CJK)
    folders = found.submodule_search_locations if found else None
    return next((str(file) for folder in folders or () for file in Path(folder).glob("*.otf")), "")


@cache
def coverage() -> frozenset[int]:
    """Return the code points that a shipped font draws."""
    files = [*sorted(map(str, FOLDER.glob("*.ttf"))), cjk()]
    return frozenset(point for file in files if file for point in _points(file)) - _BLANK


def undrawable(words: str) -> str:
    """Return the characters of `words` that no shipped font can draw, each once; "" for none."""
    return "".join(dict.fromkeys(
        letter for letter in words if not _silent(letter) and ord(letter) not in coverage()
    ))  # fmt: skip


def _silent(letter: str) -> bool:
    """Tell what shapes its neighbours and needs no glyph: joiners, selectors, spaces, controls."""
    kind = unicodedata.category(letter)
    return kind in {"Cc", "Cf", "Zs", "Zl", "Zp"} or "VARIATION SELECTOR" in unicodedata.name(
        letter, ""
    )


@cache
def family_of(path: str) -> str:
    """Return the family name that a font file gives itself; raises NotAFont."""
    try:
        table = _table(path, b"name")
        count, strings = struct.unpack_from(">HH", table, 2)
        names: dict[int, str] = {}
        for at in range(count):
            platform, _, _, name, size, offset = struct.unpack_from(">6H", table, 6 + 12 * at)
            raw = table[strings + offset : strings + offset + size]
            if platform in (0, 3):
                names.setdefault(name, raw.decode("utf-16-be"))
            else:
                names.setdefault(name, raw.decode("latin-1"))
        return names.get(16) or names[1]  # the typographic family, else that of four styles
    except (OSError, KeyError, UnicodeDecodeError, struct.error) as error:
        raise NotAFont(
            f"the font {path} cannot be used ({error}): name a TrueType or OpenType file."
        ) from None


def _table(path: str, tag: bytes) -> bytes:
    """Return one table of a TrueType or OpenType file; raises KeyError."""
    with open(path, "rb") as file:
        kind, count = struct.unpack(">4sH6x", file.read(12))
        if kind not in (b"\0\1\0\0", b"OTTO", b"true"):
            raise KeyError("it begins like none")
        for _ in range(count):
            name, _, offset, size = struct.unpack(">4sIII", file.read(16))
            if name == tag:
                file.seek(offset)
                return file.read(size)
    raise KeyError(f"it has no table {tag.decode()}")


def _points(path: str) -> Iterator[int]:
    """Yield what a font's character map holds: its subtable for all of Unicode, else the small."""
    table = _table(path, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    starts = {}
    for at in range(count):
        (start,) = struct.unpack_from(">I", table, 8 + 8 * at)
        (form,) = struct.unpack_from(">H", table, start)
        starts[form] = start
    if 12 in starts:
        begin = starts[12] + 16
        (groups,) = struct.unpack_from(">I", table, begin - 4)
        for first, last, _ in struct.iter_unpack(">III", table[begin : begin + 12 * groups]):
            yield from range(first, last + 1)
    elif 4 in starts:
        yield from _segments(table, starts[4])


def _segments(table: bytes, start: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", table, start + 6)
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{double // 2}H", table, start + 14 + extra + place * double)
        for place, extra in enumerate((0, 2, 2, 2))
    )
    for segment, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = point + deltas[segment]
            if offsets[segment]:
                where = start + 16 + 3 * double + 2 * segment + offsets[segment]
                (glyph,) = struct.unpack_from(">H", table, where + 2 * (point - first))
            if glyph & 0xFFFF:
                yield point
