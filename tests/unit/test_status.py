"""How things stand, in sentences: what needs a person, what comes next, how the sources are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot import queue, review, status
from bot.app import App
from bot.cli.doctor import in_force
from bot.cli.status import lines
from bot.config import Setting
from bot.health import SourceState, ago_in_words, ahead_in_words
from bot.model import Account, Channel, Entry, Post, Problem, Refused, State, Unknown
from bot.status import ChannelFacts, Status
from bot.store import Store

X = Channel("harbour", "twitter", "twitter", "harbour_post")
FACEBOOK = Channel("harbour", "facebook", "facebook", "harbourpost")
FEED = "https://harbour.example/feed/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Hold = Callable[..., Any]


@pytest.fixture
def look(store: Store, now: datetime) -> Callable[..., Status]:
    def seen(at: datetime = now, by_hand: frozenset[tuple[str, str]] = frozenset()) -> Status:
        return status.look(
            store,
            sources=[("harbour", FEED)],
            channels=[
                ChannelFacts(each, by_hand=(each.site, each.name) in by_hand)
                for each in (X, FACEBOOK)
            ],
            needs_person=lambda post: review.needs_person(post, reviewed=True),
            now=at,
        )

    return seen


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago(span: timedelta, words: str) -> None:
    assert ago_in_words(span) == words


def note(store: Store, error: str, at: datetime, **columns: Any) -> None:
    """Poll the source once: well, or with an error."""
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed")
        if error:
            tx.sources.note_failure(source.id, error, at, **columns)
        else:
            tx.sources.note_success(source.id, "", "", at, **columns)


def arrive(store: Store, *moments: datetime, baseline: datetime) -> None:
    """Let articles come at these moments, after a first poll."""
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", FEED, "feed")
        tx.sources.set_baseline(source.id, baseline)
        for at in moments:
            entry = Entry(f"https://harbour.example/{at:%d%H%M}", guid=f"{at}")
            tx.articles.wait("harbour", [(entry, [("guid", f"{at}")])], now=at, source=FEED)
            tx.waiting.give_up(tx.waiting.all()[0].id, "")


def test_a_source_in_words(store: Store, look: Callable[..., Status], now: datetime) -> None:
    assert look().sources[0].sentence.endswith("was never polled.")
    note(store, "", now, next_at=now + 3 * HOUR)
    well = look(now + 2 * HOUR)
    assert well.sources[0].sentence == (
        f"harbour: {FEED} was read 2 hours ago, all well. Next look in 1 hour."
    )
    assert "Next look now." in look(now + 4 * HOUR).sources[0].sentence
    assert not well.alarm


def test_a_hiccup_is_told_and_three_are_an_alarm(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    note(store, "", now)
    note(store, "It answered 503.", now + HOUR)
    (once,) = look(now + HOUR).sources
    assert once.sentence == f"harbour: {FEED} failed once, last just now: It answered 503."
    assert (once.failing, once.error, once.ok_at) == (False, "It answered 503.", now)
    assert look(now + 2 * HOUR).alarm, "an hour without a good answer"
    note(store, "It answered 503.", now + HOUR)
    assert not look(now + HOUR).alarm
    note(store, "It answered 503.", now + HOUR + MINUTE)
    thrice = look(now + HOUR + MINUTE)
    assert thrice.alarm
    assert "3 times in a row, first 1 minute ago, last just now" in thrice.sources[0].sentence
    note(store, "", now + 2 * HOUR)
    assert not look(now + 2 * HOUR).alarm


def test_a_source_that_was_never_read_is_an_alarm_at_once(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    note(store, "It answered 404.", now)
    assert look().alarm


def test_what_asks_to_be_left_alone_moved_or_is_gone_says_so(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    note(store, "", now)
    note(store, "It answered 503.", now, retry_at=now + 2 * HOUR)
    assert "It asks to be left alone for 2 hours." in look().sources[0].sentence
    note(store, "", now, moved_to="https://harbour.example/new/", moved_polls=1, wait=9 * HOUR)
    (moved,) = look().sources
    assert "It has moved for good to https://harbour.example/new/: put that into" in moved.sentence
    assert "It asks for 5 hours between looks; poll_every" in moved.sentence
    assert not moved.failing
    away = "It has moved for good to another site."
    note(store, away, now, moved_to="https://else.example/", moved_polls=0)
    (elsewhere,) = look().sources
    assert elsewhere.failing
    assert elsewhere.sentence.endswith(away)
    note(store, "It answered 410.", now, gone_at=now)
    (gone,) = look().sources
    assert gone.failing
    assert "gone for good: It answered 410. Take it out of the site's file." in gone.sentence


@pytest.mark.parametrize(
    ("hours_ago", "words", "silent"),
    [
        ((), "Nothing new came since its first poll.", False),
        ((2,), "About 1 a week, the last 2 hours ago.", False),
        (range(3, 240, 12), "About 14 a week, the last 3 hours ago.", False),
        (range(60, 300, 12), "About 14 a week, the last 2 days ago.", False),
        (range(80, 240, 12), "Usually 15 a week, but nothing for 3 days: look", True),
        ((230, 235), "The last new article came 9 days ago.", False),
    ],
)
def test_the_rhythm_of_a_source_in_words(
    store: Store,
    look: Callable[..., Status],
    now: datetime,
    hours_ago: tuple[int, ...],
    words: str,
    silent: bool,
) -> None:
    arrive(
        store,
        *(now - hours * HOUR for hours in hours_ago if hours < 240),
        baseline=now - 240 * HOUR,
    )
    note(store, "", now)
    (source,) = look().sources
    assert words in source.sentence
    assert source.silent is silent
    assert not source.failing


def test_an_article_of_a_site_without_sources_needs_a_person(store: Store, now: datetime) -> None:
    entry = Entry("https://harbour.example/one", guid="one")
    with store.write() as tx:
        tx.articles.wait("harbour", [(entry, {("guid", "one")})], now=now, source=FEED, flood=0)
    state = status.look(store, sources=[], channels=[], needs_person=lambda _: False, now=now)
    (late,) = state.waiting
    assert late.failing
    assert state.alarm
    assert "its site has no source any more" in late.sentence


def test_an_article_that_waits_for_its_page_in_words(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    entries = [
        Entry("https://harbour.example/new", guid="1"),
        Entry("https://harbour.example/ill", guid="2", title="Ill"),
        Entry("https://harbour.example/early", guid="3", published_at=now + 30 * HOUR),
    ]
    with store.write() as tx:
        keyed = [(entry, [("guid", entry.guid)]) for entry in entries]
        _, ill, _ = tx.articles.wait("harbour", keyed, now=now, source=FEED)
        tx.waiting.put_off(ill, "It answered 503.", now + HOUR)
    sentences = [each.sentence for each in look(now).waiting]
    assert sentences == [
        "harbour: https://harbour.example/new is new; its page will be read at the next poll.",
        "harbour: https://harbour.example/early is dated in the future and waits for 1 day.",
        "harbour: https://harbour.example/ill came just now and still waits, tried once: "
        "It answered 503. Next try in 1 hour.",
    ]
    assert not look(now + 5 * HOUR).alarm
    late = look(now + 6 * HOUR)
    assert late.alarm
    assert [each.failing for each in late.waiting] == [False, False, True]


def test_a_source_that_was_taken_out_is_told_no_more(
    store: Store, look: Callable[..., Status], now: datetime
) -> None:
    with store.write() as tx:
        gone = tx.sources.get_or_add("harbour", f"{FEED}old", "feed").id
        tx.sources.note_failure(gone, "It answered 404.", now)
    assert not look().alarm
    assert [source.url for source in look().sources] == [FEED]


def test_a_channel_in_words(
    store: Store, look: Callable[..., Status], hold: Hold, rules: Any, now: datetime
) -> None:
    hold()
    review.approve(store, hold().id, rules(), who="mia", now=now)
    with store.write() as tx:
        tx.pauses.pause("harbour/twitter", until=now + HOUR, who="mia", now=now)
    by_hand = frozenset({("harbour", "facebook")})
    x, facebook = look(by_hand=by_hand).channels
    assert x.sentence == "harbour/twitter (harbour_post): 1 held, 1 approved, paused."
    assert facebook.sentence == (
        "harbour/facebook (harbourpost): 0 held, 0 approved, by hand (no credentials)."
    )
    assert [pause.scope for pause in look().paused] == ["harbour/twitter"]
    assert not look(now + HOUR).channels[0].paused
    assert not look().alarm, "by hand and paused are no alarms"


def test_what_needs_a_person_and_what_comes_next(
    store: Store,
    look: Callable[..., Status],
    hold: Hold,
    rules: Any,
    made: queue.Made,
    now: datetime,
) -> None:
    assert look().next is None
    plain: Post = hold()
    assert not look().alarm, "a post that waits for its turn is the ordinary way"
    blocked = hold(made=queue.Made(made.teaser, (Problem("x", "Too long.", True),), ()))
    later = review.approve(store, hold().id, rules(), who="mia", now=now, at=now + HOUR)
    soon = review.approve(store, hold().id, rules(), who="mia", now=now, at=now)
    seen = look()
    assert [post.id for post in seen.needs_person] == [blocked.id]
    assert seen.alarm
    assert seen.next is not None
    assert seen.next.id == soon.id
    assert seen.counts == {"held": 2, "approved": 2}
    assert {plain.state, later.state} == {State.HELD, State.APPROVED}


# ---------------------------------------------------------------- on the terminal


def shown(state: Status, now: datetime, *, every: bool = False) -> list[str]:
    app = cast(App, None)  # asked only for time zones of what is due or paused
    return [words for words, _ in lines(app, state, now, every=every)]


def sources(*some: SourceState) -> Status:
    return Status((), {}, (), some, (), (), (), "", None)


def test_what_needs_a_person_comes_first(now: datetime) -> None:
    well = SourceState("harbour", FEED, False, "All well.", checked_at=now)
    ill = SourceState("quay", FEED, True, "Down.", checked_at=now, error="It answered 500.")
    moved = SourceState("pier", FEED, False, "Moved.", checked_at=now, moved_to="https://x.example")
    told = shown(sources(well, moved, ill), now)
    assert told[0] == "Down."
    assert "bot doctor" in told[1]
    assert told[2:] == ["Moved.", "Posts: none yet.", "All well."]


def test_posts_with_one_fault_share_a_line(
    look: Callable[..., Status], hold: Hold, made: queue.Made, now: datetime
) -> None:
    for _ in range(3):
        hold(made=queue.Made(made.teaser, (Problem("x", "Too long.", True),), ()))
    told = shown(look(), now)
    assert told[0] == "#1 #2 #3 harbour/twitter are held and need you: Too long."
    assert told[1] == "Posts: 3 held. “bot queue” shows what is held."


def test_what_happened_to_a_post_says_more_than_what_was_found_in_it_before(
    store: Store,
    look: Callable[..., Status],
    hold: Hold,
    rules: Any,
    made: queue.Made,
    now: datetime,
) -> None:
    early = queue.Made(made.teaser, (Problem("long", "Shorten it.", False),), ())
    for end in (Refused("No such picture."), Unknown("The answer was lost.")):
        post = hold(made=early)
        review.approve(store, post.id, rules(), who="mia", now=now, at=now)
        with store.write() as tx:
            due = tx.outbox.take(now, HOUR)
            leased = due and tx.outbox.lease(due, now, HOUR)
            assert leased
            tx.outbox.settle(leased, end, now, quarantine=HOUR)
    told = shown(look(), now)
    assert told[0] == (
        "#1 harbour/twitter is refused and needs you: No such picture."
        " “bot reopen 1” brings it back to be edited."
    )
    assert told[1].startswith("#2 harbour/twitter is unknown: The answer was lost. The bot looks")


def test_many_that_are_well_are_summed_up(now: datetime) -> None:
    many = [
        SourceState("harbour", f"{FEED}{n}", False, f"Well {n}.", checked_at=now) for n in range(12)
    ]
    many[3] = replace(many[3], last_new_at=now - 5 * MINUTE)
    many.append(SourceState("harbour", f"{FEED}new", False, "It was never polled."))
    told = shown(sources(*many), now)
    assert told[1] == (
        "harbour: 12 sources read, all well. The last new article came 5 minutes ago. "
        "1 source never polled."
    )
    assert len(told) == 2
    assert len(shown(sources(*many), now, every=True)) == 14


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (2 * HOUR - timedelta(seconds=1), "2 hours"),
        (HOUR - timedelta(seconds=1), "1 hour"),
        (80 * MINUTE, "1 hour"),
        (10 * MINUTE - timedelta(seconds=9), "10 minutes"),
        (timedelta(seconds=9), "less than a minute"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_how_long_something_still_takes(span: timedelta, words: str) -> None:
    assert ahead_in_words(span) == words


def test_the_doctor_tells_once_what_channels_share() -> None:
    settings = [
        Setting("bot.toml", "contact", "", True),
        Setting("harbour", "utm", "", True),
        Setting("harbour", "language", "en", False),
        Setting("harbour/twitter", "use", "all", True),
        Setting("harbour/twitter", "link", "always", True),
        Setting("harbour/facebook", "use", "all", True),
        Setting("harbour/facebook", "link", "always", False),
    ]
    assert list(in_force(settings, every=False)) == [
        ("bot.toml", "nothing for contact"),
        ("harbour", "nothing for utm"),
        ("harbour, each channel", "use = all"),
        ("harbour/twitter", "link = always"),
    ]
    assert dict(in_force(settings, every=True))["harbour"] == "language = en; nothing for utm"


def test_a_blocked_channel_is_an_alarm_until_it_is_proven(
    store: Store, look: Callable[..., Status], hold: Hold, rules: Any, now: datetime
) -> None:
    review.approve(store, hold().id, rules(), who="mia", now=now, at=now)
    with store.write() as tx:
        tx.accounts.block("harbour", "twitter", "The token was revoked.", now)
    state = look()
    assert state.alarm
    told = [words for words, style in lines(cast(App, None), state, now) if style == "red"]
    assert any("revoked" in words and "bot login harbour/twitter" in words for words in told)
    assert state.next is None, "what is due there goes out only when somebody has seen to it"
    with store.write() as tx:
        tx.accounts.block("harbour", "twitter", "Run “bot login” again.", now)
    (said,) = (words for words, _ in lines(cast(App, None), look(), now) if "blocked" in words)
    assert said.count("bot login") == 1
    with store.write() as tx:
        tx.accounts.prove("harbour", "twitter", Account("72", "harbour_post"), "mark", now)
    assert not look().alarm
    assert look().next is not None


@pytest.mark.parametrize(("days", "alarm"), [(30, False), (6, True), (-1, True)])
def test_a_credential_that_ends_is_told_a_week_ahead(
    store: Store, look: Callable[..., Status], now: datetime, days: int, alarm: bool
) -> None:
    ends = Account("72", "harbour_post", expires_at=now + timedelta(days=days))
    with store.write() as tx:
        tx.accounts.prove("harbour", "twitter", ends, "mark", now)
    assert look().alarm is alarm


def test_a_rest_and_the_budget_are_told_and_are_no_alarm(store: Store, now: datetime) -> None:
    with store.write() as tx:
        tx.rests.rest("harbour/twitter", now + HOUR, "X has too much to do.")
    state = status.look(
        store,
        sources=[],
        channels=[ChannelFacts(X, budget=20_000, month=now)],
        needs_person=lambda _: False,
        now=now,
    )
    (channel,) = state.channels
    assert not state.alarm
    assert "X has too much to do" in channel.sentence
    assert "$0.00 of $20.00 spent this month" in channel.sentence
