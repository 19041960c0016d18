"""Every feed that the readers' own authors collected is read, or refused for a reason.

The suites lie in a folder of public repositories; BOT_TEST_CORPORA names it.
"""

from __future__ import annotations

import os
from pathlib import Path
from time import process_time

import pytest

from tests.truth import feeds

CHUNKS = 6
#: Why feedparser finds an entry in them and we none: a format of 1997, and lone entries.
EXPLAINED = frozenset(
    {
        "cdf_item_abstract_xml_base.xml",
        "brief-entry-noerror.xml",
        "entry-source-author.xml",
        "invalid-draft.xml",
        "invalid-edited.xml",
    }
)
#: What a refusal says, and how many of each suite are refused: looked at one by one.
REFUSED = {
    "feedparser": {"no RSS or Atom feed": 1},  # an empty document
    "feedvalidator": {
        # maps, searches, services, notes about the validator, lone entries, unknown roots
        "no RSS or Atom feed": 558,
        "a web page, not a feed": 2,
        "stand for others, or for files": 2,
        "no JSON Feed": 1,
    },
    "rsparser": {},
}


@pytest.fixture(scope="module")
def corpora() -> Path:
    folder = os.environ.get("BOT_TEST_CORPORA", "")
    if not folder:
        pytest.skip("no folder of public feeds: set BOT_TEST_CORPORA to read them all")
    return Path(folder)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_feed_is_read_or_refused_and_no_entry_is_lost(corpora: Path, chunk: int) -> None:
    paths = [path for suite in feeds.files(corpora).values() for path in suite][chunk::CHUNKS]
    assert paths
    for path in paths:
        body = path.read_bytes()
        begun = process_time()
        found = feeds.read(body)
        assert process_time() - begun < 1, path
        if isinstance(found, str):
            assert "\n" not in found
            assert feeds.URL in found
        if path.suffix != ".json" and path.name not in EXPLAINED:
            assert not feeds.lost(body), path


@pytest.mark.parametrize("suite", feeds.SUITES)
def test_what_is_refused_was_looked_at(corpora: Path, suite: str) -> None:
    paths = feeds.files(corpora)[suite]
    answers = [feeds.read(path.read_bytes()) for path in paths]
    refusals = [answer for answer in answers if isinstance(answer, str)]
    counted = {words: sum(words in refusal for refusal in refusals) for words in REFUSED[suite]}
    assert paths
    assert counted == REFUSED[suite]
    assert len(refusals) == sum(counted.values())


def test_real_feeds_are_read_whole(corpora: Path) -> None:
    paths = feeds.files(corpora)["rsparser"]
    assert len(paths) == 37
    linkless = {"authors.json", "jsonfeed-extension.json"}  # made for a test, without links
    for path in paths:
        found = feeds.read(path.read_bytes())
        assert not isinstance(found, str), path
        assert bool(found.entries) is (path.name not in linkless), path
        assert path.suffix == ".json" or not feeds.gaps(path.read_bytes()).total(), path


def test_what_feedparser_s_authors_expect_is_found(corpora: Path) -> None:
    told = list(feeds.claims(feeds.files(corpora)["feedparser"]))
    right = sum(claim.truth == claim.ours for claim in told)
    # Else base64 of Atom 0.3, CDF, guids resolved against the feed, and what HTML hides.
    assert (right, len(told)) >= (166, 193)


def test_damage_to_real_feeds_loses_less_than_in_feedparser(corpora: Path) -> None:
    counts = feeds.damage(feeds.files(corpora)["rsparser"], 4)
    assert counts["damages"] > 80
    assert counts["lost"] <= counts["lost by feedparser"] / 4
    assert counts["lost"] <= counts["damages"] / 10
