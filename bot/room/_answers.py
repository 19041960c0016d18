"""From a request to the answer of its page: read its form, ask the page, make what it says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.errors import BotError, StoreError, TransitionError
from bot.room import _door, _frame, _sheets
from bot.room._words import Words
from bot.room.base import Answer, Ask, Away, Page, Role, Room, Sheet, Visitor

log = logging.getLogger("bot")

#: The bytes that a form may have, with files and without, and one of its fields that is no
#: file (the longest text that any platform takes, four times over); and the seconds it may take.
WITH_FILES: Final = 25_000_000
WITHOUT_FILES: Final = 64_000
ONE_FIELD: Final = 250_000
SECONDS: Final = 60


class _Number(IntegerConvertor):
    regex = "[0-9]{1,15}"  # as long as those of ours; of the rest each is a page that is not there


register_url_convertor("int", _Number())


def route(room: Room, page: Page) -> Route:
    """Put a page at its path, where it answers whom it is for."""

    threads = room.slowly if page.slow else room.quickly

    async def answer(request: Request) -> Response:
        if page.method == "GET":
            return await run_sync(_entered, room, page, request, limiter=threads)
        visitor = await run_sync(_door.visitor_of, room, request, limiter=room.quickly)
        if not visitor.role.covers(page.role):  # before its form is read
            return await run_in_threadpool(_refused, room, page, visitor, request)
        form = await _form(request, page)
        try:
            ask = Ask(room, visitor, request, _door.speak(visitor, request), form)
            return await run_sync(_answered, page, ask, limiter=threads)
        finally:
            await form.close()

    return Route(page.path, answer, methods=[page.method])


def faults(room: Room) -> dict[Any, Any]:
    """Say what is answered where no page is, or one fails."""

    async def missing(request: Request, error: Any) -> Response:
        return await run_in_threadpool(_missing, room, request, error)

    async def unreachable(request: Request, error: Exception) -> Response:
        log.error("a page could not be shown: %s", error)
        told = _no_store(_door.speak(Visitor(), request))
        return PlainTextResponse(f"{told}\n", 503, {"Retry-After": "10"})

    async def unforeseen(request: Request, _error: Exception) -> Response:
        words = _door.speak(Visitor(), request)
        return HTMLResponse(_sheets.render("fault.html", words.language, words=words), 500)

    return {HTTPException: missing, BotError: unreachable, Exception: unforeseen}


async def _form(request: Request, page: Page) -> FormData:
    """Read the form; one that trickles in is refused, for it keeps a place that others wait for.

    It is written in UTF-8, as our pages are: some other encodings take minutes to read.
    """
    most = WITH_FILES if page.files else WITHOUT_FILES
    if b"charset" in parse_options_header(request.headers.get("content-type", ""))[1]:
        raise HTTPException(400)
    within = Request(request.scope, _at_most(request, most))
    try:
        async with asyncio.timeout(SECONDS):
            return await within.form(
                max_files=page.files, max_fields=2_000, max_part_size=ONE_FIELD
            )
    except TimeoutError:
        raise HTTPException(408) from None


def _at_most(request: Request, most: int) -> Callable[[], Awaitable[Any]]:
    """Receive so many bytes and no more; where a length is declared, it is judged before."""
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length[:15]) > most:
        raise HTTPException(413)
    come = 0

    async def receive() -> Any:
        nonlocal come
        message = await request.receive()
        come += len(message.get("body", b""))
        if come > most:
            raise HTTPException(413)
        return message

    return receive


def _entered(room: Room, page: Page, request: Request) -> Response:
    visitor = _door.visitor_of(room, request)
    if not visitor.role.covers(page.role):
        return _refused(room, page, visitor, request)
    return _answered(page, Ask(room, visitor, request, _door.speak(visitor, request)))


def _refused(room: Room, page: Page, visitor: Visitor, request: Request) -> Response:
    """Send whoever has not signed in to do so; tell anybody else that it is not for them."""
    ask = Ask(room, visitor, request, _door.speak(visitor, request))
    if visitor.role is not Role.NOBODY:
        return _response(ask, _sheet(ask.words.t("This page is for admins."), 403))
    if ask.swaps:  # our script tells, and keeps what was written
        return Response(status_code=401)
    if page.method != "GET":
        message = ask.words.t(
            "You have been signed out, and nothing was done. Sign in in a new tab, then go back"
            " here and try again: what you wrote is still there."
        )
        return _response(ask, _sheet(message, 401, back="/sign-in"))
    query = f"?{request.url.query}" if request.url.query else ""
    return _response(ask, Away(f"/sign-in?{urlencode({'next': request.url.path + query})}"))


def _missing(room: Room, request: Request, error: HTTPException) -> Response:
    visitor = _door.visitor_of(room, request)
    ask = Ask(room, visitor, request, _door.speak(visitor, request))
    t = ask.words.t
    message = {
        404: t("There is no such page."),
        405: t("This page cannot be asked like that."),
        408: t("The form took too long to arrive, and nothing was done. Try again."),
        413: t("That is too large, and nothing was done: 25 MB at most, and less without a file."),
    }.get(error.status_code, t("The form could not be read, and nothing was done. Try again."))
    answer = _response(ask, _sheet(message, error.status_code))
    answer.headers.update(error.headers or {})
    return answer


def _answered(page: Page, ask: Ask) -> Response:
    try:
        return _response(ask, page.answer(ask))
    except StoreError as error:
        log.error("%s was not done: %s", ascii(page.path), error)
        return _response(ask, _sheet(_no_store(ask.words), 503, back=ask.back("/queue")))
    except BotError as error:
        status = 409 if isinstance(error, TransitionError) else 503 if error.exit_code == 3 else 422
        return _response(ask, _sheet(str(error), status, back=ask.back("/queue")))


def _no_store(words: Words) -> str:
    """Say what is said instead of the database's own sentence, which names its place."""
    return words.t(
        "The bot cannot read or write its records now, and this was not done. Try again in a"
        " minute; if it stays so, tell whoever looks after the bot."
    )


def _sheet(message: str, status: int, back: str = "/queue") -> Sheet:
    said_alone = {"HX-Reswap": "none"}  # beside the page, where our script asks
    return Sheet("sorry.html", {"message": message, "back": back}, status, said_alone)


def _response(ask: Ask, answer: Answer) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Away):
        return RedirectResponse(answer.path, 303)
    told = _sheets.render(
        answer.name,
        ask.words.language,
        ask=ask,
        words=ask.words,
        visitor=ask.visitor,
        here=_frame.here(ask),
        **answer.facts,
    )
    return HTMLResponse(told, answer.status, dict(answer.headers))
