"""A post found again on X's timeline: by its media, else by its link and words."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.model import Absent, Outcome, Published, Teaser, Unknown
from bot.platforms._weight import urls

Post = Mapping[str, Any]


def settle(
    teaser: Teaser,
    media: Collection[str],
    posts: Iterable[Post],
    others: Collection[str],
    address: str,
) -> Outcome:
    """Say which of `posts` is the teaser; `media` are the numbers that X gave its media.

    Published: one is, beyond doubt. Unknown: several are, or one looks like it and is not quite.
    `others` are known to be other posts; `address` is what comes before a post's number.
    """
    ours = _words(teaser.text), _links_of(teaser)
    sure: list[str] = []
    alike: list[str] = []
    for post in posts:
        number = str(post["id"])
        if number in others:
            continue
        words, links = _unfolded(post)
        same_words, same_link = words == ours[0], bool(ours[1] & links)
        if media:
            certain = not set(media).isdisjoint(_media_of(post))
        else:
            certain = same_words and (same_link or not ours[1])
        if certain:
            sure.append(number)
        elif same_link or (words and same_words):
            alike.append(number)
    if len(sure) == 1:
        return Published(sure[0], f"{address}{sure[0]}")
    if found := sure or alike:
        shown = ", ".join(f"{address}{number}" for number in found[:3])
        what = "Several posts on X look like it" if len(found) > 1 else "A post on X resembles it"
        return Unknown(f"{what}, and it cannot be told whether it is one: {shown}.")
    return Absent(proven=False, reason="It is not on the account's timeline.")


def _unfolded(post: Post) -> tuple[str, set[str]]:
    """Return the words of a post without its links, and where those lead.

    X puts a short address of its own in place of each link, and one more behind the text for
    media; of a long post the whole text stands elsewhere.
    """
    whole = post.get("note_post") or post.get("note_tweet") or {}
    text = str(whole.get("text") or post.get("text") or "")
    entities = [post.get("entities") or {}, whole.get("entities") or {}]
    links: set[str] = set()
    for link in (each for part in entities for each in part.get("urls") or ()):
        links |= {_plain(link[name]) for name in ("expanded_url", "unwound_url") if link.get(name)}
        text = text.replace(str(link.get("url") or "\0"), " ")
    text = re.sub(r"https://t\.co/\w+", " ", text)
    return _words(html.unescape(text)), links


def _words(text: str) -> str:
    """Return what of `text` anybody can read, without what X may make a link of.

    X drops and changes some of what nobody sees; which bare domains it links, nobody knows.
    """
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    for start, stop in reversed(urls(seen)):
        seen = f"{seen[:start]} {seen[stop:]}"
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _links_of(teaser: Teaser) -> set[str]:
    """Return what X makes links of: an address on no public domain stays words."""
    return {_plain(teaser.text[start:stop]) for start, stop in urls(teaser.text)}


def _plain(address: str) -> str:
    """Return an address in one form: X adds schemes and quotes or unquotes signs."""
    address = html.unescape(address)
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        rest = unquote(parts._replace(scheme="", netloc="", fragment="").geturl()).rstrip("/")
    except ValueError:
        return address
    return f"{parts.netloc.lower()}{rest}"


def _media_of(post: Post) -> Iterator[str]:
    """Yield the numbers of a post's media: a key is the kind, "_" and the number."""
    for key in (post.get("attachments") or {}).get("media_keys") or ():
        yield str(key).rpartition("_")[2]
