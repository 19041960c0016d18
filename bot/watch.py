"""The last look at an article, just before a post of it goes out.

What was taken back, or says something else now, must not go out as it was approved.
Where the page cannot be read nobody knows, and the post waits a little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot import http, identity, selection
from bot.desk import Desk, Studio, illustrate
from bot.errors import FetchError, NotAnArticle, NotYet
from bot.model import Article, Post, Teaser
from bot.queue import RULE
from bot.robots import Robots
from bot.standing import Changed, Gone, Later, Look, Same
from bot.store import Store

#: One look serves the posts of an article on all its channels.
KEPT: Final = timedelta(minutes=1).total_seconds()
#: A page that cannot be read is looked at again after this, then twice as long each time …
FIRST_WAIT: Final = timedelta(minutes=2)
#: … up to this.
LONGEST_WAIT: Final = timedelta(minutes=30)
#: What is forgotten of failures: after this the waits begin anew.
FORGOTTEN: Final = timedelta(hours=2).total_seconds()

_QUOTES = re.compile(r"[\"'`´‘’‚‛“”„‟«»‹›]+")
_DASHES = re.compile(r"\s*[‐‑‒–—―-]\s*")


@dataclass(slots=True)
class _Read:
    """What reading a page gave, and how often in a row it could not be read."""

    at: float
    found: Article | Gone | Later
    failures: int = 0


@dataclass(slots=True)
class Watch:
    """Looks at articles; it is kept from one run to the next."""

    store: Store
    session: http.Session
    robots: Robots
    desk_of: Callable[[str], Desk]
    studio: Studio
    steady: Callable[[], float] = http.clock
    _known: dict[tuple[int, bool], _Read] = field(default_factory=dict)

    def look(self, post: Post, now: datetime) -> Look:
        """Tell whether the article of a post is still there and says the same.

        Only reads. A page behind a wall, a server or a robots.txt that fails is `Later`:
        it proves nothing. robots.txt is asked where no person approved the post.
        """
        with self.store.read() as tx:
            kept = tx.articles.get(post.article_id).content
        if kept is None:
            return Same()
        desk = self.desk_of(post.site)
        by_rule = post.approved_by == RULE
        found = self._read(desk, kept.url, (post.article_id, by_rule))
        if not isinstance(found, Article):
            return found
        if reason := _withdrawn(kept, found, desk):
            return Gone(reason)
        news = _news(kept, found, post.teaser)
        if not news:
            return Same()
        return self._rewritten(desk, post, found, news, now) if by_rule else Changed(news)

    def _read(self, desk: Desk, url: str, who: tuple[int, bool]) -> Article | Gone | Later:
        self._forget()
        known = self._known.get(who)
        if known is not None and self.steady() - known.at < KEPT:
            return known.found
        failures = known.failures if known is not None else 0
        found = self._page(desk, url, by_rule=who[1])
        if isinstance(found, Later):
            found = replace(found, wait=max(found.wait, _growing(failures)))
            failures += 1
        else:
            failures = 0
        self._known[who] = _Read(self.steady(), found, failures)
        return found

    def _page(self, desk: Desk, url: str, *, by_rule: bool) -> Article | Gone | Later:
        try:
            if by_rule and not self.robots.allows(url):
                words = f"the robots.txt of {identity.bare_host(url)} forbids to look at {url}."
                return Later(words, FIRST_WAIT)
            return desk.read(self.session, url)
        except NotYet as reason:
            return Later(str(reason), FIRST_WAIT)
        except NotAnArticle as reason:
            return Gone(str(reason))
        except FetchError as failure:
            if failure.status in (404, 410):
                return Gone(str(failure))
            return Later(str(failure), timedelta(seconds=failure.retry_after or 0))

    def _rewritten(
        self, desk: Desk, post: Post, article: Article, news: str, now: datetime
    ) -> Changed:
        """Write the post's teaser anew, as a poll would have."""
        (outlet,) = desk.among((post.channel,))
        piece = outlet.make(article, now)
        ((_, made),) = illustrate(
            [(outlet, piece)], self.session, self.studio, article, now, films=True
        )
        reasons = selection.reasons_to_wait(
            article, now=now, home=desk.home, aliases=tuple(desk.aliases)
        )
        made = replace(made, reasons=(*reasons, *made.reasons))
        return Changed(news, made, outlet.judging(article, now))

    def _forget(self) -> None:
        limit = self.steady() - FORGOTTEN
        for who in [who for who, each in self._known.items() if each.at < limit]:
            self._known.pop(who, None)


def _growing(failures: int) -> timedelta:
    doubled: int = 2 ** min(failures, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _withdrawn(kept: Article, found: Article, desk: Desk) -> str:
    """Say why the article is not to be announced any more; "" where it is."""
    same = identity.keys_of(kept, desk.aliases) & identity.keys_of(found, desk.aliases)
    if not same and _words(kept.headline) != _words(found.headline):
        return f"{kept.url} leads to another article now, “{found.headline}”."
    if found.noindex and not kept.noindex:
        return f"{kept.url} asks now not to be indexed, as if it was taken back."
    return ""


def _news(kept: Article, found: Article, teaser: Teaser) -> str:
    """Give the words that the article has instead of those a teaser may show; "" for none.

    A teaser that says the new words and not the old ones was written with them.
    """
    said = _words(f"{teaser.title} {teaser.text}")
    pairs = ((kept.headline, found.headline), (kept.social_title, found.social_title))
    for was, new in pairs:
        before, after = _words(was), _words(new)
        if after and after != before and (after not in said or (before and before in said)):
            return new
    return ""


def _words(text: str) -> str:
    """Reduce a headline to what matters of it: not its spaces, quotes, dashes or capitals."""
    plain = _QUOTES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_DASHES.sub(" - ", plain).split())
