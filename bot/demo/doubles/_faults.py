"""Faults on order: what a double does wrong, when it is told to."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

#: Faults after which nothing has been carried out.
BEFORE: Final = ("reset_before", "hang_before", "429", "402", "500", "502", "revoked", "answer")

#: Faults of a request that was carried out; only "slow" lets its answer through.
AFTER: Final = (
    "lost",  # the connection is closed without an answer
    "reset_after",
    "hang",  # no answer, and the connection stays open
    "truncated",  # the answer is cut short
    "garbage",  # an answer that is none
    "500_after",
    "502_after",
    "slow",  # carried out and answered late, whether or not anybody still listens
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, for the next `times` requests that match; 0: until `heal`.

    `match` is a pattern with * over method and path: "POST /2/tweets". A fault
    "answer" gives `status` and `body` instead of carrying anything out; `headers` are
    added to whatever is answered, and may lie.
    """

    kind: str
    match: str = "*"
    times: int = 1
    seconds: float = 1.0  # of "slow"
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in BEFORE + AFTER:
            raise ValueError(f"“{self.kind}” is no fault: {', '.join(BEFORE + AFTER)}")


@dataclass(frozen=True, slots=True)
class Storm:
    """Random faults: each matching request meets one of `kinds` with probability `rate`."""

    seed: int
    rate: float
    kinds: Sequence[str] = ("lost", "reset_before", "reset_after", "500", "502_after", "truncated")
    match: str = "*"
    seconds: float = 0.1


class Faults:
    """What is ordered, in order; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[tuple[Fault, int]] = []
        self._storm: Storm | None = None
        self._random = random.Random()

    def order(self, fault: Fault | Storm) -> None:
        """Add a fault, or begin a storm in place of an earlier one."""
        with self._lock:
            if isinstance(fault, Storm):
                self._storm, self._random = fault, random.Random(fault.seed)
            else:
                self._ordered.append((fault, fault.times))

    def heal(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._ordered, self._storm = [], None

    def next(self, line: str) -> Fault | None:
        """Take the fault that the request `line` ("POST /2/tweets") meets."""
        with self._lock:
            for at, (fault, left) in enumerate(self._ordered):
                if fnmatchcase(line, fault.match):
                    if left == 1:
                        del self._ordered[at]
                    elif left:
                        self._ordered[at] = (fault, left - 1)
                    return fault
            storm = self._storm
            if storm is None or not fnmatchcase(line, storm.match):
                return None
            if self._random.random() >= storm.rate:
                return None
            return Fault(self._random.choice(storm.kinds), seconds=storm.seconds)


def read(ordered: Mapping[str, Any]) -> Fault | Storm:
    """Read a fault as another process orders it; a TypeError or ValueError says what is wrong."""
    return Storm(**ordered) if "seed" in ordered else Fault(**ordered)
