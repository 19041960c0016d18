"""Which pictures stand for the site or for a person, and so never for an article."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.site._document import Document
from bot.site._jsonld import Graph, Node
from bot.site.page._sizes import mark

_ICONS: Final = ("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon")
_SITES: Final = ("WebSite", "Organization", "NewsMediaOrganization")
_NETWORK = r"(?:social(?:[-_]?media)?|facebook|fb|twitter|share|sharing|og|opengraph)"
_NAMES = re.compile(
    r"(?:^|[-_.])(?:logos?|favicon|avatar|gravatar|blavatar|placeholder|spacer|sprite|nameplate"
    r"|masthead|no-?(?:image|img|photo|pic|thumb\w*)|(?:apple-touch|touch|ms|site|app|apple)[-_]?icon"
    r"|mstile|android-chrome|(?:image|thumb\w*)[-_]default|default-user\w*|fallback|dummy"
    rf"|(?:{_NETWORK}|default)[-_]?(?:share|card|image|img|pic|thumb\w*|icon|standard|default|fallback)"
    r")(?:[-_.]|$)"
    r"|^(?:default|blank|pixel|icon|1x1)(?:[-_]\d+(?:x\d+)?)?\."
    r"|(?:^|[-_])(?:some|site|page|post|article|blog|card|landscape|seo|meta)[-_](?:default|share)\.",
    re.IGNORECASE,
)
# “facebook.jpg” is the site's, but in the folder of a year an article's.
_BARE = re.compile(rf"^{_NETWORK}(?:[-_]?\d+)?(?:x\d+)?\.", re.IGNORECASE)
_DATED = re.compile(r"/(?:19|20)\d\d[/-]")
# Folders of what belongs to the look of a site, or to its people.
_FOLDERS = re.compile(
    r"/(?:wp-content/(?:themes|plugins)|wp-includes|typo3conf|avatars?|profile_images|userpics?"
    r"|gravatars?|default[-_]images?)/",
    re.IGNORECASE,
)
_HOSTS = re.compile(
    r"(?:^|\.)(?:gravatar\.com|doubleclick\.net|googlesyndication\.com|scorecardresearch\.com"
    r"|stats\.wp\.com|feedburner\.com)$|^(?:pixel|ads?|adserver|tracking)\.[^.]+\.[^.]"
)


def emblems(doc: Document, graph: Graph) -> frozenset[str]:
    """Collect the marks of what the page names as picture of its site: logo, icon, share image."""
    found = {
        doc.absolute(link.get("href")) for rel in _ICONS for link in doc.links.get(rel, ())[:10]
    }
    for node in graph.nodes:
        for owner in (node, *graph.things(node.get("publisher"))):
            found |= {address(doc, thing) for thing in graph.things(owner.get("logo"))}
    for site in graph.of_type(*_SITES):
        found |= {address(doc, thing) for thing in graph.things(site.get("image"))}
    return frozenset(map(mark, found - {""}))


def is_emblem(url: str, known: frozenset[str]) -> bool:
    """Tell a logo, default share image, avatar, tracking pixel or advertisement by its address.

    `known` are the marks of what the page itself names so.
    """
    if mark(url) in known:
        return True
    parts = urlsplit(url)
    name = unquote(parts.path.rpartition("/")[2])
    if name.lower().endswith((".svg", ".ico")) or _HOSTS.search((parts.hostname or "").lower()):
        return True
    if _FOLDERS.search(parts.path) or _NAMES.search(name):
        return True
    return bool(_BARE.search(name)) and not _DATED.search(parts.path)


def address(doc: Document, thing: Node) -> str:
    """Give where the picture of an ImageObject lies; "" where it does not say."""
    url = thing.get("contentUrl") or thing.get("url")
    return doc.absolute(url[0] if isinstance(url, list) and url else url)
