"""Templates of pages, everything in them escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response

from bot.config import shipped

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(shipped("templates") / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"told": str, "number": "{:,}".format}  # as the room has them, in English
    return made


def sheet(name: str, status: int = 200, **facts: Any) -> Response:
    """Make a page of a template."""
    return HTMLResponse(_environment().get_template(name).render(facts), status)


def style(_request: object) -> Response:
    """Give the one style sheet."""
    text = (shipped("templates") / "pages" / "style.css").read_text("utf-8")
    return Response(text, media_type="text/css")
