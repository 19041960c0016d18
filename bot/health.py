"""The health of sources, and of articles that wait for their pages, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import pace
from bot.store import Tx
from bot.store.sources import Source
from bot.store.waiting import Waiting

#: One or two failures are a hiccup, unless the source was never read at all.
FAILING_AFTER: Final = 3
FAILING_FOR: Final = timedelta(hours=1)
#: By then the page of an article is asked for only at long intervals.
LATE_AFTER: Final = pace.LONGEST_PAGE_BACKOFF
#: An approved post that is tried in vain for so long is told of, though it may still go out.
TRIED_FOR: Final = timedelta(hours=1)
#: The rhythm of a source is told from so long before its latest article.
RHYTHM: Final = timedelta(days=28)
#: A source is silent when nothing came for so many of its usual gaps, and for two days.
SILENT_GAPS: Final = 6
SILENT_AT_LEAST: Final = timedelta(days=2)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source, in words."""

    site: str
    url: str
    failing: bool  # it needs a person
    sentence: str
    checked_at: datetime | None = None
    ok_at: datetime | None = None
    next_at: datetime | None = None
    last_new_at: datetime | None = None
    week: float | None = None  # how many new articles a week, as far as that is known
    silent: bool = False
    error: str = ""
    moved_to: str = ""  # for good, as it says itself
    failing_since: datetime | None = None
    gone: bool = False  # it said that it is gone for good, and is not asked any more


@dataclass(frozen=True, slots=True)
class Late:
    """An article that waits for its page, in words."""

    site: str
    url: str
    title: str
    failing: bool  # for so long that a person should look
    sentence: str
    tries: int
    next_try_at: datetime
    article_id: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How often something new came, up to the last time that it did."""

    last: datetime | None
    week: float | None
    silent: bool


def sources(
    tx: Tx, configured: Iterable[tuple[str, str]], now: datetime
) -> tuple[SourceState, ...]:
    """Say how each source of the configuration does."""
    known = {(source.site, source.url): source for source in tx.sources.all()}
    return tuple(_source(tx, site, url, known.get((site, url)), now) for site, url in configured)


def waiting(tx: Tx, polled: Collection[str], now: datetime) -> tuple[Late, ...]:
    """Say of each article that waits for its page why it does; `polled` are sites with sources."""
    return tuple(_late(each, each.site in polled, now) for each in tx.waiting.all())


# ---------------------------------------------------------------------- sources


def _source(tx: Tx, site: str, url: str, seen: Source | None, now: datetime) -> SourceState:
    where = f"{site}: {url}"
    if seen is None or seen.checked_at is None:
        return SourceState(site, url, False, f"{where} was never polled.")
    rhythm = _rhythm(tx, seen, now)
    failing = _is_failing(seen, now)
    if seen.gone_at is not None:
        words = [f"{where} is gone for good: {_error(seen)} Take it out of the site's file."]
    elif seen.error:
        words = [_failed(where, seen, now)]
    else:
        words = [f"{where} was read {ago_in_words(now - seen.checked_at)}, all well."]
        words += _news(seen, rhythm, now)
    words += _asks(seen, now)
    return SourceState(
        site,
        url,
        failing,
        " ".join(words),
        checked_at=seen.checked_at,
        ok_at=seen.ok_at,
        next_at=seen.next_at,
        last_new_at=rhythm.last,
        week=rhythm.week,
        silent=rhythm.silent,
        error=seen.error,
        moved_to=seen.moved_to,
        failing_since=seen.failing_since,
        gone=seen.gone_at is not None,
    )


def _is_failing(seen: Source, now: datetime) -> bool:
    if not seen.error:
        return False
    since = seen.failing_since or now
    long = seen.failures >= FAILING_AFTER or now - since >= FAILING_FOR
    return long or seen.gone_at is not None or seen.ok_at is None or _is_away(seen)


def _is_away(seen: Source) -> bool:
    """Tell whether it leads to another site, where it is not followed."""
    return bool(seen.error and seen.moved_to and not seen.moved_polls)


def _failed(where: str, seen: Source, now: datetime) -> str:
    times = "once" if seen.failures == 1 else f"{seen.failures} times in a row"
    assert seen.checked_at is not None
    since = seen.failing_since or seen.checked_at
    last = ago_in_words(now - seen.checked_at)
    long = now - since >= timedelta(minutes=1) and since != seen.checked_at
    begun = f" first {ago_in_words(now - since)}," if long else ""
    return f"{where} failed {times},{begun} last {last}: {_error(seen)}"


def _error(seen: Source) -> str:
    """Give the error of a source that was named already."""
    return seen.error.replace(f"{seen.url} ", "it ", 1)


def _rhythm(tx: Tx, seen: Source, now: datetime) -> _Rhythm:
    if seen.baseline_at is None:
        return _Rhythm(None, None, False)
    _, last = tx.articles.arrivals(seen.site, seen.url, seen.baseline_at)
    if last is None:
        return _Rhythm(None, None, False)
    since = max(seen.baseline_at, last - RHYTHM)
    count, _ = tx.articles.arrivals(seen.site, seen.url, since)
    if last - since < pace.KNOWN_AFTER:
        return _Rhythm(last, None, False)
    gap = (last - since) / count
    silent = now - last > max(SILENT_AT_LEAST, SILENT_GAPS * gap)
    return _Rhythm(last, round(_WEEK / gap, 1), silent)


def _news(seen: Source, rhythm: _Rhythm, now: datetime) -> list[str]:
    if rhythm.last is None:
        return ["Nothing new came since its first poll."] if seen.baseline_at else []
    span = now - rhythm.last
    if rhythm.week is None:
        return [f"The last new article came {ago_in_words(span)}."]
    often = f"{max(1, round(rhythm.week))} a week"
    if rhythm.silent:
        return [
            f"Usually {often}, but nothing for {in_words(span)}: look whether it is still kept."
        ]
    return [f"About {often}, the last {ago_in_words(span)}."]


def _asks(seen: Source, now: datetime) -> list[str]:
    words = []
    if seen.gone_at is None:
        if seen.retry_at is not None and seen.retry_at > now:
            words.append(f"It asks to be left alone for {ahead_in_words(seen.retry_at - now)}.")
        elif seen.next_at is not None:
            due = seen.next_at > now
            words.append(
                f"Next look in {ahead_in_words(seen.next_at - now)}." if due else "Next look now."
            )
        if seen.wait > pace.LONGEST and not seen.error:
            asks = in_words(min(seen.wait, pace.MOST_ASKED))
            words.append(
                f"It asks for {asks} between looks; poll_every in its file overrides that."
            )
    if seen.moved_to and not _is_away(seen):
        words.append(f"It has moved for good to {seen.moved_to}: put that into the site's file.")
    return words


# --------------------------------------------------------------------- articles


def _late(each: Waiting, polled: bool, now: datetime) -> Late:
    published_at = each.entry.published_at
    where = f"{each.site}: {each.entry.url}"
    begun = max(each.first_seen_at, published_at or each.first_seen_at)
    failing = not polled
    if not polled:
        sentence = (
            f"{where} waits, but its site has no source any more: put one into the site's file, "
            "or post it with “bot post”."
        )
    elif published_at is not None and published_at > now:
        sentence = (
            f"{where} is dated in the future and waits for {ahead_in_words(published_at - now)}."
        )
    elif not each.tries:
        sentence = f"{where} is new; its page will be read at the next poll."
    else:
        failing = now - begun >= LATE_AFTER
        times = "once" if each.tries == 1 else f"{each.tries} times"
        due = each.next_try_at > now
        again = f"in {ahead_in_words(each.next_try_at - now)}" if due else "at the next poll"
        note = each.note.replace(f"{each.entry.url} ", "it ", 1)  # it was named already
        sentence = (
            f"{where} came {ago_in_words(now - begun)} and still waits, tried {times}: "
            f"{note} Next try {again}."
        )
    return Late(
        each.site,
        each.entry.url,
        each.entry.title,
        failing,
        sentence,
        each.tries,
        each.next_try_at,
        each.id,
        begun,
    )


# ------------------------------------------------------------------------ words


def ago_in_words(span: timedelta) -> str:
    """Say how long ago something was, in the largest unit that fits."""
    return "just now" if span < timedelta(minutes=1) else f"{in_words(span)} ago"


def ahead_in_words(span: timedelta) -> str:
    """Say how long something still takes, rounded: 1:59:59 is two hours, not one."""
    minutes = round(span.total_seconds() / 60)
    if minutes >= 90:
        span = timedelta(hours=round(minutes / 60))
    return in_words(span if span >= timedelta(hours=2) else timedelta(minutes=minutes))


def in_words(span: timedelta) -> str:
    """Say how long a span is, in the largest unit that fits."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
