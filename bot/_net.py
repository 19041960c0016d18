"""Sockets that keep a deadline, and addresses that are checked before use.

urllib3 opens its connections through `HTTPConnection._new_conn`, and Python
makes TLS sockets of the class a context names. Both seams are used here, so
that one request has one deadline from the look-up of the name to the last byte
of the body, and so that the address which was checked is the one connected to.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Linux counts the time a machine sleeps in CLOCK_BOOTTIME alone.
_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Undeclared(RuntimeError):
    """A request was not declared, and may not go out: a fault of this program."""


class UndeclaredWrite(Undeclared):
    """A request that changes something was not declared as such."""


class Unreached(Exception):
    """No byte of the request was sent; the text is the sentence that says why.

    Not an OSError, so that urllib3 and requests let it pass as it is.
    """


class PrivateAddress(Unreached):
    """The name leads to an address that is not on the public internet."""


def clock() -> float:
    """Tell the seconds since some fixed instant; sleeping and stopped time count."""
    return time.clock_gettime(_CLOCK)


@dataclass(slots=True)
class Wire:
    """What the sockets must know of the request that is under way."""

    until: float
    allow_private: bool = False
    declared: bool = False
    may_start: Callable[[], None] = lambda: None  # raises Unreached when it is too late
    started: bool = False  # a byte of the request may have left

    def left(self) -> float:
        """Tell the seconds left; raise TimeoutError when there are none."""
        left = self.until - clock()
        if left <= 0:
            raise TimeoutError("the deadline of the request has passed")
        return left

    def start(self) -> None:
        """Note that bytes leave now; refuse where the attempt is over."""
        if not self.started:
            self.may_start()
            self.started = True


#: The request under way in this thread. Without one, no socket works.
WIRE: Final[ContextVar[Wire]] = ContextVar("wire")


# ------------------------------------------------------------------- addresses

# Public by Python's tables, yet no public host: relays of IPv4 in IPv6, protocol
# assignments, and the address at which Azure serves metadata to its machines.
# IANA special-purpose registries (read 2026-11-22).
_SPECIAL: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2002::/16", "3fff::/20")
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tell whether `address` is one of the public internet, alone or wrapped in IPv6."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped
        if wrapped is None and ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if ip not in _GLOBAL_UNICAST:
            return False
    special = any(ip in block for block in _SPECIAL if block.version == ip.version)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not special


def refuse_private(host: str, addresses: Iterable[str]) -> None:
    """Raise PrivateAddress if any of `addresses` is not public."""
    for address in addresses:
        if not is_public(address):
            raise PrivateAddress(
                f"{host} has the private address {address}; "
                "set allow_private_addresses = true in bot.toml, in the folder config/, if that is "
                "meant."
            )


def resolve(host: str, port: int, seconds: float) -> list[tuple[int, Any]]:
    """Look `host` up once: (family, socket address) pairs, in the system's order.

    The look-up runs in a thread of its own, because the system's resolver knows
    no deadline; one that hangs is left behind.
    """
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"the name {host} was not resolved in time") from None
    if isinstance(found, Exception) or not found:
        raise Unreached(f"{host} could not be reached: its name is unknown.")
    return [(family, address) for family, _, _, _, address in found]


# --------------------------------------------------------------------- sockets


class _Socket(socket.socket):
    """A socket whose every step has the time that is left of the request."""

    def recv_into(self, *args: Any) -> int:
        self.settimeout(WIRE.get().left())
        return super().recv_into(*args)

    def sendall(self, *args: Any) -> None:
        wire = WIRE.get()
        self.settimeout(wire.left())
        wire.start()
        super().sendall(*args)


class _TLSSocket(ssl.SSLSocket):
    """The same under TLS; the handshake itself has one timeout for all its steps."""

    def recv_into(self, *args: Any) -> int:
        self.settimeout(WIRE.get().left())
        return super().recv_into(*args)

    def send(self, *args: Any) -> int:  # sendall calls it in a loop
        wire = WIRE.get()
        self.settimeout(wire.left())
        wire.start()
        return super().send(*args)


def _open(family: int, address: Any, seconds: float) -> socket.socket:
    sock = _Socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect(host: str, port: int) -> socket.socket:
    """Open a connection to `host` at an address that was looked up once and checked."""
    wire = WIRE.get()
    found = resolve(host, port, wire.left())
    if not wire.allow_private:
        refuse_private(host, (address[0] for _, address in found))
    reason = "it cannot be reached"
    for rest in range(len(found), 0, -1):
        family, address = found[-rest]
        try:
            sock = _open(family, address, wire.left() / rest)
            sock.settimeout(wire.left())
            return sock
        except ConnectionRefusedError:
            reason = "it refused the connection"
        except TimeoutError:
            reason = "it did not answer in time"
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
    raise Unreached(f"{host} could not be reached: {reason}.")


class _HTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, int(self.port))


class _HTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, int(self.port))

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not valid ({error.verify_message.rstrip('.')})"
            raise Unreached(f"{self.host} could not be reached: {reason}.") from None
        except ssl.SSLError as error:
            reason = f"no secure connection ({error.reason})"
            raise Unreached(f"{self.host} could not be reached: {reason}.") from None


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class Adapter(HTTPAdapter):
    """Send by the sockets above; the last guard against a write nobody declared."""

    def __init__(self, *, dry_run: bool) -> None:
        self._dry_run = dry_run
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _TLSSocket
        super().init_poolmanager(*args, ssl_context=context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        wire = WIRE.get(None)
        declared = wire is not None and wire.declared and not self._dry_run
        if request.method not in SAFE_METHODS and not declared:
            raise UndeclaredWrite(f"a {request.method} reached the last guard: it must not be sent")
        return super().send(request, *args, **kwargs)
