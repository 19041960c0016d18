"""The emoji that X counts as one though they are several characters.

They are those of Emoji 11, by the tables of the `emoji` package, which is loaded when a text
first holds a candidate. https://github.com/twitter/twitter-text 3.1.0 (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_PICTURE = "\ufe0f"  # asks for the picture form of the character before it
_KEYCAP = "\u20e3"
_JOINER = "\u200d"
# A character that the next one may join to one emoji.
_JOINABLE = re.compile(
    rf"(?s:.)(?=[{_PICTURE}{_KEYCAP}{_JOINER}{_TONES}\U0001f1e6-\U0001f1ff\U000e0020-\U000e007f])"
)


def sequences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the emoji of several characters in `text`, each with where it begins."""
    at = 0
    for match in _JOINABLE.finditer(text):
        start = match.start()
        if start < at:
            continue
        for length in _lengths():
            if (sequence := text[start : start + length]) in _known():
                yield start, sequence
                at = start + len(sequence)
                break


@cache
def _known() -> frozenset[str]:
    """Return the emoji of several characters that the reference knows: those of Emoji 11.

    Younger ones weigh as their parts do, and so do those written without U+FE0F.
    """
    from emoji import EMOJI_DATA, STATUS

    known = {
        text
        for text, facts in EMOJI_DATA.items()
        if len(text) > 1 and facts["E"] <= 11 and facts["status"] == STATUS["fully_qualified"]
    }
    # Where the reference (by its twemoji-parser 11.0.2) and the standard part ways:
    pictures_anyway = (
        "⌚⌛◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
    )
    known |= {char + _PICTURE for char in pictures_anyway}
    known |= {char + _KEYCAP for char in "#*0123456789"}
    known |= {char + _PICTURE + tone for char in "☝⛷⛹✌✍🏋🏌🕴🕵🖐" for tone in _TONES}
    known |= {"⛷" + tone for tone in _TONES}
    for person, middles in (("🤵", ("", *_TONES)), ("🕴", (_PICTURE, *_TONES))):
        known |= {person + m + _JOINER + sign + _PICTURE for m in middles for sign in "♀♂"}
    known -= {"♾" + _PICTURE, "👁" + _PICTURE + _JOINER + "🗨" + _PICTURE}
    known.add("👁" + _JOINER + "🗨")
    return frozenset(known)


@cache
def _lengths() -> list[int]:
    return sorted({len(sequence) for sequence in _known()}, reverse=True)
