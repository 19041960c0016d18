"""How things stand: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import health, queue
from bot.health import Late, SourceState
from bot.model import OPEN, Channel, Post, State
from bot.store import Store, Tx
from bot.store.followups import Followup
from bot.store.pauses import Pause

#: The end of a credential is told so long before.
WEEK: Final = timedelta(days=7)
#: A restored database is told of for so long.
DOUBT_TOLD: Final = timedelta(days=1)
#: A step behind a published post that only a person gets on.
STUCK: Final = frozenset({"failed", "unknown"})


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
    blocked: str = ""  # why it cannot post, until a person has seen to it
    resting: str = ""  # why it must not post just now, and until when
    expires_at: datetime | None = None  # of its credential
    ending: bool = False  # soon, and nothing renews it
    spent: int = 0  # thousandths of a dollar, this month
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the configuration and its platform say of a channel."""

    channel: Channel
    by_hand: bool = False
    renews: timedelta | None = None  # how long before its end a credential is renewed
    budget: int | None = None  # thousandths of a dollar a month
    month: datetime | None = None  # when the month began, by the site's clock


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `bot status` says."""

    needs_person: tuple[Post, ...]
    counts: Mapping[str, int]
    paused: tuple[Pause, ...]
    sources: tuple[SourceState, ...]
    waiting: tuple[Late, ...]  # articles whose pages could not be read yet
    channels: tuple[ChannelState, ...]
    followups: tuple[Followup, ...]  # behind published posts, and not done
    doubt: str  # why posts are looked for before they are sent; "" where nothing says so
    next: Post | None

    @property
    def alarm(self) -> bool:
        """Tell whether something needs a person out of the ordinary."""
        ill = [each.failing for each in self.sources] + [each.failing for each in self.waiting]
        ill += [bool(each.blocked) or each.ending for each in self.channels]
        ill += [each.state in STUCK for each in self.followups]
        return bool(self.needs_person) or any(ill)


def look(
    store: Store,
    *,
    sources: Iterable[tuple[str, str]],
    channels: Iterable[ChannelFacts],
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
        followups = tx.followups.open()
        doubt = tx.instance.doubt()
        states = tuple(_channel(tx, each, posts, set(pauses), now) for each in channels)
    stuck = {(each.site, each.channel) for each in states if each.blocked or each.by_hand}
    upcoming = [
        post
        for post in posts
        if post.state is State.APPROVED
        and post.due_at is not None
        and (post.site, post.channel) not in stuck
    ]
    return Status(
        needs_person=tuple(post for post in posts if needs_person(post)),
        counts={str(state): count for state, count in counts.items()},
        paused=tuple(pauses.values()),
        sources=seen,
        waiting=waiting,
        channels=states,
        followups=tuple(followups),
        doubt=doubt.reason if doubt and now - doubt.until < DOUBT_TOLD else "",
        next=min(upcoming, key=lambda post: (post.due_at, post.id), default=None),
    )


def _channel(
    tx: Tx, facts: ChannelFacts, posts: Iterable[Post], paused: Collection[str], now: datetime
) -> ChannelState:
    channel = facts.channel
    key = f"{channel.site}/{channel.name}"
    own = [post for post in posts if (post.site, post.channel) == (channel.site, channel.name)]
    held = sum(post.state is State.HELD for post in own)
    approved = sum(post.state is State.APPROVED for post in own)
    stopped = queue.covers(paused, channel.site, channel.name)
    known = tx.accounts.get(channel.site, channel.name)
    rest = tx.rests.active(now).get(key)
    blocked = known.blocked if known and not facts.by_hand else ""
    expires_at = known.expires_at if known else None
    ending = expires_at is not None and _ends_soon(expires_at, facts.renews, now)
    spent = tx.outbox.spent(channel.site, channel.name, facts.month) if facts.month else 0
    words = [f"{held} held", f"{approved} approved"]
    words += ["paused"] if stopped else []
    words += ["by hand (no credentials)"] if facts.by_hand else []
    words += [f"blocked: {blocked.rstrip('.')}"] if blocked else []
    words += (
        [f"resting until {rest.until:%H:%M} UTC: {rest.reason.rstrip('.')}"]
        if rest and not blocked
        else []
    )
    words += [f"its credential ends on {expires_at:%-d %b %Y}"] if expires_at and ending else []
    if facts.budget is not None:
        words.append(f"${spent / 1000:.2f} of ${facts.budget / 1000:.2f} spent this month")
    return ChannelState(
        channel.site,
        channel.name,
        channel.platform,
        channel.account,
        stopped,
        facts.by_hand,
        held,
        approved,
        f"{key} ({channel.account}): {', '.join(words)}.".replace("..", "."),
        blocked,
        rest.reason if rest else "",
        expires_at,
        ending,
        spent,
        facts.budget,
    )


def _ends_soon(expires_at: datetime, renews: timedelta | None, now: datetime) -> bool:
    """Tell of a week ahead; of what is renewed, only when the renewal is overdue."""
    left = expires_at - now
    return left < WEEK and (renews is None or left < renews / 2)
