"""The queue: what waits, in which order, and what becomes of it at the press of a button."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from rooms import Opened, open_room

from bot.model import Post, Problem, State, Verb

CHANNELS = """
[channels.twitter]
account = "harbour_post"
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
[channels.extra]
platform = "facebook"
account = "harbourextra"
use = "pick"
settings = { page_id = "73" }
"""
KEYS = {
    f"BOT_HARBOUR_TWITTER_{name}": "x"
    for name in ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder: Path = tmp_path_factory.mktemp("room")
    with open_room(folder, channels=CHANNELS, **KEYS) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser()


def press(
    room: Opened, browser: requests.Session, path: str, swaps: bool = False, **fields: object
) -> requests.Response:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{room.url}/queue"} if swaps else {}
    return browser.post(
        f"{room.url}{path}",
        {"back": "/queue", **fields},
        headers=headers,
        allow_redirects=False,
        timeout=10,
    )


def page(room: Opened, browser: requests.Session, path: str = "/queue") -> str:
    answer = browser.get(f"{room.url}{path}", timeout=10)
    assert answer.status_code == 200
    return answer.text


def card(html: str, post: Post) -> str:
    found = re.search(rf'<article class="post" id="post-{post.id}".*?</article>', html, re.DOTALL)
    assert found, f"post {post.id} is not on the page"
    return found[0]


def test_posts_of_an_article_stand_side_by_side_and_the_newest_article_first(
    room: Opened, browser: requests.Session
) -> None:
    older = room.article("older", "Ferry <delayed>")
    newer = room.article("newer", "Bridge opened")
    html = page(room, browser)
    assert html.index("Bridge opened") < html.index("Ferry &lt;delayed&gt;")
    twitter, facebook, pick = newer
    assert html.index(f'id="post-{twitter.id}"') < html.index(f'id="post-{facebook.id}"')
    assert html.index(f'id="post-{facebook.id}"') < html.index(f'id="post-{older[0].id}"')
    assert "to post" in card(html, twitter), "the price stands beside a post on X"
    assert f'id="post-{pick.id}"' not in html, "what is offered has a place of its own"
    offered = page(room, browser, "/queue?show=pick")
    assert "Send this one" in card(offered, pick)
    assert "Europe/Lisbon" in html


def test_what_is_nearly_too_old_comes_before_newer_ones(
    room: Opened, browser: requests.Session
) -> None:
    now = room.app.now()
    room.article("late", "Nearly too old", published_at=now - timedelta(hours=23))
    room.article("fresh", "Quite fresh")
    html = page(room, browser)
    assert html.index("Nearly too old") < html.index("Quite fresh")
    assert "too old at" in html


def test_the_filter_stands_in_the_address(room: Opened, browser: requests.Session) -> None:
    twitter, facebook, _ = room.article("filtered")
    html = page(room, browser, "/queue?channel=facebook&site=harbour")
    assert f'id="post-{facebook.id}"' in html
    assert f'id="post-{twitter.id}"' not in html
    hand = page(room, browser, "/queue?show=hand")
    assert f'id="post-{facebook.id}"' in hand, "it has no credentials"
    assert f'id="post-{twitter.id}"' not in hand
    strange = page(room, browser, "/queue?channel=%3Cb%3E&site=nowhere&show=x&page=99999999")
    assert f'id="post-{twitter.id}"' in strange, "what is named wrongly is left out"


def test_an_empty_place_says_what_will_appear_there(
    room: Opened, browser: requests.Session
) -> None:
    html = page(room, browser, "/queue?channel=extra&show=approved")
    assert "Nothing here of what you chose" in html


def test_approving_says_when_it_goes_out_and_undo_takes_it_back(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("approved")
    answer = press(room, browser, f"/posts/{post.id}/approve", version=post.version)
    assert answer.status_code == 303
    told = page(room, browser, answer.headers["Location"])
    assert "Approved." in told
    now = room.app.post(post.id)
    assert (now.state, now.approved_by) == (State.APPROVED, "ines")
    assert f'value="{post.id}:{now.version}"' in told
    back = press(room, browser, "/undo", said="approved", posts=f"{post.id}:{now.version}")
    assert "Undone." in page(room, browser, back.headers["Location"])
    assert room.app.post(post.id).state is State.HELD


def test_a_script_is_answered_the_card_as_it_is_now(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("swapped")
    answer = press(room, browser, f"/posts/{post.id}/approve", True, version=post.version)
    assert answer.status_code == 200
    assert 'hx-swap-oob="true"' in card(answer.text, post)
    assert "Hold back" in card(answer.text, post)
    assert "<html" not in answer.text
    assert 'id="count-queue"' in answer.text
    assert 'id="tab-approved" hx-swap-oob="true">' in answer.text, "the tabs count along"


def test_a_selection_is_approved_one_by_one_and_the_rest_say_why(
    room: Opened, browser: requests.Session
) -> None:
    one, two, _ = room.article("chosen")
    other, *_ = room.article("chosen-too")
    room.app.editor("rui").reject(other.id, "late")
    chosen = [f"{one.id}:{one.version}", f"{two.id}:{two.version}", f"{other.id}:{other.version}"]
    answer = press(room, browser, "/queue/approve", True, chosen=chosen)
    assert "2 posts approved." in answer.text
    assert "1 post was left as it is" in answer.text
    assert room.app.post(one.id).state is room.app.post(two.id).state is State.APPROVED
    assert room.app.post(other.id).state is State.REJECTED
    assert "cannot" not in card(answer.text, one)
    assert 'role="alert"' in card(answer.text, other)
    nobody = press(room, browser, "/queue/approve")
    assert nobody.status_code == 422
    assert "No post was chosen" in nobody.text


def test_choosing_all_without_problems_ticks_no_others(
    room: Opened, browser: requests.Session
) -> None:
    clean, *_ = room.article("clean")
    long, *_ = room.article("long")
    with room.app.store.write() as tx:
        tx.posts.change(
            tx.posts.get(long.id),
            Verb.EDIT,
            State.HELD,
            who="rui",
            now=room.app.now(),
            problems=(Problem("odd", "Something is odd."),),
        )
    html = page(room, browser, "/queue?ticked=clean")
    assert " checked" in card(html, clean)
    assert " checked" not in card(html, long)
    assert " checked" not in card(page(room, browser), clean)


def test_rejecting_keeps_the_reason_and_can_be_undone(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("rejected")
    assert "Not for this channel" in page(room, browser, f"/posts/{post.id}/reject?back=/queue")
    press(room, browser, f"/posts/{post.id}/reject", version=1, own=" Not ours ", reason="Too late")
    with room.app.store.read() as tx:
        last = tx.posts.log(post.id)[-1]
    assert (last.after, last.reason, last.who) == (State.REJECTED, "Not ours", "ines")
    version = room.app.post(post.id).version
    press(room, browser, "/undo", said="rejected", posts=f"{post.id}:{version}")
    assert room.app.post(post.id).state is State.HELD


def test_a_move_is_undone_to_the_time_and_the_age_before(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("moved")
    answer = press(
        room, browser, f"/posts/{post.id}/move", version=post.version, typed="tomorrow 9:00"
    )
    moved = room.app.post(post.id)
    assert moved.due_at is not None
    assert f"{moved.due_at.astimezone(room.app.zone('harbour')):%H:%M}" == "09:00"
    said = parse_qs(urlsplit(answer.headers["Location"]).query)["said"][0]
    before = said.split(":", 3)[3]
    press(room, browser, "/undo", said="moved", posts=f"{post.id}:{moved.version}", before=before)
    back = room.app.post(post.id)
    assert (back.due_at, back.expires_at) == (post.due_at, post.expires_at)


def test_a_time_that_is_none_says_how_to_write_one_and_does_nothing(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("when")
    answer = press(room, browser, f"/posts/{post.id}/move", True, version=1, typed="at dawn")
    assert answer.status_code == 422
    assert f'id="asked-{post.id}" hx-swap-oob="true"' in answer.text, "its panel stays open"
    assert 'value="at dawn"' in answer.text, "what was typed is kept"
    plain = press(room, browser, f"/posts/{post.id}/move", version=1, typed="at dawn")
    assert plain.status_code == 422
    assert 'value="at dawn"' in plain.text
    assert room.app.post(post.id).version == post.version


def test_move_and_approve_in_one(room: Opened, browser: requests.Session) -> None:
    post, *_ = room.article("both")
    html = page(room, browser, f"/posts/{post.id}/move")
    slot = re.search(r'name="slot" value="([^"]+)"', html)
    assert slot, "the next free times are offered"
    press(room, browser, f"/posts/{post.id}/move", version=1, slot=slot[1], approve="1")
    assert room.app.post(post.id).state is State.APPROVED


def test_the_second_editor_sees_the_firsts_change_and_overwrites_nothing(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("two-editors")
    room.app.editor("rui").edit(post.id, text="Rui's words", version=post.version)
    for swaps in (False, True):
        answer = press(
            room, browser, f"/posts/{post.id}/reject", swaps, version=post.version, own="no"
        )
        assert answer.status_code == 409
        html = card(answer.text, post)
        assert "Rui&#39;s words" in html
        assert "<bdi>rui</bdi>" in html
        assert 'name="own" value="no"' in html, "what the second one wanted is one press away"
    assert room.app.post(post.id).state is State.HELD
    now = room.app.post(post.id).version
    assert press(room, browser, f"/posts/{post.id}/reject", version=now, own="no").ok
    assert room.app.post(post.id).state is State.REJECTED


def test_undo_refuses_what_somebody_has_changed_since(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("undone")
    approved = room.app.editor("ines").approve(post.id)
    room.app.editor("rui").move(post.id, room.app.now() + timedelta(hours=3))
    answer = press(
        room, browser, "/undo", True, said="approved", posts=f"{post.id}:{approved.version}"
    )
    assert "1 post was left as it is" in answer.text
    assert room.app.post(post.id).state is State.APPROVED


def test_rewriting_and_its_undo_bring_the_words_back(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("rewritten")
    edited = room.app.editor("ines").edit(post.id, text="Own words", version=1)
    press(room, browser, f"/posts/{post.id}/rewrite", version=edited.version)
    anew = room.app.post(post.id)
    assert anew.teaser == post.teaser
    press(room, browser, "/undo", said="rewritten", posts=f"{post.id}:{anew.version}")
    assert room.app.post(post.id).teaser.text == "Own words"


def test_a_post_of_a_platform_that_is_gone_does_not_take_the_queue_with_it(
    room: Opened, browser: requests.Session
) -> None:
    post, *_ = room.article("gone")
    file = room.app.config.bot.database.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE posts SET platform = 'gone' WHERE id = ?", (post.id,))
    try:
        for path in ("/queue", f"/posts/{post.id}"):
            assert "Nineteen of thirty" in card(page(room, browser, path), post)
    finally:
        with contextlib.closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE posts SET platform = 'twitter' WHERE id = ?", (post.id,))


def test_the_bot_is_no_name_of_a_colleague(room: Opened, browser: requests.Session) -> None:
    post, *_ = room.article("bot")
    html = page(room, browser, f"/posts/{post.id}")
    assert "the bot: wrote it" in html
    assert "poll" not in html
