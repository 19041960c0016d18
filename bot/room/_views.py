"""Which posts a page of the queue shows, as its address says; and how many each view has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.model import State
from bot.room.base import Ask
from bot.store.posts import Outline

#: What is shown: what waits for a word, what is offered, what goes out, what a person posts.
VIEWS: Final = ("waiting", "pick", "approved", "hand")
OPEN: Final = (State.HELD, State.APPROVED, State.SENDING, State.WAITING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts a page shows, as its address says."""

    view: str = "waiting"
    site: str = ""
    channel: str = ""
    page: int = 1
    ticked: bool = False  # those without problems are chosen already

    @classmethod
    def of(cls, ask: Ask) -> Wanted:
        """Read the address; what it names wrongly is left out."""
        return cls._of(ask, ask.query)

    @classmethod
    def of_address(cls, ask: Ask, address: str) -> Wanted | None:
        """Read what a page of the queue shows by its address; None for any other page."""
        parts = urlsplit(address)
        return cls._of(ask, dict(parse_qsl(parts.query))) if parts.path == "/queue" else None

    @classmethod
    def _of(cls, ask: Ask, query: Mapping[str, str]) -> Wanted:
        sites, site = ask.app.config.sites, query.get("site", "")
        names = {name for each in sites.values() for name in each.channels}
        channel, view, page = query.get("channel", ""), query.get("show", ""), query.get("page", "")
        return cls(
            view if view in VIEWS else VIEWS[0],
            site if site in sites else "",
            channel if channel in names else "",
            int(page) if page.isascii() and page.isdigit() and len(page) < 5 and int(page) else 1,
            query.get("ticked", "") == "clean" and "said" not in query,  # not once more after it
        )

    def address(self, **other: object) -> str:
        """Give the address of this page, or of one like it."""
        one = replace(self, **other)  # type: ignore[arg-type]
        told = {
            "show": one.view if one.view != VIEWS[0] else "",
            "site": one.site,
            "channel": one.channel,
            "page": str(one.page) if one.page > 1 else "",
            "ticked": "clean" if one.ticked else "",
        }
        query = urlencode({name: value for name, value in told.items() if value})
        return f"/queue?{query}" if query else "/queue"

    def takes(self, post: Outline) -> bool:
        """Tell whether a post is of the site and channel that are looked at."""
        return self.site in ("", post.site) and self.channel in ("", post.channel)

    def counts(self, ask: Ask, posts: Iterable[Outline]) -> Counter[str]:
        """Count the posts of each view, of the site and channel that are looked at."""
        return Counter(view for each in posts if self.takes(each) for view in views_of(ask, each))


def views_of(ask: Ask, post: Outline) -> tuple[str, ...]:
    """Say where in the queue a post is shown."""
    site = ask.app.config.sites.get(post.site)
    channel = site.channels.get(post.channel) if site else None
    by_hand = f"{post.site}/{post.channel}" in ask.app.hands()
    if post.state is not State.HELD:
        own = "approved"
    elif channel is not None and channel.use == "pick":
        own = "pick"
    else:
        own = "waiting"
    return (own, "hand") if by_hand and post.state in OPEN[:2] else (own,)


def tabs(ask: Ask, address: str) -> Mapping[str, int]:
    """Count for the tabs of an open page; nothing for a page that has none."""
    wanted = Wanted.of_address(ask, address)
    if wanted is None:
        return {}
    with ask.room.store.read() as tx:
        outlines = tx.posts.outlines(OPEN)
    found = wanted.counts(ask, outlines)
    return {view: found[view] for view in VIEWS}
