from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Article, FirstPublication, Image, Kind, Media, Problem, Teaser
from bot.store._codec import decode, encode
from bot.store._schema import to_json

texts = st.text(max_size=20)
times = st.none() | st.datetimes(timezones=st.just(UTC))
points = st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1))
images = st.builds(
    Image, url=texts, alt=texts, width=st.none() | st.integers(1, 9999), focus=points
)
articles = st.builds(
    Article,
    url=texts,
    headline=texts,
    body=st.lists(texts, max_size=3).map(tuple),
    kind=st.sampled_from(Kind),
    image=st.none() | images,
    pictures=st.lists(images, max_size=2).map(tuple),
    first_publication=st.none() | st.builds(FirstPublication, sentence=texts, date=texts),
    published_at=times,
    noindex=st.booleans(),
)
media = st.builds(Media, kind=st.just("image"), alt=texts, size=st.none() | st.integers(0))
teasers = st.builds(Teaser, text=texts, media=st.lists(media, max_size=3).map(tuple))
problems = st.lists(st.builds(Problem, code=texts, message=texts, blocking=st.booleans()))


@settings(max_examples=60)
@given(
    st.one_of(
        st.tuples(st.just(Article), articles),
        st.tuples(st.just(Teaser), teasers),
        st.tuples(st.just(tuple[Problem, ...]), problems.map(tuple)),
    )
)
def test_what_was_kept_comes_back(case: tuple[Any, Any]) -> None:
    kind, value = case
    assert decode(kind, json.loads(to_json(encode(value)))) == value


def test_fields_of_a_later_version_are_passed_over_and_missing_ones_take_their_default() -> None:
    kept = {"kind": "image", "invented_later": {"a": 1}}
    assert decode(Media, kept) == Media(kind="image")


def test_an_article_kept_before_pictures_had_a_focus_is_read() -> None:
    kept = {"url": "u", "headline": "h", "image": {"url": "a.jpg", "alt": "Cranes"}}
    assert decode(Article, kept) == Article("u", "h", image=Image("a.jpg", "Cranes"))
    kept["image"] = {"url": "a.jpg", "focus": [0.43, 0]}
    kept["pictures"] = [{"url": "b.jpg", "focus": None}]
    article = decode(Article, kept)
    assert article.image.focus == (0.43, 0)
    assert article.pictures == (Image("b.jpg"),)


def test_a_naive_time_is_refused() -> None:
    article = Article(url="u", headline="h", published_at=datetime(2026, 11, 22))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        encode(article)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="no way to keep a bytes"):
        encode({"session": b"x"})


def test_other_scripts_stay_legible_in_the_database() -> None:
    assert to_json(encode(Teaser(text="إضراب"))).startswith('{"text":"إضراب"')
