"""The picture of an article, with what is said of it; never a logo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from bot import text
from bot.model import Image
from bot.site._credits import of_picture
from bot.site._document import Document, plain, text_of, within
from bot.site._jsonld import Graph, Node

SMALLEST: Final = 100  # pixels; below, it is a button or an avatar
# File names of pictures that stand for the site, not for the article.
_STANDS_FOR_SITE = re.compile(
    r"(?:^|[-_.])(?:logos?|favicon|avatar|gravatar|placeholder|spacer|sprite|no-?image|og-?image"
    r"|apple-touch-icon|(?:social|facebook|twitter|default)[-_]?(?:share|card|image|thumb\w*)"
    r"|(?:share|social|og|image|thumb\w*)[-_]default|share[-_]image)(?:[-_.]|$)"
    r"|^(?:default|blank|pixel|icon|share|1x1)\.",
    re.IGNORECASE,
)
_SIZE_ENDING = re.compile(r"(?:-\d{2,4}x\d{2,4}|-scaled|-e\d{9,}|-[0-9a-f]{5})+$")
_CAPTION = re.compile(
    r"caption|legend|pie-?(?:de-?)?foto|bildunterschrift|didascalia|altyazi|epigrafe"
)
_CREDIT = re.compile(r"credit|copyright|photographer|fotograf|source")


def find(doc: Document, graph: Graph, node: Node, region: Any, lang: str) -> Image | None:
    """Find the article's own picture and what the page says of it; None where it has none."""
    logos = _logos(doc, graph)
    shown = _shown(region)
    for image in _claimed(doc, graph, node):
        if _is_picture(image, logos):
            return _described(doc, image, _same(image.url, shown, doc), lang)
    for element in shown:
        image = Image(
            _source(doc, element),
            width=_int(element.get("width")),
            height=_int(element.get("height")),
        )
        if _is_picture(image, logos) and _is_large(element, image):
            return _described(doc, image, element, lang)
    return None


def _claimed(doc: Document, graph: Graph, node: Node) -> Iterator[Image]:
    """List the pictures that the head names, those of the article before those of the page."""
    claimed = [_of_node(doc, thing) for thing in graph.things(node.get("image"))]
    addresses = [*doc.metas("og:image", "og:image:url", "og:image:secure_url")]
    width, height = _int(doc.meta("og:image:width")), _int(doc.meta("og:image:height"))
    for place, address in enumerate(addresses):
        url = doc.absolute(address)
        said = next((image for image in claimed if image.url == url), Image(url))
        if place == 0:
            alt = said.alt or doc.meta("og:image:alt")
            said = replace(said, alt=alt, width=width or said.width, height=height or said.height)
        yield said
    yield from claimed
    for address in doc.metas("twitter:image", "twitter:image:src", "thumbnail"):
        yield Image(doc.absolute(address))
    for element in doc.microdata.get("image", [])[:3]:
        yield Image(doc.absolute(element.get("content")) or _source(doc, element))
    yield Image(doc.link("image_src"))


def _of_node(doc: Document, thing: Node) -> Image:
    url = thing.get("contentUrl") or thing.get("url")
    return Image(
        url=doc.absolute(url[0] if isinstance(url, list) and url else url),
        caption=plain(thing.get("caption")),
        credit=plain(thing.get("creditText")) or plain(thing.get("copyrightNotice")),
        licence=plain(thing.get("license")),
        width=_int(thing.get("width")),
        height=_int(thing.get("height")),
    )


def _logos(doc: Document, graph: Graph) -> frozenset[str]:
    """Collect the addresses under which the page names its logo."""
    logos = {doc.link("icon"), doc.link("apple-touch-icon")}
    for node in graph.nodes:
        for owner in (node, *graph.things(node.get("publisher"))):
            logos |= {_of_node(doc, thing).url for thing in graph.things(owner.get("logo"))}
    return frozenset(logos)


def _is_picture(image: Image, logos: frozenset[str]) -> bool:
    if not image.url or image.url in logos:
        return False
    parts = urlsplit(image.url)
    name = unquote(parts.path.rpartition("/")[2])
    if name.lower().endswith((".svg", ".ico")) or "gravatar.com" in parts.netloc:
        return False
    if _STANDS_FOR_SITE.search(name):
        return False
    return all(side is None or side >= SMALLEST for side in (image.width, image.height))


def _is_large(element: Any, image: Image) -> bool:
    """Tell an article's picture, where only the text shows it, from an ornament."""
    in_figure = any(above.tag == "figure" for above in element.iterancestors())
    return in_figure or (image.width or 0) >= 3 * SMALLEST


def _shown(region: Any) -> list[Any]:
    return list(region.iter("img"))[:60] if region is not None else []


def _same(url: str, shown: list[Any], doc: Document) -> Any:
    """Find where the page itself shows the picture, in whatever size."""
    stem = _stem(url)
    for element in shown:
        sources = [_source(doc, element)]
        link = element.getparent()
        if link is not None and link.tag == "a":
            sources.append(doc.absolute(link.get("href")))
        if any(source and _stem(source) == stem for source in sources):
            return element
    return None


def _source(doc: Document, element: Any) -> str:
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        address = element.get(name) or ""
        if address and not address.startswith("data:"):
            return doc.absolute(address)
    first = (element.get("srcset") or element.get("data-srcset") or "").strip().split(" ")[0]
    return doc.absolute(first.rstrip(","))


def _stem(url: str) -> str:
    name = unquote(urlsplit(url).path.rpartition("/")[2]).lower()
    return _SIZE_ENDING.sub("", name.rpartition(".")[0] or name)


def _described(doc: Document, image: Image, element: Any, lang: str) -> Image:
    """Add the alternative text, caption, credit and licence that the page gives."""
    caption, credit, licence = image.caption, image.credit, image.licence
    alt = image.alt
    if element is not None:
        alt = text.clean(element.get("alt") or "") or alt
        below, by, under = _around(doc, element)
        caption, credit, licence = below or caption, by or credit, licence or under
    caption, found_credit, found_licence = of_picture(caption, lang) if caption else ("", "", "")
    if credit:
        caption = text.clean(caption.replace(credit, "")) if caption.endswith(credit) else caption
        credit = of_picture(credit, lang)[1] or credit
    return replace(
        image,
        alt="" if _is_file_name(alt) else alt,
        caption=caption,
        credit=credit or found_credit,
        licence=licence or found_licence,
    )


def _around(doc: Document, element: Any) -> tuple[str, str, str]:
    """Read caption, credit and licence of the figure that an ``img`` is in."""
    holder = next((e for e in element.iterancestors() if e.tag == "figure"), None)
    if holder is None:
        parent = element.getparent()
        above = parent.getparent() if parent is not None else None
        holder = next((e for e in (parent, above) if e is not None and e.tag == "div"), None)
    if holder is None:
        return "", "", ""
    caption = holder.find(".//figcaption")
    if caption is None:
        caption = next(within(holder, _CAPTION), None)
    credit = next(within(holder, _CREDIT), None)
    licence = next(
        (a.get("href") for a in holder.iter("a") if "license" in (a.get("rel") or "")), ""
    )
    text_below = text_of(caption) if caption is not None else ""
    by = text_of(credit) if credit is not None and credit is not caption else ""
    return text_below[:1000], by[:200], doc.absolute(licence)


def _is_file_name(alt: str) -> bool:
    """Tell an alternative text that is only the name of the file."""
    return bool(re.fullmatch(r"\S*[_\d-]\S*|\S+\.(?:jpe?g|png|webp|gif)", alt, re.IGNORECASE))


def _int(value: object) -> int | None:
    found = re.match(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", str(value)) if value else None
    return int(found[1]) if found else None
