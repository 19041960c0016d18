from __future__ import annotations

import threading

from bot.store import Store


def test_a_meter_counts_a_day_of_a_quota_of_a_credential(store: Store) -> None:
    with store.write() as tx:
        assert tx.meters.used("p1", "videos.insert", "2026-11-22") == 0
        tx.meters.add("p1", "videos.insert", "2026-11-22", 1)
        tx.meters.add("p1", "videos.insert", "2026-11-22", 2)
        for other in (
            ("p2", "videos.insert", "2026-11-22"),
            ("p1", "units", "2026-11-22"),
            ("p1", "videos.insert", "2026-11-23"),
        ):
            tx.meters.add(*other, 50)
        assert tx.meters.used("p1", "videos.insert", "2026-11-22") == 3


def test_two_who_count_at_once_lose_nothing(store: Store) -> None:
    ready = threading.Barrier(2)

    def count() -> None:
        ready.wait(timeout=10)
        for _ in range(10):
            with store.write() as tx:
                tx.meters.add("p1", "units", "2026-11-22", 1)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with store.read() as tx:
        assert tx.meters.used("p1", "units", "2026-11-22") == 20
