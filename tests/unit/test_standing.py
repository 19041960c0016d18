"""May this channel post now? Its credential, its account, its quota."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from press import ACCOUNT, Desk, FakePlatform, rehearsing

from bot import standing
from bot.credentials import fingerprint, mark
from bot.model import Account, Blocked, Refused, Renewed, Retry, Unknown
from bot.platforms.base import Quota
from bot.store import Store, open_store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, {"twitter": FakePlatform()})


@pytest.fixture
def platform(desk: Desk) -> FakePlatform:
    return desk.platforms["twitter"]


def check(desk: Desk, now: datetime, begins: bool = True) -> Retry | Blocked | None:
    press = desk.press()
    return standing.check(press, press.bound("harbour", "twitter"), now, begins=begins)[1]


def account(store: Store) -> Any:
    with store.read() as tx:
        return tx.accounts.get("harbour", "twitter")


# ------------------------------------------------------------------------- the account


def test_a_proof_holds_for_a_day_and_costs_one_read(
    store: Store, desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    for hours in (0, 1, 23):
        assert check(desk, now + hours * HOUR) is None
    assert platform.calls == ["verify"]
    assert account(store).remote_id == "7"
    assert check(desk, now + 24 * HOUR) is None
    assert platform.calls == ["verify"] * 2


def test_a_proof_keeps_the_end_that_the_login_was_told(
    store: Store, desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    put(store, "t-1", now + 6 * DAY, now)
    desk.secrets = {"TOKEN": "t-1"}
    assert check(desk, now) is None
    assert account(store).expires_at == now + 6 * DAY, "YouTube names no end, Testing has one"
    desk.secrets = {"TOKEN": "another, set outside"}
    assert check(desk, now) is None
    assert account(store).expires_at is None


def test_other_credentials_are_proven_anew(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    check(desk, now)
    desk.secrets = {"TOKEN": "t-2"}
    check(desk, now)
    assert platform.calls == ["verify"] * 2


def test_a_channel_that_is_to_be_another_account_is_proven_anew(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    check(desk, now)
    desk.number = "8"  # the site's file was changed
    answer = check(desk, now)
    assert isinstance(answer, Blocked)
    assert platform.calls == ["verify"] * 2


def test_what_was_mended_is_tried_at_once_and_only_once(
    store: Store, desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    def resting() -> bool:
        with store.read() as tx:
            stopped = standing.stopped(tx, now)
        standing.forgive(desk.press(), stopped)
        with store.read() as tx:
            return "harbour/twitter" in tx.rests.active(now)

    platform.accounts = [Account("7", "stranger")]
    check(desk, now)
    assert resting()
    desk.secrets = {"TOKEN": "t-2"}
    assert not resting()
    check(desk, now)
    assert resting(), "the new one is no better: it waits as the old one did"
    assert platform.calls == ["verify"] * 2


def test_a_clock_that_was_set_back_proves_nothing(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    check(desk, now + HOUR)
    check(desk, now)
    check(desk, now)
    assert platform.calls == ["verify"] * 2


@pytest.mark.parametrize("name", ["harbour_post", "Harbour_Post", "@harbour_post", "harbour_post/"])
def test_the_account_is_the_one_meant_however_it_is_written(
    desk: Desk, platform: FakePlatform, now: datetime, name: str
) -> None:
    platform.accounts = [Account("7", name)]
    assert check(desk, now) is None


def test_the_number_may_be_what_the_site_lists(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    platform.accounts = [Account("harbour_post", "Harbour Post")]
    assert check(desk, now) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Account("7", "stranger"), "stranger"),
        (Account("7", "harbour_post_"), "harbour_post_"),
        (Account("8", "harbour_post"), "8"),
        (Account("7", "harbour_post", lacks=("tweet.write",)), "tweet.write"),
        (Account("7", "harbour_post", hidden="the app is in development mode."), "development"),
        (Blocked("the token was revoked."), "revoked"),
        (Refused("no such app."), "no such app"),
    ],
)
def test_what_a_person_must_see_to_blocks_the_channel(
    store: Store,
    desk: Desk,
    platform: FakePlatform,
    now: datetime,
    found: Any,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk.number = "7"
    platform.accounts = [found]
    answer = check(desk, now)
    assert isinstance(answer, Blocked)
    assert words in answer.reason
    assert account(store).blocked == answer.reason
    assert words in caplog.text
    with store.read() as tx:
        assert "harbour/twitter" in tx.rests.active(now)
    platform.accounts = [ACCOUNT]
    assert check(desk, now + HOUR) is None
    assert account(store).blocked == ""
    with store.read() as tx:
        assert "harbour/twitter" not in tx.rests.active(now)


def test_an_account_that_took_over_the_name_is_not_ours(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    assert check(desk, now) is None
    platform.accounts = [Account("666", "harbour_post")]
    answer = check(desk, now + DAY)
    assert isinstance(answer, Blocked)
    assert "666" in answer.reason
    assert "7" in answer.reason


@pytest.mark.parametrize("found", [Retry("503"), Unknown("garbled"), RuntimeError("a fault")])
def test_a_platform_that_cannot_be_asked_blocks_nothing(
    store: Store, desk: Desk, platform: FakePlatform, now: datetime, found: Any
) -> None:
    platform.accounts = [found]
    answer = check(desk, now)
    assert isinstance(answer, Retry)
    assert answer.rests == "channel"
    assert answer.at is not None
    assert answer.at > now
    assert account(store) is None


def test_a_rehearsal_proves_nothing(desk: Desk, now: datetime) -> None:
    platform = desk.platforms["twitter"] = FakePlatform(rehearsing(), renews=HOUR)
    platform.accounts = [Blocked("no token")]
    assert check(desk, now) is None
    assert platform.calls == []


# -------------------------------------------------------------------------- the quotas

A_DAY = Quota("videos.insert", 2, "America/Los_Angeles")


def test_a_quota_that_is_used_up_rests_until_its_own_midnight(
    desk: Desk, platform: FakePlatform, now: datetime
) -> None:
    platform.quotas = (A_DAY,)
    press = desk.press()
    for _ in range(2):
        assert check(desk, now) is None
        platform.used = {"videos.insert": 1, "of no quota": 9}
        standing.count(press.store, press.bound("harbour", "twitter"), now)
        assert platform.used == {}
    answer = check(desk, now)
    assert isinstance(answer, Retry)
    assert answer.at == datetime(2026, 11, 24, 8, tzinfo=UTC), "midnight in California"
    assert answer.rests == "channel"
    assert "videos.insert" in answer.reason
    assert check(desk, now, begins=False) is None, "what is under way is finished"
    assert check(desk, answer.at) is None
    platform.credential = "another project"
    assert check(desk, now) is None


def test_a_rehearsal_uses_no_quota(desk: Desk, now: datetime) -> None:
    platform = desk.platforms["twitter"] = FakePlatform(rehearsing(), quotas=(A_DAY,))
    platform.used = {"videos.insert": 2}
    press = desk.press()
    standing.count(press.store, press.bound("harbour", "twitter"), now)
    with press.store.read() as tx:
        assert tx.meters.used("project", "videos.insert", "2026-11-23") == 0


# ---------------------------------------------------------------------- the credential


@pytest.fixture
def renewing(desk: Desk, platform: FakePlatform, store: Store, now: datetime) -> Desk:
    """A channel whose credential is the bot's own, and ends in an hour."""
    platform.renews = DAY
    platform.renewals = [Renewed({"TOKEN": "t-2"}, now + 60 * DAY)]
    put(store, "t-1", now + HOUR, now)
    bound = desk.bound

    def current(site: str, channel: str) -> Any:
        with store.read() as tx:
            stored = tx.credentials.get(site, channel)
        desk.secrets = {"TOKEN": stored["TOKEN"].value if stored else "t-1"}
        return bound(site, channel)

    desk.bound = current  # type: ignore[method-assign]
    return desk


def put(store: Store, token: str, expires_at: datetime | None, now: datetime) -> None:
    with store.write() as tx:
        tx.credentials.put(
            "harbour", "twitter", {"TOKEN": token}, seeds={}, expires_at=expires_at, now=now
        )


def stored(store: Store) -> Any:
    with store.read() as tx:
        return tx.credentials.get("harbour", "twitter")["TOKEN"]


def test_a_credential_is_renewed_in_time_and_saved_before_it_is_used(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    seen: list[Any] = []
    platform.during = lambda: seen.append((platform.calls[-1], stored(store).value))
    press = renewing.press()
    bound, why = standing.check(press, press.bound("harbour", "twitter"), now, begins=True)
    assert why is None
    assert bound.secrets == {"TOKEN": "t-2"}
    assert seen == [("renew", "t-1"), ("verify", "t-2")]
    kept = stored(store)
    assert (kept.expires_at, kept.seed) == (now + 60 * DAY, mark("TOKEN", {"TOKEN": "t-1"}))
    check(renewing, now)
    assert platform.calls.count("renew") == 1


def test_a_renewal_is_the_same_grant_and_needs_no_new_proof(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    put(store, "t-1", now + 2 * DAY, now)
    check(renewing, now)
    check(renewing, now + 23 * HOUR)
    assert platform.calls == ["verify"]
    renewed_at = now + 23 * HOUR + HOUR / 2
    platform.renews = 2 * DAY
    check(renewing, renewed_at)
    assert platform.calls == ["verify", "renew"]
    assert account(store).fingerprint == fingerprint({"TOKEN": "t-2", "/": "harbour_post/"})
    check(renewing, now + 25 * HOUR)
    assert platform.calls == ["verify", "renew", "verify"], "the day goes on as it began"


def test_a_seed_of_which_nobody_knows_the_end_is_renewed_once(
    desk: Desk, platform: FakePlatform, store: Store, now: datetime
) -> None:
    platform.renews = DAY
    platform.renewals = [Renewed({"TOKEN": "t-2"}, None)]
    bound = desk.bound

    def current(site: str, channel: str) -> Any:
        with store.read() as tx:
            kept = tx.credentials.get(site, channel)
        desk.secrets = {"TOKEN": kept["TOKEN"].value if kept else "t-1"}
        return bound(site, channel)

    desk.bound = current  # type: ignore[method-assign]
    for _ in range(3):
        assert check(desk, now) is None
    assert platform.calls.count("renew") == 1


def test_a_renewal_that_fails_for_now_changes_nothing_while_the_old_one_holds(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    platform.renewals = [Retry("503")]
    for _ in range(3):
        assert check(renewing, now) is None
    assert platform.calls.count("renew") == 1, "not with every post"
    check(renewing, now + 10 * MINUTE)
    assert platform.calls.count("renew") == 2
    answer = check(renewing, now + HOUR)
    assert isinstance(answer, Retry), "now it has ended"
    assert answer.rests == "channel"
    assert "503" in answer.reason
    assert account(store).blocked == ""


@pytest.mark.parametrize("answer", [Blocked("invalid_grant: connect it anew."), Refused("no.")])
def test_a_renewal_that_is_refused_blocks_loudly(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime, answer: Any
) -> None:
    platform.renewals = [answer]
    found = check(renewing, now)
    assert isinstance(found, Blocked)
    assert answer.reason in found.reason
    assert account(store).blocked == found.reason


def test_of_several_processes_one_renews(
    renewing: Desk, platform: FakePlatform, now: datetime, tmp_path: Path
) -> None:
    """The second comes while the first waits for the platform's answer."""
    others: list[Any] = []

    def meanwhile() -> None:
        if platform.calls[-1] == "renew" and not others:
            others.append(None)
            with open_store(f"sqlite:///{tmp_path}/bot.db") as other:
                press = renewing.press(store=other)
                others.append(standing.fresh(press, press.bound("harbour", "twitter"), now)[1])

    platform.during = meanwhile
    assert check(renewing, now) is None
    assert isinstance(others[1], Retry)
    assert platform.calls.count("renew") == 1


def test_of_two_threads_one_renews(renewing: Desk, platform: FakePlatform, now: datetime) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow() -> None:
        inside.set()
        assert leave.wait(5)

    platform.during = slow
    press = renewing.press()
    bound = press.bound("harbour", "twitter")
    first = threading.Thread(target=standing.fresh, args=(press, bound, now))
    first.start()
    assert inside.wait(5)
    _, why = standing.fresh(press, bound, now)
    leave.set()
    first.join(5)
    assert isinstance(why, Retry)
    assert platform.calls == ["renew"]


def test_whoever_comes_after_a_renewal_uses_it(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    press = renewing.press()
    old = press.bound("harbour", "twitter")
    put(store, "t-9", now + 60 * DAY, now)
    bound, why = standing.fresh(press, old, now)
    assert (bound.secrets, why) == ({"TOKEN": "t-9"}, None)
    assert platform.calls == []


def test_nothing_is_renewed_after_the_end_of_its_lease(
    renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    ends: list[float | None] = []
    platform.during = lambda: ends.append(platform.session.attempt_deadline)
    check(renewing, now)
    assert ends == [1000.0 + 120, None]


def test_what_posts_seldom_is_renewed_too(
    store: Store, renewing: Desk, platform: FakePlatform, now: datetime
) -> None:
    one = [("harbour", "twitter")]
    assert standing.keep_fresh(renewing.press(hands={"harbour/twitter"}), one, now) == []
    assert platform.calls == []
    assert standing.keep_fresh(renewing.press(), one, now) == []
    assert stored(store).value == "t-2"
    platform.renewals = [Blocked("invalid_grant")]
    put(store, "t-3", now + HOUR, now)
    (told,) = standing.keep_fresh(renewing.press(), one, now)
    assert told.startswith("harbour/twitter: ")
