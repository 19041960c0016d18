"""What a channel has left: of its platform's quotas, and of the money it may spend."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from bot.model import Post, Retry
from bot.platforms.base import Quota
from bot.standing._press import Bound
from bot.store import Store, Tx

#: A post that the budget keeps back is looked at again: somebody may have raised it.
BUDGET_AGAIN: Final = timedelta(hours=1)


def used_up(tx: Tx, bound: Bound, now: datetime) -> Retry | None:
    """Tell whether a quota of the channel's credential has nothing left today."""
    platform = bound.platform
    rest = tx.rests.active(now).get(scope(bound))
    if rest is not None:
        return Retry(rest.reason, rest.until, rests="channel")
    for quota in platform.quotas:
        day, again = _day(quota, now)
        if tx.meters.used(platform.credential, quota.name, day) >= quota.limit:
            words = f"{platform.label} gives {quota.limit} of “{quota.name}” a day: all are used."
            return Retry(words, again, rests="channel")
    return None


def count(store: Store, bound: Bound, now: datetime) -> None:
    """Note what the platform says it has used of its quotas since that was last noted."""
    if any(bound.platform.used.values()):
        with store.write("count") as tx:
            note_used(tx, bound, now)
    bound.platform.used.clear()


def note_used(tx: Tx, bound: Bound, now: datetime) -> None:
    """Note the same in a transaction that has other work; whoever commits clears `used`."""
    if bound.session.dry_run:
        return
    for quota in bound.platform.quotas:
        if n := bound.platform.used.get(quota.name, 0):
            tx.meters.add(bound.platform.credential, quota.name, _day(quota, now)[0], n)


def scope(bound: Bound) -> str:
    """Name what all channels of one credential rest by."""
    return f"credential {bound.platform.credential}"


def over_budget(tx: Tx, bound: Bound, post: Post, now: datetime) -> Retry | None:
    """Tell whether the post costs more than is left of the channel's month."""
    price = bound.platform.price(post.teaser)
    if bound.budget is None or not price:
        return None
    first, next_first = _month(now, bound.zone)
    spent = tx.outbox.spent(post.site, post.channel, first, alone=True)
    if spent + price <= bound.budget:
        return None
    reason = (
        f"The budget of {_dollars(bound.budget)} a month does not allow it: {_dollars(spent)} are"
        f" spent, and this post costs {_dollars(price)}. Raise it, leave the link out, or let the"
        " post wait for the next month."
    )
    return Retry(reason, min(next_first, now + BUDGET_AGAIN))


def _day(quota: Quota, now: datetime) -> tuple[str, datetime]:
    """Give the quota's own day, and when the next one begins."""
    zone = ZoneInfo(quota.zone)
    day = now.astimezone(zone).date()
    return day.isoformat(), _midnight(day + timedelta(days=1), zone)


def _month(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    first = now.astimezone(zone).date().replace(day=1)
    return _midnight(first, zone), _midnight((first + timedelta(days=31)).replace(day=1), zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _dollars(thousandths: int) -> str:
    return f"${thousandths / 1000:,.3f}".removesuffix("0")
