"""Where a site tells what it has published: every source that is there, tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin

from bot.errors import NotASource
from bot.model import Entry, Listing, SourceKind
from bot.site import reader
from bot.survey._visit import Visitor, of_site

#: A source whose latest article is older is asleep, and not written down.
ASLEEP: Final = timedelta(days=180)
#: Where a site that links no feed may have one.
USUAL_FEEDS: Final = ("feed/", "rss.xml", "spip.php?page=backend", "atom.xml", "feed.json")
#: Where a site may have a news sitemap that its robots.txt does not name.
USUAL_SITEMAPS: Final = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml")
#: Fewer links than this make no page of articles.
FEWEST_LINKS: Final = 3

_NAMES: Final = {
    SourceKind.FEED: "a feed",
    SourceKind.SITEMAP: "a news sitemap",
    SourceKind.WORDPRESS: "the posts of its WordPress API",
    SourceKind.PAGE: "the links of a page",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One source that was read, and what it held."""

    kind: SourceKind
    url: str
    entries: tuple[Entry, ...]
    per_week: float | None = None  # articles; None where its dates do not tell
    newest_at: datetime | None = None
    title: str = ""
    language: str = ""


def frequency(entries: Sequence[Entry], now: datetime) -> float | None:
    """Tell how many articles a week came in the last four, by their dates."""
    dates = [each.published_at for each in entries if each.published_at]
    recent = [at for at in dates if now - timedelta(weeks=4) <= at <= now]
    if len(recent) < 2:
        return None
    return len(recent) * timedelta(weeks=1) / max(now - min(recent), timedelta(days=1))


class Finder:
    """Tries the sources of one site, and notes in words what was wrong with those it refused."""

    def __init__(self, visitor: Visitor, home: str, now: datetime) -> None:
        self._visitor, self._home, self._now = visitor, home, now
        self.notes: list[str] = []

    def feed(self, linked: Sequence[str]) -> Source | None:
        """Find the main feed: the first linked one that lives, else one in a usual place."""
        places = linked[:4] or [urljoin(self._home, each) for each in USUAL_FEEDS]
        return next(self._living(SourceKind.FEED, places, tell=bool(linked)), None)

    def further_feeds(self, places: Iterable[str]) -> tuple[Source, ...]:
        """Try the feeds of further languages."""
        return tuple(self._living(SourceKind.FEED, places, tell=False))

    def sitemap(self, named: Sequence[str], *, needed: bool) -> Source | None:
        """Find a sitemap that names fresh articles; where it is `needed`, in usual places too."""
        news = [each for each in named if "news" in each.lower()]
        others = [each for each in named if each not in news]
        guesses = [urljoin(self._home, each) for each in USUAL_SITEMAPS]
        places = [*news, *others, *guesses][:4] if needed else news[:1]
        return next(self._living(SourceKind.SITEMAP, dict.fromkeys(places), tell=False), None)

    def wordpress(self, root: str) -> Source | None:
        """Try the API whose root this is."""
        return next(self._living(SourceKind.WORDPRESS, [root], tell=False), None)

    def page(self, url: str) -> Source | None:
        """Take a page for a source, if enough of its links are articles."""
        found = self._read(SourceKind.PAGE, url)
        enough = found is not None and len(found.entries) >= FEWEST_LINKS
        return self._source(SourceKind.PAGE, url, found) if found and enough else None

    def _living(self, kind: SourceKind, places: Iterable[str], *, tell: bool) -> Iterator[Source]:
        for url in places:
            listing = self._read(kind, url)
            if listing is None:
                if tell and not self._visitor.late:
                    self.notes.append(f"The feed {url} is linked, but could not be read: mend it.")
                continue
            source = self._source(kind, url, listing)
            fault = self._fault(source)
            if not fault:
                yield source
            elif tell:
                self.notes.append(f"The feed {url} was left out: {fault}.")

    def _fault(self, source: Source) -> str:
        if not source.entries:
            return "it holds no articles"
        ours = sum(of_site(self._home, each.url) for each in source.entries)
        if ours * 2 < len(source.entries):
            return "its articles are those of another site"
        if source.newest_at and source.newest_at < self._now - ASLEEP:
            return f"its latest article is of {source.newest_at:%Y-%m-%d}"
        return ""

    def _source(self, kind: SourceKind, url: str, listing: Listing) -> Source:
        entries = listing.entries
        dates = [each.published_at for each in entries if each.published_at]
        return Source(
            kind,
            url,
            entries,
            frequency(entries, self._now),
            max((at for at in dates if at <= self._now), default=None),
            listing.title,
            listing.language,
        )

    def _read(self, kind: SourceKind, url: str, *, whole: bool = True) -> Listing | None:
        """Read a source, and of an index the first part."""
        from bot.site import wordpress

        place = wordpress.asks(url) if kind is SourceKind.WORDPRESS else url
        answer = self._visitor.get(place, _NAMES[kind])
        if answer is None:
            return None
        try:
            listing: Listing = reader(kind).read(
                answer.body, answer.url, answer.headers.get("Content-Type", ""), now=self._now
            )
        except NotASource:
            self._visitor.say(f"    It is not {_NAMES[kind]}.")
            return None
        if whole and listing.more and not listing.entries:
            return self._read(kind, listing.more[0], whole=False)
        return listing
