"""What a site is, found by looking at it: name, language, clock, sources, channels.

`survey` asks the site for a dozen things at most, one after the other, and no one
else: a network is judged by the links that lead to it. What it finds is a proposal;
`bot.proposal` writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit
from zoneinfo import available_timezones

from bot import zones
from bot.errors import FetchError, NotAnArticle, NotASource, UsageError
from bot.http import Fetched, Session
from bot.identity import bare_host, url_key
from bot.model import Entry, Image
from bot.site import wordpress
from bot.site.discover import Candidate, Seen, channels, look
from bot.survey._editions import editions
from bot.survey._sources import Finder, Source
from bot.survey._visit import Visitor, is_web, of_site
from bot.zones import Clock

__all__ = ["Candidate", "Clock", "Found", "Source", "survey"]

#: So many article pages are looked at, beside the home page.
ARTICLES: Final = 2
#: So many languages of a site have their feeds looked for, beside the first.
LANGUAGES: Final = 4

# Where a home page stands: at the top of its host, or of one of its languages.
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2,4})?/?)?(?:index\.(?:html?|php))?", re.I)
_ABOUT: Final = "namespaces,name,description,url,home,gmt_offset,timezone_string"


@dataclass(frozen=True, slots=True)
class Found:
    """A site as it shows itself; what is not `sure` is a person's to decide."""

    url: str
    name: str
    language: str = ""
    clock: Clock = field(default_factory=Clock)
    sources: tuple[Source, ...] = ()  # to be polled
    spare: tuple[Source, ...] = ()  # read too, and not needed beside those
    offered: tuple[str, ...] = ()  # every source that the site points to, tried or not
    channels: Mapping[str, Candidate] = field(default_factory=dict)  # by the channel's name
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    editions: Mapping[str, Mapping[str, Candidate]] = field(default_factory=dict)  # by language
    only: Mapping[str, str] = field(default_factory=dict)  # the language of a channel that has one
    page_id: str = ""  # of the Facebook Page
    article: str = ""  # one that is there
    pictures: int = 0  # in the articles that were read
    credits: tuple[str, ...] = ()  # whose those pictures are
    own: tuple[str, ...] = ()  # of those, whose may be used: a person said so
    notes: tuple[str, ...] = ()

    @property
    def per_week(self) -> float | None:
        """How many articles come in a week, where the dates of its sources tell."""
        known = [each.per_week for each in self.sources if each.per_week is not None]
        return sum(known) if known else None


def survey(session: Session, url: str, *, now: datetime, say: Callable[[str], None]) -> Found:
    """Look at the site that `url` belongs to, be that its home page or an article.

    Each step is told to `say`. No address is a UsageError; a site that cannot be
    reached is a FetchError. Anything else that is missing is only missing.
    """
    return _Survey(session, now, say).of(url)


class _Survey:
    """One survey on its way: what was asked, and what is worth telling about it."""

    def __init__(self, session: Session, now: datetime, say: Callable[[str], None]) -> None:
        self._visitor, self._now = Visitor(session, say), now
        self._notes: list[str] = []
        self._fronts: list[Seen] = []  # of the site's further languages
        self._read: list[str] = []  # articles, to be shown as an example
        self._images: list[Image] = []  # theirs

    def of(self, url: str) -> Found:
        named = _seen(self._arrive(url.strip()))
        root, about = self._about(named)
        told = about.home if about and of_site(root, about.home) else ""
        home, first = self._home(url.strip(), named, told)
        robots = self._visitor.read_robots(home)
        if about is None and first is not named:
            root, about = self._about(first)
        finder = Finder(self._visitor, home, self._now)
        sources, spare = self._sources(finder, first, root if about else "", robots, home)
        entries = [each for source in sources for each in source.entries]
        # A page of another host that the site has, or had, names it as if it were a stranger.
        known = [named] if named is not first and of_site(home, named.url) else []
        articles = self._articles(known, first, entries, home)
        offered = (*(each.url for each in first.feeds), *robots, *first.sitemaps, root)
        found = self._told([first, *articles], about, home, sources)
        if self._visitor.late:
            self._notes.append(
                "The site answers so slowly that the bot stopped looking after a minute: "
                "run this again later, and it says what it missed."
            )
        examples = [*self._read, *(each.url for each in entries if of_site(home, each.url))]
        examples += [*(each.url for each in articles), named.url]
        return replace(
            found,
            sources=sources,
            spare=spare,
            offered=offered,
            article=next((each for each in examples if url_key(each) != url_key(home)), ""),
            pictures=len(self._images),
            credits=_whose(self._images),
            notes=(*self._notes, *finder.notes),
        )

    def _told(
        self,
        pages: Sequence[Seen],
        about: wordpress.About | None,
        home: str,
        sources: Sequence[Source],
    ) -> Found:
        """Gather what the pages tell of the site itself."""
        name = (about.name if about else "") or _name(pages, sources) or bare_host(home)
        language = _language(pages, sources)
        chosen: dict[str, Candidate] = {}
        candidates: dict[str, tuple[Candidate, ...]] = {}
        main = channels(pages, home=home, name=name)
        every = channels([*pages, *self._fronts], home=home, name=name) if self._fronts else main
        for platform, some in every.items():
            ranked = main.get(platform, ())
            known = {each.profile.key for each in ranked}
            # The pages of another language tell of further accounts, and decide nothing.
            further = [replace(each, sure=False) for each in some if each.profile.key not in known]
            if ranked and ranked[0].sure:
                chosen[platform] = ranked[0]
            if rest := tuple(each for each in (*ranked, *further) if not each.sure):
                candidates[platform] = rest
        tongues = [language, *(each.language for each in sources)]
        tongues += [each.language for each in self._fronts]
        tongues += [code for page in pages for code, _ in page.languages]
        ranking = {
            name: tuple(filter(None, (chosen.get(name), *candidates.get(name, ()))))
            for name in {**chosen, **candidates}
        }
        return Found(
            url=home,
            name=name,
            language=_primary(language),
            clock=self._clock(about, pages, home, language),
            channels=chosen,
            candidates=candidates,
            editions=editions(ranking, [_primary(each) for each in tongues if each]),
            page_id=_only(each.page_id for each in pages),
        )

    # ------------------------------------------------------------------- pages

    def _arrive(self, url: str) -> Fetched:
        """Get the page that was named; without a scheme the safe one is tried first."""
        if "://" in url:
            return self._visitor.first(_whole(url), "the page")
        try:
            return self._visitor.first(_whole(f"https://{url}"), "the page")
        except FetchError as error:
            if error.status is not None:
                raise
            return self._visitor.first(f"http://{url}", "the page")

    def _home(self, asked: str, named: Seen, told: str) -> tuple[str, Seen]:
        """Find the home page: the page itself if it stands where one does, else the host's.

        `told` is what WordPress calls its home, which may be on another host than the
        one asked. Where no home page can be read, what the page itself tells has to do.
        """
        parts = urlsplit(named.url)
        top = f"{parts.scheme}://{parts.netloc}/"
        if not told or of_site(top, told):
            if url_key(asked if "://" in asked else f"https://{asked}") == url_key(top):
                return top, named  # wherever that leads today
            if not parts.query and _FRONT.fullmatch(parts.path):
                return named.url, named
        home = told or top
        front = self._visitor.get(home, "the home page")
        if front is None or not of_site(home, front.url):
            self._notes.append("The home page could not be read: this is known from one page.")
            return top, named
        return urljoin(front.url, urlsplit(home).path or "/"), _seen(front)

    def _articles(
        self, seen: list[Seen], first: Seen, entries: Sequence[Entry], home: str
    ) -> list[Seen]:
        """Look at the latest articles, until there are enough beside those that were `seen`."""
        known = {url_key(each.url) for each in seen}
        for url in dict.fromkeys([*(each.url for each in entries), *first.articles]):
            if len(seen) >= ARTICLES:
                break
            if not of_site(home, url) or url_key(url) in known:
                continue
            if not self._visitor.welcome(url):
                self._notes.append(
                    f"Its robots.txt asks programs not to read {url}: nothing there is posted."
                )
                break
            if answer := self._visitor.get(url, "an article"):
                seen.append(_seen(answer))
                self._try(answer)
        return seen

    def _try(self, page: Fetched) -> None:
        """Read a page as an article, as it would be read to be posted."""
        from bot.site.page import read

        try:
            article = read(page.body, page.url, charset=page.charset, fallback=False)
        except NotAnArticle:
            return
        self._read.append(page.url)
        self._images += filter(None, [article.image])

    # ----------------------------------------------------------------- sources

    def _sources(
        self,
        finder: Finder,
        first: Seen,
        root: str,
        robots: Sequence[str],
        home: str,
    ) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
        """Try what the site offers: a feed is best, then the API, a sitemap, its front page."""
        feed = finder.feed([each.url for each in first.feeds])
        api = finder.wordpress(root) if root else None
        sitemap = finder.sitemap([*robots, *first.sitemaps], needed=not (feed or api))
        best = feed or api or sitemap or finder.page(home)
        sources = [best] if best else []
        if feed and urlsplit(home).path == "/":  # who names /es/ means that language
            sources += finder.further_feeds(self._other_feeds(first, feed, home))
        return tuple(sources), tuple(each for each in (api, sitemap) if each and each is not best)

    def _other_feeds(self, first: Seen, feed: Source, home: str) -> Iterator[str]:
        """Say where the feeds of the site's further languages are, unless the main one has all."""
        known = {url_key(feed.url)}
        here = _primary(first.language or feed.language)
        for code, address in first.languages[: LANGUAGES + 2]:
            inside = sum(f"{each.url}/".startswith(address) for each in feed.entries)
            if _primary(code) in (here, "x") or not of_site(home, address):
                continue
            front = self._visitor.get(address, "the front page of another language")
            seen = _seen(front) if front else Seen(address)
            self._fronts += [seen] if front else []
            if inside > 1:
                continue
            linked = [each.url for each in first.feeds if _primary(each.hreflang) == _primary(code)]
            linked += [each.url for each in seen.feeds]
            url = linked[0] if linked else urljoin(f"{address.rstrip('/')}/", "feed/")
            if url_key(url) not in known:
                known.add(url_key(url))
                yield url

    def _about(self, page: Seen) -> tuple[str, wordpress.About | None]:
        """Ask the WordPress API that a page names what site this is."""
        if not page.wordpress:
            return "", None
        mark = "&" if "?" in page.wordpress else "?"
        answer = self._visitor.get(f"{page.wordpress}{mark}_fields={_ABOUT}", "its WordPress API")
        try:
            return page.wordpress, wordpress.about(answer.body, answer.url) if answer else None
        except NotASource:
            return "", None

    def _clock(
        self, about: wordpress.About | None, pages: Sequence[Seen], home: str, language: str
    ) -> Clock:
        land = zones.country(urlsplit(home).hostname or "")
        if about and about.timezone in available_timezones():
            return Clock(about.timezone, sure=True, why="its WordPress")
        if about and about.offset:
            return zones.at_offset(about.offset, land, language, self._now)
        moments = [at for page in pages for at in page.offsets]
        return zones.guess(moments, land, language, self._now)


def _whole(url: str) -> str:
    """Give back an address that names a page on the web, else a UsageError."""
    host = urlsplit(url).hostname if is_web(url) else ""
    if not host or not ("." in host or ":" in host or host == "localhost") or " " in url:
        raise UsageError(f"“{url}” is no web address: write it as in https://harbour.example/.")
    return url


def _seen(page: Fetched) -> Seen:
    """Look at a page; one that is no web page tells nothing."""
    try:
        link = page.headers.get("Link", "")
        return look(page.body, page.url, page.charset, link_header=link)
    except NotAnArticle:
        return Seen(page.url)


def _whose(images: Iterable[Image]) -> tuple[str, ...]:
    """Name those whose pictures these are, each once: “Ana Reis / Reuters” are two."""
    names = [part.strip() for image in images for part in re.split(r"[/|·•]", image.credit)]
    return tuple(dict.fromkeys(each for each in names if 2 < len(each) <= 60))


def _name(pages: Sequence[Seen], sources: Sequence[Source]) -> str:
    told = [*(each.name for each in pages), *(each.title for each in sources)]
    return next((each for each in told if each), "")


def _language(pages: Sequence[Seen], sources: Sequence[Source]) -> str:
    """Give the language that the pages declare, the home page's first, else that of a feed."""
    told = [*(each.language for each in pages), *(each.language for each in sources)]
    return next((each for each in told if each), "")


def _primary(code: str) -> str:
    return re.split(r"[-_]", code.lower())[0]


def _only(values: Iterable[str]) -> str:
    """Give the one value there is, or "" where there is none or several."""
    found = {value for value in values if value}
    return found.pop() if len(found) == 1 else ""
