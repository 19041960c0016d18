"""From the bytes of a source to its text, whatever character set it claims to be in."""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9][\w.:-]{0,40})")
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9][\w.:-]{0,40})", re.IGNORECASE)
# What a name stands for in practice, as browsers have it (https://encoding.spec.whatwg.org/).
_MEANT: Final = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
# Control characters that nobody means: Windows' marks, taken for Latin-1.
_CONTROLS = re.compile("[\x80-\x9f]")
_MARKS_OF_WINDOWS: Final = {
    code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)
}


def decode(body: bytes, content_type: str = "") -> str:
    """Return `body` as text; never fails, and where bytes fit nothing, only they are lost.

    What is valid as UTF-8 is UTF-8, as no other text is by chance; then the XML
    declaration and the header are tried, and Windows' Western set in the end.
    """
    text = _decoded(body, content_type)
    return text.translate(_MARKS_OF_WINDOWS) if _CONTROLS.search(text) else text


def _decoded(body: bytes, content_type: str) -> str:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace").lstrip("\ufeff")
    for codec in _WIDE:
        if body.startswith("<".encode(codec)):
            return body.decode(codec, "replace")
    declared = _codecs(body, content_type)
    if escaped := next((codec for codec in declared if codec.startswith(("iso2022", "hz"))), ""):
        return body.decode(escaped, "replace")  # seven bits: everything looks like UTF-8
    if _is_utf8(body):
        return body.decode("utf-8", "replace")
    for codec in declared:
        try:
            return body.decode(codec)
        except UnicodeError:
            continue
    return body.decode("cp1252", "replace")


def _is_utf8(body: bytes) -> bool:
    """Tell whether more of it is valid UTF-8 than is not, beyond plain ASCII.

    Feeds cut their excerpts by bytes, in the middle of a letter.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        valid = body.decode("utf-8", "ignore")
        lost = len(body) - len(valid.encode())
        return len(valid) - len(valid.encode("ascii", "ignore")) > lost
    return True


def _codecs(body: bytes, content_type: str) -> list[str]:
    named = [found[1].decode() for found in [_DECLARED.search(body[:2000])] if found]
    named += [found[1] for found in [_HEADER.search(content_type[:500])] if found]
    known = []
    for name in named:
        try:
            codec = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        # Python's codecs of another kind (“rot13”, “zip”) read no text.
        if codec._is_text_encoding and codec.name not in ("utf-8", "undefined", "idna", "punycode"):
            known.append(_MEANT.get(codec.name, codec.name))
    return known
