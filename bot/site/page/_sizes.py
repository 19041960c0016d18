"""One picture in several sizes: which addresses are the same, and which is the largest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from bot.model import Image
from bot.site._document import Document

ENOUGH: Final = 1200  # pixels; a picture of this width needs no larger one
LARGEST: Final = 2600  # pixels; above, it is a print file
_SIZE_ENDING = re.compile(
    r"(?:[-_]\d{2,4}x\d{2,4}(?:__\d)?|-scaled|-e\d{9,}|-[0-9a-f]{5})+$"  # WordPress, SPIP
)
_PROCESSED = re.compile(r"csm_(.+)_[0-9a-f]{10}")  # TYPO3
_FILE = re.compile(r"\.(?:jpe?g|jfif|png|webp|avif|gif|tiff?|heic)$", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.(?:jpe?g|png))?\.[^.]*$")  # and `a.jpg.webp`
_SIZED = re.compile(r"[-_](\d{2,4})x\d{2,4}(?:__\d)?(?=\.\w+$)")
# Servers that make a size when it is asked for: how wide, and of which picture.
_ASKED = re.compile(r"[?&](?:w|width)=(\d{2,4})(?=&|$)")
_INNER = re.compile(r"[?&](?:url|src|image)=([^&]+\.\w{3,4})(?=[&%?]|$)")
_WIDTHS = re.compile(r"(\S+)\s+(\d{1,5})w(?:,|\s|$)")


def largest(doc: Document, image: Image, shown: list[Any]) -> Image:
    """Give the picture in the largest size that the page names, where it names a small one.

    WordPress makes `a-300x200.jpg` of `a.jpg`; the whole one is taken only where the
    page leads to it, because it may have been deleted.
    """
    small = _sized(image.url)
    if not small or small >= ENOUGH:
        return image
    wanted = mark(image.url)
    named = [(0, doc.absolute(address)) for address in doc.metas("og:image", "twitter:image")]
    named += [size for element in shown for size in sizes(doc, element)]
    found = [(_width(told, url), url) for told, url in named if url and mark(url) == wanted]
    width, url = max([size for size in found if size[0] <= LARGEST], default=(0, ""))
    if width <= small:
        return image
    return replace(image, url=url, width=_sized(url) or None, height=None)


def best(doc: Document, element: Any, offers: Iterable[tuple[int, str]]) -> Image:
    """Give the picture of an ``img`` in the largest of the sizes that it is offered in."""
    fitting = [(_width(told, url), told, url) for told, url in offers if url]
    small = [size for size in fitting if size[0] <= LARGEST]
    width, told, url = max(small or fitting, key=itemgetter(0), default=(0, 0, ""))
    own = told == width and url == source(doc, element)
    return Image(
        url,
        width=width if told or width < LARGEST else None,
        height=number(element.get("height")) if own else None,
    )


def sizes(doc: Document, element: Any) -> Iterator[tuple[int, str]]:
    """List how wide, where it says so, and under which addresses an ``img`` is offered."""
    yield number(element.get("width")) or 0, source(doc, element)
    for name in ("data-orig-file", "data-large-file", "data-full-url"):
        yield 0, doc.absolute(element.get(name))
    # To this parser a <source> without an end holds the <img> that follows it.
    inside = [above for above in islice(element.iterancestors(), 6) if above.tag == "picture"]
    sources = [offer for picture in inside[:1] for offer in islice(picture.iter("source"), 6)]
    for offer in (element, *sources):
        srcset = (offer.get("srcset") or offer.get("data-srcset") or "")[:5000]
        for address, width in _WIDTHS.findall(srcset):
            yield int(width), doc.absolute(address)
    holder = element.getparent()
    if holder is not None and holder.tag == "a":
        target = doc.absolute(holder.get("href"))
        yield 0, target if is_file(target) else ""


def source(doc: Document, element: Any) -> str:
    """Give the address of an ``img``, also where a script loads it late."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        address = element.get(name) or ""
        if address and not address.startswith("data:"):
            return doc.absolute(address)
    first = (element.get("srcset") or element.get("data-srcset") or "").strip().split(" ")[0]
    return doc.absolute(first.rstrip(","))


def is_file(url: str) -> bool:
    """Tell the address of a picture from that of a page."""
    return bool(_FILE.search(urlsplit(url).path))


def mark(url: str) -> str:
    """Give what the sizes of one picture share: its folder, and its name without size."""
    folder = urlsplit(url).path.rpartition("/")[0]
    return f"{folder}/{stem(url).removeprefix('cropped-')}".lower()


def stem(url: str) -> str:
    """Give the name of a picture's file without size and ending."""
    inner = _INNER.search(url)
    path = unquote(inner[1]) if inner else unquote(urlsplit(url).path)
    name = path.rpartition("/")[2].lower()
    name = _SIZE_ENDING.sub("", _ENDING.sub("", name) or name)
    processed = _PROCESSED.fullmatch(name)
    return processed[1] if processed else name


def number(value: object) -> int | None:
    """Read a length in pixels."""
    found = re.match(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", str(value)) if value else None
    return int(found[1]) if found else None


def _sized(url: str) -> int:
    found = _SIZED.search(urlsplit(url).path)
    return int(found[1]) if found else 0


def _width(told: int, url: str) -> int:
    """Give the width of what is at an address: a whole picture is the widest of its kind."""
    asked = _ASKED.search(url)
    return _sized(url) or (int(asked[1]) if asked else told) or LARGEST
