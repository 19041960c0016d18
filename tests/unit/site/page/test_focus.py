from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from bot.site.page import _focus


def focus(attributes: str, around: str = "<figure>{}</figure>") -> tuple[float, float] | None:
    shown = html.fromstring(around.format(f'<img src="/a.jpg" {attributes}>'))
    return _focus.of(shown if shown.tag == "img" else next(shown.iter("img")))


@pytest.mark.parametrize(
    ("attributes", "point"),
    [
        ('style="object-position:43% 27%" data-object-position="43% 27%"', (0.43, 0.27)),
        ('style="width: 100%; OBJECT-POSITION: 43.5% 27% !important"', (0.435, 0.27)),
        ('style="object-position: top"', (0.5, 0)),
        ('style="object-position: top right"', (1, 0)),
        ('style="object-position: left 20%"', (0, 0.2)),
        ('style="object-position:-10% 130%"', (0, 1)),
        ('data-focus-x="0.4" data-focus-y="0.5"', (0.7, 0.25)),  # focuspoint.js: upwards
        ('data-focus-x="-1" data-focus-y="-1"', (0, 1)),
        ('data-focus-x="43%" data-focus-y="27%"', (0.43, 0.27)),
        ('data-focal-x="43" data-focal-y="27"', (0.43, 0.27)),
        ('data-focal-point-x="0.43" data-focal-point-y="0.27"', (0.43, 0.27)),
        ('data-focal-point="0.43,0.27"', (0.43, 0.27)),
        ('data-focus-position-x="43%" data-focus-position-y="27%"', (0.43, 0.27)),
        ("""data-focus='{"x": 0.43, "y": 0.27}'""", (0.43, 0.27)),
        ('style="--focus-x: 43%; --focus-y: 27%"', (0.43, 0.27)),
        ('style="--focal-point: 43% 27%"', (0.43, 0.27)),
    ],
)
def test_where_the_subject_is_is_read_from_left_and_top(
    attributes: str, point: tuple[float, float]
) -> None:
    assert focus(attributes) == pytest.approx(point)


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'style="object-position: 50% 50%"',
        'style="object-position: center"',
        'style="object-position: 10px 20px"',
        'style="object-position: calc(1% + 2px) 3%"',
        'style="object-position: var(--there)"',
        'data-focus="true"',
        'data-focus-x="0.4"',
        'data-focus-x="nan" data-focus-y="inf"',
        'data-focus-x="1e9" data-focus-y="0"',
        'data-focal-point="430,270"',
        'data-focal-point="-3,27"',
        'data-unfocus-x="0.1" data-unfocus-y="0.2"',
    ],
)
def test_the_middle_and_what_makes_no_sense_say_nothing(attributes: str) -> None:
    assert focus(attributes) is None


def test_what_holds_the_picture_alone_speaks_for_it() -> None:
    holder = '<div class="focuspoint" data-focus-x="0.4" data-focus-y="0.5">{}</div>'
    late = holder.format("{}<noscript><img src='/a.jpg'></noscript>")
    row = holder.format("{}<img src='/b.jpg'><img src='/c.jpg'>")
    assert focus("", holder) == focus("", late) == pytest.approx((0.7, 0.25))
    assert focus("", row) is None
    assert focus("", '<div style="object-position: 10% 20%">{}</div>') is None  # not passed on


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["data-focus", "data-focal-point", "data-object-position"]),
    st.text(alphabet="0123456789.,% -+xyetopabinf", max_size=24),
)
def test_any_words_give_a_point_of_the_picture_or_none(name: str, words: str) -> None:
    point = focus(f'{name}="{words}"')
    assert point is None or all(math.isfinite(part) and 0 <= part <= 1 for part in point)
