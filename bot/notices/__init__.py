"""What people are told without asking: one message for all that is new, and never a flood.

A *cause* is one thing that somebody should know: a post that needs a person, a channel
that cannot post, a credential that ends. A cause is told when it arises and once a day
while it lasts; one that comes and goes, once an hour at most; and between two messages
some minutes pass, so that whatever goes wrong at once is one message. What could not be
delivered is told again, each time after a longer wait.

A notice can start a clock, but never approves: a post under the rule “hold 15m” goes out
by itself only when its notice was delivered, the time has passed while nobody touched
the post, and its window is open (`release_held`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot.notices._base import Bell, Cause, Delivery, Send
from bot.notices._causes import find
from bot.notices._delivery import deliver
from bot.notices._hold import goes_by_itself, is_open, release_held
from bot.notices._message import subject, text
from bot.store import Tx

__all__ = [
    "Bell",
    "Cause",
    "Delivery",
    "Send",
    "deliver",
    "find",
    "goes_by_itself",
    "is_open",
    "release_held",
    "run_once",
    "subject",
    "text",
]

log = logging.getLogger("bot")

#: A cause that lasts is told again after a day; one that comes and goes, not within the hour.
AGAIN: Final = timedelta(days=1)
ONCE_IN: Final = timedelta(hours=1)

#: So much time lies between two messages; after a failed one twice as much each time, up to …
GAP: Final = timedelta(minutes=3)
LONGEST_WAIT: Final = timedelta(hours=1)


def run_once(bell: Bell, now: datetime) -> tuple[Cause, ...]:
    """Tell what is new, in one message; return what was told and delivered.

    Nothing is written while nothing is new. A message that no address takes is
    told again later; `bell.faults` says what was wrong.
    """
    if bell.send is None:
        return ()
    causes = {cause.key: cause for cause in find(bell, now)}
    new = [key for key in causes if _is_stale(bell._known.get(key), now)]
    over = [key for key, at in bell._known.items() if key not in causes and _is_stale(at, now)]
    if not new and not over:
        return ()
    holder = f"notices {uuid4()}"  # each message its own, or the gap would not keep us
    with bell.store.write("notices") as tx:
        if new and not tx.leases.take("notices", holder, GAP):
            return ()
        fresh = _claim(tx, [causes[key] for key in new], now)
        if over:
            tx.notices.forget(causes)
        if not fresh:
            tx.leases.release("notices", holder)
    for key in over:
        del bell._known[key]
    bell._known.update(dict.fromkeys(new, now))
    return _tell(bell, bell.send, fresh, holder, now) if fresh else ()


def _is_stale(at: datetime | None, now: datetime) -> bool:
    return at is None or abs(now - at) >= ONCE_IN


def _claim(tx: Tx, new: Sequence[Cause], now: datetime) -> list[Cause]:
    """Take what this process is to tell: of a post that waits for its notice, every hour."""
    mine: set[str] = set()
    for every, held in ((ONCE_IN, True), (AGAIN, False)):
        asked = {cause.key: cause.sentence for cause in new if (cause.kind == "hold") is held}
        if asked:
            mine.update(tx.notices.claim(asked, now, every))
    return [cause for cause in new if cause.key in mine]


def _tell(
    bell: Bell, send: Send, causes: Sequence[Cause], holder: str, now: datetime
) -> tuple[Cause, ...]:
    """Send one message, and write down what became of it."""
    found = send(subject(causes, bell.names), text(causes, bell.names, bell.page))
    bell.faults = found.faults
    for fault in found.faults:
        log.error("notices: %s", fault)
    with bell.store.write("notices told") as tx:
        if found.reached:
            bell._failures = 0
            held = [cause.post_id for cause in causes if cause.kind == "hold"]
            if held:
                tx.notices.note(held, now)
            return tuple(causes)
        bell._failures += 1
        tx.notices.failed([cause.key for cause in causes])
        wait = min(GAP * 2 ** min(bell._failures, 10), LONGEST_WAIT)
        tx.leases.take("notices", holder, wait)
    for cause in causes:
        bell._known.pop(cause.key, None)
    return ()
