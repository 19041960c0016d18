"""What the studio is asked to make, and what it gives: plain values that cross a process.

The studio is a process of its own (`studio.Studio` hands it orders), so that a
picture which breaks a decoder breaks no daemon, and its memory is given back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from bot import text
from bot.model import Media

#: What a picture shows is said in so many characters.
ALT_LENGTH: Final = 250


class Shape(StrEnum):
    """The forms in which platforms show pictures and videos."""

    PORTRAIT = "portrait"
    WIDE = "wide"
    SQUARE = "square"
    STORY = "story"


#: Width and height in pixels. 4:5 and 1.91:1 are the ends of what Instagram's feed takes
#: (developers.facebook.com, Instagram media), 9:16 is the form of Shorts and Reels.
#: (read 2026-11-22)
SIZES: Final = MappingProxyType(
    {
        Shape.PORTRAIT: (1080, 1350),
        Shape.WIDE: (1200, 628),
        Shape.SQUARE: (1080, 1080),
        Shape.STORY: (1080, 1920),
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a site looks: what its file says under [look], with what stands in for the rest."""

    name: str = ""  # the publication, where it has no logo
    domain: str = ""
    logo: str = ""  # path of a picture; "" for none
    accent: str = "#b3261e"  # of the kicker's mark, of rules
    paper: str = "#fbfaf7"  # the ground of a card without a picture
    ink: str = "#161616"  # words on paper
    font: str = "sans"  # "sans", "serif", or the path of a font file
    audio: str = ""  # path of the site's own licensed sound; "" for silence


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to work from."""

    path: str  # its address on the web, until it is fetched
    focus: tuple[float, float] | None = None  # from left and top, 0 to 1; None: found by looking
    credit: str = ""  # the whole line, as it is shown: "Photo: Ana Ruiz"
    whole: bool = False  # its licence allows neither crop nor words on it


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a card or a video's first frame; the headline is never left out."""

    headline: str
    kicker: str = ""
    dek: str = ""  # shown whole where there is room, else not at all
    speaker: str = ""  # of a quotation: what of the headline stands outside of it
    language: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """An order for one picture."""

    PICTURE_ALONE: ClassVar = "picture"  # the layout without words, but for the credit
    WORDS_ALONE: ClassVar = "text"  # the one that needs no picture

    layout: str  # the name of a file in templates/cards/
    shape: Shape
    words: Words
    look: Look = Look()
    picture: Picture | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The one that it shows, or none; as a video has them."""
        return () if self.picture is None else (self.picture,)


@dataclass(frozen=True, slots=True)
class Video:
    """An order for one teaser video of 1080×1920."""

    words: Words
    sentences: tuple[str, ...] = ()  # shown in turn, each for as long as reading it takes
    look: Look = Look()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """An order for a picture as it is: whole, upright, anew as JPEG, with nothing else in it."""

    picture: Picture
    side: int  # its longer one has at most so many pixels

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The one that it shows; as a card has it."""
        return (self.picture,)


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished picture or video in our own store."""

    path: str
    sha256: str
    size: int
    mime: str
    width: int
    height: int
    seconds: float = 0.0  # of a video
    words: tuple[str, ...] = ()  # what stands on it, in the order of reading
    cut: bool = False  # the headline did not fit whole and ends with “…”


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an order could not be carried out; nothing was made."""

    code: str  # "picture-unusable" | "words-undrawable" | "render-failed"
    message: str  # one sentence


@dataclass(frozen=True, slots=True)
class Art:
    """What a teaser shows, still to be made: an order, and what is said of its picture."""

    order: Card | Video
    alt: str = ""  # what the article's picture shows, by its own alt or caption
    credit: str = ""

    @property
    def kind(self) -> str:
        """What of `Media.kind` it becomes."""
        return "video" if isinstance(self.order, Video) else "image"

    @property
    def stand_in(self) -> Media:
        """What stands in the teaser until it is made, with the picture that it is made from."""
        url = next((each.path for each in self.order.pictures if "://" in each.path), "")
        return Media(self.kind, url, alt=self.alt, credit=self.credit, placeholder=True)

    def media(self, piece: Piece) -> Media:
        """Put what was made into the teaser; a card is described by its words and its picture."""
        return replace(
            self.stand_in,
            url="",
            path=piece.path,
            sha256=piece.sha256,
            size=piece.size,
            mime=piece.mime,
            alt=self._described(piece.words) if self.kind == "image" else "",
            placeholder=False,
        )

    def _described(self, words: tuple[str, ...]) -> str:
        """Say what a picture shows: the story's words on it, then what its own alt says."""
        look = self.order.look
        aside = {look.name, look.domain, self.credit}
        aside |= {each.credit for each in self.order.pictures}
        told = [_ended(each) for each in words if each not in aside]
        said = " ".join((*told, self.alt)).strip()
        return said if len(said) <= ALT_LENGTH else text.cut_at_word(said, _is_short)


def _ended(words: str) -> str:
    """End a line as a sentence, so that it is not read into the next."""
    return words if words.endswith(tuple(".!?…:؟。！？»”\"'")) else f"{words}."


def _is_short(words: str) -> bool:
    return len(words) <= ALT_LENGTH
