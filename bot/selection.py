"""Which entries of a source are new, and which of them must wait for a person.

Pure: it is told what is known and what time it is, and touches nothing. A date
decides only whether a person should look first, never whether an entry is new:
feeds reorder, backdate and lie, while identity is kept forever.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.identity import keys_of
from bot.model import Article, Entry, Problem

#: Older than this when first seen, an article waits for a person: a site that
#: moves house offers its archive as news.
OLD = timedelta(hours=48)

#: A date further ahead than this is an embargo or a wrong clock: look again later.
EARLY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Choice:
    """What one poll found. Every entry of the source is in exactly one place."""

    new: tuple[Entry, ...]  # oldest first, so that they go out in that order
    known: tuple[Entry, ...]  # articles that the store has
    repeats: tuple[Entry, ...]  # of another entry of this poll, which stands for them
    early: tuple[Entry, ...]  # dated in the future: not remembered, looked at again
    flood: bool  # more than the site's limit at once


def choose(
    entries: Sequence[Entry],
    *,
    is_known: Callable[[frozenset[tuple[str, str]]], bool],
    now: datetime,
    flood_limit: int,
) -> Choice:
    """Sort the entries of a source into new, known and early ones.

    Of entries that share a key in one poll the first one stands.
    """
    new: list[Entry] = []
    known: list[Entry] = []
    repeats: list[Entry] = []
    early: list[Entry] = []
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        keys = keys_of(entry)
        if is_known(keys):
            known.append(entry)
        elif keys & seen:
            repeats.append(entry)
        elif entry.published_at is not None and entry.published_at > now + EARLY:
            early.append(entry)
        else:
            new.append(entry)
        seen |= keys
    # Undated entries keep the place that the source gave them: newest first there.
    new.reverse()
    new.sort(key=lambda entry: entry.published_at or now)
    flood = len(new) > flood_limit
    return Choice(tuple(new), tuple(known), tuple(repeats), tuple(early), flood)


def reasons_to_wait(
    article: Article, *, now: datetime, flood: int = 0, same_title: bool = False
) -> list[Problem]:
    """Say why a person must look at this article whatever the review rule is.

    `flood` is the number of new articles in the poll where it was over the limit.
    """
    reasons = []
    if flood:
        reasons.append(
            Problem(
                "flood",
                f"{flood} new articles came at once, more than flood_limit allows: "
                "approve those that are really new.",
            )
        )
    if article.published_at is not None and article.published_at < now - OLD:
        reasons.append(
            Problem(
                "old",
                f"published on {article.published_at:%Y-%m-%d}, but seen only now: "
                "approve it if it is still news.",
            )
        )
    if same_title:
        reasons.append(
            Problem(
                "same-title",
                "an article with the same headline was seen in the last seven days: "
                "reject this one if it is the same.",
            )
        )
    if article.noindex:
        reasons.append(
            Problem(
                "noindex",
                "the page asks not to be indexed: make sure that it is meant to be public.",
            )
        )
    return reasons


def wanted(
    article: Article, *, languages: Collection[str], sections: Collection[str], default: str
) -> bool:
    """Tell whether a channel that is for these languages and sections takes the article.

    An empty collection takes all. `default` is the site's language, for pages that
    declare none.
    """
    language = (article.language or default).split("-")[0].casefold()
    if languages and language not in {code.split("-")[0].casefold() for code in languages}:
        return False
    names = {article.section.casefold(), *(tag.casefold() for tag in article.tags)}
    return not sections or bool(names & {section.casefold() for section in sections})
