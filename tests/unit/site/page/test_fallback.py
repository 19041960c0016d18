from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.site import page
from bot.site._dates import Stamp
from bot.site.page import _fallback

URL = "https://harbour.example/x/"
DATED = b"<html><head><title>Ships</title></head><body><p>Posted 2019-06-13 by us</p></body></html>"


def trafilatura_loads() -> bool:
    try:
        import trafilatura  # noqa: F401
    except ImportError:
        return False
    return True


def test_the_day_is_guessed_from_the_text() -> None:
    found = _fallback.date(DATED.decode(), URL, UTC)
    assert found == Stamp(datetime(2019, 6, 13, tzinfo=UTC), day_only=True)


def test_nothing_heavy_is_asked_where_the_page_tells_all(
    wordpress: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.setitem(sys.modules, "htmldate", None)
    assert page.read(wordpress(), URL).authors == ("Eva Paz",)


def test_no_library_is_asked_for_a_byline(
    wordpress: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of what it found beyond the page's own marks, most was the site's name or an account.
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    story = ("The harbour was quiet, and nothing moved but the gulls over the quay. " * 5,)
    assert page.read(wordpress(author="admin", story=story), URL).authors == ()


def test_an_installation_without_trafilatura_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    assert _fallback.text(DATED.decode(), URL) == ()
    assert "trafilatura cannot be loaded" in caplog.text


@pytest.mark.skipif(not trafilatura_loads(), reason="trafilatura lacks a part (lxml_html_clean)")
def test_text_that_only_trafilatura_finds() -> None:
    source = (
        "<html><body><h1>Ships</h1>"
        + "<div>The harbour is quiet today.</div>" * 20
        + "</body></html>"
    )
    assert "The harbour is quiet today." in _fallback.text(source, URL)[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Copyright 2019", None),
        ("Posted in June 2019", None),
        ("Posted 1 June 2019", datetime(2019, 6, 1, tzinfo=UTC)),
        ("Posted 01.06.2019", datetime(2019, 6, 1, tzinfo=UTC)),
    ],
)
def test_a_year_or_a_month_is_no_day(text: str, expected: datetime | None) -> None:
    found = _fallback.date(f"<html><body><p>{text}</p></body></html>", URL, UTC)
    assert (found and found.at) == expected
