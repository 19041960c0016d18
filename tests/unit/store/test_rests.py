from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Store
from bot.store.rests import Rest

HOUR = timedelta(hours=1)


def test_a_rest_holds_until_its_time_or_until_it_is_lifted(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.rests.rest("harbour/twitter", now + HOUR, "rate limit")
        tx.rests.rest("harbour/facebook", now + 2 * HOUR, "quota")
        assert tx.rests.active(now) == {
            "harbour/facebook": Rest("harbour/facebook", now + 2 * HOUR, "quota"),
            "harbour/twitter": Rest("harbour/twitter", now + HOUR, "rate limit"),
        }
        assert list(tx.rests.active(now + HOUR)) == ["harbour/facebook"]
        tx.rests.lift("harbour/facebook")
        tx.rests.lift("harbour/youtube")
        assert list(tx.rests.active(now)) == ["harbour/twitter"]


def test_of_two_rests_the_longer_one_holds(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.rests.rest("harbour/twitter", now + 2 * HOUR, "budget")
        tx.rests.rest("harbour/twitter", now + HOUR, "rate limit")
        assert tx.rests.active(now)["harbour/twitter"].reason == "budget"
        tx.rests.rest("harbour/twitter", now + 3 * HOUR, "quota")
        assert tx.rests.active(now)["harbour/twitter"].reason == "quota"
