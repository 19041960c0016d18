"""The other pages at work: agenda, needs, history, by hand, pictures, keys, people, new posts."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pictures
from browser.house import PASSWORD, House
from browser.windows import Windows, card
from playwright.sync_api import Page, expect
from world import wait_until

from bot.demo.doubles import Fault

Opener = Callable[..., Page]


def test_a_post_goes_through_the_queue_by_keys_alone(house: House, ines: Page) -> None:
    posts = house.story()
    ines.reload()
    first, second = (
        ines.locator(".post").nth(number).get_attribute("id") or "" for number in (0, 1)
    )
    keys, at = ines.keyboard, "document.activeElement.id"
    keys.press("j")
    assert ines.evaluate(at) == first
    keys.press("j")
    assert ines.evaluate(at) == second
    keys.press("k")
    assert ines.evaluate(at) == first
    post = next(each for each in posts.values() if f"post-{each.id}" == first)
    keys.press("m")
    card(ines, post).locator("input[name=typed]").wait_for()
    card(ines, post).locator("input[name=typed]").focus()
    keys.type("jar tomorrow")  # letters are letters in a field
    assert house.state(post) == "held"
    ines.reload()
    keys.press("j")
    keys.press("r")
    card(ines, post).get_by_label("own words").focus()
    keys.type("By keys.")
    keys.press("Enter")
    expect(ines.locator("#said")).to_contain_text("Rejected")
    keys.press("u")
    expect(ines.locator("#said")).to_contain_text(re.compile("Undone|back in the queue"))
    assert house.state(post) == "held"
    ines.reload()
    keys.press("j")
    keys.press("e")
    ines.wait_for_url("**/edit*")
    ines.go_back()
    keys.press("?")
    expect(ines.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(ines.get_by_role("dialog")).to_be_hidden()
    card(ines, post).focus()
    keys.press("a")
    expect(ines.locator("#said")).to_contain_text("Approved")
    wait_until(lambda: house.state(post) == "published", 30)


def test_what_nobody_connected_is_posted_by_hand(house: House, ines: Page) -> None:
    post = house.story(section="Friends")["byhand"]
    ines.reload()
    card(ines, post).get_by_role("button", name="Approve").click()
    expect(ines.locator("#said")).to_contain_text("Approved")
    ines.goto(f"{house.url}/posts/{post.id}/by-hand")
    ines.context.grant_permissions(["clipboard-read", "clipboard-write"])
    words = ines.locator(".field", has=ines.locator(f"#text-{post.id}"))
    words.get_by_role("button").click()
    expect(ines.get_by_role("button", name="Copied")).to_be_visible()
    assert ines.evaluate("navigator.clipboard.readText()") == house.read(post).teaser.text
    with ines.expect_download() as told:
        ines.get_by_role("link", name="Download the picture").click()
    assert hashlib.sha256(Path(told.value.path()).read_bytes()).hexdigest() == (
        house.read(post).teaser.media[0].sha256
    )
    ines.get_by_label("Link of the live post").fill("https://www.facebook.com/harbour/posts/77")
    ines.get_by_role("button", name="It is live there").click()
    wait_until(lambda: house.state(post) == "published")
    assert house.read(post).remote_url == "https://www.facebook.com/harbour/posts/77"
    assert house.live(post) == []


def test_what_is_in_doubt_is_settled_by_whoever_looked(house: House, ines: Page) -> None:
    there = house.story()["facebook"]
    house.doubles.facebook.fault(Fault("500_after", match="POST /*/feed", times=0))
    house.doubles.facebook.fault(Fault("500", match="GET */published_posts*", times=0))
    try:
        ines.reload()
        card(ines, there).get_by_role("button", name="Send now").click()
        wait_until(lambda: house.state(there) in ("unknown", "needs_person"), 30)
        ines.goto(f"{house.url}/needs")
        ines.locator(f"details:has(#there-{there.id}) > summary").first.click()
        ines.locator(f"#there-{there.id}").fill("https://www.facebook.com/72/posts/1")
        ines.locator("form", has=ines.locator(f"#there-{there.id}")).get_by_role(
            "button", name="It is there"
        ).click()
        expect(ines.locator("#said")).to_contain_text("Noted")
        assert house.state(there) == "published"
    finally:
        house.doubles.facebook.heal()
    assert house.live(there)[1:] == []


def test_what_is_not_there_is_sent_again_once(house: House, ines: Page) -> None:
    lost = house.story()["facebook"]
    house.doubles.facebook.fault(Fault("500", match="POST /*/feed", times=0))
    house.doubles.facebook.fault(Fault("500", match="GET */published_posts*", times=0))
    try:
        ines.reload()
        card(ines, lost).get_by_role("button", name="Send now").click()
        wait_until(lambda: house.state(lost) in ("unknown", "needs_person"), 30)
    finally:
        house.doubles.facebook.heal()
    ines.goto(f"{house.url}/needs")
    matter = ines.locator(".matter", has=ines.locator(f"#there-{lost.id}"))
    if house.state(lost) == "unknown":
        matter.get_by_text("I have looked", exact=True).click()
    matter.get_by_text("It is not there: send it again").click()
    matter.get_by_role("button", name="Send it again", exact=True).click()
    wait_until(lambda: house.state(lost) == "published", 30)
    assert len(house.live(lost)) == 1


def test_a_blocked_channel_is_shown_and_asked_again(house: House, ines: Page) -> None:
    post = house.story()["twitter"]
    keys = house.doubles.x.keys
    right, keys.access_token = keys.access_token, "1001-revoked-access"
    try:
        ines.reload()
        card(ines, post).get_by_role("button", name="Send now").click()
        wait_until(lambda: house.blocked("twitter") != "", 30)
        ines.goto(f"{house.url}/needs")
        matter = ines.locator(".matter", has=ines.get_by_text("bot login harbour/twitter"))
        expect(matter).to_contain_text("cannot post")
        matter.get_by_role("button", name="Look again now").click()
        expect(ines.locator("#said")).to_be_visible()
        expect(matter).to_be_visible()
        assert house.live(post) == []
    finally:
        keys.access_token = right
    matter.get_by_role("button", name="Look again now").click()
    expect(matter).to_be_hidden()
    wait_until(lambda: house.state(post) == "published", 30)
    assert len(house.live(post)) == 1


def test_a_post_is_moved_on_the_agenda(house: House, ines: Page) -> None:
    post = house.story()["twitter"]
    with house.inside("ines") as app:
        app.editor().approve(post.id, at=app.local_time("in 5h", post.site).at)
        due = app.post(post.id).due_at
    assert due is not None
    ines.goto(f"{house.url}/agenda?day={due.astimezone(house.zone):%Y-%m-%d}")
    card(ines, post).locator("summary").first.click()
    card(ines, post).locator("input[name=at]").fill("in 6h")
    card(ines, post).get_by_role("button", name="Move it").click()
    wait_until(lambda: house.read(post).due_at != due)
    with house.inside("ines") as app:
        app.editor().reject(post.id)


def test_history_is_searched_and_taken_home(house: House, ines: Page) -> None:
    headline = "Lighthouse keeper retires"
    post = house.story(headline)["twitter"]
    with house.inside("ines") as app:
        app.editor().send_now(post.id)
    wait_until(lambda: house.state(post) == "published", 30)
    ines.goto(f"{house.url}/history")
    search = ines.get_by_role("search").locator("input").first
    search.fill("lighthouse")
    search.press("Enter")
    expect(ines.get_by_text(headline).first).to_be_visible()
    with ines.expect_download() as told:
        ines.get_by_role("link", name="Export").click()
    rows = list(csv.reader(io.StringIO(Path(told.value.path()).read_text("utf-8-sig"))))
    assert len(rows) == 2
    assert headline in rows[1]
    assert house.read(post).remote_url in rows[1]


def test_an_article_is_posted_by_hand_once(house: House, ines: Page) -> None:
    headline = "Market hall opens its roof"
    house.site.article("roof", headline)
    ines.goto(f"{house.url}/new")
    ines.get_by_label("Address of the article").fill(f"{house.site.url}/roof")
    ines.get_by_role("button", name="Show its posts").click()
    ines.locator("#offer-twitter").wait_for()
    ines.locator("#offer-facebook input[name=channel]").uncheck()
    ines.locator("#offer-twitter details:has(#text-twitter) > summary").click()
    ines.locator("#text-twitter").fill(f"Look up. {house.site.url}/roof")
    ines.get_by_role("button", name="Send them now").click()
    wait_until(lambda: "twitter" in house.find(headline))
    post = house.find(headline)["twitter"]
    wait_until(lambda: house.state(post) == "published", 30)
    assert set(house.find(headline)) == {"twitter"}
    assert house.live(post)[0]["text"].startswith("Look up.")


def test_a_picture_is_replaced_and_described(house: House, ines: Page) -> None:
    post = house.story(section="Pictures")["instagram"]
    made = post.teaser.media[0].sha256
    ines.goto(f"{house.url}/posts/{post.id}/edit")
    ines.locator("input.pointed").click(position={"x": 266, "y": 14})
    wait_until(lambda: house.read(post).teaser.media[0].sha256 != made)
    before = house.read(post).teaser.media[0].sha256
    ines.locator("#across[value='95']").wait_for()
    photo = {"name": "quay.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900, 900)}
    ines.locator("#file").set_input_files(photo)  # type: ignore[arg-type]
    ines.locator("#new_alt").fill("A quay at dusk.")
    ines.get_by_role("button", name="Use this file").click()
    wait_until(lambda: house.read(post).teaser.media[0].sha256 != before)
    assert house.read(post).teaser.media[0].alt == "A quay at dusk."
    shown = ines.locator("#draft img").last
    assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)") > 100
    ines.locator("#alt").fill("A quay in the evening.")
    ines.get_by_role("button", name="Save", exact=True).click()
    wait_until(lambda: house.read(post).teaser.media[0].alt == "A quay in the evening.")


def test_what_is_offered_is_picked_by_one_key(house: House, ines: Page, windows: Windows) -> None:
    windows.expected += ["/media/film.mp4"]  # it lies elsewhere
    post = house.story(section="Films")["youtube"]
    ines.goto(f"{house.url}/queue?show=pick")
    expect(card(ines, post)).to_be_visible()
    assert card(ines, post).locator("[data-key=a]").count() == 0, "its video is being made"
    with house.inside("ines") as app:
        house.newsroom.film(app, post)
    ines.reload()
    card(ines, post).locator("[data-key=a]").wait_for()
    card(ines, post).focus()
    ines.keyboard.press("a")
    expect(ines.locator("#said")).to_contain_text("Approved")
    wait_until(lambda: house.state(post) == "published", 30)
    assert len(house.live(post)) == 1


def test_a_channel_is_paused_and_goes_on(house: House, ines: Page) -> None:
    ines.goto(f"{house.url}/channels")
    lane = ines.locator(".account", has=ines.get_by_text("Instagram")).first
    lane.locator("summary").first.click()
    lane.get_by_role("button", name=re.compile("Pause")).click()
    resume = ines.get_by_role("button", name=re.compile("Let it go on.*Instagram"))
    expect(resume).to_be_visible()
    resume.click()
    expect(resume).to_be_hidden()


def test_a_session_is_ended_while_its_page_is_open(
    house: House, ines: Page, windows: Windows
) -> None:
    windows.expected += ["status of 401"]
    house.add_user("rui")
    rui = windows()
    house.sign_in(rui, "rui")
    rui.wait_for_url("**/queue*")
    ines.goto(f"{house.url}/people")
    panel = ines.locator("section.panel", has=ines.get_by_role("heading", name="rui"))
    panel.get_by_role("button", name=re.compile("Sign out")).first.click()
    rui.goto(f"{house.url}/agenda")
    expect(rui.get_by_label("Password")).to_be_visible()


def test_a_wrong_password_and_too_many_of_them(house: House, windows: Windows) -> None:
    windows.expected += ["status of 4"]
    house.add_user("ada")
    page = windows()
    for _ in range(5):
        house.sign_in(page, "ada", "not this one")
        expect(page.get_by_role("alert").first).to_be_visible()
    house.sign_in(page, "ada", PASSWORD)
    expect(page.get_by_text(re.compile("minute"))).to_be_visible()


def test_the_daemon_restarts_while_a_page_is_open(
    house: House, ines: Page, windows: Windows
) -> None:
    """The page says so, keeps what was typed, and goes on when the bot is back."""
    windows.expected += ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET"]
    windows.expected += ["htmx:sendError", "htmx:afterRequest"]
    post = house.story()["twitter"]
    ines.goto(f"{house.url}/posts/{post.id}/edit")
    house.end()
    try:
        ines.get_by_label("Text").fill("Typed while nobody listened.")
        expect(ines.locator("#offline")).to_be_visible(timeout=15_000)
    finally:
        house.start()
    expect(ines.locator("#offline")).to_be_hidden(timeout=15_000)
    expect(ines.get_by_label("Text")).to_have_value("Typed while nobody listened.")
    ines.get_by_role("button", name="Save", exact=True).click()
    wait_until(lambda: house.read(post).teaser.text == "Typed while nobody listened.")
