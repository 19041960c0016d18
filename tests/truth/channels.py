"""How often the account that a page's links show is the one that its data names.

The links of a page alone, without what its JSON-LD says, choose an account of
each network; where the page's organisation lists one (``sameAs``), both should
be the same. Nobody wrote this truth down for us: it is what sites say of
themselves twice, and some of them are wrong once, or name an old account.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import NotAnArticle
from bot.identity import bare_host
from bot.site.discover import Candidate, Clue, Profile, Seen, channels, look
from bot.site.discover._evidence import PLATFORMS
from tests.truth._pages import pages

#: Sites whose article pages show little more than the account of a lone author.
LONE_AUTHORS = ("washingtonpost.com", "cnet.com", "lemonde.fr")
LINKS = frozenset({"header", "footer", "social", "box", "sidebar", "link", "article", "rel-me"})
AGAINST = frozenset({"author", "comment", "quote", "creator"})
HEAD = "twitter:site"


def measure(corpora: Path, *, show: bool = False) -> None:
    """Print how the accounts chosen from links agree with those that pages declare."""
    seen = list(_read(corpora))
    by_site: dict[str, list[Seen]] = defaultdict(list)
    for page in seen:
        by_site[bare_host(page.url)].append(page)
    several = [group for group in by_site.values() if len(group) > 1]
    print(f"channels: {len(seen)} pages of {len(by_site)} sites")
    print(f"{'':28}{'same':>6} of {'both':<6}{'sure, same':>12} of {'sure':<6}{'any pick':>12}")
    for platform in PLATFORMS:
        _row(f"{platform}, one page", ([p] for p in seen), platform, "sameAs", show)
    _row("twitter:site, one page", ([p] for p in seen), "twitter", HEAD, show)
    for platform in PLATFORMS:
        _row(f"{platform}, a site's pages", several, platform, "sameAs", show)
    _several_accounts(seen)
    _authors_accounts(seen)


def _read(corpora: Path) -> Iterator[Seen]:
    for stored in pages(corpora):
        try:
            yield look(stored.body, stored.url)
        except NotAnArticle:
            continue


def _row(
    title: str, groups: Iterable[Sequence[Seen]], platform: str, kind: str, show: bool
) -> None:
    counts: Counter[str] = Counter()
    for group in groups:
        declared = _declared(group, platform, kind)
        best = next(iter(_by_links(group, platform)), None)
        if not declared or best is None:
            continue
        same = best.profile.key in {account.key for account in declared}
        counts["any"] += 1
        counts["any same"] += same
        if best.score <= 0:  # only in the story, an author's, a section's: nobody would take it
            continue
        counts["both"] += 1
        counts["same"] += same
        counts["sure"] += best.sure
        counts["sure same"] += best.sure and same
        if show and not same:
            names = ", ".join(sorted({account.account for account in declared}))
            mark = "SURE " if best.sure else ""
            print(f"    {group[0].url[:60]}: {mark}{best.profile.account} for {names}")
    same, both = counts["same"], counts["both"]
    sure = f"{counts['sure same']:12} of {counts['sure']:<6}"
    print(f"{title:28}{same:6} of {both:<6}{sure}{counts['any same']:8} of {counts['any']}")


def _declared(group: Sequence[Seen], platform: str, kind: str) -> set[Profile]:
    return {
        clue.profile
        for page in group
        for clue in page.clues
        # What the data gives to an organisation of another address is declared as well.
        if clue.kind in (kind, "elsewhere" if kind == "sameAs" else kind)
        and clue.profile.platform == platform
    }


def _by_links(group: Sequence[Seen], platform: str) -> tuple[Candidate, ...]:
    """Rank the accounts of a network by nothing but the links of the pages."""
    bare = [replace(page, clues=tuple(_links(page.clues))) for page in group]
    found = channels(bare, home=_home(group[0]), name="").get(platform, ())
    shown = {c.profile.key for page in bare for c in page.clues if c.kind in LINKS}
    return tuple(each for each in found if each.profile.key in shown)


def _links(found: Iterable[Clue]) -> Iterator[Clue]:
    return (clue for clue in found if clue.kind in LINKS | AGAINST)


def _several_accounts(seen: Sequence[Seen]) -> None:
    """Compare the choice among several accounts of X with the plain first link."""
    counts: Counter[str] = Counter()
    for page in seen:
        declared = {p.key for p in _declared([page], "twitter", HEAD)}
        linked = [
            c.profile.key for c in page.clues if c.kind in LINKS and c.profile.platform == "twitter"
        ]
        if declared and len(set(linked)) > 1:
            best = next(iter(_by_links([page], "twitter")), None)
            counts["pages"] += 1
            counts["linked"] += bool(declared & set(linked))
            counts["chosen"] += best is not None and best.score > 0 and best.profile.key in declared
            counts["first"] += linked[0] in declared
    print(
        f"several accounts of X on {counts['pages']} pages, the declared one among them on"
        f" {counts['linked']}: chosen {counts['chosen']}, first link {counts['first']}"
    )


def _authors_accounts(seen: Sequence[Seen]) -> None:
    """Count the authors' accounts that are chosen on pages that show little else."""
    shown = chosen = sure = 0
    pages = [page for page in seen if bare_host(page.url).endswith(LONE_AUTHORS)]
    for page in pages:
        authors = {c.profile.key for c in page.clues if c.kind in ("author", "creator")}
        shown += len(authors)
        for ranked in channels([page], home=_home(page), name="").values():
            if ranked[0].profile.key in authors:
                chosen += ranked[0].score > 0
                sure += ranked[0].sure
    print(
        f"authors' accounts on {len(pages)} pages of {', '.join(LONE_AUTHORS)}:"
        f" {shown} shown, {chosen} chosen, {sure} sure"
    )


def _home(page: Seen) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}/"


if __name__ == "__main__":
    measure(Path(sys.argv[1]), show=True)
