"""What the public sees of an account, as a plain page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import Any

#: Where the pictures of a page lie.
MEDIA = "/_double/media"


def page(platform: str, account: str, posts: Sequence[Mapping[str, Any]]) -> str:
    """What the public sees of an account, plainly."""
    shown = "".join(
        f"<article id='{escape(post['id'])}'><p><small>{escape(post['at'][:16])}</small></p>"
        f"<h2>{escape(post.get('title', ''))}</h2>"
        f"<p style='white-space:pre-wrap'>{escape(post.get('text', ''))}</p>"
        + "".join(_media(post))
        + (f"<p><a href='{escape(link)}'>{escape(link)}</a></p>" if (link := _link(post)) else "")
        + "</article><hr>"
        for post in posts
    )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(account)}</title>"
        f"<h1>{escape(account)} on a stand-in for {escape(platform)}</h1>{shown or 'Nothing yet.'}"
    )


def _media(post: Mapping[str, Any]) -> Iterator[str]:
    told = (post.get(name, ()) for name in ("media", "types", "alt"))
    for mark, kind, alt in zip_longest(*told, fillvalue=""):  # nothing describes a video
        source = f"src='{MEDIA}/{escape(mark)}' width='480'"
        if kind.startswith("video/"):
            yield f"<p><video {source} controls></video></p>"
        else:
            yield f"<p><img {source} alt='{escape(alt)}'></p>"


def _link(post: Mapping[str, Any]) -> str:
    link = str(post.get("link", ""))
    return link if link.startswith(("http://", "https://")) else ""
