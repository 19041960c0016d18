"""Everything that somebody should know now, told or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot import health, queue
from bot.errors import UsageError
from bot.hours import shown_duration
from bot.model import Post, State
from bot.notices._base import Bell, Cause
from bot.notices._hold import goes_by_itself, is_open
from bot.platforms import base as platforms
from bot.store import Tx
from bot.store.accounts import Standing

#: What is not settled by then, the bot does not settle soon by itself.
DOUBTFUL_FOR: Final = timedelta(minutes=30)

#: A source that was read within the last hour may only have had a hiccup.
DEAD_AFTER: Final = timedelta(hours=1)

#: A credential is told of so long before its end, and again; a renewal gets its hour first.
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
RENEWAL: Final = timedelta(hours=1)

#: So long a restored database is told of.
RESTORED_FOR: Final = timedelta(days=1)


def find(bell: Bell, now: datetime) -> tuple[Cause, ...]:
    """Find everything that somebody should know now, told or not."""
    # Asked beforehand: they may read the store themselves, and a read inside a read
    # would wait for a writer that waits for us.
    hands, sources, others = bell.hands(), tuple(bell.sources()), bell.others()
    with bell.store.read() as tx:
        causes = [
            *_stuck(tx, now),
            *_tried(tx, now),
            *_held(tx, bell, now),
            *_floods(tx, bell),
            *_by_hand(tx, hands, now),
            *_followups(tx),
            *_channels(tx, bell, now),
            *_sources(tx, sources, now),
            *_database(tx, now),
        ]
    causes += [Cause(key, "other", "", sentence) for key, sentence in others.items()]
    return tuple(causes)


def _stuck(tx: Tx, now: datetime) -> Iterator[Cause]:
    for post in tx.posts.list(states=(State.NEEDS_PERSON, State.REFUSED, State.UNKNOWN)):
        if post.state is State.UNKNOWN:
            since = tx.posts.log(post.id, limit=1)[-1].at
            if abs(now - since) < DOUBTFUL_FOR:
                continue
            what = f"for {health.in_words(abs(now - since))} nobody could tell whether it is live"
        else:
            what = post.state.value.replace("_", " ")
        yield _of_post(post, f"post {post.id} {post.state}", f"{what}: {post.reason}")


def _tried(tx: Tx, now: datetime) -> Iterator[Cause]:
    """Find what is approved, and for long was tried in vain."""
    tried = tx.outbox.tried(now - health.TRIED_FOR)
    for post in tx.posts.some(tried):
        since = health.in_words(now - tried[post.id])
        words = f"for {since} it could not be sent: {post.reason}"
        yield _of_post(post, f"post {post.id} tried", words)


def _held(tx: Tx, bell: Bell, now: datetime) -> Iterator[Cause]:
    """Find what is held where nobody reviews: it waits for a person, or for its notice."""
    paused = tx.pauses.active(now)
    for key, hold in bell.automatic.items():
        site, _, channel = key.partition("/")
        held = tx.posts.list(states=(State.HELD,), site=site, channel=channel)
        told = tx.notices.at([post.id for post in held]) if held and hold else {}
        for post in held:
            if queue.in_the_making(post):
                continue
            if not (hold and goes_by_itself(post, tx.posts.log(post.id))):
                why = "; ".join(problem.message for problem in post.problems) or post.reason
                yield _of_post(post, f"post {post.id} held", f"it waits for you: {why}")
            elif post.id in told or queue.covers(paused, site, channel):
                continue
            elif is_open(bell.rules_of(post), now):
                words = f"it goes out in {shown_duration(hold)}, unless somebody objects"
                yield _of_post(post, f"post {post.id} hold", words, kind="hold")


def _floods(tx: Tx, bell: Bell) -> Iterator[Cause]:
    """Find what came in a flood on channels that people review: one cause for each site."""
    flood: dict[str, list[Post]] = {}
    for post in tx.posts.some(sorted(tx.posts.faulty())):
        came_so = any(problem.code == "flood" for problem in post.problems)
        if came_so and f"{post.site}/{post.channel}" not in bell.automatic:
            flood.setdefault(post.site, []).append(post)
    for site, posts in flood.items():
        words = f"{len(posts)} posts of articles that came all at once wait for your word."
        yield Cause(f"flood {site}", "other", site, words)


def _by_hand(tx: Tx, hands: Collection[str], now: datetime) -> Iterator[Cause]:
    if not hands:
        return
    for post in tx.outbox.due(now, limit=200):
        if f"{post.site}/{post.channel}" in hands:
            yield _of_post(post, f"post {post.id} by hand", "it is time to post it by hand")


def _of_post(post: Post, key: str, words: str, *, kind: str = "person") -> Cause:
    try:
        label = platforms.load(post.platform).label
    except UsageError:
        label = post.platform
    return Cause(key, kind, post.site, f"{label}, “{_short(post.article_title)}”: {words}", post.id)


def _followups(tx: Tx) -> Iterator[Cause]:
    for step in tx.followups.open():
        if step.state in ("failed", "unknown"):
            post = tx.posts.get(step.post_id)
            words = f"its {step.name} {'failed' if step.state == 'failed' else 'is in doubt'}"
            yield _of_post(post, f"followup {step.id} {step.state}", f"{words}: {step.reason}")


def _sources(tx: Tx, known: Iterable[tuple[str, str]], now: datetime) -> Iterator[Cause]:
    for source in health.sources(tx, known, now):
        dead = source.ok_at is None or now - source.ok_at >= DEAD_AFTER
        if source.failing and dead:
            key = f"source {source.site} {source.url}"
            yield Cause(key, "source", source.site, source.sentence)


def _database(tx: Tx, now: datetime) -> Iterator[Cause]:
    doubt = tx.instance.doubt()
    if doubt is not None and abs(now - doubt.until) < RESTORED_FOR:
        yield Cause(f"database {doubt.until:%Y-%m-%d %H:%M}", "other", "", doubt.reason)


def _channels(tx: Tx, bell: Bell, now: datetime) -> Iterator[Cause]:
    for standing in tx.accounts.all():
        if f"{standing.site}/{standing.channel}" in bell.renews:
            yield from _of_channel(standing, bell, now)


def _of_channel(standing: Standing, bell: Bell, now: datetime) -> Iterator[Cause]:
    key = f"{standing.site}/{standing.channel}"
    if standing.blocked:
        sentence = f"{key} cannot post, and its posts wait: {standing.blocked}"
        if "“bot login" not in standing.blocked:
            sentence += f" “bot login {key}” connects it again."
        yield Cause(f"channel {key} blocked", "channel", standing.site, sentence)
        return
    if standing.expires_at is None:
        return
    left, renews = standing.expires_at - now, bell.renews[key]
    if left >= WEEK or (renews is not None and left > renews - RENEWAL):
        return
    stage = "dead" if left <= timedelta(0) else "day" if left <= DAY else "week"
    ends = "has ended" if stage == "dead" else f"ends in {health.in_words(left)}"
    yield Cause(
        f"token {key} {stage} {standing.expires_at:%Y-%m-%d}",
        "token",
        standing.site,
        f"the login of {key} {ends}: connect it again with “bot login {key}”.",
    )


def _short(title: str) -> str:
    return title if len(title) <= 80 else f"{title[:79].rstrip()}…"
