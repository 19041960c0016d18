from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Store


def test_a_pause_holds_until_its_time(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.pauses.pause("harbour", until=now + timedelta(hours=1), who="ana", now=now)
        tx.pauses.pause("*", who="rui", now=now)
        active = tx.pauses.active(now)
        assert list(active) == ["*", "harbour"]
        assert (active["harbour"].who, active["harbour"].at) == ("ana", now)
        assert list(tx.pauses.active(now + timedelta(hours=1))) == ["*"]


def test_a_second_pause_replaces_the_first(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.pauses.pause("harbour", until=now + timedelta(hours=1), who="ana", now=now)
        tx.pauses.pause("harbour", who="rui", now=now)
        assert tx.pauses.active(now)["harbour"].until is None


def test_resuming_lifts_that_pause_alone(store: Store, now: datetime) -> None:
    with store.write() as tx:
        for scope in ("*", "harbour", "harbour/twitter"):
            tx.pauses.pause(scope, who="ana", now=now)
        assert tx.pauses.resume("harbour")
        assert not tx.pauses.resume("harbour")
        assert list(tx.pauses.active(now)) == ["*", "harbour/twitter"]
