"""`bot preview URL`: the teasers of an article, before anything is stored."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot.app import Preview
from bot.cli._base import Command, json_option, opened
from bot.cli._print import (
    article_row,
    console,
    media_line,
    media_row,
    show_problems,
    to_json,
)


@click.command(cls=Command)
@click.argument("url", metavar="URL")
@click.option("--site", metavar="SITE", help="As which site [the one whose address it has].")
@json_option
@click.pass_context
def preview(ctx: click.Context, url: str, site: str | None, as_json: bool) -> None:
    """Show the teasers of an article, with counts, pictures and problems.

    Nothing is stored and nothing is sent. Works without any configuration too: then
    with the default templates for all four platforms.
    """
    with opened(ctx, needs_config=False) as app:
        shown = app.preview(url, site)
        if as_json:
            to_json(_row(shown))
        else:
            _print(shown)


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
        show_problems(out, (*made.problems, *made.reasons), indent=2)
