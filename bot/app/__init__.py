"""The only assembly: configuration, environment and clock meet the parts here.

Nothing below this module sees the configuration or reads the environment or the
clock; everything above it asks this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from random import uniform
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import __version__, config, credentials, queue, review, schedule, settings
from bot.app import _desks, _sites, _sources
from bot.desk import Desk, typed
from bot.errors import UsageError
from bot.http import Exchange, Session
from bot.model import Article, Blocked, Channel, Media, Post, SourceKind, State
from bot.platforms import base
from bot.platforms.base import Platform
from bot.robots import Robots
from bot.store import Store, open_store

if TYPE_CHECKING:
    from bot.ingest import Lanes, Polled
    from bot.oneoff import Result, Wish
    from bot.publisher import Rehearsal
    from bot.status import Status
    from bot.teaser import Templates

#: A page or feed that takes longer is down for our purposes.
FETCH_DEADLINE = timedelta(seconds=15)

#: So long a round of the daemon waits for its polls; what takes longer comes out of a later one.
PATIENCE = timedelta(seconds=2)

#: How soon a site that names no source, and on which none was found, is searched again.
SEARCH_AGAIN = timedelta(hours=1)
EVER = datetime.min.replace(tzinfo=UTC)

HERE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Preview:
    """An article and its teasers, nothing of it stored."""

    site: str
    article: Article
    zone: ZoneInfo
    posts: tuple[tuple[Channel, type[Platform], queue.Made], ...]


class App:
    """The opened bot; `close` ends it."""

    def __init__(
        self,
        configuration: config.Config,
        environ: Mapping[str, str],
        *,
        folder: Path,
        who: str = "cli",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        database: str | None = None,
    ) -> None:
        self.config, self.folder, self.who, self.now = configuration, folder, who, clock
        self._environ = environ
        self.database = database or configuration.bot.database
        self._store: Store | None = None
        self._made: dict[str, tuple[settings.Site, Desk]] = {}
        self._searched: dict[str, datetime] = {}

    @classmethod
    def open(
        cls,
        folder: str | None,
        environ: Mapping[str, str],
        *,
        who: str = "cli",
        needs_config: bool = True,
    ) -> App:
        """Read the configuration: of `folder`, else of BOT_CONFIG, else of config/.

        With `needs_config` false a folder that nobody named may be missing.
        """
        named = folder or environ.get("BOT_CONFIG")
        path = Path(named or "config")
        loaded = config.load(
            path, lambda name: base.load(name).Settings, needs_site=bool(named) or needs_config
        )
        return cls(loaded, environ, folder=path, who=who)

    def rehearsing(self) -> App:
        """Give the same bot over a database of its own, for a rehearsal of the whole life."""
        url = self.config.bot.database
        own = (
            f"{url.removesuffix('.db')}.dry-run.db"
            if url.startswith("sqlite:")
            else "sqlite:///var/bot.dry-run.db"
        )
        return App(
            self.config,
            self._environ,
            folder=self.folder,
            who="rehearsal",
            clock=self.now,
            database=own,
        )

    def close(self) -> None:
        """Let go of the database."""
        if self._store is not None:
            self._store.close()

    # ------------------------------------------------------------------- parts

    @property
    def store(self) -> Store:
        """The database, opened and brought up to date at first use."""
        if self._store is None:
            self._store = open_store(self.database)
        return self._store

    @cached_property
    def web(self) -> Session:
        """The session for pages, feeds and pictures."""
        bot = self.config.bot
        contact = f" (+{bot.contact})" if bot.contact else ""
        return Session(
            deadline=FETCH_DEADLINE,
            allow_private=bot.allow_private_addresses,
            user_agent=f"newsroom-syndication-bot/{__version__}{contact}",
        )

    @cached_property
    def robots(self) -> Robots:
        """What the sites let programs read."""
        return Robots(self.web)

    @cached_property
    def templates(self) -> Templates:
        """The teaser templates: yours first, then those that come with the bot."""
        from bot.teaser import Templates

        own = (self.folder / "templates", Path("templates"))
        return Templates([path for path in (*own, shipped("templates")) if path.is_dir()])

    @property
    def media(self) -> Path:
        """Where pictures lie."""
        return Path(self.config.bot.media.dir)

    def platform(self, name: str) -> type[Platform]:
        """The platform's class, for its limits and its measure."""
        return base.load(name)

    def bound(self, site: str, channel: str) -> tuple[Platform, Session]:
        """A platform bound to one channel, on a session that cannot write."""
        chosen = self._channel(site, channel)
        kind = self.platform(chosen.platform)
        secrets = self.secrets(chosen)
        session = Session(
            deadline=self.config.bot.publishing.deadline,
            allow_private=self.config.bot.allow_private_addresses,
            dry_run=True,
            secrets=secrets.values(),
        )
        platform = kind(
            account=chosen.account,
            settings=chosen.settings,
            secrets=secrets,
            session=session,
            clock=self.now,
        )
        return platform, session

    def secrets(self, channel: settings.ChannelConfig) -> dict[str, str]:
        """A channel's credentials, as far as they are there."""
        kind = self.platform(channel.platform)
        names = (*kind.secrets, *kind.optional_secrets)
        return credentials.secrets_of(channel.site, channel.name, names, self._environ)

    def by_hand(self, channel: settings.ChannelConfig) -> bool:
        """Tell whether the channel lacks credentials, so that a person posts for it."""
        found = self.secrets(channel)
        return any(name not in found for name in self.platform(channel.platform).secrets)

    def _channel(self, site: str, channel: str) -> settings.ChannelConfig:
        known = self.config.site(site)
        if channel not in known.channels:
            raise UsageError(f"site “{site}” has no channel “{channel}” any more.")
        return known.channels[channel]

    # ------------------------------------------------------------- small facts

    def zone(self, site: str) -> ZoneInfo:
        """The time zone of a site; of “*” the one that all sites share, else UTC."""
        known = self.config.sites.get(site)
        shared = {each.timezone for each in self.config.sites.values()}
        if known is not None:
            return known.timezone
        return shared.pop() if site == "*" and len(shared) == 1 else ZoneInfo("UTC")

    def local_time(self, text: str, site: str) -> schedule.Moment:
        """Read a time as an editor of the site writes it, with what is odd about it."""
        return schedule.local_time(text, self.zone(site), self.now())

    def scopes(self) -> tuple[str, ...]:
        """Everything that can be paused, but all at once."""
        channels = (channel.key for channel in self.config.channels())
        return (*self.config.sites, *channels)

    def post(self, post_id: int) -> Post:
        """Read one post."""
        with self.store.read() as tx:
            return tx.posts.get(post_id)

    def reviewed(self, post: Post) -> bool:
        """Tell whether people review the post's channel, as the ordinary way."""
        site = self.config.sites.get(post.site)
        chosen = site and site.channels.get(post.channel)
        return not chosen or chosen.review.rule != "none" or chosen.use == "pick"

    def rules(self, post: Post) -> queue.Rules:
        """When the post's channel may post, and who looks first."""
        return _desks.rules(self._channel(post.site, post.channel), self.zone(post.site))

    # ------------------------------------------------------------------- desks

    def desk(self, site: settings.Site) -> Desk:
        """What is needed to make the posts of a site."""
        made = self._made.get(site.id)
        if made is None or made[0] is not site:  # made once: a daemon asks every few seconds
            made = self._made[site.id] = (site, _desks.desk(site, self.templates))
        return made[1]

    def site_of(self, url: str, name: str | None = None) -> str:
        """Choose the site that an article belongs to: the named one, or by its address."""
        return _sites.choose(self.config, url, name).id

    # -------------------------------------------------------------------- runs

    def poll(self, site: str | None = None, which: str = "all") -> Iterator[Polled]:
        """Poll the sources of every site, or of one; `which` as in `ingest.Which`."""
        known: list[settings.Site] = []
        unknown: list[settings.Site] = []
        for each in [self.config.site(site)] if site else self.config.sites.values():
            (known if self.sources(each) else unknown).append(each)
        yield from self._poll(known, which)
        for each in unknown:  # after the others, which a slow search must not keep waiting
            yield from self._search(each)
        if unknown:
            yield from self._poll(unknown, which)

    def _poll(self, sites: Sequence[settings.Site], which: str) -> Iterator[Polled]:
        from bot.ingest import Poll, Which, poll_all

        now = self.now()
        polls = [
            Poll(
                store=self.store,
                session=self.web,
                robots=self.robots,
                desk=self.desk(each),
                sources=sources,
                media=self.media,
                now=now,
                which=Which(which),
                every=each.poll_every,
                jitter=lambda: uniform(-1, 1),
            )
            for each in sites
            if (sources := self.sources(each))
        ]
        return poll_all(self.store, polls, self._lanes if which == "due" else None)

    @cached_property
    def _lanes(self) -> Lanes:
        """The polls that the daemon's rounds leave to one another."""
        from bot.ingest import Lanes

        return Lanes(patience=PATIENCE)

    def sources(self, site: settings.Site) -> tuple[tuple[SourceKind, str], ...]:
        """The sources that a site's file names, else those that were found on the site."""
        return _sources.of(site, self.store)

    def _search(self, site: settings.Site) -> Iterator[Polled]:
        """Look on a site for sources, once an hour."""
        now = self.now()
        if abs(now - self._searched.get(site.id, EVER)) >= SEARCH_AGAIN:
            self._searched[site.id] = now
            file = self.folder / "sites" / f"{site.id}.toml"
            if without := _sources.find(site, file, self.store, self.web, now):
                yield without

    def preview(self, url: str, site: str | None = None) -> Preview:
        """Make the teasers of an article without storing anything."""
        chosen = _sites.choose(self.config, url, site)
        desk, now = self.desk(chosen), self.now()
        article = desk.read(self.web, url)
        posts = tuple(
            (each.channel, self.platform(each.channel.platform), each.make(article, now))
            for each in desk.wanting(article)
        )
        return Preview(chosen.id, article, chosen.timezone, posts)

    def one_off(self, wish: Wish, at: datetime | None) -> Result:
        """Make the posts of one article by hand."""
        from bot import oneoff

        desk = self.desk(_sites.choose(self.config, wish.url, wish.site))
        article, made = oneoff.make(desk, self.web, wish, self.media, self.now(), at)
        return oneoff.hold(
            self.store, desk, article, made, again=wish.again, at=at, who=self.who, now=self.now()
        )

    def rehearse_one_off(self, wish: Wish) -> list[Rehearsal]:
        """Show what a one-off post would send; nothing is stored."""
        from bot import oneoff
        from bot.publisher import rehearse

        desk = self.desk(_sites.choose(self.config, wish.url, wish.site))
        with TemporaryDirectory(prefix="bot-rehearsal-") as folder:
            article, made = oneoff.make(desk, self.web, wish, Path(folder), self.now())
            posts = [oneoff.imagined(article, outlet, piece, self.now()) for outlet, piece in made]
            return [rehearse(post, *self.bound(post.site, post.channel)) for post in posts]

    def rehearse_due(self) -> list[Rehearsal]:
        """Walk every due post through its requests; no row changes."""
        with self.store.read() as tx:
            paused = tx.pauses.active(self.now())
            due = [
                post
                for post in tx.outbox.due(self.now())
                if not queue.covers(paused, post.site, post.channel)
            ]
        return [self._rehearsed(post) for post in due]

    def _rehearsed(self, post: Post) -> Rehearsal:
        from bot.publisher import Rehearsal, rehearse

        try:
            bound = self.bound(post.site, post.channel)
        except UsageError as error:  # its channel left the configuration since it was approved
            return Rehearsal(post, (), Blocked(str(error)))
        return rehearse(post, *bound)

    def publish(self) -> list[tuple[Post, tuple[Exchange, ...]]]:
        """Take one step with every due post, on sessions that cannot write."""
        from bot import publisher

        sessions = cache(self.bound)
        return publisher.run_once(
            self.store,
            lambda post: sessions(post.site, post.channel),
            self.now(),
            lease=self.config.bot.publishing.lease,
        )

    # ------------------------------------------------------------------ asking

    def picture(self, path: Path, alt: str) -> Media:
        """Take a picture that an editor names into our own store."""
        from bot.media import picture

        return picture.read(path, self.media, typed(alt))

    def judge_of(self, post: Post) -> queue.Judge:
        """Give what finds the problems of an edited teaser, or of a slot, for this post."""
        chosen = self._channel(post.site, post.channel)
        outlet = _desks.outlet(self.config.site(post.site), chosen, self.templates)
        with self.store.read() as tx:
            article = tx.articles.get(post.article_id).content
        assert article is not None, "a post's article is stored whole"
        return outlet.judging(article, self.now())

    def status(self) -> Status:
        """Look how things stand."""
        from bot import status

        channels = self.config.channels()
        return status.look(
            self.store,
            sources=[
                (site.id, url)
                for site in self.config.sites.values()
                for _, url in self.sources(site)
            ],
            channels=[Channel(c.site, c.name, c.platform, c.account) for c in channels],
            by_hand={(c.site, c.name) for c in channels if self.by_hand(c)},
            needs_person=lambda post: review.needs_person(post, reviewed=self.reviewed(post)),
            now=self.now(),
        )

    def next_due(self) -> str:
        """Say when the next approved post is due."""
        with self.store.read() as tx:
            approved = tx.posts.list(states=(State.APPROVED,))
            paused = tx.pauses.active(self.now())
        free = [post for post in approved if not queue.covers(paused, post.site, post.channel)]
        times = [post.due_at for post in free if post.due_at is not None]
        if approved and not free:
            return "All that is approved is paused. “bot status” shows what, “bot resume” goes on."
        if not times:
            return "Nothing is approved. “bot queue” shows what waits for you."
        return f"The next approved post is due at {min(times).isoformat(timespec='minutes')}."


def shipped(name: str) -> Path:
    """Find a folder that comes with the bot: inside an installed one, beside a checkout."""
    inside = HERE / "_shipped" / name
    return inside if inside.is_dir() else HERE.parent / name
