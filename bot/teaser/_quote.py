"""A headline that is a quotation with its speaker, taken apart for a card that sets it large."""

from __future__ import annotations

import re

from bot import text
from bot.model import Kind
from bot.teaser._said import is_label

QUOTED_WORDS = 4  # fewer could not stand alone
SPEAKER_WORDS = 10  # more is a story of its own

_PARTS = "[:,|–—]"  # what sets a speaker apart from what was said


def quotation(headline: str, lang: str) -> tuple[str, str] | None:
    """Part “‘We stay here,’ say dockers” into the quotation, every word of it, and its speaker.

    None where the headline holds no whole quotation, or several; where that stands within a
    sentence, which would lose its sense; and where nobody is said to have said it.
    """
    spans = text.quotations(headline, lang)
    if len(spans) != 1:
        return None
    (start, end), line = spans[0], headline
    quoted, before, after = line[start:end], line[:start].strip(), line[end:].strip(" .")
    inner, close = quoted[:-1].rstrip(), quoted[-1]
    if close.isalnum() or text.count_words(quoted) < QUOTED_WORDS:
        return None
    if after and not before:
        apart = inner.endswith(",") or bool(re.match(_PARTS, after))
        speaker = re.sub(rf"^{_PARTS}\s*", "", after)
    else:
        apart = not after and bool(re.search(rf"{_PARTS}$", before))
        speaker = re.sub(rf"\s*{_PARTS}$", "", before)
    if not apart or not 0 < text.count_words(speaker) <= SPEAKER_WORDS:
        return None
    if any(is_label(speaker, kind, lang) for kind in Kind):
        return None
    return (inner[:-1] + close if inner.endswith(",") else quoted), speaker
