"""The rule “hold 15m”: what nobody objected to goes out by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot import queue, schedule
from bot.errors import UsageError
from bot.model import LogRow, Post, State, Verb
from bot.store import Store

log = logging.getLogger("bot")


def goes_by_itself(post: Post, log: Sequence[LogRow]) -> bool:
    """Tell whether a held post is as the rule left it: untouched, and nothing asks for a person.

    `log` is what happened to it.
    """
    blocked = any(problem.blocking for problem in post.problems)
    return post.state is State.HELD and queue.is_untouched(log) and not blocked


def is_open(rules: queue.Rules, now: datetime) -> bool:
    """Tell whether the channel's window is open."""
    return now == schedule.next_slot(
        now,
        windows=rules.windows,
        zone=rules.zone,
        spacing=timedelta(0),
        daily_limit=None,
        taken=(),
    )


def release_held(
    store: Store,
    automatic: Mapping[str, timedelta],
    rules_of: Callable[[Post], queue.Rules],
    now: datetime,
    *,
    judge_of: Callable[[Post], queue.Judge] | None = None,
) -> tuple[Post, ...]:
    """Approve what was held for an objection that never came; return what was approved.

    Only what `goes_by_itself` and was told of, its channel's hold ago; inside its windows;
    never while paused. Where its slot makes a problem of its words (“today”, tomorrow),
    it stays held, with that problem, for a person.
    """
    ready: list[Post] = []
    with store.read() as tx:
        paused = tx.pauses.active(now)
        for key, hold in automatic.items():
            site, _, channel = key.partition("/")
            if not hold or queue.covers(paused, site, channel):
                continue
            held = tx.posts.list(states=(State.HELD,), site=site, channel=channel)
            own = {p.id: p for p in held if goes_by_itself(p, tx.posts.log(p.id))}
            told = tx.notices.at(own) if own else {}
            ready += [own[post_id] for post_id, at in told.items() if abs(now - at) >= hold]
    done = (
        _release(store, post, rules_of(post), judge_of and judge_of(post), now)
        for post in ready
        if is_open(rules_of(post), now)
    )
    return tuple(post for post in done if post is not None)


def _release(
    store: Store, post: Post, rules: queue.Rules, judge: queue.Judge | None, now: datetime
) -> Post | None:
    reason = "nobody objected"
    try:
        with store.write("release") as tx:
            approved = queue.approve(tx, post, rules, who="rule", now=now, judge=judge)
            if approved.problems == post.problems:
                return approved
            reason = approved.problems[-1].code
            tx.posts.change(
                approved,
                Verb.RECALL,
                State.HELD,
                who="rule",
                reason=reason,
                now=now,
                due_at=None,
            )
    except UsageError as error:  # somebody was quicker, or no slot is free: it stays as it is
        log.info("post %s was not released: %s", post.id, error, extra={"post": post.id})
    return None
