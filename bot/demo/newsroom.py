"""The sample newsroom: a site with a feed, article pages and pictures, on 127.0.0.1.

It serves what a WordPress site would: RSS with validators, JSON-LD, Open Graph.
`publish_next` puts one more article into the feed.
"""

from __future__ import annotations

import hashlib
import json
import threading
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bot.language import phrase

HERE = Path(__file__).parent
NAME = "Harbour Post"
PICTURES = {f"pictures/{path.name}": path for path in (HERE / "pictures").glob("*.jpg")}


class Newsroom:
    """A running sample site; `close` ends it."""

    def __init__(self, clock: Callable[[], datetime], port: int = 0) -> None:
        self._clock = clock
        rows = tomllib.loads((HERE / "articles.toml").read_text("utf-8"))["article"]
        now: datetime = clock()
        self._published: dict[str, tuple[dict[str, Any], datetime]] = {}
        self._drafts: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            if row.get("new"):
                self._drafts.append(row)
            else:
                self._published[row["slug"]] = (row, now - timedelta(days=4 - number, hours=3))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _requests(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name="newsroom", daemon=True).start()

    def publish_next(self) -> str | None:
        """Publish the next article; give its headline, or None where none is left."""
        if not self._drafts:
            return None
        row = self._drafts.pop(0)
        self._published[row["slug"]] = (row, self._clock())
        return str(row["headline"])

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    # ---------------------------------------------------------------- answers

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Give type and body of what lies at `path`, or None."""
        name = path.strip("/")
        if name == "feed":
            return "application/rss+xml; charset=utf-8", self._feed().encode()
        if name in PICTURES:
            return "image/jpeg", PICTURES[name].read_bytes()
        if name in self._published:
            return "text/html; charset=utf-8", self._page(*self._published[name]).encode()
        if not name:
            return "text/html; charset=utf-8", self._home().encode()
        return None

    def _newest_first(self) -> list[tuple[dict[str, Any], datetime]]:
        return sorted(self._published.values(), key=lambda each: each[1], reverse=True)

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{escape(row['headline'])}</title>"
            f"<link>{self.url}/{row['slug']}/</link>"
            f"<guid isPermaLink='false'>{self.url}/?p={_number(row['slug'])}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate>"
            f"<description>{escape(row['dek'])}</description></item>"
            for row, at in self._newest_first()
        )
        return (
            "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel>"
            f"<title>{NAME}</title><link>{self.url}/</link><language>en</language>"
            f"{items}</channel></rss>"
        )

    def _home(self) -> str:
        links = "".join(
            f"<li><a href='/{row['slug']}/'>{escape(row['headline'])}</a></li>"
            for row, _ in self._newest_first()
        )
        return (
            f"<!doctype html><html lang='en'><title>{NAME}</title><h1>{NAME}</h1><ul>{links}</ul>"
        )

    def _page(self, row: dict[str, Any], at: datetime) -> str:
        language = row.get("language", "en")
        url = f"{self.url}/{row['slug']}/"
        picture = f"{self.url}/pictures/{row['picture']}" if "picture" in row else ""
        linked = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": row["headline"],
            "datePublished": at.isoformat(timespec="seconds"),
            "author": {"@type": "Person", "name": row["author"]},
            "articleSection": row["section"],
            "keywords": row.get("tags", []),
            "inLanguage": language,
            "publisher": {"@type": "NewsMediaOrganization", "name": NAME},
        } | ({"image": picture} if picture else {})
        paragraphs = "".join(f"<p>{escape(text)}</p>" for text in row["body"])
        for line in (row.get("first_published"), row.get("translator")):
            if line:
                text = line if line == row.get("first_published") else f"Translation by {line}"
                paragraphs += f"<p><em>{escape(text)}</em></p>"
        direction = "rtl" if language == "ar" else "ltr"
        return (
            f"<!doctype html><html lang='{language}' dir='{direction}'><head><meta charset='utf-8'>"
            f"<title>{escape(row['headline'])} – {NAME}</title>"
            f"<link rel='canonical' href='{url}'>"
            f"<meta property='og:type' content='article'>"
            f"<meta property='og:title' content='{escape(row['headline'])}'>"
            f"<meta property='og:description' content='{escape(row['dek'])}'>"
            + (f"<meta property='og:image' content='{picture}'>" if picture else "")
            + f"<meta property='og:site_name' content='{NAME}'>"
            f"<script type='application/ld+json'>{_script(linked)}</script></head>"
            f"<body><article><h1>{escape(row['headline'])}</h1>"
            f"<p class='dek'>{escape(row['dek'])}</p>{_figure(row, picture)}"
            f"<div class='entry-content'>{paragraphs}</div></article></body></html>"
        )


def _figure(row: dict[str, Any], picture: str) -> str:
    if not picture:
        return ""
    credit = f"{phrase(row.get('language', 'en'), 'photo')}: {row['credit']}"
    return (
        f"<figure><img src='{picture}' alt='{escape(row['alt'])}' width='1600' height='1067'>"
        f"<figcaption>{escape(row['caption'])} {escape(credit)}</figcaption></figure>"
    )


def _script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _number(slug: str) -> int:
    return int(hashlib.sha256(slug.encode()).hexdigest()[:6], 16)


def _requests(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = newsroom.answer(self.path.split("?")[0])
            kind, body = found or ("text/plain", b"not here\n")
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if found and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.send_header("ETag", etag)
                self.end_headers()
                return
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass  # the demo's terminal is for the bot

    return Requests
