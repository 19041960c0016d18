"""How long `bot --help` takes, against a Python that does nothing, and what it imports."""

from __future__ import annotations

import statistics
import subprocess
import sys
from time import perf_counter

ROUNDS = 15
AT_MOST = 5  # times the floor
#: What only the commands that need it may import.
HEAVY = (
    *("sqlalchemy", "requests", "lxml", "pydantic", "rich", "jinja2", "tweepy", "feedparser"),
    *("starlette", "uvicorn", "argon2", "bot.web", "bot.room"),
)

HELP = [sys.executable, "-m", "bot", "--help"]
FLOOR = [sys.executable, "-c", "pass"]
LOADED = (
    "import sys, contextlib, io\n"
    "from bot.cli import main\n"
    "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
    "    main(['--help'])\n"
    f"print(*sorted(set(sys.modules) & {set(HEAVY)!r}))\n"
)


def seconds(command: list[str]) -> float:
    """Run a command once and return how long it took."""
    begun = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - begun


def main() -> None:
    """Print both medians and their ratio, and the heavy modules that the help loads."""
    for command in (HELP, FLOOR):
        seconds(command)  # the first run reads the files from the disk
    rounds = [(seconds(HELP), seconds(FLOOR)) for _ in range(ROUNDS)]
    shown, floor = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        f"bot --help: {shown * 1000:.0f} ms, {shown / floor:.1f} times a bare python -c pass"
        f" ({floor * 1000:.0f} ms); at most {AT_MOST} is the aim"
    )
    done = subprocess.run(
        [sys.executable, "-c", LOADED], check=True, capture_output=True, text=True
    )
    print(f"heavy modules that it imports: {done.stdout.strip() or 'none'}")


if __name__ == "__main__":
    main()
