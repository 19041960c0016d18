from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site._when import when

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Fri, 20 Nov 2026 09:30:00 +0000", AT),
        ("Mon, 20 Nov 2026 09:30:00 GMT", AT),  # it was a Friday
        ("20 Nov 2026 09:30 UT", AT),
        ("Fri, 20 Nov 26 04:30:00 EST", AT),
        ("Fri, 20 Nov 2026 10:30:00 CET", AT),
        ("Fri, 20 Nov 2026 11:30:00 CEST", AT),
        ("Fri, 20 Nov 2026 06:30:00 ART", AT),
        ("Fri, 20 Nov 2026 11:30:00 GMT+02:00", AT),
        ("Fri, 20 Nov 2026 09:30:00 Etc/GMT", AT),
        ("Fri, 20 Nov 2026 10:30:00 +01:00", AT),
        ("Fri, 20 Nov 2026 09:30:00", AT),
        ("Fri,  20  Nov\n2026 09:30:00 Z", AT),
        ("Fri Nov 20 09:30:00 2026", AT),
        ("2026-11-20T09:30:00Z", AT),
        ("2026-11-20T10:30+01:00", AT),
        ("2026-11-20T04:30:00.123456789-05:00", AT),
        ("2026-11-20 09:30:00", AT),
        ("20261120T093000Z", AT),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T24:00:00Z", datetime(2026, 11, 21, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 24:00:00 GMT", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-20T23:59:60Z", datetime(2026, 11, 21, tzinfo=UTC)),
    ],
)
def test_the_dates_of_feeds_are_read(value: str, expected: datetime) -> None:
    assert when(value, NOW) == expected


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("Fri, 20 November 2026 10:30:00 +0100", "en"),
        ("vie, 20 nov 2026 10:30:00 +0100", "es"),
        ("Sex, 20 novembro 2026 10:30:00 +0100", "pt"),
        ("ven., 20 nov. 2026 10:30:00 +0100", "fr"),
        ("Fr, 20. November 2026 10:30:00 +0100", "de"),
        ("ven, 20 novembre 2026 10:30:00 +0100", "it"),
        ("dv., 20 de novembre 2026 10:30:00 +0100", "ca"),
        ("Cum, 20 Kasım 2026 10:30:00 +0100", "tr"),
        ("20 نوفمبر 2026 10:30:00 +0100", "ar"),
    ],
)
def test_months_may_be_named_in_every_shipped_language(value: str, language: str) -> None:
    assert when(value, NOW, language) == when(value, NOW) == AT


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "soon", "2026", "2026-11", "0000-00-00", "0000-00-00 00:00:00",
        "30 Nov -0001 00:00:00 +0000",
        "Mon, 30 Nov -0001 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "1994-12-31",
        "2028-01-01", "Fri, 20 Nov 2099 09:30:00 GMT", "2026-13-01", "2026-02-30",
        "Fri, 31 Nov 2026 09:30:00 GMT", "2026-11-20T25:00:00Z", "Fri, 20 Nov 2026 09:99:00 GMT",
        "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1 " * 5000, "99999999999999",
        "Fri, 20 Nov 2026 09:30:00 +99999999999", ",,,,", "- - - - -", "²⁰²⁶-11-20",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(value: str) -> None:
    assert when(value, NOW) is None


@settings(max_examples=50)
@given(
    st.integers(int(datetime(1996, 1, 1, tzinfo=UTC).timestamp()), int(NOW.timestamp())),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_instant_survives_both_standards(second: int, minutes: int) -> None:
    at = datetime.fromtimestamp(second, timezone(timedelta(minutes=minutes)))
    assert when(at.isoformat(), NOW) == at
    assert when(format_datetime(at), NOW) == at


@settings(max_examples=80)
@given(st.text(max_size=40) | st.from_regex(r"[0-9A-Za-z :,+-]{0,40}", fullmatch=True))
def test_nothing_crashes_it(value: str) -> None:
    at = when(value, NOW)
    assert at is None or (at.tzinfo is UTC and 1995 <= at.year <= 2027)
