"""What an article says of itself, cleaned, and the words by which its language labels it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot import text
from bot._story import SAYABLE, sentences
from bot.language import language, phrase
from bot.model import Article, Kind


def headline(article: Article, lang: str) -> str:
    """Return the headline in one line, as far as any platform could take it."""
    whole = text.clean(article.headline)
    return text.cut_at_word(whole, lambda cut: len(cut) <= SAYABLE, lang)


@lru_cache(maxsize=8)  # asked for by each of an article's channels, for text and card
def dek(article: Article, lang: str) -> tuple[str, ...]:
    """Return the sentences of the dek; “Tribune” alone is a label and no dek."""
    told = sentences(text.clean(article.dek), lang)
    return () if is_label(" ".join(told), article.kind, lang) else tuple(told)


def kicker(article: Article, line: str, lang: str) -> str:
    """Return the word that labels the piece, unless its headline begins with one."""
    label = "" if article.kind is Kind.NEWS else phrase(lang, article.kind.value)
    return "" if is_labelled(line, article.kind, lang) else label


def is_label(line: str, kind: Kind, lang: str) -> bool:
    """Tell a line that only says what sort of piece it is."""
    return language(lang).fold(line).strip(" .:") in _labels(kind, lang)


def is_labelled(line: str, kind: Kind, lang: str) -> bool:
    """Tell “Opinion: the port is ours”, which has its label, from “Opinions differ”."""
    marks = [":", " :", " |", " –", " —"]
    if kind is not Kind.OPINION:  # that one is plainly set apart
        marks.append(" ")
    begins = tuple(label + mark for label in _labels(kind, lang) for mark in marks)
    return language(lang).fold(line).startswith(begins)


def _labels(kind: Kind, lang: str) -> tuple[str, ...]:
    """Return the words by which a language labels such a piece, folded."""
    known = language(lang)
    words = (known.phrases.get(kind.value, ""), *known.kinds.get(kind.value, ()))
    return tuple(known.fold(word) for word in words if word)


def credited(key: str, names: Iterable[str], lang: str) -> str:
    """Write “Photo: NAME”; without a phrase in this language a name would say too little."""
    who, what = ", ".join(name for name in names if name), phrase(lang, key)
    colon = "\u00a0:" if lang == "fr" else ":"
    return f"{what}{colon} {who}" if what and who else ""
