from __future__ import annotations

import codecs

import pytest
from lxml import etree

from bot.site._document import decode, lines_of, text_of

WORDS = "Grève à Évry – “été”"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (WORDS.encode(), ""),
        (WORDS.encode(), "iso-8859-1"),  # what servers say by default
        (WORDS.encode(), "nonsense"),
        (codecs.BOM_UTF8 + WORDS.encode(), "windows-1252"),
        (codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), ""),
        (WORDS.encode("windows-1252"), ""),
        (WORDS.encode("windows-1252"), "iso8859-1"),
        (WORDS.encode("windows-1252"), "punycode"),
        (WORDS.encode() + "é".encode()[:1], "utf-8"),  # cut at the cap
    ],
)
def test_the_character_set_is_right_whatever_the_header_says(body: bytes, header: str) -> None:
    assert decode(body, header) == WORDS


def test_a_meta_tag_is_believed_where_the_header_is_silent() -> None:
    page = '<meta charset="iso-8859-9">İşçi'
    assert decode(page.encode("iso-8859-9")) == page
    arabic = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256">ميناء'
    assert decode(arabic.encode("windows-1256")) == arabic
    japanese = '<meta charset="shift_jis">港'
    assert decode(japanese.encode("shift_jis")) == japanese


def test_text_has_spaces_between_blocks_and_none_from_scripts() -> None:
    markup = "<div>One<br>two <b>th</b>ree<script>x</script><p>four\nfive</p>six</div>tail"
    element = etree.fromstring(markup, etree.HTMLParser()).find(".//div")
    assert text_of(element) == "One two three four five six"
    assert lines_of(element) == ["One", "two three", "four five", "six"]
