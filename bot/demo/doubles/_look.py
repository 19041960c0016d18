"""What a platform sees of a picture or a video by the bytes alone: no decoder is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

#: A JPEG's markers that begin a frame, and so tell its size; C4, C8 and CC are others.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

#: Markers that stand alone, without a length behind them.
ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Give width and height of a JPEG; None where it is none, or breaks off before its pixels."""
    if not content.startswith(b"\xff\xd8"):
        return None
    at, size = 2, None
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker in ALONE:
            at += 2
        elif marker == 0xDA:  # the pixels begin
            return size
        else:
            length = int.from_bytes(content[at + 2 : at + 4])
            if marker in FRAMES:
                height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
                size = int.from_bytes(width), int.from_bytes(height)
            at += 2 + max(2, length)
    return None


def is_film(content: bytes) -> bool:
    """Tell whether it is a whole MP4 or MOV: where it has pictures, it has an index of them."""
    boxes = dict(_boxes(content))
    whole = max(boxes.values(), default=0) == len(content)
    return whole and b"ftyp" in boxes and (b"moov" in boxes or b"mdat" not in boxes)


def index_is_first(content: bytes) -> bool:
    """Tell whether a film can be played while it comes: its index stands before its pictures."""
    names = [name for name, _ in _boxes(content) if name in (b"moov", b"mdat")]
    return names[:1] != [b"mdat"]


def _boxes(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Give the outermost boxes of a film in order: the name of each, and where it ends."""
    at = 0
    while at + 8 <= len(content):
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16])
        end = at + length if length else len(content)  # 0: the rest of the file
        yield name, end
        if end < at + 8:
            return
        at = end
