"""What is logged: legible for people, fields for machines, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import threading
import warnings
from typing import Any

import pytest

from bot import _log
from bot._journal import Masker

SECRET = 'tok"en/9f8e7d'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def masker() -> Masker:
    return Masker([SECRET])


def rows(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_machine_reads_one_object_a_line(masker: Masker) -> None:
    stream, log = io.StringIO(), logging.getLogger("bot")
    with _log.logging_to(stream, masker):
        log.info("post %s went\nout", 12, extra={"post": 12, "channel": "harbour/twitter"})
        log.debug("not asked for")
    (row,) = rows(stream)
    assert row.pop("time").endswith("+00:00")
    assert row == {
        "level": "info",
        "logger": "bot",
        "message": "post 12 went\nout",
        "post": 12,
        "channel": "harbour/twitter",
    }


def test_a_person_reads_lines(masker: Masker) -> None:
    stream = Terminal()
    with _log.logging_to(stream, masker):
        logging.getLogger("bot").warning("the pages are late")
    assert stream.getvalue().endswith(" WARNING the pages are late\n")


@pytest.mark.parametrize(("form", "stream"), [("json", Terminal()), ("text", io.StringIO())])
def test_the_form_may_be_chosen(masker: Masker, form: str, stream: io.StringIO) -> None:
    with _log.logging_to(stream, masker, form=form):
        logging.getLogger("bot").warning("so")
    assert stream.getvalue().startswith("{") is (form == "json")


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_leaves_by_any_way(masker: Masker, form: str) -> None:
    stream, log = io.StringIO(), logging.getLogger("urllib3.connectionpool")
    with _log.logging_to(stream, masker, form=form, debug=True):
        log.debug("GET /?access_token=short1&x=%s", SECRET)
        log.info("field", extra={"source": f"https://{SECRET}@harbour.example"})
        log.info("field", extra={"outcome": [SECRET]})
        log.info({"a": SECRET})
        try:
            raise ValueError(SECRET)
        except ValueError:
            log.exception("it failed", stack_info=True)
        masker.add("learnt-later")
        log.info("Authorization: Bearer abcdefgh and learnt-later")
    written = stream.getvalue()
    for word in (SECRET, json.dumps(SECRET)[1:-1], "9f8e7d", "short1", "abcdefgh", "learnt-later"):
        assert word not in written, word
    assert "it failed" in written
    assert "ValueError" in written
    if form == "json":
        assert len(rows(stream)) == 6


def test_chatty_libraries_are_heard_only_when_somebody_debugs(masker: Masker) -> None:
    for debug, heard in ((False, ["urllib3 warns"]), (True, ["urllib3", "urllib3 warns", "mine"])):
        stream = io.StringIO()
        with _log.logging_to(stream, masker, debug=debug):
            logging.getLogger("urllib3.connectionpool").info("urllib3")
            logging.getLogger("urllib3.connectionpool").warning("urllib3 warns")
            logging.getLogger("bot").debug("mine")
        assert [row["message"] for row in rows(stream)] == heard


def test_afterwards_all_is_as_it_was(masker: Masker) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("urllib3").level)
    stream = io.StringIO()
    with _log.logging_to(stream, masker):
        assert root.level == logging.INFO
    assert (list(root.handlers), root.level, logging.getLogger("urllib3").level) == before
    logging.getLogger("bot").error("nobody listens here any more")
    assert stream.getvalue() == ""


def test_a_thread_that_breaks_and_a_warning_are_logged(masker: Masker) -> None:
    def breaks() -> None:
        raise ZeroDivisionError(SECRET)

    stream = io.StringIO()
    with _log.logging_to(stream, masker):
        thread = threading.Thread(target=breaks, name="tick-poll")
        thread.start()
        thread.join()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("something is old", stacklevel=1)
    broken, warned = rows(stream)
    assert broken["message"].startswith("tick-poll ended")
    assert "ZeroDivisionError" in broken["traceback"]
    assert SECRET not in stream.getvalue()
    assert "something is old" in warned["message"]
