"""What the daemon says of itself: lines for people on a terminal, JSON for machines.

Secrets are masked in the finished line, the last thing before it leaves: so in
messages, arguments, fields and tracebacks alike, whichever library wrote them.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from bot._journal import Masker

#: What a caller may give along by `extra`, and becomes a field of its own.
FIELDS: Final = ("post", "channel", "site", "source", "tick", "outcome")

#: Libraries that tell of each connection or tick what nobody asked for.
CHATTY: Final = ("alembic", "apprise", "apscheduler", "asyncio", "urllib3", "uvicorn")


class _Lines(logging.Formatter):
    """A line for people: the hour, how grave it is, what happened."""

    def __init__(self, masker: Masker) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        return self._masker.mask(super().format(record))


class _Objects(logging.Formatter):
    """A JSON object on one line."""

    def __init__(self, masker: Masker) -> None:
        super().__init__()
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info or record.exc_text:
            known = record.exc_text or (record.exc_info and self.formatException(record.exc_info))
            told["traceback"] = known
        if record.stack_info:
            told["stack"] = record.stack_info
        # Each text by itself: a secret that JSON would spell otherwise is found as it is.
        masked = {name: self._masked(value) for name, value in told.items()}
        return json.dumps(masked, ensure_ascii=False)

    def _masked(self, value: object) -> object:
        plain = value is None or isinstance(value, int | float)
        return value if plain else self._masker.mask(str(value))


@contextmanager
def logging_to(
    stream: TextIO, masker: Masker, *, form: str | None = None, debug: bool = False
) -> Iterator[None]:
    """Write what is logged to `stream` until the end of the block.

    `form` is "text" or "json"; left out, text where `stream` is a terminal. With
    `debug` everything is written, the libraries' own lines included. What ends a
    thread unforeseen, and warnings, are logged too.
    """
    chosen = form or ("text" if stream.isatty() else "json")
    handler = logging.StreamHandler(stream)
    handler.setFormatter((_Lines if chosen == "text" else _Objects)(masker))
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *CHATTY)}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if debug else logging.WARNING)
    hook, threading.excepthook = threading.excepthook, _log_thread
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        threading.excepthook = hook
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _log_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is SystemExit or ended.exc_value is None:
        return
    name = ended.thread.name if ended.thread else "a thread"
    logging.getLogger("bot").critical(
        "%s ended by an unforeseen fault",
        name,
        exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback),
    )
