"""The file that `bot init` writes: it loads, it is careful, and a person can read it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest
from found import FOUND, HOME, NOW, candidate, load, source
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import proposal
from bot.model import SourceKind
from bot.settings import Look, Site
from bot.site.discover import Candidate
from bot.survey import Clock, Found


def written(found: Found = FOUND) -> tuple[str, Site]:
    text = proposal.write(found, now=NOW)
    return text, load(text)


def flat(text: str) -> str:
    """The text with its comments in one line each."""
    return text.replace("\n# ", " ")


def test_it_says_what_was_found() -> None:
    text, site = written()
    assert (site.name, site.url, site.language) == ("Harbour Post", HOME, "en")
    assert site.timezone.key == "Europe/Lisbon"
    assert site.feeds == (f"{HOME}feed/",)
    assert {name: each.account for name, each in site.channels.items()} == {
        "facebook": "harbourpost",
        "twitter": "harbour_post",
        "instagram": "harbour.post",
        "youtube": "@harbourpost",
    }
    assert text.startswith("#:schema ../site.schema.json\n")
    assert "2026-11-22" in text


def test_its_values_are_careful() -> None:
    _, site = written()
    x, facebook = site.channels["twitter"], site.channels["facebook"]
    instagram, youtube = site.channels["instagram"], site.channels["youtube"]
    assert {str(each.windows) for each in site.channels.values()} == {"07:30-22:00"}
    assert {each.max_age for each in site.channels.values()} == {timedelta(hours=72)}
    assert {each.review.rule for each in site.channels.values()} == {"required"}
    assert (x.spacing, facebook.spacing) == (timedelta(minutes=20), timedelta(minutes=90))
    assert (instagram.daily_limit, youtube.daily_limit) == (3, 1)
    assert [each.name for each in site.channels.values() if each.use == "pick"] == ["youtube"]
    assert (site.pictures.reuse, site.pictures.own) == ("listed", ("Harbour Post",))
    assert x.budget == 20, "20 articles a week at $0.20 cost $17.39"


def test_every_value_has_a_comment_and_no_line_is_long() -> None:
    lines = written()[0].splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        assert len(line) <= 100
        if re.match(r"\w+ = ", line):
            assert " # " in line or before.startswith("#"), f"nobody says why: {line}"


@pytest.mark.parametrize(
    ("per_week", "budget", "words"),
    [
        (20.0, 20, "20 articles a week cost $17"),
        (1.0, 5, "1 articles a week cost $1"),
        (None, 20, "100 posts with a link"),
    ],
)
def test_what_x_will_cost(per_week: float | None, budget: int, words: str) -> None:
    assert proposal.estimate(per_week) == (budget, f"US dollars a month{_after(words)}")


def _after(words: str) -> str:
    return f": {words}" if "posts" in words else f"; {words}"


def test_numbers_that_the_site_tells() -> None:
    channels = dict(FOUND.channels)
    channels["youtube"] = candidate("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv")
    _, site = written(replace(FOUND, channels=channels, page_id="10015"))
    assert site.channels["facebook"].settings.page_id == "10015"
    assert site.channels["youtube"].settings.channel_id == "UCabcdefghijklmnopqrstuv"
    _, site = written(replace(FOUND, page_id="not a number"))
    assert site.channels["facebook"].settings.page_id == ""


def test_the_look_is_a_comment_that_can_be_opened() -> None:
    text, site = written()
    assert site.look == Look()
    block = text[text.index("# [look]") : text.index("\n\n[channels.")]
    opened = load(text.replace(block, re.sub("^# ", "", block, flags=re.MULTILINE)))
    assert opened.look == Look(logo="brand/logo.png", font="serif")
    assert opened.channels == site.channels
    assert opened.pictures == site.pictures


def test_instagram_says_how_it_gets_its_pictures() -> None:
    text = written()[0]
    assert flat(text).count('(public_url). Or add form = "reel" to settings') == 1
    assert text.index("[channels.instagram]") < text.index("public_url")


def test_what_is_not_sure_is_a_comment_that_can_be_opened() -> None:
    first = candidate("https://x.com/harbour_es", "linked in the header of 1 page")
    second = candidate("https://x.com/harbour_pt", "linked in the footer of 1 page")
    channels = {name: each for name, each in FOUND.channels.items() if name != "twitter"}
    found = replace(FOUND, channels=channels, candidates={"twitter": (first, second)})
    text, site = written(found)
    assert "twitter" not in site.channels
    assert "linked in the header of 1 page" in text.lower()
    assert "harbour_pt (linked in the footer of 1 page)" in text
    start = text.index("# [channels.twitter]")
    block = text[start : text.index("# Or it is")]
    opened = text.replace(block, re.sub("^# ", "", block, flags=re.MULTILINE))
    assert load(opened).channels["twitter"].account == "harbour_es"


def test_others_beside_a_sure_one_are_named() -> None:
    other = candidate("https://x.com/ines_writes", "linked beside an author")
    text, site = written(replace(FOUND, candidates={"twitter": (other,)}))
    assert "not taken for yours: ines_writes (linked beside an author)" in text
    assert site.channels["twitter"].account == "harbour_post"


def test_a_clock_that_is_not_sure_is_utc_and_says_so() -> None:
    clock = Clock("Europe/Paris", others=("America/Toronto",), why="its language")
    text, site = written(replace(FOUND, clock=clock))
    assert site.timezone.key == "UTC"
    assert "by its language it may be Europe/Paris, America/Toronto" in flat(text)
    assert 'timezone = "UTC"                         # write yours here' in text
    text, site = written(replace(FOUND, clock=Clock()))
    assert "Nothing tells for sure." in text


def test_a_language_that_is_none_is_left_out() -> None:
    for language in ("", "the Queen's"):
        text, site = written(replace(FOUND, language=language))
        assert site.language == ""
        assert '# language = "en"' in text


def test_every_kind_of_source() -> None:
    sources = (
        source(f"{HOME}feed/"),
        source(f"{HOME}es/feed/", language="es"),
        source(f"{HOME}news.xml", SourceKind.SITEMAP, language="en"),
        source(f"{HOME}wp-json/", SourceKind.WORDPRESS),
        source(f"{HOME}latest/", SourceKind.PAGE),
    )
    text, site = written(replace(FOUND, sources=sources))
    assert site.sources == tuple((each.kind, each.url) for each in sources)
    assert "only = { language" in text, "two languages"


def test_sources_to_spare_are_comments() -> None:
    spare = (source(f"{HOME}wp-json/", SourceKind.WORDPRESS),)
    text, site = written(replace(FOUND, spare=spare))
    assert site.wordpress == ()
    assert f'# wordpress = ["{HOME}wp-json/"]' in text


def test_a_site_of_which_nothing_is_known_still_loads() -> None:
    text, site = written(Found(url=HOME, name=""))
    assert site.name == "harbour.example"
    assert site.sources == ()
    assert site.channels == {}
    assert "# feeds = " in text
    assert "No account was found on: Facebook, Instagram, X (Twitter), YouTube." in text


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\"'\\\n\r\t#[]{}=\x00\x07\x7f\x85\u2028\u202e\u200f\ud800é😀ا"),
        st.characters(),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
@example('a\x7f"b', "\x7f", "\x7f")
def test_hostile_words_write_nothing(name: str, evidence: str, language: str) -> None:
    seen = Candidate(FOUND.channels["twitter"].profile, 1.0, (evidence,))
    found = replace(
        FOUND,
        name=name,
        language=language,
        channels=FOUND.channels | {"twitter": seen},
        candidates={"facebook": (seen,), "twitter": (seen,)},
    )
    text, site = written(found)
    plain = written()[1]
    assert site.name == (name.encode("utf-8", "replace").decode().strip() or "harbour.example")
    assert site.channels == plain.channels
    assert site.sources == plain.sources
    assert set(tomllib.loads(text)) <= {*tomllib.loads(proposal.write(FOUND, now=NOW))}
    assert "\u202e" not in re.sub('"[^"\n]*"', "", text), "comments cannot turn the line around"


def test_a_table_alone_is_toml() -> None:
    table = proposal.channel(FOUND, FOUND.channels["youtube"])
    assert tomllib.loads(table)["channels"]["youtube"]["use"] == "pick"


def test_an_account_for_each_language() -> None:
    first, second = candidate("https://x.com/harbour_en"), candidate("https://x.com/harbour_es")
    channels = {name: each for name, each in FOUND.channels.items() if name != "twitter"}
    found = replace(
        FOUND,
        channels=channels,
        sources=(
            source(f"{HOME}feed/", per_week=20.0, language="en"),
            source(f"{HOME}es/feed/", per_week=5.0, language="es-ES"),
        ),
        candidates={"twitter": (first, second)},
        editions={"twitter": {"en": first, "es": second}},
    )
    text, site = written(found)
    assert "twitter" not in site.channels
    block = text[text.index("# [channels.twitter]") :].split("\n\n")[0]
    opened = load(text.replace(block, re.sub("^# ?", "", block, flags=re.MULTILINE)))
    assert {
        name: (each.platform, each.account, each.only.language, each.budget)
        for name, each in opened.channels.items()
        if each.platform == "twitter"
    } == {
        "twitter": ("twitter", "harbour_en", ("en",), 20),
        "twitteres": ("twitter", "harbour_es", ("es",), 5),
    }


def test_whose_pictures_were_seen() -> None:
    credits = ("Ana Reis", "Harbour Post", "Reuters")
    text, site = written(replace(FOUND, pictures=2, credits=credits, own=("Reuters",)))
    assert "Seen on your articles: “Ana Reis”. Add whose pictures you may use." in flat(text)
    assert site.pictures.own == ("Harbour Post", "Reuters")
    text, _ = written(replace(FOUND, pictures=2))
    assert "Your articles name nobody" in text


def test_the_own_site_is_asked_every_ten_minutes() -> None:
    assert written()[1].poll_every == timedelta(minutes=10)
    assert written(replace(FOUND, sources=()))[1].poll_every is None, "no source, no interval"
