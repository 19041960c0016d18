"""Teaser videos: one real one, probed; all else on single frames."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pictures
import pytest
from PIL import Image, ImageDraw
from probe import Probe, heard, probe, still

from bot.media import storyboard
from bot.media._workshop import _backdrop, _colour, _sound, crop, video
from bot.media._workshop._frames import Frames
from bot.media._workshop._planes import FULL, HEIGHT, WIDTH, Layer, Planes, Strip, chroma, luma
from bot.media._workshop._titles import BOTTOM, LEFT, RIGHT, RULE, TOP, Colours, Titles
from bot.media.base import Look, Picture, Video, Words

LOOK = Look(name="Harbour Post", domain="harbour.example", accent="#b3261e")
HEADLINE = "Dockers walk out after third week of talks"
ORDER = Video(Words(HEADLINE, "Labour", language="en"), ("Talks resume on Monday.",), LOOK)
ARABIC = Words("عمال الميناء يدخلون إضراباً مفتوحاً بعد فشل المفاوضات", "اقتصاد", language="ar")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("video")


Made = tuple[Path, Video, tuple[float, tuple[str, ...], bool], list[float]]


def photo(folder: Path, kind: str = "photo") -> Picture:
    path = folder / f"{kind}.jpg"
    if not path.exists():
        path.write_bytes((pictures.GOOD | pictures.BAD)[kind]())
    return Picture(str(path), focus=(0.5, 0.4), credit=f"Photo: {kind}")


def tone(path: Path, seconds: float = 3.0, loud: float = 0.05) -> str:
    """A sound file: a low tone, in mono at 22 kHz."""
    times = np.arange(int(22_050 * seconds)) / 22_050
    samples = (np.sin(2 * np.pi * 440 * times) * loud * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return str(path)


def frame(frames: Frames, number: int) -> Planes:
    planes = Planes.empty()
    frames.paint(number, planes)
    return planes


# ---------------------------------------------------------------- the file itself


@pytest.fixture(scope="module")
def made(folder: Path) -> Made:
    told: list[float] = []
    sound = tone(folder / "bed.wav")
    order = replace(ORDER, pictures=(photo(folder),), look=replace(LOOK, audio=sound))
    return folder / "short.mp4", order, video.film(order, folder / "short.mp4", told.append), told


@pytest.fixture(scope="module")
def probed(made: Made) -> Probe:
    return probe(made[0])


def test_it_is_what_every_platform_takes(probed: Probe) -> None:
    assert (probed.width, probed.height, probed.rate) == (1080, 1920, 30)
    assert (probed.codec, probed.profile, probed.pixels) == ("h264", 100, "yuv420p")
    assert probed.level <= 42
    assert not probed.interlaced
    assert (probed.audio_codec, probed.audio_profile) == ("aac", "LC")
    assert (probed.audio_rate, probed.audio_channels) == (48_000, 2)


def test_it_is_tagged_as_bt_709_of_limited_range(probed: Probe) -> None:
    assert probed.nclx == (1, 1, 1, 0)


def test_the_table_of_contents_comes_first(probed: Probe) -> None:
    assert [atom for atom in probed.atoms if atom != "free"] == ["ftyp", "moov", "mdat"]


def test_sound_and_pictures_are_as_long_as_said(made: Made, probed: Probe) -> None:
    assert made[2][0] == probed.seconds == 10
    assert probed.frames == 300
    assert abs(probed.audio_seconds - probed.seconds) < 0.025
    assert max(np.diff([*probed.keyframes, probed.seconds])) <= 2


def test_it_tells_nothing_of_who_made_it(probed: Probe) -> None:
    assert not {"encoder", "creation_time", "comment"} & {name.lower() for name in probed.metadata}


@pytest.mark.parametrize(
    ("seconds", "megabytes", "rates", "where"),
    [
        (180, 256_000, (1, 60), "YouTube Shorts, up to three minutes"),
        (15 * 60, 300, (23, 60), "Instagram Reels (developers.facebook.com, IG media, 2026-11-22)"),
        (90, 1_000, (24, 60), "Facebook Reels (developers.facebook.com, Reels, 2026-11-22)"),
    ],
)
def test_it_is_within_the_limits_of(
    probed: Probe, seconds: int, megabytes: int, rates: tuple[int, int], where: str
) -> None:
    assert 3 <= probed.seconds <= seconds, where
    assert probed.size <= megabytes * 10**6, where
    assert rates[0] <= probed.rate <= rates[1], where
    assert probed.width / probed.height == 9 / 16, where
    assert 540 <= probed.width <= 1920, where
    assert probed.audio_rate <= 48_000, where


def test_what_is_seen_is_what_was_painted(
    made: Made,
) -> None:
    accent = np.array(_colour.parse(LOOK.accent), float)
    first, last = still(made[0], 0), still(made[0], 9.9)
    top = Frames(made[1])._titles.top
    bar = first[top + 4 : top + RULE[1] - 4, LEFT + 8 : LEFT + RULE[0] - 8].reshape(-1, 3)
    assert np.abs(bar.mean(axis=0) - accent).max() < 8, "colours are not BT.709"
    assert np.abs(last[100, 100].astype(int) - _colour.parse(LOOK.paper)).max() < 4


def test_the_words_on_it_are_told_and_so_is_the_progress(
    made: Made,
) -> None:
    _, words, cut = made[2]
    said = ("Labour", HEADLINE, "Talks resume on Monday.")
    assert words == (*said, "Photo: photo", "Harbour Post", "harbour.example")
    assert not cut
    assert made[3] == sorted(made[3])
    assert made[3][-1] == 1


def test_the_sound_is_as_loud_as_others_and_comes_and_goes(
    made: Made,
) -> None:
    sound = heard(made[0])
    assert abs(_sound.loudness(sound) - _sound.LOUDNESS) < 1.5
    middle = np.abs(sound[:, 96_000:240_000]).max()
    assert np.abs(sound[:, :480]).max() < middle / 10
    assert np.abs(sound[:, 479_000:480_000]).max() < middle / 10


# ------------------------------------------------------------------------- sound


def test_no_sound_is_silence() -> None:
    assert _sound.bed("", 4_800).shape == (2, 4_800)
    assert not _sound.bed("", 4_800).any()


def test_what_is_no_sound_is_said(tmp_path: Path) -> None:
    (tmp_path / "not.mp3").write_bytes(b"<html>not a sound</html>" * 50)
    for name in ("not.mp3", "none.wav"):
        with pytest.raises(_sound.NotASound, match="cannot be played"):
            _sound.bed(str(tmp_path / name), 48_000)


def test_a_loud_sound_is_turned_down_and_a_silent_one_left(tmp_path: Path) -> None:
    loud = _sound.bed(tone(tmp_path / "loud.wav", 6, 0.99), 5 * 48_000)
    assert abs(_sound.loudness(loud[:, 24_000:-72_000]) - _sound.LOUDNESS) < 0.5
    assert np.abs(_sound.bed(tone(tmp_path / "no.wav", 1, 0.0), 48_000 * 2)).max() == 0


# ------------------------------------------------------------------------ planes


def test_colours_are_bt_709() -> None:
    colours = np.random.default_rng(1).integers(0, 256, (40, 3)).tolist()
    for red, green, blue in [(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255), *colours]:
        rgb = np.full((2, 2, 3), (red, green, blue), np.uint8)
        y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        exact = (16 + y * 219 / 255, (blue - y) / 1.8556, (red - y) / 1.5748)
        u, v = (128 + part * 224 / 255 for part in exact[1:])
        got = (luma(rgb)[0, 0], *(int(plane[0, 0]) for plane in chroma(rgb)))
        assert np.abs(np.subtract(got, (exact[0], u, v))).max() <= 1.6, (red, green, blue)


def test_a_layer_covers_dissolves_and_leaves_the_rest_alone() -> None:
    planes = Planes.of(np.full((40, 40, 3), 100, np.uint8))
    before = planes.y.copy()
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[2:6, 2:6] = 255
    layer = Layer(rgba, 10, 20)
    layer.onto(planes, 0)
    assert (planes.y == before).all()
    layer.onto(planes, FULL // 2)
    half = int(planes.y[24, 14])
    assert abs(half - (int(before[0, 0]) + 235) / 2) <= 2
    layer.onto(planes)
    assert planes.y[24, 14] == 235
    planes.y[22:26, 12:16] = before[0, 0]
    assert (planes.y == before).all()


def test_black_is_laid_over_rows_alone() -> None:
    planes = Planes.of(np.full((HEIGHT, WIDTH, 3), (200, 60, 60), np.uint8))
    rows = np.full(HEIGHT, FULL, np.uint16)
    rows[100:200] = FULL // 2
    rows[200:300] = 0
    y, u = int(planes.y[0, 0]), int(planes.u[0, 0])
    planes.darken(rows)
    assert [int(planes.y[row, 5]) for row in (99, 150, 250, 301)] == [y, (y + 16) // 2, 16, y]
    assert [int(planes.u[row // 2, 5]) for row in (98, 250, 304)] == [u, 128, u]


@pytest.mark.parametrize("axis", [0, 1])
def test_the_window_creeps_by_half_pixels(axis: int) -> None:
    shape = (HEIGHT + 9, WIDTH, 3) if axis == 0 else (HEIGHT, WIDTH + 9, 3)
    still, moved = np.random.default_rng(2).integers(0, 256, (2, *shape), dtype=np.uint8)
    strip = Strip((still, moved), axis)
    for halves in range(12):
        seen, step = strip.at(halves), halves // 2
        source = np.moveaxis((still, moved)[halves % 2], axis, 0)[step : step + 1920 - 840 * axis]
        whole = Planes.of(np.ascontiguousarray(np.moveaxis(source, 0, axis)))
        assert all((one == other).all() for one, other in zip(seen, whole, strict=True)), halves


# ---------------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("size", "focus"),
    [((2400, 1600), (0.38, 0.4)), ((2400, 1600), (0.99, 0.2)), ((2400, 1600), (0.62, 0.4)),
     ((1500, 2400), (0.5, 0.3)),
     ((1200, 675), (0.6, 0.5)), ((5000, 900), (0.8, 0.5)), ((800, 800), (0.5, 0.5))],
)  # fmt: skip
def test_the_move_is_gentle_and_ends_on_the_focus(
    size: tuple[int, int], focus: tuple[float, float]
) -> None:
    image = Image.new("RGB", size, (0, 0, 60))
    at, r = (focus[0] * size[0], focus[1] * size[1]), size[1] / 40
    ImageDraw.Draw(image).ellipse((at[0] - r, at[1] - r, at[0] + r, at[1] + r), fill="white")
    backdrop = _backdrop.picture(crop.Hero(image, focus)).backdrop(240)
    assert 0 < abs(backdrop.ends - backdrop.begins) <= 240
    rows, columns = np.nonzero(backdrop.at(240).y > 150)
    assert rows.size
    if size[0] > 1.2 * size[1] and focus[0] < 0.9:
        assert abs(columns.mean() - WIDTH / 2) < 12
    assert rows.mean() < TOP + 520, "the words are written on it"
    assert (backdrop.at(240).y == backdrop.at(900).y).all()
    still, moved = backdrop.strip._luma
    assert (still != moved).any(), "no half pixel"


@pytest.mark.parametrize("kind", ["panorama", "tiny", "portrait", "transparent"])
def test_any_picture_fills_the_frame(folder: Path, kind: str) -> None:
    backdrop = _backdrop.picture(crop.hero(photo(folder, kind), at_least=(WIDTH, HEIGHT)))
    assert [plane.shape for plane in backdrop.backdrop(100).at(50)] == [
        (HEIGHT, WIDTH), (HEIGHT // 2, WIDTH // 2), (HEIGHT // 2, WIDTH // 2)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["bright", "portrait", "noisy"])
def test_words_can_be_read_on_any_picture_at_any_time(folder: Path, kind: str) -> None:
    frames = Frames(replace(ORDER, pictures=(photo(folder, kind),)))
    (shown,) = frames._shown
    top, bottom = frames._titles._words
    for number in (0, frames.count // 2):
        ground = Planes.empty()
        ground.copy_from(shown.backdrop.at(number))
        ground.darken(shown.lets_through)
        grey = ((ground.y.astype(float) - 16) * 255 / 219).clip(0, 255).astype(np.uint8)
        for box in (np.s_[top:bottom, LEFT:RIGHT], np.s_[BOTTOM - 100 : BOTTOM, LEFT:RIGHT]):
            under = np.repeat(grey[box][..., None], 3, axis=2)
            assert _colour.scrim_for(under) <= 0.06
        beside = np.s_[top:bottom, RIGHT + 4 :]
        assert (frame(frames, number).y[beside] == ground.y[beside]).all(), "not what is painted"
    assert shown.lets_through[0] == FULL, "the shade is let go above the words"
    assert shown.lets_through[-1] == FULL


def test_pictures_take_turns_each_with_its_credit(folder: Path) -> None:
    given = (photo(folder, "bright"), photo(folder, "truncated"), photo(folder, "dark"))
    frames = Frames(replace(ORDER, pictures=given))
    assert [shown.begins for shown in frames._shown] == [0, 111]
    assert "Photo: bright" in frames.words
    assert "Photo: dark" in frames.words
    assert "Photo: truncated" not in frames.words
    sky = [int(frame(frames, number).y[60, 500]) for number in (105, 118, 200)]
    assert sky[0] > sky[1] + 20 > sky[2] + 40, sky


def test_without_a_picture_that_can_be_shown_words_stand_on_paper(folder: Path) -> None:
    whole = replace(photo(folder), whole=True)
    for given in ((), (photo(folder, "html"),), (whole,)):
        frames = Frames(replace(ORDER, pictures=given))
        first, later = frame(frames, 0), frame(frames, 150)
        assert int(first.y[8, 8]) == int(
            luma(np.array([[_colour.parse(LOOK.paper)]], np.uint8))[0, 0]
        )
        assert not any("Photo" in words for words in frames.words)
        assert (first.y != later.y).mean() > 0.02, "nothing moves"


# ------------------------------------------------------------------------- words


def titles(words: Words, *sentences: str, look: Look = LOOK) -> Titles:
    order = Video(words, sentences, look)
    colours = Colours.of(look, on_paper=False)
    return Titles(order, storyboard.scenes(order), colours, high=False)


def boxes(layers: Sequence[Layer | None]) -> list[tuple[int, int, int, int]]:
    return [(b.left, b.top, b.left + b.width, b.top + b.height) for b in layers if b]


@pytest.mark.parametrize(
    "words",
    [
        Words("No"),
        Words(HEADLINE, "Labour"),
        Words(HEADLINE * 9, "A section with a name that is far too long for one line of a video"),
        Words("https://harbour.example/" + "a" * 150, "🚢"),
        ARABIC,
        Words("港口工人罢工三周，集装箱运输全面停止" * 3, "经济", language="zh"),
        Words("ẮẶÑ Ç jgpqy 👩🏽‍🌾🇵🇹 हिन्दी में समाचार", "Über", language="vi"),
    ],
    ids=lambda words: words.headline[:8],
)
def test_words_stay_inside_of_what_apps_leave_free(words: Words) -> None:
    page = titles(words, "The strike stops all container traffic in the port until Friday.")
    credit = page.credit("Photo: Ana Ruiz / Agency of a very long name, CC BY-SA 4.0, by courtesy")
    for left, top, right, bottom in boxes([*page.layers, page.steady, credit]):
        assert LEFT <= left < right <= RIGHT
        assert TOP <= top < bottom <= BOTTOM
    for _, top, _, bottom in boxes(page.layers):
        assert top >= page.top + RULE[1]
        assert bottom <= page._name_top
    assert page.cut == (words.headline == HEADLINE * 9)


def test_the_headline_stands_from_the_first_frame_and_makes_way(folder: Path) -> None:
    frames = Frames(replace(ORDER, pictures=(photo(folder, "dark"),)))
    (headline,) = boxes(frames._titles.layers[:1])
    ends = frames._scenes[0].ends

    def white(number: int) -> int:
        left, top, right, bottom = headline
        return int((frame(frames, number).y[top:bottom, left:right] > 225).sum())

    assert white(0) == pytest.approx(white(60), rel=0.01)
    assert white(ends - 1) < white(0) / 10
    assert white(ends + storyboard.FADE) < white(0) * 0.8
    assert white(frames._scenes[-1].begins - 1) > 1000, "the last words go before the end card"


def test_words_stand_above_a_subject_that_is_low(folder: Path) -> None:
    low = replace(photo(folder, "portrait"), focus=(0.5, 0.95))
    assert Frames(replace(ORDER, pictures=(low,)))._titles.top == TOP
    assert Frames(replace(ORDER, pictures=(photo(folder, "portrait"),)))._titles.top > TOP + 200


def test_the_longest_sentence_that_is_taken_is_shown_whole() -> None:
    assert not titles(Words("No"), "W" * storyboard.MOST_ON_SCREEN).cut
    assert not titles(Words("No", language="ja"), "港" * int(storyboard.MOST_ON_SCREEN / 2.5)).cut


def test_arabic_begins_at_the_right(folder: Path) -> None:
    frames = Frames(Video(ARABIC, (), LOOK, (photo(folder, "dark"),)))
    assert frames._titles.rtl
    row = frame(frames, 0).y[frames._titles.top + 6].astype(int)
    assert abs(row[RIGHT - 40] - row[RIGHT + 40]) > 20 > abs(row[LEFT] - row[LEFT - 40])
    assert all(right >= RIGHT - 12 for _, _, right, _ in boxes(frames._titles.layers))


def test_the_rule_grows_until_the_end_card() -> None:
    frames = Frames(ORDER)
    accent = luma(np.array([[_colour.parse(LOOK.accent)]], np.uint8))[0, 0]
    widths = [
        int((frame(frames, number).y[frames._titles.top + 6] == accent).sum())
        for number in (0, 100, frames._scenes[-1].begins - 1)
    ]
    assert widths[0] == RULE[0] < widths[1] < widths[2]
    assert widths[2] >= RIGHT - LEFT - 6


def test_the_rule_is_seen_on_a_picture_of_its_own_colour(folder: Path) -> None:
    Image.new("RGB", (1080, 1920), LOOK.accent).save(folder / "same", "PNG")
    frames = Frames(replace(ORDER, pictures=(Picture(str(folder / "same")),)))
    rows = frame(frames, 0).y[frames._titles.top : frames._titles.top + RULE[1]]
    rule, beside = int(rows[6, LEFT + 20]), int(rows[6, RIGHT - 20])
    assert rule > beside + 20


def test_the_end_card_names_the_domain_on_the_accent() -> None:
    end = frame(Frames(ORDER), 299)
    field = luma(np.array([[_colour.parse(LOOK.accent)]], np.uint8))[0, 0]
    assert (end.y[1300:, :] == field).all()
    assert (end.y[1120:1220, LEFT:RIGHT] != field).sum() > 2000


def test_a_logo_closes_the_video_and_a_broken_one_leaves_the_name(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (400, 200), (0, 90, 200, 255)).save(logo)
    (tmp_path / "torn.png").write_bytes(logo.read_bytes()[:60])
    plain, with_logo, torn = (
        frame(Frames(replace(ORDER, look=replace(LOOK, logo=path))), 299)
        for path in ("", str(logo), str(tmp_path / "torn.png"))
    )
    assert (plain.y == torn.y).all()
    assert (with_logo.u > 150).sum() > 10_000


def test_ink_that_cannot_be_read_on_its_paper_is_replaced() -> None:
    look = replace(LOOK, paper="#101010", ink="#222222", accent="#111111")
    colours = Colours.of(look, on_paper=True)
    assert colours.ink == (255, 255, 255)
    assert _colour.contrast(colours.accent, colours.paper) >= 2
    assert Frames(replace(ORDER, look=look)).count == 300


def test_nothing_is_needed_but_a_headline() -> None:
    frames = Frames(Video(Words("Port shut"), look=Look()))
    assert frames.words == ("Port shut",)
    assert frame(frames, 0).y.min() < 60
    frame(frames, frames.count - 1)
