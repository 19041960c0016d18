"""`bot preview URL`: the teasers of an article, before anything is stored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from bot.app import App, Preview
from bot.cli._base import Command, json_option, opened
from bot.cli._print import (
    article_row,
    console,
    media_line,
    media_row,
    say,
    show_problems,
    to_json,
)
from bot.errors import FetchError
from bot.media import picture
from bot.model import Media

#: Pages lie here, each in a folder of its own, and not among temporary files: browsers
#: that are kept in a box (snap, flatpak) cannot read those.
PAGES: Final = Path("var/preview")

#: Problems that say only that nothing has been made yet, which is so before there is a post.
UNMADE: Final = frozenset({"picture-waiting", "video-waiting"})

#: An older page is removed when a new one is made.
PAGES_KEPT: Final = timedelta(days=7)


@click.command(cls=Command)
@click.argument("url", metavar="URL")
@click.option("--site", metavar="SITE", help="As which site [the one whose address it has].")
@click.option(
    "--open",
    "as_page",
    is_flag=True,
    help="Make pictures and videos too, and show the posts as a page in your browser.",
)
@json_option
@click.pass_context
def preview(ctx: click.Context, url: str, site: str | None, as_page: bool, as_json: bool) -> None:
    """Show the teasers of an article, with counts, pictures and problems.

    Nothing is stored and nothing is sent. Works without any configuration too: then
    with the default templates for all four platforms. With --open each post is drawn
    as its platform will show it, on a page below var/preview/.
    """
    with opened(ctx, needs_config=False) as app:
        folder = _fresh(url) if as_page else None
        told = f"Making the pictures and videos for {url}"
        with _waiting(told) if folder else contextlib.nullcontext():
            shown = app.preview(url, site, folder)
        if as_json:
            to_json(_row(shown))
        if folder:
            _open(_page(app, shown, folder), quiet=as_json)
        elif not as_json:
            _print(shown)


# ---------------------------------------------------------------------------- the page


def _fresh(url: str) -> Path:
    """Give the article's folder, emptied, and remove those of articles looked at long ago."""
    for each in PAGES.glob("*/index.html"):
        if time.time() - each.stat().st_mtime > PAGES_KEPT.total_seconds():
            shutil.rmtree(each.parent, ignore_errors=True)
    slug = re.sub(r"[^a-z0-9]+", "-", urlsplit(url).path.lower()).strip("-")[-60:]
    folder = PAGES / f"{slug}-{hashlib.sha256(url.encode()).hexdigest()[:8]}".lstrip("-")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _page(app: App, shown: Preview, folder: Path) -> Path:
    from bot.web import preview as page

    site = app.config.sites.get(shown.site)
    return page.write(
        folder,
        shown.article,
        shown.posts,
        site=site.name if site else shown.article.site_name,
        zone=shown.zone,
        picture=_own_picture(app, shown, folder),
    )


def _own_picture(app: App, shown: Preview, folder: Path) -> Path | None:
    """Fetch the article's own picture, which platforms put on the card of a link."""
    image = shown.article.image
    if image is None:
        return None
    try:
        return Path(picture.take(Media("image", url=image.url), app.web, folder).path)
    except (FetchError, picture.NotAPicture) as error:
        say(f"Cards of links are drawn without the article's picture: {error}")
        return None


def _open(page: Path, *, quiet: bool) -> None:
    """Show the page in a browser of the desktop, if there is one, and say where it lies."""
    address = page.as_uri()
    say(f"The posts as their platforms will show them: {address}") if quiet else print(address)
    desktop = {"BROWSER", "DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if not (desktop or sys.platform in ("darwin", "win32")) or not webbrowser.open(address):
        say("There is no browser here: open that address on a machine that has the file.")


@contextlib.contextmanager
def _waiting(words: str) -> Iterator[None]:
    """Say what takes long, and how long it took; on a terminal the seconds are counted."""
    began, ended = time.monotonic(), threading.Event()

    def passed() -> str:
        return f"{words}: {time.monotonic() - began:.0f} s"

    def count() -> None:
        while not ended.wait(1):
            print(f"\r{passed()}", end="", file=sys.stderr, flush=True)

    if not sys.stderr.isatty():
        say(f"{words} …")
        yield
        say(passed())
        return
    thread = threading.Thread(target=count, name="seconds", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        print(f"\r{passed()}", file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------- in words


def _row(shown: Preview) -> dict[str, object]:
    return {
        "site": shown.site,
        "article": article_row(shown.article, shown.zone),
        "posts": [
            {
                "channel": channel.name,
                "platform": channel.platform,
                "account": channel.account,
                "title": made.teaser.title,
                "text": made.teaser.text,
                "link": made.teaser.link,
                "media": [media_row(media) for media in made.teaser.media],
                "count": platform.measure(made.teaser.text),
                "limit": platform.limits.text,
                "unit": platform.limits.unit,
                "problems": [asdict(each) for each in (*made.problems, *made.reasons)],
            }
            for channel, platform, made in shown.posts
        ],
    }


def _published(shown: Preview) -> str:
    at = shown.article.published_at
    if at is None:
        return ""
    local = at.astimezone(shown.zone)
    return f"{local:%Y-%m-%d}" if shown.article.day_only else f"{local:%Y-%m-%d %H:%M} {shown.zone}"


def _print(shown: Preview) -> None:
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    out = console()
    article = shown.article
    facts = Table.grid(padding=(0, 2))
    facts.add_column()
    facts.add_column(overflow="fold")  # a link that is cut short cannot be followed
    for name, value in (
        ("Headline", article.headline),
        ("Social title", article.social_title if article.social_title != article.headline else ""),
        ("Dek", article.dek),
        ("Kind", f"{article.kind}" + (f" in {article.section}" if article.section else "")),
        ("Authors", ", ".join(article.authors)),
        ("Translation", ", ".join(article.translators)),
        ("First published", article.first_publication and article.first_publication.sentence),
        ("Published", _published(shown)),
        ("Language", article.language),
        ("Tags", ", ".join(article.tags)),
        ("Picture", article.image and article.image.url),
        ("Caption", article.image and article.image.caption),
        ("Credit", article.image and article.image.credit),
        ("Text", f"{len(article.body)} paragraphs, {sum(map(len, article.body)):,} characters"),
        ("Link", article.url),
    ):
        if value:
            facts.add_row(Text(name, "dim"), Text(str(value)))
    out.print(facts)
    for channel, platform, made in shown.posts:
        teaser = made.teaser
        count = f"{platform.measure(teaser.text)}/{platform.limits.text} {platform.limits.unit}"
        words = Text()
        if teaser.title:
            words.append(teaser.title + "\n\n", "bold")
        words.append(teaser.text)
        if platform.limits.link == "attached" and teaser.link:
            words.append(f"\n→ {teaser.link}", "cyan")
        for media in teaser.media:
            words.append(f"\n{media_line(media)}", "dim")
        title = Text(f"{platform.label} {channel.account}", "bold")
        out.print(Panel(words, title=title, title_align="left", subtitle=Text(count, "dim")))
        found = (*made.problems, *made.reasons)
        show_problems(out, (each for each in found if each.code not in UNMADE), indent=2)
    if any(media.placeholder for _, _, made in shown.posts for media in made.teaser.media):
        say("With --open the pictures and videos are made too, and all of it is shown as a page.")
