"""The agenda: the day and the week of each channel, what is free in them, and who may post.

A day is read by the clock of its site: sites in several zones stand one below the other,
each with its own. What moves a post from here is in `_moves`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import Response

from bot import agenda, queue
from bot.agenda import Day, Lane
from bot.errors import UsageError
from bot.hours import shown_duration
from bot.room import _said
from bot.room._words import Words
from bot.room.base import Answer, Ask, Page, Sheet, is_ours
from bot.settings import ChannelConfig, Site
from bot.store import Tx
from bot.store.timetable import Placed

#: The page reads so far; beyond it nothing is planned, and years overflow.
REACH: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Row:
    """One channel on one day."""

    channel: ChannelConfig
    label: str  # of its platform
    lane: Lane
    late: tuple[Placed, ...]  # was due on an earlier day, and has not gone out
    stops: str  # why it does not post now, in words; "" where it does
    rule: str  # its spacing in words; "" where it has none


@dataclass(frozen=True, slots=True)
class SiteDay:
    """All channels of a site on one day."""

    site: Site
    day: Day
    today: bool
    name: str  # “Monday 23 November”
    turn: str  # what clocks do on it; "" on most days
    rows: tuple[Row, ...]
    opens_at: datetime | None  # the next free slot of any channel

    @property
    def planned(self) -> int:
        """Count what stands in it."""
        return sum(len(row.lane.placed) + len(row.late) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days of which sites somebody wants to see."""

    week: bool
    day: date
    site: str  # "" for all

    def path(self, **other: object) -> str:
        """Give the address of this view, or of one that differs by `other`."""
        wanted = {
            "view": "week" if self.week else "day",
            "day": self.day,
            "site": self.site,
            **other,
        }
        return f"/agenda?{urlencode({name: value for name, value in wanted.items() if value})}"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a post, and the step that undoes it."""

    words: str
    undo: str = ""  # "" where nothing does
    post_id: int = 0
    slot: datetime | None = None
    expires: datetime | None = None


def show(ask: Ask) -> Answer:
    """Show the day or the week."""
    return sheet(ask, ask.query)


def news(ask: Ask) -> Answer:
    """Tell whether anything has changed since a mark; 204 for nothing."""
    if _said.mark(ask) == ask.query.get("since", ""):
        return Response(status_code=204)
    back = ask.query.get("back", "")
    here = back if is_ours(back) else "/agenda"
    return Sheet("agenda_news.html", {"shows": here})


def sheet(
    ask: Ask, query: Mapping[str, str], *, done: Done | None = None, failed: str = ""
) -> Sheet:
    """Make the page of a view, or with our script its body alone, and what was done there."""
    wish = _wished(ask, query)
    sites = [each for each in ask.app.config.sites.values() if wish.site in ("", each.id)]
    days = agenda.week_of(wish.day) if wish.week else [wish.day]
    step = timedelta(days=7 if wish.week else 1)
    facts = {
        "wish": wish,
        "sites": [_days(ask, site, days) for site in sites],
        "every_site": list(ask.app.config.sites.values()),
        "previous": wish.path(day=wish.day - step),
        "following": wish.path(day=wish.day + step),
        "title": _title(ask, days),
        "clock": clock,
        "done": done,
        "failed": failed,
    }
    return Sheet("_agenda.html" if ask.swaps else "agenda.html", facts, 422 if failed else 200)


def query_of(path: str) -> dict[str, str]:
    """Read the view out of the address of an agenda."""
    return dict(parse_qsl(urlsplit(path).query))


def clock(at: datetime, day: Day) -> str:
    """Write a moment by the clock of a day; where that comes twice, with the zone's short name."""
    local = at.astimezone(day.zone)
    return f"{local:%H:%M %Z}" if agenda.comes_twice(at, day.zone) else f"{local:%H:%M}"


def noon(day: date) -> datetime:
    """Give a moment of a day, to name it by."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _title(ask: Ask, days: list[date]) -> str:
    first, last = (ask.words.day(noon(each), ask.now) for each in (days[0], days[-1]))
    return ask.words.t("%(first)s to %(last)s", first=first, last=last) if days[1:] else first


def _wished(ask: Ask, query: Mapping[str, str]) -> Wish:
    sites = ask.app.config.sites
    site = query.get("site", "")
    if site and site not in sites:
        raise UsageError(ask.words.t("There is no site “%(site)s” here.", site=site[:40]))
    zone = ask.app.zone(site or next(iter(sites), "*"))
    today = ask.now.astimezone(zone).date()
    try:
        day = date.fromisoformat(query["day"]) if query.get("day") else today
    except ValueError:
        raise UsageError(ask.words.t("That is no date: write it as in 2026-11-23.")) from None
    if abs(day - today) > REACH:
        raise UsageError(ask.words.t("That day is too far away to be planned."))
    return Wish(query.get("view") == "week", day, site)


# -------------------------------------------------------------------------- a site's days


def _days(ask: Ask, site: Site, dates: list[date]) -> list[SiteDay]:
    zone, now = site.timezone, ask.now
    days = [Day.of(each, zone) for each in dates]
    names = list(site.channels)
    hands = ask.app.hands()
    with ask.room.store.read() as tx:
        placed = tx.timetable.between(
            site.id, names, days[0].start - agenda.SIGHT, days[-1].end + agenda.SIGHT
        )
        late = tx.timetable.late(site.id, Day.of(now.astimezone(zone).date(), zone).start)
        stops = {name: _stopped(ask, tx, each, hands) for name, each in site.channels.items()}
    rules = {each.channel.name: each.rules for each in ask.app.desk(site).outlets}
    by_channel = {name: [each for each in placed if each.channel == name] for name in names}
    found = []
    for day in days:
        today = day.start <= now < day.end
        rows = tuple(
            _row(
                ask,
                each,
                day,
                rules[name],
                by_channel[name],
                tuple(post for post in late if today and post.channel == name),
                stops[name],
            )
            for name, each in site.channels.items()
        )
        free = [row.lane.free[0] for row in rows if row.lane.free]
        name = ask.words.day(noon(day.date), now.astimezone(zone))
        turn = _turn(ask.words, day)
        found.append(SiteDay(site, day, today, name, turn, rows, min(free, default=None)))
    return found


def _row(
    ask: Ask,
    channel: ChannelConfig,
    day: Day,
    rules: queue.Rules,
    placed: list[Placed],
    late: tuple[Placed, ...],
    stops: str,
) -> Row:
    lane = agenda.lane(day, rules, placed, ask.now)
    rule = shown_duration(rules.spacing) if rules.spacing else ""
    return Row(channel, ask.app.platform(channel.platform).label, lane, late, stops, rule)


def _stopped(ask: Ask, tx: Tx, channel: ChannelConfig, hands: Collection[str]) -> str:
    """Say why nothing goes out on a channel by itself; "" where it does."""
    words, zone = ask.words, ask.app.zone(channel.site)
    pauses = tx.pauses.active(ask.now)
    if queue.covers(pauses, channel.site, channel.name):
        ends = [
            pauses[scope].until for scope in ("*", channel.site, channel.key) if scope in pauses
        ]
        last = None if None in ends else max(each for each in ends if each)
        if last is None:
            return words.t("Paused. What falls due waits in the queue for a look.")
        until = words.when(last, zone, ask.now)
        return words.t(
            "Paused until %(until)s. What falls due before waits in the queue for a look.",
            until=until,
        )
    if channel.key in hands:
        return words.t("By hand: at its time, somebody posts it.")
    known = tx.accounts.get(channel.site, channel.name)
    if known and known.blocked:
        return words.t("Cannot post now: see “Sites and channels”.")
    rest = tx.rests.active(ask.now).get(channel.key)
    if rest:
        until = words.when(rest.until, zone, ask.now)
        return words.t("Resting until %(until)s.", until=until)
    return ""


# ------------------------------------------------------------------------------- in words


def _turn(words: Words, day: Day) -> str:
    """Say what clocks do on a day on which they change."""
    turn = day.turn
    if turn is None:
        return ""
    hours = f"{(day.end - day.start) / timedelta(hours=1):g}"
    facts = {"hours": hours, "shown": f"{turn.shown:%H:%M}", "instead": f"{turn.instead:%H:%M}"}
    if turn.skips:
        return words.t(
            "Clocks go forward from %(shown)s to %(instead)s: this day has %(hours)s hours, and"
            " the time between does not exist.",
            **facts,
        )
    return words.t(
        "Clocks go back from %(shown)s to %(instead)s: this day has %(hours)s hours, and the"
        " time between comes twice.",
        **facts,
    )


PAGES: Final = (Page("/agenda", show), Page("/agenda/news", news))
