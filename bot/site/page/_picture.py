"""The picture of an article, with what is said of it; never a logo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from bot import text
from bot.model import Image
from bot.site._document import Document, classes, plain, text_of, within
from bot.site._jsonld import Graph, Node
from bot.site.page._credits import of_picture
from bot.site.page._emblem import address, emblems, is_emblem
from bot.site.page._sizes import largest, number, sizes, source, stem

SMALLEST: Final = 100  # pixels; below, it is a button or an avatar
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:avatar|author|autor|auteur|bio|byline|related|comment|advert\w*|sponsor\w*"
    r"|ads?|logo|newsletter|promo|sidebar|footer|nav)(?:[\s_-]|$)"
)
_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses/([a-z]{2}(?:-[a-z]{2}){0,2})(?:/(\d\.\d))?"
    r"|publicdomain/(zero|mark)(?:/(\d\.\d))?)"
)
_CAPTION = re.compile(
    r"caption|legend|pie-?(?:de-?)?foto|bildunterschrift|didascalia|altyazi|epigrafe"
)
_CREDIT = re.compile(r"credit|copyright|photographer|fotograf|source")


def find(doc: Document, graph: Graph, node: Node, region: Any, lang: str) -> Image | None:
    """Find the article's own picture and what the page says of it; None where it has none."""
    known = emblems(doc, graph)
    shown = _shown(region)
    for image in _claimed(doc, graph, node):
        if _is_picture(image, known):
            element = _same(image.url, shown, doc)
            return _described(doc, largest(doc, image, shown), element, lang)
    for element in shown:
        image = Image(
            source(doc, element),
            width=number(element.get("width")),
            height=number(element.get("height")),
        )
        if _is_picture(image, known) and _is_large(element, image):
            return _described(doc, largest(doc, image, shown), element, lang)
    return None


def _claimed(doc: Document, graph: Graph, node: Node) -> Iterator[Image]:
    """List the pictures that the head names, those of the article before those of the page."""
    claimed = [_of_node(doc, thing) for thing in graph.things(node.get("image"))]
    addresses = [*doc.metas("og:image", "og:image:url", "og:image:secure_url")]
    width, height = number(doc.meta("og:image:width")), number(doc.meta("og:image:height"))
    for place, named in enumerate(addresses):
        url = doc.absolute(named)
        said = next((image for image in claimed if image.url == url), Image(url))
        if place == 0:
            alt = said.alt or doc.meta("og:image:alt")
            said = replace(said, alt=alt, width=width or said.width, height=height or said.height)
        yield said
    yield from claimed
    for named in doc.metas("twitter:image", "twitter:image:src", "thumbnail"):
        yield Image(doc.absolute(named))
    for element in doc.microdata.get("image", [])[:3]:
        yield Image(doc.absolute(element.get("content")) or source(doc, element))
    yield Image(doc.link("image_src"))


def _of_node(doc: Document, thing: Node) -> Image:
    return Image(
        url=address(doc, thing),
        caption=plain(thing.get("caption")),
        credit=plain(thing.get("creditText")) or plain(thing.get("copyrightNotice")),
        licence=plain(thing.get("license")),
        width=number(thing.get("width")),
        height=number(thing.get("height")),
    )


def _is_picture(image: Image, known: frozenset[str]) -> bool:
    if not image.url or is_emblem(image.url, known):
        return False
    return all(side is None or side >= SMALLEST for side in (image.width, image.height))


def _is_large(element: Any, image: Image) -> bool:
    """Tell an article's picture, where only the text shows it, from an ornament."""
    above = [element, *element.iterancestors()]
    if any(_BESIDE.search(classes(step)) for step in above[:6]):
        return False
    in_figure = any(step.tag == "figure" for step in above)
    return in_figure or (image.width or 0) >= 3 * SMALLEST


def _shown(region: Any) -> list[Any]:
    return list(region.iter("img"))[:60] if region is not None else []


def _same(url: str, shown: list[Any], doc: Document) -> Any:
    """Find where the page itself shows the picture, in whatever size."""
    wanted = stem(url)
    for element in shown:
        if any(stem(offered) == wanted for _, offered in sizes(doc, element)):
            return element
    return None


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
    licence = next(filter(None, (_licence(doc, a) for a in islice(holder.iter("a"), 20))), "")
    text_below = text_of(caption) if caption is not None else ""
    by = text_of(credit) if credit is not None and credit is not caption else ""
    return text_below[:1000], by[:200], licence


def _licence(doc: Document, link: Any) -> str:
    """Name the licence that a link leads to: by its short name, else its address."""
    target = doc.absolute(link.get("href"))
    if found := _CREATIVE_COMMONS.search(target):
        kind, version, public, edition = found.groups()
        if public:
            return f"CC0 {edition or '1.0'}" if public == "zero" else "Public Domain Mark"
        return f"CC {kind.upper()} {version or ''}".strip()
    return target if "license" in (link.get("rel") or "").split() else ""


def _is_file_name(alt: str) -> bool:
    """Tell an alternative text that is only the name of the file."""
    return bool(re.fullmatch(r"\S*[_\d-]\S*|\S+\.(?:jpe?g|png|webp|gif)", alt, re.IGNORECASE))
