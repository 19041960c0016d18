"""How posts enter, get their slots and grow old: who must look first, and when they go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import queue
from bot.errors import TransitionError, UsageError
from bot.hours import Windows
from bot.model import Channel, Post, Problem, State, Teaser
from bot.store import Store

Hold = Callable[..., Any]
MakeRules = Callable[..., queue.Rules]

NOTE = Problem("headline-cut", "The headline was cut.")
BLOCK = Problem("text-too-long", "The text is too long.", blocking=True)
GRAVE = Problem("sensitive-death", "It speaks of a death.")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def approve(store: Store, post: Post, rules: queue.Rules, now: datetime, **how: Any) -> Post:
    with store.write() as tx:
        return queue.approve(tx, tx.posts.get(post.id), rules, who="mia", now=now, **how)


# --------------------------------------------------------------------------- seal


def test_the_seal_covers_all_that_is_sent(made: queue.Made) -> None:
    teaser = made.teaser
    (picture,) = teaser.media
    others = [
        replace(teaser, text="Dockers win"),
        replace(teaser, title="Win"),
        replace(teaser, link="https://harbour.example/2"),
        replace(teaser, media=()),
        replace(teaser, media=(replace(picture, sha256="cd"),)),
        replace(teaser, media=(replace(picture, alt="A ship."),)),
        replace(teaser, media=(picture, picture)),
        replace(teaser, language="fr"),
    ]
    seals = {queue.seal(each) for each in (teaser, *others)}
    assert len(seals) == len(others) + 1


def test_the_seal_does_not_mind_where_a_file_lies(made: queue.Made) -> None:
    moved = replace(made.teaser.media[0], path="/elsewhere/p.jpg")
    assert queue.seal(replace(made.teaser, media=(moved,))) == queue.seal(made.teaser)


# --------------------------------------------------------------------------- hold


@pytest.mark.parametrize(
    ("changes", "problems", "reasons", "state"),
    [
        ({"review": "required"}, (), (), State.HELD),
        ({"review": "hold"}, (), (), State.HELD),
        ({"review": "none"}, (), (), State.APPROVED),
        ({"review": "none"}, (NOTE,), (), State.APPROVED),
        ({"review": "none"}, (BLOCK,), (), State.HELD),
        ({"review": "none"}, (), (GRAVE,), State.HELD),
        ({"review": "none", "pick": True}, (), (), State.HELD),
    ],
)
def test_who_must_look_first(
    hold: Hold,
    rules: MakeRules,
    made: queue.Made,
    changes: dict[str, Any],
    problems: tuple[Problem, ...],
    reasons: tuple[Problem, ...],
    state: State,
) -> None:
    post = hold(made=replace(made, problems=problems, reasons=reasons), rules=rules(**changes))
    assert post.state is state
    assert {*problems, *reasons} <= set(post.problems)
    if state is State.APPROVED:
        assert post.approved_by == "rule"
        assert post.frozen_hash == queue.seal(made.teaser)
    if changes.get("pick"):
        assert [problem.code for problem in post.problems] == ["pick"]


def test_the_log_says_why_it_waits(
    store: Store, hold: Hold, rules: MakeRules, made: queue.Made
) -> None:
    post = hold(made=replace(made, reasons=(GRAVE,)), rules=rules(review="none"))
    with store.read() as tx:
        (row,) = tx.posts.log(post.id)
    assert (row.who, row.reason) == ("poll", "sensitive-death")


def test_once_for_each_occasion(hold: Hold) -> None:
    first = hold()
    assert hold(first.article_id) is None
    assert hold(first.article_id, occasion="again-2").id != first.id
    other = Channel("harbour", "facebook", "facebook", "harbourpost")
    assert hold(first.article_id, channel=other) is not None


def test_its_age_counts_from_its_publication(hold: Hold, now: datetime) -> None:
    published = now - 5 * HOUR
    assert hold(published_at=published).expires_at == published + 24 * HOUR
    assert hold(published_at=None).expires_at == now + 24 * HOUR


def test_what_is_stale_when_first_seen_waits(hold: Hold, rules: MakeRules, now: datetime) -> None:
    post = hold(published_at=now - 25 * HOUR, rules=rules(review="none"))
    assert post.state is State.HELD
    assert "stale" in {problem.code for problem in post.problems}


def test_a_day_that_is_full_until_it_is_too_old_is_for_a_person(
    hold: Hold, rules: MakeRules
) -> None:
    full = rules(review="none", daily_limit=1, max_age=6 * HOUR)
    assert hold(rules=full).state is State.APPROVED
    assert hold(rules=full).state is State.HELD


def test_words_are_judged_for_the_day_of_the_slot(
    hold: Hold, rules: MakeRules, now: datetime
) -> None:
    slots = []

    def judge(teaser: Teaser, slot_at: datetime | None) -> list[Problem]:
        always = Problem("all-caps", "It shouts.")
        if slot_at is None:
            return [always]
        slots.append(slot_at)
        return [always, Problem("relative-day", "It says “today”.")]

    post = hold(judge=judge, rules=rules(review="none", windows=Windows.parse(["Tue 08:00-09:00"])))
    assert slots == [datetime(2026, 11, 24, 8, tzinfo=UTC)]
    assert post.state is State.HELD
    assert [problem.code for problem in post.problems] == ["relative-day"], "what the slot adds"


# ------------------------------------------------------------------------ approve


def test_posts_keep_their_distance_and_the_days_cap(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    spaced = rules(spacing=timedelta(minutes=40), daily_limit=3, max_age=timedelta(days=3))
    posts = [hold(rules=spaced) for _ in range(5)]
    due = [approve(store, post, spaced, now).due_at for post in posts]
    tomorrow = datetime(2026, 11, 24, tzinfo=UTC)
    minutes = timedelta(minutes=40)
    assert due == [now, now + minutes, now + 2 * minutes, tomorrow, tomorrow + minutes]


def test_channels_do_not_take_each_others_slots(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    spaced = rules(spacing=HOUR)
    other = Channel("harbour", "facebook", "facebook", "harbourpost")
    assert approve(store, hold(), spaced, now).due_at == now
    assert approve(store, hold(channel=other), spaced, now).due_at == now


def test_a_slot_that_is_given_back_is_free(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    one = rules(daily_limit=1, max_age=timedelta(days=3))
    first = approve(store, hold(), one, now)
    second = approve(store, hold(rules=one), one, now)
    assert (second.due_at or now).date() > now.date()
    with store.write() as tx:
        tx.pauses.pause("harbour", who="mia", now=now)
        assert [post.id for post in queue.recall_paused(tx, now)] == [first.id]
    assert approve(store, hold(), one, now).due_at == now


@pytest.mark.parametrize(
    ("zone", "now", "window", "due"),
    [
        # Windows are local; in the gap the first instant after it counts.
        ("Europe/Lisbon", "2026-07-01T05:00", "Mon-Sun 07:30-22:00", "2026-07-01T06:30"),
        ("Europe/Lisbon", "2026-12-01T05:00", "Mon-Sun 07:30-22:00", "2026-12-01T07:30"),
        ("Europe/Lisbon", "2027-03-28T00:00", "Sun 01:15-03:00", "2027-03-28T01:00"),
        ("Europe/Lisbon", "2026-10-24T23:30", "Sun 01:30-03:00", "2026-10-25T00:30"),
        ("Asia/Kathmandu", "2026-11-22T18:00", "Mon 07:00-08:00", "2026-11-23T01:15"),
    ],
)
def test_windows_are_local_on_odd_days_too(
    store: Store, hold: Hold, rules: MakeRules, zone: str, now: str, window: str, due: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    local = rules(zone=ZoneInfo(zone), windows=Windows.parse([window]))
    post = approve(store, hold(now=at, published_at=at), local, at)
    assert post.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_what_blocks_is_not_approved_and_nothing_changes(
    store: Store, hold: Hold, rules: MakeRules, made: queue.Made, now: datetime
) -> None:
    post = hold(made=replace(made, problems=(NOTE, BLOCK)))
    with pytest.raises(UsageError, match="too long"):
        approve(store, post, rules(), now, at=now)
    with store.read() as tx:
        assert tx.posts.get(post.id) == post


def test_no_slot_before_it_is_too_old_says_what_to_do(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    sundays = rules(windows=Windows.parse(["Sun 09:00-10:00"]))
    post = hold()
    with pytest.raises(UsageError, match="--at"):
        approve(store, post, sundays, now)
    given = approve(store, post, sundays, now, at=now + 60 * HOUR)
    assert (given.due_at, given.expires_at) == (now + 60 * HOUR, None)
    with store.write() as tx:
        assert queue.expire(tx, now + 59 * HOUR) == [], "the person's time overrides its age"


def test_what_was_moved_keeps_its_time(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = hold()
    with store.write() as tx:
        tx.posts.set_due(post, now + 3 * HOUR, who="mia", now=now)
    assert approve(store, post, rules(), now).due_at == now + 3 * HOUR


def test_an_approved_post_is_not_approved_twice(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    post = approve(store, hold(), rules(), now)
    with pytest.raises(TransitionError, match="approved"):
        approve(store, post, rules(), now)


# ----------------------------------------------------------------- expire, recall


def test_what_is_too_old_leaves_the_queue(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    old, sent = hold(published_at=now - 24 * HOUR + timedelta(seconds=1)), hold()
    fresh = hold(published_at=now)
    approve(store, sent, rules(), now)
    with store.write() as tx:
        assert queue.expire(tx, now) == []
        assert [post.id for post in queue.expire(tx, now + HOUR)] == [old.id]
        assert [post.id for post in queue.expire(tx, now + 24 * HOUR)] == [sent.id, fresh.id]
        assert tx.posts.get(sent.id).due_at is None
        assert tx.posts.log(old.id)[-1].who == "clock"


@pytest.mark.parametrize("scope", ["*", "harbour", "harbour/twitter"])
def test_what_falls_due_in_a_pause_returns(
    store: Store, hold: Hold, rules: MakeRules, now: datetime, scope: str
) -> None:
    due = approve(store, hold(), rules(), now)
    later = approve(store, hold(), rules(), now, at=now + HOUR)
    with store.write() as tx:
        assert queue.recall_paused(tx, now) == []
        tx.pauses.pause(scope, until=now + HOUR, who="mia", now=now)
        (back,) = queue.recall_paused(tx, now)
        assert (back.id, back.state, back.due_at) == (due.id, State.HELD, None)
        assert queue.recall_paused(tx, now + HOUR) == [], "the pause is over"
        assert tx.posts.get(later.id).state is State.APPROVED


def test_what_fell_due_in_a_pause_that_is_over_returns_though_nobody_looked_meanwhile(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    before = approve(store, hold(), rules(), now, at=now - MINUTE)
    inside = approve(store, hold(), rules(), now, at=now + MINUTE)
    after = approve(store, hold(), rules(), now, at=now + HOUR)
    with store.write() as tx:
        tx.pauses.pause("harbour", until=now + HOUR, who="mia", now=now)
    again = approve(store, hold(), rules(), now + HOUR, at=now + MINUTE)  # who looked since
    with store.write() as tx:
        (back,) = queue.recall_paused(tx, now + HOUR)
        assert (back.id, back.state) == (inside.id, State.HELD)
        for post in (before, after, again):
            assert tx.posts.get(post.id).state is State.APPROVED


def test_who_resumes_brings_back_what_fell_due_meanwhile(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    before = approve(store, hold(), rules(), now, at=now - MINUTE)
    inside = approve(store, hold(), rules(), now, at=now + MINUTE)
    with store.write() as tx:
        tx.pauses.pause("harbour", who="mia", now=now)
        assert queue.resume(tx, "other", now + HOUR) == []
        assert [post.id for post in queue.resume(tx, "harbour", now + HOUR)] == [inside.id]
        assert tx.pauses.active(now + HOUR) == {}
        assert tx.posts.get(before.id).state is State.APPROVED


@pytest.mark.parametrize("scope", ["other", "harbour/facebook", "twitter"])
def test_other_pauses_do_not_matter(scope: str) -> None:
    assert not queue.covers([scope], "harbour", "twitter")


def test_slots_of_the_past_keep_distance_and_cap_too(
    store: Store, hold: Hold, rules: MakeRules, now: datetime
) -> None:
    spaced = rules(spacing=3 * HOUR)
    approve(store, hold(), spaced, now)
    later = now + 2 * HOUR
    assert approve(store, hold(now=later), spaced, later).due_at == now + 3 * HOUR
    one = rules(daily_limit=2, max_age=timedelta(days=3))
    third = approve(store, hold(now=later, rules=one), one, later + 2 * HOUR)
    assert third.due_at == datetime(2026, 11, 24, tzinfo=UTC)
