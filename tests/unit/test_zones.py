"""By which clock a site lives: what is sure is right, and what is not is said to be so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import zones

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def dated(hours: float, month: int) -> datetime:
    return datetime(2026, month, 20, 12, tzinfo=timezone(timedelta(hours=hours)))


@pytest.mark.parametrize(
    ("host", "land"),
    [
        ("www.harbour.fr", "FR"),
        ("harbour.co.uk", "GB"),
        ("harbour.cat", "ES"),
        ("harbour.com.ar", "AR"),
        ("harbour.tv", ""),
        ("harbour.example", ""),
        ("harbour.org", ""),
        ("127.0.0.1", ""),
        ("", ""),
    ],
)
def test_a_host_names_its_country(host: str, land: str) -> None:
    assert zones.country(host) == land


@pytest.mark.parametrize(
    ("moments", "land", "language", "zone"),
    [
        ([], "FR", "fr", "Europe/Paris"),
        ([], "AR", "es", "America/Argentina/Buenos_Aires"),  # its twelve zones agree
        ([], "ES", "ca", "Europe/Madrid"),  # an outlet of the islands shows their dates
        ([], "", "de", "Europe/Berlin"),
        ([], "", "pt-BR", "America/Sao_Paulo"),
        ([dated(-3, 11)], "BR", "pt", "America/Sao_Paulo"),
        ([dated(1, 7)], "PT", "pt", "Europe/Lisbon"),
        ([dated(3, 11)], "", "tr", "Europe/Istanbul"),
        ([dated(-5, 11)], "US", "en", "America/New_York"),
        ([dated(-5, 7)], "US", "en", "America/Chicago"),
        ([dated(5.5, 1)], "", "", "Asia/Kolkata"),
        # One quoted date of another place among many of their own.
        ([dated(2, 7)] * 4 + [dated(-3, 7)], "FR", "fr", "Europe/Paris"),
        # UTC is what machines write.
        ([dated(0, 7), dated(2, 7)], "IT", "it", "Europe/Rome"),
    ],
)
def test_the_zone_that_fits(moments: list[datetime], land: str, language: str, zone: str) -> None:
    found = zones.guess(moments, land, language, NOW)
    assert found.zone == zone
    assert found.sure is (language != "pt-BR"), "Brazil has four clocks, and shows no dates here"
    assert found.why


def test_several_clocks_are_not_sure() -> None:
    found = zones.guess([dated(-3, 11)], "", "es", NOW)
    assert (found.zone, found.sure) == ("America/Argentina/Buenos_Aires", False)
    assert "America/Santiago" in found.others
    in_winter_too = zones.guess([dated(-3, 11), dated(-4, 7)], "", "es", NOW)
    assert (in_winter_too.zone, in_winter_too.sure) == ("America/Santiago", True)


def test_a_clock_that_the_country_does_not_have_is_not_sure() -> None:
    found = zones.guess([dated(1, 11)], "", "pt-PT", NOW)
    assert (found.zone, found.sure) == ("Africa/Luanda", False)


def test_english_says_nothing() -> None:
    for language in ("en", "en-US"):  # the second is WordPress before anybody set it
        found = zones.guess([], "", language, NOW)
        assert not found.sure
        assert "Europe/London" in found.others


def test_nothing_known_is_nothing() -> None:
    assert zones.guess([], "", "", NOW) == zones.Clock()
    assert zones.guess([], "", "xx-quux", NOW) == zones.Clock()
    assert zones.guess([dated(5.1, 3)], "", "", NOW) == zones.Clock(), "no clock shows that"


def test_an_offset_of_today() -> None:
    assert zones.at_offset(timedelta(hours=1), "", "it", NOW).zone == "Europe/Rome"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda days, minutes: (NOW - timedelta(days=days)).astimezone(
                timezone(timedelta(minutes=minutes))
            ),
            st.integers(0, 11_000),
            st.integers(-24 * 60 + 1, 24 * 60 - 1),
        ),
        max_size=3,
    ),
    st.sampled_from(["", "FR", "US", "ZZ"]),
    st.text(max_size=8),
)
def test_nothing_breaks_it(moments: list[datetime], land: str, language: str) -> None:
    found = zones.guess(moments, land, language, NOW)
    assert found.zone or not found.sure
