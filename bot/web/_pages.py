"""One post, to be read: what it says, where it stands, what settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import UsageError
from bot.model import Post, State
from bot.platforms import base as platforms
from bot.web import _sheets
from bot.web.base import View

#: What a person may do to a post, by where it stands; each is a command of `bot`.
COMMANDS: Final[dict[State, tuple[tuple[str, str], ...]]] = {
    State.HELD: (
        ("approve {id}", "let it go out in its slot"),
        ("edit {id}", "change its text or picture first"),
        ("reject {id} --reason WORDS", "it shall not go out"),
    ),
    State.APPROVED: (
        ("unapprove {id}", "take the approval back"),
        ("move {id} --at TIME", "another time"),
        ("settle {id} --published URL", "you posted it by hand"),
    ),
    State.UNKNOWN: (
        ("settle {id} --published URL", "you see it on the channel"),
        ("settle {id} --absent", "it is not there: it is sent again"),
        ("reject {id} --reason WORDS", "give it up"),
    ),
    State.REFUSED: (("reopen {id}", "bring it back, then edit it"),),
    State.REJECTED: (("reopen {id}", "bring it back"),),
    State.EXPIRED: (("reopen {id}", "bring it back"),),
    State.PUBLISHED: (("delete {id}", "take it down"),),
}
COMMANDS[State.NEEDS_PERSON] = COMMANDS[State.UNKNOWN]


def post(view: View) -> Callable[[Request], Response]:
    """Show a post whole, with its history."""

    def page(request: Request) -> Response:
        try:
            with view.store.read() as tx:
                found = tx.posts.get(request.path_params["post_id"])
                log = tx.posts.log(found.id)
                attempts = tx.outbox.attempts(found.id)
                follows = tx.followups.of(found.id)
        except (UsageError, OverflowError):
            return _sheets.sheet("missing.html", 404)
        return _sheets.sheet(
            "post.html",
            post=found,
            platform=_label(found),
            log=log,
            attempts=attempts,
            follows=follows,
            commands=[
                (f"bot {c.format(id=found.id)}", w) for c, w in COMMANDS.get(found.state, ())
            ],
        )

    return page


def _commands(found: Post) -> list[tuple[str, str]]:
    known = COMMANDS.get(found.state, ())
    return [(f"bot {command.format(id=found.id)}", meaning) for command, meaning in known]


def _label(found: Post) -> str:
    try:
        return platforms.load(found.platform).label
    except UsageError:  # of an older version
        return found.platform


style = _sheets.style
