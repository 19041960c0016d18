"""Pictures and the program that draws: what a hostile one, or a kill, may not do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pictures
import pytest
from world import Bot, Site, ago, kill, wait_until

CHANNELS = """
[channels.twitter]
account = "harbour_post"
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
[channels.instagram]
account = "harbour.post"
settings = { user_id = "73" }
"""
NAMES = {"twitter", "facebook", "instagram"}

#: A hostile picture of each kind: no picture at all, one that is too much, one that is torn.
HOSTILE = (
    *("empty", "html", "svg", "1x1", "renamed", "truncated", "torn-png"),
    *("bomb-png", "bomb-gif", "bomb-webp", "bomb-jpeg", "bomb-scans", "100-mb"),
)

SECRET = "a-word-that-draws-nothing"

#: Of the process that draws, and of the poll: what they hold at most, in bytes.
MOST_DRAWING, MOST_POLLING = 300_000_000, 300_000_000


@pytest.fixture
def desk(site: Site, bot: Bot) -> Bot:
    """The program with three channels that show pictures, its first poll behind it."""
    bot.configure(
        f'url = "{site.url}/"\nlanguage = "en"\ntimezone = "Europe/Lisbon"\nflood_limit = 99\n'
        f'feeds = ["{site.url}/feed/"]\npictures = {{ reuse = "all" }}\n{CHANNELS}',
        bot='[media]\ndir = "var/media"\npublic_url = "https://harbour.example/media"\n',
    )
    bot.environ["BOT_HARBOUR_FACEBOOK_APP_SECRET"] = SECRET
    site.feed()
    bot("poll")
    return bot


def publish(site: Site, shown: dict[str, bytes]) -> None:
    """Put an article for each picture on the site, whose name it has, and into the feed."""
    for slug, content in shown.items():
        site.article(slug)
        status, headers, page = site.pages[f"/{slug}"]
        page = page.replace(b"/picture.jpg", f"/{slug}.jpg".encode())
        site.pages[f"/{slug}"] = (status, headers, page)
        site.put(f"/{slug}.jpg", content, "image/jpeg")
    site.feed(*(site.item(slug, at=ago(minutes=5)) for slug in shown))


def by_article(bot: Bot) -> dict[str, dict[str, dict[str, Any]]]:
    """The queue: article, channel, row."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in bot.queue():
        found.setdefault(row["article"]["url"].rpartition("/")[2], {})[row["channel"]] = row
    return found


@dataclass
class Watch:
    """Looks at a program and at what it started for drawing, until it has ended."""

    process: subprocess.Popen[str]
    kills: int = 0  # how many of those that draw are killed, ...
    after: float = 0.3  # ... each when it has worked so many seconds of CPU
    seen: dict[int, bytes] = field(default_factory=dict)  # environment of each that draws
    most: dict[int, int] = field(default_factory=dict)  # what each held at its peak

    def look(self) -> None:
        while self.process.poll() is None:
            for pid in (self.process.pid, *drawing(self.process.pid)):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    self._note(pid)
            time.sleep(0.005)

    def _note(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
        self.most[pid] = max(self.most.get(pid, 0), peak)
        if pid == self.process.pid:
            return
        self.seen[pid] = Path(f"/proc/{pid}/environ").read_bytes() or self.seen.get(pid, b"")
        if len(self.seen) <= self.kills and worked(pid) > self.after:
            os.kill(pid, signal.SIGKILL)


def is_drawing(pid: int) -> bool:
    try:
        return b"bot.media" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def drawing(parent: int) -> list[int]:
    """Name the processes that draw for this one; any of its threads may have started them."""
    started: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            started += map(int, task.read_text().split())
    return [pid for pid in started if is_drawing(pid)]


def worked(pid: int) -> float:
    """Tell how many seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def polled(bot: Bot, **kills: Any) -> tuple[Watch, int, str]:
    """Poll under watch; give what was seen, the exit code and what was said."""
    watch = Watch(bot.start("poll", "--now"), **kills)
    looking = threading.Thread(target=watch.look, daemon=True)
    looking.start()
    _, err = watch.process.communicate(timeout=100)
    looking.join(5)
    return watch, watch.process.returncode, err


def test_a_hostile_picture_is_a_sentence_on_the_posts_that_show_it(site: Site, desk: Bot) -> None:
    kinds = dict(enumerate(HOSTILE))
    shown = {f"plan-{number}": pictures.BAD[kind]() for number, kind in kinds.items()}
    publish(site, shown | {"plan-good": pictures.jpeg(2400, 1600, "person")})
    watch, code, said = polled(desk)
    assert code in (0, 1), said
    assert "Traceback" not in said
    found = by_article(desk)
    good = found.pop("plan-good")
    assert found.keys() == shown.keys(), "no article is lost"
    assert all(row["problems"] == [] for row in good.values())
    assert good["twitter"]["media"], "the neighbour of hostile pictures has its own"
    for slug, rows in found.items():
        kind = kinds[int(slug.removeprefix("plan-"))]
        assert rows.keys() == NAMES, kind
        assert rows["facebook"]["problems"] == [], "its link card needs no picture of ours"
        assert rows["twitter"]["media"] == [], kind
        assert len(rows["instagram"]["media"]) == 1, "a card of words stands in"
        for channel in ("twitter", "instagram"):
            (problem,) = rows[channel]["problems"]
            assert problem["code"] == "picture-missing", kind
            assert not problem["blocking"], kind
            assert problem["message"].endswith("give one with “bot edit ID --image FILE”."), kind
            assert "Error" not in problem["message"], kind
    assert len(watch.seen) == 1, "none of them broke the program that draws"
    assert all(each and SECRET.encode() not in each for each in watch.seen.values())
    polling = watch.most.pop(watch.process.pid)
    assert polling < MOST_POLLING
    assert max(watch.most.values()) < MOST_DRAWING
    assert not list((desk.folder / "var" / "media").glob("*.part*"))


def test_whoever_is_killed_amid_a_picture_takes_no_post_with_it(site: Site, desk: Bot) -> None:
    slugs = [f"plan-{n}" for n in range(3)]
    publish(site, {slug: pictures.jpeg(2400, 1600, "person", n) for n, slug in enumerate(slugs)})
    process = desk.start("poll", "--now")
    wait_until(lambda: bool(drawing(process.pid)))
    (pid,) = drawing(process.pid)
    kill(process)
    wait_until(lambda: not is_drawing(pid), 5)  # nobody draws on for one who is gone
    watch, code, said = polled(desk, kills=2)
    assert code in (0, 1), said
    assert "Traceback" not in said
    assert len(watch.seen) == 3, "two were killed, and another took their place"
    found = by_article(desk)
    assert {slug: rows.keys() for slug, rows in found.items()} == dict.fromkeys(slugs, NAMES)
    for rows in found.values():
        assert rows["instagram"]["media"] or rows["instagram"]["problems"]
        for row in rows.values():
            assert all((desk.folder / media["path"]).is_file() for media in row["media"])
    assert any(not rows["twitter"]["problems"] for rows in found.values()), "not all are hit"


def test_a_video_whose_program_is_killed_says_so_and_can_be_made_again(
    site: Site, bot: Bot
) -> None:
    bot.configure(
        f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n[channels.youtube]\n'
        'account = "@harbourpost"\nsettings = { channel_id = "UCabcdefghijklmnopqrstuv" }\n'
    )
    site.feed()
    bot("poll")
    publish(site, {"plan": pictures.jpeg(2400, 1600, "person")})
    _, code, said = polled(bot, kills=1, after=2.0)
    assert code == 1, said
    assert "Traceback" not in said
    (row,) = bot.queue()
    (problem,) = (each for each in row["problems"] if each["blocking"])
    assert problem["code"] == "video-failed"
    assert "--remake" in problem["message"], "it says what to do"
    assert not list((bot.folder / "var" / "media").glob("*.part*")), "nothing half-made is left"
