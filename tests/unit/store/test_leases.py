from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.store import Store, open_store

MINUTE = timedelta(minutes=1)
Start = Callable[..., subprocess.Popen[str]]


class Clock:
    """A machine clock that a test moves."""

    def __init__(self) -> None:
        self.boot, self.seconds = "first", 100.0

    def __call__(self) -> tuple[str, float]:
        return self.boot, self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    with open_store(url, machine_clock=clock) as store:
        yield store


def take(store: Store, holder: str, name: str = "notices") -> bool:
    with store.write() as tx:
        return tx.leases.take(name, holder, MINUTE)


def test_one_at_a_time_has_it(store: Store, clock: Clock) -> None:
    assert take(store, "a")
    assert not take(store, "b")
    assert take(store, "b", "renew harbour/twitter")
    clock.seconds += 59
    assert not take(store, "b")
    assert take(store, "a"), "whoever has it may go on"
    clock.seconds += 59
    assert not take(store, "b")
    clock.seconds += 1
    assert take(store, "b")
    assert not take(store, "a")


def test_it_is_given_back_by_whoever_has_it(store: Store) -> None:
    assert take(store, "a")
    with store.write() as tx:
        tx.leases.release("notices", "b")
    assert not take(store, "b")
    with store.write() as tx:
        tx.leases.release("notices", "a")
    assert take(store, "b")


def test_it_ends_with_the_machine(store: Store, clock: Clock) -> None:
    assert take(store, "a")
    clock.boot, clock.seconds = "second", 3.0
    assert take(store, "b")
    assert not take(store, "a")


def test_one_process_of_several_gets_it(url: str, start: Start) -> None:
    source = """if True:
        import os, sys
        from datetime import timedelta
        from bot.store import open_store
        with open_store(sys.argv[1]) as store:
            print("ready", flush=True)
            sys.stdin.readline()
            with store.write() as tx:
                print(tx.leases.take("notices", str(os.getpid()), timedelta(minutes=1)))
    """
    processes = [start(source, url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=30)[0].strip() for process in processes]
    assert sorted(said) == ["False", "False", "True"]


def test_the_clock_of_either_kind_only_goes_on(url: str) -> None:
    from bot.store import _clock

    with open_store(url) as store, store.read() as tx:
        boot, seconds = _clock.now(tx.leases._db)
        assert _clock.now(tx.leases._db) >= (boot, seconds)
        assert bool(boot) == url.startswith("sqlite")
