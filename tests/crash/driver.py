"""The processes that publish, and that are killed, stopped and continued while they do.

`supervise` runs in a process that has opened the bot and published once, so that all is
imported and compiled, and holds no connection. For each life that it is asked for it
forks a child, which ends at the point that its life names, by SIGKILL. Nothing of it is
simulated.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crash import sabotage
from crash.clock import Clock

from bot import _crash, followups, publisher, reconciler
from bot.app import App
from bot.errors import StoreError
from bot.model import State
from bot.standing import Press, Same, keep_fresh
from bot.store import Store, open_store

#: What has not come to rest.
MOVING = (State.APPROVED, State.SENDING, State.WAITING, State.UNKNOWN)

#: So often time is let go on for a drain, each time by a little more.
DRAINS, FIRST_SPAN, GROWTH, LONGEST_SPAN = 60, 60.0, 1.25, 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Life:
    """What a process does, and how it ends."""

    drains: bool = False  # lets time go on until nothing moves …
    rounds: int = 1 << 30  # … or does everything so often
    die_at: int | str = 0  # where it kills itself: the passing, by number, or a point's name
    stop_at: str = ""  # it stops itself at the first passing of this point
    full_at: str = ""  # the disk is full whenever a post is to come into this state
    passed: str = ""  # the file to which it writes the points that it passed
    dies: float = 0.0  # at each point, by chance
    stops: float = 0.0
    seed: int = 0
    killed_after: float = 0.0  # seconds; 0: never
    sabotage: str = ""
    lease: float = 0.0  # seconds, in place of those configured
    quarantine: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot lives."""

    folder: Path
    database: str
    environ: Mapping[str, str] = field(repr=False)


# ------------------------------------------------------------------ a process


def opened(place: Place) -> tuple[App, Clock]:
    """Open the bot, with the test's clock for its own."""
    clock = Clock(place.folder / "clock")
    app = App.open(str(place.folder / "config"), place.environ)
    app.now = clock.bot
    logging.basicConfig(filename=place.folder / "log", format="%(process)d %(message)s", force=True)
    _true_time(clock)
    postgres = place.database.startswith("postgres")
    app._store = open_store(
        place.database,
        key=place.environ["BOT_SECRET_KEY"].encode(),
        machine_clock=lambda: clock.machine(postgres),
    )
    return app, clock


def live(app: App, clock: Clock, life: Life) -> None:
    """Publish, as this life says."""
    press = replace(app.press(), watch=lambda post, now: Same(), jitter=lambda: 0.0)
    if life.lease:
        press = replace(press, lease=timedelta(seconds=life.lease))
    if life.quarantine:
        press = replace(press, quarantine=timedelta(seconds=life.quarantine))
    if life.sabotage:
        sabotage.KINDS[life.sabotage]()
    if life.full_at:
        _fill(app.store, life.full_at)
    _crash.hook = _hook(life)
    if life.drains:
        drain(press, clock)
        return
    for _ in range(life.rounds):
        _round(press, clock)
        time.sleep(0.02)


def drain(press: Press, clock: Clock) -> None:
    """Let time go on until nothing moves any more."""
    span = FIRST_SPAN
    for _ in range(DRAINS):
        _round(press, clock, strict=True)
        if not _moving(press.store):
            return
        clock.advance(timedelta(seconds=span))
        span = min(span * GROWTH, LONGEST_SPAN)


def _round(press: Press, clock: Clock, *, strict: bool = False) -> None:
    keep_fresh(press, [("harbour", name) for name in ("twitter", "youtube")], clock.bot())
    for run in (publisher.run_once, followups.run_once, reconciler.run_once):
        broken = run(press, clock.bot()).broken
        if broken and strict:
            raise StoreError(broken)


def _moving(store: Store) -> bool:
    with store.read() as tx:
        steps = [each.state for each in tx.followups.open()]
        return bool(tx.posts.list(MOVING, limit=1)) or "due" in steps or "doing" in steps


def _true_time(clock: Clock) -> None:
    """Let signatures be made at the time that the bot takes it to be."""
    import oauthlib.oauth1.rfc5849 as signing

    signing.generate_timestamp = lambda: str(int(clock.bot().timestamp()))


def _hook(life: Life) -> Callable[[str], None]:
    dice = random.Random(life.seed)
    count, stopped = 0, False
    passed = Path(life.passed) if life.passed else None

    def hook(name: str) -> None:
        nonlocal count, stopped
        count += 1
        if passed is not None:
            with passed.open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
        if life.die_at in (count, name) or dice.random() < life.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        if (name == life.stop_at and not stopped) or dice.random() < life.stops:
            stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)

    return hook


def _fill(store: Store, state: str) -> None:
    """Let SQLite find no room in this process, whenever a post comes into this state."""
    from sqlalchemy import event

    @event.listens_for(store._engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("writes"):
            driver = connection.connection.dbapi_connection
            driver.execute("PRAGMA max_page_count = 1")  # at least as many as there are
            driver.execute(
                "CREATE TEMP TRIGGER IF NOT EXISTS hog AFTER UPDATE OF state ON posts"
                f" WHEN NEW.state = '{state}'"
                " BEGIN UPDATE instance SET place = zeroblob(999999); END"
            )


# --------------------------------------------------------------- its supervisor


def supervise(pipe: Connection, place: Place) -> None:
    """Fork a process for each life that comes down the pipe; tell how it ended.

    The answer is the signal or 0 of an end, or “stopped”: then anything that is sent
    lets it go on, and a second answer follows.
    """
    app, clock = opened(place)
    live(app, clock, Life(drains=True))
    pipe.send("ready")
    while True:
        app.close()  # no connection may pass from process to process
        try:
            life = pipe.recv()
        except EOFError:
            return
        pid = os.fork()
        if pid == 0:
            _child(pipe, app, clock, life)
        try:
            _watch(pid, pipe, life)
        finally:
            _end(pid)


def _child(pipe: Connection, app: App, clock: Clock, life: Life) -> None:
    pipe.close()
    code = 1
    try:
        live(app, clock, life)
        code = 0
    except BaseException:
        logging.exception("the process failed")
    finally:
        logging.shutdown()
        os._exit(code)


def _watch(pid: int, pipe: Connection, life: Life) -> None:
    until = time.monotonic() + life.killed_after if life.killed_after else None
    while True:
        found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        if found and os.WIFSTOPPED(status):
            pipe.send("stopped")
            pipe.recv()
            os.kill(pid, signal.SIGCONT)
        elif found:
            pipe.send(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status))
            return
        elif (until is not None and time.monotonic() > until) or pipe.poll():
            until = None
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.003)


def _end(pid: int) -> None:
    """Leave nobody behind, however the supervisor ends."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return
