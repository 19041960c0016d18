"""Cards and videos made in a process of their own.

A picture that breaks its decoder, or takes for ever, ends that process and not the
daemon; and when nobody has asked for a while it leaves, and its memory with it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import bot
from bot.errors import StoreError, TemplateError, Unreachable
from bot.media import _shelf
from bot.media._wire import ANSWERS, LEFT, ORDERS, Answer, Order
from bot.media.base import Card, Failure, Piece, Video

log = logging.getLogger("bot.media")

#: How long one order may take; on a small server at rest a card takes 0.1 s and a video 10 s.
CARD_WITHIN: Final = timedelta(seconds=30)
VIDEO_WITHIN: Final = timedelta(minutes=3)

_FILMS: Final = 8  # as many videos are remembered
_LEAVES_WITHIN: Final = 5.0  # seconds that a process which is gone may take to be gone
_MOST_ANSWER: Final = 1_000_000  # bytes
_ASKS_EVERY: Final = 0.5  # seconds: so soon it ends where the bot is stopped
_STOPPED: Final = "the bot was stopped while a picture was made: it is made at the next start."
_MOST_SAID: Final = 2000  # bytes of what a broken process wrote, for the log


class Closed(Unreachable):
    """The studio was closed before an order was carried out; nothing is known against it."""


class _Broke(Exception):
    """The process ended, or was ended, with an order undone; says how."""


class Studio:
    """Makes what is ordered, one order at a time, whoever asks; made pieces lie in `folder`."""

    def __init__(
        self,
        folder: Path,
        layouts: Sequence[Path] = (),
        *,
        idle: timedelta = timedelta(seconds=30),
    ) -> None:
        """Start nothing yet. `layouts` are folders of card layouts, the first that has one wins."""
        self.folder, self._layouts, self._idle = folder, tuple(layouts), idle
        self.stopping: Callable[[], bool] = lambda: False  # asked while a piece is made
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._closed = False
        self._films: dict[Video, Piece] = {}  # the last ones: channels share theirs

    def make(
        self, orders: Sequence[Order], *, deadline: timedelta | None = None
    ) -> list[Piece | Failure]:
        """Carry out each order, in this order; what cannot be made is a Failure.

        `deadline` is for each of them; left out, what a card or a video may take. Orders
        that share a picture are cheaper one after the other. Raises TemplateError for a
        layout that is wrong, StoreError where the folder takes nothing, Closed after
        `close` and once `stopping`; never for anything that a picture does.
        """
        made: list[Piece | Failure] = []
        broken: dict[str, Failure] = {}  # pictures on which the process broke: not tried again
        for order in orders:
            paths = [each.path for each in order.pictures]
            known = next((broken[path] for path in paths if path in broken), None)
            try:
                made.append(known or self._made(order, deadline))
            except _Broke as how:
                failure = _failure(order, how)
                made.append(failure)
                broken.update(dict.fromkeys(paths, failure))
        return made

    def close(self) -> None:
        """End the process for good; who still waits for a piece gets Closed."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            if self._process is not None:
                self._process.end()
                self._process = None

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made(self, order: Order, deadline: timedelta | None) -> Piece | Failure:
        """Make one piece; a video that was made a moment ago is there already."""
        if not isinstance(order, Video):
            return self._asked(order, deadline)
        film = self._films.get(order)
        if film is not None and _shelf.young_again(Path(film.path), film.size):
            return film
        made = self._asked(order, deadline)
        if isinstance(made, Piece):
            self._films = dict([*self._films.items(), (order, made)][-_FILMS:])
        return made

    def _asked(self, order: Order, deadline: timedelta | None) -> Piece | Failure:
        within = deadline or (VIDEO_WITHIN if isinstance(order, Video) else CARD_WITHIN)
        with self._lock:  # for one order, so that a card waits for one video at most
            answer = self._answer(order, within.total_seconds())
        if answer.fault is not None:
            raise TemplateError(answer.fault.file, answer.fault.line, answer.fault.message)
        if answer.unkept:
            raise StoreError(
                f"pictures cannot be kept in {self.folder} ({answer.unkept}): make room there,"
                " or give this user the right to write."
            )
        return answer.piece or answer.failure or _failure(order, "gave nothing")

    def _answer(self, order: Order, within: float) -> Answer:
        """Ask the process; one that had worked before may be gone, and is replaced once."""
        line = ORDERS.dump_json(order) + b"\n"
        while not self._closed:
            used = self._process is not None
            try:
                process = self._process or _Process(self.folder, self._layouts, self._idle)
                self._process = process
                return ANSWERS.validate_json(process.ask(line, within, self.stopping))
            except Closed:
                self._process = None
                process.end()
                raise
            except TimeoutError:
                self._end("hung", patience=0)
                raise _Broke(f"was not done after {within:.0f} seconds") from None
            except (OSError, ValueError) as error:
                self._end(f"broke off ({error})", patience=_LEAVES_WITHIN)
                if not used and not self._closed:
                    raise _Broke("broke down") from None
        raise Closed(_STOPPED)

    def _end(self, how: str, patience: float) -> None:
        process, self._process = self._process, None
        if process is None:
            log.warning("the studio %s: its process could not be started", how)
        elif (code := process.end(patience)) != LEFT and not self._closed:
            log.warning("the studio %s, code %s: %s", how, code, process.said)


def _failure(order: Order, how: object) -> Failure:
    what = {Card: "card", Video: "video"}.get(type(order), "picture")
    return Failure(
        "render-failed", f"The {what} could not be made: the program that draws it {how}."
    )


class _Process:
    """`python -m bot.media._workshop`, and the one line to it."""

    def __init__(self, folder: Path, layouts: Sequence[Path], idle: timedelta) -> None:
        self._folder, self._mark = folder, secrets.token_hex(4)
        self.said = ""  # the end of what it wrote to stderr, once it has ended
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        self._line, theirs = socket.socketpair()
        try:
            self._child: subprocess.Popen[bytes] = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-X", "faulthandler", "-m", "bot.media._workshop"),
                    *(str(idle.total_seconds()), self._mark, str(folder), *map(str, layouts)),
                ],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._errors,
                env=_environment(),
                start_new_session=True,
            )
        except BaseException:
            self._line.close()
            self._errors.close()
            raise
        finally:
            theirs.close()

    def ask(self, line: bytes, within: float, stopping: Callable[[], bool]) -> bytes:
        """Send one line and wait for another; raises TimeoutError, and OSError when it is gone.

        Raises Closed once it is `stopping`.
        """
        until = time.monotonic() + within
        self._line.settimeout(within)
        self._line.sendall(line)
        answer = b""
        while not answer.endswith(b"\n"):
            if stopping():
                raise Closed(_STOPPED)
            left = max(0.001, until - time.monotonic())
            self._line.settimeout(min(left, _ASKS_EVERY))
            try:
                more = self._line.recv(65536)
            except TimeoutError:
                if left > _ASKS_EVERY:
                    continue
                raise
            if not more or len(answer) > _MOST_ANSWER:
                raise ConnectionResetError("its line is closed")
            answer += more
        return answer

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError):  # gone by itself
            if self._child.poll() is None:
                os.killpg(self._child.pid, signal.SIGKILL)

    def end(self, patience: float = 0) -> int:
        """See it end, clean up after it, and return its exit code.

        `patience` is how many seconds it is waited for before it is killed.
        """
        try:
            code = self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._child.wait()
        self._line.close()
        self.said = self._last_words()
        self._errors.close()
        _shelf.clear(self._folder, self._mark)
        return code

    def _last_words(self) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _MOST_SAID))
        return self._errors.read().decode("utf-8", "replace").strip()


def _environment() -> dict[str, str]:
    """Nothing of ours: no secret can leave by a process that has none."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(bot.__file__).parent.parent),
        "VIPS_CONCURRENCY": "1",
        "OPENBLAS_NUM_THREADS": "1",  # each thread of these two takes room that is never used
        "MALLOC_ARENA_MAX": "2",
    }
