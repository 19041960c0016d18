"""What bytes are, by what they begin with; never by a name or by what a server says of them."""

from __future__ import annotations

from typing import Final

from bot.errors import UsageError

#: The whole file is held in memory while it is fetched and hashed, so its size is capped.
#: What cameras and agencies deliver stays below; platforms take less, and are given a card.
MOST_BYTES: Final = 20_000_000

#: How much of a file tells what it is.
HEAD: Final = 1024

_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)

#: Brands of the ISO container in which AVIF and HEIC come (MIAF, ISO/IEC 23000-22).
_AVIF: Final = (b"avif", b"avis")
_HEIC: Final = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")

#: The kinds that can be used, and how a file of each is named.
SUFFIXES: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
}


class NotAPicture(UsageError):
    """What should be a picture is none that can be used: one sentence says why."""


def kind_of(head: bytes, name: str) -> str:
    """Tell the MIME type of a picture from its first `HEAD` bytes.

    `name` is what the sentence calls it. Raises NotAPicture for whatever is no JPEG,
    PNG, GIF, WebP or AVIF.
    """
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in (8, *range(16, min(len(head), _box(head)), 4))}
        if brands & set(_AVIF):
            return "image/avif"
        if brands & set(_HEIC):
            raise NotAPicture(f"{name} is a HEIC picture, as phones make them: save it as JPEG.")
        raise NotAPicture(f"{name} is a video or sound, no picture.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise NotAPicture(f"{name} is a web page, no picture: the address may need a login.")
    if b"<svg" in text and text.startswith(b"<"):
        raise NotAPicture(f"{name} is an SVG drawing: give a JPEG or PNG of it.")
    if text.startswith(b"%pdf"):
        raise NotAPicture(f"{name} is a PDF: give a JPEG or PNG of its page.")
    if head.startswith((b"II*\0", b"MM\0*", b"BM", b"\0\0\1\0", b"8BPS")):
        raise NotAPicture(f"{name} is a picture of a kind that the web does not show: use JPEG.")
    if not head:
        raise NotAPicture(f"{name} is empty.")
    raise NotAPicture(f"{name} is no JPEG, PNG, GIF, WebP or AVIF picture.")


def _box(head: bytes) -> int:
    """The length of the first box of an ISO container."""
    return int.from_bytes(head[:4], "big")
