"""What editors do, from the first look to the live post: on the running program, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browser.house import House
from browser.windows import Windows, card
from playwright.sync_api import Page, expect
from world import wait_until

Opener = Callable[..., Page]


def published_once(house: House, post: object) -> None:
    """Wait until the public sees a post, and see that it does so once."""
    wait_until(lambda: house.state(post) == "published", 30)
    assert len(house.live(post)) == 1


def test_an_article_goes_out_without_a_terminal(house: House, ines: Page) -> None:
    """The queue shows it without a reload; it is changed, approved, sent, and found again."""
    headline = "Ferry crews vote on the winter timetable"
    house.writes(headline)
    ines.locator("#came").get_by_role("link", name="Show").click(timeout=30_000)
    ines.get_by_role("heading", name=headline).wait_for()
    post = house.find(headline)["twitter"]
    card(ines, post).get_by_role("link", name="Edit").click()
    words = ines.get_by_label("Text", exact=False).first
    words.fill("The crews decide tonight. " + words.input_value())
    ines.get_by_role("button", name="Save", exact=True).click()
    ines.wait_for_url("**/queue*")
    expect(card(ines, post)).to_contain_text("The crews decide tonight.")
    card(ines, post).get_by_role("button", name="Approve").click()
    expect(ines.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    published_once(house, post)
    assert house.live(post)[0]["text"].startswith("The crews decide tonight.")
    ines.get_by_role("link", name="History").click()
    row = ines.locator("main").get_by_text(headline).first
    expect(row).to_be_visible()
    assert ines.locator(f"main a[href='{house.read(post).remote_url}']").count()


def test_the_same_without_a_script(house: House, window_of: Opener) -> None:
    page = window_of("omar", java_script_enabled=False)
    headline = "Old crane is to be a school"
    post = house.story(headline)["facebook"]
    page.reload()
    card(page, post).get_by_role("link", name="Edit").click()
    words = page.get_by_label("Text", exact=False).first
    words.fill("A school in a crane. " + words.input_value())
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{house.url}/queue")
    card(page, post).get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved.")).to_be_visible()
    published_once(house, post)
    page.get_by_role("link", name="History").click()
    assert page.locator(f"main a[href='{house.read(post).remote_url}']").count()


@pytest.mark.parametrize("script", [True, False])
def test_a_post_is_rejected_with_a_reason_and_brought_back(
    house: House, window_of: Opener, script: bool
) -> None:
    page = window_of("ines", java_script_enabled=script)
    post = house.story()["twitter"]
    page.reload()
    card(page, post).get_by_role("link", name="Reject").click()
    page.get_by_label("own words", exact=False).fill("Said on Monday already.")
    page.locator("main").get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("Rejected: it will not go out.")).to_be_visible()
    kept = house.read(post)
    assert (kept.state, kept.reason) == ("rejected", "Said on Monday already.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert house.state(post) == "held"


def test_a_selection_is_approved(house: House, ines: Page) -> None:
    posts = house.story()
    ines.reload()
    for post in posts.values():
        card(ines, post).get_by_role("checkbox").check()
    ines.get_by_role("button", name="Approve the chosen").click()
    expect(ines.get_by_text("2 posts approved.")).to_be_visible()
    further = {"approved", "sending", "waiting", "published"}
    assert {str(house.state(post)) for post in posts.values()} <= further
    assert {house.read(post).approved_by for post in posts.values()} == {"ines"}


def test_a_post_is_moved_held_back_and_sent_now(house: House, ines: Page) -> None:
    post = house.story()["twitter"]
    ines.reload()
    card(ines, post).get_by_role("link", name="Move").click()
    card(ines, post).locator("input[name=typed]").fill("tomorrow 9:00")
    card(ines, post).get_by_role("button", name="Approve for then").click()
    expect(ines.locator("#said")).to_contain_text("Approved.")
    due = house.read(post).due_at
    assert due is not None
    assert due.astimezone(house.zone).strftime("%H:%M") == "09:00"
    ines.goto(f"{house.url}/queue?show=approved")
    card(ines, post).get_by_role("button", name="Hold back").click()
    expect(ines.locator("#said")).to_contain_text("Held back")
    assert house.state(post) == "held"
    ines.goto(f"{house.url}/queue")
    card(ines, post).get_by_role("button", name="Send now").click()
    published_once(house, post)


def test_a_post_is_written_anew_and_back(house: House, ines: Page) -> None:
    post = house.story()["twitter"]
    with house.inside("omar") as app:
        app.editor().edit(post.id, text="What omar wrote, and nobody else.")
    ines.reload()
    card(ines, post).get_by_role("button", name="Write anew").click()
    expect(card(ines, post)).not_to_contain_text("What omar wrote")
    assert house.read(post).teaser.text == post.teaser.text
    ines.get_by_role("button", name="Undo").click()
    expect(card(ines, post)).to_contain_text("What omar wrote")


def test_two_editors_on_one_post(
    house: House, ines: Page, window_of: Opener, windows: Windows
) -> None:
    """The second is shown what the first did, loses nothing, and can do it all the same."""
    windows.expected += ["status of 409"]
    omar = window_of("omar")
    post = house.story()["twitter"]
    ines.reload()
    omar.reload()
    for page in (ines, omar):
        card(page, post).get_by_role("link", name="Edit").click()
    ines.get_by_label("Text", exact=False).first.fill("What ines wrote.")
    omar.get_by_label("Text", exact=False).first.fill("What omar wrote.")
    ines.get_by_role("button", name="Save", exact=True).click()
    ines.wait_for_url("**/queue*")
    omar.get_by_role("button", name="Save", exact=True).click()
    expect(omar.get_by_text("What ines wrote.").first).to_be_visible()
    assert "What omar wrote." in omar.content()
    assert house.read(post).teaser.text == "What ines wrote."
    omar.get_by_role("button", name="Save", exact=True).click()
    omar.wait_for_url("**/queue*")
    assert house.read(post).teaser.text == "What omar wrote."


def test_everything_is_stopped_and_goes_on(house: House, ines: Page) -> None:
    """What fell due meanwhile waits for a look."""
    post = house.story()["twitter"]
    ines.reload()
    ines.get_by_role("button", name="Stop everything").click()
    try:
        expect(ines.get_by_text("Everything is stopped.")).to_be_visible()
        card(ines, post).get_by_role("button", name="Approve").click()
        wait_until(lambda: "pause" in house.read(post).reason.lower(), 20)
        assert house.state(post) == "held"
    finally:
        ines.get_by_role("button", name="Let it go on").click()
    expect(ines.get_by_text("Everything is stopped.")).to_be_hidden()
    assert house.live(post) == []
    assert house.state(post) == "held"


def test_the_language_is_switched(house: House, window_of: Opener) -> None:
    page = window_of("omar", locale="es-ES")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cola")
    page.goto(f"{house.url}/account")
    page.get_by_label("Idioma").select_option("en")
    page.locator("form", has=page.get_by_label("Idioma")).get_by_role("button").click()
    page.goto(f"{house.url}/queue")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_tab_counts_what_waits(house: House, ines: Page) -> None:
    def counted() -> int:
        found = re.match(r"\((\d+)\)", ines.title())
        return int(found[1]) if found else 0

    before = counted()
    posts = house.story()
    wait_until(lambda: counted() == before + len(posts), 20)
