"""A platform that answers as it is told, and what a run needs around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from bot.http import Sample, Session
from bot.model import (
    Absent,
    Account,
    Channel,
    Outcome,
    Post,
    Published,
    Renewed,
    Teaser,
    Trace,
)
from bot.platforms.base import Quota
from bot.queue import Rules
from bot.standing import Bound, Look, Press, Same
from bot.store import Store

API = "https://api.example"
LEASE = timedelta(minutes=2)
QUARANTINE = timedelta(minutes=3)
ACCOUNT = Account("7", "harbour_post")


@dataclass
class FakePlatform:
    """Answers in turn from a list for each of its methods; the last one stays."""

    session: Session = field(default_factory=lambda: Session(deadline=timedelta(seconds=1)))
    outcomes: list[Outcome | BaseException] = field(default_factory=lambda: [Published("9")])
    found: list[Outcome | BaseException] = field(default_factory=lambda: [Absent(False)])
    accounts: list[Account | Outcome | BaseException] = field(default_factory=lambda: [ACCOUNT])
    renewals: list[Renewed | Outcome | BaseException] = field(default_factory=list)
    afters: list[Outcome | BaseException] = field(default_factory=lambda: [Published("c")])
    deletions: list[Outcome | BaseException] = field(default_factory=lambda: [Absent(True)])
    calls: list[str] = field(default_factory=list)
    resumes: list[Mapping[str, Any] | None] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    during: Callable[[], None] = lambda: None  # called in the middle of a step
    quotas: tuple[Quota, ...] = ()
    renews: timedelta | None = None
    mills: int = 0
    costs: dict[str, int] = field(default_factory=dict)  # of quotas, a step
    used: dict[str, int] = field(default_factory=dict)
    credential: str = "project"
    name: ClassVar[str] = "twitter"
    label: ClassVar[str] = "X (Twitter)"

    def price(self, teaser: Teaser) -> int:
        return self.mills if teaser.link else self.mills // 10

    def publish(self, teaser: Teaser, key: str, resume: Mapping[str, Any] | None = None) -> Outcome:
        self.resumes.append(resume)
        self.used = {name: self.used.get(name, 0) + n for name, n in self.costs.items()}
        if self.session.dry_run:
            with self.session.declare("effect", Sample(json={})):
                self.session.post(f"{API}/posts", json={"text": teaser.text})
        return self._say(f"publish {teaser.text}", self.outcomes)

    def reconcile(
        self, teaser: Teaser, key: str, trace: Trace, resume: Mapping[str, Any] | None = None
    ) -> Outcome:
        self.resumes.append(resume)
        self.traces.append(trace)
        return self._say("reconcile", self.found)

    def verify(self) -> Account | Outcome:
        return self._say("verify", self.accounts)

    def renew(self) -> Renewed | Outcome:
        return self._say("renew", self.renewals)

    def extra(self, name: str, teaser: Teaser, remote_id: str) -> Outcome:
        return self._say(f"{name} of {remote_id}", self.afters)

    def delete(self, remote_id: str) -> Outcome:
        return self._say(f"delete {remote_id}", self.deletions)

    def _say(self, call: str, answers: list[Any]) -> Any:
        self.calls.append(call)
        self.during()
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass
class Desk:
    """Presses for a store: the channels there are, what they are bound with, what they see."""

    store: Store
    platforms: dict[str, FakePlatform] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=lambda: {"TOKEN": "t-1"})
    seeds: dict[str, str] = field(default_factory=lambda: {"TOKEN": "t-1"})
    look: Look = field(default_factory=Same)
    looked: list[int] = field(default_factory=list)
    number: str = ""
    budget: int | None = None
    rules: Rules | None = None
    seconds: float = 1000.0

    def bound(self, site: str, channel: str) -> Bound:
        platform = self.platforms[channel]
        given: Any = platform
        return Bound(
            channel=Channel(site, channel, "twitter", "harbour_post"),
            platform=given,
            session=platform.session,
            secrets=dict(self.secrets),
            seeds=dict(self.seeds),
            number=self.number,
            budget=self.budget,
            zone=UTC,
            rules=self.rules,
        )

    def watch(self, post: Post, now: datetime) -> Look:
        self.looked.append(post.id)
        return self.look

    def press(self, **how: Any) -> Press:
        return Press(
            **{
                "store": self.store,
                "bound": self.bound,
                "watch": self.watch,
                "lease": LEASE,
                "quarantine": QUARANTINE,
                "steady": lambda: self.seconds,
                **how,
            }
        )


def rehearsing() -> Session:
    """A session that cannot write."""
    session = Session(deadline=timedelta(seconds=1), dry_run=True)
    session.route({API: API})
    return session
