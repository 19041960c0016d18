"""What a person posts on a platform by hand: words to copy, a file to take, the link to paste.

`_by_hand.html` has the macro for every page: `by_hand(each, here)`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from bot.errors import BotError, TransitionError, UsageError
from bot.identity import bare_host
from bot.room import _post
from bot.room.base import Answer, Ask, Page, Sheet

#: Where the live posts of each platform are found.
HOSTS: Final = MappingProxyType(
    {
        "twitter": ("x.com", "twitter.com"),
        "facebook": ("facebook.com", "fb.com", "fb.watch"),
        "instagram": ("instagram.com", "instagr.am"),
        "youtube": ("youtube.com", "youtu.be"),
    }
)

#: Letters of an address: no platform has one as long.
LONGEST: Final = 2_000


def by_hand(ask: Ask) -> Answer:
    """Show what is needed to post one by hand, step by step."""
    each = _post.shown(ask, ask.app.post(ask.given["post_id"]))
    return Sheet("by_hand.html", {"each": each, "given": "", "trouble": "", "doubt": ""})


def live(ask: Ask) -> Answer:
    """Write down under which address a post is live; one that looks odd is asked about first."""
    post = ask.app.post(ask.given["post_id"])
    given = (ask.text("url") or "").strip()
    trouble, doubt, status = "", "", 422
    try:
        url = address(ask, given)
        if not ask.text("sure"):
            doubt = _doubt(ask, post.platform, url)
        if not doubt:
            ask.editor.settle(post.id, published_at=url, version=ask.number("version"))
            return _post.changed(ask, "settled", [post.id])
    except TransitionError as error:
        trouble, status, post = str(error), 409, ask.app.post(post.id)
    except BotError as error:
        trouble = str(error)
    each = _post.shown(ask, post)
    facts = {"each": each, "given": given, "trouble": trouble, "doubt": doubt}
    return Sheet("by_hand.html", facts, status)


def address(ask: Ask, given: str) -> str:
    """Read a web address that somebody pasted; UsageError where it is none."""
    url = given if "://" in given else f"https://{given}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    spaced = any(each.isspace() or not each.isprintable() for each in url)
    if (
        not given
        or len(url) > LONGEST
        or spaced
        or "." not in host
        or parts.scheme not in ("http", "https")
    ):
        words = "Paste the address of the live post: open it there, and copy its link."
        raise UsageError(ask.words.t(words))
    return url


def _doubt(ask: Ask, platform: str, url: str) -> str:
    """Say what is odd about an address, as the one of a live post there; "" for nothing."""
    host, hosts = bare_host(url), HOSTS.get(platform, ())
    label = ask.app.platform(platform).label
    if hosts and not any(host == each or host.endswith(f".{each}") for each in hosts):
        return ask.words.t(
            "This address is on %(host)s, not on %(platform)s. Is it the live post?",
            host=host,
            platform=label,
        )
    if hosts and urlsplit(url).path.strip("/") == "":
        return ask.words.t(
            "This is the address of %(platform)s itself, not of one post. Is it the live post?",
            platform=label,
        )
    return ""


PAGES: Final = (
    Page("/posts/{post_id:int}/by-hand", by_hand),
    Page("/posts/{post_id:int}/live", live, "POST"),
)
