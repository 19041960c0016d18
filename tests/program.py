"""The program as a process of its own that needs not be read first: a copy of one that was.

One process for each that runs tests imports the commands, once, and copies itself (fork) for
each command that is run to its end. The copy has the folder, the environment and the files of
its own that a new process would have, and ends as Python ends. What starts with the machine,
a terminal or another path of Python is started whole: `world.Bot.start`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: What the commands import when they need it.
SOON = "alembic.command alembic.config alembic.runtime.migration facebook lxml.html tweepy"
SOON += " trafilatura sqlalchemy.dialects.sqlite.pysqlite sqlalchemy.ext.compiler rich.console"


def like_any(environ: Mapping[str, str]) -> bool:
    """Whether a process of this environment reads the program as every other does."""
    of_python = {name: value for name, value in environ.items() if name.startswith("PYTHON")}
    return of_python == {"PYTHONWARNINGS": "error"}


def run(
    args: Sequence[str], folder: Path, environ: Mapping[str, str], wait: float
) -> tuple[int, str, str]:
    """Run `bot ARGS` to its end; give its exit code and what it wrote."""
    with tempfile.TemporaryDirectory() as said, socket.socket(socket.AF_UNIX) as line:
        out, err = Path(said, "out"), Path(said, "err")
        order = {"args": list(args), "folder": str(folder), "environ": dict(environ)}
        line.settimeout(wait)
        line.connect(_address())
        line.sendall(json.dumps(order | {"out": str(out), "err": str(err)}).encode() + b"\n")
        with line.makefile("r") as told:
            pid = int(told.readline())
            try:
                code = int(told.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["bot", *args], wait) from None
        return code, out.read_text("utf-8"), err.read_text("utf-8")


@functools.cache
def _address() -> str:
    """Start the process that is copied; give the address at which it listens."""
    folder = tempfile.mkdtemp(prefix="bot-program-")
    keeps = {name: each for name, each in os.environ.items() if not name.startswith("BOT_")}
    keeps = {name: each for name, each in keeps.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(
        # -P: nor does `python -m bot` in an empty folder find what lies beside this file.
        [sys.executable, "-P", __file__, folder],
        env=keeps | {"PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # who stops the tests by Ctrl-C stops them, not this
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address, "the program could not be imported: its complaint is on stderr"
    process.stdout.close()
    atexit.register(_stop, process, folder)
    return address


def _stop(process: subprocess.Popen[str], folder: str) -> None:
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------- the process that is copied


def _copies(folder: str) -> dict[str, Any]:
    """Copy this process for each order that comes; return, in the copy, the order."""
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/line")
        listener.listen()
        listener.settimeout(1)
        print(f"{folder}/line", flush=True)
        while os.getppid() == parent:
            with contextlib.suppress(TimeoutError):
                line, _ = listener.accept()
                with line:
                    if os.fork() == 0 and (order := _watched(line)):
                        return order
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    os._exit(0)


def _watched(line: socket.socket) -> dict[str, Any]:
    """Fork once more: the copy goes on with its order, and this process tells how it ends."""
    line.settimeout(None)
    with line.makefile("rw") as told:
        order: dict[str, Any] = json.loads(told.readline())
        if (pid := os.fork()) == 0:
            return order
        with contextlib.suppress(OSError):
            told.write(f"{pid}\n")
            told.flush()
            told.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
            told.flush()
    os._exit(0)


def _become(order: dict[str, Any]) -> None:
    """Be what a new process of this folder and environment would be, and do what it does."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    for number, path in enumerate((os.devnull, order["out"], order["err"])):
        file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.path.insert(0, order["folder"])
    sys.argv = ["bot", *order["args"]]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    import bot.cli

    for each in pkgutil.iter_modules(bot.cli.__path__):
        importlib.import_module(f"bot.cli.{each.name}")
    for name in SOON.split():
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or the copies would touch, and so copy, every page of it
    _become(_copies(sys.argv[1]))
