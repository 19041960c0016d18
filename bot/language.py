"""What a language brings to a teaser: fixed phrases, quotation marks, words to be careful with.

One TOML file per language in `languages/`, read on first need. A language that
is not shipped is neutral: its phrases are empty, never English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from unicodedata import normalize

SHIPPED: Final = ("en", "es", "pt", "fr", "de", "it", "ca", "tr", "ar")
TURKIC: Final = frozenset({"tr", "az"})  # dotted and dotless i are two letters

_FOLDER: Final = Path(__file__).with_name("languages")

# A word for the lists: letters and digits with their marks. Apostrophe and hyphen
# part words, so that “l’assassinat” and “17-jährig” are found by their parts.
_WORD: Final = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u064b-\u065f\u0670])+")
_FEW: Final = 8  # words looked for one by one; of more, those alone that begin as one there does:
_START: Final = 3  # with these letters
_TURKIC_FOLD: Final = str.maketrans({"I": "ı", "İ": "i"})
_ARABIC_FOLD: Final = str.maketrans(
    {**dict.fromkeys("أإآٱ", "ا"), "ى": "ي", "ة": "ه", "ـ": None}
    | dict.fromkeys(map(chr, (*range(0x64B, 0x660), 0x670)), None)
)


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language as the newsroom needs it; every list is lower case."""

    code: str = ""
    rtl: bool = False
    phrases: Mapping[str, str] = field(default_factory=dict)
    quotes: tuple[tuple[str, str], ...] = (("“", "”"), ("‘", "’"), ('"', '"'))
    abbreviations: frozenset[str] = frozenset({"dr.", "prof.", "st.", "vs."})  # never an end
    may_end: frozenset[str] = frozenset({"etc."})  # an end where one of `starters` follows
    before_number: frozenset[str] = frozenset()  # no end where a figure follows: “art. 5”
    starters: frozenset[str] = frozenset()  # words that begin sentences and hardly names
    ordinals: bool = False  # “26. Juli”: a figure with a dot is a rank
    months: tuple[str, ...] = ()  # January first
    month_forms: Mapping[str, int] = field(default_factory=dict)  # short ones too, no dots: 1–12
    weekdays: tuple[str, ...] = ()  # Monday first
    relative_days: tuple[str, ...] = ()
    sensitive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    harmless: tuple[str, ...] = ()  # “dead end”, “point mort”: what only looks grave or dated
    methods: tuple[str, ...] = ()  # how somebody ended a life: never told
    clickbait: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()
    engagement: tuple[str, ...] = ()
    credits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(
        default_factory=dict
    )  # of languages in this language: “spanish” → es
    prefixes: frozenset[str] = frozenset({""})  # what may be grown on to a word: “وال”

    def finds(self, words: Iterable[str], text: str, but: tuple[str, ...] = ()) -> list[str]:
        """Return what of `text` is one of `words`, as it stands there, in its order.

        Whole words, whatever their case; `word*` finds every word that begins
        so, and several words find each other across hyphens and apostrophes.
        Nothing is found inside of the phrases of `but`.
        """
        line = _line(self.code, text)
        needles = [needle for needle in self._likely(tuple(words), line) if needle in line]
        if needles and but:
            line = _line(self.code, text, but)
        found: dict[tuple[int, int], str] = {}
        for needle in needles:
            at = line.find(needle)
            while at >= 0:
                if line[line.rfind(" ", 0, at) + 1 : at] in self.prefixes:
                    first = line.count(" ", 0, at)
                    last = first + needle.rstrip().count(" ")
                    begin, end = _spans(text)[first][0], _spans(text)[last][1]
                    found.setdefault((begin, end), text[begin:end])
                    break
                at = line.find(needle, at + 1)
        return list(dict.fromkeys(found[span] for span in sorted(found)))

    def _likely(self, words: tuple[str, ...], line: str) -> Iterable[str]:
        """Leave out what no word of the line begins like: nearly all of a long list."""
        if len(words) < _FEW:
            return _needles(self.code, words)
        sought = _by_start(self.code, words)
        starts = sought.keys() & _starts(line, self.prefixes)
        return chain.from_iterable(map(sought.__getitem__, starts))

    def credit(self, kind: str, line: str) -> dict[str, str] | None:
        """Read a credit line such as “Translation by K.S. Mehta”, or return None.

        `kind` is a key of `credits`; the answer has what was found of who,
        language (as a code), date and outlet. A line is a credit as a whole
        (a photo's may close a caption): prose that speaks of one is none.
        """
        text = " ".join(line.split())
        if self.code == "ar":
            text = re.sub("[\u064b-\u065f\u0670]", "", text)
        sources = self.credits.get(kind)
        if len(text) > 300 or not sources:
            return None
        begins = [0]
        if kind == "photo":
            begins += (match.end() for match in _BEFORE_A_PHOTO.finditer(text))
        if not any(_any_of(sources).match(text, at) for at in begins):
            return None  # as nearly every line
        for source in sources:
            match = next(filter(None, map(partial(_compiled(source).match, text), begins)), None)
            parts = {k: v.strip(" .") for k, v in match.groupdict().items() if v} if match else {}
            name = parts.get("who", parts.get("outlet", "X"))
            agency = kind == "photo" and " " not in name  # “dpa” is written small
            if not parts or not (agency or _is_name(name)):
                continue
            if "language" in parts:
                parts["language"] = self.names.get(self.fold(parts["language"]), "")
            return parts
        return None

    def fold(self, text: str) -> str:
        """Return `text` so that two spellings of one word are equal in this language."""
        return _fold(self.code, text)


@lru_cache(maxsize=32)
def language(code: str) -> Language:
    """Return the language of a tag such as “pt-BR”; a neutral one where it is not shipped."""
    primary = code.replace("_", "-").split("-")[0].strip().lower()
    if primary not in SHIPPED:
        return Language(code=primary)
    return language(primary) if primary != code else _load(primary)


def phrase(code: str, key: str) -> str:
    """Return a fixed phrase such as `photo` in a language, or "" where there is none."""
    return language(code).phrases.get(key, "")


def _load(code: str) -> Language:
    import tomllib

    with (_FOLDER / f"{code}.toml").open("rb") as file:
        read = tomllib.load(file)
    months: list[list[str]] = read["months"]
    weekdays: list[str] = read["weekdays"]
    names: dict[str, str] = read["names"]
    forms = {form.rstrip("."): number for number, row in enumerate(months, 1) for form in row}
    fragments = _fragments(names, forms, weekdays) | read["fragments"]
    credits = read["credits"]
    credits["photo"].append(r"©(?: ?\d{4})?{who}")
    return Language(
        code=code,
        rtl=read.get("rtl", False),
        ordinals=read.get("ordinals", False),
        phrases=MappingProxyType(read["phrases"]),
        quotes=tuple((opening, closing) for opening, closing in read["quotes"]),
        months=tuple(row[0] for row in months),
        month_forms=MappingProxyType(forms),
        weekdays=tuple(weekdays),
        relative_days=_grown(read["relative_days"], weekdays),
        sensitive=_lists(read["sensitive"]),
        kinds=_lists(read["kinds"]),
        credits=MappingProxyType(
            {kind: tuple(_whole(kind, s, fragments) for s in row) for kind, row in credits.items()}
        ),
        names=MappingProxyType({_fold(code, name): tag for name, tag in names.items()}),
        prefixes=frozenset({"", *read.get("prefixes", ())}),
        abbreviations=frozenset(read["abbreviations"]) | _begun(read) - set(read["may_end"]),
        may_end=frozenset(read["may_end"]),
        before_number=frozenset(read["before_number"]),
        starters=frozenset(read["starters"]),
        harmless=tuple(read["harmless"]),
        methods=tuple(read["methods"]),
        clickbait=tuple(read["clickbait"]),
        breaking=tuple(read["breaking"]),
        engagement=tuple(read["engagement"]),
    )


def _begun(read: Mapping[str, Any]) -> frozenset[str]:
    """Return how abbreviations of several words begin: after “ee.” of “ee. uu.” nothing ends."""
    rows = (entry.split() for entry in (*read["abbreviations"], *read["may_end"]))
    starts = (" ".join(row[:count]) for row in rows for count in range(1, len(row)))
    return frozenset(start for start in starts if start.endswith("."))


def _lists(table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: _grown(row, ()) for key, row in table.items()})


def _grown(row: Iterable[str], weekdays: Iterable[str]) -> tuple[str, ...]:
    """Write “on {weekday}” and “{age} year old” out for every weekday and every minor's age."""
    grown: list[str] = []
    for entry in row:
        if "{weekday}" in entry:
            grown += (entry.replace("{weekday}", day) for day in weekdays)
        elif "{age}" in entry:
            grown += (entry.replace("{age}", str(age)) for age in range(1, 18))
        else:
            grown.append(entry)
    return tuple(grown)


def _fragments(
    names: Iterable[str], months: Iterable[str], weekdays: Iterable[str]
) -> dict[str, str]:
    """Return what a credit pattern may name in braces: the moving parts of a line."""
    month = "(?:" + "|".join(map(re.escape, sorted(months, key=len, reverse=True))) + r")\.?"
    day = r"\d{1,2}(?:st|nd|rd|th|er|[.º°])?"
    year = r"(?:,?(?: del? ?l?['’]?| of)? ?\d{4})?"
    weekday = "(?:(?:" + "|".join(map(re.escape, weekdays)) + r"),? )?"
    written = rf"{weekday}(?:{day}(?: de| of)? (?:d['’])?{month}|{month} {day}){year}"
    figures = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d"
    return {
        "who": r" ?(?P<who>[^\s,;:|()\[\]][^;:|()\[\]]{0,79}?)",
        "outlet": r"[“\"«_*]?(?P<outlet>[^\s,;:|()][^,;:|()]{0,79}?)[”\"»_*]?",
        "language": "(?P<language>" + "|".join(sorted(names, key=len, reverse=True)) + ")",
        "date": rf"(?P<date>{written}|{figures})",
    }


def _whole(kind: str, source: str, fragments: Mapping[str, str]) -> str:
    """Let a pattern stand for a whole line; a photo's may close a longer one."""
    for name, fragment in reversed(list(fragments.items())):
        source = source.replace("{" + name + "}", fragment)
    # “Jane Doe, Reuters” is one credit
    rest = r"(?:\(.*)?" if kind == "photo" else r"(?:[,;(].*)?"
    return rf"[\s(\[*_—–-]*(?:{source}){rest}[\s.)\]*_]*$"


#: After these in a line, and where it begins, a photo's credit may begin.
_BEFORE_A_PHOTO: Final = re.compile(r"[.!?)|/–—] |[(|\[]")


@lru_cache(maxsize=256)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


@lru_cache(maxsize=32)
def _any_of(sources: tuple[str, ...]) -> re.Pattern[str]:
    """Join patterns into one, which tells whether any of them matches, and nothing more."""
    return re.compile(re.sub(r"\(\?P<\w+>", "(?:", "|".join(sources)), re.IGNORECASE)


def _is_name(text: str) -> bool:
    """Tell a name from prose: it begins large (or in a script without case) and is short."""
    return not text[0].islower() and len(text.split()) <= 10


def _fold(code: str, text: str) -> str:
    if code in TURKIC:
        text = text.translate(_TURKIC_FOLD)
    text = normalize("NFC", text.casefold())
    return text.translate(_ARABIC_FOLD) if code == "ar" else text


@lru_cache(maxsize=64)
def _needles(code: str, words: tuple[str, ...]) -> tuple[str, ...]:
    needles = []
    for word in words:
        line = " ".join(_fold(code, part) for part in _WORD.findall(word))
        if line:
            needles.append(line if word.endswith("*") else f"{line} ")
    return tuple(needles)


@lru_cache(maxsize=64)
def _by_start(code: str, words: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Sort the needles by how their first word begins; where that is short and open, under ""."""
    found: dict[str, tuple[str, ...]] = {}
    for needle in _needles(code, words):
        start = needle[: needle.find(" ") + 1 or None][:_START]
        if len(start) < _START and not start.endswith(" "):
            start = ""
        found[start] = (*found.get(start, ()), needle)
    return found


@lru_cache(maxsize=8)
def _starts(line: str, prefixes: frozenset[str]) -> frozenset[str]:
    """Return the first letters of the words of a line, also where a prefix may have grown on."""
    lengths = set(map(len, prefixes))
    words = {f"{word} " for word in line.split(" ")}
    return frozenset({"", *(word[n : n + _START] for n in lengths for word in words)})


@lru_cache(maxsize=8)
def _line(code: str, text: str, but: tuple[str, ...] = ()) -> str:
    """Return the folded words of `text` in one line, a space after each; blots for `but`."""
    if but:
        line = " " + _line(code, text)
        for needle in _needles(code, but):
            if f" {needle}" in line:
                line = line.replace(f" {needle}", " " + re.sub(r"\S", "\0", needle))
        return line[1:]
    return _fold(code, " ".join(_WORD.findall(text))) + " "


@lru_cache(maxsize=8)
def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of that line stand in the text."""
    return [match.span() for match in _WORD.finditer(text)]
