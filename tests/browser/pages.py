"""Every page of the room by a short name, and the way in."""

from __future__ import annotations

from browser.scene import Day
from playwright.sync_api import Page

from bot.model import State
from bot.room import declared

#: What must be among the pages, or the list is broken.
KNOWN = {"queue", "agenda", "needs", "history", "channels", "new", "people", "account", "help"}


def enter(page: Page, link: str) -> None:
    """Come in by a one-time link, as whoever was sent it does."""
    page.goto(link)
    page.wait_for_url("**/queue*")


def pages_of(room: Day, page: Page) -> dict[str, str]:
    """Give a name and an address for every page that is there to be looked at.

    A page whose path holds the number of a post is looked at with a post in each state;
    one that asks before something is done, with one.
    What answers with a file, or with a piece of a page, is left out: `page`, the window of
    somebody who came in, asks for each once.
    """
    if not room.pages:
        for name, path in _addresses(room):
            answer = page.request.get(room.url + path)
            told = answer.body()[:200].lstrip().lower()
            if answer.url != room.url + path:
                continue  # it leads to another
            if answer.status >= 500 or told.startswith(b"<!doctype html"):
                room.pages[name] = path
        assert set(room.pages) >= KNOWN, KNOWN - set(room.pages)
    return room.pages


def _addresses(room: Day) -> list[tuple[str, str]]:
    found = [("missing", "/posts/99999"), ("queue-approved", "/queue?show=approved")]
    last = {state.value: posts[-1] for state in State if (posts := room.posts(state))}
    asks = {"reject": "held", "move": "approved", "edit": "held", "delete": "published"}
    for page in declared():
        name = page.path.strip("/").replace("/", "-") or "home"
        if page.method != "GET":
            continue
        if "{post_id:int}" in page.path:
            only = asks.get(page.path.rsplit("/", 1)[1], "")
            for state, post in last.items():
                if only not in ("", state):
                    continue  # it looks the same
                path = page.path.replace("{post_id:int}", str(post.id))
                found.append((name.replace("{post_id:int}", state), path))
        elif "{article_id:int}" in page.path and last:
            article = next(iter(last.values())).article_id
            found.append(("article", page.path.replace("{article_id:int}", str(article))))
        elif "{" not in page.path:
            found.append((name, page.path))
    return found
