"""Contrast by the book, and scrims by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media._workshop import _colour

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
Colour = tuple[int, int, int]
CHANNEL = st.integers(0, 255)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.478),  # the grey that just fails, everyone's example
        ("#767676", "#ffffff", 4.542),
        ("#ff0000", "#ffffff", 3.998),
        ("#0000ff", "#ffff00", 8.001),
        ("#b3261e", "#ffffff", 6.537),
        ("#abc", "#aabbcc", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    first, second = _colour.parse(one), _colour.parse(other)
    assert _colour.contrast(first, second) == pytest.approx(ratio, abs=0.001)
    assert _colour.contrast(second, first) == _colour.contrast(first, second)


@pytest.mark.parametrize(
    "wrong", ["", "red", "b3261e", "#12345", "#gggggg", "# 1234", "#１２３４５６"]
)
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="write it as #rrggbb"):
        _colour.parse(wrong)


def test_luminance_of_a_picture_is_that_of_each_pixel() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    found = _colour.luminances(picture)
    assert found.shape == (5, 7)
    assert found[3, 2] == pytest.approx(_colour.luminance(picture[3, 2]))


@settings(max_examples=40)
@given(COLOUR, COLOUR)
def test_what_is_chosen_can_be_read(ground: Colour, ink: Colour) -> None:
    chosen = _colour.readable(ground, ink)
    assert _colour.contrast(chosen, ground) >= _colour.READABLE
    if _colour.contrast(ink, ground) >= _colour.READABLE:
        assert chosen == ink


def plain(colour: Colour) -> np.ndarray:
    return np.full((64, 96, 3), colour, np.uint8)


def test_a_dark_picture_needs_no_scrim() -> None:
    assert _colour.scrim_for(plain((40, 40, 60))) == 0.0


@pytest.mark.parametrize("wanted", [3.0, 4.5, 7.0])
@settings(max_examples=25)
@given(colour=COLOUR)
def test_under_the_scrim_words_can_be_read_and_a_lighter_one_would_not_do(
    colour: Colour, wanted: float
) -> None:
    opacity = _colour.scrim_for(plain(colour), WHITE, wanted)
    under = [round(channel * (1 - opacity)) for channel in colour]
    assert _colour.contrast(WHITE, under) >= wanted
    lighter = [min(255, channel * (1 - opacity + 0.02) + 1) for channel in colour]
    if opacity:
        assert _colour.contrast(WHITE, lighter) < wanted + 0.05


def test_a_bright_half_counts_and_a_sparkle_does_not() -> None:
    dark = plain((20, 20, 20))
    half = dark.copy()
    half[:, 48:] = 255
    sparkle = dark.copy()
    sparkle[3, 5] = 255
    assert _colour.scrim_for(half) == pytest.approx(_colour.scrim_for(plain(WHITE)), abs=0.01)
    assert _colour.scrim_for(sparkle) == 0.0


def test_grain_counts_as_what_the_eye_makes_of_it() -> None:
    grain = np.random.default_rng(2).choice([0, 255], (64, 96, 1)).astype(np.uint8).repeat(3, 2)
    grey = _colour.scrim_for(plain((128, 128, 128)))
    assert grey - 0.05 < _colour.scrim_for(grain) < _colour.scrim_for(plain(WHITE)) - 0.05


def test_black_words_ask_for_no_black() -> None:
    assert _colour.scrim_for(plain(WHITE), BLACK) == 0.0
    assert _colour.scrim_for(plain((30, 30, 30)), BLACK) == 1.0  # nothing helps: the most


def test_a_strip_lower_than_a_square_is_measured_too() -> None:
    assert _colour.scrim_for(plain(WHITE)[:3, :5]) > 0.4
    assert _colour.scrim_for(plain(WHITE)[:0]) == 0.0
