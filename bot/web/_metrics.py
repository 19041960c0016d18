"""The numbers, as Prometheus reads them: asked of the store when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot import health
from bot.errors import BotError
from bot.model import State
from bot.web._health import oldest_due
from bot.web.base import View


def metrics(view: View) -> Callable[[Request], Response]:
    """Tell every number."""

    def page(_request: Request) -> Response:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Numbers(view))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return page


class _Numbers:
    """What `prometheus_client` calls a collector."""

    def __init__(self, view: View) -> None:
        self._view = view

    def describe(self) -> Iterable[Any]:
        """Name nothing beforehand: registering then asks the store nothing."""
        return ()

    def collect(self) -> Iterator[Any]:
        """Give every number; without a database those of the process alone."""
        yield from _of_ticks(self._view)
        try:
            found, up = list(_of_store(self._view)), 1
        except BotError:
            found, up = [], 0
        yield from found
        yield _gauge("bot_database_up", "Whether the database could be read.", ((), up))


def _gauge(name: str, words: str, *rows: tuple[tuple[str, ...], float], labels: str = "") -> Any:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=labels.split())
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _of_ticks(view: View) -> Iterator[Any]:
    from prometheus_client.core import CounterMetricFamily

    beats = view.pulse.beats()
    for name, words, numbers in (
        ("age_seconds", "Since it last ended.", [beat.age.total_seconds() for beat in beats]),
        ("duration_seconds", "Its last round.", [beat.lasted.total_seconds() for beat in beats]),
        ("failures", "Rounds that failed, in a row.", [beat.failures for beat in beats]),
        ("hangs", "Whether it shows no sign of life.", [beat.hangs for beat in beats]),
    ):
        rows = [((beat.name,), float(n)) for beat, n in zip(beats, numbers, strict=True)]
        yield _gauge(f"bot_tick_{name}", words, *rows, labels="tick")
    words = "Attempts to publish since the start, by what came of them."
    family = CounterMetricFamily("bot_attempts", words, labels=["outcome"])
    for outcome, count in sorted(view.pulse.attempts().items()):
        family.add_metric([outcome], count)
    yield family


def _of_store(view: View) -> Iterator[Any]:
    # Asked beforehand: they may read the store themselves.
    now, hands, sources = view.now(), view.hands(), tuple(view.sources())
    with view.store.read() as tx:
        counts = tx.posts.counts()
        post = oldest_due(tx, hands, now)
        follows = [each.state for each in tx.followups.open()]
        ill = sum(source.failing for source in health.sources(tx, sources, now))
        known = [each for each in tx.accounts.all() if _key(each)[0] in view.channels]
    states = [((state.value,), counts.get(state, 0)) for state in State]
    yield _gauge("bot_posts", "Posts, by where they stand.", *states, labels="state")
    late = (now - post.due_at).total_seconds() if post and post.due_at else 0.0
    words = "How long the oldest due post has been due; 0 where none is."
    yield _gauge("bot_due_oldest_seconds", words, ((), max(0.0, late)))
    rows = [((state,), follows.count(state)) for state in ("due", "doing", "failed", "unknown")]
    words = "Steps that follow a published post and are not done."
    yield _gauge("bot_followups", words, *rows, labels="state")
    yield _gauge("bot_sources_failing", "Sources that need a person.", ((), ill))
    blocked = [(_key(each), float(bool(each.blocked))) for each in known]
    words = "Whether the channel cannot post."
    yield _gauge("bot_channel_blocked", words, *((k[1], n) for k, n in blocked), labels=_CHANNEL)
    ends = [
        (_key(each)[1], (each.expires_at - now).total_seconds())
        for each in known
        if each.expires_at is not None
    ]
    words = "Until the channel's credential ends."
    yield _gauge("bot_token_expires_seconds", words, *ends, labels=_CHANNEL)


_CHANNEL = "site channel"


def _key(standing: Any) -> tuple[str, tuple[str, str]]:
    return f"{standing.site}/{standing.channel}", (standing.site, standing.channel)
