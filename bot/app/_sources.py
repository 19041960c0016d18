"""The sources of a site: those that its file names, else those that were found on it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.http import Session
from bot.model import SourceKind
from bot.settings import Site
from bot.store import Store

if TYPE_CHECKING:
    from bot.ingest import Polled


def of(site: Site, store: Store) -> tuple[tuple[SourceKind, str], ...]:
    """List the sources of a site with their kinds; none where none was found so far."""
    if site.sources:
        return site.sources
    with store.read() as tx:
        found = tx.sources.all(site.id)
    return tuple((SourceKind(each.kind), each.url) for each in found if not each.gone_at)


def find(site: Site, file: Path, store: Store, web: Session, now: datetime) -> Polled | None:
    """Look on a site for the sources that its `file` does not name, and keep them.

    What it gives says why there are none; None where some were found.
    """
    from bot.ingest import Polled
    from bot.survey import survey

    try:
        found = survey(web, site.url, now=now, say=lambda _: None).sources
    except FetchError as error:
        return Polled(site.id, site.url, error=str(error))
    with store.write() as tx:
        for each in found:
            tx.sources.get_or_add(site.id, each.url, each.kind)
    if found:
        return None
    words = f"No feed, sitemap or page of articles was found on {site.url}: "
    return Polled(site.id, site.url, alarms=(f'{words}add feeds = ["https://…"] to {file}.',))
