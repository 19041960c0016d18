"""What reading a feed costs, against feedparser's bare parse and libxml2's."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from bot.site import feed

URL = "https://harbour.example/feed/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTRIES = 500
GOAL = 0.6  # seconds
PARAGRAPH = (
    '<p>The dock workers of the <a href="https://harbour.example/tag/north">northern harbour</a>'
    " stopped work on Monday, and no crane has moved since; “we <em>will</em> not go back before"
    " the night shift is paid,” said Ana Lee, who speaks for the crews.</p>"
)


def sample(entries: int) -> bytes:
    """Write a feed as WordPress does: some 2 kB an entry, with its whole text."""
    items = "".join(
        f"<item>\n<title>Dock workers stop, day {n}</title>\n<link>https://h.example/{n}/</link>"
        f"\n<comments>https://h.example/{n}/#respond</comments>\n<dc:creator><![CDATA[Eva Paz]]>"
        "</dc:creator>\n<pubDate>Fri, 20 Nov 2026 09:30:00 +0000</pubDate>\n<category><![CDATA["
        "Labour]]></category><category><![CDATA[Ports]]></category>\n"
        f'<guid isPermaLink="false">https://h.example/?p={n}</guid>\n<description><![CDATA['
        f"{PARAGRAPH}<p>The post Dock workers stop, day {n} appeared first on Harbour Post.</p>]]>"
        f"</description>\n<content:encoded><![CDATA[{PARAGRAPH * 4}]]></content:encoded>\n"
        "<slash:comments>0</slash:comments></item>\n"
        for n in range(entries)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
        f"<title>Harbour Post</title><link>https://h.example/</link>{items}</channel></rss>"
    ).encode()


def median(work: Callable[[], object], rounds: int) -> float:
    """Return the median processor time of `work` in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = process_time()
        work()
        times.append(process_time() - begun)
    return statistics.median(times) * 1000


def bare(body: bytes) -> object:
    """Let feedparser parse, and nothing else: no links, no clean text."""
    import feedparser

    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def tree(body: bytes) -> object:
    """Build the tree in C, and do nothing with it: no reader can be quicker."""
    from lxml import etree

    return etree.fromstring(body)


def started(code: str) -> float:
    """Return the processor time of a new process that only imports, in milliseconds."""
    timed = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
    runs = [
        float(subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True).stdout)
        for _ in range(3)
    ]
    return statistics.median(runs) * 1000


def main() -> None:
    """Print the cost of a large and of a small feed, and its ratio to both floors."""
    for entries, rounds in ((ENTRIES, 9), (10, 100)):
        body = sample(entries)
        assert len(feed.read(body, URL, now=NOW).entries) == entries
        ours = median(lambda body=body: feed.read(body, URL, now=NOW), rounds)  # type: ignore[misc]
        theirs = median(lambda body=body: bare(body), rounds)  # type: ignore[misc]
        least = median(lambda body=body: tree(body), rounds)  # type: ignore[misc]
        print(
            f"feed of {entries:>3} entries, {len(body) / 1e6:.2f} MB: {ours:6.1f} ms,"
            f" {ours / theirs:.2f} times feedparser's bare parse ({theirs:.1f} ms),"
            f" {ours / least:.0f} times a tree built in C ({least:.1f} ms)"
        )
        if entries == ENTRIES:
            verdict = "under" if ours < GOAL * 1000 else "OVER"
            print(f"  {verdict} the {GOAL} s that it may cost")
    print(
        f"first import: {started('import bot.site.feed'):.0f} ms,"
        f" feedparser {started('import feedparser'):.0f} ms"
    )


if __name__ == "__main__":
    main()
