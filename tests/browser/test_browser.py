"""The judge itself: it sees what it is to see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from browser.windows import Windows
from playwright.sync_api import Browser
from world import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as told:
        yield told


def test_what_a_page_asks_elsewhere_is_refused_and_told(windows: Windows, site: Site) -> None:
    site.put("/", "<!doctype html><title>x</title><img src='http://192.0.2.1/a.png' alt=''>")
    page = windows()
    page.goto(site.url)
    page.wait_for_load_state("networkidle")
    assert windows.unexpected()
    assert "asked elsewhere: http://192.0.2.1/a.png" in windows.complaints
    windows.complaints.clear()


def test_what_a_page_throws_and_what_its_policy_forbids_is_told(
    windows: Windows, site: Site
) -> None:
    site.put("/", "<!doctype html><title>x</title><script>nothing()</script>")
    policy = {"Content_Security_Policy": "script-src 'none'"}
    site.put("/safe", "<!doctype html><title>x</title><script>1</script>", **policy)
    page = windows()
    page.goto(site.url)
    page.goto(f"{site.url}/safe")
    told = " ".join(windows.complaints)
    assert "nothing is not defined" in told
    assert "Content Security Policy" in told
    windows.complaints.clear()


def test_it_leaves_other_tests_their_event_loops(chromium: Browser) -> None:
    async def one() -> int:
        return 1

    assert asyncio.run(one()) == 1
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
