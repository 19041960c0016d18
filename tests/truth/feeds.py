"""How feeds are read that others test their readers with, and how damaged ones are.

Three suites: feedparser's and the feed validator's (thousands of small files, each
of one oddity), and real feeds of NetNewsWire's parser. What is read is held against
what feedparser reads, and against what feedparser's authors wrote down.
"""

from __future__ import annotations

import ast
import io
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot.errors import NotASource
from bot.model import Listing
from bot.site import feed
from bot.site._charset import decode
from bot.site._when import when

SUITES = ("feedparser", "feedvalidator", "rsparser")
KINDS = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})
URL = "https://harbour.example/feed/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

_EXPECT = re.compile(r"Expect:\s*(.*?)-->", re.DOTALL)
_HEADER = re.compile(r"^Header:\s*([^:\n]+):(.+)$", re.MULTILINE)
_CLAIM = re.compile(
    r"""entries\[(\d)\](?:\.(\w+)|\[['"](\w+)['"]\])\s*==\s*"""
    r"""(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\([\d, ]+\))"""
)
_SPOKEN = {"guid": "id", "issued": "published", "modified": "updated", "date": "updated"}
JUNK = (b"", b"<", b'"<a b="', b"</div></p>", b"<![CDATA[", b"<!--", b"&foo;&\x01\xff", b"<p><br>")


def files(folder: Path) -> dict[str, list[Path]]:
    """List the feeds of each suite that lies in `folder`, always in the same order."""
    found = {name: sorted((folder / name).rglob("*")) for name in SUITES}
    return {
        name: [path for path in paths if path.suffix in KINDS and path.is_file()]
        for name, paths in found.items()
    }


def read(body: bytes) -> Listing | str:
    """Read a feed as the bot does; a refusal is its sentence."""
    try:
        return feed.read(body, URL, now=NOW)
    except NotASource as refusal:
        return str(refusal)


def parsed(body: bytes, url: str = URL, content_type: str = "application/xml") -> Sequence[Any]:
    """Give the entries that feedparser finds; none where it raises."""
    import feedparser

    headers = {"content-location": url, "content-type": content_type}
    options = {"sanitize_html": False, "resolve_relative_uris": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            entries: Sequence[Any] = feedparser.parse(
                io.BytesIO(body), response_headers=headers, **options
            )["entries"]
        except Exception:  # noqa: BLE001 - whatever it is, it is feedparser's
            return ()
    return entries


def linked(body: bytes) -> list[str]:
    """List the links that feedparser finds and that may lead to an article.

    A front page is none, nor what feedparser made of a guid that is no address.
    """
    text = decode(body)
    links = [(entry, str(entry.get("link") or "")) for entry in parsed(body)]
    return [
        link for entry, link in links if _is_address(link) and (entry.get("links") or link in text)
    ]


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and parts.path not in ("", "/")
    except ValueError:
        return False


def lost(body: bytes) -> int:
    """Count the entries with a link that feedparser gives and the bot does not."""
    found = read(body)
    return max(0, len(linked(body)) - (0 if isinstance(found, str) else len(found.entries)))


def gaps(body: bytes) -> Counter[str]:
    """Count the titles, dates and tags that feedparser gives and the bot does not.

    A date that no calendar has (“July 32nd”), which feedparser makes one of August, counts too.
    """
    try:
        items = feed.source_of(body, URL, "application/xml").items
    except NotASource:
        return Counter()
    found: Counter[str] = Counter()
    for entry, item in zip(parsed(body), items, strict=False):
        told = entry.get("published_parsed") or entry.get("updated_parsed") or (0,)
        dated = any(when(date, NOW, item.language[:2]) for date in (item.published, item.modified))
        found["title"] += bool(feed.plain(entry.get("title", "")) and not feed.plain(item.title))
        found["date"] += 1995 <= told[0] <= NOW.year + 1 and not dated
        found["tags"] += bool(entry.get("tags") and not item.tags)
    return found


# ----------------------------------------------------------------- expectations


class Claim(NamedTuple):
    """One thing that feedparser's authors wrote down, and what the bot made of it."""

    path: Path
    field: str
    truth: object
    ours: object


def claims(paths: Sequence[Path]) -> Iterator[Claim]:
    """Hold the entries of feedparser's own suite against what its authors expect."""
    for path in paths:
        body = path.read_bytes()
        text = decode(body)
        expected = _EXPECT.search(text)
        if expected is None or path.suffix == ".json":
            continue
        headers = {name.strip().lower(): value.strip() for name, value in _HEADER.findall(text)}
        url = headers.get("content-location", "http://127.0.0.1:8097/" + path.name)
        url = url if url.startswith("http") else "http://127.0.0.1:8097/" + url
        try:
            source = feed.source_of(body, url, headers.get("content-type", ""))
        except NotASource as refusal:
            yield Claim(path, "read at all", "read", str(refusal))
            continue
        for number, *names, written in _CLAIM.findall(expected[1]):
            name = "".join(names)
            truth = ast.literal_eval(written)
            if int(number) < len(source.items):
                yield from _claim(path, name, truth, source.items[int(number)])
            else:
                yield Claim(path, name, truth, "no such entry")


def _claim(path: Path, name: str, truth: Any, item: Any) -> Iterator[Claim]:
    field, _, form = name.partition("_")
    field = _SPOKEN.get(field, field)
    dates = {"published": item.published, "updated": item.modified or item.published}
    if field in dates and form == "parsed":
        at = when(dates[field], NOW)
        if 1995 <= truth[0] <= 2027 or at:
            yield Claim(path, field, truth[:6], at and tuple(at.utctimetuple())[:6])
    elif field in dates and not form:
        yield Claim(path, field, truth, dates[field])
    elif field == "id":
        yield Claim(path, field, truth, item.guid.strip())
    elif field == "link" and not form:
        yield Claim(path, field, truth, item.links[0] if item.links else "")
    elif field in ("title", "summary") and not form:
        plain = (feed.plain(truth), feed.plain(getattr(item, field)))
        yield Claim(path, field, *plain)


# ---------------------------------------------------------------------- damage


def damage(paths: Sequence[Path], times: int) -> Counter[str]:
    """Damage real feeds at random; count the entries lost by us and by feedparser."""
    chance, counts = random.Random(7), Counter[str]()
    for path in paths:
        body = path.read_bytes()
        if path.suffix == ".json" or len(body) > 120_000:
            continue
        ours, theirs = _links_of(body), _their_links(body)
        for _ in range(times):
            at = chance.randrange(200, len(body) - 50)
            junk = chance.choice(JUNK)
            damaged = body[:at] + junk + body[at + (0 if junk else chance.randrange(1, 25)) :]
            counts["damages"] += 1
            counts["lost"] += (ours - _links_of(damaged)).total()
            counts["lost by feedparser"] += (theirs - _their_links(damaged)).total()
    return counts


def _links_of(body: bytes) -> Counter[str]:
    found = read(body)
    return Counter(() if isinstance(found, str) else (entry.url for entry in found.entries))


def _their_links(body: bytes) -> Counter[str]:
    return Counter(str(entry.get("link") or "") for entry in parsed(body))


# --------------------------------------------------------------------- measure


def measure(folder: Path, *, show: bool = False) -> None:
    """Print what was read of each suite, what was refused, and who lost what."""
    suites = files(folder)
    for name, paths in suites.items():
        bodies = [(path, path.read_bytes()) for path in paths]
        found = [(path, body, read(body)) for path, body in bodies]
        refused = [(path, answer) for path, _, answer in found if isinstance(answer, str)]
        links = sum(len(linked(body)) for path, body in bodies if path.suffix != ".json")
        short = [(path, body) for path, body in bodies if path.suffix != ".json" and lost(body)]
        print(f"{name}: {len(paths)} files, {len(paths) - len(refused)} read; refused:")
        for sentence, count in Counter(text for _, text in refused).most_common():
            print(f"  {count:>5}  {sentence.replace(URL, '…')}")
        print(
            f"  of {links} entries with a link (feedparser), {sum(lost(b) for _, b in short)} lost"
        )
        missing = sum(
            (gaps(body) for path, body in bodies if path.suffix != ".json"), Counter[str]()
        )
        print(f"  what feedparser has of them and we have not: {dict(missing) or 'nothing'}")
        for path, _ in short if show else ():
            print(f"         {path.relative_to(folder)}")
    told = list(claims(suites["feedparser"]))
    for field, count in Counter(claim.field for claim in told).items():
        right = sum(claim.truth == claim.ours for claim in told if claim.field == field)
        print(f"feedparser's expectations, {field}: {right} of {count}")
    for claim in told if show else ():
        if claim.truth != claim.ours:
            print(f"  {claim.path.name} {claim.field}: {claim.truth!r} / {claim.ours!r}")
    counts = damage(suites["rsparser"], 25)
    print(
        f"{counts['damages']} damages to real feeds: {counts['lost']} entries lost,"
        f" by feedparser {counts['lost by feedparser']}"
    )


if __name__ == "__main__":
    measure(Path(sys.argv[1]), show="--show" in sys.argv)
