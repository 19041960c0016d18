"""One row for one key, on every database alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from bot.store._connect import once


def keep(
    db: Connection,
    table: Table,
    key: Mapping[str, Any],
    columns: Mapping[str, Any],
    new: Mapping[str, Any] | None = None,
) -> None:
    """Change the row of `key`, or make it; another process may do the same at once.

    `new` is what a row that is made begins with, where that is something else.
    """
    change = update(table).where(*(table.c[name] == value for name, value in key.items()))
    change = change.values(**columns)
    if db.execute(change).rowcount == 0:
        row = insert(table).values(**key, **(columns if new is None else new))
        if not once(db, lambda: db.execute(row)):
            db.execute(change)
