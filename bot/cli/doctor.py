"""`bot doctor`: is everything in order, and what is in force?"""

from __future__ import annotations

import click

from bot.cli._base import Command, json_option, opened
from bot.cli._print import console, to_json
from bot.doctor import examine


@click.command(cls=Command)
@click.option("--settings", is_flag=True, help="Also list every setting in force.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, settings: bool, as_json: bool) -> int:
    """Check configuration, templates, database, sources and channels.

    Every setting that was left out is listed with what is used instead. Ends with 1
    where something should be mended, with 3 where a source cannot be reached.
    """
    with opened(ctx) as app:
        report = examine(app)
        if as_json:
            to_json(
                {"checks": report.checks, "settings": [each._asdict() for each in report.settings]}
            )
            return report.exit_code
        from rich.table import Table
        from rich.text import Text

        out = console()
        table = Table(
            title="In force" if settings else "Left out, so in force", title_justify="left"
        )
        for heading in ("where", "setting", "value"):
            table.add_column(heading, overflow="fold")
        for setting in report.settings:
            if settings or setting.left_out:
                table.add_row(Text(setting.where), Text(setting.name), Text(setting.value))
        out.print(table)
        marks = {"ok": ("✓", "green"), "note": ("·", "yellow"), "fault": ("✗", "red")}
        for check in report.checks:
            mark, style = marks[check.verdict]
            out.print(Text(f"{mark} {check.subject}: ", style), Text(check.sentence), sep="")
        return report.exit_code
