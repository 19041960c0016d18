"""Sites and channels in the room: how each does, stop and go, a poll, and a template tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import requests
from rooms import Opened, open_room
from world import Site, serving

from bot.model import Account, State

SECRET = "s3cr3t-value"
SCRIPT = {"HX-Request": "true"}
CHANNELS = """
[channels.twitter]
account = "harbour_post"
windows = ["Mon-Fri 07:30-22:00"]
spacing = "20m"
daily_limit = 30
budget = 20
[channels.facebook]
account = "harbourpost"
settings = { page_id = "72" }
[channels.instagram]
account = "harbour.post"
settings = { user_id = "73" }
[channels.youtube]
account = "@harbourpost"
use = "pick"
settings = { channel_id = "UCabcdefghijklmnopqrstuv" }
"""
NAMES = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Opened]:
    file = (
        f'name = "Harbour Post"\nurl = "{site.url}/"\nlanguage = "en"\n'
        f'timezone = "Europe/Lisbon"\nfeeds = ["{site.url}/feed/"]\n'
    )
    secrets = {f"BOT_HARBOUR_TWITTER_{name}": SECRET for name in NAMES}
    secrets["BOT_HARBOUR_FACEBOOK_PAGE_TOKEN"] = SECRET
    folder = tmp_path_factory.mktemp("channels") / "room"
    with open_room(folder, file, CHANNELS, "allow_private_addresses = true", **secrets) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def see(room: Opened, browser: requests.Session) -> str:
    answer = browser.get(f"{room.url}/channels", timeout=10)
    assert answer.status_code == 200
    assert SECRET not in answer.text
    return answer.text


def card(page: str, channel: str) -> str:
    found = re.search(
        rf'aria-labelledby="channel-harbour-{channel}">(.*?)</section>', page, flags=re.S
    )
    assert found
    return words(found[1])


def post(
    room: Opened, browser: requests.Session, path: str, script: bool = False, **form: str
) -> requests.Response:
    headers = SCRIPT if script else {}
    return browser.post(f"{room.url}{path}", data=form, headers=headers, timeout=30)


def test_each_channel_says_how_it_does_and_what_to_do(
    room: Opened, browser: requests.Session
) -> None:
    now = room.app.now()
    with room.app.store.write() as tx:
        tx.accounts.prove("harbour", "twitter", Account("7001", "harbour_post"), "mark", now)
        tx.accounts.block("harbour", "facebook", "Facebook: the token has ended.", now)
    page = see(room, browser)
    assert "Connected." in card(page, "twitter")
    assert "number 7001" in card(page, "twitter")
    assert "0 of 30 posts" in card(page, "twitter")
    assert "$0.00 of $20.00 spent" in card(page, "twitter")
    assert "Mon–Fri 07:30–22:00; 20m apart" in card(page, "twitter")
    assert "the token has ended" in card(page, "facebook")
    assert "bot login harbour/facebook" in card(page, "facebook")
    assert "By hand" in card(page, "instagram")
    assert "BOT_HARBOUR_INSTAGRAM_TOKEN" in card(page, "instagram")
    assert "only when somebody picks them" in card(page, "youtube")


def test_a_channel_is_paused_and_goes_on(room: Opened, browser: requests.Session) -> None:
    scope = "harbour/youtube"
    answer = post(room, browser, "/channels/pause", scope=scope, until="in 2h")
    assert answer.history[0].status_code == 303
    assert "YouTube of Harbour Post is paused." in words(answer.text)
    with room.app.store.read() as tx:
        pause = tx.pauses.active(room.app.now())[scope]
    assert pause.who == "ines"
    assert pause.until
    assert timedelta(hours=1, minutes=58) < pause.until - room.app.now() <= timedelta(hours=2)
    assert "ines paused it until" in card(see(room, browser), "youtube")
    answer = post(room, browser, "/channels/resume", script=True, scope=scope)
    assert "<html" not in answer.text
    assert "YouTube of Harbour Post goes on." in words(answer.text)


def test_what_fell_due_in_a_pause_is_counted_when_it_ends(
    room: Opened, browser: requests.Session
) -> None:
    held = next(each for each in room.article("pause") if each.channel == "twitter")
    room.app.editor("ines").approve(held.id, at=room.app.now())
    post(room, browser, "/channels/pause", scope="harbour")
    assert "The whole site is paused." in card(see(room, browser), "twitter")
    with room.app.store.write() as tx:  # as if it had been paused before it fell due
        tx.pauses.pause("harbour", who="ines", now=room.app.now() - timedelta(minutes=1))
    answer = post(room, browser, "/channels/resume", scope="harbour")
    assert "1 post fell due meanwhile and waits in the queue for a look." in words(answer.text)
    assert room.app.post(held.id).state is State.HELD


@pytest.mark.parametrize(
    ("scope", "until"),
    [
        ("elsewhere", ""),
        ("harbour/mastodon", ""),
        ("harbour", "never"),
        ("harbour", "2020-01-01 9:00"),
    ],
)
def test_what_cannot_be_paused_is_told(
    room: Opened, browser: requests.Session, scope: str, until: str
) -> None:
    for script in (False, True):
        answer = post(room, browser, "/channels/pause", script, scope=scope, until=until)
        assert answer.status_code == 422
    with room.app.store.read() as tx:
        assert not tx.pauses.active(room.app.now())


def test_an_address_cannot_put_words_on_the_page(room: Opened, browser: requests.Session) -> None:
    for done in ("paused:call 555 now", "resumed:harbour:many", "polled:harbour:1", "x", ":::"):
        answer = browser.get(f"{room.url}/channels", params={"done": done}, timeout=10)
        assert answer.status_code == 200, done
        assert "note good" not in answer.text.split('id="channels"')[1].split("<section")[0], done


def test_a_poll_is_made_and_says_what_it_found(
    room: Opened, browser: requests.Session, site: Site
) -> None:
    site.feed(site.item("old"))
    post(room, browser, "/channels/poll", site="harbour")  # the first only remembers
    site.article("fresh", "Ferry strike ends after a week")
    site.feed(site.item("fresh"), site.item("old"))
    answer = post(room, browser, "/channels/poll", site="harbour")
    assert "Harbour Post: 1 new article." in words(answer.text)
    with room.app.store.read() as tx:
        assert any(each.article_url.endswith("/fresh") for each in tx.posts.list())
    site.put("/feed/", "gone", status=503)
    answer = post(room, browser, "/channels/poll", script=True, site="harbour")
    assert "1 source needs a look." in words(answer.text)
    assert "503" in words(answer.text)


def test_an_article_is_tried_and_nothing_is_stored(
    room: Opened, browser: requests.Session, site: Site
) -> None:
    site.article("tried", "Harbour pool opens again")
    before = len(_posts(room))
    answer = post(room, browser, "/try", url=f"{site.url}/tried", channel="harbour/twitter")
    assert answer.status_code == 200
    assert "Harbour pool opens again" in answer.text
    assert answer.text.count('<article class="post"') == 1
    assert len(_posts(room)) == before


def test_another_text_for_a_template_is_tried(
    room: Opened, browser: requests.Session, site: Site
) -> None:
    site.article("typed", "Market hall sold")
    wish = {"url": f"{site.url}/typed", "channel": "harbour/twitter"}
    text = "{% block text %}BREAKING {{ headline }} {{ link }}{% endblock %}"
    answer = post(room, browser, "/try", script=True, template=text, **wish)
    assert answer.status_code == 200
    assert "BREAKING Market hall sold" in words(answer.text)
    bad = post(
        room, browser, "/try", template="{% block text %}\n{{ headlin }}{% endblock %}", **wish
    )
    assert bad.status_code == 422
    assert "Line 2 of your text:" in words(bad.text)
    assert "{{ headlin }}" in bad.text, "what was typed is still there"


@pytest.mark.parametrize(
    "text",
    [
        "{% block text %}{{ ''.__class__.__mro__ }}{% endblock %}",
        "{% block text %}{% for n in range(999999999) %}x{% endfor %}{% endblock %}",
        "{% include '/etc/passwd' %}",
        "x" * 30_000,
    ],
)
def test_no_text_of_a_template_reaches_out(
    room: Opened, browser: requests.Session, site: Site, text: str
) -> None:
    site.article("typed", "Market hall sold")
    wish = {"url": f"{site.url}/typed", "channel": "harbour/twitter", "template": text}
    answer = post(room, browser, "/try", **wish)
    assert answer.status_code == 422
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"url": "nonsense"},
        {"url": "{site}/missing", "channel": "harbour/twitter"},
        {"url": "{site}/tried", "channel": "harbour/mastodon", "template": "x"},
        {"url": "{site}/tried", "site": "elsewhere"},
    ],
)
def test_what_cannot_be_tried_is_told(
    room: Opened, browser: requests.Session, site: Site, form: dict[str, str]
) -> None:
    told = {name: value.replace("{site}", site.url) for name, value in form.items()}
    answer = post(room, browser, "/try", **told)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def _posts(room: Opened) -> list[int]:
    with room.app.store.read() as tx:
        return [each.id for each in tx.posts.list()]
