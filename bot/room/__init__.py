"""The review room: every post seen, judged and set right in a browser before it goes out.

::

    with web.serving(listen, lambda: room.pages(app, view)):
        ...

A page is a `base.Page`: a path, who may open it, and a function from an `Ask` to an answer.
`_door` lets in whom it may (hosts, origins, sessions, roles) before any of them runs, so
that a page cannot forget to ask. Every action is a form, and works without a script: it
is done, and the browser sent on to look (303). Where our script asks, the piece of the
page that changed is answered instead.

=============  ==================================================================
`_door`        who may come in, and the headers of every answer
`_answers`     from a request to the answer of its page
`_frame`       what stands around every page · `_stop`: stop everything, go on, help
`_entry`       sign-in, sign-out, the one-time link
`_people`      one's own account, and everybody's
`_queue`       what waits, side by side · `_views`: which posts a page shows · `_live`: what is new
`_post`        one post as it is drawn everywhere, and what becomes of an action · `_said`: what
               is said then, and how it is undone · `_slots`: when it could go out
`_posts`       its page, and what is asked before a step · `_verdicts`: the steps
`_edit`        its words · `_pictures`: what it shows
`_media`       pictures and videos for whoever has signed in · `_by_hand`: posted by a person
`_agenda`      what goes out when · `_moves`: what is done to a post there
`_needs`       what needs a person, found by `_matters`, which every page counts
`_history`     what went out
`_channels`    sites and channels: stop and go · `_account`: how one does · `_try`: a template
`_new`         an article by hand · `_unread`: why one could not be read
`_words`       the languages, times and numbers · `_told`: what the parts below say in English
=============  ==================================================================
"""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware

from bot.app import App
from bot.room import _answers, _door, _sheets
from bot.room.base import Page, Room
from bot.web import machines
from bot.web.base import View

__all__ = ["declared", "pages"]

#: Where pages are declared, each module with its PAGES.
PARTS: Final = (
    "_agenda",
    "_by_hand",
    "_channels",
    "_edit",
    "_entry",
    "_history",
    "_live",
    "_media",
    "_moves",
    "_needs",
    "_new",
    "_people",
    "_pictures",
    "_posts",
    "_queue",
    "_static",
    "_stop",
    "_try",
    "_verdicts",
)


def declared() -> list[Page]:
    """List every page of the room."""
    return [page for part in PARTS for page in import_module(f"bot.room.{part}").PAGES]


def pages(app: App, view: View) -> Any:
    """Make the application of all pages; `app` works for them alone (`App.beside`)."""
    room = Room(app)
    Thread(target=_sheets.warm, name="warm", daemon=True).start()
    own = [_answers.route(room, page) for page in declared()]
    inside = Starlette(
        routes=[*machines.routes(view), *own], exception_handlers=_answers.faults(room)
    )
    inside.router.redirect_slashes = False  # it would lead from https to http
    return _door.Door(GZipMiddleware(inside, 500, 5), room, view)
