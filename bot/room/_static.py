"""Style sheets and scripts, which a browser asks for once."""

from __future__ import annotations

from typing import Final

from starlette.responses import FileResponse, Response

from bot.room import _sheets
from bot.room.base import Answer, Ask, Away, Page, Role

#: The address of each holds a hash of its bytes.
FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


def static(ask: Ask) -> Answer:
    """Give a style sheet or script."""
    path = _sheets.file(ask.given["name"])
    return Response(status_code=404) if path is None else FileResponse(path, headers=FOREVER)


def first(_ask: Ask) -> Answer:
    """Lead to the queue."""
    return Away("/queue")


PAGES: Final = (
    Page("/static/{name}", static, role=Role.NOBODY),
    Page("/", first),
)
