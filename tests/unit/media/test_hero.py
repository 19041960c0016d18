"""Files from outside: what is a picture is opened upright and plain, all else is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pictures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.media._kind import MOST_BYTES, NotAPicture
from bot.media._workshop._hero import open_picture

SIZE = (1200, 1920)


def opened(content: bytes, folder: Path, at_least: tuple[int, int] = SIZE) -> Image.Image:
    path = folder / "named-by-a-stranger.txt"
    path.write_bytes(content)
    return open_picture(str(path), at_least=at_least)


def mean(image: Image.Image, box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> np.ndarray:
    """The mean colour of a part, in shares of its sides."""
    sides = (image.width, image.height) * 2
    part = image.crop([round(at * side) for at, side in zip(box, sides, strict=True)])
    return np.asarray(part, dtype=float).reshape(-1, 3).mean(axis=0)


def same(one: Image.Image, other: Image.Image, by: float = 6) -> bool:
    """Whether two pictures look alike, from afar."""
    small = [np.asarray(each.convert("RGB").resize((24, 16)), dtype=float) for each in (one, other)]
    return float(np.abs(small[0] - small[1]).mean()) < by


@pytest.mark.parametrize("name", sorted(set(pictures.GOOD) - {"photo", "panorama", "crowd"}))
def test_any_picture_becomes_plain_rgb(tmp_path: Path, name: str) -> None:
    image = opened(pictures.GOOD[name](), tmp_path)
    assert image.mode == "RGB"
    assert image.info == {}
    assert not image.getexif()
    for form in ("JPEG", "PNG"):
        saved = pictures.encoded(image.crop((0, 0, 64, 64)), form)
        assert not any(word in saved for word in (b"Exif", b"secret", b"ICC_PROFILE", b"iCCP"))


@pytest.mark.parametrize("name", sorted(set(pictures.BAD) - {"100-mb"}))
def test_anything_else_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAPicture) as caught:
        opened(pictures.BAD[name](), tmp_path)
    said = str(caught.value)
    assert said.startswith("the picture ")
    assert said.endswith(".")
    assert len(said) < 120
    assert str(tmp_path) not in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("svg", "SVG drawing"),
        ("html", "web page"),
        ("heic", "HEIC"),
        ("pdf", "PDF"),
        ("1x1", "too small to be shown (1×1)"),
        ("sliver", "too small"),
        ("truncated", "damaged or incomplete"),
        ("renamed", "damaged"),
        ("bomb-png", "too large to be unpacked"),
        ("bomb-gif", "too large to be unpacked"),
        ("bomb-webp", "too large to be unpacked"),
        ("bomb-jpeg", "too large to be unpacked"),
        ("bomb-scans", "takes too long"),
    ],
)
def test_the_sentence_says_what_it_is(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(NotAPicture) as caught:
        opened(pictures.BAD[name](), tmp_path)
    assert words in str(caught.value)


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(pictures.jpeg(400, 300))
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(NotAPicture, match="more than 20 MB"):
        open_picture(str(path), at_least=SIZE)
    with pytest.raises(NotAPicture, match="cannot be read"):
        open_picture(str(tmp_path / "gone"), at_least=SIZE)


def test_a_colour_profile_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture):
        opened(pictures.bomb_profile(64), tmp_path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright(tmp_path: Path, orientation: int) -> None:
    image = opened(pictures.rotated(orientation, 600, 400), tmp_path)
    assert image.size == (600, 400)
    assert same(image, pictures.photo(600, 400, "person"))


def test_a_wrong_orientation_is_none(tmp_path: Path) -> None:
    assert opened(pictures.rotated(77, 600, 400), tmp_path).size == (600, 400)
    assert opened(pictures.broken_exif(), tmp_path).size == (900, 600)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    image = opened(pictures.transparent(), tmp_path)
    assert image.getpixel((5, 5)) == (255, 255, 255)
    assert image.getpixel((300, 450)) == (20, 90, 160)
    assert image.getpixel((600, 450)) == (247, 227, 147)  # half see-through, on white


def test_print_colours_are_not_inverted(tmp_path: Path) -> None:
    image = opened(pictures.cmyk(), tmp_path)
    assert same(image, pictures.photo(1500, 1000), by=12)


def test_a_profile_is_applied(tmp_path: Path) -> None:
    image = opened(pictures.wide_gamut(), tmp_path)
    assert same(image, pictures.photo(1200, 800))


def test_a_profile_of_another_kind_of_picture_is_passed_over(tmp_path: Path) -> None:
    profile = pictures.profile()
    grey = pictures.photo(300, 200).convert("L")
    for wrong in (profile, profile[:200], b"rubbish"):
        image = opened(pictures.encoded(grey, icc_profile=wrong), tmp_path)
        assert same(image, grey)


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    image = opened(pictures.sixteen_bits(), tmp_path)
    left, middle, right = (mean(image, (at, 0, at + 0.02, 1))[0] for at in (0, 0.49, 0.98))
    assert left < 4
    assert 122 < middle < 132
    assert right > 251


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(tmp_path: Path, form: str) -> None:
    red, green, blue = mean(opened(pictures.animated(form), tmp_path))
    assert blue > 150
    assert red + green < 110


@pytest.mark.parametrize(("form", "how"), [("JPEG", {}), ("PNG", {"compress_level": 1})])
def test_no_more_pixels_than_needed(tmp_path: Path, form: str, how: dict[str, int]) -> None:
    big = pictures.encoded(pictures.photo(1000, 700), form, **how)
    assert opened(big, tmp_path, (250, 250)).size == (500, 350)
    assert opened(big, tmp_path, (251, 350)).size == (500, 350)
    assert opened(big, tmp_path, (251, 351)).size == (1000, 700)
    assert opened(big, tmp_path, (4000, 4000)).size == (1000, 700)


def test_a_rotated_picture_has_what_is_needed_of_each_side(tmp_path: Path) -> None:
    image = opened(pictures.rotated(6, 1000, 700), tmp_path, (500, 250))
    assert image.size == (500, 350)  # as it stands, not as it lies


@given(cut=st.integers(0, 4000), at=st.integers(0, 4000), to=st.integers(0, 255))
def test_no_damage_is_more_than_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, to: int
) -> None:
    content = bytearray(SMALL[cut % len(SMALL)])
    content[at % len(content)] = to
    try:
        image = opened(bytes(content[: len(content) - cut // 8]), tmp_path_factory.getbasetemp())
    except NotAPicture:
        return
    assert image.mode == "RGB"


def small(form: str, **how: object) -> bytes:
    return pictures.encoded(Image.radial_gradient("L").convert("RGB"), form, **how)


SMALL = [small("JPEG"), small("JPEG", progressive=True), small("GIF"), small("WEBP", method=0)]
SMALL += [small("PNG"), small("PNG", bits=8), pictures.animated("GIF"), pictures.mpo()[:9000]]


def test_a_file_is_opened_by_the_decoder_of_its_kind_alone(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match="damaged"):
        opened(b"\x89PNG\r\n\x1a\n" + small("WEBP", method=0), tmp_path)


def test_pixels_count_as_they_are_unpacked(tmp_path: Path) -> None:
    side = 5500  # 30 million pixels and some
    camera = pictures.encoded(Image.new("L", (side, side), 90))
    assert opened(camera, tmp_path, (1000, 1000)).size == (1375, 1375)  # a quarter
    for content in (camera, pictures.bomb_png(side)):
        with pytest.raises(NotAPicture, match=r"too large to be unpacked safely \(5,500×5,500"):
            opened(content, tmp_path, (3000, 3000))
