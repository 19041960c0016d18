"""Each article gets its posts once, whatever its sources do, and none is lost.

A site of five articles is told of by a feed, a news sitemap and the WordPress API. Every
poll finds any of them in any order, repeated or left out, under other addresses, guids,
headlines and dates, with sources and pages that fail now and then. A model says which
articles must have posts: those that a source told of after its first poll, and that no
first poll had seen but a later one of another source.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from socketserver import StreamRequestHandler
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from world import Bot, Site, serving

from bot.app import App
from bot.store import open_store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ARTICLES = range(5)
#: Articles whose address changes, under one guid; those of the others keep their address,
#: and change their guid and headline. Where all change at once nobody can know an article again.
MOVING = {3, 4}
#: Articles whose pages name the number that their CMS gave them.
NUMBERED = {0, 2, 4}
SOURCES = ("feed", "sitemap", "wordpress")
CHANNELS = ("twitter", "facebook")

WAYS = (
    *("/{}", "/{}/", "//{}", "/index.php/{}", "/{}/amp/", "/amp/{}", "/./x/../{}"),
    *("/{}?utm_source=rss", "/{}?ref=rss&fbclid=a", "/{}#part", "/{}?amp=1"),
)
HOSTS = ("127.0.0.1", "127.1")  # the second is the alias


@dataclass(frozen=True)
class Offer:
    """One mention of an article in a source."""

    article: int
    way: str = "/{}"
    host: str = HOSTS[0]
    moved: bool = False
    guid: int = 0
    title: int = 0
    age: timedelta | None = timedelta(hours=1)  # None: undated


@dataclass(frozen=True)
class Round:
    """One poll: what each source offers (None: it fails), and the pages that fail."""

    offers: dict[str, tuple[Offer, ...] | None]
    dead: frozenset[int] = frozenset()


AGES = (None, *(timedelta(hours=hours) for hours in (1, -3, 20_000 * 24)), timedelta(minutes=-5))
OLD = timedelta(days=5)  # of which a sitemap gets no post: it names what was edited or linked anew


def offers(source: str) -> st.SearchStrategy[tuple[Offer, ...] | None]:
    told = {"feed": {*ARTICLES}, "sitemap": {*ARTICLES} - MOVING, "wordpress": NUMBERED}[source]
    one = st.builds(
        Offer,
        article=st.sampled_from(sorted(told)),
        way=st.sampled_from(WAYS),
        host=st.sampled_from(HOSTS),
        moved=st.booleans(),
        guid=st.integers(0, 2),
        title=st.integers(0, 1),
        age=st.sampled_from(AGES if source == "sitemap" else (*AGES, OLD)),
    )
    # Most polls find the source working; what fails is asked again.
    listings = st.lists(one, max_size=8).map(tuple)
    return st.one_of(listings, listings, listings, st.none())


rounds = st.lists(
    st.builds(
        Round,
        offers=st.fixed_dictionaries({source: offers(source) for source in SOURCES}),
        dead=st.frozensets(st.sampled_from(ARTICLES), max_size=2),
    ),
    min_size=2,
    max_size=6,
)


@dataclass
class Newsroom:
    """The site, and the bot that polls it, as its commands do but for the process."""

    site: Site
    app: App
    now: datetime = NOW
    read: dict[str, datetime] = field(default_factory=dict)  # when each source's first poll was
    remembered: dict[int, datetime] = field(default_factory=dict)
    expected: set[int] = field(default_factory=set)

    def poll(self, play: Round, which: str = "all") -> None:
        for source in SOURCES:
            listed = play.offers[source]
            serve_source(self.site, source, listed, self.now)
            self._foresee(source, listed)
        for number in ARTICLES:
            serve_article(self.site, number, dead=number in play.dead)
        for polled in self.app.poll(which=which):
            assert "Traceback" not in polled.error
        self.now += timedelta(minutes=40)

    def _foresee(self, source: str, listed: tuple[Offer, ...] | None) -> None:
        if listed is None:
            return
        there = {offer.article for offer in listed}
        if source in self.read:
            since = self.read[source]
            # Published since this source is read: another's first poll could not know.
            dated = {each.article for each in listed if each.age and self.now - each.age > since}
            late = {each for each in dated if self.remembered.get(each, since) > since}
            self.remembered = {k: at for k, at in self.remembered.items() if k not in late}
            self.expected |= there - self.remembered.keys()
        else:
            new = there - self.expected - self.remembered.keys()
            self.remembered |= dict.fromkeys(new, self.now)
            self.read[source] = self.now

    def posts(self) -> Counter[tuple[int, str]]:
        with self.app.store.read() as tx:
            return Counter(
                (int(post.article_title.split()[-1]), post.channel) for post in tx.posts.list()
            )


def slug(number: int, moved: bool = False) -> str:
    return f"the-{'new' if moved else 'long'}-story-of-number-{number}"


def page_url(site: Site, offer: Offer) -> str:
    host = site.url.replace(HOSTS[0], offer.host)
    moved = offer.moved and offer.article in MOVING
    return host + offer.way.format(slug(offer.article, moved))


def guid(site: Site, offer: Offer) -> str:
    number = offer.article
    first = f"{site.url}/?p={700 + number}" if number in NUMBERED else f"tag:harbour,{number}"
    return first if number in MOVING or not offer.guid else f"urn:{number}:{offer.guid}"


def title(offer: Offer) -> str:
    corrected = offer.title and offer.article not in MOVING
    return f"{'Corrected: the' if corrected else 'The'} story of number {offer.article}"


def serve_source(site: Site, source: str, listed: tuple[Offer, ...] | None, now: datetime) -> None:
    path, body, kind = {"feed": as_feed, "sitemap": as_sitemap, "wordpress": as_api}[source](
        site, listed or (), now
    )
    site.put(path, body, kind, status=500 if listed is None else 200)


def as_feed(site: Site, listed: tuple[Offer, ...], now: datetime) -> tuple[str, str, str]:
    items = "".join(
        f"<item><title>{title(each)}</title><link>{escape(page_url(site, each))}</link>"
        f"<guid isPermaLink='false'>{guid(site, each)}</guid>"
        + (f"<pubDate>{now - each.age:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if each.age else "")
        + "</item>"
        for each in listed
    )
    body = f"<rss version='2.0'><channel><title>Harbour</title>{items}</channel></rss>"
    return "/feed/", body, "application/rss+xml"


def as_sitemap(site: Site, listed: tuple[Offer, ...], now: datetime) -> tuple[str, str, str]:
    rows = "".join(
        f"<url><loc>{escape(page_url(site, each))}</loc><n:news>"
        + (
            f"<n:publication_date>{(now - each.age).isoformat()}</n:publication_date>"
            if each.age
            else ""
        )
        + f"<n:title>{title(each)}</n:title></n:news></url>"
        for each in listed
    )
    spaces = (
        "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    )
    return "/news.xml", f"<urlset {spaces}>{rows}</urlset>", "text/xml"


def as_api(site: Site, listed: tuple[Offer, ...], now: datetime) -> tuple[str, str, str]:
    rows = [
        {
            "id": 700 + each.article,
            "link": page_url(site, each),
            "guid": {"rendered": guid(site, Offer(each.article))},
            "status": "publish",
            "type": "post",
            "title": {"rendered": title(each)},
            "excerpt": {"rendered": "", "protected": False},
            "date_gmt": f"{now - each.age:%Y-%m-%dT%H:%M:%S}" if each.age else None,
        }
        for each in listed
    ]
    return "/wp-json/wp/v2/posts", json.dumps(rows), "application/json"


def serve_article(site: Site, number: int, *, dead: bool) -> None:
    """Serve a page under every spelling of its address; the old one leads to the new one."""
    moving = number in MOVING
    for moved in (False, True):
        name = slug(number, moved)
        for way in WAYS:
            path = "/" + way.format(name).split("?")[0].split("#")[0].removeprefix("/")
            path = path.replace("/./x/..", "")
            if moving and not moved:
                site.put(path, "", status=301, Location=f"/{slug(number, True)}")
            else:
                site.put(path, page(site, number, name), status=503 if dead else 200)


def page(site: Site, number: int, name: str) -> str:
    head = ""
    if number in NUMBERED:
        head = (
            f"<link rel='shortlink' href='{site.url}/?p={700 + number}'>"
            f"<link rel='canonical' href='{site.url}/{name}/'>"
        )
    text = f"This is what happened in the long story that is told here as number {number}. " * 5
    return (
        f"<!doctype html><html lang='en'><head><title>Story {number}</title>{head}"
        f"<meta property='og:type' content='article'></head><body><article>"
        f"<h1>The long story of number {number}</h1><p>By Ines Duarte</p><p>{text}</p>"
        f"<p>{text}</p></article></body></html>"
    )


# ------------------------------------------------------------------------ the property


Open = Callable[[], AbstractContextManager[Newsroom]]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Open a newsroom whose sources were never read; only the running site is shared."""
    template = tmp_path_factory.mktemp("database") / "bot.db"
    open_store(f"sqlite:///{template}").close()
    with serving() as site:
        # Without it an answer in two packets waits 40 ms for the first to be acknowledged.
        mend = pytest.MonkeyPatch()
        mend.setattr(StreamRequestHandler, "disable_nagle_algorithm", True)

        @contextmanager
        def open_newsroom() -> Iterator[Newsroom]:
            with TemporaryDirectory() as name:
                folder = Path(name)
                shutil.copy(template, folder / "bot.db")
                configure(folder, site)
                app = App.open(str(folder / "config"), {})
                room = Newsroom(site, app)
                app.now = lambda: room.now  # type: ignore[method-assign]
                site.pages.clear()
                site.seen.clear()
                try:
                    yield room
                finally:
                    app.close()

        yield open_newsroom
        mend.undo()


def configure(folder: Path, site: Site) -> None:
    channels = "".join(f'[channels.{each}]\naccount = "harbour"\n' for each in CHANNELS)
    Bot(folder, {}).configure(
        f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n'
        f'sitemaps = ["{site.url}/news.xml"]\nwordpress = ["{site.url}/wp-json/"]\n'
        f'aliases = ["{HOSTS[1]}"]\n{channels}',
        bot=f'database = "sqlite:///{folder}/bot.db"\n[media]\ndir = "{folder}/media"\n',
    )


@settings(max_examples=20, deadline=None)
@given(rounds)
def test_whatever_the_sources_do_each_article_gets_its_posts_once(
    newsroom: Open, played: list[Round]
) -> None:
    with newsroom() as room:
        for play in played:
            room.poll(play)
        # Everything works again, nothing more is told, and what waits has its time.
        room.now += timedelta(days=1)
        quiet = Round(dict.fromkeys(SOURCES, ()))
        room.poll(quiet, which="now")
        wanted = {(number, channel) for number in room.expected for channel in CHANNELS}
        assert room.posts() == Counter(wanted)
        event(f"{len(room.expected)} articles with posts")
