"""Cards, by what can be measured of them and by how they should look."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bot.errors import TemplateError
from bot.media._workshop import card
from bot.media._workshop._colour import BLACK, WHITE, contrast
from bot.media._workshop._column import PLATE
from bot.media._workshop.crop import Hero
from bot.media.base import SIZES, Card, Picture, Shape, Words
from bot.media.picture import NotAPicture
from tests import pictures
from tests.sheet import golden
from tests.sheet.checks import faults
from tests.sheet.headlines import HEADLINES

LAYOUTS = golden.LAYOUTS
LOOK = golden.LOOK
MID = (0.5, 0.5)
#: Open already, so that no test waits for a decoder.
HERO = Hero(pictures.photo(1200, 1500, "person"), (0.5, 0.4))


def order(layout: str = "headline", shape: Shape = Shape.WIDE, **words: str) -> Card:
    said = Words(**{"headline": "Dockers end three-week strike", "language": "en", **words})
    return Card(layout, shape, said, LOOK, Picture("x", credit="Photo: Ana Ruiz"))


def drawn(given: Card, hero: Hero = HERO) -> card.Drawn:
    return card.compose(given, LAYOUTS, hero)


def box(given: card.Drawn, name: str) -> tuple[int, int, int, int]:
    return next(each.box for each in given.placed if each.name == name)


def names(given: card.Drawn) -> list[str]:
    return [each.name for each in given.placed]


# ---- what is given back


@pytest.mark.parametrize("shape", Shape)
def test_a_card_is_a_plain_jpeg_of_its_shape(shape: Shape) -> None:
    content, words, cut = card.draw(order(shape=shape, kicker="Labour"), LAYOUTS, HERO)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", SIZES[shape])
    assert not image.info.get("progressive")
    assert not image.getexif()
    assert not {"icc_profile", "comment", "exif"} & set(image.info)
    assert len(content) < 4_000_000
    assert words == (
        "Labour",
        "Dockers end three-week strike",
        "Harbour Post",
        "harbour.example",
        "Photo: Ana Ruiz",
    )
    assert not cut


def test_the_same_order_gives_the_same_bytes() -> None:
    assert card.draw(order(), LAYOUTS, HERO) == card.draw(order(), LAYOUTS, HERO)


def test_a_picture_is_opened_where_none_is_given(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(pictures.rotated())
    given = replace(order(), picture=Picture(str(path), (0.5, 0.4), "Photo: Ana Ruiz"))
    content, words, _ = card.draw(given, LAYOUTS)
    assert b"secret" not in content
    assert "Photo: Ana Ruiz" in words
    path.write_bytes(pictures.SVG)
    with pytest.raises(NotAPicture, match="SVG"):
        card.draw(given, LAYOUTS)


def test_a_headline_that_is_too_long_is_cut_and_that_is_said() -> None:
    content, words, cut = card.draw(order(headline="Dockers strike again " * 40), LAYOUTS, HERO)
    assert content
    assert cut
    assert any(each.endswith("…") for each in words)


def test_an_unknown_layout_is_a_fault_of_the_template() -> None:
    with pytest.raises(TemplateError, match="no such layout"):
        card.draw(order("poster"), LAYOUTS, HERO)


# ---- what stands where


@pytest.mark.parametrize(
    ("title", "layout", "shape", "kind"),
    [
        ("very-long", "headline", Shape.PORTRAIT, "bright"),
        ("endless-word", "headline", Shape.WIDE, "crowd"),
        ("arabic", "headline", Shape.STORY, "day"),
        ("hebrew", "quote", Shape.SQUARE, "bright"),
        ("emoji", "headline", Shape.SQUARE, "dark"),
        ("vietnamese", "quote", Shape.WIDE, "person"),
        ("thai", "text", Shape.PORTRAIT, ""),
        ("usual", "picture", Shape.WIDE, "bright"),
    ],
)
def test_nothing_is_wrong_with(title: str, layout: str, shape: Shape, kind: str) -> None:
    picture = Picture("x", credit="Photo: Ana Ruiz / Agencia Sur / CC BY-SA 4.0") if kind else None
    given = Card(layout, shape, HEADLINES[title], LOOK, picture)
    made = drawn(given, Hero(pictures.photo(900, 1200, kind or "day"), (0.5, 0.4)))
    assert not list(faults(given, made, card.encode(made.image), LAYOUTS))


def test_the_checks_find_what_is_wrong() -> None:
    given = order(shape=Shape.PORTRAIT)
    made = drawn(given, Hero(Image.new("RGB", (1080, 1350), "white"), (0.5, 0.5)))
    headline = next(each for each in made.placed if each.name == "headline")

    def said(**other: object) -> str:
        worse = replace(headline, **other)  # type: ignore[arg-type]
        placed = tuple(worse if each is headline else each for each in made.placed)
        spoilt = replace(made, placed=placed)
        return " ".join(faults(given, spoilt, card.encode(made.image), LAYOUTS))

    assert said() == ""
    assert "safe area" in said(box=(0, 0, *headline.mask.size))  # type: ignore[union-attr]
    wide, high = headline.mask.size  # type: ignore[union-attr]
    assert "contrast" in said(box=(80, 80, 80 + wide, 80 + high))
    left, top, _, _ = box(made, "site")
    assert "overlap" in said(box=(left, top - high // 2, left + wide, top - high // 2 + high))
    assert "no font" in said(words="\U00012000")
    assert "missing" in said(name="dek")


def test_the_dek_stands_whole_or_not_at_all() -> None:
    short, long = "A vote follows on Monday.", "A vote follows on Monday. " * 30
    assert "dek" in names(drawn(order(dek=short)))
    assert "dek" not in names(drawn(order(dek=long)))
    assert "dek" not in names(drawn(order(headline="Dockers strike again " * 19, dek=short)))


def test_the_headline_makes_some_room_for_the_dek_but_not_much() -> None:
    words = HEADLINES["usual"]
    given = Card("headline", Shape.PORTRAIT, words, LOOK, order().picture)
    alone = drawn(replace(given, words=replace(words, dek="")))
    both = drawn(given)
    sizes = [next(e.size for e in made.placed if e.name == "headline") for made in (alone, both)]
    assert sizes[0] * 0.8 <= sizes[1] <= sizes[0]
    assert "dek" in names(both)


def test_the_credit_stands_wherever_a_picture_is_shown() -> None:
    for layout in ("headline", "picture", "quote"):
        assert "credit" in names(drawn(order(layout)))
    assert "credit" not in names(drawn(order("text")))
    assert "credit" not in names(drawn(replace(order(), picture=None)))


def test_a_quotation_keeps_its_words_and_its_speaker() -> None:
    said = "« Nous ne partirons pas »"
    given = order("quote", headline=said, speaker="Éloïse", language="fr")
    _, words, _ = card.draw(given, LAYOUTS, HERO)
    assert words[:2] == ("Nous ne partirons pas", "Éloïse")
    half = order("quote", headline="“No” means “no”", speaker="Ana")
    assert card.draw(half, LAYOUTS, HERO)[1][0] == "“No” means “no”"


def test_the_large_mark_does_not_stand_beside_a_second_one() -> None:
    assert "mark" in names(drawn(order("quote", headline="“We are staying”", speaker="Ana")))
    told = order("quote", headline="“We are staying”, says Ana", speaker="Ana")
    assert "mark" not in names(drawn(told))


def test_words_stand_elsewhere_where_there_is_no_picture() -> None:
    given = order(shape=Shape.PORTRAIT)
    above, below = (drawn(each) for each in (replace(given, picture=None), given))
    assert box(above, "headline")[1] < box(below, "headline")[1]


def test_on_a_wide_card_words_stand_beside_the_picture() -> None:
    shown = drawn(order(headline=HEADLINES["very-long"].headline, speaker="Ana"))
    alone = card.compose(order(), LAYOUTS, Hero(Image.new("RGB", (1200, 1500), (9, 200, 9)), MID))
    assert all(each.box[2] <= 640 for each in shown.placed)
    assert alone.image.getpixel((1190, 300)) == (9, 200, 9), "not darkened for the words"
    free = drawn(replace(order("quote", headline="Dockers " * 20), picture=None))
    assert box(free, "headline")[2] > 700, "without a picture they take its place"


def test_a_broad_picture_stands_above_the_words_and_an_upright_one_behind_them() -> None:
    stripes = Image.new("RGB", (1800, 1200), (200, 9, 9))
    stripes.paste((9, 9, 200), (0, 850, 1800, 1200))
    long = order(shape=Shape.PORTRAIT, headline=HEADLINES["very-long"].headline)
    broad = drawn(long, Hero(stripes, MID))
    red, _, blue = np.asarray(broad.ground)[box(broad, "rule")[1] - 60, 540]
    assert blue > 100 > red, "its lower part has come above the words"
    upright = Image.new("RGB", (1200, 2400), (9, 9, 9))
    upright.paste((250, 250, 250), (0, 1180, 1200, 1220))
    shown = drawn(long, Hero(upright, MID))
    row = int(np.asarray(shown.ground)[:, 540, 0].argmax())
    assert row < box(shown, "rule")[1] - 100, "its focus stands clear of the words"


def test_space_below_words_is_the_same_with_and_without_tails() -> None:
    one, two = (
        drawn(order(shape=Shape.PORTRAIT, kicker=words, headline="One name"))
        for words in ("Us", "Up")
    )
    assert box(one, "kicker")[1] == box(two, "kicker")[1]
    assert box(one, "kicker")[3] < box(two, "kicker")[3]


def test_right_to_left_is_the_mirror_of_left_to_right() -> None:
    left = drawn(order(kicker="Labour"))
    right = drawn(order(headline="إضراب عام في الموانئ", kicker="العمل", language="ar"))
    width = SIZES[Shape.WIDE][0]
    for name in ("rule", "kicker", "headline", "site", "credit"):
        assert box(left, name)[0] == 60, name
        assert box(right, name)[2] == width - 60, name
    assert box(left, "domain")[2] == 640, "beside the picture"
    assert box(right, "domain")[0] == width - 640


def test_a_column_at_one_side_changes_sides_for_right_to_left(tmp_path: Path) -> None:
    text = (LAYOUTS[0] / "text.toml").read_text("utf-8")
    asked = "words.box = [72, 64, 1128, 462]"
    assert asked in text
    (tmp_path / "side.toml").write_text(text.replace(asked, "words.box = [72, 64, 700, 462]"))
    left = card.compose(order("side"), [tmp_path])
    arabic = order("side", headline="إضراب عام في الموانئ", language="ar")
    right = card.compose(arabic, [tmp_path])
    assert box(left, "headline")[0] == 72
    assert box(right, "headline")[2] == 1128
    assert box(right, "headline")[0] >= 1200 - 700


# ---- the ground


def test_white_words_on_a_white_picture_get_a_shade_and_a_dark_one_gets_none() -> None:
    def shaded(grey: int) -> float:
        hero = Hero(Image.new("RGB", (1080, 1350), (grey,) * 3), (0.5, 0.5))
        made = drawn(order(shape=Shape.PORTRAIT), hero)
        left, top, right, bottom = box(made, "headline")
        return float(np.asarray(made.ground.crop((left, top, right, bottom))).mean())

    assert shaded(255) < 125  # 4.5 : 1 is 118 of 255
    assert shaded(255) > 90  # and no darker than it must be
    assert shaded(20) == pytest.approx(20, abs=1)


def test_the_shade_is_let_go_above_the_words_and_below_them() -> None:
    hero = Hero(Image.new("RGB", (1080, 1920), "white"), (0.5, 0.5))
    made = drawn(order(shape=Shape.STORY), hero)
    assert made.ground.getpixel((540, 100)) == (255, 255, 255)
    assert made.ground.getpixel((540, 1900)) == (255, 255, 255)


def test_a_single_bright_spot_under_a_letter_is_shaded_too() -> None:
    dark = Image.new("RGB", (1080, 1350), (20, 20, 20))
    plain = drawn(order(shape=Shape.PORTRAIT), Hero(dark, (0.5, 0.5)))
    left, top, _, _ = box(plain, "headline")
    spot = dark.copy()
    ImageDraw.Draw(spot).rectangle((left + 10, top + 10, left + 80, top + 60), fill="white")
    made = drawn(order(shape=Shape.PORTRAIT), Hero(spot, (0.5, 0.5)))
    assert np.asarray(made.ground.crop((left + 20, top + 20, left + 60, top + 50))).max() < 125


@pytest.mark.parametrize(("width", "height"), [(160, 120), (300, 400), (640, 430)])
def test_a_small_picture_is_not_blown_up(width: int, height: int) -> None:
    image = Image.new("RGB", (width, height), (90, 90, 90))
    ImageDraw.Draw(image).rectangle((0, height // 2 - 10, width, height // 2 + 10), fill="white")
    made = drawn(order("picture", Shape.PORTRAIT), Hero(image, (0.5, 0.4)))
    column = np.asarray(made.ground.convert("L"))[:, 540]
    assert 10 <= np.count_nonzero(column > 200) <= 20 * 2.3


def test_a_small_picture_is_shown_whole_where_it_is_framed() -> None:
    image = Image.new("RGB", (300, 200), (90, 90, 90))
    ImageDraw.Draw(image).rectangle((0, 0, 299, 199), outline="white", width=8)
    for layout in ("picture", "headline"):
        ground = np.asarray(drawn(order(layout, Shape.PORTRAIT), Hero(image, (0.1, 0.1))).ground)
        bright = np.argwhere(ground.min(axis=2) > 200)
        (top, left), (bottom, right) = bright.min(axis=0), bright.max(axis=0)
        assert (right - left) / (bottom - top) == pytest.approx(1.5, rel=0.02)
        assert left + right == pytest.approx(1080, abs=4)


def test_ink_that_cannot_be_read_on_its_paper_becomes_black_or_white() -> None:
    for paper, ink, wanted in (
        ("#101020", "#303030", WHITE),
        ("#ffffff", "#eeeeee", BLACK),
        ("#ffffff", "#003366", (0, 51, 102)),
    ):
        given = replace(order("text"), look=replace(LOOK, paper=paper, ink=ink))
        made = drawn(given)
        at = names(made).index("headline")
        assert made.inks[at] == wanted


def test_the_accent_is_seen_on_any_ground() -> None:
    for accent in ("#000000", "#0b1f4b", "#b3261e", "#ffffff"):
        for layout in ("headline", "text"):
            made = drawn(replace(order(layout), look=replace(LOOK, accent=accent)))
            at = names(made).index("rule")
            under = made.ground.crop(made.placed[at].box).resize((1, 1), Image.Resampling.BOX)
            assert contrast(made.inks[at], under.getpixel((0, 0))) >= 1.7  # type: ignore[arg-type]


# ---- the logo


def test_a_logo_stands_in_for_the_name(tmp_path: Path) -> None:
    logo = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(logo).rectangle((100, 50, 500, 150), fill=(255, 255, 255, 255))
    logo.save(tmp_path / "logo.png")
    given = replace(order(), look=replace(LOOK, logo=str(tmp_path / "logo.png")))
    _, words, _ = card.draw(given, LAYOUTS, HERO)
    assert "Harbour Post" not in words
    left, top, right, bottom = box(drawn(given), "site")
    assert (right - left) / (bottom - PLATE - top) == pytest.approx(4, rel=0.1)  # no margins


def test_a_logo_that_is_lost_on_its_ground_gets_a_plate(tmp_path: Path) -> None:
    Image.new("RGB", (300, 100), (10, 10, 10)).save(tmp_path / "black.png")
    given = replace(order(), look=replace(LOOK, logo=str(tmp_path / "black.png")))
    made = drawn(given, Hero(Image.new("RGB", (1200, 628), "black"), (0.5, 0.5)))
    left, top, _, _ = box(made, "site")
    assert made.image.getpixel((left - 6, top - 6)) == (255, 255, 255)


def test_a_broken_logo_leaves_the_name() -> None:
    for logo in ("nowhere.png", __file__):
        _, words, _ = card.draw(replace(order(), look=replace(LOOK, logo=logo)), LAYOUTS, HERO)
        assert "Harbour Post" in words


# ---- pictures that must stay whole


def test_a_picture_that_must_stay_whole_is_neither_cut_nor_written_on() -> None:
    given = order("picture", Shape.PORTRAIT)
    assert given.picture
    whole = replace(given, picture=replace(given.picture, whole=True))
    photo = pictures.photo(1500, 1000, "person")
    content, words, _ = card.draw(whole, LAYOUTS, Hero(photo, (0.5, 0.4)))
    image = Image.open(io.BytesIO(content))
    assert image.size == (1080, 720)
    assert words == ()
    assert golden.distance(image, photo.resize((1080, 720)))[0] < 2


def test_a_picture_that_must_stay_whole_is_refused_where_it_would_not() -> None:
    whole = Picture("x", whole=True)
    panorama = Hero(pictures.photo(1500, 300), (0.5, 0.4))
    with pytest.raises(NotAPicture, match="no words on it"):
        card.draw(replace(order("headline"), picture=whole), LAYOUTS, HERO)
    with pytest.raises(NotAPicture, match="too tall or too wide"):
        card.draw(replace(order("picture"), picture=whole), LAYOUTS, panorama)


# ---- how they should look


@pytest.mark.parametrize("name", golden.CARDS)
def test_a_card_looks_as_it_should(name: str) -> None:
    mean, worst = golden.distance(golden.drawn(golden.CARDS[name]), golden.kept(name))
    assert mean < 2.5, "see `python -m tests.sheet --golden`"
    assert worst < 12, "see `python -m tests.sheet --golden`"


def test_a_moved_headline_or_a_missing_credit_is_seen() -> None:
    given = golden.CARDS["headline-portrait"]
    assert given.picture
    right = golden.drawn(given)
    without = golden.drawn(replace(given, picture=replace(given.picture, credit="")))
    assert golden.distance(right, without)[1] > 24
    moved = Image.new("RGB", right.size)
    moved.paste(right, (0, 3))
    assert golden.distance(right, moved)[1] > 24
