"""Cutting: the largest part of the right shape, the focus in it, heads and all."""

from __future__ import annotations

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.media import base
from bot.media._workshop import crop

SHAPES = list(base.SIZES.values())

sides = st.integers(100, 12_000)
shares = st.floats(0, 1)
sizes = st.tuples(sides, sides)
foci = st.tuples(shares, shares)


@given(sizes, st.sampled_from(SHAPES) | sizes, foci)
def test_a_cut_lies_inside_and_has_the_shape(
    size: tuple[int, int], shape: tuple[int, int], focus: tuple[float, float]
) -> None:
    left, top, right, bottom = crop.box(size, shape, focus)
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    wide, high = right - left, bottom - top
    assert abs(wide - high * shape[0] / shape[1]) <= max(1, shape[0] / shape[1])
    assert wide == size[0] or high == size[1]  # none of that shape is larger


@given(sizes, st.sampled_from(SHAPES), foci)
def test_a_cut_holds_its_focus(
    size: tuple[int, int], shape: tuple[int, int], focus: tuple[float, float]
) -> None:
    left, top, right, bottom = crop.box(size, shape, focus)
    assert left <= focus[0] * size[0] <= right
    assert top <= focus[1] * size[1] <= bottom


@given(st.sampled_from(SHAPES), st.floats(0.3, 0.6))
def test_a_face_has_room_above_it(shape: tuple[int, int], at: float) -> None:
    size = (2000, 6000)
    _, top, _, bottom = crop.box(size, shape, (0.5, at))
    above = (at * size[1] - top) / (bottom - top)
    assert 0.4 < above < 0.5


@given(st.sampled_from(SHAPES), foci, foci)
def test_a_cut_follows_its_focus(
    shape: tuple[int, int], one: tuple[float, float], other: tuple[float, float]
) -> None:
    first, second = (crop.box((3000, 2000), shape, focus) for focus in (one, other))
    for axis in (0, 1):
        assert (one[axis] - other[axis]) * (first[axis] - second[axis]) >= 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [(1200, 800), (600, 900), (160, 120), (1900, 300)])
def test_a_cut_has_exactly_the_shape(size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert crop.cut(pictures.photo(*size), shape, (0.1, 0.9)).size == shape


def test_a_cut_is_what_stands_in_its_box() -> None:
    image = pictures.photo(900, 600, "person")
    part = image.crop(crop.box(image.size, (400, 500), pictures.FACE)).resize((40, 50))
    made = crop.cut(image, (400, 500), pictures.FACE).resize((40, 50))
    assert np.abs(np.asarray(part, float) - np.asarray(made, float)).mean() < 3


@pytest.mark.parametrize("size", [(1600, 1066), (1066, 1600), (1200, 1200), (900, 500)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_eye_goes_to_the_face(size: tuple[int, int], mirrored: bool) -> None:
    image = pictures.photo(*size, "person")
    wanted = pictures.FACE
    if mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        wanted = (1 - wanted[0], wanted[1])
    found = crop.focus_of(image)
    radius = 0.15 * size[1]  # of the face
    assert abs(found[0] - wanted[0]) * size[0] < radius
    assert abs(found[1] - wanted[1]) * size[1] < radius
    for shape in SHAPES:
        left, top, right, _ = crop.box(size, shape, found)
        assert left < (wanted[0] * size[0]) - radius * 0.4
        assert right > (wanted[0] * size[0]) + radius * 0.4
        assert top < (wanted[1] * size[1]) - radius * 0.4


@pytest.mark.parametrize("colour", ["white", "black", "#336699"])
def test_nothing_to_see_is_the_middle(colour: str) -> None:
    assert crop.focus_of(Image.new("RGB", (800, 600), colour)) == crop.MIDDLE


@pytest.mark.parametrize("kind", ["bright", "dark", "noise", "crowd"])
@pytest.mark.parametrize("size", [(100, 100), (101, 1500), (3000, 100), (640, 480)])
def test_any_picture_has_a_focus(size: tuple[int, int], kind: str) -> None:
    across, down = crop.focus_of(pictures.photo(*size, kind))
    assert 0.02 < across < 0.98
    assert 0.02 < down < 0.98


def test_a_spot_near_the_rim_is_found() -> None:
    image = Image.new("RGB", (800, 600), "#dddddd")
    image.paste(pictures.photo(120, 120, "noise"), (80, 400))
    across, down = crop.focus_of(image)
    assert abs(across - 140 / 800) < 0.08
    assert abs(down - 460 / 600) < 0.08


@pytest.mark.parametrize("rim", [(10, 10), (670, 10), (10, 470), (670, 470)])
def test_of_two_like_spots_the_one_nearer_to_the_middle_wins(rim: tuple[int, int]) -> None:
    image = Image.new("RGB", (800, 600), "#dddddd")
    for corner in (rim, (400, 250)):
        image.paste(pictures.photo(120, 120, "noise"), corner)
    across, down = crop.focus_of(image)
    assert abs(across - 460 / 800) < 0.08
    assert abs(down - 310 / 600) < 0.08


def test_the_focus_of_the_newsroom_wins(tmp_path: object) -> None:
    path = f"{tmp_path}/p"
    with open(path, "wb") as file:
        file.write(pictures.jpeg(600, 400, "person"))
    own = crop.hero(base.Picture(path, focus=(0.1, 0.2)), at_least=(100, 100))
    found = crop.hero(base.Picture(path), at_least=(100, 100))
    assert own.focus == (0.1, 0.2)
    assert abs(found.focus[0] - pictures.FACE[0]) < 0.1
    assert own.image.size == (150, 100)
