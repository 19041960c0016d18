"""Teasers a second, rendered and fitted, beside a bare rendering of the same templates.

The floor is what Jinja alone takes for one rendering with values made before:
no sandbox, no counting, nothing measured.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from bot.model import Article, Image
from bot.platforms import base
from bot.teaser import Templates, Voice, render

FOLDER = Path(__file__).resolve().parents[2] / "templates"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
VOICE = Voice("harbour", "Harbour Post", "example.org", hashtags={"Labor": "Labour"})
LINK = "https://example.org/port/?utm_source=x"

SENTENCES = (
    "The union of the port wants night shifts limited to six hours from January.",
    "“We will not leave this quay before that is on paper,” its speaker Ana Lima says.",
    "The port authority, which runs nine of the eleven berths, offers talks on Monday.",
)


def articles() -> list[Article]:
    """Fifty pieces: most fit as they are, some give way, some must be cut."""
    return [
        Article(
            url=f"https://example.org/{number}",
            headline=f"Dockers walk out for the {number}th night"
            + " and the next one" * (number // 4),
            dek=" ".join(SENTENCES[: 1 + number % 3]),
            body=SENTENCES * 4,
            authors=("Rosa Brun",),
            translators=("K.S. Mehta",) if number % 2 else (),
            tags=("Labor", "Dockers"),
            image=Image("https://example.org/quay.jpg", alt="A quay at night.", credit="AP"),
            language="en",
            published_at=NOW,
        )
        for number in range(50)
    ]


def rate(work: Callable[[], int], rounds: int = 7) -> float:
    """Return the median of how many pieces a second `work` makes."""
    work()
    rates = []
    for _ in range(rounds):
        begin = time.process_time()
        done = work()
        rates.append(done / (time.process_time() - begin))
    return statistics.median(rates)


def bare(name: str) -> Callable[[], int]:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER))
    environment.filters |= {"words": len, "at_most": lambda paragraphs, _: paragraphs}
    template = environment.get_template(f"teasers/{name}.j2")
    values = {
        "headline": "Dockers walk out", "kicker": "", "dek": SENTENCES, "story": SENTENCES,
        "lead": SENTENCES[0], "hashtags": ["#Labour"], "byline": "By Rosa Brun", "link": LINK,
    }  # fmt: skip

    def work() -> int:
        for _ in range(200):
            template.render(values)
        return 200

    return work


def fitted(name: str, pieces: list[Article]) -> Callable[[], int]:
    templates, platform = Templates([FOLDER]), base.load(name)

    def work() -> int:
        for article in pieces:
            render(templates, article, voice=VOICE, platform=platform, link=LINK, now=NOW)
        return len(pieces)

    return work


def main() -> None:
    pieces = articles()
    print("teasers a second, render and fit (median of 7, CPU time)")
    for name in base.names():
        ours, floor = rate(fitted(name, pieces)), rate(bare(name))
        ratio = f"{floor / ours:.0f}x the floor"
        print(f"  {name:<10} {ours:>7,.0f}   bare Jinja {floor:>8,.0f}/s   {ratio}")
    templates, platforms = Templates([FOLDER]), [base.load(name) for name in base.names()]

    def as_polled() -> int:
        """Make an article's teasers for each of its channels, as a poll does."""
        for article in pieces:
            for platform in platforms:
                render(templates, article, voice=VOICE, platform=platform, link=LINK, now=NOW)
        return len(pieces) * len(platforms)

    print(f"  all four   {rate(as_polled):>7,.0f}   (wanted: 500)")


if __name__ == "__main__":
    main()
