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
_DEAR: Final = 0.6  # inside of a syllable, as far as is known
NEAR: Final = 12  # letters to give up for a break that is not dear


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never parted: a word, a part of one, or one letter of a script without spaces."""

    text: str
    space: bool  # a space follows, unless the line ends here
    cost: float  # of ending a line here
    hyphen: bool = False  # a line that ends here shows one


HYPHEN: Final = Piece("-", False, 0.0)


@cache
def pattern(source: str) -> Any:
    """Compile a pattern of `regex`, which knows scripts."""
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
#: Where a syllable begins, and where one has ended: the best that is known without a dictionary.
_THAI_BEGINS: Final = frozenset("เแโใไເແໂໃໄ")
_THAI_ENDED: Final = r"[ะำๆฯະຳໆ]$|[์๎]"
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
    """Part a piece that no line can hold, between graphemes.

    A word of letters gets a hyphen there, best at the end of a syllable; an address does not.
    """
    letters = text.graphemes(piece.text)
    last = [Piece(letter, piece.space, piece.cost, piece.hyphen) for letter in letters[-1:]]
    short = len(letters) < 2 * _LEAST_PART
    if short or not pattern(_HYPHENATED).fullmatch(piece.text):
        costs = (0.0 if letter in _JOINTS else _DEAR for letter in letters)
        return [Piece(a, False, cost) for a, cost in zip(letters[:-1], costs, strict=False)] + last
    parts = []
    for place, letter in enumerate(letters[:-1], start=1):
        before, after = "".join(letters[:place]), "".join(letters[place:])
        inner = min(place, len(letters) - place) >= _LEAST_PART
        parts.append(Piece(letter, False, _cost_of_hyphen(before, after) if inner else NEVER, True))
    return parts + last


#: A word with letters of scripts that part words with hyphens, and marks before and after it.
_HYPHENATED: Final = r"\P{L}*(?:[\p{Latin}\p{Greek}\p{Cyrillic}]\p{M}*)+\P{L}*"
_LEAST_PART: Final = 3  # letters before and after a hyphen
_VOWELS: Final = "aeiouyäöüàáâãåæèéêëìíîïòóôõøùúûýıαεηιουωάέήίόύώаеиоуыэюяіїє"
_COMPOUND: Final = r"(?:ung|heit|keit|schaft|ion|tät|ling)s$"
_ONE_SOUND: Final = ("ch", "ck", "sh", "ph", "th", "qu", "sc", "rh", "gh")


def _cost_of_hyphen(before: str, after: str) -> float:
    """Return what it costs to part a word here.

    A syllable begins with one consonant before a vowel, in most languages; what a
    compound's first word ends with is known of German, which has the long ones.
    """
    if pattern(_COMPOUND).search(before):
        return 0.0
    around = (before[-1:] + after[:2]).lower()
    joined = around[:2] in _ONE_SOUND or around[1:] == "ch"
    if joined or pattern(_COMPOUND).search(before + after[0]):
        return _DEAR
    return 0.05 if around[1] not in _VOWELS and around[2:] and around[2] in _VOWELS else _DEAR


def _parts(token: str) -> Iterator[tuple[str, float]]:
    """Yield the parts of a token without spaces, each with the cost of a break after it."""
    if "://" in token or not pattern(rf"{_FREE}|{_THAI}|{_INSIDE}").search(token):
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
    free, kana = pattern(_FREE).match, pattern(_HIRAGANA).match
    if free(one) or free(two):
        if one[0] in _STOPS or one[0] in _NO_START or two[0] in _NO_END:
            return 0.0
        if kana(one):
            return 0.1 if kana(two) else 0.0  # a phrase begins where hiragana end
        return 0.15 if kana(two) else 0.2
    thai = pattern(_THAI).match
    if not (thai(one) and thai(two)):
        return NEVER
    return 0.05 if two[0] in _THAI_BEGINS or pattern(_THAI_ENDED).search(one) else _DEAR


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
    line = "".join(part.text + " " * part.space for part in parts).rstrip(" ")
    return line + HYPHEN.text * any(part.hyphen for part in parts[-1:])


def fewest(
    parts: Sequence[Piece],
    widths: Sequence[float],
    gaps: Sequence[float],
    width: float,
    hyphen: float = 0.0,
    near: int = 0,
) -> list[int] | None:
    """Return the ends of the fewest lines no longer than `width`; None where there are none.

    A dear break is passed over where another is `near`, in pieces: those may be more lines.
    """
    ends: list[int] = []
    start, cheap, last, length = 0, 0, 0, 0.0
    place = 0
    while place < len(parts):
        length += widths[place] + (gaps[place - 1] if place > start else 0.0)
        if length > width:
            if last <= start:
                return None
            end = cheap if cheap > start and last - cheap <= near else last
            ends.append(end)
            start = place = cheap = last = end
            length = 0.0
            continue
        part = parts[place]
        place += 1
        if part.cost < NEVER and length + hyphen * part.hyphen <= width:
            last = place
            cheap = place if part.cost < _DEAR else cheap
    return [*ends, len(parts)]


def balanced(
    parts: Sequence[Piece],
    widths: Sequence[float],
    gaps: Sequence[float],
    width: float,
    ends: list[int],
    hyphen: float = 0.0,
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
                part = parts[end - 1]
                if length + hyphen * part.hyphen > width or (length < 0.3 * goal and end < size):
                    continue
                cost = so_far + _cost_of_line(part, length / goal, end == size)
                if (end == size) == (line == count) and cost < following.get(end, (NEVER,))[0]:
                    following[end] = (cost, [*before, end])
        best = following
    return best.get(size, (0.0, ends))


def _cost_of_line(last: Piece, share: float, final: bool) -> float:
    if final:
        return (1 - share) ** 2 + (0.2 if share < 0.4 else 0.0)
    return (1 - share) ** 2 + last.cost
