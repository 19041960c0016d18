from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.model import Account
from bot.store import Store
from bot.store.accounts import Standing

X = ("harbour", "twitter")
ME = Account("77", "harbour_post", hidden="in development mode")
HOUR = timedelta(hours=1)


def test_a_proof_is_kept(store: Store, now: datetime) -> None:
    account = Account("77", "harbour_post", expires_at=now + HOUR, hidden="in development mode")
    with store.write() as tx:
        assert tx.accounts.get(*X) is None
        tx.accounts.prove(*X, account, "f1", now)
        assert tx.accounts.get(*X) == Standing(
            *X, "77", "harbour_post", "f1", now, now + HOUR, "in development mode", "", None, 0
        )
        tx.accounts.prove("harbour", "facebook", ME, "f2", now)
        assert [each.channel for each in tx.accounts.all()] == ["facebook", "twitter"]


@pytest.mark.parametrize(
    ("account", "how", "number"),
    [
        (Account("78", ME.name), {}, "77"),
        (Account("78", ME.name), {"another": True}, "78"),
        (Account("78", "other"), {}, "78"),  # the configuration names another account
    ],
)
def test_the_number_of_the_first_proof_stays_until_it_is_another_account(
    store: Store, now: datetime, account: Account, how: dict[str, bool], number: str
) -> None:
    with store.write() as tx:
        tx.accounts.block(*X, "no answer yet", now)
        tx.accounts.prove(*X, ME, "f1", now)
        tx.accounts.prove(*X, account, "f2", now + HOUR, **how)
        known = tx.accounts.get(*X)
    assert known is not None
    assert (known.remote_id, known.name) == (number, account.name)
    assert known.verified_at == now + HOUR


def test_a_block_is_told_since_it_began_and_ends_with_a_proof(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.accounts.prove(*X, ME, "f1", now - HOUR)
        tx.accounts.block(*X, "the token has expired", now)
        tx.accounts.block(*X, "the app lost a right", now + HOUR)
        known = tx.accounts.get(*X)
        assert known is not None
        assert (known.blocked, known.blocked_at) == ("the app lost a right", now)
        assert (known.failures, known.verified_at) == (2, now - HOUR)
        assert tx.rests.active(now + HOUR)["harbour/twitter"].until == now + HOUR + HOUR / 6
        tx.accounts.prove(*X, ME, "f2", now + HOUR)
        known = tx.accounts.get(*X)
        assert known is not None
        assert (known.blocked, known.blocked_at, known.failures) == ("", None, 0)
        assert tx.rests.active(now + HOUR) == {}


def test_a_proof_ends_no_rest_that_is_none_of_its_business(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.accounts.prove(*X, ME, "f1", now)
        tx.rests.rest("harbour/twitter", now + HOUR, "rate limit")
        tx.accounts.prove(*X, ME, "f2", now)
        assert list(tx.rests.active(now)) == ["harbour/twitter"]
