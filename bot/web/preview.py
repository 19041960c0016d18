"""The teasers of an article as one local page, its pictures and videos beside it.

The page needs no server and no network: everything in it lies in its own folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from pathlib import Path

from bot import drawn
from bot.config import shipped
from bot.errors import StoreError
from bot.model import Article, Channel, Media
from bot.platforms.base import Platform
from bot.queue import Made
from bot.web import _sheets

Posts = Iterable[tuple[Channel, type[Platform], Made]]


def write(
    folder: Path,
    article: Article,
    posts: Posts,
    *,
    site: str,
    zone: tzinfo,
    picture: Path | None = None,
) -> Path:
    """Write the page of an article's posts into `folder`, and give its path.

    `site` is the publication's name, `picture` the article's own, for the cards that
    platforms make of a link. Media without a file are drawn as still to be made.
    Raises StoreError where the folder takes nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        card = drawn.LinkCard(
            drawn.domain(article.url),
            article.social_title or article.headline,
            article.dek,
            _beside(picture, folder) if picture else "",
        )
        pictures = [
            drawn.draw(
                platform,
                made.teaser,
                account=channel.account,
                site=site,
                card=card,
                source=lambda media: _source(media, folder),
                problems=(*made.problems, *made.reasons),
            )
            for channel, platform, made in posts
        ]
        sheet = _sheets.sheet(
            "preview.html",
            article=article,
            site=site,
            facts=list(_facts(article, zone)),
            posts=pictures,
        )
        shutil.copyfile(shipped("templates") / "pages" / "drawn.css", folder / "drawn.css")
        page = folder / "index.html"
        page.write_bytes(bytes(sheet.body))
    except OSError as error:
        raise StoreError(
            f"the preview cannot be written to {folder} ({error.strerror}): make room there, or"
            " give this user the right to write."
        ) from None
    return page.resolve()


def _source(media: Media, folder: Path) -> str:
    return _beside(Path(media.path), folder) if media.path and not media.placeholder else ""


def _beside(file: Path, folder: Path) -> str:
    """Put a file beside the page, if it is not there, and give its name."""
    there = folder / file.name
    if not there.exists():
        shutil.copyfile(file, there)
    return file.name


def _facts(article: Article, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Name what the article tells of itself, as far as it does."""
    image = article.image
    at = article.published_at and article.published_at.astimezone(zone)
    when = "" if at is None else f"{at:%Y-%m-%d}" if article.day_only else f"{at:%Y-%m-%d %H:%M %Z}"
    first = article.first_publication
    for name, value in (
        ("Kind", str(article.kind)),
        ("Section", article.section),
        ("By", ", ".join(article.authors)),
        ("Translation", ", ".join(article.translators)),
        ("First published", first.sentence if first else ""),
        ("Published", when),
        ("Language", article.language),
        ("Picture shows", (image.alt or image.caption) if image else "the article has none"),
        ("Picture’s credit", image.credit if image else ""),
        ("Link", article.url),
    ):
        if value:
            yield name, value
