"""Layouts are files: what a designer may write, and what is said of a mistake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from bot.config import shipped
from bot.errors import TemplateError
from bot.media import layout
from bot.media.base import SIZES, Shape
from tests import pictures

OURS = shipped("templates") / "cards"

SMALL = """
ground = "paper"
[headline]
size = 80
[words]
rows = [["headline"]]
[portrait]
safe = [72, 72, 1008, 1300]
words.box = [72, 72, 1008, 1200]
"""


def wrong(folder: Path, text: str) -> TemplateError:
    (folder / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(TemplateError) as caught:
        layout.load("mine", Shape.PORTRAIT, [folder])
    return caught.value


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("name", ["headline", "picture", "quote", "text"])
def test_every_layout_that_comes_with_the_bot_has_every_shape(name: str, shape: Shape) -> None:
    sheet = layout.load(name, shape, [OURS])
    assert sheet.columns
    assert all(column.size[0] > 0 and column.size[1] > 0 for column in sheet.columns.values())


def test_the_first_folder_that_has_the_layout_wins(tmp_path: Path) -> None:
    (tmp_path / "text.toml").write_text(SMALL, "utf-8")
    assert layout.load("text", Shape.PORTRAIT, [tmp_path, OURS]).names == ("headline",)
    assert "credit" in layout.load("headline", Shape.PORTRAIT, [tmp_path, OURS]).names
    assert layout.names([tmp_path, OURS]) == ("headline", "picture", "quote", "text")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SMALL, "utf-8")
    assert layout.load("mine", Shape.PORTRAIT, [tmp_path]).headline.size == 80  # type: ignore[union-attr]
    file.write_text(SMALL.replace("size = 80", "size = 90"), "utf-8")
    os.utime(file, ns=(1, 1))
    assert layout.load("mine", Shape.PORTRAIT, [tmp_path]).headline.size == 90  # type: ignore[union-attr]


def test_a_shape_says_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL + "headline.lines = 3\n", "utf-8")
    headline = layout.load("mine", Shape.PORTRAIT, [tmp_path]).headline
    assert headline is not None
    assert (headline.size, headline.lines) == (80, 3)


def test_cards_for_instagram_stay_inside_of_its_grid() -> None:
    for name in ("headline", "quote", "text", "picture"):
        left, _, right, _ = layout.load(name, Shape.PORTRAIT, [OURS]).safe
        assert left >= (1080 - 1012) // 2
        assert right <= 1080 - (1080 - 1012) // 2


def test_stories_leave_room_for_the_buttons_of_the_apps() -> None:
    for name in ("headline", "quote", "text", "picture"):
        left, top, right, bottom = layout.load(name, Shape.STORY, [OURS]).safe
        assert left >= 80
        assert top >= 250
        assert right <= 880
        assert bottom <= 1440


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("size = 80", "size = 8", 4, "at least 22"),
        ("size = 80", "sise = 80", 4, "did you mean “size”"),
        ("size = 80", 'size = "80"', 4, "whole number"),
        ("size = 80", "size = ", 4, "not valid"),
        ('[["headline"]]', '[["headlin"]]', 6, "headline"),
        ('[["headline"]]', '[["headline"], ["dek"]]', 7, "no table [dek]"),
        ('[["headline"]]', '[["headline"], ["headline"]]', 7, "twice"),
        ("words.box = [72, 72", "words.box = [10, 72", 7, "reaches out of “safe”"),
        ("words.box = [72, 72, 1008, 1200]", "words.box = [72, 1200, 1008, 72]", 7, "the larger"),
        ("words.box = [72, 72, 1008, 1200]", "words.box = [72, 72, 1008]", 9, "box"),
        ("safe = [72, 72, 1008, 1300]", "safe = [72, 72, 1008, 1400]", 8, "leaves the card"),
        ('ground = "paper"', 'ground = "wood"', 2, "“wood”"),
        ("[portrait]", "[portrai]", None, "no table [portrait]"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_field(
    tmp_path: Path, before: str, after: str, line: int | None, said: str
) -> None:
    assert before in SMALL
    error = wrong(tmp_path, SMALL.replace(before, after, 1))
    assert said in str(error)
    assert error.line == line
    assert error.file.endswith("mine.toml")
    assert "\n" not in str(error)


def test_columns_must_not_meet(tmp_path: Path) -> None:
    more = SMALL + 'foot.box = [72, 1100, 1008, 1300]\nfoot.rows = [["site"]]\nsite.size = 30\n'
    assert "overlap" in str(wrong(tmp_path, more))


def test_words_must_not_reach_into_the_picture_beside_them(tmp_path: Path) -> None:
    more = SMALL + "picture = [1000, 0, 1080, 1350]\n"
    assert "reaches into “picture”" in str(wrong(tmp_path, more))


def test_a_picture_beside_the_words_changes_sides_with_them() -> None:
    wide = layout.load("headline", Shape.WIDE, [OURS])
    assert wide.picture is not None
    assert wide.placed(wide.picture, rtl=False) == (640, 0, 1200, 628)
    assert wide.placed(wide.picture, rtl=True) == (0, 0, 560, 628)
    assert wide.on_paper.picture is None
    assert wide.on_paper.words is not None
    assert wide.on_paper.words.box[2] == wide.safe[2]


def test_a_layout_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="did you mean “quote”"):
        layout.load("qoute", Shape.WIDE, [tmp_path, OURS])


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match="UTF-8"):
        layout.load("mine", Shape.WIDE, [tmp_path])


def test_every_shape_has_a_size_that_layouts_are_held_to() -> None:
    assert set(SIZES) == set(Shape)


def test_a_logo_is_checked(tmp_path: Path) -> None:
    good = tmp_path / "logo.png"
    good.write_bytes(pictures.transparent())
    assert layout.check_logo(str(good)) == ""
    assert "no logo at" in layout.check_logo(str(tmp_path / "none.png"))
    empty = tmp_path / "empty.png"
    Image.new("RGBA", (300, 90), (0, 0, 0, 0)).save(empty)
    assert "empty" in layout.check_logo(str(empty))
    for name in ("svg", "truncated", "bomb-png", "html", "bomb-webp"):
        bad = tmp_path / name
        bad.write_bytes(pictures.BAD[name]())
        assert "logo" in layout.check_logo(str(bad)), name
