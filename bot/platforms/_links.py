"""What X turns into a link: web addresses, @mentions, $cashtags, #hashtags.

The grammar is that of twitter-text 3.1.0 (https://github.com/twitter/twitter-text, read
2026-11-22), its oddities included: what it links is what X counts, shows and charges for. Its
patterns backtrack, quadratically on hostile text; here every run of characters that could be
a domain is walked once, so that the time grows with the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.platforms._tlds import NAMES

if TYPE_CHECKING:
    import regex

MAX_URL = 4096  # UTF-16 units, the scheme counted a second time
MAX_LABEL = 63  # of a domain, in its encoded form
MAX_TCO_SLUG = 40

_SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_JS_SPACES = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_PUNCTUATION = r"!'#%&()*+,\\:;<=>?@\[\]^{|}~$/"  # and . - _, which domains may hold
_INVALID = r"\ufffe\ufeff\uffff"
_DIRECTIONAL = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    r"\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
# Where the reference ignores case, it does so by JavaScript's rules: these come in as the other
# case of a letter of the range.
_LATIN_ANY_CASE = (
    _LATIN + r"\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe"
    r"\u2c65\u2c66\u2c7e\u2c7f\ua7dc"
)
_PATH_LAST = rf"A-Za-z0-9\u0400-\u04ff\u1c80-\u1c87{_LATIN_ANY_CASE}+\-=_#/"
_PATH_NEVER_LAST = r"!*';:,.$%\[\]\u2013~@|&"
_QUERY = r"A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|"
_QUERY_NEVER_LAST = "!?*'@();:+$%[].,~|"

_RUN = re.compile(rf"[^{_PUNCTUATION}{_SPACES}{_INVALID}{_DIRECTIONAL}]+")
_DOT = re.compile(r"\.")
_BEFORE = re.compile(rf"[^A-Za-z0-9@＠$#＃{_INVALID}]")
_BEFORE_BARE = re.compile(rf"[^A-Za-z0-9@＠$#＃{_INVALID}_.\-/]")
_SCHEME = re.compile(r"[hH][tT][tT][pP][sS]?://\Z")
_LATIN_RUN = re.compile(rf"[A-Za-z0-9.\-{_LATIN_ANY_CASE}]+")
_ASCII_TOP = re.compile(r"[A-Za-z]++(?![0-9@+-])")
_PUNYCODE_TOP = re.compile(r"[xX][nN]--[-0-9A-Za-z]+")
_TOP_GOES_ON = re.compile(r"[0-9A-Za-z@+-]")
_ENCODED = re.compile(r"[^\0-\x7e]")
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
_PORT = re.compile(r":[0-9]++")
_ANY = rf"[{_PATH_LAST}{_PATH_NEVER_LAST}]"
_PARENS = rf"\((?:{_ANY}++|{_ANY}*+\({_ANY}++\){_ANY}*+)\)"
_PATH = re.compile(rf"/(?:(?:[{_PATH_NEVER_LAST}]++|{_PARENS})*+[{_PATH_LAST}]++)*+(?:{_PARENS})*+")
_QUERY_RUN = re.compile(rf"\?[{_QUERY}]*+")
_TCO = re.compile(r"https?://t\.co/([A-Za-z0-9]+)", re.IGNORECASE | re.ASCII)

_MENTION = re.compile(
    r"(?:\A|[^A-Za-z0-9_!#$%&*@＠]|(?:\A|[^A-Za-z0-9_+~.-])[rR][tT]:?)"
    r"([@＠][A-Za-z0-9_]{1,20}(?:/[A-Za-z][A-Za-z0-9_-]{0,24})?)"
)
_NO_MENTION = re.compile(rf"[@＠{_LATIN}]|://")
_CASHTAG = re.compile(
    rf"(?:\A|[{_SPACES}])(\$[A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)"
    rf"(?=\Z|[{_JS_SPACES}{_PUNCTUATION}._\-])"
)
_NO_HASHTAG = re.compile(r"[#＃]|://")

_OTHER_TOPS = frozenset(name.upper() for name in NAMES if not name.isascii())
_OTHER_INITIALS = frozenset(name[0] for name in _OTHER_TOPS)
_OTHER_LENGTHS = sorted({len(name) for name in _OTHER_TOPS}, reverse=True)


class Link(NamedTuple):
    """A stretch of text that X links as a web address."""

    start: int
    stop: int
    counted: int  # how far from `start` the reference goes on counting: nearly always `stop`
    bare: bool  # without scheme


# ------------------------------------------------------------------------ domains


def top_level(text: str, at: int) -> int:
    """Return where the top-level domain that begins at `at` ends, or 0 where none does."""
    word = _ASCII_TOP.match(text, at)
    if word and word[0].lower() in NAMES:
        return word.end()
    ahead = text[at : at + _OTHER_LENGTHS[0]]
    if not ahead.isascii() and (ahead := _js_upper(ahead))[0] in _OTHER_INITIALS:
        for length in _OTHER_LENGTHS:
            name = ahead[:length]
            if name in _OTHER_TOPS and not _TOP_GOES_ON.match(text, at + len(name)):
                return at + len(name)
    punycode = _PUNYCODE_TOP.match(text, at)
    return punycode.end() if punycode else 0


def _js_upper(text: str) -> str:
    """Fold case as JavaScript's patterns do: one unit for one, never into ASCII."""
    return "".join(
        char if len(up := char.upper()) > 1 or (up.isascii() and not char.isascii()) else up
        for char in text
    )


class _Run:
    """One run of characters that domains are made of, walked once from its end."""

    def __init__(self, text: str, start: int, stop: int, tops: list[int]) -> None:
        self.text = text
        self.dots = [dot.start() for dot in _DOT.finditer(text, start, stop)]
        self.tops = tops
        self.bars = [
            text.rfind("_", first, dot)
            for first, dot in zip([start, *(dot + 1 for dot in self.dots)], self.dots, strict=False)
        ]
        # furthest[n]: the end of the longest domain that begins with the whole label before dot n
        self.furthest = [0] * (len(self.dots) + 1)
        for n in range(len(self.dots) - 1, 0, -1):
            self.furthest[n] = self._end(self.dots[n - 1] + 1, n)

    def _end(self, first: int, n: int) -> int:
        dot = self.dots[n]
        if first >= dot or self.text[first] in "-_" or self.text[dot - 1] in "-_":
            return 0
        if self.furthest[n + 1]:
            return self.furthest[n + 1]
        return self.tops[n] if self.bars[n] < first else 0  # no _ in the registered name

    def domain_end(self, first: int) -> int:
        """Return where the longest domain that begins at `first` ends, or 0."""
        n = bisect_left(self.dots, first)
        return self._end(first, n) if n < len(self.dots) else 0

    def latin_domains(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of a domain that X links when there is no scheme."""
        done = first
        for part in _LATIN_RUN.finditer(self.text, first, stop):
            begin = part.start() + (self.text[part.start()] == ".")
            low = bisect_right(self.dots, begin)
            for n in range(bisect_left(self.dots, part.end()) - 1, low - 1, -1):
                if self.tops[n]:
                    # The reference looks the name up by its letters, and so may find them
                    # further to the left than it read them.
                    found = self.text.find(self.text[begin : self.tops[n]], done, stop)
                    done = found + self.tops[n] - begin
                    yield found, done
                    break


def _labels_fit(domain: str) -> bool:
    return all(
        len(label) <= MAX_LABEL
        and (not _ENCODED.search(label) or _encoded_length(label) <= MAX_LABEL)
        for label in domain.split(".")
    )


def _encoded_length(label: str) -> int:
    parts = re.split("[\u3002\uff0e\uff61]", label)
    return (
        len(parts)
        - 1
        + sum(
            len("xn--" + part.encode("punycode").decode()) if _ENCODED.search(part) else len(part)
            for part in parts
        )
    )


# -------------------------------------------------------------------------- links


_DOTTED = re.compile(r"\.\w")  # no dot with a letter after it, no address


def links(text: str) -> list[Link]:
    """Find every web address that X links, with a scheme or without, in order."""
    found: list[Link] = []
    at = 0  # what lies before this is part of an earlier match, linked or not
    if not _DOTTED.search(text):
        return found
    for match in _RUN.finditer(text):
        start, stop = match.span()
        if stop <= at or text.find(".", start, stop) < 0:
            continue
        tops = [top_level(text, dot.end()) for dot in _DOT.finditer(text, start, stop)]
        if any(tops):
            run = _Run(text, start, stop, tops)
            while candidate := _first_domain(run, start, stop, at):
                at = _link(run, *candidate, found)
    return found


def _first_domain(run: _Run, start: int, stop: int, at: int) -> tuple[int, int, int, bool] | None:
    """Return start of URL, start and end of domain, and whether it may stand bare."""
    for begin, first, bare in _beginnings(run.text, start, stop, at):
        if end := run.domain_end(first):
            return begin, first, end, bare
    return None


def _beginnings(text: str, start: int, stop: int, at: int) -> Iterator[tuple[int, int, bool]]:
    scheme = _SCHEME.search(text, max(start - 8, at), start) if start else None
    if scheme:
        begin = scheme.start()
        if begin == 0 or (begin > at and _BEFORE.match(text, begin - 1)):
            yield begin, start, True
    if start == 0 == at:
        if _BEFORE.match(text) and text[0] <= "\uffff":
            yield 1, 1, bool(_BEFORE_BARE.match(text))
        yield 0, 0, True
    elif start > at and _BEFORE.match(text, start - 1):
        yield start, start, bool(_BEFORE_BARE.match(text, start - 1))
    for before in _BEFORE.finditer(text, max(start, at), stop):
        # The reference reads UTF-16: the first half of a character can stand before a domain
        # that begins with its second half.
        if before[0] > "\uffff":
            yield before.start(), before.start(), True
        yield before.end(), before.end(), before[0] not in "-_."


def _link(run: _Run, begin: int, first: int, domain_end: int, bare: bool, found: list[Link]) -> int:
    """Add what X links of one match to `found`; return where the match ends."""
    text = run.text
    path_start, path_end, end = _rest(text, domain_end)
    domain = text[first:domain_end]
    scheme = first - begin
    latin = list(run.latin_domains(first, domain_end))
    units = end - begin + len(_ASTRAL.findall(domain))
    if (
        not _labels_fit(domain)
        or (domain.startswith("xn--") and not latin)
        or (scheme or len("https://")) + units > MAX_URL
    ):
        return end
    if scheme:
        if tco := _TCO.match(text, begin, end):
            if len(tco[1]) <= MAX_TCO_SLUG:
                stop = _query_end(text, tco.end(), end)
                found.append(Link(begin, stop, stop, False))
        else:
            found.append(Link(begin, end, end, False))
    elif bare and latin:
        found += (Link(*part, part[1], True) for part in latin)
        if path_end > path_start:
            start, stop = latin[-1]
            # The reference counts on for as many UTF-16 units as the last part and what follows
            # the whole domain have together.
            units = 2 * (stop - start + end - domain_end)
            counted = text[start:end].encode("utf-16-le", "surrogatepass")[:units]
            found[-1] = Link(start, end, start + len(counted.decode("utf-16-le", "ignore")), True)
    return end


def _rest(text: str, at: int) -> tuple[int, int, int]:
    """Return where the path begins and ends that follows a domain, and where its query ends."""
    port = _PORT.match(text, at)
    start = path_end = port.end() if port else at
    if path := _PATH.match(text, start):
        path_end = path.end()
    return start, path_end, _query_end(text, path_end, len(text))


def _query_end(text: str, at: int, stop: int) -> int:
    query = _QUERY_RUN.match(text, at, stop)
    return at + len(query[0].rstrip(_QUERY_NEVER_LAST)) if query else at


# --------------------------------------------------------------------------- tags


def mentions(text: str) -> list[tuple[int, int]]:
    """Find what reads as an @mention or a list, inside web addresses too."""
    return [
        match.span(1)
        for match in _MENTION.finditer(text)
        if not _NO_MENTION.match(text, match.end())
    ]


def cashtags(text: str) -> list[tuple[int, int]]:
    """Find what reads as a $cashtag."""
    return [match.span(1) for match in _CASHTAG.finditer(text)]


def hashtags(text: str) -> list[tuple[int, int]]:
    """Find what reads as a #hashtag, inside web addresses too.

    Letters count that came to Unicode after version 7, at which the reference stops.
    """
    if "#" not in text and "＃" not in text:
        return []
    return [
        match.span(1)
        for match in _hashtag_pattern().finditer(text)
        if not _NO_HASHTAG.match(text, match.end())
    ]


@cache
def _hashtag_pattern() -> regex.Pattern[str]:
    import regex  # knows letters and marks by property, which re does not

    letter = r"\p{L}\p{M}"
    special = (
        r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b"
        r"\u0f0c\xb7"
    )
    word = rf"[{letter}\p{{Nd}}{special}]"
    return regex.compile(
        rf"(?:\A|\ufe0e|\ufe0f|(?!{word}|&)[^\ud800-\udfff])"
        rf"([#＃](?!\ufe0f|\u20e3){word}*[{letter}]{word}*)"
    )
