"""The command line: one file per group of commands, imported when its command runs."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from bot import __version__
from bot.errors import BotError, UsageError

#: Every command by its group: its name, the file that holds it, the words it is listed with.
COMMANDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Start": (
        ("init", "init", "Look at your site and write its configuration."),
        ("login", "login", "Connect a channel to its account."),
        ("user", "user", "Say who may sign in to the review room."),
        ("demo", "demo", "A sample newsroom on this machine: see the whole line at work."),
        ("doctor", "doctor", "Check everything: configuration, review room, pictures, channels."),
        ("preview", "preview", "Show the teasers of an article; --open: as their platforms will."),
    ),
    "Every day": (
        ("review", "room", "Open the review room: see, change and approve posts in a browser."),
        ("poll", "poll", "Look for new articles once; they become posts that wait."),
        ("queue", "show", "List the posts that are open."),
        ("show", "show", "Show one post whole, with its history."),
        ("approve", "review", "Approve posts: each gets its slot."),
        ("unapprove", "review", "Take an approval back."),
        ("edit", "review", "Change a post's text, title, picture or video."),
        ("move", "review", "Give a post a time of its own."),
        ("reject", "review", "Take a post out, with a reason."),
        ("reopen", "review", "Undo: bring back what was rejected or grew too old."),
        ("history", "show", "List what went out and what did not, latest first."),
    ),
    "Publishing": (
        ("post", "post", "One article by hand, now or later."),
        ("publish", "publish", "Publish what is due, once; --dry-run shows it and sends nothing."),
        ("run", "run", "The daemon: poll, film, publish, look after what is in doubt."),
        ("settle", "settle", "Say what you saw of a post in doubt, or posted by hand."),
        ("delete", "settle", "Take a published post down."),
        ("pause", "pause", "Stop a channel, a site or everything."),
        ("resume", "pause", "Go on after a pause."),
        ("status", "status", "What needs a person, and the health of every source."),
    ),
}

_FILES = {name: file for group in COMMANDS.values() for name, file, _ in group}


class Commands(click.Group):
    """The commands, found by name and imported only to run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_FILES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _FILES:
            return None
        module = importlib.import_module(f"bot.cli.{_FILES[name]}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, rows in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, text) for name, _, text in rows], col_max=14)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in _FILES and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, _FILES, n=1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            ctx.fail(f"There is no command “{name}”.{hint} “bot --help” lists them.")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with “bot init URL”, or “bot demo” to see it work. Exit codes: 0 done; "
    "1 something needs a person; 2 usage or configuration, nothing was done; 3 a source, "
    "a platform or the database could not be reached.",
)
@click.option("--config", metavar="DIR", help="Configuration folder [BOT_CONFIG, else config/].")
@click.option("--as", "who", metavar="NAME", help="Who acts, for the log [your login name].")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.version_option(__version__, "-V", "--version", prog_name="bot")
@click.pass_context
def bot(ctx: click.Context, config: str | None, who: str | None, debug: bool) -> None:
    """Announce a newsroom's new articles on its own channels.

    New articles become teasers for Facebook, X (Twitter), Instagram and YouTube;
    an editor looks at what is queued; each post goes out once, in its slot.
    """
    ctx.obj = {"config": config, "who": who, "debug": debug}


def _show_trace() -> None:
    import traceback  # two milliseconds that only a fault should cost

    traceback.print_exc()


def main(args: list[str] | None = None) -> None:
    """Run the command line and end the process with the code of what happened."""
    words = sys.argv[1:] if args is None else args
    _open_streams()
    try:
        code = bot.main([_readable(word) for word in words], prog_name="bot", standalone_mode=False)
        sys.stdout.flush()  # a full disk or a reader that left shows here, not at the very end
    except click.Abort:
        code = 130
        print(file=sys.stderr)
    except NoArgsIsHelpError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        print(f"bot: {error.format_message()}{_see_help(error)}", file=sys.stderr)
        code = 2
    except BotError as error:
        if "--debug" in words:
            _show_trace()
        print(f"bot: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except (BrokenPipeError, SystemExit):  # click makes the second of the first
        # Whoever read our output has seen enough (`bot queue | head`).
        _drop_output()
        code = 0
    except Exception as error:  # noqa: BLE001 - the outermost border: nothing is above
        if "--debug" in words:
            _show_trace()
        print(
            f"bot: an unforeseen fault, {type(error).__name__}: {error}\n"
            "Nothing that was stored is lost. Run the command again with --debug and "
            "report what it prints.",
            file=sys.stderr,
        )
        _drop_output()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _open_streams() -> None:
    """Let output never fail for its letters: what a terminal cannot show is spelt out."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, io.StringIO())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _readable(word: str) -> str:
    """Give a word of the command line as text, also where the locale knows no UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(word).decode()
        except UnicodeDecodeError:
            raise UsageError(f"{word!r} is no text: write it in UTF-8.") from None
    return word


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere, so that the end of the process is quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _see_help(error: click.ClickException) -> str:
    path = getattr(getattr(error, "ctx", None), "command_path", "")
    return f" “{path} --help” tells how." if path.count(" ") else ""
