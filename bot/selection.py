"""Which entries of a source are new, and which of them must wait for a person.

Pure: it is told what is known and what time it is, and touches nothing. A date
decides only whether a person should look first, never whether an entry is new:
feeds reorder, backdate and lie, while identity is kept forever.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import identity
from bot.identity import Key
from bot.language import language
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
    early: tuple[Entry, ...]  # dated in the future: it is not their time yet
    flood: bool  # more than the site's limit at once
    keys: Mapping[Entry, frozenset[Key]]  # of each entry: its own, and those of its repeats


def choose(
    entries: Sequence[Entry],
    *,
    is_known: Callable[[frozenset[Key]], bool],
    now: datetime,
    flood_limit: int,
    keys_of: Callable[[Entry], frozenset[Key]] = identity.keys_of,
) -> Choice:
    """Sort the entries of a source into new, known and early ones.

    Entries that share a key, if only through a third one, are one article: the first
    stands for it. Keep its `keys` whole, so that whichever is offered next is known.
    """
    new: list[Entry] = []
    known: list[Entry] = []
    repeats: list[Entry] = []
    early: list[Entry] = []
    keys: dict[Entry, frozenset[Key]] = {}
    for group in _articles(identity.trusted(entries), keys_of):
        first, *others = group
        shared = frozenset().union(*map(keys_of, group))
        keys |= dict.fromkeys(group, shared)
        if is_known(shared):
            known += group
            continue
        repeats += others
        ahead = first.published_at is not None and first.published_at > now + EARLY
        (early if ahead else new).append(first)
    # Undated entries keep the place that the source gave them: newest first there.
    new.reverse()
    new.sort(key=lambda entry: entry.published_at or now)
    flood = len(new) > flood_limit
    return Choice(tuple(new), tuple(known), tuple(repeats), tuple(early), flood, keys)


def _articles(
    entries: Sequence[Entry], keys_of: Callable[[Entry], frozenset[Key]]
) -> list[list[Entry]]:
    """Bring entries together that any chain of shared keys connects, in their order."""
    root = list(range(len(entries)))

    def first_of(place: int) -> int:
        while root[place] != place:
            root[place] = place = root[root[place]]
        return place

    owner: dict[Key, int] = {}
    for place, entry in enumerate(entries):
        for key in keys_of(entry):
            one, other = sorted((first_of(owner.setdefault(key, place)), first_of(place)))
            root[other] = one
    groups: dict[int, list[Entry]] = {}
    for place, entry in enumerate(entries):
        groups.setdefault(first_of(place), []).append(entry)
    return list(groups.values())


def reasons_to_wait(
    article: Article,
    *,
    now: datetime,
    flood: int = 0,
    same_title: bool = False,
    home: str = "",
    aliases: Collection[str] = (),
) -> list[Problem]:
    """Say why a person must look at this article whatever the review rule is.

    `flood` is the number of new articles in the poll where it was over the limit;
    `home` is where the site is, and `aliases` are its other hosts.
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
    if home and (other := _elsewhere(article, home, aliases)):
        reasons.append(
            Problem(
                "elsewhere",
                f"the article is one of {other}: approve it if it is yours to announce, and "
                "write the host under aliases if it is the site's own.",
            )
        )
    if article.language_doubt:
        reasons.append(
            Problem(
                "language",
                f"the page says that it is in {_named(article.language_doubt)}, but its words are "
                f"{_named(article.language)}: approve it only where that is right.",
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


def _elsewhere(article: Article, home: str, aliases: Collection[str]) -> str:
    """Name the other site that an article is of, by its address or by its own word."""
    for address in filter(None, (article.url, article.canonical)):
        host = identity.bare_host(address)
        if host and not identity.same_site(address, home, aliases):
            return host
    return ""


def _named(code: str) -> str:
    names = language("en").names.items()
    return next((name.title() for name, tag in names if tag == code), code)


def wanted(
    article: Article, *, languages: Collection[str], sections: Collection[str], default: str
) -> bool:
    """Tell whether a channel that is for these languages and sections takes the article.

    An empty collection takes all. `default` is the site's language, for pages that
    declare none.
    """
    tag = (article.language or default).split("-")[0].casefold()
    if languages and tag not in {code.split("-")[0].casefold() for code in languages}:
        return False
    names = {article.section.casefold(), *(tag.casefold() for tag in article.tags)}
    return not sections or bool(names & {section.casefold() for section in sections})
