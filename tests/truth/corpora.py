"""Real pages with what is known to be true of them, from public repositories.

The repositories are plain checkouts side by side in one folder, each under the
name it has here; none of them is part of this one. Truth is as their authors
wrote it down; only notation is made alike (postlight's fixtures keep meta tags
as ``value=``, its tests are JavaScript). Nothing is corrected.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_WORDPRESS = re.compile(
    rb"""<meta[^>]{0,80}content=["']?WordPress|https://api\.w\.org/""", re.IGNORECASE
)
_META_VALUE = re.compile(rb"(<meta\b[^<>]{0,2000}?\s)value=", re.IGNORECASE)
_FIXTURE = re.compile(r"""readFileSync\(\s*['"`]\./([^'"`]+)['"`]""")
_ADDRESS = re.compile(r"""(?<![\w.])url\s*=\s*['"`](https?:[^'"`]+)['"`]""")
_CLAIM = re.compile(
    r"assert\.equal\(\s*(title|author|date_published|dek|lead_image_url)\s*,\s*"
    r"""((?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)\s*\+?\s*)+)""",
    re.DOTALL,
)
_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A stored page and the truth about it; "" is what nobody wrote down."""

    corpus: str
    name: str
    url: str
    path: Path
    title: str = ""
    authors: tuple[str, ...] = ()  # as written: one entry may still hold several names
    date: str = ""  # a day, or an instant; ISO 8601
    excerpt: str = ""
    language: str = ""
    site: str = ""
    image: str = ""

    def body(self) -> bytes:
        """Read the page as its server sent it."""
        body = self.path.read_bytes()
        return _META_VALUE.sub(rb"\1content=", body) if self.corpus == "postlight" else body

    @property
    def held_out(self) -> bool:
        """Tell whether the page is of the half that nobody looks at while writing rules."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1


def is_wordpress(page: Page) -> bool:
    """Tell whether WordPress made the page: by its generator or its API link."""
    return bool(_WORDPRESS.search(page.body()))


def load(folder: Path) -> dict[str, list[Page]]:
    """Read every corpus that lies in `folder`; what is missing is left out."""
    return {name: pages for name, read in READERS.items() if (pages := list(read(folder / name)))}


def trafilatura(folder: Path) -> Iterator[Page]:
    """List the pages of trafilatura's evaluation, annotated by people."""
    for url, item in _json(folder / "tests" / "evaldata.json").items():
        if path := _first(folder / "tests", ("cache", "eval"), item["file"]):
            author = item.get("author") or ()
            yield Page(
                "trafilatura",
                item["file"],
                url,
                path,
                title=(item.get("title") or "").strip(),
                authors=(author,) if isinstance(author, str) else tuple(author),
                date=item.get("date") or "",
                excerpt=item.get("description") or "",
                site=item.get("sitename") or "",
            )


def htmldate(folder: Path) -> Iterator[Page]:
    """List the pages of htmldate's evaluation, whose dates people wrote down."""
    for part in ("eval_mediacloud_2020.json", "eval_default.json"):
        for url, item in _json(folder / "tests" / part).items():
            if path := _first(folder / "tests", ("test_set", "cache", "eval"), item["file"]):
                day = item.get("date")  # five of them are no number, and no date either
                told = day if isinstance(day, str) else ""
                yield Page("htmldate", item["file"], url, path, date=told)


def readability(folder: Path) -> Iterator[Page]:
    """List Readability's test pages; their truth is what Readability itself makes of them."""
    for path in sorted((folder / "test" / "test-pages").glob("*/source.html")):
        told = _json(path.with_name("expected-metadata.json"))
        byline = told.get("byline") or ""
        yield Page(
            "readability",
            path.parent.name,
            _own_address(path) or f"https://readability.example/{path.parent.name}/a",
            path,
            title=told.get("title") or "",
            authors=(byline,) if byline else (),
            date=told.get("publishedTime") or "",
            excerpt=told.get("excerpt") or "",
            language=told.get("lang") or "",
            site=told.get("siteName") or "",
        )


def postlight(folder: Path) -> Iterator[Page]:
    """List postlight's fixtures, with what the tests of its extractors expect."""
    known: dict[str, dict[str, str]] = {}
    for test in sorted((folder / "src" / "extractors" / "custom").glob("*/index.test.js")):
        for name, field, value in _claims(test.read_text(encoding="utf-8")):
            known.setdefault(name, {}).setdefault(field, value)
    for name, told in sorted(known.items()):
        path = folder / name
        if path.is_file() and "title" in told:
            author = told.get("author", "")
            yield Page(
                "postlight",
                path.name,
                told.get("url", "") or _own_address(path) or f"https://{path.stem}/a",
                path,
                title=told["title"],
                authors=(author,) if author else (),
                date=told.get("date_published", ""),
                excerpt=told.get("dek", ""),
                image=told.get("lead_image_url", ""),
            )


READERS: dict[str, Callable[[Path], Iterator[Page]]] = {
    "trafilatura": trafilatura,
    "postlight": postlight,
    "readability": readability,
    "htmldate": htmldate,
}


def _claims(source: str) -> Iterator[tuple[str, str, str]]:
    """List (fixture, field, value) of a JavaScript test: a fixture holds until the next."""
    source = re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE)
    steps = [(m.start(), "fixture", m[1]) for m in _FIXTURE.finditer(source)]
    steps += [(m.start(), "url", m[1]) for m in _ADDRESS.finditer(source)]
    steps += [(m.start(), m[1], _text(m[2])) for m in _CLAIM.finditer(source)]
    fixture = url = ""
    for _, field, value in sorted(steps):
        if field == "fixture":
            fixture = value
        elif field == "url":
            url = value
        elif fixture:
            yield fixture, field, value
        if fixture and url:
            yield fixture, "url", url


def _text(literals: str) -> str:
    pieces = []
    for literal in _LITERAL.findall(literals):
        inner = literal[1:-1].replace("\n", "\\n").replace("\\`", "`").replace("\\'", "'")
        pieces.append(ast.literal_eval('"' + re.sub(r'(?<!\\)"', r"\\" + '"', inner) + '"'))
    return "".join(pieces).strip()


def _own_address(path: Path) -> str:
    """Give the address that a page claims: tests that name none were fed it."""
    found = re.search(
        rb"""(?:rel=["']?canonical["']?[^>]{0,200}?href|og:url["']?[^>]{0,80}?(?:content|value))"""
        rb"""=["'](https?://[^"'\s]+/[^"'\s]+)""",
        path.read_bytes(),
    )
    return found[1].decode("utf-8", "replace") if found else ""


def _first(folder: Path, parts: tuple[str, ...], name: str) -> Path | None:
    paths = (folder / part / name for part in parts)
    return next((path for path in paths if path.is_file()), None)


def _json(path: Path) -> dict[str, dict[str, str]]:
    return json.loads(path.read_bytes()) if path.is_file() else {}
