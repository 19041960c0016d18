"""How posts, sources and requests look on a terminal and as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from bot.model import Article, Media, Post, Problem, State

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bot.app import App
    from bot.http import Exchange

STYLES = {
    State.HELD: "yellow",
    State.APPROVED: "green",
    State.SENDING: "cyan",
    State.WAITING: "cyan",
    State.UNKNOWN: "bold red",
    State.NEEDS_PERSON: "bold red",
    State.PUBLISHED: "bold green",
    State.REJECTED: "dim",
    State.EXPIRED: "dim",
    State.REFUSED: "red",
    State.DELETED: "dim",
}

#: These went out.
LIVE = frozenset({State.PUBLISHED, State.DELETED})

#: These stand where they do for a reason that an editor asks for first.
EXPLAINED = frozenset(
    {State.WAITING, State.UNKNOWN, State.NEEDS_PERSON, State.REFUSED, State.REJECTED}
)


def to_json(value: Any) -> None:
    """Print one JSON document on standard output; times are ISO 8601."""
    narrow = not (sys.stdout.encoding or "").lower().startswith("utf")
    json.dump(value, sys.stdout, ensure_ascii=narrow, indent=2, default=_plain)
    print()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def say(*words: object) -> None:
    """Report progress: to standard error, so that standard output stays clean."""
    print(*words, file=sys.stderr, flush=True)


def counted(number: int, what: str) -> str:
    """Say how many of something there are: “1 post”, “4 posts”."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def console(*, error: bool = False) -> Console:
    """Make a console: colours on a terminal, plain and wide elsewhere."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 110
    return Console(file=stream, width=width, highlight=False, soft_wrap=False, emoji=False)


def post_row(post: Post) -> dict[str, Any]:
    """Give a post as scripts see it: the keys of the outside contract."""
    return {
        "id": post.id,
        "site": post.site,
        "channel": post.channel,
        "platform": post.platform,
        "state": str(post.state),
        "title": post.teaser.title,
        "text": post.teaser.text,
        "link": post.teaser.link,
        "media": [media_row(media) for media in post.teaser.media],
        "due_at": post.due_at,
        "article": {"url": post.article_url, "title": post.article_title},
        "problems": [asdict(problem) for problem in post.problems],
        "remote": {"id": post.remote_id, "url": post.remote_url},
    }


def media_row(media: Media) -> dict[str, Any]:
    """Give a picture or video as scripts see it."""
    return asdict(media)


def article_row(article: Article, zone: tzinfo) -> dict[str, Any]:
    """Give an article as scripts see it, its times by the clock of its site."""
    row = asdict(article)
    row["kind"] = str(article.kind)
    for name in ("published_at", "modified_at"):
        row[name] = row[name] and row[name].astimezone(zone)
    return row


def exchange_row(exchange: Exchange) -> dict[str, Any]:
    """Give a request of a rehearsal as scripts see it; its secrets are masked already."""
    return asdict(exchange)


def moment(at: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Say a time as an editor of the site reads it, with the zone's name."""
    if at is None:
        return "no time yet"
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days, f"{local:%a %-d %b}")
    if local.year != today.year:
        day = f"{local:%-d %b %Y}"
    return f"{day} {local:%H:%M} {getattr(zone, 'key', local.tzname())}"


def show_posts(app: App, posts: Iterable[Post], *, most: int | None = None) -> None:
    """Print posts for a person, the posts of one article together.

    With `most`, a longer text is cut after so many lines, and says so.
    """
    out = console()
    article = None
    for post in posts:
        if post.article_id != article:
            article = post.article_id
            out.print()
            out.print(_text(post.article_title or post.article_url, "bold"))
            out.print(_text(post.article_url, "dim"))
        _post(out, app, post, most)
    if article is not None:
        out.print()


def _post(out: Console, app: App, post: Post, most: int | None) -> None:
    from rich.text import Text

    platform = app.platform(post.platform)
    head = Text("  ")
    head.append((f"#{post.id}" if post.id else "new").ljust(6), "bold")
    head.append(f"{platform.label} {post.account}  ")
    head.append(str(post.state).replace("_", " "), STYLES[post.state])
    if post.due_at is not None:
        head.append(f"  {moment(post.due_at, app.zone(post.site), app.now())}")
    count = platform.measure(post.teaser.text)
    over = count > platform.limits.text
    head.append(f"  {count}/{platform.limits.text}", "bold red" if over else "dim")
    out.print(head)
    if post.teaser.title:
        _indented(out, _text(post.teaser.title, "bold"), 8)
    rest = _indented(out, _text(post.teaser.text), 8, most)
    if rest:
        more = f"… {counted(rest, 'more line')}: bot show {post.id}"
        _indented(out, _text(more, "dim italic"), 8)
    for line in _beside(post, platform.limits.link == "attached"):
        _indented(out, _text(line, "dim"), 8)
    if post.state in LIVE:
        if post.remote_url:
            _indented(out, _text(f"live: {post.remote_url}", "green"), 8)
        return  # nothing can be mended any more
    if post.reason and (post.state in EXPLAINED or _late(post, app.now())):
        _indented(out, _text(f"· {post.reason}", STYLES[post.state]), 8)
    show_problems(out, post.problems, indent=8)


def _late(post: Post, now: datetime) -> bool:
    """Tell whether an approved post should have gone out; then it says what keeps it."""
    told = post.reason.startswith("for ")  # its time, which stands there already
    return post.state is State.APPROVED and bool(post.due_at and post.due_at < now) and not told


def _beside(post: Post, attached: bool) -> list[str]:
    lines = [f"→ {post.teaser.link}"] if attached and post.teaser.link else []
    return lines + [media_line(media) for media in post.teaser.media]


def media_line(media: Media) -> str:
    """Describe a picture or video in one line."""
    if media.placeholder:
        return f"{media.kind}: still to be made"
    # The file first: at its address on the web nothing is shown before the post is approved.
    parts = [f"{media.kind}: {media.path or media.url}"]
    if media.size is not None:
        parts.append(_size(media.size))
    if media.alt:
        parts.append(f"alt: {media.alt}")
    if media.credit:
        parts.append(f"credit: {media.credit}")
    return " · ".join(parts)


def _size(count: int) -> str:
    """Say how large a file is, as people do: “154 kB”, “2.4 MB”."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def show_problems(out: Console, problems: Iterable[Problem], *, indent: int) -> None:
    """Print what is wrong, blocking problems in red."""
    for problem in problems:
        mark, style = ("✗", "red") if problem.blocking else ("!", "yellow")
        _indented(out, _text(f"{mark} {problem.message}", style), indent)


def show_exchanges(out: Console, exchanges: Iterable[Exchange]) -> None:
    """Print the requests of a rehearsal, in order."""
    for number, exchange in enumerate(exchanges, start=1):
        out.print(_text(f"  {number}. {exchange.kind}: {exchange.method} {exchange.url}", "cyan"))
        for name, value in exchange.headers.items():
            if name.lower() in ("authorization", "content-type", "content-range"):
                out.print(_text(f"     {name}: {value}", "dim"))
        body = exchange.body
        if body:
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
            _indented(out, _text(text), 5)


def _indented(out: Console, words: Text, indent: int, most: int | None = None) -> int:
    """Print text behind a margin, without blanks at the ends of its lines.

    At most `most` lines and one more are printed; the number of those left out is returned.
    """
    from rich.text import Text

    lines = words.wrap(out, max(20, out.width - indent))
    shown = len(lines) if most is None or len(lines) <= most + 1 else most
    for line in lines[:shown]:
        line.rstrip()
        out.print(Text(" " * indent) + line if line.plain else "")
    return len(lines) - shown


def printable(words: str) -> str:
    """Drop what a terminal would obey instead of show."""
    return "".join(c if c.isprintable() or c in _INVISIBLE else " " for c in words)


def _text(words: str, style: str = "") -> Text:
    """Make printable text: whatever an article holds, it is no markup and no control code."""
    from rich.text import Text

    return Text(printable(words), style=style)


# Joiners and isolates belong to a text; overrides and control codes only deceive.
_INVISIBLE = "\n\u200c\u200d\u2060\u2066\u2067\u2068\u2069"
