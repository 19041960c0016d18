"""Windows of the browser, each of somebody else; what their pages complain of is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from bot.model import Post

#: So long a page may take to show what is waited for, in ms: the machine may be busy.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

#: Told as a pattern, the browser's driver judges by itself. A function it would have to ask for
#: every request, and while a test waits for the database nobody answers: the request would hang.
ELSEWHERE = re.compile(r"^\w+://(?!127\.0\.0\.1[:/])")


@dataclass
class Windows:
    """Opens windows, each of somebody else, and keeps what their pages complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # pieces of complaints that are right
    _open: list[BrowserContext] = field(default_factory=list)

    def __call__(self, **how: Any) -> Page:
        """Open a window; `how` as Playwright's new_context has it."""
        how = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | how
        context = self.browser.new_context(**how)
        self._open.append(context)
        context.set_default_timeout(PATIENCE)
        context.route(ELSEWHERE, self._refuse)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        page.on("console", self._hear)
        return page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def _refuse(self, route: Route) -> None:
        self.complaints.append(f"asked elsewhere: {route.request.url}")
        route.abort()

    def unexpected(self) -> list[str]:
        """What was complained of, and nobody expected."""
        return [
            each for each in self.complaints if not any(known in each for known in self.expected)
        ]

    def close(self) -> None:
        for context in self._open:
            context.close()


def card(page: Page, post: Post) -> Locator:
    """Find the card of a post."""
    return page.locator(f"#post-{post.id}")
