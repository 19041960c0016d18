"""What every platform makes of a fault, at each of its steps, on real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from bot.model import Blocked, Refused, Retry, Unknown, Waiting

BEFORE = (Retry, Refused, Blocked)


def fault(name: str, secret: str = "") -> Response:
    # In nobody's own form: something between us and the platform answers in its place.
    error = {"faultstring": f"Invalid access token {secret}", "code": 190}
    return {
        "500": Response("no", 500, content_type="application/json"),
        "502 page": Response("<html>Bad gateway</html>", 502, content_type="text/html"),
        "200 page": Response("<html>Hello</html>", content_type="text/html"),
        "200 empty object": Response("{}", content_type="application/json"),
        "200 null": Response("null", content_type="application/json"),
        "200 broken": Response('{"data": {"id', content_type="application/json"),
        "401": Response(json.dumps({"fault": error}), 401, content_type="application/json"),
    }[name]


FAULTS = ["500", "502 page", "200 page", "200 empty object", "200 null", "200 broken", "401"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_what_it_can_have_done(
    name: str, sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    url = httpserver.url_for("").rstrip("/")
    for step, kind in enumerate(sendable.kinds):
        httpserver.clear()
        set_up = bench(sendable, url, dry_run=False)
        secret = next(iter(sendable.secrets.values()))
        seen = double(set_up.session, {step: fault(name, secret)})
        outcomes = [outcome for outcome, _ in set_up.walk()]
        where = f"{name} at {step} ({kind}): {outcomes}"
        assert secret not in repr(outcomes), where
        if expected_after(sendable, step):
            assert not isinstance(outcomes[-1], BEFORE) or kind == "extra", where
        elif kind == "effect":
            assert isinstance(outcomes[-1], Unknown), where
            assert len(seen) == step + 1, where
        else:
            assert isinstance(outcomes[-1], Blocked if name == "401" else Retry), where
            assert len(seen) == step + 1, where


def expected_after(sendable: Any, step: int) -> bool:
    return step > sendable.kinds.index("effect")


def test_a_refused_connection_is_proof_that_nothing_was_sent(
    sendable: Any, bench: Callable[..., Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    set_up = bench(sendable, url, dry_run=False)
    assert isinstance(set_up.walk()[-1][0], Retry)


def test_a_file_that_is_gone_refuses_the_post(sendable: Any, bench: Callable[..., Any]) -> None:
    set_up = bench(sendable, "http://127.0.0.1:9")
    media = set_up.teaser.media
    if not media or sendable.platform == "instagram":
        return  # nothing of it lies with us
    Path(media[0].path).unlink()
    outcome = set_up.walk()[-1][0]
    assert isinstance(outcome, Refused)
    assert "gone" in outcome.reason
    assert not [each for each in set_up.session.journal if each.kind == "effect"]


def test_a_lost_answer_to_the_effect_never_repeats_it(
    sendable: Any, bench: Callable[..., Any], double: Any, httpserver: Any
) -> None:
    url = httpserver.url_for("").rstrip("/")
    set_up = bench(sendable, url, dry_run=False)
    effect = sendable.kinds.index("effect")
    seen = double(set_up.session, {effect: Response("", 504)})
    outcome: Any = Waiting()
    while isinstance(outcome, Waiting):
        outcome = set_up.platform.publish(set_up.teaser, "k", outcome.resume or None)
    assert isinstance(outcome, Unknown)
    assert len(seen) == effect + 1
