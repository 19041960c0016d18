"""The posts: made once, changed along the table of transitions, never removed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, func, insert, or_, select

from bot.errors import TransitionError, UsageError
from bot.model import TRANSITIONS, Channel, LogRow, Post, Problem, State, Teaser, Verb
from bot.store import _life
from bot.store._connect import once
from bot.store._schema import articles, drafts, posts, transitions
from bot.store.outbox import LONGEST_DELAY

#: In these a post keeps the slot that it was given.
_IN_SLOT = (State.APPROVED, State.SENDING, State.WAITING, State.UNKNOWN, State.NEEDS_PERSON)


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a post stands, without its words: cheap to read for all that are open."""

    id: int
    article_id: int
    site: str
    channel: str
    state: State
    created_at: datetime
    due_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who last put other words into a post, and when."""

    who: str
    at: datetime


_OUTLINE = select(*(posts.c[name] for name in Outline.__dataclass_fields__))


class Posts:
    """The posts and their log, in one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def hold(
        self,
        article_id: int,
        channel: Channel,
        teaser: Teaser,
        problems: Sequence[Problem] = (),
        *,
        state: State = State.HELD,
        occasion: str = "first",
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
        frozen_hash: str = "",
        key: str = "",
        who: str,
        reason: str = "",
        now: datetime,
    ) -> Post | None:
        """Make a post; None where this article has one on this channel and occasion."""
        if state not in TRANSITIONS[None, Verb.HOLD]:
            raise ValueError(f"a post does not begin as {state}")
        approved = state is State.APPROVED
        if approved:
            _life.refuse_blocked("the post", problems)
        if self.find(article_id, channel.name, occasion):
            return None
        row = insert(posts).values(
            article_id=article_id,
            site=channel.site,
            channel=channel.name,
            platform=channel.platform,
            account=channel.account,
            occasion=occasion,
            state=state,
            teaser=teaser,
            problems=tuple(problems),
            key=key or secrets.token_hex(8),
            created_at=now,
            due_at=due_at,
            expires_at=expires_at,
            approved_at=now if approved else None,
            approved_by=who if approved else "",
            frozen_hash=frozen_hash,
            reason=reason,
        )
        if not once(self._db, lambda: self._db.execute(row)):
            if self.find(article_id, channel.name, occasion):
                return None
            raise UsageError(f"there is no article {article_id}, or the key {key} is taken.")
        post = self.find(article_id, channel.name, occasion)
        assert post is not None
        _life.log(self._db, post.id, Verb.HOLD, None, state, who=who, reason=reason, now=now)
        return post

    def get(self, post_id: int) -> Post:
        """Read one post; UsageError where there is none of this number."""
        return _life.get(self._db, post_id)

    def find(self, article_id: int, channel: str, occasion: str = "first") -> Post | None:
        """Find the post of an article on a channel."""
        found = _life.read(
            self._db,
            _life.query().where(
                posts.c.article_id == article_id,
                posts.c.channel == channel,
                posts.c.occasion == occasion,
            ),
        )
        return found[0] if found else None

    def list(
        self,
        states: Collection[State] | None = None,
        *,
        site: str | None = None,
        channel: str | None = None,
        article_id: int | None = None,
        due_by: datetime | None = None,
        expires_by: datetime | None = None,
        limit: int | None = None,
        newest_first: bool = False,
        unfinished: bool = False,
    ) -> tuple[Post, ...]:
        """List posts, oldest first or newest first; whatever is left out is not asked for.

        `unfinished` asks for those that show something which is still to be made.
        """
        query = _life.query().order_by(posts.c.id.desc() if newest_first else posts.c.id)
        if states is not None:
            query = query.where(posts.c.state.in_(states))
        wanted = {"site": site, "channel": channel, "article_id": article_id}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(posts.c[name] == value)
        for column, until in ((posts.c.due_at, due_by), (posts.c.expires_at, expires_by)):
            if until is not None:
                query = query.where(column <= until)
        if unfinished:  # asked every few seconds: no other teaser is decoded for it
            query = query.where(cast(posts.c.teaser, Text).like('%"placeholder":true%'))
        return _life.read(self._db, query.limit(limit))

    def outlines(
        self, states: Collection[State], article_id: int | None = None
    ) -> tuple[Outline, ...]:
        """Tell of every post in `states` where it stands, oldest first."""
        query = _OUTLINE.where(posts.c.state.in_(states)).order_by(posts.c.id)
        if article_id is not None:
            query = query.where(posts.c.article_id == article_id)
        return tuple(Outline(**row) for row in self._db.execute(query).mappings())

    def some(self, ids: Iterable[int]) -> tuple[Post, ...]:
        """Read the posts of these numbers, in their order, as far as they are there."""
        wanted = list(ids)
        found = {
            post.id: post
            for post in _life.read(self._db, _life.query().where(posts.c.id.in_(wanted)))
        }
        return tuple(found[each] for each in wanted if each in found)

    def faulty(self) -> frozenset[int]:
        """Tell which held posts something speaks against; no teaser is decoded for it."""
        faulty = cast(posts.c.problems, Text) != "[]"
        query = select(posts.c.id).where(posts.c.state == State.HELD, faulty)
        return frozenset(self._db.execute(query).scalars())

    def since(self, ids: Collection[int]) -> dict[int, datetime]:
        """Tell when something last happened to these posts."""
        query = select(transitions.c.post_id, func.max(transitions.c.at).label("at"))
        query = query.where(transitions.c.post_id.in_(ids)).group_by(transitions.c.post_id)
        return {row.post_id: row.at for row in self._db.execute(query)}

    def pictured(self, ids: Collection[int]) -> frozenset[int]:
        """Tell which of these posts are of an article with a picture; none is decoded for it."""
        query = (
            select(posts.c.id)
            .join(articles)
            .where(posts.c.id.in_(ids), cast(articles.c.content, Text).like('%"image":{%'))
        )
        return frozenset(self._db.execute(query).scalars())

    def writers(self, ids: Collection[int]) -> dict[int, Writer]:
        """Tell who wrote the words of these posts, of those that were written anew."""
        newest = (
            select(drafts.c.post_id, func.max(drafts.c.version).label("version"))
            .where(drafts.c.post_id.in_(ids))
            .group_by(drafts.c.post_id)
            .subquery()
        )
        query = select(drafts.c.post_id, drafts.c.who, drafts.c.at).join(
            newest,
            (drafts.c.post_id == newest.c.post_id) & (drafts.c.version == newest.c.version),
        )
        return {row.post_id: Writer(row.who, row.at) for row in self._db.execute(query)}

    def change(
        self,
        post: Post,
        verb: Verb,
        to: State,
        *,
        who: str,
        reason: str = "",
        now: datetime,
        **columns: Any,
    ) -> Post:
        """Move a post along one arrow of TRANSITIONS and log it; return it as it is now.

        `columns` are what changes with it (`teaser`, `due_at`, …). Raises
        TransitionError, and writes nothing, where no such arrow leads on, where a
        problem blocks the approval, and where `post` is not how it stands any more.
        """
        return _life.change(self._db, post, verb, to, who=who, reason=reason, now=now, **columns)

    def set_due(
        self,
        post: Post,
        due_at: datetime | None,
        *,
        expires_at: datetime | None = None,
        who: str,
        reason: str = "",
        now: datetime,
    ) -> Post:
        """Give a held or approved post the time that a person chose: its age expires it no more.

        Without a time a held post has its age again, and gets a slot when it is approved.

        The state stays; the log says who moved it, as an edit that begins and ends in
        the same state. Raises TransitionError as `change` does.
        """
        if post.state not in (State.HELD, State.APPROVED):
            raise TransitionError(
                f"post {post.id} is {post.state}: only held and approved posts can be moved."
            )
        if due_at is None and post.state is State.APPROVED:
            raise TransitionError(f"post {post.id} is approved, and so keeps a time.")
        to = f"to {due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if due_at else "back to no time"
        reason = f"moved {to}: {reason}" if reason else f"moved {to}"
        _life.write(self._db, post, {"due_at": due_at, "expires_at": expires_at})
        _life.log(
            self._db, post.id, Verb.EDIT, post.state, post.state, who=who, reason=reason, now=now
        )
        return self.get(post.id)

    def log(self, post_id: int | None = None, *, limit: int | None = None) -> tuple[LogRow, ...]:
        """Tell what happened to a post, or to all, in order; `limit` keeps the latest."""
        columns = [transitions.c[name] for name in LogRow.__dataclass_fields__]
        query = select(*columns).order_by(transitions.c.id.desc()).limit(limit)
        if post_id is not None:
            query = query.where(transitions.c.post_id == post_id)
        rows = self._db.execute(query).mappings().all()
        return tuple(LogRow(**row) for row in reversed(rows))

    def taken(
        self, site: str, channel: str, since: datetime, until: datetime
    ) -> tuple[datetime, ...]:
        """Give the moments in which the channel posts or has posted, in order.

        A post counts when it went out, else when it is due; a deleted one did go out.
        """
        moment = func.coalesce(posts.c.published_at, posts.c.due_at)
        query = select(moment).where(
            posts.c.site == site,
            posts.c.channel == channel,
            # Whoever goes out had a slot, and the index knows it: no older post is read.
            posts.c.due_at >= since - LONGEST_DELAY,
            posts.c.due_at < until + LONGEST_DELAY,
            or_(posts.c.published_at.is_not(None), posts.c.state.in_(_IN_SLOT)),
            and_(moment >= since, moment < until),
        )
        return tuple(self._db.execute(query.order_by(moment)).scalars())

    def media(self, states: Collection[State], since: datetime | None = None) -> frozenset[str]:
        """Name the kept files that posts in `states` carry, or carried `since` then."""
        wanted = [posts.c.state.in_(states)]
        if since is not None:
            changed = select(transitions.c.post_id).where(transitions.c.at >= since)
            wanted.append(posts.c.id.in_(changed))
        teasers = list(self._db.execute(select(posts.c.teaser).where(or_(*wanted))).scalars())
        if since is not None:  # what a change put aside comes back when it is undone
            earlier = select(drafts.c.teaser).where(drafts.c.at >= since)
            teasers += self._db.execute(earlier).scalars()
        return frozenset(
            Path(each.path).name for teaser in teasers for each in teaser.media if each.path
        )

    def count(self, state: State) -> int:
        """Count the posts in one state; of the others none is looked at."""
        query = select(func.count()).select_from(posts).where(posts.c.state == state)
        return int(self._db.execute(query).scalar_one())

    def counts(self) -> dict[State, int]:
        """Count the posts in each state that has any."""
        query = select(posts.c.state, func.count().label("number")).group_by(posts.c.state)
        return {row.state: row.number for row in self._db.execute(query)}
