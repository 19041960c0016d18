"""What stands in the timetable, on either kind of database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.model import Post, State
from bot.store import Store

Make = Callable[..., Post]
HOUR = timedelta(hours=1)


def test_posts_stand_where_they_went_out_else_where_they_are_due(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        went = make_post(tx, State.PUBLISHED, due_at=now - 3 * HOUR, published_at=now - HOUR)
        early = make_post(tx, State.PUBLISHED, due_at=now + 30 * HOUR, published_at=now)
        due = make_post(tx, State.APPROVED, due_at=now + HOUR)
        wish = make_post(tx, State.HELD, due_at=now + 2 * HOUR)
        make_post(tx, State.HELD)
        make_post(tx, State.REJECTED, due_at=now)
        make_post(tx, State.APPROVED, due_at=now + 9 * HOUR)
        make_post(tx, State.PUBLISHED, due_at=now, published_at=now - 30 * HOUR)
    with store.read() as tx:
        found = tx.timetable.between("harbour", ["twitter"], now - 2 * HOUR, now + 3 * HOUR)
        assert not tx.timetable.between("harbour", ["facebook"], now - HOUR, now + HOUR)
        taken = tx.posts.taken("harbour", "twitter", now - 2 * HOUR, now + 3 * HOUR)
    assert [each.id for each in found] == [went.id, early.id, due.id, wish.id]
    assert found[0].title == "Dockers strike"
    assert tuple(each.at for each in found if each.counts) == taken
    assert [each.movable for each in found] == [False, False, True, True]


def test_what_is_late_was_approved_and_has_not_gone_out(
    store: Store, make_post: Make, now: datetime
) -> None:
    with store.write() as tx:
        late = make_post(tx, State.APPROVED, due_at=now - HOUR)
        make_post(tx, State.APPROVED, due_at=now + HOUR)
        make_post(tx, State.PUBLISHED, due_at=now - HOUR, published_at=now)
    with store.read() as tx:
        assert [each.id for each in tx.timetable.late("harbour", now)] == [late.id]
        assert not tx.timetable.late("elsewhere", now)
