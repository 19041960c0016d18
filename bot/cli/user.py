"""`bot user`: who may sign in to the review room."""

from __future__ import annotations

import sys

import click

from bot import people
from bot.cli._base import Command, json_option, opened
from bot.cli._print import counted, moment, say, to_json
from bot.errors import UsageError

_name = click.argument("name")
_from_stdin = click.option(
    "--password-stdin", "piped", is_flag=True, help="Read the password from standard input."
)


@click.group()
def user() -> None:
    """Say who may sign in to the review room.

    \b
    bot user add ines                    asks for a password; the first user is an admin
    bot user add marta --role editor     may see, change and approve posts
    bot user password ines               a new password; ends every session of hers
    bot user sign-out ines               ends every session of hers, nothing else

    Admins also see everybody's sessions and change roles, on the page “People”.
    """


@user.command(cls=Command)
@_name
@click.option("--role", type=click.Choice(people.ROLES), help="[editor; the first user: admin]")
@_from_stdin
@click.option("--no-password", is_flag=True, help="Only a trusted proxy signs this person in.")
@click.pass_context
def add(ctx: click.Context, name: str, role: str | None, piped: bool, no_password: bool) -> None:
    """Add a person, who then signs in with NAME and a password.

    From the first one on nobody comes in by a one-time link any more.
    """
    if piped and no_password:
        raise UsageError("give --password-stdin or --no-password, not both.")
    with opened(ctx) as app:
        proxied = bool(app.config.bot.review.user_header)
        password = None if no_password else _password(piped)
        made = people.add(app.store, name, role, password, app.now())
        say(f"{made.name} is {'an admin' if made.role == 'admin' else 'an editor'} now.")
        if no_password and not proxied:
            say(
                "No proxy signs anybody in yet: name it in [review] proxies and user_header, or"
                f" give a password: “bot user password {name}”."
            )


@user.command("list", cls=Command)
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List who may sign in."""
    with opened(ctx) as app:
        now = app.now()
        with app.store.read() as tx:
            everybody = tx.users.all()
            sessions = tx.sessions.all(now)
        rows = [
            {
                "name": each.name,
                "role": each.role,
                "password": bool(each.password),
                "created_at": each.created_at.isoformat(),
                "sessions": sum(session.name == each.name for session in sessions),
            }
            for each in everybody
        ]
        if as_json:
            to_json(rows)
            return
        if not rows:
            say("Nobody is a user. “bot user add NAME” adds the first; “bot review” prints a link.")
        for each, row in zip(everybody, rows, strict=True):
            signed = counted(int(str(row["sessions"])), "session")
            since = moment(each.created_at, app.zone("*"), now)
            by = "" if each.password else ", by a proxy only"
            print(f"{each.name}  {each.role}{by}, since {since}, {signed}")


@user.command(cls=Command, short_help="Give a person another password.")
@_name
@_from_stdin
@click.pass_context
def password(ctx: click.Context, name: str, piped: bool) -> None:
    """Give a person another password; it signs their browsers out."""
    with opened(ctx) as app:
        people.set_password(app.store, name, _password(piped))
        say(f"{name} has a new password, and is signed out everywhere.")


@user.command(cls=Command, short_help="Make a person an editor or an admin.")
@_name
@click.argument("role", type=click.Choice(people.ROLES))
@click.pass_context
def role(ctx: click.Context, name: str, role: str) -> None:
    """Make a person an editor or an admin; it signs their browsers out."""
    with opened(ctx) as app:
        people.set_role(app.store, name, role)
        say(f"{name} is {'an admin' if role == 'admin' else 'an editor'} now.")


@user.command(cls=Command)
@_name
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Remove a person. What they did stays in the history."""
    with opened(ctx) as app:
        people.remove(app.store, name, last=True)
        say(f"{name} is removed, and signed out everywhere.")


@user.command("sign-out", cls=Command)
@_name
@click.pass_context
def sign_out(ctx: click.Context, name: str) -> None:
    """Sign a person out of every browser."""
    with opened(ctx) as app:
        ended = people.sign_out(app.store, name)
        say(f"{name}: {counted(ended, 'session')} ended.")


def _password(piped: bool) -> str:
    """Ask for a password, twice; where nobody can be asked, read one line."""
    if piped or not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise UsageError("nobody can be asked for a password here: pipe one line in.")
        return line
    say(f"A password has {people.SHORTEST} letters or more; a sentence is easiest to remember.")
    while True:
        first: str = click.prompt("Password", hide_input=True, err=True)
        if len(first) < people.SHORTEST:
            say(f"That has {len(first)} letters.")
        elif click.prompt("Once more", hide_input=True, err=True) != first:
            say("The two were not the same.")
        else:
            return first
