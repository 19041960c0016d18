"""`bot init URL`: look at a site, and write its configuration."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import available_timezones

import click

from bot import config, proposal, revision
from bot.app import App
from bot.cli import _found
from bot.cli._base import Command, json_option, login_name
from bot.cli._print import counted, printable, say, to_json
from bot.errors import UsageError
from bot.identity import bare_host, same_site, url_key
from bot.platforms import base
from bot.schema import SITE_FILE
from bot.settings import Site
from bot.survey import Candidate, Clock, Found, survey

#: What stands before a country's ending where names are given below it, as in “co.uk”.
_PUBLIC = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


@click.command(cls=Command)
@click.argument("url", metavar="URL")
@click.option("--name", metavar="NAME", help="The site's short name [made of its host].")
@json_option
@click.pass_context
def init(ctx: click.Context, url: str, name: str | None, as_json: bool) -> int:
    """Look at your site and write its configuration.

    URL is your home page or one of your articles. The bot looks for feeds and for
    the accounts that your site lists, and writes config/sites/NAME.toml: careful
    values, each explained, for you to read and change. It asks your site for eighteen
    pages at most, one after the other, in about a minute, and asks no network.

    Of an account that it is not sure of it asks you, or leaves it in the file as a
    comment. For a site that has a file already it shows what has changed, and
    changes nothing unless you say so. With --json it only prints what it found.

    Ends with 1 where the file lacks a source or an account, because none was found for sure.
    """
    app = _opened(ctx)
    if name is not None:
        _check_name(name)
    found = survey(app.web, url, now=app.now(), say=say)
    if as_json:
        to_json(_found.row(found))
        return 0
    site = _configured(app, found, name)
    if site is not None:
        return _revise(app, site, found)
    path = app.folder / "sites" / f"{name or name_of(found.url)}.toml"
    if path.exists():
        raise UsageError(f"{path} is there already: give another name with --name.")
    print(*_found.summary(found), sep="\n")
    found = _asked(found) if _on_terminal() else found
    _write(path, proposal.write(found, now=app.now()))
    print(f"\nWritten: {path}. Read it: every line says why it stands there.")
    if notes := _found.notes(found):
        print("\nYours to decide there:")
        print(*(line for note in notes for line in _found.wrapped(note, "  · ")), sep="\n")
    print(*_next_steps(ctx, found), sep="\n")
    return _code(found)


def _code(found: Found) -> int:
    """Give 1 where a person has to fill in what the bot needs to do anything."""
    return int(not (found.sources and found.channels))


# ---------------------------------------------------------------- before and after


def _opened(ctx: click.Context) -> App:
    """Open the bot over a folder that need not be there yet."""
    given = ctx.obj or {}
    folder = Path(given.get("config") or os.environ.get("BOT_CONFIG") or "config")
    loaded = config.load(folder, lambda name: base.load(name).Settings, needs_site=False)
    return App(loaded, os.environ, folder=folder, who=given.get("who") or login_name())


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        raise UsageError(
            f"“{name}” cannot be the name of a site: small letters (a–z), digits after."
        )


def name_of(url: str) -> str:
    """Make a short name of a site's host: “leftvoice” of https://www.left-voice.example/."""
    labels = bare_host(url).split(".")
    if labels[-1].isdigit() or ":" in labels[0]:
        return "site"  # an address in numbers
    labels = labels[:-1] or labels
    if len(labels) > 1 and labels[-1] in _PUBLIC:
        labels.pop()
    plain = re.sub(r"[^a-z0-9]", "", labels[-1].lower())
    return plain if plain[:1].isalpha() else f"site{plain}"


def _configured(app: App, found: Found, name: str | None) -> Site | None:
    """Find the site's own file, if it has one; another site's under this name is a UsageError."""
    for site in app.config.sites.values():
        if url_key(site.url) == url_key(found.url) or bare_host(found.url) in site.aliases:
            if name not in (None, site.id):
                say(f"{found.url} has a file already, under another name than “{name}”.")
            return site
    wanted = name or name_of(found.url)
    if wanted not in app.config.sites:
        return None
    taken = app.config.sites[wanted]
    if name and same_site(taken.url, found.url):
        return taken
    raise UsageError(
        f"{app.folder / 'sites' / wanted}.toml is the file of {taken.url}: give {found.url} "
        "another name with --name."
    )


def _write(path: Path, text: str) -> None:
    """Write a new file whole or not at all; one that is there is a UsageError."""
    schema = path.parents[1] / SITE_FILE
    draft = path.with_suffix(".toml.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not schema.exists():
            shutil.copy(config.shipped("config") / SITE_FILE, schema)
        draft.write_text(text, "utf-8")
        os.link(draft, path)  # unlike a move, it replaces nothing
    except FileExistsError:
        raise UsageError(f"{path} is there already: give another name with --name.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)


# -------------------------------------------------------------------- in words


def _next_steps(ctx: click.Context, found: Found) -> Iterator[str]:
    given = (ctx.obj or {}).get("config")
    bot = f"bot --config {shlex.quote(given)}" if given else "bot"
    yield "\nNext:"
    yield f"  1. {bot} preview {found.article or 'ARTICLE-URL'}"
    yield "       shows the teasers of an article, nothing is stored; with --open as a page,"
    yield "       with their pictures and videos"
    yield f"  2. {bot} poll"
    yield "       remembers what is there; what is published after that becomes posts"
    yield "       that wait for you"
    yield f"  3. {bot} doctor"
    yield "       checks everything, and says which credentials each channel needs"


# -------------------------------------------------------------------- questions


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _asked(found: Found) -> Found:
    """Ask for what was not sure; an empty answer leaves it out."""
    for name in found.candidates:
        if name not in found.channels:
            found = _ask_account(found, name)
    return replace(found, clock=_ask_clock(found), own=_ask_pictures(found))


def _ask_account(found: Found, platform: str) -> Found:
    some = found.candidates[platform][: _found.MOST]
    options = [_found.shown(each) for each in some]
    if family := found.editions.get(platform):
        each = ", ".join(f"{one.profile.account} ({code})" for code, one in family.items())
        options.insert(0, f"one for each language: {each}")
    label = base.load(platform).label
    picked = _choice(f"Which account is yours on {label}?", options)
    if picked is None:
        return found
    if family and picked == 0:
        chosen = [(n, code, _yours(one)) for n, code, one in proposal.editions(family)]
    else:
        chosen = [(platform, "", _yours(some[picked - bool(family)]))]
    return replace(
        found,
        channels={**found.channels, **{name: each for name, _, each in chosen}},
        only={**found.only, **{name: code for name, code, _ in chosen if code}},
    )


def _yours(candidate: Candidate) -> Candidate:
    return replace(candidate, evidence=("chosen by you", *candidate.evidence), sure=True)


def _ask_clock(found: Found) -> Clock:
    """Ask by which clock the site lives: one that may be meant, or any other by its name."""
    if found.clock.sure:
        return found.clock
    near = _found.near(found.clock)
    say(f"\nBy which clock does {found.name} live? A number, or a name as in Europe/Lisbon.")
    for place, zone in enumerate(near, 1):
        say(f"  {place}) {zone}")
    while True:
        given = click.prompt(
            "Which? (empty: UTC for now)", default="", show_default=False, err=True
        )
        zone = near[int(given) - 1] if given in map(str, range(1, len(near) + 1)) else given
        if not zone:
            return found.clock
        if zone in available_timezones():
            return Clock(zone, sure=True, why="your choice")
        say(f"There is no time zone “{zone}”: Continent/City, as in America/Mexico_City.")


def _ask_pictures(found: Found) -> tuple[str, ...]:
    """Ask whose pictures the site may use, of those that its articles credit."""
    if found.credits:
        say("\nBelow the pictures of your articles stand the names of others.")
    return tuple(
        name
        for name in found.credits
        if click.confirm(f"May pictures by “{printable(name)}” be uploaded?", err=True)
    )


def _choice(question: str, options: list[str]) -> int | None:
    """Let one option be picked, or none."""
    say(f"\n{question}")
    for place, option in enumerate((*options, "none of these"), 1):
        say("\n".join(_found.wrapped(option, f"  {place}) ")))
    none = len(options) + 1
    given = click.prompt("Which?", type=click.IntRange(1, none), default=none, err=True)
    return None if given == none else int(given) - 1


def _revise(app: App, site: Site, found: Found) -> int:
    """Show what changed since the site's file was written, and put in what a person wants."""
    path = app.folder / "sites" / f"{site.id}.toml"
    changes = revision.changes(site, found)
    if not changes:
        print(f"{path}: nothing has changed.")
        return 0
    print(f"{path}: {counted(len(changes), 'difference')}.")
    wanted = []
    for change in changes:
        print(*_found.wrapped(change.words, "  · "), sep="\n")
        if change.question and _on_terminal() and click.confirm(f"    {change.question}", err=True):
            wanted.append(change)
    if wanted:
        _replace(path, revision.apply(path.read_text("utf-8-sig"), wanted))
        print(f"{path}: {counted(len(wanted), 'change')} written.")
    elif not _on_terminal():
        print("Nothing was changed: run this on a terminal to be asked, or change the file.")
    return 0 if _on_terminal() else 1


def _replace(path: Path, text: str) -> None:
    """Put a changed file in the place of the old one, whole or not at all."""
    draft = path.with_suffix(".toml.new")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
