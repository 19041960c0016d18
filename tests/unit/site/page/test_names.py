from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.site.page._names import LONGEST_NAME, MAX_NAMES, Names


def read(line: str, lang: str = "en") -> tuple[str, ...]:
    return Names(lang, ["Harbour Post"], ["La Mesa"]).read_all([line])


@pytest.mark.parametrize(
    ("lang", "line", "expected"),
    [
        ("en", "By Ann Lee, Bo Day and Cy Roe", ("Ann Lee", "Bo Day", "Cy Roe")),
        ("en", "Post author: By Ann Lee", ("Ann Lee",)),
        ("en", "By Ann Lee & Bo Day for The Port", ("Ann Lee", "Bo Day")),
        ("de", "Von Anna Meier und Ben Groß", ("Anna Meier", "Ben Groß")),
        ("fr", "Par Ève Petit et Léo Blanc", ("Ève Petit", "Léo Blanc")),
        ("es", "Por Ana Gil y Eva Paz", ("Ana Gil", "Eva Paz")),
        ("pt", "por Rui Dias e Ana Reis", ("Rui Dias", "Ana Reis")),
        ("it", "di Anna Rossi e Marco Bianchi", ("Anna Rossi", "Marco Bianchi")),
        ("ca", "Per Joan Puig i Marta Soler", ("Joan Puig", "Marta Soler")),
        ("tr", "Yazan: Ayşe Yılmaz ve Can Demir", ("Ayşe Yılmaz", "Can Demir")),
        ("ar", "بقلم: أحمد علي وسمير حسن", ("أحمد علي", "سمير حسن")),
        # A theme in another language than its text.
        ("de", "Written by Anna Meier", ("Anna Meier",)),
    ],
)
def test_a_byline_is_split_into_its_names_in_every_shipped_language(
    lang: str, line: str, expected: tuple[str, ...]
) -> None:
    assert read(line, lang) == expected


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        ("es", "Santiago Ramón y Cajal"),
        ("es", "Ana María de la Cruz y Ortega"),
        ("pt", "Ana Costa e Silva"),
        ("ca", "Josep Carod i Rovira"),
        ("en", "Ludwig van Beethoven"),
        ("en", "John Smith Jr."),
        ("en", "K.S. Mehta"),
        ("en", "Mary Ann O'Neil"),
        ("en", "danah boyd"),
        ("en", "Per Olsson"),
        ("es", "Di Stéfano Ruiz"),
        ("en", "April May"),
        ("fr", "Jean-Luc Mélenchon"),
        ("en", "Reuters"),
        ("de", "c1ph4"),
    ],
)
def test_a_name_stays_whole(lang: str, name: str) -> None:
    assert read(name, lang) == (name,)


def test_a_suffix_belongs_to_the_name_before_the_comma() -> None:
    assert read("By Ann Lee, Jr., and Bo Day") == ("Ann Lee Jr.", "Bo Day")


@pytest.mark.parametrize(
    "line",
    [
        "admin",
        "Harbour Post",
        "La Mesa",
        "By",
        "Von",
        "Redacción",
        "Haber Merkezi",
        "Staff Writer",
        "Die Redaktion",
        "هيئة التحرير",
        "@annlee",
        "desk@harbour.example",
        "https://harbour.example/author/x",
        "Dec 21, 2016",
        "3 mai 2020",
        "View all posts by Ann Lee",
        "Mehr von Ann Lee",
        "Veröffentlicht am 3. Mai 2020",
        "",
        "— | —",
    ],
)
def test_what_is_nobody_is_nobody(line: str) -> None:
    assert read(line, "de") == ()


@pytest.mark.parametrize(
    "line",
    [
        "By ANN LEE, Politics Editor",
        "Ann Lee, Reuters",
        "Ann Lee (Lisbon)",
        "Ann Lee @annlee",
        "Ann Lee <ann@harbour.example>",
        "Ann Lee | 12/10/2020 | 3 min read",
        "by Ann Lee on August 3, 2019",
        "Ann Lee am Samstag, 3. Mai",
        "Posted by Ann Lee under Harbours",
        "“Ann Lee”",
    ],
)
def test_roles_dates_and_addresses_are_no_part_of_a_name(line: str) -> None:
    assert [name.title() for name in read(line, "de")] == ["Ann Lee"]


def test_a_newsroom_that_signs_as_such_is_an_author_where_nobody_else_is() -> None:
    assert read("Port Weekly Staff") == ("Port Weekly Staff",)
    assert read("Ann Lee, Port Weekly Staff") == ("Ann Lee",)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "By Ann Lee and Bo Day, translated by Cy Roe"),
        ("de", "Von Ann Lee und Bo Day, aus dem Englischen übersetzt von Cy Roe"),
        ("es", "Por Ann Lee y Bo Day, traducción: Cy Roe"),
    ],
)
def test_who_translated_is_no_author_and_is_kept(lang: str, line: str) -> None:
    names = Names(lang, (), ())
    assert names.read_all([line]) == ("Ann Lee", "Bo Day")
    assert names.translators == ["Cy Roe"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ann Lee | 3 May 2026", ["Ann Lee"]),
        ("Tuesday 15 October 2026 by Ann Lee", ["Ann Lee"]),
        ("Posted by konstantin @ 12:00 am", ["konstantin"]),
        ("Autorin: Uta Stern, Leiterin der Stiftung", ["Uta Stern"]),
        ("By midnight the strike was over", []),
        ("By Monday the ships had left, says Ann Lee", []),
        ("Ann Lee", []),
        ("By", []),
    ],
)
def test_a_line_of_plain_text_must_be_a_byline_as_a_whole(line: str, expected: list[str]) -> None:
    assert Names("de", (), ()).spoken(line) == expected


@given(st.text(max_size=400), st.sampled_from(["en", "de", "ar", "tr", "xx", ""]))
def test_whatever_a_line_holds_few_short_names_come_of_it(line: str, lang: str) -> None:
    names = Names(lang, ["Harbour Post"], ())
    found = names.read_all([line])
    assert len(found) <= MAX_NAMES
    assert all(0 < len(name) <= LONGEST_NAME and name == name.strip() for name in found)
    names.spoken(line)


@pytest.mark.parametrize(
    "piece", ["by ", "Ann, ", "( ", "and & ", "http:// ", "a" * 7, "@ ", "2020 ", "– ", "y e i "]
)
def test_a_hostile_line_costs_no_time(piece: str) -> None:
    names, line = Names("es", (), ()), piece * 40_000
    begun = process_time()
    names.read_all([line])
    names.spoken(line)
    assert process_time() - begun < 0.5
