"""How long the pages wait for somebody to ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

#: A connection that asked nothing whole from one look to the next is ended.
LOOKS_EVERY: Final = timedelta(seconds=15)


class Patient(H11Protocol):
    """uvicorn's protocol, which by itself waits without end for the rest of a request.

    A few connections that each send half of one would keep everybody else out.
    """

    def connection_made(self, transport: Any) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._seen: Any = None  # the request that was answered already at the last look
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._next_look.cancel()
        super().connection_lost(exc)

    def _look_again(self) -> None:
        self._next_look = self.loop.call_later(LOOKS_EVERY.total_seconds(), self._look)

    def _look(self) -> None:
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self.cycle is self._seen:
            self.transport.abort()
            return
        self._seen = self.cycle if answered else self._seen
        self._look_again()
