"""How things stand: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import health, queue
from bot.health import Late, SourceState
from bot.model import OPEN, Channel, Post, State
from bot.store import Store
from bot.store.pauses import Pause


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel, in words."""

    site: str
    channel: str
    platform: str
    account: str
    paused: bool
    by_hand: bool
    held: int
    approved: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `bot status` says."""

    needs_person: tuple[Post, ...]
    counts: Mapping[str, int]
    paused: tuple[Pause, ...]
    sources: tuple[SourceState, ...]
    waiting: tuple[Late, ...]  # articles whose pages could not be read yet
    channels: tuple[ChannelState, ...]
    next: Post | None

    @property
    def alarm(self) -> bool:
        """Tell whether something needs a person out of the ordinary."""
        ill = [each.failing for each in self.sources] + [each.failing for each in self.waiting]
        return bool(self.needs_person) or any(ill)


def look(
    store: Store,
    *,
    sources: Iterable[tuple[str, str]],
    channels: Iterable[Channel],
    by_hand: Collection[tuple[str, str]],
    needs_person: Callable[[Post], bool],
    now: datetime,
) -> Status:
    """Read how things stand. `sources` and `channels` are those of the configuration."""
    with store.read() as tx:
        posts = tx.posts.list(states=(*OPEN, State.REFUSED))
        pauses = tx.pauses.active(now)
        counts = tx.posts.counts()
        seen = health.sources(tx, sources, now)
        waiting = health.waiting(tx, {source.site for source in seen}, now)
    upcoming = [post for post in posts if post.state is State.APPROVED and post.due_at is not None]
    return Status(
        needs_person=tuple(post for post in posts if needs_person(post)),
        counts={str(state): count for state, count in counts.items()},
        paused=tuple(pauses.values()),
        sources=seen,
        waiting=waiting,
        channels=tuple(_channel(each, posts, set(pauses), by_hand) for each in channels),
        next=min(upcoming, key=lambda post: (post.due_at, post.id), default=None),
    )


def _channel(
    channel: Channel,
    posts: Iterable[Post],
    paused: Collection[str],
    by_hand: Collection[tuple[str, str]],
) -> ChannelState:
    own = [post for post in posts if (post.site, post.channel) == (channel.site, channel.name)]
    held = sum(post.state is State.HELD for post in own)
    approved = sum(post.state is State.APPROVED for post in own)
    hand = (channel.site, channel.name) in by_hand
    stopped = queue.covers(paused, channel.site, channel.name)
    words = [f"{held} held", f"{approved} approved"]
    words += ["paused"] if stopped else []
    words += ["by hand (no credentials)"] if hand else []
    return ChannelState(
        channel.site,
        channel.name,
        channel.platform,
        channel.account,
        stopped,
        hand,
        held,
        approved,
        f"{channel.site}/{channel.name} ({channel.account}): {', '.join(words)}.",
    )
