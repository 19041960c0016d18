"""Causes in words: the subject and the text of one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.notices._base import KINDS, Cause

#: More of one kind are counted, not listed.
MOST: Final = 15


def subject(causes: Iterable[Cause], names: Mapping[str, str]) -> str:
    """Say in one line how much of what there is, and on which sites."""
    counts: dict[str, int] = {}
    sites: dict[str, None] = {}
    for cause in causes:
        counts[cause.kind] = counts.get(cause.kind, 0) + 1
        if cause.site:
            sites[names.get(cause.site, cause.site)] = None
    told = [f"{counts[kind]} {_words(kind, counts[kind])}" for kind in KINDS if kind in counts]
    where = ", ".join(sites) if len(sites) <= 3 else f"{len(sites)} sites"
    return f"{where}: {', '.join(told)}" if where else ", ".join(told)


def text(causes: Sequence[Cause], names: Mapping[str, str], page: str) -> str:
    """Tell each cause on a line of plain text, and below it where to read more.

    `page` is the address of the review room; "" where there is none.
    """
    lines: list[str] = []
    page = page.rstrip("/")
    for kind in KINDS:
        own = [cause for cause in causes if cause.kind == kind]
        if not own:
            continue
        lines += [f"{len(own)} {_words(kind, len(own))}:", ""]
        for cause in own[:MOST]:
            site = f"{names.get(cause.site, cause.site)}: " if cause.site else ""
            lines.append(f"- {site}{_clean(cause.sentence)}")
            if cause.post_id and page:
                lines.append(f"  {page}/posts/{cause.post_id}")
        if len(own) > MOST:
            lines.append(f"- and {len(own) - MOST} more; “bot status” lists them all.")
        lines.append("")
    if page and not all(cause.post_id for cause in causes):
        lines.append(f"What there is to do: {page}/needs")
    return "\n".join(lines).rstrip()


def _words(kind: str, count: int) -> str:
    return KINDS[kind][count != 1]


def _clean(words: str) -> str:
    """Keep a cause on its line, whatever a page or a platform put into it."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
