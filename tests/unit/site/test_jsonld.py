from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site._jsonld import Graph, load, types

NODE = {"@type": "NewsArticle", "headline": 'Ships, "eleven", // wait, /* all */ of them,}'}
GOOD = json.dumps(NODE)


@pytest.mark.parametrize(
    "block",
    [
        GOOD,
        f"\n<!-- {GOOD} -->\n",
        f"<![CDATA[{GOOD}]]>",
        f"//<![CDATA[\n{GOOD}\n//]]>",
        f"/* <![CDATA[ */ {GOOD} /* ]]> */",
        GOOD[:-1] + ",}",
        GOOD + ";",
        GOOD.replace("{", "{ /* the article */ // really\n", 1),
        GOOD.replace('"', "&quot;").replace("\\&quot;", "\\&quot;"),
        "\ufeff" + GOOD,
    ],
)
def test_slightly_broken_json_is_mended_and_strings_are_left_alone(block: str) -> None:
    assert load(block) == NODE


def test_line_breaks_and_foolish_escapes_inside_strings_are_taken() -> None:
    assert load('{"a": "one\ntwo\tthree"}') == {"a": "one\ntwo\tthree"}
    assert load(r'{"a": "it\'s", "b": 1,}') == {"a": "it's", "b": 1}


@pytest.mark.parametrize(
    "block", ["", "no json", "{" * 100_000, '{"a": "' + '\\"' * 100_000, "[1" + ", " * 100_000]
)
def test_what_cannot_be_mended_is_nothing(block: str) -> None:
    assert load(block) is None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='{}[]",:/*\\ \na1', max_size=60))
def test_nothing_makes_it_crash(block: str) -> None:
    Graph([block, GOOD]).articles()


@pytest.mark.parametrize(
    "block",
    [
        NODE,
        [NODE],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, NODE]},
        {"@type": "WebPage", "mainEntity": NODE},
        {"@type": "WebPage", "mainEntity": [{"@type": "WebPage", "mainEntity": NODE}]},
    ],
)
def test_the_article_is_found_however_it_is_nested(block: object) -> None:
    assert Graph([json.dumps(block)]).articles() == [NODE]


def test_articles_in_a_list_do_not_describe_the_page() -> None:
    listing = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": NODE}]}
    assert Graph([json.dumps(listing)]).articles() == []


def test_references_are_followed_and_names_made_nodes() -> None:
    person = {"@type": "Person", "@id": "#eva", "name": "Eva Paz"}
    graph = Graph(
        [json.dumps({"@graph": [{"@type": "Article", "author": {"@id": "#eva"}}, person]})]
    )
    (article,) = graph.articles()
    assert graph.things(article["author"]) == [person]
    assert graph.things(["Ann Lee", 7, None])[0]["name"] == "Ann Lee"


def test_types_come_without_their_namespace() -> None:
    assert types({"@type": ["https://schema.org/Article", 5]}) == {"Article"}
