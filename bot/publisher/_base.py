"""One run of the publisher: what it has bound, what it leaves alone, what it did."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Final

from bot.http import Exchange
from bot.model import Attempt, Blocked, Post, Retry, State
from bot.standing import Bound, Press, Step
from bot.store import Tx
from bot.store.instance import Doubt

log = logging.getLogger("bot")

#: These must be seen.
_LOUD: Final = frozenset({State.UNKNOWN, State.REFUSED, State.HELD})


@dataclass(slots=True)
class Run:
    """What the steps of one run share."""

    press: Press
    now: datetime
    until: float  # an instant of `press.steady`, at which the run leaves
    steps: list[Step] = field(default_factory=list)
    left: set[str] = field(default_factory=set)  # channels that are left alone in this run
    lines: dict[str, Bound] = field(default_factory=dict)
    doubt: Doubt | None = None

    def goes_on(self) -> bool:
        """Tell whether one more step may begin."""
        return self.press.steady() < self.until and not self.press.stopping()

    def bound(self, post: Post) -> Bound:
        """Give the post's channel; raises UsageError where it is not configured any more."""
        known = self.lines.get(f"{post.site}/{post.channel}")
        return known or self.press.bound(post.site, post.channel)

    def tell(
        self,
        post: Post,
        words: str,
        exchanges: tuple[Exchange, ...] = (),
        *,
        loud: bool = False,
    ) -> None:
        """Note what happened to a post, and log it; `loud` where a person must see to it."""
        place = f"{post.site}/{post.channel}"
        level = logging.WARNING if loud or post.state in _LOUD else logging.INFO
        fields = {"post": post.id, "channel": place}
        log.log(level, "post %s on %s: %s: %s", post.id, place, post.state, words, extra=fields)
        self.steps.append(Step(post, words, exchanges))

    def keep_back(self, post: Post, why: Retry | Blocked) -> None:
        """Give a claim back and let the post wait; its channel too, where that is what fails."""
        until = self.now  # a channel that is blocked rests until it is proven
        with self.press.store.write("put off") as tx:
            if isinstance(why, Retry):
                until = why.at or self.again_at(tx, post)
                if why.rests != "post":
                    tx.rests.rest(f"{post.site}/{post.channel}", until, why.reason)
                    until = self.now
            after = tx.outbox.put_off(post, until, why.reason, self.now)
        self.tell(after, why.reason)

    def again_at(self, tx: Tx, post: Post) -> datetime:
        """Say when to try again what could not be sent, however often that was."""
        failures = in_a_row(tx.outbox.attempts(post.id), "retry") + 1
        return self.now + self.press.backoff(failures)


def in_a_row(attempts: Sequence[Attempt], outcome: str) -> int:
    """Count the latest attempts that ended so; one that is under way is passed over."""
    ended = (each.outcome for each in reversed(attempts) if each.ended_at is not None)
    return sum(1 for _ in takewhile(lambda each: each == outcome, ended))
