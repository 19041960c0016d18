from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.site import _fallback, page
from bot.site._dates import Stamp

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


def test_a_guessed_author_counts_only_where_the_article_shows_it(
    wordpress: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wordpress(
        author="admin", story=("Ann Lee reports from the harbour, where nothing moves.",)
    )
    monkeypatch.setattr(
        _fallback, "guess", lambda *_: _fallback.Guess(("Ann Lee", "Some Body"), ())
    )
    assert page.read(body, URL).authors == ("Ann Lee",)


def test_an_installation_without_trafilatura_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    assert _fallback.guess(DATED.decode(), URL) == _fallback.Guess()
    assert "trafilatura cannot be loaded" in caplog.text


@pytest.mark.skipif(not trafilatura_loads(), reason="trafilatura lacks a part (lxml_html_clean)")
def test_text_that_only_trafilatura_finds() -> None:
    source = (
        "<html><body><h1>Ships</h1>"
        + "<div>The harbour is quiet today.</div>" * 20
        + "</body></html>"
    )
    assert "The harbour is quiet today." in _fallback.guess(source, URL).body[-1]
