"""The history on the page: days, filters, pages, the file for spreadsheets, what can be undone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from pictures import jpeg
from rooms import Opened, open_room
from sqlalchemy import update

from bot.model import Media, Post, State, Teaser, Verb
from bot.room import _history
from bot.store._schema import posts

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NUMBERS = count()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with open_room(tmp_path_factory.mktemp("room")) as room:
        yield room


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


@pytest.fixture(autouse=True)
def empty(room: Opened) -> None:
    """Begin with nothing in the history."""
    with room.app.store.write() as tx:
        tx.posts._db.execute(update(posts).values(state=State.HELD, ended_at=None))


def put(room: Opened, slug: str, at: datetime | None = None, **columns: Any) -> Post:
    """Let the first post of a new article have gone out."""
    at = at or room.app.now()
    post = room.article(f"{slug}-{next(NUMBERS)}", f"Council votes on plan {slug}")[0]
    live = {"remote_id": "1", "remote_url": f"https://x.example/{slug}", "published_at": at}
    with room.app.store.write() as tx:
        forced = {"state": State.PUBLISHED, "ended_at": at, **live, **columns}
        tx.posts._db.execute(update(posts).where(posts.c.id == post.id).values(**forced))
        return tx.posts.get(post.id)


def page(room: Opened, browser: requests.Session, **query: str) -> str:
    answer = browser.get(f"{room.url}/history", params=query, timeout=10)
    assert answer.status_code == 200, answer.text[-500:]
    return answer.text.split('<main id="main"')[1]


def words(body: str) -> str:
    """Give what people read: tags away, spaces single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def headlines(body: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'<h3[^>]*><a href="/posts/\d+">([^<]*)', body)]


def test_nothing_went_out_yet(room: Opened, browser: requests.Session) -> None:
    told = words(page(room, browser))
    assert "Nothing went out yet." in told
    assert "Export" not in told
    assert "Nothing found" in words(page(room, browser, q="zeppelin"))


def test_days_links_and_hands(room: Opened, browser: requests.Session) -> None:
    now = room.app.now()
    put(room, "today", now, approved_by="rui", cost=215)
    put(room, "yesterday", now - DAY, approved_by="rule")
    put(room, "long-ago", now - 400 * DAY, remote_id="")
    body = page(room, browser)
    told = words(body)
    zone = room.app.zone("harbour")
    assert told.index("Today") < told.index("Yesterday") < told.index(str(now.year - 1))
    assert f"{now.astimezone(zone):%H:%M} · X (Twitter) harbour_post" in told
    assert "approved by rui · $0.215" in told
    assert "approved by the channel's rule" in told
    assert "put there by hand" in told
    assert 'href="https://x.example/today"' in body
    assert re.search(r'href="/posts/\d+/delete\?back=%2Fhistory"', body)
    assert "by the clock of Europe/Lisbon" in told


def test_a_link_that_is_no_address_of_the_web_is_none(
    room: Opened, browser: requests.Session
) -> None:
    put(room, "evil", remote_url="javascript:alert(1)")
    assert "javascript:" not in page(room, browser)


def test_what_was_rejected_is_found_and_brought_back(
    room: Opened, browser: requests.Session
) -> None:
    post = room.article("rejected")[0]
    with room.app.store.write() as tx:
        tx.posts.change(
            post, Verb.REJECT, State.REJECTED, who="rui", reason="Old news.", now=room.app.now()
        )
    assert "Nothing went out yet." in words(page(room, browser))
    told = words(body := page(room, browser, state="rejected"))
    assert "rejected by rui" in told
    assert "Old news." in told
    assert f'action="/posts/{post.id}/reopen"' in body
    seen = {"version": str(post.version + 1), "back": "/history?state=rejected"}
    answer = browser.post(f"{room.url}/posts/{post.id}/reopen", seen, timeout=10)
    assert "/history?state=rejected" in answer.url
    assert room.app.post(post.id).state is State.HELD


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["b", "a"]),
        ({"q": "x.example https://x.example/a"}, []),
        ({"q": "https://x.example/a plan"}, ["a"]),
        ({"channel": "twitter"}, ["b", "a"]),
        ({"channel": "facebook"}, []),
        ({"site": "harbour"}, ["b", "a"]),
        ({"site": "islet"}, []),
        ({"state": "rejected"}, ["c"]),
        ({"state": "all"}, ["c", "b", "a"]),
        ({"person": "nobody"}, []),
        ({"from": "2026-03-02"}, ["b"]),
        ({"to": "2026-03-01"}, ["a"]),
        ({"from": "2026-03-01", "to": "2026-03-02"}, ["b", "a"]),
    ],
)
def test_it_is_sifted(
    room: Opened, browser: requests.Session, query: dict[str, str], found: list[str]
) -> None:
    first = datetime.fromisoformat("2026-03-01T23:59:59+00:00")  # Lisbon: winter, as in UTC
    put(room, "a", first)
    put(room, "b", first + timedelta(seconds=1))
    put(room, "c", first + DAY, state=State.REJECTED, published_at=None)
    told = headlines(page(room, browser, **query))
    assert told == [f"Council votes on plan {slug}" for slug in found]


@pytest.mark.parametrize("day", ["22.11.2026", "9999-12-31", "0001-01-01", "x"])
def test_what_is_no_day_is_said_so(room: Opened, browser: requests.Session, day: str) -> None:
    answer = browser.get(f"{room.url}/history", params={"from": day}, timeout=10)
    assert answer.status_code == 422
    assert "is no day" in answer.text


@pytest.mark.parametrize("place", ["x", "1-", "-1", "9" * 30 + "-1", "1-" + "9" * 30, "²-1"])
def test_a_broken_place_is_the_first_page(
    room: Opened, browser: requests.Session, place: str
) -> None:
    put(room, "only")
    assert headlines(page(room, browser, older=place))


def test_pages_lead_to_and_fro(
    room: Opened, browser: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_history, "PAGE", 2)
    now = room.app.now()
    for number in range(5):
        put(room, f"p{number}", now - number * HOUR)

    def links(body: str) -> dict[str, str]:
        found = re.findall(r'href="(/history\?[^"]*)"(?: rel="(\w+)")?', body)
        return {rel or "oldest": unescape(address) for address, rel in found}

    def follow(address: str) -> str:
        return browser.get(room.url + address, timeout=10).text

    first = page(room, browser, site="harbour")
    assert headlines(first) == ["Council votes on plan p0", "Council votes on plan p1"]
    assert "prev" not in links(first)
    put(room, "new")  # goes out meanwhile: what was behind the page stays behind it
    second = follow(links(first)["next"])
    assert headlines(second) == ["Council votes on plan p2", "Council votes on plan p3"]
    last = follow(links(second)["next"])
    assert headlines(last) == ["Council votes on plan p4"]
    assert "next" not in links(last)
    assert headlines(follow(links(last)["prev"])) == headlines(second)
    top = follow(links(follow(links(second)["prev"]))["prev"])
    assert headlines(top)[0] == "Council votes on plan new"
    assert headlines(follow(links(first)["oldest"]))[-1] == "Council votes on plan p4"


def test_a_picture_that_is_still_kept_is_shown_small(
    room: Opened, browser: requests.Session
) -> None:
    folder = Path(room.app.config.bot.media.dir)
    folder.mkdir(exist_ok=True)
    (folder / "kept.jpg").write_bytes(jpeg(40, 30))
    for name in ("kept", "swept"):
        media = Media("image", path=f"{folder}/{name}.jpg", alt=f"A {name} quay")
        put(room, name, teaser=Teaser("Words.", media=(media,)))
    body = page(room, browser)
    assert re.search(r'src="/media/kept.jpg" alt="A kept quay" loading="lazy"', body)
    assert "/media/swept.jpg" not in body


def rows(room: Opened, browser: requests.Session, **query: str) -> list[dict[str, str]]:
    answer = browser.get(f"{room.url}/history.csv", params=query, timeout=10)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(
        r'attachment; filename="history-[\d-]+\.csv"', answer.headers["Content-Disposition"]
    )
    told = answer.content.decode("utf-8")
    assert told.startswith("\N{ZERO WIDTH NO-BREAK SPACE}id,state,")
    return list(csv.DictReader(StringIO(told[1:], newline="")))


def test_the_file_has_the_rows_that_were_asked_for(
    room: Opened, browser: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_history, "LOT", 2)
    at = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
    for number in range(5):
        put(room, f"row{number}", at - number * HOUR)
    put(room, "no", at, state=State.REJECTED, published_at=None)
    found = rows(room, browser)
    assert [each["headline"][-4:] for each in found] == [f"row{number}" for number in range(5)]
    assert tuple(found[0]) == _history.COLUMNS
    assert found[0]["ended_at"] == "2026-07-01T13:00:00+01:00"
    assert found[0]["live_url"] == "https://x.example/row0"
    assert len(rows(room, browser, state="rejected")) == 1


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_nothing_in_the_file_is_a_formula(
    room: Opened, browser: requests.Session, mark: str
) -> None:
    evil = f'{mark}HYPERLINK("https://evil.example","Näe"),\n2'
    put(room, f"formula{ord(mark)}", teaser=Teaser(evil), approved_by=f"{mark}1")
    (found,) = rows(room, browser)
    assert found["text"] == f"'{evil}"
    assert found["approved_by"] == f"'{mark}1"


def test_hostile_words_are_shown_as_words(room: Opened, browser: requests.Session) -> None:
    evil = '"><script>alert(1)</script>'
    put(room, "hostile", teaser=Teaser(evil), approved_by=evil)
    assert "<script>alert" not in page(room, browser, q="<script>alert(1)</script>")
