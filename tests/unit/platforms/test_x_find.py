from __future__ import annotations

from typing import Any

import pytest

from bot.model import Absent, Published, Teaser, Unknown
from bot.platforms._x_find import settle

LINK = "https://harbour.example.com/2026/11/strike?utm_source=x&id=1#top"
AT = "https://x.com/harbour/status/"


def post(number: str, text: str, *links: str, media: tuple[str, ...] = (), **more: Any) -> Any:
    urls = [{"url": f"https://t.co/s{n}", "expanded_url": link} for n, link in enumerate(links)]
    return {
        "id": number,
        "text": text,
        "entities": {"urls": urls},
        "attachments": {"media_keys": list(media)},
        **more,
    }


def look(teaser: Teaser, *posts: Any, media: Any = (), others: Any = ()) -> Any:
    return settle(teaser, media, posts, others, AT)


WITH_LINK = Teaser(f"Strike & “ends” in Setúbal {LINK}", link=LINK)


def test_a_post_is_found_by_its_link_and_words() -> None:
    ours = post("2", "Strike &amp; “ends” in Setúbal https://t.co/s0", LINK)
    assert look(WITH_LINK, post("1", "x"), ours) == Published("2", f"{AT}2")


@pytest.mark.parametrize(
    "shown",
    [
        "https://harbour.example.com/2026/11/strike?utm_source=x&id=1",
        "https://HARBOUR.example.com/2026/11/strike?utm_source=x&amp;id=1#top",
        "http://harbour.example.com/2026/11/strike?utm_source=x&id=1",
    ],
)
def test_a_link_is_the_same_however_x_writes_it(shown: str) -> None:
    ours = post("2", "Strike &amp; “ends” in Setúbal https://t.co/s0", shown)
    assert isinstance(look(WITH_LINK, ours), Published)


def test_what_stands_behind_the_short_address_counts_too() -> None:
    ours = post("2", "Strike &amp; “ends” in Setúbal https://t.co/s0", "https://harb.example/x")
    ours["entities"]["urls"][0]["unwound_url"] = LINK
    assert isinstance(look(WITH_LINK, ours), Published)


def test_the_words_are_the_same_but_for_what_nobody_sees() -> None:
    teaser = Teaser("El “paro”\u200c  de Setu\u0301bal\n👩\u200d🔧 amazon\u200c.com")
    shown = post("2", "El “paro” de Setúbal 👩🔧 amazon.com")
    assert isinstance(look(teaser, shown), Published)


def test_a_bare_domain_that_x_linked_is_no_other_word() -> None:
    linked = post("2", "The site https://t.co/s0 was down", "http://amazon.com")
    assert isinstance(look(Teaser("The site amazon.com was down"), linked), Published)
    left = post("2", "The site amazon.com was down &amp; up https://t.co/s0", LINK)
    teaser = Teaser(f"The site amazon.com was down & up {LINK}", link=LINK)
    assert isinstance(look(teaser, left), Published)


def test_a_long_post_is_read_whole() -> None:
    long = "Strike " * 50
    note = {"text": f"{long}https://t.co/s9"}
    note["entities"] = {"urls": [{"url": "https://t.co/s9", "expanded_url": LINK}]}  # type: ignore[assignment]
    for name in ("note_post", "note_tweet"):
        shown = post("2", "Strike Strike…", **{name: note})
        assert isinstance(look(Teaser(long + LINK, link=LINK), shown), Published)


@pytest.mark.parametrize(
    "alike",
    [
        post("2", "Other words https://t.co/s0", LINK),
        post("2", "Strike &amp; “ends” in Setúbal https://t.co/s0", "https://harbour.example/b"),
        post("2", "Strike &amp; “ends” in Setúbal"),
    ],
)
def test_a_post_that_is_merely_alike_is_for_a_person(alike: Any) -> None:
    outcome = look(WITH_LINK, alike)
    assert isinstance(outcome, Unknown)
    assert f"{AT}2" in outcome.reason


def test_several_posts_are_for_a_person() -> None:
    ours = [post(n, "Strike ends") for n in ("1", "2")]
    outcome = look(Teaser("Strike ends"), *ours)
    assert isinstance(outcome, Unknown)
    assert "Several" in outcome.reason
    assert look(Teaser("Strike ends"), *ours, others={"1"}) == Published("2", f"{AT}2")


def test_media_are_the_surest_mark() -> None:
    teaser = Teaser("Strike ends")
    ours = post("2", "whatever https://t.co/p", media=("3_55",))
    assert look(teaser, ours, post("3", "Strike"), media={"55"}) == Published("2", f"{AT}2")
    assert isinstance(look(teaser, post("2", "whatever", media=("3_551",)), media={"55"}), Absent)
    same_words = look(teaser, post("2", "Strike ends", media=("3_9",)), media={"55"})
    assert isinstance(same_words, Unknown)


def test_a_post_of_nothing_but_a_link_is_told_by_it() -> None:
    only = Teaser(LINK, link=LINK)
    assert isinstance(look(only, post("2", "https://t.co/s0", "https://harbour.example/b")), Absent)
    assert isinstance(look(only, post("2", "https://t.co/p", media=("3_1",))), Absent)
    assert isinstance(look(only, post("2", "https://t.co/s0", LINK)), Published)


@pytest.mark.parametrize("bare", [{"id": "1"}, {"id": "1", "entities": None, "attachments": None}])
def test_a_post_of_which_little_is_told_is_not_it(bare: Any) -> None:
    assert look(WITH_LINK, bare, media={"55"}) == Absent(
        False, "It is not on the account's timeline."
    )
