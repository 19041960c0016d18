"""The pictures and videos of posts, and those of articles, for whoever has signed in.

Served is only what is named as we name what we keep, under a type of our own list. An
article's pictures are fetched when somebody first looks, made small and anew, and given from
here: no page of ours sends its visitor's browser anywhere else.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.responses import FileResponse, Response

from bot.errors import UsageError
from bot.media.keeping import NAME
from bot.media.picture import Origin
from bot.model import Post
from bot.room.base import Answer, Ask, Page

TYPES: Final = MappingProxyType(
    {
        ".jpg": "image/jpeg",
        ".png": "image/png",
        ".gif": "image/gif",
        ".webp": "image/webp",
        ".avif": "image/avif",
        ".mp4": "video/mp4",
        ".mov": "video/quicktime",
    }
)

#: A hash names the same bytes for ever; what stands at an article's address may change.
FOREVER: Final = "private, max-age=31536000, immutable"
A_DAY: Final = "private, max-age=86400"
ALONE: Final = "default-src 'none'; sandbox"
SLUG_LENGTH: Final = 60


def media(ask: Ask) -> Answer:
    """Give a kept file; with “?download=ID”, the number of a post, to be saved under its name."""
    name = ask.given["name"]
    if not NAME.fullmatch(name):
        return _missing()
    return _file(ask, ask.app.media / name, FOREVER, _named(ask, Path(name).suffix))


def article_picture(ask: Ask) -> Answer:
    """Give a picture of an article, small: the first is its own."""
    try:
        there = ask.app.article_pictures(ask.given["article_id"])
    except (UsageError, OverflowError):
        return _missing()
    number = ask.given["number"]
    return _looked(ask, there[number].url) if number < len(there) else _missing()


def whole(ask: Ask) -> Answer:
    """Give the picture that a post's is cut from, small and whole."""
    try:
        origin = ask.app.origin(ask.app.post(ask.given["post_id"]))
    except (UsageError, OverflowError):
        return _missing()
    return _looked(ask, origin.source) if isinstance(origin, Origin) else _missing()


def human_name(post: Post, suffix: str) -> str:
    """Name a file as people would: “council-votes-on-plan-x-12.jpg”."""
    words = re.sub(r"[^\w]+", "-", post.article_title.casefold()).strip("-_")
    words = words[:SLUG_LENGTH].rstrip("-") or post.site
    return f"{words}-{post.channel}-{post.id}{suffix}"


def _named(ask: Ask, suffix: str) -> str | None:
    wanted = ask.query.get("download", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        return None
    try:
        return human_name(ask.app.post(int(wanted)), suffix)
    except UsageError:
        return None


def _looked(ask: Ask, source: str) -> Response:
    found = ask.app.look(source)
    return _file(ask, Path(found.path), A_DAY) if found else _missing()


def _file(ask: Ask, path: Path, keep: str, download: str | None = None) -> Response:
    kind = TYPES.get(path.suffix)
    try:
        facts = os.lstat(path)
    except OSError:
        return _missing()
    if kind is None or not stat.S_ISREG(facts.st_mode):  # a link may lead anywhere
        return _missing()
    headers = {"Cache-Control": keep, "ETag": f'"{path.stem}"', "Content-Security-Policy": ALONE}
    if headers["ETag"] in ask.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path, headers=headers, media_type=kind, stat_result=facts, filename=download
    )


def _missing() -> Response:
    return Response(status_code=404)


PAGES: Final = (
    Page("/media/{name}", media),
    Page("/articles/{article_id:int}/pictures/{number:int}", article_picture, slow=True),
    Page("/posts/{post_id:int}/whole", whole, slow=True),
)
