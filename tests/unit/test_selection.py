"""Which entries are new: by identity, never by date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.identity import keys_of
from bot.model import Article, Entry
from bot.selection import choose, reasons_to_wait, wanted

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def entry(number: int, published_at: datetime | None = None, guid: str = "") -> Entry:
    return Entry(url=f"https://harbour.example/{number}", guid=guid, published_at=published_at)


def pick(entries: list[Entry], known: frozenset[tuple[str, str]] = frozenset(), limit: int = 5):
    return choose(entries, is_known=lambda keys: bool(keys & known), now=NOW, flood_limit=limit)


def test_any_key_makes_an_entry_known() -> None:
    before = Entry(url="https://harbour.example/old-slug", guid="g1")
    after = Entry(url="https://harbour.example/new-slug", guid="g1")
    assert pick([after], keys_of(before)).known == (after,)
    moved = Entry(url="http://www.harbour.example/old-slug/?utm_source=x", guid="g2")
    assert pick([moved], keys_of(before)).known == (moved,)


def test_a_repeat_in_one_poll_is_one_article() -> None:
    first, again = entry(1, guid="a"), entry(2, guid="a")
    choice = pick([first, again])
    assert choice.new == (first,)
    assert choice.repeats == (again,)


def test_what_a_third_entry_connects_is_one_article_and_keeps_all_keys() -> None:
    first = Entry(url="https://harbour.example/a", guid="1")
    far = Entry(url="https://harbour.example/b", guid="2")
    link = Entry(url="https://harbour.example/b", guid="1")
    for order in permutations((first, far, link)):
        choice = pick(list(order))
        assert choice.new == order[:1]
        assert set(choice.repeats) == set(order[1:])
        assert choice.keys[order[0]] == keys_of(first) | keys_of(far)
        assert pick(list(order), keys_of(first)).known == order


def test_one_guid_for_all_makes_them_no_repeats() -> None:
    entries = [
        Entry(url=f"https://harbour.example/{n}", guid="same", title=f"Piece {n}") for n in range(3)
    ]
    choice = pick(entries)
    assert len(choice.new) == 3
    assert not any(entry.guid for entry in choice.new), "it would find them all again as one"


def test_the_same_article_on_another_host_of_the_site_is_known() -> None:
    with_aliases = partial(keys_of, aliases={"old.example": "harbour.example"})
    old = Entry(url="http://old.example/1")
    known = with_aliases(old)
    choice = choose(
        [entry(1)],
        is_known=lambda keys: bool(keys & known),
        now=NOW,
        flood_limit=5,
        keys_of=with_aliases,
    )
    assert choice.known == (entry(1),)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12), st.randoms())
def test_the_order_of_a_source_makes_no_difference(pairs: list[tuple[int, int]], chance) -> None:
    """Entries as pairs of an address and a guid: as many articles, by the same keys."""
    entries = [entry(number, guid=f"g{guid}") for number, guid in pairs]
    shuffled = chance.sample(entries, len(entries))

    def articles(listed: list[Entry]) -> set[frozenset[tuple[str, str]]]:
        choice = pick(listed)
        return {choice.keys[each] for each in choice.new}

    assert articles(entries) == articles(shuffled)
    found = list(articles(entries))
    assert sum(map(len, found)) == len(frozenset().union(*found)), "no two share a key"


def test_dates_are_judged_by_instant() -> None:
    fresh = entry(1, datetime(2026, 11, 22, 6, 53, tzinfo=timezone(timedelta(hours=-5))))
    stale = entry(2, datetime(2026, 11, 22, 13, 0, tzinfo=timezone(timedelta(hours=9))))
    ahead = entry(3, datetime(2026, 11, 22, 7, 30, tzinfo=timezone(timedelta(hours=-5))))
    choice = pick([fresh, stale, ahead])
    assert choice.new == (stale, fresh)
    assert choice.early == (ahead,)


def test_a_clock_that_is_a_little_fast_is_forgiven() -> None:
    assert pick([entry(1, NOW + timedelta(minutes=9))]).new
    assert not pick([entry(1, NOW + timedelta(minutes=11))]).new


def test_undated_entries_go_out_last_listed_first() -> None:
    one, two = entry(1), entry(2)
    assert pick([two, one]).new == (one, two)


def test_the_flood_brake_counts_new_articles_only() -> None:
    entries = [entry(number) for number in range(6)]
    assert pick(entries).flood
    assert not pick(entries, keys_of(entries[0])).flood


@given(st.lists(st.integers(0, 8), max_size=20), st.sets(st.integers(0, 8)))
def test_every_entry_is_in_exactly_one_place(numbers: list[int], known: set[int]) -> None:
    entries = [entry(number) for number in numbers]
    keys = frozenset().union(*(keys_of(entry(number)) for number in known))
    choice = pick(entries, keys)
    assert sum(map(len, (choice.new, choice.known, choice.repeats, choice.early))) == len(entries)
    assert {e.url for e in choice.new} == {entry(n).url for n in set(numbers) - known}


def article(**fields: object) -> Article:
    return Article(url="https://harbour.example/1", headline="Harbour reopens", **fields)  # type: ignore[arg-type]


def test_reasons_to_wait_are_named() -> None:
    def codes(piece: Article, **context: object) -> list[str]:
        return [problem.code for problem in reasons_to_wait(piece, now=NOW, **context)]  # type: ignore[arg-type]

    assert codes(article(published_at=NOW - timedelta(hours=47))) == []
    assert codes(article(published_at=NOW - timedelta(hours=49))) == ["old"]
    assert codes(article(), flood=7, same_title=True) == ["flood", "same-title"]
    assert codes(article(noindex=True)) == ["noindex"]
    assert codes(article(language="de", language_doubt="en")) == ["language"]


def test_a_doubted_language_is_told_by_its_names() -> None:
    (reason,) = reasons_to_wait(article(language="de", language_doubt="en"), now=NOW)
    assert "in English, but its words are German" in reason.message


def test_a_channel_takes_its_languages_and_sections() -> None:
    piece = article(language="es-MX", section="Mundo", tags=("Huelga",))

    def takes(languages: tuple[str, ...] = (), sections: tuple[str, ...] = ()) -> bool:
        return wanted(piece, languages=languages, sections=sections, default="en")

    assert takes()
    assert takes(languages=("es",))
    assert not takes(languages=("en",))
    assert takes(sections=("mundo",))
    assert takes(sections=("HUELGA",))
    assert not takes(sections=("Cultura",))
    assert wanted(article(), languages=("en",), sections=(), default="en")


def test_an_article_of_another_site_waits() -> None:
    def codes(url: str, canonical: str = "", aliases: tuple[str, ...] = ()) -> list[str]:
        piece = replace(article(canonical=canonical), url=url)
        home = "https://www.harbour.example/"
        reasons = reasons_to_wait(piece, now=NOW, home=home, aliases=aliases)
        return [each.code for each in reasons]

    own, other = "https://harbour.example/one", "https://other.example/one"
    assert codes(own) == codes(own, own) == codes("https://news.harbour.example/one") == []
    assert codes(other) == codes(own, other) == ["elsewhere"]
    assert codes(other, other, aliases=("other.example",)) == []
