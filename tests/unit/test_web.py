"""The pages for machines, which tell and change nothing; and the listener of all pages."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from world import wait_until

from bot import review, web
from bot.errors import StoreError
from bot.model import (
    Account,
    Outcome,
    Post,
    Published,
    Unknown,
)
from bot.store import Store
from bot.web import machines
from bot.web._health import LATE_AFTER
from bot.web.base import HANGS_AFTER, Pulse, View

Hold = Callable[..., Post]
HARBOUR = "harbour/twitter"
MINUTE = timedelta(minutes=1)


class Answer:
    def __init__(self, got: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = got.status, got.headers, got.read().decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    address: str, path: str, *, method: str = "GET", host: str | None = None, **headers: str
) -> Answer:
    there = address.removeprefix("http://")
    with closing(http.client.HTTPConnection(there, timeout=10)) as wire:
        wire.putrequest(method, path, skip_host=True)
        for one in (there if host is None else host).split("|"):
            wire.putheader("Host", one)
        for name, value in headers.items():
            wire.putheader(name, value)
        wire.endheaders()
        return Answer(wire.getresponse())


def for_machines(view: View) -> Starlette:
    return Starlette(routes=machines.routes(view))


@contextmanager
def served(view: View, listen: str = "127.0.0.1:0") -> Iterator[str]:
    with web.serving(listen, lambda: for_machines(view)) as pages:
        wait_until(lambda: bool(pages.address))
        yield pages.address


@pytest.fixture
def view(store: Store, now: datetime) -> View:
    return View(store, Pulse(), lambda: now, [HARBOUR], url="https://bot.harbour.example/")


@pytest.fixture
def page(view: View) -> Iterator[str]:
    with served(view) as address:
        yield address


@pytest.fixture
def sent(store: Store, hold: Hold, rules: Any, now: datetime) -> Callable[..., Post]:
    """A post that was sent, with this outcome."""

    def send(outcome: Outcome) -> Post:
        post = review.approve(store, hold().id, rules(), who="mia", now=now)
        with store.write() as tx:
            taken = tx.outbox.take(now, MINUTE)
            assert taken is not None
            assert taken.id == post.id
            leased = tx.outbox.lease(taken, now, MINUTE)
            assert leased is not None
            return tx.outbox.settle(leased, outcome, now, quarantine=MINUTE)

    return send


def numbers(text: str) -> dict[str, float]:
    """Read what Prometheus reads."""
    from prometheus_client.parser import text_string_to_metric_families

    return {
        " ".join([sample.name, *sorted(sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# ------------------------------------------------------------------------- health


def test_it_lives_as_long_as_its_ticks_go_on(store: Store, view: View) -> None:
    ahead = 0.0
    pulse = Pulse(lambda: time.monotonic() + ahead)
    pulse.expect("poll", MINUTE)
    with served(replace(view, pulse=pulse)) as page:
        well = ask(page, "/healthz")
        assert (well.status, well.json["state"]) == (200, "ok")
        assert well.json["ticks"]["poll"]["running"] is False
        pulse.begin("poll")
        ahead = HANGS_AFTER.total_seconds() + 1
        ill = ask(page, "/healthz")
        assert (ill.status, ill.json["state"]) == (503, "hangs")
        assert ill.json["ticks"]["poll"]["hangs"] is True
        ahead = 0
        pulse.stop()
        assert ask(page, "/healthz").json["state"] == "ends"


def test_it_is_ready_where_nothing_stands_against_it(page: str) -> None:
    answer = ask(page, "/readyz")
    assert (answer.status, answer.json) == (200, {"ready": True, "reasons": []})


def test_it_says_all_that_keeps_it_from_publishing(
    store: Store, view: View, hold: Hold, rules: Any, sent: Any, now: datetime
) -> None:
    sent(Unknown("the connection was reset"))
    late = review.approve(store, hold().id, rules(), who="mia", now=now)
    with store.write() as tx:
        tx.accounts.block("harbour", "twitter", "the token was revoked", now)
        tx.accounts.block("quay", "twitter", "not configured any more", now)
    for _ in range(3):
        view.pulse.expect("poll", MINUTE) if not view.pulse.beats() else None
        view.pulse.begin("poll")
        view.pulse.end("poll", "the disk is full.")
    clock = lambda: now + LATE_AFTER + MINUTE  # noqa: E731
    told = replace(view, now=clock, faults=lambda: ["nobody takes our notices."], revision="0001")
    with served(told) as page:
        answer = ask(page, "/readyz")
    assert answer.status == 503
    assert [words.partition(" ")[0] for words in answer.json["reasons"]]
    text = "\n".join(answer.json["reasons"])
    for words in (
        "“poll” failed 3 times in a row: the disk is full.",
        "nobody takes our notices.",
        "another version",
        f"post {late.id} on {HARBOUR} has been due since 2026-11-23 09:00 UTC",
        "whether they are live: 1.",
        f"{HARBOUR} cannot post: the token was revoked",
    ):
        assert words in text
    assert "quay" not in text
    assert len(answer.json["reasons"]) == 6


def test_what_a_person_posts_by_hand_makes_nothing_late(
    store: Store, view: View, hold: Hold, rules: Any, now: datetime
) -> None:
    review.approve(store, hold().id, rules(), who="mia", now=now)
    clock = lambda: now + timedelta(days=1)  # noqa: E731
    with served(replace(view, now=clock, hands=lambda: {HARBOUR})) as page:
        assert ask(page, "/readyz").status == 200


def test_a_database_that_is_gone_is_one_sentence(view: View) -> None:
    class Gone:
        def write(self, what: str) -> Any:
            raise StoreError("the database does not answer.")

        read = describe = write

    gone: Any = Gone()
    gone.read = lambda: gone.write("")
    with served(replace(view, store=gone)) as page:
        ready, alive = ask(page, "/readyz"), ask(page, "/healthz")
        told = ask(page, "/metrics")
    assert (ready.status, ready.json["reasons"]) == (503, ["the database does not answer."])
    assert alive.status == 200
    assert numbers(told.body)["bot_database_up"] == 0


# ------------------------------------------------------------------------ metrics


def test_the_numbers_are_those_of_the_store(
    store: Store, view: View, hold: Hold, rules: Any, sent: Any, now: datetime
) -> None:
    sent(Unknown("reset"))
    sent(Published("9", extras=("comment",)))
    hold()
    review.approve(store, hold().id, rules(), who="mia", now=now)
    expires = now + timedelta(days=6)
    with store.write() as tx:
        tx.accounts.prove("harbour", "twitter", Account("7", "h", (), expires), "f", now)
        source = tx.sources.get_or_add("harbour", "https://harbour.example/feed/", "feed")
        for _ in range(3):
            tx.sources.note_failure(source.id, "503", now)
    view.pulse.expect("poll", MINUTE)
    view.pulse.tried("published")
    view.pulse.tried("published")
    told = replace(
        view,
        now=lambda: now + MINUTE,
        sources=lambda: [("harbour", "https://harbour.example/feed/")],
    )
    with served(told) as page:
        answer = ask(page, "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    found = numbers(answer.body)
    expected = {
        "bot_posts held": 1,
        "bot_posts approved": 1,
        "bot_posts unknown": 1,
        "bot_posts needs_person": 0,
        "bot_posts published": 1,
        "bot_due_oldest_seconds": 60,
        "bot_followups due": 1,
        "bot_followups failed": 0,
        "bot_sources_failing": 1,
        "bot_channel_blocked harbour twitter": 0,
        "bot_token_expires_seconds harbour twitter": 6 * 24 * 3600 - 60,
        "bot_tick_failures poll": 0,
        "bot_tick_hangs poll": 0,
        "bot_attempts_total published": 2,
        "bot_database_up": 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert {"bot_tick_age_seconds poll", "bot_tick_duration_seconds poll"} <= set(found)


def test_what_the_pages_ask_the_bot_may_use_the_database_itself(store: Store, view: View) -> None:
    def busy() -> Any:
        with store.write() as tx:  # inside of a read it would wait for that very read
            tx.leases.take("busy", "test", MINUTE)
        return ()

    with served(replace(view, hands=busy, sources=busy, faults=busy)) as page:
        assert ask(page, "/readyz").status == 200
        assert numbers(ask(page, "/metrics").body)["bot_database_up"] == 1


def test_nothing_is_changed_by_any_page(
    store: Store, page: str, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    post = hold()
    for path in ("/healthz", "/readyz", "/metrics", "/style.css"):
        assert ask(page, path).status == 200
        assert ask(page, path, method="HEAD").body == ""
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            assert ask(page, path, method=method).status == 405, (method, path)
    with store.read() as tx:
        assert tx.posts.get(post.id) == post
        assert len(tx.posts.log()) == 1


# -------------------------------------------------------------------------- login


def test_a_login_that_waits_gets_its_answer_once(store: Store, page: str, now: datetime) -> None:
    with store.write() as tx:
        tx.logins.put("st4te", now)
    answer = ask(page, "/login/callback?code=s%26cret&state=st4te", host="bot.harbour.example")
    assert (answer.status, "Return to your terminal" in answer.body) == (200, True)
    assert "s&amp;cret" not in answer.body
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert ask(page, "/login/callback?code=other&state=st4te").status == 404
    with store.write() as tx:
        assert tx.logins.take_answer("st4te") == "code=s%26cret&state=st4te"


def test_an_answer_that_nobody_waits_for_is_not_kept(
    store: Store, page: str, now: datetime
) -> None:
    with store.write() as tx:
        tx.logins.put("st4te", now)
    long = f"code={'x' * 8001}&state=st4te"
    for query in ("", "code=1", "code=1&state=", "code=1&state=other", long):
        answer = ask(page, f"/login/callback?{query}")
        assert (answer.status, "No login waits" in answer.body) == (404, True), query
    with store.write() as tx:
        assert tx.logins.take_answer("st4te") is None


def test_what_comes_back_from_a_login_is_in_no_log(
    store: Store, page: str, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with store.write() as tx:
        tx.logins.put("st4te", now)
    with caplog.at_level(logging.DEBUG):
        ask(page, "/login/callback?code=hush-hush&state=st4te")
        ask(page, "/login/callback?code=hush-hush&state=none")
    assert "hush-hush" not in caplog.text


# ------------------------------------------------------------------------ listener


def test_a_taken_port_is_told_and_tried_again(
    view: View, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "AGAIN", timedelta(seconds=0.05))
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            caplog.at_level(logging.INFO, logger="bot"),
            web.serving(listen, lambda: for_machines(view)) as pages,
        ):
            wait_until(lambda: bool(caplog.messages))
            time.sleep(0.15)
            (told,) = caplog.messages
            assert f"cannot be at {listen}" in told
            assert "publishing goes on" in told
            assert pages.fault == told
            taken.close()
            wait_until(lambda: bool(pages.address))
            assert pages.fault == ""
            assert ask(pages.address, "/healthz").status == 200


def test_no_address_serves_nothing_and_an_odd_one_harms_nothing(
    view: View, caplog: pytest.LogCaptureFixture
) -> None:
    with web.serving("", lambda: for_machines(view)) as pages:
        assert pages.address == ""
    with web.serving("no.such.host.example:80", lambda: for_machines(view)) as pages:
        wait_until(lambda: bool(pages.fault))


def test_it_ends_within_seconds_though_somebody_keeps_it_busy(view: View) -> None:
    with web.serving("127.0.0.1:0", lambda: for_machines(view)) as pages:
        wait_until(lambda: bool(pages.address))
        host, _, port = pages.address.removeprefix("http://").rpartition(":")
        idle = socket.create_connection((host, int(port)))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert idle.recv(9999).startswith(b"HTTP/1.1 200")
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127")
        since = time.monotonic()
    assert time.monotonic() - since < 4
    idle.close()
    assert not pages._thread.is_alive()
