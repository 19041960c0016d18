"""What the store costs, counted in statements: times would tell of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event

from bot.identity import keys_of
from bot.model import Entry
from bot.store import Store


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Gather the statements that reach the database."""
    said: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(store._engine, "before_cursor_execute", note)


def offered(count: int) -> list[tuple[Entry, frozenset[tuple[str, str]]]]:
    entries = [Entry(url=f"https://harbour.example/{n}/", guid=f"g{n}") for n in range(count)]
    return [(entry, keys_of(entry)) for entry in entries]


def test_five_hundred_entries_take_a_few_statements(store: Store, now: datetime) -> None:
    with store.write():
        pass  # the first transaction of a store does more
    with counted(store) as said, store.write() as tx:
        assert tx.articles.remember("harbour", offered(500), now=now) == 500
    assert len(said) <= 10


def test_each_of_many_gets_its_own_keys(store: Store, now: datetime) -> None:
    entries = offered(300)
    with store.write() as tx:
        tx.articles.remember("harbour", entries[:1], now=now)
        ids = tx.articles.wait("harbour", entries, now=now)
        assert len(ids) == 299
        for number, (entry, keys) in zip(ids, entries[1:], strict=True):
            assert tx.articles.get(number).url == entry.url
            assert set(tx.articles.owners("harbour", keys).values()) == {number}
