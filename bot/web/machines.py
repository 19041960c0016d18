"""The pages for machines: how the daemon does, and the end of a login."""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from bot.web import _health, _login, _metrics, _sheets
from bot.web.base import View

#: Paths that anybody may ask who names this machine or the page's own address; nothing of a
#: post is in them.
OPEN: Final = ("/healthz", "/readyz", "/metrics", "/login/callback", "/style.css")


def routes(view: View) -> list[Route]:
    """List the pages for machines."""
    return [
        Route("/healthz", _health.healthz(view)),
        Route("/readyz", _health.readyz(view)),
        Route("/metrics", _metrics.metrics(view)),
        Route("/login/callback", _login.callback(view)),
        Route("/style.css", _sheets.style),
    ]
