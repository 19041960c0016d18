"""How things stand: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot import health, queue
from bot.health import Late, SourceState
from bot.model import OPEN, Channel, Post, State
from bot.store import Store, Tx
from bot.store.followups import STUCK, Followup
from bot.store.pauses import Pause
from bot.store.posts import Outline

#: The end of a credential is told so long before.
WEEK: Final = timedelta(days=7)
#: A restored database is told of for so long.
DOUBT_TOLD: Final = timedelta(days=1)


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
    blocked_at: datetime | None = None
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
    since: Mapping[int, datetime] = field(default_factory=dict)  # each needs a person
    by_hand: tuple[Post, ...] = ()  # approved posts whose time has come, and which a person posts

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
    unreviewed: Collection[str] | None = None,
) -> Status:
    """Read how things stand. `sources` and `channels` are those of the configuration.

    Of `unreviewed` channels (“site/channel”; None: of all) every held post is looked at;
    of the others only those that something speaks against.
    """
    with store.read() as tx:
        posts = tx.posts.outlines((*OPEN, State.REFUSED))
        pauses = tx.pauses.active(now)
        counts = tx.posts.counts()
        seen = health.sources(tx, sources, now)
        waiting = health.waiting(tx, {source.site for source in seen}, now)
        followups = tx.followups.open()
        doubt = tx.instance.doubt()
        states = tuple(_channel(tx, each, posts, set(pauses), now) for each in channels)
        needing, since = _needing(tx, posts, needs_person, unreviewed, now)
        following, by_hand = _planned(tx, posts, states, now)
    return Status(
        needs_person=needing,
        counts={str(state): count for state, count in counts.items()},
        paused=tuple(pauses.values()),
        sources=seen,
        waiting=waiting,
        channels=states,
        followups=tuple(followups),
        doubt=doubt.reason if doubt and now - doubt.until < DOUBT_TOLD else "",
        next=following,
        since=since,
        by_hand=by_hand,
    )


def _planned(
    tx: Tx, posts: Iterable[Outline], channels: Iterable[ChannelState], now: datetime
) -> tuple[Post | None, tuple[Post, ...]]:
    """Find the post that goes out next, and those that it is time to post by hand."""
    hands = {(each.site, each.channel) for each in channels if each.by_hand}
    stuck = hands | {(each.site, each.channel) for each in channels if each.blocked}
    planned = [
        (post.due_at, post.id, (post.site, post.channel))
        for post in posts
        if post.state is State.APPROVED and post.due_at is not None
    ]
    upcoming = [each for each in planned if each[2] not in stuck]
    by_hand = [number for due_at, number, of in planned if of in hands and due_at <= now]
    return tx.posts.get(min(upcoming)[1]) if upcoming else None, tx.posts.some(by_hand)


def _needing(
    tx: Tx,
    posts: Iterable[Outline],
    needs_person: Callable[[Post], bool],
    unreviewed: Collection[str] | None,
    now: datetime,
) -> tuple[tuple[Post, ...], dict[int, datetime]]:
    """Find the posts that need a person, and since when each does."""
    tried, faulty = tx.outbox.tried(now - health.TRIED_FOR), tx.posts.faulty()

    def may(post: Outline) -> bool:
        if post.state is State.HELD:
            open_to_all = unreviewed is None or f"{post.site}/{post.channel}" in unreviewed
            return open_to_all or post.id in faulty
        return post.state is not State.APPROVED or post.id in tried

    some = tx.posts.some(post.id for post in posts if may(post))
    found = tuple(post for post in some if post.id in tried or needs_person(post))
    return found, tx.posts.since([post.id for post in found]) | tried


def _channel(
    tx: Tx, facts: ChannelFacts, posts: Iterable[Outline], paused: Collection[str], now: datetime
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
        known.blocked_at if known and blocked else None,
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
