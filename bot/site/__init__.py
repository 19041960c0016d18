"""Reading a publication, from bytes to the words of the model; nothing here fetches.

What it has published: `feed`, `sitemap`, `wordpress`, and for want of these the `links`
of a page. What an article says: `page`. What the site is, and which channels it lists:
`discover`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from bot.model import SourceKind

#: Larger answers are refused: no page or feed of a newsroom comes near.
MAX_BYTES: Final = 5_000_000

_READERS: Final = {
    SourceKind.FEED: "feed",
    SourceKind.SITEMAP: "sitemap",
    SourceKind.WORDPRESS: "wordpress",
    SourceKind.PAGE: "links",
}


def reader(kind: SourceKind) -> Any:
    """Import the module that reads sources of a kind; what the others need is not loaded."""
    return import_module(f"bot.site.{_READERS[kind]}")
