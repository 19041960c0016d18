"""How things stand: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import queue
from bot.model import OPEN, Channel, Post, State
from bot.store import Store
from bot.store.pauses import Pause
from bot.store.sources import Source


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source, in words."""

    site: str
    url: str
    failing: bool
    sentence: str
    checked_at: datetime | None
    ok_at: datetime | None
    error: str


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
    channels: tuple[ChannelState, ...]
    next: Post | None

    @property
    def alarm(self) -> bool:
        """Tell whether something needs a person out of the ordinary."""
        return bool(self.needs_person) or any(source.failing for source in self.sources)


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
        known = {(source.site, source.url): source for source in tx.sources.all()}
    upcoming = [post for post in posts if post.state is State.APPROVED and post.due_at is not None]
    return Status(
        needs_person=tuple(post for post in posts if needs_person(post)),
        counts={str(state): count for state, count in counts.items()},
        paused=tuple(pauses.values()),
        sources=tuple(_source(site, url, known.get((site, url)), now) for site, url in sources),
        channels=tuple(_channel(each, posts, set(pauses), by_hand) for each in channels),
        next=min(upcoming, key=lambda post: (post.due_at, post.id), default=None),
    )


def _source(site: str, url: str, seen: Source | None, now: datetime) -> SourceState:
    where = f"{site}: {url}"
    if seen is None or seen.checked_at is None:
        return SourceState(site, url, False, f"{where} was never polled.", None, None, "")
    ago = ago_in_words(now - seen.checked_at)
    if seen.error:
        times = "once" if seen.failures == 1 else f"{seen.failures} times in a row"
        sentence = f"{where} failed {times}, last {ago}: {seen.error}"
    else:
        sentence = f"{where} was read {ago}, all well."
    return SourceState(
        site, url, bool(seen.error), sentence, seen.checked_at, seen.ok_at, seen.error
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


def ago_in_words(span: timedelta) -> str:
    """Say how long ago something was, in the largest unit that fits."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
