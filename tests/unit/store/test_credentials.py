from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import SealedError
from bot.store import Store, open_store
from bot.store._schema import credentials
from bot.store.credentials import Stored

X = ("harbour", "twitter")
HOUR = timedelta(hours=1)


def test_a_credential_comes_back_and_is_nowhere_to_be_read(store: Store, now: datetime) -> None:
    given = {"ACCESS_TOKEN": "open sesame", "CLIENT_ID": "id"}
    with store.write() as tx:
        tx.credentials.put(
            *X, given, seeds={"ACCESS_TOKEN": "mark"}, expires_at=now + HOUR, now=now
        )
        assert tx.credentials.get(*X) == {
            "ACCESS_TOKEN": Stored("open sesame", "mark", now + HOUR, now),
            "CLIENT_ID": Stored("id", "", now + HOUR, now),
        }
        assert "open sesame" not in repr(tx.credentials.get(*X))
        kept = str(tx.credentials._db.execute(select(credentials)).all())
        assert "open sesame" not in kept
        assert tx.credentials.get("harbour", "facebook") == {}


def test_what_is_put_replaces_what_has_its_name(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.credentials.put(*X, {"A": "1", "B": "2"}, seeds={"A": "s"}, expires_at=now, now=now)
        tx.credentials.put(*X, {"A": "3"}, seeds={}, expires_at=None, now=now + HOUR)
        found = tx.credentials.get(*X)
        assert found["A"] == Stored("3", "", None, now + HOUR)
        assert found["B"].value == "2"
        tx.credentials.put("harbour", "facebook", {"A": "4"}, seeds={}, expires_at=None, now=now)
        tx.credentials.forget(*X)
        assert tx.credentials.get(*X) == {}
        assert list(tx.credentials.get("harbour", "facebook")) == ["A"]


def test_another_key_opens_nothing(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.credentials.put(*X, {"A": "1"}, seeds={}, expires_at=None, now=now)
    url = store._engine.url.render_as_string(hide_password=False)
    with (
        open_store(url, key=b"A" * 43 + b"=") as other,
        other.read() as tx,
        pytest.raises(SealedError, match=r"^harbour/twitter: .* does not open with this key"),
    ):
        tx.credentials.get(*X)
