"""Of which picture a person had another cut, and around which point.

It lies beside what was made, under the same hash: `HASH.cut` tells of `HASH.jpg`. So a cut can
be changed later, and nothing of it is sent. What it names is kept as long as what was made.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = ".cut"
_KEPT: Final = re.compile(r"[0-9a-f]{64}\.jpg")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a picture was made of, as a person chose it."""

    source: str  # an address on the web, or the name of a file that lies beside
    focus: tuple[float, float] | None = None
    credit: str = ""  # of an own picture, as it was written
    ours: bool = False  # a person said that it may be used, whatever its credit says


def remember(made: Path, origin: Origin) -> None:
    """Write down what a picture was made of. Raises OSError."""
    path = made.with_suffix(SUFFIX)
    part = made.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.write_text(json.dumps(asdict(origin)), "utf-8")
    part.replace(path)


def recall(made: Path) -> Origin | None:
    """Read what a picture was made of; None where nobody chose, or it cannot be told any more."""
    try:
        found = json.loads(made.with_suffix(SUFFIX).read_text("utf-8"))
        focus = found["focus"]
        point = None if focus is None else (float(focus[0]), float(focus[1]))
        return Origin(str(found["source"]), point, str(found["credit"]), bool(found["ours"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def with_origins(needed: Collection[str], folder: Path) -> frozenset[str]:
    """Add to the names of needed files what they were made of."""
    found = set(needed)
    for path in folder.glob(f"*{SUFFIX}"):
        made = f"{path.stem}.jpg"
        origin = recall(path) if made in needed else None
        if origin is not None:
            found |= {path.name} | ({origin.source} if _KEPT.fullmatch(origin.source) else set())
    return frozenset(found)
