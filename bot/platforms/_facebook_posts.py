"""Which of a Page's published posts is the one that is looked for; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from bot.identity import url_key
from bot.model import Teaser
from bot.platforms._meta_channel import same_words

Listed = Mapping[str, Any]

# https://developers.facebook.com/docs/graph-api/reference/pagepost (read 2026-11-22)
FIELDS: Final = "id,message,created_time,permalink_url,attachments"
#: Facebook leads through these to the links of posts, and counts.
SHIMS: Final = ("l.facebook.com", "lm.facebook.com")


def matching(
    posts: Sequence[Listed], teaser: Teaser, photos: Collection[str] = ()
) -> Sequence[Listed]:
    """Give the posts that `teaser` can have become, by the surest mark that any of them has.

    That is one of its pictures by number, else its words with its link, else its words.
    """
    same_text = [post for post in posts if same_words(post.get("message") or "", teaser.text)]
    return (
        [post for post in posts if not set(photos).isdisjoint(_targets(post))]
        or [post for post in same_text if links_to(post, teaser.link)]
        or same_text
    )


def links_to(post: Listed, link: str) -> bool:
    """Tell whether `post` shows the card of `link`, trackers apart."""
    return bool(link) and url_key(link) in {url_key(each) for each in _links(post)}


def _attachments(post: Listed) -> Iterator[Listed]:
    for each in (post.get("attachments") or {}).get("data", ()):
        yield each
        yield from (each.get("subattachments") or {}).get("data", ())


def _targets(post: Listed) -> Iterator[str]:
    """Give the numbers of the pictures and videos that a post shows."""
    for each in _attachments(post):
        if number := (each.get("target") or {}).get("id"):
            yield str(number)


def _links(post: Listed) -> Iterator[str]:
    for each in _attachments(post):
        for url in (each.get("unshimmed_url"), each.get("url")):
            yield _behind(url) if url else ""


def _behind(url: str) -> str:
    """Give where `url` leads past Facebook's own counting page; as it is, if it is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parse_qs(parts.query).get("u", [""])[0] if parts.hostname in SHIMS else url
