"""How much the name of an account is like that of a site: by its host or its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from bot.identity import bare_host

#: Likeness from which a name is the site's own, as far as a name can tell.
ALIKE: Final = 0.6

_SECOND_LEVEL: Final = frozenset("ac co com edu go gob gouv gov info ne net or org".split())
# Parts of a host that say nothing of whose it is.
_COMMON: Final = frozenset(
    "amp app blog blogs blogspot edition en es fr de it pt news tumblr web wordpress www m".split()
)
_STOP: Final = frozenset("a and das de del der di die el et la las le les los of the und y".split())


def letters(name: str) -> str:
    """Reduce a name to its letters and digits, without accents and case."""
    spread = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in spread if c.isalnum())


def likeness(account: str, home: str, names: Iterable[str]) -> float:
    """Tell how much an account is named like a site: from 0, not at all, to 1, the same."""
    own = letters(account)
    labels = _labels(home)
    wholes = [letters(label) for label in labels] + [letters("".join(labels))]
    wholes += [letters("".join(bare_host(home).split(".")))]
    best = max((_alike(own, whole) for whole in wholes if whole), default=0.0)
    for name in names:
        words = [letters(word) for word in re.split(r"[^\w]+", name[:80]) if letters(word)]
        if words:
            best = max(best, _alike(own, "".join(words)), _shortened(own, words))
    return best


def _labels(home: str) -> list[str]:
    """List the parts of a host that name the site: neither its country nor “www”."""
    labels = bare_host(home).split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    return [label for label in labels if label not in _COMMON]


def _alike(own: str, whole: str) -> float:
    if own == whole:
        return 1.0
    shorter, longer = sorted((own, whole), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return 0.6 + 0.35 * len(shorter) / len(longer) if len(shorter) > 3 else 0.6
    if len(shorter) >= 4 and shorter in longer:
        return 0.5 + 0.35 * len(shorter) / len(longer)
    common = _longest_common(own, whole)
    return 0.5 * common / len(longer) + 0.15 if common >= 5 else 0.0


def _longest_common(one: str, other: str) -> int:
    one, other = one[:60], other[:60]
    best, before = 0, [0] * (len(other) + 1)
    for c in one:
        row = [0] * (len(other) + 1)
        for at, d in enumerate(other, 1):
            if c == d:
                row[at] = before[at - 1] + 1
        best, before = max(best, *row), row
    return best


def _shortened(own: str, words: Sequence[str]) -> float:
    """Tell whether a name is made of beginnings of the words: RevPermanente, nytimes, LRB."""
    told = [word for word in words if word not in _STOP]
    if own in ("".join(w[0] for w in words), "".join(w[0] for w in told)):
        return 0.75 if len(own) > 2 else 0.5
    if len(own) < 5 or len(words) > 12:
        return 0.0
    reached = {0: 0}  # how far of the name, with how many words
    for word in words:
        for start, used in list(reached.items()):
            for length in range(1, len(word) + 1):
                if not own.startswith(word[:length], start):
                    break
                end = start + length
                reached[end] = max(reached.get(end, 0), used + 1)
    if len(own) in reached:
        return 0.85 if reached[len(own)] >= min(2, len(told)) else 0.6
    return 0.0
