"""Plain text: cleaned, parted into sentences, measured in graphemes, cut without harm.

Everything here is pure. A sentence never ends and a cut never falls inside a
quotation; where a mark is in doubt, more is kept together rather than less.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from typing import Any, Final

from bot.language import TURKIC, Language, language

FSI: Final = "\u2068"  # first strong isolate
PDI: Final = "\u2069"  # pop directional isolate

# ------------------------------------------------------------------ one line


@cache
def _pattern(source: str) -> Any:
    """Compile on first use: `regex` costs more to import than most commands take."""
    import regex

    return regex.compile(source)


# Control characters but white space, soft hyphen, zero-width space, word joiner, byte order
# mark, bidi embeddings, overrides and isolates, lone surrogates. Joiners stay: they spell words.
_INVISIBLE: Final = r"[^\P{Cc}\s]|[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def clean(text: str) -> str:
    """Return `text` as one line: white space folded, composed (NFC), nothing invisible left."""
    return unicodedata.normalize("NFC", " ".join(_pattern(_INVISIBLE).sub("", text).split()))


def isolate(text: str) -> str:
    """Return `text` so that its direction does not disturb what stands beside it, line by line."""
    return "\n".join(f"{FSI}{line}{PDI}" if line.strip() else line for line in text.split("\n"))


def is_rtl(text: str) -> bool:
    """Tell whether the first letter that has a direction runs from right to left."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


def graphemes(text: str) -> list[str]:
    """Return what a reader sees as single characters."""
    found: list[str] = _pattern(r"\X").findall(text)
    return found


# Scripts that write no space between words: each character counts, and may be cut after.
_SPACELESS: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"


def count_words(text: str) -> int:
    """Return the number of words; in scripts without spaces, of characters."""
    return len(
        _pattern(rf"{_SPACELESS}\p{{M}}*|[\w\p{{M}}]+(?:['’.\-][\w\p{{M}}]+)*").findall(text)
    )


# ---------------------------------------------------------------------- HTML

_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "td", "th", "title", "tr", "ul",
})  # fmt: skip
_DROPPED: Final = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "svg", "math", "select"}
)
_MARKUP: Final = (
    r"(?i)</?(?:p|br|div|span|a|em|strong|i|b|u|ul|ol|li|h[1-6]|img|blockquote|figure|figcaption"
    r"|table|tr|td|sup|sub|small|script|style)\b[^<>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,10}\d*);"
)
_ROUNDS: Final = 3  # feeds escape twice; nobody escapes four times


def from_html(html: str) -> str:
    """Return the text of a piece of HTML: paragraphs apart by an empty line.

    Entities are resolved, escaped twice too; scripts and styles are dropped.
    Time and memory grow with the length alone.
    """
    from html import unescape

    text = html
    for round_ in range(_ROUNDS):
        if round_ and not _pattern(_MARKUP).search(text):
            break
        text = _strip_tags(text) if "<" in text else unescape(text)
    paragraphs = (clean(part) for part in _pattern(r"\n\s*\n").split(text))
    return "\n\n".join(part for part in paragraphs if part)


def _strip_tags(html: str) -> str:
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    # In a frame of its own no text is moved or lost, whatever of a page is around it.
    inner = _pattern(r"(?i)\0|</?(?:html|body)\b[^<>]*>").sub("", html)
    root = etree.fromstring(f"<body>{inner}</body>".encode("utf-8", "ignore"), parser)
    return "" if root is None else "".join(_pieces(root, etree.iterwalk(root, ("start", "end"))))


def _pieces(root: Any, walk: Any) -> Iterator[str]:
    for event, element in walk:
        gap = "\n\n" if element.tag in _BLOCKS else "\n" if element.tag == "br" else ""
        if event == "start":
            yield gap
            if element.tag in _DROPPED:
                walk.skip_subtree()
            elif element.text:
                yield _flat(element.text)
        else:
            yield gap if gap == "\n\n" else ""
            if element.tail and element is not root:
                yield _flat(element.tail)


def _flat(text: str) -> str:
    """Return text of a source file, where a line's end means no more than a space."""
    return text.replace("\r", " ").replace("\n", " ")


# ---------------------------------------------------------------- quotations

# Opening mark → what closes it. German closes „ with “, English and Catalan set “ first.
_CLOSING: Final = {
    "“": "”", "„": "“”", "‟": "”", "«": "»", "‹": "›", "「": "」", "『": "』",
    "»": "«", "”": "”", '"': '"', "‘": "’", "‚": "‘’", "'": "'",
}  # fmt: skip
_SINGLE: Final = frozenset("‘‚'")
_EITHER: Final = frozenset("»”")  # open in some languages, close in others
_MARKS: Final = "[" + "".join({*_CLOSING, *"".join(_CLOSING.values())}) + "]"
_OPENERS: Final = "“„‟«‹「『\"‘‚'([{¿¡"
# Words that begin with an apostrophe, which typesetting turns into an opening mark.
_ELISION: Final = r"(?i)(?:\d0s|tis|twas|til|till|cause|em|n|round|bout|cos)\b"


def quotations(text: str, lang: str = "") -> list[tuple[int, int]]:
    """Return where quotations stand, marks included, outermost only.

    An apostrophe is no mark. A quotation that is never closed reaches to the
    end of the text, so that nothing that may be quoted is taken for free.
    """
    marks = [match.start() for match in _pattern(_MARKS).finditer(text)]
    known = language(lang)
    foreign = _EITHER.difference(opening for opening, _ in known.quotes) if known.phrases else ()
    passed = set(foreign)
    spans: list[tuple[int, int]] = []
    for place, start in enumerate(marks):
        if (spans and start < spans[-1][1]) or text[start] in passed or not _opens(text, start):
            continue
        end = _end_of_quotation(text, marks, place)
        if end is None and text[start] in _SINGLE:
            passed.add(text[start])  # an apostrophe that looks like a mark; none closes later
            continue
        spans.append((start, end or len(text)))
    return spans


def _around(text: str, at: int) -> tuple[str, str]:
    return text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "


def _opens(text: str, at: int) -> bool:
    """Tell from what stands beside it whether a mark may open a quotation."""
    mark = text[at]
    before, after = _around(text, at)
    free_before = before.isspace() or before in _OPENERS or before in "’–—-/:"
    word_after = not after.isspace() and after not in ".,;:!?)]}%»”’"
    if mark == '"':
        apart = before.isspace() and after.isspace()
        return apart or not (before.isalnum() or after.isspace() or after in ".,;:!?)]}")
    if mark in _SINGLE:
        return free_before and word_after and not _pattern(_ELISION).match(text, at + 1)
    if mark in _EITHER:
        return free_before and word_after
    return mark in _CLOSING and (free_before or word_after)


def _end_of_quotation(text: str, marks: list[int], place: int) -> int | None:
    """Return where the quotation that opens at a mark ends, or None where it never does."""
    opening = text[marks[place]]
    closing = _CLOSING[opening]
    depth = 1
    for later in range(place + 1, len(marks)):
        at = marks[later]
        before, after = _around(text, at)
        if text[at] == opening and opening not in _SINGLE and before.isspace() and after.isalnum():
            depth += before != "\n"  # a new paragraph of one quotation opens again, closes once
        elif text[at] in closing and (opening not in _SINGLE or _closes_single(text, marks, later)):
            depth -= 1
            if not depth:
                return at + 1
    return None


def _closes_single(text: str, marks: list[int], place: int) -> bool:
    """Tell a closing single mark from the apostrophe of “don’t” and of “the workers’ party”."""
    at = marks[place]
    before, after = _around(text, at)
    if before.isspace() or after.isalnum():
        return False
    if not (before.isalnum() and after.isspace() and text[at + 2 : at + 3].islower()):
        return True
    for later in marks[place + 1 : place + 20]:
        beside, beyond = _around(text, later)
        if text[later] in _SINGLE and not beside.isalnum():
            return True  # another opens first
        if text[later] == text[at] and not beyond.isalnum():
            return False  # this one is within, the later one closes
    return True


# ----------------------------------------------------------------- sentences

_CLOSERS: Final = r"”’\"'»«›“」』)\]}"
_END: Final = (
    rf"(?P<mark>[.!?…؟۔।]+)(?P<close>(?:[{_CLOSERS}]|\s»)*)(?=\s)"
    rf"|[。！？｡]+(?![{_CLOSERS}])|[。！？｡]+[{_CLOSERS}]+(?!\w)|\n[^\S\n]*\n"
)
_NEXT: Final = r"[\s“„‟«»‹「『\"‘‚'(\[{¿¡–—-]*(?P<word>[\w\p{M}]*)"
_BRACKETS: Final = r"\([^()]*\)|\[[^\[\]]*\]"
_INITIALS: Final = r"(?:\p{L}\.)+"
_RANK: Final = r"(?:\d{1,2}\.)+|\d{3}\.|[IVX]+\."


def sentences(text: str, lang: str) -> list[str]:
    """Return the sentences of `text`; joined by a space they are the text again, space-folded.

    (Only after “。”, where nobody writes a space, joining adds one.) No end is
    seen inside a quotation or brackets, after an abbreviation, in “26. Juli”,
    and before a small letter: “Stop!” police say stays together.
    """
    brackets = [match.span() for match in _pattern(_BRACKETS).finditer(text)]
    closed = _merged(quotations(text, lang) + brackets)
    known = language(lang)
    found: list[str] = []
    begin = 0
    for match in _pattern(_END).finditer(text):
        if not _inside(closed, match.end()) and _is_end(text, begin, match, known):
            found.append(" ".join(text[begin : match.end()].split()))
            begin = match.end()
    found.append(" ".join(text[begin:].split()))
    return [sentence for sentence in found if sentence]


def _is_end(text: str, begin: int, match: Any, known: Language) -> bool:
    """Tell whether a mark ends the sentence, from what stands before and after it."""
    mark, close = match["mark"], match["close"]
    if mark is None:  # “。” or an empty line
        return True
    word = _pattern(_NEXT).match(text, match.end())["word"]
    dash = text[match.end() : match.end() + 2].strip() in {"–", "—", "-"}
    if word[:1].islower():
        return False
    if mark != ".":
        # “Stop!” Mehta said: the speaker may follow an exclamation, and stays.
        quoted = bool(set(close) - set(")]} "))
        return not quoted and (mark[-1] != "…" or not word[:1].isdigit())
    return _is_full_stop(text[begin : match.end("mark")], "" if dash else word, known)


def _is_full_stop(sentence: str, word: str, known: Language) -> bool:
    """Tell the dot that ends `sentence` from one that abbreviates, before `word`."""
    tokens = [token.lstrip(_OPENERS) for token in sentence[-60:].split()[-3:]]
    last = _pattern(r"[-–—/'’]").split(tokens[-1])[-1]
    starts = lower(word, known.code) in known.starters
    lowered = {last.lower(), *(" ".join(tokens[-n:]).lower() for n in (1, 2, 3))}
    if lowered & known.abbreviations:
        return False
    if lowered & known.before_number and word[:1].isdigit():
        return False
    if lowered & known.may_end or _pattern(_INITIALS).fullmatch(last):
        return starts
    if _pattern(_RANK).fullmatch(last):
        listed = len(sentence.split()) == 1  # “1. Stop the war”
        return not listed and (starts or not known.ordinals)
    return True


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _inside(spans: list[tuple[int, int]], at: int) -> bool:
    """Tell whether a cut at `at` would fall within one of the spans, which are in order."""
    place = bisect_left(spans, (at, 0)) - 1
    return place >= 0 and at < spans[place][1]


# ----------------------------------------------------------------------- cut

_ELLIPSIS: Final = "…"
_DANGLING: Final = frozenset(",;:.…–—-/&+|·•([{<¿¡“„‟«‹「『‘‚")


def cut_at_word(text: str, fits: Callable[[str], bool], lang: str = "") -> str:
    """Return `text` if it fits, else its longest run of whole words and “…” that does.

    Never cut is a quotation or a grapheme. Only where not even the first word
    fits is that one cut, at a grapheme; "" is returned where nothing fits.
    """
    if fits(text):
        return text
    pieces = graphemes(text)
    starts = list(accumulate(map(len, pieces), initial=0))
    closed = quotations(text, lang)
    ends_of_quotations = {end for _, end in closed}
    said = {place for place, start in enumerate(starts) if start in ends_of_quotations}
    whole, parts = _cuts(pieces)
    for places in (whole, parts):
        free = [place for place in places if not _inside(closed, starts[place])]
        ends = dict.fromkeys(starts[_without_dangling(pieces, place, said)] for place in free)
        best = _longest(text, [end for end in ends if end], fits)
        if best:
            return best
    return ""


def _cuts(pieces: list[str]) -> tuple[list[int], list[int]]:
    """Return before which graphemes a cut parts words, and which are within the first word."""
    spaceless = _pattern(_SPACELESS).match
    whole = [
        place
        for place in range(1, len(pieces))
        if pieces[place].isspace() or (spaceless(pieces[place - 1]) and spaceless(pieces[place]))
    ]
    return whole, list(range(1, whole[0] if whole else len(pieces)))


def _without_dangling(pieces: list[str], end: int, said: set[int]) -> int:
    """Step back over what must not stand before “…”, but never into a quotation."""
    while end and end not in said and (pieces[end - 1].isspace() or pieces[end - 1] in _DANGLING):
        end -= 1
    return end


def _longest(text: str, ends: list[int], fits: Callable[[str], bool]) -> str:
    """Return `text` up to the last of `ends` with which it fits, and “…”; "" where none does."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        fitting = fits(text[: ends[middle]] + _ELLIPSIS)
        low, high = (middle + 1, high) if fitting else (low, middle)
    return text[: ends[low - 1]] + _ELLIPSIS if low else ""


# ----------------------------------------------------------------- letter case

_UPPER_TURKIC: Final = str.maketrans({"i": "İ", "ı": "I"})
_LOWER_TURKIC: Final = str.maketrans({"İ": "i", "I": "ı"})
_TOKEN: Final = r"[\w\p{M}]+(?:[.'’\-][\w\p{M}]+)*\.?"


def upper(text: str, lang: str) -> str:
    """Return `text` in capitals; Turkish i becomes İ."""
    return (text.translate(_UPPER_TURKIC) if _is_turkic(lang) else text).upper()


def lower(text: str, lang: str) -> str:
    """Return `text` in small letters; Turkish I becomes ı."""
    return (text.translate(_LOWER_TURKIC) if _is_turkic(lang) else text).lower()


def _is_turkic(lang: str) -> bool:
    return lang[:2].lower() in TURKIC


def is_all_caps(text: str) -> bool:
    """Tell whether a headline shouts: nearly every letter a capital, and more than an acronym."""
    if sum(map(text.count, "aeino")) > len(text) / 10:  # most texts are settled by this
        return False
    cased = [letter for letter in text if letter.isupper() or letter.islower()]
    capitals = sum(letter.isupper() for letter in cased)
    return len(cased) >= 10 and capitals >= 0.9 * len(cased)


def sentence_case(text: str, lang: str, like: str = "") -> str:
    """Propose an all-caps headline in ordinary case; a person looks at it.

    Names and acronyms are spelt as in `like`, the article's dek or body, where
    they occur there; else what has dots, figures or no vowel stays as it is.
    """
    spelt: dict[str, str] = {}
    for match in _pattern(rf"(?<=[\w,;] ){_TOKEN}").finditer(like):
        spelt.setdefault(lower(match[0].rstrip("."), lang), match[0].rstrip("."))

    def proposed(match: Any) -> str:
        word: str = match[0]
        small = lower(word, lang)
        if small.rstrip(".") in spelt:
            return spelt[small.rstrip(".")] + "." * word.endswith(".")
        odd = "." in word[:-1] or any(letter.isdigit() for letter in word)
        return (
            word if odd or not _pattern(r"(?i)[aeiouyà-ÿıİœ]|[^\p{Latin}]").search(word) else small
        )

    found = _pattern(_TOKEN).sub(proposed, text)
    firsts = r"(?:^|(?<=[!?…:] |(?<!\b\p{L})\. )|(?<=[.!?…:] [“„«\"‘'¿¡(]))[“„«\"‘'¿¡(\s]*\p{Ll}"
    result: str = _pattern(firsts).sub(lambda match: upper(match[0], lang), found)
    return result


def hashtag(tag: str, lang: str) -> str:
    """Return a tag as a hashtag, “labor movement” as #LaborMovement, or "" where it cannot be one.

    Diacritics stay; scripts without capitals part their words by a low line.
    """
    text = _pattern(r"(?<=\w)['’](?=\w\b)").sub("", clean(tag))  # women's → womens
    words = _pattern(r"[^\W_][\w\p{M}]*").findall(text)
    name = "".join(upper(word[0], lang) + word[1:] for word in words)
    if name and not any(letter.isupper() for letter in name):
        name = "_".join(words)
    has_letter = any(letter.isalpha() for letter in name)
    return f"#{name}" if has_letter and 2 <= len(name) <= _LONGEST_HASHTAG else ""


# Instagram and X cut or refuse longer ones in practice; nobody reads one of half this.
_LONGEST_HASHTAG: Final = 60
