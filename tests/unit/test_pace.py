"""How often to ask: the figures, and what never happens whatever is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import pace
from bot.pace import Habit

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NONE = timedelta(0)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

spans = st.timedeltas(NONE, timedelta(days=40))
jitters = st.floats(-1, 1)
habits = st.builds(
    Habit,
    st.integers(0, 10_000),
    st.timedeltas(NONE, pace.SIGHT),
    st.none() | st.timedeltas(timedelta(seconds=1), 3 * DAY),
)


@pytest.mark.parametrize(
    ("new", "within", "interval"),
    [
        (0, NONE, 10 * MINUTE),
        (50, 23 * HOUR, 10 * MINUTE),  # a rhythm of less than a day is chance
        (0, DAY, 30 * MINUTE),
        (12, 7 * DAY, 30 * MINUTE),
        (42, 7 * DAY, 12 * MINUTE),  # every four hours
        (70, 7 * DAY, timedelta(minutes=7.2)),
        (500, 7 * DAY, 5 * MINUTE),
    ],
)
def test_the_rhythm_of_a_source_decides(new: int, within: timedelta, interval: timedelta) -> None:
    assert Habit(new, within).interval() == interval
    assert Habit(new, within, every=3 * HOUR).interval() == 3 * HOUR


def test_what_a_source_asks_for_counts_up_to_a_cap() -> None:
    assert Habit().after_success(HOUR, 0) == HOUR
    assert Habit().after_success(9 * HOUR, 0) == 5 * HOUR
    assert Habit().after_success(MINUTE, 0) == 10 * MINUTE
    assert Habit(every=MINUTE).after_success(HOUR, 1) == MINUTE


def test_jitter_moves_a_look_by_a_tenth() -> None:
    assert Habit().after_success(NONE, 1) == 11 * MINUTE
    assert Habit().after_success(NONE, -1) == 9 * MINUTE


@pytest.mark.parametrize(
    ("failures", "status", "retry_after", "span"),
    [
        (1, None, None, 10 * MINUTE),
        (2, 503, None, 20 * MINUTE),
        (5, 503, None, 160 * MINUTE),
        (6, 503, None, 4 * HOUR),
        (10_000, 503, None, 4 * HOUR),
        (1, 503, MINUTE, 10 * MINUTE),
        (1, 503, DAY, DAY),
        (3, 429, None, 40 * MINUTE),
    ],
)
def test_a_source_that_fails_is_asked_ever_less_often(
    failures: int, status: int | None, retry_after: timedelta | None, span: timedelta
) -> None:
    assert Habit().after_failure(failures, status, retry_after, 0) == span


def test_too_many_requests_means_ten_minutes_whatever_the_operator_wants() -> None:
    hasty = Habit(every=timedelta(seconds=2))
    assert hasty.after_failure(1, 503, None, 1) == timedelta(seconds=2)
    assert hasty.after_failure(1, 429, None, 1) == 10 * MINUTE
    assert hasty.after_failure(2, 429, None, 1) == 20 * MINUTE


@given(habits, spans, jitters)
def test_a_look_is_never_too_early_and_never_forgotten(
    habit: Habit, asked: timedelta, jitter: float
) -> None:
    span = habit.after_success(asked, jitter)
    if habit.every is None:
        assert span >= min(asked, pace.MOST_ASKED)
        assert 0.9 * pace.SHORTEST <= span <= pace.MOST_ASKED
    else:
        assert span == habit.every


@given(habits, st.integers(1, 10**6), st.sampled_from([None, 429, 500]), spans, jitters)
def test_retry_after_is_always_kept(
    habit: Habit, failures: int, status: int | None, retry_after: timedelta, jitter: float
) -> None:
    span = habit.after_failure(failures, status, retry_after, jitter)
    assert span >= retry_after
    more = habit.after_failure(failures + 1, status, retry_after, jitter)
    assert more >= span
    assert span <= max(retry_after, pace.LONGEST_BACKOFF, habit.every or NONE)


def test_a_page_is_tried_at_once_again_and_then_ever_later() -> None:
    minutes = [pace.page_again(tries) / MINUTE for tries in range(1, 10)]
    assert minutes == [0, 5, 10, 20, 40, 80, 160, 320, 360]
    assert pace.page_again(10**9) == 6 * HOUR
    assert pace.page_again(1, DAY) == DAY


def test_not_changed_is_believed_for_a_day() -> None:
    assert pace.full_look(None, NOW)
    assert not pace.full_look(NOW - timedelta(hours=23), NOW)
    assert pace.full_look(NOW - DAY, NOW)
