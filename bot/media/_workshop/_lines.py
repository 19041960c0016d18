"""Where a line may end, and where it ends best: pure, in units of whoever measured.

A break has a cost: none between words, some after a short word or inside what
belongs together, and there is none at all inside “« mot »”, “10 000” or before 。.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

from bot import text

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never parted: a word, a part of one, or one letter of a script without spaces."""

    text: str
    space: bool  # a space follows, unless the line ends here
    cost: float  # of ending a line here


@cache
def _pattern(source: str) -> Any:
    import regex

    return regex.compile(source)


# Not at a line's start, not at its end: Japanese rules (JIS X 4051), with marks of the West.
_NO_START: Final = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々〻ー–〜～）］｝〕〉》」』】〙〗〟’”｠»›…‥％%,.:;?!)]}°‰"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "ะาำๅๆฯ"
)
_NO_END: Final = frozenset("（［｛〔〈《「『【〘〖〝‘“｟«‹([{¿¡„‚￥＄£$€#" + "เแโใไ")
_DASHES: Final = frozenset("–—−|·•/&+=-")
_STOPS: Final = frozenset(",;:.!?…—–、。，：；！？؛،؟।")

_JOINTS: Final = frozenset("/-_.?&=#,")  # of an address

_FREE: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}、-〿！-｠ー]"
_HIRAGANA: Final = r"\p{Hiragana}"
_THAI: Final = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_INSIDE: Final = r"(?<=\p{L}\p{M}*[-‐–—/])(?=\p{L})|(?<=\w[—])(?=\w)"


def pieces(words: str) -> list[Piece]:
    """Part one line of text where a line may end."""
    tokens = words.split(" ")
    found: list[Piece] = []
    for place, token in enumerate(tokens):
        parts = list(_parts(token))
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        found += [Piece(part, False, cost) for part, cost in parts[:-1]]
        if parts:
            found.append(Piece(parts[-1][0], True, _cost(token, after)))
    return found


def shattered(piece: Piece) -> list[Piece]:
    """Part a piece that no line can hold, between graphemes."""
    letters = text.graphemes(piece.text)
    return [
        *(Piece(letter, False, 0.0 if letter in _JOINTS else 0.05) for letter in letters[:-1]),
        *(Piece(letter, piece.space, piece.cost) for letter in letters[-1:]),
    ]


def _parts(token: str) -> Iterator[tuple[str, float]]:
    """Yield the parts of a token without spaces, each with the cost of a break after it."""
    if "://" in token or not _pattern(rf"{_FREE}|{_THAI}|{_INSIDE}").search(token):
        if token:
            yield token, 0.0
        return
    part = ""
    for one, two in pairwise([*text.graphemes(token), ""]):
        part += one
        cost = _cost_inside(part, one, two) if two else NEVER
        if cost < NEVER:
            yield part, cost
            part = ""
    yield part, 0.0


def _cost_inside(part: str, one: str, two: str) -> float:
    """Return what it costs to end a line between two graphemes, after the rest of a part."""
    if two[0] in _NO_START or one[0] in _NO_END:
        return NEVER
    if one in "-‐–—/" and len(part) > 2 and two.isalpha():
        return 0.25
    free, kana = _pattern(_FREE).match, _pattern(_HIRAGANA).match
    if free(one) or free(two):
        if one[0] in _STOPS or one[0] in _NO_START or two[0] in _NO_END:
            return 0.0
        if kana(one):
            return 0.1 if kana(two) else 0.0  # a phrase begins where hiragana end
        return 0.15 if kana(two) else 0.2
    thai = _pattern(_THAI).match
    return 0.2 if thai(one) and thai(two) else NEVER  # its words need a dictionary to be seen


def _cost(word: str, after: str) -> float:
    """Return what it costs to end a line between two words that a space parts."""
    if (after[:1] in _NO_START and len(after) <= 2) or (word[-1:] in _NO_END and len(word) <= 2):
        return NEVER
    if word[-1:].isdigit() and after[:3].isdigit() and len(after.rstrip(".,:;!?%")) == 3:
        return NEVER  # 10 000
    if after and all(letter in _DASHES for letter in after):
        return 0.2
    number = word[-1:].isdigit() and after[:1].isalpha()  # 26 July
    if number or (word[-1:].isalpha() and after[:1].isdigit()):  # Article 5
        return 0.06
    if word[-1:] in _STOPS and (len(word) > 2 or not word[0].isalpha()):
        return -0.02
    return {1: 0.12, 2: 0.05, 3: 0.015}.get(len(word), 0.0)


def joined(parts: Sequence[Piece]) -> str:
    """Return what stands on a line of these pieces."""
    return "".join(part.text + " " * part.space for part in parts).rstrip(" ")


def fewest(
    parts: Sequence[Piece], widths: Sequence[float], gaps: Sequence[float], width: float
) -> list[int] | None:
    """Return the ends of the fewest lines no longer than `width`; None where there are none."""
    ends: list[int] = []
    start, last, length = 0, 0, 0.0
    place = 0
    while place < len(parts):
        length += widths[place] + (gaps[place - 1] if place > start else 0.0)
        if length > width:
            if last <= start:
                return None
            ends.append(last)
            start = place = last
            length = 0.0
            continue
        place += 1
        if parts[place - 1].cost < NEVER:
            last = place
    return [*ends, len(parts)]


def balanced(
    parts: Sequence[Piece],
    widths: Sequence[float],
    gaps: Sequence[float],
    width: float,
    ends: list[int],
) -> tuple[float, list[int]]:
    """Return the ends of as many lines as `ends`, of like length at the cheapest breaks.

    With it comes their cost, 0 for none. A last line much shorter than the
    others costs extra, so that no word is left alone.
    """
    size, count = len(parts), len(ends)
    goal = (sum(widths) + sum(gaps[:-1])) / count or 1.0
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for line in range(1, count + 1):
        following: dict[int, tuple[float, list[int]]] = {}
        for start, (so_far, before) in best.items():
            length = 0.0
            for end in range(start + 1, size + 1):
                length += widths[end - 1] + (gaps[end - 2] if end - 1 > start else 0.0)
                if length > width:
                    break
                if length < 0.3 * goal and end < size:
                    continue
                cost = so_far + _cost_of_line(parts[end - 1], length / goal, end == size)
                if (end == size) == (line == count) and cost < following.get(end, (NEVER,))[0]:
                    following[end] = (cost, [*before, end])
        best = following
    return best.get(size, (0.0, ends))


def _cost_of_line(last: Piece, share: float, final: bool) -> float:
    if final:
        return (1 - share) ** 2 + (0.2 if share < 0.4 else 0.0)
    return (1 - share) ** 2 + last.cost
