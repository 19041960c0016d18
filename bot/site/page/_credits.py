"""Credits that stand among the text: translators, first publication, whose picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import text
from bot.language import SHIPPED, Language, language
from bot.model import FirstPublication
from bot.site.page._body import Paragraph
from bot.site.page._names import Names
from bot.site.page._owner import owner

# Credits open or close a text; in its middle such a line is part of the story.
HEAD_PARAGRAPHS: Final = 2
TAIL_PARAGRAPHS: Final = 6
_LICENCE = re.compile(
    r"\bCC(?:[ -]BY(?:[ -]NC)?(?:[ -](?:SA|ND))?|[ -]?0)(?:[ -]\d\.\d)?\b"
    r"|creativecommons\.org/\S+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Credits:
    """The text without its credit lines, and what those said."""

    body: tuple[str, ...]
    translators: tuple[str, ...] = ()
    first_publication: FirstPublication | None = None


def languages_of(code: str) -> list[Language]:
    """Give the languages in which a page may word its credits: its own, else each."""
    return [language(code)] if language(code).credits else [language(c) for c in SHIPPED]


def take(
    paragraphs: Sequence[Paragraph], lang: str, names: Names, authors: Sequence[str] = ()
) -> Credits:
    """Part the credits of a text from the text, and its byline where that opens it."""
    body: list[str] = []
    translators: list[str] = []
    first: FirstPublication | None = None
    known = languages_of(lang)
    for index, lines in enumerate(paragraphs):
        kept: list[str] = []
        at_edge = index < HEAD_PARAGRAPHS or index >= len(paragraphs) - TAIL_PARAGRAPHS
        for line in lines:
            if index < HEAD_PARAGRAPHS and names.is_byline(line, authors):
                continue
            for sentence in text.sentences(line, lang) if at_edge else [line]:
                parts = _find(known, "translator", sentence) if at_edge else None
                if parts is not None:
                    translators += names.read(parts.get("who", ""))
                elif at_edge and (parts := _find(known, "first_published", sentence)) is not None:
                    first = first or _first(sentence, parts)
                else:
                    kept.append(sentence)
        if kept:
            body.append(" ".join(kept))
    return Credits(tuple(body), tuple(dict.fromkeys(translators)), first)


def of_picture(caption: str, lang: str) -> tuple[str, str, str]:
    """Part a caption into what it shows, whose picture it is, and under which licence."""
    licence = _named(found[0]) if (found := _LICENCE.search(caption)) else ""
    known = languages_of(lang)
    sentences = text.sentences(caption, lang)
    # A credit closes a caption; initials may look like its end.
    closings = [" ".join(sentences[-count:]) for count in (1, 2)]
    for count, closing in enumerate(closings, 1):
        if (parts := _find(known, "photo", closing)) is not None and parts.get("who"):
            label, _, rest = closing.rpartition(parts["who"])
            shows = [*sentences[:-count], _before_label(label)]
            credit = (parts["who"] + rest).rstrip(" .,;]")
            if credit.endswith(")") and "(" not in credit:  # it closes what stands before
                credit = credit.rstrip(" .,;)]")
            return " ".join(filter(None, shows)), credit, licence
    return *owner(caption, closings), licence


def _named(licence: str) -> str:
    """Write the name of a licence as its makers do: “cc by sa 2.0” is CC BY-SA 2.0."""
    if "/" in licence:
        return licence
    kind, *version = re.split(r"[ -](?=\d\.)", licence.upper().removeprefix("CC").lstrip(" -"))
    name = "CC0" if kind == "0" else f"CC {kind.replace(' ', '-')}"
    return " ".join([name, *version])


def _before_label(label: str) -> str:
    """Give what stands before a credit in brackets or after a bar: “A march | Photo: ”."""
    lead = re.match(r"(.*\S)\s*[|/–—(\[]", label)
    return lead[1].strip() if lead else ""


def _find(known: Sequence[Language], kind: str, line: str) -> dict[str, str] | None:
    for one in known:
        if (parts := one.credit(kind, line)) is not None:
            return parts
    return None


def _first(sentence: str, parts: dict[str, str]) -> FirstPublication:
    return FirstPublication(
        sentence=sentence.strip(" ()[]*_"),
        language=parts.get("language", ""),
        outlet=parts.get("outlet", ""),
        date=parts.get("date", ""),
    )
