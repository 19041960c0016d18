"""HTTP as bytes: a request read whole, an answer written, or one of the ways to fail at it."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """A request that arrived whole."""

    method: str
    target: str  # path and query as they arrived
    headers: Message  # names in any case
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def url(self) -> str:
        """The address that the sender signed: without query."""
        return f"http://{self.headers.get('Host', '')}{self.path}"

    @property
    def bearer(self) -> str:
        """The token of the Authorization header, which Meta's upload host calls OAuth."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if kind in ("Bearer", "OAuth") else ""

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What a JSON or form body holds, files as bytes; ValueError where it is broken."""
        if self.content_type == "application/json":
            found = json.loads(self.body or b"{}")
            if not isinstance(found, dict):
                raise ValueError("the body is no JSON object")
            return found
        if self.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=False))
        if self.content_type == "multipart/form-data":
            return dict(_parts(self.body, self.headers["Content-Type"]))
        return {}


def _parts(body: bytes, content_type: str) -> list[tuple[str, str | bytes]]:
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip('" ')
    if not boundary or not body.rstrip().endswith(f"--{boundary}--".encode()):
        raise ValueError("the multipart body is not closed by its boundary")
    found: list[tuple[str, str | bytes]] = []
    for part in (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        line = next(each for each in lines if each.lower().startswith("content-disposition"))
        facts = dict(piece.strip().partition("=")[::2] for piece in line.split(";")[1:])
        name = facts["name"].strip('"')
        found.append((name, content if "filename" in facts else content.decode()))
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to be written."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        """An answer of JSON; an underscore in a header's name stands for a hyphen."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json; charset=UTF-8", **named})

    @classmethod
    def html(cls, text: str, status: int = 200) -> Reply:
        return cls(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def adding(self, headers: Mapping[str, str]) -> Reply:
        """The same answer with more headers."""
        return Reply(self.status, self.body, {**self.headers, **headers})


class Wire(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "double", ""
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's own
    timeout = 60
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def serve(self) -> None:
        """Read the request whole; one that breaks off is not carried out."""
        body = self._body()
        if body is None:
            self.hang_up()
        else:
            self.server.answer(Request(self.command, self.path, self.headers, body), self)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def send(self, reply: Reply, cut: bool = False) -> None:
        """Write an answer; `cut` leaves out the second half of its body."""
        self.send_response(reply.status)
        for name, text in reply.headers.items():
            self.send_header(name, text)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body) + 99 * cut))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection in order."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Break the connection off, so that the client sees a reset."""
        self.close_connection = True
        self.server.open.discard(self.connection)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def hang(self) -> None:
        """Say nothing until the client goes, or the server ends."""
        self.close_connection = True
        while not self.server.ended.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing: the double keeps a log of its own."""


class Server(ThreadingHTTPServer):
    """A server on loopback whose connections end with it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request, Wire], None]) -> None:
        super().__init__(("127.0.0.1", port), Wire)
        self.answer = answer
        self.open: set[socket.socket] = set()
        self.ended = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """Nothing: a client that goes away in the middle is what the double is for."""

    def close(self) -> None:
        """Stop serving, and close what is still open."""
        self.ended.set()
        self.shutdown()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it went by itself
        self.server_close()
