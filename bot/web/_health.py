"""Whether the daemon lives, and whether it can publish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import BotError
from bot.model import Post, State
from bot.store import Tx
from bot.store.accounts import Standing
from bot.web.base import View

#: A post that is due and does not go out is told of after this.
LATE_AFTER: Final = timedelta(minutes=10)

#: A tick that fails so often in a row is told of.
FAILS: Final = 3

Page = Callable[[Request], Response]


def healthz(view: View) -> Page:
    """Tell that the process lives: 503 where it should be started anew."""

    def page(_request: Request) -> Response:
        beats = view.pulse.beats()
        hangs = [beat.name for beat in beats if beat.hangs]
        state = "hangs" if hangs else "ends" if view.pulse.stopped else "ok"
        ticks = {
            beat.name: {
                "age": round(beat.age.total_seconds(), 1),
                "running": beat.running,
                "hangs": beat.hangs,
                "failures": beat.failures,
            }
            for beat in beats
        }
        return JSONResponse({"state": state, "ticks": ticks}, 503 if hangs else 200)

    return page


def readyz(view: View) -> Page:
    """Tell whether everything that publishing needs is there; 503 and why, where not."""

    def page(_request: Request) -> Response:
        try:
            reasons = list(_reasons(view))
        except BotError as error:
            reasons = [str(error)]
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    return page


def _reasons(view: View) -> Iterator[str]:
    for beat in view.pulse.beats():
        if beat.hangs:
            yield f"the tick “{beat.name}” hangs."
        elif beat.failures >= FAILS:
            yield f"the tick “{beat.name}” failed {beat.failures} times in a row: {beat.error}"
    yield from view.faults()
    with view.store.write("readiness") as tx:  # the one proof that it can be written
        tx.leases.take("readiness", "pages", timedelta(0))
    if view.revision and view.store.describe().revision != view.revision:
        yield "the database was brought up to date by another version: start the bot again."
    now, hands = view.now(), view.hands()
    with view.store.read() as tx:
        post = oldest_due(tx, hands, now)
        counts = tx.posts.counts()
        standings = [each for each in tx.accounts.all() if _key(each) in view.channels]
    if post is not None and post.due_at is not None and now - post.due_at > LATE_AFTER:
        yield (
            f"post {post.id} on {post.site}/{post.channel} has been due since"
            f" {post.due_at:%Y-%m-%d %H:%M} UTC{f': {post.reason}' if post.reason else '.'}"
        )
    if unknown := counts.get(State.UNKNOWN, 0):
        yield f"posts of which nobody can tell whether they are live: {unknown}."
    for standing in standings:
        if standing.blocked:
            yield f"{_key(standing)} cannot post: {standing.blocked}"


def oldest_due(tx: Tx, hands: Collection[str], now: datetime) -> Post | None:
    """Find the post that has been due the longest, of those that the bot itself sends."""
    due = tx.outbox.due(now, limit=200)
    mine = (post for post in due if f"{post.site}/{post.channel}" not in hands)
    return next(mine, None)


def _key(standing: Standing) -> str:
    return f"{standing.site}/{standing.channel}"
