"""Which language an article is in: as its page declares, checked by the words it uses.

A detector of its own: between nine languages the commonest words decide, and
they weigh some kilobytes where a model of n-grams weighs a hundred megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from bot.site._document import Document
from bot.site._jsonld import Node

#: Characters that are looked at: what comes later in a text tells nothing new.
MAX_TEXT: Final = 2500
#: Common words of its own that a text must hold before it says anything.
ENOUGH: Final = 3.0
#: The same before it refutes what the page declares.
CERTAIN: Final = 24.0
#: How many times the runner-up the winner must reach, to be named and to refute.
AHEAD: Final = 1.5
FAR_AHEAD: Final = 2.0
#: The share of its words that common ones make up; another language's text has less.
COMMON: Final = 0.2
MOSTLY: Final = 0.25

_CODE = re.compile(r"\s*([a-z]{2,3})(?:[-_ ,;]|$)")
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0620-\u064a]{2,}")
_NOT_ARABIC = re.compile(r"[پچژگکیےٹڈںہە]")  # Persian, Urdu, Kurdish
# The commonest words of each language, short ones above all.
_WORDS: Final = {
    "en": """the of and to in is that for it was on are as with be by this have from at his but not
        they he which or we an were been their has had will would who what more when there can
        about if said also its after all new how you your our she her than into out up over why
        no these do does could should most only first where while being under because""",
    "es": """el la los las de del que y en un una es por con para su sus se lo como más pero al no
        este esta son fue ha han entre sobre ya también cuando muy desde hasta hay donde o le les
        sin contra años todo todos ser está están quien quienes durante nuestro tras ante según
        puede porque esto hoy ni así cómo qué tiene después día nos""",
    "pt": """o a os as de do da dos das que e em no na nos nas um uma é por com para seu sua seus
        suas se ao à aos mais mas não este esta são foi tem entre sobre já também quando muito desde
        até há onde ou lhe sem contra anos todo todos ser está estão quem durante nosso após
        segundo pelo pela pode porque isso ele ela você nem foram pelos numa num às isto""",
    "fr": """le la les de du des que et en un une est pour par avec dans sur son sa ses se ce cette
        ces qui au aux plus mais pas ne ont été entre aussi quand très depuis où ou il elle ils
        nous vous leur leurs sans contre ans tout tous être sont deux après comme même fait à d l
        qu c n s j avait était selon peut parce dont ainsi cela encore chez""",
    "de": """der die das und in zu den mit von ist im für auf des ein eine einen einem einer eines
        nicht sich als auch es an dem wird am aus bei nach um zum zur vor wie war oder aber noch
        nur werden sind über sie wir ich er ihr durch haben hat dass kann wurde seit bis unter gegen
        mehr sein keine wenn so man diese dieser dieses vom schon was sehr einfach hier jetzt uns
        alle beim""",
    "it": """il lo la i gli le di del della dei delle degli che e è in un una per con su non si da
        dal dalla nel nella al alla ai alle sono ha ma più anche come questo questa suo sua loro
        dopo stato stata anni tra fra o se ci l d dell all nell sull hanno essere quando chi cui
        dove molto senza contro tutti tutto già ancora sul sulla perché così poi quello""",
    "ca": """el la els les de del dels que i en un una és per amb per a al als no es s l d seva
        seu seves seus més però aquest aquesta aquests aquestes són ha han va van entre sobre ja
        també quan molt des fins hi on o li sense contra anys tot tots ser està estan qui durant
        nostre després segons pot perquè això com què altres qual hem ens fer dos""",
    "tr": """ve bir bu da de ile için olarak olan çok daha en ne gibi kadar sonra ancak ise her o
        ki mi mı var yok olduğu olduğunu değil oldu dedi göre tarafından ama yeni iki ya şu
        biz ben sen onun kendi bütün nasıl neden şekilde üzere karşı arasında içinde üzerinde
        etti ediyor eden diye bile hem veya bunun büyük ilk son""",
}


def _votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """Give for each word the languages that use it; the more they are, the less it weighs."""
    users: dict[str, list[str]] = {}
    for code, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            users.setdefault(word, []).append(code)
    return {word: tuple((code, 1 / len(codes)) for code in codes) for word, codes in users.items()}


_VOTES: Final = _votes()


def declared(doc: Document, node: Node, within: Any) -> str:
    """Give the primary tag of the article's language: the nearest ``lang`` is right most often."""
    nearest = (
        [e.get("lang") for e in (within, *within.iterancestors())] if within is not None else []
    )
    claimed = [
        *nearest,
        doc.root.get("lang") or doc.root.get("xml:lang"),
        node.get("inLanguage"),
        doc.meta("og:locale", "content-language", "dc.language", "language"),
    ]
    for code in claimed:
        if isinstance(code, str) and (found := _CODE.match(code.lower())):
            return found[1]
    return ""


def judged(declared: str, text: Iterable[str]) -> tuple[str, str]:
    """Give the language of a text, and what was declared where its words refute that.

    A declaration stands unless many words of another shipped language speak
    against it: one sentence in a foreign tongue is a quotation.
    """
    text = list(text)
    if not declared:
        return detect(text), ""
    refuting = checked(declared, text)
    return (refuting, declared) if refuting else (declared, "")


def detect(text: Iterable[str]) -> str:
    """Tell in which of the shipped languages a text is; "" where it is not clear."""
    return _judge(text, ENOUGH, AHEAD, COMMON)


def checked(code: str, text: Iterable[str]) -> str:
    """Name the language that a text is in where that refutes `code`, else ""."""
    if code not in (*_WORDS, "ar"):
        return ""  # of other languages nothing is known to judge by
    found = _judge(text, CERTAIN, FAR_AHEAD, MOSTLY)
    return "" if found == code else found


def _judge(text: Iterable[str], enough: float, ahead: float, common: float) -> str:
    line = " ".join(piece[:MAX_TEXT] for piece in text)[:MAX_TEXT].lower()
    words = _WORD.findall(line)
    if not words:
        return ""
    if (arabic := len(_ARABIC.findall(line))) > len(words) / 2:
        return "" if _NOT_ARABIC.search(line) or arabic < enough else "ar"
    scores = dict.fromkeys(_WORDS, 0.0)
    hits = dict.fromkeys(_WORDS, 0)
    for word in words:
        for code, weight in _VOTES.get(word, ()):
            scores[code] += weight
            hits[code] += 1
    (best, score), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    sure = score >= enough and score >= ahead * second and hits[best] >= common * len(words)
    return best if sure else ""
