"""The picture of an article, with what is said of it; never a logo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.model import Image
from bot.site._document import Document, classes
from bot.site._jsonld import Graph, Node
from bot.site.page._emblem import is_emblem
from bot.site.page._figure import described, of_node
from bot.site.page._sizes import best, largest, number, sizes, source, stem

SMALLEST: Final = 100  # pixels; below, it is a button or an avatar
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:avatar|author|autor|auteur|bio|byline|related|comment|advert\w*|sponsor\w*"
    r"|ads?|logo|newsletter|promo|sidebar|footer|nav)(?:[\s_-]|$)"
)


def find(
    doc: Document, graph: Graph, node: Node, region: Any, known: frozenset[str], lang: str
) -> Image | None:
    """Find the article's own picture and what the page says of it; None where it has none.

    `known` are the marks of emblems.
    """
    shown = _shown(region)
    for image in _claimed(doc, graph, node):
        if _is_picture(image, known):
            element = _same(image.url, shown, doc)
            return described(doc, largest(doc, image, shown), element, lang)
    for element in shown:
        image = Image(
            source(doc, element),
            width=number(element.get("width")),
            height=number(element.get("height")),
        )
        if _is_picture(image, known) and _is_large(element, image):
            whole = best(doc, element, sizes(doc, element))
            says_more = image.url != whole.url or whole.width
            return described(doc, whole if says_more else image, element, lang)
    return None


def _claimed(doc: Document, graph: Graph, node: Node) -> Iterator[Image]:
    """List the pictures that the head names, those of the article before those of the page."""
    claimed = [of_node(doc, graph, thing) for thing in graph.things(node.get("image"))]
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
