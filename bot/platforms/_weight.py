"""X's own measure of a post, and what X would link in it.

`weigh` counts as twitter-text 3.1.0 does with its configuration v3: most characters weigh 1,
those of denser scripts 2, every web address 23 and every emoji 2, whatever it is made of.
`urls`, `mentions`, `cashtags` and `hashtags` tell what X would link, and `neutralise` keeps it
from linking what an article merely says. https://github.com/twitter/twitter-text,
https://docs.x.com/fundamentals/counting-characters (read 2026-11-22).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from bot.platforms import _emoji, _links

LINK_COST: Final = 23  # whatever the length of the address
EMOJI_COST: Final = 2  # whatever it is made of; one of a single character weighs 2 anyhow
#: Invisible, weightless on the line and cheap (1): it parts "@" from a name and a dot from "com".
BARRIER: Final = "\u200c"  # ZERO WIDTH NON-JOINER

_HEAVY = re.compile(r"[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")  # weigh 2
_LONG_MARKS = re.compile(r"[^\w\0-\u02ff]{64,}")

# ------------------------------------------------------------------------- measure


def weigh(text: str) -> int:
    """Return the weighted length of `text`; X takes 280."""
    if text.isascii():
        return len(text) - sum(stop - start - LINK_COST for start, stop in _counted(text))
    text = _normal(text)
    counted = _counted(text)
    pieces: list[str] = []
    at = 0
    for start, stop in counted:
        pieces.append(text[at:start])
        at = stop
    rest = "".join(pieces) + text[at:]
    surplus = sum(
        _plain_weight(emoji) - EMOJI_COST
        for start, emoji in _emoji.sequences(text)
        if not _within(start, counted)
    )
    return len(counted) * LINK_COST + _plain_weight(rest) - surplus


def _plain_weight(text: str) -> int:
    return len(text) + sum(map(len, _HEAVY.findall(text)))


def _within(place: int, stretches: Sequence[tuple[int, int]]) -> bool:
    n = bisect_right(stretches, place, key=itemgetter(0))
    return n > 0 and place < stretches[n - 1][1]


def _counted(text: str) -> list[tuple[int, int]]:
    """Return the stretches that weigh as one link each, in order and apart."""
    stretches: list[tuple[int, int]] = []
    at = 0
    for start, stop in sorted({link.start: link.counted for link in _links.links(text)}.items()):
        if start >= at:
            stretches.append((start, stop))
            at = stop
    return stretches


def _normal(text: str) -> str:
    """Return `text` in NFC. Thousands of marks on one letter cost no more than others."""
    if len(text) > 1000:
        text = _LONG_MARKS.sub(_in_order, text)
    return unicodedata.normalize("NFC", text)


def _in_order(run: re.Match[str]) -> str:
    # unicodedata sorts marks by insertion: 40,000 in disorder take it a second.
    chars = "".join(unicodedata.normalize("NFD", char) for char in run[0])
    return "".join(
        "".join(sorted(group, key=unicodedata.combining) if marks else group)
        for marks, group in groupby(chars, key=lambda char: unicodedata.combining(char) > 0)
    )


# -------------------------------------------------------------------- what X links


def urls(text: str) -> list[tuple[int, int]]:
    """Return where X sees a web address, with a scheme or without; each costs LINK_COST."""
    return [(link.start, link.stop) for link in _links.links(text)]


def mentions(text: str) -> list[tuple[int, int]]:
    """Return where X would link a user or a list, the “@” included."""
    return _linked(text)["mention"]


def cashtags(text: str) -> list[tuple[int, int]]:
    """Return where X would link a cashtag, the “$” included."""
    return _linked(text)["cashtag"]


def hashtags(text: str) -> list[tuple[int, int]]:
    """Return where X would link a hashtag, the “#” included."""
    return _linked(text)["hashtag"]


def _linked(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return everything that X links, by kind. Where two overlap, the first stands."""
    kinds = {
        "url": urls(text),
        "mention": list(_links.mentions(text)),
        "hashtag": list(_links.hashtags(text)),
        "cashtag": list(_links.cashtags(text)),
    }
    everything = [(span, kind) for kind, spans in kinds.items() for span in spans]
    linked: dict[str, list[tuple[int, int]]] = {kind: [] for kind in kinds}
    at = 0
    for (start, stop), kind in sorted(everything, key=lambda entry: entry[0][0]):
        if start >= at:
            linked[kind].append((start, stop))
            at = stop
    return linked


# ---------------------------------------------------------------------- neutralise


def neutralise(text: str) -> str:
    """Return `text` with a BARRIER in all that X would link, save addresses with a scheme.

    No character is lost or changed. An address with a scheme is meant as a link and stays one;
    whether a teaser may carry it is for its checks to say. Said twice, it changes nothing more.
    """
    while places := _tempting(text):
        pieces: list[str] = []
        at = 0
        for place in sorted(places):
            pieces += text[at:place], BARRIER
            at = place
        text = "".join(pieces) + text[at:]
    return text


def _tempting(text: str) -> set[int]:
    """Return the places at which a barrier keeps X from linking."""
    places: set[int] = set()
    meant: list[tuple[int, int]] = []
    for link in _links.links(text):
        if link.bare:
            ends = [dot for dot in range(link.start + 1, link.stop) if text[dot - 1] == "."]
            places.update([end for end in ends if _links.top_level(text, end)] or ends)
        else:
            meant.append((link.start, link.stop))
    for start, _ in (*_links.mentions(text), *_links.cashtags(text)):
        if not _within(start, meant):
            places.add(start + 1)
    return places
