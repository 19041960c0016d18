"""What the entry of a feed says, before anything of it is believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One entry, in its own words: titles and texts may be HTML, dates are as written."""

    links: tuple[str, ...] = ()  # where it may be found, best first
    guid: str = ""
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    published: str = ""
    modified: str = ""
    number: str = ""  # that its CMS gave it


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed is as a whole, in its own words."""

    items: tuple[Item, ...]
    title: str = ""
    language: str = ""
    minutes: float = 0  # that it asks to be left alone
    torn: bool = False  # it breaks off in an entry, which is left out
