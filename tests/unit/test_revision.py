"""What has changed at a site: said in words, and put in without touching the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from found import FOUND, HOME, NOW, candidate, load, source

from bot import proposal, revision
from bot.model import SourceKind
from bot.settings import Site
from bot.survey import Candidate, Clock, Found

FILE = f"""# Ours, since 2019.
name = "Harbour Post"    # never “The Harbour Post”
url = "{HOME}"
language = "en"
timezone = "Europe/Lisbon"
feeds = ["{HOME}feed/"]    # the one without sport

[channels.twitter]
account = "@Harbour_Post"
spacing = "20m"          # agreed with Ana

[channels.facebook]
account = "Harbour.Post"
settings = {{ page_id = "72" }}

[channels.instagram]
account = "harbour.post"

[channels.youtube]
account = "@harbourpost"
"""


def with_channels(**changes: Candidate | None) -> Found:
    merged: Mapping[str, Candidate | None] = FOUND.channels | changes
    return replace(FOUND, channels={name: each for name, each in merged.items() if each})


def changed(found: Found, text: str = FILE) -> tuple[list[str], str, Site]:
    """Give what is said, the file with everything put in, and what that means."""
    found_changes = revision.changes(load(text), found)
    after = revision.apply(text, [each for each in found_changes if each.question])
    return [each.words for each in found_changes], after, load(after)


def test_nothing_changed_is_nothing() -> None:
    assert revision.changes(load(FILE), FOUND) == ()
    assert revision.apply(FILE, ()) == FILE


def test_what_init_wrote_needs_no_change() -> None:
    text = proposal.write(replace(FOUND, page_id="10015"), now=NOW)
    assert revision.changes(load(text), replace(FOUND, page_id="10015")) == ()


def test_comments_and_order_stay() -> None:
    found = replace(FOUND, language="pt", sources=(*FOUND.sources, source(f"{HOME}es/feed/")))
    words, after, site = changed(found)
    assert len(words) == 2
    assert (site.language, site.feeds) == ("pt", (f"{HOME}feed/", f"{HOME}es/feed/"))
    for comment in ("since 2019", "never “The", "without sport", "agreed with Ana"):
        assert comment in after
    kept = [line for line in FILE.splitlines() if "language" not in line and "feeds" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept


def test_a_moved_channel() -> None:
    moved = candidate("https://x.com/harbour_now", "linked in the footer of 3 pages")
    words, _, site = changed(with_channels(twitter=moved))
    assert "harbour_now" in words[0]
    assert "@Harbour_Post" in words[0]
    assert "footer" in words[0]
    assert site.channels["twitter"].account == "harbour_now"
    assert str(site.channels["twitter"].spacing) == "0:20:00"


def test_an_address_behind_an_account_moves_with_it() -> None:
    moved = candidate("https://x.com/harbour_now")
    _, after, _ = changed(with_channels(twitter=moved), proposal.write(FOUND, now=NOW))
    assert "https://x.com/harbour_now" in after
    assert "https://x.com/harbour_post" not in after


def test_a_moved_channel_with_a_number_is_for_a_person() -> None:
    moved = candidate("https://www.facebook.com/profile.php?id=100063")
    words, after, _ = changed(with_channels(facebook=moved))
    assert "by hand" in words[0]
    assert after == FILE


def test_the_same_page_by_number() -> None:
    same = candidate("https://www.facebook.com/profile.php?id=100063")
    text = FILE.replace('"72"', '"100063"')
    assert revision.changes(load(text), with_channels(facebook=same)) == ()


def test_a_link_by_number_may_be_the_channel_of_that_name() -> None:
    by_number = candidate("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv")
    words, _, site = changed(with_channels(youtube=by_number))
    assert "UCabcdefghijklmnopqrstuv" in words[0]
    assert site.channels["youtube"].account == "@harbourpost"
    assert site.channels["youtube"].settings.channel_id == "UCabcdefghijklmnopqrstuv"


def test_a_new_channel_comes_whole_and_careful() -> None:
    text = FILE[: FILE.index("[channels.youtube]")]
    words, after, site = changed(FOUND, text)
    assert "YouTube @harbourpost, which is not in the file" in words[0]
    assert site.channels["youtube"].use == "pick"
    assert after.startswith(text.rstrip("\n"))


def test_a_channel_that_is_listed_no_more_is_only_said() -> None:
    words, after, _ = changed(with_channels(instagram=None))
    assert "does not list Instagram harbour.post any more" in words[0]
    assert after == FILE


def test_a_channel_that_is_seen_without_being_sure_is_still_listed() -> None:
    found = replace(
        with_channels(instagram=None),
        candidates={"instagram": (candidate("https://instagram.com/harbour.post"),)},
    )
    assert revision.changes(load(FILE), found) == ()


def test_two_accounts_of_one_platform_are_for_a_person() -> None:
    text = FILE + '\n[channels.archive]\nplatform = "twitter"\naccount = "harbour_archive"\n'
    assert revision.changes(load(text), FOUND) == ()
    words, after, _ = changed(with_channels(twitter=candidate("https://x.com/harbour_now")), text)
    assert "by hand" in words[0]
    assert after == text


@pytest.mark.parametrize(
    ("found", "field", "value"),
    [
        (replace(FOUND, clock=Clock("Europe/Madrid", True, why="its WordPress")), "timezone", ""),
        (replace(FOUND, language="pt-BR"), "language", "pt-BR"),
        (replace(FOUND, url="https://harbourpost.example/"), "url", "https://harbourpost.example/"),
    ],
)
def test_facts(found: Found, field: str, value: str) -> None:
    words, _, site = changed(found)
    assert len(words) == 1
    assert str(getattr(site, field)) == (value or "Europe/Madrid")


def test_what_is_not_sure_changes_nothing() -> None:
    assert revision.changes(load(FILE), replace(FOUND, clock=Clock("Asia/Tokyo"))) == ()
    assert revision.changes(load(FILE), replace(FOUND, language="en-GB")) == ()


def test_a_source_that_the_site_forgot_can_be_taken_out() -> None:
    text = FILE.replace("feed/", "old.xml")
    words, after, site = changed(FOUND, text)
    assert any("old.xml is in the file; the site does not point to it" in each for each in words)
    assert site.feeds == (f"{HOME}feed/",)
    assert "# the one without sport" in after
    offered = replace(FOUND, offered=(f"{HOME}old.xml",))
    assert len(revision.changes(load(text), offered)) == 1


def test_the_first_source_of_its_kind_makes_the_list() -> None:
    text = FILE.replace(f'feeds = ["{HOME}feed/"]', "# no feeds")
    _, after, site = changed(FOUND, text)
    assert site.feeds == (f"{HOME}feed/",)
    api = replace(FOUND, sources=(source(f"{HOME}wp-json/", SourceKind.WORDPRESS),))
    _, after, site = changed(api)
    assert site.wordpress == (f"{HOME}wp-json/",)
    assert after.index("wordpress") < after.index("[channels.twitter]")
