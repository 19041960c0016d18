from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site._charset import decode

FRENCH = "Grève à Évry : « l’été » – 10 €"


def declared(name: str, text: str = FRENCH) -> str:
    return f'<?xml version="1.0" encoding="{name}"?><rss>{text}</rss>'


@pytest.mark.parametrize(
    ("text", "actual", "header"),
    [
        (declared("utf-8"), "utf-8", ""),
        (declared("utf-8"), "cp1252", ""),  # the commonest lie
        (declared("iso-8859-1"), "utf-8", "text/xml; charset=iso-8859-1"),
        (declared("iso-8859-1"), "cp1252", "text/xml; charset=utf-8"),
        (declared("windows-1252"), "cp1252", ""),
        (declared("nonsense"), "cp1252", ""),
        (declared("utf-16"), "utf-8", ""),
        (declared("utf-16"), "utf-16", ""),
        (declared("utf-16"), "utf-16-le", ""),
        (declared("utf-16"), "utf-16-be", ""),
        (declared("utf-32"), "utf-32-be", ""),
        (declared("rot13"), "utf-8", ""),
        (f"<rss>{FRENCH}</rss>", "cp1252", "application/rss+xml; charset='windows-1252'"),
        (f"<rss>{FRENCH}</rss>", "cp1252", ""),
        (f"<rss>{FRENCH}</rss>", "utf-16-le", "text/xml"),
        (f"<rss>{FRENCH}</rss>", "utf-8-sig", ""),
        (declared("iso-8859-9", "İstanbul’da şöyle"), "cp1254", ""),
        (declared("shift_jis", "①港"), "cp932", ""),
        (declared("windows-1256", "إضراب في الميناء"), "cp1256", ""),
        (declared("euc-kr", "항구 파업"), "euc-kr", ""),
        (declared("shift_jis", "港のストライキ"), "shift_jis", ""),
        (declared("iso-2022-jp", "港のストライキ"), "iso-2022-jp", ""),
        (declared("gb2312", "码头工人罢工"), "gb18030", ""),
    ],
)
def test_the_text_is_right_whatever_is_claimed(text: str, actual: str, header: str) -> None:
    assert decode(text.encode(actual), header) == text


def test_marks_of_byte_order_go_however_many() -> None:
    assert decode(codecs.BOM_UTF8 * 3 + b"<rss>") == "<rss>"


def test_a_letter_cut_in_two_spoils_no_other() -> None:
    body = declared("utf-8").encode()
    cut = body.replace("Évry".encode(), "É".encode()[:1] + b"vry")
    assert decode(cut) == declared("utf-8").replace("É", "\ufffd")


def test_marks_of_windows_in_latin_1_are_what_they_were_meant_to_be() -> None:
    assert decode("l\x92été \x96 10 \x80".encode()) == "l’été – 10 €"


@settings(max_examples=100)
@given(st.binary(max_size=60), st.text(max_size=20))
def test_nothing_crashes_it(body: bytes, header: str) -> None:
    head = b'<?xml version="1.0" encoding="' + body[:20] + b'"?>'
    assert isinstance(decode(body, header), str)
    assert isinstance(decode(head + body, f"text/xml; charset={header}"), str)
