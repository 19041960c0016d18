"""What stands around every page: how much waits, and whether everything is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from bot.model import State
from bot.room import _matters
from bot.room.base import Ask, is_ours
from bot.store.pauses import Pause


@dataclass(frozen=True, slots=True)
class Frame:
    """The counts of the navigation, and the stop of everything where there is one."""

    waiting: int
    needs: int
    stopped: Pause | None
    zone: tzinfo  # in which the stop's time is told


def frame(ask: Ask) -> Frame:
    """Look up what stands around the page, in one short read."""
    with ask.room.store.read() as tx:
        waiting = tx.posts.count(State.HELD)
        stopped = tx.pauses.active(ask.now).get("*")
    sites = ask.app.config.sites
    zone = ask.app.zone(next(iter(sites))) if sites else UTC
    return Frame(waiting, _matters.count(ask), stopped, zone)


def here(ask: Ask) -> str:
    """Give the page that the visitor looks at, to come back to; a piece belongs to its page."""
    if ask.swaps:
        try:
            parts = urlsplit(ask.request.headers.get("HX-Current-URL", ""))
        except ValueError:
            return "/queue"
        path, query = parts.path, parts.query
    elif ask.request.method == "GET":
        path, query = ask.request.url.path, ask.request.url.query
    else:
        return ask.back("/queue")
    kept = [each for each in parse_qsl(query, keep_blank_values=True) if each[0] != "said"]
    found = quote(path) + (f"?{urlencode(kept)}" if kept else "")
    return found if is_ours(found) else "/queue"
