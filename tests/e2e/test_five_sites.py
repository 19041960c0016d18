"""A new operator with five sites of five kinds, and nothing but the terminal to go by.

From the address of a site to its first teasers: `init`, a first poll that remembers, two
articles, a poll that finds them and one that finds nothing, the queue, a preview.
"""

from __future__ import annotations

import re

import pytest
from sites import SITES, ElMuelle, Sample, Told
from world import Bot, Site


@pytest.fixture(params=SITES)
def sample(request: pytest.FixtureRequest, site: Site) -> Sample:
    return SITES[request.param](site)


def test_from_an_address_to_the_first_teasers(sample: Sample, bot: Bot) -> None:
    allow_loopback(bot)
    bot("init", sample.start, "--name", "mine", code=None)
    written = (bot.folder / "config" / "sites" / "mine.toml").read_text("utf-8")
    assert f'language = "{sample.language}' in written
    for platform, account in sample.channels.items():
        assert f"[channels.{platform}]" in written
        assert re.search(rf'^account = "{re.escape(account)}"', written, re.M), platform
    for stranger in ("writes_at_night", "_scrive", "wordpress", "elegantthemes", "sharer"):
        assert stranger not in active(written)

    assert "remembered, none is posted" in bot("poll").err
    bot.films_elsewhere()
    published = [sample.publish(), sample.publish()]
    bot("poll", code=None)
    assert bot.json("poll", code=None)["posts"] == []
    rows = bot.queue("--all")
    for told in published:
        own = [row for row in rows if row["article"]["title"] == told.story.headline]
        assert {row["platform"] for row in own} >= set(sample.channels)
        assert len(own) == len({row["channel"] for row in own})
        for row in own:
            right_words(row, told)
    assert len({row["article"]["url"] for row in rows}) == 2, "and nothing else"

    shown = bot.json("preview", published[-1].url)
    article, story = shown["article"], published[-1].story
    assert (article["headline"], article["language"]) == (story.headline, story.language)
    assert article["authors"] == [story.author]
    assert story.dek in (article["dek"], article["body"][0])
    assert {post["platform"] for post in shown["posts"]} >= set(sample.channels)


def test_what_is_not_sure_is_left_to_the_person(site: Site, bot: Bot) -> None:
    """Two accounts of one network in the header: neither is taken, both are shown."""
    sample = ElMuelle(site)
    allow_loopback(bot)
    found = bot.json("init", sample.start, code=None)
    assert set(found["channels"]) == set(sample.channels)
    assert "elmuelle_es" in str(found["candidates"]["twitter"])
    assert "elmuelle_pt" in str(found["candidates"]["twitter"])
    assert len(found["feeds"]) == 2, "one for each language"


def allow_loopback(bot: Bot) -> None:
    """Say the one thing that is only true of tests: the site is on this machine."""
    (bot.folder / "config").mkdir()
    (bot.folder / "config" / "bot.toml").write_text("allow_private_addresses = true\n", "utf-8")


def active(toml: str) -> str:
    """What the file sets, without its comments."""
    return "\n".join(line.split("#")[0] for line in toml.splitlines())


def right_words(row: dict[str, object], told: Told) -> None:
    text = f"{row['title']}\n{row['text']}"
    link = row["link"] or text
    assert row["article"] == {"url": told.url, "title": told.story.headline}
    assert told.url in str(link) or row["platform"] == "instagram"
    said = (told.story.headline, told.story.dek, *told.story.body)
    assert any(words in text for words in said), text
    assert row["state"] == "held"
