"""What is said of a finished picture: the words on it that tell the story, and what it shows."""

from __future__ import annotations

import pytest

from bot.media.base import ALT_LENGTH, Art, Card, Look, Picture, Piece, Shape, Video, Words
from bot.model import Media

LOOK = Look("Harbour Post", "harbour.example")
WORDS = Words("Dockers strike", kicker="Labour")
CREDIT = "Photo: Ana Ruiz"


def card(alt: str = "") -> Art:
    picture = Picture("https://h.example/p.jpg", credit=CREDIT)
    return Art(Card("headline", Shape.PORTRAIT, WORDS, LOOK, picture), alt, "Ana Ruiz")


def piece(*words: str) -> Piece:
    return Piece("/m/a.jpg", "ab", 9, "image/jpeg", 1080, 1350, words=words)


@pytest.mark.parametrize(
    ("words", "alt", "said"),
    [
        (("Labour", "Dockers strike"), "A quay.", "Labour. Dockers strike. A quay."),
        (("Dockers strike?", "Harbour Post", "harbour.example", CREDIT), "", "Dockers strike?"),
        ((CREDIT,), "A quay.", "A quay."),
        ((CREDIT,), "", ""),
    ],
)
def test_a_card_is_described_by_its_story_and_its_picture(
    words: tuple[str, ...], alt: str, said: str
) -> None:
    media = card(alt).media(piece(*words))
    assert media == Media(
        "image",
        path="/m/a.jpg",
        alt=said,
        credit="Ana Ruiz",
        mime="image/jpeg",
        sha256="ab",
        size=9,
    )


def test_a_description_is_cut_at_a_word() -> None:
    said = card("quay " * 100).media(piece("Dockers strike")).alt
    assert len(said) <= ALT_LENGTH
    assert said.endswith("quay…")


def test_a_video_has_a_stand_in_until_it_is_made() -> None:
    art = Art(Video(WORDS), alt="A quay.")
    assert (art.stand_in.kind, art.stand_in.placeholder) == ("video", True)
    made = art.media(piece("Dockers strike"))
    assert (made.placeholder, made.alt) == (False, "")
