"""Every stored page of the corpora, with the address that it claims."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where pages of news and other sites lie; pages of the networks themselves do not count.
_PLACES = (
    "trafilatura/tests/cache/*.html",
    "trafilatura/tests/eval/*.html",
    "htmldate/tests/cache/*.html",
    "htmldate/tests/eval/*.html",
    "htmldate/tests/test_set/*.html",
    "postlight/fixtures/*.html",
    "readability/test/test-pages/*/source.html",
    "metascraper/packages/*/test/**/*.html",
    "newspaper4k/tests/data/html/*.html",
)
_ANSWERS = (
    "trafilatura/tests/evaldata.json",
    "htmldate/tests/eval_default.json",
    "htmldate/tests/eval_mediacloud_2020.json",
)
_CLAIMED = (
    re.compile(
        rb"""<link[^<>]{0,300}?rel=["']?canonical[^<>]{0,300}?href=["']?(https?://[^"'\s>]+)"""
    ),
    re.compile(
        rb"""<link[^<>]{0,300}?href=["']?(https?://[^"'\s>]+)[^<>]{0,300}?rel=["']?canonical"""
    ),
    re.compile(rb"""og:url["']?[^<>]{0,80}?(?:content|value)=["']?(https?://[^"'\s>]+)"""),
)
_NETWORK = re.compile(r"https?://(?:\w+\.)?(?:facebook|twitter|x|instagram|youtube)\.com/")


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored page, read when it is asked for."""

    path: Path
    url: str
    body: bytes


def pages(corpora: Path) -> Iterator[Stored]:
    """Read every page once: of those that lie in two corpora, the first."""
    known = {
        item["file"]: url
        for answers in _ANSWERS
        if (corpora / answers).is_file()
        for url, item in json.loads((corpora / answers).read_bytes()).items()
    }
    seen: set[str] = set()
    for place in _PLACES:
        for path in sorted(corpora.glob(place)):
            name = path.parent.name if path.stem in ("source", "input") else path.name
            if name in seen:
                continue
            seen.add(name)
            body = path.read_bytes()
            if path.is_relative_to(corpora / "postlight"):
                body = re.sub(rb"(<meta\b[^<>]{0,2000}?\s)value=", rb"\1content=", body)
            url = known.get(path.name) or _claimed(body) or f"https://{name.removesuffix('.html')}/"
            if not _NETWORK.match(url):
                yield Stored(path, url, body)


def _claimed(body: bytes) -> str:
    found = (pattern.search(body) for pattern in _CLAIMED)
    return next((m[1].decode("utf-8", "replace") for m in found if m), "")
