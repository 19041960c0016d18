"""`bot doctor`: is everything in order, and what is in force?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from bot.cli._base import Command, json_option, opened
from bot.cli._print import console, counted, printable, to_json
from bot.config import Setting
from bot.doctor import examine


@click.command(cls=Command)
@click.option("--settings", is_flag=True, help="Also list every setting in force.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, settings: bool, as_json: bool) -> int:
    """Check configuration, database, review room, pictures, sources and channels.

    A card is drawn, with each site's look and fonts; a file is fetched from [media]
    public_url as Instagram would, and the review room asked for at [review] url. Every
    setting that was left out is listed with what is used instead. Ends with 1 where
    something should be mended, with 3 where something cannot be reached.
    """
    with opened(ctx) as app:
        report = examine(app)
        if as_json:
            to_json(
                {"checks": report.checks, "settings": [each._asdict() for each in report.settings]}
            )
            return report.exit_code
        from rich.text import Text

        out = console()
        out.print(Text(_title(settings), "bold"))
        for where, words in in_force(report.settings, every=settings):
            out.print(Text(printable(where), "dim"))
            for line in Text(printable(words)).wrap(out, max(out.width - 4, 20)):
                line.rstrip()
                out.print(Text("    ") + line)
        out.print()
        marks = {"ok": ("✓", "green"), "note": ("·", "yellow"), "fault": ("✗", "red")}
        for check in report.checks:
            mark, style = marks[check.verdict]
            words = printable(check.sentence)
            out.print(Text(f"{mark} {check.subject}: ", style), Text(words), sep="")
        faults = sum(check.verdict == "fault" for check in report.checks)
        words = f"{counted(faults, 'fault')} to mend: see ✗." if faults else "Nothing to mend."
        out.print(Text(words, "red" if faults else "green"))
        return report.exit_code


def _title(every: bool) -> str:
    if every:
        return "In force"
    return "Left out of your files, so in force (--settings shows the rest too)"


def in_force(settings: Iterable[Setting], *, every: bool) -> Iterator[tuple[str, str]]:
    """Say place by place which settings hold; what all channels of a site share, once."""
    places: dict[str, dict[str, str]] = {}
    for each in settings:
        own = places.setdefault(each.where, {})
        if every or each.left_out:
            own[each.name] = each.value
    for site in [where for where in places if "/" not in where]:
        yield from _told(site, places[site].items())
        channels = {where: some for where, some in places.items() if where.startswith(f"{site}/")}
        alike = set.intersection(*(set(some.items()) for some in channels.values() or [{}]))
        shared = [pair for some in channels.values() for pair in some.items() if pair in alike]
        if len(channels) > 1:
            yield from _told(f"{site}, each channel", dict.fromkeys(shared))
        for where, some in channels.items():
            yield from _told(
                where, [x for x in some.items() if len(channels) == 1 or x not in alike]
            )


def _told(where: str, some: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    given = [f"{name} = {value}" for name, value in some if value]
    empty = ", ".join(name for name, value in some if not value)
    if words := "; ".join([*given, *([f"nothing for {empty}"] if empty else [])]):
        yield where, words
