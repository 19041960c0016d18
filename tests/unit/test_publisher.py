"""From approved to published: every answer is settled, nothing goes out twice or unseen."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from press import LEASE, QUARANTINE, Desk, FakePlatform, rehearsing

from bot import publisher, queue, review
from bot.errors import StoreError, UsageError
from bot.hours import Windows
from bot.model import (
    Absent,
    Blocked,
    Channel,
    Media,
    Outcome,
    Post,
    Problem,
    Published,
    Refused,
    Retry,
    State,
    Teaser,
    Unknown,
    Verb,
    Waiting,
)
from bot.standing import Changed, Gone, Later, Same
from bot.store import Store, open_store

Hold = Callable[..., Any]
MakeRules = Callable[..., queue.Rules]
Approved = Callable[..., Post]

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLAIN = queue.Made(Teaser("Dockers strike", link="https://harbour.example/1"), (), ())


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, {"twitter": FakePlatform(), "facebook": FakePlatform()})


@pytest.fixture
def platform(desk: Desk) -> FakePlatform:
    return desk.platforms["twitter"]


@pytest.fixture
def approved(store: Store, hold: Hold, rules: MakeRules, now: datetime) -> Approved:
    def approve(
        channel: str = "twitter", made: queue.Made = PLAIN, who: str = "mia", **how: Any
    ) -> Post:
        where = Channel("harbour", channel, "twitter", "harbour_post")
        if who == queue.RULE:
            return hold(made=made, channel=where, rules=rules(review="none"), **how)
        held = hold(made=made, channel=where, **how)
        return review.approve(store, held.id, rules(), who=who, now=now)

    return approve


def run(desk: Desk, now: datetime, at_most: int = 1000, **how: Any) -> list[Post]:
    summary = publisher.run_once(desk.press(**how), now, at_most=at_most)
    assert not summary.broken
    return [step.post for step in summary.steps]


def read(store: Store, post: Post) -> Post:
    with store.read() as tx:
        return tx.posts.get(post.id)


def log(store: Store, post: Post) -> list[tuple[Verb, State]]:
    with store.read() as tx:
        return [(row.verb, row.after) for row in tx.posts.log(post.id)]


# -------------------------------------------------------------------------- rehearse


def test_a_rehearsal_walks_every_step_and_changes_no_row(store: Store, approved: Approved) -> None:
    post = approved()
    platform = FakePlatform(rehearsing())
    platform.outcomes = [Waiting({"id": 1}), Waiting({"id": 1, "b": 2}), Published("9", "", ("c",))]
    shown: Any = publisher.rehearse(post, platform, platform.session)  # type: ignore[arg-type]
    assert platform.resumes == [None, {"id": 1}, {"id": 1, "b": 2}]
    assert platform.calls[-1] == "c of 9"
    assert [each.kind for each in shown.exchanges] == ["effect"] * 3
    assert shown.outcome.remote_id == "9"
    assert read(store, post) == post


def test_each_rehearsal_shows_its_own_requests_alone(approved: Approved) -> None:
    platform = FakePlatform(rehearsing())
    for _ in range(2):
        shown = publisher.rehearse(approved(), platform, platform.session)  # type: ignore[arg-type]
        assert len(shown.exchanges) == 1


def test_a_platform_that_never_ends_is_left(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "MOST_STEPS", 5)
    platform = FakePlatform(rehearsing(), [Waiting({"id": 1})])
    shown = publisher.rehearse(approved(), platform, platform.session)  # type: ignore[arg-type]
    assert isinstance(shown.outcome, Waiting)
    assert len(shown.exchanges) == 5


def test_a_rehearsal_refuses_a_session_that_writes(approved: Approved) -> None:
    writes = FakePlatform()
    with pytest.raises(ValueError, match="cannot write"):
        publisher.rehearse(approved(), writes, writes.session)  # type: ignore[arg-type]
    assert writes.calls == []


def test_a_run_of_a_rehearsal_asks_nobody_and_looks_at_no_article(
    store: Store, desk: Desk, approved: Approved, now: datetime
) -> None:
    post = approved()
    platform = desk.platforms["twitter"] = FakePlatform(rehearsing(), mills=200)
    desk.look, desk.budget = Gone("404"), 0
    summary = publisher.run_once(desk.press(), now)
    assert platform.calls == ["publish Dockers strike"]
    assert [len(step.exchanges) for step in summary.steps] == [1]
    assert read(store, post).state is State.PUBLISHED


# ------------------------------------------------------------------------- each answer


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Published("9", "https://x.example/9"), State.PUBLISHED),
        (Waiting({"id": 1}, datetime(2026, 11, 24, tzinfo=UTC)), State.WAITING),
        (Retry("busy", None), State.APPROVED),
        (Refused("never"), State.REFUSED),
        (Blocked("token"), State.APPROVED),
        (Unknown("reset"), State.UNKNOWN),
        (RuntimeError("nobody foresaw"), State.UNKNOWN),
        (Absent(True), State.UNKNOWN),
    ],
)
def test_every_answer_is_settled(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    outcome: Outcome | Exception,
    state: State,
) -> None:
    approved()
    platform.outcomes = [outcome]
    (post,) = run(desk, now + MINUTE)
    assert post.state is state
    assert run(desk, now + MINUTE) == [], "nothing is tried again at once"
    with store.read() as tx:
        (attempt,) = tx.outbox.attempts(post.id)
    assert attempt.ended_at == now + MINUTE
    if state is State.PUBLISHED:
        assert (post.remote_id, post.remote_url) == ("9", "https://x.example/9")
    if isinstance(outcome, RuntimeError):
        assert "nobody foresaw" in post.reason


def test_a_fault_that_tells_a_secret_does_not_tell_it_on(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    platform.session.masker.add("s3cr3t-token")
    platform.outcomes = [RuntimeError("Bearer s3cr3t-token was refused")]
    (post,) = run(desk, now)
    assert "s3cr3t" not in post.reason
    assert "refused" in post.reason


def test_the_lease_is_committed_before_the_first_step(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    tmp_path: Path,
) -> None:
    post, seen = approved(), []

    def during() -> None:
        with open_store(f"sqlite:///{tmp_path}/bot.db") as other:
            seen.append(read(other, post).state)

    platform.during = during
    run(desk, now)
    assert State.SENDING in seen


def test_nothing_is_sent_after_the_end_of_the_lease(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    ends: list[float | None] = []
    platform.during = lambda: ends.append(platform.session.attempt_deadline)
    desk.seconds = 500.0
    run(desk, now)
    assert ends == [None, 500.0 + LEASE.total_seconds()], "the proof, then the step"
    assert platform.session.attempt_deadline is None


def test_the_end_is_counted_from_before_the_lease_was_committed(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    approved()
    ends: list[float | None] = []
    platform.during = lambda: ends.append(platform.session.attempt_deadline)
    write = store.write

    def slow(what: str = "") -> Any:
        desk.seconds += 10 if what == "lease" else 0
        return write(what)

    monkeypatch.setattr(store, "write", slow)
    run(desk, now)
    assert ends[-1] == 1000.0 + LEASE.total_seconds()


# ------------------------------------------------------------------------------- steps


def test_steps_go_on_at_once_from_what_was_stored(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    platform.outcomes = [Waiting({"id": 1}), Waiting({"id": 2}, now + MINUTE), Published("9")]
    assert [each.state for each in run(desk, now)] == [State.WAITING] * 2
    assert run(desk, now) == [], "it is looked at again when it said"
    assert [each.state for each in run(desk, now + MINUTE)] == [State.PUBLISHED]
    assert platform.resumes == [None, {"id": 1}, {"id": 2}]
    assert read(store, post).token == 3
    assert desk.looked == [post.id], "the article is looked at once, before the first step"


def test_a_retry_keeps_what_was_made(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    platform.outcomes = [Waiting({"id": 1}), Retry("busy"), Published("9")]
    run(desk, now)
    assert [each.state for each in run(desk, now + MINUTE)] == [State.PUBLISHED]
    assert platform.resumes == [None, {"id": 1}, {"id": 1}]


def test_only_what_is_due_is_taken_earliest_first(
    store: Store, desk: Desk, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    first, second, _ = (
        review.approve(store, hold(made=PLAIN).id, rules(), who="mia", now=now, at=now + wait)
        for wait in (2 * MINUTE, MINUTE, 9 * MINUTE)
    )
    assert [post.id for post in run(desk, now + 2 * MINUTE)] == [second.id, first.id]


def test_a_retry_waits_longer_each_time_and_never_over_an_hour(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved(published_at=now + 30 * HOUR)
    platform.outcomes = [Retry("busy")]
    waits, at = [], now
    for _ in range(9):
        run(desk, at)
        again = read(store, post).not_before
        assert again is not None
        waits.append(round((again - at) / MINUTE))
        at = again
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_waits_drift_apart(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    platform.outcomes = [Retry("busy")]
    run(desk, now, jitter=lambda: 1.0)
    assert read(store, post).not_before == now + 1.1 * MINUTE


@pytest.mark.parametrize("named", [timedelta(0), -HOUR])
def test_a_time_that_has_passed_is_no_time(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime, named: timedelta
) -> None:
    approved()
    platform.outcomes = [Retry("busy", now + named)]
    assert len(run(desk, now)) == 1
    assert run(desk, now) == []


def test_what_asks_for_the_channel_or_credential_to_rest_gets_it(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved(), approved()
    other = approved("facebook")
    platform.outcomes = [Retry("no quota", now + HOUR, rests="credential")]
    run(desk, now)
    assert platform.calls.count("publish Dockers strike") == 1
    assert desk.platforms["facebook"].calls == [], "another channel of the same project"
    with store.read() as tx:
        rests = tx.rests.active(now)
    assert {"harbour/twitter", "harbour/facebook"} < set(rests)
    assert read(store, other).reason == "no quota"
    platform.outcomes = [Published("9")]
    run(desk, now + HOUR)
    assert read(store, other).state is State.PUBLISHED


# ------------------------------------------------------- one fault keeps back no other


@pytest.mark.parametrize("outcome", [Retry("busy"), Unknown("reset"), Blocked("token")])
def test_a_channel_that_fails_is_left_alone_and_stops_no_other(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    outcome: Outcome,
) -> None:
    first, second, other = approved(), approved(), approved("facebook")
    platform.outcomes = [outcome]
    run(desk, now)
    assert read(store, other).state is State.PUBLISHED
    assert platform.calls.count("publish Dockers strike") == 1
    assert read(store, second) == second, "not even looked at"
    assert read(store, first) != first


def test_a_channel_that_is_gone_stops_nothing_else(
    store: Store, desk: Desk, approved: Approved, now: datetime
) -> None:
    gone, there = approved(), approved("facebook")
    bound = desk.bound

    def chosen(site: str, channel: str) -> Any:
        if channel == "twitter":
            raise UsageError("site “harbour” has no channel “twitter” any more.")
        return bound(site, channel)

    run(desk, now, bound=chosen)
    assert read(store, there).state is State.PUBLISHED
    assert read(store, gone).state is State.APPROVED
    assert "any more" in read(store, gone).reason


def test_a_fault_nobody_foresaw_before_the_first_byte_is_a_delay(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd, good = approved(), approved("facebook")

    def watch(post: Post, now: datetime) -> Same:
        if post.id == odd.id:
            raise ZeroDivisionError("a parser")
        return Same()

    run(desk, now, watch=watch)
    assert read(store, good).state is State.PUBLISHED
    assert read(store, odd).state is State.APPROVED
    assert "ZeroDivisionError" in read(store, odd).reason
    assert "publish Dockers strike" not in platform.calls
    assert "unforeseen" in caplog.text


def test_a_channel_by_hand_is_never_sent(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    assert run(desk, now, hands={"harbour/twitter"}) == []
    assert (read(store, post), platform.calls) == (post, [])


def test_a_run_ends_when_it_is_told_to(desk: Desk, approved: Approved, now: datetime) -> None:
    for _ in range(3):
        approved()
    stopped = iter([False, True])
    assert len(run(desk, now, stopping=lambda: next(stopped))) == 1
    assert len(run(desk, now, at_most=1)) == 1


def test_a_run_leaves_after_a_minute(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    for _ in range(3):
        approved()

    def slow() -> None:
        desk.seconds += 40

    platform.during = slow
    assert len(run(desk, now)) == 1, "the proof and one step took 80 seconds"
    assert len(run(desk, now)) == 2


# ------------------------------------------------------------------------------ pauses


def test_what_is_paused_returns_to_the_queue_and_nothing_is_sent(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    with store.write() as tx:
        tx.pauses.pause("harbour", who="mia", now=now)
    assert [each.state for each in run(desk, now)] == [State.HELD]
    assert (read(store, post).state, platform.calls) == (State.HELD, [])


def test_a_pause_just_before_the_lease_holds(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()

    def watch(post: Post, now: datetime) -> Same:
        with store.write() as tx:
            tx.pauses.pause("*", who="mia", now=now)
        return Same()

    run(desk, now, watch=watch)
    assert "publish Dockers strike" not in platform.calls


def test_an_editor_who_is_quicker_wins(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = approved()

    def watch(post: Post, now: datetime) -> Same:
        review.unapprove(store, post.id, who="mia", now=now)
        return Same()

    with caplog.at_level(logging.INFO):
        assert run(desk, now, watch=watch) == []
    assert "publish Dockers strike" not in platform.calls
    assert read(store, post).state is State.HELD
    assert "quicker" in caplog.text


def test_what_is_too_old_expires(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    assert [each.state for each in run(desk, now + 25 * HOUR)] == [State.EXPIRED]
    assert platform.calls == []


# ----------------------------------------------------------------------- the last look


def test_a_withdrawn_article_recalls_its_post(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    desk.look = Gone("https://harbour.example/1 answered 404 Not Found.")
    (post,) = run(desk, now)
    assert post.state is State.HELD
    assert [(each.code, each.blocking) for each in post.problems] == [("withdrawn", True)]
    assert "404" in post.reason
    assert "publish Dockers strike" not in platform.calls
    with pytest.raises(UsageError, match="404"):
        review.approve(store, post.id, queue_rules(), who="mia", now=now)


def queue_rules() -> queue.Rules:
    from bot.hours import Windows

    return queue.Rules("required", False, Windows(()), UTC, timedelta(0), None, 24 * HOUR)


def test_an_article_that_cannot_be_looked_at_delays_its_post(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    desk.look = Later("it answered 503.", 4 * MINUTE)
    (post,) = run(desk, now)
    assert (post.state, post.not_before) == (State.APPROVED, now + 4 * MINUTE)
    assert "503" in post.reason
    assert run(desk, now + 3 * MINUTE) == []
    desk.look = Same()
    assert [each.state for each in run(desk, now + 4 * MINUTE)] == [State.PUBLISHED]


def test_a_person_is_told_of_a_new_headline_once(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    approved()
    desk.look = Changed("Dockers win")
    (post,) = run(desk, now)
    assert post.state is State.HELD
    assert "Dockers win" in post.reason
    assert [each.code for each in post.problems] == ["headline-changed"]
    review.approve(store, post.id, queue_rules(), who="mia", now=now)
    assert [each.state for each in run(desk, now)] == [State.PUBLISHED], "she decided"


def test_a_headline_that_changes_again_is_told_again(
    store: Store, desk: Desk, approved: Approved, now: datetime
) -> None:
    approved()
    desk.look = Changed("Dockers win")
    (post,) = run(desk, now)
    review.approve(store, post.id, queue_rules(), who="mia", now=now)
    desk.look = Changed("Dockers lose")
    assert [each.state for each in run(desk, now)] == [State.HELD]


def test_what_the_rule_approved_is_written_again_and_goes_out(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved(who=queue.RULE)
    new = replace(PLAIN, teaser=replace(PLAIN.teaser, text="Dockers win"))
    desk.look = Changed("Dockers win", new)
    assert [each.state for each in run(desk, now)] == [State.PUBLISHED]
    assert platform.calls[-1] == "publish Dockers win"
    after = read(store, post)
    assert (after.due_at, after.approved_by) == (post.due_at, queue.RULE)
    assert [verb for verb, _ in log(store, post)] == [
        *(Verb.HOLD, Verb.APPROVE),
        *(Verb.RECALL, Verb.EDIT, Verb.APPROVE),
        *(Verb.LEASE, Verb.SETTLE),
    ]


@pytest.mark.parametrize(
    "found",
    [
        {"reasons": (Problem("sensitive-death", "It speaks of a death."),)},
        {"problems": (Problem("text-too-long", "It is too long.", blocking=True),)},
    ],
)
def test_new_words_that_want_a_person_get_one(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    found: dict[str, Any],
) -> None:
    post = approved(who=queue.RULE)
    new = replace(PLAIN, teaser=replace(PLAIN.teaser, text="Docker dies"), **found)
    desk.look = Changed("Docker dies", new)
    assert [each.state for each in run(desk, now)] == [State.HELD]
    assert "publish Docker dies" not in platform.calls
    after = read(store, post)
    assert (after.teaser.text, after.due_at, len(after.problems)) == ("Docker dies", None, 1)


def test_new_words_that_are_the_old_ones_change_nothing(
    store: Store, desk: Desk, approved: Approved, now: datetime
) -> None:
    post = approved(who=queue.RULE)
    desk.look = Changed("Dockers win", PLAIN)
    assert [each.state for each in run(desk, now)] == [State.PUBLISHED]
    assert Verb.EDIT not in [verb for verb, _ in log(store, post)]


# ---------------------------------------------------------------------------- the seal


def test_what_was_changed_behind_its_approval_is_not_sent(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    with store.write() as tx:
        held = tx.posts.change(post, Verb.RECALL, State.HELD, who="x", now=now)
        tx.posts.change(
            held,
            Verb.APPROVE,
            State.APPROVED,
            who="x",
            now=now,
            due_at=now,
            frozen_hash="something else",
        )
    (post,) = run(desk, now)
    assert post.state is State.HELD
    assert "approved" in post.reason
    assert "publish Dockers strike" not in platform.calls


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_picture_that_is_not_the_approved_one_is_not_sent(
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    tmp_path: Path,
    harm: str,
) -> None:
    file = tmp_path / "p.jpg"
    file.write_bytes(b"a crane")
    digest = hashlib.sha256(b"a crane").hexdigest()
    media = Media("image", path=str(file), sha256=digest, alt="A crane.")
    made = replace(PLAIN, teaser=replace(PLAIN.teaser, media=(media,)))
    approved(made=made)
    assert [each.state for each in run(desk, now)] == [State.PUBLISHED]
    approved(made=made)
    file.unlink() if harm == "gone" else file.write_bytes(b"a ship")
    (post,) = run(desk, now)
    assert post.state is State.HELD
    assert "image" in post.reason
    assert [(each.code, each.blocking) for each in post.problems] == [("media-gone", True)]
    assert platform.calls.count("publish Dockers strike") == 1


# ------------------------------------------------------------------------------- money


def test_the_budget_keeps_back_what_it_does_not_allow_and_nothing_else(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    platform.mills, desk.budget = 200, 450
    cheap = replace(PLAIN, teaser=replace(PLAIN.teaser, link="", text="No link"))
    dear = [approved(), approved(), approved()]
    small = approved(made=cheap)
    run(desk, now)
    states = [read(store, post).state for post in (*dear, small)]
    assert states == [State.PUBLISHED, State.PUBLISHED, State.APPROVED, State.PUBLISHED]
    waiting = read(store, dear[2])
    assert "$0.45" in waiting.reason
    assert "$0.20" in waiting.reason
    assert waiting.not_before == now + HOUR
    desk.budget = 1000
    assert [each.id for each in run(desk, now + HOUR)] == [waiting.id], "somebody raised it"


def test_a_new_month_has_a_new_budget(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    platform.mills, desk.budget = 200, 200
    late = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
    approved(now=late, published_at=late), approved(now=late, published_at=late)
    assert [each.state for each in run(desk, late)] == [State.PUBLISHED, State.APPROVED]
    assert [each.state for each in run(desk, late + 10 * MINUTE)] == [State.PUBLISHED]


def test_what_was_provably_not_sent_costs_nothing(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    platform.mills, desk.budget = 200, 200
    platform.outcomes = [Retry("busy"), Waiting({"id": 1}), Published("9")]
    post = approved()
    run(desk, now)
    run(desk, now + MINUTE)
    assert read(store, post).state is State.PUBLISHED, "its own cost does not keep it back"
    with store.read() as tx:
        assert tx.outbox.spent("harbour", "twitter", now - HOUR) == 200


# -------------------------------------------------------------------------- the blocked


def test_a_blocked_channel_rests_longer_each_time_though_its_account_is_proven(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = approved(published_at=now + 100 * HOUR)
    platform.outcomes = [Blocked("X wants money: buy credits.")]
    rests, at = [], now
    for _ in range(9):
        run(desk, at)
        with store.read() as tx:
            until = tx.rests.active(at)["harbour/twitter"].until
            account = tx.accounts.get("harbour", "twitter")
        assert account is not None
        assert account.blocked == "X wants money: buy credits."
        rests.append(round((until - at) / MINUTE))
        at = until
    assert rests == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    loud = [line for line in caplog.records if "buy credits" in line.message]
    assert {line.levelname for line in loud} == {"WARNING"}, "a person must see to it"
    assert platform.calls.count("verify") == 9, "who it is is proven anew after each block"
    platform.outcomes = [Published("9")]
    run(desk, at)
    assert read(store, post).state is State.PUBLISHED


# ------------------------------------------------------------------- a failing database


def test_a_settlement_that_fails_ends_the_run_and_is_never_sent_again(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post, other = approved(), approved("facebook")
    write = store.write

    def full(what: str = "") -> Any:
        if what == "settle":
            raise StoreError("there is no room for the database")
        return write(what)

    monkeypatch.setattr(store, "write", full)
    summary = publisher.run_once(desk.press(), now)
    assert "no room" in summary.broken
    assert "published as 9" in caplog.text, "what the database does not know, the log does"
    assert read(store, post).state is State.SENDING
    assert read(store, other) == other
    monkeypatch.setattr(store, "write", write)
    assert [each.id for each in run(desk, now)] == [other.id]
    assert platform.calls.count("publish Dockers strike") == 1


def test_one_post_that_the_database_refuses_keeps_back_no_other(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.store.outbox import Outbox

    odd, good = approved(), approved("facebook")
    resume = Outbox.resume

    def sealed(self: Outbox, post: Post) -> Any:
        if post.id == odd.id:
            raise StoreError("the key does not fit")
        return resume(self, post)

    monkeypatch.setattr(Outbox, "resume", sealed)
    run(desk, now)
    assert read(store, good).state is State.PUBLISHED
    after = read(store, odd)
    assert (after.state, after.reason) == (State.APPROVED, "the key does not fit")
    assert "publish Dockers strike" not in platform.calls


def test_a_lease_that_lapsed_is_not_settled(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = approved()

    def frozen() -> None:
        if platform.calls[-1] == "verify":
            return
        later = ("boot", 10_000_000_000.0)  # by the machine clock of another process
        url = f"sqlite:///{tmp_path}/bot.db"
        with open_store(url, machine_clock=lambda: later) as other, other.write() as tx:
            assert len(tx.outbox.lapse(now, quarantine=QUARANTINE)) == 1

    platform.during = frozen
    assert run(desk, now) == []
    assert read(store, post).state is State.UNKNOWN
    assert "too late" in caplog.text


# --------------------------------------------------------------- a restored database


def test_what_a_restored_database_may_have_forgotten_is_looked_for_first(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.store.instance import Doubt, Instance

    doubt = Doubt(now - HOUR, now, "the database: a backup took its place.")
    old, new = approved(), approved("facebook")
    monkeypatch.setattr(Instance, "check", lambda self, now: doubt)
    monkeypatch.setattr(Instance, "doubtful", lambda self, post: post.id == old.id)
    run(desk, now)
    after = read(store, old)
    assert after.state is State.UNKNOWN
    assert "backup" in after.reason
    assert "publish Dockers strike" not in platform.calls
    assert read(store, new).state is State.PUBLISHED
    with store.read() as tx:
        assert tx.outbox.trace(after).since == now - HOUR


def test_what_a_restored_database_knows_half_of_is_forgotten_whole(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    approved: Approved,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the backup the post had its picture; after that it went out."""
    from bot.store.instance import Doubt, Instance

    post = approved()
    platform.outcomes = [Waiting({"picture": 1}, now)]
    run(desk, now, at_most=1)
    doubt = Doubt(now - HOUR, now, "the database: a backup took its place.")
    monkeypatch.setattr(Instance, "check", lambda self, now: doubt)
    monkeypatch.setattr(Instance, "doubtful", lambda self, post: True)
    (after,) = run(desk, now + SECOND)
    assert after.state is State.UNKNOWN
    with store.read() as tx:
        assert tx.outbox.resume(post) is None
        assert tx.outbox.trace(post).since == now - HOUR


# ------------------------------------------------------- stuck between two steps


def test_a_pause_stops_what_was_begun_and_it_never_drains_by_itself(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    post = approved()
    platform.outcomes = [Waiting({"picture": 1}, now)]
    run(desk, now, at_most=1)
    with store.write() as tx:
        tx.pauses.pause("harbour/twitter", who="mia", now=now)
    (doubted,) = run(desk, now + SECOND)
    assert (doubted.state, doubted.reason) == (State.UNKNOWN, "It was paused between its steps.")
    with store.write() as tx:  # what the look says of it
        tx.outbox.look(
            doubted, Absent(True), now, rest=MINUTE, to=State.APPROVED, reason="not there"
        )
    (held,) = run(desk, now + MINUTE)
    assert (held.state, held.reason) == (State.HELD, "paused when it fell due")
    assert platform.calls.count("publish Dockers strike") == 1
    assert read(store, post).frozen_hash == ""


def test_what_could_not_go_on_for_long_is_looked_for_before_it_does(
    store: Store, desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    """The machine was off, or the channel had no credentials: much may have changed."""
    post = approved()
    platform.outcomes = [Waiting({"picture": 1}, now), Published("9")]
    run(desk, now, at_most=1)
    by_hand: dict[str, Any] = {"hands": {"harbour/twitter"}}
    assert run(desk, now + HOUR, **by_hand) == []
    (after,) = run(desk, now + HOUR + SECOND, **by_hand)
    assert (after.state, after.reason) == (State.UNKNOWN, "It could not go on for long.")
    with store.read() as tx:
        assert tx.outbox.resume(post) == {"picture": 1}
        assert tx.outbox.trace(post).since == now


# ------------------------------------------------------------------- slots that passed


def test_what_was_missed_does_not_come_all_at_once(
    store: Store, desk: Desk, approved: Approved, rules: MakeRules, now: datetime
) -> None:
    posts = [approved() for _ in range(4)]
    desk.rules, back = rules(spacing=20 * MINUTE), now + 10 * HOUR
    run(desk, back)
    states = [read(store, post).state for post in posts]
    assert states == [State.PUBLISHED, *[State.APPROVED] * 3]
    assert [read(store, post).due_at for post in posts[1:]] == [
        back + n * 20 * MINUTE for n in (1, 2, 3)
    ]
    assert "slot had passed" in read(store, posts[1]).reason
    assert run(desk, back + 19 * MINUTE) == []
    assert [post.id for post in run(desk, back + 20 * MINUTE)] == [posts[1].id]


def test_a_slot_that_was_missed_is_made_up_in_a_window_on_a_day_with_room(
    store: Store, desk: Desk, approved: Approved, rules: MakeRules, now: datetime
) -> None:
    first, second = approved(), approved()
    desk.rules = rules(windows=Windows.parse(["Mon-Sun 08:00-20:00"]), daily_limit=1)
    run(desk, now + 12 * HOUR)  # at nine in the evening
    assert read(store, first).due_at == now + 23 * HOUR
    late = read(store, second)
    assert (late.state, late.due_at) == (State.HELD, None), "the day after it is too old"
    assert [each.code for each in late.problems] == ["no-slot"]


def test_a_slot_that_was_just_missed_is_kept(
    store: Store, desk: Desk, approved: Approved, rules: MakeRules, now: datetime
) -> None:
    """Who is retried after some minutes does not give way to those behind."""
    post = approved()
    desk.rules = rules(windows=Windows.parse(["Mon-Sun 08:00-09:00"]))
    run(desk, now + 14 * MINUTE)
    assert read(store, post).state is State.PUBLISHED


def test_a_time_that_a_person_gave_and_that_was_missed_keeps_to_the_spacing_alone(
    store: Store, desk: Desk, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    posts = [hold(made=PLAIN), hold(made=PLAIN)]
    for post in posts:
        review.approve(store, post.id, rules(), who="mia", now=now, at=now)
    desk.rules = rules(windows=Windows.parse(["Mon-Sun 08:00-09:00"]), spacing=20 * MINUTE)
    run(desk, now + HOUR)
    assert read(store, posts[0]).state is State.PUBLISHED
    assert read(store, posts[1]).due_at == now + HOUR + 20 * MINUTE


# -------------------------------------------------------------------------------- cost


def test_our_own_part_of_a_post_is_small(
    desk: Desk, platform: FakePlatform, approved: Approved, now: datetime
) -> None:
    for _ in range(40):
        approved()
    run(desk, now, at_most=10)
    begun = time.process_time()
    assert len(run(desk, now)) == 30
    each = (time.process_time() - begun) / 30
    print(f"\nour own cost of a post: {each * 1000:.1f} ms")
    assert each < 0.03, "15 ms is the goal; a busy machine counts double"
