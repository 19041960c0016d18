"""The listener of the pages, and of pictures; and the pages that are for machines.

::

    pages = lambda: room.pages(app, view)
    with web.serving("127.0.0.1:8700", pages), web.serving_media("0.0.0.0:8701", store, folder):
        daemon.run(ticks, pulse=view.pulse)

==================  ===========================================================
``/healthz``        the process lives and its ticks go on; asks no database
``/readyz``         it can publish: 503 and the reasons where it cannot
``/metrics``        for Prometheus
``/login/callback`` where a platform sends a person back to; `bot login` waits for it
==================  ===========================================================

Nothing can be changed by these: they answer GET and HEAD alone, and approve, send or
delete nothing. Everything that people see and do is in `bot.room`, behind its door.

Pictures and videos have a listener of their own, so that the pages never face the
internet for the sake of a platform that fetches them: it serves `/media/NAME` alone, of
posts that are approved and not over.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bot.store import Store

__all__ = ["Listener", "is_local", "is_served", "serving", "serving_media"]

log = logging.getLogger("bot")

#: A taken port is tried again so often: the pages may come late, the posts may not.
AGAIN = timedelta(seconds=30)

#: More connections at once are told to come back: nothing here is for a crowd. Thirty browsers
#: that load a page have six each.
MOST_AT_ONCE = 256


#: Makes an ASGI application, and the protocol by which it is served.
How = Callable[[], tuple[Any, Any]]


class Listener:
    """Pages, or pictures, at their address, on a thread of their own."""

    def __init__(self, what: str, listen: str, setting: str, how: How) -> None:
        self.listen, self.address, self.fault = listen, "", ""
        self._what, self._setting, self._how = what, setting, how
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=what, daemon=True)

    def start(self) -> None:
        """Begin to serve; where the port is taken, as soon as it is free."""
        self._thread.start()

    def close(self) -> None:
        """End within seconds."""
        self._ended.set()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                there = _bind(self.listen)
            except OSError as error:
                self._cannot(error)
            else:
                self._until_ended(there)
            self._ended.wait(AGAIN.total_seconds())

    def _until_ended(self, there: socket.socket) -> None:
        host, port = there.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.address, self.fault = f"http://{shown}:{port}", ""
        log.info("the %s are at %s", self._what, self.address)
        try:
            _server(*self._how(), self._ended).run(sockets=[there])
        except Exception:
            log.exception(
                "the %s: an unforeseen fault; they come back in half a minute", self._what
            )
        finally:
            there.close()
            self.address = ""

    def _cannot(self, error: OSError) -> None:
        fault = (
            f"the {self._what} cannot be at {self.listen} ({error.strerror or error}): free the"
            f" address, or name another one in {self._setting}."
            " It is tried again; publishing goes on."
        )
        if fault != self.fault:
            log.error("%s", fault)
        self.fault = fault


@contextmanager
def serving(listen: str, pages: Callable[[], Any]) -> Iterator[Listener]:
    """Serve the application that `pages` makes at `listen` until the end of the block.

    With "" none is served.

    Never raises for an address that cannot be had: publishing goes on without.
    """

    def how() -> tuple[Any, Any]:
        from bot.web._patience import Patient

        return pages(), Patient

    with _listening(Listener("pages", listen, "[review] listen", how)) as listener:
        yield listener


@contextmanager
def serving_media(listen: str, store: Store, folder: Path) -> Iterator[Listener]:
    """Serve the pictures and videos of `folder` that approved posts carry; as `serving` does."""

    def how() -> tuple[Any, Any]:
        from bot.web._media import Files, Impatient

        return Files(store, folder), Impatient

    with _listening(Listener("pictures", listen, "[media] listen", how)) as listener:
        yield listener


def is_local(listen: str) -> bool:
    """Tell whether an address is reached from this machine alone."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return host in ("", "localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


def is_served(listen: str) -> bool:
    """Tell whether an address of this machine is taken now; asks nobody."""
    try:
        _bind(listen).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


@contextmanager
def _listening(listener: Listener) -> Iterator[Listener]:
    if listener.listen:
        listener.start()
    try:
        yield listener
    finally:
        if listener.listen:
            listener.close()


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio does not send small answers at once: 40 ms each.
    there = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        there.bind((host, int(port)))
        there.listen(128)
    except OSError:
        there.close()
        raise
    return there


def _server(rooms: Any, protocol: Any, ended: threading.Event) -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """A server that ends with the daemon, and sleeps while nobody asks."""

        async def main_loop(self) -> None:
            await self.on_tick(0)
            await asyncio.to_thread(ended.wait)

    # The answer of a login is part of an address: whoever listens, it is not written down.
    logging.getLogger("uvicorn.access").disabled = True
    return Server(
        uvicorn.Config(
            rooms,
            http=protocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # or a stranger could say that he asks from here
            server_header=False,
            date_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_keep_alive=15,  # a tab asks every five seconds
            timeout_graceful_shutdown=2,
        )
    )
