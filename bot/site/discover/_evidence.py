"""Weigh the clues of a site's pages: which account of each network is its channel.

A wrong account is far worse than a missing one. So an account is sure only
where the site itself shows it as its own and nothing speaks for another; what
stands beside an author's name never is by that alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from bot.identity import bare_host, is_shared
from bot.site.discover._clues import Clue
from bot.site.discover._likeness import ALIKE, letters, likeness
from bot.site.discover._profile import Profile

PLATFORMS: Final = ("facebook", "twitter", "instagram", "youtube")

# What a clue of each kind says for an account, or against it; see `_score`.
_WEIGHTS: Final[Mapping[str, float]] = {
    "sameAs": 10,
    "rel-me": 5,
    "twitter:site": 5,
    "header": 4,
    "footer": 4,
    "publisher": 4,
    "social": 3,
    "group": 2,
    "box": 2,
    "via": 2,
    "sidebar": 1,
    "link": 1,
    "article": -1,
    "creator": -2,
    "quote": -5,
    "author": -6,
    "comment": -6,
    "elsewhere": -6,
    "section": -20,
}
_LIKENESS: Final = 6.0
_PLACES: Final = frozenset({"header", "footer", "social", "box"})
_DECLARED: Final = frozenset({"sameAs", "rel-me", "twitter:site", "publisher"})
_AGAINST: Final = frozenset({"author", "comment", "quote", "elsewhere", "section"})
# Sections that are as good as the whole site.
_GENERAL: Final = frozenset(
    "news blog blogs article articles magazine magazin online aktuell".split()
)
_CLOSE: Final = 0.6  # of the first one's score: a rival
_MOST: Final = 50  # candidates of one network that anybody wants to see
_HINT: Final = 0.25  # likeness of a name that has at least a word of the site's
_NAMED: Final = 0.8  # likeness of a name that is the site's beyond doubt

_WORDS: Final[Mapping[str, str]] = {
    "sameAs": "the data of {pages} names it as the organisation’s own (sameAs)",
    "rel-me": "{pages} links it as “me” (rel=me)",
    "header": "linked in the header of {pages}",
    "footer": "linked in the footer of {pages}",
    "social": "in a list of follow links on {pages}",
    "group": "beside links to other networks on {pages}",
    "box": "a box of the network shows it on {pages}",
    "twitter:site": "the head of {pages} gives it as the site’s account (twitter:site)",
    "publisher": "the head of {pages} gives it as the publisher",
    "via": "share links of {pages} name it (via)",
    "sidebar": "linked in the sidebar of {pages}",
    "link": "linked on {pages}",
    "article": "linked inside an article",
    "creator": "given as an author’s account (twitter:creator)",
    "author": "linked beside an author, or named like one",
    "comment": "linked in a comment",
    "quote": "linked in something quoted or embedded",
    "elsewhere": "the data gives it to the organisation of another site",
    "section": "named like a section of the site",
}

# Accounts of those who make the networks, the themes and the share buttons.
_VENDORS: Final = frozenset(
    """
    addthis addtoany amp apple automattic betterstu betterstudio blogger colormag cssigniter disqus
    divi drupal elegantthemes elementor envato facebook facebookapp fandom fb flipboard
    generatepress getfandom ghost google googleplay hootsuite instagram instagramforbusiness jetpack
    jnews joomla linktree livejournal mailchimp mailerlite medium meks mysite mythemeshop mvpthemes
    newsletter overblog pinterest platform spipcms sharethis shopify siteorigin squarespace
    studiopress substack substackinc tagdiv telegram themeforest themegrill themeisle themezee
    tiktok tumblr twitter twitterapi twitterusername typepad uicookies username weebly whatsapp wix
    wixcom woothemes wordpress wordpresscom wordpressdotcom wp wpbeginner x yahoo yoast youtube
    youraccount yourpage yourprofile yoursite yourusername
    """.split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be the site's channel, with what speaks for it."""

    profile: Profile
    score: float
    evidence: tuple[str, ...]  # in words, for an editor
    sure: bool = False


@dataclass(slots=True)
class _Account:
    """One account with all clues to it."""

    profile: Profile
    like: float
    pages: dict[str, set[int]] = field(default_factory=dict)  # of each kind of clue
    groups: set[tuple[int, int]] = field(default_factory=set)  # page, list of links

    @property
    def kinds(self) -> Set[str]:
        return self.pages.keys()

    @property
    def shown(self) -> bool:
        """Whether the site shows it as its own, in a place or in its data."""
        listed = self.like >= 0.9 and "group" in self.kinds
        return bool(self.declared or self.kinds & _PLACES) or listed

    @property
    def declared(self) -> Set[str]:
        """Where a page says that the account is the site's, in so many words."""
        return self.kinds & _DECLARED

    @property
    def repeated(self) -> bool:
        """Whether several pages show it in one and the same place."""
        return any(len(self.pages[place]) > 1 for place in self.kinds & _PLACES)

    @property
    def signals(self) -> int:
        """How many things that do not depend on one another speak for it.

        The “via” of share links does not count: themes copy it from the card. A
        “me” is as good as a place, for it is said of a link that stands in one.
        """
        shown = bool(self.kinds & (_PLACES | {"rel-me"}))
        return len(self.declared - {"rel-me"}) + shown + self.repeated

    @property
    def score(self) -> float:
        weighed = (
            _WEIGHTS[kind] * min(1 + (len(pages) - 1) / 4, 2) for kind, pages in self.pages.items()
        )
        return round(sum(weighed) + _LIKENESS * self.like + 2 * (self.like == 1), 2)


def weigh(
    pages: Sequence[tuple[str, Iterable[Clue]]], home: str, names: Sequence[str]
) -> dict[str, tuple[Candidate, ...]]:
    """Rank the accounts that pages (address, clues) of one site mention, by platform.

    The best is first. At most that one is sure, and only where the evidence leaves
    no doubt; accounts of nobody but the makers of networks and themes are left out.
    """
    home = _without_host_of_many(home)
    # The first name is the site's; those of further pages may be of whom they are about.
    accounts = _accounts([clues for _, clues in pages], home, names[:1])
    for account in accounts:
        if "elsewhere" in account.kinds:
            account.like = likeness(account.profile.account, home, ())
        where = set.union(*account.pages.values())
        if all(_of_section(account, pages[page][0], home) for page in where):
            account.pages["section"] = where
    trusted = {
        group for account in accounts if account.like >= ALIKE and account.shown
        for group in account.groups
    }  # fmt: skip
    found: dict[str, tuple[Candidate, ...]] = {}
    for platform in PLATFORMS:
        ranked = sorted(
            (a for a in accounts if a.profile.platform == platform),
            key=lambda a: (-a.score, len(a.profile.account), a.profile.account),
        )
        if ranked:
            found[platform] = tuple(
                Candidate(
                    account.profile,
                    account.score,
                    (*_evidence(account, len(pages)), *_note(account, ranked[:_MOST])),
                    sure=account is ranked[0] and _is_sure(account, ranked[1:], trusted),
                )
                for account in ranked[:_MOST]
            )
    return found


def _without_host_of_many(home: str) -> str:
    """Take from a site's address the name of the host it shares with strangers."""
    name, _, above = bare_host(home).partition(".")
    return f"https://{name}.{above.rpartition('.')[2]}/" if is_shared(above) else home


def _accounts(pages: Sequence[Iterable[Clue]], home: str, names: Sequence[str]) -> list[_Account]:
    accounts: dict[tuple[str, str], _Account] = {}
    for number, clues in enumerate(pages):
        for clue in clues:
            account = accounts.get(clue.profile.key)
            if account is None:
                like = 0.0 if clue.profile.id else likeness(clue.profile.account, home, names)
                if letters(clue.profile.account) in _VENDORS and like < 1:
                    continue
                account = accounts[clue.profile.key] = _Account(clue.profile, like)
            if clue.profile.account.startswith("@"):
                account.profile = clue.profile  # YouTube's present spelling
            account.pages.setdefault(clue.kind, set()).add(number)
            if clue.group and clue.kind not in (_AGAINST | {"article"}):
                account.pages.setdefault("group", set()).add(number)
                account.groups.add((number, clue.group))
    return list(accounts.values())


def _of_section(account: _Account, url: str, home: str) -> bool:
    """Tell whether an account bears the site's name and that of the page's section."""
    steps = (letters(step) for step in urlsplit(url).path.split("/")[1:-1][:8])
    name = letters(account.profile.account)
    return any(
        len(step) > 3
        and step not in _GENERAL
        and step in name
        and likeness(name.replace(step, "", 1), home, ()) >= 0.8
        for step in steps
    )


def _is_sure(
    account: _Account, others: Sequence[_Account], trusted: Collection[tuple[int, int]]
) -> bool:
    if not account.shown or (account.kinds & _AGAINST and account.like < _NAMED):
        return False
    listed = bool(account.groups & set(trusted))  # beside accounts that bear the site's name
    if not (
        account.like >= ALIKE
        or (account.declared and account.signals > 1)
        or (listed and (account.profile.id or (account.repeated and account.like >= _HINT)))
    ):
        return False
    return not any(_rivals(account, other) for other in others)


def _rivals(account: _Account, other: _Account) -> bool:
    """Tell whether `other` may as well be the channel."""
    if _may_be_one(account, other):
        return False
    if other.like == 1 and account.like < _NAMED:
        return True  # the name itself is on the page, wherever
    if not other.shown or "section" in other.kinds:
        return False
    if account.like < ALIKE and other.score > 0:
        return True  # nothing but the place speaks for a foreign name
    if other.like >= ALIKE and other.declared and not account.declared:
        return True
    if other.score < _CLOSE * account.score or (
        account.declared > other.declared and account.like >= max(other.like, ALIKE)
    ):
        return False
    if "sameAs" in other.kinds and "sameAs" not in account.kinds:
        return True
    better_named = account.like >= _NAMED and account.like - other.like >= 0.2
    return not (better_named or account.signals > other.signals + 1)


def _may_be_one(account: _Account, other: _Account) -> bool:
    """Tell whether two may be one account, once by number and once by name."""
    return bool(account.profile.id) != bool(other.profile.id)


def _evidence(account: _Account, pages: int) -> list[str]:
    words = [
        _WORDS[kind].format(pages=_count(len(account.pages[kind]), pages))
        for kind in _WORDS
        if kind in account.pages
    ]
    if account.like >= ALIKE:
        words.append("its name is like the site’s")
    return words


def _count(seen: int, pages: int) -> str:
    if pages == 1:
        return "the page"
    return "all pages read" if seen == pages else f"{seen} of {pages} pages"


def _note(account: _Account, ranked: Sequence[_Account]) -> list[str]:
    """Say which others of the network the site shows too."""
    twins = [
        a.profile.account for a in ranked if a is not account and a.shown
        and _may_be_one(account, a)
    ]  # fmt: skip
    return [f"may be the same account as {', '.join(twins[:3])}"] if twins else []
