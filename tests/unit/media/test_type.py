"""Words set in type, in every script, inside their box."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from bot.media._workshop import _fonts, _pango, _type
from bot.media._workshop._type import Block, Style, fit

HEADLINES = {
    "en": "Parliament votes to end the general strike as rail unions vow to fight on",
    "es": "El Ñandú y la Ácrata: los jóvenes piden “¡Basta!” y salen a la calle",
    "fr": "Élections : « Nous ne céderons pas », dit la ministre à la télévision",
    "de": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen verloren",
    "tr": "İstanbul’da binlerce işçi ışıklar altında yürüdü",
    "vi": "Quốc hội Ắt Ở Ễ bỏ phiếu chấm dứt cuộc tổng đình công",
    "el": "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την ακρίβεια",
    "ru": "Рабочие остановили завод: «Мы не уйдём», — сказал профсоюз",
    "ar": "في ١٢ نوفمبر: OpenAI تعلن عن اتفاق بقيمة 10 مليارات (2026)",
    "he": "הכנסת אישרה את התקציב לשנת 2026 ברוב של 64 קולות (מול 55)",
    "hi": "संसद ने आम हड़ताल समाप्त करने के लिए मतदान किया",
    "th": "นายกรัฐมนตรีประกาศยุบสภาและเลือกตั้งใหม่ในเดือนหน้า",
    "ja": "国会、ゼネスト終結を可決「我々は戦い続ける」と鉄道労組",
    "zh-Hans": "议会投票决定结束大罢工，铁路工会誓言“继续斗争”",
    "ko": "국회, 총파업 종료안 가결… 철도노조 “투쟁 계속할 것”",
    "": "Protest 👩‍👩‍👧 in 🇧🇷 brings ❤️ and 🔥 to the streets 1️⃣",
}
ORDINARY = Style(size=96, weight=800)


def ink(block: Block) -> tuple[int, int, int, int]:
    drawn = block.mask if block.colour is None else np.maximum(block.mask, block.colour[..., 3])
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def at_size(
    words: str, style: Style, width: int, language: str = "", most_lines: int | None = None
) -> Block:
    return fit(
        words, style, width, 9999,
        smallest=style.size, language=language, most_lines=most_lines,
    )  # fmt: skip


def alone(words: str, language: str = "en") -> np.ndarray:
    block = at_size(words, ORDINARY, 2000, language=language)
    left, top, right, bottom = block.ink
    return block.mask[top:bottom, left:right]


# ----------------------------------------------------------------- every script


@pytest.mark.parametrize("language", HEADLINES)
def test_a_headline_is_whole_and_inside_its_box(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    draw = _type.draw

    def recorded(*args: object) -> _pango.Line:
        line = draw(*args)  # type: ignore[arg-type]
        drawn.append(int(line.mask.sum()))
        return line

    monkeypatch.setattr(_type, "draw", recorded)
    words = HEADLINES[language]
    block = fit(words, ORDINARY, 900, 480, smallest=48, language=language)
    assert (block.text, block.cut) == (words, False)
    assert block.size >= 80
    assert block.mask.shape[1] == 900
    assert block.mask.shape[0] <= 480
    assert 2 <= block.lines <= 5
    assert block.ink == ink(block)
    # No line overlaps another, and no letter is cut off at an edge.
    assert int(block.mask.sum()) == sum(drawn[-block.lines :])


def test_no_character_of_these_is_without_a_font() -> None:
    assert _type.undrawable("".join(HEADLINES.values())) == ""
    assert _type.undrawable("ok\u200d\ufe0f\n ქალი, ქა") == "ქალი"
    assert _type.undrawable("﷽") == "﷽"


KINDS = "aW.,-–|“«»1ß ÑẮ़مرحباﷺ﷽שלום日。「हिक्षि👩🇪1\u200d\ufe0f"
LETTERS = st.text(st.sampled_from(KINDS) | st.characters(codec="utf-8"), max_size=80)


@settings(max_examples=60, deadline=None)
@given(
    words=LETTERS,
    width=st.integers(60, 900),
    height=st.integers(40, 500),
    smallest=st.integers(12, 60),
)
def test_whatever_the_words_the_box_holds_them(
    words: str, width: int, height: int, smallest: int
) -> None:
    block = fit(words, ORDINARY, width, height, smallest=smallest)
    assert block.mask.shape[1] == width
    assert block.mask.shape[0] <= height
    left, top, right, bottom = block.ink
    assert 0 <= left <= right <= width
    assert 0 <= top <= bottom <= block.mask.shape[0]
    assert block.size <= 96


# ------------------------------------------------------------ size and breaking


def test_a_short_headline_is_as_large_as_may_be_and_a_long_one_smaller() -> None:
    short = fit("Strike", ORDINARY, 900, 300, smallest=40)
    long = fit(HEADLINES["en"], ORDINARY, 900, 300, smallest=40)
    assert (short.size, short.lines) == (96, 1)
    assert 40 < long.size < 96
    assert not long.cut
    larger = Style(size=round(long.size * 1.15), weight=800)
    assert at_size(HEADLINES["en"], larger, 900).mask.shape[0] > 300


def test_what_has_no_room_is_cut_at_a_word() -> None:
    block = fit(HEADLINES["en"], ORDINARY, 400, 120, smallest=40)
    assert block.cut
    assert block.size == 40
    assert block.text.endswith("…")
    assert HEADLINES["en"].startswith(block.text[:-1])
    assert HEADLINES["en"][len(block.text) - 1] == " "
    assert block.mask.shape[0] <= 120


def test_a_quotation_without_room_is_cut_too() -> None:
    block = fit(f"“{HEADLINES['en']}”", ORDINARY, 400, 120, smallest=40)
    assert (block.cut, block.size, block.text[-1]) == (True, 40, "…")
    assert len(block.text) > 20


def test_a_box_too_small_for_anything_stays_empty() -> None:
    block = fit("Strike", ORDINARY, 3, 2, smallest=40)
    assert (block.lines, block.cut, block.mask.shape) == (0, True, (0, 3))


def test_no_more_lines_than_allowed() -> None:
    words = HEADLINES["en"]
    assert fit(words, ORDINARY, 900, 900, smallest=20, most_lines=2).lines == 2
    block = at_size(words, ORDINARY, 900, most_lines=2)
    assert (block.lines, block.size, block.cut) == (2, 96, True)


def test_an_endless_word_is_broken_and_an_ordinary_one_is_set_smaller() -> None:
    endless = fit("w" * 90, ORDINARY, 500, 900, smallest=48)
    assert endless.text == "w" * 90
    assert endless.lines > 1
    long = fit("Bundesverfassungsgericht", ORDINARY, 700, 900, smallest=48)
    assert long.lines == 1
    assert long.size < 96


def test_capitals_are_those_of_the_language() -> None:
    style = Style(size=40, capitals=True)
    assert at_size("iş, Straße", style, 900, language="tr").text == "İŞ, STRASSE"
    assert at_size("iş", style, 900, language="en").text == "IŞ"


@pytest.mark.parametrize("tracking", [0.0, -0.015, 0.04])
@pytest.mark.parametrize("family", ["sans", "serif"])
def test_base_lines_are_evenly_apart(family: str, tracking: float) -> None:
    style = Style(family, 800, 90, tracking=tracking)
    block = at_size("xnm HH nn🔥 Émx mnm EEE", style, 230)
    assert block.lines == 6
    inked = block.mask[:, :40].max(axis=1) > 127  # the first letters: none has a tail
    ends = np.flatnonzero(inked[:-1] & ~inked[1:])
    apart = np.diff([*(end for end in ends if inked[end - 20 : end].all()), len(inked)])
    assert len(apart) >= 5
    assert np.ptp(apart[:-1]) <= 2, ends


def test_tracking_spaces_letters_but_never_those_that_join() -> None:
    def wide(words: str, tracking: float) -> int:
        left, _, right, _ = at_size(words, Style(size=60, tracking=tracking), 900).ink
        return right - left

    assert wide("POLITICS", 0.1) == pytest.approx(wide("POLITICS", 0) + 7 * 6, abs=3)
    assert wide("سياسة", 0.1) == wide("سياسة", 0)


# ------------------------------------------------------------ direction and order


def test_arabic_begins_at_the_right_even_with_a_latin_name() -> None:
    block = at_size("OpenAI تعلن", ORDINARY, 900, language="ar")
    name = alone("OpenAI")
    assert block.ink[2] == 900
    at_the_right = block.mask[:, 900 - name.shape[1] :]
    assert abs(int(at_the_right.sum()) - int(name.sum())) < 0.01 * name.sum()
    assert at_size("OpenAI تعلن", ORDINARY, 900, language="en").ink[0] == 0


def test_brackets_and_numbers_keep_their_order_in_arabic() -> None:
    block = at_size("سنة (10-12)", ORDINARY, 900, language="ar")
    left, top, _, bottom = block.ink
    numbers = alone("(12-10)")  # of an Arabic range the first number stands at the right
    found = block.mask[top:bottom, left : left + numbers.shape[1]]
    assert abs(int(found.sum()) - int(numbers.sum())) < 0.02 * numbers.sum()


@pytest.mark.parametrize(
    ("words", "language", "rtl"),
    [
        ("OpenAI تعلن", "ar", True),
        ("Only Latin", "ar", False),
        ("He said שלום", "en", False),
        ("שלום", "", True),
        ("10", "he", False),
        ("", "", False),
    ],
)
def test_the_direction_is_that_of_the_words_in_their_language(
    words: str, language: str, rtl: bool
) -> None:
    assert _type.is_rtl(words, language) is rtl


# ---------------------------------------------------------------------- emoji


def test_emoji_bring_their_colours_and_words_take_theirs() -> None:
    block = at_size("A 🔥", ORDINARY, 400)
    assert block.colour is not None
    colourful = block.colour[..., 3] > 0
    assert not (block.mask[colourful] > 0).any()
    red, _, blue = block.colour[colourful][:, :3].mean(axis=0)
    assert red > 200 > 100 > blue
    assert at_size("A", ORDINARY, 400).colour is None


def test_a_family_and_a_flag_are_one_picture_each() -> None:
    def wide(words: str) -> int:
        left, _, right, _ = at_size(words, ORDINARY, 900).ink
        return right - left

    assert wide("👩‍👩‍👧‍👦") < 1.3 * 96
    assert wide("🇧🇷") < 1.3 * 96
    assert wide("1️⃣") < 1.3 * 96


# --------------------------------------------------------------- hostile words


def test_markup_is_words() -> None:
    words = '<b size="9">x</b> & "y" &amp;'
    assert at_size(words, ORDINARY, 2000).text == words
    assert alone("<b>x</b>").shape[1] > 3 * alone("x").shape[1]


@pytest.mark.parametrize("words", ["", "  \n", "\u200b\u2060\u202e", "\u200f", "\u200d", "\ufe0f"])
def test_nothing_is_nothing(words: str) -> None:
    block = fit(words, ORDINARY, 300, 100, smallest=20)
    assert (block.lines, block.text, block.cut) == (0, "", False)
    assert block.mask.shape == (0, 300)


def test_what_turns_words_around_is_taken_out() -> None:
    assert at_size("pay \u202e01\u202c now\x07", ORDINARY, 900).text == "pay 01 now"


def test_heaps_of_accents_are_lowered() -> None:
    tower = "a" + "\u0301" * 500
    assert at_size(tower, ORDINARY, 900).mask.shape[0] < 3 * 96
    assert at_size("n\u0334o", ORDINARY, 900).text == "no"  # no font has this one


@pytest.mark.parametrize(
    "words", ["w" * 100_000, "word " * 20_000, "क्षि" * 25_000, "\u0301" * 100_000]
)
def test_a_flood_of_words_is_soon_done_with(words: str) -> None:
    begin = time.process_time()
    block = fit(words, ORDINARY, 900, 400, smallest=48)
    assert time.process_time() - begin < 2
    assert block.mask.shape[0] <= 400
    assert block.cut or len(words.strip()) == 0 or not block.text


# ---------------------------------------------------------------------- fonts


@pytest.mark.parametrize("family", ["sans", "serif"])
def test_every_weight_is_a_real_one(family: str) -> None:
    heavy = [
        int(at_size("Hamburg", Style(family, weight, 96), 900).mask.sum())
        for weight in range(400, 1000, 100)
    ]
    assert heavy == sorted(set(heavy))


def test_no_weight_is_made_up() -> None:
    light, bold = (at_size("国会", Style(weight=weight), 900) for weight in (400, 900))
    assert np.array_equal(light.mask, bold.mask)  # there is but one


def test_chinese_japanese_and_korean_have_letters_of_their_own() -> None:
    forms = {at_size("誤過化", ORDINARY, 900, language=each).mask.tobytes() for each in
             ("ja", "zh-Hans", "ko")}  # fmt: skip
    assert len(forms) == 3


def test_a_site_may_bring_its_font() -> None:
    path = str(_fonts.FOLDER / "SourceSerif4.ttf")
    own = at_size("Strike 国会", Style(path), 900)
    assert np.array_equal(own.mask, at_size("Strike 国会", Style("serif"), 900).mask)
    assert _fonts.family_of(path) == "Source Serif 4"


def test_a_font_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "brand.ttf"
    with pytest.raises(_fonts.NotAFont, match=r"brand\.ttf"):
        at_size("Strike", Style(str(file)), 900)
    for junk in (
        b"",
        b"wOF2" + bytes(60),
        b"\0\1\0\0\0\1" + bytes(100),
        b"\0\1\0\0" + b"\xff" * 99,
    ):
        file.write_bytes(junk)
        _fonts.family_of.cache_clear()
        with pytest.raises(_fonts.NotAFont, match=r"brand\.ttf"):
            at_size("Strike", Style(str(file)), 900)


FILES = [*sorted(_fonts.FOLDER.glob("*.ttf")), Path(_fonts.cjk())]


@pytest.mark.parametrize("file", [f for f in FILES if "Emoji" not in f.name], ids=lambda f: f.stem)
def test_what_a_font_can_draw_is_what_freetype_finds_in_it(file: Path) -> None:
    font = ImageFont.truetype(str(file), 20, layout_engine=ImageFont.Layout.BASIC)
    points = frozenset(_fonts._points(str(file)))
    missing = bytes(font.getmask("\U000f0000"))
    assert len(points) > 200
    tried = [*range(0x21, 0x5C0, 13), *range(0x620, 0x650, 3), *range(0x904, 0xE40, 41)]
    for point in [*tried, *range(0x1E00, 0x9FA0, 499), *sorted(points)[::97]]:
        drawn = bytes(font.getmask(chr(point)))
        assert (drawn != missing) == (point in points) or not drawn, f"U+{point:04X}"


def test_each_font_has_its_licence_beside_it() -> None:
    for file in _fonts.FOLDER.glob("*.ttf"):
        licence = (_fonts.FOLDER / "licences" / f"{file.stem}.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        assert "Reserved Font Name" not in licence.split("PREAMBLE")[0]


ELSEWHERE = """
import hashlib, sys
from bot.media._workshop import _type
known = hashlib.sha256()
for language, words in {headlines!r}.items():
    style = _type.Style(weight=800)
    block = _type.fit(words + " ქ", style, 900, 480, smallest=48, language=language)
    known.update(block.mask.tobytes())
print(known.hexdigest())
maps = open("/proc/self/maps").read().splitlines() if sys.platform == "linux" else ()
files = {{line[line.index("/") :] for line in maps if line.endswith((".ttf", ".otf", ".pfb"))}}
print(*sorted(files), sep="\\n")
"""


def test_what_the_machine_has_of_its_own_changes_nothing(tmp_path: Path) -> None:
    theirs = tmp_path / "fonts.conf"
    theirs.write_text("<fontconfig><dir>/usr/share/fonts</dir></fontconfig>", encoding="utf-8")
    strange = {
        "FONTCONFIG_FILE": str(theirs),
        "FONTCONFIG_PATH": str(tmp_path),
        "PANGO_LANGUAGE": "ja",
        "LANG": "ja_JP.UTF-8",
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    some = {language: HEADLINES[language] for language in ("en", "ar", "zh-Hans", "hi")}
    child = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(headlines=some)],
        env=strange, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    digest, *files = child.stdout.splitlines()
    known = hashlib.sha256()
    for language, words in some.items():
        block = fit(words + " ქ", Style(weight=800), 900, 480, smallest=48, language=language)
        known.update(block.mask.tobytes())
    assert digest == known.hexdigest()
    assert {Path(file) for file in files} <= set(FILES)
