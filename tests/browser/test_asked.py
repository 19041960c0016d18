"""Pages that only an action leads to, judged as the others are: axe, in light and in dark."""

from __future__ import annotations

from browser.house import House
from browser.test_pages import NARROW, WIDE, look, violations
from browser.windows import Windows
from playwright.sync_api import Page, expect


def judged(page: Page) -> list[str]:
    """Give what is wrong with a page that is open."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in violations(page, "color-contrast")]
    page.set_viewport_size(NARROW)
    found += [f"narrow: scrolls sideways: {each}" for each in look(page, "sideways")]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    return found


def test_who_works_here_and_who_may_not_come_in(house: House, ines: Page, windows: Windows) -> None:
    windows.expected += ["responded with a status of 4"]
    for path in ("/people", "/account"):
        ines.goto(house.url + path)
        assert judged(ines) == [], path
    stranger = windows()
    house.sign_in(stranger, "nobody", "a wrong password")
    expect(stranger.get_by_role("alert").first).to_be_visible()
    assert judged(stranger) == []


def test_a_form_that_is_answered_with_trouble(house: House, ines: Page, windows: Windows) -> None:
    """What somebody else wrote meanwhile; words that cannot be posted; a link that is none."""
    windows.expected += ["responded with a status of 4"]
    post = house.story()["twitter"]
    ines.goto(f"{house.url}/posts/{post.id}/edit")
    with house.inside("omar") as app:
        app.editor().edit(post.id, text="What omar wrote.")
    ines.get_by_label("Text").fill("What ines wrote.")
    ines.get_by_role("button", name="Save", exact=True).click()
    expect(ines.get_by_text("What omar wrote.").first).to_be_visible()
    assert judged(ines) == [], "a conflict"
    beside = ines.context.new_page()  # the first asks before its words are left behind
    beside.goto(f"{house.url}/posts/{post.id}/edit")
    beside.get_by_label("Text").fill("Far too long. " * 60)
    with beside.expect_navigation():
        beside.get_by_role("button", name="Save and approve").click()
    assert judged(beside) == [], "problems"
    another = ines.context.new_page()
    another.goto(f"{house.url}/new?url=nonsense")
    another.get_by_role("button", name="Show its posts").click()
    expect(another.get_by_role("alert").first).to_be_visible()
    assert judged(another) == [], "no address"


def test_an_article_whose_posts_are_shown(house: House, ines: Page) -> None:
    house.site.article("bridge", "Bridge opens after nine years")
    ines.goto(f"{house.url}/new")
    ines.get_by_label("Address of the article").fill(f"{house.site.url}/bridge")
    ines.get_by_role("button", name="Show its posts").click()
    ines.locator("#offer-twitter").wait_for()
    assert judged(ines) == []
