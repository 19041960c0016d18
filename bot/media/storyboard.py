"""What a teaser video shows from when until when: pure arithmetic over words and frames.

The headline stands from the first frame on, because that frame is the thumbnail too;
sentences follow in turn, each for as long as reading it takes; the end card closes.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from bot import text
from bot.media.base import Video

FPS: Final = 30
#: Of the whole video, in frames. Shorts take up to three minutes, Reels from three seconds on;
#: ten to twenty seconds is what a teaser needs.
SHORTEST: Final = 10 * FPS
LONGEST: Final = 20 * FPS
END_CARD: Final = 26 * FPS // 10
#: Words come and go in so many frames: the old ones are gone before the new ones stand.
FADE: Final = 8
MOST_SENTENCES: Final = 3
#: What still stands on the screen in letters of a size that a phone shows well; see `weight`.
MOST_ON_SCREEN: Final = 180

_A_SECOND = 15  # letters read
_FLOOR = 22 * FPS // 10  # of one scene
_FINDING = 4 * FPS // 10  # until the eye has found the new line
#: How many letters one character of another kind is worth in time: an eye takes in six
#: ideographs a second, or twelve syllables of Hangul, where it takes in fifteen letters.
_HAN, _HANGUL = _A_SECOND / 6, _A_SECOND / 12


@dataclass(frozen=True, slots=True)
class Scene:
    """Words that stand on the screen from frame `begins` until before frame `ends`."""

    kind: Literal["headline", "sentence", "end"]
    words: str
    begins: int
    ends: int


@lru_cache(maxsize=64)  # what may be shown is weighed again whenever some of it is left out
def weight(words: str) -> float:
    """Count what there is to read, in letters of an alphabet; an ideograph holds more of it."""
    return sum(_weigh(grapheme) for grapheme in text.graphemes(words))


def fitting(sentences: Sequence[str], headline: str) -> tuple[str, ...]:
    """Choose the first sentences, at most three, that can be read within the longest video.

    Each is given whole or passed over: one that is too long for the screen or for the
    time that is left makes way for the next.
    """
    left = LONGEST - END_CARD - _headline(headline)
    chosen: list[str] = []
    for sentence in sentences:
        takes = _reading(sentence)
        fits = takes <= left and weight(sentence) <= MOST_ON_SCREEN
        if fits and sentence.strip() and sentence not in chosen:
            chosen.append(sentence)
            left -= takes
        if len(chosen) == MOST_SENTENCES:
            break
    return tuple(chosen)


def scenes(order: Video) -> tuple[Scene, ...]:
    """Lay out headline, sentences and end card without a gap, in 10 to 20 seconds.

    Where there is little to read, all of it stands longer; a headline alone fills the time.
    """
    chosen = fitting(order.sentences, order.words.headline)
    takes = [_headline(order.words.headline), *map(_reading, chosen)]
    slack = SHORTEST - END_CARD - sum(takes)
    if slack > 0:
        takes = [frames + slack * frames // sum(takes) for frames in takes]
        takes[0] += SHORTEST - END_CARD - sum(takes)
    shown = [Scene("headline", order.words.headline, 0, takes[0])]
    for words, frames in zip(chosen, takes[1:], strict=True):
        begins = shown[-1].ends
        shown.append(Scene("sentence", words, begins, begins + frames))
    begins = shown[-1].ends
    return (*shown, Scene("end", order.look.domain, begins, begins + END_CARD))


def shares(shown: Sequence[Scene], pictures: int) -> tuple[tuple[int, int], ...]:
    """Divide the frames before the end card evenly among so many pictures, none left over."""
    whole = shown[-1].begins
    edges = [round(whole * n / pictures) for n in range(pictures + 1)]
    return tuple(itertools.pairwise(edges))


def _headline(words: str) -> int:
    """Frames for a headline; one that is endless is cut on the screen, and here."""
    return min(_reading(words), LONGEST - END_CARD)


def _reading(words: str) -> int:
    return max(_FLOOR, math.ceil(FPS * weight(words) / _A_SECOND) + _FINDING)


def _weigh(grapheme: str) -> float:
    letter = grapheme[0]
    if unicodedata.east_asian_width(letter) not in "WF":
        return 1
    return _HANGUL if "\uac00" <= letter <= "\ud7a3" else _HAN
