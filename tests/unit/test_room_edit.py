"""The words of a post set right on its page: seen while typed, saved, and never lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from rooms import Opened, open_room

from bot.model import Post, State
from bot.room import _differences

SCRIPT = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with open_room(tmp_path_factory.mktemp("edit")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


def post_of(room: Opened, slug: str, platform: str = "facebook") -> Post:
    posts = room.article(slug, f"Strike at the quay {slug}")
    return next(each for each in posts if each.platform == platform)


def send(room: Opened, browser: requests.Session, path: str, **form: Any) -> requests.Response:
    return browser.post(f"{room.url}{path}", data=form, timeout=20, allow_redirects=False)


def typed(page: str, name: str = "text") -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found, f"there is no field “{name}”"
    return found[1]


def test_the_words_are_seen_as_they_are_typed_and_nothing_is_saved(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "typed", "twitter")
    long = f"{'So many words. ' * 30}\n\n{post.teaser.link}"
    answer = browser.post(
        f"{room.url}/posts/{post.id}/draft",
        data={"text": long, "version": post.version},
        headers=SCRIPT,
        timeout=20,
    )
    assert "<html" not in answer.text, "a piece of the page"
    assert "So many words." in answer.text
    assert "of 280" in answer.text
    assert "too long" in answer.text
    assert "Somebody changed" not in answer.text
    assert room.app.post(post.id) == post


def test_without_a_script_a_look_keeps_what_was_typed(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "look")
    page = send(room, browser, f"/posts/{post.id}/draft", text="Mine </textarea><b>", version=1)
    assert page.status_code == 200
    assert typed(page.text) == "Mine &lt;/textarea&gt;&lt;b&gt;"
    assert "Mine &lt;/textarea&gt;&lt;b&gt;</p>" in page.text, "drawn, too"


def test_saving_writes_one_draft_and_saving_the_same_writes_none(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "saved")
    form: dict[str, Any] = {
        "text": "First line\r\n\r\nSecond",
        "version": post.version,
        "back": "/queue",
    }
    answer = send(room, browser, f"/posts/{post.id}/edit", **form)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/queue?")
    saved = room.app.post(post.id)
    assert saved.teaser.text == "First line\n\nSecond"
    form |= {"version": saved.version}
    assert send(room, browser, f"/posts/{post.id}/edit", **form).headers["Location"] == "/queue"
    assert room.app.post(post.id).version == saved.version
    page = browser.get(f"{room.url}/posts/{post.id}/edit", timeout=20).text
    assert "Back to this" in page, "the words before are offered"
    taken = send(room, browser, f"/posts/{post.id}/draft", take="1", version=2, text="In hand")
    assert typed(taken.text) == post.teaser.text.replace("'", "&#39;")
    assert "In hand" in taken.text, "what stood there before is not lost"


def test_the_template_s_words_come_into_the_form_unsaved(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "template")
    page = send(room, browser, f"/posts/{post.id}/draft", take="template", text="Mine", version=1)
    assert typed(page.text).startswith("Nineteen of thirty members")
    assert room.app.post(post.id) == post


def test_the_second_of_two_editors_chooses_between_both_versions(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "two")
    room.app.editor("marta").edit(post.id, text="Marta wrote this line.")
    form: dict[str, Any] = {"text": "Ines wrote this line.", "version": post.version}
    page = send(room, browser, f"/posts/{post.id}/edit", **form)
    assert page.status_code == 409
    assert "<mark>Marta</mark> wrote this line." in page.text
    assert "<mark>Ines</mark> wrote this line." in page.text
    assert typed(page.text) == "Ines wrote this line."
    assert room.app.post(post.id).teaser.text == "Marta wrote this line."
    version = re.search(r'name="version" value="(\d+)"', page.text.split('id="words"')[1])
    assert version
    again = send(room, browser, f"/posts/{post.id}/edit", **form | {"version": version[1]})
    assert again.status_code == 303
    assert room.app.post(post.id).teaser.text == "Ines wrote this line."


def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "blind")
    page = send(room, browser, f"/posts/{post.id}/edit", text="Blindly written.")
    assert page.status_code == 409
    assert typed(page.text) == "Blindly written."
    assert room.app.post(post.id) == post


def test_words_for_a_post_that_went_on_its_way_stay_on_the_page(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "gone")
    room.app.editor("marta").reject(post.id)
    form: dict[str, Any] = {"text": "Typed too late.", "version": post.version}
    page = send(room, browser, f"/posts/{post.id}/edit", **form)
    assert page.status_code == 409
    assert typed(page.text) == "Typed too late."
    assert "cannot be changed now" in page.text


def test_saved_words_are_kept_though_the_post_cannot_be_approved(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "blocked", "youtube")  # its video is still to be made
    form: dict[str, Any] = {"text": "Better words.", "version": post.version, "then": "approve"}
    page = send(room, browser, f"/posts/{post.id}/edit", **form)
    assert page.status_code == 422
    assert "Your words are saved. The post is not approved:" in page.text
    assert room.app.post(post.id).teaser.text == "Better words."


def test_saved_and_approved_in_one_go(room: Opened, browser: requests.Session) -> None:
    post = post_of(room, "both")
    form: dict[str, Any] = {
        "text": post.teaser.text + " More.",
        "version": post.version,
        "then": "approve",
    }
    assert send(room, browser, f"/posts/{post.id}/edit", **form).status_code == 303
    assert room.app.post(post.id).state is State.APPROVED
    assert room.app.post(post.id).approved_by == "ines"


def test_nobody_who_writes_is_offered_to_approve_where_a_second_look_is_wanted(
    tmp_path: Path,
) -> None:
    with open_room(tmp_path, bot="[review]\nsecond_look = true") as room:
        post = post_of(room, "look")
        page = room.browser().get(f"{room.url}/posts/{post.id}/edit", timeout=20).text
    assert "Save and approve" not in page
    assert "Somebody else approves" in page


# -------------------------------------------------------------------------- by hand


def test_a_pasted_link_ends_a_post_as_published_and_an_odd_one_is_asked_about(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "hand")
    page = browser.get(f"{room.url}/posts/{post.id}/by-hand", timeout=20)
    assert "Approve it first" in page.text
    post = room.app.editor("ines").approve(post.id)
    page = browser.get(f"{room.url}/posts/{post.id}/by-hand", timeout=20)
    assert "Link of the live post" in page.text
    assert post.teaser.link in page.text
    path = f"/posts/{post.id}/live"
    seen: dict[str, Any] = {"version": post.version}
    assert send(room, browser, path, url="not there", **seen).status_code == 422
    odd = send(room, browser, path, url="https://example.org/p/1", **seen)
    assert "This address is on example.org, not on Facebook." in odd.text
    assert 'value="https://example.org/p/1"' in odd.text
    bare = send(room, browser, path, url="https://facebook.com/", **seen)
    assert "not of one post" in bare.text
    assert room.app.post(post.id).state is State.APPROVED
    done = send(room, browser, path, url="www.facebook.com/harbourpost/posts/1", **seen)
    assert done.status_code == 303
    assert room.app.post(post.id).state is State.PUBLISHED
    assert room.app.post(post.id).remote_url == "https://www.facebook.com/harbourpost/posts/1"


def test_an_odd_link_counts_when_a_person_insists(room: Opened, browser: requests.Session) -> None:
    post = room.app.editor("ines").approve(post_of(room, "odd").id)
    form: dict[str, Any] = {"url": "https://example.org/p/1", "sure": "1", "version": post.version}
    assert send(room, browser, f"/posts/{post.id}/live", **form).status_code == 303
    assert room.app.post(post.id).remote_url == "https://example.org/p/1"


# ---------------------------------------------------------------------- differences


def test_what_differs_is_marked_and_nothing_is_left_out() -> None:
    one, other = "The old pier burns.", "The new pier burns, again."
    left, right = _differences.between(one, other)
    assert "".join(run.words for run in left) == one
    assert "".join(run.words for run in right) == other
    assert [run.words for run in left if run.differs] == ["old", "burns."]
    assert [run.words for run in right if run.differs] == ["new", "burns, again."]


def test_a_text_made_to_be_slow_is_compared_soon() -> None:
    one = " ".join("abbab"[each % 5] for each in range(1000))
    other = " ".join("aab"[each % 3] for each in range(1000))
    began = time.process_time()
    _differences.between(one, other)
    assert time.process_time() - began < 1


def test_very_long_texts_are_not_compared_word_by_word() -> None:
    left, right = _differences.between("a " * 3_000, "b " * 3_000)
    assert len(left) == len(right) == 1


def test_an_open_form_is_told_what_others_change_and_asks_before_it_is_left(
    room: Opened, browser: requests.Session
) -> None:
    post = post_of(room, "open")
    html = browser.get(f"{room.url}/posts/{post.id}/edit", timeout=20).text
    assert f'id="news-{post.id}"' in html
    assert f'id="post-{post.id}" data-version="1" data-busy' in html
    assert 'enctype="multipart/form-data" data-keep>' in html
    room.app.editor("rui").edit(post.id, text="Of another", version=1)
    query = {"since": "before", "shown": f"{post.id}:1", "busy": f"{post.id}:1"}
    at = {**SCRIPT, "HX-Current-URL": f"{room.url}/posts/{post.id}/edit"}
    told = browser.get(f"{room.url}/live", params=query, headers=at, timeout=20).text
    assert re.search(rf'id="news-{post.id}".*<bdi>rui</bdi>: changed', told)
    assert "tab-waiting" not in told, "there are no tabs on this page"
