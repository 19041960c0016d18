"""The only assembly: configuration, environment and clock meet the parts here.

Nothing below this module sees the configuration or reads the environment or the
clock; everything above it asks this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import uniform
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import __version__, config, credentials, http, queue, review, schedule, settings
from bot.app import _desks, _sites, _sources
from bot.app._channels import Channels, Live
from bot.desk import Desk, Outlet, illustrate, typed
from bot.errors import StoreError, UsageError
from bot.http import Masker, Session
from bot.media.base import Failure
from bot.model import (
    OPEN,
    Account,
    Article,
    Blocked,
    Channel,
    Media,
    Post,
    Retry,
    SourceKind,
    State,
)
from bot.platforms import base
from bot.platforms.base import Platform
from bot.robots import Robots
from bot.store import Store, open_store

if TYPE_CHECKING:
    from bot.ingest import Lanes, Polled
    from bot.media.keeping import Swept
    from bot.media.studio import Studio
    from bot.notices import Bell
    from bot.oneoff import Result, Wish
    from bot.publisher import Rehearsal
    from bot.standing import Press, Step
    from bot.status import ChannelFacts, Status
    from bot.teaser import Templates
    from bot.web.base import Pulse, View

#: A page or feed that takes longer is down for our purposes.
FETCH_DEADLINE = timedelta(seconds=15)

#: So long a round of the daemon waits for its polls; what takes longer comes out of a later one.
PATIENCE = timedelta(seconds=2)

#: What publishing consists of, in the order in which a single round does it.
RUNS = ("publish", "follow up", "reconcile")

#: “bot publish” ends after so many rounds of a minute each; what is left waits for the next.
MOST_ROUNDS = 60

#: So long it is remembered which channels have credentials: the daemon asks every second.
HANDS_HOLD = timedelta(seconds=30)

#: How soon a site that names no source, and on which none was found, is searched again.
SEARCH_AGAIN = timedelta(hours=1)
EVER = datetime.min.replace(tzinfo=UTC)


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
        file, mark, options = self.config.bot.database.partition("?")
        own = (
            f"{file.removesuffix('.db')}.dry-run.db{mark}{options}"
            if file.startswith("sqlite:")
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
        """Let go of the database and of the studio."""
        if self._store is not None:
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

        return Studio(folder, self._shelves("cards"))

    def _shelves(self, kind: str) -> list[Path]:
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

    def press(
        self, *, dry_run: bool = False, stopping: Callable[[], bool] = lambda: False
    ) -> Press:
        """What a run that publishes needs, for one thread; keep it from run to run."""
        from bot.standing import Press
        from bot.watch import Watch

        channels = self.channels(dry_run=dry_run)
        publishing = self.config.bot.publishing
        watch = Watch(
            self.store,
            self.web,
            self.robots,
            lambda site: self.desk(self.config.site(site)),
            self.studio,
        )
        return Press(
            store=self.store,
            bound=channels.bound,
            watch=watch.look,
            lease=publishing.lease,
            quarantine=publishing.quarantine,
            hands=() if dry_run else Live(self.hands),
            jitter=lambda: uniform(-1, 1),
            stopping=stopping,
        )

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
            made = self._made[site.id] = (site, _desks.desk(site, self.templates, self.public))
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
                studio=self.studio,
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

    def preview(self, url: str, site: str | None = None, folder: Path | None = None) -> Preview:
        """Make the teasers of an article without storing anything.

        Pictures and videos are made where there is a `folder` for them.
        """
        chosen = _sites.choose(self.config, url, site)
        desk, now = self.desk(chosen), self.now()
        article = desk.read(self.web, url)
        made = [(each, each.make(article, now)) for each in desk.wanting(article)]
        if folder is not None:
            with closing(self._studio(folder)) as studio:
                made = illustrate(made, self.web, studio, article, now, films=True)
        posts = tuple(
            (outlet.channel, self.platform(outlet.channel.platform), piece)
            for outlet, piece in made
        )
        return Preview(chosen.id, article, chosen.timezone, posts)

    def film(self, stopping: Callable[[], bool] = lambda: False) -> Iterator[Post]:
        """Make the videos that held posts wait for; give each post as it is then."""
        from bot import filming

        film = filming.Filming(self.store, self.web, self._film_studio, self._outlet, stopping)
        yield from filming.run_once(film, self.now())

    def sweep(self) -> Swept:
        """Remove the pictures and videos that no post needs any more."""
        from bot.media import keeping

        now = self.now()
        with self.store.read() as tx:
            needed = tx.posts.media(OPEN, since=now - keeping.KEPT_FOR)
        return keeping.run_once(needed, self.media, now)

    def one_off(self, wish: Wish, at: datetime | None) -> Result:
        """Make the posts of one article by hand."""
        from bot import oneoff

        desk = self.desk(_sites.choose(self.config, wish.url, wish.site))
        article, made = oneoff.make(desk, self.web, wish, self.studio, self.now(), at)
        return oneoff.hold(
            self.store, desk, article, made, again=wish.again, at=at, who=self.who, now=self.now()
        )

    def rehearse_one_off(self, wish: Wish) -> list[Rehearsal]:
        """Show what a one-off post would send; nothing is stored."""
        from bot import oneoff
        from bot.publisher import rehearse

        desk = self.desk(_sites.choose(self.config, wish.url, wish.site))
        with (
            TemporaryDirectory(prefix="bot-rehearsal-") as folder,
            closing(self._studio(Path(folder))) as studio,
        ):
            article, made = oneoff.make(desk, self.web, wish, studio, self.now())
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

    def publish(self, press: Press) -> Iterator[Step]:
        """Publish what is due, follow it up, and look after what is in doubt.

        A round has its end, and what was found absent is due again at once: there is
        one round more until one does nothing.
        """
        for _ in range(MOST_ROUNDS):
            idle = True
            for name in RUNS:
                for step in self.work(name, press):
                    idle = False
                    yield step
            if idle:
                return

    def work(self, name: str, press: Press) -> Iterator[Step]:
        """Do one of RUNS once; StoreError, after what was done, where the database failed."""
        from bot import followups, publisher, reconciler

        run = {
            "publish": publisher.run_once,
            "follow up": followups.run_once,
            "reconcile": reconciler.run_once,
        }[name]
        summary = run(press, self.now())
        yield from summary.steps
        if summary.broken:
            raise StoreError(summary.broken)

    def delete(self, post: Post) -> tuple[str, bool]:
        """Take a published post down; say what came of it, and whether it is gone."""
        from bot import followups

        step = followups.delete_post(self.press(), post, self.who, self.now())
        return step.words, step.post.state is State.DELETED

    def renewing(self, stopping: Callable[[], bool]) -> Callable[[], None]:
        """Give what renews the credentials that end soon."""
        from bot.standing import keep_fresh

        press = self.press(stopping=stopping)
        known = [(channel.site, channel.name) for channel in self.config.channels()]

        def renew() -> None:
            keep_fresh(press, known, self.now())

        return renew

    def noticing(self) -> Callable[[], None]:
        """Give what tells people of what needs them."""
        from bot import notices

        bell = self._bell
        rules = {key: hold for key, hold in bell.automatic.items() if hold}

        def notice() -> None:
            notices.run_once(bell, self.now())
            if rules:
                notices.release_held(
                    self.store, rules, self.rules, self.now(), judge_of=self.judge_of
                )

        return notice

    @cached_property
    def _bell(self) -> Bell:
        from bot import notices

        channels = self.config.channels()
        return notices.Bell(
            store=self.store,
            send=notices.deliver(self.config.bot.notify, self.masker, "Syndication bot"),
            page=f"http://{self.config.bot.review.listen}",  # posts are shown on this machine alone
            names={site.id: site.name for site in self.config.sites.values()},
            automatic={
                each.key: each.review.hold
                for each in channels
                if each.review.rule != "required" and each.use == "all"
            },
            renews={
                each.key: self._channels.bound(each.site, each.name).platform.renews
                for each in channels
            },
            rules_of=self.rules,
            hands=self.hands,
            sources=self._all_sources,
        )

    def view(self, pulse: Pulse) -> View:
        """What the pages of the daemon are made of."""
        from bot.web.base import View

        return View(
            store=self.store,
            pulse=pulse,
            now=self.now,
            channels=[channel.key for channel in self.config.channels()],
            hands=self.hands,
            sources=self._all_sources,
            faults=lambda: self._bell.faults,
            url=self.config.bot.review.url,
            revision=self.store.describe().revision,
        )

    def _all_sources(self) -> list[tuple[str, str]]:
        return [
            (site.id, url) for site in self.config.sites.values() for _, url in self.sources(site)
        ]

    # ------------------------------------------------------------------ asking

    def picture(self, post: Post, path: Path, alt: str) -> Media:
        """Take a picture that an editor names for a post, in the form of its platform.

        Raises UsageError where it is none that can be shown.
        """
        from bot.media import picture

        outlet = self._outlet(post)
        art = outlet.own(Path(picture.read(path, self.media).path), typed(alt))
        (piece,) = self.studio.make([art.order])
        if isinstance(piece, Failure):
            raise UsageError(f"{path}: {piece.message}")
        return outlet.reachable(art.media(piece))

    def remade(self, post: Post, *, confirmed: bool = False) -> queue.Made:
        """Make a post's picture or video anew from its article.

        `confirmed`: a person says that the article's picture may be used.
        """
        outlet, article, now = self._outlet(post), self._article(post), self.now()
        made = replace(outlet.make(article, now, confirmed=confirmed), reasons=())
        ((_, whole),) = illustrate(
            [(outlet, made)], self.web, self.studio, article, now, films=True
        )
        return whole

    def video(self, path: Path) -> Media:
        """Take a video that an editor names into our own store."""
        from bot.media import film

        return film.read(path, self.media)

    def judge_of(self, post: Post) -> queue.Judge:
        """Give what finds the problems of an edited teaser, or of a slot, for this post."""
        return self._outlet(post).judging(self._article(post), self.now())

    def _article(self, post: Post) -> Article:
        with self.store.read() as tx:
            article = tx.articles.get(post.article_id).content
        assert article is not None, "a post's article is stored whole"
        return article

    def _outlet(self, post: Post) -> Outlet:
        chosen = self._channel(post.site, post.channel)
        return _desks.outlet(self.config.site(post.site), chosen, self.templates, self.public)

    def status(self) -> Status:
        """Look how things stand."""
        from bot import status

        return status.look(
            self.store,
            sources=self._all_sources(),
            channels=[self._facts(each) for each in self.config.channels()],
            needs_person=lambda post: review.needs_person(post, reviewed=self.reviewed(post)),
            now=self.now(),
        )

    def verified(self, channel: settings.ChannelConfig) -> Account | Retry | str:
        """Ask the platform who a channel's credentials are; only reads.

        A sentence where they may not post for the channel, Retry where nobody answered.
        """
        from bot.standing import mismatch, pinned

        bound = self.channels().bound(channel.site, channel.name)
        with self.store.read() as tx:
            known = tx.accounts.get(channel.site, channel.name)
        found = bound.platform.verify()
        if isinstance(found, Account):
            return mismatch(found, bound, pinned(known, bound)) or found
        return found if isinstance(found, Retry) else getattr(found, "reason", str(found))

    def _facts(self, channel: settings.ChannelConfig) -> ChannelFacts:
        from bot.status import ChannelFacts

        bound = self._channels.bound(channel.site, channel.name)
        first = self.now().astimezone(bound.zone).replace(day=1, hour=0, minute=0, second=0)
        return ChannelFacts(
            bound.channel,
            by_hand=self.by_hand(channel),
            renews=bound.platform.renews,
            budget=bound.budget,
            month=None if bound.budget is None else first,
        )

    def next_due(self) -> str:
        """Say when the next approved post is due."""
        with self.store.read() as tx:
            approved = tx.posts.list(states=(State.APPROVED,))
            paused = tx.pauses.active(self.now())
        free = [post for post in approved if not queue.covers(paused, post.site, post.channel)]
        times = [
            post.due_at.astimezone(self.zone(post.site)) for post in free if post.due_at is not None
        ]
        if approved and not free:
            return "All that is approved is paused. “bot status” shows what, “bot resume” goes on."
        if not times:
            return "Nothing is approved. “bot queue” shows what waits for you."
        first = min(times)
        return f"The next approved post is due at {first:%Y-%m-%d %H:%M} ({first.tzinfo})."
