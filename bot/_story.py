"""Part an article's text into what a teaser may take of it: sentences, short paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from bot import text
from bot.language import language
from bot.model import Article

SAYABLE = 5_000  # characters of headline, dek or paragraph: more no teaser could hold
MOST_SENTENCES = 30
STORY_WORDS = 250  # more of the body no teaser needs
PARAGRAPH_WORDS = 45  # a paragraph on a telephone

SENTENCE_ENDS = tuple(".!?…؟۔。！？।")
CLOSERS = "”’\"'»«›“」』)]"


@lru_cache(maxsize=4)  # asked for by each of an article's channels in turn
def story(article: Article, lang: str) -> tuple[tuple[str, ...], ...]:
    """Part the body into short paragraphs; subheadings and credit lines are none."""
    told: list[tuple[str, ...]] = []
    words = 0
    for paragraph in article.body:
        line = text.clean(paragraph)
        if words > STORY_WORDS:
            break
        if line.rstrip(CLOSERS).endswith(SENTENCE_ENDS) and not _is_credit(article, line, lang):
            counted = text.count_words(line)
            words += counted
            whole = sentences(line, lang)
            told += _short(whole) if counted > PARAGRAPH_WORDS or not whole else [tuple(whole)]
    return tuple(told)


def sentences(line: str, lang: str) -> list[str]:
    """Return the sentences of a line, as far as any platform could take them."""
    found = text.sentences(line[: 2 * SAYABLE], lang)[:MOST_SENTENCES]
    return [
        sentence
        for sentence, end in zip(found, accumulate(map(len, found)), strict=True)
        if end <= SAYABLE
    ]


def _short(whole: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Part a paragraph where it grows long for a telephone."""
    kept: list[str] = []
    words = 0
    for sentence, more in ((each, text.count_words(each)) for each in whole):
        if kept and words + more > PARAGRAPH_WORDS:
            yield tuple(kept)
            kept, words = [], 0
        kept.append(sentence)
        words += more
    if kept:
        yield tuple(kept)


def _is_credit(article: Article, line: str, lang: str) -> bool:
    first = article.first_publication
    if first is not None and first.sentence and text.clean(first.sentence) in line:
        return True
    return any(language(lang).credit(kind, line) for kind in language(lang).credits)
