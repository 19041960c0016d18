from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.store import Store
from bot.store._schema import logins


def test_an_answer_is_given_once(store: Store, now: datetime) -> None:
    with store.write() as tx:
        assert not tx.logins.answer("unasked", "code")
        tx.logins.put("s1", now)
        assert tx.logins.take_answer("s1") is None
        assert tx.logins.answer("s1", "the code")
        assert "the code" not in str(tx.logins._db.execute(select(logins)).all())
        assert not tx.logins.answer("s1", "of somebody else")
        assert tx.logins.take_answer("s1") == "the code"
        assert tx.logins.take_answer("s1") is None
        assert not tx.logins.answer("s1", "too late")


def test_nobody_waits_for_longer_than_an_hour(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.logins.put("old", now - timedelta(minutes=61))
        tx.logins.put("young", now - timedelta(minutes=59))
        tx.logins.put("new", now)
        assert [tx.logins.answer(state, "x") for state in ("old", "young", "new")] == [
            False,
            True,
            True,
        ]
