"""What a teaser video shows from when until when."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.media.base import Look, Video, Words
from bot.media.storyboard import (
    END_CARD,
    FPS,
    LONGEST,
    MOST_ON_SCREEN,
    SHORTEST,
    fitting,
    scenes,
    shares,
    weight,
)

HEADLINE = "Dockers walk out after third week of talks"
STOPS = "The strike stops all container traffic in the port until Friday."
PATIENT = "“We have been patient for long enough,” said Rosa Brun."
TALKS = "Talks resume on Monday."

letters = some.text(some.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=300)


def order(headline: str, *sentences: str) -> Video:
    return Video(Words(headline), sentences, Look(domain="harbour.example"))


def shown(video: Video) -> list[tuple[str, str, float]]:
    return [(s.kind, s.words, round((s.ends - s.begins) / FPS, 1)) for s in scenes(video)]


def test_each_stands_as_long_as_reading_it_takes() -> None:
    # 42, 64 and 55 letters at 15 a second, and 0.4 s to find the line.
    assert shown(order(HEADLINE, STOPS, PATIENT)) == [
        ("headline", HEADLINE, 3.2),
        ("sentence", STOPS, 4.7),
        ("sentence", PATIENT, 4.1),
        ("end", "harbour.example", 2.6),
    ]


def test_a_headline_alone_holds_ten_seconds() -> None:
    assert shown(order(HEADLINE)) == [
        ("headline", HEADLINE, 7.4),
        ("end", "harbour.example", 2.6),
    ]


def test_little_to_read_stands_longer_in_the_same_proportion() -> None:
    headline, sentence, end = scenes(order("Port shut", "Talks resume."))
    assert end.ends == SHORTEST
    assert abs((headline.ends - headline.begins) - (sentence.ends - sentence.begins)) <= 1


def test_at_most_three_sentences_and_each_once() -> None:
    assert fitting(["A.", "A.", "B.", " ", "C.", "D."], "Port shut") == ("A.", "B.", "C.")


def test_a_sentence_that_is_too_long_makes_way_whole() -> None:
    endless = "The union " * 30 + "says."
    assert fitting([endless, STOPS], HEADLINE) == (STOPS,)
    quotation = f"“{'We were patient, and ' * 8}now we are not,” said Rosa Brun."
    assert fitting([STOPS, PATIENT, quotation, TALKS], HEADLINE) == (STOPS, PATIENT, TALKS)


def test_no_more_is_said_than_can_be_read_in_the_longest_video() -> None:
    long = [letter * 150 for letter in "abc"]
    assert fitting(long, HEADLINE) == (long[0],)
    assert scenes(order(HEADLINE, *long, TALKS))[-1].ends <= LONGEST
    assert fitting([*long, TALKS], HEADLINE) == (long[0], TALKS)


def test_a_sentence_as_long_as_the_screen_holds_is_shown() -> None:
    assert fitting(["a" * MOST_ON_SCREEN], "Port shut")
    assert not fitting(["a" * (MOST_ON_SCREEN + 1)], "Port shut")


def test_an_ideograph_takes_longer_than_a_letter_and_marks_take_nothing() -> None:
    assert weight("港口罢工") == 4 * 2.5
    assert weight("항만파업") == 4 * 1.25
    assert weight("e\u0301te\u0301") == 3  # written with combining marks
    assert weight("हिन्दी") <= 3
    assert weight("👩🏽‍🌾") == 2.5


@pytest.mark.parametrize("pictures", [1, 2, 3, 4])
def test_pictures_share_the_time_before_the_end_card(pictures: int) -> None:
    board = scenes(order(HEADLINE, STOPS))
    spans = shares(board, pictures)
    assert spans[0][0] == 0
    assert spans[-1][1] == board[-1].begins
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    lengths = [end - begin for begin, end in spans]
    assert max(lengths) - min(lengths) <= 1


@settings(max_examples=60, deadline=None)
@given(letters, some.lists(letters, max_size=5))
def test_whatever_the_words_the_video_has_its_length(headline: str, sentences: list[str]) -> None:
    board = scenes(order(headline, *sentences))
    assert board[0].begins == 0
    assert all(one.ends == other.begins for one, other in pairwise(board))
    assert SHORTEST <= board[-1].ends <= LONGEST
    assert board[-1].ends - board[-1].begins == END_CARD
    assert all(scene.ends - scene.begins >= 2.2 * FPS for scene in board)


@settings(max_examples=60, deadline=None)
@given(letters, some.lists(letters, max_size=5))
def test_what_fits_is_whole_in_its_order_and_fits_again(
    headline: str, sentences: list[str]
) -> None:
    chosen = fitting(sentences, headline)
    left = iter(sentences)
    assert all(sentence in left for sentence in chosen)  # a subsequence
    assert fitting(chosen, headline) == chosen
    assert [s.words for s in scenes(order(headline, *sentences))[1:-1]] == list(chosen)
    for scene in scenes(order(headline, *sentences))[1:-1]:
        assert (scene.ends - scene.begins) / FPS * 15 >= weight(scene.words)
