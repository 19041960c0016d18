"""What the bot is put together from: store, sessions, studio, channels, the desks of its sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from bot import __version__, config, credentials, http, queue, schedule, settings
from bot.app import _desks, _sites, _sources
from bot.app._channels import Channels
from bot.desk import Desk, Outlet
from bot.http import Masker, Session
from bot.model import (
    Article,
    Post,
    SourceKind,
)
from bot.platforms import base
from bot.platforms.base import Platform
from bot.robots import Robots
from bot.store import Store, open_store

if TYPE_CHECKING:
    from bot.media.studio import Studio
    from bot.teaser import Templates

#: A page or feed that takes longer is down for our purposes.
FETCH_DEADLINE = timedelta(seconds=15)

#: So long it is remembered which channels have credentials: the daemon asks every second.
HANDS_HOLD = timedelta(seconds=30)
EVER = datetime.min.replace(tzinfo=UTC)


class Parts:
    """The opened bot's parts, each made when it is first asked for."""

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
        self._lent = False
        self._made: dict[str, tuple[settings.Site, Desk]] = {}
        self._searched: dict[str, datetime] = {}
        self._hands: frozenset[str] = frozenset()
        self._hands_until = 0.0
        self.masker = Masker()  # of every secret that this process learns

    @classmethod
    def open(
        cls,
        folder: str | None,
        environ: Mapping[str, str],
        *,
        who: str = "cli",
        needs_config: bool = True,
    ) -> Self:
        """Read the configuration: of `folder`, else of BOT_CONFIG, else of config/.

        With `needs_config` false a folder that nobody named may be missing.
        """
        named = folder or environ.get("BOT_CONFIG")
        path = Path(named or "config")
        loaded = config.load(
            path, lambda name: base.load(name).Settings, needs_site=bool(named) or needs_config
        )
        return cls(loaded, environ, folder=path, who=who)

    def rehearsing(self) -> Self:
        """Give the same bot over a database of its own, for a rehearsal of the whole life."""
        file, mark, options = self.config.bot.database.partition("?")
        own = (
            f"{file.removesuffix('.db')}.dry-run.db{mark}{options}"
            if file.startswith("sqlite:")
            else "sqlite:///var/bot.dry-run.db"
        )
        return type(self)(
            self.config,
            self._environ,
            folder=self.folder,
            who="rehearsal",
            clock=self.now,
            database=own,
        )

    def beside(self, who: str) -> Self:
        """Give the same bot for other threads: over the same open database, the rest its own."""
        own = type(self)(
            self.config,
            self._environ,
            folder=self.folder,
            who=who,
            clock=self.now,
            database=self.database,
        )
        own._store, own._lent, own.masker = self.store, True, self.masker
        return own

    def close(self) -> None:
        """Let go of the database, unless it is another's, and of the studio."""
        if self._store is not None and not self._lent:
            self._store.close()
        for name in ("studio", "_film_studio"):
            if name in self.__dict__:
                getattr(self, name).close()

    # ------------------------------------------------------------------- parts

    @property
    def store(self) -> Store:
        """The database, opened and brought up to date at first use."""
        if self._store is None:
            key = credentials.secret("BOT_SECRET_KEY", self._environ)
            self._store = open_store(self.database, key=key.encode() if key else None)
        return self._store

    @cached_property
    def web(self) -> Session:
        """The session for pages, feeds and pictures."""
        bot = self.config.bot
        return Session(
            deadline=FETCH_DEADLINE,
            allow_private=bot.allow_private_addresses,
            user_agent=self.user_agent,
            masker=self.masker,
        )

    @property
    def user_agent(self) -> str:
        """How the bot names itself, and whom to ask about it."""
        contact = self.config.bot.contact
        return f"newsroom-syndication-bot/{__version__}{f' (+{contact})' if contact else ''}"

    @cached_property
    def robots(self) -> Robots:
        """What the sites let programs read."""
        return Robots(self.web)

    @cached_property
    def templates(self) -> Templates:
        """The teaser templates: yours first, then those that come with the bot."""
        from bot.teaser import Templates

        own = (self.folder / "templates", Path("templates"))
        return Templates([path for path in (*own, config.shipped("templates")) if path.is_dir()])

    @property
    def media(self) -> Path:
        """Where pictures and videos lie."""
        return Path(self.config.bot.media.dir)

    @cached_property
    def studio(self) -> Studio:
        """What makes pictures and videos, in a process of its own."""
        return self._studio(self.media)

    @cached_property
    def _film_studio(self) -> Studio:
        """Another for videos, so that no picture waits behind one."""
        return self._studio(self.media)

    def _studio(self, folder: Path) -> Studio:
        from bot.media.studio import Studio

        return Studio(folder, self.shelves("cards"))

    def shelves(self, kind: str) -> list[Path]:
        """Where templates of a kind are looked for: yours first, then those of the bot."""
        own = (self.folder / "templates", Path("templates"), config.shipped("templates"))
        return [path / kind for path in own if (path / kind).is_dir()]

    @property
    def public(self) -> str:
        """Where pictures lie on the web, for platforms that fetch them; "" for nowhere."""
        return self.config.bot.media.public_url

    def platform(self, name: str) -> type[Platform]:
        """The platform's class, for its limits and its measure."""
        return base.load(name)

    def channels(self, *, dry_run: bool = False) -> Channels:
        """The channels, to be bound to their platforms by one thread."""
        return Channels(
            self.config,
            self._environ,
            lambda: self.store,
            self.masker,
            self.now,
            user_agent=self.user_agent,
            dry_run=dry_run,
        )

    @cached_property
    def _channels(self) -> Channels:
        return self.channels()

    def bound(self, site: str, channel: str) -> tuple[Platform, Session]:
        """A platform bound to one channel, on a session that cannot write."""
        bound = self.channels(dry_run=True).bound(site, channel)
        return bound.platform, bound.session

    def secrets(self, channel: settings.ChannelConfig) -> dict[str, str]:
        """A channel's credentials, as far as they are there."""
        return self._channels.secrets(channel)

    def by_hand(self, channel: settings.ChannelConfig) -> bool:
        """Tell whether the channel lacks credentials, so that a person posts for it."""
        return self._channels.by_hand(channel)

    def hands(self) -> frozenset[str]:
        """The channels that a person posts for; a login shows here within half a minute."""
        if http.clock() >= self._hands_until:
            self._hands = self._channels.hands()
            self._hands_until = http.clock() + HANDS_HOLD.total_seconds()
        return self._hands

    def _channel(self, site: str, channel: str) -> settings.ChannelConfig:
        return self._channels.named(site, channel)

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

    def sources(self, site: settings.Site) -> tuple[tuple[SourceKind, str], ...]:
        """The sources that a site's file names, else those that were found on the site."""
        return _sources.of(site, self.store)

    # ------------------------------------------------------------------- desks

    def desk(self, site: settings.Site) -> Desk:
        """What is needed to make the posts of a site."""
        made = self._made.get(site.id)
        if made is None or made[0] is not site:  # made once: a daemon asks every few seconds
            made = self._made[site.id] = (site, _desks.desk(site, self.templates, self.public))
        return made[1]

    def desk_of(self, url: str, name: str | None = None) -> Desk:
        """Give the desk of the site that an article belongs to, as `site_of` chooses it."""
        return self.desk(_sites.choose(self.config, url, name))

    def site_of(self, url: str, name: str | None = None) -> str:
        """Choose the site that an article belongs to: the named one, or by its address."""
        return _sites.choose(self.config, url, name).id

    def _outlet(self, post: Post) -> Outlet:
        chosen = self._channel(post.site, post.channel)
        return _desks.outlet(self.config.site(post.site), chosen, self.templates, self.public)

    def _article(self, post: Post) -> Article:
        with self.store.read() as tx:
            article = tx.articles.get(post.article_id).content
        assert article is not None, "a post's article is stored whole"
        return article

    def judge_of(self, post: Post) -> queue.Judge:
        """Give what finds the problems of an edited teaser, or of a slot, for this post."""
        return self._outlet(post).judging(self._article(post), self.now())
