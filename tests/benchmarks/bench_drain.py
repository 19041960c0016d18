"""How fast a full outbox is drained, by one and by four workers: each post once.

PostgreSQL has one worker and then four, each a process of its own; SQLite has one. The
platform sends nothing and writes down every effect. Given a number, so many posts are
drained instead of four hundred; the aim is ten thousand. SQLite drains a third of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench_publish import Silent, drain, fill, silent_press

from bot.model import State
from bot.store import open_store

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

POSTS = 400
CHANNELS = {f"twitter{number}": "harbour_post" for number in range(1, 5)}


def work(url: str, log: str) -> None:
    """Be a worker: wait for a line, then publish until nothing is due."""
    store = open_store(url)
    effects = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def platform(channel: str) -> Silent:
        return Silent(lambda key: os.write(effects, f"{channel} {key}\n".encode()))

    press = silent_press(store, platform)
    print("ready", flush=True)
    sys.stdin.readline()
    drain(press)
    store.close()


def drained(url: str, folder: Path, posts: int, workers: int) -> str:
    """Fill an outbox and let it be drained; say how that went."""
    log = folder / f"effects-{posts}-{workers}-{url.partition(':')[0]}"
    with open_store(url) as store:
        fill(store, folder, range(posts), CHANNELS)
    command = [sys.executable, __file__, "--work", url, str(log)]
    hands = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for each in hands:
        assert each.stdout is not None
        each.stdout.readline()
    begun = perf_counter()
    for each in hands:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    codes = [each.wait() for each in hands]
    seconds = perf_counter() - begun
    for each in hands:
        each.communicate()
    assert codes == [0] * workers, codes
    return f"{posts / seconds:.0f} a second ({seconds:.1f} s); {_judged(url, log, posts)}"


def _judged(url: str, log: Path, posts: int) -> str:
    """Hold the effects against the outbox: each post once, and no channel before the others."""
    lines = [line.split() for line in log.read_text().splitlines()]
    keys = Counter(key for _, key in lines)
    with open_store(url) as store, store.read() as tx:
        made = {post.key: post.state for post in tx.posts.list()}
    doubles = sum(count - 1 for count in keys.values())
    assert doubles == 0, f"{doubles} DOUBLES"
    assert keys.keys() == made.keys(), "an effect without a post, or a post without an effect"
    assert set(made.values()) == {State.PUBLISHED}, Counter(made.values())
    half = Counter(channel for channel, _ in lines[: posts // 2])
    each = posts // len(CHANNELS)
    shares = sorted(half[channel] / each for channel in CHANNELS)
    return (
        f"0 doubles; at half time each channel had {shares[0]:.0%} to {shares[-1]:.0%} of its own"
    )


def main(posts: int = POSTS) -> None:
    """Print the throughput of each."""
    from postgres import Postgres

    with TemporaryDirectory() as name:
        folder = Path(name)
        server = Postgres(folder / "server")
        try:
            # The tests' server takes no care of power cuts; this one does.
            server.execute("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")
            (kept,) = server.execute("SHOW fsync")
            for workers in (1, 4):
                with server.database() as url:
                    told = drained(url, folder, posts, workers)
                print(f"PostgreSQL (fsync {kept[0]}), {workers} workers, {posts} posts: {told}")
        finally:
            server.close()
        posts //= 3
        told = drained(f"sqlite:///{folder}/bot.db", folder, posts, 1)
        print(f"SQLite, 1 worker, {posts} posts: {told}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
