"""Where lines may end, and where they do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media._workshop import _lines


def lines(words: str, width: float, *, balance: bool = True) -> list[str]:
    """Set words in letters that are all one wide."""
    parts = _lines.pieces(words)
    widths = [float(len(part.text)) for part in parts]
    gaps = [float(part.space) for part in parts]
    ends = _lines.fewest(parts, widths, gaps, width)
    assert ends is not None
    if balance:
        _, ends = _lines.balanced(parts, widths, gaps, width, ends)
    return [_lines.joined(parts[a:b]) for a, b in pairwise([0, *ends])]


def test_lines_are_of_like_length() -> None:
    words = "Parliament votes to end the general strike as rail unions vow to fight on"
    assert lines(words, 24, balance=False)[-1] == "on"
    assert lines(words, 22) == [
        "Parliament votes",
        "to end the general",
        "strike as rail unions",
        "vow to fight on",
    ]


def test_no_word_is_left_alone() -> None:
    assert lines("The minister resigned on Tuesday night alone", 40)[-1] == "on Tuesday night alone"


@pytest.mark.parametrize(
    ("words", "together"),
    [
        ("Élections : « Nous ne céderons pas » , dit la ministre", "« Nous"),
        ("Élections : « Nous ne céderons pas » , dit la ministre", "Élections :"),
        ("Élections : « Nous ne céderons pas » , dit la ministre", "pas » ,"),
        ("Más de 10 000 personas salen a la calle", "10 000"),
        ("Le taux monte à 12 % en un an", "12 %"),
        ("Qui a gagné ? On ne sait pas encore", "gagné ?"),
        ("A fixed\u00a0space keeps words together", "fixed\u00a0space"),
    ],
)
def test_what_belongs_together_stays_so(words: str, together: str) -> None:
    for width in range(max(len(word) for word in words.split()) + 6, 30):
        assert any(together in line for line in lines(words, width))


def test_a_short_word_leads_a_line_rather_than_ends_one() -> None:
    found = lines("Rússia e Ucrânia: o que já se sabe sobre a reunião de julho", 22)
    assert not any(line.split()[-1] in {"o", "a", "e"} for line in found), found


@pytest.mark.parametrize(
    "words",
    [
        "国会、ゼネスト終結を可決「我々は戦い続ける」と鉄道労組が声明を発表。",
        "议会投票决定结束大罢工，铁路工会誓言“继续斗争”（全文）！",
        "「ちょっと待って」とキャッシュレス化に反対ーー店主ら…",
    ],
)
def test_marks_stand_where_japanese_and_chinese_want_them(words: str) -> None:
    for width in range(4, 16):
        for line in lines(words, width):
            assert line[0] not in "、。，！」）”ー…っゃャッュョ", line
            assert line[-1] not in "「（“", line


def test_a_japanese_phrase_begins_a_line() -> None:
    assert lines("国会はゼネストの終結を可決", 8) == ["国会はゼネストの", "終結を可決"]
    assert lines("鉄道労組は国会前に集まる", 7) == ["鉄道労組は", "国会前に集まる"]


def test_latin_words_within_chinese_stay_whole() -> None:
    assert all(
        "OpenAI" in "".join(lines("微软与OpenAI达成新协议", width)) for width in range(6, 12)
    )
    assert any("OpenAI" in line for line in lines("微软与OpenAI达成新协议", 7))


def test_a_hyphen_parts_a_word_only_where_it_must() -> None:
    words = "Left-wing coalition wins run-off; far-right concedes in Baden-Württemberg"
    assert not any(line.endswith("-") for line in lines(words, 24))
    assert lines("Baden-Württemberg", 13) == ["Baden-", "Württemberg"]
    assert lines("in 2026-27 and 7-1", 7) == ["in", "2026-27", "and 7-1"]


def test_a_piece_wider_than_a_line_fits_nowhere() -> None:
    parts = _lines.pieces("https://example.org/a/long/address/with-hyphens")
    assert len(parts) == 1  # an address is broken only by force
    assert _lines.fewest(parts, [47.0], [1.0], 20) is None
    assert "".join(piece.text for piece in _lines.shattered(parts[0])) == parts[0].text


def broken(word: str, width: float) -> list[str]:
    parts = _lines.shattered(_lines.pieces(word)[0])
    widths, gaps = [float(len(part.text)) for part in parts], [0.0] * len(parts)
    ends = _lines.fewest(parts, widths, gaps, width, 1.0, _lines.NEAR)
    assert ends is not None
    _, ends = _lines.balanced(parts, widths, gaps, width, ends, 1.0)
    return [_lines.joined(parts[a:b]) for a, b in pairwise([0, *ends])]


def test_a_word_that_no_line_holds_is_parted_with_hyphens_between_syllables() -> None:
    assert broken("Geschwindigkeitsbegrenzungsverordnung", 22) == [
        "Geschwindigkeits-",
        "begrenzungsverordnung",
    ]
    assert broken("«Metamorfoseologia»,", 12) == ["«Metamorfo-", "seologia»,"]
    assert all(len(line) <= 12 for line in broken("Donaudampfschiff" * 4, 12))


def test_an_address_is_parted_at_its_joints_and_gets_no_hyphen() -> None:
    first, *_, last = broken("https://harbour.example/2026/11/strike", 24)
    assert first in {"https://harbour.", "https://harbour.example/"}
    assert last.endswith("/strike")


def test_thai_is_parted_where_a_syllable_is_known_to_begin() -> None:
    assert lines("ประชาชนเรียกร้องที่อยู่อาศัยในกรุงเทพ", 14)[-1].startswith("ใน")


def test_graphemes_are_never_parted() -> None:
    parts = _lines.shattered(_lines.Piece("e\u0301👩‍👩‍👧🇪🇸", True, 0.0))
    assert [part.text for part in parts] == ["e\u0301", "👩‍👩‍👧", "🇪🇸"]
    assert [part.space for part in parts] == [False, False, True]


WORDS = st.text("ab éß.,!?«»“”-–10日本、。のー「」ไท ", min_size=1, max_size=60).map(
    lambda words: " ".join(words.split())
)


@settings(max_examples=150)
@given(words=WORDS, width=st.integers(3, 30))
def test_no_letter_is_lost_and_no_line_is_too_long(words: str, width: int) -> None:
    parts = _lines.pieces(words)
    assert _lines.joined(parts) == words
    widths = [float(len(part.text)) for part in parts]
    gaps = [float(part.space) for part in parts]
    greedy = _lines.fewest(parts, widths, gaps, width)
    if greedy is None or not parts:
        return
    _, ends = _lines.balanced(parts, widths, gaps, width, greedy)
    assert len(ends) == len(greedy)
    assert ends[-1] == len(parts)
    for found in (greedy, ends):
        spans = list(pairwise([0, *found]))
        assert all(b > a for a, b in spans)
        assert all(len(_lines.joined(parts[a:b])) <= width for a, b in spans)
        assert all(parts[b - 1].cost < _lines.NEVER for _, b in spans[:-1])
