"""A history of 100,000 posts: a page of it, wherever it is opened, sifted and searched.

Give the address of an empty database, “postgresql://…”, to measure that instead of SQLite.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import insert, text

from bot.model import Article, Media, State, Teaser, Verb
from bot.store import Store, open_store
from bot.store._connect import is_sqlite
from bot.store._schema import articles, posts, transitions
from bot.store.history import Place, Wanted

POSTS = 100_000
PAGE = 50
AT_MOST_MS = 50
CHANNELS = ("twitter", "facebook", "instagram", "youtube")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = (
    "The council voted for the plan after a long debate, by nineteen votes to eleven. " * 5,
) * 6


def fill(store: Store, site: str = "") -> None:
    """Write articles with a post on each of four channels, a year of three hundred a day.

    All are of `site`; without one, of ten, and of them one has few.
    """
    with store.write() as tx:
        for first in range(0, POSTS, 4_000):
            numbers = range(first, first + 4_000)
            tx.posts._db.execute(
                insert(articles), [_article(n, site) for n in numbers if n % 4 == 0]
            )
            tx.posts._db.execute(insert(posts), [_post(n, site) for n in numbers])
            steps = [step for n in numbers for step in _steps(n)]
            tx.posts._db.execute(insert(transitions), steps)
    with store.write() as tx:
        if not is_sqlite(tx.posts._db):  # there the server does so by itself, within a minute
            tx.posts._db.execute(text("ANALYZE"))


def _at(number: int) -> datetime:
    return NOW - timedelta(minutes=5 * (POSTS - number))


def _site(number: int) -> str:
    return "islet" if number % 4_000 < 4 else f"site{number // 4 % 9}"


def _state(number: int) -> State:
    return State.REJECTED if number % 7 == 3 else State.PUBLISHED


def _title(number: int) -> str:
    return f"Council votes on plan {number // 4}" + (" of Ébène" if number == 404 else "")


def _article(number: int, site: str) -> dict[str, object]:
    url = f"https://harbour.example/{number // 4}/"
    return {
        "id": number // 4 + 1,
        "site": site or _site(number),
        "url": url,
        "title": _title(number),
        "title_key": "",
        "content": Article(url=url, headline=_title(number), body=BODY),
        "state": "tracked",
        "first_seen_at": _at(number),
    }


def _post(number: int, site: str) -> dict[str, object]:
    said = f"{_title(number)}. Nineteen of thirty members voted for it, after a debate. " * 3
    media = Media("image", path=f"var/media/{number:064}.jpg", alt="A quay at dawn", size=1)
    published = _state(number) is State.PUBLISHED
    return {
        "id": number + 1,
        "article_id": number // 4 + 1,
        "site": site or _site(number),
        "channel": CHANNELS[number % 4],
        "platform": CHANNELS[number % 4],
        "account": "harbourpost",
        "occasion": "first",
        "state": _state(number),
        "teaser": Teaser(said, link=f"https://harbour.example/{number // 4}/", media=(media,)),
        "problems": (),
        "key": f"{number:016}",
        "created_at": _at(number),
        "due_at": _at(number) if published else None,
        "approved_by": "ines" if published else "",
        "published_at": _at(number) if published else None,
        "ended_at": _at(number),
        "remote_id": f"{number}" if published else "",
        "remote_url": f"https://twitter.example/{number}" if published else "",
    }


def _steps(number: int) -> list[dict[str, object]]:
    person = "rui" if number % 5_000 == 0 else "ines"
    state = _state(number)
    told = [("poll", Verb.HOLD, None, State.HELD)]
    if state is State.PUBLISHED:
        told.append((person, Verb.APPROVE, State.HELD, State.APPROVED))
        told.append(("outbox", Verb.LEASE, State.APPROVED, State.SENDING))
        told.append(("outbox", Verb.SETTLE, State.SENDING, state))
    else:
        told.append((person, Verb.REJECT, State.HELD, state))
    return [
        {
            "post_id": number + 1,
            "at": _at(number),
            "who": who,
            "verb": verb,
            "before": before,
            "after": after,
            "reason": "",
        }
        for who, verb, before, after in told
    ]


def measure(store: Store, name: str, wanted: Wanted, **beyond: Place) -> float:
    """Open a page a few times and print how long it took, and the worst."""

    def page() -> int:
        with store.read() as tx:
            return len(tx.history.page(wanted, PAGE, **beyond))

    return timed(name, page)


def timed(name: str, work: Callable[[], int]) -> float:
    """Do something nine times; print and give the median in milliseconds."""
    spans = []
    for _ in range(9):
        began = perf_counter()
        number = work()
        spans.append(1000 * (perf_counter() - began))
    print(
        f"{name:44} {median(spans):7.1f} ms, at most {max(spans):7.1f}; {number} rows", flush=True
    )
    return median(spans)


def export(store: Store) -> int:
    """Read all of it, some hundred rows at a time."""
    place, number = None, 0
    while True:
        with store.read() as tx:
            found = tx.history.page(Wanted(), 500, older_than=place)
        if not found:
            return number
        place, number = found[-1].place, number + len(found)


def main(url: str | None) -> None:
    """Print how long pages of the history take, and whether the aim is kept."""
    with TemporaryDirectory() as folder, open_store(url or f"sqlite:///{folder}/bot.db") as store:
        began = perf_counter()
        fill(store)
        print(f"{POSTS} posts written in {perf_counter() - began:.0f} s")
        out = frozenset({State.PUBLISHED})
        middle, last = (Place(_at(n), n + 1) for n in (POSTS // 2, PAGE))
        oldest = Place(datetime(1970, 1, 1, tzinfo=UTC), 0)
        since, until = NOW - timedelta(days=90), NOW - timedelta(days=80)
        pages = [
            measure(store, "everything, first page", Wanted()),
            measure(store, "what went out, first page", Wanted(out)),
            measure(store, "what went out, middle", Wanted(out), older_than=middle),
            measure(store, "what went out, last", Wanted(out), older_than=last),
            measure(store, "the oldest page, from that end", Wanted(out), newer_than=oldest),
            measure(
                store,
                "what was rejected, middle",
                Wanted(frozenset({State.REJECTED})),
                older_than=middle,
            ),
            measure(store, "a site with one post in a thousand", Wanted(out, site="islet")),
            measure(store, "a site of eleven in a hundred", Wanted(out, site="site3")),
            measure(store, "a site that has none", Wanted(out, site="none")),
            measure(
                store,
                "a site and channel, middle",
                Wanted(out, "site3", "twitter"),
                older_than=middle,
            ),
            measure(store, "ten days, three months ago", Wanted(out, since=since, until=until)),
            measure(store, "who did nearly everything", Wanted(out, person="ines")),
            measure(store, "who did twenty things", Wanted(out, person="rui")),
        ]
        with store.read() as tx:
            pages.append(timed("everybody's names", lambda: len(tx.history.people())))
        missed = max(pages) > AT_MOST_MS
        print(f"aim: at most {AT_MOST_MS} ms: {'MISSED' if missed else 'kept'}\nsearches:")
        measure(store, "a word of every post", Wanted(out, words="council"))
        measure(store, "the number of one old article", Wanted(out, words="plan 101."))
        measure(store, "a word that nothing has", Wanted(out, words="zeppelin"))
        measure(
            store, "the same in ten days", Wanted(out, words="zeppelin", since=since, until=until)
        )
        measure(store, "the same with an accent", Wanted(out, words="zéppelin"))
        measure(store, "a name with an accent, other case", Wanted(out, words="ébène"))
        began = perf_counter()
        number = export(store)
        print(f"{number} rows read in lots, as for a file: {perf_counter() - began:.1f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak {peak:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
