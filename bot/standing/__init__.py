"""Whether a channel may post now: its credential, its account, its quota, its money.

What the runs that publish are given (`Press`) lies here too, below all of them: the
publisher, the reconciler and the follow-ups ask the same of a channel.
"""

from __future__ import annotations

from datetime import datetime

from bot.model import Blocked, Retry
from bot.standing._limits import count, note_used, over_budget, scope, used_up
from bot.standing._press import (
    LONGEST_WAIT,
    UNSENT,
    Bound,
    Changed,
    Gone,
    Later,
    Look,
    Press,
    Same,
    Step,
    Summary,
)
from bot.standing._proof import forgive, mismatch, pinned, proven, stopped
from bot.standing._token import fresh, keep_fresh

__all__ = [
    "LONGEST_WAIT",
    "UNSENT",
    "Bound",
    "Changed",
    "Gone",
    "Later",
    "Look",
    "Press",
    "Same",
    "Step",
    "Summary",
    "check",
    "count",
    "forgive",
    "fresh",
    "keep_fresh",
    "mismatch",
    "note_used",
    "over_budget",
    "pinned",
    "scope",
    "stopped",
]


def check(
    press: Press, bound: Bound, now: datetime, *, begins: bool
) -> tuple[Bound, Retry | Blocked | None]:
    """Give the channel, bound anew where its credential was renewed, and why it must not post.

    A quota that is used up keeps back only what `begins`: what is under way is
    finished, as far as the platform lets it. A rehearsal may always go on.
    """
    if bound.session.dry_run:
        return bound, None
    bound, why = fresh(press, bound, now)
    if why is not None:
        return bound, why
    with press.store.read() as tx:
        why = used_up(tx, bound, now) if begins else None
        known = tx.accounts.get(bound.channel.site, bound.channel.name)
    if why is None:
        why = proven(press, bound, known, now)
        count(press.store, bound, now)
    return bound, why
