"""The life of posts under editors, workers, faults, crashes and clocks, in any order.

Hypothesis plays editor, worker, network, power cut and clock. The remote side counts
what the public could see; what always holds is asserted where an effect happens, and
after every drain.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from press import LEASE, QUARANTINE, FakePlatform

from bot import _crash, followups, publisher, queue, reconciler, review
from bot.errors import StoreError, UsageError
from bot.hours import Windows
from bot.http import Session
from bot.model import (
    TRANSITIONS,
    Absent,
    Article,
    Blocked,
    Channel,
    Outcome,
    Post,
    Published,
    Refused,
    Retry,
    State,
    Teaser,
    Trace,
    Unknown,
    Verb,
    Waiting,
)
from bot.standing import Bound, Changed, Gone, Later, Look, Press, Same
from bot.store import Store, open_store

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RULES = queue.Rules("required", False, Windows(()), UTC, timedelta(0), None, timedelta(days=30))
CHANNELS = ("twitter", "facebook")
#: After this all is visible: longer than one quarantine, so that the first look finds nothing.
LAG = 300.0

#: Where the databases lie: no test here is about the disk.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

ENDINGS = (
    *("fine", "answer lost", "lost unseen", "fault after", "frozen before", "frozen after"),
    *("not sent", "refused", "blocked"),
)
LOOKS = ("truth", "truth", "proof", "unreadable", "fault", "several")
SEEN: tuple[Look, ...] = (
    *(Same(), Same(), Same(), Same(), Same(), Same()),
    *(Later("503", MINUTE), Gone("404"), Changed("New")),
)
#: Faults are drawn evenly: Hypothesis itself would choose the simplest much too often.
CHANCE = st.integers(0, 2**32).map(Random)
VERBS = ("approve", "approve", "edit", "reject", "move", "unapprove", "reopen", "settle")
#: After a drain nothing is left in these.
UNDER_WAY = (State.APPROVED, State.SENDING, State.WAITING, State.UNKNOWN)


class PowerCut(BaseException):
    """The process ends here."""


@dataclass
class Effect:
    """One thing that the public can see, from a moment on."""

    key: str
    text: str
    at: float
    visible_at: float


@dataclass
class Remote:
    """The platform's side of the world, and the machine's clock."""

    effects: list[Effect] = field(default_factory=list)
    comments: Counter[str] = field(default_factory=Counter)
    boot: str = "first"
    seconds: float = 1000.0
    truth: float = 0.0  # seconds since START that really went by
    offset: timedelta = timedelta(0)  # by which the wall clock is wrong

    def machine(self) -> tuple[str, float]:
        return self.boot, self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.truth) + self.offset

    def on(self, seconds: float) -> None:
        self.seconds += seconds
        self.truth += seconds


class Scripted(FakePlatform):
    """A platform that applies effects in the remote world and answers as it is told."""

    def __init__(self, life: Life, endings: list[str], looks: list[str], steps: int) -> None:
        super().__init__(Session(deadline=timedelta(seconds=1)))
        self.life, self.endings, self.looks, self.steps = life, endings, looks, steps

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        made = int((resume or {}).get("made", 0))
        if made < self.steps:
            _crash.point("before send prepare")
            _crash.point("after send prepare")
            return Waiting({"made": made + 1})
        ending = self.endings.pop() if self.endings else "fine"
        if ending == "frozen before":
            self.life.frozen()
        until = self.session.attempt_deadline
        assert until is not None, "an effect needs the end of its lease"
        if ending == "not sent" or self.life.remote.seconds >= until:
            return Retry("not sent")
        if ending in ("refused", "blocked"):
            return Refused("never") if ending == "refused" else Blocked("the token")
        if ending == "lost unseen":
            return Unknown("the answer was lost")
        _crash.point("before send effect")
        self.life.happen(teaser, key)
        _crash.point("after send effect")
        if ending == "frozen after":
            self.life.frozen()
        if ending == "fault after":
            raise RuntimeError("garbage")
        if ending == "answer lost":
            return Unknown("the answer was lost")
        return Published(f"r-{key}", f"https://x.example/{key}", extras=("comment",))

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        remote = self.life.remote
        look = self.looks.pop() if self.looks else "truth"
        if look == "unreadable":
            return Retry("503")
        if look == "several":
            return Unknown("several match")
        if look == "fault":
            raise RuntimeError("garbage")
        oldest = trace.since - 2 * HOUR
        found = [
            each
            for each in remote.effects
            if each.text == teaser.text
            and START + timedelta(seconds=each.at) >= oldest
            and (look == "proof" or each.visible_at <= remote.truth)
            and f"r-{each.key}" not in trace.others
        ]
        if found:
            return Published(f"r-{found[0].key}", extras=("comment",))
        return Absent(look == "proof")

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        ending = self.endings.pop() if self.endings else "fine"
        if ending in ("not sent", "blocked"):
            return Retry("not sent")
        if ending == "refused":
            return Refused("comments are off")
        _crash.point("before send extra")
        self.life.remote.comments[remote_id] += 1
        _crash.point("after send extra")
        return Unknown("lost") if ending == "answer lost" else Published("c")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database built once."""
    file = tmp_path_factory.mktemp("life") / "bot.db"
    open_store(f"sqlite:///{file}").close()
    return file


class Life(RuleBasedStateMachine):
    """Editors, workers and faults around one database."""

    template: Path  # set by the test

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory(prefix="life-", dir=MEMORY)
        file = Path(self.folder.name) / "bot.db"
        shutil.copy(self.template, file)
        self.remote = Remote()
        self.url = f"sqlite:///{file}"
        self.store: Store = open_store(self.url, machine_clock=self.remote.machine)
        self.keys: dict[str, int] = {}
        self.approved: dict[int, str] = {}  # the seal of what stands approved
        self.stopped: set[str] = set()
        self.wrong: list[str] = []
        self.lag = 0.0
        self.nested = False
        self.count = 0

    # ------------------------------------------------------------------ the remote side

    def happen(self, teaser: Teaser, key: str) -> None:
        """Make something public, and see that it may be."""
        remote, post_id = self.remote, self.keys[key]
        with self.store.read() as tx:
            post = tx.posts.get(post_id)
        place = f"{post.site}/{post.channel}"
        for wrong, words in (
            (queue.seal(teaser) != self.approved.get(post_id), "went out with unapproved bytes"),
            (self.stopped & {"*", post.site, place}, "went out in a pause"),
            (key in {each.key for each in remote.effects}, "went out twice"),
        ):
            if wrong:  # raised later: a worker would take it for a fault of the platform
                self.wrong.append(f"post {post_id} {words}")
        remote.effects.append(Effect(key, teaser.text, remote.truth, remote.truth + self.lag))

    def frozen(self) -> None:
        """Let this process sleep past its lease, while another one works on the queue."""
        if self.nested:
            return
        hook, _crash.hook = _crash.hook, None
        self.nested = True
        try:
            for seconds in (LEASE.total_seconds() + 1, 181.0, 181.0, 1.0):
                self.remote.on(seconds)
                press = self.press([], [], 0)
                publisher.run_once(press, self.remote.now())
                reconciler.run_once(press, self.remote.now())
        finally:
            self.nested, _crash.hook = False, hook

    # ---------------------------------------------------------------------- the workers

    def press(
        self, endings: list[str], looks: list[str], steps: int, seen: Look = SEEN[0]
    ) -> Press:
        platforms = {name: Scripted(self, endings, looks, steps) for name in CHANNELS}

        def bound(site: str, channel: str) -> Bound:
            platform: Any = platforms[channel]
            where = Channel(site, channel, "twitter", "harbour_post")
            return Bound(where, platform, platform.session, {"TOKEN": "t"})

        return Press(
            store=self.store,
            bound=bound,
            watch=lambda post, now: seen,
            lease=LEASE,
            quarantine=QUARANTINE,
            steady=lambda: self.remote.seconds,
        )

    @contextmanager
    def doomed(self, chance: Random, most: int) -> Iterator[None]:
        """Perhaps end the process, or let the database refuse, at a point that is passed."""
        left = [chance.choice((-1, chance.randint(1, most)))]
        cut = chance.choice((True, False))

        def hook(name: str) -> None:
            left[0] -= 1
            if left[0] == 0 and cut:
                raise PowerCut(name)
            if left[0] == 0 and name.startswith("before commit"):
                raise StoreError(f"there is no room ({name})")

        _crash.hook = hook
        try:
            with suppress(PowerCut):
                yield
        finally:
            _crash.hook = None

    @rule(chance=CHANCE)
    def the_workers_work(self, chance: Random) -> None:
        """Let new posts go out, time pass, and doubts be looked into."""
        for _ in range(chance.choice((0, 1, 1, 2))):
            self.a_post_comes(CHANNELS[self.count % 2], True)
        self.publish(chance)
        self.remote.on(chance.choice((0.0, 130.0, 181.0, 181.0, 181.0)))
        if chance.random() < 0.7:
            self.reconcile(chance)
        if chance.random() < 0.3:
            self.follow_up(chance)

    def publish(self, chance: Random) -> None:
        self.lag = chance.choice((0.0, LAG))
        endings = [chance.choice(ENDINGS) for _ in range(3)]
        press = self.press(endings, [], chance.randint(0, 1), chance.choice(SEEN))
        with self.doomed(chance, 30):
            publisher.run_once(press, self.remote.now())
        self.note()

    def reconcile(self, chance: Random) -> None:
        press = self.press([], [chance.choice(LOOKS) for _ in range(2)], 0)
        with self.doomed(chance, 10):
            reconciler.run_once(press, self.remote.now())

    def follow_up(self, chance: Random) -> None:
        press = self.press([chance.choice(ENDINGS) for _ in range(2)], [], 0)
        with self.doomed(chance, 8):
            followups.run_once(press, self.remote.now())

    def note(self) -> None:
        """Take over which approvals the workers took back."""
        with self.store.read() as tx:
            for post in tx.posts.list(states=(State.HELD, State.EXPIRED)):
                self.approved.pop(post.id, None)

    # ----------------------------------------------------------------------- the clocks

    def time_goes_on(self, chance: Random) -> None:
        """Let time pass, somebody set the wall clock, the machine start anew."""
        self.remote.on(chance.choice((1.0, 61.0, 4000.0)))
        self.remote.offset = chance.choice((-HOUR, 0 * HOUR, HOUR))
        if chance.random() < 0.2:
            self.remote.boot += "'"
            self.remote.seconds = 10.0

    # ----------------------------------------------------------------------- the editors

    def a_post_comes(self, channel: str, approved: bool) -> None:
        self.count += 1
        url = f"https://harbour.example/{self.count}"
        made = queue.Made(Teaser(f"Article {self.count}", link=url), (), ())
        with self.store.write() as tx:
            article = Article(url=url, headline=f"Article {self.count}")
            kept = tx.articles.add("harbour", article, [("url", url)], now=self.remote.now())
            post = queue.hold(
                tx,
                article_id=kept.id,
                channel=Channel("harbour", channel, "twitter", "harbour_post"),
                made=made,
                rules=RULES,
                published_at=self.remote.now(),
                now=self.remote.now(),
                who="poll",
            )
        assert post is not None
        self.keys[post.key] = post.id
        if approved:
            self.edits("approve", post.id)

    @rule(chance=CHANCE)
    def something_else_happens(self, chance: Random) -> None:
        """Let an editor act, or a clock, or a person who stops it all."""
        self.count or self.a_post_comes("twitter", False)
        match chance.choice(("edit", "edit", "edit", "edit", "clock", "clock", "pause", "post")):
            case "edit":
                self.edits(chance.choice(VERBS), chance.randint(1, self.count))
            case "clock":
                self.time_goes_on(chance)
            case "pause":
                self.somebody_pauses_or_resumes(chance.choice(("*", "harbour/twitter")))
            case _:
                self.a_post_comes(chance.choice(CHANNELS), False)

    def edits(self, verb: str, post_id: int) -> None:
        """Do one thing to a post, as far as its state allows it."""
        now = self.remote.now()
        by: dict[str, Any] = {"who": "mia", "now": now}
        try:
            match verb:
                case "approve":
                    done = review.approve(self.store, post_id, RULES, at=now, **by)
                case "edit":
                    text = f"Article {post_id}, edited at {self.remote.truth:g}"
                    done = review.edit(self.store, post_id, lambda *_: (), text=text, **by)
                case "reject":
                    done = self.rejected(post_id, by)
                case "move":
                    done = review.move(self.store, post_id, now + MINUTE, **by)
                case "unapprove":
                    done = review.unapprove(self.store, post_id, **by)
                case "reopen":
                    done = review.reopen(self.store, post_id, RULES, **by)
                case _:
                    done = self.settled(post_id, by)
        except UsageError:
            return
        if done.state is State.APPROVED:
            self.approved[post_id] = queue.seal(done.teaser)
        elif done.state in (State.HELD, State.REJECTED):
            self.approved.pop(post_id, None)

    def rejected(self, post_id: int, by: dict[str, Any]) -> Post:
        with self.store.read() as tx:
            if tx.posts.get(post_id).state in review.DOUBTFUL:
                raise UsageError("whoever has not looked does not give it up")
        return review.reject(self.store, post_id, "no", **by)

    def settled(self, post_id: int, by: dict[str, Any]) -> Post:
        """Say what is true: a person sees the channel itself."""
        with self.store.read() as tx:
            post = tx.posts.get(post_id)
        if post.state not in review.DOUBTFUL:
            raise UsageError("there is no doubt")
        live = post.key in {each.key for each in self.remote.effects}
        where = f"https://x.example/{post.key}" if live else None
        return review.settle(self.store, post_id, published_at=where, **by)

    def somebody_pauses_or_resumes(self, scope: str) -> None:
        stopped, self.stopped = self.stopped, set() if self.stopped else {scope}
        with self.store.write() as tx:
            for each in stopped:
                tx.pauses.resume(each)
            for each in self.stopped:
                tx.pauses.pause(each, who="mia", now=self.remote.now())

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def the_log_is_legal(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as tx:
            last: dict[int, State] = {}
            for row in tx.posts.log():
                assert row.before == last.get(row.post_id)
                moved = row.verb is Verb.EDIT and row.before == row.after  # a post that was moved
                assert moved or row.after in TRANSITIONS[row.before, row.verb]
                last[row.post_id] = row.after
            assert last == {post.id: post.state for post in tx.posts.list()}

    @invariant()
    def nothing_went_out_that_must_not(self) -> None:
        assert not getattr(self, "wrong", None), self.wrong

    @invariant()
    def what_is_public_is_known_or_in_doubt(self) -> None:
        if not hasattr(self, "store"):
            return
        may_be_live = {State.SENDING, State.UNKNOWN, State.NEEDS_PERSON, State.PUBLISHED}
        with self.store.read() as tx:
            states = {post.key: post.state for post in tx.posts.list()}
        live = {each.key for each in self.remote.effects}
        for key, state in states.items():
            assert state is not State.PUBLISHED or key in live, "nothing is published but in words"
            assert key not in live or state in may_be_live, "it would be sent again"
        assert all(count == 1 for count in self.remote.comments.values())

    def teardown(self) -> None:
        """Let everything settle without faults: what was approved is out, or a person's."""
        if not hasattr(self, "store"):
            return
        try:
            self.drain()
        finally:
            self.store.close()
            self.folder.cleanup()

    def drain(self) -> None:
        with self.store.write() as tx:
            for scope in self.stopped:
                tx.pauses.resume(scope)
        self.stopped.clear()
        self.remote.offset = timedelta(0)
        for _ in range(12):
            self.remote.on(4000.0)
            press = self.press([], [], 1)
            publisher.run_once(press, self.remote.now())
            self.note()
            reconciler.run_once(press, self.remote.now())
            followups.run_once(press, self.remote.now())
            with self.store.read() as tx:
                if not tx.posts.list(states=UNDER_WAY):
                    break
        with self.store.read() as tx:
            posts = tx.posts.list()
        assert not {post.state for post in posts} & set(UNDER_WAY)
        assert all(post.reason for post in posts if post.state is State.NEEDS_PERSON)
        self.the_log_is_legal()
        self.nothing_went_out_that_must_not()
        self.what_is_public_is_known_or_in_doubt()


def test_the_life_of_posts(template: Path) -> None:
    Life.template = template
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
