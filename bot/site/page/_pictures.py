"""The further pictures of an article: those that its text and its galleries show."""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import Any, Final
from urllib.parse import urlsplit

from bot.identity import url_key
from bot.model import Image
from bot.site._document import Document, classes
from bot.site.page._emblem import is_emblem
from bot.site.page._figure import described, holder
from bot.site.page._sizes import best, is_file, sizes, stem

MOST: Final = 8
MOST_SEEN: Final = 200
WIDE_ENOUGH: Final = 600  # pixels; a narrower one is useless in a video

_GALLERY = re.compile(r"galler(?:y|ies)|galerie|galeria|galería|portfolio|portafolio|diaporama")
_ASIDE_TAGS: Final = frozenset({"nav", "footer", "aside", "form", "button", "iframe"})
# What stands in a text, or around it, without being of it.
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:avatar|author|autor|auteur|bio|byline|related|relacionad[ao]s?|comments?"
    r"|advert\w*|sponsor\w*|ads?|publicidad|banner|logos?|newsletter|promo\w*|sidebar|nav|menu"
    r"|emoji|smil(?:ey|ies)|icons?|embed\w*|shar(?:e|ing)|social|trending|teasers?|recirc\w*"
    r"|recommend\w*|most-?read|subscri\w*|outbrain|taboola|donat\w*|signature|badge|qr)(?:[\s_-]|$)"
)
# In several pages of a site, or several sizes of a server, each picture is called so.
_SAYS_NOTHING = re.compile(
    r"(?:image|img|photo|foto|picture|original|default|large|full|medium|small|thumb\w*|master"
    r"|resize|crop|index|file|download|render|w?\d{1,4}|.{0,2})",
    re.IGNORECASE,
)
_PHOTOGRAPH = re.compile(r"\.(?:jpe?g|webp|avif|heic)$", re.IGNORECASE)
_ADVERTISEMENT = re.compile(
    r"(?:ad(?:vert(?:ise?ment)?)?|anzeige|werbung|reklam\w?|publicidade?|publicité|pubblicità"
    r"|publicitat|إعلان)",
    re.IGNORECASE,
)


def further(
    doc: Document,
    known: frozenset[str],
    hero: Image | None,
    region: Any,
    container: Any,
    lang: str,
) -> tuple[Image, ...]:
    """List at most eight pictures of the text in its order, without `hero`, each once.

    `known` are the marks of emblems. Where a size is told, a picture is at least
    600 pixels wide.
    """
    seen = {_key(hero.url)} if hero else set()
    found: list[Image] = []
    for element in islice(region.iter("img"), MOST_SEEN) if region is not None else ():
        if len(found) == MOST:
            break
        offers = list(sizes(doc, element))
        keys = {_key(url) for _, url in offers if url}
        if not keys or not _is_of_text(doc, element, region, container):
            continue
        new = seen.isdisjoint(keys)
        seen |= keys
        image = best(doc, element, offers)
        if new and _is_wanted(element, image, known):
            found.append(described(doc, image, element, lang))
    return tuple(found)


def _is_of_text(doc: Document, element: Any, region: Any, container: Any) -> bool:
    """Tell a picture of the text from what stands beside it, and from the way to another page."""
    above = [element, *takewhile(lambda e: e is not region, element.iterancestors())]
    if container in above:
        above = above[: above.index(container)]
    elif container is not region and not any(_GALLERY.search(classes(step)) for step in above):
        return False
    if any(step.tag in _ASIDE_TAGS or _BESIDE.search(classes(step)) for step in above):
        return False
    link = next((step for step in above if step.tag == "a" and step.get("href")), None)
    return link is None or _shows_more(doc, link) or _is_source(doc, link, element)


def _shows_more(doc: Document, link: Any) -> bool:
    """Tell a link to the picture itself, whole or on a page of its own."""
    target = doc.absolute(link.get("href"))
    if not target or is_file(target) or "attachment" in (link.get("rel") or ""):
        return True
    return "attachment_id=" in target or f"{url_key(target)}/".startswith(f"{url_key(doc.url)}/")


def _is_source(doc: Document, link: Any, element: Any) -> bool:
    """Tell a link to where a captioned picture is from; advertisements have no caption."""
    elsewhere = urlsplit(doc.absolute(link.get("href"))).hostname != urlsplit(doc.url).hostname
    figure = holder(element)
    caption = figure.find(".//figcaption") if elsewhere and figure is not None else None
    return caption is not None and link not in caption.iterancestors()


def _is_wanted(element: Any, image: Image, known: frozenset[str]) -> bool:
    if not image.url or is_emblem(image.url, known):
        return False
    if _ADVERTISEMENT.fullmatch((element.get("alt") or "").strip()):
        return False
    if image.width:
        return image.width >= WIDE_ENOUGH
    # Ornaments and counters that tell no size are drawn, not photographed.
    is_figure = next(element.iterancestors("figure"), None) is not None
    return is_figure or bool(_PHOTOGRAPH.search(urlsplit(image.url).path))


def _key(url: str) -> str:
    """Give what the sizes of one picture share, wherever its server keeps them."""
    name = stem(url).removeprefix("cropped-")
    return url.partition("#")[0] if _SAYS_NOTHING.fullmatch(name) else name
