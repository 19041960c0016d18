"""What a page says of one of its pictures: what it shows, whose it is, under which licence."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from bot import text
from bot.model import Image
from bot.site._document import Document, plain, text_of, within
from bot.site._jsonld import Graph, Node
from bot.site.page import _focus
from bot.site.page._credits import of_picture
from bot.site.page._emblem import address
from bot.site.page._sizes import number

LONGEST_CAPTION: Final = 1000  # characters; a box with more holds the text of the article
LONGEST_NAME: Final = 4  # words
_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses/([a-z]{2}(?:-[a-z]{2}){0,2})(?:/(\d\.\d))?"
    r"|publicdomain/(zero|mark)(?:/(\d\.\d))?)"
)
_CAPTION = re.compile(
    r"caption|legend|pie-?(?:de-?)?foto|bildunterschrift|didascalia|altyazi|epigrafe|spip_doc_titre"
)
_CREDIT = re.compile(r"credit|copyright|photographer|fotograf|source")


def of_node(doc: Document, graph: Graph, thing: Node) -> Image:
    """Read a picture as JSON-LD describes it."""
    makers = (plain(maker.get("name")) for maker in graph.things(thing.get("creator")))
    said = (plain(thing.get("creditText")), plain(thing.get("copyrightNotice")), *makers)
    terms = (_terms(doc, term) for term in graph.things(thing.get("license")))
    return Image(
        url=address(doc, thing),
        caption=plain(thing.get("caption")),
        credit=next(filter(None, said), ""),
        licence=next(filter(None, terms), ""),
        width=number(thing.get("width")),
        height=number(thing.get("height")),
    )


def described(doc: Document, image: Image, element: Any, lang: str) -> Image:
    """Add what the page says around the ``img`` that shows a picture; None where none does."""
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
    credit = credit or found_credit
    if alt and not credit:  # many editors have no other field for it
        alt, credit, licence_told = _of_alt(alt, lang)
        found_licence = found_licence or licence_told
    return replace(
        image,
        alt="" if _is_file_name(alt) else alt,
        caption=caption,
        credit=credit,
        licence=licence or found_licence,
        focus=_focus.of(element) if element is not None else None,
    )


def holder(element: Any) -> Any:
    """Find what holds an ``img`` and what is said of it; None where nothing does."""
    if (figure := next(element.iterancestors("figure"), None)) is not None:
        return figure
    # WordPress and SPIP before HTML 5 made lists of terms of pictures and what they show.
    near = (step for step in islice(element.iterancestors(), 3) if step.tag in ("div", "dl"))
    box = next(near, None)
    return box if box is not None and _holds_one(box) else None


def named(target: str) -> str:
    """Name the licence that an address is of: by its short name, else by the address."""
    if found := _CREATIVE_COMMONS.search(target):
        kind, version, public, edition = found.groups()
        if public:
            return f"CC0 {edition or '1.0'}" if public == "zero" else "Public Domain Mark"
        return f"CC {kind.upper()} {version or ''}".strip()
    return target


def _around(doc: Document, element: Any) -> tuple[str, str, str]:
    """Read caption, credit and licence of the figure that an ``img`` is in."""
    figure = holder(element)
    if figure is None:
        return "", "", ""
    caption = figure.find(".//figcaption")
    if caption is None:
        caption = next(within(figure, _CAPTION), None)
    credit = next(within(figure, _CREDIT), None)
    licence = next(filter(None, (_licence(doc, a) for a in islice(figure.iter("a"), 20))), "")
    text_below = text_of(caption) if caption is not None else ""
    by = text_of(credit) if credit is not None and credit is not caption else ""
    return text_below[:LONGEST_CAPTION], by[:200], licence


def _holds_one(box: Any) -> bool:
    """Tell a box around one picture from one around the text or a row of pictures.

    A picture that is loaded late stands in its box twice.
    """
    if sum(1 for _ in islice(box.iter("img"), 4)) > 3:
        return False
    return sum(len(piece.strip()) for piece in islice(box.itertext(), 200)) <= LONGEST_CAPTION


def _licence(doc: Document, link: Any) -> str:
    target = doc.absolute(link.get("href"))
    name = named(target)
    return name if name != target or "license" in (link.get("rel") or "").split() else ""


def _terms(doc: Document, term: Node) -> str:
    told = plain(term.get("url")) or plain(term.get("@id")) or plain(term.get("name"))
    return named(doc.absolute(told)) if "/" in told else told


def _of_alt(alt: str, lang: str) -> tuple[str, str, str]:
    """Part an alternative text as a caption; “Photo: a crane stands still” only describes."""
    shows, credit, licence = of_picture(alt, lang)
    is_name = shows or "/" in credit or len(credit.split()) <= LONGEST_NAME
    return (shows, credit, licence) if is_name else (alt, "", licence)


def _is_file_name(alt: str) -> bool:
    """Tell an alternative text that is only the name of the file."""
    return bool(re.fullmatch(r"\S*[_\d-]\S*|\S+\.(?:jpe?g|png|webp|gif)", alt, re.IGNORECASE))
