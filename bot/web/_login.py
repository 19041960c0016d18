"""Where a platform sends a person back to after a login."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.web import _sheets
from bot.web.base import View

#: No platform answers with more.
LONGEST = 8_000


def callback(view: View) -> Callable[[Request], Response]:
    """Keep the answer for the `bot login` that waits for it, sealed; refuse any other."""

    def page(request: Request) -> Response:
        answer, state = request.url.query, request.query_params.get("state", "")
        known = bool(state) and len(answer) <= LONGEST
        if known:
            with view.store.write("login answer") as tx:
                known = tx.logins.answer(state, answer)
        sheet = _sheets.sheet("login.html", 200 if known else 404, known=known)
        sheet.headers["Referrer-Policy"] = "no-referrer"  # the address holds a code
        return sheet

    return page
