"""From “article in feed” to “post on channel”, where nobody reviews: with the real daemon.

The site is on loopback, as are the platforms: doubles, which say at what instant the
public saw each post. Articles come at no moment in particular of the poll's interval,
while the video of the one before, for YouTube, is still being made.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from newsroom import PLATFORMS, Newsroom
from world import Bot, ago, serving, wait_until

from bot.demo.doubles import Doubles

POLL = 10.0  # seconds
ARTICLES = 4
#: Those that wait for no video.
CHANNELS = ("twitter", "facebook", "instagram")
AT_MOST = POLL + 5


def latencies(newsroom: Newsroom) -> dict[str, list[float]]:
    """Publish articles, one after the other; give how long each took to each channel."""
    items: list[str] = []
    found: dict[str, list[float]] = {name: [] for name in CHANNELS}
    for number in range(ARTICLES):
        time.sleep(random.uniform(0, POLL))
        slug = f"plan-{number}"
        newsroom.site.article(slug)
        items.insert(0, newsroom.site.item(slug, at=ago(minutes=1)))
        newsroom.site.feed(*items)
        begun = datetime.now(UTC)
        wait_until(lambda number=number: len(seen(newsroom)) == (number + 1) * len(CHANNELS), 120)
        for platform, at in seen(newsroom)[number * len(CHANNELS) :]:
            found[platform].append((at - begun).total_seconds())
    return found


def seen(newsroom: Newsroom) -> list[tuple[str, datetime]]:
    """Give when the public saw each post that needs no video, and where."""
    return [
        (effect["platform"], datetime.fromisoformat(effect["at"]))
        for effect in newsroom.doubles.effects(kind="post")
        if effect["platform"] in CHANNELS
    ]


def main() -> None:
    """Print how long it took on each channel."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    with (
        TemporaryDirectory() as name,
        serving() as site,
        Doubles(Path(name) / "doubles") as doubles,
    ):
        folder = Path(name) / "bot"
        folder.mkdir()
        newsroom = Newsroom(Bot(folder, plain), site, doubles)
        newsroom.opens(*PLATFORMS, review="none", poll_every=f"{POLL:.0f}s")
        process = newsroom.bot.start("run")
        try:
            found = latencies(newsroom)
            filmed = newsroom.live().count("youtube")
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
    print(f"meanwhile {filmed} of {ARTICLES} videos were made and went out")
    for channel, took in found.items():
        verdict = "under" if max(took) <= AT_MOST else "OVER"
        print(
            f"{channel}: {statistics.median(took):.1f} s in the middle of {len(took)},"
            f" {max(took):.1f} at most, {verdict} the {AT_MOST:.0f} s of one poll"
            f" ({POLL:.0f} s) and 5 s"
        )


if __name__ == "__main__":
    main()
