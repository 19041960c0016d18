"""A site on loopback that does as it is told, and the real program as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pictures
import program

from bot.store import open_store

#: A small photo of a quay, which a studio can work with.
JPEG = pictures.jpeg(640, 427)


@dataclass
class Site:
    """What it serves: a path leads to an answer, or to a function that speaks to the socket."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    acts: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def put(
        self,
        path: str,
        body: str | bytes,
        kind: str = "text/html; charset=utf-8",
        status: int = 200,
        **headers: str,
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": kind, **named}, content)

    def feed(self, *items: str, path: str = "/feed/", **headers: str) -> None:
        """Serve RSS of these items."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
            f"<title>Harbour Post</title><link>{self.url}/</link>{''.join(items)}</channel></rss>"
        )
        self.put(path, body, "application/rss+xml; charset=utf-8", **headers)

    def item(self, slug: str, *, guid: str = "", at: datetime | str | None = None) -> str:
        """An RSS item; `at` is a time, or the text of a date."""
        when = format_datetime(at) if isinstance(at, datetime) else at
        return (
            f"<item><title>{slug}</title><link>{self.url}/{slug.replace('&', '&amp;')}</link>"
            f"<guid isPermaLink='false'>{(guid or slug).replace('&', '&amp;')}</guid>"
            + (f"<pubDate>{when}</pubDate>" if when else "")
            + "</item>"
        )

    def article(self, slug: str, headline: str = "", **facts: Any) -> None:
        """Serve an article page."""
        path = "/" + slug.split("?")[0]
        title = headline or f"Council votes on plan {slug}"
        linked = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": title,
            "description": facts.get("dek", "Nineteen of thirty members voted for the plan."),
            "author": {"@type": "Person", "name": "Ines Duarte"},
            "datePublished": facts.get("at", datetime.now(UTC)).isoformat(),
            "image": f"{self.url}/picture.jpg",
            "inLanguage": facts.get("language", "en"),
            "articleSection": facts.get("section", "City"),
        }
        body = "".join(
            f"<p>{line}</p>"
            for line in facts.get(
                "body",
                (
                    "The council voted for the plan after a long debate, by nineteen to eleven.",
                    "The mayor had asked for it in spring, and the port authority had agreed.",
                ),
            )
        )
        self.put(
            path,
            f"<!doctype html><html lang='{linked['inLanguage']}'><head><title>{title}</title>"
            f"<script type='application/ld+json'>{json.dumps(linked)}</script></head><body>"
            f"<article><h1>{title}</h1><figure><img src='/picture.jpg' alt='The town hall.'>"
            f"<figcaption>The town hall.</figcaption></figure>{body}</article></body></html>",
        )
        self.put("/picture.jpg", JPEG, "image/jpeg")


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site; every request is noted in `seen`."""
    told = Site()

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's own

        def do_GET(self) -> None:
            told.seen.append((self.command, self.path))
            act = told.acts.get(self.path.split("?")[0])
            if act is not None:
                act(self)
                self.close_connection = True
                return
            missing = (404, {"Content-Type": "text/plain"}, b"not here")
            found = told.pages.get(self.path) or told.pages.get(self.path.split("?")[0], missing)
            status, headers, body = found
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join(5)


@dataclass
class Bot:
    """The real program, with a configuration of its own in an empty folder."""

    folder: Path
    environ: dict[str, str]

    def configure(self, site: str, name: str = "harbour", bot: str = "") -> None:
        """Write a site's file, and bot.toml."""
        sites = self.folder / "config" / "sites"
        sites.mkdir(parents=True, exist_ok=True)
        (self.folder / "config" / "bot.toml").write_text(
            f"allow_private_addresses = true\n{bot}", "utf-8"
        )
        (sites / f"{name}.toml").write_text(site, "utf-8")

    def films_elsewhere(self) -> None:
        """Let another bot be about to make the first videos, so that no test waits for them."""
        url = f"sqlite:///{self.folder}/var/bot.db"
        with open_store(url) as store, store.write() as tx:
            for number in range(1, 100):
                assert tx.leases.take(f"video {number}", "another bot", timedelta(hours=1))

    def start(self, *args: str, **how: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )

    def __call__(self, *args: str, code: int | None = 0, wait: float = 60) -> Answer:
        """Run one command to its end and, unless `code` is None, insist on its exit code."""
        if program.like_any(self.environ):
            answer = Answer(*program.run(args, self.folder, self.environ, wait))
        else:
            answer = self._whole(args, wait)
        assert code is None or answer.code == code, f"{args}: {answer}"
        assert "Traceback" not in answer.err, answer.err
        return answer

    def _whole(self, args: Sequence[str], wait: float) -> Answer:
        process = self.start(*args)
        try:
            out, err = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Answer(process.returncode, out, err)

    def json(self, *args: str, code: int | None = 0) -> Any:
        """Run a command with --json and read what it prints."""
        return json.loads(self(*args, "--json", code=code).out)

    def queue(self, *args: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json("queue", *args)
        return rows


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


ALL_CHANNELS = """
[channels.twitter]
account = "harbour_post"
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
[channels.instagram]
account = "harbour.post"
settings = { user_id = "73" }
[channels.youtube]
account = "@harbourpost"
settings = { channel_id = "UCabcdefghijklmnopqrstuv" }
"""


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds, or fail."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
