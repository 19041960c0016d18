"""What every platform keeps in a rehearsal: everything is built, nothing is sent."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Blocked, Published, Waiting
from bot.platforms import base

UNSEEN = "[\u200c\u2060]"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
Bind = Callable[..., Any]
Silent = tuple[str, Callable[[], bool]]


def writes(exchanges: list[Any]) -> list[Any]:
    """The writes to the channel; a token for the next hour writes nothing there.

    Nor does a question that is put by a PUT: how far an upload is.
    """
    asked = [each for each in exchanges if each.kind == "read"]
    assert not any(each.body for each in asked)
    rest = [each for each in exchanges if each not in asked]
    return [each for each in rest if each.method in WRITES and not is_token(each)]


def is_token(exchange: Any) -> bool:
    return exchange.url.endswith("/token")


def test_every_platform_has_a_scenario(scenarios: Any) -> None:
    assert set(base.names()) == {each.platform for each in scenarios.values()}


@pytest.mark.parametrize("name", base.names())
def test_a_platform_has_what_the_seam_promises(name: str) -> None:
    kind = base.load(name)
    assert kind.name == name
    assert kind.label
    assert isinstance(kind.limits, base.Limits)
    assert kind.limits.text > 0
    assert issubclass(kind.Settings, base.Settings)
    assert kind.Settings(), "a channel needs no settings but its account"
    for secret in (*kind.secrets, *kind.optional_secrets):
        assert secret.isupper()
    for member in (
        *("publish", "reconcile", "verify", "renew", "extra", "delete"),
        *("check", "price", "usable", "measure", "neutralise"),
    ):
        assert callable(getattr(kind, member))


@pytest.mark.parametrize("name", base.names())
def test_a_platform_loads_no_library_before_it_is_used(name: str) -> None:
    code = (
        f"import sys, bot.platforms.{name}; "
        "print(sorted({'tweepy', 'facebook', 'oauthlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_walks_to_published_and_connects_to_nobody(
    scenario: Any, bench: Bind, silent: Silent
) -> None:
    url, called = silent
    set_up = bench(scenario, url)
    calls = set_up.walk()
    assert isinstance(calls[-1][0], Published)
    assert tuple(each.kind for each in set_up.session.journal) == scenario.kinds
    assert scenario.kinds.count("effect") == 1
    assert all(each.url.startswith(url) for each in set_up.session.journal)
    assert not called()


def test_it_needs_neither_credentials_nor_settings(scenario: Any, bench: Bind) -> None:
    form = {key: value for key, value in scenario.settings.items() if key in ("form", "login")}
    bare = bench(replace(scenario, settings=form), "http://127.0.0.1:9", secrets={})
    assert isinstance(bare.walk()[-1][0], Published)


def test_without_credentials_nothing_is_sent_for_real(
    scenario: Any, bench: Bind, silent: Silent
) -> None:
    url, called = silent
    outcome = bench(scenario, url, dry_run=False, secrets={}).walk()[-1][0]
    assert isinstance(outcome, Blocked)
    assert next(iter(scenario.secrets)) in outcome.reason
    assert not called()


def test_a_call_writes_at_most_once(scenario: Any, bench: Bind) -> None:
    for _, exchanges in bench(scenario, "http://127.0.0.1:9").walk():
        assert len(writes(exchanges)) <= 1


def test_what_a_step_made_is_handed_over_before_it_is_used(scenario: Any, bench: Bind) -> None:
    known: dict[str, Any] = {}
    for outcome, exchanges in bench(scenario, "http://127.0.0.1:9").walk():
        if any(each.kind == "prepare" for each in writes(exchanges)):
            assert isinstance(outcome, Waiting)
            assert outcome.resume != known
            assert json.loads(json.dumps(outcome.resume)) == outcome.resume
        if isinstance(outcome, Waiting):
            assert known.keys() <= outcome.resume.keys()
            known = dict(outcome.resume)


def test_a_step_that_is_done_is_not_done_again(scenario: Any, bench: Bind) -> None:
    """The process dies after each step; another one goes on from what was stored."""
    outcome: Any = Waiting()
    kinds: list[str] = []
    while isinstance(outcome, Waiting):
        after = bench(scenario, "http://127.0.0.1:9")
        outcome = after.platform.publish(after.teaser, "k", outcome.resume or None)
        kinds += [each.kind for each in after.session.journal if not is_token(each)]
    expected = [kind for kind in scenario.kinds if kind != "extra"]
    assert kinds == (expected[1:] if scenario.own_token_url else expected)


def test_secrets_show_nowhere(
    sendable: Any, bench: Bind, double: Any, httpserver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url = httpserver.url_for("").rstrip("/")
    for dry_run in (True, False):
        set_up = bench(sendable, url, dry_run=dry_run)
        double(set_up.session, {})
        caplog.handler.addFilter(set_up.session.masker)
        try:
            with caplog.at_level(logging.DEBUG):
                calls = set_up.walk()
        finally:
            caplog.handler.removeFilter(set_up.session.masker)
        shown = [caplog.text, repr(set_up.platform), repr(set_up.session.journal), repr(calls)]
        for secret in sendable.secrets.values():
            assert not [text for text in shown if secret in text]
    assert "POST" in caplog.text, "nothing was logged: the test proves nothing"


def test_a_good_teaser_has_no_blocking_problem(scenario: Any, bench: Bind) -> None:
    set_up = bench(scenario, "http://127.0.0.1:9")
    blocking = [each.code for each in set_up.platform.check(set_up.teaser) if each.blocking]
    assert blocking == ["video-waiting"] * (scenario.media == "placeholder")


def test_every_fault_is_named_at_once(scenario: Any, bench: Bind) -> None:
    limits = base.load(scenario.platform).limits
    text = "word " * limits.text + "ftp://nowhere"
    bad = bench(scenario, "http://127.0.0.1:9", text=text, link="ftp://nowhere", title="")
    problems = bad.platform.check(bad.teaser)
    blocking = {each.code for each in problems if each.blocking}
    assert blocking >= {"text-too-long", "link-bad"} | (
        {"title-missing"} if limits.title else set()
    )
    assert all(each.message.endswith(".") for each in problems)
    empty = bench(scenario, "http://127.0.0.1:9", text=" \n", media=())
    blocking = {each.code for each in empty.platform.check(empty.teaser) if each.blocking}
    assert "text-empty" in blocking
    assert (limits.media == "optional") or f"{limits.media}-missing" in blocking


@given(words=st.lists(st.text("abcdé ñşجЖ你🏳️‍🌈", max_size=9), max_size=9))
def test_the_measure_grows_with_the_text(words: list[str]) -> None:
    for name in base.names():
        measure = base.load(name).measure
        text = " ".join(words)
        assert measure("") == 0
        assert measure(text) <= measure(f"{text} and more")
        assert measure(text) >= len(words) - 1


@given(text=st.text("a@#.$ bÉn\u200c", max_size=40))
def test_neutralising_twice_is_neutralising_once(text: str) -> None:
    for name in base.names():
        neutralise = base.load(name).neutralise
        once = neutralise(text)
        assert neutralise(once) == once
        assert re.sub(UNSEEN, "", once) == re.sub(UNSEEN, "", text)
