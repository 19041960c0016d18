"""What a teaser video says, sentence by sentence: whole, and each to be understood alone."""

from __future__ import annotations

import re
from functools import lru_cache

from bot import editorial, text
from bot._story import CLOSERS, story
from bot.language import language
from bot.model import Article
from bot.teaser import _said

#: With these a sentence leans on the one before it: who “she” is, what “but” turns against.
_LEANING = {
    "en": "he she it they his her its their this that these those and but or so also then however"
    " meanwhile instead there such both yet still him them",
    "es": "él ella ello ellos ellas su sus esto esta este estos estas eso esa ese y e pero o así"
    " también entonces además mientras allí ambos ambas tal",
    "pt": "ele ela eles elas seu sua seus suas isto isso esta este essa esse estes estas esses"
    " essas e mas ou assim também então além porém entretanto enquanto ali ambos ambas tal",
    "fr": "il elle ils elles son sa ses leur leurs ceci cela ce cette ces c et mais ou ainsi aussi"
    " alors cependant pourtant puis là tous",
    "de": "er sie es ihr ihre ihren sein seine dies diese dieser dieses und aber oder so auch"
    " dann doch jedoch dabei damit dazu deshalb dort zudem beide",
    "it": "egli ella lui lei esso essa loro suo sua suoi sue questo questa questi queste ciò quello"
    " e ed ma o così anche inoltre tuttavia però intanto lì entrambi",
    "ca": "ell ella ells elles seu seva seus seves això aquest aquesta aquests aquestes i però o"
    " així també llavors tanmateix mentrestant allà tots",
    "tr": "o onlar onun onların bu bunlar şu bunun ve ama fakat ancak ya da de böylece ayrıca sonra"
    " oysa orada",
    "ar": "هو هي هم هن هذا هذه هؤلاء ذلك تلك لكن ولكن كما وهو وهي وهم أيضا ثم هناك وذلك وهذا",
}

_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u064b-\u065f\u0670])+")

#: What stands outside of a quotation, to say whose it is: so many words at least.
SPEAKER_WORDS = 2


def on_screen(article: Article, headline: str, lang: str) -> tuple[str, ...]:
    """Choose what is shown in turn below the headline: of the dek, then of the story.

    Every sentence is whole, with its quotation, its speaker and its “police say”; one that
    leans on another is shown right after that one or not at all.
    """
    from bot.media.storyboard import fitting

    candidates = _candidates(article, headline, lang)
    while True:
        shown = [headline]
        chosen = fitting(tuple(candidates), headline)
        for each in chosen:
            lost = candidates[each] not in ("", shown[-1])
            if lost or editorial.repeats(each, " ".join(shown)):
                del candidates[each]
                break
            shown.append(each)
        else:
            return chosen


def _candidates(article: Article, headline: str, lang: str) -> dict[str, str]:
    """List what may be shown, the best first, each with the sentence it leans on or ""."""
    told: dict[str, str] = {}
    before = ""
    for sentence in _said.dek(article, lang):
        if editorial.repeats(sentence, headline):
            continue  # the headline stands right before what follows
        if _stands(sentence, lang):
            told[sentence] = before if _leans(sentence, lang) else ""
        before = sentence
    for first, *_ in story(article, lang):
        if _stands(first, lang) and not _leans(first, lang):
            told.setdefault(first, "")
    return told


def _stands(sentence: str, lang: str) -> bool:
    """Tell a sentence that says who says it from a mere quotation, and from a question."""
    if sentence.rstrip(CLOSERS).endswith(("?", "؟", "？")):
        return False
    spans = text.quotations(sentence, lang)
    if spans and spans[-1][1] == len(sentence) and sentence[-1] not in CLOSERS:
        return False  # the quotation goes on
    outside = sentence
    for start, end in reversed(spans):
        outside = f"{outside[:start]} {outside[end:]}"
    return not spans or text.count_words(outside) >= SPEAKER_WORDS


def _leans(sentence: str, lang: str) -> bool:
    first = _WORD.search(sentence)
    return first is not None and language(lang).fold(first[0]) in _leaning(lang)


@lru_cache(maxsize=16)
def _leaning(lang: str) -> frozenset[str]:
    fold = language(lang).fold
    return frozenset(fold(word) for word in _LEANING.get(lang, "").split())
