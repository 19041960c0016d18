"""A post as its platform will show it: a plain view that `_drawn.html` draws.

What a platform folds away comes apart from what it shows at once, so that nobody
approves words unseen. Nothing here knows where a picture's file lies: whoever asks
says under which address the page has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot import identity, text
from bot.model import Media, Problem, Teaser
from bot.platforms.base import Platform


@dataclass(frozen=True, slots=True)
class Fold:
    """What of a text a platform shows before somebody asks for the rest."""

    characters: int
    lines: int
    more: str  # what stands where it folds, in English


#: Folds differ by device and change without a word; these are what an editor should write for.
#: Facebook: socialk.it/fr/tools/facebook-character-counter, boldlytype.com/blog/
#: facebook-post-character-limit: about 477 characters, or five lines. Instagram:
#: help.instagram.com/1643471055915254: three lines, 125 characters. Shorts: lettercounter.org/
#: blog/youtube-shorts-description: about 40 characters of the title, the description behind it.
#: X shows its 280 whole. (read 2026-11-22)
FOLDS: Final = MappingProxyType(
    {
        "facebook": Fold(477, 5, "See more"),
        "instagram": Fold(125, 3, "more"),
        "youtube": Fold(0, 0, "description"),
    }
)
SHORTS_TITLE: Final = Fold(40, 2, "")

#: Of a link X shows the host, and so much of what follows it (as its own pages show it).
LINK_PATH: Final = 15

_MARKED: Final = re.compile(r"https?://[^\s\u2066-\u2069]+|(?<![\w&/])#\w+")


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look: plain, a "link", or a "tag"."""

    words: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs that are read in one direction."""

    runs: tuple[Run, ...]
    rtl: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or video; without a `source` it is still to be made."""

    kind: str  # "image" | "video"
    source: str
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class LinkCard:
    """What a platform makes of a link by itself, out of the page it leads to."""

    domain: str
    headline: str
    dek: str = ""
    source: str = ""  # of the article's own picture; "" where the page has none


@dataclass(frozen=True, slots=True)
class Drawn:
    """One post, with all that the macros draw."""

    platform: str
    label: str
    account: str
    site: str
    language: str
    rtl: bool
    title: str  # as much of it as is seen
    text: tuple[Paragraph, ...]
    rest: tuple[Paragraph, ...]  # behind the fold
    more: str  # what the fold is called; "" where nothing is folded
    media: tuple[Shown, ...]
    card: LinkCard | None
    comment: str  # a link that follows in the first comment
    count: int
    limit: int
    unit: str
    price: str  # "$0.20"; "" where posting costs nothing
    problems: tuple[Problem, ...]
    whole_title: str = ""  # where not all of it is seen

    @property
    def initial(self) -> str:
        """What stands for the account's picture."""
        return (text.graphemes(self.site or self.account.lstrip("@")) or ["·"])[0].upper()

    @property
    def over(self) -> bool:
        """Tell whether the platform would refuse the text for its length."""
        return bool(self.limit) and self.count > self.limit


def draw(
    platform: type[Platform],
    teaser: Teaser,
    *,
    account: str,
    site: str,
    card: LinkCard,
    source: Callable[[Media], str],
    problems: Sequence[Problem] = (),
) -> Drawn:
    """Say how a teaser looks on its platform; pure.

    `card` is what the article's page offers for a link, shown where the platform makes
    one; `source` gives the address of a picture or video on the page, "" for none yet.
    """
    fold = FOLDS.get(platform.name)
    seen, rest = _folded(teaser.text, fold) if fold else (teaser.text, "")
    title = _folded(teaser.title, SHORTS_TITLE)[0]
    attached = platform.limits.link == "attached"
    spell = _short_link if platform.name == "twitter" else str
    price = platform.price(teaser)
    rtl = text.is_rtl(teaser.title or teaser.text)
    return Drawn(
        platform=platform.name,
        label=platform.label,
        account=account,
        site=site,
        language=teaser.language,
        rtl=rtl,
        title=title if title == teaser.title else f"{title}…",
        whole_title="" if title == teaser.title else teaser.title,
        text=_paragraphs(seen, spell, rtl),
        rest=_paragraphs(rest, spell, rtl),
        more=fold.more if fold and rest else "",
        media=tuple(Shown(m.kind, source(m), m.alt, m.credit) for m in teaser.media),
        card=card if teaser.link and not teaser.media and platform.limits.link != "none" else None,
        comment=teaser.link if attached and teaser.media else "",
        count=platform.measure(teaser.text),
        limit=platform.limits.text,
        unit=platform.limits.unit,
        price=_dollars(price) if price else "",
        problems=tuple(problems),
    )


def plain(
    platform: str,
    teaser: Teaser,
    *,
    account: str,
    site: str,
    source: Callable[[Media], str],
    problems: Sequence[Problem] = (),
) -> Drawn:
    """Draw a teaser of a platform that this program has no more: its words and media; pure."""
    rtl = text.is_rtl(teaser.title or teaser.text)
    return Drawn(
        platform=platform,
        label=platform,
        account=account,
        site=site,
        language=teaser.language,
        rtl=rtl,
        title=teaser.title,
        text=_paragraphs(teaser.text, str, rtl),
        rest=(),
        more="",
        media=tuple(Shown(m.kind, source(m), m.alt, m.credit) for m in teaser.media),
        card=None,
        comment="",
        count=len(text.graphemes(teaser.text)),
        limit=0,
        unit="",
        price="",
        problems=tuple(problems),
    )


def domain(url: str) -> str:
    """Give the host of an address as people say it: without “www.” and port."""
    return identity.bare_host(url)


def _folded(words: str, fold: Fold) -> tuple[str, str]:
    """Part a text where the platform folds it: at a word, or else at a grapheme."""
    pieces = text.graphemes(words)
    most = _room(pieces, fold)
    if most == len(pieces):
        return words, ""
    blank = next((at for at in range(most, 0, -1) if pieces[at].isspace()), most)
    return "".join(pieces[:blank]).rstrip(), "".join(pieces[blank:]).strip()


def _room(pieces: Sequence[str], fold: Fold) -> int:
    """Count the graphemes before the fold; a line that ends early takes its whole width."""
    width = -(-fold.characters // fold.lines) if fold.lines else 0
    used = column = 0
    for at, piece in enumerate(pieces):
        used += 1 if "\n" not in piece else width - column
        column = 0 if "\n" in piece else column % width + 1 if width else 0
        if used > fold.characters:
            return at
    return len(pieces)


def _paragraphs(words: str, spell: Callable[[str], str], rtl: bool) -> tuple[Paragraph, ...]:
    """Part a text at its empty lines; `rtl` tells of those that have no letter but in a link."""
    found = []
    for paragraph in filter(None, map(str.strip, re.split(r"\n\s*\n", words))):
        runs = tuple(_runs(paragraph, spell))
        told = "".join(run.words for run in runs if run.look != "link")
        rtl_here = text.is_rtl(told) if any(map(str.isalpha, told)) else rtl
        found.append(Paragraph(runs, rtl_here))
    return tuple(found)


def _runs(words: str, spell: Callable[[str], str]) -> list[Run]:
    found, at = [], 0
    for match in _MARKED.finditer(words):
        found.append(Run(words[at : match.start()]))
        is_link = match[0].startswith("http")
        found.append(Run(spell(match[0]), "link") if is_link else Run(match[0], "tag"))
        at = match.end()
    return [run for run in (*found, Run(words[at:])) if run.words]


def _short_link(url: str) -> str:
    """Spell a link as X does, whatever it leads through."""
    host, _, path = url.partition("://")[2].partition("/")
    shown = f"/{path}".rstrip("/")
    host = host.removeprefix("www.")
    return host + (shown if len(shown) <= LINK_PATH else f"{shown[:LINK_PATH]}…")


def _dollars(thousandths: int) -> str:
    exact = f"{thousandths / 1000:.3f}"
    return f"${exact.removesuffix('0')}"
