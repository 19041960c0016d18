"""Sentences that the parts below wrote in English, said in the language of the page.

Nothing below the room knows a language: a post keeps “The text has 290 characters of 280:
shorten it by 10.” The catalogue has each such sentence with its gaps, under the context
“told”, and what stands in a gap is said again in turn. English has a few of its own, where
a sentence speaks of the command line and the page has a button. What no catalogue knows
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from bot.room._words import Words, words

CONTEXT: Final = "told"

_GAP: Final = re.compile(r"%\((\w+)\)s")
#: Whose answer it is, before what it was; and where one sentence ends and the next begins.
_WHO: Final = re.compile(r"[A-Z][\w() ]{0,24}: ")
_SEAM: Final = re.compile(r"(?<=[.!?]) (?=[A-Z“(])")
#: Beyond this it is no sentence of ours, but something that came from outside.
_LONGEST: Final = 2_000


def tell(here: Words, sentence: str) -> str:
    """Say a sentence in the language of the page; one that nobody translated stays English."""
    return _tell(here.language, sentence)[0]


def told(language: str) -> Callable[[str], str]:
    """Give the filter of templates: what stays English is marked so, for those who hear it."""

    def say(sentence: str) -> str:
        said, known = _tell(language, str(sentence))
        if known or language == "en" or not said or _is_told(language, said):
            return said
        return Markup('<span lang="en" dir="ltr">{}</span>').format(escape(said))

    return say


@lru_cache(4096)
def _tell(language: str, sentence: str) -> tuple[str, bool]:
    """Say a sentence, and tell whether the catalogue knows it."""
    if len(sentence) > _LONGEST:
        return sentence, False
    here = words(language)
    whole = here.sentences.get(sentence)
    if whole is not None:
        return whole % {}, True
    for mark, pattern, saying in _patterns(language):
        found = pattern.fullmatch(sentence) if mark in sentence else None
        if found:
            gaps = {name: _tell(language, value)[0] for name, value in found.groupdict().items()}
            return saying % gaps, True
    return _in_parts(language, sentence)


def _is_told(language: str, said: str) -> bool:
    """Tell whether a page said it in its own language: a refusal of the room's own."""
    if said in words(language).spoken:
        return True
    return any(mark in said and each.fullmatch(said) for mark, each in _spoken(language))


def _in_parts(language: str, sentence: str) -> tuple[str, bool]:
    """Say what was put together of several sentences, as far as they are known."""
    who = _WHO.match(sentence)
    if who is not None:  # “YouTube: the token is not accepted; …”
        said, known = _tell(language, sentence[who.end() :])
        if known:
            return who[0] + said, True
    if sentence.endswith(".") and sentence[:-1] in words(language).sentences:
        return f"{_tell(language, sentence[:-1])[0]}.", True
    parts = _SEAM.split(sentence)
    if len(parts) == 1:
        return sentence, False
    told = [_tell(language, part) for part in parts]
    return " ".join(said for said, _ in told), any(known for _, known in told)


@lru_cache(None)
def _patterns(language: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Give the sentences with gaps; those that say most outside of their gaps come first.

    Each with the longest of its words, which are looked for before the whole is compared.
    """
    gapped = [each for each in words(language).sentences.items() if _GAP.search(each[0])]
    gapped.sort(key=lambda each: -len(_GAP.sub("", each[0])))
    return [(*_pattern(english), saying) for english, saying in gapped]


@lru_cache(None)
def _spoken(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """Give what the sentences of a language with gaps match, as `_patterns` does of English."""
    return [_pattern(each) for each in words(language).spoken if _GAP.search(each)]


def _pattern(sentence: str) -> tuple[str, re.Pattern[str]]:
    """Compile what a sentence with gaps matches."""
    pieces = _GAP.split(sentence.replace("%%", "%"))
    mark = max(pieces[::2], key=len)
    matched = ""
    for at, piece in enumerate(pieces):
        gap = f"(?P={piece})" if piece in pieces[1:at:2] else f"(?P<{piece}>.+?)"
        matched += gap if at % 2 else re.escape(piece)
    return mark, re.compile(matched, re.DOTALL)
