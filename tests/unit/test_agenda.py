"""A day of a channel: quiet hours, what is planned and what is free, also where clocks turn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import agenda, queue
from bot.agenda import Day, Free, Quiet, Slots
from bot.hours import Windows
from bot.model import State
from bot.store.timetable import Placed

LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 3, 20, tzinfo=UTC)


def rules(
    *windows: str, spacing: str = "20m", limit: int | None = None, zone: ZoneInfo = LISBON
) -> queue.Rules:
    minutes = int(spacing.removesuffix("m"))
    return queue.Rules(
        "required",
        False,
        Windows.parse(windows or ["07:30-22:00"]),
        zone,
        timedelta(minutes=minutes),
        limit,
        timedelta(hours=24),
    )


def placed(post_id: int, at: datetime, state: State = State.APPROVED) -> Placed:
    went = at if state is State.PUBLISHED else None
    return Placed(post_id, "harbour", "x", state, 1, "A", "u", at, went, None, "", "", "")


def clock(*hours: str) -> list[datetime]:
    return [datetime.fromisoformat(f"2026-11-23T{each}:00+00:00") for each in hours]


def test_a_day_reads_as_quiet_planned_and_free_in_order() -> None:
    nine, eleven = clock("09:00", "11:00")
    day = Day.of(MONDAY, LISBON)
    lane = agenda.lane(day, rules(), [placed(1, nine, State.PUBLISHED), placed(2, eleven)], NOW)
    items = lane.items(NOW)
    kinds = [type(each) for each in items]
    assert kinds == [Placed, Free, Placed, Free, Quiet], "quiet hours that are over are left out"
    before, after = (each for each in items if isinstance(each, Free))
    assert list(before.slots) == clock("10:04", "10:24"), "20 minutes before 11:00 is the last"
    assert after.at == clock("11:20")[0]
    assert [(each.at, each.end) for each in lane.quiet] == [
        (day.start, clock("07:30")[0]),
        (clock("22:00")[0], day.end),
    ]


def test_a_full_day_offers_nothing_and_a_held_wish_takes_nothing() -> None:
    nine, eleven = clock("09:00", "11:00")
    wish = placed(3, nine, State.HELD)
    day = Day.of(MONDAY, LISBON)
    roomy = agenda.lane(day, rules(limit=2), [wish, placed(1, eleven)], NOW)
    assert (roomy.used, roomy.room, roomy.full) == (1, 1, False)
    full = agenda.lane(day, rules(limit=1), [wish, placed(1, eleven)], NOW)
    assert full.full
    assert not full.free
    assert full.room == 0


def test_what_has_no_spacing_is_offered_at_round_times() -> None:
    lane = agenda.lane(Day.of(MONDAY, LISBON), rules(spacing="0m"), [], NOW)
    assert list(lane.free[:3]) == clock("10:04", "10:30", "11:00")


def test_one_slot_earlier_and_later_go_around_what_is_taken() -> None:
    taken = tuple(clock("10:30", "11:10"))
    slots = Slots(rules(), taken, NOW)
    (mine,) = clock("10:50")
    assert slots.after(mine) == clock("11:30")[0]
    assert slots.before(mine) == clock("10:10")[0]
    assert Slots(rules(), (), clock("10:50")[0]).before(mine) is None, "nothing lies in the past"


def test_the_next_that_can_be_moved_is_found() -> None:
    nine, ten, eleven = clock("09:00", "10:00", "11:00")
    posts = [placed(1, nine), placed(2, ten, State.SENDING), placed(3, eleven, State.HELD)]
    lane = agenda.lane(Day.of(MONDAY, LISBON), rules(), posts, NOW)
    assert (found := lane.next_movable(1))
    assert found.id == 3
    assert lane.next_movable(3) is None
    assert lane.next_movable(9) is None


def test_the_day_that_skips_an_hour_has_23() -> None:
    day = Day.of(date(2026, 3, 29), LISBON)
    hours = [each.hour for each in day.hours]
    assert hours == [0, *range(2, 24)]
    turn = day.turn
    assert turn
    assert turn.skips
    assert (f"{turn.shown:%H:%M}", f"{turn.instead:%H:%M}") == ("01:00", "02:00")


def test_the_day_with_an_hour_twice_has_25() -> None:
    day = Day.of(date(2026, 10, 25), LISBON)
    hours = [each.hour for each in day.hours]
    assert hours == [0, 1, 1, *range(2, 24)]
    turn = day.turn
    assert turn
    assert not turn.skips
    assert (f"{turn.shown:%H:%M}", f"{turn.instead:%H:%M}") == ("02:00", "01:00")
    first, second = day.start + timedelta(hours=1), day.start + timedelta(hours=2)
    assert agenda.comes_twice(first, LISBON)
    assert agenda.comes_twice(second, LISBON)
    assert not agenda.comes_twice(day.start + timedelta(hours=3), LISBON)
    assert day.share(day.start + timedelta(hours=12, minutes=30)) == 50


def test_a_midnight_that_is_skipped_belongs_to_the_day_that_lacks_it() -> None:
    beirut = ZoneInfo("Asia/Beirut")  # 2026-03-29 00:00 becomes 01:00 there
    assert Day.of(date(2026, 3, 28), beirut).turn is None
    day = Day.of(date(2026, 3, 29), beirut)
    assert day.turn
    assert day.turn.skips
    assert [each.hour for each in day.hours] == list(range(1, 24))


def test_a_window_over_midnight_reaches_into_the_day() -> None:
    lane = agenda.lane(Day.of(MONDAY, LISBON), rules("22:00-02:00"), [], NOW)
    assert [(each.at, each.end) for each in lane.quiet] == [tuple(clock("02:00", "22:00"))]


@settings(max_examples=40)
@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(["Europe/Lisbon", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.lists(st.integers(0, 24 * 60), max_size=6),
    st.sampled_from([0, 20, 90]),
)
def test_free_slots_are_free(date_: date, name: str, minutes: list[int], spacing: int) -> None:
    zone = ZoneInfo(name)
    day = Day.of(date_, zone)
    own = rules("07:30-11:00", "14:00-01:00", spacing=f"{spacing}m", zone=zone)
    posts = [placed(n, day.start + timedelta(minutes=m)) for n, m in enumerate(minutes)]
    lane = agenda.lane(day, own, posts, day.start - timedelta(days=1))
    assert list(lane.free) == sorted(set(lane.free))
    for slot in lane.free:
        assert day.start <= slot < day.end
        assert not slot.second
        assert all(abs(slot - each.at) >= own.spacing for each in posts)
        assert not any(quiet.at <= slot < quiet.end for quiet in lane.quiet)
    for one, other in zip(lane.free, lane.free[1:], strict=False):
        assert other - one >= own.spacing
