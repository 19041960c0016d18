"""The free moments of a channel, for its posts that wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import queue, schedule
from bot.errors import UsageError
from bot.model import Post
from bot.room.base import Ask
from bot.store import Tx


class Free:
    """The next free moments, found once for each channel of a page."""

    def __init__(self, ask: Ask, tx: Tx) -> None:
        self._ask, self._tx = ask, tx
        self._known: dict[tuple[str, str], datetime | None] = {}

    def of(self, post: Post) -> datetime | None:
        """Say when a held post would go out if it were approved now; None for never."""
        if post.due_at is not None and post.due_at >= self._ask.now:
            return post.due_at
        key = (post.site, post.channel)
        if key not in self._known:
            self._known[key] = next(iter(self.next(post, 1)), None)
        at = self._known[key]
        too_old = at is not None and post.expires_at is not None and at >= post.expires_at
        return None if too_old else at

    def next(self, post: Post, number: int) -> list[datetime]:
        """Give so many of the next free moments of a post's channel, whatever its age."""
        try:
            rules = self._ask.app.rules(post)
        except UsageError:  # the configuration has this channel no more
            return []
        now = self._ask.now
        before = max(queue.SLOT_SIGHT, rules.spacing)
        until = now + schedule.HORIZON + timedelta(days=1)
        taken = list(self._tx.posts.taken(post.site, post.channel, now - before, until))
        found: list[datetime] = []
        while len(found) < number:
            at = schedule.next_slot(
                now,
                windows=rules.windows,
                zone=rules.zone,
                spacing=rules.spacing,
                daily_limit=rules.daily_limit,
                taken=taken,
            )
            if at is None or at in found:  # without spacing the same moment is free again
                break
            found.append(at)
            taken.append(at)
        return found
