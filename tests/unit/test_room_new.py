"""An article by hand on the pages: looked at, reworded, chosen, made once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rooms import SITE, Opened, open_room
from stills import Stills
from world import ALL_CHANNELS, Site, serving

from bot.app._parts import Parts
from bot.model import Post, State


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Opened]:
    """A room whose site runs on loopback, with pictures made at once."""
    own = SITE.replace("https://harbour.example", site.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parts, "_studio", lambda self, folder: Stills(folder))
        folder = tmp_path_factory.mktemp("room")
        with open_room(folder, own, ALL_CHANNELS, "allow_private_addresses = true") as opened:
            yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


def look(room: Opened, browser: requests.Session, url: str, **more: str) -> requests.Response:
    return browser.post(f"{room.url}/new", {"url": url, **more}, timeout=20)


def make(
    room: Opened, browser: requests.Session, url: str, *channels: str, **more: str
) -> requests.Response:
    form = {"url": url, "site": "harbour", "channel": channels, **more}
    return browser.post(f"{room.url}/new/make", form, timeout=20)


def posts(room: Opened, url: str) -> list[Post]:
    with room.app.store.read() as tx:
        return [post for post in tx.posts.list() if post.article_url == url]


def said(answer: requests.Response) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_address_of_a_bookmark_or_a_shared_text_stands_in_the_form(
    room: Opened, browser: requests.Session
) -> None:
    page = browser.get(f"{room.url}/new?text=Look:+https://a.example/1+!", timeout=10)
    assert 'value="https://a.example/1"' in page.text
    hostile = browser.get(f"{room.url}/new", params={"url": '"><script>'}, timeout=10)
    assert "<script>" not in hostile.text


def test_every_channel_shows_its_post_and_nothing_is_stored(
    room: Opened, site: Site, browser: requests.Session
) -> None:
    site.article("shown", "Docks & quays")
    page = look(room, browser, f"{site.url}/shown")
    assert page.status_code == 200
    assert page.text.count('name="channel"') == 4
    assert "Docks &amp; quays" in page.text
    assert "Ines Duarte" in page.text
    assert "Its video is made after you queue it" in page.text
    assert posts(room, f"{site.url}/shown") == []


def test_the_chosen_are_made_in_the_words_that_were_typed(
    room: Opened, site: Site, browser: requests.Session
) -> None:
    url = f"{site.url}/typed"
    site.article("typed")
    words = {"text-twitter": f"My\r\nwords. {url}", "text-facebook": "Others."}
    again = look(room, browser, url, channel="twitter", **words)
    assert "My\nwords." in again.text
    answer = make(room, browser, url, "twitter", "facebook", **words)
    assert "/new/made?" in answer.url
    made = {post.channel: post for post in posts(room, url)}
    assert sorted(made) == ["facebook", "twitter"]
    assert made["twitter"].teaser.text == f"My\nwords. {url}"
    assert made["facebook"].teaser.text == "Others."
    assert made["twitter"].state is State.HELD
    assert "waits for a look" in said(answer)


def test_a_second_click_makes_nothing_more(
    room: Opened, site: Site, browser: requests.Session
) -> None:
    url = f"{site.url}/twice"
    site.article("twice")
    seen = {"seen-twitter": "0"}
    make(room, browser, url, "twitter", **seen)
    assert "Nothing new was made" in said(make(room, browser, url, "twitter", **seen))
    assert len(posts(room, url)) == 1
    page = look(room, browser, url)
    assert "This article has a post here already" in said(page)
    assert 'name="seen-twitter" value="1"' in page.text
    assert not re.search(r'value="twitter" checked', page.text)
    make(room, browser, url, "twitter", **{"seen-twitter": "1"})
    assert sorted(post.occasion for post in posts(room, url)) == ["again-2", "first"]


@pytest.mark.parametrize("when", ["now", "slots", "at"])
def test_sent_now_or_in_a_slot_or_at_a_time(
    room: Opened, site: Site, browser: requests.Session, when: str
) -> None:
    url = f"{site.url}/{when}"
    site.article(when)
    answer = make(room, browser, url, "facebook", when=when, at="2099-01-05T09:30")
    (post,) = posts(room, url)
    assert post.state is State.APPROVED
    assert post.approved_by == "ines"
    assert "goes out" in said(answer)
    assert when != "at" or "2099" in said(answer)


def test_what_blocks_one_post_is_told_and_the_others_go_on(
    room: Opened, site: Site, browser: requests.Session
) -> None:
    url = f"{site.url}/blocked"
    site.article("blocked")
    long = {"text-twitter": "word " * 80, "text-facebook": "Fine."}
    answer = make(room, browser, url, "twitter", "facebook", when="slots", **long)
    states = {post.channel: post.state for post in posts(room, url)}
    assert states == {"twitter": State.HELD, "facebook": State.APPROVED}
    assert "shorten it by" in said(answer)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/gone", "There is no page at this address."),
        ("/broken", "The page could not be fetched now."),
        ("/closed", "The site does not let the bot read this page."),
        ("/empty", "This page holds no article"),
    ],
)
def test_what_cannot_be_read_is_said_plainly_and_nothing_typed_is_lost(
    room: Opened, site: Site, browser: requests.Session, path: str, told: str
) -> None:
    statuses = {"/gone": 404, "/broken": 503, "/closed": 403, "/empty": 200}
    site.put(path, "<!doctype html><p>Nothing.</p>", status=statuses[path])
    page = look(room, browser, f"{site.url}{path}", **{"text-twitter": "Typed words"})
    assert page.status_code == 422
    assert told in said(page)
    assert f'value="{site.url}{path}"' in page.text
    assert 'value="Typed words"' in page.text


def test_a_form_that_lacks_something_keeps_what_was_typed(
    room: Opened, site: Site, browser: requests.Session
) -> None:
    url = f"{site.url}/lacking"
    site.article("lacking")
    none = make(room, browser, url, **{"text-twitter": "Typed words"})
    assert "Choose at least one channel." in said(none)
    assert "Typed words</textarea>" in none.text
    past = make(room, browser, url, "twitter", when="at", at="2020-01-05T09:30")
    assert "That time has passed" in said(past)
    assert posts(room, url) == []


def test_a_text_is_counted_as_its_platform_does(room: Opened, browser: requests.Session) -> None:
    form = {"text-twitter": "x" * 290}
    piece = browser.post(f"{room.url}/new/count/harbour/twitter", form, timeout=10)
    assert "290 of 280 characters – 10 too many" in said(piece)
    for other in ("no/twitter", "harbour/no"):
        assert browser.post(f"{room.url}/new/count/{other}", timeout=10).status_code == 422


def test_an_article_of_several_sites_asks_which(tmp_path: Path, site: Site) -> None:
    site.article("shared")
    own = SITE.replace("https://harbour.example", site.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parts, "_studio", lambda self, folder: Stills(folder))
        with open_room(tmp_path, own, ALL_CHANNELS, "allow_private_addresses = true") as room:
            browser = room.browser()
            config = room.app.config  # the room's own bot reads the same
            config.sites["sister"] = config.sites["harbour"].model_copy(
                update={"id": "sister", "name": "Sister"}
            )
            page = look(room, browser, f"{site.url}/shared")
            assert "not clear which site" in said(page)
            assert '<option value="sister">Sister</option>' in page.text
            page = look(room, browser, f"{site.url}/shared", site="sister")
            assert 'name="site" value="sister"' in page.text


def test_what_is_no_address_is_said_so(room: Opened, browser: requests.Session) -> None:
    for words in ("", "council votes", "ftp://a.example/1", "javascript:alert(1)"):
        page = look(room, browser, words)
        assert page.status_code == 422
        assert "Paste the whole address" in said(page)


def test_private_addresses_are_not_fetched(tmp_path: Path, site: Site) -> None:
    site.article("private")
    site.seen.clear()
    with open_room(tmp_path, SITE.replace("https://harbour.example", site.url)) as room:
        page = look(room, room.browser(), f"{site.url}/private")
    assert page.status_code == 422
    assert "private address" in said(page)
    assert site.seen == []
