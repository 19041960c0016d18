"""What keeps a post to one effect, on every platform: answers judged, doubts only looked into."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from werkzeug import Response

from bot.http import SAFE_METHODS
from bot.model import (
    Absent,
    Account,
    Blocked,
    Published,
    Refused,
    Renewed,
    Retry,
    Teaser,
    Trace,
    Unknown,
    Waiting,
)
from bot.platforms import base
from tests.contract.conftest import KEY, NOW, SCENARIOS, Scenario

TRACE = Trace(NOW)
UNREAD = (Retry, Blocked, Unknown)
SENDABLE = sorted(name for name in SCENARIOS if "placeholder" not in name)
SAID = [(name, said) for name in SENDABLE for said in sorted(SCENARIOS[name].says)]


def up_to_the_effect(bench: Callable[..., Any], scenario: Any) -> dict[str, Any]:
    """What is stored when the effect is about to be sent, as a rehearsal makes it."""
    set_up = bench(scenario, "http://127.0.0.1:9")
    known: dict[str, Any] = {}
    for outcome, exchanges in set_up.walk():
        if any(each.kind == "effect" for each in exchanges):
            return known
        known = dict(outcome.resume)
    raise AssertionError("there was no effect")


# ----------------------------------------------------------- answers to the effect


@pytest.mark.parametrize("name", SENDABLE)
def test_a_platform_tells_its_answers(name: str) -> None:
    assert {"refused", "401", "429"} <= set(SCENARIOS[name].says)


@pytest.mark.parametrize(("name", "said"), SAID)
def test_an_answer_to_the_effect_means_what_it_says(
    name: str, said: str, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    scenario = SCENARIOS[name]
    set_up = bench(scenario, httpserver.url_for("").rstrip("/"), dry_run=False)
    effect = scenario.kinds.index("effect")
    seen = double(set_up.session, {effect: scenario.says[said].response()})
    outcome = set_up.walk()[-1][0]
    assert isinstance(outcome, scenario.says[said].means), outcome
    assert len(outcome.reason.split()) > 3, "says nothing to anybody"
    assert len(seen) == effect + 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 503])
@pytest.mark.parametrize("body", ["<html>No</html>", "{}"])
def test_only_the_platform_itself_can_prove_that_nothing_went_out(
    status: int, body: str, sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    effect = sendable.kinds.index("effect")
    stranger = Response(body, status, content_type="text/html")
    seen = double(set_up.session, {effect: stranger})
    assert isinstance(set_up.walk()[-1][0], Unknown)
    assert len(seen) == effect + 1


def test_a_prepare_is_never_in_doubt(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    url = httpserver.url_for("").rstrip("/")
    for step in (at for at, kind in enumerate(sendable.kinds) if kind == "prepare"):
        for said, answer in sendable.says.items():
            httpserver.clear()
            set_up = bench(sendable, url, dry_run=False)
            double(set_up.session, {step: answer.response()})
            outcomes = [outcome for outcome, _ in set_up.walk()]
            assert not any(isinstance(each, Unknown) for each in outcomes), (said, step, outcomes)


# ---------------------------------------------------------------- broken connections


@contextmanager
def broken(session: Any, how: str, kind: str = "effect") -> Iterator[tuple[str, list[str]]]:
    """Serve samples on a bare socket, but break off where a request of `kind` comes."""
    asked: list[str] = []
    over = threading.Event()

    def serve(peer: socket.socket) -> None:
        with peer:
            peer.settimeout(5)
            request = b""
            while b"\r\n\r\n" not in request:
                request += peer.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            sizes = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")]
            size = int(sizes[0].split(b":")[1]) if sizes else 0
            while len(body) < size:
                body += peer.recv(65536)
            declared, sample = session.declared[-1]
            asked.append(declared)
            text = json.dumps(sample.json).encode()
            more = "".join(f"{name}: {value}\r\n" for name, value in sample.headers.items())
            answer = (
                f"HTTP/1.1 {sample.status} OK\r\nContent-Type: application/json\r\n{more}"
                f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            ).encode() + text
            if declared != kind:
                peer.sendall(answer)
            elif how == "hangs":
                over.wait(5)
            elif how == "truncated":
                peer.sendall(answer[:-2])
            elif how == "garbage":
                peer.sendall(b"\x00\x01 what?\r\n\r\n")
            elif how == "reset":
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def accept() -> None:
        while not over.is_set():
            try:
                serve(listener.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("how", ["hangs", "closed", "reset", "truncated", "garbage"])
def test_an_answer_that_is_lost_leaves_the_post_in_doubt(
    how: str, sendable: Any, bench: Callable[..., Any]
) -> None:
    set_up = bench(sendable, "http://127.0.0.1:9", dry_run=False)
    with broken(set_up.session, how) as (url, asked):
        again = bench(sendable, url, dry_run=False)
        again.session.declared = set_up.session.declared
        again.session.hurry = {"effect": timedelta(seconds=0.15)} if how == "hangs" else {}
        outcome = again.walk()[-1][0]
    assert isinstance(outcome, Unknown), outcome
    assert asked == list(sendable.kinds[: len(asked)])
    assert asked.count("effect") == 1


# ----------------------------------------------------------------------- looking back


def test_a_live_post_is_found_again(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    assert sendable.live, "say how the platform shows a live post"
    resume = up_to_the_effect(bench, sendable)
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {}, sendable.live(set_up.teaser))
    outcome = set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume)
    assert isinstance(outcome, Published), outcome
    assert outcome.remote_id
    only_read(set_up, seen)


def test_a_post_that_is_known_as_another_is_not_it(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    resume = up_to_the_effect(bench, sendable)
    url = httpserver.url_for("").rstrip("/")
    set_up = bench(sendable, url, dry_run=False)
    double(set_up.session, {}, sendable.live(set_up.teaser))
    found = set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume)
    again = set_up.platform.reconcile(
        set_up.teaser, KEY, Trace(NOW, frozenset({found.remote_id})), resume
    )
    assert again != found or sendable.sure


def test_looking_back_only_reads_and_an_empty_place_is_no_post(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    resume = up_to_the_effect(bench, sendable)
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {})
    outcome = set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume)
    assert isinstance(outcome, Absent), outcome
    assert outcome.reason
    only_read(set_up, seen)


def test_who_has_forgotten_the_steps_of_a_post_proves_nothing(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    """A restored database knows of no step; the post may be live for all that."""
    for live in (True, False):
        httpserver.clear()
        set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
        seen = double(set_up.session, {}, sendable.live(set_up.teaser) if live else {})
        outcome = set_up.platform.reconcile(set_up.teaser, KEY, TRACE, None)
        if live and not sendable.sure:
            assert isinstance(outcome, Published | Unknown), outcome
        else:
            assert isinstance(outcome, Published) or not outcome.proven, outcome
        only_read(set_up, seen)


def only_read(set_up: Any, seen: list[Any]) -> None:
    assert seen, "nothing was read"
    asked = [(request.method, request.path) for request in seen if not is_question(request)]
    writes = [each for each in asked if each[0] not in SAFE_METHODS and not is_token(each[1])]
    assert not writes
    kinds = {kind for kind, _ in set_up.session.declared}
    assert kinds <= ({"read", "prepare"} if any(is_token(path) for _, path in asked) else {"read"})


def is_question(request: Any) -> bool:
    """An upload is asked by a PUT without a body how far it is."""
    span = request.headers.get("Content-Range", "")
    return bool(span.startswith("bytes */") and not request.get_data(cache=True))


def is_token(path: str) -> bool:
    """An access token for the next hour writes nothing to a channel."""
    return path.endswith("/token")


FOREIGN = {
    "500": Response("no", 500),
    "502 page": Response("<html>Bad gateway</html>", 502, content_type="text/html"),
    "200 page": Response("<html>Hello</html>", content_type="text/html"),
    "200 empty object": Response("{}", content_type="application/json"),
    "200 null": Response("null", content_type="application/json"),
    "200 list": Response("[]", content_type="application/json"),
    "404 page": Response("<html>Nothing</html>", 404, content_type="text/html"),
    "403": Response("{}", 403, content_type="application/json"),
    "429": Response("{}", 429, content_type="application/json"),
}


@pytest.mark.parametrize("fault", FOREIGN)
def test_what_cannot_be_read_proves_nothing(
    fault: str, sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    """Each read of a look fails in turn: it is never taken for absence, or for the post."""
    resume = up_to_the_effect(bench, sendable)
    url = httpserver.url_for("").rstrip("/")
    for at in range(9):
        httpserver.clear()
        set_up = bench(sendable, url, dry_run=False)
        seen = double(set_up.session, {at: FOREIGN[fault]}, sendable.live(set_up.teaser))
        outcome = set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume)
        if len(seen) <= at:
            assert at > 0, "nothing was read"
            return
        # Where another way to look is left, it may yet be found; never found missing.
        assert isinstance(outcome, (*UNREAD, Published)), (at, outcome)
    raise AssertionError("a look that does not end")


def test_a_platform_out_of_reach_proves_nothing(sendable: Any, bench: Callable[..., Any]) -> None:
    resume = up_to_the_effect(bench, sendable)
    set_up = bench(sendable, nowhere(), dry_run=False)
    assert isinstance(set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume), Retry)
    assert isinstance(set_up.platform.verify(), Retry)
    assert isinstance(set_up.platform.delete("1000000000000000002"), Retry | Refused)


def nowhere() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


# ------------------------------------------------------------------------ the account


def test_the_account_is_told_by_reading_alone(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    seen = double(set_up.session, {})
    account = set_up.platform.verify()
    assert isinstance(account, Account), account
    assert account.id
    assert account.name.strip("@") == "harbour"
    only_read(set_up, seen)


def test_another_account_shows(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    double(set_up.session, {}, sendable.stranger)
    account = set_up.platform.verify()
    assert isinstance(account, Account), account
    assert account.name.strip("@") == "stranger"


@pytest.mark.parametrize("fault", FOREIGN)
def test_an_account_that_cannot_be_told_is_none(
    fault: str, sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    double(set_up.session, dict.fromkeys(range(9), FOREIGN[fault]))
    assert isinstance(set_up.platform.verify(), Retry | Blocked | Refused)


def test_without_credentials_nobody_is_asked(
    sendable: Any, bench: Callable[..., Any], silent: Any
) -> None:
    url, called = silent
    set_up = bench(sendable, url, dry_run=False, secrets={})
    resume = up_to_the_effect(bench, sendable)
    assert not type(set_up.platform).usable({})
    assert type(set_up.platform).usable(sendable.secrets)
    assert isinstance(set_up.platform.verify(), Blocked)
    assert isinstance(set_up.platform.reconcile(set_up.teaser, KEY, TRACE, resume), Blocked)
    assert isinstance(set_up.platform.delete("1000000000000000002"), Blocked | Refused)
    assert not called()


def test_a_credential_that_never_ends_is_not_renewed(
    sendable: Any, bench: Callable[..., Any], silent: Any
) -> None:
    url, called = silent
    for dry_run in (True, False):
        platform = bench(sendable, url, dry_run=dry_run).platform
        if platform.renews is None or dry_run:
            assert isinstance(platform.renew(), Refused)
    assert not called()


@pytest.mark.parametrize("name", base.names())
def test_a_price_is_never_less_than_nothing(name: str) -> None:
    kind = base.load(name)
    assert kind.price(Teaser("Strike ends")) >= 0
    assert kind.price(Teaser("Strike ends https://harbour.example/")) >= kind.price(
        Teaser("Strike")
    )


# ------------------------------------------------------------------- extras and steps


@pytest.mark.parametrize("fault", ["500", "502 page", "200 page", "200 null", "403"])
def test_an_extra_that_fails_leaves_the_post_published(
    fault: str, sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    set_up = bench(sendable, httpserver.url_for("").rstrip("/"), dry_run=False)
    steps = [at for at, kind in enumerate(sendable.kinds) if kind == "extra"]
    double(set_up.session, dict.fromkeys(steps, FOREIGN[fault]))
    outcomes = [outcome for outcome, _ in set_up.walk()]
    first = next(outcome for outcome in outcomes if not isinstance(outcome, Waiting))
    assert isinstance(first, Published)
    assert all(
        isinstance(each, Retry | Refused | Blocked | Unknown)
        for each in outcomes[outcomes.index(first) + 1 :]
    )


def test_a_rehearsal_walks_the_steps_of_the_real_thing(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    url = httpserver.url_for("").rstrip("/")
    rehearsed = bench(sendable, url)
    rehearsed.walk()
    real = bench(sendable, url, dry_run=False)
    seen = double(real.session, {})
    real.walk()
    assert [each.kind for each in rehearsed.session.journal] == [
        kind for kind, _ in real.session.declared
    ]
    assert [
        (each.method, each.url.removeprefix(url).partition("?")[0])
        for each in rehearsed.session.journal
    ] == [(each.method, each.path) for each in seen]


# -------------------------------------------------------------------------- secrets


def test_no_secret_shows_whatever_happens(
    sendable: Scenario,
    bench: Callable[..., Any],
    double: Any,
    httpserver: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An answer echoes the secrets, at each step: no log at DEBUG and no outcome has them."""
    url = httpserver.url_for("").rstrip("/")
    resume = up_to_the_effect(bench, sendable)
    echo = json.dumps({"error": dict(sendable.secrets), "detail": str(dict(sendable.secrets))})
    shown: list[str] = []
    for at in (*range(len(sendable.kinds)), 99):
        httpserver.clear()
        set_up = bench(sendable, url, dry_run=False)
        double(set_up.session, {at: Response(echo, 403, content_type="application/json")})
        platform = set_up.platform
        caplog.handler.addFilter(set_up.session.masker)
        try:
            with caplog.at_level(logging.DEBUG):
                outcomes = set_up.walk()
                outcomes += [platform.reconcile(set_up.teaser, KEY, TRACE, resume)]
                outcomes += [platform.verify(), platform.delete("1000000000000000002")]
                renewed = platform.renew() if platform.renews else None
        finally:
            caplog.handler.removeFilter(set_up.session.masker)
        assert renewed is None or isinstance(renewed, Renewed | Blocked | Retry)
        shown += [repr(outcomes), repr(platform), repr(set_up.session)]
    assert "GET" in caplog.text, "nothing was logged: the test proves nothing"
    for secret in sendable.secrets.values():
        assert secret not in caplog.text
        assert not [text for text in shown if secret in text]
