"""The history: what went out, and what did not, newest first; searched, sifted, exported."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from starlette.responses import StreamingResponse

from bot.errors import UsageError
from bot.model import State
from bot.room import _post
from bot.room.base import Answer, Ask, Page, Sheet
from bot.store.history import ENDED, MACHINES, Ended, Place, Wanted

#: So many posts stand on a page; so many rows are read at once for a file.
PAGE: Final = 50
LOT: Final = 500

#: What a spreadsheet would take for a formula. The marks of full width mean the same to some.
FORMULAS: Final = tuple("=+-@\t\r\n＝＋－＠")

#: The columns of the exported file.
COLUMNS: Final = (
    "id",
    "state",
    "ended_at",
    "published_at",
    "site",
    "channel",
    "platform",
    "account",
    "headline",
    "article_url",
    "title",
    "text",
    "link",
    "live_url",
    "approved_by",
    "edited_by",
    "ended_by",
    "by_hand",
    "cost_usd",
    "reason",
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A post of the history as the page shows it."""

    ended: Ended
    zone: tzinfo
    picture: str  # its address; "" where it has none, or it is not kept any more

    @property
    def clock(self) -> str:
        """The time of day, by the clock of its site."""
        return f"{self.ended.ended_at.astimezone(self.zone):%H:%M}"


def history(ask: Ask) -> Answer:
    """Show a page of the history."""
    wanted = _wanted(ask)
    older, newer = _place(ask, "older"), _place(ask, "newer")
    with ask.room.store.read() as tx:
        found = tx.history.page(wanted, PAGE + 1, older_than=older, newer_than=newer)
        if newer is not None and len(found) <= PAGE:  # that is the newest page: show it full
            older = newer = None
            found = tx.history.page(wanted, PAGE + 1)
        people = tx.history.people()
    beyond = len(found) > PAGE
    rows = found[:PAGE] if newer is None else found[-PAGE:]
    before = newer is not None or older is not None
    after = beyond or newer is not None
    facts = {
        "days": _days(ask, rows),
        "wanted": wanted,
        "chosen": dict(ask.query),
        "states": _states(ask),
        **_choices(ask, people),
        "zone": _zone(ask, wanted.site),
        "newer": _address(ask, newer=_mark(rows[0].place)) if rows and before else "",
        "older": _address(ask, older=_mark(rows[-1].place)) if rows and after else "",
        "oldest": _address(ask, newer="0-0") if rows and after else "",
        "export": f"/history.csv?{urlencode(_filters(ask))}",
        "sifted": any(value for name, value in _filters(ask).items()),
        "label": _post.label,
        "machines": MACHINES,
    }
    return Sheet("history.html", facts)


def export(ask: Ask) -> Answer:
    """Give what was asked for as a file of comma-separated values, row by row.

    It begins with the mark by which spreadsheets know UTF-8; what they would take for a
    formula is marked as text. Of a history however long it holds only a few hundred rows.
    """
    wanted = _wanted(ask)
    name = f"history-{ask.now.astimezone(_zone(ask, wanted.site)):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_lines(ask, wanted), 200, headers, "text/csv; charset=utf-8")


def _lines(ask: Ask, wanted: Wanted) -> Iterator[str]:
    page = StringIO()
    writer = csv.writer(page)
    writer.writerow(COLUMNS)
    page.seek(0)
    yield f"\N{ZERO WIDTH NO-BREAK SPACE}{page.read()}"
    place = None
    while True:
        with ask.room.store.read() as tx:  # one for each lot: a slow reader keeps none open
            found = tx.history.page(wanted, LOT, older_than=place)
        if not found:
            return
        page.seek(0)
        page.truncate()
        writer.writerows([[_cell(each) for each in _row(ask, one)] for one in found])
        yield page.getvalue()
        place = found[-1].place


def _row(ask: Ask, ended: Ended) -> tuple[object, ...]:
    """Give what is exported of a post, in the order of COLUMNS."""
    post, zone = ended.post, ask.app.zone(ended.post.site)
    published_at = ended.published_at and ended.published_at.astimezone(zone)
    return (
        post.id,
        post.state,
        ended.ended_at.astimezone(zone).isoformat(timespec="seconds"),
        published_at.isoformat(timespec="seconds") if published_at else "",
        post.site,
        post.channel,
        post.platform,
        post.account,
        post.article_title,
        post.article_url,
        post.teaser.title,
        post.teaser.text,
        post.teaser.link,
        post.remote_url,
        post.approved_by,
        ", ".join(ended.edited_by),
        ended.ended_by,
        "yes" if ended.by_hand else "no",
        f"{ended.cost / 1000:.3f}" if ended.cost else "",
        post.reason,
    )


def _cell(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    told = str(value)
    return f"'{told}" if told.startswith(FORMULAS) else told


# ------------------------------------------------------------------ what is asked for


def _states(ask: Ask) -> dict[str, str]:
    """Name what can be asked for; what went out is shown unless something else is."""
    return {
        "": ask.words.t("What went out"),
        "rejected": ask.words.t("What was rejected"),
        "expired": ask.words.t("What grew too old"),
        "refused": ask.words.t("What a platform refused"),
        "deleted": ask.words.t("What was taken down"),
        "all": ask.words.t("Everything"),
    }


def _choices(ask: Ask, people: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Give what the lists of the form offer: pairs of value and words."""
    every = [("", ask.words.t("All"))]
    channels = dict.fromkeys(each.name for each in ask.app.config.channels())
    return {
        "site_options": every + [(each.id, each.name) for each in ask.app.config.sites.values()],
        "channel_options": every + [(each, each) for each in channels],
        "person_options": every + [(each, each) for each in people],
    }


def _wanted(ask: Ask) -> Wanted:
    chosen = ask.query.get("state", "")
    names = {each.value: frozenset({each}) for each in ENDED}
    site = ask.query.get("site", "")
    since, until = _day(ask, "from"), _day(ask, "to")
    zone = _zone(ask, site)
    return Wanted(
        states=ENDED if chosen == "all" else names.get(chosen, names[State.PUBLISHED]),
        site=site,
        channel=ask.query.get("channel", ""),
        person=ask.query.get("person", ""),
        words=ask.query.get("q", "")[:200].replace("\0", ""),
        since=_midnight(since, zone) if since else None,
        until=_midnight(until + timedelta(days=1), zone) if until else None,
    )


def _day(ask: Ask, name: str) -> date | None:
    told = ask.query.get(name, "")
    try:
        day = date.fromisoformat(told) if told else None
    except ValueError:
        day = date.max
    if day is not None and not 1970 < day.year < 9000:
        wrong = ask.words.t("“%(day)s” is no day: write it like 2026-11-22.", day=told[:40])
        raise UsageError(wrong)
    return day


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _zone(ask: Ask, site: str) -> tzinfo:
    """Give the clock by which days are meant: the site's, else that of the first one."""
    sites = ask.app.config.sites
    chosen = site if site in sites else next(iter(sites), "")
    return ask.app.zone(chosen) if chosen else UTC


def _mark(place: Place) -> str:
    return f"{(place.ended_at - _EPOCH) // _TICK}-{place.post_id}"


def _place(ask: Ask, name: str) -> Place | None:
    """Read where a page begins, as `_mark` wrote it; None without it."""
    ticks, _, post_id = ask.query.get(name, "").partition("-")
    plain = (ticks + post_id).isascii() and ticks.isdigit() and post_id.isdigit()
    if not plain or len(ticks) > 17 or len(post_id) > 18:
        return None
    return Place(_EPOCH + int(ticks) * _TICK, int(post_id))


def _filters(ask: Ask) -> dict[str, str]:
    names = ("q", "site", "channel", "state", "person", "from", "to")
    return {name: ask.query[name] for name in names if ask.query.get(name)}


def _address(ask: Ask, **place: str) -> str:
    return f"/history?{urlencode(_filters(ask) | place)}"


# ------------------------------------------------------------------ how it is shown


def _days(ask: Ask, rows: tuple[Ended, ...]) -> list[tuple[str, list[Line]]]:
    """Put posts together by the day on which they ended, by the clock of their site."""
    lines = [Line(each, ask.app.zone(each.post.site), _picture(ask, each)) for each in rows]
    grouped = groupby(lines, lambda each: each.ended.ended_at.astimezone(each.zone).date())
    return [(_name(ask, day, (some := list(lot))[0].zone), some) for day, lot in grouped]


def _name(ask: Ask, day: date, zone: tzinfo) -> str:
    today = ask.now.astimezone(zone)
    if day == today.date():
        return ask.words.t("Today")
    if day == today.date() - timedelta(days=1):
        return ask.words.t("Yesterday")
    return ask.words.day(datetime.combine(day, time(), zone), today)


def _picture(ask: Ask, ended: Ended) -> str:
    media = ended.post.teaser.media
    if not media or media[0].kind != "image" or not media[0].path:
        return ""
    kept = ask.app.media / Path(media[0].path).name
    return _post.source(media[0]) if kept.is_file() else ""


PAGES: Final = (Page("/history", history), Page("/history.csv", export))
