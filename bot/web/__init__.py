"""The pages of the daemon: how it does, one post by its link, the end of a login.

::

    with web.serving("127.0.0.1:8700", view):
        daemon.run(ticks, pulse=view.pulse)

==================  ===========================================================
``/healthz``        the process lives and its ticks go on; asks no database
``/readyz``         it can publish: 503 and the reasons where it cannot
``/metrics``        for Prometheus
``/posts/ID``       one post with its history, and the commands that settle it
``/login/callback`` where a platform sends a person back to; `bot login` waits for it
==================  ===========================================================

Nothing here can be changed by anybody: every page answers GET and HEAD alone, and
approves, sends or deletes nothing. Nobody signs in yet, so that posts are shown only
to this very machine: to a loopback peer that asks for a loopback name. A proxy in
front of it shall pass on `/login/callback` alone, with the Host that was asked for.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bot.web.base import View

__all__ = ["Listener", "serving"]

log = logging.getLogger("bot")

#: A taken port is tried again so often: the pages may come late, the posts may not.
AGAIN = timedelta(seconds=30)

#: More at once are told to come back: no page here is for a crowd.
MOST_AT_ONCE = 32


class Listener:
    """The pages at their address, on a thread of their own."""

    def __init__(self, listen: str, view: View) -> None:
        self.listen, self.address, self.fault = listen, "", ""
        self._view = view
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="pages", daemon=True)

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
        log.info("the pages are at %s", self.address)
        try:
            _server(self._view, self._ended).run(sockets=[there])
        except Exception:
            log.exception("the pages: an unforeseen fault; they come back in half a minute")
        finally:
            there.close()
            self.address = ""

    def _cannot(self, error: OSError) -> None:
        fault = (
            f"the pages cannot be at {self.listen} ({error.strerror or error}): free the address,"
            " or name another one in [review] listen. It is tried again; publishing goes on."
        )
        if fault != self.fault:
            log.error("%s", fault)
        self.fault = fault


@contextmanager
def serving(listen: str, view: View) -> Iterator[Listener]:
    """Serve the pages at `listen` until the end of the block; "" serves none.

    Never raises for an address that cannot be had: publishing goes on without.
    """
    listener = Listener(listen, view)
    if listen:
        listener.start()
    try:
        yield listener
    finally:
        if listen:
            listener.close()


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    there = socket.socket(family, socket.SOCK_STREAM)
    try:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        there.bind((host, int(port)))
        there.listen(128)
    except OSError:
        there.close()
        raise
    return there


def _server(view: View, ended: threading.Event) -> Any:
    import uvicorn

    from bot.web._rooms import rooms

    class Server(uvicorn.Server):
        """A server that ends with the daemon, and sleeps while nobody asks."""

        async def main_loop(self) -> None:
            await self.on_tick(0)
            await asyncio.to_thread(ended.wait)

    # The answer of a login is part of an address: whoever listens, it is not written down.
    logging.getLogger("uvicorn.access").disabled = True
    return Server(
        uvicorn.Config(
            rooms(view),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # or a stranger could say that he asks from here
            server_header=False,
            date_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
        )
    )
