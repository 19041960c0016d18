"""Stop everything, and go on."""

from __future__ import annotations

from typing import Final

from bot.room import _post
from bot.room.base import Answer, Ask, Away, Page, Role, Sheet


def stop(ask: Ask) -> Answer:
    """Let nothing go out any more, on any channel of any site; twice is as good as once.

    Nobody is asked first: it hurries, and what it holds back waits for one press more.
    """
    with ask.room.store.read() as tx:
        stopped = "*" in tx.pauses.active(ask.now)
    if not stopped:  # whoever was first stays named
        ask.editor.pause("*")
    return Away(ask.back("/queue"))


def go_on(ask: Ask) -> Answer:
    """Let everything go on; what fell due meanwhile waits in the queue, and is shown."""
    recalled = ask.editor.resume("*")
    return _post.changed(ask, "went-on", [post.id for post in recalled], ask.back("/queue"))


def guide(_ask: Ask) -> Answer:
    """Tell how the room works, and its keys."""
    return Sheet("help.html")


PAGES: Final = (
    Page("/stop", stop, "POST", Role.EDITOR),
    Page("/go-on", go_on, "POST", Role.EDITOR),
    Page("/help", guide),
)
