from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site._dates import machine, written

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("lang", "line", "expected"),
    [
        ("fr", "le 1er août 2019 à 14h30", datetime(2019, 8, 1, 12, 30, tzinfo=UTC)),
        ("en", "Published 13 June 2019 at 2:30 pm", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("en", "Thu, 13 Jun 2019 08:30:00 -0400", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("de", "13.6.19, 14:30 Uhr", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("", "2019/06/13 14:30", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("en", "14:30, 13 June 2019", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("de", "Donnerstag, 13. Juni 2019, 14:30 Uhr", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("es", "13 de junio de 2019 | 14.30", datetime(2019, 6, 13, 12, 30, tzinfo=UTC)),
        ("en", "June 13, 2019 12:15 a.m.", datetime(2019, 6, 12, 22, 15, tzinfo=UTC)),
    ],
)
def test_a_written_hour_is_an_instant(lang: str, line: str, expected: datetime) -> None:
    found = written(line, lang, PARIS)
    assert found == (expected, False)


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("fr", "06/07/2019", "2019-07-06"),
        ("de", "13.06.2019", "2019-06-13"),
        ("en", "06/13/2019", "2019-06-13"),
        ("en", "13/06/2019", "2019-06-13"),
        ("en", "06/07/2019", None),  # June or July: nobody can tell
        ("en", "February 31, 2019", None),
        ("en", "13 Juneau 2019", None),
        ("en", "Chapter 13, 2019 words", None),
        ("ca", "13 d’abril del 2019", "2019-04-13"),
        ("ar", "13 حزيران/يونيو 2019", "2019-06-13"),
        ("en", "le 13 juin 2019", "2019-06-13"),  # a page that declares the wrong language
        ("de", "13. 6. 2019", "2019-06-13"),
        ("de", "3/4/19", None),
        ("de", "Version 1.2.13.2019", None),
    ],
)
def test_a_written_day_is_local_midnight_or_nothing(lang: str, line: str, day: str | None) -> None:
    found = written(line, lang, PARIS)
    assert (found and (found.at.astimezone(PARIS).date().isoformat(), found.day_only)) == (
        day and (day, True)
    )


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789-:TZ+. /juneJUNE١", max_size=40))
def test_nothing_makes_a_date_crash(line: str) -> None:
    for found in (machine(line, PARIS), written(line, "en", PARIS)):
        assert found is None or 1994 <= found.at.year <= 2101


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1560421800", datetime(2019, 6, 13, 10, 30, tzinfo=UTC)),
        (1560421800000, datetime(2019, 6, 13, 10, 30, tzinfo=UTC)),
        ("2019-06-13T12:30:00+0200", datetime(2019, 6, 13, 10, 30, tzinfo=UTC)),
        ("20190613", datetime(2019, 6, 12, 22, 0, tzinfo=UTC)),
        ("201906131", None),
        ("4711", None),
        (True, None),
        (None, None),
    ],
)
def test_a_machine_tells_an_instant_in_one_of_these_ways(
    value: object, expected: datetime | None
) -> None:
    found = machine(value, PARIS)
    assert (found and found.at) == expected


def test_an_instant_keeps_the_day_of_its_own_page() -> None:
    found = machine("2019-06-13T23:30:00-05:00", PARIS)
    assert found is not None
    assert found.at.date().isoformat() == "2019-06-13"
