"""Whether a page is one article, and no list of them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from bot.errors import NotAnArticle
from bot.site._document import Document
from bot.site._jsonld import LISTING_TYPES, Graph, Node

_LISTING_CLASSES: Final = frozenset(
    {"home", "blog", "archive", "category", "tag", "search", "search-results", "error404"}
)
_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/|https://api\.w\.org/")


def refuse(doc: Document, graph: Graph, node: Node) -> None:
    """Raise NotAnArticle for front pages, sections and archives."""
    listing = bool(next(graph.of_type(*LISTING_TYPES), None))
    og_type = doc.meta("og:type").lower()
    if not _is_single(doc, node) and (listing or _is_classed_as_listing(doc)):
        raise NotAnArticle(f"{doc.url} is a list of articles, not one: give the address of one.")
    parts = urlsplit(doc.url)
    front = parts.path in ("", "/") and not parts.query
    if front and og_type != "article" and (og_type == "website" or not node):
        raise NotAnArticle(f"{doc.url} is a front page, not an article: give the address of one.")


def _is_single(doc: Document, node: Node) -> bool:
    return bool(node or doc.body_classes & {"single", "single-post"})


def _is_classed_as_listing(doc: Document) -> bool:
    """Tell by the classes of the body, which mean what WordPress says only in WordPress."""
    named = doc.body_classes & _LISTING_CLASSES
    if _WORDPRESS.search(doc.source) is None:
        return bool(named) and doc.meta("og:type").lower() != "article"
    # It never calls one page both; themes lend the look of the blog to a page.
    return bool(named - {"blog"} if "page" in doc.body_classes else named)


def says_article(doc: Document, node: Node) -> bool:
    """Tell whether a page calls itself an article, or a film; then it needs no text."""
    kind = doc.meta("og:type").lower()
    marked = "articleBody" in doc.microdata or bool(doc.meta("article:published_time"))
    return marked or kind == "article" or kind.startswith("video") or _is_single(doc, node)
