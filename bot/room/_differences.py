"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

#: Comparing longer texts word by word costs seconds: what differs is marked as one piece.
MOST_WORDS: Final = 2_000

_PIECES: Final = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Words that both have, or that stand in one alone."""

    words: str
    differs: bool


def between(one: str, other: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Mark in each of two texts what the other has not."""
    first, second = _PIECES.findall(one), _PIECES.findall(other)
    if max(len(first), len(second)) > MOST_WORDS:
        return (Run(one, True),), (Run(other, True),)
    left: list[Run] = []
    right: list[Run] = []
    # In a long text common words are no anchors: “a b a b …” would take minutes.
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=True).get_opcodes():
        differs = tag != "equal"
        left += [Run("".join(first[a:b]), differs)] if b > a else []
        right += [Run("".join(second[c:d]), differs)] if d > c else []
    return tuple(left), tuple(right)
