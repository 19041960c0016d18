"""A site as a survey finds it, and the way from a file's text to what is configured."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import config
from bot.model import Entry, SourceKind
from bot.platforms import base
from bot.settings import Site
from bot.site.discover import Candidate, profile
from bot.survey import Clock, Found, Source

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "https://harbour.example/"
LINKS = {
    "facebook": "https://www.facebook.com/harbourpost",
    "twitter": "https://x.com/harbour_post",
    "instagram": "https://instagram.com/harbour.post",
    "youtube": "https://www.youtube.com/@harbourpost",
}


def candidate(address: str, *evidence: str) -> Candidate:
    found = profile(address)
    assert found is not None
    return Candidate(found, 10.0, evidence or ("linked in the header of 3 pages",), sure=True)


def source(url: str, kind: SourceKind = SourceKind.FEED, **facts: Any) -> Source:
    return Source(kind, url, (Entry(url=f"{HOME}1"),), **facts)


FOUND = Found(
    url=HOME,
    name="Harbour Post",
    language="en",
    clock=Clock("Europe/Lisbon", sure=True, why="its WordPress"),
    sources=(source(f"{HOME}feed/", per_week=20.0),),
    channels={name: candidate(link) for name, link in LINKS.items()},
)


def load(text: str) -> Site:
    """Read a site's file as the program does."""
    with TemporaryDirectory() as made:
        sites = Path(made) / "sites"
        sites.mkdir(parents=True)
        (sites / "harbour.toml").write_text(text, "utf-8")
        known = config.load(sites.parent, lambda name: base.load(name).Settings)
    return known.site("harbour")
