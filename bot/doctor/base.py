"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: “ok”, a “note” worth knowing, or a “fault” to mend."""

    subject: str
    verdict: str
    sentence: str
    unreachable: bool = False
