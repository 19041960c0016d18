"""The room as a whole: it opens by a link, once, and shows what waits."""

from __future__ import annotations

from pathlib import Path

import requests
from rooms import open_room


def test_a_link_opens_the_queue_once(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.article("quay", "Strike at the <quay>")
        browser = room.browser()
        page = browser.get(f"{room.url}/queue", timeout=10)
        assert page.status_code == 200
        assert "Strike at the &lt;quay&gt;" in page.text
        stranger = requests.get(f"{room.url}/queue", allow_redirects=False, timeout=10)
        assert stranger.headers["Location"].startswith("/sign-in")
