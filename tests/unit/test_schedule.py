"""Slots and times: windows, spacing and limits hold in every zone, on every odd day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.hours import Windows, duration, shown_duration
from bot.schedule import day_bounds, local_time, next_slot

LISBON = ZoneInfo("Europe/Lisbon")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# Zones with their odd days: the clock put forward and back, at midnight, by half an
# hour, around Ramadan; and one that never moves but stands at a quarter.
ODD_DAYS = {
    "Europe/Lisbon": ("2026-03-29", "2026-10-25"),
    "America/Sao_Paulo": ("2017-10-15", "2018-02-18"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Asia/Kathmandu": ("2026-01-01",),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Asia/Beirut": ("2026-03-29", "2026-10-25"),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slot(
    now: str | datetime,
    *windows: str,
    zone: ZoneInfo = LISBON,
    spacing: str = "0m",
    daily_limit: int | None = None,
    taken: tuple[str, ...] = (),
    latest: str | None = None,
) -> datetime | None:
    return next_slot(
        utc(now) if isinstance(now, str) else now,
        windows=Windows.parse(windows),
        zone=zone,
        spacing=duration(spacing),
        daily_limit=daily_limit,
        taken=[utc(at) for at in taken],
        latest=utc(latest) if latest else None,
    )


# --------------------------------------------------------------------- durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("20m", 1200),
        ("24h", 86400),
        ("1h30m", 5400),
        ("2d", 172800),
        (" 1h 5s ", 3605),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "20", "m", "20 min", "-5m", "1.5h", "5m1h", "٣h x", "4000d"])
def test_what_is_no_duration_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        duration(text)


@given(st.integers(0, 86_400 * 3650))
def test_a_duration_is_shown_as_it_is_read(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert duration(shown_duration(length)) == length


def test_a_duration_is_shown_as_people_write_it() -> None:
    shown = [shown_duration(duration(text)) for text in ("24h", "90m", "72h", "14d", "0s")]
    assert shown == ["24h", "1h30m", "72h", "14d", "0s"]


# ----------------------------------------------------------------------- windows


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon-Fri 07:30-22:00", "Mon-Fri 07:30-22:00"),
        ("sat–sunday 9:00 – 21:00", "Sat,Sun 09:00-21:00"),
        ("Mon,Wed 9:00-12:00", "Mon,Wed 09:00-12:00"),
        ("Fri-Mon 22:00-02:00", "Mon,Fri,Sat,Sun 22:00-02:00"),
        ("Tue, Thu-Sat 00:00-24:00", "Tue,Thu,Fri,Sat 00:00-24:00"),
        ("07:00-00:00", "07:00-24:00"),
    ],
)
def test_a_window_is_read_and_shown(text: str, shown: str) -> None:
    windows = Windows.parse([text])
    assert str(windows) == shown
    assert Windows.parse([shown]) == windows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a window"),
        ("Mon-Fri", "is not a window"),
        ("Mon 7-22", "is not a window"),
        ("Sam 07:00-22:00", "“Sam” is not a day"),
        ("Mon-Wed-Fri 07:00-22:00", "joins more than two days"),
        ("Mon, 07:00-22:00", "“” is not a day"),
        ("07:00-25:00", "no clock shows"),
        ("07:60-22:00", "no clock shows"),
        ("24:00-02:00", "no clock shows"),
        ("07:00-24:01", "no clock shows"),
        ("07:00-07:00", "opens and closes at the same time"),
    ],
)
def test_what_is_no_window_is_told(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Windows.parse([text])


# -------------------------------------------------------------------------- slots


def test_without_rules_the_slot_is_now() -> None:
    assert slot("2026-11-22 03:04:05.678") == utc("2026-11-22 03:04:05.678")


def test_a_slot_waits_for_its_window() -> None:
    week = ("Mon-Fri 07:30-22:00", "Sat-Sun 09:00-21:00")
    assert slot("2026-11-20 21:59", *week) == utc("2026-11-20 21:59")  # a Friday
    assert slot("2026-11-20 22:00", *week) == utc("2026-11-21 09:00")
    assert slot("2026-11-22 21:30", *week) == utc("2026-11-23 07:30")


def test_a_window_over_midnight_belongs_to_the_day_it_opens_on() -> None:
    assert slot("2026-11-21 01:59", "Fri 22:00-02:00") == utc("2026-11-21 01:59")
    assert slot("2026-11-21 02:00", "Fri 22:00-02:00") == utc("2026-11-27 22:00")
    assert slot("2026-11-20 01:00", "Fri 22:00-02:00") == utc("2026-11-20 22:00")


def test_spacing_holds_to_both_sides() -> None:
    taken = ("2026-11-22 10:00", "2026-11-22 10:35")
    assert slot("2026-11-22 10:05", spacing="20m", taken=taken) == utc("2026-11-22 10:55")
    assert slot("2026-11-22 09:40", spacing="20m", taken=taken) == utc("2026-11-22 09:40")
    assert slot("2026-11-22 09:41", spacing="20m", taken=taken) == utc("2026-11-22 10:55")
    gap = ("2026-11-22 10:00", "2026-11-22 10:40")
    assert slot("2026-11-22 10:05", spacing="20m", taken=gap) == utc("2026-11-22 10:20")


def test_the_daily_limit_counts_the_local_day() -> None:
    zone = ZoneInfo("Asia/Kathmandu")  # 18:15 UTC is its midnight
    taken = ("2026-11-22 01:00", "2026-11-22 18:14")
    assert slot("2026-11-22 02:00", zone=zone, daily_limit=2, taken=taken) == utc(
        "2026-11-22 18:15"
    )
    assert slot("2026-11-22 02:00", zone=zone, daily_limit=3, taken=taken) == utc(
        "2026-11-22 02:00"
    )


def test_nothing_free_in_time_is_none() -> None:
    assert slot("2026-11-22 22:00", "07:00-21:00", latest="2026-11-23 07:00") is None
    assert slot("2026-11-22 22:00", "07:00-21:00", latest="2026-11-23 07:01") is not None
    assert slot("2026-11-22 22:00", latest="2026-11-22 22:00") is None
    assert slot("2026-11-22 22:00", latest="2026-11-01 00:00") is None
    every_day = tuple(f"{utc('2026-11-22 12:00') + DAY * n:%Y-%m-%d %H:%M}" for n in range(62))
    assert slot("2026-11-22 00:00", daily_limit=1, taken=every_day) is None


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        slot(datetime(2026, 11, 22, 12))  # noqa: DTZ001


def test_the_skipped_hour_opens_after_the_gap() -> None:  # Lisbon: 01:00 becomes 02:00
    assert slot("2026-03-29 00:30", "01:30-03:00") == utc("2026-03-29 01:00")
    assert slot("2026-03-29 00:30", "01:10-01:50") == utc("2026-03-30 00:10")
    assert slot("2026-03-29 00:30", "00:00-01:30") == utc("2026-03-29 00:30")
    assert slot("2026-03-29 01:00", "00:00-01:30") == utc("2026-03-29 23:00")


def test_the_hour_that_comes_twice_opens_once_and_lasts() -> None:  # Lisbon: 02:00 becomes 01:00
    assert slot("2026-10-24 12:00", "01:30-03:00") == utc("2026-10-25 00:30")
    assert slot("2026-10-25 01:15", "00:30-03:00") == utc("2026-10-25 01:15")  # 01:15 again
    assert slot("2026-10-25 00:45", "01:00-01:30") == utc("2026-10-26 01:00")  # closed at the first
    assert slot("2026-10-25 02:59", "00:30-03:00") == utc("2026-10-25 02:59")
    assert slot("2026-10-25 03:00", "00:30-03:00") == utc("2026-10-26 00:30")


# ---------------------------------------------------------------------- properties


@st.composite
def cases(draw: st.DrawFn) -> dict[str, object]:
    """A channel's rules and its posts, around a day on which the clock is moved."""
    name = draw(st.sampled_from(sorted(ODD_DAYS)))
    noon = utc(draw(st.sampled_from(ODD_DAYS[name]))) + timedelta(hours=12)
    minutes = st.integers(-36 * 60, 36 * 60).map(lambda n: noon + n * MINUTE)
    hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
    days = st.sampled_from(["", "Sat ", "Sun ", "Sat-Mon ", "Thu,Sun "])
    spans = draw(st.lists(st.tuples(days, hours, hours).filter(lambda s: s[1] != s[2]), max_size=3))
    return {
        "now": draw(minutes),
        "windows": Windows.parse([f"{day}{start}-{end}" for day, start, end in spans]),
        "zone": ZoneInfo(name),
        "spacing": draw(st.sampled_from([0, 1, 7, 20, 90, 600])) * MINUTE,
        "daily_limit": draw(st.sampled_from([None, 1, 2, 4])),
        "taken": draw(st.lists(minutes, max_size=6)),
    }


def opens_at(at: datetime, windows: Windows, zone: ZoneInfo) -> bool:
    """Tell by the wall clock alone whether a window is open, away from an odd hour."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    for window in windows.spans:
        today, before = local.weekday() in window.days, (local.weekday() - 1) % 7 in window.days
        if window.start < window.end:
            if today and window.start <= minute < window.end:
                return True
        elif (today and minute >= window.start) or (before and minute < window.end):
            return True
    return not windows.spans


def near_an_odd_hour(at: datetime, zone: ZoneInfo) -> bool:
    around = {(at + n * timedelta(hours=1)).astimezone(zone).utcoffset() for n in (-3, 0, 3)}
    return len(around) > 1


def free(at: datetime, case: dict[str, object]) -> bool:
    """Judge one instant by the rules alone; windows are judged elsewhere."""
    taken: list[datetime] = case["taken"]  # type: ignore[assignment]
    zone: ZoneInfo = case["zone"]  # type: ignore[assignment]
    limit = case["daily_limit"]
    today = [each for each in taken if each.astimezone(zone).date() == at.astimezone(zone).date()]
    spaced = all(abs(each - at) >= case["spacing"] for each in taken)  # type: ignore[operator]
    return spaced and (limit is None or len(today) < limit)  # type: ignore[operator]


@given(cases())
@settings(max_examples=150, deadline=None)
def test_a_slot_keeps_every_rule_and_is_the_first(case: dict[str, object]) -> None:
    found = next_slot(**case)  # type: ignore[arg-type]
    now, windows, zone = case["now"], case["windows"], case["zone"]
    assert found is not None  # each window opens weekly, and what is taken lies within days
    assert found >= now  # type: ignore[operator]
    assert free(found, case)
    if not near_an_odd_hour(found, zone):  # type: ignore[arg-type]
        assert opens_at(found, windows, zone)  # type: ignore[arg-type]
    minute: datetime = now  # type: ignore[assignment]
    assume(found - minute < timedelta(days=3))
    while minute < found:
        if not near_an_odd_hour(minute, zone):  # type: ignore[arg-type]
            assert not (opens_at(minute, windows, zone) and free(minute, case))  # type: ignore[arg-type]
        minute += MINUTE


@given(cases())
@settings(max_examples=60, deadline=None)
def test_slots_given_one_after_the_other_keep_spacing_and_limit(case: dict[str, object]) -> None:
    placed: list[datetime] = []
    for _ in range(8):
        found = next_slot(**{**case, "taken": placed})  # type: ignore[arg-type]
        if found is None:
            break
        assert free(found, {**case, "taken": placed})
        placed.append(found)
    assert placed == sorted(placed)


@given(
    st.sampled_from(["Europe/Lisbon", "America/St_Johns", "Pacific/Apia", "America/Havana"]),
    st.integers(0, 20 * 365 * 24 * 60),
)
@settings(max_examples=200, deadline=None)
def test_local_days_are_seamless(name: str, minutes: int) -> None:
    zone, at = ZoneInfo(name), utc("1995-01-01") + minutes * MINUTE
    start, end = day_bounds(at, zone)
    assert start <= at < end
    assert day_bounds(start, zone) == (start, end)
    assert day_bounds(end, zone)[0] == end


def test_a_midnight_that_comes_twice_begins_one_day() -> None:
    zone = ZoneInfo("America/St_Johns")  # 2006-10-29 00:01 became 2006-10-28 23:01
    again = datetime(2006, 10, 28, 23, 30, tzinfo=zone, fold=1)
    start, end = day_bounds(again, zone)
    assert start == utc("2006-10-29 02:30")
    assert end - start == timedelta(hours=25)


# --------------------------------------------------------------------- local times

NOW = utc("2026-11-22 17:00")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", "2026-11-22 17:00"),
        ("in 20m", "2026-11-22 17:20"),
        ("In 1h 30m", "2026-11-22 18:30"),
        ("17:00", "2026-11-22 17:00"),
        ("9:00", "2026-11-23 09:00"),
        ("today 23:00", "2026-11-22 23:00"),
        ("Tomorrow, 9:00", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-23 09:00"),
        ("2027-07-01T09:00:30", "2027-07-01 08:00:30"),
        ("2026-11-23T9:00+01:00", "2026-11-23 08:00"),
        ("2026-11-23T09:00:05z", "2026-11-23 09:00:05"),
        ("2026-11-23 09:00 -0500", "2026-11-23 14:00"),
    ],
)
def test_a_time_is_read_by_the_clock_of_the_site(text: str, at: str) -> None:
    assert local_time(text, LISBON, NOW) == (utc(at), "")


def test_an_hour_is_the_hour_of_the_zone() -> None:
    at, _ = local_time("09:00", ZoneInfo("Asia/Kathmandu"), NOW)
    assert at == utc("2026-11-23 03:15")


def test_a_skipped_hour_is_said() -> None:
    at, note = local_time("2027-03-28 01:30", LISBON, NOW)
    assert at == utc("2027-03-28 01:00")
    assert note == "2027-03-28 01:30 is skipped in Europe/Lisbon; 02:00 is taken instead."


def test_an_hour_that_comes_twice_is_said_with_the_way_to_the_second() -> None:
    at, note = local_time("2027-10-31 01:30", LISBON, NOW)
    assert at == utc("2027-10-31 00:30")
    second = note.removesuffix(".").rpartition(" ")[2]
    assert local_time(second, LISBON, NOW) == (utc("2027-10-31 01:30"), "")


def test_a_moment_that_is_past_is_said() -> None:
    assert "at once" in local_time("today 9:00", LISBON, NOW).note


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write it as in"),
        ("friday", "write it as in"),
        ("2026-11-23", "write it as in"),
        ("in a while", "is not a length of time"),
        ("25:00", "does not exist"),
        ("9:75", "does not exist"),
        ("2026-11-31 09:00", "does not exist"),
        ("2026-11-23T09:00+99:00", "does not exist"),
    ],
)
def test_what_is_no_time_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        local_time(text, LISBON, NOW)


@given(st.text(alphabet="0123456789:-+TZ .,inmhtoday", max_size=24))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_time_or_one_sentence(text: str) -> None:
    try:
        at = local_time(text, LISBON, NOW).at
    except UsageError as error:
        sentence = str(error)
    else:
        sentence = "." if at.utcoffset() == timedelta(0) else "no instant"
    assert sentence.endswith(".")
