from __future__ import annotations

from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.identity import keys_of, normal_title
from bot.model import Article, Entry, Image, Kind
from bot.store import Store, open_store

ARTICLE = Article(
    url="https://harbour.example/2026/strike/",
    headline="Dockers strike in Sines",
    body=("One.", "Two."),
    kind=Kind.INTERVIEW,
    image=Image(url="https://harbour.example/p.jpg", alt="A crane"),
    published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
)


def test_an_article_comes_back_as_it_was(store: Store, now: datetime) -> None:
    with store.write() as tx:
        article_id, new = tx.articles.add(
            "harbour", ARTICLE, keys_of(ARTICLE), now=now, source="https://harbour.example/feed/"
        )
        kept = tx.articles.get(article_id)
    assert new
    assert (kept.content, kept.state, kept.title) == (ARTICLE, "tracked", ARTICLE.headline)
    assert (kept.first_seen_at, kept.source_url) == (now, "https://harbour.example/feed/")


@pytest.mark.parametrize("key", [("guid", "1"), ("url", "harbour.example/a"), ("cms", "7")])
def test_any_key_is_enough(store: Store, now: datetime, key: tuple[str, str]) -> None:
    keys = [("guid", "1"), ("url", "harbour.example/a"), ("cms", "7")]
    with store.write() as tx:
        article_id, _ = tx.articles.add("harbour", ARTICLE, keys, now=now)
        assert tx.articles.known("harbour", [key]) == article_id
        assert tx.articles.known("harbour", [key, ("guid", "never seen")]) == article_id
        assert tx.articles.known("quay", [key]) is None
        assert tx.articles.add("harbour", ARTICLE, [key], now=now) == (article_id, False)


def test_the_kind_of_a_key_counts(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.articles.add("harbour", ARTICLE, [("guid", "7")], now=now)
        assert tx.articles.known("harbour", [("cms", "7")]) is None


def test_a_key_learned_later_is_known_forever(store: Store, now: datetime) -> None:
    with store.write() as tx:
        article_id, _ = tx.articles.add("harbour", ARTICLE, [("guid", "1")], now=now)
        tx.articles.add("harbour", ARTICLE, [("guid", "1"), ("url", "moved")], now=now)
        tx.articles.add_keys(article_id, [("canonical", "elsewhere")])
        assert tx.articles.known("harbour", [("url", "moved")]) == article_id
        assert tx.articles.known("harbour", [("canonical", "elsewhere")]) == article_id


def test_a_key_never_passes_from_one_article_to_another(store: Store, now: datetime) -> None:
    with store.write() as tx:
        first, _ = tx.articles.add("harbour", ARTICLE, [("guid", "1")], now=now)
        second, _ = tx.articles.add("harbour", ARTICLE, [("guid", "2")], now=now)
        tx.articles.add_keys(second, [("guid", "1"), ("guid", "3")])
        assert tx.articles.known("harbour", [("guid", "1")]) == first
        assert tx.articles.known("harbour", [("guid", "3")]) == second
        assert tx.articles.known("harbour", [("guid", "1"), ("guid", "2")]) == first


def test_a_first_poll_is_remembered_once(store: Store, now: datetime) -> None:
    entries = [
        Entry(url=f"https://harbour.example/{n}/", guid=f"g{n}", title=f"Title {n}")
        for n in range(700)
    ]
    with store.write() as tx:
        keyed = [(entry, keys_of(entry)) for entry in entries]
        assert tx.articles.remember("harbour", [*keyed, keyed[0]], now=now, source="f") == 700
        assert tx.articles.remember("harbour", keyed, now=now) == 0
        found = tx.articles.known("harbour", keys_of(entries[699]))
        assert found is not None
        kept = tx.articles.get(found)
    assert (kept.state, kept.content, kept.title) == ("remembered", None, "Title 699")
    assert kept.note == "there before the first poll"


def test_a_remembered_article_can_be_taken_up_by_hand(store: Store, now: datetime) -> None:
    entry = Entry(url=ARTICLE.url, title="Dockers strike")
    with store.write() as tx:
        tx.articles.remember("harbour", [(entry, keys_of(entry))], now=now)
        article_id, new = tx.articles.add("harbour", ARTICLE, keys_of(ARTICLE), now=now)
        assert not new
        assert tx.articles.get(article_id).state == "remembered"
        tx.articles.update(article_id, ARTICLE)
        kept = tx.articles.get(article_id)
    assert (kept.state, kept.content, kept.title) == ("tracked", ARTICLE, ARTICLE.headline)


def test_the_newest_article_of_a_title(store: Store, now: datetime) -> None:
    key = normal_title(ARTICLE.headline)
    day = timedelta(days=1)
    with store.write() as tx:
        tx.articles.add("harbour", ARTICLE, [("guid", "1")], now=now - 9 * day)
        second, _ = tx.articles.add("harbour", ARTICLE, [("guid", "2")], now=now - 2 * day)
        assert tx.articles.by_title("harbour", key, now - 7 * day) == second
        assert tx.articles.by_title("harbour", key, now - day) is None
        assert tx.articles.by_title("quay", key, now - 7 * day) is None
        tx.articles.add("harbour", Article(url="u", headline=""), [("guid", "3")], now=now)
        assert tx.articles.by_title("harbour", "", now - 7 * day) is None


def test_an_article_that_is_not_there(store: Store) -> None:
    with store.read() as tx, pytest.raises(UsageError, match="no article 9"):
        tx.articles.get(9)


key_sets = st.sets(
    st.tuples(st.sampled_from(["guid", "url"]), st.sampled_from("abcdef")), min_size=1, max_size=4
)


@settings(max_examples=25, deadline=None)
@given(st.lists(key_sets, min_size=1, max_size=8))
def test_whatever_was_added_is_never_new_again(batches: list[set[tuple[str, str]]]) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    folder = TemporaryDirectory()
    url = f"sqlite:///{folder.name}/bot.db"
    with folder, open_store(url) as store, store.write() as tx:
        for keys in batches:
            before = tx.articles.known("s", keys)
            article_id, new = tx.articles.add("s", ARTICLE, keys, now=now)
            assert new == (before is None)
            assert before in (None, article_id)
            owners = [tx.articles.known("s", [key]) for key in keys]
            assert None not in owners
            assert min(owner for owner in owners if owner) == article_id
        for keys in batches:
            assert not tx.articles.add("s", ARTICLE, keys, now=now).new
