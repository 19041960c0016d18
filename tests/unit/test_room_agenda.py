"""The agenda in the room: the day and the week, and what is moved on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import requests
import time_machine
from rooms import Opened, open_room

from bot.model import Post, State

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday; Lisbon's clock shows the same
SCRIPT = {"HX-Request": "true"}
CHANNELS = """
[channels.twitter]
account = "harbour_post"
windows = ["07:30-22:00"]
spacing = "20m"
daily_limit = 5
[channels.facebook]
account = "harbourpost"
windows = ["Sat-Sun 09:00-21:00"]
settings = { page_id = "72" }
"""
slugs = count(1)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with (
        time_machine.travel(NOW, tick=True),
        open_room(tmp_path_factory.mktemp("agenda") / "room", channels=CHANNELS) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


@pytest.fixture
def day() -> str:
    """A day of one's own, so that no test meets another's posts."""
    return f"{NOW.date() + timedelta(days=2 * next(slugs))}"


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Europe/Lisbon"))


def planned(room: Opened, day: str, clock: str, headline: str = "") -> Post:
    post = room.article(f"s{next(slugs)}", headline)[0]
    return room.app.editor("ines").approve(post.id, at=at(day, clock))


def see(room: Opened, browser: requests.Session, day: str, **query: str) -> str:
    answer = browser.get(f"{room.url}/agenda", params={"day": day, **query}, timeout=10)
    assert answer.status_code == 200
    return words(answer.text)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page, flags=re.S)))


def step(
    room: Opened, browser: requests.Session, post: Post, name: str, day: str, **fields: str
) -> requests.Response:
    """Take a step with the script."""
    form = {"version": str(post.version), "back": f"/agenda?view=day&day={day}", **fields}
    url = f"{room.url}/agenda/{post.id}/{name}"
    return browser.post(url, data=form, headers=SCRIPT, timeout=10)


def due(room: Opened, post: Post) -> str:
    found = room.app.post(post.id).due_at
    return f"{found:%Y-%m-%d %H:%M}" if found else ""


def test_a_day_shows_what_is_planned_what_is_free_and_what_is_quiet(
    room: Opened, browser: requests.Session, day: str
) -> None:
    planned(room, day, "09:00", "Strike at the <quay>")
    page = see(room, browser, day)
    assert "Strike at the <quay>" in page
    assert "1 of 5 posts" in page
    assert "00:00 – 07:30 Quiet hours" in page
    assert "07:30 – 08:30 4 free slots" in page
    assert "Times by the clock of Europe/Lisbon" in page
    raw = browser.get(f"{room.url}/agenda?day={day}", timeout=10).text
    assert "style=" not in raw
    assert "<quay>" not in raw


def test_an_empty_day_says_what_appears_here_and_when_the_first_slot_is(
    room: Opened, browser: requests.Session, day: str
) -> None:
    page = see(room, browser, day)
    assert "Nothing is planned for this day." in page
    assert "The first free slot is at 07:30" in page


def test_the_week_shows_its_seven_days_and_marks_today(
    room: Opened, browser: requests.Session
) -> None:
    page = see(room, browser, "2026-11-23", view="week")
    assert "Mon 23 Nov to Sun 29 Nov" in page
    assert re.search(r"Mon 23 Nov today", page)
    assert len(re.findall(r"X \(Twitter\)", page)) == 7


def test_the_days_on_which_clocks_turn_say_so(room: Opened, browser: requests.Session) -> None:
    spring = see(room, browser, "2027-03-28")
    assert "Clocks go forward from 01:00 to 02:00: this day has 23 hours" in spring
    planned(room, "2027-10-31", "01:30", "In the hour that comes twice")
    autumn = see(room, browser, "2027-10-31")
    assert "Clocks go back from 02:00 to 01:00: this day has 25 hours" in autumn
    assert "01:30 WEST" in autumn, "which of the two it is"


def test_moving_answers_with_the_agenda_as_it_is_then(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00", "Moved by hand")
    answer = step(room, browser, post, "move", day, at="14:30")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert due(room, post) == f"{day} 14:30", "a bare hour is meant on the day that is shown"
    assert "“Moved by hand” goes out" in words(answer.text)
    slot = at(day, "16:00").isoformat()
    step(room, browser, room.app.post(post.id), "move", day, slot=slot)
    assert due(room, post) == f"{day} 16:00"


def test_without_script_a_move_leads_back_to_the_day(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    form = {"version": post.version, "back": f"/agenda?view=day&day={day}", "at": "15:00"}
    answer = browser.post(f"{room.url}/agenda/{post.id}/move", data=form, timeout=10)
    assert answer.history[0].status_code == 303
    assert f"day={day}" in answer.url
    assert due(room, post) == f"{day} 15:00"


def test_one_slot_later_and_earlier_and_back_by_undo(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    planned(room, day, "09:20")
    later = step(room, browser, post, "later", day)
    assert due(room, post) == f"{day} 09:40", "09:20 is taken"
    undo = dict(
        re.findall(r'name="(slot|expires)" value="([^"]*)"', later.text.split("flash", 1)[1])
    )
    assert f"/agenda/{post.id}/back" in later.text
    step(room, browser, room.app.post(post.id), "back", day, **undo)
    assert due(room, post) == f"{day} 09:00"
    step(room, browser, room.app.post(post.id), "earlier", day)
    assert due(room, post) == f"{day} 08:40"


def test_on_a_full_day_a_post_keeps_its_own_place(
    room: Opened, browser: requests.Session, day: str
) -> None:
    posts = [planned(room, day, f"{hour:02}:00") for hour in range(9, 14)]
    assert "5 of 5 posts · full" in see(room, browser, day)
    step(room, browser, posts[-1], "later", day)
    assert due(room, posts[-1]) == f"{day} 13:20"


def test_two_posts_swap_their_times(room: Opened, browser: requests.Session, day: str) -> None:
    one, other = planned(room, day, "09:00"), planned(room, day, "11:00")
    assert step(room, browser, one, "swap", day).status_code == 200
    assert (due(room, one), due(room, other)) == (f"{day} 11:00", f"{day} 09:00")
    alone = step(room, browser, room.app.post(one.id), "swap", day)
    assert alone.status_code == 422
    assert "Nothing follows on this day" in words(alone.text)


def test_hold_takes_the_approval_back_and_undo_gives_the_slot_again(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    answer = step(room, browser, post, "hold", day)
    assert room.app.post(post.id).state is State.HELD
    assert f"/agenda/{post.id}/approve" in answer.text
    slot = at(day, "09:00").isoformat()
    step(room, browser, room.app.post(post.id), "approve", day, slot=slot)
    assert (room.app.post(post.id).state, due(room, post)) == (State.APPROVED, f"{day} 09:00")


def test_what_somebody_else_changed_is_not_moved(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    planned(room, day, "12:00")
    room.app.editor("marta").move(post.id, at(day, "10:00"))
    for name, fields in (("move", {"at": "15:00"}), ("later", {}), ("swap", {}), ("hold", {})):
        answer = step(room, browser, post, name, day, **fields)
        assert answer.status_code in (409, 422), name
        assert due(room, post) == f"{day} 10:00", name


@pytest.mark.parametrize(
    "fields", [{}, {"at": "never"}, {"slot": "soon"}, {"at": "2026-02-30 10:00"}]
)
def test_a_time_that_is_none_says_how_to_write_one(
    room: Opened, browser: requests.Session, day: str, fields: dict[str, str]
) -> None:
    post = planned(room, day, "09:00")
    answer = step(room, browser, post, "move", day, **fields)
    assert answer.status_code == 422
    assert due(room, post) == f"{day} 09:00"
    assert 'role="alert"' in answer.text


def test_days_and_sites_that_are_none_are_told(room: Opened, browser: requests.Session) -> None:
    for query in ("day=yesterday", "day=9999-12-31", "site=elsewhere"):
        answer = browser.get(f"{room.url}/agenda?{query}", timeout=10)
        assert answer.status_code == 422, query


def test_what_was_due_yesterday_is_told_today(room: Opened, browser: requests.Session) -> None:
    post = planned(room, "2026-11-22", "09:00", "Should be out")
    page = see(room, browser, "2026-11-23")
    assert "Should be out" in page
    assert "It was due then, and has not gone out." in page
    room.app.editor("ines").reject(post.id)


def test_an_approved_post_never_loses_its_time(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    assert step(room, browser, post, "back", day, slot="").status_code == 422
    assert due(room, post) == f"{day} 09:00"


def test_send_now_is_undone_to_the_time_before(
    room: Opened, browser: requests.Session, day: str
) -> None:
    post = planned(room, day, "09:00")
    step(room, browser, post, "now", day)
    assert due(room, post) == f"{room.app.now():%Y-%m-%d %H:%M}"
    slot = at(day, "09:00").isoformat()
    step(room, browser, room.app.post(post.id), "back", day, slot=slot)
    assert due(room, post) == f"{day} 09:00"


def test_what_changed_since_is_announced_and_nothing_else(
    room: Opened, browser: requests.Session, day: str
) -> None:
    page = browser.get(f"{room.url}/agenda?day={day}", timeout=10).text
    found = re.search(r'hx-get="(/agenda/news[^"]*)"', page)
    assert found
    news = room.url + unescape(found[1])
    assert browser.get(news, headers=SCRIPT, timeout=10).status_code == 204
    planned(room, day, "09:00")
    told = browser.get(news, headers=SCRIPT, timeout=10).text
    assert "Something has changed since." in words(told)
    assert f'href="/agenda?view=day&amp;day={day}"' in told
    away = re.sub("back=[^&]*", "back=https://elsewhere.example/", news)
    assert "elsewhere" not in browser.get(away, headers=SCRIPT, timeout=10).text
