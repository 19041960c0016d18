"""The only assembly: configuration, environment and clock meet the parts here.

`_parts` puts the bot together, `_runs` lets it work, `_looks` shows pictures, `_pictures` has
what an editor does with them, and here is what else a person asks of it.
Nothing below this module sees the configuration or reads the environment or the
clock; everything above it asks this module.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import queue, review, settings
from bot.app import _sites
from bot.app._editor import Editor
from bot.app._pictures import Pictures
from bot.app._runs import RUNS
from bot.desk import illustrate, typed
from bot.errors import FetchError, NotAnArticle, UsageError
from bot.media.base import Failure
from bot.model import Account, Article, Channel, Media, Post, Retry, State
from bot.platforms.base import Platform

if TYPE_CHECKING:
    from bot.oneoff import Wish
    from bot.publisher import Rehearsal
    from bot.status import ChannelFacts, Status

__all__ = ["RUNS", "App", "Editor", "Preview"]


@dataclass(frozen=True, slots=True)
class Preview:
    """An article and its teasers, nothing of it stored."""

    site: str
    article: Article
    zone: ZoneInfo
    posts: tuple[tuple[Channel, type[Platform], queue.Made], ...]


class App(Pictures):
    """The opened bot; `close` ends it."""

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
            (outlet.channel, self.platform(outlet.channel.platform), _as_read(piece))
            for outlet, piece in made
        )
        return Preview(chosen.id, article, chosen.timezone, posts)

    def editor(self, who: str | None = None) -> Editor:
        """Give what a person does with posts, in that person's name."""
        return Editor(self, who or self.who)

    def rehearse_one_off(self, wish: Wish) -> list[Rehearsal]:
        """Show what a one-off post would send; nothing is stored."""
        from bot import oneoff
        from bot.publisher import rehearse

        desk = self.desk_of(wish.url, wish.site)
        with (
            TemporaryDirectory(prefix="bot-rehearsal-") as folder,
            closing(self._studio(Path(folder))) as studio,
        ):
            article, made = oneoff.make(desk, self.web, wish, studio, self.now())
            posts = [oneoff.imagined(article, outlet, piece, self.now()) for outlet, piece in made]
            return [rehearse(post, *self.bound(post.site, post.channel)) for post in posts]

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

    def written(self, post: Post) -> queue.Made:
        """Write a post's teaser anew by its template, of the article as it is kept."""
        return self._outlet(post).make(self._article(post), self.now())

    def _read_again(self, post: Post) -> Article:
        """Read a post's article from its page; where that fails, as it was kept."""
        kept = self._article(post)
        try:
            return self.desk(self.config.site(post.site)).read(self.web, kept.url)
        except (FetchError, NotAnArticle):
            return kept

    def video(self, post: Post, path: Path) -> Media:
        """Take a video that an editor names for a post into our own store."""
        from bot.media import film

        return self._outlet(post).reachable(film.read(path, self.media))

    def remade(self, post: Post, *, confirmed: bool = False) -> queue.Made:
        """Make a post's picture or video anew from its article, as its page reads now.

        `confirmed`: a person says that the article's picture may be used.
        """
        outlet, article, now = self._outlet(post), self._read_again(post), self.now()
        made = replace(outlet.make(article, now, confirmed=confirmed), reasons=())
        ((_, whole),) = illustrate(
            [(outlet, made)], self.web, self.studio, article, now, films=True
        )
        return whole

    def status(self) -> Status:
        """Look how things stand."""
        from bot import status

        return status.look(
            self.store,
            sources=self._all_sources(),
            channels=[self._facts(each) for each in self.config.channels()],
            needs_person=lambda post: review.needs_person(post, reviewed=self.reviewed(post)),
            now=self.now(),
            unreviewed=[
                each.key
                for each in self.config.channels()
                if each.review.rule == "none" and each.use != "pick"
            ],
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


def _as_read(made: queue.Made) -> queue.Made:
    """Leave out that a picture or video is still to be made: nobody waits for it here."""
    kept = (each for each in made.problems if each.code not in queue.TO_BE_MADE)
    return replace(made, problems=tuple(kept))
