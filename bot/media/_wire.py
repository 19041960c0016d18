"""What the studio and its process say to each other: one JSON object a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from bot.media.base import Card, Failure, Piece, Proof, Video

Order = Card | Video | Proof


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a layout's file: the site's own fault, not the picture's."""

    file: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one order; exactly one of them is set."""

    piece: Piece | None = None
    failure: Failure | None = None
    fault: Fault | None = None
    unkept: str = ""  # why the folder takes nothing


#: A card names its layout, a video its words, a proof its side.
ORDERS: Final[TypeAdapter[Order]] = TypeAdapter(
    Annotated[Card | Video | Proof, Field(union_mode="left_to_right")]
)
ANSWERS: Final = TypeAdapter(Answer)

#: The process leaves with this code when nobody asked for a while, and no other way with it.
LEFT: Final = 0
