"""A studio without a process of its own, for tests of what is done with its pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.media.base import SIZES, Card, Failure, Piece, Shape, Video

#: What begins like a JPEG, and what begins like an MP4.
BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff\xe0", "video/mp4": b"\0\0\0\x18ftypmp42"}


@dataclass
class Stills:
    """Makes files that name their orders, and remembers what was ordered."""

    folder: Path
    orders: list[Card | Video] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)  # of the next orders, the first first

    def make(self, orders: Sequence[Card | Video]) -> list[Piece | Failure]:
        self.orders += orders
        return [self.failures.pop(0) if self.failures else self._piece(each) for each in orders]

    def close(self) -> None:
        """Let go of nothing."""

    def _piece(self, order: Card | Video) -> Piece:
        film = isinstance(order, Video)
        mime = "video/mp4" if film else "image/jpeg"
        content = BEGINNINGS[mime] + repr(order).encode()
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / f"{digest}{'.mp4' if film else '.jpg'}"
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        width, height = SIZES[Shape.STORY if isinstance(order, Video) else order.shape]
        alone = isinstance(order, Card) and order.layout == Card.PICTURE_ALONE
        words = () if alone else (order.words.headline,)
        seconds = 12.0 if film else 0.0
        return Piece(str(path), digest, len(content), mime, width, height, seconds, words=words)
