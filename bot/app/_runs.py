"""What the daemon and the commands let the bot do, each run once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from random import uniform
from typing import TYPE_CHECKING

from bot import queue, settings
from bot.app import _sources
from bot.app._channels import Live
from bot.app._parts import EVER, Parts
from bot.errors import StoreError, UsageError
from bot.model import (
    OPEN,
    Blocked,
    Post,
)

if TYPE_CHECKING:
    from bot.ingest import Lanes, Polled
    from bot.media.keeping import Swept
    from bot.notices import Bell
    from bot.publisher import Rehearsal
    from bot.standing import Press, Step
    from bot.web.base import Pulse, View

#: So long a round of the daemon waits for its polls; what takes longer comes out of a later one.
PATIENCE = timedelta(seconds=2)

#: What publishing consists of, in the order in which a single round does it.
RUNS = ("publish", "follow up", "reconcile")

#: “bot publish” ends after so many rounds of a minute each; what is left waits for the next.
MOST_ROUNDS = 60

#: How soon a site that names no source, and on which none was found, is searched again.
SEARCH_AGAIN = timedelta(hours=1)


class Runs(Parts):
    """The parts, and the runs that they are for."""

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

    def _search(self, site: settings.Site) -> Iterator[Polled]:
        """Look on a site for sources, once an hour."""
        now = self.now()
        if abs(now - self._searched.get(site.id, EVER)) >= SEARCH_AGAIN:
            self._searched[site.id] = now
            file = self.folder / "sites" / f"{site.id}.toml"
            if without := _sources.find(site, file, self.store, self.web, now):
                yield without

    def film(self, stopping: Callable[[], bool] = lambda: False) -> Iterator[Post]:
        """Make the videos that held posts wait for; give each post as it is then."""
        from bot import filming

        studio = self._film_studio
        studio.stopping = stopping
        film = filming.Filming(self.store, self.web, studio, self._outlet, stopping)
        yield from filming.run_once(film, self.now())

    def sweep(self) -> Swept:
        """Remove the pictures and videos that no post needs any more."""
        from bot.media import keeping

        now = self.now()
        with self.store.read() as tx:
            needed = tx.posts.media(OPEN, since=now - keeping.KEPT_FOR)
        return keeping.run_once(needed, self.media, now)

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

        channels, review = self.config.channels(), self.config.bot.review
        return notices.Bell(
            store=self.store,
            send=notices.deliver(self.config.bot.notify, self.masker, "Syndication bot"),
            page=review.url or (f"http://{review.listen}" if review.listen else ""),
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
