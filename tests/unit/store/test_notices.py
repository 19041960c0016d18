from __future__ import annotations

import threading
from datetime import datetime, timedelta

from bot.store import Store

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_a_cause_is_told_once_in_a_while(store: Store, now: datetime) -> None:
    with store.write() as tx:
        assert tx.notices.claim({"b": "…", "a": "…"}, now, HOUR) == ("b", "a")
        assert tx.notices.claim({"a": "…", "c": "…"}, now + MINUTE, HOUR) == ("c",)
        assert tx.notices.claim({"a": "…", "c": "…"}, now + HOUR, HOUR) == ("a",)
        assert tx.notices.claim({}, now, HOUR) == ()


def test_what_could_not_be_told_is_told_again(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.notices.claim({"a": "…", "b": "…"}, now, HOUR)
        tx.notices.failed(["a"])
        assert tx.notices.claim({"a": "…", "b": "…"}, now + MINUTE, HOUR) == ("a",)


def test_a_cause_that_is_over_and_comes_back_is_new(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.notices.claim({"a": "…", "b": "…"}, now, HOUR)
        tx.notices.forget(all_but=["b"])
        assert tx.notices.claim({"a": "…", "b": "…"}, now, HOUR) == ("a",)
        tx.notices.forget(all_but=())
        assert tx.notices.claim({"a": "…", "b": "…"}, now, HOUR) == ("a", "b")


def test_a_clock_that_was_set_back_silences_nothing_for_long(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.notices.claim({"a": "…"}, now + 5 * HOUR, HOUR)
        tx.notices.claim({"b": "…"}, now + MINUTE, HOUR)  # by a clock a little ahead of ours
        assert tx.notices.claim({"a": "…", "b": "…"}, now, HOUR) == ("a",)


def test_of_two_processes_one_tells(store: Store, now: datetime) -> None:
    told: list[str] = []
    ready = threading.Barrier(2)
    causes = [f"cause {number}" for number in range(20)]

    def tell(asked: list[str]) -> None:
        for at in (now, now + HOUR):
            ready.wait(timeout=10)
            with store.write() as tx:
                told.extend(tx.notices.claim(dict.fromkeys(asked, "…"), at, HOUR))

    threads = [threading.Thread(target=tell, args=(asked,)) for asked in (causes, causes[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(told) == sorted(causes * 2)
