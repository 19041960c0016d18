"""Which of an entry's addresses is an article's: never a draft, a comment or a front page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.identity import url_key
from bot.site._web import address_in

LONGEST: Final = 2_000

# Of WordPress and of SPIP.
_PREVIEW = re.compile(
    r"(?:^|&)(?:preview=(?:true|1)|preview_(?:id|nonce)=|var_mode=preview)", re.IGNORECASE
)
_COMMENT = re.compile(r"comment-?\d+|forum\d+|respond", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def choose(links: Iterable[str]) -> tuple[str, str]:
    """Give the first of `links` that may be an article's, or "" and why there is none.

    An entry whose first address is of a draft or a comment is that, whatever
    else it names.
    """
    first = ""
    for link in map(_cleaned, links):
        if fault := _never(link):
            return "", fault
        fault = _unfit(link)
        if not fault:
            return link, ""
        first = first or fault
    return "", first or "it has no link"


def _cleaned(link: str) -> str:
    # Control characters are no part of an address, as browsers have it.
    return _CONTROL.sub("", link).replace("&amp;", "&").strip()


def _never(link: str) -> str:
    address, _, place = link.partition("#")
    if _PREVIEW.search(address.partition("?")[2]):
        return f"its link {link[:200]} is the preview of a draft"
    if _COMMENT.fullmatch(place):
        return f"its link {link[:200]} leads to a comment"
    return ""


def _unfit(link: str) -> str:
    if len(link) > LONGEST or not address_in(link, ""):
        return f"its link “{link[:100]}” is no web address"
    if not re.search(r"[/?#]", url_key(link)):
        return f"its link {link[:200]} is a front page"
    return ""
