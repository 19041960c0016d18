"""A process is killed at each instant there is, one after the other; the next goes on.

The instants are those that `bot._crash` names: before and after each commit and each
request. A process that is not killed notes them; then one process dies at each.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from crash.newsroom import Newsroom, Worker

from bot.model import Post, State

#: What goes out: on which platform, in which form.
KINDS = {
    "X": ("twitter", "link"),
    "link": ("facebook", "link"),
    "photo": ("facebook", "photo+comment"),
    "Instagram": ("instagram", "link"),
    "YouTube": ("youtube", "link"),
}
#: Of what is long, this is done in every run.
SHORT = {("sqlite", "X"), ("sqlite", "Instagram"), ("postgresql", "link")}
#: So many ways are walked on PostgreSQL too: one for each kind of a platform's answer.
FEW = ("X", "link")
#: Both kinds of databases, the second only where there is time.
BASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.long))

Open = Callable[..., Newsroom]


@pytest.mark.parametrize(
    ("newsroom", "kind"),
    [
        pytest.param(base, kind, marks=() if base == "sqlite" or kind in FEW else pytest.mark.long)
        for base in ("sqlite", "postgresql")
        for kind in KINDS
    ],
    indirect=["newsroom"],
)
def test_a_post_outlives_a_kill_at_every_point(newsroom: Open, kind: str, long: bool) -> None:
    """Unless there is time, each point only once but for X: here they come in every step."""
    room, worker, platform = ready(newsroom, kind)
    points = way(room, worker, tomorrow(room, platform))
    assert {"before commit lease", "after send effect", "after commit settle"} <= set(points)
    every = long or (kind == "X" and room.place.database.startswith("sqlite"))
    for number, point in enumerate(points, 1):
        if not every and point in points[: number - 1]:
            continue
        post = tomorrow(room, platform)
        assert dies(room, worker, number) == points[:number], point
        assert room.state(post) is not State.PUBLISHED or "after send effect" in points[:number]
        goes_on(room, worker, post, f"{number} {point}")
    assert room.faults() == []


@pytest.mark.parametrize(
    ("newsroom", "kind", "sent"),
    [
        pytest.param(base, kind, sent, marks=() if (base, kind) in SHORT else pytest.mark.long)
        for base in ("sqlite", "postgresql")
        for kind in KINDS
        for sent in (True, False)
    ],
    indirect=["newsroom"],
)
def test_looking_for_a_post_outlives_a_kill_at_every_point(
    newsroom: Open, kind: str, sent: bool
) -> None:
    """The first process dies around the request that makes a post public, the second in doubt."""
    room, worker, platform = ready(newsroom, kind)
    points = way(room, worker, tomorrow(room, platform))
    lost = points.index("after send effect" if sent else "before send effect") + 1
    post = tomorrow(room, platform)
    dies(room, worker, lost)
    looking = way(room, worker, post)
    assert {"after commit lapse", "after commit doubtful", "after commit look"} <= set(looking)
    settled = len(looking) - looking[::-1].index("after commit look")
    for point in dict.fromkeys(looking[:settled]):  # the rest is as it is without a doubt
        post = tomorrow(room, platform)
        dies(room, worker, lost)
        dies(room, worker, looking.index(point) + 1)
        goes_on(room, worker, post, point)
    assert room.faults() == []


@pytest.mark.parametrize("newsroom", BASES, indirect=True)
@pytest.mark.parametrize("kind", ["X", "link"])
def test_a_deletion_outlives_a_kill_at_every_point(newsroom: Open, kind: str) -> None:
    room, worker, platform = ready(newsroom, kind)

    def unwanted() -> Post:
        post = tomorrow(room, platform)
        goes_on(room, worker, post, "before it is deleted")
        with room.store.write() as tx:
            tx.followups.add(post.id, "delete", who="ada", now=room.clock.now())
        return post

    points = way(room, worker, unwanted(), State.DELETED)
    assert {"before send extra", "after commit settle followup"} <= set(points)
    for number, point in enumerate(points, 1):
        post = unwanted()
        dies(room, worker, number)
        goes_on(room, worker, post, point, State.DELETED)
    assert room.faults() == []


@pytest.mark.parametrize("newsroom", BASES, indirect=True)
def test_a_renewal_outlives_a_kill_at_every_point(newsroom: Open) -> None:
    """X takes each refresh token once: what was not yet stored when the process died is lost.

    Then the channel is blocked, visibly, and the post waits until it is connected anew.
    """
    room, worker, platform = ready(newsroom, "X", login=True)
    points = way(room, worker, tomorrow(room, platform))
    points = points[: points.index("after commit renewed") + 1]
    assert {"before commit renewing", "before send prepare", "after commit renew"} <= set(points)
    lost = []
    for number, point in enumerate(points, 1):
        post = tomorrow(room, platform)
        assert dies(room, worker, number) == points[:number]
        assert worker.live(drains=True) == 0
        if room.state(post) is State.APPROVED:
            lost.append(point)
            assert room.blocked(platform)
            room.connect()
            room.clock.advance(timedelta(days=1))
        goes_on(room, worker, post, point)
    assert lost == ["after send prepare", "before commit renew"]
    assert room.faults() == []


# ------------------------------------------------------------------------ steps


def ready(newsroom: Open, kind: str, **how: bool) -> tuple[Newsroom, Worker, str]:
    """Open a newsroom whose account on the platform is proven."""
    platform, form = KINDS[kind]
    room = newsroom(form=form, **how)
    room.post(platform)
    return room, room.worker(), platform


def tomorrow(room: Newsroom, platform: str) -> Post:
    """Make a post a day later: the account has to be proven anew."""
    room.clock.advance(timedelta(days=1, hours=1))
    return room.post(platform)


def way(room: Newsroom, worker: Worker, post: Post, to: State = State.PUBLISHED) -> list[str]:
    """List the points that a process passes which lives."""
    note = room.folder / "passed"
    note.unlink(missing_ok=True)
    goes_on(room, worker, post, "undisturbed", to, passed=str(note))
    return note.read_text("utf-8").splitlines()


def dies(room: Newsroom, worker: Worker, number: int) -> list[str]:
    """Let a process kill itself at a passing; give what it had passed."""
    note = room.folder / "passed"
    note.unlink(missing_ok=True)
    assert worker.live(drains=True, die_at=number, passed=str(note)) == signal.SIGKILL
    return note.read_text("utf-8").splitlines()


def goes_on(
    room: Newsroom,
    worker: Worker,
    post: Post,
    point: str,
    to: State = State.PUBLISHED,
    passed: str = "",
) -> None:
    """Let another process do the rest."""
    assert worker.live(drains=True, passed=passed) == 0, point
    assert room.state(post) is to, point
