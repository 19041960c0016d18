"""What `bot init` found, as a person reads it and as a script does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from bot import proposal
from bot.cli._print import console, counted, printable
from bot.platforms import base
from bot.survey import Candidate, Clock, Found

#: Of the accounts on one platform that may be the site's, so many are named.
MOST = 6


def row(found: Found) -> dict[str, Any]:
    """Give what was found as scripts see it: the keys of the outside contract."""
    every = (*found.sources, *found.spare)
    return {
        "url": found.url,
        "name": found.name,
        "language": found.language or None,
        "timezone": found.clock.zone if found.clock.sure else None,
        "timezones": [each for each in (found.clock.zone, *found.clock.others) if each],
        **{
            key: [each.url for each in every if each.kind is kind]
            for kind, key in proposal.KEYS.items()
        },
        "channels": {name: _account(found, each) for name, each in found.channels.items()},
        "candidates": {
            name: [_account(found, each) for each in some]
            for name, some in found.candidates.items()
        },
        "credits": list(found.credits),
        "notes": notes(found),
    }


def _account(found: Found, candidate: Candidate) -> dict[str, Any]:
    number = proposal.number_of(found, candidate)
    return {
        "account": candidate.profile.account,
        "url": candidate.profile.url,
        "language": _tongue(found, candidate),
        "settings": {proposal.number_key(candidate): number} if number else {},
        "evidence": list(candidate.evidence),
    }


def _tongue(found: Found, candidate: Candidate) -> str | None:
    """Name the language of an account, where the site has one for each."""
    family = found.editions.get(candidate.profile.platform, {})
    return next((code for code, each in family.items() if each.profile == candidate.profile), None)


def summary(found: Found) -> Iterator[str]:
    """Say what was found, a line each."""
    yield f"\n{found.name}, {found.url}"
    yield from _row("language", found.language or "the site does not say")
    yield from _row("time zone", _clock(found.clock))
    for source in found.sources:
        pace = f", about {source.per_week:.0f} a week" if source.per_week else ""
        held = f"({counted(len(source.entries), 'article')}{pace})"
        yield from _row(str(source.kind), f"{source.url} {held}")
    for name, candidate in found.channels.items():
        yield from _row(base.load(name).label, shown(candidate))


def _row(label: str, words: str) -> list[str]:
    return wrapped(words, f"  {label:<13}")


def wrapped(words: str, first: str) -> list[str]:
    """Set words behind a beginning, in the width of the terminal; an address stays whole."""
    return textwrap.wrap(
        printable(words),
        max(console().width, 40),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _clock(clock: Clock) -> str:
    if clock.sure:
        return f"{clock.zone}, by {clock.why}"
    zones = ", ".join(near(clock))
    return f"not sure; it may be {zones}" if zones else "the site does not say"


def near(clock: Clock) -> list[str]:
    """List the time zones that may be meant, the likeliest first."""
    return [each for each in (clock.zone, *clock.others) if each]


def shown(candidate: Candidate) -> str:
    """Say which account this is, and what speaks for it."""
    return f"{candidate.profile.account} – {proposal.why(candidate)}"


def notes(found: Found) -> list[str]:
    """Say what is missing or doubtful, each with what to do."""
    told = list(found.notes)
    if not found.sources:
        told.append('No feed, sitemap or page of articles was found: feeds = ["https://…"].')
    if not found.clock.sure:
        words = f"; those above would fit {found.clock.why}" if found.clock.zone else ""
        told.append(f"timezone: it says UTC, because nothing tells yours for sure{words}.")
    if not found.channels:
        told.append("No account was found for sure: write yours into the file.")
    platforms = {each.profile.platform for each in found.channels.values()}
    for name, some in found.candidates.items():
        if name not in platforms:
            seen = ", ".join(each.profile.account for each in some[:MOST])
            each = "there is one for each language"
            why = each if name in found.editions else "nothing is sure enough"
            told.append(
                f"{base.load(name).label}: left out, because {why}; seen: {seen}. What is "
                "yours stands in the file behind a “#”: take that away."
            )
    if note := _whose(found):
        told.append(f"pictures: {note}")
    return told


def _whose(found: Found) -> str:
    """Say what stands in the way of pictures, of which Instagram needs one."""
    needs = " Instagram takes no post without a picture." if "instagram" in found.channels else ""
    rule = f"only those that credit “{found.name}” are uploaded"
    if others := proposal.strangers(found):
        return (
            f"{rule}. Seen on your articles: {others}; write into `own` whose you may use.{needs}"
        )
    if found.pictures and not found.credits:
        return f"{rule}, and your articles credit nobody; reuse = “all” uploads all.{needs}"
    return ""
